import type { FastifyInstance, FastifyReply } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { statementCsv } from '../../core/statements/csv.ts'
import { formatInstant, formatLocal, monthInterval, type Instant } from '../../core/base/time.ts'
import type { Schedule } from '../../core/terms/schedule.ts'
import type { ProblemKind } from '../../wire/problem-kinds.ts'
import { Month } from '../../wire/scalars.ts'
import { ExplanationShape, PeriodShape, type PeriodWire } from '../../wire/statement.ts'
import { pdfLinesMax, statementPdf } from '../papers/statement-pdf.ts'
import { statementWorkbook } from '../papers/statement-workbook.ts'
import { AgreementParams, agreementOf, problems } from './agreement-routes.ts'
import { toExplanation } from './explain-view.ts'
import { notFound, Refusal } from './problems.ts'
import type { ApiSource, StatementRecord } from './source.ts'
import type { SourceOf } from './principal.ts'

export const PeriodParams = AgreementParams.extend({ month: Month })
export const VersionQuery = z.object({
  v: z.coerce.number().int().min(1).max(100_000).optional().meta({ description: 'a version; the latest by default' }),
})

/** Why a month has no statement. */
const absent = (schedule: Schedule, month: string, now: Instant): Refusal => {
  const { from, to } = monthInterval(month, schedule.zone)
  const refuse = (kind: ProblemKind, title: string, detail: string) => new Refusal({ kind, status: 404, title, detail })
  if (from >= schedule.to)
    return refuse(
      'outside-term',
      'Outside the term',
      `${month} lies outside the term of ${schedule.agreement}: a statement could have nothing but corrections and late interest.`,
    )
  if (to <= schedule.from)
    return refuse(
      'outside-term',
      'Outside the term',
      `${month} lies outside the term of ${schedule.agreement}: there will be no statement.`,
    )
  const end = formatLocal(to, schedule.zone)
  if (from > now) return refuse('not-begun', 'Not begun', `${month} has not begun yet; it ends ${end}.`)
  if (to > now) return refuse('not-over', 'Not over', `No statement for ${month} yet: the period ends ${end}.`)
  return refuse(
    'not-closed',
    'Not closed',
    `${month} is over and has not been closed yet: the operator prepares its statement, or whoever owns the database closes it with offtake close ${schedule.agreement} ${month}`,
  )
}

/** The version of a month that was asked for, by default the latest; or why there is none. */
export const statementOf = async (source: ApiSource, id: string, month: string, version: number | undefined): Promise<StatementRecord> => {
  const { schedule } = await agreementOf(source, id)
  const found = await source.findStatement(id, month, version)
  if (found !== undefined) return found
  const latest = version === undefined ? undefined : await source.findStatement(id, month, undefined)
  if (latest !== undefined) throw notFound(`${month} has no version ${version}; there is ${latest.versions.join(', ')}.`)
  throw absent(schedule, month, source.now())
}

