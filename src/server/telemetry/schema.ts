import { metrics } from './sample.ts'

/** One column: its ClickHouse type, and how it is compressed where the usual is not good enough. */
export type Column = Readonly<{ name: string; type: string; codec?: string }>

/** How rows of one key become one: `replacing` keeps the row with the largest `version` (without one, any: the key is the whole row); `summing` adds. */
export type Engine =
  | Readonly<{ kind: 'replacing'; version?: string }>
  | Readonly<{ kind: 'summing'; column: string }>
  | Readonly<{ kind: 'plain' }>

/**
 * One table, of which the DDL for one machine and that for a cluster are both written. `shardBy` says which rows stay together on one shard.
 * `keptBy` is the time from which the days of retention count, for what is not kept for ever.
 */
export type Table = Readonly<{
  name: string
  columns: readonly Column[]
  engine: Engine
  partitionBy?: string
  orderBy: readonly string[]
  shardBy: string
  keptBy?: string
}>

/** What a version of the schema adds to the one before it. Nothing is ever taken away or changed. */
export type Step = Readonly<{ kind: 'table'; table: Table }> | Readonly<{ kind: 'column'; table: string; column: Column; after: string }>
export type Version = Readonly<{ version: number; steps: readonly Step[] }>

export const database = 'offtake'

const metricType = `Enum8(${Object.entries(metrics)
  .map(([name, { code }]) => `'${name}' = ${code}`)
  .join(', ')})`
const place: readonly Column[] = [
  { name: 'factory', type: 'LowCardinality(String)' },
  { name: 'node', type: 'LowCardinality(String)' },
  { name: 'gpu', type: 'UInt8' },
]
const small = (name: string, type: string): Column => ({ name, type, codec: 'ZSTD(1)' })

// The value is part of the key: of two samples with one time both are kept until they are read, and a reader takes the larger (TM4).
const samples: Table = {
  name: 'telemetry_samples',
  columns: [
    ...place,
    { name: 'metric', type: metricType },
    { name: 'at', type: "DateTime64(3, 'UTC')", codec: 'DoubleDelta, ZSTD(1)' },
    { name: 'value', type: 'Float64', codec: 'Gorilla, ZSTD(1)' },
  ],
  engine: { kind: 'replacing' },
  // Whole days are dropped, and the newest sample of a factory is known without reading one.
  partitionBy: '(factory, toYYYYMMDD(at))',
  // The hour comes first: it is what is folded, and so it is read in one piece.
  orderBy: ['factory', 'toStartOfHour(at)', 'node', 'gpu', 'metric', 'at', 'value'],
  shardBy: 'cityHash64(factory, node)',
  keptBy: 'at',
}

/** What one GPU did in one hour. */
const hourly: Table = {
  name: 'telemetry_hourly',
  columns: [
    ...place,
    { name: 'hour', type: "DateTime('UTC')", codec: 'Delta, ZSTD(1)' },
    small('samples', 'UInt32'),
    small('covered_seconds', 'UInt16'),
    small('active_seconds', 'UInt16'),
    small('powered_seconds', 'UInt16'),
    small('power_max_w', 'Float32'),
    small('power_mean_w', 'Float32'),
    small('energy_mj', 'UInt64'),
    small('util_mean', 'Float32'),
    small('sm_mean', 'Float32'),
    small('xids', 'Array(UInt16)'),
    small('version', 'UInt64'),
  ],
  engine: { kind: 'replacing', version: 'version' },
  partitionBy: 'toYYYYMM(hour)',
  // Node by node, and within a node GPU by GPU: so it is read for claims.
  orderBy: ['factory', 'node', 'gpu', 'hour'],
  shardBy: 'cityHash64(factory, node)',
}

/** Hours that have samples which are not folded: how often they were touched, less how often that was seen by a fold. */
const touched: Table = {
  name: 'telemetry_touched',
  columns: [
    { name: 'factory', type: 'LowCardinality(String)' },
    { name: 'hour', type: "DateTime('UTC')" },
    { name: 'times', type: 'Int64' },
  ],
  engine: { kind: 'summing', column: 'times' },
  orderBy: ['factory', 'hour'],
  shardBy: 'cityHash64(factory)',
}

/** The versions that were applied here. */
const applied: Table = {
  name: 'telemetry_schema',
  columns: [
    { name: 'version', type: 'UInt32' },
    { name: 'ddl', type: 'String' },
  ],
  engine: { kind: 'replacing' },
  orderBy: ['version', 'ddl'],
  shardBy: 'version',
}

/** The schema, as what each version added. Forward only: a version that was released is never edited; what is to change is a new one. */
export const versions: readonly Version[] = [
  { version: 1, steps: [applied, samples, hourly, touched].map((table) => ({ kind: 'table', table })) },
]
