export const exposureBy = ['agreement', 'counterparty', 'kind', 'region', 'year'] as const
export type ExposureBy = (typeof exposureBy)[number]

/** What the addresses of portfolio, register and facilities say: when, as known when, against when, by what, which tables, which lines are open. */
export type PortfolioView = Readonly<{
  on?: string | undefined
  known?: string | undefined
  guarantor?: string | undefined
  by?: ExposureBy | undefined
  /** A month that is compared with, or that a roll-forward begins at. */
  against?: string | undefined
  /** Pictures shown as tables, joined by dots. */
  table?: string | undefined
  /** Every month of the cash picture, and not the latest alone. */
  months?: 'all' | undefined
  agreement?: string | undefined
  /** `paid`, `share`; then an agreement or `*`, a month, a currency: `paid:sharon-ai:2027-09`, `share:*::EUR`. */
  lines?: string | undefined
}>

const month = (value: unknown): string | undefined =>
  typeof value === 'string' && /^\d{4}-(0[1-9]|1[0-2])$/.test(value) ? value : undefined
const date = (value: unknown): string | undefined => (typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) ? value : undefined)
const word = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' && value.length <= 200 ? value : undefined)

/** Takes what it knows and drops the rest. */
export const parsePortfolioView = (search: Record<string, unknown>): PortfolioView => {
  const view: PortfolioView = {
    on: month(search['on']),
    known: date(search['known']),
    guarantor: word(search['guarantor']),
    by: exposureBy.find((each) => each === search['by']),
    against: month(search['against']),
    table: word(search['table']),
    months: search['months'] === 'all' ? 'all' : undefined,
    agreement: word(search['agreement']),
    lines: word(search['lines']),
  }
  // Tables keep how they are looked at in the address too, each under keys of its own.
  const ofTables = Object.entries(search).filter(([key, value]) => /^(t|given|held)[A-Z]*\./.test(key) && typeof value === 'string')
  return Object.fromEntries([...Object.entries(view), ...ofTables].filter(([, value]) => value !== undefined))
}

export type LinesView = Readonly<{
  of: 'paid' | 'share'
  agreement: string | undefined
  /** One month, or `12m`: the twelve through the date of the page. Undefined: all. */
  month: string | undefined
  /** Of which book, where all of its agreements are meant: those of two are never in one sum. */
  currency?: string | undefined
}>

/** The lines that an address has open; undefined where it names none. */
export const parseLines = (text: string | undefined): LinesView | undefined => {
  const [of, agreement, at, currency] = (text ?? '').split(':')
  if (of !== 'paid' && of !== 'share') return undefined
  return {
    of,
    agreement: agreement === '*' || agreement === '' ? undefined : agreement,
    month: at === '12m' ? at : month(at),
    currency: /^[A-Z]{3}$/.test(currency ?? '') ? currency : undefined,
  }
}

export const writeLines = ({ of, agreement, month: at, currency }: LinesView): string =>
  [of, agreement ?? '*', at ?? '', currency ?? ''].join(':').replace(/:+$/, '')
