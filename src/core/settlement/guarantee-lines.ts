import { yearFraction } from '../base/day-count.ts'
import { toMoney } from '../base/money.ts'
import { isZero, minus, one, plus, times, toDecimal, total, toText, type Rational } from '../base/rational.ts'
import { dateOf, endOfDate, type Instant, type Interval } from '../base/time.ts'
import { inForce } from '../terms/schedule.ts'
import type { ClauseWork } from './clause-kind.ts'
import { exposureAt, standingAt, type Claim, type Exposure, type Standing } from './guarantee-claims.ts'
import type { Heard } from './guarantee-events.ts'
import type { ResolvedGuarantee } from './guarantee-terms.ts'
import type { Input, Line } from './line.ts'
import { cutAt, yearAt } from './period.ts'
import { fact, note, quiet, sum, term } from './reasons.ts'

type Work = ClauseWork<ResolvedGuarantee>
type Own = Pick<Line, 'formula' | 'payer' | 'payee' | 'quantity' | 'rate' | 'rateUnit'> &
  Readonly<{ step: string; span: Interval; exact: Rational; reasons: readonly Input[] }>

const lineOf = ({ clause, part, schedule }: Work, { step, span, exact, ...own }: Own): Line => {
  const contractYear = yearAt(clause.years, span.from)
  return {
    ...own,
    key: [clause.id, own.formula, '', part.label, contractYear, step].join('/'),
    clause: clause.id,
    block: undefined,
    from: span.from,
    to: span.to,
    version: clause.origin.version,
    contractYear,
    reason: undefined,
    quantityUnit: 'major',
    exact: toText(exact),
    minor: toMoney(exact, schedule.currency).minor,
  }
}

const formulas = {
  call: 'guarantee-call',
  assume: 'guarantee-assumed',
  sublease: 'guarantee-sublease',
  'termination-fee': 'guarantee-termination',
} as const

/** From what is claimed down to what the cap lets through. */
const claimReasons = ({ clause }: Work, claim: Claim): Input[] => {
  const { kind, payment, whole, less, escrow, factor, cap, capLeft, exact } = claim
  const told = fact(clause.id, ['event', 'figure'], 'major')
  const written = term(clause.origin, payment?.pointer ?? `${clause.origin.pointer}/terminationFee`, 'major')
  const first = {
    call: () => told('+', `Unpaid of ${payment!.id}`, whole),
    assume: () => written('+', `${payment!.id}, taken over`, whole),
    sublease: () => written('+', `${payment!.id}, taken over`, whole),
    'termination-fee': () => (clause.terminationFee === undefined ? told : written)('+', 'Fee that ends the guarantee', whole),
  }
  const over = minus(minus(minus(times(whole, factor), less), escrow), exact)
  const discount = term(clause.origin, `${clause.origin.pointer}/discountedRent`, 'rate')('×', 'Discounted rent', factor)
  return [
    first[kind](),
    ...(factor.n === one.n && factor.d === one.d ? [] : [discount]),
    ...[
      told('-', kind === 'sublease' ? 'Income of the sublease' : 'Not asked for', less),
      told('-', 'Paid by escrow and collateral first', escrow),
      sum('-', 'Over the cap left', over, 'major', []),
    ].filter(({ value }) => value !== '0'),
    note('Cap in force just before the due date, and what was left of it', `${toDecimal(cap)}, ${toDecimal(capLeft)}`),
  ]
}

/** One line for each claim, of the day its payment fell due; a second call for one payment in one period is numbered. */
export const claimLines = (work: Work, claims: readonly Claim[]): Line[] => {
  const { clause, schedule } = work
  const seen = new Map<string, number>()
  return claims.map((claim) => {
    const { kind, payment, at, whole, exact } = claim
    const name = payment?.id ?? ''
    const count = (seen.get(name) ?? 0) + 1
    seen.set(name, count)
    const day = dateOf(at, schedule.zone)
    return lineOf(work, {
      formula: formulas[kind],
      payer: clause.payer,
      payee: clause.payee,
      step: count === 1 ? name : `${name}#${count}`,
      span: payment === undefined ? { from: at, to: endOfDate(day, schedule.zone) } : { from: payment.at, to: payment.over },
      quantity: toText(whole),
      rate: '1',
      rateUnit: 'none',
      exact,
      reasons: claimReasons(work, claim),
    })
  })
}

