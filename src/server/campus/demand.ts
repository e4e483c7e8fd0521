import { addDays, dateOf, dayOfWeek, startOfDate, type Instant } from '../../core/base/time.ts'
import { assumed } from '../history/calibration.ts'
import { measured } from '../history/measured.ts'
import { drawIndex, drawQuantile, makeRng, meanOf, type Quantiles, type Rng } from '../history/rng.ts'

const hour = 3600
/** GPUs of the cluster that the Philly trace is of: each so many of a campus have bursts of their own. */
const phillyGpus = 2490

const sum = (all: readonly number[]): number => all.reduce((a, b) => a + b, 0)

/** Of jobs of one size: GPUs, how many jobs asked for as many, and how long they ran, at most two weeks. */
type SizeClass = Readonly<{ gpus: number; jobs: number; seconds: Quantiles; mean: number }>

const classes: readonly SizeClass[] = measured.jobs.sizes.map(([gpus, jobs]) => {
  const { small, medium, large } = measured.jobs.durations
  const seconds = (gpus >= 8 ? large : gpus >= 2 ? medium : small).map((each) => Math.min(each, assumed.jobSecondsMax))
  return { gpus, jobs, seconds, mean: meanOf(seconds) }
})

/** GPU-seconds of an average job. */
export const meanWork = sum(classes.map(({ gpus, jobs, mean }) => gpus * jobs * mean)) / sum(classes.map(({ jobs }) => jobs))

/** An index as likely as its weight, in a few steps: the likeliest come first, as most of Philly's jobs are of one GPU. */
export const makeChoice = (weights: readonly number[]): ((rng: Rng) => number) => {
  const all = sum(weights)
  return (rng) => {
    let left = rng() * all
    for (let i = 0; i < weights.length; i++) if ((left -= weights[i]!) < 0) return i
    return weights.length - 1
  }
}
const chooseClass = makeChoice(classes.map(({ jobs }) => jobs))

/** GPUs and seconds. */
export type Asked = Readonly<{ gpus: number; seconds: number }>

/** A job as they arrive in Philly. */
export const drawJob = (rng: Rng): Asked => {
  const { gpus, seconds } = classes[chooseClass(rng)]!
  return { gpus, seconds: Math.max(1, Math.floor(drawQuantile(rng, seconds))) }
}

const workOfClasses = classes.map(({ gpus, jobs, mean }) => gpus * jobs * mean)

/**
 * A job as one finds it running, with what is left of it: of long jobs and large ones more run at any time than arrive. Drawn by duration, taken as
 * often as it is long, and cut at an even chance.
 */
export const drawRunning = (rng: Rng): Asked => {
  const { gpus, seconds } = classes[drawIndex(rng, workOfClasses)]!
  const longest = seconds.at(-1)!
  // Each turn ends with a chance of mean/longest, about 1/50 at least; so many turns in vain do not happen.
  for (let turn = 0; turn < 100_000; turn++) {
    const drawn = drawQuantile(rng, seconds)
    if (rng() * longest < drawn) return { gpus, seconds: Math.max(1, Math.floor(drawn * rng())) }
  }
  return { gpus, seconds: 1 }
}

/** How many times the average as many jobs arrive in the hour that begins at `at`, by the hour of the local week. */
export const shapeAt = (at: Instant, zone: string): number => {
  const date = dateOf(at, zone)
  const hourOfDay = Math.min(23, Math.floor((at - startOfDate(date, zone)) / hour))
  const { hourOfDay: hours, dayOfWeek: days } = measured.jobs
  return ((hours[hourOfDay]! * 24) / sum(hours)) * ((days[dayOfWeek(date) - 1]! * 7) / sum(days))
}

const meanBurst = meanOf(measured.jobs.burst)

/** The average of as many bursts as there are Phillys in so many GPUs; 1 on average. */
const drawBurst = (rng: Rng, gpus: number): number => {
  const count = Math.max(1, Math.round(gpus / phillyGpus))
  let all = 0
  for (let i = 0; i < count; i++) all += drawQuantile(rng, measured.jobs.burst)
  return all / count / meanBurst
}

/** What jobs of one buyer ask for: `gpus` on average at any time, by a stream of chance of its own. */
export type Demand = Readonly<{ gpus: number; rng: Rng }>
export const makeDemand = (seed: number, name: string, gpus: number): Demand => ({ gpus, rng: makeRng(seed, `jobs of ${name}`) })

/** How many jobs arrive in an hour of this shape (`shapeAt`), with bursts. */
export const arrivalsIn = ({ gpus, rng }: Demand, shape: number): number =>
  Math.floor(((gpus * hour) / meanWork) * shape * drawBurst(rng, gpus) + rng())

/** The first instants of the local days of an interval, and its end. */
export const daysOf = (from: Instant, to: Instant, zone: string): Instant[] => {
  const days: Instant[] = []
  for (let date = dateOf(from, zone); startOfDate(date, zone) < to; date = addDays(date, 1)) days.push(startOfDate(date, zone))
  return [...days, to]
}
