import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { after, before as beforeAll, test } from 'node:test'
import fc from 'fast-check'
import { testDatabase } from '../../../test/database.ts'
import { doorsOf } from '../../../test/doors.ts'
import { byHeader, headersOf } from '../../../test/principals.ts'
import { canonical } from '../../core/base/canonical.ts'
import type { AuditEntryDetailWire, AuditLogWire, ChainWire, PickWire } from '../../wire/audit.ts'
import type { ProblemWire } from '../../wire/problem.ts'
import { drawBelow } from '../app/audit.ts'
import type { Reading } from '../../core/meter/reading.ts'
import { digestOf } from '../fleet/digest.ts'
import { importReadings } from '../app/import-readings.ts'
import { closedAt } from '../app/closed-at.ts'
import { closePeriod } from '../app/close-period.ts'
import { loadAgreement } from '../app/load-agreement.ts'
import { countCents, findCent } from '../store/pick-cent.ts'
import { inTransaction } from '../store/transaction.ts'
import { makeApi } from './api.ts'

const { close, ...store } = await testDatabase()
after(close)
const at = 1_793_836_800
const api = await makeApi({ ...doorsOf(store, () => at), identify: byHeader, consoleFolder: '/nowhere' })
after(() => api.close())

const example = (name: string) => fs.readFileSync(join(import.meta.dirname, `../../../examples/${name}.yaml`), 'utf8')
const october = 1_506_816_000
const readings = [
  { kind: 'acceptance', source: 'site', id: 'a', block: 'philly-1', tranche: 'philly-1-a', at: october, design: 1, tested: 1 },
  {
    kind: 'charge',
    source: 'desk',
    id: 'c',
    pool: 'philly-trace-gpu',
    product: 'rent',
    amount: '1234.56',
    currency: 'USD',
    at: october + 3600,
  },
] as unknown as Reading[]
beforeAll(async () => {
  for (const name of ['philly-block', 'helios-block', 'sharon-ai'])
    assert.equal((await loadAgreement(store, { document: example(name), now: at, by: 'test' })).kind, 'loaded')
  const imported = await importReadings(store, {
    rows: (async function* () {
      yield { rows: readings.map((reading, i) => ({ line: i + 1, reading, digest: digestOf(reading) })), refusals: [], bytesRead: 0 }
    })(),
    file: 'site.ndjson',
    mode: 'all-or-nothing',
    now: closedAt('2017-10') - 86_400,
    by: 'test',
  })
  assert.equal(imported.kind, 'imported', JSON.stringify('record' in imported ? imported.record.refusals : []))
  for (const [agreement, month] of [
    ['philly-block', '2017-10'],
    ['philly-block', '2017-11'],
    ['helios-block', '2020-05'],
  ] as const)
    assert.equal((await closePeriod(store, { agreement, month, now: closedAt(month), by: 'test' })).kind, 'closed')
})

type Person = Parameters<typeof headersOf>
type Answered<T> = Readonly<{ status: number; body: T }>
const ask = async <T>(url: string, ...who: Person): Promise<Answered<T>> => {
  const answer = await api.inject({ url, headers: { ...headersOf(...who) } })
  return { status: answer.statusCode, body: answer.json<T>() }
}
const guarantor: Person = ['guarantor', 'nvidia']

