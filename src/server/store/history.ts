import type { LocalDate, Month } from '../../core/base/time.ts'
import type { State } from '../../core/settlement/line.ts'
import type { StatedMonth } from '../../core/settlement/stated.ts'
import { toStated, type ToldLine } from '../../core/statements/standing.ts'
import type { SettledAgain } from '../../core/statements/statement.ts'
import type { Schedule } from '../../core/terms/schedule.ts'
import { tableOf, type KnownBatches } from './readings-out.ts'
import type { Work } from './transaction.ts'

/** A final month with all that later months need of it. */
export type PastMonth = Readonly<{
  stated: StatedMonth
  /** What it left when it was last settled: by itself, or again by a later statement. */
  closing: State
  /** The versions it was settled under. */
  terms: readonly Readonly<{ version: number }>[]
  /** Readings that had come late, and rulings, when it was closed. */
  lateKnown: number
}>

type Row = {
  month: Month
  final_on: LocalDate
  due_on: LocalDate
  closing: State
  terms: PastMonth['terms']
  settled_again: readonly SettledAgain[] | null
  lines: readonly ToldLine[] | null
  late_known: bigint
}

/** The final months of an agreement before one, in order of time, as their own statements and those of the months between left them. */
export const findHistory = async ({ client }: Work, { agreement, currency }: Schedule, before: Month): Promise<PastMonth[]> => {
  const { rows } = await client.query<Row>(
    `select distinct on (month) month, late_known, closing, told -> 'terms' as terms, told -> 'settledAgain' as settled_again,
            told ->> 'finalOn' as final_on, told ->> 'dueOn' as due_on, told -> 'lines' as lines
       from statement where agreement = $1 and month < $2 order by month, version desc`,
    [agreement, before],
  )
  const again = new Map(rows.flatMap(({ settled_again }) => (settled_again ?? []).map(({ month, closing }) => [month, closing] as const)))
  return rows.map(({ month, final_on, due_on, closing, terms, lines, late_known }) => ({
    stated: { month, finalOn: final_on, dueOn: due_on, lines: (lines ?? []).map((line) => toStated(line, currency)) },
    closing: again.get(month) ?? closing,
    terms,
    lateKnown: Number(late_known),
  }))
}

const mine = `(r.pool = any ($2) or r.block = any ($3) or r.agreement = $1 or (r.pool is null and r.block is null and r.agreement is null))`
const named = ({ agreement, pools, blocks }: Schedule) => [agreement, pools.map(({ id }) => id), blocks.map(({ id }) => id)]

/**
 * How many readings have come late for a final month of an agreement, and how many rulings there are. One that names no place, such as a
 * credit or a rate of exchange, may be of another agreement: it counts here too, which costs a look and changes no amount.
 */
export const countLate = async ({ client }: Work, schedule: Schedule, known?: KnownBatches): Promise<number> => {
  const table = tableOf(known)
  const { rows } = await client.query<{ late: bigint }>(
    `select (select count(*) from ${table} r where r.late_month is not null and r.kind <> 'ruling' and ${mine})
          + (select count(*) from ${table} r where r.kind = 'ruling' and ${mine}) as late`,
    named(schedule),
  )
  return Number(rows[0]!.late)
}

/** Readings that came for months up to `through` after the latest statement was closed, by month. */
export const findUnsettled = async (
  { client }: Work,
  schedule: Schedule,
  through: Month,
): Promise<{ month: Month; readings: number }[]> => {
  const { rows } = await client.query<{ month: Month; readings: bigint }>(
    `select r.late_month as month, count(*) as readings from reading r join import_batch b on b.batch = r.batch
      where r.late_month <= $4 and ${mine} and b.recorded_at > (select max(recorded_at) from statement where agreement = $1)
      group by 1 order by 1`,
    [...named(schedule), through],
  )
  return rows.map(({ month, readings }) => ({ month, readings: Number(readings) }))
}

/** The later statements on which each final month is corrected, in order of time. */
export const findCorrections = async ({ client }: Work, agreement: string): Promise<Map<Month, Month[]>> => {
  const { rows } = await client.query<{ corrected: Month; months: Month[] }>(
    `select corrected, array_agg(distinct month order by month) as months
       from statement, unnest(corrects) as corrected where agreement = $1 group by 1`,
    [agreement],
  )
  return new Map(rows.map(({ corrected, months }) => [corrected, months]))
}
