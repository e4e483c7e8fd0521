import assert from 'node:assert/strict'
import type { AgreementId, BlockId, ClauseId, ConditionId, OrderId, PoolId, TenantId, TrancheId } from '../src/core/base/id.ts'
import { parseInstant, type Instant } from '../src/core/base/time.ts'
import { compressHosts } from '../src/core/capacity/hostlist.ts'
import type { Reading } from '../src/core/meter/reading.ts'
import { importReadings } from '../src/server/app/import-readings.ts'
import { loadAgreement } from '../src/server/app/load-agreement.ts'
import { drawWhole, makeRng, type Rng } from '../src/server/history/rng.ts'
import type { Store } from '../src/server/store/database.ts'
import { fileOf } from './rows.ts'

/**
 * Two halls of twenty NVL72 racks in Sydney through October 2026, which has 743 hours there: orders, jobs, failures, works, a gap, a call and what a
 * sceptic should find. Seeded: the same readings on every machine.
 */
const zone = 'Australia/Sydney'
export const campusMonth = '2026-10'
export const campusAgreement = 'harbour'
export const campusFactory = 'harbour-west'
const [block, pool] = ['harbour-1' as BlockId, 'harbour' as PoolId]
export const campusNow = parseInstant('2026-11-02T09:00', zone) as Instant

export const local = (text: string): Instant => {
  const instant = parseInstant(`2026-${text}`, zone)
  assert.ok(typeof instant === 'number', `${text} ${instant}`)
  return instant
}

export const campusDocument = `offtake: 1
agreement: ${campusAgreement}
title: Harbour, Sydney
parties:
  - { id: grantor, name: The guarantor, role: guarantor }
  - { id: harbour, name: Harbour Cloud, role: operator }
zone: ${zone}
currency: USD
term: { from: 2026-08-01, through: 2031-07-31 }
blocks:
  - id: ${block}
    factory: ${campusFactory}
    region: Sydney
    sku: GB300
    tranches:
      - { id: first, gpus: 2592, due: 2026-08-01 }
      - { id: last, gpus: 288, due: 2026-10-12 }
    maintenance: { gpuHoursPerContractYear: '40000', noticeDays: 14 }
pools:
  - { id: ${pool}, attribution: supported-first, blocks: [${block}] }
clauses:
  - id: backstop
    kind: capacity-backstop
    payer: grantor
    payee: harbour
    covers: [${block}]
    measure: hour
    price: '2.32'
    callRight: true
    conditions:
      - { id: list-price, text: Unsold capacity was offered at or below 3.10 USD per GPU-hour., presumed: met }
  - id: share
    kind: revenue-share
    payer: harbour
    payee: grantor
    covers: [${block}]
    rate: '0.175'
settlement:
  netting: true
  due: { days: 30 }
metering:
  allocations: [slurm-syd]
  health: [slurm-syd, power-syd]
claims:
  idleWatts: 250
  toleranceSeconds: 300
  listPrice: '3.10'
  listCondition: list-price
`

export const nodesPerRack = 18
export const gpusPerRack = 72
export const racks = Array.from({ length: 40 }, (_, i) => i + 1)
const two = (n: number): string => String(n).padStart(2, '0')
export const unitOf = (rack: number): string => `hall-${rack <= 20 ? 1 : 2}/r${String(rack).padStart(3, '0')}`
export const nodeName = (rack: number, node: number): string => `syd-r${String(rack).padStart(3, '0')}-n${two(node)}`
const nodesOf = (rack: number, from = 1, through = nodesPerRack): string[] =>
  Array.from({ length: through - from + 1 }, (_, i) => nodeName(rack, from + i))

const [monthStart, monthEnd] = [local('10-01T00:00'), local('11-01T00:00')]
export const hour = 3600
const source = 'slurm-syd'
const other = 'power-syd'

/** Counts ids of one kind. */
const ids = () => {
  let n = 0
  return (prefix: string): string => `${prefix}-${(n += 1)}`
}

const inventory = (id: (prefix: string) => string): Reading[] => [
  {
    kind: 'acceptance',
    source: 'site',
    id: id('acc'),
    block,
    tranche: 'first' as TrancheId,
    at: local('08-01T00:00'),
    design: 2592,
    tested: 2592,
  },
  {
    kind: 'acceptance',
    source: 'site',
    id: id('acc'),
    block,
    tranche: 'last' as TrancheId,
    at: local('10-12T09:00'),
    design: 288,
    tested: 288,
  },
  ...racks.map((rack): Reading => {
    const tranche = (rack > 36 ? 'last' : 'first') as TrancheId
    const nodes = compressHosts(nodesOf(rack))
    return {
      kind: 'rack',
      source: 'site',
      id: unitOf(rack),
      block,
      unit: unitOf(rack),
      nodes,
      gpus: gpusPerRack,
      tranche,
      from: local('08-01T00:00'),
    }
  }),
]

