import type { PartyId } from '../../core/base/id.ts'
import { addMoney, formatMoney, money, parseMoney, type Money } from '../../core/base/money.ts'
import type { LocalDate } from '../../core/base/time.ts'
import { compareAccounts, type AccountName } from '../../core/ledger/account.ts'
import type { Source } from '../../core/ledger/journal.ts'
import { assertSpan, type Balance, type Span, type TrialBalanceSection } from '../../core/ledger/trial-balance.ts'
import type { Work } from './transaction.ts'

/** A party with journals. */
export type Book = Readonly<{
  book: PartyId
  name: string
  journals: number
  first: LocalDate
  last: LocalDate
  currencies: readonly string[]
}>

/** The books that these queries may see. Names are those of the terms signed last. */
export const listBooks = async ({ client }: Work): Promise<readonly Book[]> => {
  const { rows } = await client.query<Book>(
    `with named as (
       select distinct on (party ->> 'id') party ->> 'id' as id, party ->> 'name' as name
         from agreement_version v, jsonb_array_elements(v.canonical::jsonb -> 'parties') as party order by party ->> 'id', v.version desc)
     select j.book, coalesce(min(n.name), j.book) as name, count(*)::float8 as journals, min(j.posted_on) as first, max(j.posted_on) as last,
            (select array_agg(distinct e.currency order by e.currency) from entry e join journal o on o.id = e.journal where o.book = j.book) as currencies
       from journal j left join named n on n.id = j.book group by j.book order by j.book`,
  )
  return rows
}

/** Whether these queries may see anything of a book. */
export const hasBook = async ({ client }: Work, book: string): Promise<boolean> => {
  const { rows } = await client.query<{ has: boolean }>('select exists (select from journal where book = $1) as has', [book])
  return rows[0]!.has
}

const amountOf = (text: string, currency: string): Money => {
  const amount = parseMoney(text, currency)
  if (amount === undefined) throw new RangeError(`a sum of ${text} ${currency} is in the database`)
  return amount
}

type BalanceRow = { account: AccountName; currency: string; opening: string; debit: string; credit: string; closing: string }

const addBalances = (a: Balance, b: Balance): Balance => ({
  opening: addMoney(a.opening, b.opening),
  debit: addMoney(a.debit, b.debit),
  credit: addMoney(a.credit, b.credit),
  closing: addMoney(a.closing, b.closing),
})

/** What a total must be, whatever the span: checked each time, for it is what the page says of it. */
const assertTies = ({ opening, debit, credit, closing }: Balance): void => {
  if (opening.minor !== 0n || closing.minor !== 0n || debit.minor !== credit.minor)
    throw new RangeError(`a book does not balance: ${[opening, debit, credit, closing].map(formatMoney).join(', ')} ${debit.currency}`)
}

const sectionOf = (currency: string, found: readonly BalanceRow[]): TrialBalanceSection => {
  const rows = found
    .map(({ account, opening, debit, credit, closing }) => ({
      account,
      opening: amountOf(opening, currency),
      debit: amountOf(debit, currency),
      credit: amountOf(credit, currency),
      closing: amountOf(closing, currency),
    }))
    .toSorted((a, b) => compareAccounts(a.account, b.account))
  const none = money(0n, currency)
  const total = rows.reduce<Balance>(addBalances, { opening: none, debit: none, credit: none, closing: none })
  assertTies(total)
  return { currency, rows, total }
}

