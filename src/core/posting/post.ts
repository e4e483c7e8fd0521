import type { PartyId } from '../base/id.ts'
import { formatMoney, money, parseMoney } from '../base/money.ts'
import { addDays, nextMonth, type LocalDate, type Month } from '../base/time.ts'
import { account, below, type AccountName } from '../ledger/account.ts'
import { journal, type Entry, type Journal } from '../ledger/journal.ts'
import { ruled } from '../settlement/disputes.ts'
import type { Formula } from '../settlement/line.ts'
import { plainChart, type Chart } from './chart.ts'

/** What posting reads of a statement. Every statement is one, so that nothing has to be copied. */
export type Stated = Readonly<{
  agreement: string
  month: Month
  version: number
  status: 'provisional' | 'final'
  currency: string
  guarantor: Readonly<{ id: string }>
  operator: Readonly<{ id: string }>
  parties: readonly Readonly<{ id: string }>[]
  lines: readonly Readonly<{
    key: string
    formula: Formula
    text: string
    payer: string
    payee: string
    /** Decimal string at the currency's minor unit; negative is a credit from payee to payer. */
    amount: string
    /** What of it is in dispute, likewise: no part of the net. */
    held?: string
  }>[]
  /** Sums of the lines by who pays, and whether the agreement nets them. */
  totals: Readonly<{ guarantorPays: string; operatorPays: string; netting: boolean }>
}>

/** A line with its amount in minor units. */
type Owed = Stated['lines'][number] & Readonly<{ minor: bigint; undisputed: bigint }>

/** One party's view of what it and one other owe each other: its own book, and who stands opposite. */
type Side = Readonly<{ stated: Stated; book: string; counterparty: string; main: boolean }>

const minorOf = (text: string, currency: string): bigint => {
  const parsed = parseMoney(text, currency)
  if (parsed === undefined) throw new RangeError(`${text} is no amount of ${currency}`)
  return parsed.minor
}

const receivable = ({ stated, counterparty }: Side): AccountName => account('assets', 'receivable', counterparty, stated.agreement)
const payable = ({ stated, counterparty }: Side): AccountName => account('liabilities', 'payable', counterparty, stated.agreement)

/** The last local date of a month: accruals belong to the end of what they accrue. */
const lastDateOf = (month: Month): LocalDate => addDays(`${nextMonth(month)}-01`, -1)

/** A ruling takes from the line whose key its own begins with: clause/formula/… */
const formulaOf = (key: string): Formula => key.split('/')[1]!

/** What one line does to one book. A credit is the same two entries with their signs turned. */
const entriesOf = (side: Side, chart: Chart, line: Owed): Entry[] => {
  const { stated, book } = side
  const sides = chart.get(line.formula === ruled ? formulaOf(line.key) : line.formula)
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

const draft = ({ stated, book, counterparty, main }: Side, kind: string, narration: string, entries: readonly Entry[]): Journal => {
  // Guarantor and operator have one journal of each step; with anybody else it names who stands opposite.
  const step = main ? kind : `${kind}-${counterparty}`
  return journal({
    book: book as PartyId,
    date: lastDateOf(stated.month),
    period: stated.month,
    narration: `${narration} of ${stated.agreement}, ${stated.month}, statement version ${stated.version}`,
    source: { agreement: stated.agreement, month: stated.month, statementVersion: stated.version, step },
    entries,
  })
}

const owedBy = (lines: readonly Owed[], payer: string): bigint =>
  lines.reduce((sum, line) => (line.payer === payer ? sum + line.minor : sum), 0n)
const undisputedBy = (lines: readonly Owed[], payer: string): bigint =>
  lines.reduce((sum, line) => (line.payer === payer ? sum + line.undisputed : sum), 0n)

/**
 * Sets what this statement makes payable off against what it makes receivable, so that the net stands alone: on the receivable when it is
 * for us, on the payable when it is against us. The accrual stays gross, and so does what is in dispute.
 */
const netted = (side: Side, lines: readonly Owed[]): Journal[] => {
  const { stated, book, counterparty } = side
  const [due, owed] = [undisputedBy(lines, counterparty), undisputedBy(lines, book)]
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
  const { guarantor, operator, parties, totals, currency } = stated
  const name = `statement ${stated.agreement} ${stated.month} v${stated.version}`
  if (stated.status !== 'final') throw new RangeError(`${name} is ${stated.status}; only a final one is posted`)
  const known = [guarantor.id, operator.id, ...parties.map(({ id }) => id)]
  for (const { key, payer, payee } of lines)
    if (payer === payee || [payer, payee].some((party) => !known.includes(party)))
      throw new RangeError(`${name}, line ${key}: ${payer} pays ${payee}, but the parties are ${[...new Set(known)].join(', ')}`)
  const between = lines.filter(({ payer, payee }) => [payer, payee].every((party) => party === guarantor.id || party === operator.id))
  for (const [payer, total] of [
    [guarantor.id, totals.guarantorPays],
    [operator.id, totals.operatorPays],
  ] as const)
    if (owedBy(between, payer) !== minorOf(total, currency))
      throw new RangeError(
        `${name}: the lines that ${payer} pays add up to ${formatMoney(money(owedBy(between, payer), currency))}, not to ${total}`,
      )
}

/** Every two parties that owe each other something, guarantor and operator first. */
const pairsOf = ({ guarantor, operator, parties }: Stated, owed: readonly Owed[]): (readonly [string, string])[] => {
  const ids = [...new Set([guarantor.id, operator.id, ...parties.map(({ id }) => id)])]
  const pairs = ids.flatMap((one, i) => ids.slice(i + 1).map((other) => [one, other] as const))
  return pairs.filter((pair) => owed.some(({ payer, payee }) => pair.includes(payer) && pair.includes(payee)))
}

/**
 * The journals of a final statement, for every two parties that owe each other something, the guarantor's book before the operator's and
 * these before others: one accrual for each book, dated the last local date of the month, two entries for each line that is not zero; and,
 * where the agreement nets, one that sets off. A book with nothing to post has none. Throws `RangeError` for a statement that is provisional,
 * or whose lines and totals disagree.
 */
export const post = (stated: Stated, chart: Chart = plainChart): Journal[] => {
  const lines = stated.lines.map((line): Owed => {
    const minor = minorOf(line.amount, stated.currency)
    return { ...line, minor, undisputed: minor - minorOf(line.held ?? '0', stated.currency) }
  })
  assertPostable(stated, lines)
  const owed = lines.filter(({ minor }) => minor !== 0n)
  return pairsOf(stated, owed).flatMap(([one, other]) => {
    const between = owed.filter(({ payer, payee }) => [one, other].includes(payer) && [one, other].includes(payee))
    const main = one === stated.guarantor.id && other === stated.operator.id
    return [
      { stated, book: one, counterparty: other, main },
      { stated, book: other, counterparty: one, main },
    ].flatMap((side) => [
      draft(
        side,
        'accrual',
        'Accrual',
        between.flatMap((line) => entriesOf(side, chart, line)),
      ),
      ...netted(side, between),
    ])
  })
}
