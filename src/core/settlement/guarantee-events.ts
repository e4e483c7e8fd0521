import { compare, nought, type Rational } from '../base/rational.ts'
import { addDays, dateOf, endOfDate, formatLocal, startOfDate, type Instant } from '../base/time.ts'
import { toMoney, toRational } from '../base/money.ts'
import type { EventFact } from '../meter/facts.ts'
import type { ClauseWork } from './clause-kind.ts'
import type { Election, Payment, ResolvedGuarantee } from './guarantee-terms.ts'

/** An election, and when it was made. */
export type Elected = Readonly<{ which: Election; at: Instant }>

/** What happened to a guarantee in one part of its time, each of it possible when it happened. */
export type Heard = Readonly<{
  /** `amount`: what of the payment is unpaid. */
  defaults: readonly Readonly<{ at: Instant; payment: Payment; amount: Rational }>[]
  cures: readonly Readonly<{ at: Instant; payment: Payment }>[]
  /** `amount` undefined: all that is unpaid. */
  calls: readonly Readonly<{ at: Instant; payment: Payment; amount: Rational | undefined }>[]
  elections: readonly Elected[]
  recoveries: readonly Readonly<{ at: Instant; amount: Rational }>[]
  refusals: readonly string[]
}>

/** What was so when the part began. */
export type Before = Readonly<{ unpaid: readonly string[]; elected: Elected | undefined; calledAt: Instant | undefined }>

/** From this election on the guarantor owes the payments that are not overdue, whether or not they are called. */
export const takesOver = (elected: Elected | undefined): boolean => elected?.which === 'assume' || elected?.which === 'sublease'
export const hasEnded = (elected: Elected | undefined): boolean => elected?.which === 'termination-fee'

/** Whether an election takes a payment over: what was not overdue when it was made. */
export const isTaken = (elected: Elected | undefined, payment: Payment): boolean => takesOver(elected) && payment.over > elected!.at

/** The first instant at which a payment may be called: when the due date and the days of cure after it are over. */
export const callableFrom = ({ cureDays }: ResolvedGuarantee, { due }: Payment, zone: string): Instant =>
  startOfDate(addDays(due, cureDays + 1), zone)

/** What comes first of several at one instant. */
const ranks = ['default', 'cured', 'call', 'election', 'recovered']

const inOrder = (a: EventFact, b: EventFact): number => {
  const text = ({ of, amount }: EventFact) => `${of ?? ''} ${amount === undefined ? '' : `${amount.n}/${amount.d}`}`
  return a.at - b.at || ranks.indexOf(a.event) - ranks.indexOf(b.event) || (text(a) < text(b) ? -1 : 1)
}

type Listening = {
  readonly work: ClauseWork<ResolvedGuarantee>
  readonly unpaid: Set<string>
  elected: Elected | undefined
  calledAt: Instant | undefined
  readonly heard: { [Key in keyof Heard]: Heard[Key][number][] }
}

const paymentOf = ({ work: { clause } }: Listening, { of }: EventFact): Payment | string =>
  clause.payments.find(({ id }) => id === of) ?? `names ${of === undefined ? 'no payment' : `${of}, which is none of its payments`}`

const hearDefault = (listening: Listening, { at, amount }: EventFact, payment: Payment): string | undefined => {
  const { work, unpaid, elected, heard } = listening
  const { zone, currency } = work.schedule
  if (at < payment.over) return `comes before its due date, ${payment.due}, is over`
  if (unpaid.has(payment.id)) return 'comes twice: it is in default already'
  if (hasEnded(elected)) return `comes after the guarantee ended on ${dateOf(elected!.at, zone)}`
  if (isTaken(elected, payment)) return `is the guarantor's own: it took the payment over on ${dateOf(elected!.at, zone)}`
  if (amount !== undefined && compare(amount, nought) === 0) return 'leaves nothing unpaid'
  // An amount that was written as an invoice has it: to the minor unit.
  const most = toRational(toMoney(payment.amount, currency))
  if (amount !== undefined && compare(amount, payment.amount) > 0 && compare(amount, most) > 0) return 'is of more than the payment'
  unpaid.add(payment.id)
  heard.defaults.push({ at, payment, amount: amount ?? payment.amount })
  return undefined
}

