import { greatest, minus, nought, rational, times, type Rational } from '../base/rational.ts'
import type { Indexed, Origin } from '../terms/schedule.ts'
import type { PricedStep, Reckoned, Run } from '../terms/indexed.ts'
import type { Input, InputUnit } from './line.ts'
import { fact, sum, term } from './reasons.ts'

const explainRun = ({ index }: Indexed, { date, value, days }: Run, unit: InputUnit): Input =>
  sum('+', `Value of ${date}, on the days it was in force`, times(value, rational(days)), unit, [
    fact(index, ['index'], unit)('+', `Index of ${date}`, value),
    sum('×', 'Days', rational(days), 'days', []),
  ])

/** The price of a month, from the published values up: average × factor + plus, then what floor and cap did to it. */
const explainMonth = (origin: Origin, terms: Indexed, { average, of: index, linked, price }: Reckoned, unit: InputUnit): Input[] => {
  const written = (key: 'factor' | 'plus' | 'floor' | 'cap', of: InputUnit) => term(origin, `${terms.pointer}/${key}`, of)
  const [raised, cut] = [greatest(nought, minus(price, linked)), greatest(nought, minus(linked, price))]
  return [
    sum('+', `Index ${terms.index}, average over the days of ${index.month}`, average, unit, [
      ...index.runs.map((run) => explainRun(terms, run, unit)),
      sum('÷', 'Days of the month', rational(index.days), 'days', []),
    ]),
    written('factor', 'rate')('×', 'Factor', terms.factor),
    written('plus', unit)('+', 'Added', terms.plus),
    ...(raised.n === 0n ? [] : [written('floor', unit)('+', 'Raised to the floor', raised)]),
    ...(cut.n === 0n ? [] : [written('cap', unit)('-', 'Cut to the cap', cut)]),
  ]
}

/** The price as a reason: a term, or for one linked to an index all that it was reckoned from. `value` is that of the tier paid at. */
export const priceInput = (origin: Origin, { pointer, linked }: PricedStep, value: Rational, unit: InputUnit): Input => {
  const price = term(origin, pointer, unit)('×', 'Price', value, 'p')
  if (linked === undefined) return price
  const [first, ...others] = linked.months as [Reckoned, ...Reckoned[]]
  const alike = others.map((each): Input => ({
    ...term(origin, pointer, unit)('note', `The same price in ${each.month}`, value),
    children: explainMonth(origin, linked.terms, each, unit),
  }))
  return { ...price, children: [...explainMonth(origin, linked.terms, first, unit), ...alike] }
}