type Order = Readonly<{ order: string; tenant: string; racks: readonly number[]; from: Instant; to: Instant; busy: number }>
const upTo = (from: number, through: number): number[] => racks.filter((rack) => rack >= from && rack <= through)
const orders: readonly Order[] = [
  { order: 'ord-501', tenant: 'aurora', racks: upTo(1, 8), from: monthStart, to: monthEnd, busy: 0.95 },
  { order: 'ord-502', tenant: 'borealis', racks: upTo(9, 13), from: monthStart, to: local('10-21T12:00'), busy: 0.8 },
  { order: 'ord-503', tenant: 'cirrus', racks: upTo(16, 19), from: local('10-05T00:00'), to: monthEnd, busy: 0.9 },
  { order: 'ord-504', tenant: 'delta', racks: upTo(21, 25), from: monthStart, to: monthEnd, busy: 0.97 },
  { order: 'ord-505', tenant: 'ember', racks: upTo(31, 33), from: local('10-10T00:00'), to: local('10-26T00:00'), busy: 0.6 },
]

/** Jobs one after the other on one rack, a part of the time. */
const jobsOn = (rng: Rng, rack: number, { from, to, busy, ...who }: Omit<Order, 'racks'>, id: (prefix: string) => string): Reading[] => {
  const jobs: Reading[] = []
  for (let now = from + drawWhole(rng, 0, 4) * hour; now < to;) {
    const length = drawWhole(rng, 2, 60) * hour + drawWhole(rng, 0, 3599)
    const stop = Math.min(to, now + length)
    const half = rng() < 0.2
    const nodes = half ? nodesOf(rack, 1, 9) : nodesOf(rack)
    const order = who.order === '' ? {} : { order: who.order as OrderId }
    jobs.push({
      kind: 'allocation',
      source,
      id: id('job'),
      recordedAt: stop + 40,
      pool,
      gpus: nodes.length * 4,
      nodes: compressHosts(nodes),
      tenant: who.tenant as TenantId,
      product: who.order === '' ? 'on-demand' : 'reserved',
      ...order,
      from: now,
      to: stop,
    })
    now = stop + Math.round((length * (1 - busy) * 2 * rng()) / busy)
  }
  return jobs
}

const sales = (rng: Rng, id: (prefix: string) => string): Reading[] => {
  const reserved = orders.flatMap(({ order, tenant, racks: of, from, to }) =>
    of.map((rack): Reading => ({
      kind: 'reservation',
      source: 'orders',
      id: id('res'),
      recordedAt: from,
      pool,
      gpus: gpusPerRack,
      nodes: compressHosts(nodesOf(rack)),
      order: order as OrderId,
      tenant: tenant as TenantId,
      from,
      to,
    })),
  )
  const under = orders.flatMap((order) => order.racks.flatMap((rack) => jobsOn(rng, rack, order, id)))
  const open = [14, 26, 27, 34].flatMap((rack) =>
    jobsOn(rng, rack, { order: '', tenant: 'walk-in', from: monthStart, to: monthEnd, busy: 0.45 }, id),
  )
  return [...reserved, ...under, ...open]
}

/** Racks that neither order nor walk-in uses. */
export const freeRacks = [15, 20, 28, 29, 30, 35, 36, 37, 38, 39, 40]

const works = (rng: Rng, id: (prefix: string) => string): Reading[] => {
  const failures = Array.from({ length: 26 }, (): Reading => {
    const rack = drawWhole(rng, 1, 36)
    const from = monthStart + drawWhole(rng, 0, 720) * hour
    const to = Math.min(monthEnd, from + drawWhole(rng, 2, 30) * hour)
    return {
      kind: 'outage',
      source,
      id: id('out'),
      recordedAt: to,
      block,
      gpus: gpusPerRack,
      unit: unitOf(rack),
      from,
      to,
      reason: 'XID 79',
    }
  })
  const planned = upTo(17, 20).map((rack): Reading => ({
    kind: 'maintenance',
    source: 'site',
    id: id('work'),
    block,
    gpus: gpusPerRack,
    unit: unitOf(rack),
    noticeAt: local('09-10T09:00'),
    from: local('10-14T10:00'),
    to: local('10-14T20:00'),
  }))
  const dark = [28, 29, 30].map((rack): Reading => ({
    kind: 'gap',
    source,
    id: id('gap'),
    block,
    of: 'health',
    gpus: gpusPerRack,
    unit: unitOf(rack),
    from: local('10-11T02:00'),
    to: local('10-11T05:00'),
  }))
  return [...failures, ...planned, ...dark]
}

