import { decimal, floor, rational, times, total, type Rational } from '../../core/base/rational.ts'
import { add, during, subtract, valueAt, visitPieces, zero, type Steps } from '../../core/base/steps.ts'
import { addDays, monthInterval, monthOf, startOfDate, type Month } from '../../core/base/time.ts'
import { formatMoney, toMoney } from '../../core/base/money.ts'
import type { Acceptance, Credit, Charge, Maintenance, Outage, Reading } from '../../core/meter/reading.ts'
import type { ResolvedBlock, ResolvedPool, Schedule } from '../../core/terms/schedule.ts'
import { assumed, interruptions } from './calibration.ts'
import { callableBlocks, callableSteps, callsOf, conditionsOf } from './conditions.ts'
import { sellCoarsely, type Market } from './coarse-sales.ts'
import { calibratedCourse, type Breakdown, type Course } from './course.ts'
import { acceptancesOf, acceptedSteps } from './plant.ts'
import { drawWhole, makeRng, meanOf } from './rng.ts'
import { blocksOf, saleUnitOf, within, type World } from './world.ts'

const hour = 3600

/** A history in outline: some dozens of readings for each pool and month, at the levels of the calibration or of a story. */
export type CoarseHistory = Readonly<{ schedule: Schedule; months: readonly Month[]; seed: number; course?: Course }>

/**
 * A synthetic history in outline, one batch for each month: acceptances as due, orders, on-demand use by weekdays and weekends, failures by the
 * week, maintenance, calls, charges, conditions. A month is drawn from the seed and its own name alone, so that month by month gives what all at
 * once gives. Sold and called never exceed accepted. `describeCalibration` says what it rests on, and has to be shown with it.
 */
export function* generateCoarsely({ schedule, months, seed, course = calibratedCourse }: CoarseHistory): Generator<Reading[]> {
  for (const month of months.toSorted()) {
    const whole = monthInterval(month, schedule.zone)
    const window = { from: Math.max(schedule.from, whole.from), to: Math.min(schedule.to, whole.to) }
    if (window.from < window.to) yield inMonth({ schedule, seed, source: `synthetic-${seed}`, months: [month], window }, course)
  }
}

const inMonth = (world: World, course: Course): Reading[] => [
  ...world.schedule.pools.flatMap((pool) => inPool(world, pool, course)),
  ...conditionsOf(world),
]

const inPool = (world: World, pool: ResolvedPool, course: Course): Reading[] => {
  const plants = blocksOf(world, pool).map((block) => makeCoarsePlant(world, block, course))
  const unit = saleUnitOf(world, pool)
  const sales = marketsOf(world, pool, plants).flatMap((market) => sellCoarsely(world, market, course))
  return [
    ...plants.flatMap(({ readings }) => readings),
    ...plants.flatMap(({ block, accepted }) => callsOf(world, block.id, accepted, unit)),
    ...sales,
    ...creditsOf(sales.filter((sale) => sale.kind === 'charge')),
  ]
}

const sum = (all: readonly Steps[]): Steps => all.reduce(add, zero)

/** The pool; or, where every sale needs a placed order, each of its blocks, with the orders that are filled from it first. */
const marketsOf = (world: World, pool: ResolvedPool, plants: readonly CoarsePlant[]): Market[] => {
  const unit = saleUnitOf(world, pool)
  const called = callableBlocks(world)
  const freeOf = ({ block, accepted }: CoarsePlant) => (called.has(block.id) ? subtract(accepted, callableSteps(accepted, unit)) : accepted)
  if (pool.attribution !== 'specific') {
    const whole = { accepted: sum(plants.map(({ accepted }) => accepted)), free: sum(plants.map(freeOf)) }
    return [{ name: pool.id, pool: pool.id, unit, ...whole, placed: undefined }]
  }
  return plants.map((plant) => {
    const placed = [...world.schedule.orders].filter(([, blocks]) => blocks[0] === plant.block.id).map(([order]) => order)
    return { name: plant.block.id, pool: pool.id, unit, accepted: plant.accepted, free: freeOf(plant), placed }
  })
}

/** Service credits at the calibrated level: what the daily charges of a month would be reduced by on average, on the first of them. */
const creditsOf = (charges: readonly Charge[]): Credit[] => {
  const [first] = charges
  if (first === undefined) return []
  const { source, id, currency } = first
  const amount = times(total(charges.map((charge) => decimal(charge.amount))), rational(assumed.creditPercent, 100 * assumed.creditOneIn))
  const credit = toMoney(amount, currency)
  return credit.minor === 0n ? [] : [{ kind: 'credit', source, id: `${id}/credit`, reduces: id, amount: formatMoney(credit), currency }]
}

type CoarsePlant = Readonly<{ block: ResolvedBlock; accepted: Steps; readings: readonly Reading[] }>