/** What escrow, collateral and whoever else answers for the operator repaid the guarantor. */
export const recoveryLines = (work: Work, { recoveries }: Heard): Line[] => {
  const { clause, schedule, part } = work
  if (recoveries.length === 0) return []
  const exact = total(recoveries.map(({ amount }) => amount))
  const told = fact(clause.id, ['event'], 'major')
  const line = lineOf(work, {
    formula: 'recovery',
    payer: schedule.operator.id,
    payee: clause.payer,
    step: '',
    span: part,
    quantity: toText(exact),
    rate: '1',
    rateUnit: 'none',
    exact,
    reasons: recoveries.map(({ amount, at }) => told('+', `Recovered on ${dateOf(at, schedule.zone)}`, amount)),
  })
  return [line]
}

/** Days of one exposure and one rate. */
type Accrual = Readonly<{ span: Interval; exposure: Exposure; fraction: Rational }>

/**
 * A day bears its fee on the exposure with which it begins: what has happened before it, payments that fall due on it or later, the cap in force
 * on it.
 */
const accrualsOf = ({ clause, part, schedule: { zone } }: Work, heard: Heard, opening: Standing, claims: readonly Claim[]): Accrual[] => {
  const nextDay = (at: Instant) => endOfDate(dateOf(at, zone), zone)
  const changes = [...heard.defaults, ...heard.cures, ...heard.elections, ...claims].map(({ at }) => nextDay(at))
  const steps = [...clause.cap, ...clause.fee!.rate].map(({ from }) => from)
  return cutAt(part.from, part.to, [...changes, ...steps, ...clause.payments.map(({ over }) => over)]).map((span) => ({
    span,
    exposure: exposureAt(clause, standingAt(opening, heard, claims, span.from), span.from, inForce(clause.cap, span.from).value),
    fraction: yearFraction(clause.fee!.dayCount, dateOf(span.from, zone), dateOf(span.to, zone)),
  }))
}

const accrualReason = (clause: ResolvedGuarantee, zone: string, { span, exposure, fraction }: Accrual): Input => {
  const { due, unpaid, gross } = exposure
  const children = [
    sum('+', 'Gross exposure', gross, 'major', [
      ...quiet([
        term(clause.origin, `${clause.origin.pointer}/obligation`, 'major')('+', 'Covered, not overdue', due),
        fact(clause.id, ['event'], 'major')('+', 'Due and unpaid', unpaid),
        sum('-', 'Over the cap left', minus(plus(due, unpaid), gross), 'major', []),
      ]),
    ]),
    sum('×', `Part of a year, ${clause.fee!.dayCount}`, fraction, 'rate', []),
  ]
  return sum('+', `${dateOf(span.from, zone)} through ${dateOf(span.to - 1, zone)}`, times(gross, fraction), 'major', children)
}

/** The fee of the part: one line for each rate that was in force. The exact sums add up whatever cuts the time. */
export const feeLines = (work: Work, heard: Heard, opening: Standing, claims: readonly Claim[]): Line[] => {
  const { clause, schedule } = work
  if (clause.fee === undefined) return []
  const groups = [...Map.groupBy(accrualsOf(work, heard, opening, claims), ({ span }) => inForce(clause.fee!.rate, span.from))]
  return groups.map(([rate, accruals]) => {
    const base = total(accruals.map(({ exposure, fraction }) => times(exposure.gross, fraction)))
    const loud = accruals.filter(({ exposure, fraction }) => !isZero(times(exposure.gross, fraction)))
    return lineOf(work, {
      formula: 'guarantee-fee',
      payer: clause.fee!.payer,
      payee: clause.payer,
      step: dateOf(rate.from, schedule.zone),
      span: { from: accruals[0]!.span.from, to: accruals.at(-1)!.span.to },
      quantity: toText(base),
      rate: toText(rate.value),
      rateUnit: 'per-year',
      exact: times(base, rate.value),
      reasons: [
        sum(
          '+',
          'Gross exposure × part of a year',
          base,
          'major',
          loud.map((accrual) => accrualReason(clause, schedule.zone, accrual)),
        ),
        term(clause.origin, rate.pointer, 'rate')('×', 'Fee a year', rate.value),
      ],
    })
  })
}
