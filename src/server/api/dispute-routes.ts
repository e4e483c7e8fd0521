import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { formatInstant } from '../../core/base/time.ts'
import type { Contested } from '../../core/statements/contest.ts'
import type { Schedule } from '../../core/terms/schedule.ts'
import {
  DisputesShape,
  RaisedShape,
  RaiseShape,
  RuleShape,
  SayShape,
  type ContestedWire,
  type DisputesWire,
  type DisputeWire,
} from '../../wire/dispute.ts'
import type { Decider } from '../app/closing-of.ts'
import type { DisputeRefusal } from '../app/dispute-refusal.ts'
import type { DisputeRecord, Written } from '../store/dispute-rows.ts'
import { deciderOf, MonthParams, refusals, scheduleOf, type ClosingSource } from './close-routes.ts'
import { KeyHeaders } from './once.ts'
import { mustBe, principalOf, type SourceOf } from './principal.ts'
import { notFound, Refusal } from './problems.ts'

const DisputeParams = MonthParams.extend({ dispute: z.string().regex(/^dsp_[0-9a-f-]{36}$/, 'should be the id of a dispute') })

const titles: Readonly<Record<DisputeRefusal['kind'], readonly [status: number, title: string]>> = {
  'not-final': [409, 'Not final'],
  overtaken: [409, 'Overtaken'],
  'cannot-dispute': [422, 'It cannot be disputed so'],
  'no-party': [403, 'Not allowed'],
  'no-person': [403, 'Not allowed'],
  'own-work': [409, 'The other party answers'],
  'no-dispute': [404, 'Not found'],
  ruled: [409, 'Ruled on already'],
  'cannot-rule': [422, 'It cannot be ruled so'],
  'too-many': [409, 'Too many messages'],
}
const refuse = ({ kind, message }: DisputeRefusal): Refusal => {
  const [status, title] = titles[kind]
  return new Refusal({ kind, status, title, detail: message })
}

const writtenOf = ({ by, party, at }: Written) => ({ by, party, at: formatInstant(at) })

/**
 * Whether the words of a dispute are for whoever asks. They are between the two parties: whoever acts for another, which was let read the agreement, reads what
 * is disputed and how it was ruled.
 */
const readsWords = (request: FastifyRequest, { parties }: Schedule): boolean => {
  const { kind, party } = principalOf(request)
  return kind === 'local' || parties.some(({ id, role }) => id === party && (role === 'operator' || role === 'guarantor'))
}

type Reader = Decider & Readonly<{ readsWords: boolean }>
const readerOf = (request: FastifyRequest, schedule: Schedule): Reader => ({
  ...deciderOf(request, schedule),
  readsWords: readsWords(request, schedule),
})

const toDispute = (dispute: DisputeRecord, { actor, side, isPerson, readsWords: isParty }: Reader): DisputeWire => {
  const { input, quantity, proposed, ruling, messages, by: _by, party, at: _at, text, ...rest } = dispute
  return {
    ...rest,
    ...writtenOf(dispute),
    text: isParty ? text : '',
    reason: rest.reason as DisputeWire['reason'],
    input: input ?? null,
    quantity: quantity ?? null,
    proposed: proposed ?? null,
    status: ruling?.verdict ?? 'open',
    ruling: ruling === undefined ? null : { ...ruling, ...writtenOf(ruling) },
    // The rows of a thread are kept from others by the database itself.
    messages: isParty ? messages.map((each) => ({ ...each, ...writtenOf(each) })) : [],
    mayRule: ruling === undefined && side !== undefined && isPerson && actor.party !== party && actor.id !== dispute.by.id,
  }
}

const toContested = ({ line, amount, before, after }: Contested, { currency }: Schedule): ContestedWire => ({
  line: line.number,
  amount,
  currency,
  before,
  after,
})

/** The terms, and for whom the caller acts, of a request that is for one of the two parties. */
const between = async (request: FastifyRequest, source: ClosingSource, id: string) => {
  const schedule = await scheduleOf(source, id)
  mustBe(principalOf(request), schedule, ['operator', 'guarantor'])
  return { schedule, by: readerOf(request, schedule) }
}

const lists = (api: FastifyInstance, sourceOf: SourceOf<ClosingSource>): void => {
  api.withTypeProvider<ZodTypeProvider>().get(
    '/api/agreements/:id/periods/:month/disputes',
    {
      config: { needs: 'statements:read' },
      schema: {
        operationId: 'listDisputes',
        summary:
          'Disputes of a month, by the clock of the agreement; their threads are read by the two parties alone, without notes of the other one',
        params: MonthParams,
        response: { 200: DisputesShape, ...refusals },
      },
    },
    async (request): Promise<DisputesWire> => {
      const source = sourceOf(request)
      const { id, month } = request.params
      const schedule = await scheduleOf(source, id)
      const by = readerOf(request, schedule)
      const disputes = await source.listDisputes({ agreement: id, month })
      return {
        agreement: id,
        month,
        zone: schedule.zone,
        now: formatInstant(source.now()),
        currency: schedule.currency,
        dueOn: (await source.findDueOn({ agreement: id, month })) ?? null,
        disputes: disputes.map((each) => toDispute(each, by)),
      }
    },
  )
}

