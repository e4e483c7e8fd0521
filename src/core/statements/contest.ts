import { formatMoney, money, parseMoney, toMoney, toRational } from '../base/money.ts'
import { compare, decimal, fromText, nought, over, rational, times, type Rational } from '../base/rational.ts'
import type { Instant } from '../base/time.ts'
import type { DisputeFact, Facts } from '../meter/facts.ts'
import { readDisputes } from '../settlement/disputes.ts'
import { grouped } from './figures.ts'
import { standingOf, toStated } from './standing.ts'
import type { NetTotal, Statement, StatementLine } from './statement.ts'

type Told = Pick<Facts, 'disputes' | 'rulings'>

/** What of a line is contested: an amount, a quantity in the unit that people read, or, with neither, all that is left of it. */
export type Contest = Readonly<{ line: number; amount?: string | undefined; quantity?: string | undefined }>

export type Contested = Readonly<{
  line: StatementLine
  /** Without sign, at the minor unit: what leaves the net. */
  amount: string
  /** Payable of the pair that the line is between, without it and with it. */
  before: NetTotal
  after: NetTotal
}>

const unitsPerHour = rational(3600)

/** What a quantity of a line is worth at its rate, in major units; undefined where the line has no rate of that quantity. */
const worthOf = (line: StatementLine, quantity: Rational): Rational | undefined =>
  line.rateUnit === 'none' || line.rateUnit === 'per-year' ? undefined : times(quantity, fromText(line.rate))

/** The quantity of a line as people read it: GPU-hours, or whatever else it counts. */
export const readableQuantity = ({ quantity, quantityUnit }: StatementLine): Rational =>
  quantityUnit === 'gpu-seconds' ? over(fromText(quantity), unitsPerHour) : fromText(quantity)

const size = (value: Rational): Rational => (value.n < 0n ? { n: -value.n, d: value.d } : value)

/** The amount that is contested, without sign; a sentence where it cannot be. */
const amountOf = (
  { amount, quantity }: Contest,
  line: StatementLine,
  left: string,
  currency: string,
): string | Readonly<{ message: string }> => {
  const refuse = (message: string) => ({ message })
  if (amount !== undefined && quantity !== undefined) return refuse('Dispute an amount or a quantity of the line, not both.')
  if (amount !== undefined) {
    const parsed = parseMoney(amount, currency)
    if (parsed === undefined || parsed.minor <= 0n) return refuse(`${amount} is no amount of ${currency} above zero.`)
    const text = formatMoney(parsed)
    return parsed.minor > parseMoney(left, currency)!.minor
      ? refuse(`Of line ${line.number} ${grouped(left)} ${currency} can be disputed, not ${grouped(text)}.`)
      : text
  }
  if (quantity === undefined) return left
  const wanted = decimal(quantity)
  const whole = size(readableQuantity(line))
  if (compare(wanted, nought) <= 0 || compare(wanted, whole) > 0)
    return refuse(`A quantity of line ${line.number} is above zero and at most its own.`)
  const worth = worthOf(line, wanted)
  if (worth === undefined) return refuse(`Line ${line.number} has no rate for a quantity: dispute an amount of it.`)
  const minor = toMoney(size(worth), currency).minor
  const most = parseMoney(left, currency)!.minor
  return formatMoney(money(minor > most ? most : minor, currency))
}

const pairOf = ({ totals, guarantor, operator }: Pick<Statement, 'totals' | 'guarantor' | 'operator'>, line: StatementLine): NetTotal => {
  const isMain = [guarantor.id, operator.id].includes(line.payer) && [guarantor.id, operator.id].includes(line.payee)
  const other = totals.others.find(({ parties }) => parties.includes(line.payer) && parties.includes(line.payee))
  return isMain || other === undefined ? totals.payable : other.payable
}

/** What a dispute would hold out of the net of a final statement, or why it cannot be, in a sentence. Disputes and rulings up to `at` count. */
export const contest = (statement: Statement, of: Contest, told: Told, at: Instant): Contested | Readonly<{ message: string }> => {
  const { currency, month } = statement
  const line = statement.lines.find(({ number }) => number === of.line)
  if (line === undefined) return { message: `The statement has no line ${of.line}; it has ${statement.lines.length}.` }
  const lines = statement.lines.map((each) => toStated(each, currency))
  const fact: DisputeFact = { id: '?', month, line: line.key, amount: undefined, at, reason: '' }
  const trial = readDisputes({ ...told, disputes: [...told.disputes, fact] }, [{ month, lines }], currency)
  const minor = trial.standing.find((each) => each.fact === fact)?.minor ?? 0n
  const left = formatMoney(money(minor < 0n ? -minor : minor, currency))
  if (minor === 0n) return { message: nothingLeft(line) }
  const amount = amountOf(of, line, left, currency)
  if (typeof amount !== 'string') return amount
  const held: DisputeFact = { ...fact, amount: toRational(parseMoney(amount, currency)!) }
  const standing = (disputes: readonly DisputeFact[]) =>
    pairOf({ ...statement, ...standingOf(statement, { ...told, disputes, at, correctedOn: [] }) }, line)
  return { line, amount, before: standing(told.disputes), after: standing([...told.disputes, held]) }
}

const nothingLeft = ({ number, amount }: StatementLine): string =>
  /[1-9]/.test(amount)
    ? `All of line ${number} is in dispute already.`
    : `Line ${number} has no amount: dispute the line that it was taken from.`
