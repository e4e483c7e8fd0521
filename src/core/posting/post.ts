import type { PartyId } from '../base/id.ts'
import { formatMoney, money, parseMoney } from '../base/money.ts'
import { addDays, nextMonth, type LocalDate, type Month } from '../base/time.ts'
import { account, below, type AccountName } from '../ledger/account.ts'
import { journal, type Entry, type Journal } from '../ledger/journal.ts'
import type { Formula } from '../settlement/line.ts'
import { plainChart, sidesOf, type Chart } from './chart.ts'

/** What posting reads of a statement. Every statement is one, so that nothing has to be copied. */
export type Stated = Readonly<{
  agreement: string
  month: Month
  version: number
  status: 'provisional' | 'final'
  currency: string
  guarantor: Readonly<{ id: string }>
  operator: Readonly<{ id: string }>
  lines: readonly Readonly<{
    key: string
    formula: Formula
    text: string
    payer: string
    payee: string
    /** Decimal string at the currency's minor unit; negative is a credit from payee to payer. */
    amount: string
  }>[]
  /** Sums of the lines by who pays, and whether the agreement nets them. */
  totals: Readonly<{ guarantorPays: string; operatorPays: string; netting: boolean }>
}>

/** A line with its amount in minor units. */
type Owed = Stated['lines'][number] & Readonly<{ minor: bigint }>

/** One party's view: its own book, and who stands opposite. */
type Side = Readonly<{ stated: Stated; book: string; counterparty: string }>

const minorOf = (text: string, currency: string): bigint => {
  const parsed = parseMoney(text, currency)
  if (parsed === undefined) throw new RangeError(`${text} is no amount of ${currency}`)
  return parsed.minor
}

const receivable = ({ stated, counterparty }: Side): AccountName => account('assets', 'receivable', counterparty, stated.agreement)
const payable = ({ stated, counterparty }: Side): AccountName => account('liabilities', 'payable', counterparty, stated.agreement)

/** The last local date of a month: accruals belong to the end of what they accrue. */
const lastDateOf = (month: Month): LocalDate => addDays(`${nextMonth(month)}-01`, -1)

/** What one line does to one book. A credit is the same two entries with their signs turned. */
const entriesOf = (side: Side, chart: Chart, line: Owed): Entry[] => {
  const { stated, book } = side
  const sides = sidesOf(chart, line.formula)
  if (sides === undefined) throw new RangeError(`line ${line.key} is ${line.formula} and cannot carry ${line.amount} ${stated.currency}`)
  const entry = (name: AccountName, minor: bigint): Entry => ({
    account: name,
    amount: money(minor, stated.currency),
    line: line.key,
    text: line.text,
  })
  return line.payer === book
    ? [entry(below(sides.payer, stated.agreement), line.minor), entry(payable(side), -line.minor)]
    : [entry(receivable(side), line.minor), entry(below(sides.payee, stated.agreement), -line.minor)]
}

const draft = ({ stated, book }: Side, step: string, narration: string, entries: readonly Entry[]): Journal =>
  journal({
    book: book as PartyId,
    date: lastDateOf(stated.month),
    period: stated.month,
    narration: `${narration} of ${stated.agreement}, ${stated.month}, statement version ${stated.version}`,
    source: { agreement: stated.agreement, month: stated.month, statementVersion: stated.version, step },
    entries,
  })

const owedBy = (lines: readonly Owed[], payer: string): bigint =>
  lines.reduce((sum, line) => (line.payer === payer ? sum + line.minor : sum), 0n)

/**
 * Sets what this statement makes payable off against what it makes receivable, so that the net stands alone: on the receivable when it is
 * for us, on the payable when it is against us. The accrual stays gross.
 */
const netted = (side: Side, lines: readonly Owed[]): Journal[] => {
  const { stated, book, counterparty } = side
  const [due, owed] = [owedBy(lines, counterparty), owedBy(lines, book)]
  const setOff = due >= owed ? owed : due
  if (!stated.totals.netting || setOff === 0n) return []
  const entry = (name: AccountName, minor: bigint): Entry => ({
    account: name,
    amount: money(minor, stated.currency),
    line: null,
    text: 'Set off, payable against receivable',
  })
  return [draft(side, 'netting', 'Netting', [entry(payable(side), setOff), entry(receivable(side), -setOff)])]
}

/** What a statement must be before it is posted. These are bugs, not refusals: a statement that was drawn up here never has them. */
const assertPostable = (stated: Stated, lines: readonly Owed[]): void => {
  const { guarantor, operator, totals, currency } = stated
  const name = `statement ${stated.agreement} ${stated.month} v${stated.version}`
  if (stated.status !== 'final') throw new RangeError(`${name} is ${stated.status}; only a final one is posted`)
  for (const { key, payer, payee } of lines)
    if (payer === payee || [payer, payee].some((party) => party !== guarantor.id && party !== operator.id))
      throw new RangeError(`${name}, line ${key}: ${payer} pays ${payee}, but the parties are ${guarantor.id} and ${operator.id}`)
  for (const [payer, total] of [
    [guarantor.id, totals.guarantorPays],
    [operator.id, totals.operatorPays],
  ] as const)
    if (owedBy(lines, payer) !== minorOf(total, currency))
      throw new RangeError(
        `${name}: the lines that ${payer} pays add up to ${formatMoney(money(owedBy(lines, payer), currency))}, not to ${total}`,
      )
}

/**
 * The journals of a final statement, the guarantor's book before the operator's: one accrual for each book, dated the last local date of
 * the month, two entries for each line that is not zero; and, where the agreement nets, one that sets off. A book with nothing to post has
 * none. Throws `RangeError` for a statement that is provisional, or whose lines and totals disagree.
 */
export const post = (stated: Stated, chart: Chart = plainChart): Journal[] => {
  const lines = stated.lines.map((line): Owed => ({ ...line, minor: minorOf(line.amount, stated.currency) }))
  assertPostable(stated, lines)
  const owed = lines.filter(({ minor }) => minor !== 0n)
  if (owed.length === 0) return []
  const [guarantor, operator] = [stated.guarantor.id, stated.operator.id]
  return [
    { stated, book: guarantor, counterparty: operator },
    { stated, book: operator, counterparty: guarantor },
  ].flatMap((side) => [
    draft(
      side,
      'accrual',
      'Accrual',
      owed.flatMap((line) => entriesOf(side, chart, line)),
    ),
    ...netted(side, owed),
  ])
}
