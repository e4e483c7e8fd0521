import { formatInstant, nextMonth, type Month } from '../../core/base/time.ts'
import { rational, times, toFixed, toText, type Rational } from '../../core/base/rational.ts'
import { promisesByYear } from '../../core/credit/by-year.ts'
import { concentrationOf, tenthsOf } from '../../core/credit/concentration.ts'
import { breakDown, type Grouping } from '../../core/credit/exposure.ts'
import { fiscalYear, fiscalYearOf, fiscalYearOfMonth, type FiscalCalendar } from '../../core/credit/fiscal.ts'
import { circularFlows, type CircularFlow } from '../../core/credit/flows.ts'
import {
  isGiven,
  monthsBehind,
  overview,
  overviewSums,
  type AgreementOverview,
  type MonthMoved,
  type OverviewSums,
} from '../../core/credit/overview.ts'
import { hardwareThrough } from '../../core/credit/portfolio.ts'
import { lastDateOf } from '../../core/credit/record.ts'
import type { RegisterRow } from '../../core/credit/register.ts'
import { shown, sumOf } from '../../core/credit/reporting.ts'
import { promisesAhead, runOff } from '../../core/credit/run-off.ts'
import type { Party } from '../../core/terms/agreement.ts'
import type { Schedule } from '../../core/terms/schedule.ts'
import type { Book, Held } from '../app/portfolio.ts'
import type { CircularFlowWire, PortfolioBookWire, PortfolioPartWire, PortfolioRowWire, PortfolioWire } from '../../wire/portfolio.ts'

type Money = (minor: bigint) => string
/** What the addresses of reasons carry on from the question: the same date, the same guarantor. */
type Around = Readonly<{ held: Held; money: Money; asOf: Month; calendar: FiscalCalendar; schedules: ReadonlyMap<string, Schedule> }>

export const partyWire = ({ id, name }: Pick<Party, 'id' | 'name'>) => ({ id: id as string, name })

/** What of an agreement's terms was not disclosed, in the words of its sources; undefined where nothing is assumed. */
export const assumptionOf = ({ sources }: Schedule): string | undefined => {
  const assumed = sources.filter(({ status }) => status === 'assumption')
  return (assumed.find(({ at }) => at === '') ?? assumed[0])?.note
}

/** `/api/register?agreement=…`, at the date that was asked for. */
export const reasonsAt = (path: string, { asOf, knownOn, guarantor }: Held, more: Readonly<Record<string, string>>): string =>
  `${path}?${new URLSearchParams({
    ...(asOf === undefined ? {} : { on: asOf }),
    ...(knownOn === undefined ? {} : { known: formatInstant(knownOn).slice(0, 10) }),
    ...(guarantor === undefined ? {} : { guarantor: guarantor.id }),
    ...more,
  }).toString()}`

/** How the guarantor counts its years. */
export const fiscalWords = (calendar: FiscalCalendar): string => {
  if (calendar === 'calendar') return 'calendar years'
  if ('yearEndsOn' in calendar) return `years that end on ${calendar.yearEndsOn} (month and day)`
  const capital = (word: string) => word[0]!.toUpperCase() + word.slice(1)
  return `years that end on the last ${capital(calendar.yearEndsOnLast)} of ${capital(calendar.of)}`
}

const sumsWire = (sums: OverviewSums, money: Money) =>
  Object.fromEntries(overviewSums.map((name) => [name, money(sums[name])])) as Record<keyof OverviewSums, string>

const ratingOf = ({ document }: Held, counterparty: string): string | null => {
  const found = document?.portfolio.counterparties.find(({ id }) => id === counterparty)
  if (found?.rating === undefined) return null
  return found.ratedBy === undefined ? found.rating : `${found.rating} (${found.ratedBy})`
}

const rowWire = (row: AgreementOverview, { held, money, schedules }: Around): PortfolioRowWire => {
  const schedule = schedules.get(row.agreement)!
  const { agreement } = row
  const use = row.useBehind
  return {
    ...sumsWire(row, money),
    agreement,
    title: row.title,
    counterparty: partyWire(schedule.operator),
    rating: ratingOf(held, row.counterparty),
    kinds: row.kinds,
    regions: row.regions,
    until: row.until,
    status: row.status,
    sold: use === undefined ? null : { sold: toText(use.sold), accepted: toText(use.accepted) },
    lastMonth: row.lastMonth ?? null,
    assumed: assumptionOf(schedule) ?? null,
    reasons: {
      paid: reasonsAt('/api/portfolio/lines', held, { of: 'paid', agreement }),
      share: reasonsAt('/api/portfolio/lines', held, { of: 'share', agreement }),
      gross: reasonsAt('/api/register', held, { agreement }),
    },
  }
}

