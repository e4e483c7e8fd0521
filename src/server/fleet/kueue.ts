import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { Instant, Interval } from '../../core/base/time.ts'
import { answerText } from './answer-text.ts'
import { readJournal, writeJournal, type Journal, type SeenRun } from './kueue-journal.ts'
import { clusterQueues, countIn, givenTo, nodeGpusOf, nodes, since, specSince, workloads } from './kueue-records.ts'
import type { ClusterQueue, KubernetesNode, Workload } from './kueue-records.ts'
import { Unreachable, type Moment, type Scheduler } from './scheduler.ts'

const pageItems = 500
/** One page: 500 workloads with their pod templates are some megabytes. */
const pageBytesMax = 256 * 2 ** 20
const pagesMax = 10_000
const answerMilliseconds = 60_000
/** How often a page is asked for when the server is too busy, and the longest wait it may ask for. */
const triesMax = 5
const waitSecondsMax = 30

export type KueueAccess = Readonly<{
  url: string
  /** A bearer token, read again for each request; none where it answers none. */
  token: () => Promise<string | undefined>
  signal?: AbortSignal | undefined
}>

export type KueueSetting = Readonly<{
  cluster: string
  resource: string
  /** Pools by resource flavor, for what is not told by node. */
  pools: ReadonlyMap<string, string>
  journal: string
}>

const page = z.object({ metadata: z.object({ continue: z.string().optional() }).optional(), items: z.array(z.unknown()) })

const fetchPage = async ({ url, token, signal }: KueueAccess, path: string): Promise<Response> => {
  const bearer = await token()
  const timeout = AbortSignal.timeout(answerMilliseconds)
  for (let tries = 1; ; tries++) {
    const response = await fetch(`${url}${path}`, {
      headers: { accept: 'application/json', ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }) },
      signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
    })
    if (response.status !== 429 || tries === triesMax) return response
    await response.body?.cancel()
    await sleep(
      1000 * Math.min(waitSecondsMax, Number(response.headers.get('retry-after') ?? 1) || 1),
      undefined,
      signal === undefined ? {} : { signal },
    )
  }
}

/** Every item of a list, page by page, and the clock of the server when it began to answer. */
const list = async <T>(access: KueueAccess, path: string, shape: z.ZodType<T[]>): Promise<Readonly<{ items: T[]; at: Instant }>> => {
  const items: unknown[] = []
  let [at, next] = [0, '']
  try {
    for (let pages = 0; pages < pagesMax; pages++) {
      const response = await fetchPage(access, `${path}?limit=${pageItems}${next === '' ? '' : `&continue=${encodeURIComponent(next)}`}`)
      const text = await answerText(response, pageBytesMax)
      if (!response.ok) throw new Unreachable(`${path} answered ${response.status}: ${text.slice(0, 300)}`)
      if (pages === 0) at = Math.floor(Date.parse(response.headers.get('date') ?? '') / 1000)
      const read = page.parse(JSON.parse(text))
      items.push(...read.items)
      next = read.metadata?.continue ?? ''
      if (next === '') break
    }
    if (!Number.isFinite(at)) throw new Unreachable(`${path} does not say what time it is`)
    return { items: shape.parse(items), at }
  } catch (error) {
    if (access.signal?.aborted === true || error instanceof Unreachable) throw error
    const { message, cause } = error as Error
    throw new Unreachable(`${path}: ${(cause instanceof Error ? cause.message : message).slice(0, 500)}`)
  }
}

/** The run that a workload is in, or was in when it finished; undefined where it has no GPUs. */
const seenRun = (workload: Workload, { resource, pools }: KueueSetting): SeenRun | undefined => {
  const { metadata, spec, status } = workload
  const start = since(status?.conditions, 'Admitted')
  const given = givenTo(workload, resource)
  if (start === undefined || given === undefined || given.gpus === 0) return undefined
  const byFlavor = new Set(given.flavors.map((flavor) => pools.get(flavor)))
  const order = metadata.annotations?.['offtake.com/order']
  return {
    job: metadata.uid,
    start,
    isStartKnown: true,
    end: since(status?.conditions, 'Finished') ?? null,
    nodes: given.nodes,
    gpus: given.gpus,
    account: given.queue,
    product: spec.priorityClassRef?.name ?? '',
    comment: order === undefined ? '' : `order:${order}`,
    pool: byFlavor.size === 1 ? ([...byFlavor][0] ?? null) : null,
  }
}

