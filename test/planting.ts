import type { FindingKind } from '../src/core/claims/reason.ts'
import type { Interval } from '../src/core/base/time.ts'
import { drainXids } from '../src/core/claims/drain-xids.ts'
import { drawWhole, makeRng, type Rng } from '../src/server/history/rng.ts'

/** A stretch of a node's month: sold to a tenant, idle, out of service, or not accepted yet. */
export type Stretch = Interval & { state: 'sold' | 'idle' | 'out' | 'early'; tenant: string; taken: boolean; recordedAt: number }
export type Node = Readonly<{
  name: string
  unit: string
  block: 'read' | 'derived'
  stretches: Stretch[]
  hidden: Hidden[]
  dark: Map<number, number>
  xids: Map<number, number>
}>
type Hidden = Interval & Readonly<{ gpus: number }>

/** A planted case: what should be found, in GPU-seconds by node and hour, or by the name of what it is about. */
export type Case = Readonly<{ kind: FindingKind; beside: boolean; parts: Map<string, number> }>

export type Planted = Readonly<{ nodes: readonly Node[]; readings: object[]; cases: Case[]; window: Interval }>

export const nodeGpus = 4
const racks = [
  { unit: 'hall/r1', block: 'read', tranche: 'a' },
  { unit: 'hall/r2', block: 'read', tranche: 'b' },
  { unit: 'hall/r3', block: 'derived', tranche: 'c' },
] as const
const nodesOfRack = 18
/** Tranche b is accepted on the seventh day: findings list a week of hours. */
const acceptedAfterDays = 6
/** Two days on which the pool was offered above the list price, as days of the month. */
const dearDays = [20, 26]
const tenants = ['acme', 'uni', 'lab', 'shop', 'film']
const casesOfKind = 12

export const plantedDocument = `
offtake: 1
agreement: planted
title: Planted
parties:
  - { id: grantor, name: Grantor, role: guarantor }
  - { id: cloud, name: Cloud, role: operator }
zone: Australia/Sydney
currency: USD
term: { from: 2026-09-01, through: 2027-08-31 }
blocks:
  - { id: read, factory: hall, region: R, sku: S, tranches: [{ id: a, gpus: 72, due: 2026-09-01 }, { id: b, gpus: 72, due: 2026-09-01 }] }
  - { id: derived, factory: hall, region: R, sku: T, tranches: [{ id: c, gpus: 72, due: 2026-09-01 }] }
pools:
  - { id: pool-read, attribution: supported-first, blocks: [read] }
  - { id: pool-derived, attribution: supported-first, blocks: [derived] }
clauses:
  - { id: backstop, kind: capacity-backstop, payer: grantor, payee: cloud, covers: [read, derived], price: '2.30', retention: '0', measure: instant }
  - { id: share, kind: revenue-share, payer: cloud, payee: grantor, covers: [read, derived], rate: '0.1', affiliateReference: '2.10' }
claims: { listPrice: '3.10' }
settlement: { netting: true, due: { days: 30 } }
`

/** Jobs of 3 to 60 hours, idle for 2 to 40, and now and then out for 4 to 30. */
const stretchesOf = (rng: Rng, { from, to }: Interval, earlyUntil: number): Stretch[] => {
  const stretches: Stretch[] = []
  const add = (end: number, state: Stretch['state']): void => {
    const start = stretches.at(-1)?.to ?? from
    const until = Math.min(to, end)
    if (start < until)
      stretches.push({
        from: start,
        to: until,
        state,
        tenant: tenants[drawWhole(rng, 0, tenants.length - 1)]!,
        taken: false,
        recordedAt: until + drawWhole(rng, -110, 900),
      })
  }
  add(earlyUntil, 'early')
  while ((stretches.at(-1)?.to ?? from) < to) {
    const start = stretches.at(-1)?.to ?? from
    const which = drawWhole(rng, 1, 10)
    if (which === 1) add(start + drawWhole(rng, 4 * 3600, 30 * 3600), 'out')
    else if (which <= 5) add(start + drawWhole(rng, 2 * 3600, 40 * 3600), 'idle')
    else add(start + drawWhole(rng, 3 * 3600, 60 * 3600), 'sold')
  }
  return stretches
}

const hoursOf = function* ({ from, to }: Interval): Generator<readonly [hour: number, seconds: number]> {
  for (let hour = Math.floor(from / 3600) * 3600; hour < to; hour += 3600) yield [hour, Math.min(to, hour + 3600) - Math.max(from, hour)]
}

