import assert from 'node:assert/strict'
import { after, before as beforeAll, test } from 'node:test'
import { testDatabase } from '../../../test/database.ts'
import { fileOf } from '../../../test/rows.ts'
import { monthInterval, parseInstant } from '../../core/base/time.ts'
import type { NodeTelemetry } from '../../core/claims/telemetry.ts'
import type { Reading } from '../../core/meter/reading.ts'
import { findDecisions, findFindings, findRacks, findRun } from '../store/claims.ts'
import { asParty, asSystem } from '../store/database.ts'
import { closePeriod, provisionalStatement } from './close-period.ts'
import { decideFinding, type DecideRequest } from './decide-finding.ts'
import { importReadings } from './import-readings.ts'
import { loadAgreement } from './load-agreement.ts'
import { verifyClaim, type TelemetrySource } from './verify-claim.ts'

const { close: closeDatabase, ...store } = await testDatabase()
after(closeDatabase)
const at = (text: string) => parseInstant(text, 'UTC') as number
const now = at('2026-09-05T00:00:00Z')
const month = '2026-08'
/** August in Kolkata begins at half past an hour of UTC. */
const zone = 'Asia/Kolkata'
const window = monthInterval(month, zone)
const hour = (hours: number) => window.from + hours * 3600

const documentOf = (name: string, more = '') => `
offtake: 1
agreement: ${name}
title: Yard
parties:
  - { id: ${name}-grantor, name: Grantor, role: guarantor }
  - { id: ${name}-cloud, name: Cloud, role: operator }
zone: ${zone}
currency: USD
term: { from: 2026-08-01, through: 2027-07-31 }
blocks:
  - { id: ${name}-block, factory: ${name}-hall, region: R, sku: S, tranches: [{ id: all, gpus: 72, due: 2026-08-01 }] }
pools:
  - { id: ${name}, attribution: supported-first, blocks: [${name}-block] }
clauses:
  - id: backstop
    kind: capacity-backstop
    payer: ${name}-grantor
    payee: ${name}-cloud
    covers: [${name}-block]
    measure: instant
    price: '2.37'
    retention: '0'
    conditions: [{ id: list-price, text: Offered at or below the list price., presumed: met }]
${more}
settlement: { netting: true, due: { days: 30 } }
`
const nodes = Array.from({ length: 18 }, (_, i) => `n${`${i + 1}`.padStart(2, '0')}`)
const readingsOf = (name: string): object[] => [
  { kind: 'acceptance', id: 'accepted', block: `${name}-block`, tranche: 'all', at: window.from - 86_400, design: 1, tested: 1 },
  {
    kind: 'rack',
    id: 'rack',
    block: `${name}-block`,
    unit: 'hall/r1',
    nodes: `${name}-n[01-18]`,
    gpus: 72,
    from: window.from - 86_400,
    tranche: 'all',
  },
  // Half of the rack is sold, by job and by order; node 1 is out for a day; ten GPUs are sold without a place for an hour.
  { kind: 'reservation', id: 'order', pool: name, nodes: `${name}-n[10-18]`, gpus: 36, order: 'o1', from: window.from, to: window.to },
  { kind: 'allocation', id: 'job', pool: name, nodes: `${name}-n[02-03]`, gpus: 8, tenant: 'x', from: hour(5) + 17, to: hour(9) + 1 },
  { kind: 'outage', id: 'down', block: `${name}-block`, unit: `${name}-n01`, gpus: 4, from: hour(24), to: hour(48) },
  { kind: 'allocation', id: 'somewhere', pool: name, gpus: 10, from: hour(300), to: hour(301) },
]
const bring = async (source: string, readings: readonly object[]) => {
  const rows = readings.map((each) => ({ source, ...each }) as unknown as Reading)
  const answer = await importReadings(store, { rows: fileOf(rows), file: 'test', mode: 'all-or-nothing', now, by: 'test' })
  assert.equal(answer.kind, 'imported')
}

const first = Math.floor(window.from / 3600) * 3600
const hours = Math.ceil((window.to - first) / 3600)
type Use = Readonly<Record<string, readonly (readonly [hour: number, gpuSeconds: number])[]>>
/** Telemetry of every node, idle but for what is given, by UTC hours from the first that the month touches. */
const telemetryOf = (name: string, use: Use, xids: Readonly<Record<string, readonly number[]>> = {}): TelemetrySource => ({
  async *nodeMonths(factory, from, to) {
    assert.deepEqual([factory, from, to], [`${name}-hall`, first, first + hours * 3600])
    for (const node of nodes) {
      const active = new Uint32Array(hours)
      for (const [index, seconds] of use[node] ?? []) active[index] = seconds
      const one: NodeTelemetry = {
        node: `${name}-${node}`,
        from,
        gpus: 4,
        covered: new Uint32Array(hours).fill(4 * 3600),
        active,
        powered: new Uint32Array(hours),
        wattsMax: new Float32Array(hours).fill(130),
        xids: Array.from({ length: hours }, (_, i) => (xids[node]?.includes(i) === true ? [79] : [])),
      }
      yield one
    }
  },
})

