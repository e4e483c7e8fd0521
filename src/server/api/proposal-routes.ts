import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { limits } from '../../core/terms/limits.ts'
import { formatInstant } from '../../core/base/time.ts'
import {
  DraftShape,
  EndShape,
  PreviewShape,
  ProposalRowShape,
  ProposalShape,
  ProposalsShape,
  ProposeShape,
  TemplatesShape,
  type ProposalRowWire,
} from '../../wire/amendment.ts'
import type { ProposalSource } from '../app/proposals.ts'
import type { ProposeAnswer } from '../app/propose.ts'
import { AgreementParams, agreementOf, problems } from './agreement-routes.ts'
import { KeyHeaders } from './once.ts'
import { actorOf, mustBe, principalOf, type Principal, type SourceOf } from './principal.ts'
import { notFound, Refusal } from './problems.ts'
import { toDraft, toProposalRow, toTemplates } from './proposal-view.ts'
import type { ApiSource } from './source.ts'
import { invalidTerms } from './what-if-routes.ts'

const ProposalParams = z.object({ proposal: z.string().regex(/^prp_[0-9a-f-]{36}$/, 'should be the id of a proposal, such as prp_…') })
const answers = { ...problems, 409: problems[404], 422: problems[404] }
const bodyLimit = limits.characters * 2

const done = (answer: ProposeAnswer, title: string): ProposalRowWire => {
  if (answer.kind === 'proposed') return toProposalRow(answer.proposal)
  if (answer.kind === 'invalid') throw invalidTerms(answer.problems, title)
  throw new Refusal({ kind: 'cannot-propose', status: 409, title, detail: `${answer.message}.` })
}

type Sources = Readonly<{ source: SourceOf<ApiSource>; proposals: SourceOf<ProposalSource> }>

const reading = (api: FastifyInstance, { source, proposals }: Sources): void => {
  const routes = api.withTypeProvider<ZodTypeProvider>()
  const told = async (request: FastifyRequest, agreement: string | undefined) => {
    const { list, now } = proposals(request)
    return { now: formatInstant(now()), proposals: (await list(agreement)).map(toProposalRow) }
  }
  routes.get(
    '/api/proposals',
    {
      config: { needs: 'agreements:amend' },
      schema: {
        operationId: 'listProposals',
        summary: 'Terms that were proposed, the latest first',
        response: { 200: ProposalsShape, ...problems },
      },
    },
    (request) => told(request, undefined),
  )
  routes.get(
    '/api/agreements/:id/amendments',
    {
      config: { needs: 'agreements:amend' },
      schema: {
        operationId: 'listAmendments',
        summary: 'What was proposed for this agreement, the latest first',
        params: AgreementParams,
        response: { 200: ProposalsShape, ...problems },
      },
    },
    async (request) => {
      await agreementOf(source(request), request.params.id)
      return told(request, request.params.id)
    },
  )
  routes.get(
    '/api/proposals/:proposal',
    {
      config: { needs: 'agreements:amend' },
      schema: {
        operationId: 'readProposal',
        summary: 'A proposal: its document, and every term as a sentence against what is signed',
        params: ProposalParams,
        response: { 200: ProposalShape, ...answers },
      },
    },
    async (request) => {
      const found = await proposals(request).find(request.params.proposal)
      if (found === undefined) throw notFound(`There is no proposal ${request.params.proposal} here.`)
      const { proposal, draft } = found
      if ('problems' in draft) throw invalidTerms(draft.problems, 'What was proposed cannot be any more')
      return { ...toProposalRow(proposal), document: proposal.document, draft: toDraft(draft) }
    },
  )
}

const templates = (api: FastifyInstance, { proposals }: Sources): void => {
  const routes = api.withTypeProvider<ZodTypeProvider>()
  routes.get(
    '/api/templates',
    {
      config: { needs: 'somebody' },
      schema: { operationId: 'listTemplates', summary: 'Agreements to begin from', response: { 200: TemplatesShape, ...problems } },
    },
    async (request) => toTemplates(await proposals(request).templates()),
  )
  routes.get(
    '/api/templates/:name',
    {
      config: { needs: 'somebody' },
      schema: {
        operationId: 'readTemplate',
        summary: 'One of them, as a document',
        params: z.object({ name: z.string().regex(/^[a-z0-9-]{1,62}$/) }),
        produces: ['application/yaml'],
      },
    },
    async (request, reply) => {
      const found = (await proposals(request).templates()).find(({ name }) => name === request.params.name)
      if (found === undefined) throw notFound(`There is no template ${request.params.name}; GET /api/templates lists them.`)
      return reply.type('application/yaml; charset=utf-8').send(found.document)
    },
  )
}

