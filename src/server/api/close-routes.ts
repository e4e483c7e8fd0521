import type { ProblemKind } from '../../wire/problem-kinds.ts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Schedule } from '../../core/terms/schedule.ts'
import { ApproveShape, DecidedDraftShape, PreparedShape, ProgressShape, ReturnShape, type DecidedDraftWire } from '../../wire/close.ts'
import { Month } from '../../wire/scalars.ts'
import { forSide, type Decider } from '../app/closing-of.ts'
import type { makeClosing } from '../app/closing.ts'
import type { DraftAnswer } from '../app/approve-draft.ts'
import type { PrepareRefusal } from '../app/prepare-draft.ts'
import { AgreementParams, problems } from './agreement-routes.ts'
import { isLive } from '../../core/statements/closing.ts'
import { toDraftState, type DraftRecord } from '../store/drafts.ts'
import { toDraft, toProgress } from './close-view.ts'
import { KeyHeaders } from './once.ts'
import { actorOf, mustBe, principalOf, type SourceOf } from './principal.ts'
import { notFound, Refusal } from './problems.ts'

/** What the door needs to know of how a month is closed, and what it does for it. */
export type ClosingSource = ReturnType<ReturnType<typeof makeClosing>>

export const MonthParams = AgreementParams.extend({ month: Month })
const DraftParams = MonthParams.extend({ version: z.coerce.number().int().min(1).max(100_000) })
export const refusals = { ...problems, 401: problems[404], 403: problems[404], 409: problems[404], 422: problems[404] }

/** The terms of an agreement that is within reach; what is foreign is not there. */
export const scheduleOf = async (source: ClosingSource, id: string): Promise<Schedule> => {
  const schedule = await source.findSchedule(id)
  if (schedule === undefined) throw notFound(`There is no agreement ${id} here; /api/agreements lists those there are.`)
  return schedule
}

/** For which side of an agreement somebody acts; undefined for whom is neither. */
export const deciderOf = (request: FastifyRequest, { parties }: Schedule): Decider => {
  const { kind, party, role } = principalOf(request)
  const part = parties.find(({ id }) => id === party)?.role
  const side = part !== undefined && part === role && (part === 'operator' || part === 'guarantor') ? part : undefined
  return { actor: actorOf(request), isPerson: kind === 'person', side }
}

const titles: Readonly<Record<PrepareRefusal['kind'], readonly [status: number, title: string]>> = {
  'unknown agreement': [404, 'Not found'],
  'outside the term': [404, 'Outside the term'],
  'not over': [409, 'Not over'],
  'month before is open': [409, 'The month before is open'],
  readings: [409, 'Readings do not settle'],
  final: [409, 'Final'],
  'being-closed': [409, 'Being closed'],
  'no-draft': [404, 'Not found'],
  overtaken: [409, 'Overtaken'],
  returned: [409, 'Sent back'],
  approved: [409, 'Approved already'],
  'operator-first': [409, 'The operator approves first'],
  'own-work': [403, 'Not allowed'],
  'no-person': [403, 'Not allowed'],
  'net-differs': [422, 'Another net'],
}

const refuse = ({ kind, message }: PrepareRefusal): Refusal => {
  const [status, title] = titles[kind]
  return new Refusal({ kind: kind.replaceAll(' ', '-') as ProblemKind, status, title, detail: message })
}

type MonthOf = Readonly<{ agreement: string; month: string }>

/** What came since a draft was prepared, where it can still be approved. */
const sinceOf = async (source: ClosingSource, draft: DraftRecord | undefined, { agreement, month }: MonthOf) =>
  draft !== undefined && isLive(toDraftState(draft)) ? source.findSince({ agreement, month, draft: draft.id }) : undefined

const wireOf = async (source: ClosingSource, draft: DraftRecord, named: MonthOf & Readonly<{ currency: string }>) =>
  toDraft(draft, named, await sinceOf(source, draft, named))

