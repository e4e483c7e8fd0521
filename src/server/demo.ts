import * as fs from 'node:fs'
import { basename, join } from 'node:path'
import { monthInterval, monthOf, nextMonth, parseInstant, type Instant, type Month } from '../core/base/time.ts'
import type { Reading } from '../core/meter/reading.ts'
import type { Schedule } from '../core/terms/schedule.ts'
import { closedAt } from './app/closed-at.ts'
import { describeCalibration } from './history/calibration.ts'
import { generate } from './history/generate.ts'
import { detectTrace, readTrace, traceFacts } from './history/trace.ts'

/** Months of an agreement that its tenants use, and what they do in them. */
export type DemoUse = Readonly<{
  /** Names the import of its readings: done once. */
  key: (schedule: Schedule) => string
  months: (schedule: Schedule) => Month[]
  readings: (schedule: Schedule) => Iterable<Reading[]> | AsyncIterable<Reading[]>
}>

/** One agreement, and the months of it that are closed and posted. */
export type DemoPart = DemoUse &
  Readonly<{
    document: string
    /** What is over and told of, and left for people to close. */
    open?: DemoUse
  }>

/** What `npm start` shows: always as of one instant, so that it says the same on any day. */
export type Demo = Readonly<{
  now: Instant
  parts: readonly DemoPart[]
  /** The guarantor's document of what it holds together, where the demo has one. */
  portfolio?: string
  /** Where its readings come from. */
  note: string
}>

const examples = join(import.meta.dirname, '../../examples')
const example = (name: string): string => fs.readFileSync(join(examples, `${name}.yaml`), 'utf8')

/** The demo instant: what has happened by then has happened, on any day that it is run. */
const syntheticNow = parseInstant('2026-12-05T00:00:00Z', 'UTC') as Instant
/** Over by then, and closed by nobody: whoever tries a close has a month to try it on. */
const openMonth: Month = '2026-11'
/** Each agreement has a seed of its own, and so a source of its own for its readings. */
const seeds = { 'sharon-ai': 7, 'firmus-batam': 8 }

/** Every month of the term before `end`. */
const monthsBefore = ({ from, to, zone }: Schedule, end: Month): Month[] => {
  const months: Month[] = []
  for (let month = monthOf(from, zone); month < end && monthInterval(month, zone).from < to; month = nextMonth(month)) months.push(month)
  return months
}

/**
 * The open month is a history of its own, by the same seed: what both tell, they tell alike, and so no reading of a closed month depends on what is
 * told after it.
 */
const syntheticUse = (seed: number, more: string, months: DemoUse['months']): DemoUse => ({
  key: ({ agreement }) => `demo ${agreement} seed ${seed}${more}`,
  months,
  readings: (schedule) => generate({ schedule, months: months(schedule), seed }),
})

const synthetic = (): Demo => ({
  now: syntheticNow,
  note: describeCalibration(),
  portfolio: example('portfolio'),
  parts: Object.entries(seeds).map(([name, seed]) => ({
    ...syntheticUse(seed, '', (schedule) => monthsBefore(schedule, openMonth)),
    document: example(name),
    open: syntheticUse(seed, `, ${openMonth}`, () => [openMonth]),
  })),
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
