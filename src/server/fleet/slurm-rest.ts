import { z } from 'zod'
import type { Interval } from '../../core/base/time.ts'
import { answerText } from './answer-text.ts'
import { Unreachable } from './scheduler.ts'
import { nodesOfAnswer, readJson, runsOfAnswer } from './slurm-records.ts'
import type { SlurmReads } from './slurm.ts'

/** The version of the API that Slurm 22.05 speaks, and that is tested. */
const version = 'v0.0.38'
const answerBytesMax = 512 * 2 ** 20
const answerMilliseconds = 120_000

/** States in which a job holds its GPUs and has no end yet. */
const holding = new Set(['RUNNING', 'SUSPENDED', 'STOPPED', 'SIGNALING', 'STAGE_OUT'])

const diagnosis = z.object({ statistics: z.object({ req_time: z.number().int(), dbd_agent_queue_size: z.number().int() }) })
const queue = z.object({ jobs: z.array(z.object({ job_id: z.number().int(), job_state: z.string(), start_time: z.number().int() })) })

export type RestAccess = Readonly<{
  url: string
  user: string
  /** Read again for each round: tokens of Slurm run out. */
  token: () => Promise<string>
  signal?: AbortSignal | undefined
}>

const get = async ({ url, user, token, signal }: RestAccess, path: string): Promise<unknown> => {
  const timeout = AbortSignal.timeout(answerMilliseconds)
  const what = `${url}${path.split('?')[0]}`
  try {
    const response = await fetch(`${url}${path}`, {
      headers: { 'X-SLURM-USER-NAME': user, 'X-SLURM-USER-TOKEN': await token() },
      signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
    })
    const text = await answerText(response, answerBytesMax)
    // An empty window is an error of status 500 with words of its own, which its reader knows.
    if (!response.ok && !(response.status === 500 && text.startsWith('{')))
      throw new Unreachable(`${what} answered ${response.status}: ${text.slice(0, 300)}`)
    return readJson(what, text)
  } catch (error) {
    if (signal?.aborted === true || error instanceof Unreachable) throw error
    const { message, cause } = error as Error
    throw new Unreachable(`${what}: ${cause instanceof Error ? cause.message : message}`)
  }
}

const known = <T>(shape: z.ZodType<T>, value: unknown, what: string): T => {
  const answer = shape.safeParse(value)
  if (answer.success) return answer.data
  throw new Unreachable(`${what} is not as ${version} of Slurm's API writes it: ${answer.error.issues[0]?.path.join('.')}`)
}

/** Reads over Slurm's REST: the controller at `/slurm`, the database at `/slurmdb`. */
export const readByRest = (cluster: string, access: RestAccess): SlurmReads => ({
  moment: async () => {
    // The clock first: what lives a moment later has lived until then.
    const { statistics } = known(diagnosis, await get(access, `/slurm/${version}/diag/`), 'diag')
    const { jobs } = known(queue, await get(access, `/slurm/${version}/jobs`), 'the queue')
    const live = jobs.filter(({ job_state: state }) => holding.has(state))
    return {
      at: statistics.req_time,
      underWay: statistics.dbd_agent_queue_size,
      live: new Map(live.map(({ job_id: job, start_time: start }) => [`${job}`, start])),
    }
  },
  // A bare number of seconds is an error there, and a colon would have to be escaped.
  runs: async ({ from, to }: Interval) =>
    runsOfAnswer(cluster, await get(access, `/slurmdb/${version}/jobs?cluster=${cluster}&start_time=uts${from}&end_time=uts${to}`)),
  nodes: async () => nodesOfAnswer(await get(access, `/slurm/${version}/nodes`)),
})
