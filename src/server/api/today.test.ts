import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { verifyCampus } from '../../../test/campus-telemetry.ts'
import { closeWorld, worldNow } from '../../../test/closed-world.ts'
import { testDatabase } from '../../../test/database.ts'
import { doorsOf } from '../../../test/doors.ts'
import { byHeader, headersOf } from '../../../test/principals.ts'
import { campusAgreement, loadCampus } from '../../../test/small-campus.ts'
import { add, during, integrate, maximum, zero } from '../../core/base/steps.ts'
import { formatInstant, monthInterval, parseInstant } from '../../core/base/time.ts'
import type { ProblemWire } from '../../wire/problem.ts'
import type { ReadingsWire, ReadingWire } from '../../wire/reading.ts'
import type { HitsWire } from '../../wire/search.ts'
import type { FeedsWire } from '../../wire/feed.ts'
import type { OrdersWire } from '../../wire/order.ts'
import type { TodayWire } from '../../wire/today.ts'
import { asSystem } from '../store/database.ts'
import { closePeriod } from '../app/close-period.ts'
import { amountsIn } from '../app/search.ts'
import { makeApi } from './api.ts'
import { pseudonymOf } from './tenant-names.ts'

const { close, ...store } = await testDatabase()
let clock = worldNow
const options = { ...doorsOf(store, () => clock), consoleFolder: join(import.meta.dirname, 'nothing') }
const api = await makeApi({ ...options, identify: byHeader })
const open = await makeApi(options)
after(async () => {
  await api.close()
  await open.close()
  await close()
})
let months: string[] = []
before(async () => {
  months = await closeWorld(store)
  await loadCampus(store)
  await verifyCampus(store)
  await asSystem(store.database, (tx) =>
    tx
      .insertInto('agreement_reader')
      .values([
        { agreement: 'sharon-ai', party: 'bank', role: 'lender' as const, given: true, actor: 'test', recorded_at: '2026-11-05T00:00:00Z' },
        {
          agreement: 'sharon-ai',
          party: 'audit',
          role: 'auditor' as const,
          given: true,
          actor: 'test',
          recorded_at: '2026-11-05T00:00:00Z',
        },
      ])
      .execute(),
  )
})

const secondsOf = (text: string): number => parseInstant(text, 'UTC') as number
const byText = (a: readonly unknown[], b: readonly unknown[]): number => (String(a[0]) < String(b[0]) ? -1 : 1)

type Who = Readonly<Record<string, string>>
const operator = headersOf('operator', 'sharon-ai')
const guarantor = headersOf('guarantor', 'nvidia')
const get = async <T>(url: string, headers: Who, status = 200): Promise<T> => {
  const answer = await api.inject({ url, headers })
  assert.equal(answer.statusCode, status, `${url}: ${answer.body.slice(0, 400)}`)
  return answer.json<T>()
}
const post = async <T>(url: string, payload: object, headers: Who, status: number): Promise<T> => {
  const answer = await api.inject({ method: 'POST', url, payload, headers })
  assert.equal(answer.statusCode, status, `${url}: ${answer.body.slice(0, 400)}`)
  return answer.json<T>()
}
const today = (who: Who) => get<TodayWire>('/api/today', who)

test('API96 both sides of an agreement read the same needs in the same order, and nobody reads those of others', async () => {
  const [ours, theirs] = [await today(operator), await today(guarantor)]
  const of = ({ needs }: TodayWire) => needs.filter(({ kind, agreement }) => kind !== 'feed' && agreement === 'sharon-ai')
  assert.ok(of(ours).length > 0)
  assert.deepEqual(of(ours), of(theirs))
  assert.ok(ours.needs.every(({ agreement }) => agreement === null || agreement === 'sharon-ai'))
  const campus = await today(headersOf('guarantor', 'grantor'))
  assert.ok(campus.needs.some(({ kind, agreement, count }) => kind === 'findings' && agreement === campusAgreement && count! > 0))
  assert.ok(campus.needs.every(({ agreement }) => agreement === campusAgreement))
  const stranger = await today(headersOf('guarantor', 'nobody-at-all'))
  assert.deepEqual([stranger.needs, stranger.trends, stranger.next, stranger.since], [[], [], null, null])
})