const drafts = (api: FastifyInstance, { proposals }: Sources): void => {
  api.withTypeProvider<ZodTypeProvider>().post(
    '/api/proposals/preview',
    {
      config: { needs: 'agreements:amend' },
      bodyLimit,
      schema: {
        operationId: 'previewProposal',
        summary: 'Reads a document against what is signed, term by term; nothing is kept',
        body: PreviewShape,
        response: { 200: DraftShape, ...answers },
      },
    },
    async (request) => {
      const draft = await proposals(request).draft(request.body.document)
      if ('problems' in draft) throw invalidTerms(draft.problems, 'These terms cannot be')
      return toDraft(draft)
    },
  )
}

const proposing = (api: FastifyInstance, { source, proposals }: Sources): void => {
  const routes = api.withTypeProvider<ZodTypeProvider>()
  type Body = z.infer<typeof ProposeShape>
  const act = async (request: FastifyRequest, body: Body, amends: string | undefined) =>
    done(await proposals(request).propose({ ...body, amends, party: principalOf(request).party, by: actorOf(request) }), 'Not proposed')
  routes.post(
    '/api/agreements/:id/amendments',
    {
      config: { needs: 'agreements:amend' },
      bodyLimit,
      schema: {
        operationId: 'proposeAmendment',
        summary: 'Proposes the next version for one party; the other signs it. Without configured login it is loaded at once',
        params: AgreementParams,
        headers: KeyHeaders,
        body: ProposeShape,
        response: { 200: ProposalRowShape, ...answers },
      },
    },
    async (request) => {
      const { schedule } = await agreementOf(source(request), request.params.id)
      mustBe(principalOf(request), schedule, ['guarantor', 'operator'])
      return act(request, request.body, request.params.id)
    },
  )
  routes.post(
    '/api/agreements',
    {
      config: { needs: 'agreements:amend' },
      bodyLimit,
      schema: {
        operationId: 'proposeAgreement',
        summary: 'Proposes a new agreement for one of its two parties; the other signs it. Without configured login it is loaded at once',
        headers: KeyHeaders,
        body: ProposeShape,
        response: { 200: ProposalRowShape, ...answers },
      },
    },
    (request) => act(request, request.body, undefined),
  )
}

/** Who is at the door without login ends no proposal of two parties, and a signature is a person's: a key may decline and withdraw. */
const mayEnd = ({ kind }: Principal, act: z.infer<typeof EndShape>['act']): void => {
  const why =
    kind === 'local'
      ? 'Signing needs a person who acts for a party: configure login. Whoever owns this installation loads terms without it.'
      : kind === 'key' && act === 'sign'
        ? 'A key signs nothing: sign in as a person who acts for the other party.'
        : undefined
  if (why !== undefined) throw new Refusal({ kind: 'not-allowed', status: 403, title: 'Not allowed', detail: why })
}

const ending = (api: FastifyInstance, { proposals }: Sources): void => {
  api.withTypeProvider<ZodTypeProvider>().post(
    '/api/proposals/:proposal/decision',
    {
      config: { needs: 'agreements:amend' },
      schema: {
        operationId: 'endProposal',
        summary: 'The other party signs or declines; who proposed it withdraws. What is signed by both is in force at once',
        params: ProposalParams,
        headers: KeyHeaders,
        body: EndShape,
        response: { 200: ProposalRowShape, ...answers },
      },
    },
    async (request) => {
      const { params, body } = request
      const found = await proposals(request).find(params.proposal)
      if (found === undefined) throw notFound(`There is no proposal ${params.proposal} here.`)
      mayEnd(principalOf(request), body.act)
      return done(await proposals(request).end({ ...params, ...body, by: actorOf(request) }), 'Not done')
    },
  )
}

/** Terms that one party proposes and the other signs. */
export const proposalRoutes = async (api: FastifyInstance, sources: Sources): Promise<void> => {
  reading(api, sources)
  templates(api, sources)
  drafts(api, sources)
  proposing(api, sources)
  ending(api, sources)
}
