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

type Group = Readonly<{ name: string; colour: keyof Palette; lines: readonly LineWire[] }>

const known: readonly Readonly<{ name: string; colour: keyof Palette; formulas: readonly string[] }>[] = [
  { name: 'Backstop', colour: 'unsold', formulas: paidFormulas },
  { name: 'Share', colour: 'sold', formulas: ['share', 'share-base'] },
  { name: 'Recoupment', colour: 'planned', formulas: ['recoupment'] },
]

/** What a line is called without its reason, block and days. */
const headOf = ({ text }: LineWire): string => text.split(',')[0]!

/** What guarantor and operator pay each other, clause by clause in the order of the statement; corrections of other months stand apart. */
const groupsOf = ({ lines, guarantor, operator }: StatementWire): Group[] => {
  const isBetween = ({ payer, payee }: LineWire) => [payer, payee].every((party) => party === guarantor.id || party === operator.id)
  const paid = lines.filter((line) => isBetween(line) && /[1-9]/.test(line.amount))
  const own = paid.filter(({ corrects }) => corrects === undefined)
  const of = (formula: string) => known.find(({ formulas }) => formulas.includes(formula))
  const named = known.map(({ name, colour, formulas }) => ({ name, colour, lines: own.filter((line) => formulas.includes(line.formula)) }))
  const others = [
    ...Map.groupBy(
      own.filter(({ formula }) => of(formula) === undefined),
      headOf,
    ),
  ].map(([name, all]): Group => ({ name, colour: 'planned', lines: all }))
  const corrections: Group = { name: 'Corrections', colour: 'planned', lines: paid.filter(({ corrects }) => corrects !== undefined) }
  return [...named, ...others, corrections].filter((group) => group.lines.length > 0)
}

/** Bars above zero are paid by the guarantor, bars below it by the operator; the first stands on zero, and the net closes them. */
const moneyOf = (statement: StatementWire): Bar[] => {
  const { totals, guarantor, operator } = statement
  const payer = [guarantor, operator].find(({ id }) => id === totals.net.payer)
  const net = decimal(totals.net.amount)
  const bars = groupsOf(statement).map(({ name, colour, lines }, i): Bar => {
    const value = lines.reduce(
      (sum, line) => plus(sum, line.payer === guarantor.id ? decimal(line.amount) : negate(decimal(line.amount))),
      nought,
    )
    return { name, value: millions(value), total: i === 0, colour, line: lines[0]!.number }
  })
  return [
    ...(bars.length === 0 ? [total('Nothing', nought, 'total')] : bars),
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
  // A correction is an amount of another month, at no price of this one.
  const priced = statement.lines.filter(
    ({ formula, quantity, corrects }) => paidFormulas.includes(formula) && corrects === undefined && fromText(quantity).n !== 0n,
  )
  return {
    hours,
    money,
    hoursPlaces: tieingPlaces(sumsOf(hours)),
    moneyPlaces: tieingPlaces(sumsOf(money)),
    prices: [...new Set(priced.map(({ rate }) => rate))],
  }
}