const load = async (name: string, more?: string) => {
  const loaded = await loadAgreement(store, { document: documentOf(name, more), now, by: 'test' })
  assert.equal(loaded.kind, 'loaded', JSON.stringify(loaded))
  await bring(name, readingsOf(name))
}
const verify = async (name: string, telemetry: TelemetrySource | undefined) => {
  const answer = await verifyClaim(store, telemetry, { agreement: name, month, now, by: 'desk' })
  if (answer.kind === 'refused') assert.fail(answer.messages.join('\n'))
  return answer
}
const decide = (name: string, finding: string, decision: DecideRequest['decision'], reason = 'looked at it') =>
  decideFinding(store, { agreement: name, month, finding, decision, reason, now, by: 'auditor' })
const decided = async (...args: Parameters<typeof decide>) => {
  const answer = await decide(...args)
  if (answer.kind === 'refused') assert.fail(answer.messages.join('\n'))
  return answer
}
const statementOf = async (name: string) => {
  const answer = await provisionalStatement(store, { agreement: name, month, now })
  if ('refusal' in answer) assert.fail(answer.refusal.messages.join('\n'))
  return answer.statement
}
/** GPU-seconds that the backstop pays for. */
const unsoldOf = async (name: string): Promise<number> => {
  const { lines } = await statementOf(name)
  const line =
    lines.find((each) => each.clause === 'backstop' && each.formula === 'unsold') ?? lines.find((each) => each.clause === 'backstop')!
  return Number(line.quantity)
}

beforeAll(async () => {
  await load('yard')
})

test('CV1 CV3 CV4 a use that nobody reported lowers what is unsold by exactly its GPU-time, and comes back to the cent', async () => {
  const use: Use = {
    n04: [
      [100, 9001],
      [101, 14_400],
    ],
    n02: [[5, 8000]],
    n12: [[40, 14_400]],
  }
  const { run, findings, verification } = await verify('yard', telemetryOf('yard', use))
  const drew = findings.filter(({ kind }) => kind === 'drew-power')
  // Node 12 is reserved; node 2 is sold from 47 minutes into its UTC hour, which is partly free: 8,000 of 14,400 − 4 × (3600 − …).
  const [of4] = drew.filter(({ unit }) => unit === 'yard-n04')
  assert.deepEqual([of4!.gpuSeconds, of4!.from, of4!.to], [23_401, first + 100 * 3600, first + 102 * 3600])
  assert.deepEqual(of4!.readings.map(({ source, id }) => `${source} ${id}`).toSorted(), ['yard accepted', 'yard rack'])
  assert.ok(!drew.some(({ unit }) => unit === 'yard-n12'))
  for (const { claimed, eligible, rejected, unproven } of run.summary.blocks) assert.equal(claimed, eligible + rejected + unproven)

  const before = await statementOf('yard')
  const [unsold] = [await unsoldOf('yard')]
  assert.equal(unsold, run.summary.blocks[0]!.claimed)
  let taken = 0
  for (const each of drew) {
    const { decision, notes } = await decided('yard', each.id, 'confirm', 'their own training run')
    assert.deepEqual([decision.gpuSeconds, notes], [each.gpuSeconds, []])
    taken += each.gpuSeconds
    assert.equal(await unsoldOf('yard'), unsold - taken)
  }
  // What was confirmed is a sale now, and is not found again.
  const again = await verify('yard', telemetryOf('yard', use))
  assert.equal(again.run.summary.blocks[0]!.claimed, unsold - taken)
  assert.ok(!again.findings.some(({ kind, verdict }) => kind === 'drew-power' && verdict === 'rejected'))
  for (const each of drew) await decided('yard', each.id, 'restore', 'it was a burn-in that both sides had agreed')
  assert.deepEqual(await statementOf('yard'), { ...before, factsHash: (await statementOf('yard')).factsHash })
  assert.equal((await statementOf('yard')).factsHash, before.factsHash)

  const stored = await asSystem(store.database, async (tx) => {
    const found = (await findRun(tx, 'yard', month))!
    return {
      found,
      racks: await findRacks(tx, found.run),
      findings: await findFindings(tx, found.run, { limit: 100 }),
      decisions: await findDecisions(tx, 'yard', month),
    }
  })
  assert.deepEqual(stored.found.summary, again.run.summary)
  assert.deepEqual(stored.findings, again.findings)
  assert.deepEqual(stored.racks[0]!.hours, again.verification.heatOf(0))
  assert.deepEqual(
    stored.decisions.filter(({ finding }) => finding === of4!.id).map(({ number, decision, by }) => [number, decision, by]),
    [
      [1, 'confirm', 'auditor'],
      [2, 'restore', 'auditor'],
    ],
  )
  assert.equal(verification.racks.length, 1)
})