test('API96 what needs somebody is what is so: a payment its due date and what is payable, a month that is over and open', async () => {
  const { needs, next } = await today(guarantor)
  type Periods = {
    periods: { month: string; status: string; dueOn: string | null; payable: { payer: string | null; amount: string } | null }[]
  }
  const { periods } = await get<Periods>('/api/agreements/sharon-ai/periods', guarantor)
  const due = periods.filter(({ dueOn, payable }) => payable !== null && payable.payer !== null && dueOn !== null)
  assert.ok(due.length > 0)
  assert.deepEqual(
    needs
      .filter(({ kind, agreement }) => kind === 'payment' && agreement === 'sharon-ai')
      .map(({ month, amount, dueOn, payer }) => [month, amount, dueOn, payer])
      .toSorted(byText),
    due.map(({ month, dueOn, payable }) => [month, payable!.amount, dueOn, payable!.payer]).toSorted(byText),
  )
  // firmus-batam is signed, and none of its months is closed: the first of them is what comes next.
  assert.deepEqual(
    needs.filter(({ kind }) => kind === 'month').map(({ agreement, month }) => [agreement, month]),
    [['firmus-batam', '2026-08']],
  )
  assert.deepEqual(next, { title: next!.title, month: '2026-11', days: 26 })
})

test('API96 each role reads what it may: an administrator no amounts, a lender no claims, a tenant no agreement', async () => {
  const administrator = await today(headersOf('administrator', null))
  assert.ok(administrator.needs.every(({ kind, amount }) => (kind === 'feed' || kind === 'job') && amount === null))
  assert.deepEqual(administrator.trends, [])
  const lender = await today(headersOf('lender', 'bank'))
  assert.ok(lender.needs.length > 0)
  assert.ok(
    lender.needs.every(
      ({ kind, agreement }) => ['payment', 'dispute', 'month', 'cap', 'covenant'].includes(kind) && agreement === 'sharon-ai',
    ),
  )
  const tenant = await today(headersOf('tenant', 'tenant-07'))
  assert.ok(tenant.needs.every(({ kind }) => kind === 'order'))
  assert.deepEqual([tenant.trends, tenant.next], [[], null])
  const nobody = (await open.inject('/api/today')).json<TodayWire>()
  assert.ok(nobody.needs.length > lender.needs.length)
  assert.equal(nobody.since, null)
  assert.equal((await open.inject({ method: 'POST', url: '/api/today/visits' })).json<{ noted: boolean }>().noted, false)
})

test('API97 something put off to a date is away until it, for that person alone, and comes back', async () => {
  const [anna, ben] = [headersOf('guarantor', 'nvidia', 'usr_anna'), headersOf('guarantor', 'nvidia', 'usr_ben')]
  const { needs } = await today(anna)
  const { id } = needs.find(({ kind }) => kind === 'month')!
  const key = { 'idempotency-key': 'put-off-1' }
  const body = { need: id, until: '2026-11-20' }
  await post('/api/today/snoozes', body, { ...anna, ...key }, 201)
  await post('/api/today/snoozes', body, { ...anna, ...key }, 201)
  assert.equal((await post<ProblemWire>('/api/today/snoozes', { ...body, until: '2026-11-21' }, { ...anna, ...key }, 422)).status, 422)
  const { rows } = await store.pool.query('select person from snooze')
  assert.equal(rows.length, 1)
  const then = await today(anna)
  assert.deepEqual(
    then.needs.map((need) => need.id),
    needs.map((need) => need.id).filter((each) => each !== id),
  )
  assert.deepEqual(
    then.snoozed.map(({ need, until }) => [need.id, until]),
    [[id, '2026-11-20']],
  )
  assert.ok((await today(ben)).needs.some((need) => need.id === id))
  clock = worldNow + 15 * 86_400
  assert.ok((await today(anna)).needs.some((need) => need.id === id))
  clock = worldNow
  await post('/api/today/snoozes', { need: id, until: '2026-11-05' }, anna, 201)
  assert.ok((await today(anna)).needs.some((need) => need.id === id))
  // What is not theirs to see cannot be put off, and nothing for years.
  const foreign = { need: `findings:${campusAgreement}/2026-10`, until: '2026-11-20' }
  const missing = { need: 'findings:no-such-name/2026-10', until: '2026-11-20' }
  const told = [
    await post<ProblemWire>('/api/today/snoozes', foreign, anna, 404),
    await post<ProblemWire>('/api/today/snoozes', missing, anna, 404),
  ]
  assert.equal(told[0]!.detail.replaceAll(campusAgreement, '*'), told[1]!.detail.replaceAll('no-such-name', '*'))
  assert.match((await post<ProblemWire>('/api/today/snoozes', { need: id, until: '2030-01-01' }, anna, 400)).detail, /at most/)
  const unnamed = await open.inject({ method: 'POST', url: '/api/today/snoozes', payload: body })
  assert.equal(unnamed.statusCode, 403)
})

