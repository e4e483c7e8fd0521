import { minorDigits } from '../base/currency.ts'
import type { PartyId } from '../base/id.ts'
import { formatMoney, money } from '../base/money.ts'
import { compareAccounts, kindOf, type AccountKind, type AccountName } from '../ledger/account.ts'
import { inOrder, type Entry, type Journal } from '../ledger/journal.ts'
import { csv, numberCell, textCell, type CsvCell } from './csv.ts'
import { printable, textTable } from './text-table.ts'

const kindLetters: Readonly<Record<AccountKind, string>> = { assets: 'A', liabilities: 'L', equity: 'E', income: 'R', expenses: 'X' }

/** hledger ends a description at `;`, and reads a status, a code or a second date at its beginning. */
const description = (text: string): string =>
  printable(text)
    .replaceAll(';', ',')
    .replace(/^[\s*!(=]+/, '')

/** The value of a tag ends at a comma, and hledger reads a date in brackets as the date of the entry, wherever in a comment it stands. */
const tag = (name: string, value: string | number): string =>
  `${name}:${printable(String(value)).replaceAll(',', ';').replaceAll('[', '(').replaceAll(']', ')')}`

/** hledger wants a decimal mark in the sample, though an amount without decimals has none. */
const commodity = (currency: string): string => `commodity 1000.${'0'.repeat(minorDigits(currency)!)} ${currency}`

const entryRows = (entries: readonly Entry[]): string[] =>
  textTable(
    (['left', 'right', 'left'] as const).map((ends) => ({ head: '', ends })),
    entries.map(({ account, amount, line, text }) => [
      `    ${account}`,
      `${formatMoney(amount)} ${amount.currency}`,
      `; ${line === null ? '' : `${tag('line', line)}, `}${tag('text', text)}`,
    ]),
  ).map((row) => row.trimEnd())

const transaction = ({ id, date, period, narration, source, entries }: Journal): string[] => [
  `${date} * ${id === undefined ? '' : `(${id}) `}${description(narration)}`,
  `    ; ${[tag('agreement', source.agreement), tag('month', source.month), tag('period', period), tag('version', source.statementVersion), tag('step', source.step)].join(', ')}`,
  ...entryRows(entries),
  '',
]

/**
 * One party's book as hledger reads it, by date: the accounts and currencies it uses are declared, so that `hledger check --strict` passes.
 * Every entry is tagged with the key of its statement line.
 */
export const hledgerText = (journals: readonly Journal[], book: PartyId): string => {
  const mine = inOrder(journals, book)
  const entries = mine.flatMap((journal) => journal.entries)
  const accounts = [...new Set<AccountName>(entries.map(({ account }) => account))].toSorted(compareAccounts)
  const currencies = [...new Set(entries.map(({ amount }) => amount.currency))].toSorted()
  return [
    `; Book of ${printable(book)}`,
    'decimal-mark .',
    ...currencies.map(commodity),
    ...accounts.map((account) => `account ${account}  ; type:${kindLetters[kindOf(account)]}`),
    '',
    ...mine.flatMap(transaction),
  ].join('\n')
}

const head =
  'book date period journal narration agreement month statement_version step entry account debit credit currency line text'.split(' ')

const record = ({ book, date, period, id, narration, source, entries }: Journal): CsvCell[][] =>
  entries.map(({ account, amount, line, text }, i) => [
    textCell(book),
    textCell(date),
    textCell(period),
    textCell(id ?? ''),
    textCell(narration),
    textCell(source.agreement),
    textCell(source.month),
    numberCell(source.statementVersion),
    textCell(source.step),
    numberCell(i + 1),
    textCell(account),
    numberCell(amount.minor > 0n ? formatMoney(amount) : ''),
    numberCell(amount.minor < 0n ? formatMoney(money(-amount.minor, amount.currency)) : ''),
    textCell(amount.currency),
    textCell(line ?? ''),
    textCell(text),
  ])

/** One party's book as CSV, one entry a record: a debit or a credit, in raw decimals, never below zero. */
export const journalCsv = (journals: readonly Journal[], book: PartyId): string => csv(head, inOrder(journals, book).flatMap(record))
