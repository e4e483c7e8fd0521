import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { makeApi } from '../src/server/api/api.ts'
import type { Reading } from '../src/core/meter/reading.ts'
import type { Principal, RouteRow } from '../src/server/api/principal.ts'
import { importReadings } from '../src/server/app/import-readings.ts'
import { asSystem } from '../src/server/store/database.ts'
import { appendJobEvent, startJob } from '../src/server/store/job-events.ts'
import { inTransaction } from '../src/server/store/transaction.ts'
import { permissions, type Role } from '../src/wire/access.ts'
import type { FindingsWire } from '../src/wire/claim.ts'
import type { RaisedWire } from '../src/wire/dispute.ts'
import type { JournalsWire } from '../src/wire/ledger.ts'
import type { ProblemWire } from '../src/wire/problem.ts'
import {
  asks,
  marks,
  otherSide,
  personFor,
  readers,
  roles,
  sides,
  type Asked,
  type Known,
  type Listed,
  type Side,
} from './access-matrix.ts'
import { verifyCampus } from './campus-telemetry.ts'
import { closeWorld, worldNow } from './closed-world.ts'
import { testDatabase } from './database.ts'
import { nextVersionText } from '../src/console/draft.ts'
import { propose } from '../src/server/app/propose.ts'
import { findVersions } from '../src/server/store/agreements.ts'
import { doorsOf } from './doors.ts'
import { byHeader, headersOf } from './principals.ts'
import { fileOf } from './rows.ts'
import { campusAgreement, campusMonth, loadCampus } from './small-campus.ts'

const { close, ...store } = await testDatabase()
const now = () => worldNow
const reports: string[] = []
const api = await makeApi({
  ...doorsOf(store, now),
  identify: byHeader,
  consoleFolder: join(import.meta.dirname, 'nothing'),
  report: (text) => void reports.push(text),
})
after(async () => {
  await api.close()
  await close()
})

const address = await api.listen({ host: '127.0.0.1', port: 0 })
let known: Known
const emptyImport = async (party: string): Promise<string> => {
  const answer = await importReadings(store, {
    rows: fileOf([]),
    file: `of ${party}`,
    mode: 'all-or-nothing',
    now: worldNow,
    by: party,
    party,
  })
  assert.ok(answer.kind === 'imported')
  return `${answer.record.batch}`
}
/** The next version of an agreement, proposed by its operator. */
const proposeForSharon = async (): Promise<string> => {
  const [signed] = await asSystem(store.database, (tx) => findVersions(tx, 'sharon-ai'))
  const document = nextVersionText(signed!.document, { version: 2, previous: signed!.hash, effective: '2026-12-01' })
  const by = { id: 'usr_maker', name: 'maker', party: 'sharon-ai', role: 'operator', origin: null, request: null }
  const answer = await propose(store, { document, amends: 'sharon-ai', party: 'sharon-ai', note: '', now: worldNow, by })
  assert.ok(answer.kind === 'proposed', JSON.stringify(answer))
  return answer.proposal.id
}
/** Work that the operator of one side asked for, and that is done: whoever follows it hears the end. */
const endedJob = (): Promise<string> =>
  inTransaction<string>(store, async (tx) => {
    const by = { id: 'usr_asked', name: 'asked', party: 'sharon-ai', role: 'operator', origin: null, request: null }
    const job = { kind: 'close', subject: 'sharon-ai', agreement: 'sharon-ai', queueKey: 'close sharon-ai', cancellable: true, by }
    const id = await startJob(tx, job)
    await appendJobEvent(tx, id, { kind: 'done', message: 'sharon-ai is closed' })
    return id
  })
before(async () => {
  const months = await closeWorld(store)
  await loadCampus(store)
  await verifyCampus(store)
  // An order of the tenant: what is anybody's own is theirs, too.
  const [from, to] = [worldNow - 40 * 86_400, worldNow - 20 * 86_400]
  const bought = { kind: 'reservation', pool: 'sharon-syd-gb300', order: 'anchor-1', tenant: 'anchor-tenant', gpus: 8, from, to }
  await importReadings(store, {
    rows: fileOf([{ ...bought, source: 'anchor-desk', id: 'anchor-1' } as Reading]),
    file: 'anchor',
    mode: 'all-or-nothing',
    now: worldNow,
    by: 'test',
  })
  await asSystem(store.database, (tx) =>
    tx
      .insertInto('agreement_reader')
      .values(readers.map((reader) => ({ ...reader, given: true, actor: 'test', recorded_at: '2026-11-05T00:00:00Z' })))
      .execute(),
  )
  const findings = await send(
    { method: 'GET', url: `/api/claims/${campusAgreement}/${campusMonth}/findings` },
    personFor('harbour', 'guarantor'),
  )
  const month = months[0]!
  const raised = await send(
    {
      method: 'POST',
      url: `/api/agreements/sharon-ai/periods/${month}/disputes`,
      body: { version: 1, line: 1, reason: 'rate', text: 'to try', amount: '1.00' },
    },
    personFor('sharon', 'guarantor'),
  )
  const posted = await send({ method: 'GET', url: '/api/ledger/nvidia/journals' }, personFor('sharon', 'guarantor'))
  known = {
    month,
    dispute: (JSON.parse(raised.body) as RaisedWire).dispute!.id,
    journal: (JSON.parse(posted.body) as JournalsWire).journals[0]!.id,
    proposal: await proposeForSharon(),
    finding: (JSON.parse(findings.body) as FindingsWire).findings[0]!.id,
    job: await endedJob(),
    batch: { sharon: await emptyImport('sharon-ai'), harbour: await emptyImport('harbour') },
  }
})

