import { compare, decimal, type Rational } from '../base/rational.ts'
import { formatLocal, startOfDate, type Instant } from '../base/time.ts'
import type { Schedule } from '../terms/schedule.ts'
import type { DisputeFact, EventFact, Facts, FigureFact, IndexFact, PaymentFact, RulingFact } from './facts.ts'
import type { Dispute, EventReading, Figure, IndexValue, Payment, Ruling } from './reading.ts'
import { nameOf, type MeterRefusal } from './refusal.ts'

/** What is told and not metered. */
export type ToldReading = Figure | EventReading | IndexValue | Payment | Dispute | Ruling
export type ToldLog = Readonly<{ readings: ToldReading[] }>
export type Told = Pick<Facts, 'figures' | 'events' | 'indices' | 'payments' | 'disputes' | 'rulings'>

export const emptyTold = (): ToldLog => ({ readings: [] })

/** The instant from which it counts. */
const countsFrom = (reading: ToldReading, zone: string): Instant =>
  'date' in reading ? startOfDate(reading.date, zone) : (reading.at ?? (reading as Figure).from!)

/** Takes in what is told of this agreement before the window ends; answers what the evidence is of, or nothing where it is of no concern. */
export const takeTold = (log: ToldLog, schedule: Schedule, reading: ToldReading, until: Instant): string | undefined => {
  const subject = subjectOf(schedule, reading)
  if (subject === undefined || countsFrom(reading, schedule.zone) >= until) return undefined
  log.readings.push(reading)
  return subject
}

const subjectOf = ({ agreement, clauses }: Schedule, reading: ToldReading): string | undefined => {
  switch (reading.kind) {
    case 'figure':
    case 'event':
      return clauses.some(({ id }) => id === reading.clause) ? reading.clause : undefined
    case 'index':
      return clauses.some(({ indices }) => indices.includes(reading.index)) ? reading.index : undefined
    case 'payment':
    case 'dispute':
    case 'ruling':
      return reading.agreement === agreement ? '' : undefined
  }
}

const refusal = (kind: MeterRefusal['kind'], subject: string, from: Instant, message: string): MeterRefusal => ({
  kind,
  subject,
  from,
  message,
})

const named = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '))

/** Figures and events that their clause does not know. */
const checkNames = ({ clauses, zone }: Schedule, readings: readonly ToldReading[]): MeterRefusal[] =>
  readings.flatMap((reading): MeterRefusal[] => {
    if (reading.kind !== 'figure' && reading.kind !== 'event') return []
    const slices = clauses.filter(({ id }) => id === reading.clause)
    const name = reading.kind === 'figure' ? reading.figure : reading.event
    const known = [...new Set(slices.flatMap((clause) => (reading.kind === 'figure' ? clause.figures : clause.events)))]
    if (known.includes(name)) return []
    const at = countsFrom(reading, zone)
    const message = `Clause ${reading.clause} has no ${reading.kind} ${name}, which ${nameOf(reading.source, reading.id)} tells of ${formatLocal(at, zone)}. It has: ${named(known)}.`
    return [refusal(`unknown-${reading.kind}`, reading.clause, at, message)]
  })

/** Events of when their clause no longer ran: no part of it would ever hear of them. What came before it began is heard with its first part. */
const checkTimes = ({ clauses, zone }: Schedule, readings: readonly ToldReading[]): MeterRefusal[] =>
  readings.flatMap((reading): MeterRefusal[] => {
    if (reading.kind !== 'event') return []
    const { clause, event, at, source, id } = reading
    const slices = clauses.filter((each) => each.id === clause)
    if (slices.some(({ from, to }, i) => at < to && (i === 0 || at >= from))) return []
    const ended = Math.max(...slices.filter(({ to }) => to <= at).map(({ to }) => to))
    const message = `Clause ${clause} ended at ${formatLocal(ended, zone)}, and ${nameOf(source, id)} tells of ${event} at ${formatLocal(at, zone)}. Tell of it while the clause runs, or let an amendment make the clause run on.`
    return [refusal('event-after-end', clause, at, message)]
  })