const makeCoarsePlant = (world: World, block: ResolvedBlock, course: Course): CoarsePlant => {
  const acceptances = acceptancesOf(world, block, course)
  const accepted = acceptedSteps(block, acceptances)
  const usual = [...servicesOf(world, block, accepted), ...failuresOf(world, block, accepted)]
  return {
    block,
    accepted,
    readings: [...acceptances.filter((each) => isNews(world, each)), ...usual, ...brokenOf(world, course, accepted, usual, block)],
  }
}

/** An acceptance belongs to its month; those before the term, to the first. */
const isNews = ({ schedule, months, window }: World, { at }: Acceptance): boolean =>
  at >= window.from || monthOf(schedule.from, schedule.zone) === months[0]

/** Half of what a month has to service, on each of two nights. */
const serviceDays = [5, 19] as const

const servicesOf = (world: World, block: ResolvedBlock, accepted: Steps): Maintenance[] => {
  if (block.maintenance === undefined) return []
  const { noticeSeconds } = block.maintenance
  const [month] = world.months as [Month]
  const rng = makeRng(world.seed, `services of ${block.id} in ${month}`)
  return serviceDays.flatMap((day): Maintenance[] => {
    const from = startOfDate(addDays(`${month}-01`, day - 1), world.schedule.zone)
    const late = drawWhole(rng, 1, assumed.lateNoticeOneIn) === 1
    const noticeAt = from - (late ? Math.floor(noticeSeconds / 2) : noticeSeconds + drawWhole(rng, 1, 10 * 24) * hour)
    const span = within(world, from, from + assumed.serviceSeconds)
    const gpus = Math.floor(valueAt(accepted, from) / (12 * serviceDays.length))
    if (span === undefined || gpus === 0) return []
    return [
      { kind: 'maintenance', source: world.source, id: `${block.id}/service/${month}-${day}`, block: block.id, gpus, ...span, noticeAt },
    ]
  })
}

/** GPUs that are down on average, for each one accepted: failures an hour, times hours until repair, times GPUs of a failure. */
const downPart =
  (interruptions.count / (interruptions.days * 24 * interruptions.gpus)) *
  (meanOf(assumed.repairSeconds) / hour) *
  (assumed.gpusPerTray + (assumed.gpusPerRack - assumed.gpusPerTray) / assumed.rackFailureOneIn)

const weeks = [1, 8, 15, 22, 29] as const

const failuresOf = (world: World, block: ResolvedBlock, accepted: Steps): Outage[] => {
  const [month] = world.months as [Month]
  const rng = makeRng(world.seed, `failures of ${block.id} in ${month}`)
  const starts = weeks.map((day) => startOfDate(addDays(`${month}-01`, day - 1), world.schedule.zone))
  return starts.flatMap((from, i): Outage[] => {
    const part = drawWhole(rng, 75, 125) / 100
    const span = within(world, from, starts[i + 1] ?? world.window.to)
    const gpus = span === undefined ? 0 : Math.floor(valueAt(accepted, span.from) * downPart * part)
    const id = `${block.id}/failures/${month}-${weeks[i]}`
    return gpus === 0
      ? []
      : [{ kind: 'outage', source: world.source, id, block: block.id, gpus, ...span!, reason: 'trays and racks failed' }]
  })
}

const downSteps = (readings: readonly (Outage | Maintenance)[]): Steps => sum(readings.map(({ from, to, gpus }) => during(from, to, gpus)))

/** What a story says breaks, as far as it is accepted and not out of service already. */
const brokenOf = (
  world: World,
  { breakdowns }: Course,
  accepted: Steps,
  usual: readonly (Outage | Maintenance)[],
  block: ResolvedBlock,
): Outage[] => {
  let left = subtract(accepted, downSteps(usual))
  return breakdowns
    .filter((each) => each.block === block.id)
    .flatMap((each) => {
      const outages = pieces(world, each, left, accepted)
      left = subtract(left, downSteps(outages))
      return outages
    })
}

const pieces = (world: World, { id, block, out, reason, ...span }: Breakdown, left: Steps, accepted: Steps): Outage[] => {
  const cut = within(world, span.from, span.to)
  const outages: Outage[] = []
  if (cut === undefined) return outages
  visitPieces([left, accepted], cut.from, cut.to, (from, to, [free, all]) => {
    const gpus = Math.max(0, Math.min(free!, typeof out === 'number' ? out : partOf(out, all!)))
    if (gpus > 0)
      outages.push({ kind: 'outage', source: 'story', id: `${id}/${world.months[0]}/${outages.length + 1}`, block, gpus, from, to, reason })
    return true
  })
  return outages
}

const partOf = (part: Rational, gpus: number): number => Number(floor(times(part, rational(gpus))))
