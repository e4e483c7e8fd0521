import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { claimParts, claimSums, type ClaimSum } from './claim-sums.ts'

const block = (parts: readonly [number, number, number]) => ({
  block: 'b',
  factory: 'f',
  basis: 'claims' as const,
  claimed: parts[0] + parts[1] + parts[2],
  eligible: parts[0],
  rejected: parts[1],
  unproven: parts[2],
})
/** What is read, in millionths of a GPU-hour. */
const millionths = (text: string): bigint => {
  const [whole, fraction = ''] = text.replaceAll(',', '').split('.') as [string, string?]
  return BigInt(whole + fraction.padEnd(6, '0'))
}
const isTied = (sum: ClaimSum): boolean => millionths(sum.claimed) === claimParts.reduce((all, part) => all + millionths(sum[part]), 0n)

test('CO67 claimed = eligible + rejected + unproven as they are read, of a claim and of each of its blocks, and blocks add up to the claim', () => {
  const part = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 10_000 }), fc.integer({ min: 0, max: 2 ** 40 }))
  fc.assert(
    fc.property(fc.array(fc.tuple(part, part, part), { maxLength: 6 }), (parts) => {
      const { blocks, all } = claimSums({ blocks: parts.map(block) })
      assert.ok(isTied(all))
      for (const [i, sum] of blocks.entries()) {
        assert.ok(isTied(sum))
        for (const [j, each] of claimParts.entries()) {
          const seconds = BigInt(parts[i]![j]!)
          // Off by less than a unit of what is read, and nothing where there is nothing.
          const off = millionths(sum[each]) * 3600n - seconds * 1_000_000n
          assert.ok(off > -3_600_000_000n && off < 3_600_000_000n)
          assert.equal(/[1-9]/.test(sum[each]), seconds > 0n, `${seconds} s are read as ${sum[each]}`)
        }
      }
      for (const each of ['claimed', ...claimParts] as const)
        assert.equal(
          millionths(all[each]),
          blocks.reduce((sum, read) => sum + millionths(read[each]), 0n),
        )
    }),
  )
})

test('CO67 halves of GPU-hours are rounded together; whole ones have no decimals, and nothing is 0', () => {
  // Rounded alone, 1.5 + 1.5 + 1 would be read as 2 + 2 + 1 = 4.
  assert.deepEqual(claimSums({ blocks: [block([5_400, 5_400, 3_600])] }).all, { claimed: '4', eligible: '2', rejected: '1', unproven: '1' })
  assert.deepEqual(claimSums({ blocks: [block([3_600_000, 7_200, 0])] }).all, {
    claimed: '1,002',
    eligible: '1,000',
    rejected: '2',
    unproven: '0',
  })
  assert.deepEqual(claimSums({ blocks: [] }).all, { claimed: '0', eligible: '0', rejected: '0', unproven: '0' })
})
