import assert from 'node:assert/strict'
import { test } from 'node:test'
import { acceptAll, metered, scheduleOf, type SchedulePlan } from '../../../test/schedule.ts'
import { backstopOf } from '../../../test/world.ts'
import { fromPairs, since } from '../base/steps.ts'
import { monthInterval, startOfDate, type Interval } from '../base/time.ts'
import type { Reading } from './reading.ts'
import { excessOf, firstRefusals, printCount, printInterval, refusalsMax } from './refusal.ts'

const zone = 'Australia/Sydney'
const window = monthInterval('2017-10', zone)
/** 14 October 2017, 08:00 in Sydney. */
const eight = startOfDate('2017-10-14', zone) + 8 * 3600
const hours = (from: number, to: number): Interval => ({ from: eight + from * 3600, to: eight + to * 3600 })
const clause = backstopOf({ zone, from: '2017-01-01', through: '2017-10-14', currency: 'USD' }, { blocks: ['syd-a'] })

const reading = (kind: string, id: string, more: Readonly<Record<string, unknown>>): Reading =>
  ({ kind, source: 'site', id, ...more }) as unknown as Reading
const reserve = (order: string, span: Interval, gpus: number): Reading =>
  reading('reservation', `r-${order}-${span.from}`, { order, gpus, pool: 'pool', ...span })
const refusalsOf = (plan: Omit<SchedulePlan, 'zone'>, readings: readonly Reading[], accepted = window.from) => {
  const schedule = scheduleOf({ zone, ...plan })
  const facts = metered(schedule, window, [...acceptAll(schedule, accepted), ...readings])
  return 'refusals' in facts ? facts.refusals : []
}
const messagesOf = (...given: Parameters<typeof refusalsOf>): string[] =>
  refusalsOf(...given).map(({ kind, message }) => `${kind}: ${message}`)
const one: Omit<SchedulePlan, 'zone'> = { blocks: [{ id: 'syd-a', gpus: 20_160 }], clauses: [clause] }

test('M15 sold above capacity: the block, the time, the numbers and the orders', () => {
  const readings = [reserve('5512', hours(-24, 1.5), 10_152), reserve('5530', hours(0, 24), 10_080)]
  assert.deepEqual(messagesOf(one, readings), [
    'sold-above-capacity: Block syd-a is sold above its capacity: 20,232 of 20,160 GPUs from 2017-10-14 08:00:00 +11:00 to 09:30:00. Sold then: order 5512 10,152, order 5530 10,080. Shorten one.',
  ])
  // Where the numbers change on the way, the worst of them and its instant.
  assert.match(
    messagesOf(one, [...readings, reserve('5540', hours(1, 3), 50)])[0]!,
    /up to 20,282 of 20,160 GPUs \(at 2017-10-14 09:00:00 \+11:00\) from 2017-10-14 08:00:00 \+11:00 to 09:30:00\. Sold then: order 5512 10,152, order 5530 10,080, order 5540 50\./,
  )
  // On demand, without an order, and six orders: five are named.
  const many = Array.from({ length: 6 }, (_, i) => reserve(`o${i}`, hours(0, 1), 4000))
  const open = reading('allocation', 'j', { pool: 'pool', gpus: 4001, ...hours(0, 1) })
  assert.match(
    messagesOf(one, [...many, open])[0]!,
    /without an order 4,001, order o0 4,000, .*order o3 4,000 and 2 smaller ones\. Shorten one\./,
  )
})

test('M15 what is called counts as held: sold and called together above capacity', () => {
  const called = reading('call', 'c', { block: 'syd-a', gpus: 160, ...hours(0, 2) })
  assert.deepEqual(messagesOf(one, [reserve('1', hours(1, 3), 20_001), called]), [
    'sold-above-capacity: Block syd-a, with 160 GPUs called, is sold above its capacity: 20,161 of 20,160 GPUs from 2017-10-14 09:00:00 +11:00 to 10:00:00. Sold then: order 1 20,001. Shorten one.',
  ])
})

test('M15 a failure under a reservation is no refusal', () => {
  const outage = reading('outage', 'o', { block: 'syd-a', gpus: 20_160, ...hours(0, 2) })
  assert.deepEqual(messagesOf(one, [reserve('1', hours(0, 3), 20_160), outage]), [])
})

