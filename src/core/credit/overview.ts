import { decimal, fromText, nought, plus, type Rational } from '../base/rational.ts'
import { nextMonth, type LocalDate, type Month } from '../base/time.ts'
import { isShareIncome } from './flows.ts'
import { throughMonth, type AgreementRecord, type RecordedStatement } from './record.ts'
import { sumRows, type Register, type RegisterRow } from './register.ts'
import { reported, sumOf, type Reporting } from './reporting.ts'

/** GPU-seconds of a month, exact: what was accepted, and what of it was sold. */
export type Use = Readonly<{ accepted: Rational; sold: Rational }>
/** A final statement with what was accepted and sold, as far as it says so. */
export type UsedStatement = RecordedStatement & Readonly<{ use?: Use | undefined }>
export type OverviewRecord = AgreementRecord & Readonly<{ statements: readonly UsedStatement[] }>

/** Months that "the last twelve" are. */
export const monthsBehind = 12

/** One agreement, seen from its guarantor. Money in minor units of the reporting currency. */
export type AgreementOverview = Readonly<{
  agreement: string
  title: string
  counterparty: string
  /** Kinds of what is given, in order of gross, the largest first. */
  kinds: readonly string[]
  regions: readonly string[]
  /** Its last local date. */
  until: LocalDate
  status: 'ahead' | 'live' | 'ended'
  /** Paid so far under what is given. */
  paid: bigint
  gross: bigint
  amortised: bigint
  /** Of gross, what escrow and collateral cover: gross = covered + net. */
  covered: bigint
  net: bigint
  called: bigint
  recovered: bigint
  /** Share of revenue received so far. */
  share: bigint
  paidBehind: bigint
  shareBehind: bigint
  /** Of the last twelve months; undefined where nothing was accepted. */
  useBehind: Use | undefined
  /** The latest month that is final. */
  lastMonth: Month | undefined
}>

/** What moved in a month, by the lines of its statement. */
export type MonthMoved = Readonly<{ month: Month; agreement: string; paid: bigint; share: bigint }>

/** Sums that a row of agreements and their total have. */
export const overviewSums = [
  'paid',
  'gross',
  'amortised',
  'covered',
  'net',
  'called',
  'recovered',
  'share',
  'paidBehind',
  'shareBehind',
] as const
export type OverviewSums = Readonly<Record<(typeof overviewSums)[number], bigint>>

export type Overview = Readonly<{
  rows: readonly AgreementOverview[]
  total: OverviewSums
  /** In order of time, then of agreement; only months with a final statement. */
  moved: readonly MonthMoved[]
}>

export const isGiven = ({ side }: RegisterRow): boolean => side === 'given'

/** Of a register's rows: the clauses whose payments are calls, and those whose payments are share income. */
export const clausesOf = (rows: readonly RegisterRow[]): Readonly<{ given: ReadonlySet<string>; share: ReadonlySet<string> }> => ({
  given: new Set(rows.filter(isGiven).map(({ clause }) => clause)),
  share: new Set(rows.filter(isShareIncome).map(({ clause }) => clause)),
})

type Work = Readonly<{ guarantor: string; currency: string; reporting: Reporting; rows: readonly RegisterRow[] }>

const movedIn = (
  { guarantor, currency, reporting, rows }: Work,
  { lines }: RecordedStatement,
): Readonly<{ paid: bigint; share: bigint }> => {
  const { given, share } = clausesOf(rows)
  const sum = (clauses: ReadonlySet<string>, end: 'payer' | 'payee'): Rational =>
    lines
      .filter((line) => clauses.has(line.clause) && line[end] === guarantor)
      .reduce((so, { amount }) => plus(so, decimal(amount)), nought)
  const minor = (amount: Rational) => reported(reporting, amount, currency)
  return { paid: minor(sum(given, 'payer')), share: minor(sum(share, 'payee')) - minor(sum(share, 'payer')) }
}

