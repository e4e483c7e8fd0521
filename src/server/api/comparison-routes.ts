import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Instant } from '../../core/base/time.ts'
import { ComparisonShape, RecomputationShape, type ComparisonWire } from '../../wire/comparison.ts'
import type { Comparing } from '../app/comparing.ts'
import type { Recomputed } from '../app/recompute.ts'
import { problems } from './agreement-routes.ts'
import { toComparison, toRecomputation } from './comparison-view.ts'
import { PeriodParams, statementOf, VersionQuery } from './period-routes.ts'
import { Refusal } from './problems.ts'
import type { SourceOf } from './principal.ts'
import { settlingLimits, type Settling } from './settling.ts'
import type { ApiSource, StatementRecord } from './source.ts'

/** Answers of recomputations that are kept, the oldest given up first; and for how long one is just now. */
export const recomputationsKept = { max: 500, seconds: 900 } as const

type Kept = Readonly<{ answer: Promise<Recomputed | undefined>; at: Instant }>

/** Facts of a statement are frozen, so what came of settling it again is kept for its hash; who asks meanwhile waits for the same work. */
const makeKeep = ({ now, recompute }: Comparing) => {
  const kept = new Map<string, Kept>()
  return async (
    { id, hash }: StatementRecord,
    settle: (work: () => Promise<Recomputed | undefined>) => Promise<Recomputed | undefined>,
  ) => {
    const known = kept.get(hash)
    if (known !== undefined && now() - known.at < recomputationsKept.seconds) return { recomputed: await known.answer, at: known.at }
    const fresh = { answer: settle(() => recompute(id)), at: now() }
    kept.set(hash, fresh)
    fresh.answer.catch(() => kept.get(hash) === fresh && kept.delete(hash))
    if (kept.size > recomputationsKept.max) kept.delete(kept.keys().next().value!)
    return { recomputed: await fresh.answer, at: fresh.at }
  }
}

export type ComparisonDoor = Readonly<{ comparing: Comparing; settling: Settling }>

const busy = { ...problems, 422: problems[404], 503: problems[500] }

const recomputation = (api: FastifyInstance, sourceOf: SourceOf<ApiSource>, { comparing, settling }: ComparisonDoor): void => {
  const keep = makeKeep(comparing)
  api.withTypeProvider<ZodTypeProvider>().get(
    '/api/agreements/:id/periods/:month/recomputation',
    {
      config: { needs: 'statements:read' },
      schema: {
        operationId: 'recomputePeriod',
        summary: `Settles the month again from what was known when it was closed, and says whether it is the same, byte for byte; ${settlingLimits.atOnceMax} at once`,
        params: PeriodParams,
        querystring: VersionQuery,
        response: { 200: RecomputationShape, ...busy },
      },
    },
    async (request, reply) => {
      const { params, query } = request
      const found = await statementOf(sourceOf(request), params.id, params.month, query.v)
      const { recomputed, at } = await keep(found, (work) => settling(reply, work))
      if (recomputed === undefined) throw new Error(`statement ${found.id} was read and is not there`)
      return toRecomputation(found.id, recomputed, at)
    },
  )
}

/** What a version can be compared with: other versions, what later statements correct, and what would be settled now. */
const sidesOf = ({ versions, statement, standing }: StatementRecord): ComparisonWire['sides'] => [
  ...versions.filter((version) => version !== statement.version),
  ...(standing.correctedOn.length > 0 ? (['corrected'] as const) : []),
  'now',
]

/** The version before, where there is one; else what became of the month. */
const usual = (sides: ComparisonWire['sides'], version: number): ComparisonWire['before'] =>
  sides.filter((side) => typeof side === 'number').findLast((side) => side < version) ?? sides.find((side) => typeof side === 'string')!

const Query = VersionQuery.extend({
  against: z
    .string()
    .regex(/^([1-9]\d{0,5}|corrected|now)$/, 'should be a version, `corrected` or `now`')
    .optional()
    .meta({ description: 'a version, corrected or now; by default the version before, else what became of the month' }),
  all: z.enum(['true', 'false']).optional().meta({ description: 'also lines that are the same' }),
})

const comparison = (api: FastifyInstance, sourceOf: SourceOf<ApiSource>, { comparing, settling }: ComparisonDoor): void => {
  api.withTypeProvider<ZodTypeProvider>().get(
    '/api/agreements/:id/periods/:month/comparison',
    {
      config: { needs: 'statements:read' },
      schema: {
        operationId: 'comparePeriod',
        summary: 'A version against another, or against what became of the month: changed lines with both values, the difference, and why',
        params: PeriodParams,
        querystring: Query,
        response: { 200: ComparisonShape, ...busy },
      },
    },
    async (request, reply) => {
      const { params, query } = request
      const source = sourceOf(request)
      const found = await statementOf(source, params.id, params.month, query.v)
      const sides = sidesOf(found)
      const asked = query.against === undefined ? usual(sides, found.statement.version) : sideNamed(query.against)
      const against = typeof asked === 'number' ? { id: (await statementOf(source, params.id, params.month, asked)).id } : asked
      const answer = await settling(reply, (signal) => comparing.compare({ statement: found.id, against, signal }))
      if (answer.kind === 'refused')
        throw new Refusal({
          kind: 'cannot-settle',
          status: 422,
          title: 'Cannot be settled again',
          detail: `${answer.messages.join('. ')}.`,
        })
      return toComparison(answer.compared, { sides, all: query.all === 'true' })
    },
  )
}

const sideNamed = (name: string): ComparisonWire['before'] => (name === 'corrected' || name === 'now' ? name : Number(name))

/** What a statement is held against: itself, settled again; and what it was or became. */
export const comparisonRoutes = async (api: FastifyInstance, sourceOf: SourceOf<ApiSource>, door: ComparisonDoor): Promise<void> => {
  recomputation(api, sourceOf, door)
  comparison(api, sourceOf, door)
}
