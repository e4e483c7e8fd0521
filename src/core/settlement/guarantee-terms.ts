import { dayCounts, type DayCount } from '../base/day-count.ts'
import type { PartyId } from '../base/id.ts'
import { decimal, plus, one, times, type Rational } from '../base/rational.ts'
import { endOfDate, startOfDate, type Instant, type LocalDate } from '../base/time.ts'
import type { Clause, Decimal, PeriodLength, Scheduled } from '../terms/agreement.ts'
import { clauseShape } from '../terms/clause-shape.ts'
import type { ObjectShape, Shape } from '../terms/json-schema.ts'
import type { Slice } from '../terms/kind.ts'
import { limits } from '../terms/limits.ts'
import { optional, readerOf, yearsOf } from '../terms/resolve-clause.ts'
import type { ContractYears, ResolvedOf, Stepped } from '../terms/schedule.ts'
import { steppedNumber, within } from '../terms/stepped.ts'
import { list, object, value, word } from '../terms/value-shapes.ts'
import { monthsOf } from './period.ts'

/** What the guarantor may choose to do once it was called. */
export const elections = ['pay', 'assume', 'sublease', 'termination-fee'] as const
export type Election = (typeof elections)[number]

export type RuleTerm = Readonly<{ every: PeriodLength; start: LocalDate; through: LocalDate; amount: Decimal; escalation: Decimal }>

export type ObligationGuarantee = Clause &
  Readonly<{
    kind: 'obligation-guarantee'
    obligation: Readonly<{
      of: 'rent' | 'debt-service'
      /** Exactly one of the two. */
      payments?: readonly Readonly<{ id: string; due: LocalDate; amount: Decimal }>[]
      rule?: RuleTerm
    }>
    cap: Scheduled<Decimal>
    amortising: boolean
    cureDays: number
    electionDays?: number
    elections: readonly Election[]
    discountedRent?: Decimal
    terminationFee?: Decimal
    escrow: 'repays' | 'pays-first'
    fee?: Readonly<{ bps: Scheduled<Decimal>; dayCount: DayCount }>
    feePayer?: PartyId
  }>

/** A covered payment. It is due on the local date that `[at, over)` is; major units. */
export type Payment = Readonly<{ id: string; due: LocalDate; at: Instant; over: Instant; amount: Rational; pointer: string }>

export type ResolvedGuarantee = ResolvedOf<'obligation-guarantee'> &
  Readonly<{
    of: 'rent' | 'debt-service'
    /** In order of due date, then id. */
    payments: readonly Payment[]
    /** Where they follow one. */
    rule: RuleTerm | undefined
    /** Major units, from the first day of the clause: the first value is the initial cap. */
    cap: Stepped<Rational>
    amortising: boolean
    cureDays: number
    /** Undefined: however long. */
    electionDays: number | undefined
    elections: readonly Election[]
    discountedRent: Rational | undefined
    terminationFee: Rational | undefined
    escrowPaysFirst: boolean
    /** A part of one per year. */
    fee: Readonly<{ rate: Stepped<Rational>; dayCount: DayCount; payer: PartyId }> | undefined
    years: ContractYears
  }>

const days = (description: string): Shape => ({
  type: 'integer',
  title: 'a whole number from 0 to 366',
  minimum: 0,
  maximum: 366,
  description,
})

const payment: ObjectShape = object(
  {
    id: value('id', 'Name of the covered payment; events name it.'),
    due: value('date', 'Local date on which it falls due.'),
    amount: value('decimal', 'What falls due, in major units.'),
  },
  ['id', 'due', 'amount'],
)

const rule: ObjectShape = {
  ...object(
    {
      every: word(['month', 'quarter', 'year'], { description: 'How often a payment falls due.' }),
      start: value('date', 'Due date of the first payment; the others follow on the same day of the month, or its last.'),
      through: value('date', 'No payment falls due after this local date.'),
      amount: value('decimal', 'Each payment of the first year, in major units.'),
      escalation: value('decimal', 'Rise of the payments on each anniversary of the first, such as "0.03" for 3 %.', { default: '0' }),
    },
    ['every', 'start', 'through', 'amount'],
  ),
  description: 'Payments at regular dates; each is named after its month, such as `rent-2027-12`.',
}

const obligation: ObjectShape = {
  ...object(
    {
      of: word(['rent', 'debt-service'], { description: 'What is covered.' }),
      payments: list(payment, limits.steps, {
        minItems: 1,
        title: 'a list of payments, each with `id`, `due` and `amount`',
        description: 'The covered payments, one by one.',
      }),
      rule,
    },
    ['of'],
  ),
  oneOf: [{ required: ['payments'] }, { required: ['rule'] }],
  description: 'The covered payments: exactly one of `payments` and `rule`.',
}

const fee: ObjectShape = {
  ...object(
    {
      bps: value('scheduledDecimal', 'Basis points a year, on the gross exposure of each day.'),
      dayCount: word(dayCounts, { description: 'How the days of the fee become a part of a year.' }),
    },
    ['bps', 'dayCount'],
  ),
  description: 'What the guarantee costs. Default: nothing.',
}

