import { addDays, dateOf, startOfDate, type LocalDate, type Month } from '../base/time.ts'
import { decimal, fromText, nought, plus, total, type Rational } from '../base/rational.ts'
import type { Commitment } from '../settlement/clause-kind.ts'
import { kindNamed } from '../settlement/kinds.ts'
import type { Measured } from '../settlement/line.ts'
import type { ResolvedClause, Schedule } from '../terms/schedule.ts'
import { lastDateOf, throughMonth, type AgreementRecord, type RecordedPosition, type RecordedStatement } from './record.ts'
import { reported, sumOf, type Reporting } from './reporting.ts'

/** Measures of money that a register row shows, as the kinds of clauses state them. */
export const measured = [
  'gross',
  'amortised',
  'escrow',
  'collateral',
  'net',
  'called',
  'recovered',
  'fee-accrued',
  'cap-left',
  'intrinsic',
  'cost',
  'mark',
  'balance',
  'prepaid',
] as const satisfies readonly Measured[]
/** What the register adds: promised from now on, and paid and received so far by the statements' lines. */
export const reckoned = ['firm', 'contingent', 'paid', 'received'] as const
export type Amount = (typeof measured)[number] | (typeof reckoned)[number]
export const amounts: readonly Amount[] = [...measured, ...reckoned]

/** Sums that only grow: they stay when an instrument has ended, and all else is nothing then. */
const lasting: readonly Amount[] = ['called', 'recovered', 'fee-accrued', 'paid', 'received', 'cost']

/** A part of a promise: over local dates, in minor units of the reporting currency. */
export type Promised = Readonly<{ from: LocalDate; through: LocalDate; nature: 'firm' | 'contingent'; minor: bigint }>

/** One clause, seen from the guarantor: it stands for it (`given`), or others owe it (`held`). */
export type RegisterRow = Readonly<{
  /** `agreement/clause`. */
  instrument: string
  agreement: string
  clause: string
  kind: string
  side: 'given' | 'held'
  /** Whose credit it is about: the operator of the agreement. */
  counterparty: string
  /** Who would be paid; of a clause that is held, the guarantor. */
  beneficiary: string
  /** Of the blocks that the clause covers, else of all blocks of the agreement: their contract GPUs, for weights. None where there are no blocks. */
  regions: readonly Readonly<{ region: string; gpus: number }>[]
  /** The lender that it protects. */
  lender: string | undefined
  /** Of the agreement; amounts are in the reporting currency. */
  currency: string
  /** `ahead`: its first day is still to come. */
  status: 'ahead' | 'live' | 'ended'
  from: LocalDate
  through: LocalDate
  /** The statement its positions are of; undefined before there is one. */
  restsOn: Readonly<{ statement: string; month: Month }> | undefined
  /** Minor units of the reporting currency. An amount that its kind does not state is absent; `gross` and `net` are always there. */
  amounts: Readonly<Partial<Record<Amount, bigint>>> & Readonly<{ gross: bigint; net: bigint }>
  /** From the day after the month, in order of time. */
  promised: readonly Promised[]
  /** All that the statement says of it, exact and in the agreement's currency. */
  positions: readonly RecordedPosition[]
}>

/** Everything a guarantor stands for and is owed, at the end of a month. */
export type Register = Readonly<{ guarantor: string | undefined; asOf: Month; reporting: Reporting; rows: readonly RegisterRow[] }>

export type RegisterInput = Readonly<{
  records: readonly AgreementRecord[]
  asOf: Month
  reporting: Reporting
  /** Whose register; by default each agreement's own guarantor. */
  guarantor?: string | undefined
}>

/**
 * What a measure amounts to. Where a clause states it both for the whole and for its parts (leases, tranches, draws), the whole counts; else
 * the parts add up. Undefined where it states none in money.
 */
export const measureOf = (positions: readonly RecordedPosition[], measure: Measured): Rational | undefined => {
  const all = positions.filter((each) => each.measure === measure && each.unit === 'major')
  if (all.length === 0) return undefined
  const whole = all.filter(({ of }) => of === null)
  return total((whole.length > 0 ? whole : all).map(({ value }) => fromText(value)))
}

type Work = Readonly<{ schedule: Schedule; statements: readonly RecordedStatement[]; asOf: Month; reporting: Reporting; guarantor: string }>
/** All slices of a clause, first to last. */
type Slices = readonly [ResolvedClause, ...ResolvedClause[]]

