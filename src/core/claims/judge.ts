import { drainXidOf } from './drain-xids.ts'
import { books, type Figures, noFigures } from './flags.ts'
import { hourOf, hourSeconds, type Grid } from './grid.ts'
import { aboveList, notOffered, withoutEvidence } from './market.ts'
import { reasonAt, reasons, unprovenFrom } from './reason.ts'
import type { Segment } from './sweep.ts'
import type { NodeTelemetry } from './telemetry.ts'
import { inForce, type Stepped, type Tolerances } from '../terms/schedule.ts'

/** Columns by hour, in GPU-seconds. What is claimed by name has a reason that readings give by the second, or is free; what is free has what holds of the block. */
export type NodeHours = Readonly<{
  claimed: Float64Array
  early: Float64Array
  unaccepted: Float64Array
  soldTwice: Float64Array
  out: Float64Array
  /** Of both books: named and free. */
  split: readonly [Split, Split]
  /** What each reason alone would find in what is claimed by name. */
  alone: readonly Float64Array[]
  sold: Float64Array
  planned: Float64Array
  unavailable: Float64Array
  /** Sold beyond the node's GPUs that work: it takes from what the block has unsold, although no GPU of another node is sold by it. */
  beyond: Float64Array
}>
/** What is claimed, or free, and for which nothing worse speaks than the block's market and evidence; `free` is all of it. */
type Split = Readonly<{ free: Float64Array; price: Float64Array; gap: Float64Array; offer: Float64Array }>

const columns = (hours: number): Float64Array => new Float64Array(hours)
const emptySplit = (hours: number): Split => ({ free: columns(hours), price: columns(hours), gap: columns(hours), offer: columns(hours) })

export const emptyHours = (hours: number): NodeHours => ({
  claimed: columns(hours),
  early: columns(hours),
  unaccepted: columns(hours),
  soldTwice: columns(hours),
  out: columns(hours),
  split: [emptySplit(hours), emptySplit(hours)],
  alone: reasons.map(() => columns(hours)),
  sold: columns(hours),
  planned: columns(hours),
  unavailable: columns(hours),
  beyond: columns(hours),
})

export const clearHours = (node: NodeHours): void => {
  const { split, alone, ...own } = node
  for (const column of [...Object.values(own), ...alone, ...split.flatMap((each) => Object.values(each))]) column.fill(0)
}

const addSplit = (split: Split, segment: Segment, gpus: number, dark: number, seconds: number): void => {
  const { hour, bits } = segment
  split.free[hour]! += gpus * seconds
  if ((bits & aboveList) !== 0) split.price[hour]! += gpus * seconds
  else {
    const gap = Math.min(gpus, dark)
    split.gap[hour]! += gap * seconds
    if ((bits & notOffered) !== 0) split.offer[hour]! += (gpus - gap) * seconds
  }
}

const addAlone = ({ alone }: NodeHours, segment: Segment, gpus: number, dark: number, seconds: number): void => {
  const { hour, claim, plausible, accepted, sold, out, bits } = segment
  const found = (reason: keyof typeof reasonAt, count: number): void => void (alone[reasonAt[reason]]![hour]! += count * seconds)
  found('implausible-clock', claim - plausible)
  if (!accepted) found('before-acceptance', claim)
  found('sold-twice', Math.max(0, claim + sold - gpus))
  found('unavailable', Math.max(0, claim + out - gpus))
  if ((bits & aboveList) !== 0) found('above-list-price', claim)
  if ((bits & notOffered) !== 0) found('not-offered', claim)
  found('no-evidence', Math.min(claim, dark))
}

