import { addDays, formatInstant, monthOf, nextMonth, startOfDate, type Instant, type LocalDate, type Month } from '../../core/base/time.ts'
import { isShareIncome } from '../../core/credit/flows.ts'
import { isGiven, type OverviewRecord } from '../../core/credit/overview.ts'
import { inTalksOn, parsePortfolio, type Portfolio } from '../../core/credit/portfolio.ts'
import { lastDateOf } from '../../core/credit/record.ts'
import { makeRegister, type Register } from '../../core/credit/register.ts'
import type { Party } from '../../core/terms/agreement.ts'
import type { Schedule } from '../../core/terms/schedule.ts'
import type { Store } from '../store/database.ts'
import { findLatestDrafts, type LatestDraft } from '../store/latest-drafts.ts'
import { findPortfolio, type PortfolioRecord } from '../store/portfolios.ts'
import { inReach, type Reach } from '../store/reach.ts'
import { findFinalMonthsOf, findMovedLines, findStoodStatements, type LineCursor } from '../store/stood-statements.ts'
import type { Work } from '../store/transaction.ts'
import { findSchedules } from './find-schedule.ts'

export type PortfolioQuestion = Readonly<{
  /** At the end of this month; without one, the last that is final anywhere. */
  on?: Month | undefined
  /** As it was known at the end of this date, UTC. */
  known?: LocalDate | undefined
  /** Whose; without one, the first within reach. */
  guarantor?: string | undefined
}>

/** What more is asked than a portfolio: every agreement within reach, each of its own guarantor; one agreement; the register of earlier months. */
export type Wider = Readonly<{ anyone?: boolean; agreement?: string | undefined; earlier?: boolean }>

/** The agreements of one currency: two are never summed. */
export type Book = Readonly<{ currency: string; records: readonly OverviewRecord[]; register: Register }>

/** What is on record of a guarantor, at the end of a month, as known then. */
export type Held = Readonly<{
  now: Instant
  asOf: Month | undefined
  /** Months that are final anywhere, the latest first. */
  months: readonly Month[]
  knownOn: Instant | undefined
  guarantor: Party | undefined
  guarantors: readonly Party[]
  document: Readonly<{ record: PortfolioRecord; portfolio: Portfolio }> | undefined
  books: readonly Book[]
  /** Drafts that wait for the guarantor, now. */
  awaiting: readonly LatestDraft[]
  /** Agreements that are in talks then, and not among the books. */
  inTalks: readonly Schedule[]
}>

export type MovedLinesQuestion = PortfolioQuestion &
  Readonly<{
    of: 'paid' | 'share' | 'clause'
    agreement?: string | undefined
    clause?: string | undefined
    /** Of agreements in it alone; undefined: in any. */
    currency?: string | undefined
    from?: Month | undefined
    through?: Month | undefined
    after?: LineCursor | undefined
    limit: number
  }>
export type MovedLines = Awaited<ReturnType<typeof findMovedLines>> &
  Readonly<{ currencies: readonly string[]; guarantor: string | undefined }>

export type PortfolioSource = Readonly<{
  held: (question: PortfolioQuestion, wider?: Wider) => Promise<Held>
  lines: (question: MovedLinesQuestion) => Promise<MovedLines>
}>

/** The last instant of a date, as the tables have recorded time. */
const endOf = (date: LocalDate): Instant => startOfDate(addDays(date, 1), 'UTC') - 1

const guarantorsOf = (schedules: readonly Schedule[]): Party[] =>
  [...new Map(schedules.map(({ guarantor }) => [guarantor.id as string, guarantor])).values()].toSorted((a, b) => (a.id < b.id ? -1 : 1))

const documentOf = async (tx: Work, guarantor: Party | undefined, known: string | undefined): Promise<Held['document']> => {
  if (guarantor === undefined) return undefined
  const record = await findPortfolio(tx, { guarantor: guarantor.id, known })
  if (record === undefined) return undefined
  const parsed = parsePortfolio(record.document)
  if ('problems' in parsed)
    throw new Error(`the portfolio ${record.portfolio}, as it is on record, is none: ${parsed.problems[0]?.message}`)
  return { record, portfolio: parsed.portfolio }
}