test('API56 the log is paged, the newest first and each entry once, within reach, and is asked by object, agreement, actor, act and time', async () => {
  const all = (await ask<AuditLogWire>('/api/audit?limit=500', 'operator', 'sharon-ai')).body
  assert.ok(all.entries.length > 0)
  for (const entry of all.entries) assert.equal(entry.agreement, 'sharon-ai')
  const owner = await makeApi({ ...doorsOf(store, () => at), consoleFolder: '/nowhere' })
  after(() => owner.close())
  const everything = (await owner.inject('/api/audit?limit=500')).json<AuditLogWire>()
  const numbers = everything.entries.map(({ entry }) => entry)
  assert.deepEqual(
    numbers,
    numbers.toSorted((a, b) => b - a),
  )
  assert.equal(numbers.length, 7)
  for (const limit of [1, 2, 4]) {
    const seen: number[] = []
    for (let next: string | null = ''; next !== null;) {
      const page: AuditLogWire = (await owner.inject(`/api/audit?limit=${limit}${next === '' ? '' : `&cursor=${next}`}`)).json()
      seen.push(...page.entries.map(({ entry }) => entry))
      next = page.next
    }
    assert.deepEqual(seen, numbers, `${limit} at a time`)
  }
  const count = async (query: string) => (await owner.inject(`/api/audit?${query}`)).json<AuditLogWire>().entries.length
  assert.equal(await count('subject=philly-block'), 3, 'an object, and what begins with its name')
  assert.equal(await count('subject=philly-block%202017-10'), 1)
  assert.equal(await count('subject=philly'), 0)
  assert.equal(await count('agreement=helios-block&action=close'), 1)
  assert.equal(await count('actor=test'), 7)
  assert.equal(await count('from=2026-01-01T00:00:00Z'), 3)
  assert.equal(await count('to=2026-01-01T00:00:00Z'), 4)
  const { status, body } = await ask<ProblemWire>('/api/audit?limit=501&cursor=x', 'operator', 'sharon-ai')
  assert.equal(status, 400)
  assert.deepEqual(body.errors?.map(({ pointer }) => pointer).toSorted(), ['/query/cursor', '/query/limit'])
  assert.equal((await ask('/api/audit', 'tenant', 'sharon-ai')).status, 403)
  const installation = (await ask<AuditLogWire>('/api/audit', 'administrator', null)).body
  assert.deepEqual([installation.entries, installation.actions], [[], []], 'everything here is of an agreement')
  assert.equal((await ask(`/api/audit/${numbers[0]}`, 'administrator', null)).status, 404)
})

test('API56 a deed names its agreement, what was before and what is after', async () => {
  const [final] = (await ask<AuditLogWire>('/api/audit?subject=philly-block%202017-10', 'guarantor', 'guarantor')).body.entries
  assert.ok(final !== undefined)
  assert.deepEqual(JSON.parse(final.before!), { status: 'open' })
  const then = JSON.parse(final.after!) as { status: string; net: { amount: string } }
  assert.deepEqual([then.status, final.agreement, final.actor], ['final', 'philly-block', 'test'])
  assert.match(then.net.amount, /^\d+\.\d\d$/)
  const [loaded] = (await ask<AuditLogWire>('/api/audit?action=load', 'guarantor', 'guarantor')).body.entries
  assert.equal(loaded!.before, 'null')
})

test('API57 an entry can be checked from its answer alone', async () => {
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
  const { entries } = (await ask<AuditLogWire>('/api/audit', 'operator', 'sharon-ai')).body
  for (const { entry } of entries) {
    const { body } = await ask<AuditEntryDetailWire>(`/api/audit/${entry}`, 'operator', 'sharon-ai')
    const { digest, position, previous, hash, sealedAt } = body.link!
    assert.equal(sha256(body.canonical), digest)
    assert.equal(sha256(canonical({ digest, entry, position, previous, sealedAt })), hash)
    const said = JSON.parse(body.canonical) as Record<string, unknown>
    assert.deepEqual([said['subject'], said['after'], said['entry']], [body.subject, body.after, entry])
  }
  const foreign = await ask<ProblemWire>(`/api/audit/${entries[0]!.entry}`, 'operator', 'firmus')
  const missing = await ask<ProblemWire>('/api/audit/987654', 'operator', 'firmus')
  assert.deepEqual([foreign.status, missing.status], [404, 404])
  assert.equal(foreign.body.detail.replace(`${entries[0]!.entry}`, 'N'), missing.body.detail.replace('987654', 'N'))
})

