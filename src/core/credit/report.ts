import type { Json } from '../base/canonical.ts'
import { toDecimal, toFixed, type Rational } from '../base/rational.ts'
import { promisesByYear, type PromisesByYear } from './by-year.ts'
import { concentrationOf, type Concentration } from './concentration.ts'
import { breakDown, type Breakdown, type Grouping } from './exposure.ts'
import { circularFlows, isShareIncome, type CircularFlow } from './flows.ts'
import type { Pack } from './pack.ts'
import { hardwareThrough, type Portfolio } from './portfolio.ts'
import { lastDateOf } from './record.ts'
import type { Register, RegisterRow } from './register.ts'
import { shown } from './reporting.ts'

/** All that a guarantor's controller asks of a register at the end of a month, in the reporting currency. */
export type RegisterReport = Readonly<{
  portfolio: Portfolio
  register: Register
  /** Of what is given. */
  breakdown: Breakdown
  byYear: PromisesByYear
  concentration: Readonly<{ gross: Concentration; shareIncome: Concentration }>
  flows: Readonly<{ flows: readonly CircularFlow[]; total: CircularFlow }>
}>

const isGiven = ({ side }: RegisterRow): boolean => side === 'given'

/** Draws the report of a register; `by` says how what is given is broken down. */
export const drawReport = (register: Register, portfolio: Portfolio, by: Grouping): RegisterReport => {
  const given = register.rows.filter(isGiven)
  return {
    portfolio,
    register,
    breakdown: breakDown(given, by),
    byYear: promisesByYear(given, portfolio.fiscalYear),
    concentration: {
      gross: concentrationOf(given.map(({ counterparty, amounts }) => [counterparty, amounts.gross])),
      shareIncome: concentrationOf(
        register.rows
          .filter(isShareIncome)
          .map(({ counterparty, amounts }) => [counterparty, (amounts.received ?? 0n) - (amounts.paid ?? 0n)]),
      ),
    },
    flows: circularFlows(register.rows, hardwareThrough(portfolio, lastDateOf(register.asOf))),
  }
}

/** Digits of a share or ratio that no decimal can say. */
const ratioDigits = 6
export const ratioText = (ratio: Rational): string => {
  const text = toDecimal(ratio)
  return text.includes('/') || text.length > ratioDigits + 4 ? toFixed(ratio, ratioDigits) : text
}

const moneyOf =
  (currency: string) =>
  (amounts: Readonly<Record<string, bigint | undefined>>): Json =>
    Object.fromEntries(Object.entries(amounts).flatMap(([name, minor]) => (minor === undefined ? [] : [[name, shown(minor, currency)]])))

const rowJson = (row: RegisterRow, currency: string): Json => ({
  instrument: row.instrument,
  kind: row.kind,
  side: row.side,
  counterparty: row.counterparty,
  beneficiary: row.beneficiary,
  lender: row.lender ?? null,
  regions: row.regions.map(({ region, gpus }) => ({ region, gpus })),
  currency: row.currency,
  status: row.status,
  from: row.from,
  through: row.through,
  restsOn: row.restsOn ?? null,
  amounts: moneyOf(currency)(row.amounts),
  promised: row.promised.map(({ minor, ...rest }) => ({ ...rest, amount: shown(minor, currency) })),
})

const concentrationJson = ({ parts, herfindahl }: Concentration, currency: string): Json => ({
  parts: parts.map(({ name, minor, share }) => ({ name, amount: shown(minor, currency), share: ratioText(share) })),
  herfindahl: ratioText(herfindahl),
})

const flowJson = ({ counterparty, netRoundTrip, promisedRoundTrip, ...amounts }: CircularFlow, currency: string): Json => ({
  counterparty,
  ...(moneyOf(currency)(amounts) as Record<string, Json>),
  netRoundTrip: netRoundTrip === undefined ? null : ratioText(netRoundTrip),
  promisedRoundTrip: promisedRoundTrip === undefined ? null : ratioText(promisedRoundTrip),
})

/** The report as data: every amount decimal text at the minor unit of the reporting currency. */
export const reportJson = ({ portfolio, register, breakdown, byYear, concentration, flows }: RegisterReport): Json => {
  const { currency } = register.reporting
  const money = (minor: bigint) => shown(minor, currency)
  const group = ({ name, instruments, amounts }: Breakdown['total']): Json => ({ name, instruments, amounts: moneyOf(currency)(amounts) })
  return {
    offtake: 1,
    portfolio: portfolio.portfolio,
    guarantor: portfolio.guarantor,
    asOf: register.asOf,
    currency,
    rows: register.rows.map((row) => rowJson(row, currency)),
    breakdown: { by: breakdown.by, groups: breakdown.groups.map(group), total: group(breakdown.total) },
    commitmentsByFiscalYear: {
      years: byYear.years.map(({ firm, contingent, ...rest }) => ({ ...rest, firm: money(firm), contingent: money(contingent) })),
      instruments: byYear.instruments.map(({ minor, ...rest }) => ({ ...rest, amounts: minor.map(money) })),
      total: { firm: money(byYear.total.firm), contingent: money(byYear.total.contingent) },
    },
    concentration: {
      gross: concentrationJson(concentration.gross, currency),
      shareIncome: concentrationJson(concentration.shareIncome, currency),
    },
    circularFlows: { flows: flows.flows.map((flow) => flowJson(flow, currency)), total: flowJson(flows.total, currency) },
  }
}

/** A pack as data. */
export const packJson = ({ rows, ...pack }: Pack): Json => ({
  offtake: 1,
  ...pack,
  rows: rows.map(({ minor, ...row }) => ({ ...row, amount: minor === undefined ? null : shown(minor, pack.currency) })),
})
