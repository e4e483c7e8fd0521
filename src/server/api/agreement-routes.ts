import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { rational, toDecimal } from '../../core/base/rational.ts'
import { endOfDate, formatInstant, isDate, monthInterval, monthOf, nextMonth, type Instant } from '../../core/base/time.ts'
import type { Schedule } from '../../core/terms/schedule.ts'
import { AgreementShape, AgreementsShape, PeriodsShape, SettledLinesShape, type PeriodRowWire } from '../../wire/agreement.ts'
import { ProblemShape } from '../../wire/problem.ts'
import { AgreementName } from '../../wire/scalars.ts'
import { toAgreement, toAgreementRow } from './agreement-view.ts'
import { notFound } from './problems.ts'
import type { AgreementRecord, ApiSource, DraftHead, StatementHead } from './source.ts'
import type { SourceOf } from './principal.ts'

/** Most agreements that one list holds; more wants a page of its own. */
export const agreementsMax = 200

export const problems = { 400: ProblemShape, 404: ProblemShape, 500: ProblemShape }
export const AgreementParams = z.object({ id: AgreementName })
const KnownQuery = z.object({
  known: z
    .string()
    .refine(isDate, 'should be a date, such as 2026-10-31')
    .optional()
    .meta({ description: 'as known at the end of this local date; by default on all that is known' }),
})

/** The agreement of a request, or a refusal that names those there are. */
export const agreementOf = async (source: ApiSource, id: string): Promise<AgreementRecord> => {
  const record = await source.findAgreement(id)
  if (record !== undefined) return record
  const known = await source.listAgreements()
  throw notFound(
    `There is no agreement ${id} here. ${known.length === 0 ? 'None is loaded yet.' : `There is: ${known.slice(0, 10).join(', ')}.`}`,
  )
}

type Known = Readonly<{ statements: readonly StatementHead[]; drafts: readonly DraftHead[]; now: Instant }>

const rowOf = (schedule: Schedule, month: string, { statements, drafts, now }: Known): PeriodRowWire => {
  const of = (each: { month: string }) => each.month === month
  const [statement, draft] = [statements.find(of), drafts.find(of)]
  const told = statement ?? draft
  const { from, to } = monthInterval(month, schedule.zone)
  return {
    month,
    from: formatInstant(from),
    to: formatInstant(to),
    hours: toDecimal(rational(to - from, 3600)),
    status: statement?.status ?? (draft !== undefined ? 'provisional' : to <= now ? 'over' : 'running'),
    version: told?.version ?? null,
    guarantorPays: told?.totals.guarantorPays ?? null,
    operatorPays: told?.totals.operatorPays ?? null,
    net: told?.totals.net ?? null,
    payable: statement?.totals.payable ?? null,
    dueOn: statement?.dueOn ?? null,
  }
}

/** Months of the term that have begun, and later ones with a statement, the latest first. The term is at most 34 years: 408 rows, and few more. */
const periodsOf = (schedule: Schedule, known: Known): PeriodRowWire[] => {
  const { statements, now } = known
  const rows: PeriodRowWire[] = []
  const first = monthOf(schedule.from, schedule.zone)
  const ends = monthOf(Math.min(schedule.to - 1, now), schedule.zone)
  // After the term there may be statements of corrections, and of what was paid late.
  const last = [ends, statements.at(-1)?.month ?? ends, known.drafts.at(-1)?.month ?? ends].toSorted().at(-1)!
  for (let month = first; month <= last; month = nextMonth(month)) rows.push(rowOf(schedule, month, known))
  return rows.toReversed()
}

const listAgreements = (api: FastifyInstance, sourceOf: SourceOf<ApiSource>): void => {
  api.withTypeProvider<ZodTypeProvider>().get(
    '/api/agreements',
    {
      config: { needs: 'agreements:read' },
      schema: {
        operationId: 'listAgreements',
        summary: 'Every agreement, with its latest month',
        response: { 200: AgreementsShape, ...problems },
      },
    },
    async (request) => {
      const source = sourceOf(request)
      const agreements = []
      for (const id of (await source.listAgreements()).slice(0, agreementsMax))
        agreements.push(toAgreementRow(await agreementOf(source, id), await source.listStatements(id)))
      return { now: formatInstant(source.now()), agreements }
    },
  )
}

