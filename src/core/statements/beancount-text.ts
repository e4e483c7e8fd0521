import type { PartyId } from '../base/id.ts'
import { formatMoney } from '../base/money.ts'
import { compareAccounts, type AccountName } from '../ledger/account.ts'
import { inOrder, type Entry, type Journal } from '../ledger/journal.ts'
import { printable, textTable } from './text-table.ts'

// A name there is of letters, digits and hyphens, and begins with a capital or a digit. Ours have no capitals, so what stands for a dot or a low line
// cannot be met by chance, and two accounts never become one.
const partOf = (part: string): string => {
  const spelled = part.replaceAll('.', '-Dot-').replaceAll('_', '-Low-')
  return spelled.charAt(0).toUpperCase() + spelled.slice(1)
}

/** `assets:receivable:sharon-ai` as `Assets:Receivable:Sharon-ai`. */
export const beancountAccount = (name: AccountName): string => name.split(':').map(partOf).join(':')

const quoted = (text: string | number): string =>
  `"${printable(String(text))
    .replaceAll('\\', '\\\\')
    .replaceAll('"', String.raw`\"`)}"`

const entryRows = (entries: readonly Entry[]): string[] => {
  const rows = textTable(
    (['left', 'right'] as const).map((ends) => ({ head: '', ends })),
    entries.map(({ account, amount }) => [`  ${beancountAccount(account)}`, `${formatMoney(amount)} ${amount.currency}`]),
  )
  return entries.flatMap(({ line, text }, i) => [
    rows[i]!.trimEnd(),
    ...(line === null ? [] : [`    line: ${quoted(line)}`]),
    `    text: ${quoted(text)}`,
  ])
}

const transaction = ({ id, date, period, narration, source, entries }: Journal): string[] => [
  `${date} * ${quoted(narration)}`,
  ...(id === undefined ? [] : [`  journal: ${quoted(id)}`]),
  `  agreement: ${quoted(source.agreement)}`,
  `  month: ${quoted(source.month)}`,
  `  period: ${quoted(period)}`,
  `  version: ${quoted(source.statementVersion)}`,
  `  step: ${quoted(source.step)}`,
  ...entryRows(entries),
  '',
]

/** One party's book as beancount reads it, by date; every account is opened on the date of its first entry. */
export const beancountText = (journals: readonly Journal[], book: PartyId): string => {
  const mine = inOrder(journals, book)
  const opened = new Map<AccountName, string>()
  for (const { date, entries } of mine) for (const { account } of entries) if (!opened.has(account)) opened.set(account, date)
  const currencies = [...new Set(mine.flatMap(({ entries }) => entries.map(({ amount }) => amount.currency)))].toSorted()
  return [
    `option "title" ${quoted(`Book of ${book}`)}`,
    ...currencies.map((currency) => `option "operating_currency" "${currency}"`),
    '',
    ...[...opened].toSorted(([a], [b]) => compareAccounts(a, b)).map(([account, date]) => `${date} open ${beancountAccount(account)}`),
    '',
    ...mine.flatMap(transaction),
  ].join('\n')
}
