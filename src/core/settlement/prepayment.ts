import { toMoney, toRational } from '../base/money.ts'
import type { Problem } from '../base/problem.ts'
import { decimal, fromText, isZero, least, minus, plus, times, toText, total, type Rational } from '../base/rational.ts'
import { addDays, dateOf, endOfDate, startOfDate, type LocalDate } from '../base/time.ts'
import type { Clause, Decimal } from '../terms/agreement.ts'
import { checkAmount } from '../terms/check-values.ts'
import { clauseShape } from '../terms/clause-shape.ts'
import { below } from '../terms/conform.ts'
import type { Said } from '../terms/kind.ts'
import { major, percent } from '../terms/phrase.ts'
import { yearsOf } from '../terms/resolve-clause.ts'
import { datesOf, party } from '../terms/say.ts'
import type { ContractYears, ResolvedOf, Schedule } from '../terms/schedule.ts'
import type { Sound, SoundAgreement } from '../terms/sound.ts'
import { value } from '../terms/value-shapes.ts'
import { clauseKind, type ClauseSettled, type ClauseWork, type Commitment, type Posts } from './clause-kind.ts'
import { isLastPart } from './last-part.ts'
import type { ClauseState, Formula, Input, Line, Position } from './line.ts'
import { yearAt } from './period.ts'
import { fact, quiet, state, sum, term } from './reasons.ts'

type Prepayment = Clause & Readonly<{ contractValue: Decimal; share: Decimal; paidOn?: LocalDate }>

type ResolvedPrepayment = ResolvedOf<'prepayment'> &
  Readonly<{
    /** Total contract value, in major units. */
    contractValue: Rational
    /** α */
    share: Rational
    paidOn: LocalDate
    years: ContractYears
  }>

const check = ({ from, through, paidOn, contractValue }: Sound<Prepayment>, pointer: string, { currency }: SoundAgreement): Problem[] => {
  const at = below(pointer, 'paidOn')
  const early = paidOn !== undefined && from !== undefined && paidOn < from
  const late = paidOn !== undefined && through !== undefined && paidOn > through
  return [
    ...checkAmount(contractValue, below(pointer, 'contractValue'), currency),
    ...(early ? [{ pointer: at, message: `${paidOn} is before the clause starts, ${from}: begin the clause then` }] : []),
    ...(late ? [{ pointer: at, message: `${paidOn} is after the clause ends, ${through}: nothing could be drawn` }] : []),
  ]
}

const say = (clause: ResolvedPrepayment, schedule: Schedule): Said => {
  const at = clause.origin.pointer
  const { contractValue, share, paidOn } = clause
  const money = (amount: Rational) => `${major(amount, schedule.currency)} ${schedule.currency}`
  const [payer, payee] = [party(schedule, clause.payer), party(schedule, clause.payee)]
  return [
    [at, `${payer} pays ${payee} part of the contract value in advance, drawn down ${datesOf(clause, schedule)}.`],
    [`${at}/contractValue`, `The total contract value is ${money(contractValue)}.`],
    [`${at}/share`, `The advance is ${percent(share)} of it, ${money(times(contractValue, share))}.`],
    [`${at}/paidOn`, `It is paid on ${paidOn}; invoices draw it down in order of their due dates, and the rest is returned at the end.`],
  ]
}

type Work = ClauseWork<ResolvedPrepayment>

/** What an invoice, or several of one name and due date, asks for. */
type Invoice = Readonly<{ dueOn: LocalDate; of: string | undefined; amount: Rational }>

const invoicesIn = ({ facts, clause, part, schedule }: Work): Invoice[] => {
  const events = facts.events.filter(
    ({ clause: id, event, at, amount }) =>
      id === clause.id && event === 'invoice' && amount !== undefined && at >= part.from && at < part.to,
  )
  const named = Map.groupBy(events, ({ at, of = '' }) => `${dateOf(at, schedule.zone)} ${of}`)
  return [...named]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, all]) => ({
      dueOn: dateOf(all[0]!.at, schedule.zone),
      of: all[0]!.of,
      amount: total(all.map(({ amount }) => amount!)),
    }))
}

