import { formatInstant, type Month } from '../../core/base/time.ts'
import type { FiscalCalendar } from '../../core/credit/fiscal.ts'
import { isGiven } from '../../core/credit/overview.ts'
import { makePack, packKinds } from '../../core/credit/packs.ts'
import type { PackSource } from '../../core/credit/pack.ts'
import type { Portfolio } from '../../core/credit/portfolio.ts'
import { lastDateOf } from '../../core/credit/record.ts'
import type { RegisterRow } from '../../core/credit/register.ts'
import { shown, sumOf } from '../../core/credit/reporting.ts'
import { runOff } from '../../core/credit/run-off.ts'
import { clauseKinds } from '../../core/settlement/kinds.ts'
import type { Schedule } from '../../core/terms/schedule.ts'
import { sentences } from '../../core/terms/sentences.ts'
import type { Book, Held } from '../app/portfolio.ts'
import type { InstrumentPageWire, InstrumentWire, RegisterWire, RunOffWire } from '../../wire/register.ts'
import { assumptionOf, fiscalWords, partyWire } from './portfolio-view.ts'

const partyOf = ({ parties }: Schedule, id: string) => partyWire(parties.find((party) => party.id === id) ?? { id: id as never, name: id })

export const instrumentWire = (row: RegisterRow, schedule: Schedule): InstrumentWire => ({
  instrument: row.instrument,
  agreement: row.agreement,
  clause: row.clause,
  title: schedule.title,
  kind: row.kind,
  side: row.side,
  counterparty: partyWire(schedule.operator),
  beneficiary: partyOf(schedule, row.beneficiary),
  lender: row.lender === undefined ? null : partyOf(schedule, row.lender),
  regions: row.regions.map(({ region }) => region),
  currency: row.currency,
  status: row.status,
  from: row.from,
  through: row.through,
  restsOn: row.restsOn ?? null,
  amounts: Object.fromEntries(
    Object.entries(row.amounts).flatMap(([name, minor]) => (minor === undefined ? [] : [[name, shown(minor, row.currency)]])),
  ),
  assumed: assumptionOf(schedule) ?? null,
})

const rowsIn = ({ records, register }: Book, agreement: string | undefined): [RegisterRow, Schedule][] =>
  register.rows
    .filter((row) => agreement === undefined || row.agreement === agreement)
    .map((row) => [row, records.find(({ schedule }) => schedule.agreement === row.agreement)!.schedule])

const runOffWire = (rows: readonly RegisterRow[], currency: string, calendar: FiscalCalendar, asOf: Month): RunOffWire[] => {
  const { years, instruments } = runOff(rows, calendar, asOf)
  if (instruments.length === 0) return []
  const money = (minor: bigint) => shown(minor, currency)
  const ends = [lastDateOf(asOf), ...years.map(({ through }) => through)]
  const sums = (of: typeof instruments, name: 'net' | 'covered') => ends.map((_, i) => money(sumOf(of.map(({ left }) => left[i]![name]))))
  const kinds = [...Map.groupBy(instruments, ({ kind }) => kind)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([kind, of]) => ({ kind, net: sums(of, 'net'), covered: sums(of, 'covered') }))
  const total = { net: sums(instruments, 'net'), covered: sums(instruments, 'covered') }
  return [{ currency, ends, years: years.map(({ year }) => `FY${year}`), kinds, total }]
}

/** Gross of what is given from the end of one month to that of another: what was paid, and all else that changed it. */
const rolledOf = (before: readonly RegisterRow[], now: readonly RegisterRow[]) => {
  const names = [...new Set([...before, ...now].filter(isGiven).map(({ instrument }) => instrument))].toSorted()
  return names.map((instrument) => {
    const [was, is] = [before, now].map((rows) => rows.find((row) => row.instrument === instrument))
    const [opening, closing] = [was?.amounts.gross ?? 0n, is?.amounts.gross ?? 0n]
    const paid = (is?.amounts.paid ?? 0n) - (was?.amounts.paid ?? 0n)
    const money = (minor: bigint) => shown(minor, (is ?? was)!.currency)
    const currency = (is ?? was)!.currency
    return {
      instrument,
      currency,
      opening: money(opening),
      paid: money(paid),
      other: money(closing - opening + paid),
      closing: money(closing),
    }
  })
}

const calendarOf = ({ document }: Held): FiscalCalendar => document?.portfolio.fiscalYear ?? 'calendar'

type Asked = Readonly<{ agreement: string | undefined; before: Held | undefined }>