/** Another source tells of the same failures: all but the first two, and one that the scheduler does not know. */
const otherSource = (told: readonly Reading[], id: (prefix: string) => string): Reading[] => {
  const known = told.filter((reading) => reading.kind === 'outage').slice(2)
  const [from, to] = [local('10-09T06:00'), local('10-09T12:00')]
  const more: Reading = {
    kind: 'outage',
    source: other,
    id: id('pow'),
    recordedAt: to,
    block,
    gpus: gpusPerRack,
    unit: unitOf(12),
    from,
    to,
  }
  return [...known.map((reading): Reading => ({ ...reading, source: other, id: id('pow') })), more]
}

const market = (id: (prefix: string) => string): Reading[] => [
  { kind: 'offer', source: 'desk', id: id('offer'), pool, price: '2.95', currency: 'USD', from: monthStart, to: local('10-18T22:00') },
  {
    kind: 'offer',
    source: 'desk',
    id: id('offer'),
    pool,
    price: '3.41',
    currency: 'USD',
    from: local('10-18T22:00'),
    to: local('10-19T22:00'),
  },
  { kind: 'offer', source: 'desk', id: id('offer'), pool, price: '2.95', currency: 'USD', from: local('10-19T22:00'), to: monthEnd },
  {
    kind: 'condition',
    source: 'desk',
    id: id('cond'),
    clause: 'backstop' as ClauseId,
    condition: 'list-price' as ConditionId,
    holds: true,
    from: monthStart,
    to: monthEnd,
  },
  { kind: 'call', source: 'grantor', id: id('call'), block, gpus: 2 * gpusPerRack, from: local('10-23T00:00'), to: local('10-27T00:00') },
  {
    kind: 'charge',
    source: 'billing',
    id: id('charge'),
    pool,
    product: 'reserved',
    amount: '3250000.00',
    currency: 'USD',
    from: monthStart,
    to: monthEnd,
  },
]

/** A node that two buyers hold for half a day. */
const soldTwice = (id: (prefix: string) => string): Reading[] =>
  (['fjord', 'gale'] as const).map((tenant) => ({
    kind: 'allocation',
    source,
    id: id('twice'),
    recordedAt: local('10-20T21:00'),
    pool,
    gpus: 36,
    nodes: compressHosts(nodesOf(15, 1, 9)),
    tenant: tenant as TenantId,
    product: 'on-demand',
    from: local('10-20T08:00'),
    to: local('10-20T20:00'),
  }))

export const campusReadings = (seed = 11): Reading[] => {
  const id = ids()
  const out = works(makeRng(seed, 'campus works'), id)
  return [...inventory(id), ...sales(makeRng(seed, 'campus sales'), id), ...out, ...otherSource(out, id), ...market(id), ...soldTwice(id)]
}

/** The same racks in ten halls of four: a campus. */
export const inTenHalls = (readings: readonly Reading[]): Reading[] => {
  const named = (unit: string): string =>
    unit.replace(/^hall-\d+\/r(\d+)/, (_, rack: string) => `hall-${Math.ceil(Number(rack) / 4)}/r${rack}`)
  return readings.map((reading) => ('unit' in reading && reading.unit !== undefined ? { ...reading, unit: named(reading.unit) } : reading))
}

/** Loads the agreement and imports its readings: all of them, or nothing. */
export const loadCampus = async (store: Store, readings: readonly Reading[] = campusReadings()): Promise<void> => {
  const loaded = await loadAgreement(store, { document: campusDocument, now: local('08-01T00:00'), by: 'test' })
  assert.equal(loaded.kind, 'loaded', JSON.stringify(loaded))
  const answer = await importReadings(store, {
    rows: fileOf(readings),
    agreement: campusAgreement as AgreementId,
    file: 'small-campus',
    mode: 'all-or-nothing',
    now: campusNow - 90,
    by: 'test',
  })
  assert.equal(answer.kind, 'imported', answer.kind === 'refused' ? JSON.stringify(answer.record.refusals.slice(0, 3)) : '')
}
