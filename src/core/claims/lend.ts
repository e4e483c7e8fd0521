import type { Attribution } from '../terms/agreement.ts'
import type { Asked, Free } from './account.ts'

/** A block of a pool: what it claims without a place, and what its nodes have free. */
export type Standing = Readonly<{ asked: Asked; free: Free }>

const hasOf = ({ amounts, eligible }: Free, hour: number): number => amounts.reduce((sum, column) => sum + column[hour]!, eligible[hour]!)

/** GPU-seconds in order that a block has free beyond all that it claims, and beyond what is sold on its nodes without a place. */
const spareOf = ({ asked, free }: Standing, hour: number): number => {
  const spare = Math.max(0, hasOf(free, hour) - asked.loosely[hour]!)
  const there = asked.isRead ? 0 : Math.min(spare, free.beyond[hour]!, free.eligible[hour]!)
  return Math.min(spare - there, free.eligible[hour]! - there)
}

/**
 * What the blocks of one pool have free when they have lent each other what they do not need. Sales fill blocks by the rule of the pool, wherever their
 * jobs run: so what one block claims may stand in a rack of another. Only what is in order is lent, in the order of the pool, and only to blocks whose
 * claims nobody names; under `specific` sales are placed on blocks, and nothing is lent.
 */
export const lendWithin = (attribution: Attribution, blocks: readonly Standing[]): readonly Free[] => {
  if (attribution === 'specific' || blocks.length < 2) return blocks.map(({ free }) => free)
  const lent = blocks.map(({ asked, free }): Standing => ({ asked, free: { ...free, eligible: free.eligible.slice() } }))
  const hours = lent[0]!.asked.claimed.length
  for (let hour = 0; hour < hours; hour++)
    for (const { asked, free } of lent) {
      if (asked.isRead) continue
      let needed = asked.loosely[hour]! - hasOf(free, hour)
      for (const other of lent) {
        if (needed <= 0) break
        const given = Math.min(needed, spareOf(other, hour))
        other.free.eligible[hour]! -= given
        free.eligible[hour]! += given
        needed -= given
      }
    }
  return lent.map(({ free }) => free)
}
