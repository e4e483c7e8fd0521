import type { PartyId } from '../../core/base/id.ts'
import { formatMoney, parseMoney, type Money } from '../../core/base/money.ts'
import { formatInstant, type Instant, type Month } from '../../core/base/time.ts'
import type { AccountName } from '../../core/ledger/account.ts'
import type { Entry, Journal } from '../../core/ledger/journal.ts'
import type { Queries } from './database.ts'
import { newId } from './ids.ts'

/** Appends the journals of a statement; each gets its name here. */
export const appendJournals = async (queries: Queries, statement: string, journals: readonly Journal[], now: Instant): Promise<void> => {
  if (journals.length === 0) return
  const named = journals.map((journal) => ({ id: newId('jrn'), ...journal }))
  const heads = named.map(({ id, book, date, period, narration, source, entries }) => ({
    id,
    book,
    statement,
    agreement: source.agreement,
    month: period,
    statement_version: source.statementVersion,
    step: source.step,
    posted_on: date,
    narration,
    entries: entries.length,
    recorded_at: formatInstant(now),
  }))
  await queries.insertInto('journal').values(heads).execute()
  const rows = named.flatMap(({ id, entries }) =>
    entries.map(({ account, amount, line, text }, i) => ({
      journal: id,
      position: i + 1,
      account,
      amount: formatMoney(amount),
      currency: amount.currency,
      line,
      text,
    })),
  )
  // A statement may take one parameter for each of 65,535 cells at most.
  for (let from = 0; from < rows.length; from += entriesAtOnce)
    await queries
      .insertInto('entry')
      .values(rows.slice(from, from + entriesAtOnce))
      .execute()
}
const entriesAtOnce = 5000

/** Which journals: of an agreement, of a month of it, of one book. */
export type JournalFilter = Readonly<{ agreement?: string | undefined; month?: Month | undefined; book?: string | undefined }>

/** The journals that these queries may see, in the order in which they were written. */
export const findJournals = async (queries: Queries, { agreement, month, book }: JournalFilter): Promise<Journal[]> => {
  let heads = queries.selectFrom('journal').selectAll().orderBy('posted_on').orderBy('id')
  if (agreement !== undefined) heads = heads.where('agreement', '=', agreement)
  if (month !== undefined) heads = heads.where('month', '=', month)
  if (book !== undefined) heads = heads.where('book', '=', book)
  const found = await heads.execute()
  if (found.length === 0) return []
  const ids = found.map(({ id }) => id)
  const rows = await queries.selectFrom('entry').selectAll().where('journal', 'in', ids).orderBy('journal').orderBy('position').execute()
  const byJournal = Map.groupBy(rows, ({ journal }) => journal)
  return found.map((head) => ({
    id: head.id,
    book: head.book as PartyId,
    date: head.posted_on,
    period: head.month,
    narration: head.narration,
    source: { agreement: head.agreement, month: head.month, statementVersion: head.statement_version, step: head.step },
    entries: (byJournal.get(head.id) ?? []).map(({ account, amount, currency, line, text }): Entry => ({
      account: account as AccountName,
      amount: fromNumeric(amount, currency),
      line,
      text,
    })),
  }))
}

const fromNumeric = (amount: string, currency: string): Money => {
  const money = parseMoney(amount, currency)
  if (money === undefined) throw new RangeError(`an entry of ${amount} ${currency} is in the database`)
  return money
}
