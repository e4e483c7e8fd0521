/** What the address of Today says: which pictures are tables. */
export type TodayView = Readonly<{ table?: string | undefined }>
/** What the address of the list of orders says; the keys of its table are kept as they come. */
export type OrdersView = Readonly<Record<string, string | undefined>>
export type OrderView = Readonly<{ month?: string | undefined; pool?: string | undefined; table?: string | undefined }>

const word = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' && value.length <= 400 ? value : undefined)
const month = (value: unknown): string | undefined => {
  const text = word(value)
  return text !== undefined && /^\d{4}-(0[1-9]|1[0-2])$/.test(text) ? text : undefined
}

export const parseTodayView = ({ table }: Record<string, unknown>): TodayView => ({ table: word(table) })
export const parseOrdersView = (search: Record<string, unknown>): OrdersView => ({
  ...Object.fromEntries(Object.entries(search).map(([key, value]) => [key, word(value)])),
  month: month(search['month']),
})
export const parseOrderView = (search: Record<string, unknown>): OrderView => ({
  month: month(search['month']),
  pool: word(search['pool']),
  table: word(search['table']),
})
