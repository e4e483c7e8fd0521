import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { formatInstant } from '../../core/base/time.ts'
import { JobId, JobShape, jobStates, JobsQueryShape, JobsShape, type JobEventWire, type JobWire } from '../../wire/job.ts'
import type { makeFollowing, makeJobs } from '../app/follow-jobs.ts'
import { hasEnded, jobEnds, type JobEvent, type JobRecord } from '../store/job-events.ts'
import { problems } from './agreement-routes.ts'
import { Busy } from './busy.ts'
import { eventStream, type EventSink } from './event-stream.ts'
import { actorOf, principalOf, type Principal, type SourceOf } from './principal.ts'
import { notFound, Refusal } from './problems.ts'

/** What the door needs to know of jobs. */
export type JobSource = ReturnType<ReturnType<typeof makeJobs>>
export type Following = ReturnType<typeof makeFollowing>

/** Who follows jobs at once, here and of one principal; and how long one answer lasts: who would hear more asks again from where it was. */
export const followersMax = 200
export const followersOfOneMax = 10
export const followMsMax = 600_000
const retryAfterSeconds = 5

const Params = z.object({ id: JobId })

const secondsOf = (at: Date): number => Math.floor(at.getTime() / 1000)

const toEvent = ({ number, kind, at, done, total, message }: JobEvent): JobEventWire => ({
  number,
  kind,
  at: formatInstant(secondsOf(at)),
  done,
  total,
  message,
})

const stateOf = ({ latest }: JobRecord): (typeof jobStates)[number] =>
  latest.kind === 'queued' ? 'queued' : (jobEnds.find((end) => end === latest.kind) ?? 'running')

const toJob = (job: JobRecord): JobWire => ({
  id: job.id,
  kind: job.kind,
  subject: job.subject,
  agreement: job.agreement,
  state: stateOf(job),
  cancellable: job.cancellable && !job.cancelling && !hasEnded(job),
  by: job.actorName,
  at: formatInstant(secondsOf(job.at)),
  latest: toEvent(job.latest),
})

const absent = (id: string): Refusal => notFound(`There is no job ${id} here; /api/jobs lists those there are.`)

/** Who may stop it: who asked for it, others of the party that did, and whoever owns this database. */
const mayStop = ({ kind, id, party }: Principal, job: JobRecord): boolean =>
  kind === 'local' || job.actor === id || (party !== null && job.party === party)

const reads = (api: FastifyInstance, sourceOf: SourceOf<JobSource>): void => {
  const routes = api.withTypeProvider<ZodTypeProvider>()
  routes.get(
    '/api/jobs',
    {
      config: { needs: 'statements:read' },
      schema: {
        operationId: 'listJobs',
        summary: 'Long work that is done, or waits, or was done: of your party and its agreements, the latest first',
        querystring: JobsQueryShape,
        response: { 200: JobsShape, ...problems },
      },
    },
    async (request) => {
      const { cursor, limit, mine } = request.query
      const actor = mine === 'true' ? principalOf(request).id : undefined
      // One more than the page holds: so that it is known whether another follows.
      const found = await sourceOf(request).list({ before: cursor, actor, limit: limit + 1 })
      const page = found.slice(0, limit)
      return { jobs: page.map(toJob), next: found.length > limit ? page.at(-1)!.id : null }
    },
  )
  routes.get(
    '/api/jobs/:id',
    {
      config: { needs: 'statements:read' },
      schema: { operationId: 'readJob', summary: 'How far a job is', params: Params, response: { 200: JobShape, ...problems } },
    },
    async (request) => {
      const job = await sourceOf(request).find(request.params.id)
      if (job === undefined) throw absent(request.params.id)
      return toJob(job)
    },
  )
}

