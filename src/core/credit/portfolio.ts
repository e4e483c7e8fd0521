import type { Decimal, TermSource } from '../terms/agreement.ts'
import { readSound } from '../terms/read-sound.ts'
import type { Sound } from '../terms/sound.ts'
import { decimal, type Rational } from '../base/rational.ts'
import type { LocalDate } from '../base/time.ts'
import type { Problem } from '../base/problem.ts'
import { checkPortfolio } from './check-portfolio.ts'
import type { FiscalCalendar } from './fiscal.ts'
import type { HardwareSold } from './flows.ts'
import { portfolioSchema } from './portfolio-shape.ts'
import { minorOf, type Reporting } from './reporting.ts'

/** Who stands on the other side, for people and for credit judgement. */
export type Counterparty = Readonly<{
  id: string
  name: string
  /** As the agency writes it. */
  rating?: string
  ratedBy?: string
  /** Loss in per cent of one, should it default. */
  lossGivenDefault?: Decimal
  /** Probability of default within so many years from the date of the register, cumulative: never falling. */
  cumulativeDefault: readonly Readonly<{ years: number; probability: Decimal }>[]
}>

/** What accounting needs to know of one clause and no statement can say. Amounts in the reporting currency. */
export type Valuation = Readonly<{
  agreement: string
  clause: string
  /** Of the stand-ready obligation on the day the clause began. */
  fairValueAtInception?: Decimal
  fairValues: readonly Readonly<{ on: LocalDate; amount: Decimal }>[]
  /** Of what is received for payments to the customer: the part of the payment that is its fair value. */
  fairValueShare?: Decimal
}>

/** A guarantor's own document: what it holds together, and what stands outside all agreements. */
export type Portfolio = Readonly<{
  offtake: 1
  portfolio: string
  title: string
  guarantor: string
  fiscalYear: FiscalCalendar
  currency: string
  /** What one unit of another currency is worth in the reporting currency. */
  rates: readonly Readonly<{ currency: string; rate: Decimal; on: LocalDate }>[]
  agreements: readonly string[]
  /** Written down and not signed, through a date or for good: listed, and never counted. */
  inTalks: readonly Readonly<{ agreement: string; through?: LocalDate }>[]
  counterparties: readonly Counterparty[]
  /** In the reporting currency. */
  hardware: readonly Readonly<{ counterparty: string; on: LocalDate; amount: Decimal }>[]
  valuations: readonly Valuation[]
  sources: readonly TermSource[]
}>
export type SoundPortfolio = Sound<Portfolio>

/** Reads a portfolio, YAML or JSON, with its defaults filled in; or every problem it has, in the order of its lines. */
export const parsePortfolio = (text: string): Readonly<{ portfolio: Portfolio }> | Readonly<{ problems: readonly Problem[] }> => {
  const read = readSound(text, portfolioSchema, (sound, written) => checkPortfolio(sound as SoundPortfolio, written))
  return 'problems' in read ? read : { portfolio: read.sound as Portfolio }
}

/** The currency and rates that everything is told in. */
export const reportingOf = ({ currency, rates }: Portfolio): Reporting => ({
  currency,
  rates: new Map(rates.map((each): [string, Rational] => [each.currency, decimal(each.rate)])),
})

/** Hardware sold by the end of a date. */
export const hardwareThrough = ({ hardware, currency }: Portfolio, date: LocalDate): HardwareSold[] =>
  hardware.filter(({ on }) => on <= date).map(({ counterparty, amount }) => ({ counterparty, minor: minorOf(amount, currency) }))

/** Agreements that are still in talks on a date: nothing of them counts. */
export const inTalksOn = ({ inTalks }: Portfolio, date: LocalDate): ReadonlySet<string> =>
  new Set(inTalks.filter(({ through }) => through === undefined || date <= through).map(({ agreement }) => agreement))
