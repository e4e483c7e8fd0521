import type { Problem } from '../base/problem.ts'
import { toMoney } from '../base/money.ts'
import { compare, decimal, greatest, least, minus, nought, toText, type Rational } from '../base/rational.ts'
import { endOfDate, startOfDate, type Instant, type LocalDate } from '../base/time.ts'
import type { Clause, Decimal } from '../terms/agreement.ts'
import { checkAmount } from '../terms/check-values.ts'
import { clauseShape } from '../terms/clause-shape.ts'
import { below } from '../terms/conform.ts'
import type { Said, Slice } from '../terms/kind.ts'
import { major } from '../terms/phrase.ts'
import { yearsOf } from '../terms/resolve-clause.ts'
import { datesOf, party } from '../terms/say.ts'
import type { ContractYears, ResolvedOf, Schedule } from '../terms/schedule.ts'
import type { Sound, SoundAgreement } from '../terms/sound.ts'
import { value } from '../terms/value-shapes.ts'
import { clauseKind, plainly, type ClauseSettled, type ClauseWork, type Commitment } from './clause-kind.ts'
import { holding, latestFigure } from './holding.ts'
import type { ClauseState, Line } from './line.ts'
import { yearAt } from './period.ts'
import { fact, note, sum, term } from './reasons.ts'

type ResidualValueGuarantee = Clause &
  Readonly<{ kind: 'residual-value-guarantee'; guaranteedValue: Decimal; cap?: Decimal; on: LocalDate }>

type ResolvedResidual = ResolvedOf<'residual-value-guarantee'> &
  Readonly<{
    /** V, in major units. */
    guaranteedValue: Rational
    /** At most V. */
    cap: Rational
    /** Whether the terms say a cap of their own. */
    capped: boolean
    on: LocalDate
    /** The date is `[at, over)`. */
    at: Instant
    over: Instant
    years: ContractYears
  }>

const shape = clauseShape({
  kind: 'residual-value-guarantee',
  description: 'The guarantor pays what an asset is worth less than its guaranteed value on a date.',
  covers: 'none',
  properties: {
    guaranteedValue: value('decimal', 'V: what the asset is to be worth on the date, in major units.'),
    cap: value('decimal', 'The most that is paid, in major units. Default: all of the guaranteed value.'),
    on: value('date', 'Local date on which the values are compared.'),
  },
  required: ['guaranteedValue', 'on'],
})

const check = (clause: Sound<ResidualValueGuarantee>, pointer: string, { currency }: SoundAgreement): Problem[] => {
  const { guaranteedValue, cap, on, from, through } = clause
  const above = guaranteedValue !== undefined && cap !== undefined && compare(decimal(cap), decimal(guaranteedValue)) > 0
  const outside =
    on !== undefined && from !== undefined && on < from
      ? `is before the clause starts, ${from}`
      : on !== undefined && through !== undefined && on > through
        ? `is after the clause ends, ${through}`
        : undefined
  return [
    ...checkAmount(guaranteedValue, below(pointer, 'guaranteedValue'), currency),
    ...checkAmount(cap, below(pointer, 'cap'), currency),
    ...(above
      ? [
          {
            pointer: below(pointer, 'cap'),
            message: `"${cap}" is more than the guaranteed value, "${guaranteedValue}": it could never bind`,
          },
        ]
      : []),
    ...(outside === undefined ? [] : [{ pointer: below(pointer, 'on'), message: `${on} ${outside}` }]),
  ]
}

const resolve = (clause: ResidualValueGuarantee, { signed: { agreement }, span, slice }: Slice) => ({
  guaranteedValue: decimal(clause.guaranteedValue),
  cap: decimal(clause.cap ?? clause.guaranteedValue),
  capped: clause.cap !== undefined,
  on: clause.on,
  at: startOfDate(clause.on, agreement.zone),
  over: endOfDate(clause.on, agreement.zone),
  years: yearsOf(agreement.commencement, agreement.zone, { from: span.from, to: slice.to }),
  figures: ['market-value'],
})

