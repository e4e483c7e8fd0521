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
}>

export type AgreementView = Readonly<{ table?: string | undefined }>

const whole = (value: unknown): number | undefined =>
  typeof value === 'string' && /^[1-9]\d{0,5}$/.test(value) ? Number(value) : undefined
const word = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' && value.length <= 400 ? value : undefined)
const date = (value: unknown): string | undefined =>
  typeof value === 'string' && /^(\d{4}-\d{2}-\d{2}|all)$/.test(value) ? value : undefined

const present = <T extends object>(view: T): T => Object.fromEntries(Object.entries(view).filter(([, value]) => value !== undefined)) as T

/** Takes what it knows and drops the rest: an old or mistyped address still opens the page. */
export const parsePeriodView = (search: Record<string, unknown>): PeriodView =>
  present({
    v: whole(search['v']),
    line: search['line'] === 'net' ? 'net' : whole(search['line']),
    why: word(search['why']),
    table: word(search['table']),
    day: date(search['day']),
  })

export const parseAgreementView = (search: Record<string, unknown>): AgreementView => present({ table: word(search['table']) })

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