const partsOf = (node: string, interval: Interval, gpus: number): Map<string, number> =>
  new Map([...hoursOf(interval)].map(([hour, seconds]) => [`${node} ${hour}`, gpus * seconds]))

type Planting = Readonly<{ rng: Rng; nodes: readonly Node[]; readings: object[]; cases: Case[]; window: Interval; count: { id: number } }>

/** A stretch of a state that nothing was planted in, away from the days on which everything was dear. */
const takeStretch = (
  { rng, nodes, window }: Planting,
  state: Stretch['state'],
  hours: number,
  block?: Node['block'],
): readonly [Node, Stretch] => {
  for (;;) {
    const node = nodes[drawWhole(rng, 0, nodes.length - 1)]!
    if (block !== undefined && node.block !== block) continue
    const free = node.stretches.filter(
      (each) => each.state === state && !each.taken && each.to - each.from >= hours * 3600 && !isDear(window, each),
    )
    const found = free[drawWhole(rng, 0, Math.max(0, free.length - 1))]
    if (found === undefined) continue
    found.taken = true
    return [node, found]
  }
}
const isDear = (window: Interval, { from, to }: Interval): boolean =>
  dearDays.some((day) => from < window.from + (day + 1) * 86_400 && to > window.from + day * 86_400)

/** A part of a stretch, of at least some seconds. */
const partOf = (rng: Rng, { from, to }: Interval, least: number): Interval => {
  const length = drawWhole(rng, least, to - from)
  const start = drawWhole(rng, from, to - length)
  return { from: start, to: start + length }
}

/** Whole hours inside a stretch, some of them. */
const wholeHours = (rng: Rng, { from, to }: Interval): Interval => {
  const [first, last] = [Math.ceil(from / 3600), Math.floor(to / 3600)]
  const length = drawWhole(rng, 1, last - first)
  const start = drawWhole(rng, first, last - length)
  return { from: start * 3600, to: (start + length) * 3600 }
}

const idOf = ({ count }: Planting): string => `planted-${(count.id += 1)}`
const claim = (planting: Planting, node: Node, interval: Interval, more: object = {}): void =>
  void planting.readings.push({
    kind: 'claim',
    source: 'desk',
    id: idOf(planting),
    block: node.block,
    unit: node.name,
    gpus: nodeGpus,
    ...interval,
    ...more,
  })
const run = (planting: Planting, node: Node, interval: Interval, tenant: string, gpus: number): void =>
  void planting.readings.push({
    kind: 'allocation',
    source: 'slurm',
    id: idOf(planting),
    pool: `pool-${node.block}`,
    nodes: node.name,
    gpus,
    tenant,
    ...interval,
  })