/** Adds a stretch to its hour. Claims by name fill what is free first; `gpus` are the node's. */
export const addSegment = (node: NodeHours, segment: Segment, gpus: number): void => {
  const { hour, from, to, accepted, sold, out, planned, free, claim, plausible, bits } = segment
  const seconds = to - from
  const dark = (bits & withoutEvidence) === 0 ? segment.gap : gpus
  if (accepted) {
    node.sold[hour]! += Math.min(sold, gpus - out) * seconds
    node.planned[hour]! += planned * seconds
    node.unavailable[hour]! += (out - planned) * seconds
    node.beyond[hour]! += (segment.double + segment.overlap + Math.max(0, out + sold - gpus)) * seconds
  }
  const honest = accepted ? Math.min(plausible, free) : 0
  if (claim > 0) {
    const over = accepted ? plausible - honest : 0
    const twice = Math.min(over, sold)
    node.claimed[hour]! += claim * seconds
    node.early[hour]! += (claim - plausible) * seconds
    if (!accepted) node.unaccepted[hour]! += plausible * seconds
    node.soldTwice[hour]! += twice * seconds
    node.out[hour]! += (over - twice) * seconds
    addSplit(node.split[0], segment, honest, dark, seconds)
    addAlone(node, segment, gpus, dark, seconds)
  }
  if (free > honest) addSplit(node.split[1], segment, free - honest, Math.max(0, dark - honest), seconds)
}

/** One hour of one node, judged: GPU-seconds by reason in each book, and what stands. */
export type Verdict = {
  /** By book and reason. */
  amounts: readonly [Float64Array, Float64Array]
  eligible: [number, number]
  /** What telemetry alone would find, by reason, in each book. */
  alone: readonly [Float64Array, Float64Array]
  busy: number
  figures: Figures
  /** All that is claimed or free stands, and no reason alone would find anything: `amounts` and `alone` are then of another hour. */
  isQuiet: boolean
}
export const emptyVerdict = (): Verdict => ({
  amounts: [columns(reasons.length), columns(reasons.length)],
  eligible: [0, 0],
  alone: [columns(reasons.length), columns(reasons.length)],
  busy: 0,
  figures: noFigures,
  isQuiet: true,
})

const figuresAt = (telemetry: NodeTelemetry | undefined, at: number): Figures => {
  if (telemetry === undefined) return noFigures
  const index = (at - telemetry.from) / hourSeconds
  if (index < 0 || index >= telemetry.covered.length) return noFigures
  return {
    active: telemetry.active[index]!,
    powered: telemetry.powered[index]!,
    covered: telemetry.covered[index]!,
    watts: telemetry.wattsMax[index]!,
    xid: drainXidOf(telemetry.xids?.[index]),
  }
}

/** What was agreed for each hour, and for nodes of so many GPUs the GPU-seconds of it that telemetry has to cover. */
export type Limits = Readonly<{ agreed: readonly Tolerances[]; needed: (gpus: number) => Float64Array }>

export const limitsOf = (grid: Grid, stepped: Stepped<Tolerances>): Limits => {
  const agreed = Array.from({ length: grid.hours }, (_, hour) => inForce(stepped, hourOf(grid, hour).from).value)
  const known = new Map<number, Float64Array>()
  const needed = (gpus: number): Float64Array => {
    let column = known.get(gpus)
    // Seconds are whole, so what is at least a part of them is at least that part, rounded up.
    const need = ({ coverage: { n, d } }: Tolerances): number => Number((BigInt(gpus * hourSeconds) * n + d - 1n) / d)
    if (column === undefined) known.set(gpus, (column = Float64Array.from(agreed, need)))
    return column
  }
  return { agreed, needed }
}

/** GPU-seconds that were busy beyond all that may have been busy, of what is counted; none within the tolerance. */
const excess = (busy: number, whole: number, counted: number, { toleranceSeconds }: Tolerances): number => {
  const beyond = busy - (whole - counted)
  return beyond > toleranceSeconds ? Math.min(beyond, counted) : 0
}

type Asked = Readonly<{
  node: NodeHours
  gpus: number
  telemetry: NodeTelemetry | undefined
  grid: Grid
  limits: Limits
  needed: Float64Array
}>

const judgeBook = (verdict: Verdict, { node }: Asked, hour: number, book: 0 | 1, drew: number, isDark: boolean): void => {
  const amounts = verdict.amounts[book]
  const split = node.split[book]
  let left = split.free[hour]!
  const takeOff = (reason: keyof typeof reasonAt, amount: number): void => {
    const taken = Math.min(left, amount)
    amounts[reasonAt[reason]]! += taken
    left -= taken
  }
  if (verdict.figures.xid !== 0) takeOff('unavailable', left)
  takeOff('drew-power', drew)
  takeOff('above-list-price', split.price[hour]!)
  takeOff('no-evidence', isDark ? left : split.gap[hour]!)
  takeOff('not-offered', split.offer[hour]!)
  verdict.eligible[book] = left
}

