import { dayCounts, yearFraction, type DayCount } from '../base/day-count.ts'
import type { PartyId } from '../base/id.ts'
import { toMoney, toRational } from '../base/money.ts'
import type { Problem } from '../base/problem.ts'
import { compare, decimal, greatest, isZero, least, minus, nought, plus, rational, times, toText, type Rational } from '../base/rational.ts'
import { contractYearOf, daysBetween, endOfDate, startOfDate, type LocalDate, type Month } from '../base/time.ts'
import type { PaymentFact } from '../meter/facts.ts'
import type { Clause, Decimal } from '../terms/agreement.ts'
import { clauseShape } from '../terms/clause-shape.ts'
import { below } from '../terms/conform.ts'
import type { Said } from '../terms/kind.ts'
import { percent } from '../terms/phrase.ts'
import { datesOf, party } from '../terms/say.ts'
import type { ResolvedOf, Schedule } from '../terms/schedule.ts'
import { itemsOf, type Sound, type SoundAgreement } from '../terms/sound.ts'
import { value, word } from '../terms/value-shapes.ts'
import { clauseKind, plainly, type ClauseSettled, type ClauseWork } from './clause-kind.ts'
import { heldAt, readDisputes, type Dispute } from './disputes.ts'
import type { Input, Line } from './line.ts'
import { fact, note, state, sum, term } from './reasons.ts'
import type { Stated, StatedLine } from './stated.ts'

type Written = Clause & Readonly<{ kind: 'late-interest'; rate: Decimal; dayCount: DayCount; interestOnCorrections: boolean }>
type Resolved = ResolvedOf<'late-interest'> & Readonly<{ rate: Rational; dayCount: DayCount; interestOnCorrections: boolean }>

const formula = 'late-interest'

const shape = clauseShape({
  kind: 'late-interest',
  description: 'Whoever of the guarantor and the operator pays a statement late owes the other simple interest.',
  properties: {
    rate: value('share', 'Simple annual rate on what is paid late, from the due date to the date of payment.'),
    dayCount: word(dayCounts, { default: 'act/365F', description: 'How days become a part of a year.' }),
    interestOnCorrections: {
      type: 'boolean',
      title: '`true` or `false`',
      default: false,
      description: 'Whether a correction that is paid late bears interest, from the due date of the statement it stands on.',
    },
  },
  required: ['rate'],
  covers: 'none',
})

const check = ({ period }: Sound<Written>, pointer: string): Problem[] =>
  period === undefined || period === 'month'
    ? []
    : [{ pointer: below(pointer, 'period'), message: `is ${period}: interest is stated in the month of the payment, leave \`period\` out` }]

/** Two clauses that are in force on one day would take interest twice. */
const checkTogether = ({ clauses }: SoundAgreement): Problem[] => {
  const own = itemsOf(clauses).filter(([{ kind }]) => kind === 'late-interest')
  return own.flatMap(([clause, index], place): Problem[] => {
    const other = own.slice(0, place).find(([before]) => overlaps(before, clause))
    if (other === undefined) return []
    const message = `is in force together with \`${other[0].id ?? other[1]}\`, and interest is owed once: end one before the other begins`
    return [{ pointer: `/clauses/${index}`, message }]
  })
}

type Dated = Readonly<{ from?: string | undefined; through?: string | undefined }>
const overlaps = (a: Dated, b: Dated): boolean =>
  a.from !== undefined && b.from !== undefined && a.from <= (b.through ?? b.from) && b.from <= (a.through ?? a.from)

const say = (clause: Resolved, schedule: Schedule): Said => {
  const at = clause.origin.pointer
  const [one, other] = [party(schedule, clause.payer), party(schedule, clause.payee)]
  return [
    [
      at,
      `Whoever of ${one} and ${other} pays a statement late owes the other simple interest of ${percent(clause.rate)} a year (${clause.dayCount}) on the undisputed net, from the due date to the date of payment, ${datesOf(clause, schedule)}.`,
    ],
    [
      `${at}/interestOnCorrections`,
      `Interest bears no interest; a correction ${clause.interestOnCorrections ? 'does, from the due date of the statement it stands on' : 'bears none'}.`,
    ],
  ]
}

type Owed = Readonly<{ key: string; payer: PartyId; payee: PartyId; minor: bigint }>

/** What one party owes another by these lines: where the agreement nets, the net; a credit beyond what is owed is owed the other way. */
const owedBy = (payer: PartyId, payee: PartyId, lines: readonly Owed[], netting: boolean): bigint => {
  const pays = (from: PartyId, to: PartyId) =>
    lines.reduce((all, line) => (line.payer === from && line.payee === to ? all + line.minor : all), 0n)
  const [own, others] = [pays(payer, payee), pays(payee, payer)]
  const most = (minor: bigint) => (minor > 0n ? minor : 0n)
  return netting ? most(own - others) : most(own) + most(-others)
}

type Late = Readonly<{ statement: Stated; payer: PartyId; payee: PartyId }>

/**
 * What of a statement can bear interest when a payment is made, of all that is owed by it: no interest, no correction unless the clause says
 * so, and nothing that is disputed by the end of that day and not ruled on yet. What was upheld was never owed; the rest was, from the due date.
 */
