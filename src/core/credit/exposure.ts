import { apportion } from '../base/money.ts'
import { rational } from '../base/rational.ts'
import { amounts, type Amount, type RegisterRow } from './register.ts'

export const groupings = ['counterparty', 'region', 'kind', 'lender'] as const
export type Grouping = (typeof groupings)[number]

/** Some of the rows together; amounts in minor units of the reporting currency, all of them there. */
export type Group = Readonly<{ name: string; instruments: number; amounts: Readonly<Record<Amount, bigint>> }>
export type Breakdown = Readonly<{ by: Grouping; groups: readonly Group[]; total: Group }>

/** What belongs to no region or protects no lender. */
export const none = '—'

type Part = Readonly<{ name: string; amounts: Readonly<Partial<Record<Amount, bigint>>> }>

/** A row by region: every amount shared by the GPUs of its blocks, by largest remainder. */
const byRegion = ({ regions, amounts: whole }: RegisterRow): Part[] => {
  if (regions.length === 0) return [{ name: none, amounts: whole }]
  const weights = regions.map(({ gpus }) => rational(gpus))
  const shares = new Map(amounts.map((amount) => [amount, whole[amount] === undefined ? undefined : apportion(whole[amount], weights)]))
  return regions.map(({ region }, i) => ({
    name: region,
    amounts: Object.fromEntries([...shares].flatMap(([amount, parts]) => (parts === undefined ? [] : [[amount, parts[i]!]]))),
  }))
}

const partsOf = (row: RegisterRow, by: Grouping): Part[] => {
  if (by === 'region') return byRegion(row)
  return [{ name: by === 'lender' ? (row.lender ?? none) : row[by], amounts: row.amounts }]
}

const groupOf = (name: string, parts: readonly Part[]): Group => ({
  name,
  instruments: parts.length,
  amounts: Object.fromEntries(
    amounts.map((amount) => [amount, parts.reduce((sum, part) => sum + (part.amounts[amount] ?? 0n), 0n)]),
  ) as Group['amounts'],
})

/** Rows by counterparty, region, kind or lender, in order of name. The groups add up to the total: nothing is counted twice or left out. */
export const breakDown = (rows: readonly RegisterRow[], by: Grouping): Breakdown => ({
  by,
  groups: [
    ...Map.groupBy(
      rows.flatMap((row) => partsOf(row, by)),
      ({ name }) => name,
    ),
  ]
    .map(([name, parts]) => groupOf(name, parts))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  total: groupOf(
    'Total',
    rows.map(({ amounts: whole }) => ({ name: '', amounts: whole })),
  ),
})