const readAgreement = (api: FastifyInstance, sourceOf: SourceOf<ApiSource>): void => {
  api.withTypeProvider<ZodTypeProvider>().get(
    '/api/agreements/:id',
    {
      config: { needs: 'agreements:read' },
      schema: {
        operationId: 'readAgreement',
        summary: 'The terms in words beside their data, the ramp, rates, caps and clauses',
        params: AgreementParams,
        querystring: KnownQuery,
        response: { 200: AgreementShape, ...problems },
      },
    },
    async (request) => {
      const source = sourceOf(request)
      const {
        params: { id },
        query: { known },
      } = request
      const now = await agreementOf(source, id)
      const at = knownAt(now, known)
      const record = at === undefined ? now : await source.findAgreement(id, at)
      if (record === undefined) throw notFound(`Nothing of ${id} was on record at the end of ${known}.`)
      const [statements, settled, notices] = await Promise.all([
        source.listStatements(id, at),
        source.listSettled(id, at),
        source.listNotices(id, at),
      ])
      return toAgreement(record, { statements, settled, notices, now: Math.min(source.now(), at ?? Infinity), knownOn: known })
    },
  )
}

/** The end of a local date of the agreement, where one is given. */
const knownAt = ({ schedule }: AgreementRecord, known: string | undefined): Instant | undefined =>
  known === undefined ? undefined : endOfDate(known, schedule.zone) - 1

const listSettledLines = (api: FastifyInstance, sourceOf: SourceOf<ApiSource>): void => {
  api.withTypeProvider<ZodTypeProvider>().get(
    '/api/agreements/:id/clauses/:clause/settled',
    {
      config: { needs: 'statements:read' },
      schema: {
        operationId: 'listSettledLines',
        summary: 'The lines of final statements that a clause settled, in order of time',
        params: AgreementParams.extend({ clause: z.string().min(1).max(100) }),
        querystring: KnownQuery,
        response: { 200: SettledLinesShape, ...problems },
      },
    },
    async (request) => {
      const source = sourceOf(request)
      const {
        params: { id, clause },
        query: { known },
      } = request
      const record = await agreementOf(source, id)
      const { schedule } = record
      if (!schedule.clauses.some((each) => each.id === clause))
        throw notFound(
          `Agreement ${id} has no clause ${clause}; it has ${[...new Set(schedule.clauses.map((each) => each.id))].join(', ')}.`,
        )
      const lines = await source.listSettledLines(id, clause, knownAt(record, known))
      return {
        agreement: id,
        clause,
        currency: schedule.currency,
        lines: lines.map((line) => ({ ...line, corrects: line.corrects ?? null })),
      }
    },
  )
}

const listPeriods = (api: FastifyInstance, sourceOf: SourceOf<ApiSource>): void => {
  api.withTypeProvider<ZodTypeProvider>().get(
    '/api/agreements/:id/periods',
    {
      config: { needs: 'statements:read' },
      schema: {
        operationId: 'listPeriods',
        summary: 'The months that have begun, and what each came to',
        params: AgreementParams,
        querystring: KnownQuery,
        response: { 200: PeriodsShape, ...problems },
      },
    },
    async (request) => {
      const source = sourceOf(request)
      const {
        params: { id },
        query: { known },
      } = request
      const record = await agreementOf(source, id)
      const { schedule } = record
      const at = knownAt(record, known)
      const now = Math.min(source.now(), at ?? Infinity)
      const [statements, drafts] = await Promise.all([source.listStatements(id, at), source.listDrafts(id)])
      return {
        agreement: id,
        currency: schedule.currency,
        zone: schedule.zone,
        now: formatInstant(now),
        // What was prepared is of now: as known on a date before, there is what was final.
        periods: periodsOf(schedule, { statements, drafts: at === undefined ? drafts : [], now }),
      }
    },
  )
}

const readDocument = (api: FastifyInstance, sourceOf: SourceOf<ApiSource>): void => {
  api.withTypeProvider<ZodTypeProvider>().get(
    '/api/agreements/:id/versions/:version',
    {
      config: { needs: 'agreements:read' },
      schema: {
        operationId: 'readDocument',
        summary: 'A version as it was signed, byte for byte',
        params: AgreementParams.extend({ version: z.coerce.number().int().min(1).max(100_000) }),
        produces: ['application/yaml'],
      },
    },
    async (request, reply) => {
      const source = sourceOf(request)
      const {
        params: { id, version },
      } = request
      const { versions } = await agreementOf(source, id)
      const signed = versions.find(({ agreement }) => agreement.version === version)
      if (signed === undefined) throw notFound(`Agreement ${id} has no version ${version}; the latest is ${versions.length}.`)
      return reply
        .type('application/yaml; charset=utf-8')
        .header('content-disposition', `attachment; filename="${id}.v${version}.yaml"`)
        .send(signed.document)
    },
  )
}

export const agreementRoutes = async (api: FastifyInstance, sourceOf: SourceOf<ApiSource>): Promise<void> => {
  listAgreements(api, sourceOf)
  readAgreement(api, sourceOf)
  listSettledLines(api, sourceOf)
  listPeriods(api, sourceOf)
  readDocument(api, sourceOf)
}
