import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { agreed, anyWorld, claimsDocument, factsWith, yard } from '../../../test/claims-world.ts'
import { makeView, nodes } from '../../../test/claims-walk.ts'
import { digestOf } from '../../../test/readings.ts'
import { scheduleOfText } from '../../../test/settling.ts'
import { during, zero } from '../base/steps.ts'
import type { Reading } from '../meter/reading.ts'
import type { Schedule } from '../terms/schedule.ts'
import type { NodeTelemetry } from './telemetry.ts'
import { makeVerifier } from './verify.ts'

const from = Date.UTC(2026, 7, 3) / 1000
const window = { from, to: from + 6 * 3600 }
const at = (hours: number): number => from + hours * 3600

/** Rack r1 of three nodes of four GPUs, accepted long ago; r3 of the other block too. */
const stands: object[] = [
  { kind: 'acceptance', id: 'a1', block: 'one', tranche: 't1', at: 0, design: 1, tested: 1 },
  { kind: 'acceptance', id: 'a2', block: 'one', tranche: 't2', at: at(2), design: 1, tested: 1 },
  { kind: 'rack', id: 'r1', block: 'one', unit: 'hall/r1', nodes: 'r1-n[1-3]', gpus: 12, from: 0, tranche: 't1' },
  { kind: 'rack', id: 'r2', block: 'one', unit: 'hall/r2', nodes: 'r2-n[1-2]', gpus: 12, from: 0, tranche: 't2' },
]
const claim = (id: string, unit: string, gpus: number, first: number, last: number, more: object = {}) => ({
  kind: 'claim',
  id,
  block: 'one',
  unit,
  gpus,
  from: at(first),
  to: at(last),
  ...more,
})
type Figures = Readonly<{ active?: number[]; powered?: number[]; covered?: number[]; xids?: number[][] }>
const telemetry = (node: string, gpus: number, { active, powered, covered, xids }: Figures = {}): NodeTelemetry => ({
  node,
  gpus,
  from,
  active: Uint32Array.from({ length: 6 }, (_, i) => active?.[i] ?? 0),
  powered: Uint32Array.from({ length: 6 }, (_, i) => powered?.[i] ?? 0),
  covered: Uint32Array.from({ length: 6 }, (_, i) => covered?.[i] ?? gpus * 3600),
  wattsMax: Float32Array.from({ length: 6 }, (_, i) => ((powered?.[i] ?? 0) > 0 ? 900 : 140)),
  xids: xids === undefined ? undefined : Array.from({ length: 6 }, (_, i) => xids[i] ?? []),
})
const quiet = [...['r1-n1', 'r1-n2', 'r1-n3'].map((node) => telemetry(node, 4)), ...['r2-n1', 'r2-n2'].map((node) => telemetry(node, 6))]

type Given = Readonly<{ readings?: object[]; nodes?: NodeTelemetry[]; unsold?: number; schedule?: Schedule; listPrice?: boolean }>
const verify = ({ readings = [], nodes: heard = quiet, unsold = 0, schedule = yard(), listPrice = false }: Given) => {
  const value = listPrice ? agreed : { ...agreed, listPrice: undefined }
  const verifier = makeVerifier({ ...schedule, claims: [{ from: 0, value, pointer: '' }] }, window)
  for (const each of [...stands, ...readings]) {
    const reading = { source: 'desk', ...each } as Reading
    verifier.add(reading, digestOf(reading))
  }
  for (const each of heard) verifier.judge(each)
  const steps = during(window.from, window.to, unsold)
  const facts = ['one', 'two'].map((block, i) => ({
    block,
    accepted: during(window.from, window.to, 24),
    unsold: i === 0 ? steps : zero,
    called: zero,
    sold: zero,
  }))
  return verifier.result(factsWith(window, facts))
}
const withNode = (node: NodeTelemetry) => quiet.map((each) => (each.node === node.node ? node : each))
const ofOne = (given: Given) => {
  const found = verify(given)
  return { found, one: found.blocks[0]!, findings: found.findings }
}

