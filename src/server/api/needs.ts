import { formatMoney, parseMoney } from '../../core/base/money.ts'
import {
  compare,
  decimal,
  fromText,
  isZero,
  minus,
  over,
  rational,
  times,
  toFixed,
  toText,
  total,
  type Rational,
} from '../../core/base/rational.ts'
import { dateOf, daysBetween, monthInterval, monthOf, nextMonth, type Instant, type LocalDate, type Month } from '../../core/base/time.ts'
import { minorDigits } from '../../core/base/currency.ts'
import type { Stage } from '../../core/statements/closing.ts'
import type { UsedStatement } from '../../core/credit/overview.ts'
import type { Schedule } from '../../core/terms/schedule.ts'
import type { NeedWire } from '../../wire/today.ts'
import type { Feed } from '../app/feeds.ts'
import { isLate } from '../app/feeds.ts'
import type { LatestDraft } from '../store/latest-drafts.ts'
import type { OpenFindings, Paid } from '../store/needs.ts'
import { capsOf } from './caps.ts'
import type { StatementHead } from './source.ts'

/** Something that needs a person, and what orders it: money that is at stake, or as much as usually is. */
export type Need = Readonly<{ wire: NeedWire; weight: Rational }>

/** Days that what has no date counts as, and what it takes of a cap to be near it. */
const undatedDays = 90
const capNear = rational(9, 10)
/** Days before its due date that a payment needs somebody. */
const payableDays = 45
/** Months of an agreement that one side is behind with and are needs of their own; of more, one need has their number and their sum. */
const overdueMax = 6

/** A need of which nothing is said yet. */
export const none: NeedWire = {
  id: '',
  kind: 'job',
  agreement: null,
  title: '',
  guarantor: null,
  operator: null,
  month: null,
  amount: null,
  currency: null,
  dueOn: null,
  daysLeft: null,
  payer: null,
  count: null,
  name: null,
  clause: null,
  stage: null,
  by: null,
  share: null,
  actual: null,
  required: null,
  ageSeconds: null,
  limitSeconds: null,
}

/** An agreement as of a moment. */
export type AgreementNow = Readonly<{
  schedule: Schedule
  statements: readonly StatementHead[]
  findings: readonly OpenFindings[]
  paid: readonly Paid[]
  drafts: readonly LatestDraft[]
  /** Its statements as far as a lender reads them; none where no ratio is tested. */
  stood: readonly UsedStatement[]
  now: Instant
}>

/** What a need says of its agreement. */
export const ofAgreement = ({ agreement, title, currency, guarantor, operator }: Schedule) => ({
  agreement,
  title,
  currency,
  guarantor: guarantor.id,
  operator: operator.id,
})

/** What a month comes to where nobody can say yet: as much as the one before. */
const usualNet = (statements: readonly StatementHead[]): Rational => decimal(statements.at(-1)?.totals.net.amount ?? '0')

/** Stages at which somebody has said what a month comes to. */
const hasNet: ReadonlySet<Stage> = new Set(['prepared', 'approved-by-operator', 'closing'])

/**
 * The month that is over and not final, the first of them: months close in order. What is to be done about it is another need at each stage of each version:
 * who put off waiting for it has not put off approving it.
 */
const openMonths = ({ schedule, statements, drafts, now }: AgreementNow): Need[] => {
  const { agreement, from, to, zone } = schedule
  let month = monthOf(from, zone)
  const final = new Set(statements.map((each) => each.month))
  while (final.has(month)) month = nextMonth(month)
  const interval = monthInterval(month, zone)
  if (interval.to > now || interval.from >= to) return []
  const daysLeft = daysBetween(dateOf(now, zone), dateOf(interval.to, zone))
  const wire = { ...none, ...ofAgreement(schedule), id: `month:${agreement}/${month}`, kind: 'month' as const, month, daysLeft }
  const draft = drafts.find((each) => each.agreement === agreement && each.month === month)
  if (draft === undefined) return [{ wire: { ...wire, stage: 'open' }, weight: usualNet(statements) }]
  const { stage, by, version, totals } = draft
  const standing = { ...wire, id: `${wire.id}/${version}-${stage}`, stage, by }
  if (!hasNet.has(stage)) return [{ wire: standing, weight: usualNet(statements) }]
  const { amount, payer } = totals.net
  return [{ wire: { ...standing, amount, payer }, weight: decimal(amount) }]
}