const regionsOf = ({ blocks }: Schedule, slices: Slices): RegisterRow['regions'] => {
  const covered = new Set(slices.flatMap(({ covers }) => covers.map(({ block }) => block)))
  const counted = covered.size === 0 ? blocks : blocks.filter(({ id }) => covered.has(id))
  const byRegion = Map.groupBy(counted, ({ region }) => region)
  return [...byRegion]
    .map(([region, of]) => ({ region, gpus: of.flatMap(({ tranches }) => tranches).reduce((sum, { gpus }) => sum + gpus, 0) }))
    .toSorted((a, b) => (a.region < b.region ? -1 : 1))
}

type Sided = Readonly<{ side: RegisterRow['side']; promised: Promised }>

/** What the guarantor has promised from now on, and what was promised to it. */
const promisesOf = ({ schedule, statements, asOf, reporting, guarantor }: Work, slices: Slices): Sided[] => {
  const from = addDays(lastDateOf(asOf), 1)
  const at = startOfDate(from, schedule.zone)
  const state = statements.at(-1)?.closing[slices[0].id] ?? {}
  return slices
    .filter(({ to }) => to > at)
    .flatMap((slice): readonly Commitment[] => kindNamed(slice.kind).commitments?.(slice, { schedule, from, state }) ?? [])
    .filter(({ payer, payee }) => payer === guarantor || payee === guarantor)
    .map(({ payer, from: first, through, nature, amount }) => ({
      side: payer === guarantor ? ('given' as const) : ('held' as const),
      promised: { from: first, through, nature, minor: reported(reporting, amount, schedule.currency) },
    }))
    .toSorted(({ promised: a }, { promised: b }) => (a.from < b.from ? -1 : a.from > b.from ? 1 : a.through < b.through ? -1 : 1))
}

/**
 * Given is what the guarantor states a position of or still promises. What only others owe it is held, whoever pays for it: a stake, a
 * prepayment once it is paid. Where nothing is stated, who pays decides.
 */
const sideOf = (
  guarantor: string,
  payer: string,
  positions: readonly RecordedPosition[],
  promises: readonly Sided[],
): RegisterRow['side'] => {
  if (positions.some(({ by }) => by === guarantor) || promises.some(({ side }) => side === 'given')) return 'given'
  if (positions.some(({ to }) => to === guarantor)) return 'held'
  return payer === guarantor ? 'given' : 'held'
}

/** Where a clause stands by a statement: of parts of one month, each with its end, the last counts. */
const standingOf = (statement: RecordedStatement | undefined, clause: string): RecordedPosition[] => [
  ...new Map(
    (statement?.positions ?? []).filter((each) => each.clause === clause).map((each) => [`${each.measure}/${each.of ?? ''}`, each]),
  ).values(),
]

/** What the guarantor has paid, or been paid, under a clause so far. */
const moved = ({ schedule, statements, reporting, guarantor }: Work, clause: string, end: 'payer' | 'payee'): bigint | undefined => {
  const lines = statements.flatMap((statement) => statement.lines).filter((line) => line.clause === clause && line[end] === guarantor)
  if (lines.length === 0) return undefined
  return reported(reporting, total(lines.map(({ amount }) => decimal(amount))), schedule.currency)
}

/** The latest statement that says where the clause stands: one of quarters or years says so only when its period ends. */
const latestOf = ({ statements }: Work, clause: string) =>
  statements.findLast(({ positions }) => positions?.some((position) => position.clause === clause) === true)

const statusOf = ({ schedule: { zone }, asOf }: Work, slices: Slices): RegisterRow['status'] => {
  const end = startOfDate(addDays(lastDateOf(asOf), 1), zone)
  if (slices[0].from >= end) return 'ahead'
  return slices.at(-1)!.to <= end ? 'ended' : 'live'
}

/** Gross is what the kind states, else all that is promised; net is what it states, else gross less escrow and collateral, never below nothing. */
const exposureOf = (stated: Partial<Record<Amount, bigint>>, instrument: string): { gross: bigint; net: bigint } => {
  const gross = stated.gross ?? (stated.firm ?? 0n) + (stated.contingent ?? 0n)
  const left = gross - (stated.escrow ?? 0n) - (stated.collateral ?? 0n)
  const net = stated.net ?? (left > 0n ? left : 0n)
  if (net > gross) throw new RangeError(`${instrument} states a net of ${net} above its gross of ${gross}`)
  return { gross, net }
}

