import { rational, toDecimal } from '../../core/base/rational.ts'
import { dayEdges, formatInstant, type Instant } from '../../core/base/time.ts'
import { cellAt, cellStates, cellWidth, sumRows, type Cells } from '../../core/meter/rack-cells.ts'
import { makeMixes, runsOf, totalsOf } from '../../core/meter/rack-runs.ts'
import type { FactoryMoment, FactoryRecord } from '../app/factories.ts'
import { datesOf } from '../app/factories.ts'
import type { FactoryView } from '../app/draw-factory.ts'
import type { FactoryMonthWire, FactoryRowWire, FactoryState, HallWire } from '../../wire/factory.ts'

/** The hall of racks whose names have none. */
export const noHall = '-'
const hallName = (hall: string): string => (hall === '' ? noHall : hall)

export const toFactoryRow = ({ id, schedule, region, racks, gpus, halls, month, months }: FactoryRecord): FactoryRowWire => ({
  id,
  agreement: schedule.agreement,
  title: schedule.title,
  region,
  zone: schedule.zone,
  halls,
  racks,
  gpus,
  month,
  months,
})

const headOf = ({ record: { id, schedule, region }, month }: FactoryMoment, { interval, until }: FactoryView, now: Instant) => ({
  id,
  agreement: schedule.agreement,
  title: schedule.title,
  region,
  zone: schedule.zone,
  month,
  now: formatInstant(now),
  from: formatInstant(interval.from),
  to: formatInstant(interval.to),
  hours: toDecimal(rational(interval.to - interval.from, 3600)),
  until: formatInstant(until),
})

/** Sums by state over some buckets, of `[bucket × states]`. */
const statesOver = (sums: Float64Array, first: number, last: number): Record<FactoryState, number> => {
  const all = Object.fromEntries(cellStates.map((state) => [state, 0])) as Record<FactoryState, number>
  for (let i = first * cellWidth; i < last * cellWidth; i++) all[cellStates[i % cellWidth]!] += sums[i]!
  return all
}

/** Where each local day begins among the buckets, and the end. */
const dayBuckets = ({ edges }: Cells, days: ArrayLike<number>): number[] => Array.from(days, (at) => Math.max(0, edges.indexOf(at)))

const acceptedOf = (states: Readonly<Record<FactoryState, number>>): number => cellStates.reduce((sum, state) => sum + states[state], 0)

export const toFactoryMonth = (moment: FactoryMoment, view: FactoryView, now: Instant): FactoryMonthWire => {
  const { zone } = moment.record.schedule
  const starts = dayBuckets(view.cells, dayEdges(view.interval, zone))
  const buckets = view.cells.edges.length - 1
  const halls = [...Map.groupBy(view.places.racks.keys(), (rack) => hallName(view.places.racks[rack]!.hall))]
  return {
    ...headOf(moment, view, now),
    days: datesOf(view.interval, zone),
    halls: halls.map(([hall, racks]) => {
      const sums = sumRows(view.cells, racks)
      return {
        hall,
        racks: racks.length,
        gpus: racks.reduce((sum, rack) => sum + view.places.racks[rack]!.gpus, 0),
        gpuSeconds: statesOver(sums, 0, buckets),
        days: starts.slice(0, -1).map((first, day) => {
          const states = statesOver(sums, first, starts[day + 1]!)
          return { accepted: acceptedOf(states), unsold: states.unsold }
        }),
      }
    }),
    ties: [...view.ties],
    placelessGpuSeconds: view.placelessGpuSeconds,
    refusals: [...view.refusals],
    problems: [...view.places.problems],
  }
}

/** Undefined where the factory has no such hall, or the hall no such rack, then. */
export const toHall = (moment: FactoryMoment & Readonly<{ hall: string }>, view: FactoryView, now: Instant): HallWire | undefined => {
  const { cells, places } = view
  const rows = [...view.rows.keys()].filter((row) => hallName(places.racks[view.rows[row]!.rack]!.hall) === moment.hall)
  if (rows.length === 0) return undefined
  const { mixes, number } = makeMixes()
  const shown = rows.map((row) => {
    const runs = runsOf(cells, row, { now: view.until, number })
    const { name, gpus } = view.rows[row]!
    return { name, gpus, ...totalsOf(cells, runs, mixes), runs }
  })
  const sums = sumRows(cells, rows)
  const series = (state: FactoryState): number[] =>
    Array.from({ length: cells.edges.length - 1 }, (_, bucket) => sums[bucket * cellWidth + cellAt[state]]!)
  return {
    ...headOf(moment, view, now),
    hall: moment.hall,
    day: moment.day ?? null,
    rack: moment.rack ?? null,
    edges: [...cells.edges],
    mixes: mixes.map(({ role, gpuSeconds }) => ({ role, gpuSeconds: [...gpuSeconds] })),
    rows: shown,
    series: {
      soldUsed: series('soldUsed'),
      soldIdle: series('soldIdle'),
      called: series('called'),
      unsold: series('unsold'),
      unavailable: series('unavailable'),
      planned: series('planned'),
      noEvidence: series('noEvidence'),
    },
  }
}
