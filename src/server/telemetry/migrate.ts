import { quote, recordVersion, retentionText, versionText, writeVersion } from './ddl.ts'
import type { Engine } from './engine.ts'
import { database, type Version } from './schema.ts'

/** What is to be there: the versions of the schema that are known, and for how many days a cluster is to keep raw samples. */
export type Wanted = Readonly<{ versions: readonly Version[]; keptDays: number }>

const here = { kind: 'one' } as const

type There = Readonly<{ name: string; engine: string; create_table_query: string }>

const appliedTo = async (engine: Engine, tables: readonly There[]): Promise<Map<number, string>> => {
  if (!tables.some(({ name }) => name === 'telemetry_schema')) return new Map()
  const rows = await engine.rows<{ version: number; ddl: string }>(
    `SELECT DISTINCT version, ddl FROM ${database}.telemetry_schema ORDER BY version`,
  )
  return new Map(rows.map(({ version, ddl }) => [version, ddl]))
}

/** Why what is there cannot be brought to what is wanted. */
const complain = (applied: ReadonlyMap<number, string>, versions: readonly Version[]): string | undefined => {
  const newest = versions.at(-1)!.version
  for (const [version, ddl] of applied) {
    const known = versions.find((each) => each.version === version)
    if (known === undefined)
      return `the telemetry has version ${version} of its schema, and this Offtake knows ${newest} at most: use a newer one`
    if (versionText(known) !== ddl)
      return `version ${version} of the telemetry's schema was applied with another text: a released version is never edited`
  }
  return undefined
}

/**
 * Brings the tables to the newest version, one version after the other, and only forward. What was begun and not recorded is done again: every
 * statement may be. The tables of a cluster are laid by who runs it, with the statements that `offtake telemetry ddl` prints.
 */
export const migrate = async (engine: Engine, { versions, keptDays }: Wanted): Promise<void> => {
  const tables = await engine.rows<There>(
    `SELECT name, engine, create_table_query FROM system.tables WHERE database = ${quote(database)} AND name LIKE 'telemetry%'`,
  )
  const applied = await appliedTo(engine, tables)
  const complaint = complain(applied, versions)
  if (complaint !== undefined) throw new Error(complaint)
  const isCluster = tables.some((table) => table.engine === 'Distributed')
  const missing = versions.filter(({ version }) => !applied.has(version))
  if (isCluster && missing.length > 0)
    throw new Error(
      `the cluster's telemetry lacks version ${missing[0]!.version} of its schema: run there what 'offtake telemetry ddl --cluster NAME --from ${missing[0]!.version}' prints`,
    )
  for (const version of missing) {
    for (const statement of writeVersion(version, here)) await engine.command(statement)
    await engine.command(recordVersion(version))
  }
  if (isCluster) checkRetention(keptDays, tables)
}

const checkRetention = (keptDays: number, tables: readonly There[]): void => {
  const holder = tables.find(({ name }) => name === 'telemetry_samples_local')
  if (holder !== undefined && !holder.create_table_query.includes(retentionText('at', keptDays)))
    throw new Error(
      `the cluster keeps raw telemetry for another time than ${keptDays} days: run there what 'offtake telemetry ddl --cluster NAME' prints for these days`,
    )
}
