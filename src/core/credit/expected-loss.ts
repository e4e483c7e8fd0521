import { compare, decimal, minus, nought, one, over, plus, rational, roundHalfEven, times, type Rational } from '../base/rational.ts'
import { addDays, daysBetween } from '../base/time.ts'
import type { Portfolio } from './portfolio.ts'
import { lastDateOf } from './record.ts'
import type { Register, RegisterRow } from './register.ts'

type Point = Readonly<{ days: number; probability: Rational }>

/** What is expected of a counterparty, and where the portfolio has it. */
export const curveOf = ({ counterparties }: Portfolio, id: string) => {
  const index = counterparties.findIndex((each) => each.id === id)
  const found = counterparties[index]
  if (found?.lossGivenDefault === undefined || found.cumulativeDefault.length === 0) return undefined
  const points = found.cumulativeDefault.map(({ years, probability }): Point => ({ days: 365 * years, probability: decimal(probability) }))
  return { lossGivenDefault: decimal(found.lossGivenDefault), points, pointer: `/counterparties/${index}` }
}

/** Cumulative probability of default by a number of days: straight between the points, flat after the last. */
const defaultBy = (points: readonly Point[], days: number): Rational => {
  let before: Point = { days: 0, probability: nought }
  for (const point of points) {
    if (days < point.days) {
      const part = rational(days - before.days, point.days - before.days)
      return plus(before.probability, times(part, minus(point.probability, before.probability)))
    }
    before = point
  }
  return before.probability
}

/** What is exposed: gross, or what escrow and collateral leave of it. */
const exposedPart = ({ amounts: { gross, net } }: RegisterRow, basis: string): Rational =>
  gross === 0n ? one : basis === 'net' ? rational(net, gross) : one

/**
 * Lifetime expected loss of one instrument, in minor units, undiscounted: Σ over the promises it still stands for of loss given default ×
 * probability that the counterparty defaults by the middle of the promise's dates × the amount. `gross` or `net` of escrow and collateral;
 * where the kind promises nothing by date, its exposure counts over the rest of its life. The probability of default is worked on exact
 * fractions and the loss is rounded once, half-even.
 */
export const expectedLoss = (row: RegisterRow, register: Register, portfolio: Portfolio, basis: string): bigint | undefined => {
  const curve = curveOf(portfolio, row.counterparty)
  if (curve === undefined) return undefined
  const start = addDays(lastDateOf(register.asOf), 1)
  if (row.status === 'ended' || row.amounts.gross === 0n) return 0n
  const promised = row.promised.filter(({ minor }) => minor > 0n)
  const whole = promised.reduce((sum, { minor }) => sum + minor, 0n)
  const dated = whole > 0n ? promised : [{ from: start, through: row.through, minor: row.amounts.gross }]
  const base = whole > 0n ? whole : row.amounts.gross
  const weighted = dated.reduce((sum, { from, through, minor }) => {
    const middle = Math.floor((daysBetween(start, from) + daysBetween(start, through)) / 2)
    return plus(sum, times(defaultBy(curve.points, Math.max(0, middle)), rational(minor)))
  }, nought)
  // Promises by date say when; the gross exposure says how much.
  const exposure = times(rational(row.amounts.gross), exposedPart(row, basis))
  const loss = times(times(curve.lossGivenDefault, over(weighted, rational(base))), exposure)
  return compare(loss, nought) < 0 ? 0n : roundHalfEven(loss)
}
