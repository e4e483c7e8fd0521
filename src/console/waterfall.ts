import { decimal, fromText, isZero, minus, negate, nought, plus, type Rational } from '../core/base/rational.ts'
import type { LineWire, StatementWire } from '../wire/statement.ts'
import { millions, millionsOfHours, tieingPlaces } from './format.ts'
import type { Palette } from './palette.ts'

/** One bar: a total from zero, or a step from where the bar before it ended. */
export type Bar = Readonly<{
  name: string
  /** Millions: of GPU-hours, or of the currency. A step that takes away is negative. */
  value: Rational
  total: boolean
  colour: keyof Palette
  /** The line that it opens, if one. */
  line: number | undefined
  /** What it holds, where the name does not say it. */
  note?: string
}>

export type Waterfall = Readonly<{
  hours: readonly Bar[]
  money: readonly Bar[]
  hoursPlaces: number
  moneyPlaces: number
  prices: readonly string[]
}>

const total = (name: string, value: Rational, colour: keyof Palette, line?: number): Bar => ({ name, value, total: true, colour, line })
const less = (name: string, value: Rational, colour: keyof Palette, line?: number): Bar => ({
  name,
  value: negate(value),
  total: false,
  colour,
  line,
})

const paidFormulas = ['backstop', 'called', 'called-over-cap']
const first = (lines: readonly LineWire[], ...formulas: string[]): number | undefined =>
  lines.find(({ formula }) => formulas.includes(formula))?.number

const notClaimed = 'Unsold, but retained by the operator, not committed, above a limit, or netted by sales in the same stretch'

/** From accepted capacity to what is paid for. Steps at zero stay where the story needs them; what is rare shows only when it happens. */
const hoursOf = ({ waterfall: w, lines }: StatementWire): Bar[] => {
  const of = (gpuSeconds: string) => millionsOfHours(gpuSeconds)
  // What the clauses do not claim of it: retained, not committed, above a limit, netted in a bucket, or of another month of a longer period.
  const left = minus(plus(of(w.unsold), of(w.called)), of(w.claimed))
  const line = first(lines, ...paidFormulas)
  return [
    total('Accepted', of(w.accepted), 'total'),
    less('Planned', of(w.planned), 'planned'),
    less('Unavailable', of(w.unavailable), 'unavailable'),
    less('Sold', of(w.sold), 'sold'),
    ...(isZero(left) ? [] : [{ ...less('Not claimed', left, 'planned'), note: notClaimed }]),
    total('Claimed', of(w.claimed), 'unsold', line),
    less('Not eligible', of(w.ineligible), 'planned', first(lines, 'ineligible')),
    ...(isZero(of(w.overCap)) ? [] : [less('Over cap', of(w.overCap), 'planned', first(lines, 'over-cap'))]),
    total('Paid for', of(w.paid), 'unsold', line),
  ]
}

const sumOf = (lines: readonly LineWire[], ...formulas: string[]): Rational =>
  lines.filter(({ formula }) => formulas.includes(formula)).reduce((sum, { amount }) => plus(sum, decimal(amount)), nought)

const moneyOf = ({ lines, totals, guarantor, operator }: StatementWire): Bar[] => {
  const recouped = sumOf(lines, 'recoupment')
  const payer = [guarantor, operator].find(({ id }) => id === totals.net.payer)
  const net = decimal(totals.net.amount)
  const shared = first(lines, 'share', 'share-base')
  return [
    total('Backstop', millions(sumOf(lines, ...paidFormulas)), 'unsold', first(lines, ...paidFormulas)),
    ...(shared === undefined ? [] : [less('Share', millions(sumOf(lines, 'share', 'share-base')), 'sold', shared)]),
    ...(first(lines, 'recoupment') === undefined ? [] : [less('Recoupment', millions(recouped), 'planned', first(lines, 'recoupment'))]),
    total(payer === undefined ? 'Net' : `Net, ${payer.name} pays`, millions(payer?.id === operator.id ? negate(net) : net), 'total'),
  ]
}

/** Sums that have to hold at the digits shown: each total is what the bars since the total before it make. */
const sumsOf = (bars: readonly Bar[]): { parts: Rational[]; total: Rational }[] => {
  const sums: { parts: Rational[]; total: Rational }[] = []
  let parts: Rational[] = []
  for (const bar of bars) {
    if (bar.total && parts.length > 0) sums.push({ parts, total: bar.value })
    parts = bar.total ? [bar.value] : [...parts, bar.value]
  }
  return sums
}

/** From accepted capacity to money, in two panels that tie at the digits shown. */
export const waterfallOf = (statement: StatementWire): Waterfall => {
  const [hours, money] = [hoursOf(statement), moneyOf(statement)]
  const priced = statement.lines.filter(({ formula, quantity }) => paidFormulas.includes(formula) && fromText(quantity).n !== 0n)
  return {
    hours,
    money,
    hoursPlaces: tieingPlaces(sumsOf(hours)),
    moneyPlaces: tieingPlaces(sumsOf(money)),
    prices: [...new Set(priced.map(({ rate }) => rate))],
  }
}
