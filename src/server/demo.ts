import * as fs from 'node:fs'
import { basename, join } from 'node:path'
import { monthInterval, monthOf, nextMonth, parseInstant, type Instant, type Month } from '../core/base/time.ts'
import type { Reading } from '../core/meter/reading.ts'
import type { Schedule } from '../core/terms/schedule.ts'
import { closedAt } from './app/closed-at.ts'
import { describeCalibration } from './history/calibration.ts'
import { generate } from './history/generate.ts'
import { detectTrace, readTrace, traceFacts } from './history/trace.ts'

/** One agreement, the months that its tenants use it, and what they do. */
export type DemoPart = Readonly<{
  /** Names the import of its readings: done once. */
  key: (schedule: Schedule) => string
  document: string
  months: (schedule: Schedule) => Month[]
  readings: (schedule: Schedule) => Iterable<Reading[]> | AsyncIterable<Reading[]>
}>

/** What `npm start` shows: always as of one instant, so that it says the same on any day. */
export type Demo = Readonly<{ now: Instant; parts: readonly DemoPart[]; /** Where its readings come from. */ note: string }>

const examples = join(import.meta.dirname, '../../examples')
const example = (name: string): string => fs.readFileSync(join(examples, `${name}.yaml`), 'utf8')

/** The demo instant: what has happened by then has happened, on any day that it is run. */
const syntheticNow = parseInstant('2026-11-05T00:00:00Z', 'UTC') as Instant
/** Each agreement has a seed of its own, and so a source of its own for its readings. */
const seeds = { 'sharon-ai': 7, 'firmus-batam': 8 }

/** Every month of the term that can be closed by `now`. */
const monthsUntil = ({ from, to, zone }: Schedule, now: Instant): Month[] => {
  const months: Month[] = []
  for (let month = monthOf(from, zone); closedAt(month) <= now && monthInterval(month, zone).from < to; month = nextMonth(month))
    months.push(month)
  return months
}

const synthetic = (): Demo => ({
  now: syntheticNow,
  note: describeCalibration(),
  parts: Object.entries(seeds).map(([name, seed]) => {
    const months = (schedule: Schedule) => monthsUntil(schedule, syntheticNow)
    return {
      key: ({ agreement }) => `demo ${agreement} seed ${seed}`,
      document: example(name),
      months,
      readings: (schedule) => generate({ schedule, months: months(schedule), seed }),
    }
  }),
})

const traced = (path: string, onNote: (text: string) => void): Demo | undefined => {
  const kind = detectTrace(path)
  if (kind === undefined) return undefined
  const { months, attribution } = traceFacts[kind]
  const part: DemoPart = {
    key: ({ agreement }) => `demo ${agreement}, trace ${kind}`,
    document: example(`${kind}-block`),
    months: () => [...months],
    readings: ({ pools, blocks, zone, currency }) => {
      const block = blocks[0]!
      const place = { pool: pools[0]!.id, block: block.id, tranche: block.tranches[0]!.id }
      return readTrace(path, kind, { ...place, zone, currency, note: onNote })
    },
  }
  return {
    now: closedAt(months.at(-1)!),
    parts: [part],
    note: `a real trace, ${basename(path)}: ${attribution}; terms and prices are illustrative`,
  }
}

/** The demo of a trace, or the synthetic one. Undefined where `trace` is no trace that is known. */
export const makeDemo = ({ trace, onNote }: Readonly<{ trace: string | undefined; onNote: (text: string) => void }>): Demo | undefined =>
  trace === undefined ? synthetic() : traced(trace, onNote)