type Draft = Readonly<{
  formula: Formula
  on: LocalDate
  back: boolean
  of?: string | undefined
  exact: Rational
  reasons: readonly Input[]
}>

/** What is prepaid goes down by the rounded line, so that what was paid is drawn or returned to the last cent. */
const toLine = ({ schedule, clause, part }: Work, { formula, on, back, of, exact, reasons }: Draft): Line => {
  const from = startOfDate(on, schedule.zone)
  const year = yearAt(clause.years, from)
  return {
    key: [clause.id, formula, '', part.label, year, on, ...(of === undefined ? [] : [of])].join('/'),
    clause: clause.id,
    formula,
    block: undefined,
    from,
    to: endOfDate(on, schedule.zone),
    version: clause.origin.version,
    contractYear: year,
    payer: back ? clause.payee : clause.payer,
    payee: back ? clause.payer : clause.payee,
    reason: of,
    quantity: toText(exact),
    quantityUnit: 'major',
    rate: '1',
    rateUnit: 'none',
    exact: toText(exact),
    minor: toMoney(exact, schedule.currency).minor,
    reasons,
  }
}

const paid = (work: Work): Line => {
  const { origin, contractValue, share, paidOn } = work.clause
  const written = (key: string, unit: Input['unit']) => term(origin, `${origin.pointer}/${key}`, unit)
  const reasons = [
    written('contractValue', 'major')('+', 'Total contract value', contractValue),
    written('share', 'rate')('×', 'Share paid in advance', share, 'α'),
  ]
  return toLine(work, { formula: 'prepayment', on: paidOn, back: false, exact: times(contractValue, share), reasons })
}

const drawn = (work: Work, { dueOn, of, amount }: Invoice, balance: Rational): Line => {
  const exact = least(amount, balance)
  const left = minus(amount, exact)
  const name = of === undefined ? 'Invoice' : `Invoice ${of}`
  const reasons = [
    fact(work.clause.id, ['event'], 'major')('+', `${name}, due ${dueOn}`, amount),
    ...(isZero(left) ? [] : [sum('-', 'More than is left of what was prepaid', left, 'major', [])]),
    { ...state(`${work.clause.id}: prepaid before this invoice`, 'major')('note', 'Left before', balance) },
  ]
  return toLine(work, { formula: 'prepayment-drawn', on: dueOn, back: true, of, exact, reasons })
}

const returned = (work: Work, balance: Rational): Line => {
  const on = addDays(dateOf(work.part.to, work.schedule.zone), -1)
  const reasons = [state(`${work.clause.id}: prepaid and not drawn down`, 'major')('+', 'Left at the end', balance)]
  return toLine(work, { formula: 'prepayment-returned', on, back: true, exact: balance, reasons })
}

const balanceIn = ({ balance = '0' }: ClauseState): Rational => fromText(balance as string)

/** Where what is prepaid stands after the lines of a part. */
const positionOf = ({ clause, schedule, opening }: Work, lines: readonly Line[], balance: Rational): Position => {
  const moved = [
    ['prepayment', '+', 'Paid in advance'],
    ['prepayment-drawn', '-', 'Drawn down'],
    ['prepayment-returned', '-', 'Returned'],
  ] as const
  const inputs = moved.map(([formula, operator, word]) => {
    const minor = lines.filter((line) => line.formula === formula).reduce((all, line) => all + line.minor, 0n)
    return sum(operator, word, toRational({ minor, currency: schedule.currency }), 'major', [])
  })
  return {
    clause: clause.id,
    by: clause.payee,
    to: clause.payer,
    measure: 'prepaid',
    of: undefined,
    value: toText(balance),
    unit: 'major',
    reasons: quiet([state(`${clause.id}: prepaid before`, 'major')('+', 'Prepaid before', balanceIn(opening)), ...inputs]),
  }
}

