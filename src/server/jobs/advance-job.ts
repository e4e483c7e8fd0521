import type { TaskList } from 'graphile-worker'
import { runAdvance } from '../app/advance-run.ts'
import { advanceJobName } from '../store/advance-runs.ts'
import type { Store } from '../store/database.ts'

/** Moves the clock of a sandbox as a run asks. */
export const advanceTasks = (store: Store): TaskList => ({
  [advanceJobName]: (payload) => runAdvance(store, (payload as { run: string }).run),
})