/** The same bytes until a newer version exists, or it stands otherwise; so a page asks again for the price of a comparison. */
const unchanged = (reply: FastifyReply, given: string | undefined, { hash, versions, standing }: StatementRecord): boolean => {
  const { status, totals, correctedOn } = standing
  const stands = `${status}-${totals.guarantorHeld}-${totals.operatorHeld}-${correctedOn.length}`
  const tag = `"${hash}-${versions.at(-1)}-${stands}"`
  reply.header('etag', tag).header('cache-control', 'private, no-cache')
  return (given ?? '').split(',').some((each) => each.trim().replace(/^W\//, '') === tag)
}

const files = {
  json: { type: 'application/json; charset=utf-8', summary: 'The statement as stored, canonical JSON: its SHA-256 is its hash' },
  csv: { type: 'text/csv; charset=utf-8', summary: 'The lines of the statement for a spreadsheet' },
  pdf: { type: 'application/pdf', summary: 'The statement on paper, as it was stated' },
  xlsx: {
    type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    summary: 'The statement as a workbook: lines, totals, and what it is',
  },
} as const

/** The bytes of a statement in one of these forms. */
const fileOf = (kind: keyof typeof files, record: StatementRecord): Promise<Buffer> | Buffer | string => {
  const { statement, document } = record
  switch (kind) {
    case 'json':
      return document
    case 'csv':
      return statementCsv(statement)
    case 'xlsx':
      return Buffer.from(statementWorkbook(record))
    case 'pdf':
      if (statement.lines.length > pdfLinesMax) throw tooLong(statement.lines.length)
      return statementPdf(record)
  }
}

const tooLong = (lines: number): Refusal =>
  new Refusal({
    kind: 'too-much',
    status: 400,
    title: 'Too much for paper',
    detail: `This statement has ${lines} lines, and a PDF at most ${pdfLinesMax}: statement.xlsx, .csv and .json have all of them.`,
  })

/** A statement as a file: to keep, to hash, to settle the next month from. */
const statementFiles = (api: FastifyInstance, sourceOf: SourceOf<ApiSource>): void => {
  for (const kind of ['json', 'csv', 'pdf', 'xlsx'] as const)
    api.withTypeProvider<ZodTypeProvider>().get(
      `/api/agreements/:id/periods/:month/statement.${kind}`,
      {
        config: { needs: 'statements:read' },
        schema: {
          operationId: `downloadStatement${kind.charAt(0).toUpperCase()}${kind.slice(1)}`,
          summary: files[kind].summary,
          params: PeriodParams,
          querystring: VersionQuery,
          produces: [files[kind].type],
        },
      },
      async (request, reply) => {
        const source = sourceOf(request)
        const { params, query, headers } = request
        const found = await statementOf(source, params.id, params.month, query.v)
        if (unchanged(reply, headers['if-none-match'], found)) return reply.code(304).send()
        const { statement } = found
        const name = `${params.id}-${params.month}.v${statement.version}.${kind}`
        reply.type(files[kind].type).header('content-disposition', `attachment; filename="${name}"`)
        return reply.send(await fileOf(kind, found))
      },
    )
}

const HeadShape = PeriodShape.omit({ statement: true })

/** A period with its statement as it is stored: what was hashed is what is read, and a document that is never changed is not taken apart to be sent. */
const periodText = (head: z.input<typeof HeadShape>, document: string): string =>
  `${JSON.stringify(HeadShape.parse(head)).slice(0, -1)},"statement":${document}}`

export const periodRoutes = async (api: FastifyInstance, sourceOf: SourceOf<ApiSource>): Promise<void> => {
  statementFiles(api, sourceOf)
  const routes = api.withTypeProvider<ZodTypeProvider>()
  routes.get(
    '/api/agreements/:id/periods/:month',
    {
      config: { needs: 'statements:read' },
      schema: {
        operationId: 'readPeriod',
        summary: 'The statement of a month, every line with its reasons',
        params: PeriodParams,
        querystring: VersionQuery,
        response: { 200: PeriodShape, ...problems },
      },
    },
    async (request, reply) => {
      const source = sourceOf(request)
      const { params, query, headers } = request
      const found = await statementOf(source, params.id, params.month, query.v)
      if (unchanged(reply, headers['if-none-match'], found)) return reply.code(304 as 200).send(undefined as never)
      const { id, hash, recordedAt, versions, standing, document } = found
      reply.type('application/json; charset=utf-8').serializer((head: z.input<typeof HeadShape>) => periodText(head, document))
      // With its statement, which the line above adds.
      return { id, hash, recordedAt: formatInstant(recordedAt), versions, standing } as PeriodWire
    },
  )
  routes.get(
    '/api/agreements/:id/periods/:month/lines/:number',
    {
      config: { needs: 'statements:read' },
      schema: {
        operationId: 'explainLine',
        summary: 'Why a line is what it is: its clause in words, its reasons, assumptions and evidence',
        params: PeriodParams.extend({ number: z.coerce.number().int().min(1).max(1_000_000) }),
        querystring: VersionQuery,
        response: { 200: ExplanationShape, ...problems },
      },
    },
    async (request, reply) => {
      const source = sourceOf(request)
      const { params, query, headers } = request
      const found = await statementOf(source, params.id, params.month, query.v)
      const line = found.statement.lines.find(({ number }) => number === params.number)
      if (line === undefined)
        throw notFound(`The statement of ${params.month} has no line ${params.number}; it has ${found.statement.lines.length}.`)
      if (unchanged(reply, headers['if-none-match'], found)) return reply.code(304 as 200).send(undefined as never)
      return toExplanation(await agreementOf(source, params.id), found, line)
    },
  )
}