const prepares = (api: FastifyInstance, sourceOf: SourceOf<ClosingSource>): void => {
  api.withTypeProvider<ZodTypeProvider>().post(
    '/api/agreements/:id/periods/:month/drafts',
    {
      config: { needs: 'statements:prepare' },
      schema: {
        operationId: 'prepareDraft',
        summary: 'Draws the statement of a month on what is known now, and puts it before both parties as its next version',
        params: MonthParams,
        headers: KeyHeaders,
        response: { 200: PreparedShape, ...refusals },
      },
    },
    async (request) => {
      const source = sourceOf(request)
      const { id, month } = request.params
      const schedule = await scheduleOf(source, id)
      mustBe(principalOf(request), schedule, ['operator'])
      const answer = await source.prepare({ agreement: id, month, by: actorOf(request) })
      if (answer.kind === 'refused') throw refuse(answer.refusal)
      return { again: answer.again, draft: await wireOf(source, answer.draft, { agreement: id, month, currency: schedule.currency }) }
    },
  )
}

type Draft = Readonly<{ id: string; month: string; version: number }>

/** What both acts on a version share: whose it is, and how it is answered. */
const decide = async (
  request: FastifyRequest,
  { source, params: { id, month, version } }: Readonly<{ source: ClosingSource; params: Draft }>,
  act: (name: Readonly<{ agreement: string; month: string; version: number; by: Decider }>) => Promise<DraftAnswer>,
): Promise<DecidedDraftWire> => {
  const schedule = await scheduleOf(source, id)
  mustBe(principalOf(request), schedule, ['operator', 'guarantor'])
  const answer = await act({ agreement: id, month, version, by: deciderOf(request, schedule) })
  if (answer.kind === 'refused') throw refuse(answer.refusal)
  const draft = await wireOf(source, answer.draft, { agreement: id, month, currency: schedule.currency })
  return { draft, approved: answer.isApproved }
}

const approves = (api: FastifyInstance, sourceOf: SourceOf<ClosingSource>): void => {
  api.withTypeProvider<ZodTypeProvider>().post(
    '/api/agreements/:id/periods/:month/drafts/:version/approvals',
    {
      config: { needs: 'statements:approve' },
      schema: {
        operationId: 'approveDraft',
        summary: 'Approves a version for the side one acts for, by its net as typed; with both approvals it is closed',
        params: DraftParams,
        headers: KeyHeaders,
        body: ApproveShape,
        response: { 200: DecidedDraftShape, ...refusals },
      },
    },
    (request) => {
      const { params, body } = request
      const source = sourceOf(request)
      return decide(request, { source, params }, (name) => source.approve({ ...name, ...body }))
    },
  )
}

const returns = (api: FastifyInstance, sourceOf: SourceOf<ClosingSource>): void => {
  api.withTypeProvider<ZodTypeProvider>().post(
    '/api/agreements/:id/periods/:month/drafts/:version/returns',
    {
      config: { needs: 'statements:approve' },
      schema: {
        operationId: 'returnDraft',
        summary: 'Sends a version back with a reason: it is prepared anew',
        params: DraftParams,
        headers: KeyHeaders,
        body: ReturnShape,
        response: { 200: DecidedDraftShape, ...refusals },
      },
    },
    (request) => {
      const { params, body } = request
      const source = sourceOf(request)
      return decide(request, { source, params }, (name) => source.sendBack({ ...name, ...body }))
    },
  )
}

const progress = (api: FastifyInstance, sourceOf: SourceOf<ClosingSource>): void => {
  api.withTypeProvider<ZodTypeProvider>().get(
    '/api/agreements/:id/periods/:month/progress',
    {
      config: { needs: 'statements:read' },
      schema: {
        operationId: 'readPeriodProgress',
        summary: 'The seven steps of closing a month: what is done, by whom and when, what is left, and what you can do',
        params: MonthParams,
        response: { 200: ProgressShape, ...problems },
      },
    },
    async (request) => {
      const source = sourceOf(request)
      const { id, month } = request.params
      const schedule = await scheduleOf(source, id)
      const found = (await source.findProgress({ agreement: id, month }))!
      const since = found.closing.isFinal ? undefined : await sinceOf(source, found.draft, { agreement: id, month })
      return toProgress({ ...found, since }, forSide(deciderOf(request, schedule)), principalOf(request).kind === 'local')
    },
  )
}

export const closeRoutes = async (api: FastifyInstance, sourceOf: SourceOf<ClosingSource>): Promise<void> => {
  prepares(api, sourceOf)
  approves(api, sourceOf)
  returns(api, sourceOf)
  progress(api, sourceOf)
}
