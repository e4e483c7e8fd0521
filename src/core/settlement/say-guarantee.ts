import { decimal, rational, times, toDecimal, type Rational } from '../base/rational.ts'
import type { Said } from '../terms/kind.ts'
import { major, percent, stepsIn } from '../terms/phrase.ts'
import { datesOf, every, party } from '../terms/say.ts'
import type { Schedule } from '../terms/schedule.ts'
import type { Election, ResolvedGuarantee } from './guarantee-terms.ts'

const sayElections = (clause: ResolvedGuarantee, { currency }: Schedule): string => {
  const { discountedRent, terminationFee, electionDays } = clause
  const words: Readonly<Record<Election, string>> = {
    pay: 'go on paying what is called',
    assume: `assume the obligation and pay ${discountedRent === undefined ? 'all' : percent(discountedRent)} of each payment as it falls due`,
    sublease: 'sublease and pay each payment as it falls due, less the income of the sublease',
    'termination-fee': `end it for a fee of ${terminationFee === undefined ? 'the figure told' : `${major(terminationFee, currency)} ${currency}`}, paid once`,
  }
  const when = electionDays === undefined ? 'After a call' : `Within ${electionDays} days after a call`
  const options = clause.elections.map((each) => words[each])
  return `${when} the guarantor may ${options.length < 2 ? options.join('') : `${options.slice(0, -1).join('; ')}; or ${options.at(-1)}`}.`
}

const often = { month: 'month', quarter: 'quarter', year: 'year' } as const

const sayPayments = ({ payments, rule, origin }: ResolvedGuarantee, { currency }: Schedule): Said => {
  const at = `${origin.pointer}/obligation`
  const money = (amount: Rational) => `${major(amount, currency)} ${currency}`
  if (rule === undefined)
    return payments.map(({ id, amount, due, pointer }) => [pointer.replace(/\/amount$/, ''), `${id}: ${money(amount)}, due on ${due}.`])
  const { amount, escalation, every: period, start, through } = rule
  const rise = escalation === '0' ? '' : `, ${percent(decimal(escalation))} more from each anniversary of the first`
  const names = `${payments.length} payments, ${payments[0]!.id} to ${payments.at(-1)!.id}`
  return [[`${at}/rule`, `${money(decimal(amount))} are due every ${often[period]} from ${start} through ${through}${rise}: ${names}.`]]
}

const sayFee = (clause: ResolvedGuarantee, schedule: Schedule): Said => {
  const { fee, origin, years } = clause
  if (fee === undefined) return []
  const bps = (rate: Rational) => `${toDecimal(times(rate, rational(10_000)))} bps`
  const steps = stepsIn(fee.rate, { ...clause, zone: schedule.zone, years }, bps)
  const text = `${party(schedule, fee.payer)} pays the guarantor ${steps} a year of the gross exposure of each day, ${fee.dayCount}, ${every[clause.period]}.`
  return [[`${origin.pointer}/fee`, text]]
}

export const sayGuarantee = (clause: ResolvedGuarantee, schedule: Schedule): Said => {
  const { zone, currency } = schedule
  const at = clause.origin.pointer
  const what = clause.of === 'rent' ? 'rents' : 'debt service'
  const cap = stepsIn(clause.cap, { ...clause, zone, years: clause.years }, (value) => `${major(value, currency)} ${currency}`)
  return [
    [
      at,
      `${party(schedule, clause.payer)} guarantees ${party(schedule, clause.payee)} ${what} of ${schedule.operator.name}, settled ${every[clause.period]}, ${datesOf(clause, schedule)}.`,
    ],
    ...sayPayments(clause, schedule),
    [`${at}/cap`, `All calls together come to at most ${cap}; recoveries do not restore it.`],
    ...(clause.amortising ? [[`${at}/amortising`, 'The cap never rises.'] as const] : []),
    [`${at}/cureDays`, `A payment in default may be called when ${clause.cureDays} days after its due date are over.`],
    [`${at}/elections`, sayElections(clause, schedule)],
    [
      `${at}/escrow`,
      clause.escrowPaysFirst
        ? 'Escrow and collateral pay first, and a call is for the rest.'
        : 'A call is for all that is unpaid; escrow and collateral repay the guarantor.',
    ],
    ...sayFee(clause, schedule),
  ]
}