const residualLine = ({ clause, part, schedule }: ClauseWork<ResolvedResidual>, market: Rational): Line => {
  const { guaranteedValue, cap } = clause
  const gap = minus(guaranteedValue, market)
  const short = greatest(nought, gap)
  const exact = least(cap, short)
  const contractYear = yearAt(clause.years, clause.at)
  const written = (key: string) => term(clause.origin, `${clause.origin.pointer}/${key}`, 'major')
  return {
    key: [clause.id, 'residual-value', '', part.label, contractYear, clause.on].join('/'),
    clause: clause.id,
    formula: 'residual-value',
    block: undefined,
    from: clause.at,
    to: clause.over,
    version: clause.origin.version,
    contractYear,
    payer: clause.payer,
    payee: clause.payee,
    reason: undefined,
    quantity: toText(short),
    quantityUnit: 'major',
    rate: '1',
    rateUnit: 'none',
    exact: toText(exact),
    minor: toMoney(exact, schedule.currency).minor,
    reasons: [
      written('guaranteedValue')('+', 'Guaranteed value', guaranteedValue, 'V'),
      fact(clause.id, ['figure'], 'major')('-', 'Market value', market),
      sum('+', 'Worth more, which counts as nothing', minus(short, gap), 'major', []),
      sum('-', 'Over the cap', minus(short, exact), 'major', []),
      ...(clause.capped
        ? [note('Cap', toText(cap), { kind: 'terms', version: clause.origin.version, pointer: `${clause.origin.pointer}/cap` })]
        : []),
    ],
  }
}

/** `residual-value-guarantee`: min(cap, max(0, V − market value)), in the period in which its date lies. */
const settleResidual = (work: ClauseWork<ResolvedResidual>): ClauseSettled => {
  const { clause, part, facts, opening } = work
  // Once: an amendment that sets a later date comes too late when the values were compared.
  const isDone = opening['compared'] !== undefined
  const isDue = !isDone && clause.at >= part.from && clause.at < part.to
  const isPast = isDone || clause.at < part.to
  const market = latestFigure(facts, clause, 'market-value', clause.over)
  const gross = isPast ? nought : clause.cap
  const written = term(clause.origin, `${clause.origin.pointer}/${clause.capped ? 'cap' : 'guaranteedValue'}`, 'major')
  const position = holding(clause, { by: clause.payer, to: clause.payee })('gross', gross, 'major', [
    written('+', clause.capped ? 'Cap' : 'Guaranteed value', clause.cap),
    sum('-', 'Its date is past', minus(clause.cap, gross), 'major', []),
  ])
  const missing = `Clause ${clause.id}: no figure market-value is told by ${clause.on}, on which the guaranteed value is compared with it.`
  return {
    lines: isDue && market !== undefined ? [residualLine(work, market)] : [],
    positions: [position],
    refusals: isDue && market === undefined ? [missing] : [],
    closing: isDue && market !== undefined ? { compared: clause.on } : opening,
  }
}

const say = (clause: ResolvedResidual, schedule: Schedule): Said => {
  const at = clause.origin.pointer
  const money = (amount: Rational) => `${major(amount, schedule.currency)} ${schedule.currency}`
  const [payer, payee] = [party(schedule, clause.payer), party(schedule, clause.payee)]
  return [
    [
      at,
      `${payer} pays ${payee} what the asset is worth less than ${money(clause.guaranteedValue)} on ${clause.on}, ${datesOf(clause, schedule)}.`,
    ],
    ...(clause.capped ? [[`${at}/cap`, `It pays at most ${money(clause.cap)}.`] as const] : []),
  ]
}

const commitments = (
  clause: ResolvedResidual,
  { schedule, from, state }: Readonly<{ schedule: Schedule; from: LocalDate; state: ClauseState }>,
): readonly Commitment[] => {
  // Of several slices the one in which the date lies speaks.
  if (state['compared'] !== undefined || clause.at < startOfDate(from, schedule.zone) || clause.at < clause.from || clause.at >= clause.to)
    return []
  const { id, payer, payee, on, cap } = clause
  return [{ clause: id, payer, payee, from: on, through: on, amount: cap, nature: 'contingent' }]
}

/** `residual-value-guarantee`: the guarantor stands for the value of an asset on a date. */
export const residualValueGuarantee = clauseKind<ResidualValueGuarantee, ResolvedResidual>({
  kind: 'residual-value-guarantee',
  shape,
  shapes: {},
  payer: ['guarantor'],
  payee: ['lender', 'landlord'],
  check,
  resolve,
  say,
  formulas: { 'residual-value': { word: 'Residual value guarantee', posts: plainly('residual-value-guarantee') } },
  stages: { support: settleResidual },
  commitments,
})