const findingNeeds = ({ schedule, findings }: AgreementNow): Need[] =>
  findings
    .filter(({ agreement }) => agreement === schedule.agreement)
    .flatMap(({ month, findings: all, asked, minor, currency }): Need[] => {
      const amount = formatMoney({ minor, currency })
      const head = { ...none, ...ofAgreement(schedule), month, amount, currency }
      const of = (kind: 'findings' | 'answer', count: number): Need[] =>
        count === 0 ? [] : [{ wire: { ...head, id: `${kind}:${schedule.agreement}/${month}`, kind, count }, weight: decimal(amount) }]
      return [...of('findings', all - asked), ...of('answer', asked)]
    })

const disputeNeeds = ({ schedule, statements }: AgreementNow): Need[] =>
  statements
    .filter(({ status }) => status === 'disputed')
    .map(({ month, totals, dueOn }) => {
      const sum = [totals.guarantorHeld, totals.operatorHeld].map((text) => parseMoney(text, schedule.currency)!.minor)
      const amount = formatMoney({ minor: sum[0]! + sum[1]!, currency: schedule.currency })
      const wire: NeedWire = {
        ...none,
        ...ofAgreement(schedule),
        id: `dispute:${schedule.agreement}/${month}`,
        kind: 'dispute',
        month,
        amount,
        dueOn,
      }
      return { wire, weight: decimal(amount) }
    })

/** What one side still owes for a month that falls due soon or fell due, by the statement and what payments are on record. */
type Owed = Readonly<{ month: Month; payer: string; left: Rational; dueOn: LocalDate; daysLeft: number }>

const owedOf = ({ schedule, statements, paid, now }: AgreementNow): Owed[] => {
  const own = paid.filter(({ agreement }) => agreement === schedule.agreement)
  const today = dateOf(now, schedule.zone)
  return statements.flatMap(({ month, dueOn, totals: { payable } }): Owed[] => {
    const { payer } = payable
    if (dueOn === null || payer === null) return []
    const daysLeft = daysBetween(today, dueOn)
    const of = own.find((each) => each.month === month && each.payer === payer)
    const left = minus(decimal(payable.amount), decimal(of?.amount ?? '0'))
    return daysLeft > payableDays || compare(left, rational(0)) <= 0 ? [] : [{ month, payer, left, dueOn, daysLeft }]
  })
}

/**
 * What is payable and not on record as paid. A month that fell due is a need for as long as it is so, also where nobody ever told of a payment: whoever
 * reads it knows that it was paid, or sees that it was not.
 */
const paymentNeeds = (of: AgreementNow): Need[] => {
  const { schedule } = of
  const need = ({ month, payer, left, dueOn, daysLeft }: Owed, id: string, count: number | null): Need => {
    const amount = toFixed(left, minorDigits(schedule.currency) ?? 2)
    const wire: NeedWire = { ...none, ...ofAgreement(schedule), id, kind: 'payment', month, amount, dueOn, daysLeft, payer, count }
    return { wire, weight: left }
  }
  const each = (owed: Owed): Need => need(owed, `payment:${schedule.agreement}/${owed.month}`, null)
  const owed = owedOf(of).toSorted((a, b) => a.daysLeft - b.daysLeft)
  const overdue = owed.filter(({ daysLeft }) => daysLeft < 0)
  const folded = [...Map.groupBy(overdue, ({ payer }) => payer)].flatMap(([payer, own]): Need[] =>
    own.length <= overdueMax
      ? own.map(each)
      : [need({ ...own[0]!, left: total(own.map(({ left }) => left)) }, `overdue:${schedule.agreement}/${payer}`, own.length)],
  )
  return [...folded, ...owed.filter(({ daysLeft }) => daysLeft >= 0).map(each)]
}