const raises = (api: FastifyInstance, sourceOf: SourceOf<ClosingSource>): void => {
  api.withTypeProvider<ZodTypeProvider>().post(
    '/api/agreements/:id/periods/:month/disputes',
    {
      config: { needs: 'disputes:raise' },
      schema: {
        operationId: 'raiseDispute',
        summary:
          'Contests a line of a final statement: what of it is in dispute is not payable until it is ruled on; dryRun says what that is',
        params: MonthParams,
        headers: KeyHeaders,
        body: RaiseShape,
        response: { 200: RaisedShape, ...refusals },
      },
    },
    async (request) => {
      const source = sourceOf(request)
      const { id, month } = request.params
      const { dryRun, ...asked } = request.body
      const { schedule, by } = await between(request, source, id)
      const wanted = { agreement: id, month, ...asked, by }
      if (dryRun) {
        const seen = await source.considerDispute(wanted)
        if (seen.kind === 'refused') throw refuse(seen.refusal)
        return { dispute: null, contested: toContested(seen.contested, schedule) }
      }
      const answer = await source.raise(wanted)
      if (answer.kind === 'refused') throw refuse(answer.refusal)
      return { dispute: toDispute(answer.dispute, by), contested: toContested(answer.contested, schedule) }
    },
  )
}

type InDispute = Readonly<{ id: string; month: string; dispute: string }>
type Named = Readonly<{ agreement: string; month: string; dispute: string; by: Decider }>
type Answered = Readonly<{ kind: 'said' | 'ruled' }> | Readonly<{ kind: 'refused'; refusal: DisputeRefusal }>

/** What both answers to a dispute share: whose it is, and that the dispute is told as it is then. */
const answer = async (
  request: FastifyRequest,
  { source, params: { id, month, dispute } }: Readonly<{ source: ClosingSource; params: InDispute }>,
  act: (name: Named) => Promise<Answered>,
): Promise<DisputeWire> => {
  const { by } = await between(request, source, id)
  const answered = await act({ agreement: id, month, dispute, by })
  if (answered.kind === 'refused') throw refuse(answered.refusal)
  const found = (await source.listDisputes({ agreement: id, month })).find((each) => each.id === dispute)
  if (found === undefined) throw notFound(`There is no dispute ${dispute} of ${month}.`)
  return toDispute(found, by)
}

const OneShape = DisputesShape.shape.disputes.unwrap().element

const says = (api: FastifyInstance, sourceOf: SourceOf<ClosingSource>): void => {
  api.withTypeProvider<ZodTypeProvider>().post(
    '/api/agreements/:id/periods/:month/disputes/:dispute/messages',
    {
      config: { needs: 'disputes:raise' },
      schema: {
        operationId: 'sayInDispute',
        summary: 'Adds a message for both parties to a dispute, or a note for the own party alone',
        params: DisputeParams,
        headers: KeyHeaders,
        body: SayShape,
        response: { 200: OneShape, ...refusals },
      },
    },
    (request) => {
      const source = sourceOf(request)
      const { params, body } = request
      return answer(request, { source, params }, (name) => source.say({ ...name, ...body }))
    },
  )
}

const rules = (api: FastifyInstance, sourceOf: SourceOf<ClosingSource>): void => {
  api.withTypeProvider<ZodTypeProvider>().post(
    '/api/agreements/:id/periods/:month/disputes/:dispute/ruling',
    {
      config: { needs: 'disputes:raise' },
      schema: {
        operationId: 'ruleOnDispute',
        summary: 'The other party accepts a dispute, a part of it, or rejects it; the next close corrects the line by what is upheld',
        params: DisputeParams,
        headers: KeyHeaders,
        body: RuleShape,
        response: { 200: OneShape, ...refusals },
      },
    },
    (request) => {
      const source = sourceOf(request)
      const { params, body } = request
      return answer(request, { source, params }, (name) => source.rule({ ...name, ...body }))
    },
  )
}

export const disputeRoutes = async (api: FastifyInstance, sourceOf: SourceOf<ClosingSource>): Promise<void> => {
  lists(api, sourceOf)
  raises(api, sourceOf)
  says(api, sourceOf)
  rules(api, sourceOf)
}