const hearCall = (listening: Listening, { at, amount }: EventFact, payment: Payment): string | undefined => {
  const { work, unpaid, elected, heard } = listening
  const { zone } = work.schedule
  if (hasEnded(elected)) return `comes after the guarantee ended on ${dateOf(elected!.at, zone)}`
  if (!unpaid.has(payment.id)) return 'comes without a default that is not cured'
  const first = callableFrom(work.clause, payment, zone)
  if (at < first) return `comes before its cure period is over: ${dateOf(first, zone)} is the first date`
  heard.calls.push({ at, payment, amount })
  listening.calledAt = at
  return undefined
}

const hearElection = (listening: Listening, { at, of }: EventFact): string | undefined => {
  const { work, elected, calledAt, heard } = listening
  const { zone } = work.schedule
  const { elections, electionDays } = work.clause
  const which = elections.find((each) => each === of)
  if (which === undefined) return `is none that the terms offer: they offer ${elections.join(', ')}`
  if (takesOver(elected) || hasEnded(elected)) return `comes after ${elected!.which} was elected on ${dateOf(elected!.at, zone)}`
  if (calledAt === undefined) return 'comes before any call'
  const last = electionDays === undefined ? undefined : addDays(dateOf(calledAt, zone), electionDays)
  if (last !== undefined && at >= endOfDate(last, zone)) return `comes after its window: ${last} was the last date`
  listening.elected = { which, at }
  heard.elections.push(listening.elected)
  return undefined
}

const hear = (listening: Listening, event: EventFact): string | undefined => {
  const { heard, unpaid } = listening
  if (event.event === 'election') return hearElection(listening, event)
  if (event.event === 'recovered') {
    if (event.amount === undefined || compare(event.amount, nought) === 0) return 'has no amount'
    heard.recoveries.push({ at: event.at, amount: event.amount })
    return undefined
  }
  const payment = paymentOf(listening, event)
  if (typeof payment === 'string') return payment
  if (event.event === 'default') return hearDefault(listening, event, payment)
  if (event.event === 'call') return hearCall(listening, event, payment)
  if (!unpaid.delete(payment.id)) return 'comes without a default'
  heard.cures.push({ at: event.at, payment })
  return undefined
}

/**
 * Goes through the events of the part in order of time. What could not be when it is said to have happened is refused, in a sentence, and has no
 * effect: a call without default or before the cure period is over, an election that is not offered or outside its window.
 */
export const listen = (work: ClauseWork<ResolvedGuarantee>, before: Before): Heard => {
  const { clause, part, facts, schedule } = work
  const listening: Listening = {
    work,
    unpaid: new Set(before.unpaid),
    elected: before.elected,
    calledAt: before.calledAt,
    heard: { defaults: [], cures: [], calls: [], elections: [], recoveries: [], refusals: [] },
  }
  // What came before the first part of all belongs to no other.
  const isFirst = Object.keys(work.opening).length === 0
  const mine = facts.events.filter(({ clause: id, at }) => id === clause.id && at < part.to && (isFirst || at >= part.from))
  for (const event of mine.toSorted(inOrder)) {
    const wrong = event.at < part.from ? 'comes before the guarantee begins' : hear(listening, event)
    if (wrong === undefined) continue
    const what = event.of === undefined ? event.event : `${event.event} of ${event.of}`
    listening.heard.refusals.push(`Clause ${clause.id}: the ${what}, told of ${formatLocal(event.at, schedule.zone)}, ${wrong}.`)
  }
  return listening.heard
}