test('CL8 an unsold node that drew power is found hour by hour, merged, priced, and says what it rests on', () => {
  const busy = telemetry('r1-n2', 4, { active: [0, 10_000, 14_400, 301, 300], powered: [0, 12_000], covered: [] })
  const { one, findings } = ofOne({ readings: [claim('c1', 'hall/r1', 12, 0, 6)], nodes: withNode(busy) })
  assert.equal(findings.length, 1)
  const [found] = findings
  // 12,000 s by power, 14,400 s and 301 s by kernels; 300 s are within the tolerance. At 2.00 per GPU-hour: 26,701 / 3600 × 2 = 14.8338…
  assert.deepEqual(
    [found!.kind, found!.verdict, found!.unit, found!.rack, found!.from, found!.to, found!.gpuSeconds, found!.minor],
    ['drew-power', 'rejected', 'r1-n2', 'hall/r1', at(1), at(4), 26_701, 1483n],
  )
  assert.deepEqual(found!.evidence.figures[0], [at(1), 12_000, 10_000, 12_000, 14_400, 900, 0])
  const readings = [...stands.slice(0, 1), stands[2]!, claim('c1', 'hall/r1', 12, 0, 6)].map((each) =>
    digestOf({ source: 'desk', ...each } as Reading).slice(0, 32),
  )
  assert.deepEqual(found!.evidence.digests, readings.toSorted())
  assert.match(found!.text, /r1-n2 \(hall\/r1\).*kernels ran for 14400 GPU-seconds/)
  assert.deepEqual([one.claimed, one.eligible, one.rejected], [12 * 6 * 3600, 12 * 6 * 3600 - 26_701, 26_701])
})

test('CL5 where nobody claims, a claim is what is unsold, and what is sold without a place counts for the claimant', () => {
  const busy = telemetry('r1-n2', 4, { active: [14_400] })
  // Rack r2 is accepted after two hours: 12 GPUs free, then 24. Of 12 free in the first hour 4 are busy.
  const all = ofOne({ nodes: withNode(busy), unsold: 12 })
  assert.deepEqual([all.one.basis, all.one.claimed, all.one.rejected, all.one.unproven], ['derived', 12 * 6 * 3600, 4 * 3600, 0])
  const some = ofOne({ nodes: withNode(busy), unsold: 9 })
  assert.equal(some.one.rejected, 3600)
  assert.equal(some.findings.find(({ kind }) => kind === 'drew-power')!.gpuSeconds, 3600)
  assert.equal(ofOne({ nodes: withNode(busy), unsold: 8 }).one.rejected, 0)
  // More than nodes have free stands in no rack.
  const more = ofOne({ unsold: 13 })
  assert.deepEqual([more.one.unproven, more.findings[0]!.unit, more.findings[0]!.to], [2 * 3600, undefined, at(2)])
})

test('CL1 before acceptance, sold, out, too early and without evidence: each GPU-second has its first reason', () => {
  const { one, findings } = ofOne({
    readings: [
      claim('c1', 'hall/r2', 12, 0, 6, { recordedAt: at(5) }),
      { kind: 'allocation', id: 'j1', pool: 'first', nodes: 'r2-n1', gpus: 4, from: at(2), to: at(3), tenant: 'x' },
      { kind: 'outage', id: 'o1', block: 'one', unit: 'r2-n2', gpus: 6, from: at(3), to: at(4) },
    ],
    nodes: withNode(telemetry('r2-n2', 6, { covered: [0, 0, 0, 0, 0.9 * 21_600 - 1] })),
  })
  const of = Object.fromEntries(one.reasons.map(({ reason, gpuSeconds }) => [reason, gpuSeconds]))
  // Recorded at hour 5 with 120 s of skew: the rest of the sixth hour had not passed.
  assert.deepEqual(
    { ...of },
    {
      'implausible-clock': 12 * 3480,
      'before-acceptance': 12 * 7200,
      'sold-twice': 4 * 3600,
      unavailable: 6 * 3600,
      'drew-power': 0,
      'above-list-price': 0,
      'no-evidence': 6 * 7200,
      'not-offered': 0,
    },
  )
  assert.equal(one.eligible, one.claimed - one.rejected - one.unproven)
  assert.ok(findings.every(({ minor }) => minor !== undefined && minor > 0n))
})

test('CL1 an XID that asks to drain the node makes its hour unavailable, and one that does not changes nothing', () => {
  const broken = telemetry('r1-n1', 4, { xids: [[31], [13, 79]], active: [0, 5000] })
  const { one, findings } = ofOne({ readings: [claim('c1', 'r1-n1', 4, 0, 6)], nodes: withNode(broken) })
  assert.deepEqual([one.rejected, findings.length, findings[0]!.kind], [4 * 3600, 1, 'unavailable'])
  assert.match(findings[0]!.text, /XID 79 \(GPU has fallen off the bus\)/)
  const drew = one.reasons.find(({ reason }) => reason === 'drew-power')!
  assert.deepEqual([drew.gpuSeconds, drew.alone], [0, 5000])
})