test('API58 the chain is checked to its last entry for whoever may read the log; a head that was kept is looked for', async () => {
  const { body } = await ask<ChainWire>('/api/audit/chain', ...guarantor)
  assert.deepEqual([body.whole, body.checked, body.verified, body.faults], [true, 7, body.head, []])
  const known = await ask<ChainWire>(`/api/audit/chain?head=${body.head!.hash}`, ...guarantor)
  assert.deepEqual([known.body.whole, known.body.headKnown], [true, true])
  const unknown = await ask<ChainWire>(`/api/audit/chain?head=${'0'.repeat(64)}`, ...guarantor)
  assert.deepEqual([unknown.body.whole, unknown.body.headKnown], [false, false])
})

test('API59 a picked cent follows from its seed; every cent is of one line, which has as many as its amount, and any may be picked', async () => {
  const first = await ask<PickWire>('/api/audit/pick?seed=minutes-7', 'guarantor', 'guarantor')
  assert.equal(first.status, 200)
  assert.deepEqual((await ask<PickWire>('/api/audit/pick?seed=minutes-7', 'guarantor', 'guarantor')).body, first.body)
  const drawn = (await ask<PickWire>('/api/audit/pick', 'guarantor', 'guarantor')).body
  assert.deepEqual((await ask<PickWire>(`/api/audit/pick?seed=${drawn.seed}`, 'guarantor', 'guarantor')).body, drawn)
  const { body: line } = await ask<{ line: { amount: string } }>(first.body.explanation, 'guarantor', 'guarantor')
  assert.equal(line.line.amount, first.body.amount)
  assert.equal((await ask('/api/audit/pick', 'operator', 'sharon-ai')).status, 404, 'nothing of it is final')
  assert.equal((await ask('/api/audit/pick', 'administrator', null)).status, 403)

  const { rows } = await store.pool.query<{ document: string }>('select document from statement order by agreement, month')
  const statements = rows.map(
    ({ document }) => JSON.parse(document) as { agreement: string; month: string; lines: { number: number; amount: string }[] },
  )
  const lines = statements.flatMap(({ agreement, month, lines: all }) =>
    all.map(({ number, amount }) => ({ agreement, month, line: number, cents: BigInt(amount.replace('-', '').replace('.', '')) })),
  )
  const total = lines.reduce((sum, { cents }) => sum + cents, 0n)
  await inTransaction(store, async (tx) => {
    assert.equal(await countCents(tx), total)
    let before = 0n
    for (const { cents, ...where } of lines) {
      for (const number of cents === 0n ? [] : [before, before + cents / 2n, before + cents - 1n]) {
        const found = (await findCent(tx, number))!
        assert.deepEqual({ agreement: found.agreement, month: found.month, line: found.line }, where)
        assert.deepEqual([found.cent, found.cents], [number - before + 1n, cents])
      }
      before += cents
    }
    assert.equal(await findCent(tx, total), undefined)
  })
})

test('API59 numbers drawn from seeds lie below their bound and favour none', () => {
  fc.assert(
    fc.property(fc.string(), fc.bigInt({ min: 1n, max: 2n ** 200n }), (seed, below) => {
      const drawn = drawBelow(seed, below)
      assert.ok(drawn >= 0n && drawn < below)
      assert.equal(drawBelow(seed, below), drawn)
    }),
  )
  const [draws, of] = [7_000, 7]
  const counts = Array.from({ length: of }, () => 0)
  for (let i = 0; i < draws; i++) counts[Number(drawBelow(`seed ${i}`, BigInt(of)))]! += 1
  const chiSquare = counts.reduce((sum, count) => sum + (count - draws / of) ** 2 / (draws / of), 0)
  // Six degrees of freedom: beyond this one time in a thousand, and these seeds are always the same.
  assert.ok(chiSquare < 22.46, `${chiSquare}`)
})