/** The trial balance of a book as `core/ledger` defines it, added up by the database: no entry comes here. Throws where it does not tie. */
export const sumTrialBalance = async ({ client }: Work, book: string, span: Span): Promise<readonly TrialBalanceSection[]> => {
  assertSpan(span)
  const { rows } = await client.query<BalanceRow>(
    `select e.account, e.currency,
            coalesce(sum(e.amount) filter (where j.posted_on < $2), 0)::text as opening,
            coalesce(sum(e.amount) filter (where ($2::date is null or j.posted_on >= $2) and e.amount > 0), 0)::text as debit,
            coalesce(-sum(e.amount) filter (where ($2::date is null or j.posted_on >= $2) and e.amount < 0), 0)::text as credit,
            sum(e.amount)::text as closing
       from entry e join journal j on j.id = e.journal
      where j.book = $1 and ($3::date is null or j.posted_on <= $3) group by 1, 2`,
    [book, span.from ?? null, span.through ?? null],
  )
  const byCurrency = Map.groupBy(rows, ({ currency }) => currency)
  return [...byCurrency].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([currency, own]) => sectionOf(currency, own))
}

/** The place of an entry in the order of its book; 0 stands before the first entry of a journal. */
export type Place = readonly [date: LocalDate, agreement: string, month: string, version: number, step: string, position: number]

/** An entry as a book lists it. `number` is that of its statement line, where it comes from one. */
export type LedgerEntry = Readonly<{
  journal: string
  position: number
  date: LocalDate
  period: string
  narration: string
  source: Source
  account: AccountName
  amount: Money
  line: string | null
  number: number | null
  text: string
}>

type EntryRow = {
  id: string
  position: number
  posted_on: string
  month: string
  narration: string
  agreement: string
  statement_version: number
  step: string
  account: AccountName
  amount: string
  currency: string
  line: string | null
  number: number | null
  text: string
}

const toEntry = (row: EntryRow): LedgerEntry => ({
  journal: row.id,
  position: row.position,
  date: row.posted_on,
  period: row.month,
  narration: row.narration,
  source: { agreement: row.agreement, month: row.month, statementVersion: row.statement_version, step: row.step },
  account: row.account,
  amount: amountOf(row.amount, row.currency),
  line: row.line,
  number: row.number,
  text: row.text,
})

const entryFields = `j.id, e.position, j.posted_on, j.month, j.narration, j.agreement, j.statement_version, j.step,
  e.account, e.amount::text as amount, e.currency, e.line, e.text,
  (select min(l.place)::integer from statement s, jsonb_array_elements(s.told -> 'lines') with ordinality as l (line, place)
    where s.id = j.statement and l.line ->> 'key' = e.line) as number`
const inOrder = 'j.posted_on, j.agreement, j.month, j.statement_version, j.step'

export const placeOf = ({ date, source, position }: LedgerEntry): Place => [
  date,
  source.agreement,
  source.month,
  source.statementVersion,
  source.step,
  position,
]

type AccountQuestion = Readonly<{ book: string; account: AccountName; span: Span; after: Place | undefined; limit: number }>

/** Entries on an account of a book and below it, in the order of the book, after a place. */
export const findAccountEntries = async ({ client }: Work, question: AccountQuestion): Promise<readonly LedgerEntry[]> => {
  const { book, account, span, after, limit } = question
  const { rows } = await client.query<EntryRow>(
    `select ${entryFields} from entry e join journal j on j.id = e.journal
      where j.book = $1 and (e.account = $2 or starts_with(e.account, $2 || ':'))
        and ($3::date is null or j.posted_on >= $3) and ($4::date is null or j.posted_on <= $4)
        and ($5::date is null or (${inOrder}, e.position) > ($5, $6, $7, $8, $9, $10))
      order by ${inOrder}, e.position limit $11`,
    [book, account, span.from ?? null, span.through ?? null, ...(after ?? [null, null, null, null, null, null]), limit],
  )
  return rows.map(toEntry)
}

/** What an account and those below it hold by currency: before a date, up to a date, or up to a place and with it. */
export const sumAccount = async (
  { client }: Work,
  {
    book,
    account,
    before,
    through,
    until,
  }: Readonly<{
    book: string
    account: AccountName
    before?: LocalDate | undefined
    through?: LocalDate | undefined
    until?: Place | undefined
  }>,
): Promise<readonly Money[]> => {
  const { rows } = await client.query<{ currency: string; sum: string }>(
    `select e.currency, sum(e.amount)::text as sum from entry e join journal j on j.id = e.journal
      where j.book = $1 and (e.account = $2 or starts_with(e.account, $2 || ':'))
        and ($3::date is null or j.posted_on < $3) and ($4::date is null or j.posted_on <= $4)
        and ($5::date is null or (${inOrder}, e.position) <= ($5, $6, $7, $8, $9, $10))
      group by 1 order by 1`,
    [book, account, before ?? null, through ?? null, ...(until ?? [null, null, null, null, null, null])],
  )
  return rows.map(({ currency, sum }) => amountOf(sum, currency))
}

