import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Instant, Interval } from '../../core/base/time.ts'
import { Unreachable, type Moment } from './scheduler.ts'
import { readJson, runsOfAnswer, nodesOfAnswer } from './slurm-records.ts'
import type { SlurmReads } from './slurm.ts'

/** Output of one command, and how long it may take. An hour of 170,000 GPUs is some 70 MB. */
const outputBytesMax = 512 * 2 ** 20
const commandMilliseconds = 120_000

const execute = promisify(execFile)

/** Runs one of Slurm's commands: never a shell, so an argument is an argument whatever is in it. */
export type SlurmCommand = (file: string, ...args: readonly string[]) => Promise<string>

/** Which commands print seconds since the epoch when told to. `sacct` writes the times of its own question so, and then cannot read them. */
const timed = new Set(['squeue', 'sacctmgr'])

/** Slurm's commands under one configuration, with their times in UTC. Throws `Unreachable` with what the command said. */
export const makeSlurmCommand = ({ conf, folder }: Readonly<{ conf?: string | undefined; folder: string }>): SlurmCommand => {
  const plain = { TZ: 'UTC', LC_ALL: 'C', ...(conf === undefined ? {} : { SLURM_CONF: conf }) }
  return async (file, ...args) => {
    const env = timed.has(file) ? { ...plain, SLURM_TIME_FORMAT: '%s' } : plain
    try {
      const { stdout } = await execute(join(folder, file), args, { env, maxBuffer: outputBytesMax, timeout: commandMilliseconds })
      return stdout
    } catch (error) {
      const { stderr = '', stdout = '', message } = error as Error & { stderr?: string; stdout?: string }
      const said = `${stderr}${stdout}`.trim().split('\n').slice(0, 5).join('; ')
      throw new Unreachable(`${file} ${args.slice(0, 3).join(' ')}: ${said === '' ? message : said}`)
    }
  }
}

/** An instant as every command reads it. */
export const instantText = (at: Instant): string => `uts${at}`

/** States in which a job holds its GPUs and has no end yet. */
const holding = 'RUNNING,SUSPENDED,STOPPED,SIGNALING,STAGE_OUT'

/** The clock of the controller and how much it has yet to hand on to the database, as `sdiag` says them. */
export const clockOf = (diagnosis: string): Omit<Moment, 'live'> => {
  const at = /^sdiag output at .*\((\d+)\)$/m.exec(diagnosis)?.[1]
  const queue = /^DBD Agent queue size:\s*(\d+)$/m.exec(diagnosis)?.[1]
  if (at === undefined || queue === undefined) throw new Unreachable('sdiag does not say what time it is, or what waits for the database')
  return { at: Number(at), underWay: Number(queue) }
}

const liveOf = (queue: string): Map<string, Instant> =>
  new Map(
    queue.split('\n').flatMap((line): [string, Instant][] => {
      const [, job, start] = /^(\d+)\|(\d+)$/.exec(line) ?? []
      return job === undefined ? [] : [[job, Number(start)]]
    }),
  )

/** Reads by `sdiag`, `squeue`, `sacct` and `sinfo`. */
export const readByCommands = (cluster: string, run: SlurmCommand): SlurmReads => {
  let isOurs = false
  const assertCluster = async (): Promise<void> => {
    const name = isOurs ? cluster : /^ClusterName\s*= (\S+)$/m.exec(await run('scontrol', 'show', 'config'))?.[1]
    if (name !== cluster) throw new Unreachable(`the configuration of the commands is of cluster ${name}, not ${cluster}`)
    isOurs = true
  }
  return {
    moment: async () => {
      // Not by name of the cluster, which would have to be looked up in a database that may be away.
      await assertCluster()
      // The clock first: what lives a moment later has lived until then.
      const clock = clockOf(await run('sdiag'))
      return { ...clock, live: liveOf(await run('squeue', '-h', '-a', '-t', holding, '-o', '%A|%S')) }
    },
    // Without -D sacct would show only the last run of a job that was requeued.
    runs: async ({ from, to }: Interval) =>
      runsOfAnswer(
        cluster,
        readJson('sacct', await run('sacct', '-X', '-a', '-D', '-M', cluster, '-S', instantText(from), '-E', instantText(to), '--json')),
      ),
    nodes: async () => nodesOfAnswer(readJson('sinfo', await run('sinfo', '--json'))),
  }
}
