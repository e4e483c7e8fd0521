import { quote } from './ddl.ts'
import type { Engine } from './engine.ts'
import { database } from './schema.ts'

/** For how many days samples are taken. */
export const retentionDaysUsual = 14
export const retentionDaysMax = 366
/** Days for which raw samples outlive the last day on which their like is taken: within them the hours are folded. */
export const foldDaysMax = 2

const daySeconds = 86_400

/** When the day of a partition such as `('batam',20261015)` is over, in seconds since the epoch. */
const dayEnd = (partition: string): number | undefined => {
  const [, year, month, day] = /(\d{4})(\d{2})(\d{2})\)$/.exec(partition) ?? []
  return day === undefined ? undefined : Date.UTC(Number(year), Number(month) - 1, Number(day)) / 1000 + daySeconds
}

/** Drops raw samples by whole days: those of days that were over before `keptFrom` (seconds since the epoch). On a cluster ClickHouse does it. */
export const prune = async (engine: Engine, keptFrom: number): Promise<void> => {
  const table = 'telemetry_samples'
  const parts = await engine.rows<{ id: string; partition: string }>(
    `SELECT DISTINCT partition_id AS id, partition FROM system.parts WHERE active AND database = ${quote(database)} AND table = ${quote(table)}`,
  )
  for (const { id, partition } of parts)
    if ((dayEnd(partition) ?? Infinity) < keptFrom) await engine.command(`ALTER TABLE ${database}.${table} DROP PARTITION ID ${quote(id)}`)
}