const stops = (api: FastifyInstance, sourceOf: SourceOf<JobSource>): void => {
  api.withTypeProvider<ZodTypeProvider>().post(
    '/api/jobs/:id/cancel',
    {
      config: { needs: 'statements:prepare' },
      schema: {
        operationId: 'cancelJob',
        summary: 'Asks a job to stop at its next safe place; what it did until then stays',
        params: Params,
        response: { 200: JobShape, ...problems, 409: problems[404] },
      },
    },
    async (request) => {
      const { id } = request.params
      const source = sourceOf(request)
      const job = await source.find(id)
      if (job === undefined) throw absent(id)
      if (!mayStop(principalOf(request), job))
        throw new Refusal({
          kind: 'not-allowed',
          status: 403,
          title: 'Not allowed',
          detail: `${job.subject} was asked for by ${job.actorName}${job.party === null ? '' : ` of ${job.party}`}; they may stop it.`,
        })
      const answer = await source.stop(id, actorOf(request))
      if (answer.kind === 'not found') throw absent(id)
      if (answer.kind === 'asked') return toJob(answer.job)
      const why = answer.kind === 'ended' ? `It has ended: ${answer.job.latest.kind}.` : 'Work of this kind cannot be stopped.'
      throw new Refusal({ kind: 'job-over', status: 409, title: 'Not stopped', detail: why })
    },
  )
}

const lastHeard = ({ headers }: FastifyRequest): number => {
  const text = headers['last-event-id']
  return typeof text === 'string' && /^\d{1,9}$/.test(text) ? Number(text) : 0
}

/** Places for those who follow: bounded, and not all of them for one. */
const makePlaces = () => {
  const held = new Map<string, number>()
  let all = 0
  return (who: string): (() => void) => {
    const own = held.get(who) ?? 0
    if (all >= followersMax || own >= followersOfOneMax)
      throw new Busy(
        429,
        retryAfterSeconds,
        `At most ${followersOfOneMax} of yours and ${followersMax} of all follow jobs at once; GET /api/jobs/:id tells the same once.`,
      )
    held.set(who, own + 1)
    all += 1
    return () => {
      all -= 1
      const left = held.get(who)! - 1
      if (left === 0) held.delete(who)
      else held.set(who, left)
    }
  }
}

const follows = (api: FastifyInstance, sourceOf: SourceOf<JobSource>, following: Following): void => {
  const enter = makePlaces()
  const open = new Set<EventSink>()
  api.addHook('preClose', async () => {
    for (const sink of open) sink.end()
  })
  api.withTypeProvider<ZodTypeProvider>().get(
    '/api/jobs/:id/events',
    {
      config: { needs: 'statements:read', streams: { type: 'text/event-stream', shape: 'JobEvent' } },
      schema: {
        operationId: 'followJob',
        summary: 'What becomes of a job, as server-sent events; Last-Event-ID goes on after that event, and the last one ends the answer',
        params: Params,
        produces: ['text/event-stream'],
      },
    },
    async (request, reply) => {
      const job = await sourceOf(request).find(request.params.id)
      if (job === undefined) throw absent(request.params.id)
      const leave = enter(principalOf(request).id)
      const sink = eventStream(followMsMax)
      open.add(sink)
      const unfollow = following.follow(job.id, lastHeard(request), (events) => {
        for (const event of events) sink.send({ id: `${event.number}`, event: event.kind, data: toEvent(event) })
        if (events.some(({ kind }) => jobEnds.some((end) => end === kind))) sink.end()
      })
      // All of it was heard before: nothing more will come.
      if (hasEnded(job) && lastHeard(request) >= job.latest.number) sink.end()
      sink.stream.once('close', () => {
        unfollow()
        leave()
        open.delete(sink)
      })
      return reply
        .type('text/event-stream; charset=utf-8')
        .header('cache-control', 'no-store')
        .header('x-accel-buffering', 'no')
        .send(sink.stream)
    },
  )
}

export const jobRoutes = async (api: FastifyInstance, sourceOf: SourceOf<JobSource>, following: Following): Promise<void> => {
  reads(api, sourceOf)
  stops(api, sourceOf)
  follows(api, sourceOf, following)
}
