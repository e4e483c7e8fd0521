import { monthOf, nextMonth, type Instant, type Month } from '../../core/base/time.ts'
import { appendDeed, type Actor } from '../store/audit.ts'
import { appendRun, appendStop, findLatestRun, findRun, type AdvanceRun } from '../store/advance-runs.ts'
import { listAgreements } from '../store/agreements.ts'
import { asSystem, type Store } from '../store/database.ts'
import { findProgress, type Progress } from '../store/progress.ts'
import { findSandboxNow, isSandbox } from '../store/sandbox.ts'
import { inTransaction } from '../store/transaction.ts'
import { findSchedule } from './find-schedule.ts'

/** How far the clock is moved: by months, or past the end of every term. */
export const strides = { month: 1, quarter: 3, year: 12, end: 0 } as const
export type Stride = keyof typeof strides

/** Under which name progress of the clock is kept. */
export const advanceProgress = 'advance'

export type SandboxState = Readonly<{
  sandbox: boolean
  /** What time it is in it; undefined where no month has passed, or it is none. */
  now: Instant | undefined
  run: AdvanceRun | undefined
  progress: Progress | undefined
}>

export type StartAnswer =
  | Readonly<{ kind: 'started'; run: string; through: Month }>
  | Readonly<{ kind: 'running'; run: AdvanceRun }>
  | Readonly<{ kind: 'no sandbox' }>
  | Readonly<{ kind: 'over' }>

/** The last month that a clock can pass: the one after the latest term. */
const lastMonthOf = async (tx: Parameters<typeof listAgreements>[0]): Promise<Month | undefined> => {
  let last: Month | undefined
  for (const { agreement } of await listAgreements(tx)) {
    const { to, zone } = (await findSchedule(tx, agreement))!
    const month = nextMonth(monthOf(to - 1, zone))
    if (last === undefined || month > last) last = month
  }
  return last
}

/** The clock of a sandbox as a control: what it shows, and what moves it. The work itself is a job. */
export const makeSandbox = (store: Store) => ({
  state: (): Promise<SandboxState> =>
    inTransaction<Omit<SandboxState, 'progress'>>(store, async (tx) => {
      const sandbox = await isSandbox(tx.queries)
      return sandbox
        ? { sandbox, now: await findSandboxNow(tx.queries), run: await findLatestRun(tx) }
        : { sandbox, now: undefined, run: undefined }
    }).then(async (state) => ({ ...state, progress: state.sandbox ? await findProgress(store, advanceProgress) : undefined })),
  start: (stride: Stride, by: Actor): Promise<StartAnswer> =>
    inTransaction<StartAnswer>(store, async (tx) => {
      if (!(await isSandbox(tx.queries))) return { kind: 'no sandbox' }
      const now = await findSandboxNow(tx.queries)
      const last = await lastMonthOf(tx.queries)
      // On the fifth of a month the month before it has passed.
      const passed = now === undefined ? undefined : nextMonth(monthOf(now, 'UTC'), -1)
      if (last === undefined || (passed !== undefined && passed >= last)) return { kind: 'over' }
      const first = passed === undefined ? await firstMonthOf(tx.queries) : nextMonth(passed)
      const wanted = stride === 'end' ? last : nextMonth(first, strides[stride] - 1)
      const through = wanted < last ? wanted : last
      const answer = await appendRun(tx, { through, person: by.id, asked: stride })
      if ('running' in answer) return { kind: 'running', run: answer.running }
      await appendDeed(tx.queries, { at: now ?? 0, by, action: 'advance', subject: answer.run, detail: { through, asked: stride } })
      return { kind: 'started', run: answer.run, through }
    }),
  /** Asks a run to end after the month that it is at; undefined where there is none of that name. */
  stop: (run: string, by: Actor): Promise<AdvanceRun | undefined> =>
    inTransaction<AdvanceRun | undefined>(store, async (tx) => {
      const found = await findRun(tx, run)
      if (found === undefined || found.end !== undefined || found.stopping) return found
      await appendStop(tx, run)
      const at = (await findSandboxNow(tx.queries)) ?? 0
      await appendDeed(tx.queries, { at, by, action: 'stop', subject: run, detail: {} })
      return { ...found, stopping: true }
    }),
  isSandbox: (): Promise<boolean> => asSystem(store.database, isSandbox),
})
export type SandboxSource = ReturnType<typeof makeSandbox>

const firstMonthOf = async (tx: Parameters<typeof listAgreements>[0]): Promise<Month> => {
  const months: Month[] = []
  for (const { agreement } of await listAgreements(tx)) {
    const { from, zone } = (await findSchedule(tx, agreement))!
    months.push(monthOf(from, zone))
  }
  return months.toSorted()[0]!
}