test('API97 since you were here: what was closed after the visit before this one, within reach, and only for who was here', async () => {
  const carla = headersOf('guarantor', 'nvidia', 'usr_carla')
  assert.equal((await today(carla)).since, null)
  assert.deepEqual(await post('/api/today/visits', {}, carla, 200), { noted: true })
  assert.deepEqual(await post('/api/today/visits', {}, carla, 200), { noted: false })
  // Within the hour it is still the first visit.
  assert.equal((await today(carla)).since, null)
  await store.pool.query(
    `insert into visit (person, seen, batch, recorded_at)
     select 'usr_dora', (select max(entry) from audit_log), (select max(batch) from import_batch), now() - interval '3 days'`,
  )
  const dora = headersOf('guarantor', 'nvidia', 'usr_dora')
  const empty = (await today(dora)).since!
  assert.deepEqual([empty.news, empty.more], [[], false])
  assert.ok(Math.abs(empty.secondsAgo - 3 * 86_400) < 100)
  for (const agreement of ['firmus-batam', campusAgreement]) {
    const month = '2026-08'
    const closed = await closePeriod(store, { agreement, month, now: worldNow, by: 'test' })
    assert.equal(closed.kind, 'closed', JSON.stringify(closed))
  }
  const { news } = (await today(dora)).since!
  assert.deepEqual(
    news.map(({ kind, agreement, month }) => [kind, agreement, month]),
    [['final', 'firmus-batam', '2026-08']],
  )
})

const search = (question: string, who: Who) => get<HitsWire>(`/api/search?q=${encodeURIComponent(question)}`, who)

test('API98 what is asked for by name, month, hash, id or amount is found by who may see it, and by nobody else', async () => {
  type Period = {
    id?: string
    hash: string
    statement: { lines: { number: number; amount: string }[]; totals: { net: { amount: string } } }
  }
  const month = months.at(-1)!
  const { hash, statement } = await get<Period>(`/api/agreements/sharon-ai/periods/${month}`, operator)
  const line = statement.lines.find(({ amount }) => !/^0\.00$/.test(amount))!
  const grouped = BigInt(line.amount.split('.')[0]!).toLocaleString('en-US')
  const { rows } = await store.pool.query<{ id: string }>(
    `select id from journal where book = 'sharon-ai' and agreement = 'sharon-ai' limit 1`,
  )
  const { orders } = await get<OrdersWire>(`/api/orders?month=${month}&agreement=sharon-ai`, operator)
  const asked: [question: string, kind: string, id: RegExp][] = [
    ['sharon', 'agreement', /^sharon-ai$/],
    ['oct 26', 'month', /^2026-10$/],
    [hash, 'statement', new RegExp(hash)],
    [hash.slice(0, 9).toUpperCase(), 'statement', new RegExp(hash)],
    [rows[0]!.id, 'journal', new RegExp(rows[0]!.id)],
    [`explain ${grouped}.${line.amount.split('.')[1]}`, 'amount', new RegExp(`^${line.amount}$`)],
    [`USD ${line.amount}`, 'amount', new RegExp(`^${line.amount}$`)],
    [statement.totals.net.amount, 'amount', new RegExp(`^${statement.totals.net.amount}$`)],
    ['backstop', 'clause', /^backstop$/],
    ['sharon-syd', 'factory', /^sharon-syd$/],
    [orders[0]!.order.slice(0, 7), 'order', new RegExp(`^${orders[0]!.order.slice(0, 7)}`)],
  ]
  for (const [question, kind, id] of asked) {
    const own = await search(question, operator)
    const found = own.hits.filter((hit) => hit.kind === kind)
    assert.ok(
      found.some((hit) => id.test(hit.id)),
      `${question}: ${JSON.stringify(own.hits)}`,
    )
    assert.ok(
      own.hits.every(({ agreement }) => agreement === null || agreement === 'sharon-ai'),
      question,
    )
    assert.ok(own.hits.length <= 40)
    for (const stranger of [headersOf('operator', 'harbour'), headersOf('guarantor', 'nobody'), headersOf('administrator', null)])
      assert.doesNotMatch(JSON.stringify((await search(question, stranger)).hits), /sharon|syd-a/)
  }
  const hall = await search('hall-1', headersOf('operator', 'harbour'))
  assert.ok(hall.hits.some(({ kind, place }) => kind === 'hall' && place === 'harbour-west'))
  assert.ok((await search('hall-1', operator)).hits.every(({ kind }) => kind !== 'hall'))
  // A tenant finds its orders and nothing else; a guarantor no orders; the other side's book stays shut.
  const tenant = headersOf('tenant', orders[0]!.tenant)
  assert.ok((await search(orders[0]!.order, tenant)).hits.every(({ kind }) => kind === 'order'))
  assert.ok((await search(orders[0]!.order, guarantor)).hits.every(({ kind }) => kind !== 'order'))
  assert.deepEqual((await search(rows[0]!.id, guarantor)).hits, [])
  const line11 = (await search(line.amount, operator)).hits.find(({ kind }) => kind === 'amount')!
  assert.deepEqual([line11.month, line11.line, line11.place], [month, line.number, 'line'])
})