const useOf = (statements: readonly UsedStatement[]): Use | undefined => {
  const uses = statements.flatMap(({ use }) => (use === undefined ? [] : [use]))
  const sum = (name: keyof Use) => uses.reduce((so, use) => plus(so, use[name]), nought)
  const accepted = sum('accepted')
  return accepted.n === 0n ? undefined : { accepted, sold: sum('sold') }
}

const statusOf = (rows: readonly RegisterRow[]): AgreementOverview['status'] =>
  rows.some(({ status }) => status === 'live') ? 'live' : rows.every(({ status }) => status === 'ended') ? 'ended' : 'ahead'

const kindsOf = (given: readonly RegisterRow[]): string[] => {
  const gross = [...Map.groupBy(given, ({ kind }) => kind)].map(([kind, of]) => [kind, sumRows(of, 'gross')] as const)
  return gross.toSorted(([a, x], [b, y]) => (x > y ? -1 : x < y ? 1 : a < b ? -1 : 1)).map(([kind]) => kind)
}

const overviewOf = (record: OverviewRecord, rows: readonly RegisterRow[], { asOf, reporting, guarantor }: Register) => {
  const { schedule } = record
  const statements: readonly UsedStatement[] = throughMonth(record, asOf).statements
  const work = { guarantor: guarantor ?? schedule.guarantor.id, currency: schedule.currency, reporting, rows }
  const moved = statements.map((each): MonthMoved => ({
    month: each.month,
    agreement: schedule.agreement,
    ...movedIn(work, each),
  }))
  const first = nextMonth(asOf, 1 - monthsBehind)
  const behind = moved.filter(({ month }) => month >= first)
  const given = rows.filter(isGiven)
  const [gross, net] = [sumRows(given, 'gross'), sumRows(given, 'net')]
  const row: AgreementOverview = {
    agreement: schedule.agreement,
    title: schedule.title,
    counterparty: schedule.operator.id,
    kinds: kindsOf(given),
    regions: [...new Set(rows.flatMap(({ regions }) => regions.map(({ region }) => region)))].toSorted(),
    until:
      rows
        .map(({ through }) => through)
        .toSorted()
        .at(-1) ?? asOf,
    status: statusOf(rows),
    paid: sumOf(moved.map(({ paid }) => paid)),
    gross,
    amortised: sumRows(given, 'amortised'),
    covered: gross - net,
    net,
    called: sumRows(given, 'called'),
    recovered: sumRows(given, 'recovered'),
    share: sumOf(moved.map(({ share }) => share)),
    paidBehind: sumOf(behind.map(({ paid }) => paid)),
    shareBehind: sumOf(behind.map(({ share }) => share)),
    useBehind: useOf(statements.filter(({ month }) => month >= first)),
    lastMonth: statements.at(-1)?.month,
  }
  return { row, moved }
}

/**
 * A guarantor's agreements side by side at the end of a month, largest gross first: what the register says of each, and what its statements moved,
 * month by month. All are in the register's one currency. What is paid and received follows the lines, so months add up to the whole.
 */
export const overview = (register: Register, records: readonly OverviewRecord[]): Overview => {
  const all = records.flatMap((record) => {
    const rows = register.rows.filter(({ agreement }) => agreement === record.schedule.agreement)
    return rows.length === 0 ? [] : [overviewOf(record, rows, register)]
  })
  const rows = all
    .map(({ row }) => row)
    .toSorted((a, b) => (a.gross > b.gross ? -1 : a.gross < b.gross ? 1 : a.agreement < b.agreement ? -1 : 1))
  return {
    rows,
    total: totalOf(rows),
    moved: all.flatMap(({ moved }) => moved).toSorted((a, b) => (a.month + a.agreement < b.month + b.agreement ? -1 : 1)),
  }
}

export const totalOf = (rows: readonly OverviewSums[]): OverviewSums =>
  Object.fromEntries(overviewSums.map((name) => [name, sumOf(rows.map((row) => row[name]))])) as OverviewSums

/** GPU-seconds as a statement writes them. */
export const useFrom = (accepted: string, sold: string): Use => ({ accepted: fromText(accepted), sold: fromText(sold) })
