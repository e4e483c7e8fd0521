import type { LineOrNet } from './explained.ts'

/** What the address of a period says beside its month: which version, which line is explained, which branch, what is a table. */
export type PeriodView = Readonly<{
  v?: number | undefined
  line?: LineOrNet | undefined
  /** Names of a node and those above it, joined by dots: `Q.Q.U`. */
  why?: string | undefined
  /** Pictures shown as tables, joined by dots: `waterfall.states`. */
  table?: string | undefined
  /** A local date: the readings of that day are listed. */
  day?: string | undefined
  /** The step of the close that is open. */
  step?: (typeof closeSteps)[number] | undefined
  /** What it is compared with: a version, `corrected`, `now`, or `usual`. */
  against?: string | undefined
  /** `true`: also the lines that are the same. */
  all?: string | undefined
}>

export const closeSteps = ['over', 'feeds', 'reconciled', 'claim', 'operator', 'guarantor', 'final'] as const

export const rowOrders = ['position', 'unsold', 'flags'] as const
export const rowFilters = ['all', 'unsold', 'down', 'flagged'] as const

/** What the address of a factory says beside its hall: when, how near, which rows in which order, which cell and finding. */
export type FactoryView = Readonly<{
  month?: string | undefined
  /** A local date: its quarter hours. */
  day?: string | undefined
  /** The unit of a rack: its nodes. */
  rack?: string | undefined
  order?: (typeof rowOrders)[number] | undefined
  show?: (typeof rowFilters)[number] | undefined
  /** A row and an instant, such as `hall-1/r003@2026-10-16T03:00:00Z`. */
  cell?: string | undefined
  kind?: string | undefined
  finding?: string | undefined
  table?: string | undefined
  /** Where several agreements have racks at one factory. */
  of?: string | undefined
}>

/** What the address of a claim says: which kind of findings is open, which of them. */
export type ClaimView = Readonly<{ finding?: string | undefined; kind?: string | undefined }>

/** What the address of an agreement says: which terms are asked about, as changes in JSON; which proposal; as known on which date. */
export type AgreementView = Readonly<{
  table?: string | undefined
  if?: string | undefined
  known?: string | undefined
  /** The clause whose settled lines are open. */
  settled?: string | undefined
}>

/** What the address of amendments says: which of them is read, or what is begun from. */
export type ProposalsView = Readonly<{ proposal?: string | undefined; template?: string | undefined }>

const whole = (value: unknown): number | undefined =>
  typeof value === 'string' && /^[1-9]\d{0,5}$/.test(value) ? Number(value) : undefined
const word = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' && value.length <= 400 ? value : undefined)
const date = (value: unknown): string | undefined =>
  typeof value === 'string' && /^(\d{4}-\d{2}-\d{2}|all)$/.test(value) ? value : undefined

const oneOf = <T extends string>(all: readonly T[], value: unknown): T | undefined => all.find((each) => each === value)
const present = <T extends object>(view: T): T => Object.fromEntries(Object.entries(view).filter(([, value]) => value !== undefined)) as T

/** Takes what it knows and drops the rest: an old or mistyped address still opens the page. */
export const parsePeriodView = (search: Record<string, unknown>): PeriodView =>
  present({
    v: whole(search['v']),
    line: search['line'] === 'net' ? 'net' : whole(search['line']),
    why: word(search['why']),
    table: word(search['table']),
    day: date(search['day']),
    step: oneOf(closeSteps, search['step']),
    against: against(search['against']),
    all: search['all'] === 'true' ? 'true' : undefined,
  })

const against = (value: unknown): string | undefined =>
  typeof value === 'string' && /^([1-9]\d{0,5}|corrected|now|usual)$/.test(value) ? value : undefined

const month = (value: unknown): string | undefined =>
  typeof value === 'string' && /^\d{4}-(0[1-9]|1[0-2])$/.test(value) ? value : undefined
const day = (value: unknown): string | undefined => (value === 'all' ? undefined : date(value))

export const parseFactoryView = (search: Record<string, unknown>): FactoryView =>
  present({
    month: month(search['month']),
    day: day(search['day']),
    rack: word(search['rack']),
    order: oneOf(rowOrders, search['order']),
    show: oneOf(rowFilters, search['show']),
    cell: word(search['cell']),
    kind: word(search['kind']),
    finding: word(search['finding']),
    table: word(search['table']),
    of: word(search['of']),
  })

export const parseClaimView = (search: Record<string, unknown>): ClaimView =>
  present({ finding: word(search['finding']), kind: word(search['kind']) })

/** Characters of changed terms in an address. */
const changesMax = 2_000
const changes = (value: unknown): string | undefined =>
  typeof value === 'string' && value.startsWith('[') && value.length <= changesMax ? value : undefined

export const parseAgreementView = (search: Record<string, unknown>): AgreementView =>
  present({ table: word(search['table']), if: changes(search['if']), known: day(search['known']), settled: word(search['settled']) })

export const parseProposalsView = (search: Record<string, unknown>): ProposalsView =>
  present({ proposal: word(search['proposal']), template: word(search['template']) })

/** Plain `?a=1&b=2`: every value is text, so an address can be written by hand. */
export const parseSearch = (text: string): Record<string, string> => Object.fromEntries(new URLSearchParams(text))
export const writeSearch = (search: Record<string, unknown>): string => {
  const given = Object.entries(search).flatMap(([key, value]) =>
    typeof value === 'string' || typeof value === 'number' ? [[key, `${value}`]] : [],
  )
  const text = new URLSearchParams(given).toString()
  return text === '' ? '' : `?${text}`
}

export const isTable = (table: string | undefined, name: string): boolean => (table ?? '').split('.').includes(name)
export const withTable = (table: string | undefined, name: string, shown: boolean): string | undefined => {
  const others = (table ?? '').split('.').filter((each) => each !== '' && each !== name)
  const all = shown ? [...others, name] : others
  return all.length === 0 ? undefined : all.join('.')
}