const capNeeds = ({ schedule, statements, now }: AgreementNow): Need[] =>
  capsOf(schedule, statements.at(-1)?.closing ?? {}, now).flatMap((cap): Need[] => {
    if (cap.drawn === null) return []
    const [drawn, limit] = [fromText(cap.drawn), fromText(cap.limit)]
    if (isZero(limit) || compare(drawn, times(limit, capNear)) < 0) return []
    const left = minus(limit, drawn)
    const amount = cap.unit === 'major' ? toFixed(left, minorDigits(schedule.currency) ?? 2) : null
    const wire: NeedWire = {
      ...none,
      ...ofAgreement(schedule),
      id: `cap:${schedule.agreement}/${cap.clause}/${cap.id}`,
      kind: 'cap',
      amount,
      clause: cap.clause,
      name: cap.scope,
      share: toText(over(drawn, limit)),
    }
    return [{ wire, weight: cap.unit === 'major' ? left : usualNet(statements) }]
  })

/** Everything about one agreement that needs somebody, on either side of it. */
export const needsOf = (of: AgreementNow): Need[] => {
  const today = dateOf(of.now, of.schedule.zone)
  const all = [...openMonths(of), ...findingNeeds(of), ...disputeNeeds(of), ...paymentNeeds(of), ...capNeeds(of)]
  return all.map(({ wire, weight }) => ({
    weight,
    wire: wire.daysLeft === null && wire.dueOn !== null ? { ...wire, daysLeft: daysBetween(today, wire.dueOn) } : wire,
  }))
}

/** Sources that are silent for too long: a number that waits for them is provisional. */
export const feedNeeds = (feeds: readonly Feed[]): Need[] =>
  feeds.filter(isLate).map(({ source, ageSeconds, limitSeconds }) => ({
    wire: { ...none, id: `feed:${source}`, kind: 'feed', title: source, ageSeconds, limitSeconds: limitSeconds!, daysLeft: 0 },
    weight: rational(0),
  }))

export const jobNeeds = (jobs: readonly Readonly<{ task: string; error: string }>[]): Need[] =>
  jobs.map(({ task, error }, i) => ({
    wire: { ...none, id: `job:${task}/${i}`, kind: 'job', title: task, name: error.split('\n')[0]!.slice(0, 300), daysLeft: 0 },
    weight: rational(0),
  }))

/** An order of a tenant that ends within the month. */
export const orderNeeds = (orders: readonly Readonly<{ order: string; pool: string; through: string; daysLeft: number }>[]): Need[] =>
  orders.map(({ order, pool, through, daysLeft }) => ({
    wire: { ...none, id: `order:${pool}/${order}`, kind: 'order', title: order, dueOn: through, daysLeft },
    weight: rational(0),
  }))

/** Money over days left: what is over, or due today, counts as due tomorrow does. A unit of one currency weighs as one of another. */
const pressure = ({ wire, weight }: Need): Rational => over(weight, rational(Math.max(1, wire.daysLeft ?? undatedDays)))

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Days that a payment is overdue; 0 for what is not. */
const overdueDays = ({ wire: { kind, daysLeft } }: Need): number => (kind === 'payment' ? Math.max(0, -(daysLeft ?? 0)) : 0)

/**
 * What is overdue first, the oldest before the others; then the most pressing. Total, as names differ; the same whoever asks and in whatever order they were
 * found.
 */
export const orderOfNeeds = (a: Need, b: Need): number =>
  overdueDays(b) - overdueDays(a) ||
  compare(pressure(b), pressure(a)) ||
  (a.wire.daysLeft ?? undatedDays) - (b.wire.daysLeft ?? undatedDays) ||
  byText(a.wire.id, b.wire.id)

/** The running month that ends first, of those whose terms run. */
export const nextEnd = (agreements: readonly AgreementNow[]): Readonly<{ title: string; month: Month; days: number }> | null => {
  const running = agreements.filter(({ schedule, now }) => schedule.from <= now && now < schedule.to)
  const ends = running.map(({ schedule: { zone, title }, now }) => {
    const month = monthOf(now, zone)
    return { title, month, days: daysBetween(dateOf(now, zone), dateOf(monthInterval(month, zone).to, zone)) }
  })
  return ends.toSorted((a, b) => a.days - b.days || byText(a.title, b.title))[0] ?? null
}