test('CV1 runs, findings, racks and decisions can be appended to, never edited, and are seen by the parties alone', async () => {
  for (const table of ['claim_run', 'claim_finding', 'claim_rack', 'claim_decision'] as const) {
    await assert.rejects(
      asSystem(store.database, (tx) => tx.deleteFrom(table).execute()),
      /permission denied/,
    )
    await assert.rejects(store.pool.query(`update ${table} set run = run`), /append-only/)
  }
  const seen = (party: string) =>
    asParty(store.database, party, async (tx) => {
      const run = await findRun(tx, 'yard', month)
      const every = await tx.selectFrom('claim_finding').select('run').execute()
      const racks = await tx.selectFrom('claim_rack').select('run').execute()
      return [run !== undefined, every.length > 0, racks.length > 0, (await findDecisions(tx, 'yard', month)).length > 0]
    })
  assert.deepEqual(await seen('yard-grantor'), [true, true, true, true])
  assert.deepEqual(await seen('somebody'), [false, false, false, false])
})

test('CV2 without telemetry everything claimed is unproven', async () => {
  const { run, findings } = await verify('yard', undefined)
  const [block] = run.summary.blocks
  assert.deepEqual([block!.eligible, block!.rejected, block!.unproven], [0, 0, block!.claimed])
  assert.deepEqual([run.summary.unlocated.silent, run.summary.unlocated.nodes], [18, 18])
  assert.ok(findings.every(({ kind, unit }) => kind === 'no-evidence' && unit === undefined))
})

test('CV3 an XID makes an outage, a gap of evidence makes a gap, an offer above the list price fails the condition that is named', async () => {
  await load('other', "claims: { listPrice: '3.10', listCondition: list-price }")
  const offer = (id: string, price: string, from: number, to: number) => ({
    kind: 'offer',
    id,
    pool: 'other',
    price,
    currency: 'USD',
    from,
    to,
  })
  await bring('desk', [
    offer('a', '3.00', window.from, hour(400)),
    offer('b', '3.20', hour(400), hour(402)),
    offer('c', '3.00', hour(402), window.to),
  ])
  const source = telemetryOf('other', {}, { n05: [200] })
  const dark: TelemetrySource = {
    async *nodeMonths(...args) {
      for await (const each of source.nodeMonths(...args)) {
        if (each.node === 'other-n06') each.covered[210] = 3 * 3600
        yield each
      }
    },
  }
  const { findings } = await verify('other', dark)
  const of = (kind: string) => findings.find((each) => each.kind === kind)!
  const unsold = await unsoldOf('other')
  assert.equal((await decided('other', of('unavailable').id.slice(0, 12), 'confirm')).decision.gpuSeconds, 4 * 3600)
  assert.equal(await unsoldOf('other'), unsold - 4 * 3600)
  assert.equal((await decided('other', of('no-evidence').id, 'confirm')).decision.gpuSeconds, 4 * 3600)
  assert.equal(await unsoldOf('other'), unsold - 8 * 3600)
  const dear = await decided('other', of('above-list-price').id, 'confirm')
  assert.equal(dear.decision.readings.length, 1)
  // An offer is of the block: all 36 GPUs that are unsold in those two hours are not paid for.
  assert.equal(await unsoldOf('other'), unsold - 8 * 3600 - 36 * 7200)
  for (const kind of ['unavailable', 'no-evidence', 'above-list-price']) await decided('other', of(kind).id, 'restore')
  assert.equal(await unsoldOf('other'), unsold)
})

test('CV3 want of evidence of a whole block is a gap of it, hour by hour', async () => {
  await load('dark')
  const { findings, run } = await verify('dark', undefined)
  const unsold = await unsoldOf('dark')
  assert.equal(
    findings.reduce((sum, { gpuSeconds }) => sum + gpuSeconds, 0),
    run.summary.blocks[0]!.claimed,
  )
  for (const { id } of findings) await decided('dark', id, 'confirm')
  assert.equal(await unsoldOf('dark'), 0)
  for (const { id } of findings) await decided('dark', id, 'restore')
  assert.equal(await unsoldOf('dark'), unsold)
})

