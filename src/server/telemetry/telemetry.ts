import type { HourlyRow } from '../../core/claims/telemetry.ts'
import type { NodeTelemetry } from '../../core/claims/telemetry.ts'
import type { Instant } from '../../core/base/time.ts'
import { encodeBatch } from './encode.ts'
import type { Engine } from './engine.ts'
import { fold, type Folded } from './fold.ts'
import type { Measure } from './fold-sql.ts'
import { hourlyInto } from './hourly.ts'
import { migrate } from './migrate.ts'
import { nodeMonths, type NodeMonths } from './node-months.ts'
import { foldDaysMax, prune, retentionDaysMax, retentionDaysUsual } from './prune.ts'
import { rackHours, type RackHours } from './rack-hours.ts'
import type { Refusal, SampleBatch } from './sample.ts'
import { database, versions, type Version } from './schema.ts'
import { makeWriter } from './write.ts'

/** A ClickHouse server by its URL, or a folder for the embedded one. */
export type TelemetryPlace = Readonly<{ url: string }> | Readonly<{ path: string }>

export type TelemetryOptions = Readonly<{
  /** The clock, in milliseconds since the epoch. */
  nowMs: () => number
  /** Samples are taken for so many days, and raw ones kept two days longer. Default 14. */
  retentionDays?: number
  /** How far a sample may be ahead of the clock. Default 120. */
  skewSeconds?: number
  /** What the hourly rows depend on: by default 60 s, 250 W and a part of 0.02. Another measure holds for what is folded from then on. */
  measure?: Partial<Measure>
  /** Only for tests of the schema's own history. */
  versions?: readonly Version[]
}>

export type Lag = Readonly<{ factory: string; latestMs: number }>

/** What is kept of GPUs, and read again. */
export type Telemetry = Readonly<{
  /** Which ClickHouse it is, in words. */
  word: string
  /**
   * Keeps samples. When it resolves those that were accepted survive the end of this process and of the machine's power. Idempotent by series
   * and time, in whatever batches. Throws `TelemetryBusy` where too many wait; rejects where the sender is to send again.
   */
  append: (batch: SampleBatch) => Promise<Readonly<{ accepted: number; refused: readonly Refusal[] }>>
  /** Samples that wait for the disk. */
  waiting: () => number
  /** Brings hourly rows up to date with the samples of all hours that begin before `until`. One process at a time is to do this. */
  fold: (until: Instant) => Promise<Folded>
  /** Keeps hourly rows that were folded elsewhere. They take the place of those that are there of the same GPU and hour. */
  takeHours: (rows: readonly HourlyRow[]) => Promise<void>
  /** What hourly rows say, node by node. */
  nodeMonths: (wanted: NodeMonths) => AsyncGenerator<NodeTelemetry>
  /** The same, added up to racks. */
  rackHours: (wanted: NodeMonths, rackOf: (node: string) => string | undefined) => Promise<RackHours[]>
  /** The newest sample of each factory that has any. */
  lag: () => Promise<Lag[]>
  engine: Engine
  close: () => Promise<void>
}>

const daySeconds = 86_400

const inRange = (name: string, value: number, min: number, max: number): number => {
  if (!Number.isFinite(value) || value < min || value > max)
    throw new RangeError(`${name} of telemetry is ${min} to ${max}, and not ${value}`)
  return value
}

const completeMeasure = ({ holdSeconds = 60, idleWatts = 250, activity = 0.02 }: Partial<Measure> = {}): Measure => {
  if (!Number.isInteger(holdSeconds)) throw new RangeError(`holdSeconds of telemetry is a whole number, and not ${holdSeconds}`)
  return {
    holdSeconds: inRange('holdSeconds', holdSeconds, 1, 3_600),
    idleWatts: inRange('idleWatts', idleWatts, 0, 20_000),
    activity: inRange('activity', activity, 0, 1),
  }
}

const readLag = async (engine: Engine): Promise<Lag[]> => {
  const rows = await engine.rows<{ factory: string; latest: string }>(
    `SELECT factory, toUnixTimestamp64Milli(max(at)) AS latest FROM ${database}.telemetry_samples GROUP BY factory ORDER BY factory`,
  )
  return rows.map(({ factory, latest }) => ({ factory, latestMs: Number(latest) }))
}

/** The next version of hourly rows: the clock, unless that has gone back since the last fold. */
const nextVersion = async (engine: Engine, nowMs: number): Promise<number> => {
  const [row] = await engine.rows<{ last: string }>(`SELECT max(version) AS last FROM ${database}.telemetry_hourly`)
  return Math.max(nowMs, Number(row!.last) + 1)
}

// Loaded on first use: most of what runs Offtake has no telemetry to open.
const openEngine = async (place: TelemetryPlace): Promise<Engine> =>
  'url' in place ? (await import('./clickhouse.ts')).openClickHouse(place.url) : (await import('./chdb.ts')).openChdb(place.path)

/** Opens the telemetry that `place` names, and brings its schema up to this version. */
export const openTelemetry = async (place: TelemetryPlace, options: TelemetryOptions): Promise<Telemetry> => {
  const { nowMs, skewSeconds = 120 } = options
  const retentionDays = inRange('retentionDays', options.retentionDays ?? retentionDaysUsual, 1, retentionDaysMax)
  const measure = completeMeasure(options.measure)
  const keptDays = Math.ceil(retentionDays) + foldDaysMax
  const engine = await openEngine(place)
  try {
    await migrate(engine, { versions: options.versions ?? versions, keptDays })
  } catch (error) {
    await engine.close()
    throw error
  }
  const writer = makeWriter(engine)
  let folding: Promise<unknown> = Promise.resolve()
  const foldNow = async (until: Instant): Promise<Folded> => {
    const version = await nextVersion(engine, nowMs())
    const wholeFrom = Math.ceil(nowMs() / 1000) - keptDays * daySeconds + measure.holdSeconds
    const folded = await fold(engine, { until, wholeFrom, measure, version }, writer.forgetMarks)
    await prune(engine, nowMs() / 1000 - keptDays * daySeconds)
    return folded
  }
  return {
    word: engine.word,
    append: async (batch) => {
      const now = nowMs()
      const window = { fromMs: now - retentionDays * daySeconds * 1000, toMs: now + skewSeconds * 1000 }
      const encoded = encodeBatch(batch, window, measure.holdSeconds * 1000)
      await writer.write(batch.factory, encoded)
      return { accepted: encoded.accepted, refused: encoded.refused }
    },
    waiting: writer.waiting,
    fold: (until) => {
      const folded = folding.then(() => foldNow(until))
      folding = folded.catch(() => {})
      return folded
    },
    takeHours: async (rows) => engine.insert(hourlyInto(rows, await nextVersion(engine, nowMs()))),
    nodeMonths: (wanted) => nodeMonths(engine, wanted),
    rackHours: (wanted, rackOf) => rackHours(nodeMonths(engine, wanted), rackOf),
    lag: () => readLag(engine),
    engine,
    close: async () => {
      await folding
      await writer.idle()
      await engine.close()
    },
  }
}