const bearing = (
  { schedule, clause }: ClauseWork<Resolved>,
  { statement, payer, payee }: Late,
  disputes: readonly Dispute[],
  date: LocalDate,
): Rational => {
  const open = disputes.filter(({ ruling }) => ruling === undefined)
  const held = heldAt(open, statement.month, endOfDate(date, schedule.zone) - 1)
  const off = new Map<string, bigint>()
  for (const {
    fact: { month, line },
    ruling,
  } of disputes)
    if (month === statement.month && ruling !== undefined) off.set(line, (off.get(line) ?? 0n) + ruling.upheld)
  const bears = ({ formula: name, corrects }: StatedLine) => name !== formula && (corrects === undefined || clause.interestOnCorrections)
  const less = (lines: readonly StatedLine[], ...all: readonly ReadonlyMap<string, bigint>[]): Owed[] => [
    ...lines,
    ...all.flatMap((minors) =>
      [...minors].flatMap(([key, minor]) => {
        const line = lines.find((each) => each.key === key)
        return line === undefined ? [] : [{ ...line, minor: -minor }]
      }),
    ),
  ]
  const major = (minor: bigint) => toRational({ minor, currency: schedule.currency })
  const all = owedBy(payer, payee, less(statement.lines, held), schedule.netting)
  const interested = owedBy(payer, payee, less(statement.lines.filter(bears), held, off), schedule.netting)
  return major(interested < all ? interested : all)
}

type Payment = Readonly<{ date: LocalDate; amount: Rational }>

/** Payments of one party for one statement, by date. */
const paymentsOf = (payments: readonly PaymentFact[], month: Month, payer: PartyId): Payment[] => {
  const byDate = new Map<LocalDate, Rational>()
  for (const { month: of, payer: by, date, amount } of payments)
    if (of === month && by === payer) byDate.set(date, plus(byDate.get(date) ?? nought, amount))
  return [...byDate].map(([date, amount]) => ({ date, amount })).toSorted((a, b) => (a.date < b.date ? -1 : 1))
}

const yearPart = (count: DayCount, from: LocalDate, to: LocalDate): Input => {
  const part = yearFraction(count, from, to)
  const year = { 'act/365F': 365, 'act/360': 360 }[count as string]
  const days = rational(daysBetween(from, to))
  const children =
    year === undefined ? [] : [sum('+', 'Days late', days, 'days', []), sum('÷', 'Days of a year', rational(year), 'days', [])]
  return sum('×', `Part of a year, ${count}`, part, 'rate', children)
}

const lineOf = (
  work: ClauseWork<Resolved>,
  late: Late,
  { date, amount }: Payment,
  of: Readonly<{ bears: Rational; applied: Rational }>,
): Line => {
  const { schedule, clause, part, month } = work
  const { statement, payer, payee } = late
  const from = statement.dueOn
  const exact = times(times(of.applied, clause.rate), yearFraction(clause.dayCount, from, date))
  const paid = fact('', ['payment'], 'major')
  return {
    key: [clause.id, formula, '', part.label, '', `${statement.month}-paid-${date}-${payer}`].join('/'),
    clause: clause.id,
    formula,
    block: undefined,
    from: startOfDate(from, schedule.zone),
    to: startOfDate(date, schedule.zone),
    version: clause.origin.version,
    contractYear: contractYearOf(startOfDate(`${month}-01`, schedule.zone), schedule.commencement, schedule.zone),
    payer,
    payee,
    reason: undefined,
    quantity: toText(of.applied),
    quantityUnit: 'major',
    rate: toText(clause.rate),
    rateUnit: 'per-year',
    exact: toText(exact),
    minor: toMoney(exact, schedule.currency).minor,
    reasons: [
      sum('+', 'Paid late, of what bears interest', of.applied, 'major', [
        paid('+', `Paid on ${date}`, amount),
        ...(compare(amount, of.applied) === 0 ? [] : [sum('-', 'Paid of what bears none', minus(amount, of.applied), 'major', [])]),
      ]),
      term(clause.origin, `${clause.origin.pointer}/rate`, 'rate')('×', 'Interest a year', clause.rate),
      yearPart(clause.dayCount, from, date),
      { ...state(`statement of ${statement.month}`, 'major')('note', 'Undisputed, less what bears no interest', of.bears) },
      note('Fell due', from, { kind: 'state', name: `statement of ${statement.month}` }),
    ],
  }
}

/**
 * `late-interest`: for each payment that is made in the month after its statement fell due, the part of it that pays what bears interest ×
 * rate × year(due date, date of payment). Payments go first to what bears interest, in order of date. What is unpaid bears its interest
 * when it is paid.
 */
const settleLate = (work: ClauseWork<Resolved>): ClauseSettled => {
  const { schedule, clause, part, facts, stated, opening } = work
  const disputes = readDisputes(facts, stated, schedule.currency).standing
  const pairs = [[clause.payer, clause.payee] as const, [clause.payee, clause.payer] as const]
  const lines = stated.flatMap((statement) =>
    pairs.flatMap(([payer, payee]): Line[] => {
      let applied = nought
      return paymentsOf(facts.payments, statement.month, payer).flatMap((payment): Line[] => {
        const bears = bearing(work, { statement, payer, payee }, disputes, payment.date)
        const takes = least(payment.amount, greatest(nought, minus(bears, applied)))
        applied = plus(applied, takes)
        const at = startOfDate(payment.date, schedule.zone)
        const isOurs = at >= part.from && at < part.to && payment.date > statement.dueOn
        return isOurs && !isZero(takes) ? [lineOf(work, { statement, payer, payee }, payment, { bears, applied: takes })] : []
      })
    }),
  )
  return { lines, closing: opening }
}

/** `late-interest`: whoever pays a statement late owes the other simple interest. */
export const lateInterest = clauseKind<Written, Resolved>({
  kind: 'late-interest',
  shape,
  shapes: {},
  payer: ['guarantor', 'operator'],
  payee: ['guarantor', 'operator'],
  check,
  checkTogether,
  resolve: ({ rate, dayCount, interestOnCorrections }) => ({ rate: decimal(rate), dayCount, interestOnCorrections }),
  say,
  formulas: { [formula]: { word: 'Late interest', posts: plainly('late-interest') } },
  stages: { late: settleLate },
})
