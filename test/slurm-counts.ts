import { expandHosts } from '../src/core/capacity/hostlist.ts'
import type { SlurmLab } from './slurm-lab.ts'

/** One run of a job as `sacct` prints it in columns: another way than either of those by which the agent reads. */
export type SacctRun = Readonly<{
  job: string
  account: string
  qos: string
  from: number
  to: number
  gpus: number
  inside: string
  comment: string
}>
/** One stretch in which nodes were out or kept, as `sacctmgr` prints it. */
export type Stretch = Readonly<{ from: number; to: number; nodes: readonly string[] }>

const at = (text: string): number => Date.parse(`${text}Z`) / 1000
const rows = (text: string): string[][] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('|'))

/** Every run that held a GPU. */
export const sacctRuns = async (lab: SlurmLab): Promise<SacctRun[]> => {
  const format = '--format=JobID,Account,QOS,Start,End,AllocTRES,ReservationId,Comment'
  const text = await lab.run('sacct', '-X', '-a', '-D', '-n', '-P', '-S', 'now-2hours', format)
  return rows(text).flatMap(([job, account, qos, start, end, tres, inside, comment]) => {
    const gpus = Number(/gres\/gpu=(\d+)/.exec(tres!)?.[1] ?? 0)
    return gpus === 0
      ? []
      : [{ job: job!, account: account!, qos: qos!, from: at(start!), to: at(end!), gpus, inside: inside!, comment: comment! }]
  })
}

/** When nodes were drained or down. */
export const sacctmgrOutages = async (lab: SlurmLab): Promise<Stretch[]> => {
  const text = await lab.run('sacctmgr', '-n', '-P', 'show', 'event', 'start=now-2hours', 'format=NodeName,TimeStart,TimeEnd')
  return rows(text).flatMap(([node, start, end]) => (node === '' ? [] : [{ from: at(start!), to: at(end!), nodes: [node!] }]))
}

/** When nodes were kept under a name. */
export const sacctmgrKept = async (lab: SlurmLab, name: string): Promise<Stretch[]> => {
  const text = await lab.run(
    'sacctmgr',
    '-n',
    '-P',
    'show',
    'reservation',
    `names=${name}`,
    'start=now-2hours',
    'format=Start,End,NodeNames%1000',
  )
  return rows(text).map(([start, end, nodes]) => ({ from: at(start!), to: at(end!), nodes: expandHosts(nodes!) }))
}

/** GPU-seconds by tenant and product, by the jobs' own records. */
export const gpuSecondsBy = (runs: readonly SacctRun[]): Record<string, number> => {
  const sums: Record<string, number> = {}
  for (const { account, qos, from, to, gpus } of runs) {
    const product = qos === 'normal' ? 'on-demand' : qos
    const key = `${account.replace('-account', '')} ${product}`
    if (to > from) sums[key] = (sums[key] ?? 0) + gpus * (to - from)
  }
  return sums
}

/** One second of the cluster of 144 GPUs, counted run by run and node by node. */
export type SecondCount = {
  accepted: number
  out: number
  called: number
  soldUsed: number
  soldIdle: number
  interruptibleUsed: number
  unsold: number
}

type Cluster = Readonly<{
  runs: readonly SacctRun[]
  outages: readonly Stretch[]
  kept: readonly Stretch[]
  maintenance: readonly Stretch[]
}>

export const countSecond = ({ runs, outages, kept, maintenance }: Cluster, second: number): SecondCount => {
  const now = <T extends Readonly<{ from: number; to: number }>>(all: readonly T[]) =>
    all.filter(({ from, to }) => from <= second && second < to)
  const sum = (all: readonly SacctRun[]) => all.reduce((total, { gpus }) => total + gpus, 0)
  const live = now(runs)
  const nodesOut = new Set([...now(outages), ...now(maintenance)].flatMap(({ nodes }) => nodes))
  const out = 4 * nodesOut.size
  const reserved = 4 * now(kept).reduce((total, { nodes }) => total + nodes.length, 0)
  const spot = sum(live.filter(({ qos }) => qos === 'spot'))
  const firm = sum(live) - spot
  const inside = sum(live.filter((run) => run.inside === '1'))
  const contracted = spot + firm - inside + Math.max(reserved, inside)
  const available = 144 - out
  const sold = Math.min(contracted, available)
  const soldUsed = Math.min(firm, sold)
  const interruptibleUsed = Math.min(spot, sold - soldUsed)
  const soldIdle = sold - soldUsed - interruptibleUsed
  return { accepted: 144, out, called: 0, soldUsed, soldIdle, interruptibleUsed, unsold: available - sold }
}