const judgeAlone = (verdict: Verdict, { node, gpus }: Asked, hour: number, isDark: boolean, tolerances: Tolerances): void => {
  const { alone, figures, busy } = verdict
  const [named, free] = [node.claimed[hour]!, node.split[1].free[hour]!]
  for (const [reason] of reasons.entries()) alone[0][reason] = node.alone[reason]![hour]!
  const found = (reason: keyof typeof reasonAt, ofNamed: number, ofFree: number): void => {
    alone[0][reasonAt[reason]] = Math.max(alone[0][reasonAt[reason]]!, ofNamed)
    alone[1][reasonAt[reason]] = ofFree
  }
  if (figures.xid !== 0) found('unavailable', named, free)
  const drew = excess(busy, gpus * hourSeconds, named + free, tolerances)
  found('drew-power', Math.min(drew, named), Math.max(0, drew - named))
  found('above-list-price', 0, node.split[1].price[hour]!)
  found('no-evidence', isDark ? named : 0, isDark ? free : node.split[1].gap[hour]!)
  found('not-offered', 0, node.split[1].offer[hour]!)
}

/** Whether neither readings nor the block's market and evidence say anything against what is claimed or free. */
const isUndisputed = ({ claimed, split: [named, free] }: NodeHours, hour: number): boolean =>
  claimed[hour] === named.free[hour] &&
  named.price[hour] === 0 &&
  named.gap[hour] === 0 &&
  named.offer[hour] === 0 &&
  free.price[hour] === 0 &&
  free.gap[hour] === 0 &&
  free.offer[hour] === 0

/** Judges one hour: what readings say by the second comes first, then what telemetry says of the hour, then market and evidence. */
export const judgeHour = (verdict: Verdict, asked: Asked, hour: number): void => {
  const { node, gpus, telemetry, grid, limits, needed } = asked
  const tolerances = limits.agreed[hour]!
  const whole = gpus * hourSeconds
  verdict.figures = figuresAt(telemetry, grid.first + hour * hourSeconds)
  verdict.busy = Math.min(whole, Math.max(verdict.figures.active, verdict.figures.powered))
  const [ofNamed, ofFree] = [node.split[0].free[hour]!, node.split[1].free[hour]!]
  const isDark = verdict.figures.covered < needed[hour]!
  const beyond = excess(verdict.busy, whole, ofNamed + ofFree, tolerances)
  const isCalm = beyond === 0 && verdict.figures.xid === 0 && !isDark
  verdict.isQuiet = isUndisputed(node, hour) && (isCalm || ofNamed + ofFree === 0)
  verdict.eligible[0] = ofNamed
  verdict.eligible[1] = ofFree
  if (verdict.isQuiet) return
  const [named, free] = verdict.amounts
  named.fill(0)
  free.fill(0)
  verdict.alone[0].fill(0)
  verdict.alone[1].fill(0)
  named[reasonAt['implausible-clock']] = node.early[hour]!
  named[reasonAt['before-acceptance']] = node.unaccepted[hour]!
  named[reasonAt['sold-twice']] = node.soldTwice[hour]!
  named[reasonAt.unavailable] = node.out[hour]!
  const drew = verdict.figures.xid === 0 ? beyond : 0
  const drewNamed = Math.min(drew, ofNamed)
  judgeBook(verdict, asked, hour, books.named, drewNamed, isDark)
  judgeBook(verdict, asked, hour, books.free, drew - drewNamed, isDark)
  judgeAlone(verdict, asked, hour, isDark, tolerances)
}

const none = { rejected: 0, unproven: 0 }

/** What a verdict rejects, and what it leaves unproven, in both books. */
export const flaggedOf = ({ amounts, isQuiet }: Verdict): Readonly<{ rejected: number; unproven: number }> => {
  if (isQuiet) return none
  let [rejected, unproven] = [0, 0]
  for (const book of amounts)
    for (let reason = 0; reason < reasons.length; reason++)
      if (reason < unprovenFrom) rejected += book[reason]!
      else unproven += book[reason]!
  return { rejected, unproven }
}