/**
 * α · contract value on its date, then a credit for each invoice that falls due from that date on, oldest first and as long as anything is
 * left, then the rest back with the clause's last part.
 */
const settlePrepayment = (work: Work): ClauseSettled => {
  const { schedule, clause, part, opening } = work
  const lines: Line[] = []
  let balance = balanceIn(opening)
  const keep = (line: Line) => {
    const amount = toRational({ minor: line.minor, currency: schedule.currency })
    balance = line.payer === clause.payer ? plus(balance, amount) : minus(balance, amount)
    lines.push(line)
  }
  const paidAt = startOfDate(clause.paidOn, schedule.zone)
  // An amendment may set a date that is over when it begins to count: then it is owed at once.
  const paysNow = opening['paid'] !== true && paidAt < part.to
  if (paysNow) keep(paid(work))
  for (const invoice of invoicesIn(work))
    if (invoice.dueOn >= clause.paidOn && !isZero(balance) && !isZero(invoice.amount)) keep(drawn(work, invoice, balance))
  if (isLastPart(work) && !isZero(balance)) keep(returned(work, balance))
  const isPaid = paysNow || opening['paid'] === true
  return isPaid
    ? { lines, closing: { balance: toText(balance), paid: true }, positions: [positionOf(work, lines, balance)] }
    : { lines, closing: opening }
}

type At = Readonly<{ schedule: Schedule; from: LocalDate; state: ClauseState }>

/** What is to be paid in advance; and once it was, what is left of it, which comes back as far as no invoice draws it. */
const commitments = (clause: ResolvedPrepayment, { schedule: { zone, currency }, from, state: carried }: At): Commitment[] => {
  const { id, payer, payee, paidOn } = clause
  const [first, last] = [dateOf(clause.from, zone), addDays(dateOf(clause.to, zone), -1)]
  const balance = balanceIn(carried)
  if (last < from) return []
  if (!isZero(balance))
    return [
      { clause: id, payer: payee, payee: payer, from: from > first ? from : first, through: last, amount: balance, nature: 'contingent' },
    ]
  if (carried['paid'] === true || paidOn < from || paidOn < first || paidOn > last) return []
  const amount = toRational(toMoney(times(clause.contractValue, clause.share), currency))
  return [{ clause: id, payer, payee, from: paidOn, through: paidOn, amount, nature: 'firm' }]
}

const prepaid = (payer: string, payee: string): Posts => ({ payer: `${payer}:prepayments`, payee: `${payee}:prepayments` })

/** `prepayment`: the buyer pays part of the contract value in advance; invoices draw it down. Until then it is an asset of the one and a debt of the other. */
export const prepayment = clauseKind<Prepayment, ResolvedPrepayment>({
  kind: 'prepayment',
  shape: clauseShape({
    kind: 'prepayment',
    description: 'A buyer pays part of the contract value in advance; invoices draw it down, and the rest is returned.',
    properties: {
      contractValue: value('decimal', 'Total contract value, in major units.'),
      share: value('share', 'α: part of the contract value that is paid in advance.'),
      paidOn: value('date', 'Local date on which it is paid. Default: the first day of the clause.'),
    },
    required: ['contractValue', 'share'],
    covers: 'none',
  }),
  shapes: {},
  payer: ['tenant', 'guarantor'],
  payee: ['operator'],
  check,
  resolve: ({ contractValue, share, paidOn, from }, { signed: { agreement }, slice }) => ({
    contractValue: decimal(contractValue),
    share: decimal(share),
    paidOn: paidOn ?? from,
    years: yearsOf(agreement.commencement, agreement.zone, slice),
    events: ['invoice'],
  }),
  say,
  formulas: {
    prepayment: { word: 'Prepayment', posts: prepaid('assets', 'liabilities') },
    'prepayment-drawn': { word: 'Prepayment, drawn down', posts: prepaid('liabilities', 'assets') },
    'prepayment-returned': { word: 'Prepayment, the rest returned', posts: prepaid('liabilities', 'assets') },
  },
  stages: { contract: settlePrepayment },
  commitments,
})