type Asking = Readonly<{ method: string; url: string; body?: object | undefined; headers?: Readonly<Record<string, string>> | undefined }>
type Told = Readonly<{ statusCode: number; body: string }>

/** Over a real connection, as anybody would ask. */
const send = async ({ method, url, body, headers }: Asking, who: Principal | undefined): Promise<Told> => {
  const answer = await fetch(`${address}${url}`, {
    method,
    redirect: 'manual',
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
      ...(who === undefined ? {} : headersOf(who.role!, who.party, who.id)),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { statusCode: answer.status, body: await answer.text() }
}

const isList = (asked: Asked | Listed): asked is Listed => 'list' in asked
const optionsOf = ({ method }: RouteRow, url: string, { body, headers }: Asked | Listed): Asking => ({ method, url, body, headers })

const mayRole = ({ needs }: RouteRow, role: Role): boolean =>
  needs === 'nothing' || needs === 'somebody' || (permissions[needs] as readonly Role[]).includes(role)

/** What is told in a refusal, without what the caller named itself and what differs from request to request. */
const toldIn = (body: string, names: readonly string[]): object => {
  const { requestId: _, ...problem } = JSON.parse(body) as ProblemWire
  let text = JSON.stringify(problem)
  for (const name of names) text = text.replaceAll(new RegExp(`(?<![\\w-])${name.replaceAll(/\W/g, '\\$&')}(?![\\w-])`, 'g'), '*')
  return JSON.parse(text) as object
}
/** The parts of two addresses that differ: names of what is there and of what is not. */
const namesIn = (url: string, other: string): string[] => {
  const parts = (text: string) => text.split(/[/?&=]/)
  return parts(url).filter((part) => part !== '' && !parts(other).includes(part))
}

const cases: Record<string, number> = {}
const count = (what: string): void => void (cases[what] = (cases[what] ?? 0) + 1)
const routeOf = (url: string, row: RouteRow): string => `${row.method} ${row.url} as ${url}`

const checkObject = async (row: RouteRow, asked: Asked, side: Side, role: Role): Promise<void> => {
  const who = personFor(side, role)
  const answer = await send(optionsOf(row, asked.url, asked), who)
  const name = routeOf(`${role} of ${side}`, row)
  assert.ok(answer.statusCode < 500, `${name}: ${answer.body.slice(0, 300)}`)
  if (!mayRole(row, role)) {
    assert.equal(answer.statusCode, 403, `${name}: ${answer.statusCode} ${answer.body.slice(0, 200)}`)
    return count('not of the role')
  }
  // Administrators are of no side: what they may see at all is this installation's.
  const own = asked.nowhere !== true && asked.side === side && (asked.only === undefined || asked.only === role)
  if (own || role === 'administrator') {
    assert.ok(![401, 403, 404].includes(answer.statusCode), `${name}: ${answer.statusCode} ${answer.body.slice(0, 300)}`)
    return count('own object')
  }
  const missing = await send(optionsOf(row, asked.missing, asked), who)
  assert.equal(answer.statusCode, 404, `${name}: ${answer.statusCode} ${answer.body.slice(0, 300)}`)
  assert.deepEqual(
    toldIn(answer.body, namesIn(asked.url, asked.missing)),
    toldIn(missing.body, namesIn(asked.missing, asked.url)),
    `${name} tells that it exists`,
  )
  count('foreign object')
}

const checkList = async (row: RouteRow, asked: Listed, side: Side, role: Role): Promise<void> => {
  const answer = await send(optionsOf(row, asked.list, asked), personFor(side, role))
  const name = routeOf(`${role} of ${side}`, row)
  assert.ok(answer.statusCode < 500 || answer.statusCode === 503, `${name}: ${answer.body.slice(0, 300)}`)
  if (!mayRole(row, role)) {
    assert.equal(answer.statusCode, 403, `${name}: ${answer.statusCode} ${answer.body.slice(0, 200)}`)
    return count('not of the role')
  }
  assert.ok(![401, 403].includes(answer.statusCode), `${name}: ${answer.statusCode} ${answer.body.slice(0, 200)}`)
  if (row.method === 'GET' && role !== 'administrator' && asked.published !== true)
    assert.doesNotMatch(answer.body, marks[otherSide(side)], name)
  count('list')
}

test('API24 every route, every role, own and foreign: what is not one’s own is answered as what does not exist', async () => {
  const unknown = api.routeTable.filter(({ operation }) => asks[operation ?? ''] === undefined)
  assert.deepEqual(
    unknown.map(({ method, url, operation }) => `${method} ${url} ${operation}`),
    [],
    'the matrix does not know these: test/access-matrix.ts',
  )
  const wrong: string[] = []
  for (const row of api.routeTable) {
    const asked = asks[row.operation!]!(known)
    const url = isList(asked) ? asked.list : asked.url
    const nobody = await send(optionsOf(row, url, asked), undefined)
    if (row.needs === 'nothing') assert.ok(nobody.statusCode !== 401 && nobody.statusCode < 500, routeOf('nobody', row))
    else assert.equal(nobody.statusCode, 401, `${routeOf('nobody', row)}: ${nobody.statusCode}`)
    count('nobody')
    for (const side of sides)
      for (const role of roles)
        await (isList(asked) ? checkList(row, asked, side, role) : checkObject(row, asked, side, role)).catch(
          (error: Error) => void wrong.push(error.message),
        )
  }
  assert.deepEqual(wrong, [])
  assert.deepEqual(reports, [])
  const total = Object.values(cases).reduce((sum, each) => sum + each, 0)
  process.stdout.write(`access matrix: ${api.routeTable.length} routes × ${roles.length} roles × own and foreign: ${total} cases\n`)
  process.stdout.write(`${JSON.stringify(cases)}\n`)
  assert.ok(cases['foreign object']! > 30)
})