test('API98 an amount that is a line and a total too is found as the line first', async () => {
  type Period = { statement: { lines: { number: number; amount: string; payer: string }[] } }
  const month = '2026-08'
  assert.equal((await closePeriod(store, { agreement: campusAgreement, month, now: worldNow, by: 'test' })).kind, 'closed')
  const grantor = headersOf('guarantor', 'grantor')
  const { statement } = await get<Period>(`/api/agreements/${campusAgreement}/periods/${month}`, grantor)
  let both = 0
  for (const { amount } of statement.lines.filter((line) => /[1-9]/.test(line.amount))) {
    const { hits } = await search(`explain ${amount}`, grantor)
    const found = hits.filter(({ kind }) => kind === 'amount')
    assert.notEqual(found[0]!.line, null, JSON.stringify(found))
    both += found.some(({ line }) => line === null) ? 1 : 0
  }
  assert.ok(both > 0, 'no total is a single line')
})

test('API98 amounts are read as people write them', () => {
  for (const text of ['16,096,464.00', 'explain 16,096,464.00', 'USD 16,096,464', '(16096464.0)', '16 096 464.00', '016096464.00 USD'])
    assert.ok(amountsIn(text).includes('16096464.00'), text)
  for (const text of ['oct 26', 'sharon', '2026-10-', '1.2.3', 'ab12', ''])
    assert.deepEqual(text === '2026-10-' ? [] : amountsIn(text), [], text)
})

test('API101 a guarantor or lender reads a pseudonym for a tenant: one for each, the same every time, and of no use to another party', async () => {
  const path = '/api/readings?agreement=sharon-ai&kind=reservation&limit=200'
  const named = (await get<ReadingsWire>(path, operator)).readings
  const hidden = (await get<ReadingsWire>(path, guarantor)).readings
  const tenants = [...new Set(named.map(({ tenant }) => tenant!))]
  assert.ok(tenants.length > 5)
  assert.deepEqual(
    hidden.map((each) => ({ ...each, tenant: null })),
    named.map((each) => ({ ...each, tenant: null })),
  )
  const pairs = new Map(named.map(({ tenant }, i) => [tenant, hidden[i]!.tenant]))
  for (const [i, { tenant }] of named.entries()) assert.equal(hidden[i]!.tenant, pairs.get(tenant))
  assert.equal(new Set(pairs.values()).size, tenants.length)
  assert.ok(hidden.every(({ tenant }) => !tenants.includes(tenant!)))
  assert.match(hidden[0]!.tenant!, /^tenant-[0-9a-f]{8}$/)
  assert.notEqual(pseudonymOf('k', 'nvidia', 'a'), pseudonymOf('k', 'other', 'a'))
  assert.notEqual(pseudonymOf('k', 'nvidia', 'a'), pseudonymOf('l', 'nvidia', 'a'))
  assert.equal((await get<ReadingsWire>(path, headersOf('auditor', 'audit'))).readings[0]!.tenant, named[0]!.tenant)
  // As rows it is the same: what is asked in another form tells no more.
  for (const [who, read] of [
    [guarantor, hidden],
    [operator, named],
  ] as const) {
    const answer = await api.inject({ url: path.replace('&limit=200', ''), headers: { ...who, accept: 'application/x-ndjson' } })
    const rows = answer.body.split('\n').slice(0, read.length)
    assert.deepEqual(
      rows.map((row) => JSON.parse(row) as unknown),
      read,
    )
  }
  await get<ProblemWire>('/api/orders', guarantor, 403)
  // Racks tell of tenants too.
  const rack = '/api/factories/harbour-west/months/2026-10/rack?unit=hall-1%2Fr001'
  const seen = (await get<ReadingsWire>(rack, headersOf('operator', 'harbour'))).readings.flatMap(({ tenant }) => tenant ?? [])
  assert.ok(seen.length > 0)
  for (const { tenant } of (await get<ReadingsWire>(rack, headersOf('guarantor', 'grantor'))).readings)
    assert.ok(tenant === null || /^tenant-[0-9a-f]{8}$/.test(tenant))
})

