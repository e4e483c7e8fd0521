import { compare, decimal, fromText, minus, nought, over, plus, times, type Rational } from '../base/rational.ts'
import type { Month } from '../base/time.ts'
import type { AgreementRecord, RecordedPosition, RecordedStatement } from './record.ts'

export const ratios = ['dscr', 'llcr', 'plcr'] as const
export type Ratio = (typeof ratios)[number]
/** Where a facility stands at the end of a month. Money in major units of its currency; what the statement does not say is absent. */
export type Cover = Readonly<{ month: Month; clause: string; of: string | null; statement: string }> &
  Readonly<Partial<Record<Ratio | 'cfads' | 'debtService' | 'balance' | 'reserve', Rational>>>

const named = {
  dscr: 'dscr',
  llcr: 'llcr',
  plcr: 'plcr',
  cfads: 'cfads',
  'debt-service': 'debtService',
  balance: 'balance',
  reserve: 'reserve',
} as const

const isNamed = (position: RecordedPosition): position is RecordedPosition & { measure: keyof typeof named } => position.measure in named

/** DSCR, LLCR and PLCR through time, with what they are made of: one row for each facility or part of one, month after month. */
export const coverThroughTime = ({ statements }: AgreementRecord): Cover[] =>
  statements
    .toSorted((a, b) => (a.month < b.month ? -1 : 1))
    .flatMap(({ id, month, positions }) => {
      const told = (positions ?? []).filter(isNamed)
      const clauses = new Set(told.filter(({ measure }) => (ratios as readonly string[]).includes(measure)).map(({ clause }) => clause))
      const groups = Map.groupBy(
        told.filter(({ clause }) => clauses.has(clause)),
        ({ clause, of }) => `${clause}/${of ?? ''}`,
      )
      const tested = [...groups.values()].filter((group) => group.some(({ measure }) => (ratios as readonly string[]).includes(measure)))
      return tested.map((group): Cover => ({
        month,
        clause: group[0]!.clause,
        of: group[0]!.of,
        statement: id,
        ...Object.fromEntries(group.map(({ measure, value }) => [named[measure], fromText(value)])),
      }))
    })

/** What a ratio must not fall below: at `lock-up` nothing is distributed any more, at `default` the lender may act. */
export type Covenant = Readonly<{ clause: string; ratio: Ratio; level: 'lock-up' | 'default'; least: Rational }>
export type Headroom = Covenant &
  Readonly<{
    month: Month
    of: string | null
    value: Rational
    /** value − least: negative where the covenant is broken. */
    headroom: Rational
    /** Part of the cash flow that could be lost before the level is reached: 1 − least ÷ value. Undefined where the value is not above zero. */
    cushion: Rational | undefined
    met: boolean
  }>

/** The levels that facilities of an agreement are tested at, as their clauses resolve them; none where no clause has such. */
export const covenantsIn = ({ clauses }: AgreementRecord['schedule']): Covenant[] => {
  type Levels = readonly Readonly<{ ratio: Ratio; level: Rational }>[]
  const latest = new Map(clauses.map((clause) => [String(clause.id), clause as Readonly<{ lockUp?: Levels; defaultTest?: Levels }>]))
  return [...latest].flatMap(([clause, { lockUp = [], defaultTest = [] }]) => [
    ...lockUp.map(({ ratio, level }): Covenant => ({ clause, ratio, level: 'lock-up', least: level })),
    ...defaultTest.map(({ ratio, level }): Covenant => ({ clause, ratio, level: 'default', least: level })),
  ])
}

/** How far each ratio is from each level. A ratio that a month does not state is not tested in it. */
export const headroomOf = (cover: readonly Cover[], covenants: readonly Covenant[]): Headroom[] =>
  cover.flatMap((row) =>
    covenants.flatMap((covenant): Headroom[] => {
      const value = row[covenant.ratio]
      if (value === undefined || covenant.clause !== row.clause) return []
      const { month, of } = row
      const headroom = minus(value, covenant.least)
      const cushion = compare(value, nought) > 0 ? over(headroom, value) : undefined
      return [{ ...covenant, month, of, value, headroom, cushion, met: compare(headroom, nought) >= 0 }]
    }),
  )

/**
 * Cash for debt service that could be missing before a level is reached, in major units: CFADS − level × debt service; negative where it is missing. Of a DSCR
 * alone, as the other ratios look ahead; undefined where a statement does not say what it is made of.
 */
export const cashHeadroom = ({ month, of, clause, ratio, least }: Headroom, cover: readonly Cover[]): Rational | undefined => {
  const row = cover.find((each) => each.month === month && each.of === of && each.clause === clause)
  if (ratio !== 'dscr' || row?.cfads === undefined || row.debtService === undefined) return undefined
  return minus(row.cfads, times(least, row.debtService))
}

/** Of each facility, or part of one, the last month in which it was tested; `cover` in order of time. */
export const lastCover = (cover: readonly Cover[]): Cover[] => [
  ...new Map(cover.map((row) => [`${row.clause}/${row.of ?? ''}`, row])).values(),
]

/** Revenue that was earned in a month, in major units: what an agreement's charges say, by product. */
export type Earned = Readonly<{ month: Month; product: 'reserved' | 'on-demand' | 'spot'; amount: Rational }>

/** Where an operator's cash of a month comes from, exact, in major units. `total` is their sum. */
export type CashSplit = Readonly<{
  month: Month
  /** Reservations: paid for whether they are used or not. */
  contracted: Rational
  /** From the guarantor, less what the operator pays it back under the same clauses: backstops, take-or-pay, floors. Never the share. */
  backstopped: Rational
  /** On demand and spot: whoever comes. */
  merchant: Rational
  total: Rational
}>

const paidBetween = (lines: RecordedStatement['lines'], payer: string, payee: string, clauses: ReadonlySet<string>): Rational =>
  lines
    .filter((line) => line.payer === payer && line.payee === payee && clauses.has(line.clause))
    .reduce((sum, { amount }) => plus(sum, decimal(amount)), nought)

/** Contracted, backstopped and merchant cash, month by month: revenue by product, and what the guarantor's clauses pay by the statements' lines. */
export const cashSplit = ({ schedule, statements }: AgreementRecord, earned: readonly Earned[]): CashSplit[] => {
  const { guarantor, operator } = schedule
  // What a guarantee pays goes to a lender or landlord, and its fee is a cost: neither is cash of the operator.
  const isSupport = ({ payer, payee }: (typeof schedule.clauses)[number]) => payer === guarantor.id && payee === operator.id
  const support = new Set<string>(schedule.clauses.filter(isSupport).map(({ id }) => id))
  const months = [...new Set([...statements.map(({ month }) => month), ...earned.map(({ month }) => month)])].toSorted()
  return months.map((month) => {
    const lines = statements.filter((each) => each.month === month).flatMap((each) => each.lines)
    const sold = (products: readonly Earned['product'][]) =>
      earned
        .filter((each) => each.month === month && products.includes(each.product))
        .reduce((sum, { amount }) => plus(sum, amount), nought)
    const contracted = sold(['reserved'])
    const merchant = sold(['on-demand', 'spot'])
    const backstopped = minus(
      paidBetween(lines, guarantor.id, operator.id, support),
      paidBetween(lines, operator.id, guarantor.id, support),
    )
    return { month, contracted, backstopped, merchant, total: plus(plus(contracted, merchant), backstopped) }
  })
}