export const toRegister = (held: Held, { agreement, before }: Asked): RegisterWire => {
  const { now, asOf, months, knownOn, books } = held
  const rows = books.flatMap((book) => rowsIn(book, agreement))
  const own = ({ books: of }: Held) => of.flatMap((book) => rowsIn(book, agreement).map(([row]) => row))
  return {
    now: formatInstant(now),
    asOf: asOf ?? null,
    months: [...months],
    knownOn: knownOn === undefined ? null : formatInstant(knownOn),
    fiscalYear: fiscalWords(calendarOf(held)),
    instruments: rows.map(([row, schedule]) => instrumentWire(row, schedule)),
    runOff:
      asOf === undefined
        ? []
        : books.flatMap((book) =>
            runOffWire(
              rowsIn(book, agreement).map(([row]) => row),
              book.currency,
              calendarOf(held),
              asOf,
            ),
          ),
    rollForward: before?.asOf === undefined ? null : { since: before.asOf, rows: rolledOf(own(before), own(held)) },
  }
}

/** Where an amount of a pack comes from, in words. */
const sourceWords = (source: PackSource): string => {
  switch (source.kind) {
    case 'position':
      return `${source.measure} in the statement of ${source.month}`
    case 'lines':
      return `statement lines, ${source.from === undefined ? '' : `${source.from} `}through ${source.through}`
    case 'promise':
      return `promised from ${source.from} on, by its terms`
    case 'terms':
      return `terms: ${source.what}`
    case 'portfolio':
      return `portfolio document, ${source.pointer}`
    case 'worked':
      return source.how
  }
}

/** The portfolio that packs are made with: the document on record as far as it is of this currency, else one that says nothing. */
const portfolioFor = ({ document }: Held, row: RegisterRow, schedule: Schedule): Portfolio => ({
  offtake: 1,
  portfolio: 'one',
  title: schedule.title,
  guarantor: schedule.guarantor.id,
  fiscalYear: document?.portfolio.fiscalYear ?? 'calendar',
  currency: row.currency,
  rates: [],
  agreements: [row.agreement],
  inTalks: [],
  counterparties: document?.portfolio.counterparties ?? [],
  hardware: [],
  valuations: document?.portfolio.currency === row.currency ? document.portfolio.valuations : [],
  sources: [],
})

const packsOf = (held: Held, book: Book, row: RegisterRow, schedule: Schedule): InstrumentPageWire['packs'] => {
  const records = book.records.filter((record) => record.schedule.agreement === row.agreement)
  const portfolio = portfolioFor(held, row, schedule)
  return packKinds.flatMap(({ pack: name }) => {
    const pack = makePack({ records, asOf: held.asOf!, portfolio }, name)!
    const rows = pack.rows.filter(({ instrument }) => instrument === row.instrument)
    const missing = pack.missing.filter((text) => text.startsWith(`${row.instrument}:`))
    if (rows.length === 0 && missing.length === 0) return []
    const { title, treatment, alternatives, statement, currency } = pack
    return [
      {
        pack: name,
        title,
        treatment,
        alternatives,
        statement,
        rows: rows.map(({ period, item, minor, value, source }) => ({
          period,
          item,
          amount: minor === undefined ? null : shown(minor, currency),
          value,
          source: sourceWords(source),
        })),
        missing,
      },
    ]
  })
}

/** One instrument with all that is on record of it; undefined where there is none of that name. Packs are the guarantor's own. */
export const toInstrument = (held: Held, instrument: string, withPacks: boolean): InstrumentPageWire | undefined => {
  for (const book of held.books) {
    const found = rowsIn(book, undefined).find(([row]) => row.instrument === instrument)
    if (found === undefined) continue
    const [row, schedule] = found
    return {
      now: formatInstant(held.now),
      asOf: held.asOf!,
      knownOn: held.knownOn === undefined ? null : formatInstant(held.knownOn),
      row: instrumentWire(row, schedule),
      positions: row.positions.map(({ measure, of, value, unit }) => ({ measure, of, value, unit })),
      promised: row.promised.map(({ from, through, nature, minor }) => ({ from, through, nature, amount: shown(minor, row.currency) })),
      sentences: sentences(schedule, clauseKinds)
        .filter(({ clause }) => clause === row.clause)
        .map(({ version, pointer, text, assumed, note }) => ({ version, pointer, text, assumed, note: note ?? null })),
      packs: withPacks ? packsOf(held, book, row, schedule) : [],
    }
  }
  return undefined
}