const booksOf = (records: readonly OverviewRecord[], asOf: Month, guarantor: Party | undefined): Book[] =>
  [...Map.groupBy(records, ({ schedule }) => schedule.currency)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, of]) => ({
      currency,
      records: of,
      register: makeRegister({ records: of, asOf, reporting: { currency, rates: new Map() }, guarantor: guarantor?.id }),
    }))

const draw = async (tx: Work, { on, known, guarantor: wanted }: PortfolioQuestion, now: Instant, wider: Wider): Promise<Held> => {
  const { anyone = false, agreement: only, earlier = false } = wider
  const knownOn = known === undefined ? undefined : endOf(known)
  const recorded = knownOn === undefined ? undefined : formatInstant(knownOn)
  const all = await findSchedules(tx, recorded)
  const guarantors = guarantorsOf(all)
  const guarantor = guarantors.find(({ id }) => wanted === undefined || id === wanted)
  const whose = anyone && wanted === undefined ? undefined : guarantor
  const own = all
    .filter((schedule) => (anyone && wanted === undefined) || schedule.guarantor.id === whose?.id)
    .filter(({ agreement }) => only === undefined || agreement === only)
  const document = await documentOf(tx, guarantor, recorded)
  const names = own.map(({ agreement }) => agreement as string)
  const months = await findFinalMonthsOf(tx, names, recorded)
  // Where nothing is final yet, what is signed already stands: at the end of the month before this one.
  const asOf = on ?? months[0] ?? (own.length === 0 ? undefined : nextMonth(monthOf(now, 'UTC'), -1))
  const talked = asOf === undefined || document === undefined ? new Set() : inTalksOn(document.portfolio, lastDateOf(asOf))
  const counted = own.filter(({ agreement }) => !talked.has(agreement))
  const statements = await findStoodStatements(tx, {
    agreements: counted.map(({ agreement }) => agreement),
    through: asOf,
    known: recorded,
    closings: earlier,
  })
  const records = counted.map((schedule): OverviewRecord => ({ schedule, statements: statements.get(schedule.agreement) ?? [] }))
  return {
    now,
    asOf,
    months,
    knownOn,
    guarantor,
    guarantors,
    document,
    books: asOf === undefined ? [] : booksOf(records, asOf, whose),
    awaiting: knownOn === undefined ? (await findLatestDrafts(tx, names)).filter(({ stage }) => stage === 'approved-by-operator') : [],
    inTalks: own.filter(({ agreement }) => talked.has(agreement)),
  }
}

const linesOf = async (tx: Work, question: MovedLinesQuestion, now: Instant): Promise<MovedLines> => {
  const { of, agreement, clause, currency, from, through, after, limit } = question
  const { books, asOf, guarantor, knownOn } = await draw(tx, question, now, { anyone: of === 'clause', agreement })
  const rows = books
    .flatMap(({ register }) => register.rows)
    .filter((row) => (of === 'paid' ? isGiven(row) : of === 'share' ? isShareIncome(row) : row.clause === clause))
    .filter((row) => agreement === undefined || row.agreement === agreement)
    .filter((row) => currency === undefined || row.currency === currency)
  const names = [...new Set(rows.map((row) => row.agreement))]
  const last = [through, asOf].filter((month) => month !== undefined).toSorted()[0]
  const found = await findMovedLines(tx, {
    agreements: names,
    through: last,
    known: knownOn === undefined ? undefined : formatInstant(knownOn),
    from,
    instruments: rows.map(({ instrument }) => instrument),
    payer: of === 'paid' ? guarantor?.id : undefined,
    party: of === 'clause' ? undefined : guarantor?.id,
    after,
    limit,
  })
  return { ...found, currencies: [...new Set(rows.map((row) => row.currency))], guarantor: guarantor?.id }
}

/** What is read of portfolios and registers within a reach: from what statements left of themselves, not from their documents. */
export const makePortfolios =
  (store: Store, now: () => Instant) =>
  (reach: Reach): PortfolioSource => ({
    held: (question, wider = {}) => inReach(store, reach, (tx) => draw(tx, question, now(), wider)),
    lines: (question) => inReach(store, reach, (tx) => linesOf(tx, question, now())),
  })
