import { isWithinNotice, withinAllowance } from '../capacity/maintenance.ts'
import { floor } from '../base/rational.ts'
import { add, except, indicator, maximum, minimum, positive, restrict, subtract, where, zero, type Steps } from '../base/steps.ts'
import type { OrderId } from '../base/id.ts'
import { contractYearOf, contractYearStart, type Instant, type Interval } from '../base/time.ts'
import type { ResolvedBlock } from '../terms/schedule.ts'
import { emptyColumns, push, pushAll, pushSteps, sumOf, type Columns } from './columns.ts'

/** How a reading takes GPUs out, in the order in which a GPU's one state is found. */
const outKinds = ['planned', 'unavailable', 'unproven', 'curtailed'] as const
export type OutKind = (typeof outKinds)[number]

/** What the readings say of the GPUs of one block that are not simply available. */
export type HealthLog = Readonly<{
  /** Readings without a unit, of each kind: other GPUs each time. */
  nameless: Readonly<Record<OutKind, Columns>>
  /** Readings of a unit, which speak of the same GPUs; in columns, with the numbers of their units and kinds. */
  named: Columns
  unitOf: number[]
  kindOf: number[]
  units: Map<string, number>
  /** Where there is no health evidence of any GPU of the block; counts of 1. */
  dark: Columns
  /** Of the readings above, those that name an order. */
  orders: Map<OrderId, HealthLog>
}>

export const emptyHealth = (): HealthLog => ({
  nameless: { planned: emptyColumns(), unavailable: emptyColumns(), unproven: emptyColumns(), curtailed: emptyColumns() },
  named: emptyColumns(),
  unitOf: [],
  kindOf: [],
  units: new Map(),
  dark: emptyColumns(),
  orders: new Map(),
})

export type Out = Interval & Readonly<{ kind: OutKind; gpus: number; unit: string | undefined; order?: OrderId | undefined }>

export const pushOut = (log: HealthLog, { kind, from, to, gpus, unit, order }: Out): void => {
  if (order !== undefined) {
    const ofOrder = log.orders.get(order) ?? emptyHealth()
    log.orders.set(order, ofOrder)
    pushOut(ofOrder, { kind, from, to, gpus, unit })
  }
  if (unit === undefined) return push(log.nameless[kind], from, to, gpus)
  const number = log.units.get(unit) ?? log.units.size
  log.units.set(unit, number)
  log.unitOf.push(number)
  log.kindOf.push(outKinds.indexOf(kind))
  push(log.named, from, to, gpus)
}

/** What counts as a maintenance of this block: planned when announced in time, else out of service. Without an allowance none is planned. */
export const maintenanceKind = ({ maintenance }: ResolvedBlock, noticeAt: Instant, from: Instant): OutKind =>
  maintenance !== undefined && isWithinNotice(noticeAt, from, maintenance.noticeSeconds) ? 'planned' : 'unavailable'

/** The contract years of a block that touch an interval, the last one cut at its end: how far back planned maintenance has to be known. */
export const allowanceYears = ({ commencement }: ResolvedBlock, window: Interval, zone: string): Interval[] => {
  const first = contractYearOf(window.from, commencement, zone)
  const years: Interval[] = []
  for (let year = first, from = contractYearStart(commencement, first, zone); from < window.to; year++) {
    const next = contractYearStart(commencement, year + 1, zone)
    years.push({ from, to: Math.min(next, window.to) })
    from = next
  }
  return years
}

/** The largest of readings that speak of the same GPUs, given by their numbers. Where no two overlap, which is the rule, that is their sum. */
const largestOf = ({ froms, tos, counts }: Columns, readings: readonly number[]): Steps => {
  const inOrder = readings.toSorted((a, b) => froms[a]! - froms[b]!)
  const overlaps = inOrder.some((reading, i) => i > 0 && froms[reading]! < tos[inOrder[i - 1]!]!)
  const some = (chosen: readonly number[]): Steps => {
    const columns = emptyColumns()
    for (const i of chosen) push(columns, froms[i]!, tos[i]!, counts[i]!)
    return sumOf(columns)
  }
  if (!overlaps) return some(inOrder)
  let parts = inOrder.map((reading) => some([reading]))
  // Pairs of neighbours, so that thousands of overlapping readings stay cheap.
  while (parts.length > 1)
    parts = Array.from({ length: Math.ceil(parts.length / 2) }, (_, i) => maximum(parts[2 * i]!, parts[2 * i + 1] ?? zero))
  return parts[0]!
}

