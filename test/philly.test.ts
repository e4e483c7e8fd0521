import assert from 'node:assert/strict'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { rational } from '../src/core/base/rational.ts'
import { fromIntervals } from '../src/core/base/from-intervals.ts'
import { integrate, restrict, since, type Steps } from '../src/core/base/steps.ts'
import { monthInterval } from '../src/core/base/time.ts'
import type { Measure } from '../src/core/terms/agreement.ts'
import { testData } from './data.ts'
import { backstopOf, factsOf, linesOf, scheduleOf, settleMonth, type Term } from './world.ts'

const { folder, skip } = testData('traces/philly')

/** The jobs as given: submit to submit + duration, timestamps read as UTC. Independent of the importer. */
const jobs = (): Steps => {
  const [, ...rows] = gunzipSync(fs.readFileSync(join(folder, 'philly_jobs.csv.gz')))
    .toString('utf8')
    .trim()
    .split('\n')
  const cells = rows.map((row) => row.split(','))
  const starts = Float64Array.from(cells, ([at]) => Date.parse(`${at!.replace(' ', 'T')}Z`) / 1000)
  const ends = starts.map((start, i) => start + Math.floor(Number(cells[i]![1])))
  return fromIntervals(
    starts,
    ends,
    Float64Array.from(cells, ([, , gpus]) => Number(gpus)),
  )
}

/** The table of the product's first acceptance: GPU-seconds for one block of 1,300, all available, no cap. */
const expected = [
  ['UTC', 744, 1_591_443_406, '0', [1_890_476_594, 1_890_476_594, 1_890_476_594, 1_890_476_594]],
  ['UTC', 744, 1_591_443_406, '1/10', [1_542_303_174, 1_542_284_594, 1_542_284_594, 1_542_284_594]],
  ['UTC', 744, 1_591_443_406, '1/2', [227_771_528, 223_063_677, 191_912_504, 149_516_594]],
  ['Australia/Sydney', 743, 1_595_219_586, '1/2', [224_001_933, 219_323_664, 184_492_988, 143_400_414]],
] as const
const measures: readonly Measure[] = ['instant', 'hour', 'day', 'period']

test('ST3 the Philly trace, October 2017, in four measures and two zones', { skip }, () => {
  const sold = jobs()
  for (const [zone, hours, soldSeconds, retention, quantities] of expected) {
    const window = monthInterval('2017-10', zone)
    assert.equal((window.to - window.from) / 3600, hours)
    assert.equal(integrate(sold, window.from, window.to), soldSeconds)
    const term: Term = { zone, from: '2017-10-01', through: '2018-09-30', currency: 'USD' }
    const [n, d = '1'] = retention.split('/') as [string, string?]
    for (const [i, measure] of measures.entries()) {
      const clause = backstopOf(term, { measure, retention: rational(BigInt(n), BigInt(d)) })
      const facts = factsOf(window, { a: { accepted: since(window.from, 1_300), contracted: restrict(sold, window.from, window.to) } })
      const [line] = linesOf(settleMonth(scheduleOf(term, [clause]), facts, '2017-10'), 'backstop')
      assert.equal(line?.quantity, `${quantities[i]}`, `${zone} ${retention} ${measure}`)
    }
  }
})
