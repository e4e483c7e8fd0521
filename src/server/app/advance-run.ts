import { appendEnd, enqueueAdvance, findLatestRun, findRun, type AdvanceRun } from '../store/advance-runs.ts'
import { listAgreements } from '../store/agreements.ts'
import { asSystem, type Store } from '../store/database.ts'
import { clearProgress, noteProgress } from '../store/progress.ts'
import { findTicks } from '../store/sandbox.ts'
import { inTransaction } from '../store/transaction.ts'
import { findSources } from './advance-sources.ts'
import { advance, AdvanceRefused, type AdvanceSource } from './advance.ts'
import { advanceProgress } from './sandbox.ts'

/** What an agreement is advanced from that was not before: as `offtake advance` does without options. */
const fresh = { seed: 7, detail: 'coarse' as const }
/** More months than any term has. */
const monthsMax = 600

/** What every agreement on record goes on from: what it was made up from so far. Throws `AdvanceRefused` where that is not at hand any more. */
const sourcesOf = async (store: Store): Promise<AdvanceSource[]> => {
  const known = await asSystem(store.database, (tx) => listAgreements(tx))
  const sources: AdvanceSource[] = []
  for (const { agreement } of known) {
    const ticks = await asSystem(store.database, (tx) => findTicks(tx, agreement))
    const last = ticks.at(-1)
    const said: string[] = []
    const say = (text: string): undefined => void said.push(text)
    const { seed, detail } = last ?? fresh
    const found = await findSources(store, { agreement, seed, detail }, { say })
    if (found === undefined) throw new AdvanceRefused(said)
    const source = found.sources[0]!
    if (last !== undefined && source.story?.hash !== last.story)
      throw new AdvanceRefused([
        `${agreement} was advanced with ${last.story === undefined ? 'no story' : 'another story'} than the one beside the examples: go on with offtake advance --agreement ${agreement} --story FILE`,
      ])
    sources.push(source)
  }
  return sources
}

/** Holds what one process at a time may hold for as long as the work takes, on a connection of its own; answers false where another has it. */
const alone = async (store: Store, work: () => Promise<void>): Promise<boolean> => {
  const client = await store.pool.connect()
  try {
    const { rows } = await client.query<{ got: boolean }>(`select pg_try_advisory_lock(hashtextextended('offtake advancing', 0)) as got`)
    if (!rows[0]!.got) return false
    try {
      await work()
    } finally {
      await client.query(`select pg_advisory_unlock(hashtextextended('offtake advancing', 0))`).catch(() => {})
    }
    return true
  } finally {
    client.release()
  }
}

const isStopping = async (store: Store, run: string): Promise<boolean> =>
  (await inTransaction<AdvanceRun | undefined>(store, (tx) => findRun(tx, run)))?.stopping === true

const end = (store: Store, run: string, how: NonNullable<AdvanceRun['end']>): Promise<void> =>
  inTransaction<void>(store, (tx) => appendEnd(tx, run, how))

/** Months of all agreements: a run that is asked to stop ends between two of them, so that none is a month behind another for it. */
const pass = async (store: Store, { run, through }: AdvanceRun): Promise<NonNullable<AdvanceRun['end']>> => {
  const sources = await sourcesOf(store)
  let [closed, month, inMonth] = [0, '', 0]
  const note = (message: string) => noteProgress(store, advanceProgress, { done: closed, message }).catch(() => {})
  // Which agreement it is at is no business of those who are no party to it.
  const onStep = (step: { month: string; doing: string }): void => {
    if (step.month !== month) [month, inMonth] = [step.month, 0]
    const doing = step.doing.startsWith('loading') ? 'an amendment' : step.doing
    void note(`${month}: ${doing}, ${inMonth + 1} of ${sources.length}`)
  }
  // Asked for at the start of every month: where a run is to stop, that is the last.
  let last = through
  const wanted = {
    sources,
    months: monthsMax,
    by: 'offtake advance',
    onStep,
    get through() {
      return last
    },
  }
  for await (const done of advance(store, wanted)) {
    if (done.again) continue
    closed += 1
    inMonth += 1
    await note(`${done.month}: ${closed} closed`)
    if (done.month < last && (await isStopping(store, run))) last = done.month
  }
  if (last < through) return { outcome: 'stopped', message: `${closed} closed; stopped after ${last}` }
  return { outcome: 'done', message: `${closed} closed` }
}

/**
 * Moves the clock of a sandbox as a run asks, and notes how that ended. What a process that died had done is done: the run goes on from there. Throws
 * where another process is at it, so that the queue tries again.
 */
export const runAdvance = async (store: Store, run: string): Promise<void> => {
  const found = await inTransaction<AdvanceRun | undefined>(store, (tx) => findRun(tx, run))
  if (found === undefined || found.end !== undefined) return
  const did = await alone(store, async () => {
    try {
      await end(store, run, await pass(store, found))
    } catch (error) {
      if (!(error instanceof AdvanceRefused)) throw error
      await end(store, run, { outcome: 'refused', message: error.messages.join('\n') })
    } finally {
      await clearProgress(store, advanceProgress).catch(() => {})
    }
  })
  if (!did) throw new Error('another process moves the clock of this sandbox')
}

/** Puts a run that a process left half done in the queue again: when one starts, whatever the queue takes the dead one to hold. */
export const takeUpAdvance = (store: Store): Promise<boolean> =>
  inTransaction<boolean>(store, async (tx) => {
    const latest = await findLatestRun(tx)
    if (latest === undefined || latest.end !== undefined) return false
    await enqueueAdvance(tx, latest.run)
    return true
  })