/**
 * The running largest over the kinds: GPUs planned; planned or unavailable; those or unproven; those or curtailed. What a kind adds to the
 * kinds before it is what it alone accounts for. Readings without a unit simply add up, as do those of a unit that is read once.
 */
const layersOf = ({ nameless, named, unitOf, kindOf }: HealthLog): Readonly<Record<OutKind, Steps>> => {
  const layers = outKinds.map(emptyColumns)
  for (const [i, layer] of layers.entries()) for (const kind of outKinds.slice(0, i + 1)) pushAll(layer, nameless[kind])
  for (const readings of Map.groupBy(unitOf.keys(), (reading) => unitOf[reading]!).values()) {
    const only = readings.length === 1 ? readings[0]! : undefined
    let most = zero
    for (const [kind, layer] of layers.entries()) {
      if (only === undefined) {
        const ofKind = readings.filter((reading) => kindOf[reading] === kind)
        if (ofKind.length > 0) most = maximum(most, largestOf(named, ofKind))
        pushSteps(layer, most)
      } else if (kindOf[only]! <= kind) push(layer, named.froms[only]!, named.tos[only]!, named.counts[only]!)
    }
  }
  const [planned, unavailable, unproven, curtailed] = layers.map(sumOf) as [Steps, Steps, Steps, Steps]
  return { planned, unavailable, unproven, curtailed }
}

/** GPUs that are out of service, for whatever reason, as far as readings of a unit and without one say. */
export const outSteps = (log: HealthLog): Steps => layersOf(log).unavailable

/** GPUs that readings name as an order's: planned, as far as the block's P lasts, and all that are out. Neither is cut to what it reserved. */
export const outOfOrder = (log: HealthLog, order: OrderId, planned: Steps, window: Interval): Readonly<{ planned: Steps; out: Steps }> => {
  const named = log.orders.get(order)
  if (named === undefined) return { planned: zero, out: zero }
  const layers = layersOf(named)
  // An allowance ends at an instant: until then all that was notified is planned, and after it nothing.
  return { planned: where(layers.planned, planned), out: restrict(layers.unavailable, window.from, window.to) }
}

/** The state of the GPUs of one block over the window. P + U is at most N wherever the readings are possible. */
export type Health = Readonly<{
  planned: Steps
  unavailable: Steps
  unproven: Steps
  deemed: Steps
  /** P + U */
  out: Steps
  /** A */
  available: Steps
  /** A, had every unproven GPU been available. */
  presumed: Steps
}>

/** Works out P, U, D and A of a block from what was read and from N, which is zero outside the window. */
export const healthOf = (block: ResolvedBlock, log: HealthLog, accepted: Steps, window: Interval, zone: string): Health => {
  const layers = layersOf(log)
  const inside = (steps: Steps) => restrict(steps, window.from, window.to)
  const years = allowanceYears(block, window, zone)
  const allowance = block.maintenance === undefined ? 0 : Number(floor(block.maintenance.gpuSecondsPerContractYear))
  const planned = inside(withinAllowance(layers.planned, allowance, years))
  // What was announced in time but lies beyond the allowance stays in this layer, and so is unavailable.
  const known = inside(layers.unavailable)
  const counted = inside(layers.unproven)
  const dark = indicator(sumOf(log.dark))
  const out = dark.starts.length === 0 ? counted : add(except(counted, dark), where(maximum(known, accepted), dark))
  const available = subtract(accepted, out)
  const curtailed = subtract(inside(layers.curtailed), counted)
  return {
    planned,
    unavailable: subtract(out, planned),
    unproven: subtract(out, known),
    deemed: minimum(curtailed, positive(available)),
    out,
    available,
    presumed: subtract(accepted, known),
  }
}