export const guaranteeShape = clauseShape({
  kind: 'obligation-guarantee',
  description: 'The guarantor stands for rents or debt service that the operator owes a landlord or lender.',
  covers: 'none',
  properties: {
    obligation,
    cap: value('scheduledDecimal', 'The most that all calls together may come to, in major units: the cap in force.'),
    amortising: { type: 'boolean', title: '`true` or `false`', default: false, description: 'Says that the cap never rises.' },
    cureDays: {
      ...days('The operator may cure a default for so many days after the due date; only then may it be called.'),
      default: 0,
    },
    electionDays: days('An election counts when it is made within so many days after a call.'),
    elections: list(word(elections), elections.length, {
      minItems: 1,
      uniqueItems: true,
      default: ['pay'],
      title: 'a list of `pay`, `assume`, `sublease`, `termination-fee`',
      description: 'What the guarantor may elect after a call.',
    }),
    discountedRent: value('share', 'Part of each payment that the guarantor owes once it has assumed the obligation. Default: all of it.'),
    terminationFee: value(
      'decimal',
      'Paid once on the election of `termination-fee`, in major units. Default: the figure `termination-fee`.',
    ),
    escrow: word(['repays', 'pays-first'], {
      default: 'repays',
      description: 'Whether escrow and collateral repay the guarantor after a call, or pay the beneficiary before one.',
    }),
    fee,
    feePayer: value('id', 'The party that pays the fee. Default: the operator.'),
  },
  required: ['obligation', 'cap'],
})

/** Due dates of a rule, counted from its first each time, with the year of each: 0 is the first. At most one more than a document may have. */
export const datesOfRule = ({ every, start, through }: RuleTerm): { due: LocalDate; year: number }[] => {
  const first = Temporal.PlainDate.from(start)
  const dates: { due: LocalDate; year: number }[] = []
  for (let i = 0; i <= limits.steps; i++) {
    const months = i * monthsOf[every]
    const due = first.add({ months }).toString()
    if (due > through) break
    dates.push({ due, year: Math.floor(months / 12) })
  }
  return dates
}

type Written = Readonly<{ id: string; due: LocalDate; amount: Rational; pointer: string }>

const written = ({ of, payments, rule: regular }: ObligationGuarantee['obligation'], pointer: string): Written[] => {
  if (regular === undefined)
    return (payments ?? []).map(({ id, due, amount }, index) => ({
      id,
      due,
      amount: decimal(amount),
      pointer: `${pointer}/payments/${index}/amount`,
    }))
  const rise = plus(one, decimal(regular.escalation))
  let [amount, reached] = [decimal(regular.amount), 0]
  return datesOfRule(regular).map(({ due, year }) => {
    for (; reached < year; reached++) amount = times(amount, rise)
    return { id: `${of}-${due.slice(0, 7)}`, due, amount, pointer: `${pointer}/rule/amount` }
  })
}

export const resolveGuarantee = (clause: ObligationGuarantee, slice: Slice) => {
  const { agreement } = slice.signed
  const { zone, commencement } = agreement
  const sofar = { from: slice.span.from, to: slice.slice.to }
  const read = readerOf(slice, commencement)
  const order = (a: Payment, b: Payment) => a.at - b.at || (a.id < b.id ? -1 : 1)
  const operator = agreement.parties.find(({ role }) => role === 'operator')!.id
  const offers = (election: Election) => clause.elections.includes(election)
  return {
    of: clause.obligation.of,
    payments: written(clause.obligation, `${slice.pointer}/obligation`)
      .map((each): Payment => ({ ...each, at: startOfDate(each.due, zone), over: endOfDate(each.due, zone) }))
      .toSorted(order),
    rule: clause.obligation.rule,
    // From the beginning: a call uses the cap before its payment fell due, and what is amortised is counted from the first.
    cap: within(steppedNumber(clause.cap, read('cap')), sofar),
    amortising: clause.amortising,
    cureDays: clause.cureDays,
    electionDays: clause.electionDays,
    elections: clause.elections,
    discountedRent: optional(clause.discountedRent),
    terminationFee: optional(clause.terminationFee),
    escrowPaysFirst: clause.escrow === 'pays-first',
    fee:
      clause.fee === undefined
        ? undefined
        : {
            rate: within(steppedNumber(clause.fee.bps, read('fee/bps')), slice.slice).map((step) => ({
              ...step,
              value: times(step.value, decimal('0.0001')),
            })),
            dayCount: clause.fee.dayCount,
            payer: clause.feePayer ?? operator,
          },
    years: yearsOf(commencement, zone, sofar),
    figures: [
      'escrow',
      'collateral',
      ...(offers('sublease') ? ['sublease-income'] : []),
      ...(offers('termination-fee') && clause.terminationFee === undefined ? ['termination-fee'] : []),
    ],
    events: ['default', 'cured', 'call', 'election', 'recovered'],
  }
}