const secondsOf = (runs: readonly SeenRun[]): number => runs.reduce((sum, { start, end }) => sum + (end === null ? 0 : end - start), 0)

/** Seconds by which what Kueue adds up may differ from its own times, for each run: both are cut to whole seconds. */
const roundingSeconds = 1

/**
 * What the journal has of one workload after it was looked at. A run that was seen ends where the workload was evicted or finished. Kueue adds up how
 * long a workload was admitted before: where that is more than was seen, there were runs that nobody saw, of which nothing is known but that they
 * lie between its creation and now.
 */
const runsAfter = (workload: Workload, known: readonly SeenRun[], setting: KueueSetting): SeenRun[] => {
  const { metadata, status } = workload
  const now = seenRun(workload, setting)
  const evicted = since(status?.conditions, 'Evicted')
  const closed = known.map((run): SeenRun => {
    if (run.end !== null) return run
    if (run.start === now?.start) return now
    const end = [evicted, now?.start].find((each) => each !== undefined && each >= run.start)
    return end === undefined ? run : { ...run, end }
  })
  const runs = now === undefined || closed.some(({ start }) => start === now.start) ? closed : [...closed, now]
  const past = runs.filter((run) => run.end !== null && run.start !== now?.start)
  const missing = (status?.accumulatedPastExecutionTimeSeconds ?? 0) - secondsOf(past) - roundingSeconds * (past.length + 1)
  if (missing <= 0 || runs.some(({ isStartKnown }) => !isStartKnown)) return runs
  const until = now?.start ?? evicted
  if (until === undefined) return runs
  const like = now ?? runs.at(-1)
  const lost = {
    job: metadata.uid,
    start: specSince({ ...metadata, managedFields: [] }),
    isStartKnown: false,
    end: until,
    comment: '',
    product: '',
  }
  return [...runs, { ...lost, nodes: '', gpus: like?.gpus ?? 1, account: like?.account ?? '', pool: null }]
}

/** Outages of a node: it is out from when it stopped being ready until it is ready again. */
const outagesAfter = (node: KubernetesNode, known: Journal['outages']): Journal['outages'] => {
  const { name } = node.metadata
  const [ready, unready] = [
    since(node.status.conditions, 'Ready'),
    since(node.status.conditions, 'Ready', 'False') ?? since(node.status.conditions, 'Ready', 'Unknown'),
  ]
  const closed = known.map((each) => {
    const end = [ready, unready].find((at) => at !== undefined && at > each.from)
    return each.to !== null || end === undefined ? each : { ...each, to: end }
  })
  if (unready === undefined || closed.some(({ from }) => from === unready)) return closed
  return [...closed, { node: name, from: unready, to: null, state: 'NotReady' }]
}

/** Quotas of a queue, which are what a contract keeps: each from when it was written until it was written otherwise. */
const quotasAfter = (queue: ClusterQueue, known: Journal['quotas'], { resource, pools }: KueueSetting): Journal['quotas'] => {
  const from = specSince(queue.metadata)
  const wanted = new Map<string, number>()
  for (const { flavors } of queue.spec.resourceGroups ?? [])
    for (const { name, resources } of flavors) {
      const gpus = resources.filter((each) => each.name === resource).reduce((sum, { nominalQuota }) => sum + countIn(nominalQuota), 0)
      const pool = pools.get(name)
      if (pool !== undefined && gpus > 0) wanted.set(pool, (wanted.get(pool) ?? 0) + gpus)
    }
  const isSame = (each: Journal['quotas'][number]) => wanted.get(each.pool) === each.gpus
  const kept = known.map((each) => (each.to !== null || isSame(each) ? each : { ...each, to: Math.max(from, each.from) }))
  const fresh = [...wanted].filter(([pool, gpus]) => !kept.some((each) => each.to === null && each.pool === pool && each.gpus === gpus))
  return [...kept, ...fresh.map(([pool, gpus]) => ({ number: queue.metadata.uid, name: queue.metadata.name, pool, gpus, from, to: null }))]
}