/** Two readings that give one number two values. */
const checkValues = (schedule: Schedule, readings: readonly ToldReading[]): MeterRefusal[] => {
  const seen = new Map<string, Figure | IndexValue>()
  return readings.flatMap((reading): MeterRefusal[] => {
    if (reading.kind !== 'figure' && reading.kind !== 'index') return []
    const what = reading.kind === 'index' ? `index ${reading.index}` : `figure ${reading.figure} of clause ${reading.clause}`
    const at = countsFrom(reading, schedule.zone)
    const key = `${what} ${reading.kind === 'figure' ? (reading.of ?? '') : ''} ${at} ${reading.kind === 'figure' ? (reading.to ?? at) : ''}`
    const before = seen.get(key)
    seen.set(key, reading)
    if (before === undefined || compare(decimal(before.value), decimal(reading.value)) === 0) return []
    const [one, other] = [before, reading].map(({ source, id, value }) => `${nameOf(source, id)} (${value})`).toSorted()
    const message = `The ${what} has two values at ${formatLocal(at, schedule.zone)}: ${one} and ${other}. Let one replace the other.`
    return [refusal('told-twice', reading.kind === 'index' ? reading.index : reading.clause, at, message)]
  })
}

const checkMoney = ({ currency, zone, parties }: Schedule, readings: readonly ToldReading[]): MeterRefusal[] =>
  readings.flatMap((reading): MeterRefusal[] => {
    if (reading.kind !== 'payment') return []
    const at = startOfDate(reading.date, zone)
    const what = `The payment ${nameOf(reading.source, reading.id)}`
    if (reading.currency !== currency)
      return [refusal('payment-unknown', '', at, `${what} is in ${reading.currency}; the agreement settles in ${currency}.`)]
    if (parties.some(({ id }) => id === reading.payer)) return []
    return [
      refusal('payment-unknown', '', at, `${what} is by ${reading.payer}, who is no party: ${parties.map(({ id }) => id).join(', ')}.`),
    ]
  })

/** One number that is told alike by several readings is one number: a flow would count twice. */
const distinct = (figures: readonly Figure[]): Figure[] => [
  ...new Map(
    figures.map((each) => [JSON.stringify([each.clause, each.figure, each.of ?? null, each.from ?? each.at, each.to ?? each.at]), each]),
  ).values(),
]

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** What was told, as facts in order of time; and what of it cannot be. */
export const toldOf = (log: ToldLog, schedule: Schedule): { told: Told; refusals: readonly MeterRefusal[] } => {
  const readings = log.readings.toSorted(
    (a, b) => countsFrom(a, schedule.zone) - countsFrom(b, schedule.zone) || byText(a.source, b.source) || byText(a.id, b.id),
  )
  const of = <Kind extends ToldReading['kind']>(kind: Kind) =>
    readings.filter((reading): reading is Extract<ToldReading, { kind: Kind }> => reading.kind === kind)
  const optional = (amount: string | undefined): Rational | undefined => (amount === undefined ? undefined : decimal(amount))
  const told: Told = {
    figures: distinct(of('figure')).map(({ clause, figure, of: which, value, from, to, at }): FigureFact => ({
      clause,
      figure,
      of: which,
      value: decimal(value),
      from: at ?? from!,
      to: at ?? to!,
    })),
    events: of('event').map(({ clause, event, of: which, at, amount }): EventFact => ({
      clause,
      event,
      of: which,
      at,
      amount: optional(amount),
    })),
    indices: of('index').map(({ index, date, value }): IndexFact => ({ index, date, value: decimal(value) })),
    payments: of('payment').map(({ month, payer, date, amount }): PaymentFact => ({ month, payer, date, amount: decimal(amount) })),
    disputes: of('dispute').map(({ id, month, line, amount, at, reason }): DisputeFact => ({
      id,
      month,
      line,
      amount: optional(amount),
      at,
      reason,
    })),
    rulings: of('ruling').map(({ dispute, upheld, at }): RulingFact => ({ dispute, upheld: decimal(upheld), at })),
  }
  return { told, refusals: [checkNames, checkTimes, checkValues, checkMoney].flatMap((check) => check(schedule, readings)) }
}
