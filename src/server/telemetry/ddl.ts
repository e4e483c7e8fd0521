import { database, type Column, type Engine, type Step, type Table, type Version } from './schema.ts'

/** Where the tables are to lie: on one machine, or on every replica of a cluster. */
export type Place = Readonly<{ kind: 'one' }> | Readonly<{ kind: 'cluster'; cluster: string }>

export const clusterForm = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/

// An acknowledged insert lies on the disk, with the folder that names it; and so does what a merge makes of it before the originals go.
const durable =
  'fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1'
// Two marks of one hour look alike. A replica that takes the second for a repeat of the first would lose it.
const eachCounts = 'replicated_deduplication_window = 0'

const columnText = ({ name, type, codec }: Column): string => `${name} ${type}${codec === undefined ? '' : ` CODEC(${codec})`}`
const onCluster = (place: Place): string => (place.kind === 'one' ? '' : ` ON CLUSTER '${place.cluster}'`)

/** The table that holds the rows: on a cluster it is the part that a shard has, and the plain name is all of it. */
const holderOf = (name: string, place: Place): string => `${database}.${name}${place.kind === 'one' ? '' : '_local'}`

const engineText = (engine: Engine, name: string, place: Place): string => {
  const family = { replacing: 'ReplacingMergeTree', summing: 'SummingMergeTree', plain: 'MergeTree' }[engine.kind]
  const replica = place.kind === 'one' ? [] : [`'/clickhouse/tables/${place.cluster}/{shard}/${database}/${name}'`, `'{replica}'`]
  const own =
    engine.kind === 'summing' ? [engine.column] : engine.kind === 'replacing' && engine.version !== undefined ? [engine.version] : []
  return `${place.kind === 'one' ? '' : 'Replicated'}${family}(${[...replica, ...own].join(', ')})`
}

const createTable = (table: Table, place: Place): string[] => {
  const { name, columns, engine, partitionBy, orderBy, keptBy } = table
  const settings = [
    durable,
    ...(place.kind === 'cluster' && keptBy !== undefined ? ['ttl_only_drop_parts = 1'] : []),
    ...(place.kind === 'cluster' && engine.kind === 'summing' ? [eachCounts] : []),
  ]
  const holder = [
    `CREATE TABLE IF NOT EXISTS ${holderOf(name, place)}${onCluster(place)}`,
    `(\n${columns.map((column) => `  ${columnText(column)}`).join(',\n')}\n)`,
    `ENGINE = ${engineText(engine, name, place)}`,
    ...(partitionBy === undefined ? [] : [`PARTITION BY ${partitionBy}`]),
    `ORDER BY (${orderBy.join(', ')})`,
    `SETTINGS ${settings.join(', ')}`,
  ].join('\n')
  return place.kind === 'one' ? [holder] : [holder, createDistributed(table, place)]
}

const createDistributed = ({ name, shardBy }: Table, place: Place & { kind: 'cluster' }): string =>
  `CREATE TABLE IF NOT EXISTS ${database}.${name}${onCluster(place)} AS ${holderOf(name, place)}\n` +
  `ENGINE = Distributed('${place.cluster}', ${database}, ${name}_local, ${shardBy})`

const addColumn = (step: Step & { kind: 'column' }, place: Place): string[] =>
  [...new Set([holderOf(step.table, place), `${database}.${step.table}`])].map(
    (table) => `ALTER TABLE ${table}${onCluster(place)} ADD COLUMN IF NOT EXISTS ${columnText(step.column)} AFTER ${step.after}`,
  )

/** The statements that bring a store to a version from the one before, without how long anything is kept. Each may be run again. */
export const writeVersion = ({ version, steps }: Version, place: Place): string[] => [
  ...(version === 1 ? [`CREATE DATABASE IF NOT EXISTS ${database}${onCluster(place)}`] : []),
  ...steps.flatMap((step) => (step.kind === 'table' ? createTable(step.table, place) : addColumn(step, place))),
]

/** The row that says that a version was applied, by the DDL for one machine: that is what an edit of a released version shows in. */
export const recordVersion = (version: Version): string =>
  `INSERT INTO ${database}.telemetry_schema (version, ddl) VALUES (${version.version}, ${quote(versionText(version))})`
export const versionText = (version: Version): string => writeVersion(version, { kind: 'one' }).join(';\n')

/** Text as SQL writes it. */
export const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

/**
 * On a cluster ClickHouse drops what is not kept for ever: `days` after its own time, by its own clock. On one machine Offtake does, by the clock it
 * is given (`prune`): a sandbox of another year would lose its samples at once.
 */
export const writeRetention = (all: readonly Version[], days: number, place: Place & { kind: 'cluster' }): string[] =>
  all
    .flatMap(({ steps }) => steps)
    .flatMap((step) => (step.kind === 'table' && step.table.keptBy !== undefined ? [{ ...step.table, keptBy: step.table.keptBy }] : []))
    .map(({ name, keptBy }) => `ALTER TABLE ${holderOf(name, place)}${onCluster(place)} MODIFY TTL ${retentionText(keptBy, days)}`)
export const retentionText = (keptBy: string, days: number): string => `toDateTime(${keptBy}) + toIntervalDay(${days})`
