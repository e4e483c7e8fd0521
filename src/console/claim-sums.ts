import { rational } from '../core/base/rational.ts'
import type { ClaimWire } from '../wire/claim.ts'
import { decimalText } from './format.ts'
import { roundTable, type RoundTable } from './round-table.ts'

/** What a claim is made of, in the order in which it is read: they add up to what is claimed. */
export const claimParts = ['eligible', 'rejected', 'unproven'] as const

/** GPU-hours as they are read: what is claimed, then its parts. */
export type ClaimSum = Readonly<Record<'claimed' | (typeof claimParts)[number], string>>

/** Decimals, at most: a GPU-second has no end in GPU-hours. */
const placesMax = 6

/** What is something looks like something: with as many decimals as that takes. */
const readable = (values: Parameters<typeof roundTable>[0]): RoundTable => {
  for (let places = 0; ; places++) {
    const table = roundTable(values, claimParts.length, places)
    const isLost = values.some((row, i) => row.some(({ n }, j) => n !== 0n && !/[1-9]/.test(table.cells[i]![j]!)))
    if (!isLost || places === placesMax) return table
  }
}

const toSum = (claimed: string, parts: readonly string[]): ClaimSum => {
  const [eligible, rejected, unproven] = parts.map(decimalText) as [string, string, string]
  return { claimed: decimalText(claimed), eligible, rejected, unproven }
}

/**
 * The sums of a claim and of each of its blocks in GPU-hours: claimed = eligible + rejected + unproven in each, and blocks add up to the claim, as they are
 * read. Whole, or with more decimals where something would look like nothing.
 */
export const claimSums = ({ blocks }: Pick<ClaimWire, 'blocks'>): Readonly<{ blocks: readonly ClaimSum[]; all: ClaimSum }> => {
  const { cells, rowTotals, columnTotals, total } = readable(blocks.map((block) => claimParts.map((part) => rational(block[part], 3600))))
  return { blocks: blocks.map((_, i) => toSum(rowTotals[i]!, cells[i]!)), all: toSum(total, columnTotals) }
}
