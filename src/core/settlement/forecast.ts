import { toMoney, toRational } from '../base/money.ts'
import { fromText, minus, nought, rational, times, toText, total, type Rational } from '../base/rational.ts'
import { addDays, dateOf, monthInterval, monthOf, nextMonth, startOfDate, type Interval, type LocalDate } from '../base/time.ts'
import { inForce, isBackstop, type ResolvedCommon, type Schedule } from '../terms/schedule.ts'
import type { ClauseWork, Commitment } from './clause-kind.ts'
import type { Forecast } from './forecast-terms.ts'
import type { Input, Line } from './line.ts'
import { cutAt, partOf, yearAt, type Part } from './period.ts'
import { fact, line as lineInput, quiet, sum, term } from './reasons.ts'
import { makeRevenue } from './revenue.ts'

/** A number with how it came about; `explain` says how it joins its siblings. */
export type Reasoned = Readonly<{ value: Rational; explain: (operator: Input['operator']) => Input }>

export type ForecastWork = ClauseWork<ResolvedCommon & Forecast>

/** F of a part: the forecast per period by seconds, each step for its own. A step of a forecast splits nothing. */
export const forecastIn = ({ forecast, origin }: ForecastWork['clause'], { from, to, fullSeconds }: Part, zone: string): Reasoned => {
  const pieces = cutAt(
    from,
    to,
    forecast.map((step) => step.from),
  ).map((span) => {
    const { value, pointer } = inForce(forecast, span.from)
    const scale = rational(span.to - span.from, fullSeconds)
    const written = term(origin, pointer, 'major')
    const children = [written('+', 'Forecast per period', value), sum('×', 'Part of the period', scale, 'rate', [])]
    return { amount: times(value, scale), input: sum('+', `From ${dateOf(span.from, zone)}`, times(value, scale), 'major', children) }
  })
  const value = total(pieces.map(({ amount }) => amount))
  const whole = forecast.length === 1 && to - from === fullSeconds ? term(origin, forecast[0]!.pointer, 'major') : undefined
  return {
    value,
    explain: (operator) =>
      whole === undefined
        ? sum(
            operator,
            'Forecast',
            value,
            'major',
            pieces.map(({ input }) => input),
            'F',
          )
        : whole(operator, 'Forecast', value, 'F'),
  }
}

const receipts: readonly string[] = ['backstop', 'called', 'called-over-cap']

/** Whether a line is paid on covered blocks alone. One that nets blocks belongs to none, and counts where all of them are covered. */
const isOn = (line: Line, covered: ReadonlySet<string>, { clauses }: Schedule): boolean => {
  if (line.block !== undefined) return covered.has(line.block)
  const backstop = clauses.find((clause) => clause.id === line.clause && clause.from <= line.from && line.to <= clause.to)
  return backstop !== undefined && isBackstop(backstop) && backstop.covers.every(({ block }) => covered.has(block))
}

/** A receipt counts like a charge: evenly by the second over what it was paid for. */
const receiptIn = ({ from, to }: Interval, line: Line, currency: string): Input => {
  const paid = toRational({ minor: line.minor, currency })
  const seconds = Math.min(line.to, to) - Math.max(line.from, from)
  if (seconds === line.to - line.from) return lineInput(line.key, 'major')('+', 'Paid by the capacity backstop', paid)
  const part = rational(seconds, line.to - line.from)
  return sum('+', 'Paid by the capacity backstop for a longer time', times(paid, part), 'major', [
    lineInput(line.key, 'major')('+', 'Paid in all', paid),
    sum('×', 'Part of that time', part, 'rate', []),
  ])
}

/** R of a part: eligible net revenue on the covered blocks, and what backstops pay on them for the same time unless that does not count. */
export const revenueIn = ({ schedule, clause, part, facts, lines, reductions }: ForecastWork): Reasoned => {
  const revenueOf = makeRevenue(facts, reductions, clause.affiliateReference)
  const covered = new Set<string>(clause.covers.map(({ block }) => block))
  const earned = clause.covers.map(({ block }) =>
    fact(block, ['charge', 'credit', 'refund', 'fx'], 'major')(
      '+',
      `Eligible net revenue of ${block}`,
      revenueOf(block, part.from, part.to).sum,
    ),
  )
  const paid = !clause.backstopCounts
    ? []
    : lines
        .filter((line) => receipts.includes(line.formula) && line.from < part.to && line.to > part.from && isOn(line, covered, schedule))
        .map((line) => receiptIn(part, line, schedule.currency))
  const inputs = quiet([...earned, ...paid])
  const value = total(inputs.map((input) => fromText(input.value)))
  return { value, explain: (operator) => sum(operator, 'Revenue', value, 'major', inputs, 'R') }
}

type Owed = Readonly<{
  formula: string
  /** Which of several. */
  step: string
  /** Whether payer and payee change places. */
  turned: boolean
  quantity: Rational
  rate: Rational | undefined
  exact: Rational
  reasons: readonly Input[]
}>

/** The line of an amount that compares revenue with the forecast: of no block, over the whole part. */
export const forecastLine = ({ schedule, clause, part }: ForecastWork, owed: Owed): Line => ({
  key: [clause.id, owed.formula, '', part.label, '', owed.step].join('/'),
  clause: clause.id,
  formula: owed.formula,
  block: undefined,
  from: part.from,
  to: part.to,
  version: clause.origin.version,
  contractYear: yearAt(clause.covers[0]!.years, part.from),
  payer: owed.turned ? clause.payee : clause.payer,
  payee: owed.turned ? clause.payer : clause.payee,
  reason: undefined,
  quantity: toText(owed.quantity),
  quantityUnit: 'major',
  rate: owed.rate === undefined ? '1' : toText(owed.rate),
  rateUnit: owed.rate === undefined ? 'none' : 'share',
  exact: toText(owed.exact),
  minor: toMoney(owed.exact, schedule.currency).minor,
  reasons: owed.reasons,
})

/** At most `share` of the forecast, for each period that ends after a date: what is owed if nothing is earned. */
export const forecastCommitments = (
  clause: ResolvedCommon & Forecast,
  share: Rational,
  { schedule, from }: Readonly<{ schedule: Schedule; from: LocalDate }>,
): Commitment[] => {
  const { zone } = schedule
  const commitments: Commitment[] = []
  const start = Math.max(clause.from, startOfDate(from, zone))
  for (let month = monthOf(start, zone); monthInterval(month, zone).from < clause.to; month = nextMonth(month)) {
    const part = partOf(clause, month, zone)
    if (part === undefined || part.to <= start) continue
    commitments.push({
      clause: clause.id,
      payer: clause.payer,
      payee: clause.payee,
      from: dateOf(part.from, zone),
      through: addDays(dateOf(part.to, zone), -1),
      amount: times(share, forecastIn(clause, part, zone).value),
      nature: 'contingent',
    })
  }
  return commitments
}

/** What makes nothing of an amount below zero, as a reason. */
export const raised = (value: Rational, word: string): readonly Input[] =>
  value.n < 0n ? [sum('+', word, minus(nought, value), 'major', [])] : []