const plants: readonly ((planting: Planting, i: number) => Case)[] = [
  (planting) => {
    const [node, stretch] = takeStretch(planting, 'idle', 4)
    const part = partOf(planting.rng, stretch, 3600)
    const gpus = drawWhole(planting.rng, 1, nodeGpus)
    node.hidden.push({ ...part, gpus })
    return { kind: 'drew-power', beside: false, parts: partsOf(node.name, part, gpus) }
  },
  (planting) => {
    const [node, stretch] = takeStretch(planting, 'early', 4)
    const part = partOf(planting.rng, stretch, 1800)
    claim(planting, node, part)
    return { kind: 'before-acceptance', beside: false, parts: partsOf(node.name, part, nodeGpus) }
  },
  (planting, i) => {
    const isBeside = i % 2 === 1
    const [node, stretch] = takeStretch(planting, 'sold', 4, isBeside ? undefined : 'read')
    const part = partOf(planting.rng, stretch, 1800)
    const gpus = drawWhole(planting.rng, 1, nodeGpus)
    if (isBeside) run(planting, node, part, 'shadow', gpus)
    else claim(planting, node, part)
    return { kind: 'sold-twice', beside: isBeside, parts: partsOf(node.name, part, isBeside ? gpus : nodeGpus) }
  },
  (planting, i) => {
    const { window, rng } = planting
    const from = window.from + i * 7200
    const gpuSeconds = drawWhole(rng, 36_000, 3_600_000)
    const amount = ((gpuSeconds / 3600) * (1.2 + (i % 8) / 10)).toFixed(2)
    planting.readings.push({
      kind: 'charge',
      source: 'billing',
      id: idOf(planting),
      pool: 'pool-read',
      product: 'on-demand',
      amount,
      currency: 'USD',
      from,
      to: from + 3600,
      affiliate: { gpuSeconds },
    })
    return { kind: 'affiliate-below-reference', beside: true, parts: new Map([[`pool-read ${from}`, gpuSeconds]]) }
  },
  (planting, i) => {
    if (i % 2 === 0) {
      const [node, stretch] = takeStretch(planting, 'out', 4, 'read')
      const part = partOf(planting.rng, stretch, 1800)
      claim(planting, node, part)
      return { kind: 'unavailable', beside: false, parts: partsOf(node.name, part, nodeGpus) }
    }
    const [node, stretch] = takeStretch(planting, 'idle', 4)
    const hours = wholeHours(planting.rng, stretch)
    const codes = [...drainXids.keys()]
    for (const [hour] of hoursOf(hours)) node.xids.set(hour, codes[drawWhole(planting.rng, 0, codes.length - 1)]!)
    return { kind: 'unavailable', beside: false, parts: partsOf(node.name, hours, nodeGpus) }
  },
  (planting, i) => {
    const [node, stretch] = takeStretch(planting, 'idle', 4)
    if (i % 3 === 0) {
      const part = partOf(planting.rng, stretch, 1800)
      planting.readings.push({
        kind: 'gap',
        source: 'collector',
        id: idOf(planting),
        block: node.block,
        of: 'health',
        unit: node.name,
        gpus: nodeGpus,
        ...part,
      })
      return { kind: 'no-evidence', beside: false, parts: partsOf(node.name, part, nodeGpus) }
    }
    const hours = wholeHours(planting.rng, stretch)
    for (const [hour] of hoursOf(hours)) node.dark.set(hour, i % 3 === 1 ? 1 : 0.12 + planting.rng() * 0.5)
    return { kind: 'no-evidence', beside: false, parts: partsOf(node.name, hours, nodeGpus) }
  },
  (planting, i) => {
    if (i % 3 === 0) {
      const [node, stretch] = takeStretch(planting, 'idle', 4, 'read')
      stretch.recordedAt = drawWhole(planting.rng, stretch.from + 600, stretch.to - 600)
      return {
        kind: 'implausible-clock',
        beside: false,
        parts: partsOf(node.name, { from: stretch.recordedAt + 120, to: stretch.to }, nodeGpus),
      }
    }
    const [node, stretch] = takeStretch(planting, 'sold', 4)
    if (i % 3 === 1) {
      const part = partOf(planting.rng, stretch, 1800)
      const gpus = drawWhole(planting.rng, 1, nodeGpus)
      run(planting, node, part, stretch.tenant, gpus)
      return { kind: 'implausible-clock', beside: true, parts: partsOf(node.name, part, gpus) }
    }
    stretch.recordedAt = drawWhole(planting.rng, stretch.from + 600, stretch.to - 600)
    return {
      kind: 'implausible-clock',
      beside: true,
      parts: new Map([[`${node.name} ${stretch.recordedAt + 120}`, nodeGpus * (stretch.to - stretch.recordedAt - 120)]]),
    }
  },
]

/** Two days on which the pool of one block was offered above the list price; each is a case of all that the block claims then. */
const plantDear = ({ readings, cases, nodes, window }: Planting): void => {
  for (const pool of ['pool-read', 'pool-derived'])
    readings.push({
      kind: 'offer',
      source: 'desk',
      id: `${pool} early`,
      pool,
      price: '3.10',
      currency: 'USD',
      from: window.from - 86_400,
      to: window.from + dearDays[0]! * 86_400,
    })
  readings.push({
    kind: 'offer',
    source: 'desk',
    id: 'derived late',
    pool: 'pool-derived',
    price: '2.90',
    currency: 'USD',
    from: window.from + dearDays[0]! * 86_400,
    to: window.to,
  })
  let from = window.from + dearDays[0]! * 86_400
  for (const [i, day] of dearDays.entries()) {
    const dear = { from: window.from + day * 86_400, to: window.from + (day + 1) * 86_400 }
    if (from < dear.from)
      readings.push({
        kind: 'offer',
        source: 'desk',
        id: `fair ${i}`,
        pool: 'pool-read',
        price: '3.05',
        currency: 'USD',
        from,
        to: dear.from,
      })
    readings.push({ kind: 'offer', source: 'desk', id: `dear ${i}`, pool: 'pool-read', price: '3.11', currency: 'USD', ...dear })
    from = dear.to
    const parts = nodes
      .filter(({ block }) => block === 'read')
      .flatMap((node) =>
        node.stretches
          .filter(({ state }) => state === 'idle')
          .map((each) => ({ from: Math.max(each.from, dear.from), to: Math.min(each.to, dear.to) }))
          .filter((each) => each.from < each.to)
          .flatMap((each) => [...partsOf(node.name, each, nodeGpus)]),
      )
    const summed = new Map<string, number>()
    for (const [key, gpuSeconds] of parts) summed.set(key, (summed.get(key) ?? 0) + gpuSeconds)
    cases.push({ kind: 'above-list-price', beside: false, parts: summed })
  }
  readings.push({ kind: 'offer', source: 'desk', id: 'fair last', pool: 'pool-read', price: '3.05', currency: 'USD', from, to: window.to })
}