const monthsOf = (moved: readonly MonthMoved[], { held, money, calendar }: Around): PortfolioBookWire['months'] =>
  [...Map.groupBy(moved, ({ month }) => month)].map(([month, of]) => ({
    month,
    year: fiscalYearOfMonth(calendar, month),
    paid: money(sumOf(of.map(({ paid }) => paid))),
    share: money(sumOf(of.map(({ share }) => share))),
    reasons: reasonsAt('/api/portfolio/lines', held, { from: month, through: month }),
  }))

const parts = (rows: readonly RegisterRow[], by: Grouping, { money, schedules }: Around): PortfolioPartWire[] => {
  const named = new Map([...schedules.values()].map(({ operator }) => [operator.id as string, operator.name]))
  return breakDown(rows, by)
    .groups.toSorted((a, b) => (a.amounts.gross > b.amounts.gross ? -1 : a.amounts.gross < b.amounts.gross ? 1 : 0))
    .map(({ name, amounts: { paid, gross, net } }) => ({
      name: by === 'counterparty' ? (named.get(name) ?? name) : name,
      paid: money(paid),
      gross: money(gross),
      covered: money(gross - net),
      net: money(net),
    }))
}

/** What was paid in each fiscal year, and what of gross falls due in it. */
const yearParts = (given: readonly RegisterRow[], moved: readonly MonthMoved[], { money, calendar, asOf }: Around): PortfolioPartWire[] => {
  const { years, instruments } = runOff(given, calendar, asOf)
  const falling = (year: number, name: 'net' | 'covered'): bigint => {
    const i = years.findIndex((each) => each.year === year)
    return i === -1 ? 0n : sumOf(instruments.map(({ left }) => left[i]![name] - left[i + 1]![name]))
  }
  const paidIn = (year: number) => sumOf(moved.filter(({ month }) => fiscalYearOfMonth(calendar, month) === year).map(({ paid }) => paid))
  const all = [...new Set([...moved.map(({ month }) => fiscalYearOfMonth(calendar, month)), ...years.map(({ year }) => year)])]
  return all
    .toSorted((a, b) => a - b)
    .map((year) => {
      const [net, covered] = [falling(year, 'net'), falling(year, 'covered')]
      return { name: `FY${year}`, paid: money(paidIn(year)), gross: money(net + covered), covered: money(covered), net: money(net) }
    })
}

const yearsOf = (given: readonly RegisterRow[], moved: readonly MonthMoved[], { money, calendar }: Around): PortfolioBookWire['years'] => {
  const promised = promisesByYear(given, calendar).years
  const past = moved.map(({ month }) => fiscalYearOfMonth(calendar, month))
  return [...new Set([...past, ...promised.map(({ year }) => year)])]
    .toSorted((a, b) => a - b)
    .map((year) => {
      const { from, through } = fiscalYear(calendar, year)
      const of = moved.filter(({ month }) => fiscalYearOfMonth(calendar, month) === year)
      const ahead = promised.find((each) => each.year === year)
      return {
        year,
        from,
        through,
        paid: money(sumOf(of.map(({ paid }) => paid))),
        share: money(sumOf(of.map(({ share }) => share))),
        firm: money(ahead?.firm ?? 0n),
        contingent: money(ahead?.contingent ?? 0n),
      }
    })
}

/** How much of net hangs on whom: shares in per cent with one decimal, which add up to 100.0. */
const concentrated = (named: readonly (readonly [string, bigint])[], money: Money): PortfolioBookWire['concentration']['kind'] => {
  const concentration = concentrationOf(named)
  const tenths = tenthsOf(concentration)
  return concentration.parts.map(({ name, minor }, i) => ({ name, net: money(minor), share: toFixed(rational(tenths[i]!, 10), 1) }))
}

const concentrationWire = (given: readonly RegisterRow[], { money, calendar, schedules }: Around): PortfolioBookWire['concentration'] => {
  const by = (grouping: Grouping) => breakDown(given, grouping).groups.map(({ name, amounts }) => [name, amounts.net] as const)
  const named = new Map([...schedules.values()].map(({ operator }) => [operator.id as string, operator.name]))
  return {
    counterparty: concentrated(
      by('counterparty').map(([name, net]) => [named.get(name) ?? name, net]),
      money,
    ),
    kind: concentrated(by('kind'), money),
    region: concentrated(by('region'), money),
    ends: concentrated(
      given.map(({ through, amounts }) => [`FY${fiscalYearOf(calendar, through).year}`, amounts.net]),
      money,
    ),
  }
}

const percent = (ratio: Rational): string => toFixed(times(ratio, rational(100)), 1)

const flowWire = (flow: CircularFlow, rows: readonly RegisterRow[], { held, money, schedules }: Around): CircularFlowWire => {
  const own = rows.filter(({ counterparty }) => counterparty === flow.counterparty)
  const schedule = [...schedules.values()].find(({ operator }) => operator.id === flow.counterparty)
  const told = held.document?.portfolio.hardware.some(({ counterparty }) => counterparty === flow.counterparty) === true
  const hasEquity = own.some(({ kind }) => kind === 'equity-stake' || kind === 'stock-purchase-right')
  return {
    counterparty: partyWire(schedule?.operator ?? { id: flow.counterparty as Party['id'], name: flow.counterparty }),
    soldTo: told ? money(flow.hardwareSold) : null,
    equityIn: hasEquity ? money(flow.equityIn) : null,
    boughtFrom: money(flow.capacityBought),
    shareFrom: money(flow.shareReceived),
    guaranteesFor: money(sumOf(own.filter(isGiven).map(({ amounts }) => amounts.gross))),
    roundTrip: flow.netRoundTrip === undefined ? null : percent(flow.netRoundTrip),
  }
}

