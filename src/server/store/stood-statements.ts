import type { Month } from '../../core/base/time.ts'
import { useFrom, type UsedStatement } from '../../core/credit/overview.ts'
import type { RecordedLine, RecordedPosition } from '../../core/credit/record.ts'
import type { State } from '../../core/settlement/line.ts'
import type { Work } from './transaction.ts'

/** Which statements: of these agreements, through the end of a month, as known at an instant of the world's clock. */
export type StoodQuestion = Readonly<{
  agreements: readonly string[]
  through: Month | undefined
  known: string | undefined
  /** Whether each carries the state it closed with, and not the last alone: a register of an earlier month needs it. */
  closings?: boolean
}>

type Row = {
  agreement: string
  id: string
  month: Month
  closing: State | null
  stood: {
    moved: Pick<RecordedLine, 'clause' | 'payer' | 'payee' | 'amount'>[]
    positions: Omit<RecordedPosition, 'reasons'>[]
    accepted: string | null
    sold: string | null
  }
}

/**
 * The final statements of agreements by agreement, each in its latest version, as far as a register and a portfolio read them: what each clause
 * moved in all, where it stands without its reasons, and what was accepted and sold. The last of each carries its closing state, the others none.
 */
export const findStoodStatements = async (
  { client }: Work,
  { agreements, through, known, closings = false }: StoodQuestion,
): Promise<ReadonlyMap<string, readonly UsedStatement[]>> => {
  const values = [agreements, through ?? '9999-12', known ?? 'infinity']
  const { rows } = await client.query<Row>(
    `select distinct on (agreement, month) agreement, id, month, stood, case when $4 then closing end as closing from statement
      where agreement = any ($1) and month <= $2 and recorded_at <= $3 order by agreement, month, version desc`,
    [...values, closings],
  )
  const latest = await client.query<{ agreement: string; closing: State }>(
    `select distinct on (agreement) agreement, closing from statement
      where agreement = any ($1) and month <= $2 and recorded_at <= $3 order by agreement, month desc, version desc`,
    values,
  )
  const closingOf = new Map(latest.rows.map(({ agreement, closing }) => [agreement, closing]))
  const found = Map.groupBy(rows, ({ agreement }) => agreement)
  return new Map(
    [...found].map(([agreement, of]) => [
      agreement,
      of.map((row, i) => toStatement(row, i === of.length - 1 ? closingOf.get(agreement) : undefined)),
    ]),
  )
}

const toStatement = ({ id, month, stood, closing: own }: Row, closing: State | undefined): UsedStatement => ({
  id,
  month,
  lines: stood.moved.map((moved) => ({ ...moved, key: `${moved.clause}/`, formula: '', from: '', to: '' })),
  positions: stood.positions.map((position) => ({ ...position, reasons: [] })),
  closing: closing ?? own ?? {},
  use: stood.accepted === null || stood.sold === null ? undefined : useFrom(stood.accepted, stood.sold),
})

/** The months that any of these agreements has final, the latest first. */
export const findFinalMonthsOf = async ({ client }: Work, agreements: readonly string[], known: string | undefined): Promise<Month[]> => {
  const { rows } = await client.query<{ month: Month }>(
    `select distinct month from statement where agreement = any ($1) and recorded_at <= $2 order by month desc`,
    [agreements, known ?? 'infinity'],
  )
  return rows.map(({ month }) => month)
}

/** A line of a final statement, as a list of what was moved tells it. */
export type MovedLine = Readonly<{
  agreement: string
  month: Month
  version: number
  number: number
  clause: string
  formula: string
  payer: string
  payee: string
  amount: string
  corrects: Month | null
}>
export type LineCursor = Readonly<{ month: Month; agreement: string; number: number }>
export type MovedQuestion = StoodQuestion &
  Readonly<{
    from: Month | undefined
    /** `agreement/clause`. */
    instruments: readonly string[]
    /** Whose payments; undefined: all, whoever pays. */
    payer: string | undefined
    /** Either as payer or payee; undefined: anyone's. */
    party: string | undefined
    after: LineCursor | undefined
    limit: number
  }>

const moved = `
  with latest as (select distinct on (agreement, month) agreement, month, version, told from statement
                   where agreement = any ($1) and month <= $2 and recorded_at <= $3 and month >= $4 order by agreement, month, version desc),
       lines as (select agreement, month, version, (line ->> 'number')::integer as number, line ->> 'clause' as clause, line ->> 'formula' as formula,
                        line ->> 'payer' as payer, line ->> 'payee' as payee, line ->> 'amount' as amount, line ->> 'corrects' as corrects
                   from latest, jsonb_array_elements(case jsonb_typeof(told -> 'lines') when 'array' then told -> 'lines' else '[]' end) as line),
       counted as (select * from lines where agreement || '/' || clause = any ($5) and amount::numeric <> 0
                     and ($6::text is null or payer = $6) and ($7::text is null or payer = $7 or payee = $7))`

/** Lines that moved money under some clauses, the latest month first, a page at a time; and how many there are in all, with their sum as `payer` sees it. */
export const findMovedLines = async (
  { client }: Work,
  { agreements, through, known, from, instruments, payer, party, after, limit }: MovedQuestion,
): Promise<Readonly<{ lines: readonly MovedLine[]; count: number; paid: string; received: string }>> => {
  const values = [agreements, through ?? '9999-12', known ?? 'infinity', from ?? '0000-01', instruments, payer ?? null, party ?? null]
  const { rows } = await client.query<MovedLine>(
    `${moved} select * from counted
      where $8::text is null or month < $8 or (month = $8 and (agreement, number) > ($9, $10::integer))
      order by month desc, agreement, number limit $11`,
    [...values, after?.month ?? null, after?.agreement ?? null, after?.number ?? null, limit],
  )
  const { rows: sums } = await client.query<{ count: bigint; paid: string; received: string }>(
    `${moved} select count(*), coalesce(sum(amount::numeric) filter (where payer = $7), 0)::text as paid,
                     coalesce(sum(amount::numeric) filter (where payee = $7), 0)::text as received from counted`,
    values,
  )
  const [{ count, paid, received }] = sums as [{ count: bigint; paid: string; received: string }]
  return { lines: rows, count: Number(count), paid, received }
}
