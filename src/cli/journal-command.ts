import { Option, type Command } from 'commander'
import { canonical, type Json } from '../core/base/canonical.ts'
import type { PartyId } from '../core/base/id.ts'
import { formatMoney, type Money } from '../core/base/money.ts'
import { inOrder, type Journal } from '../core/ledger/journal.ts'
import { trialBalance, type TrialBalanceSection } from '../core/ledger/trial-balance.ts'
import { figure } from '../core/statements/figures.ts'
import { beancountText } from '../core/statements/beancount-text.ts'
import { ledgerText } from '../core/statements/ledger-text.ts'
import { hledgerText, journalCsv } from '../core/statements/journal-text.ts'
import { printable, textTable, type Column, type Row } from '../core/statements/text-table.ts'
import { findParties } from '../server/store/agreements.ts'
import { asSystem, type Store } from '../server/store/database.ts'
import { findJournals } from '../server/store/journals.ts'
import { badInput, type Context } from './context.ts'
import { withStore } from './with-store.ts'

type Options = Readonly<{
  book?: string
  balance?: boolean
  hledger?: boolean
  beancount?: boolean
  ledger?: boolean
  csv?: boolean
  json?: boolean
}>
type Which = Readonly<{ agreement: string; month: string | undefined }>

/** `offtake journal`: what was posted, book by book, or the trial balance of it. */
export const addJournal = (program: Command, context: Context): void => {
  const shapes = ['balance', 'hledger', 'beancount', 'ledger', 'csv', 'json']
  const shape = (name: string, description: string) =>
    new Option(`--${name}`, description).conflicts(shapes.filter((each) => each !== name))
  program
    .command('journal')
    .description('show what was posted to the books of an agreement')
    .argument('<agreement>')
    .argument('[month]', 'such as 2026-10; all months without it')
    .option('--book <party>', 'only this party’s book; hledger, beancount and ledger take one book at a time')
    .addOption(shape('balance', 'the trial balance'))
    .addOption(shape('hledger', 'a journal file for hledger'))
    .addOption(shape('beancount', 'a file for beancount'))
    .addOption(shape('ledger', 'a journal file for ledger'))
    .addOption(shape('csv', 'every entry as CSV'))
    .addOption(shape('json', 'journals as canonical JSON'))
    .action(async (agreement: string, month: string | undefined, options: Options) => {
      process.exitCode = await withStore(context, (store) => show(store, { agreement, month }, options, context))
    })
}

/** Other programs read one book at a time. */
const wantsOne = ({ hledger, beancount, ledger }: Options): boolean => hledger === true || beancount === true || ledger === true

const show = async (store: Store, { agreement, month }: Which, options: Options, context: Context): Promise<number> => {
  const { parties, journals } = await asSystem(store.database, async (tx) => ({
    parties: (await findParties(tx, agreement)).map(({ party }) => party as PartyId),
    journals: await findJournals(tx, { agreement, month }),
  }))
  if (parties.length === 0) {
    context.say(`no agreement ${agreement} is loaded`)
    return badInput
  }
  const books = options.book === undefined ? parties : parties.filter((party) => party === options.book)
  if (books.length === 0 || (wantsOne(options) && books.length > 1)) {
    context.say(`--book is one of ${parties.join(', ')}`)
    return badInput
  }
  if (journals.length === 0) context.say(`nothing is posted for ${agreement}${month === undefined ? '' : ` in ${month}`}`)
  context.print(printed(journals, books, options))
  return 0
}

const printed = (journals: readonly Journal[], books: readonly PartyId[], options: Options): string => {
  const { balance, hledger, beancount, ledger, csv, json } = options
  if (hledger === true) return hledgerText(journals, books[0]!)
  if (beancount === true) return beancountText(journals, books[0]!)
  if (ledger === true) return ledgerText(journals, books[0]!)
  if (json === true) return `${canonical(books.flatMap((book) => inOrder(journals, book)).map(toJson))}\n`
  const texts = books.map((book) =>
    csv === true ? journalCsv(journals, book) : balance === true ? balanceText(journals, book) : bookText(journals, book),
  )
  // Of several CSVs one head is enough.
  return csv === true ? texts.map((text, i) => (i === 0 ? text : text.slice(text.indexOf('\n') + 1))).join('') : texts.join('\n')
}

const toJson = ({ entries, ...journal }: Journal): Json => ({
  ...journal,
  entries: entries.map(({ amount, ...entry }) => ({ ...entry, amount: formatMoney(amount), currency: amount.currency })),
})

const amountOf = (money: Money): string => (money.minor === 0n ? '' : figure(formatMoney(money)))

const bookColumns: readonly Column[] = [
  { head: 'Account', ends: 'left' },
  { head: 'Debit', ends: 'right' },
  { head: 'Credit', ends: 'right' },
  { head: '', ends: 'left' },
  { head: 'Text', ends: 'left' },
]

/** The book as its keeper reads it: each journal under its date, debits and credits in two columns. */
const bookText = (journals: readonly Journal[], book: PartyId): string => {
  const rows = inOrder(journals, book).flatMap(({ date, narration, id, entries }): Row[] => [
    [`${date}  ${printable(narration)}`, '', '', '', id ?? ''],
    ...entries.map(({ account, amount, text }): Row => {
      const absolute = { ...amount, minor: amount.minor < 0n ? -amount.minor : amount.minor }
      const [debit, credit] = amount.minor > 0n ? [amountOf(absolute), ''] : ['', amountOf(absolute)]
      return [`  ${account}`, debit, credit, amount.currency, printable(text)]
    }),
  ])
  return [`Book of ${book}`, ...textTable(bookColumns, rows).map((row) => row.trimEnd()), ''].join('\n')
}

const balanceColumns: readonly Column[] = [
  { head: 'Account', ends: 'left' },
  { head: 'Debit', ends: 'right' },
  { head: 'Credit', ends: 'right' },
  { head: 'Balance', ends: 'right' },
  { head: '', ends: 'left' },
]

const balanceText = (journals: readonly Journal[], book: PartyId): string => {
  const tableOf = ({ currency, rows, total }: TrialBalanceSection): string[] =>
    textTable(balanceColumns, [
      ...rows.map(({ account, debit, credit, closing }): Row => [
        account,
        amountOf(debit),
        amountOf(credit),
        figure(formatMoney(closing)),
        currency,
      ]),
      'rule' as const,
      ['Total', figure(formatMoney(total.debit)), figure(formatMoney(total.credit)), figure(formatMoney(total.closing)), currency],
    ]).map((row) => row.trimEnd())
  return [`Trial balance of ${book}`, ...trialBalance(journals, book).flatMap(tableOf), ''].join('\n')
}