const groups = <T>(all: readonly T[], key: (each: T) => string): Map<string, T[]> => Map.groupBy(all, key)

/** What the objects of the cluster add to what was seen before. */
export const lookAt = (
  journal: Journal,
  objects: Readonly<{ workloads: readonly Workload[]; nodes: readonly KubernetesNode[]; queues: readonly ClusterQueue[] }>,
  setting: KueueSetting,
): Journal => {
  const runs = groups(journal.runs, ({ job }) => job)
  for (const workload of objects.workloads)
    runs.set(workload.metadata.uid, runsAfter(workload, runs.get(workload.metadata.uid) ?? [], setting))
  const outages = groups(journal.outages, ({ node }) => node)
  for (const node of objects.nodes) outages.set(node.metadata.name, outagesAfter(node, outages.get(node.metadata.name) ?? []))
  const quotas = groups(journal.quotas, ({ number }) => number)
  for (const queue of objects.queues) quotas.set(queue.metadata.uid, quotasAfter(queue, quotas.get(queue.metadata.uid) ?? [], setting))
  return { version: 1, runs: [...runs.values()].flat(), outages: [...outages.values()].flat(), quotas: [...quotas.values()].flat() }
}

/** Workloads that hold their GPUs now, and since when. */
const liveOf = (all: readonly Workload[]): Map<string, Instant> =>
  new Map(
    all.flatMap(({ metadata, status }): [string, Instant][] => {
      const start = since(status?.conditions, 'Admitted')
      const isOver = since(status?.conditions, 'Finished') !== undefined || since(status?.conditions, 'Evicted') !== undefined
      return start === undefined || isOver ? [] : [[metadata.uid, start]]
    }),
  )

/**
 * A Kubernetes cluster with Kueue (API `kueue.x-k8s.io/v1beta2`). A run is the time for which a workload was admitted, with what its admission gave
 * it. Its objects say only the latest change, so each moment is put down in a journal.
 */
export const makeKueue = (access: KueueAccess, setting: KueueSetting): Scheduler => {
  const within = ({ from, to }: Interval, begins: Instant, ends: Instant | null) => begins < to && (ends === null || ends >= from)
  const seen = () => readJournal(setting.journal)
  return {
    cluster: setting.cluster,
    moment: async (): Promise<Moment> => {
      const found = await list(access, '/apis/kueue.x-k8s.io/v1beta2/workloads', workloads)
      const queues = await list(access, '/apis/kueue.x-k8s.io/v1beta2/clusterqueues', clusterQueues)
      const hosts = await list(access, '/api/v1/nodes', nodes)
      const objects = { workloads: found.items, nodes: hosts.items, queues: queues.items }
      writeJournal(setting.journal, lookAt(seen(), objects, setting), found.at)
      return { at: found.at, underWay: 0, live: liveOf(found.items) }
    },
    runs: async (window) =>
      seen()
        .runs.filter(({ start, end }) => within(window, start, end))
        .map(({ end, pool, ...run }) => ({ ...run, end: end ?? undefined, reservation: undefined, ...(pool === null ? {} : { pool }) })),
    events: async (window) =>
      seen()
        .outages.filter(({ from, to }) => within(window, from, to))
        .map(({ to, ...outage }) => ({ ...outage, to: to ?? undefined, reason: '' })),
    kept: async (window) =>
      seen()
        .quotas.filter(({ from, to }) => within(window, from, to))
        .map(({ number, name, pool, gpus, from, to }) => ({
          number: `${number}/${pool}`,
          name,
          from,
          // A quota stands until it is written otherwise.
          to: to ?? Number.MAX_SAFE_INTEGER,
          nodes: '',
          quota: { pool, gpus },
          accounts: [name],
          maintenance: false,
        })),
    nodes: async () => (await list(access, '/api/v1/nodes', nodes)).items.map((node) => nodeGpusOf(node, setting.resource)),
  }
}
