import { isMonth, type Month } from '../../core/base/time.ts'
import type { PackInput } from '../../core/credit/pack.ts'
import { inTalksOn, reportingOf, type Portfolio } from '../../core/credit/portfolio.ts'
import { lastDateOf, type AgreementRecord } from '../../core/credit/record.ts'
import { makeRegister, type Register } from '../../core/credit/register.ts'
import { listAgreements } from '../store/agreements.ts'
import { asSystem, type Queries, type Store } from '../store/database.ts'
import { findRecordedStatements } from '../store/recorded-statements.ts'
import { findSchedule } from './find-schedule.ts'

export type RegisterRequest = Readonly<{
  /** Without one: all agreements on record, of one guarantor and in one currency, by calendar years. */
  portfolio: Portfolio | undefined
  /** The month at whose end; without one, the last that is final anywhere. */
  asOf: Month | undefined
}>

export type RegisterAnswer =
  | Readonly<{ kind: 'drawn'; input: PackInput; register: Register }>
  | Readonly<{ kind: 'refused'; messages: readonly string[] }>

const refused = (...messages: string[]): RegisterAnswer => ({ kind: 'refused', messages })

/** A guarantor's register at the end of a month, from all that is signed and final. Reads as the settling side, and writes nothing. */
export const drawRegister = async (store: Store, { portfolio, asOf }: RegisterRequest): Promise<RegisterAnswer> => {
  if (asOf !== undefined && !isMonth(asOf)) return refused(`--as-of is a month such as 2026-10, not ${asOf}`)
  const { known, records } = await asSystem(store.database, async (tx) => {
    const all = (await listAgreements(tx)).map(({ agreement }) => agreement)
    return { known: all, records: await loadRecords(tx, portfolio?.agreements ?? all, asOf) }
  })
  const missing = (portfolio?.agreements ?? []).filter((agreement) => !known.includes(agreement))
  if (missing.length > 0)
    return refused(...missing.map((agreement) => `no agreement ${agreement} is loaded; there is ${known.join(', ') || 'none'}`))
  if (records.length === 0) return refused('no agreement is loaded; offtake load FILE loads one')
  const whole = portfolio ?? usualPortfolio(records)
  if (typeof whole === 'string') return refused(whole)
  const problems = contradictions(whole, records)
  if (problems.length > 0) return refused(...problems)
  const month = asOf ?? lastFinal(records)
  if (month === undefined) return refused('no month of any agreement is final; --as-of YYYY-MM says as of when')
  const talked = inTalksOn(whole, lastDateOf(month))
  const input = { records: records.filter(({ schedule }) => !talked.has(schedule.agreement)), asOf: month, portfolio: whole }
  return { kind: 'drawn', input, register: makeRegister({ ...input, reporting: reportingOf(whole), guarantor: whole.guarantor }) }
}

const loadRecords = async (queries: Queries, agreements: readonly string[], through: Month | undefined): Promise<AgreementRecord[]> => {
  const records: AgreementRecord[] = []
  for (const agreement of agreements) {
    const schedule = await findSchedule(queries, agreement)
    if (schedule !== undefined) records.push({ schedule, statements: await findRecordedStatements(queries, agreement, through) })
  }
  return records
}

const lastFinal = (records: readonly AgreementRecord[]): Month | undefined =>
  records
    .flatMap(({ statements }) => statements.map(({ month }) => month))
    .toSorted()
    .at(-1)

/** All agreements on record as a portfolio, or why they make none. */
const usualPortfolio = (records: readonly AgreementRecord[]): Portfolio | string => {
  const [guarantors, currencies] = [
    [...new Set(records.map(({ schedule }) => schedule.guarantor.id))],
    [...new Set(records.map(({ schedule }) => schedule.currency))],
  ]
  if (guarantors.length > 1)
    return `the agreements on record have the guarantors ${guarantors.join(', ')}: --portfolio says whose register it is`
  if (currencies.length > 1)
    return `the agreements on record settle in ${currencies.join(', ')}: --portfolio says the reporting currency and rates`
  return {
    offtake: 1,
    portfolio: 'all',
    title: 'All agreements on record',
    guarantor: guarantors[0]!,
    fiscalYear: 'calendar',
    currency: currencies[0]!,
    rates: [],
    agreements: records.map(({ schedule }) => schedule.agreement),
    inTalks: [],
    counterparties: [],
    hardware: [],
    valuations: [],
    sources: [],
  }
}

/** What a portfolio says that its agreements do not bear out. */
const contradictions = ({ guarantor, currency, rates, valuations }: Portfolio, records: readonly AgreementRecord[]): string[] => [
  ...records
    .filter(({ schedule }) => schedule.guarantor.id !== guarantor)
    .map(({ schedule }) => `the guarantor of ${schedule.agreement} is ${schedule.guarantor.id}, and not ${guarantor}`),
  ...records
    .filter(({ schedule }) => schedule.currency !== currency && rates.every((rate) => rate.currency !== schedule.currency))
    .map(({ schedule }) => `${schedule.agreement} settles in ${schedule.currency}: \`rates\` has none from it to ${currency}`),
  ...valuations
    .filter(({ agreement, clause }) => {
      const found = records.find(({ schedule }) => schedule.agreement === agreement)
      return found !== undefined && found.schedule.clauses.every(({ id }) => id !== clause)
    })
    .map(({ agreement, clause }) => `${agreement} has no clause ${clause}, which \`valuations\` names`),
]