test('CV3 CV4 what is decided about a final month is stated as a correction of it, and so is what is taken back', async () => {
  await load('late')
  const { findings } = await verify('late', telemetryOf('late', { n04: [[100, 14_400]] }))
  const found = findings.find(({ kind }) => kind === 'drew-power')!
  const closed = await closePeriod(store, { agreement: 'late', month, now, by: 'desk' })
  assert.equal(closed.kind, 'closed')
  const corrections = async () => {
    const answer = await provisionalStatement(store, { agreement: 'late', month: '2026-09', now })
    if ('refusal' in answer) assert.fail(answer.refusal.messages.join())
    return answer.statement.lines.filter(({ corrects }) => corrects === month).map(({ amount }) => amount)
  }
  assert.deepEqual(await corrections(), [])
  await decided('late', found.id, 'confirm')
  // Four GPU-hours at 2.37.
  assert.deepEqual(await corrections(), ['-9.48'])
  await decided('late', found.id, 'restore')
  assert.deepEqual(await corrections(), [])
})

test('CV3 where the terms name no condition, or the sales are on record, a confirmation makes no reading and says why', async () => {
  await load('third', "claims: { listPrice: '3.10' }")
  await bring('third', [
    { kind: 'offer', id: 'dear', pool: 'third', price: '4.00', currency: 'USD', from: window.from, to: window.to },
    { kind: 'claim', id: 'claim', block: 'third-block', unit: 'third-n10', gpus: 4, from: hour(10), to: hour(20) },
  ])
  const { findings } = await verify('third', telemetryOf('third', {}))
  const sold = await decided('third', findings.find(({ kind }) => kind === 'sold-twice')!.id, 'confirm')
  assert.deepEqual(sold.decision.readings, [])
  assert.match(sold.notes[0]!, /sales are on record/)
  await bring('third', [{ kind: 'claim', id: 'claim-2', block: 'third-block', unit: 'third-n05', gpus: 4, from: hour(10), to: hour(20) }])
  const later = await verify('third', telemetryOf('third', {}))
  const dear = await decided('third', later.findings.find(({ kind }) => kind === 'above-list-price')!.id, 'confirm')
  assert.match(dear.notes[0]!, /no condition of a backstop on third-block is named/)
})

test('CV5 decisions that cannot be are refused, and say why', async () => {
  const { findings } = await verify('yard', telemetryOf('yard', { n04: [[500, 5000]] }))
  const found = findings.find(({ kind }) => kind === 'drew-power')!
  const refusal = async (...args: Parameters<typeof decide>) => {
    const answer = await decide(...args)
    return answer.kind === 'refused' ? answer.messages.join() : 'decided'
  }
  assert.match(await refusal('yard', found.id, 'confirm', '  '), /needs a reason/)
  assert.match(await refusal('yard', 'xyz', 'confirm'), /6 to 24 hexadecimal digits/)
  assert.match(await refusal('yard', '000000000000000000000000', 'confirm'), /no finding/)
  assert.match(await refusal('nobody', found.id, 'confirm'), /no agreement nobody/)
  assert.equal((await decided('yard', found.id, 'ask', 'whose was it?')).decision.readings.length, 0)
  await decided('yard', found.id, 'confirm')
  assert.match(await refusal('yard', found.id, 'confirm'), /confirmed already, by auditor/)
  await decided('yard', found.id, 'restore')
  assert.match(await refusal('yard', found.id, 'restore'), /restored already/)
  assert.equal((await decided('yard', found.id, 'confirm', 'after all')).decision.number, 4)
  const both = await Promise.all([refusal('yard', found.id, 'ask', 'one'), refusal('yard', found.id, 'ask', 'two')])
  assert.ok(
    both.every((each) => each === 'decided' || /meanwhile/.test(each)),
    both.join(),
  )
  assert.match((await refused('2026-13')).join(), /a month is such as/)
  assert.match((await refused('2026-09')).join(), /./)
  assert.match((await refused('2026-07')).join(), /outside the term/)
})

const refused = async (name: string) => {
  const answer = await verifyClaim(store, undefined, { agreement: 'yard', month: name, now: at('2026-08-31T00:00:00Z'), by: 'desk' })
  return answer.kind === 'refused' ? answer.messages : ['verified']
}
