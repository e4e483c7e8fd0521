import { minorDigits } from '../base/currency.ts'
import type { PartyId } from '../base/id.ts'
import { formatMoney } from '../base/money.ts'
import { compareAccounts, type AccountName } from '../ledger/account.ts'
import { inOrder, type Entry, type Journal } from '../ledger/journal.ts'
import { printable, textTable } from './text-table.ts'

/** A payee ends at `;`, and a status, a code or a second date is read at its beginning. */
const payee = (text: string): string =>
  printable(text)
    .replaceAll(';', ',')
    .replace(/^[\s*!(=]+/, '')

/** A value of a tag goes to the end of its line; a date in brackets would be read as the date of the entry. */
const tag = (name: string, value: string | number): string =>
  `    ; ${name}: ${printable(String(value)).replaceAll('[', '(').replaceAll(']', ')')}`

const entryRows = (entries: readonly Entry[]): string[] => {
  const rows = textTable(
    (['left', 'right'] as const).map((ends) => ({ head: '', ends })),
    entries.map(({ account, amount }) => [`    ${account}`, `${formatMoney(amount)} ${amount.currency}`]),
  )
  return entries.flatMap(({ line, text }, i) => [rows[i]!.trimEnd(), ...(line === null ? [] : [tag('Line', line)]), tag('Text', text)])
}

const transaction = ({ id, date, period, narration, source, entries }: Journal): string[] => [
  `${date} * ${id === undefined ? '' : `(${id}) `}${payee(narration)}`,
  tag('Agreement', source.agreement),
  tag('Month', source.month),
  tag('Period', period),
  tag('Version', source.statementVersion),
  tag('Step', source.step),
  ...entryRows(entries),
  '',
]

const commodity = (currency: string): string[] => {
  const places = minorDigits(currency)!
  return [`commodity ${currency}`, `    format 1000${places === 0 ? '' : `.${'0'.repeat(places)}`} ${currency}`]
}

/** One party's book as ledger reads it, by date: accounts and currencies are declared, so that `ledger --pedantic` passes. */
export const ledgerText = (journals: readonly Journal[], book: PartyId): string => {
  const mine = inOrder(journals, book)
  const entries = mine.flatMap((journal) => journal.entries)
  const accounts = [...new Set<AccountName>(entries.map(({ account }) => account))].toSorted(compareAccounts)
  const currencies = [...new Set(entries.map(({ amount }) => amount.currency))].toSorted()
  const tags = ['Agreement', 'Month', 'Period', 'Version', 'Step', 'Line', 'Text']
  return [
    `; Book of ${printable(book)}`,
    ...currencies.flatMap(commodity),
    ...accounts.map((account) => `account ${account}`),
    ...tags.map((name) => `tag ${name}`),
    '',
    ...mine.flatMap(transaction),
  ].join('\n')
}