test('API99 over HTTP: an order was reserved, held and sold what a plain walk through its readings, as they are answered, gives', async () => {
  const month = months.at(-1)!
  const { orders, next } = await get<OrdersWire>(`/api/orders?month=${month}&limit=500`, operator)
  assert.equal(next, null)
  assert.ok(orders.length > 3)
  const window = monthInterval(month, orders[0]!.zone)
  const [from, to] = [formatInstant(window.from), formatInstant(window.to)]
  const query = `/api/readings?agreement=sharon-ai&kind=reservation,allocation&from=${from}&to=${to}&limit=500`
  const readings: ReadingWire[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: ReadingsWire = await get<ReadingsWire>(cursor === '' ? query : `${query}&cursor=${cursor}`, operator)
    readings.push(...page.readings)
    cursor = page.next
  }
  assert.ok(readings.length > orders.length)
  const course = (of: string, order: string, pool: string) =>
    readings
      .filter((each) => each.kind === of && each.order === order && each.subject === pool && each.replacedBy === null)
      .reduce((sum, each) => add(sum, during(secondsOf(each.from!), secondsOf(each.to!), each.gpus!)), zero)
  for (const { order, pool, reserved, used, sold } of orders) {
    const [promised, held] = [course('reservation', order, pool), course('allocation', order, pool)]
    const walked = [promised, held, maximum(promised, held)].map((steps) => integrate(steps, window.from, window.to))
    assert.deepEqual([reserved, used, sold], walked, order)
  }
})

test('API100 over HTTP: a tenant is told where its order is and nothing of the agreement; what it may not see is as if it were not', async () => {
  const month = months.at(-1)!
  const { orders } = await get<OrdersWire>(`/api/orders?month=${month}`, operator)
  const { order, tenant } = orders.find((each) => each.tenant !== null)!
  const who = headersOf('tenant', tenant)
  const own = await get<OrdersWire>(`/api/orders?month=${month}`, who)
  assert.deepEqual([...new Set(own.orders.map((each) => each.tenant))], [tenant])
  assert.ok(own.orders.every((each) => each.agreement === null && each.title === null && each.region !== '' && each.zone !== ''))
  await get(`/api/orders/${order}?month=${month}`, who)
  const foreign = orders.find((each) => each.tenant !== tenant)!.order
  const [hidden, missing] = [
    await get<ProblemWire>(`/api/orders/${foreign}`, who, 404),
    await get<ProblemWire>('/api/orders/no-such', who, 404),
  ]
  assert.equal(hidden.detail.replace(foreign, '*'), missing.detail.replace('no-such', '*'))
  assert.equal((await get<ProblemWire>('/api/orders?cursor=xyz', operator, 400)).errors![0]!.pointer, '/query/cursor')
  assert.ok(
    (await get<OrdersWire>(`/api/orders?month=${month}`, headersOf('operator', 'harbour'))).orders.every(({ pool }) => pool === 'harbour'),
  )
})

test('API102 feeds are told by source with their age; an administrator sees all of them, and no reading of any', async () => {
  const own = await get<FeedsWire>('/api/feeds', operator)
  assert.ok(own.feeds.length > 0)
  for (const feed of own.feeds) assert.equal(feed.ageSeconds, Math.max(0, worldNow - Date.parse(feed.lastRecorded) / 1000))
  const all = await get<FeedsWire>('/api/feeds', headersOf('administrator', null))
  assert.ok(all.feeds.length > own.feeds.length)
  assert.ok(all.feeds.some(({ source }) => source === 'slurm-syd'))
  assert.ok(own.feeds.every(({ source }) => source !== 'slurm-syd'))
  await get('/api/feeds', guarantor, 403)
  await get('/api/readings?agreement=sharon-ai', headersOf('administrator', null), 403)
})

test('API103 where time is the world’s, nobody moves it', async () => {
  const { sandbox, run } = await get<{ sandbox: boolean; run: null }>('/api/sandbox', operator)
  assert.deepEqual([sandbox, run], [false, null])
  const refused = await post<ProblemWire>('/api/sandbox/advances', { by: 'month' }, operator, 409)
  assert.match(refused.detail, /offtake --home FOLDER advance/)
  await post('/api/sandbox/advances', { by: 'month' }, headersOf('auditor', 'audit'), 403)
  await post('/api/sandbox/advances/adv_none/stop', {}, operator, 404)
})