const flowsOf = (book: Book, around: Around) => {
  const { rows } = book.register
  const { document } = around.held
  const counterparties = new Set(rows.map(({ counterparty }) => counterparty))
  // Hardware is told in the currency of the portfolio, and of those alone whose agreements are seen here.
  const hardware =
    document !== undefined && document.portfolio.currency === book.currency
      ? hardwareThrough(document.portfolio, lastDateOf(around.asOf)).filter(({ counterparty }) => counterparties.has(counterparty))
      : []
  const { flows, total } = circularFlows(rows, hardware)
  const { money } = around
  return {
    flows: flows.map((flow) => flowWire(flow, rows, around)),
    flowsTotal: {
      equityIn: money(total.equityIn),
      boughtFrom: money(total.capacityBought),
      shareFrom: money(total.shareReceived),
      guaranteesFor: money(sumOf(rows.filter(isGiven).map(({ amounts }) => amounts.gross))),
    },
  }
}

const bookWire = (book: Book, held: Held, asOf: Month): PortfolioBookWire => {
  const calendar = held.document?.portfolio.fiscalYear ?? 'calendar'
  const money: Money = (minor) => shown(minor, book.currency)
  const schedules = new Map(book.records.map(({ schedule }) => [schedule.agreement as string, schedule]))
  const around: Around = { held, money, asOf, calendar, schedules }
  const { rows, total, moved } = overview(book.register, book.records)
  const given = book.register.rows.filter(isGiven)
  const ahead = promisesAhead(
    given,
    Array.from({ length: monthsBehind }, (_, i) => nextMonth(asOf, i + 1)),
  )
  return {
    currency: book.currency,
    total: sumsWire(total, money),
    rows: rows.map((row) => rowWire(row, around)),
    months: monthsOf(moved, around),
    ahead: ahead.map(({ month, firm, contingent }) => ({ month, firm: money(firm), contingent: money(contingent) })),
    aheadTotal: { firm: money(sumOf(ahead.map(({ firm }) => firm))), contingent: money(sumOf(ahead.map(({ contingent }) => contingent))) },
    years: yearsOf(given, moved, around),
    by: {
      counterparty: parts(given, 'counterparty', around),
      kind: parts(given, 'kind', around),
      region: parts(given, 'region', around),
      year: yearParts(given, moved, around),
    },
    concentration: concentrationWire(given, around),
    ...flowsOf(book, around),
  }
}

const talkedOf = ({ document }: Held, { agreement, title, operator, sources }: Schedule): PortfolioWire['inTalks'][number] => ({
  agreement,
  title,
  counterparty: partyWire(operator),
  through: document?.portfolio.inTalks.find((each) => each.agreement === agreement)?.through ?? null,
  note: sources.find(({ at }) => at === '' || at === '/parties')?.note ?? null,
})

const toApproveOf = ({ awaiting, books, inTalks }: Held): PortfolioWire['toApprove'] => {
  const schedules = [...books.flatMap(({ records }) => records.map(({ schedule }) => schedule)), ...inTalks]
  return awaiting.flatMap(({ agreement, month, version, net, totals, by }) => {
    const schedule = schedules.find((each) => each.agreement === agreement)
    if (schedule === undefined) return []
    const payer = schedule.parties.find(({ id }) => id === totals.net.payer)
    const { title, currency } = schedule
    return [{ agreement, title, month, version, payer: payer === undefined ? null : partyWire(payer), net, currency, approvedBy: by.name }]
  })
}

export const toPortfolio = (held: Held): PortfolioWire => {
  const { now, asOf, months, knownOn, guarantor, guarantors, document, books, inTalks } = held
  return {
    now: formatInstant(now),
    asOf: asOf ?? null,
    months: [...months],
    knownOn: knownOn === undefined ? null : formatInstant(knownOn),
    guarantor: guarantor === undefined ? null : partyWire(guarantor),
    guarantors: guarantors.map(partyWire),
    document:
      document === undefined
        ? null
        : {
            portfolio: document.record.portfolio,
            title: document.portfolio.title,
            version: document.record.version,
            recordedAt: formatInstant(document.record.recordedAt),
          },
    fiscalYear: fiscalWords(document?.portfolio.fiscalYear ?? 'calendar'),
    toApprove: toApproveOf(held),
    books: asOf === undefined ? [] : books.map((book) => bookWire(book, held, asOf)),
    inTalks: inTalks.map((schedule) => talkedOf(held, schedule)),
  }
}