test('CL1 offers above the list price are rejected, no offer is unproven, and an offer of the block is one', () => {
  const offer = (id: string, price: string, first: number, last: number, more: object = {}) => ({
    kind: 'offer',
    id,
    pool: 'first',
    price,
    currency: 'USD',
    from: at(first),
    to: at(last),
    ...more,
  })
  const { one } = ofOne({
    listPrice: true,
    readings: [
      claim('c1', 'r1-n1', 4, 0, 6),
      offer('low', '3.10', 0, 2),
      offer('high', '3.11', 0, 4),
      offer('own', '2.00', 3, 4, { block: 'one' }),
      offer('foreign', '1.00', 5, 6, { currency: 'AUD' }),
    ],
  })
  const of = (wanted: string) => one.reasons.find(({ reason }) => reason === wanted)!.gpuSeconds
  assert.deepEqual([of('above-list-price'), of('not-offered'), one.eligible], [4 * 3600, 4 * 7200, 4 * 3 * 3600])
})

test('CL10 what lies beside claims is found and takes nothing off', () => {
  const sale = (id: string, gpus: number, first: number, last: number, more: object) => ({
    kind: 'allocation',
    id,
    pool: 'first',
    nodes: 'r1-n1',
    gpus,
    from: at(first),
    to: at(last),
    ...more,
  })
  const { found, one, findings } = ofOne({
    readings: [
      sale('j1', 4, 0, 1, { tenant: 'x' }),
      sale('j2', 2, 0, 1, { tenant: 'y' }),
      sale('j3', 4, 2, 3, { tenant: 'x' }),
      sale('j4', 3, 2, 3, { tenant: 'x' }),
      // A hand-over of two minutes is what clocks may differ by.
      sale('j5', 4, 4, 5, { tenant: 'x' }),
      sale('j6', 4, 5 - 120 / 3600, 6, { tenant: 'y', recordedAt: at(6) - 120 }),
      sale('j7', 4, 3, 3.5, { tenant: 'z', recordedAt: at(3) }),
      {
        kind: 'charge',
        id: 'i1',
        pool: 'first',
        product: 'on-demand',
        amount: '40.00',
        currency: 'USD',
        from: at(0),
        to: at(6),
        affiliate: { gpuSeconds: 72_000 },
      },
      { kind: 'credit', id: 'k1', reduces: 'i1', amount: '3.00', currency: 'USD' },
      {
        kind: 'charge',
        id: 'i2',
        pool: 'first',
        product: 'on-demand',
        amount: '40.00',
        currency: 'USD',
        from: at(0),
        to: at(6),
        affiliate: { gpuSeconds: 72_000, reference: '2.00' },
      },
      {
        kind: 'charge',
        id: 'i3',
        pool: 'first',
        product: 'on-demand',
        amount: '1.00',
        currency: 'USD',
        from: at(0),
        to: at(7),
        affiliate: { gpuSeconds: 72_000 },
      },
    ],
  })
  assert.deepEqual([one.claimed, one.rejected], [0, 0])
  const told = findings.map(({ kind, verdict, gpuSeconds, minor }) => [kind, verdict, gpuSeconds, minor])
  // 20 GPU-hours at 2.10 are 42.00, of which 37.00 was paid. The third charge ends in another window.
  assert.deepEqual(
    told.toSorted(([a, , c], [b, , d]) => `${a}`.localeCompare(`${b}`) || Number(c) - Number(d)),
    [
      ['affiliate-below-reference', 'beside', 72_000, 500n],
      ['implausible-clock', 'beside', 4 * 1680, undefined],
      ['implausible-clock', 'beside', 3 * 3600, 600n],
      ['sold-twice', 'beside', 2 * 3600, 400n],
    ],
  )
  assert.deepEqual(
    found.beside.map(({ kind, findings: count }) => [kind, count]),
    [
      ['implausible-clock', 2],
      ['sold-twice', 1],
      ['affiliate-below-reference', 1],
    ],
  )
})

test('CL8 without telemetry everything claimed is unproven, told of the block', () => {
  const { found, one, findings } = ofOne({ nodes: [], unsold: 12 })
  assert.deepEqual([one.unproven, one.eligible, findings.length, findings[0]!.unit], [12 * 6 * 3600, 0, 1, undefined])
  assert.deepEqual([found.unlocated.nodes, found.unlocated.silent], [5, 5])
  const named = ofOne({ nodes: [], readings: [claim('c1', 'r1-n1', 4, 0, 6)] })
  assert.deepEqual([named.one.unproven, named.findings.length], [4 * 6 * 3600, 1])
})

