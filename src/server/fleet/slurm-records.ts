import { z } from 'zod'
import { Unreachable, type KeptNodes, type NodeEvent, type NodeGpus, type Run } from './scheduler.ts'

/** Records of an answer that cannot be read are named up to here. */
const unreadableShownMax = 5

export const readJson = (from: string, text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Unreachable(`${from} answered no JSON: ${(error as Error).message.slice(0, 200)}`)
  }
}

const whole = z.number().int()
const job = z.object({
  cluster: z.string(),
  job_id: whole,
  account: z.string(),
  qos: z.string(),
  nodes: z.string(),
  comment: z.object({ job: z.string().nullable() }),
  // The name beside the number is a pointer printed as a number in 22.05: it differs each time.
  reservation: z.object({ id: whole }),
  time: z.object({ submission: whole, eligible: whole.nullable(), start: whole.nullable(), end: whole.nullable() }),
  tres: z.object({ allocated: z.array(z.object({ type: z.string(), name: z.string().nullable(), count: whole.nullable() })) }),
})
const errorsOnly = z.object({ errors: z.array(z.looseObject({ error_number: whole.optional() })) })
const jobs = z.object({ jobs: z.array(z.unknown()) })
const nodes = z.object({ nodes: z.array(z.object({ name: z.string(), tres: z.string().nullable() })) })

const read = <T>(shape: z.ZodType<T>, value: unknown, what: string): T => {
  const answer = shape.safeParse(value)
  if (answer.success) return answer.data
  const said = answer.error.issues.slice(0, unreadableShownMax).map(({ path, message }) => `${path.join('.')}: ${message}`)
  throw new Unreachable(`${what} is not as Slurm 22.05 writes it: ${said.join('; ')}`)
}

/** What Slurm calls an error and is none: there is nothing in the window. */
const nothingFound = 9003

/** False where there is nothing in an answer to read. One with errors in it has nothing else that counts. */
const hasAny = (answer: unknown, what: string): boolean => {
  const { errors } = read(errorsOnly, answer, what)
  if (errors.length === 0) return true
  if (errors.every(({ error_number: number }) => number === nothingFound)) return false
  throw new Unreachable(`Slurm says of ${what}: ${JSON.stringify(errors).slice(0, 500)}`)
}

const runOf = (record: z.infer<typeof job>): Run | undefined => {
  // `gpu:gb300` is the same GPUs again, by type.
  const gpus = record.tres.allocated.find(({ type, name }) => type === 'gres' && name === 'gpu')?.count ?? 0
  const { submission, eligible, start, end } = record.time
  const [began, ended] = [start ?? 0, end ?? 0]
  // One without a GPU is no matter of ours, and neither is one that never held any: it has no start, and no end or no nodes.
  if (gpus === 0 || (began === 0 && ended === 0)) return undefined
  return {
    job: `${record.job_id}`,
    start: began === 0 ? Math.max(submission, eligible ?? 0) : began,
    isStartKnown: began !== 0,
    end: ended === 0 ? undefined : ended,
    nodes: record.nodes,
    gpus,
    account: record.account,
    product: record.qos,
    comment: record.comment.job ?? '',
    reservation: record.reservation.id === 0 ? undefined : `${record.reservation.id}`,
  }
}

/** Every run with a GPU in what `sacct --json` prints and slurmdbd answers over REST: the two have one form. */
export const runsOfAnswer = (cluster: string, answer: unknown): Run[] => {
  if (!hasAny(answer, 'the list of jobs')) return []
  return read(jobs, answer, 'the list of jobs').jobs.flatMap((record, i) => {
    const sound = read(job, record, `job ${i + 1} of that list`)
    const run = sound.cluster === cluster ? runOf(sound) : undefined
    return run === undefined ? [] : [run]
  })
}

/** The nodes in what `sinfo --json` prints and slurmctld answers over REST. */
export const nodesOfAnswer = (answer: unknown): NodeGpus[] => {
  if (!hasAny(answer, 'the list of nodes')) return []
  return read(nodes, answer, 'the list of nodes').nodes.map(({ name, tres }) => ({
    node: name,
    gpus: Number(/(?:^|,)gres\/gpu=(\d+)/.exec(tres ?? '')?.[1] ?? 0),
  }))
}

/** Rows with a separator between cells; what does not begin as a row does goes on with the last cell of the one before. */
const rowsOf = (text: string, cluster: string, cells: number): string[][] => {
  const rows: string[][] = []
  for (const line of text.split('\n')) {
    if (line.startsWith(`${cluster}|`)) {
      // The last cell is free text, and may have a separator in it.
      const parts = line.split('|')
      rows.push([...parts.slice(0, cells - 1), parts.slice(cells - 1).join('|')])
    } else if (line.trim() !== '' && rows.length > 0) rows.at(-1)!.push(`${rows.at(-1)!.pop()!} ${line}`)
  }
  return rows
}

const instantOf = (text: string, what: string): number => {
  if (!/^\d+$/.test(text)) throw new Unreachable(`${what} has the time ${text}, where seconds since 1970 should be`)
  return Number(text)
}

/** The columns that `eventsOf` reads: free text last, for sacctmgr does not escape its separator. */
export const eventColumns = 'Cluster,NodeName,TimeStart,TimeEnd,State,Reason'

/** Outages of nodes out of `sacctmgr show event`. Rows without a node are of the cluster: how large it was. */
export const eventsOf = (text: string, cluster: string): NodeEvent[] =>
  rowsOf(text, cluster, 6).flatMap(([, node, from, to, state, reason]) =>
    node === ''
      ? []
      : [
          {
            node: node!,
            from: instantOf(from!, `the event of ${node}`),
            to: to === 'Unknown' ? undefined : instantOf(to!, `the event of ${node}`),
            state: state!,
            reason: reason!,
          },
        ],
  )

export const keptColumns = 'Cluster,ID,Start,End,NodeNames%65536,Associations%65536,Flags%300,Name'

/** Reservations out of `sacctmgr show reservation`; accounts by the numbers of their associations. */
export const keptOf = (text: string, cluster: string, accounts: ReadonlyMap<string, string>): KeptNodes[] =>
  rowsOf(text, cluster, 8).map(([, number, from, to, hosts, associations, flags, name]) => ({
    number: number!,
    name: name!,
    from: instantOf(from!, `reservation ${name}`),
    to: instantOf(to!, `reservation ${name}`),
    nodes: hosts!,
    // Associations of users are not accounts: a reservation for users alone is kept for nobody who buys.
    accounts: [...new Set(associations!.split(',').flatMap((each) => accounts.get(each) ?? []))].toSorted(),
    maintenance: flags!.split(',').includes('MAINT'),
  }))

/** Accounts by the number of their own association, out of `sacctmgr show assoc`. */
export const accountsOf = (text: string): Map<string, string> =>
  new Map(
    text.split('\n').flatMap((line): [string, string][] => {
      const [, account, number, user] = line.split('|')
      return number === undefined || user !== '' ? [] : [[number, account!]]
    }),
  )