/** A journal as a book lists it: what it moves, by currency. */
export type JournalHead = Readonly<{
  id: string
  book: PartyId
  date: LocalDate
  period: string
  narration: string
  source: Source
  entries: number
  moved: readonly Money[]
}>

type HeadRow = {
  id: string
  book: PartyId
  posted_on: string
  month: string
  narration: string
  agreement: string
  statement_version: number
  step: string
  entries: number
  moved: readonly Readonly<{ currency: string; sum: string }>[]
}

const toHead = ({ id, book, posted_on, month, narration, agreement, statement_version, step, entries, moved }: HeadRow): JournalHead => ({
  id,
  book,
  date: posted_on,
  period: month,
  narration,
  source: { agreement, month, statementVersion: statement_version, step },
  entries,
  moved: moved.map(({ currency, sum }) => amountOf(sum, currency)),
})

// As text within JSON: a number of JSON would lose cents.
const headFields = `j.id, j.book, j.posted_on, j.month, j.narration, j.agreement, j.statement_version, j.step, j.entries,
  (select jsonb_agg(jsonb_build_object('currency', m.currency, 'sum', m.sum) order by m.currency)
     from (select currency, sum(amount)::text as sum from entry where journal = j.id and amount > 0 group by currency) as m) as moved`

export const journalPlaceOf = ({ date, source }: JournalHead): Place => [
  date,
  source.agreement,
  source.month,
  source.statementVersion,
  source.step,
  0,
]

type JournalQuestion = Readonly<{ book: string; span: Span; after: Place | undefined; limit: number }>

/** Journals of a book in its order, after a place. */
export const findJournalHeads = async (
  { client }: Work,
  { book, span, after, limit }: JournalQuestion,
): Promise<readonly JournalHead[]> => {
  const { rows } = await client.query<HeadRow>(
    `select ${headFields} from journal j
      where j.book = $1 and ($2::date is null or j.posted_on >= $2) and ($3::date is null or j.posted_on <= $3)
        and ($4::date is null or (${inOrder}) > ($4, $5, $6, $7, $8))
      order by ${inOrder} limit $9`,
    [book, span.from ?? null, span.through ?? null, ...(after?.slice(0, 5) ?? [null, null, null, null, null]), limit],
  )
  return rows.map(toHead)
}

/** One journal with all of its entries; undefined where these queries see none of that name. */
export const findJournalById = async (
  { client }: Work,
  id: string,
): Promise<Readonly<{ head: JournalHead; entries: readonly LedgerEntry[] }> | undefined> => {
  const heads = await client.query<HeadRow>(`select ${headFields} from journal j where j.id = $1`, [id])
  const [head] = heads.rows
  if (head === undefined) return undefined
  const { rows } = await client.query<EntryRow>(
    `select ${entryFields} from entry e join journal j on j.id = e.journal where j.id = $1 order by e.position`,
    [id],
  )
  return { head: toHead(head), entries: rows.map(toEntry) }
}

/** Entries of a book within a span: what a file of it would hold. */
export const countEntries = async ({ client }: Work, book: string, { from, through }: Span): Promise<number> => {
  const { rows } = await client.query<{ count: number }>(
    `select coalesce(sum(entries), 0)::float8 as count from journal
      where book = $1 and ($2::date is null or posted_on >= $2) and ($3::date is null or posted_on <= $3)`,
    [book, from ?? null, through ?? null],
  )
  return rows[0]!.count
}
