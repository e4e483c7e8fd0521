import type { Json } from '../base/canonical.ts'
import { fromText, isZero, least, minus, nought, toText, type Rational } from '../base/rational.ts'
import { addDays, dateOf, endOfDate, type Instant, type LocalDate } from '../base/time.ts'
import type { ClauseState } from './line.ts'

/** What was paid for and not taken in one period, as far as it has not been made up. It keeps the rights under which it was paid. */
export type Lot = Readonly<{
  /** Last local date of the period it was paid for: no two lots of a clause have the same. */
  paidFor: LocalDate
  /** GPU-seconds or units, above zero. */
  units: Rational
  /** What was paid for each GPU-hour or unit. */
  price: Rational
  /** Last local date on which it can be drawn. */
  through: LocalDate
  refund: boolean
}>

/** So much of one lot. */
export type FromLot = Readonly<{ lot: Lot; units: Rational }>

type Written = Readonly<{ paidFor: string; units: string; price: string; through: string; refund: boolean }>

/** The lots that a clause carried in, oldest first. */
export const readBank = ({ lots = [] }: ClauseState): Lot[] =>
  (lots as readonly Written[]).map(({ units, price, ...rest }) => ({ ...rest, units: fromText(units), price: fromText(price) }))

/** The lots as state: exact text. */
export const writeBank = (lots: readonly Lot[]): ClauseState => ({
  lots: lots.map(({ paidFor, units, price, through, refund }): Json => ({
    paidFor,
    price: toText(price),
    refund,
    through,
    units: toText(units),
  })),
})

/** The last local date of a lot that is paid for a period which ends at `to`: `months` calendar months from the day after the period. */
export const lotThrough = (to: Instant, months: number, zone: string): LocalDate =>
  addDays(Temporal.PlainDate.from(dateOf(to, zone)).add({ months }).toString(), -1)

type Period = Readonly<{
  to: Instant
  zone: string
  /** Units taken above the minimum in the period that ends at `to`. */
  excess: Rational
  /** Whether the clause ends with it, after which nothing can be taken. */
  isLast: boolean
}>

/**
 * What a period makes of the bank: excess draws lots, oldest first. Excess is known at the period's end, so a lot whose last date comes
 * before cannot be drawn; one that ends with the period can. What is then over, or left when the clause ends, expires.
 */
export const settleBank = (
  lots: readonly Lot[],
  { to, zone, excess, isLast }: Period,
): Readonly<{ drawn: readonly FromLot[]; expired: readonly FromLot[]; left: readonly Lot[] }> => {
  const [drawn, expired, left]: [FromLot[], FromLot[], Lot[]] = [[], [], []]
  let wanted = excess
  for (const lot of lots) {
    const ends = endOfDate(lot.through, zone)
    const units = ends < to ? nought : least(wanted, lot.units)
    const rest = minus(lot.units, units)
    wanted = minus(wanted, units)
    if (!isZero(units)) drawn.push({ lot, units })
    if (isZero(rest)) continue
    if (isLast || ends <= to) expired.push({ lot, units: rest })
    else left.push({ ...lot, units: rest })
  }
  return { drawn, expired, left }
}