test('CL5 what cannot be placed is told', () => {
  const { found } = ofOne({
    readings: [
      { kind: 'allocation', id: 'j1', pool: 'first', gpus: 5, from: at(0), to: at(1) },
      { kind: 'allocation', id: 'j2', pool: 'first', nodes: 'elsewhere', gpus: 4, from: at(0), to: at(1) },
      { kind: 'rack', id: 'r9', block: 'one', unit: 'hall/r9', nodes: 'r1-n1', gpus: 4, from: 0, tranche: 't1' },
      claim('c1', 'hall/r7', 4, 0, 1),
    ],
    nodes: [...quiet, telemetry('stranger', 4)],
  })
  assert.deepEqual(found.unlocated.sales, [{ pool: 'first', gpuSeconds: 5 * 3600 }])
  assert.equal(found.unlocated.strangers, 1)
  for (const expected of [
    /^r1-n1 stands in hall\/r1 and in hall\/r9/,
    /^1 readings of claims of one name neither a node nor a whole rack.*: hall\/r7$/,
    /^1 nodes with readings stand in no rack: elsewhere/,
  ])
    assert.ok(
      found.unlocated.sentences.some((each) => expected.test(each)),
      `${expected}`,
    )
})

test('CL12 a sale of a source whose word does not count is not held against a claim; with a gap of the first the second counts', () => {
  const weighed = scheduleOfText(
    claimsDocument.replace('settlement:', 'metering: { allocations: [slurm, backup], health: [slurm] }\nsettlement:'),
  )
  const sale = (source: string, first: number, last: number) => ({
    kind: 'allocation',
    source,
    id: `${source} ${first}`,
    pool: 'first',
    nodes: 'r1-n1',
    gpus: 4,
    from: at(first),
    to: at(last),
    tenant: source,
  })
  const twice = (...readings: object[]) =>
    ofOne({ schedule: weighed, readings: [claim('c1', 'r1-n1', 4, 0, 6), ...readings] }).one.reasons.find(
      ({ reason }) => reason === 'sold-twice',
    )!.gpuSeconds
  assert.equal(twice(sale('slurm', 0, 2)), 4 * 7200)
  assert.equal(twice(sale('desk', 0, 2)), 0)
  assert.equal(twice(sale('backup', 0, 2)), 0)
  const gap = { kind: 'gap', source: 'slurm', id: 'g', block: 'one', of: 'sales', from: at(1), to: at(2) }
  assert.equal(twice(sale('backup', 0, 2), gap), 4 * 3600)
  assert.equal(twice(sale('claims-yard', 0, 1)), 4 * 3600)
})

test('CL11 pieces are whole GPUs of what a node has free, exactly the finding, and never two on one', () => {
  fc.assert(
    fc.property(anyWorld, (world) => {
      const verifier = makeVerifier({ ...world.schedule, claims: [{ from: 0, value: world.tolerances, pointer: '' }] }, world.window)
      for (const reading of world.readings) verifier.add(reading, digestOf(reading))
      for (const each of world.telemetry) verifier.judge(each)
      const { findings } = verifier.result(world.facts)
      const view = makeView(world)
      const held = new Map<string, number>()
      for (const { pieces, unit, gpuSeconds, kind, verdict } of findings) {
        const total = pieces.reduce((sum, [first, last, gpus]) => sum + (last - first) * gpus, 0)
        // Of these the pieces say when it was, not how much of it.
        if (kind === 'above-list-price') continue
        if ((kind === 'drew-power' && verdict === 'rejected') || (kind === 'no-evidence' && unit === undefined))
          assert.equal(total, gpuSeconds)
        assert.ok(total <= gpuSeconds)
        if (unit === undefined) continue
        for (const [first, last, gpus] of pieces)
          for (let second = first; second < last; second += 1) held.set(`${unit} ${second}`, (held.get(`${unit} ${second}`) ?? 0) + gpus)
      }
      for (const [key, gpus] of held) {
        const [unit, second] = key.split(' ') as [string, string]
        const node = nodes.find(({ name }) => name === unit)!
        const { accepted, sold, out } = view.state(node, Number(second))
        assert.ok(accepted && gpus <= node.gpus - sold - out, key)
      }
    }),
    { numRuns: 25 },
  )
})

test('CL2 what comes too late, twice or within an hour is refused', () => {
  const verifier = makeVerifier(yard(), window)
  for (const each of stands) verifier.add({ source: 'desk', ...each } as Reading, '0'.repeat(64))
  verifier.judge(quiet[0]!)
  assert.throws(() => verifier.judge(quiet[0]!), /came twice/)
  assert.throws(() => verifier.judge({ ...quiet[1]!, from: from + 60 }), /within an hour/)
  assert.throws(() => verifier.add({ source: 'desk', ...stands[0]! } as Reading, '0'.repeat(64)), /after the first node/)
  assert.throws(() => makeVerifier(yard(), { from, to: from + 63 * 86_400 }), /is not within/)
})
