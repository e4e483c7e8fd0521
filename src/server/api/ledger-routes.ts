import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { PartyId } from '../../core/base/id.ts'
import { isDate } from '../../core/base/time.ts'
import { parseAccount, type AccountName } from '../../core/ledger/account.ts'
import type { Journal } from '../../core/ledger/journal.ts'
import type { Span } from '../../core/ledger/trial-balance.ts'
import { workbook } from '../../core/sheets/workbook.ts'
import { beancountText } from '../../core/statements/beancount-text.ts'
import { hledgerText, journalCsv } from '../../core/statements/journal-text.ts'
import { ledgerText } from '../../core/statements/ledger-text.ts'
import { BooksShape, JournalShape, JournalsShape, RegisterShape, TrialBalanceShape } from '../../wire/ledger.ts'
import type { LedgerSource } from '../app/ledger.ts'
import type { Place } from '../store/ledger.ts'
import { problems } from './agreement-routes.ts'
import { journalSheet, toJournal, toJournalHead, toRegister, toTrialBalance, trialBalanceSheets } from './ledger-view.ts'
import type { SourceOf } from './principal.ts'
import { notFound, Refusal } from './problems.ts'

/** Rows of one page, and how many there may be. */
const pageRows = 200
const pageRowsMax = 1_000
/** Entries of one file. Whoever has more asks for a span of dates. */
export const fileEntriesMax = 200_000

const Day = z.string().refine(isDate, 'should be a date, such as 2027-09-30')
const SpanQuery = z.object({
  from: Day.optional().meta({ description: 'the first date; from the first journal without it' }),
  through: Day.optional().meta({ description: 'the last date, included; to the last journal without it' }),
})
const PageQuery = SpanQuery.extend({
  cursor: z.string().max(1_000).optional().meta({ description: 'the `next` of the page before' }),
  limit: z.coerce.number().int().min(1).max(pageRowsMax).default(pageRows),
})
const BookParams = z.object({ book: z.string().min(1).max(63) })
const AccountParams = BookParams.extend({ account: z.string().min(1).max(400) })

const invalid = (pointer: string, detail: string): Refusal =>
  new Refusal({
    kind: 'invalid-request',
    status: 400,
    title: 'The request is not right',
    detail: `${pointer}: ${detail}`,
    errors: [{ pointer, detail }],
  })

const spanOf = ({ from, through }: z.infer<typeof SpanQuery>): Span => {
  if (from !== undefined && through !== undefined && from > through) throw invalid('/query/through', `lies before ${from}`)
  return { ...(from === undefined ? {} : { from }), ...(through === undefined ? {} : { through }) }
}

const PlaceShape = z.tuple([Day, z.string(), z.string(), z.int(), z.string(), z.int()])
const toCursor = (place: Place | undefined): string | null =>
  place === undefined ? null : Buffer.from(JSON.stringify(place)).toString('base64url')
const fromCursor = (text: string | undefined): Place | undefined => {
  if (text === undefined) return undefined
  try {
    return PlaceShape.parse(JSON.parse(Buffer.from(text, 'base64url').toString()))
  } catch {
    throw invalid('/query/cursor', 'is not the `next` of a page; leave it out for the first page')
  }
}

const noBook = (book: string): Refusal => notFound(`There is no book of ${book} here: a party has one once a statement is posted.`)
const sure = <T>(found: T | undefined, book: string): T => {
  if (found === undefined) throw noBook(book)
  return found
}

const accountOf = (text: string): AccountName => {
  const account = parseAccount(text)
  if (account === undefined) throw invalid('/params/account', `${JSON.stringify(text)} is no account, such as assets:receivable:sharon-ai`)
  return account
}

const needs = 'ledger:read' as const

const bookRoutes = (api: FastifyInstance, sourceOf: SourceOf<LedgerSource>): void => {
  const routes = api.withTypeProvider<ZodTypeProvider>()
  routes.get(
    '/api/ledger/books',
    {
      config: { needs },
      schema: {
        operationId: 'listBooks',
        summary: 'Books that can be seen: a party sees its own',
        response: { 200: BooksShape, ...problems },
      },
    },
    async (request) => ({ books: await sourceOf(request).listBooks() }),
  )
  routes.get(
    '/api/ledger/:book/trial-balance',
    {
      config: { needs },
      schema: {
        operationId: 'readTrialBalance',
        summary: 'What every account held, moved and holds, by currency; it ties',
        params: BookParams,
        querystring: SpanQuery,
        response: { 200: TrialBalanceShape, ...problems },
      },
    },
    async (request) => {
      const { book } = request.params
      const span = spanOf(request.query)
      return toTrialBalance(book, span, sure(await sourceOf(request).trialBalance(book, span), book))
    },
  )
}

