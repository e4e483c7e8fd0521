import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { add, integrate, restrict, valueAt } from '../../core/base/steps.ts'
import { addDays, monthInterval, nextMonth, startOfDate, type Month } from '../../core/base/time.ts'
import { decimal } from '../../core/base/rational.ts'
import type { OrderId, TenantId } from '../../core/base/id.ts'
import { makeMeter } from '../../core/meter/meter.ts'
import { formatReading, parseReading } from '../../core/meter/parse.ts'
import type { Reading } from '../../core/meter/reading.ts'
import type { Schedule } from '../../core/terms/schedule.ts'
import { acceptedOf, assertNeverAbove, exampleOf, historyOf, ofKind, plans, soldOf, sumOf } from '../../../test/histories.ts'
import { interruptions } from './calibration.ts'
import { generateCoarsely } from './coarse.ts'
import type { Course } from './course.ts'
import { digestOf } from '../fleet/digest.ts'

const monthsFrom = (first: Month, count: number): Month[] => Array.from({ length: count }, (_, i) => nextMonth(first, i))
const shares = ['0', '0.03', '0.5', '0.97', '1'] as const

/** A course that changes in the middle of months and asks for more than there is. */
const courses = fc.record({
  sold: fc.array(fc.constantFrom(...shares), { maxLength: 3 }),
  order: fc.integer({ min: 0, max: 20_000 }),
  breakdown: fc.record({ share: fc.constantFrom(...shares), day: fc.integer({ min: 0, max: 50 }), days: fc.integer({ min: 1, max: 40 }) }),
})
type Drawn = typeof courses extends fc.Arbitrary<infer T> ? T : never

const courseOf = ({ sold, order, breakdown }: Drawn, { schedule, months }: { schedule: Schedule; months: readonly Month[] }): Course => {
  const on = (days: number) => startOfDate(addDays(`${months[0]}-01`, days), schedule.zone)
  const from = on(breakdown.day)
  const broken = { from, to: from + breakdown.days * 86_400, block: schedule.blocks[0]!.id, out: decimal(breakdown.share), reason: 'drawn' }
  return {
    sold: sold.map((value, i) => ({ from: on(13 * i + 1), value: decimal(value) })),
    reservedPrice: [],
    onDemandPrice: [{ from: on(9), value: decimal('1.25') }],
    orders: [
      {
        order: (schedule.orders.size > 0 ? 'order-0-x' : 'standing') as OrderId,
        tenant: 'lab' as TenantId,
        pool: schedule.pools.find(({ blocks }) => blocks.includes(schedule.blocks[0]!.id))!.id,
        gpus: [{ from: on(-3), value: order }],
        price: undefined,
      },
    ],
    // Twice, one over the other: there is only so much to break.
    breakdowns: [
      { ...broken, id: 'one' },
      { ...broken, id: 'two', from: broken.from + 7200 },
    ],
    // The first tranche is accepted on another day than it is due.
    acceptedOn: (block, tranche) => {
      const first = schedule.blocks[0]!
      return block === first.id && tranche === first.tranches[0]!.id ? addDays(`${months[0]}-01`, breakdown.day) : undefined
    },
  }
}

test('F16 month by month gives what all at once gives, and the same every time; another seed gives others', () => {
  for (const name of ['sharon-ai.yaml', 'firmus-batam.yaml']) {
    const schedule = exampleOf(name)
    const months = monthsFrom('2026-07', 16)
    const once = [...generateCoarsely({ schedule, months, seed: 7 })]
    const each = months.flatMap((month) => [...generateCoarsely({ schedule, months: [month], seed: 7 })])
    assert.equal(JSON.stringify(once), JSON.stringify(each))
    assert.equal(once.length, 15, 'nothing before the term')
    assert.notEqual(JSON.stringify(once), JSON.stringify([...generateCoarsely({ schedule, months, seed: 8 })]))
    for (const month of once) assert.ok(month.length >= 40 && month.length <= 160, `${month.length} readings`)
  }
  const after = [...generateCoarsely({ schedule: exampleOf('sharon-ai.yaml'), months: ['2032-08'], seed: 7 })]
  assert.deepEqual(after, [], 'nothing after the term')
  // An agreement that speaks of no capacity has months all the same.
  const bare = { ...exampleOf('sharon-ai.yaml'), blocks: [], pools: [], clauses: [] }
  assert.deepEqual([...generateCoarsely({ schedule: bare, months: ['2027-01', '2027-02'], seed: 7 })], [[], []])
})

