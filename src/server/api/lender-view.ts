import { dateOf, formatInstant, nextMonth, type Month } from '../../core/base/time.ts'
import { toFixed, toText, type Rational } from '../../core/base/rational.ts'
import { minorDigits } from '../../core/base/currency.ts'
import { cashHeadroom, covenantsIn, coverThroughTime, headroomOf, type Cover } from '../../core/credit/cover.ts'
import type { AgreementRecord } from '../../core/credit/record.ts'
import type { ResolvedClause } from '../../core/terms/schedule.ts'
import type { Held } from '../app/portfolio.ts'
import type { FacilitiesWire, FacilityPageWire, FacilityWire } from '../../wire/lender.ts'
import { assumptionOf, partyWire } from './portfolio-view.ts'

/** A clause whose statements state ratios. This is the only kind that does. */
const facilityKind = 'debt-facility'

type Facility = Readonly<{ record: AgreementRecord; clause: string; slices: readonly ResolvedClause[] }>

const facilitiesIn = ({ books }: Held): Facility[] =>
  books.flatMap(({ records }) =>
    records.flatMap((record) =>
      [...Map.groupBy(record.schedule.clauses, ({ id }) => id as string)]
        .filter(([, slices]) => slices[0]!.kind === facilityKind)
        .map(([clause, slices]) => ({ record, clause, slices })),
    ),
  )

const testedOf = ({ record, clause }: Facility) => {
  const cover = coverThroughTime(record).filter((row) => row.clause === clause)
  const covenants = covenantsIn(record.schedule).filter((each) => each.clause === clause)
  return { cover, covenants, tests: headroomOf(cover, covenants) }
}

const facilityWire = (facility: Facility): FacilityWire => {
  const { record, clause, slices } = facility
  const { schedule } = record
  const { tests, cover } = testedOf(facility)
  const last = cover.at(-1)?.month
  const [{ payer, payee }] = slices as [ResolvedClause]
  const named = (id: string) => partyWire(schedule.parties.find((party) => party.id === id)!)
  const lender = schedule.parties.find(({ id, role }) => role === 'lender' && (id === payee || id === payer))?.id ?? payee
  return {
    agreement: schedule.agreement,
    clause,
    title: schedule.title,
    borrower: named(lender === payee ? payer : payee),
    lender: named(lender),
    currency: schedule.currency,
    from: dateOf(Math.min(...slices.map(({ from }) => from)), schedule.zone),
    through: dateOf(Math.max(...slices.map(({ to }) => to)) - 1, schedule.zone),
    lastTest: last ?? null,
    met: last === undefined ? null : tests.filter(({ month }) => month === last).every(({ met }) => met),
  }
}

export const toFacilities = (held: Held): FacilitiesWire => ({
  now: formatInstant(held.now),
  facilities: facilitiesIn(held).map(facilityWire),
})

const exact = (value: Rational | undefined): string | null => (value === undefined ? null : toText(value))

/** Tests come in even steps: the next is as far from the last as that was from the one before, while the facility runs. */
const nextTestOf = (cover: readonly Cover[], through: string): Month | null => {
  const months = [...new Set(cover.map(({ month }) => month))]
  const [before, last] = months.slice(-2)
  if (before === undefined || last === undefined) return null
  const between = (a: Month, b: Month) => (Number(b.slice(0, 4)) - Number(a.slice(0, 4))) * 12 + Number(b.slice(5)) - Number(a.slice(5))
  const next = nextMonth(last, between(before, last))
  return next <= through.slice(0, 7) ? next : null
}

/** A facility with every test that statements state; undefined where there is none of that name. */
export const toFacility = (held: Held, name: string): FacilityPageWire | undefined => {
  const found = facilitiesIn(held).find(({ record, clause }) => `${record.schedule.agreement}/${clause}` === name)
  if (found === undefined) return undefined
  const { schedule } = found.record
  const { cover, covenants, tests } = testedOf(found)
  const money = (value: Rational | undefined) => (value === undefined ? null : toFixed(value, minorDigits(schedule.currency) ?? 2))
  const facility = facilityWire(found)
  return {
    now: formatInstant(held.now),
    asOf: held.asOf ?? null,
    facility,
    covenants: covenants.map(({ ratio, level, least }) => ({ ratio, level, required: toText(least) })),
    cover: cover.map(({ month, of, statement, ...row }) => ({
      month,
      of,
      statement,
      dscr: exact(row.dscr),
      llcr: exact(row.llcr),
      plcr: exact(row.plcr),
      cfads: money(row.cfads),
      debtService: money(row.debtService),
      balance: money(row.balance),
      reserve: money(row.reserve),
    })),
    tests: tests.map((test) => ({
      month: test.month,
      of: test.of,
      ratio: test.ratio,
      level: test.level,
      required: toText(test.least),
      actual: toText(test.value),
      headroom: toText(test.headroom),
      cashHeadroom: money(cashHeadroom(test, cover)),
      met: test.met,
    })),
    nextTest: nextTestOf(cover, facility.through),
    assumed: assumptionOf(schedule) ?? null,
  }
}
