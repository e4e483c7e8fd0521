import fc from 'fast-check'
import type { Month } from '../src/core/base/time.ts'
import { expandHosts } from '../src/core/capacity/hostlist.ts'
import type { Allocation, Reading } from '../src/core/meter/reading.ts'
import type { CampusPlan } from '../src/server/campus/campus.ts'
import { scheduleOf } from './histories.ts'

/** What a small campus is drawn from: a few racks in one or two blocks. */
export type SmallCampus = Readonly<{
  zone: string
  attribution: string
  /** GPUs of the tranches of each block; whole racks and others. */
  blocks: readonly (readonly number[])[]
  /** Part of what is contracted that stands, in hundredths. */
  percent: number
  seed: number
  tenants: number
  load: number
}>

/** The month of every small campus, of which the term has two before. */
export const campusMonth: Month = '2026-10'

export const campusDocument = (
  { zone, attribution, blocks }: Pick<SmallCampus, 'zone' | 'attribution' | 'blocks'>,
  name = 'small',
): string => {
  const parties = { payer: `${name}-guarantor`, payee: `${name}-operator` }
  const covers = blocks.map((_, i) => `${name}-${i + 1}`)
  return JSON.stringify({
    offtake: 1,
    agreement: name,
    title: 'A small campus',
    parties: ['guarantor', 'operator'].map((role) => ({ id: `${name}-${role}`, name: role, role })),
    zone,
    currency: 'USD',
    term: { from: '2026-08-01', through: '2031-07-31' },
    blocks: blocks.map((tranches, i) => ({
      id: covers[i],
      factory: name,
      region: 'test',
      sku: 'GB300',
      tranches: tranches.map((gpus, t) => ({ id: `${covers[i]}-t${t}`, gpus, due: '2026-10-01' })),
      maintenance: { gpuHoursPerContractYear: '100000', noticeDays: 7 },
    })),
    pools: [{ id: name, attribution, blocks: covers }],
    clauses: [
      { id: 'share', kind: 'revenue-share', payer: parties.payee, payee: parties.payer, covers, rate: '0.15' },
      { id: 'backstop', kind: 'capacity-backstop', ...parties, covers, measure: 'hour', price: '2.00', retention: '0.1' },
    ],
    settlement: { netting: true, due: { days: 30 } },
  })
}

export const smallCampuses: fc.Arbitrary<SmallCampus> = fc.record({
  zone: fc.constantFrom('UTC', 'Asia/Jakarta', 'Australia/Adelaide', 'America/New_York'),
  attribution: fc.constantFrom('supported-first', 'pro-rata'),
  blocks: fc.array(
    fc.array(
      fc.oneof(
        fc.integer({ min: 1, max: 4 }).map((racks) => 72 * racks),
        fc.integer({ min: 60, max: 300 }),
      ),
      { minLength: 1, maxLength: 2 },
    ),
    {
      minLength: 1,
      maxLength: 2,
    },
  ),
  percent: fc.integer({ min: 40, max: 100 }),
  seed: fc.nat(1_000_000),
  tenants: fc.integer({ min: 1, max: 6 }),
  load: fc.constantFrom(0.3, 0.8, 1),
})

export const planOf = (small: SmallCampus, name?: string): CampusPlan => {
  const gpus = small.blocks.flat().reduce((a, b) => a + b, 0)
  const schedule = scheduleOf(campusDocument(small, name))
  return {
    schedule,
    month: campusMonth,
    gpus: Math.max(1, Math.floor((gpus * small.percent) / 100)),
    seed: small.seed,
    tenants: small.tenants,
    load: small.load,
  }
}

/** GPUs of each node that a sale names. */
export const perNode = ({ gpus, nodes }: Pick<Allocation, 'gpus'> & { nodes?: string }): Readonly<{ nodes: string[]; each: number }> => {
  const named = expandHosts(nodes!)
  return { nodes: named, each: gpus / named.length }
}

export const allocationsOf = (readings: readonly Reading[]): Allocation[] =>
  readings.filter((reading): reading is Allocation => reading.kind === 'allocation')
