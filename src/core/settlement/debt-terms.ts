import type { Rational } from '../base/rational.ts'
import type { DayCount } from '../base/day-count.ts'
import type { Instant, Interval, LocalDate } from '../base/time.ts'
import type { Clause, Decimal, Scheduled } from '../terms/agreement.ts'
import type { ResolvedOf, Stepped } from '../terms/schedule.ts'

/** Where cash goes, in whatever order the terms list them; `distributions` is last and takes the rest. */
export const cashSteps = ['opex', 'fees', 'interest', 'principal', 'dsra', 'subordinated', 'distributions'] as const
export type CashStepName = (typeof cashSteps)[number]

/** Debt service, loan life and project life cover. */
export const coverRatios = ['dscr', 'llcr', 'plcr'] as const
export type CoverRatio = (typeof coverRatios)[number]

export type Repayment = Readonly<{ date: LocalDate; amount?: Decimal; share?: Decimal }>
export type ForecastTerm = Readonly<{ from: LocalDate; through: LocalDate; amount: Decimal }>
export type LevelTerms = Readonly<Partial<Record<CoverRatio, Decimal>>>

/** As it is written. */
export type DebtFacility = Clause &
  Readonly<{
    kind: 'debt-facility'
    commitment: Decimal
    availableFrom?: LocalDate
    availableThrough?: LocalDate
    interest: Readonly<{
      fixed?: Scheduled<Decimal>
      index?: string
      margin?: Scheduled<Decimal>
      floor?: Decimal
      lagDays?: number
      dayCount: DayCount
    }>
    compounding: boolean
    amortisation: 'bullet' | Readonly<{ scheduled: readonly Repayment[] }> | Readonly<{ sculpted: Readonly<{ dscr: Decimal }> }>
    forecast: readonly ForecastTerm[]
    waterfall?: readonly CashStepName[]
    dsra?: Readonly<{ share: Decimal; months: number }>
    lockUp?: LevelTerms
    defaultTest?: LevelTerms
  }>

/** Money spread evenly by the second over `[from, to)`. */
export type Stretch = Interval & Readonly<{ value: Rational; pointer: string }>

export type Levels = readonly Readonly<{ ratio: CoverRatio; level: Rational; pointer: string }>[]

/** With every date an instant and every amount exact. */
export type ResolvedDebt = ResolvedOf<'debt-facility'> &
  Readonly<{
    /** First instant of the whole clause, and its end: the loan matures then, whatever version speaks of it. */
    begins: Instant
    matures: Instant
    /** Most that may be drawn altogether, in major units. */
    commitment: Rational
    /** When it may be drawn. */
    availability: Interval
    /** Per year. `step` is the fixed rate, or the margin on an index that counts no less than `floor`. */
    rate: Readonly<{
      step: Stepped<Rational>
      index: Readonly<{ name: string; floor: Rational; lagDays: number }> | undefined
      dayCount: DayCount
    }>
    /** Whether unpaid interest bears interest. */
    compounding: boolean
    amortisation:
      | Readonly<{ kind: 'bullet' }>
      /** `at` is the end of the date; `share` of what was drawn by then. */
      | Readonly<{
          kind: 'scheduled'
          repayments: readonly Readonly<{ at: Instant; unit: 'major' | 'share'; value: Rational; pointer: string }>[]
        }>
      | Readonly<{ kind: 'sculpted'; dscr: Rational }>
    /** Cash available for debt service, as forecast; in order, with no hole. */
    forecast: readonly Stretch[]
    waterfall: readonly CashStepName[] | undefined
    dsra: Readonly<{ share: Rational; months: number }> | undefined
    lockUp: Levels
    defaultTest: Levels
  }>
