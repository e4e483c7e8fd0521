import type { Month } from '../../core/base/time.ts'
import { newId } from './ids.ts'
import { lockName, type Work } from './transaction.ts'

/** The clock of a sandbox is to be moved, up to and with a month; one run at a time. */
export type AdvanceRun = Readonly<{
  run: string
  through: Month
  /** Who asked for it, as the audit log names them. */
  person: string
  /** `month`, `quarter`, `year` or `end`. */
  asked: string
  stopping: boolean
  end: Readonly<{ outcome: 'done' | 'stopped' | 'refused'; message: string }> | undefined
}>

export const advanceJobName = 'advance'
const jobKey = 'advance'
/** A job that finds another process at it looks again later and later; a month of years of agreements takes minutes. */
const attemptsMax = 25

type Row = {
  run: string
  through: Month
  person: string
  asked: string
  stopping: boolean
  outcome: 'done' | 'stopped' | 'refused' | null
  message: string | null
}

const toRun = ({ outcome, message, ...row }: Row): AdvanceRun => ({
  ...row,
  end: outcome === null ? undefined : { outcome, message: message ?? '' },
})

const runs = `select r.run, r.through, r.person, r.asked, s.run is not null as stopping, e.outcome, e.message
  from advance_run r left join advance_stop s on s.run = r.run left join advance_end e on e.run = r.run`

/** The run that was asked for last, ended or not. */
export const findLatestRun = async ({ client }: Work): Promise<AdvanceRun | undefined> => {
  const { rows } = await client.query<Row>(`${runs} order by r.run desc limit 1`)
  return rows[0] && toRun(rows[0])
}

export const findRun = async ({ client }: Work, run: string): Promise<AdvanceRun | undefined> => {
  const { rows } = await client.query<Row>(`${runs} where r.run = $1`, [run])
  return rows[0] && toRun(rows[0])
}

/** Puts the work in the queue within the transaction. One that a dead process still seems to hold does not stand in the way. */
export const enqueueAdvance = async ({ client }: Work, run: string): Promise<void> => {
  // The queue's tables are the connection's own, not those of the role that settles.
  await client.query('set local role none')
  await client.query(`select graphile_worker.add_job($1, payload := $2::json, job_key := $3, max_attempts := $4)`, [
    advanceJobName,
    JSON.stringify({ run }),
    jobKey,
    attemptsMax,
  ])
  await client.query('set local role offtake_system')
}

/** Asks for the clock to be moved; answers with the run that is under way instead, where there is one. */
export const appendRun = async (
  tx: Work,
  { through, person, asked }: Pick<AdvanceRun, 'through' | 'person' | 'asked'>,
): Promise<Readonly<{ run: string }> | Readonly<{ running: AdvanceRun }>> => {
  await lockName(tx, 'advance', 'exclusive')
  const latest = await findLatestRun(tx)
  if (latest !== undefined && latest.end === undefined) return { running: latest }
  const run = newId('adv')
  await tx.client.query('insert into advance_run (run, through, person, asked) values ($1, $2, $3, $4)', [run, through, person, asked])
  await enqueueAdvance(tx, run)
  return { run }
}

export const appendStop = async ({ client }: Work, run: string): Promise<void> => {
  await client.query('insert into advance_stop (run) values ($1) on conflict do nothing', [run])
}

export const appendEnd = async ({ client }: Work, run: string, { outcome, message }: NonNullable<AdvanceRun['end']>): Promise<void> => {
  await client.query('insert into advance_end (run, outcome, message) values ($1, $2, $3) on conflict do nothing', [run, outcome, message])
}