test('M15 a pool is oversold as a whole, and block by block under specific', () => {
  const blocks = [
    { id: 'a', gpus: 100 },
    { id: 'b', gpus: 100 },
  ]
  const sales = [reserve('1', hours(0, 1), 150)]
  for (const attribution of ['supported-first', 'pro-rata'] as const) {
    const plan = { blocks, attribution: { pool: attribution } }
    assert.deepEqual(messagesOf(plan, sales), [])
    assert.match(
      messagesOf(plan, [...sales, reserve('2', hours(0, 1), 51)])[0]!,
      /^sold-above-capacity: Pool pool is sold above its capacity: 201 of 200 GPUs from/,
    )
  }
  const specific = { blocks, attribution: { pool: 'specific' as const } }
  assert.deepEqual(messagesOf({ ...specific, orders: { 1: ['a', 'b'] } }, sales), [])
  assert.match(
    messagesOf({ ...specific, orders: { 1: ['b'] } }, sales)[0]!,
    /^sold-above-capacity: Block b is sold above its capacity: 150 of 100 GPUs from/,
  )
})

test('M15 under specific every sale has an order that names blocks', () => {
  const plan = { blocks: [{ id: 'a' }], attribution: { pool: 'specific' as const }, orders: { 1: ['a'] } }
  const open = reading('allocation', 'j', { pool: 'pool', gpus: 4, ...hours(0, 1) })
  assert.deepEqual(messagesOf(plan, [reserve('1', hours(0, 1), 5), reserve('2', hours(1, 2), 6), open]), [
    'order-without-blocks: Pool pool has sales without an order, whose sales are attributed to the blocks that each order names: 4 GPUs from 2017-10-14 08:00:00 +11:00. Add the order and its blocks to the agreement.',
    'order-without-blocks: Order 2 names no block of pool pool, whose sales are attributed to the blocks that each order names: 6 GPUs from 2017-10-14 09:00:00 +11:00. Add the order and its blocks to the agreement.',
  ])
})

test('M15 more out of service than accepted', () => {
  const outages = [
    reading('outage', '1', { block: 'syd-a', gpus: 20_000, ...hours(0, 2) }),
    reading('outage', '2', { block: 'syd-a', gpus: 161, ...hours(-9, 1) }),
  ]
  assert.deepEqual(messagesOf(one, outages), [
    'out-of-service-above-accepted: Block syd-a has more GPUs planned or out of service than are accepted: 20,161 of 20,160 GPUs from 2017-10-14 08:00:00 +11:00 to 09:00:00. Readings of the same GPUs name their unit, or one of them is wrong.',
  ])
})

test('M15 nothing is sold, called or out of service before acceptance', () => {
  const given = [
    reserve('1', hours(-1, 1), 5),
    reading('outage', 'o', { block: 'syd-a', gpus: 7, ...hours(-2, 1) }),
    reading('call', 'c', { block: 'syd-a', gpus: 9, ...hours(-3, 1) }),
  ]
  const refusals = refusalsOf(one, given, eight)
  assert.deepEqual(
    refusals.map(({ kind, subject, from, to }) => [kind, subject, (from! - eight) / 3600, (to! - eight) / 3600]),
    [
      ['before-acceptance', 'syd-a', -3, 0],
      ['before-acceptance', 'syd-a', -2, 0],
      ['before-acceptance', 'syd-a', -1, 0],
    ],
  )
  assert.deepEqual(
    refusals.map(({ message }) => message.split(':')[0]),
    [
      'Block syd-a is called before its acceptance',
      'Block syd-a has GPUs planned or out of service before its acceptance',
      'Block syd-a is sold before its acceptance',
    ],
  )
  // Accepted later at less than was sold: both the time before and the time after are refused, each in its words.
  assert.deepEqual(
    refusalsOf({ blocks: [{ id: 'syd-a', gpus: 4 }] }, [given[0]!], eight).map(({ kind, from, to }) => [
      kind,
      (from! - eight) / 3600,
      (to! - eight) / 3600,
    ]),
    [
      ['before-acceptance', -1, 0],
      ['sold-above-capacity', 0, 1],
    ],
  )
})

