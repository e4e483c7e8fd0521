import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { dayCounts, yearFraction } from './day-count.ts'
import { plus, toText } from './rational.ts'
import { addDays } from './time.ts'

const fraction = (count: (typeof dayCounts)[number], from: string, to: string): string => toText(yearFraction(count, from, to))

test('B22 by hand: act/360, act/365F, 30E/360 and act/act ISDA', () => {
  assert.equal(fraction('act/360', '2027-01-31', '2027-02-28'), '7/90')
  assert.equal(fraction('act/365F', '2027-03-15', '2027-04-14'), '6/73')
  // ISDA's memorandum of 1998 on act/act: 1 November 2003 to 1 May 2004 is 61/365 + 121/366.
  assert.equal(fraction('act/act', '2003-11-01', '2004-05-01'), toText(plus({ n: 61n, d: 365n }, { n: 121n, d: 366n })))
  // And 1 February 1999 to 1 July 1999, 1 July 1999 to 1 July 2000 of the same: 150/365; 184/365 + 182/366.
  assert.equal(fraction('act/act', '1999-02-01', '1999-07-01'), toText({ n: 30n, d: 73n }))
  assert.equal(fraction('act/act', '1999-07-01', '2000-07-01'), toText(plus({ n: 184n, d: 365n }, { n: 182n, d: 366n })))
  // 30E/360: both 31sts become 30ths, the end of February does not.
  assert.equal(fraction('30E/360', '2007-01-31', '2007-03-31'), '1/6')
  assert.equal(fraction('30E/360', '2008-02-29', '2008-08-31'), toText({ n: 181n, d: 360n }))
  assert.equal(fraction('30E/360', '2007-02-28', '2008-02-28'), '1')
})

const anyDate = fc.integer({ min: 0, max: 30_000 }).map((days) => addDays('1990-01-01', days))

test('B22 counts of actual days add up, whatever date cuts them', () => {
  fc.assert(
    fc.property(anyDate, fc.nat(4000), fc.nat(4000), (from, first, second) => {
      const middle = addDays(from, first)
      const to = addDays(middle, second)
      for (const count of ['act/360', 'act/365F', 'act/act'] as const)
        assert.deepEqual(plus(yearFraction(count, from, middle), yearFraction(count, middle, to)), yearFraction(count, from, to))
    }),
  )
})
