import { toMoney } from '../base/money.ts'
import { isZero, nought, plus, toDecimal, toFixed, toText, type Rational } from '../base/rational.ts'
import { contractYearOf, dateOf, endOfDate, startOfDate, type Interval } from '../base/time.ts'
import { stepOf } from './cash.ts'
import { plainly, type ClauseWork, type FormulaTold } from './clause-kind.ts'
import { balanceOf } from './debt-state.ts'
import { coverRatios, type CashStepName, type CoverRatio, type ResolvedDebt } from './debt-terms.ts'
import type { Input, InputUnit, Line, Measured, Position } from './line.ts'
import { statedRatio } from './project.ts'
import { fact, note, quiet, state, sum, term } from './reasons.ts'
import type { DebtPeriod, Draw } from './settle-debt.ts'
import { arrearsPaid } from './waterfall.ts'

type Work = ClauseWork<ResolvedDebt>

/** Steps that pay others than the lender: a line of no amount says what they took. */
const others = {
  opex: 'operating costs',
  fees: 'fees',
  dsra: 'to the reserve account',
  subordinated: 'subordinated debt',
  distributions: 'distributions',
} as const satisfies Partial<Record<CashStepName, string>>

const ratioWords = { dscr: 'Debt service cover', llcr: 'Loan life cover', plcr: 'Project life cover' } as const

/** DSCR as it is, the others cut: they have thousands of digits. */
const stated = (ratio: CoverRatio, value: Rational): Rational => (ratio === 'dscr' ? value : statedRatio(value))

/** What a loan's formulas are called, and where they post: principal is no income, it is a claim of one and a debt of the other. */
export const debtFormulas: Readonly<Record<string, FormulaTold>> = {
  'loan-draw': { word: 'Loan drawn', posts: { payer: 'assets:loan-receivable', payee: 'liabilities:debt' } },
  'loan-interest': { word: 'Loan interest', posts: plainly('loan-interest') },
  'loan-principal': { word: 'Loan repaid', posts: { payer: 'liabilities:debt', payee: 'assets:loan-receivable' } },
  ...Object.fromEntries(Object.entries(others).map(([step, word]) => [`cash-${step}`, { word: `Cash waterfall, ${word}` }])),
  ...Object.fromEntries(
    coverRatios.map((ratio) => [`lock-up-${ratio}`, { word: `${ratioWords[ratio]} too low, distributions locked up` }]),
  ),
  ...Object.fromEntries(coverRatios.map((ratio) => [`default-${ratio}`, { word: `${ratioWords[ratio]} too low, default test failed` }])),
}

type Own = Pick<Line, 'formula' | 'quantity' | 'quantityUnit' | 'rate' | 'rateUnit' | 'reasons'> &
  Readonly<{ exact: Rational; span?: Interval; step?: string; reversed?: boolean }>

const lineOf = ({ schedule, clause, part }: Work, own: Own): Line => {
  const { exact, span = part, step = '', reversed = false, ...rest } = own
  return {
    key: [clause.id, own.formula, '', part.label, '', step].join('/'),
    clause: clause.id,
    block: undefined,
    from: span.from,
    to: span.to,
    version: clause.origin.version,
    contractYear: contractYearOf(span.from, schedule.commencement, schedule.zone),
    payer: reversed ? clause.payee : clause.payer,
    payee: reversed ? clause.payer : clause.payee,
    reason: undefined,
    exact: toText(exact),
    minor: toMoney(exact, schedule.currency).minor,
    ...rest,
  }
}

const drawLine = (work: Work, { id, at, exact }: Draw): Line => {
  const { clause, schedule } = work
  const date = dateOf(at, schedule.zone)
  return lineOf(work, {
    formula: 'loan-draw',
    step: id,
    span: { from: startOfDate(date, schedule.zone), to: endOfDate(date, schedule.zone) },
    reversed: true,
    quantity: toText(exact),
    quantityUnit: 'major',
    rate: '1',
    rateUnit: 'none',
    exact,
    reasons: [
      fact(clause.id, ['event'], 'major')('+', `Drawn, ${id}`, exact),
      { ...term(clause.origin, `${clause.origin.pointer}/commitment`, 'major')('note', 'Commitment', clause.commitment) },
    ],
  })
}

/** A step that pays the lender: arrears and what fell due, less what the cash and the reserve account did not pay. */
const paidLine = (
  work: Work,
  period: DebtPeriod,
  step: 'interest' | 'principal',
  due: Input,
  own: Pick<Own, 'quantity' | 'rate' | 'rateUnit'>,
) => {
  const { arrears, paid, left } = stepOf(period.use, step)
  const reserve = period.use.fromReserve[step]
  return lineOf(work, {
    formula: `loan-${step}`,
    quantityUnit: 'major',
    ...own,
    exact: paid,
    reasons: [
      ...quiet([due, state(`${work.clause.id}: ${step} in arrears`, 'major')('+', 'Unpaid from earlier periods', arrears)]),
      ...(isZero(left) ? [] : [sum('-', 'More than the cash that is left', left, 'major', [])]),
      ...(isZero(reserve)
        ? []
        : [{ ...state(`${work.clause.id}: reserve account`, 'major')('note', 'Of it, out of the reserve account', reserve) }]),
    ],
  })
}