/** What an honest desk would write down: inventory, sales, outages, what is claimed, and charges of affiliates at the reference or above. */
const honestReadings = (nodes: readonly Node[], window: Interval, rng: Rng): object[] => {
  const acceptedAt = window.from + acceptedAfterDays * 86_400
  const readings: object[] = racks.flatMap(({ unit, block, tranche }) => [
    {
      kind: 'acceptance',
      source: 'site',
      id: `accept-${tranche}`,
      block,
      tranche,
      at: tranche === 'b' ? acceptedAt : window.from - 86_400,
      design: 72,
      tested: 72,
    },
    {
      kind: 'rack',
      source: 'site',
      id: unit,
      block,
      unit,
      nodes: `${unit.slice(5)}-n[01-18]`,
      gpus: 72,
      from: window.from - 3 * 86_400,
      tranche,
    },
  ])
  for (const node of nodes)
    for (const [i, stretch] of node.stretches.entries()) {
      const { from, to, state, tenant, recordedAt } = stretch
      const id = `${node.name} ${i}`
      const common = { from, to, id, recordedAt }
      // A run begins up to 100 seconds before the one of another tenant has ended: clocks differ.
      const early = state === 'sold' && node.stretches[i - 1]?.state === 'sold' ? drawWhole(rng, 0, 100) : 0
      if (state === 'sold')
        readings.push({
          ...common,
          kind: 'allocation',
          source: 'slurm',
          from: from - early,
          pool: `pool-${node.block}`,
          nodes: node.name,
          gpus: nodeGpus,
          tenant,
        })
      else if (state === 'out')
        readings.push({ ...common, kind: 'outage', source: 'health', block: node.block, unit: node.name, gpus: nodeGpus })
      else if (state === 'idle' && node.block === 'read')
        readings.push({ ...common, kind: 'claim', source: 'desk', block: 'read', unit: node.name, gpus: nodeGpus })
    }
  for (let i = 0; i < 20; i++) {
    const from = window.from + i * 9000
    readings.push({
      kind: 'charge',
      source: 'billing',
      id: `fair-${i}`,
      pool: 'pool-derived',
      product: 'on-demand',
      amount: `${21 + i}.00`,
      currency: 'USD',
      from,
      to: from + 3600,
      affiliate: { gpuSeconds: 36_000 },
    })
  }
  return readings
}

/** A month of three racks with cases of all kinds, of random size, in places that do not touch; everything else is honest, with its noise. */
export const plant = (seed: number, window: Interval): Planted => {
  const rng = makeRng(seed, 'planting')
  const nodes = racks.flatMap(({ unit, block, tranche }) =>
    Array.from({ length: nodesOfRack }, (_, i): Node => ({
      name: `${unit.slice(5)}-n${`${i + 1}`.padStart(2, '0')}`,
      unit,
      block,
      stretches: stretchesOf(rng, window, tranche === 'b' ? window.from + acceptedAfterDays * 86_400 : window.from),
      hidden: [],
      dark: new Map(),
      xids: new Map(),
    })),
  )
  const planting: Planting = { rng, nodes, readings: [], cases: [], window, count: { id: 0 } }
  for (const each of plants) for (let i = 0; i < casesOfKind; i++) planting.cases.push(each(planting, i))
  plantDear(planting)
  return { nodes, readings: [...planting.readings, ...honestReadings(nodes, window, rng)], cases: planting.cases, window }
}
