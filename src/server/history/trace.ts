import { existsSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { gpusMax } from '../../core/base/steps.ts'
import type { LocalDate, Month } from '../../core/base/time.ts'
import type { Reading } from '../../core/meter/reading.ts'
import { heliosFiles, readHelios } from './helios.ts'
import { readPhilly } from './philly.ts'
import type { TraceOptions } from './trace-options.ts'

export type TraceKind = 'philly' | 'helios'

/** What is known of a published trace, and the block it is taken for when `repeat` is 1. */
export type TraceFacts = Readonly<{
  title: string
  /** The block's GPUs: the trace's peak and room for some that are unsold. */
  gpus: number
  /** First and last local date on which anything runs. */
  from: LocalDate
  through: LocalDate
  /** Months that the trace covers from end to end. */
  months: readonly Month[]
  attribution: string
}>

export const traceFacts: Readonly<Record<TraceKind, TraceFacts>> = {
  philly: {
    title: 'Philly: 82,247 jobs of 15 tenants, on demand',
    gpus: 1300,
    from: '2017-09-04',
    through: '2017-12-22',
    months: ['2017-10', '2017-11'],
    attribution:
      'Microsoft Philly traces (CC-BY-4.0), as derived by the Pollux authors and kept in the ElasticFlow repository (Apache-2.0); peak 1,243 GPUs',
  },
  helios: {
    title: 'Helios Earth: 16 tenants, quota reserved and running used, minute by minute',
    gpus: 1000,
    from: '2020-05-01',
    through: '2020-05-31',
    months: ['2020-05'],
    attribution: 'SenseTime Helios, cluster Earth (HeliosData CC-BY-4.0, HeliosArtifact MIT); 856 GPUs of quota',
  },
}

const phillyForm = /^philly_jobs\.csv(\.gz)?$/
const phillyFile = (path: string): string | undefined => {
  if (!statSync(path).isDirectory()) return phillyForm.test(basename(path)) ? path : undefined
  return ['philly_jobs.csv.gz', 'philly_jobs.csv'].map((name) => join(path, name)).find(existsSync)
}

/** Which published trace a folder or file is; undefined where it is none, or is not there. */
export const detectTrace = (path: string): TraceKind | undefined => {
  if (!existsSync(path)) return undefined
  if (phillyFile(path) !== undefined) return 'philly'
  return heliosFiles(path).length > 0 ? 'helios' : undefined
}

type Chosen = Omit<TraceOptions, 'repeat' | 'price' | 'note'> & Partial<TraceOptions>

/** Readings in a batch. */
export const traceBatchRows = 5000

/**
 * A trace as readings, in batches: acceptance first. Throws `UnreadableTrace` at a row that is not as published, `RangeError` at a `repeat`
 * out of range.
 */
export async function* readTrace(path: string, kind: TraceKind, chosen: Chosen): AsyncGenerator<Reading[]> {
  const options: TraceOptions = { repeat: 1, price: '2.50', note: () => {}, ...chosen }
  const repeatMax = Math.floor(gpusMax / traceFacts[kind].gpus)
  if (!Number.isInteger(options.repeat) || options.repeat < 1 || options.repeat > repeatMax)
    throw new RangeError(`repeat is a whole number from 1 to ${repeatMax}, not ${options.repeat}`)
  let held: Reading[] = []
  for await (const readings of kind === 'philly' ? readPhilly(phillyFile(path)!, options) : readHelios(path, options)) {
    held = held.concat(readings)
    for (; held.length >= traceBatchRows; held = held.slice(traceBatchRows)) yield held.slice(0, traceBatchRows)
  }
  if (held.length > 0) yield held
}