const interestLine = (work: Work, period: DebtPeriod): Line[] => {
  const { accruals, interest, use } = period
  const { arrears, due } = stepOf(use, 'interest')
  if (isZero(plus(arrears, due))) return []
  const pieces = accruals.map((each) => sum('+', `Interest, ${each.from} to ${each.to}`, each.interest, 'major', each.reasons))
  const last = accruals.at(-1)!
  const quantity = { quantity: toText(last.balance), rate: toText(last.rate), rateUnit: 'per-year' } as const
  return [paidLine(work, period, 'interest', sum('+', 'Interest of the period', interest, 'major', pieces), quantity)]
}

const principalLine = (work: Work, period: DebtPeriod): Line[] => {
  const { due, reasons } = period.principal
  const owed = plus(stepOf(period.use, 'principal').arrears, due)
  if (isZero(owed)) return []
  const quantity = { quantity: toText(owed), rate: '1', rateUnit: 'none' } as const
  return [paidLine(work, period, 'principal', sum('+', 'Due at the end of the period', due, 'major', reasons), quantity)]
}

/** What a step took that pays somebody else; no amount between borrower and lender. */
const otherLines = (work: Work, { use, target, breaches }: DebtPeriod): Line[] =>
  use.steps.flatMap((paid): Line[] => {
    const { step, due, arrears, left } = paid
    if (!(step in others)) return []
    const held = step === 'distributions' && breaches.length > 0
    const told = (word: string, value: Rational): Input => sum('note', word, value, 'major', [])
    const cash = fact(work.clause.id, ['figure'], 'major')('note', 'Cash of the period', use.cash ?? nought)
    const notes = [
      cash,
      ...(step === 'dsra'
        ? [told('Target of the account', target), told('Released by it', use.released), told('Held after the period', use.reserve)]
        : []),
      told(step === 'distributions' ? 'Left for the last step' : 'Due', due),
      ...(isZero(arrears) ? [] : [told('Unpaid from earlier periods', arrears), told('Of it paid now', arrearsPaid(paid))]),
      ...(isZero(left) ? [] : [told('Still unpaid', left)]),
      ...(held ? [told('Locked up', paid.paid)] : []),
    ]
    const quantity = held ? nought : paid.paid
    const amounts = { quantity: toText(quantity), quantityUnit: 'major', rate: '0', rateUnit: 'none', exact: nought } as const
    return [lineOf(work, { formula: `cash-${step}`, ...amounts, reasons: notes })]
  })

const breachLines = (work: Work, { breaches }: DebtPeriod): Line[] =>
  breaches.map(({ test, ratio, value, level, pointer }) =>
    lineOf(work, {
      formula: `${test}-${ratio}`,
      quantity: toText(stated(ratio, value)),
      quantityUnit: 'units',
      rate: toText(level),
      rateUnit: 'per-unit',
      exact: nought,
      reasons: [
        note(`${ratioWords[ratio]} is below its level`, toFixed(value, 6)),
        term(work.clause.origin, pointer, 'text')('note', 'Level', toDecimal(level)),
      ],
    }),
  )

/** The lines of a period: what is drawn, interest, principal, and, of no amount, where other cash went and which tests failed. */
export const debtLines = (work: Work, period: DebtPeriod): Line[] => [
  ...period.draws.map((draw) => drawLine(work, draw)),
  ...interestLine(work, period),
  ...principalLine(work, period),
  ...otherLines(work, period),
  ...breachLines(work, period),
]

/** Where the loan stands at the end of the period. */
export const debtPositions = ({ clause }: Work, period: DebtPeriod): Position[] => {
  const { closing, interest, principal, cfads, cover } = period
  const position = (
    measure: Measured,
    value: Rational,
    reasons: readonly Input[],
    more: { of?: string; unit?: InputUnit } = {},
  ): Position => ({
    clause: clause.id,
    by: clause.payer,
    to: clause.payee,
    measure,
    of: more.of,
    value: toText(value),
    unit: more.unit ?? 'major',
    reasons,
  })
  const money = (word: string, value: Rational): Input => sum('+', word, value, 'major', [])
  const service = plus(interest, principal.due)
  const ratios = coverRatios.flatMap((ratio): Position[] => {
    const value = cover[ratio]
    if (value === undefined) return []
    const reasons =
      ratio === 'dscr'
        ? [money('CFADS of the period', cfads!), { ...money('Interest and principal due', service), operator: '÷' as const }]
        : [
            note(
              ratio === 'llcr'
                ? 'Forecast CFADS until it matures, at the rate of the loan, over the balance'
                : 'All forecast CFADS ahead, at the rate of the loan, over the balance',
              toFixed(value, 6),
            ),
          ]
    return [position(ratio, stated(ratio, value), reasons, { unit: 'units' })]
  })
  return [
    position('drawn', closing.drawn, [money('Drawn', closing.drawn)]),
    position('balance', balanceOf(closing), [money('Drawn', closing.drawn), { ...money('Repaid', closing.repaid), operator: '-' }]),
    position('debt-service', service, [money('Interest', interest), money('Principal', principal.due)]),
    ...(cfads === undefined ? [] : [position('cfads', cfads, [fact(clause.id, ['figure'], 'major')('+', 'CFADS', cfads)])]),
    ...(clause.dsra === undefined ? [] : [position('reserve', closing.reserve, [money('Held after the period', closing.reserve)])]),
    ...(clause.waterfall === undefined
      ? []
      : [position('reserve', closing.locked, [money('Locked up', closing.locked)], { of: 'locked' })]),
    ...ratios,
  ]
}