const pageRoutes = (api: FastifyInstance, sourceOf: SourceOf<LedgerSource>): void => {
  const routes = api.withTypeProvider<ZodTypeProvider>()
  routes.get(
    '/api/ledger/:book/accounts/:account',
    {
      config: { needs },
      schema: {
        operationId: 'readAccount',
        summary: 'Entries on an account and those below it, with the running balance, a page at a time',
        params: AccountParams,
        querystring: PageQuery,
        response: { 200: RegisterShape, ...problems },
      },
    },
    async (request) => {
      const { params, query } = request
      const account = accountOf(params.account)
      const question = { book: params.book, account, span: spanOf(query), after: fromCursor(query.cursor), limit: query.limit }
      const page = sure(await sourceOf(request).register(question), params.book)
      return toRegister(question, page, toCursor(page.next))
    },
  )
  routes.get(
    '/api/ledger/:book/journals',
    {
      config: { needs },
      schema: {
        operationId: 'listJournals',
        summary: 'Journals in the order of the book, a page at a time',
        params: BookParams,
        querystring: PageQuery,
        response: { 200: JournalsShape, ...problems },
      },
    },
    async (request) => {
      const { params, query } = request
      const question = { book: params.book, span: spanOf(query), after: fromCursor(query.cursor), limit: query.limit }
      const { journals, next } = sure(await sourceOf(request).listJournals(question), params.book)
      return { book: params.book, journals: journals.map(toJournalHead), next: toCursor(next) }
    },
  )
  routes.get(
    '/api/journals/:journal',
    {
      config: { needs },
      schema: {
        operationId: 'readJournal',
        summary: 'One journal: its entries, and the lines of the statement that they come from',
        params: z.object({ journal: z.string().regex(/^jrn_[0-9a-z-]{1,60}$/, 'should be the name of a journal, such as jrn_…') }),
        response: { 200: JournalShape, ...problems },
      },
    },
    async (request) => {
      const { journal } = request.params
      const found = await sourceOf(request).findJournal(journal)
      if (found === undefined) throw notFound(`There is no journal ${journal} here.`)
      return toJournal(found.head, found.entries)
    },
  )
}

const spreadsheet = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
type BookText = (journals: readonly Journal[], book: PartyId) => string | Buffer

/** How a book leaves as a file. */
const bookFiles: Readonly<Record<string, Readonly<{ type: string; summary: string; of: BookText }>>> = {
  hledger: { type: 'text/plain; charset=utf-8', summary: 'The book as hledger reads it', of: hledgerText },
  beancount: { type: 'text/plain; charset=utf-8', summary: 'The book as beancount reads it', of: beancountText },
  ledger: { type: 'text/plain; charset=utf-8', summary: 'The book as ledger reads it', of: ledgerText },
  csv: { type: 'text/csv; charset=utf-8', summary: 'Every entry of the book for a spreadsheet', of: journalCsv },
  xlsx: {
    type: spreadsheet,
    summary: 'Every entry of the book as a workbook',
    of: (journals, book) => Buffer.from(workbook([journalSheet(journals, book)])),
  },
}

const tooMany = (entries: number): Refusal =>
  new Refusal({
    kind: 'too-much',
    status: 400,
    title: 'Too much for one file',
    detail: `That is ${entries} entries, and one file holds ${fileEntriesMax}: ask for a shorter span with from and through.`,
    errors: [{ pointer: '/query/from', detail: `narrows the file to fewer than ${fileEntriesMax} entries` }],
  })

const fileRoutes = (api: FastifyInstance, sourceOf: SourceOf<LedgerSource>): void => {
  const routes = api.withTypeProvider<ZodTypeProvider>()
  for (const [kind, { type, summary, of }] of Object.entries(bookFiles))
    routes.get(
      `/api/ledger/:book/journal.${kind}`,
      {
        config: { needs },
        schema: {
          operationId: `downloadBook${kind.charAt(0).toUpperCase()}${kind.slice(1)}`,
          summary,
          params: BookParams,
          querystring: SpanQuery,
          produces: [type],
        },
      },
      async (request, reply) => {
        const { book } = request.params
        const { journals, entries } = sure(await sourceOf(request).bookFile(book, spanOf(request.query), fileEntriesMax), book)
        if (journals === undefined) throw tooMany(entries)
        reply.type(type).header('content-disposition', `attachment; filename="${book}.${kind}"`)
        return reply.send(of(journals, book as PartyId))
      },
    )
  routes.get(
    '/api/ledger/:book/trial-balance.xlsx',
    {
      config: { needs },
      schema: {
        operationId: 'downloadTrialBalance',
        summary: 'The trial balance as a workbook, a sheet for each currency',
        params: BookParams,
        querystring: SpanQuery,
        produces: [spreadsheet],
      },
    },
    async (request, reply) => {
      const { book } = request.params
      const sections = sure(await sourceOf(request).trialBalance(book, spanOf(request.query)), book)
      reply.type(spreadsheet).header('content-disposition', `attachment; filename="${book}-trial-balance.xlsx"`)
      return reply.send(Buffer.from(workbook(trialBalanceSheets(sections))))
    },
  )
}

/** Books: a party's own, and nobody else's. */
export const ledgerRoutes = async (api: FastifyInstance, sourceOf: SourceOf<LedgerSource>): Promise<void> => {
  bookRoutes(api, sourceOf)
  pageRoutes(api, sourceOf)
  fileRoutes(api, sourceOf)
}
