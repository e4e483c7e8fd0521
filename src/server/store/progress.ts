import type { Store } from './database.ts'

/** How far long work has come, for whoever waits for it in another process. */
export type Progress = Readonly<{ done: number; message: string }>

/** Notes it outside of the work's own transaction, so that it can be seen while the work goes on. */
export const noteProgress = async ({ pool }: Store, work: string, { done, message }: Progress): Promise<void> => {
  await pool.query(
    `insert into progress (work, done, message) values ($1, $2, $3)
       on conflict (work) do update set done = excluded.done, message = excluded.message, changed_at = now()`,
    [work, done, message],
  )
}

export const findProgress = async ({ pool }: Store, work: string): Promise<Progress | undefined> => {
  const { rows } = await pool.query<{ done: bigint; message: string }>('select done, message from progress where work = $1', [work])
  return rows[0] && { done: Number(rows[0].done), message: rows[0].message }
}

export const clearProgress = async ({ pool }: Store, work: string): Promise<void> => {
  await pool.query('delete from progress where work = $1', [work])
}
