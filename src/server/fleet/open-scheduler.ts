import * as fs from 'node:fs/promises'
import type { KueueSettings, SlurmSettings } from './agent-config.ts'
import { Unreachable, type Scheduler, type SchedulerDesk } from './scheduler.ts'
import { makeKueue } from './kueue.ts'
import { makeSlurm } from './slurm.ts'
import { makeSlurmCommand, readByCommands } from './slurm-commands.ts'
import { makeSlurmDesk } from './slurm-desk.ts'
import { readByRest } from './slurm-rest.ts'

const tokenOf = (path: string) => async (): Promise<string> => {
  try {
    return (await fs.readFile(path, 'utf8')).trim()
  } catch (error) {
    throw new Unreachable(`no token: ${(error as Error).message}`)
  }
}

const openSlurm = (settings: SlurmSettings, signal: AbortSignal | undefined) => {
  const { cluster, read, conf, commands, url, user, tokenFile } = settings
  const run = makeSlurmCommand({ conf, folder: commands })
  const reads =
    read === 'rest'
      ? readByRest(cluster, { url: url!.replace(/\/+$/, ''), user: user!, token: tokenOf(tokenFile!), signal })
      : readByCommands(cluster, run)
  return { scheduler: makeSlurm(cluster, reads, run), desk: makeSlurmDesk(cluster, run) }
}

/** The scheduler that a configuration names, and the desk that writes to it where there is one. */
export const openScheduler = (
  settings: SlurmSettings | KueueSettings,
  signal?: AbortSignal,
): Readonly<{ scheduler: Scheduler; desk: SchedulerDesk | undefined }> => {
  if (settings.kind === 'slurm') return openSlurm(settings, signal)
  const { cluster, url, tokenFile, resource, pools = [], journal } = settings
  const token = tokenFile === undefined ? () => Promise.resolve(undefined) : tokenOf(tokenFile)
  const setting = { cluster, resource, pools: new Map(pools.map(({ flavor, pool }) => [flavor, pool])), journal }
  return { scheduler: makeKueue({ url: url.replace(/\/+$/, ''), token, signal }, setting), desk: undefined }
}
