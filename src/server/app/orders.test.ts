import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { closeWorld, worldNow } from '../../../test/closed-world.ts'
import { testDatabase } from '../../../test/database.ts'
import { fileOf, register } from '../../../test/rows.ts'
import { during, integrate, maximum, add, zero } from '../../core/base/steps.ts'
import { monthInterval } from '../../core/base/time.ts'
import type { Reading } from '../../core/meter/reading.ts'
import { decimal, plus, rational, toText } from '../../core/base/rational.ts'
import { asSystem } from '../store/database.ts'
import { everything } from '../store/reach.ts'
import { inTransaction } from '../store/transaction.ts'
import { factsOf } from './facts-of.ts'
import { findSchedule } from './find-schedule.ts'
import { importReadings } from './import-readings.ts'
import { makeOrders } from './orders.ts'
import { listOrders } from '../store/orders-out.ts'

const { close, ...store } = await testDatabase()
after(close)
const orders = makeOrders(store, () => worldNow)
let months: string[] = []
before(async () => {
  months = await closeWorld(store)
})

const all = async (month: string, agreement: string, limit: number, reach = everything) => {
  const found = []
  let last: { order: string; pool: string } | undefined
  for (;;) {
    const page = await orders(reach).listOrders({ month, agreement, after: last, limit })
    found.push(...page.orders)
    if (!page.more) return found
    last = { order: page.orders.at(-1)!.order, pool: page.orders.at(-1)!.pool }
  }
}

test('API99 what orders of a month were sold, with what was sold without an order, is what is contracted by the meter', async () => {
  const schedule = (await asSystem(store.database, (tx) => findSchedule(tx, 'sharon-ai')))!
  for (const month of months) {
    const window = monthInterval(month, schedule.zone)
    const facts = await inTransaction(store, (tx) => factsOf(tx, { schedule, window }))
    assert.ok(!('refusals' in facts))
    const { blocks } = facts
    const contracted = blocks.reduce((sum, { contracted: of }) => sum + integrate(of, window.from, window.to), 0)
    const found = await all(month, 'sharon-ai', 7)
    assert.ok(found.length > 3)
    const sold = found.reduce((sum, each) => sum + each.sold, 0)
    const { rows } = await store.pool.query<{ loose: string }>(
      `select coalesce(sum(gpus::bigint * (least(ends_at, $2) - greatest(starts_at, $1))), 0)::text as loose from reading
        where kind = 'allocation' and order_id is null and pool like 'sharon%' and starts_at < $2 and ends_at > $1`,
      [window.from, window.to],
    )
    assert.equal(sold + Number(rows[0]!.loose), contracted)
  }
})

test('API99 orders billed, with what was charged without an order, are the charges of the month less what reduces them', async () => {
  for (const month of months) {
    const found = await all(month, 'sharon-ai', 500)
    const billed = found.flatMap(({ billed: bills }) => bills).reduce((sum, { amount }) => plus(sum, decimal(amount)), rational(0))
    const { from, to } = monthInterval(month, 'Australia/Sydney')
    const { rows } = await store.pool.query<{ charged: string }>(
      `select coalesce(sum((c.body ->> 'amount')::numeric - coalesce((select sum((k.body ->> 'amount')::numeric) from reading k
           where k.source = c.source and k.kind in ('credit', 'refund') and k.body ->> 'reduces' = c.id), 0)), 0)::text as charged
         from reading c where c.kind = 'charge' and c.order_id is not null and c.pool like 'sharon%' and c.starts_at >= $1 and c.starts_at < $2`,
      [from, to],
    )
    assert.equal(toText(billed), toText(decimal(rows[0]!.charged)))
    assert.notEqual(toText(billed), '0')
  }
})

test('API100 pages by cursor visit each order once, in order, whatever their size; a tenant sees its own alone', async () => {
  const month = months.at(-1)!
  const whole = await all(month, 'sharon-ai', 500)
  for (const limit of [1, 2, 3, 5])
    assert.deepEqual(
      (await all(month, 'sharon-ai', limit)).map(({ order, sold }) => [order, sold]),
      whole.map(({ order, sold }) => [order, sold]),
    )
  const tenants = [...new Set(whole.map(({ tenant }) => tenant!))]
  assert.ok(tenants.length > 2)
  for (const tenant of tenants) {
    const own = await all(month, 'sharon-ai', 2, { kind: 'party', party: tenant })
    assert.deepEqual(
      own.map(({ order, sold, billed }) => [order, sold, billed]),
      whole.filter((each) => each.tenant === tenant).map(({ order, sold, billed }) => [order, sold, billed]),
    )
    const stranger = { kind: 'party', party: tenants.find((each) => each !== tenant)! } as const
    assert.equal(await orders(stranger).findOrder(own[0]!.order, { month, pool: undefined }), undefined)
  }
})