test('F17 in outline too, sold and called never exceed accepted, whatever a story asks for, and the meter refuses nothing', () => {
  fc.assert(
    fc.property(plans, courses, (plan, drawn) => {
      const history = historyOf(plan)
      const { schedule, months } = history
      const course = courseOf(drawn, history)
      const readings = [...generateCoarsely({ ...history, course })].flat()
      // The acceptances before these months came with the first month of the term.
      const before = monthsFrom('2016-06', 24).filter((month) => month < months[0]!)
      const first = [...generateCoarsely({ ...history, months: before, course })]
      const accepted = ofKind(first.flat(), 'acceptance')
      const all: Reading[] = [...accepted, ...readings]
      for (const { id, blocks } of schedule.pools) {
        const called = sumOf(ofKind(readings, 'call').filter(({ block }) => blocks.includes(block)))
        assertNeverAbove(
          add(
            soldOf(readings, ({ pool }) => pool === id),
            called,
          ),
          acceptedOf(schedule, all, blocks),
          `pool ${id}`,
        )
      }
      for (const { id } of schedule.blocks) {
        const down = [...ofKind(readings, 'outage'), ...ofKind(readings, 'maintenance')].filter(({ block }) => block === id)
        assertNeverAbove(sumOf(down), acceptedOf(schedule, all, [id]), `down in ${id}`)
      }
      assert.equal(new Set(all.map(({ source, id }) => `${source} ${id}`)).size, all.length)
      for (const reading of readings) assert.deepEqual(parseReading(formatReading(reading), 'UTC'), { reading })
      for (const month of months) {
        const meter = makeMeter(schedule, monthInterval(month, schedule.zone))
        for (const reading of all) meter.add(reading, digestOf(reading))
        const facts = meter.facts()
        assert.deepEqual('refusals' in facts ? facts.refusals : [], [])
      }
    }),
    { numRuns: 80 },
  )
})

test('F18 what is sold is the part that the story says, paid at its prices, in the month of a clock change too', () => {
  const schedule = exampleOf('sharon-ai.yaml')
  const course: Course = {
    sold: [{ from: 0, value: decimal('0.6') }],
    reservedPrice: [{ from: 0, value: decimal('2.00') }],
    onDemandPrice: [{ from: 0, value: decimal('3.00') }],
    orders: [],
    breakdowns: [],
    acceptedOn: () => undefined,
  }
  const before = ofKind([...generateCoarsely({ schedule, months: monthsFrom('2026-08', 14), seed: 7 })].flat(), 'acceptance')
  // October 2027 of Sydney has 743 hours.
  for (const [month, hours] of [
    ['2027-09', 720],
    ['2027-10', 743],
  ] as const) {
    const readings = [...generateCoarsely({ schedule, months: [month], seed: 7, course })].flat()
    const { from, to } = monthInterval(month, schedule.zone)
    assert.equal(to - from, hours * 3600)
    const within = (of: ReturnType<typeof sumOf>) => integrate(restrict(of, from, to), from, to) / 3600
    const accepted = within(
      acceptedOf(
        schedule,
        before,
        schedule.blocks.map(({ id }) => id),
      ),
    )
    const [reserved, onDemand] = [within(sumOf(ofKind(readings, 'reservation'))), within(sumOf(ofKind(readings, 'allocation')))]
    // Whole racks are sold, and up to a tenth more or less on demand by chance.
    assert.ok(Math.abs((reserved + onDemand) / accepted - 0.6) < 0.03, `${(reserved + onDemand) / accepted}`)
    const billed = (product: string) =>
      ofKind(readings, 'charge').reduce((sum, each) => sum + (each.product === product ? Number(each.amount) : 0), 0)
    assert.ok(Math.abs(billed('reserved') - 2 * reserved) < 1)
    assert.ok(Math.abs(billed('on-demand') - 3 * onDemand) < 1)
  }
})

test('F18 failures take as many GPUs out of service as the cited rate and the repairs say', () => {
  const schedule = exampleOf('firmus-batam.yaml')
  const outages = ofKind([...generateCoarsely({ schedule, months: monthsFrom('2028-01', 12), seed: 7 })].flat(), 'outage')
  const [from, to] = [monthInterval('2028-01', schedule.zone).from, monthInterval('2028-12', schedule.zone).to]
  const down = integrate(restrict(sumOf(outages), from, to), from, to)
  // 419 failures in 54 days on 16,384 GPUs, each of 4 GPUs, or one in twenty of 72; repairs last 9.8 hours on average: the trapezoids
  // under their table are 105 + 270 + 450 + 630 + 900 + 1,260 + 1,800 + 2,880 + 6,120 + 6,480 + 6,480 + 3,024 + 1,944 + 2,073.6 + 907.2.
  const repair = 35_323.8
  const expected =
    169_992 * (to - from) * (interruptions.count / (interruptions.days * 86_400 * interruptions.gpus)) * repair * (4 + 68 / 20)
  assert.ok(Math.abs(down / expected - 1) < 0.06, `${down / expected}`)
  assert.equal(valueAt(sumOf(outages), from) > 0, true)
})
