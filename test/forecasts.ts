import assert from 'node:assert/strict'
import { fixed } from '../src/core/base/rational.ts'
import { since } from '../src/core/base/steps.ts'
import { monthInterval } from '../src/core/base/time.ts'
import { checkReasons } from '../src/core/statements/explain.ts'
import type { Schedule } from '../src/core/terms/schedule.ts'
import { chargeOf, factsOf, settleMonth } from './world.ts'

type Plan = Readonly<{ clauses: readonly object[]; zone?: string; term?: object; blocks?: readonly object[]; more?: object }>
export const party = { payer: 'vendor', payee: 'cloud' }
export const block = (id: string, more: object = {}) => ({
  id,
  factory: 'north',
  region: 'North',
  sku: 'GB300',
  tranches: [{ id: 'all', gpus: 100, due: '2027-01-01' }],
  ...more,
})
export const documentOf = ({
  clauses,
  zone = 'UTC',
  term = { from: '2027-01-01', through: '2028-12-31' },
  blocks = [block('a')],
  more = {},
}: Plan) =>
  JSON.stringify({
    offtake: 1,
    agreement: 'floors',
    title: 'Floors',
    parties: [
      { id: 'vendor', name: 'The vendor', role: 'guarantor' },
      { id: 'cloud', name: 'The cloud', role: 'operator' },
    ],
    zone,
    currency: 'USD',
    term,
    blocks,
    clauses,
    settlement: { due: { days: 30 } },
    ...more,
  })
export const floor = (more: object = {}) => ({
  id: 'floor',
  kind: 'revenue-floor',
  ...party,
  covers: ['a'],
  forecast: '100.00',
  share: '0.90',
  ...more,
})
export const value2 = [
  { above: '0.15', upTo: '0.25', share: '0.60' },
  { above: '0.25', upTo: '0.40', share: '0.90' },
]
export const band = (more: object = {}) => ({
  id: 'band',
  kind: 'revenue-band',
  ...party,
  covers: ['a'],
  forecast: '100.00',
  bands: value2,
  ...more,
})

/** What each side pays for a month in which block `a` earned so many cents; every line's reasons are worked out again. */
export const paid = (schedule: Schedule, cents: bigint, month = '2027-01') => {
  const { from, to } = monthInterval(month, schedule.zone)
  const facts = factsOf({ from, to }, { a: { accepted: since(from, 100) } }, { charges: [chargeOf(fixed(cents, 2), from, to)] })
  const { lines } = settleMonth(schedule, facts, month)
  for (const line of lines) assert.equal(checkReasons(line), undefined, line.key)
  const by = (payer: string) => lines.filter((line) => line.payer === payer).reduce((sum, { minor }) => sum + minor, 0n)
  return { guarantor: by('vendor'), operator: by('cloud'), lines }
}
export const pair = (schedule: Schedule, cents: bigint): [bigint, bigint] => {
  const { guarantor, operator } = paid(schedule, cents)
  return [guarantor, operator]
}
