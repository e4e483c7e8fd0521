import { daysBetween, type LocalDate } from '../base/time.ts'

/** Money on a local date: what is paid in is negative, what comes back positive. Binary floating point: a rate of return is an estimate. */
export type DatedFlow = Readonly<{ date: LocalDate; amount: number }>

/**
 * The rates at which flows are worth nothing on balance, per year, compounded: 0.37 is 37 %. A flow that changes its sign once has one; others
 * may have several, and then none of them is *the* return; or none at all.
 */
export type InternalRates =
  | Readonly<{ kind: 'one'; rate: number }>
  | Readonly<{ kind: 'several'; rates: readonly number[] }>
  | Readonly<{ kind: 'none' }>

/** Rates that are looked for: from a billionth above −100 % up to a billion times. What lies beyond is no return that anybody had. */
export const growthMax = 1e9
/** Stretches of the logarithm of yearly growth are halved down to this. */
const resolution = 1e-11
/** Roots closer than this are one root: a value that only touches zero is nothing, to sixteen digits, on both sides of it. */
const apart = 1e-7

/** Present value on the earliest date at a yearly rate, act/365: Σ CF/(1 + r)^((d − d0)/365). */
export const xnpv = (rate: number, flows: readonly DatedFlow[]): number =>
  inYears(flows).reduce((sum, { years, amount }) => sum + amount * (1 + rate) ** -years, 0)

type Flow = Readonly<{ years: number; amount: number }>

const inYears = (flows: readonly DatedFlow[]): Flow[] => {
  const first = flows.reduce((date, each) => (each.date < date ? each.date : date), flows[0]?.date ?? '')
  return flows.map(({ date, amount }) => ({ years: daysBetween(first, date) / 365, amount }))
}

/** At one point: the flows that come in, those that go out, and the same two weighted by time; each falls as the point rises. */
type Sums = Readonly<{ at: number; value: readonly [number, number]; slope: readonly [number, number] }>

const sumsAt = (flows: readonly Flow[], at: number): Sums => {
  const sums = [0, 0, 0, 0] as [number, number, number, number]
  for (const { years, amount } of flows) {
    const size = Math.abs(amount) * Math.exp(-at * years)
    const side = amount > 0 ? 0 : 1
    sums[side] += size
    sums[side + 2]! += size * years
  }
  return { at, value: [sums[0], sums[1]], slope: [sums[2], sums[3]] }
}

const balanceOf = ({ value }: Sums): number => value[0] - value[1]
/** Whether the difference of two falling functions cannot be zero between two points. */
const neverZero = (a: readonly [number, number], b: readonly [number, number]): boolean => b[0] > a[1] || a[0] < b[1]

const bisect = (flows: readonly Flow[], from: Sums, to: Sums): number => {
  let [low, high] = [from, to]
  for (;;) {
    const middle = (low.at + high.at) / 2
    if (middle <= low.at || middle >= high.at) return middle
    const sums = sumsAt(flows, middle)
    if (balanceOf(sums) === 0) return middle
    if (Math.sign(balanceOf(sums)) === Math.sign(balanceOf(low))) low = sums
    else high = sums
  }
}

/**
 * Every root between two points. Money in and money out are each a falling function, so their values at the ends bound their difference, and
 * likewise its slope: a stretch is dropped where the difference keeps its sign, searched where its slope does, and halved otherwise.
 */
const rootsBetween = (flows: readonly Flow[], from: Sums, to: Sums): number[] => {
  if (neverZero(from.value, to.value)) return []
  const differ = Math.sign(balanceOf(from)) !== Math.sign(balanceOf(to))
  if (neverZero(from.slope, to.slope)) return differ ? [bisect(flows, from, to)] : []
  if (to.at - from.at < resolution) return [(from.at + to.at) / 2]
  const middle = sumsAt(flows, (from.at + to.at) / 2)
  return [...rootsBetween(flows, from, middle), ...rootsBetween(flows, middle, to)]
}

/** Roots at or above zero of Σ amount·exp(−x·years), years not negative. */
const rootsAbove = (flows: readonly Flow[]): number[] => rootsBetween(flows, sumsAt(flows, 0), sumsAt(flows, Math.log(growthMax)))

/**
 * XIRR: every rate r above −100 % with Σ CF/(1 + r)^((d − d0)/365) = 0, d0 the earliest date. Rates below zero are looked for with time turned
 * round, so that no power overflows. The order of the flows is irrelevant.
 */
export const xirr = (flows: readonly DatedFlow[]): InternalRates => {
  const some = inYears(flows.filter(({ amount }) => amount !== 0))
  if (some.length === 0) return { kind: 'none' }
  const last = Math.max(0, ...some.map(({ years }) => years))
  const turned = some.map(({ years, amount }) => ({ years: last - years, amount }))
  const roots = [...rootsAbove(turned).map((root) => -root), ...rootsAbove(some)].toSorted((a, b) => a - b)
  const distinct = roots.filter((root, i) => i === 0 || root - roots[i - 1]! > apart)
  const [rate, ...more] = distinct.map((root) => Math.expm1(root))
  if (rate === undefined) return { kind: 'none' }
  return more.length === 0 ? { kind: 'one', rate } : { kind: 'several', rates: [rate, ...more] }
}