test('M15 a call above what is accepted, and one without a right to it', () => {
  const called = (gpus: number, span: Interval) => reading('call', `c${gpus}`, { block: 'syd-a', gpus, ...span })
  assert.deepEqual(messagesOf(one, [called(20_161, hours(0, 1))]), [
    'called-above-accepted: Block syd-a is called above what is accepted: 20,161 of 20,160 GPUs from 2017-10-14 08:00:00 +11:00 to 09:00:00. Lower the call.',
  ])
  // The backstop with the call right ends with the 14th.
  const without = (plan: Omit<SchedulePlan, 'zone'>) => messagesOf(plan, [called(10, hours(15, 17))])
  assert.deepEqual(without(one), [
    'call-without-right: Block syd-a is called where no backstop that covers it gives a call right: 10 GPUs from 2017-10-15 00:00:00 +11:00 to 01:00:00. Withdraw the call, or amend the agreement.',
  ])
  assert.match(
    without({ ...one, clauses: [{ ...clause, callRight: false }] })[0]!,
    /10 GPUs from 2017-10-14 23:00:00 \+11:00 to 2017-10-15 01:00:00 \+11:00/,
  )
})

test('M15 an unknown tranche, and one accepted twice', () => {
  const accept = (id: string, tranche: string) => reading('acceptance', id, { block: 'syd-a', tranche, at: eight, design: 1, tested: 1 })
  assert.deepEqual(messagesOf(one, [accept('x', 'second')]), [
    'unknown-tranche: Block syd-a has no tranche second, which site/x at 2017-10-14 08:00:00 +11:00 accepts. Its tranches: main.',
  ])
  assert.deepEqual(messagesOf(one, [accept('x', 'main')]), [
    'accepted-twice: Tranche main of block syd-a is accepted 2 times: by site/accept-syd-a-main at 2017-10-01 00:00:00 +10:00 and by site/x at 2017-10-14 08:00:00 +11:00. Let one replace the others.',
  ])
})

test('M15 all are told at once, the first hundred by time', () => {
  const outages = Array.from({ length: 250 }, (_, i) =>
    reading('outage', `${i}`, { block: 'syd-a', gpus: 20_161, from: eight + (249 - i) * 60, to: eight + (249 - i) * 60 + 30 }),
  )
  const refusals = refusalsOf(one, [...outages, reserve('1', hours(-1, 0), 30_000)])
  assert.equal(refusals.length, refusalsMax)
  assert.deepEqual(
    refusals.slice(0, 3).map(({ from }) => from! - eight),
    [-3600, 0, 60],
  )
})

test('M15 a stretch is cut where the limit leaves zero, and merged where only the numbers change', () => {
  const excesses = excessOf(
    fromPairs([
      [0, 5],
      [10, 7],
      [20, 3],
      [40, 0],
    ]),
    since(5, 2),
    { from: 0, to: 50 },
  )
  assert.deepEqual(excesses, [
    { from: 0, to: 5, worstAt: 0, value: 5, limit: 0, varies: false },
    { from: 5, to: 40, worstAt: 10, value: 7, limit: 2, varies: true },
  ])
  assert.deepEqual(excessOf(since(0, 2), since(0, 2), { from: 0, to: 50 }), [])
})

test('M15 numbers and intervals are printed for people, and the order of refusals is fixed', () => {
  assert.deepEqual([0, 999, 1000, 20_160, 1_234_567, -1, -1234].map(printCount), [
    '0',
    '999',
    '1,000',
    '20,160',
    '1,234,567',
    '-1',
    '-1,234',
  ])
  // Over the clock change the offset is said again.
  const midnight = startOfDate('2017-10-01', zone)
  assert.equal(printInterval({ from: midnight, to: midnight + 4 * 3600 }, zone), '2017-10-01 00:00:00 +10:00 to 2017-10-01 05:00:00 +11:00')
  const refusal = (subject: string, from?: number) => ({
    kind: 'before-acceptance' as const,
    subject,
    message: '',
    ...(from === undefined ? {} : { from }),
  })
  const sorted = firstRefusals([refusal('b', 5), refusal('a', 5), refusal('z'), refusal('c', -3)])
  assert.deepEqual(
    sorted.map(({ subject }) => subject),
    ['z', 'c', 'a', 'b'],
  )
})