test('API100 the hours of one order add up to its month, and its bills to what it was charged', async () => {
  const month = months.at(-1)!
  for (const row of (await all(month, 'sharon-ai', 500)).slice(0, 4)) {
    const found = (await orders(everything).findOrder(row.order, { month, pool: undefined }))!
    const sum = (hours: Float64Array) => hours.reduce((whole, each) => whole + each, 0)
    assert.deepEqual([sum(found.hours.reserved), sum(found.hours.held), sum(found.hours.sold)], [row.reserved, row.held, row.sold])
    assert.equal(found.edges.length, 743 + 1)
    assert.deepEqual(
      found.bills.filter((bill) => bill.month === month),
      row.billed,
    )
    assert.ok(found.bills.length >= 3)
  }
})

const day = 86_400
let runs = 0

/** Some readings of three orders around one month, some of which take another's place or are taken back. */
const anyReadings = fc.array(
  fc.record({
    kind: fc.constantFrom('reservation', 'allocation', 'allocation'),
    order: fc.constantFrom('one', 'two', 'three'),
    pool: fc.constantFrom('law-a', 'law-b'),
    starts: fc.integer({ min: -10 * day, max: 40 * day }),
    seconds: fc.integer({ min: 1, max: 30 * day }),
    gpus: fc.integer({ min: 1, max: 500 }),
    fate: fc.constantFrom('stands', 'stands', 'stands', 'replaced', 'replaced twice', 'withdrawn'),
  }),
  { minLength: 1, maxLength: 25 },
)

test('API99 reserved, held and sold of every order are what a plain walk through its readings gives, whatever replaces what', async () => {
  // Last: what is registered without terms cannot be listed.
  await register(store, 'law', { pools: ['law-a', 'law-b'], zone: 'Australia/Sydney' })
  await fc.assert(
    fc.asyncProperty(anyReadings, async (drawn) => {
      const run = (runs += 1)
      const month = `${2030 + Math.floor(run / 12)}-${String((run % 12) + 1).padStart(2, '0')}`
      const window = monthInterval(month, 'Australia/Sydney')
      const written: Reading[] = []
      const stands: Reading[] = []
      for (const [i, { kind, order, pool, starts, seconds, gpus, fate }] of drawn.entries()) {
        // Months of other runs lie around: names of orders are this run's own.
        const common = { source: `law-${run}`, kind, order: `${order}-${run}`, pool, tenant: 'somebody' }
        const from = window.from + starts
        const first = { ...common, id: `r${i}`, gpus, from, to: from + seconds } as Reading
        written.push(first)
        if (fate === 'stands') stands.push(first)
        if (fate === 'withdrawn') written.push({ source: `law-${run}`, id: `w${i}`, kind: 'withdrawal', replaces: `r${i}` })
        if (!fate.startsWith('replaced')) continue
        const second = { ...first, id: `s${i}`, gpus: gpus + 1, replaces: `r${i}`, revision: 1 } as Reading
        const third = { ...first, id: `t${i}`, gpus: gpus + 2, replaces: `r${i}`, revision: 2 } as Reading
        written.push(...(fate === 'replaced' ? [second] : [third, second]))
        stands.push(fate === 'replaced' ? second : third)
      }
      const answer = await importReadings(store, { rows: fileOf(written), file: 'law', mode: 'all-or-nothing', now: worldNow, by: 'test' })
      assert.equal(
        answer.kind,
        'imported',
        JSON.stringify(answer, (_, each: unknown) => (typeof each === 'bigint' ? `${each}` : each)),
      )
      const windows = ['law-a', 'law-b'].map((pool) => ({ pool, window }))
      const found = await inTransaction(store, (tx) => listOrders(tx, windows, { after: undefined, limit: 500 }))
      const own = found.filter(({ order }) => order.endsWith(`-${run}`))
      type Sale = { order: string; pool: string; gpus: number; from: number; to: number; kind: string }
      const sales = (stands as unknown as Sale[]).filter(({ from, to }) => from < window.to && to > window.from)
      const keys = [...Map.groupBy(sales, ({ order, pool }) => `${order} ${pool}`)]
      assert.deepEqual(own.map(({ order, pool }) => `${order} ${pool}`).toSorted(), keys.map(([key]) => key).toSorted())
      for (const [key, of] of keys) {
        const course = (kind: string) =>
          of.filter((each) => each.kind === kind).reduce((sum, { from, to, gpus }) => add(sum, during(from, to, gpus)), zero)
        const [reserved, held] = [course('reservation'), course('allocation')]
        const whole = (steps: typeof zero) => integrate(steps, window.from, window.to)
        const sums = own.find(({ order, pool }) => `${order} ${pool}` === key)!
        assert.deepEqual([sums.reserved, sums.held, sums.sold], [whole(reserved), whole(held), whole(maximum(reserved, held))])
      }
    }),
    { numRuns: 25 },
  )
})
