import { compare, fromText, isZero, minus, nought, plus, type Rational } from '../base/rational.ts'
import { toMoney, toRational } from '../base/money.ts'
import { major, percent } from '../terms/phrase.ts'
import type { Input, Line } from './line.ts'

/** What the tree of a recoupment says, in major units; the share as a part of one. */
type Told = Readonly<{
  opening: Rational
  accrued: Rational
  share: Rational
  above: Rational
  threshold: Rational
  allowed: Rational
  beyond: Rational
}>

/** Undefined where the tree is another's, such as that of a correction. */
const toldBy = ([allowed, beyond, opening, accrued]: readonly Input[]): Told | undefined => {
  const [above, share] = allowed?.children ?? []
  const threshold = above?.children?.[1]
  const all = { opening, accrued, share, above, threshold, allowed, beyond }
  if (opening?.operator !== 'note' || Object.values(all).includes(undefined)) return undefined
  return Object.fromEntries(Object.entries(all).map(([name, input]) => [name, fromText(input!.value)])) as Told
}

/**
 * What a line of recoupment took back, from what, and which of its two limits held, out of its own tree: a sentence or two. Amounts are rounded for
 * reading. Undefined for a line whose tree is none of a recoupment.
 */
export const sayRecouped = (
  { clause, formula, reasons }: Pick<Line, 'clause' | 'formula' | 'reasons'>,
  { currency, payer, payee }: Readonly<{ currency: string; payer: string; payee: string }>,
): string | undefined => {
  const told = formula === 'recoupment' ? toldBy(reasons) : undefined
  if (told === undefined) return undefined
  const { opening, accrued, share, above, threshold, allowed, beyond } = told
  const rounded = (amount: Rational): Rational => toRational(toMoney(amount, currency))
  const money = (amount: Rational): string => `${major(rounded(amount), currency)} ${currency}`
  const taken = rounded(minus(allowed, beyond))
  const owed = plus(opening, accrued)
  const from = `what ${payee} paid on earlier lines of clause ${clause}: ${money(opening)} of it were owed back when the period opened${isZero(accrued) ? '' : `, and ${money(accrued)} accrued on that`}`
  const of = `${percent(share)} of the revenue above ${money(threshold)}`
  if (compare(above, nought) === 0)
    return `Nothing is taken back: revenue did not reach ${money(threshold)}, above which ${percent(share)} of it pay back ${from}. ${money(owed)} stay owed back, before what this month adds.`
  const limit =
    compare(beyond, nought) > 0
      ? `The limit that held is what is owed: ${of} would have been ${money(allowed)}. Nothing of it stays owed back.`
      : `The limit that held is ${of}: of ${money(above)}. ${money(minus(owed, taken))} stay owed back, before what this month adds.`
  return `${payer} pays back ${money(taken)} of ${from}. ${limit}`
}
