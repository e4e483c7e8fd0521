import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import type { BlockId, PoolId } from '../src/core/base/id.ts'
import { fromIntervals } from '../src/core/base/from-intervals.ts'
import { add, fromPairs, maximum, subtract, zero, type Steps } from '../src/core/base/steps.ts'
import { addDays, formatInstant } from '../src/core/base/time.ts'
import type { Reading } from '../src/core/meter/reading.ts'
import { clauseKinds } from '../src/core/settlement/kinds.ts'
import { parseAgreement } from '../src/core/terms/parse.ts'
import { resolve } from '../src/core/terms/resolve.ts'
import type { Schedule } from '../src/core/terms/schedule.ts'
import type { History } from '../src/server/history/generate.ts'

export const ofKind = <K extends Reading['kind']>(readings: readonly Reading[], kind: K) =>
  readings.filter((reading): reading is Extract<Reading, { kind: K }> => reading.kind === kind)

export const scheduleOf = (document: string): Schedule => {
  const parsed = parseAgreement(document, clauseKinds)
  if ('problems' in parsed) assert.fail(JSON.stringify(parsed.problems))
  const schedule = resolve([parsed], clauseKinds)
  if ('problems' in schedule) assert.fail(JSON.stringify(schedule.problems))
  return schedule
}
export const exampleOf = (name: string): Schedule => scheduleOf(readFileSync(join(import.meta.dirname, `../examples/${name}`), 'utf8'))

type Counted = Readonly<{ from: number; to: number; gpus: number }>
export const sumOf = (readings: readonly Counted[]): Steps =>
  fromIntervals(
    Float64Array.from(readings, ({ from }) => from),
    Float64Array.from(readings, ({ to }) => to),
    Float64Array.from(readings, ({ gpus }) => gpus),
  )

/** GPUs accepted of some blocks. */
export const acceptedOf = ({ blocks }: Schedule, readings: readonly Reading[], of: readonly BlockId[]): Steps =>
  ofKind(readings, 'acceptance')
    .filter(({ block }) => of.includes(block))
    .map(({ block, tranche, at }) =>
      fromPairs([[at, blocks.find(({ id }) => id === block)!.tranches.find(({ id }) => id === tranche)!.gpus]]),
    )
    .reduce(add, zero)

/** Of each order the greater of what it reserved and what it holds, and all that is on demand. */
export const soldOf = (readings: readonly Reading[], takes: (sale: { pool: PoolId; order?: string }) => boolean): Steps => {
  const sales = [...ofKind(readings, 'reservation'), ...ofKind(readings, 'allocation')].filter(takes)
  return [...Map.groupBy(sales, ({ order }) => order)]
    .map(([order, mine]) =>
      order === undefined
        ? sumOf(mine)
        : maximum(sumOf(mine.filter(({ kind }) => kind === 'reservation')), sumOf(mine.filter(({ kind }) => kind === 'allocation'))),
    )
    .reduce(add, zero)
}

export const assertNeverAbove = (part: Steps, whole: Steps, what: string): void => {
  const { starts, values } = subtract(whole, part)
  const short = values.findIndex((value) => value < 0)
  assert.equal(short, -1, `${what}: ${-(values[short] ?? 0)} too many at ${formatInstant(starts[short] ?? 0)}`)
}

const zones = ['UTC', 'Australia/Sydney', 'America/New_York', 'Asia/Jakarta'] as const
const someTranches = fc.array(
  fc.record({
    gpus: fc.oneof(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 100, max: 9000 })),
    late: fc.integer({ min: -40, max: 60 }),
  }),
  { minLength: 1, maxLength: 3 },
)
export const plans = fc.record({
  zone: fc.constantFrom(...zones),
  attribution: fc.constantFrom('specific', 'supported-first', 'pro-rata'),
  blocks: fc.array(fc.record({ tranches: someTranches, pool: fc.constantFrom('north', 'south'), maintained: fc.boolean() }), {
    minLength: 1,
    maxLength: 3,
  }),
  callRight: fc.boolean(),
  conditions: fc.integer({ min: 0, max: 2 }),
  month: fc.constantFrom('2017-02', '2017-03', '2017-10'),
  months: fc.integer({ min: 1, max: 2 }),
  seed: fc.maxSafeNat(),
})
export type Plan = typeof plans extends fc.Arbitrary<infer T> ? T : never

/** An agreement whose tranches fall due about the first day of the month. Blocks of a pool are in one factory. */
export const historyOf = ({ zone, attribution, blocks, callRight, conditions, month, months, seed }: Plan): History => {
  const parties = { payer: 'guarantor', payee: 'operator' }
  const term = { from: '2016-06-01', through: '2022-05-31' }
  const document = {
    offtake: 1,
    agreement: 'drawn',
    title: 'Drawn',
    parties: ['guarantor', 'operator'].map((role) => ({ id: role, name: role, role })),
    zone,
    currency: 'USD',
    term,
    blocks: blocks.map((block, i) => ({
      id: `b${i}`,
      factory: block.pool,
      region: 'test',
      sku: 'gb300',
      tranches: block.tranches.map(({ gpus, late }, t) => ({ id: `b${i}-t${t}`, gpus, due: addDays(`${month}-01`, late) })),
      ...(block.maintained ? { maintenance: { gpuHoursPerContractYear: '1000000', noticeDays: 7 } } : {}),
    })),
    pools: [...Map.groupBy(blocks.keys(), (i) => blocks[i]!.pool)].map(([id, held]) => ({
      id,
      attribution,
      blocks: held.map((i) => `b${i}`),
    })),
    orders:
      attribution !== 'specific'
        ? []
        : blocks.flatMap((_, i) => ['x', 'y'].map((name) => ({ order: `order-${i}-${name}`, blocks: [`b${i}`] }))),
    clauses: [
      {
        id: 'backstop',
        kind: 'capacity-backstop',
        ...parties,
        covers: blocks.map((_, i) => `b${i}`),
        measure: 'hour',
        price: '2.00',
        retention: '0.1',
        callRight,
        conditions: Array.from({ length: conditions }, (_, i) => ({ id: `c${i}`, text: `Condition ${i}.` })),
      },
    ],
    settlement: { due: { days: 30 } },
  }
  const following = month === '2017-10' ? '2017-11' : month === '2017-02' ? '2017-03' : '2017-04'
  return { schedule: scheduleOf(JSON.stringify(document)), seed, months: [month, following].slice(0, months) }
}
