import type { Instant, Month } from '../../core/base/time.ts'
import { collate } from '../../core/meter/collate.ts'
import type { Facts } from '../../core/meter/facts.ts'
import { emptyTold, takeTold, toldOf, type ToldReading } from '../../core/meter/told.ts'
import { standingOf, type Standing } from '../../core/statements/standing.ts'
import type { Statement } from '../../core/statements/statement.ts'
import type { Schedule } from '../../core/terms/schedule.ts'
import { findCorrections } from '../store/history.ts'
import { findLife } from '../store/readings-out.ts'
import type { Work } from '../store/transaction.ts'

/** Which later statements correct each final month. */
export type Corrections = ReadonlyMap<Month, readonly Month[]>

/** What is known of the statements of an agreement beside themselves. */
export type Life = Readonly<{ told: Pick<Facts, 'disputes' | 'rulings'>; corrections: Corrections; at: Instant }>

/** Disputes and rulings up to an instant, and corrections. */
export const findLifeOf = async (tx: Work, schedule: Schedule, at: Instant): Promise<Life> => {
  const { agreement } = schedule
  const { accepted } = collate(await findLife(tx, { agreement, until: at + 1 }))
  const log = emptyTold()
  for (const { reading } of accepted) takeTold(log, schedule, reading as ToldReading, at + 1)
  return { told: toldOf(log, schedule).told, corrections: await findCorrections(tx, agreement), at }
}

/** Where a final statement stands, and on which later statements it is corrected. */
export type FoundStanding = Standing & Readonly<{ correctedOn: readonly Month[] }>

export const standingIn = (statement: Statement, { told, corrections, at }: Life): FoundStanding => {
  const correctedOn = corrections.get(statement.month) ?? []
  return { ...standingOf(statement, { ...told, at, correctedOn }), correctedOn }
}
