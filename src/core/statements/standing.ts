import { formatMoney, money, parseMoney } from '../base/money.ts'
import type { BlockId } from '../base/id.ts'
import type { Instant, Month } from '../base/time.ts'
import type { Facts } from '../meter/facts.ts'
import { heldAt, holdLines, readDisputes } from '../settlement/disputes.ts'
import type { StatedCharge } from '../settlement/stated.ts'
import { instantOf } from './figures.ts'
import type { Statement, StatementLine, Totals } from './statement.ts'
import { totalsOf } from './totals.ts'

/** What of a line of a final statement later months need. */
export type ToldLine = Omit<
  StatementLine,
  'number' | 'text' | 'reasons' | 'held' | 'quantity' | 'quantityUnit' | 'rate' | 'rateUnit' | 'exact'
>

/** A line as later months read it. */
export const toStated = (line: ToldLine, currency: string): StatedCharge => {
  const parsed = parseMoney(line.amount, currency)
  if (parsed === undefined) throw new RangeError(`line ${line.key} is of ${line.amount} ${currency}`)
  return {
    key: line.key,
    clause: line.clause,
    formula: line.formula,
    payer: line.payer,
    payee: line.payee,
    minor: parsed.minor,
    ...(line.corrects === undefined ? {} : { corrects: line.corrects }),
    block: (line.block as BlockId | null) ?? undefined,
    from: instantOf(line.from),
    to: instantOf(line.to),
    version: line.version,
    contractYear: line.contractYear,
    reason: line.reason ?? undefined,
  }
}

/** Where a final statement stands: it never changes, but it is disputed, and later statements correct it. */
export type Standing = Readonly<{
  status: 'final' | 'corrected' | 'disputed'
  /** As stated, with what is in dispute now. */
  totals: Totals
  /** What is in dispute now, by the number of its line; nothing where nothing is. */
  held: readonly Readonly<{ line: number; amount: string }>[]
}>

type Around = Pick<Facts, 'disputes' | 'rulings'> &
  Readonly<{
    /** Disputes and rulings after it have not happened yet. */
    at: Instant
    /** The later statements with corrections of this one. */
    correctedOn: readonly Month[]
  }>

/**
 * Where a final statement stands at an instant, from nothing but itself and what is known of disputes. Disputed comes before corrected: it is
 * what keeps money back. In every direction what is held and what is payable make the gross amount.
 */
export const standingOf = (statement: Statement, { disputes, rulings, at, correctedOn }: Around): Standing => {
  const { month, currency, totals } = statement
  const lines = statement.lines.map((line) => toStated(line, currency))
  const { standing } = readDisputes({ disputes, rulings }, [{ month, lines }], currency)
  const byKey = heldAt(standing, month, at)
  const held = holdLines(lines, byKey)
  return {
    status: byKey.size > 0 ? 'disputed' : correctedOn.length > 0 ? 'corrected' : 'final',
    totals: totalsOf(
      { ...statement, netting: totals.netting },
      lines.map((line, i) => ({ ...line, held: held[i]! })),
    ),
    held: statement.lines.flatMap(({ number }, i) =>
      held[i] === 0n ? [] : [{ line: number, amount: formatMoney(money(held[i]!, currency)) }],
    ),
  }
}
