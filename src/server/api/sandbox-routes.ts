import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { formatInstant } from '../../core/base/time.ts'
import { AdvanceBodyShape, AdvanceShape, SandboxShape, type AdvanceWire } from '../../wire/sandbox.ts'
import { ProblemShape } from '../../wire/problem.ts'
import type { SandboxSource, StartAnswer } from '../app/sandbox.ts'
import type { AdvanceRun } from '../store/advance-runs.ts'
import { problems } from './agreement-routes.ts'
import type { ProblemKind } from '../../wire/problem-kinds.ts'
import { actorOf } from './principal.ts'
import { notFound, Refusal } from './problems.ts'

const toWire = ({ run, through, asked, stopping, end }: AdvanceRun): AdvanceWire => ({
  run,
  through,
  asked: asked as AdvanceWire['asked'],
  stopping,
  outcome: end?.outcome ?? null,
  message: end?.message ?? null,
})

const refusalOf = (answer: Exclude<StartAnswer, { kind: 'started' }>): Refusal => {
  const refused = (kind: ProblemKind, title: string, detail: string) => new Refusal({ kind, status: 409, title, detail })
  switch (answer.kind) {
    case 'no sandbox':
      return refused(
        'no-sandbox',
        'This is no sandbox',
        'The clock here is that of the world. A sandbox is made in a home of its own: offtake --home FOLDER advance --months 1, then offtake --home FOLDER serve.',
      )
    case 'over':
      return refused(
        'terms-over',
        'Every term is over',
        'The clock stands after the end of every agreement; there is no month left to pass.',
      )
    case 'running':
      return refused(
        'advance-running',
        'The clock moves already',
        `The clock is on its way to ${answer.run.through} (${answer.run.run}). Wait for it, or stop it: POST /api/sandbox/advances/${answer.run.run}/stop`,
      )
  }
}

const stop = (api: FastifyInstance, source: SandboxSource): void => {
  api.withTypeProvider<ZodTypeProvider>().post(
    '/api/sandbox/advances/:id/stop',
    {
      config: { needs: 'sandbox:advance' },
      schema: {
        operationId: 'stopAdvance',
        summary: 'Lets the clock stop after the month that it is at; one that has stopped stays as it is',
        params: z.object({ id: z.string().max(60) }),
        response: { 200: AdvanceShape, ...problems },
      },
    },
    async (request) => {
      const run = await source.stop(request.params.id, actorOf(request))
      if (run === undefined) throw notFound(`There is no ${request.params.id} here; GET /api/sandbox has the latest.`)
      return toWire(run)
    },
  )
}

/** The clock of a sandbox: what it shows, and what moves it. */
export const sandboxRoutes = async (api: FastifyInstance, source: SandboxSource): Promise<void> => {
  const routes = api.withTypeProvider<ZodTypeProvider>()
  routes.get(
    '/api/sandbox',
    {
      config: { needs: 'somebody' },
      schema: { operationId: 'readSandbox', summary: 'What the clock of a sandbox is at', response: { 200: SandboxShape, ...problems } },
    },
    async () => {
      const { sandbox, now, run, progress } = await source.state()
      const isMoving = run !== undefined && run.end === undefined
      return {
        sandbox,
        now: now === undefined ? null : formatInstant(now),
        run: run === undefined ? null : toWire(run),
        step: isMoving && progress !== undefined ? { closed: progress.done, text: progress.message } : null,
      }
    },
  )
  routes.post(
    '/api/sandbox/advances',
    {
      config: { needs: 'sandbox:advance' },
      schema: {
        operationId: 'startAdvance',
        summary: 'Moves the clock of a sandbox: readings are made up, every month is closed and posted; one run at a time',
        body: AdvanceBodyShape,
        response: { 202: AdvanceShape, ...problems, 409: ProblemShape },
      },
    },
    async (request, reply) => {
      const { by } = request.body
      const answer = await source.start(by, actorOf(request))
      if (answer.kind !== 'started') throw refusalOf(answer)
      const { run, through } = answer
      return reply.code(202).send({ run, through, asked: by, stopping: false, outcome: null, message: null })
    },
  )
  stop(api, source)
}