const rowOf = (work: Work, slices: Slices): RegisterRow => {
  const { schedule, reporting, guarantor } = work
  const [first] = slices
  const latest = latestOf(work, first.id)
  const positions = standingOf(latest, first.id)
  const promises = promisesOf(work, slices)
  const side = sideOf(guarantor, first.payer, positions, promises)
  const status = statusOf(work, slices)
  const promised = promises.filter((each) => each.side === side).map((each) => each.promised)
  const sums: [Amount, bigint | undefined][] = [
    ...measured.map((measure): [Amount, bigint | undefined] => {
      const value = measureOf(positions, measure)
      return [measure, value === undefined ? undefined : reported(reporting, value, schedule.currency)]
    }),
    ...(['firm', 'contingent'] as const).map((nature): [Amount, bigint | undefined] => {
      const of = promised.filter((each) => each.nature === nature)
      return [nature, of.length === 0 ? undefined : sumOf(of.map(({ minor }) => minor))]
    }),
    ['paid', moved(work, first.id, 'payer')],
    ['received', moved(work, first.id, 'payee')],
  ]
  const kept = sums.filter(([name, value]) => value !== undefined && (status !== 'ended' || lasting.includes(name)))
  const stated: Partial<Record<Amount, bigint>> = Object.fromEntries(kept)
  const instrument = `${schedule.agreement}/${first.id}`
  const beneficiary = side === 'held' ? guarantor : first.payee
  return {
    instrument,
    agreement: schedule.agreement,
    clause: first.id,
    kind: first.kind,
    side,
    counterparty: schedule.operator.id,
    beneficiary,
    regions: regionsOf(schedule, slices),
    lender: schedule.parties.find(({ id, role }) => id === beneficiary && role === 'lender')?.id,
    currency: schedule.currency,
    status,
    from: dateOf(first.from, schedule.zone),
    through: dateOf(slices.at(-1)!.to - 1, schedule.zone),
    restsOn: latest === undefined ? undefined : { statement: latest.id, month: latest.month },
    amounts: { ...stated, ...(side === 'given' ? exposureOf(stated, instrument) : { gross: 0n, net: 0n }) },
    promised,
    positions,
  }
}

const rowsOf = (record: AgreementRecord, { asOf, reporting, guarantor }: RegisterInput): RegisterRow[] => {
  const { schedule, statements } = throughMonth(record, asOf)
  const work = { schedule, statements, asOf, reporting, guarantor: guarantor ?? schedule.guarantor.id }
  return [...Map.groupBy(schedule.clauses, ({ id }) => id).values()].flatMap((all): RegisterRow[] => {
    const slices = all.toSorted((a, b) => a.from - b.from) as unknown as Slices
    const [{ payer, payee }] = slices
    if (payer !== work.guarantor && payee !== work.guarantor) return []
    return [rowOf(work, slices)]
  })
}

/**
 * The register of credit support at the end of a month: one row for each clause in which the guarantor stands, from what was signed and what
 * is final. It knows no kind of clause: it reads the positions of the latest statement, the commitments of the kind, and the lines. Neither the
 * order of agreements nor that of their statements matters. Throws `RangeError` for a currency without a rate.
 */
export const makeRegister = (input: RegisterInput): Register => ({
  guarantor: input.guarantor,
  asOf: input.asOf,
  reporting: input.reporting,
  rows: input.records.flatMap((record) => rowsOf(record, input)).toSorted((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1)),
})

const orderOf = ({ agreement, side, clause }: RegisterRow): string => `${agreement}/${side}/${clause}`

/** One amount over rows, in minor units of the reporting currency. */
export const sumRows = (rows: readonly RegisterRow[], amount: Amount): bigint => sumOf(rows.map((row) => row.amounts[amount] ?? 0n))

/** What the statement says of a row that is no money: vested shares, ratios. Exact; undefined where it says nothing. */
export const countOf = ({ positions }: Pick<RegisterRow, 'positions'>, measure: Measured): Rational | undefined => {
  const all = positions.filter((each) => each.measure === measure && each.unit !== 'major')
  const whole = all.filter(({ of }) => of === null)
  const counted = whole.length > 0 ? whole : all
  return counted.length === 0 ? undefined : counted.reduce((sum, { value }) => plus(sum, fromText(value)), nought)
}
