import type { Interval } from '../../core/base/time.ts'
import type { Moment, NodeGpus, Run, Scheduler } from './scheduler.ts'
import { instantText, type SlurmCommand } from './slurm-commands.ts'
import { accountsOf, eventColumns, eventsOf, keptColumns, keptOf } from './slurm-records.ts'

/** What Slurm answers in two ways that say the same: over REST, and by its commands. */
export type SlurmReads = Readonly<{
  moment: () => Promise<Moment>
  runs: (window: Interval) => Promise<readonly Run[]>
  nodes: () => Promise<readonly NodeGpus[]>
}>

/**
 * A Slurm cluster (22.05). Node events and the history of reservations have no REST endpoint there: `sacctmgr` gives them, whichever way the
 * rest is read.
 */
export const makeSlurm = (cluster: string, reads: SlurmReads, run: SlurmCommand): Scheduler => {
  const ask = (...what: readonly string[]) => run('sacctmgr', '-n', '-P', 'show', ...what)
  const within = ({ from, to }: Interval) => [`start=${instantText(from)}`, `end=${instantText(to)}`]
  return {
    cluster,
    ...reads,
    events: async (window) => eventsOf(await ask('event', `cluster=${cluster}`, ...within(window), `format=${eventColumns}`), cluster),
    kept: async (window) => {
      const accounts = accountsOf(await ask('assoc', `cluster=${cluster}`, 'format=Cluster,Account,ID,User'))
      return keptOf(await ask('reservation', `cluster=${cluster}`, ...within(window), `format=${keptColumns}`), cluster, accounts)
    },
  }
}
