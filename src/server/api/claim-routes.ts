import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import {
  ClaimShape,
  ClaimsShape,
  DecidedShape,
  DecideShape,
  FindingDetailShape,
  FindingId,
  findingKinds,
  findingsPageDefault,
  findingsPageMax,
  FindingsShape,
  ringsMax,
  RingsShape,
  verdicts,
} from '../../wire/claim.ts'
import { AgreementName, Month } from '../../wire/scalars.ts'
import type { ClaimName, ClaimRecord, makeClaims } from '../app/claims.ts'
import { problems } from './agreement-routes.ts'
import { toClaim, toDecision, toFinding, toFindingDetail, toRings } from './claim-view.ts'
import { notFound, Refusal } from './problems.ts'
import { actorOf, mustBe, principalOf, type SourceOf } from './principal.ts'

/** What the door needs to know of claims, and the one write: decisions. */
export type ClaimSource = ReturnType<ReturnType<typeof makeClaims>>

const Params = z.object({ agreement: AgreementName, month: Month })
const FindingParams = Params.extend({ finding: FindingId })
const kinds = findingKinds.flatMap((kind) => [kind, ...verdicts.map((verdict) => `${verdict}.${kind}`)])
const FindingsQuery = z.object({
  kind: z
    .string()
    .refine((kind) => kinds.includes(kind), 'should be a kind of finding, such as drew-power or rejected.drew-power')
    .optional(),
  cursor: z
    .string()
    .regex(/^\d{1,9}$/, 'should be the `next` of a page')
    .optional(),
  limit: z.coerce.number().int().min(1).max(findingsPageMax).default(findingsPageDefault),
})

const claimOf = async (source: ClaimSource, name: ClaimName): Promise<ClaimRecord> => {
  const found = await source.findClaim(name)
  if (found === 'no agreement') throw notFound(`There is no agreement ${name.agreement} here; /api/agreements lists those there are.`)
  if (found === 'not verified')
    throw new Refusal({
      kind: 'not-verified',
      status: 404,
      title: 'Not verified',
      detail: `The claim of ${name.agreement} in ${name.month} has not been held against its evidence yet: offtake claims ${name.agreement} ${name.month}`,
    })
  return found
}

/** The whole id of a finding that the request names by a beginning of it or in full. */
const findingOf = async (source: ClaimSource, name: ClaimName, id: string) => {
  await claimOf(source, name)
  const found = await source.findFinding(name, id)
  if (found !== undefined) return found
  throw notFound(`There is no finding ${id} in ${name.month} of ${name.agreement}.`)
}

const sums = (api: FastifyInstance, sourceOf: SourceOf<ClaimSource>): void => {
  const routes = api.withTypeProvider<ZodTypeProvider>()
  routes.get(
    '/api/claims',
    {
      config: { needs: 'claims:read' },
      schema: {
        operationId: 'listClaims',
        summary: 'Months whose claims were verified, the latest first',
        response: { 200: ClaimsShape, ...problems },
      },
    },
    async (request) => ({ claims: await sourceOf(request).listClaims() }),
  )
  routes.get(
    '/api/claims/:agreement/:month',
    {
      config: { needs: 'claims:read' },
      schema: {
        operationId: 'readClaim',
        summary: 'The claim of a month: what is claimed, eligible, rejected and unproven, and what was found',
        params: Params,
        response: { 200: ClaimShape, ...problems },
      },
    },
    async (request) => toClaim(await claimOf(sourceOf(request), request.params)),
  )
}

const lists = (api: FastifyInstance, sourceOf: SourceOf<ClaimSource>): void => {
  const routes = api.withTypeProvider<ZodTypeProvider>()
  routes.get(
    '/api/claims/:agreement/:month/findings',
    {
      config: { needs: 'claims:read' },
      schema: {
        operationId: 'listFindings',
        summary: 'What was found, the most money first, a page at a time',
        params: Params,
        querystring: FindingsQuery,
        response: { 200: FindingsShape, ...problems },
      },
    },
    async (request) => {
      const source = sourceOf(request)
      const {
        params,
        query: { kind: asked, cursor, limit },
      } = request
      const claim = await claimOf(source, params)
      const [verdict, kind] = asked === undefined || !asked.includes('.') ? [undefined, asked] : (asked.split('.') as [string, string])
      const offset = Number(cursor ?? 0)
      // One more than the page holds: so that it is known whether another follows.
      const { kept, found } = await source.listFindings(claim, { kind, verdict, offset, limit: limit + 1 })
      return {
        findings: [...kept, ...found.slice(0, limit)].map((finding) => toFinding(finding, claim.decisions)),
        next: found.length > limit ? String(offset + limit) : null,
      }
    },
  )
  routes.get(
    '/api/claims/:agreement/:month/rings',
    {
      config: { needs: 'claims:read' },
      schema: {
        operationId: 'listRings',
        summary: 'Findings on the racks of a hall, as they are drawn',
        params: Params,
        querystring: z.object({ hall: z.string().min(1).max(200) }),
        response: { 200: RingsShape, ...problems },
      },
    },
    async (request) => {
      const source = sourceOf(request)
      const {
        params,
        query: { hall },
      } = request
      const claim = await claimOf(source, params)
      const { kept, found } = await source.listFindings(claim, { offset: 0, limit: ringsMax })
      return { rings: toRings([...kept, ...found], hall), more: claim.run.findings > found.length }
    },
  )
}

const detail = (api: FastifyInstance, sourceOf: SourceOf<ClaimSource>): void => {
  api.withTypeProvider<ZodTypeProvider>().get(
    '/api/claims/:agreement/:month/findings/:finding',
    {
      config: { needs: 'claims:read' },
      schema: {
        operationId: 'readFinding',
        summary: 'One finding with its evidence: readings with source, id and digest, telemetry by hour, decisions',
        params: FindingParams,
        response: { 200: FindingDetailShape, ...problems },
      },
    },
    async (request) => {
      const { finding, ...name } = request.params
      return toFindingDetail(await findingOf(sourceOf(request), name, finding))
    },
  )
}

const decisions = (api: FastifyInstance, sourceOf: SourceOf<ClaimSource>): void => {
  api.withTypeProvider<ZodTypeProvider>().post(
    '/api/claims/:agreement/:month/findings/:finding/decision',
    {
      config: { needs: 'claims:decide' },
      schema: {
        operationId: 'decideFinding',
        summary: 'Confirms a finding, restores what was claimed, or asks the operator; with an Idempotency-Key it is done once',
        params: FindingParams,
        body: DecideShape,
        response: { 200: DecidedShape, ...problems, 409: problems[404], 422: problems[404] },
      },
    },
    async (request) => {
      const source = sourceOf(request)
      const {
        params: { finding, ...name },
        body,
      } = request
      const { schedule } = await findingOf(source, name, finding)
      mustBe(principalOf(request), schedule, ['guarantor'])
      const answer = await source.decide({ ...name, finding, ...body, by: actorOf(request) })
      if (answer.kind === 'refused')
        throw new Refusal({ kind: 'cannot-decide', status: 409, title: 'Not decided', detail: answer.messages.join(' ') })
      return { finding: answer.finding.id, decision: toDecision(answer.decision), notes: [...answer.notes] }
    },
  )
}

export const claimRoutes = async (api: FastifyInstance, sourceOf: SourceOf<ClaimSource>): Promise<void> => {
  sums(api, sourceOf)
  lists(api, sourceOf)
  detail(api, sourceOf)
  decisions(api, sourceOf)
}
