import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import Fastify from 'fastify'
import { closeWorld, worldNow } from '../../../test/closed-world.ts'
import { testDatabase } from '../../../test/database.ts'
import { byHeader, headersOf } from '../../../test/principals.ts'
import { apiVersion, apiVersions } from '../../wire/api-version.ts'
import type { ProblemWire } from '../../wire/problem.ts'
import type { ReadingsWire, ReadingWire } from '../../wire/reading.ts'
import { makeServed } from '../serve.ts'
import { guardAccess } from './principal.ts'
import { makeBuckets, networkOf, ratesUsual, type Rate } from './rates.ts'
import { allPages } from './rows.ts'

const { close, ...store } = await testDatabase()
const [month] = await closeWorld(store)
const serving = { now: () => worldNow }
const api = await makeServed(store, serving)
await api.ready()
after(async () => {
  await api.close()
  await close()
})

const get = (url: string, headers: Readonly<Record<string, string>> = {}) => api.inject({ url, headers })

test('API24 a route that does not say what it needs is not added', () => {
  const bare = Fastify()
  guardAccess(bare, byHeader)
  assert.throws(() => bare.get('/api/secrets', () => 'told'), /GET \/api\/secrets does not say what it needs/)
  assert.doesNotThrow(() => bare.get('/api/open', { config: { needs: 'nothing' } }, () => 'told'))
})

test('API42 every answer says its dated version, and one that is not there is refused with those that are', async () => {
  for (const url of ['/api/agreements', '/api/agreements/nobody', '/api/nothing'])
    assert.equal((await get(url)).headers['offtake-version'], apiVersion, url)
  for (const version of apiVersions) {
    const asked = await get('/api/agreements', { 'offtake-version': version })
    assert.equal(asked.statusCode, 200)
    assert.equal(asked.headers['offtake-version'], version)
  }
  for (const version of ['2020-01-01', 'latest', '']) {
    const refused = await get('/api/agreements', { 'offtake-version': version })
    assert.equal(refused.statusCode, 400)
    const problem = refused.json<ProblemWire>()
    assert.equal(problem.type, 'urn:offtake:problem:unknown-version')
    assert.equal(refused.headers['offtake-version'], apiVersion)
    for (const known of apiVersions) assert.ok(problem.detail.includes(known))
  }
})

/** The reads of JSON that there are here, by what the document says. */
const jsonReads = (): string[] => {
  type Parameter = Readonly<{ name: string; in: string; required?: boolean; schema?: Readonly<{ enum?: readonly string[] }> }>
  type Read = Readonly<{ parameters?: readonly Parameter[]; responses?: Readonly<Record<string, Readonly<{ content?: object }>>> }>
  const { paths = {} } = api.swagger() as { paths?: Record<string, { get?: Read }> }
  /** What a read has to be asked with. */
  const asked = ({ parameters = [] }: Read): string =>
    parameters
      .filter((each) => each.in === 'query' && each.required === true)
      .map(({ name, schema }) => `${name}=${name === 'agreement' ? 'sharon-ai' : (schema?.enum?.[0] ?? 'sharon')}`)
      .join('&')
  return (
    Object.entries(paths)
      .filter(([, { get: read }]) => 'application/json' in (read?.responses?.['200']?.content ?? {}))
      .map(([path, { get: read }]) => `${path}?${asked(read!)}`.replace(/\?$/, ''))
      .map((path) => path.replace('/{id}/periods', '/sharon-ai/periods').replace('{month}', month!).replace('{number}', '1'))
      .map((path) => path.replace('/agreements/{id}', '/agreements/sharon-ai'))
      // What is drawn by lot is never the same.
      .filter((path) => !path.includes('{') && path !== '/api/audit/pick')
  )
}

test('API43 every read of JSON has an entity tag, who has that content is answered 304, and only their own cache may keep it', async () => {
  const reads = jsonReads()
  assert.ok(reads.length >= 9, reads.join(', '))
  for (const url of reads) {
    const first = await get(url)
    assert.equal(first.statusCode, 200, `${url}: ${first.body}`)
    // Who is signed in is kept by nobody.
    if (url === '/api/session') assert.equal(first.headers['cache-control'], 'no-store')
    if (url === '/api/session') continue
    const tag = String(first.headers['etag'])
    assert.match(tag, /^(W\/)?"[^"]+"$/, url)
    assert.equal(first.headers['cache-control'], 'private, no-cache', url)
    assert.match(String(first.headers['vary']), /cookie/)
    for (const known of [tag, `"other", ${tag}`, tag.replace(/^W\//, '')]) {
      const again = await get(url, { 'if-none-match': known })
      assert.equal(again.statusCode, 304, url)
      assert.equal(again.body, '')
      assert.equal(again.headers['etag'], tag)
    }
    assert.equal((await get(url, { 'if-none-match': 'W/"other"' })).statusCode, 200)
  }
})

test('API43 a refusal is kept by nobody, and other content has another tag', async () => {
  assert.equal((await get('/api/agreements/nobody')).headers['cache-control'], 'no-store')
  const tags = await Promise.all(
    [1, 2, 3].map(async (limit) => (await get(`/api/readings?agreement=sharon-ai&limit=${limit}`)).headers['etag']),
  )
  assert.equal(new Set(tags).size, 3)
})

test('API44 a bucket lets through what its rate gives, and never more: any course of requests', () => {
  const wait = fc.oneof(fc.constant(0), fc.nat(400), fc.nat(60_000))
  const course = fc.array(wait, { minLength: 1, maxLength: 200 })
  const rate = fc.record({ burst: fc.integer({ min: 1, max: 20 }), perSecond: fc.integer({ min: 1, max: 50 }) })
  fc.assert(
    fc.property(rate, course, (given: Rate, waits) => {
      const take = makeBuckets(10)
      let at = 0
      const allowed: number[] = []
      for (const ms of waits) {
        at += ms
        const taken = take('one', given, at)
        if (taken.allowed) allowed.push(at)
        // Whoever waits as long as they are told is let through.
        else assert.ok(makeBuckets(10)('fresh', given, 0).allowed && taken.waitSeconds >= 1)
        // Of any stretch of time, and not from the beginning alone: rest is not saved up beyond the rim.
        for (const [i, from] of allowed.entries())
          assert.ok(
            allowed.length - i <= given.burst + ((at - from) / 1000) * given.perSecond + 1e-6,
            `${allowed.length - i} from ${from} to ${at} ms`,
          )
      }
      const last = take('one', given, at)
      if (!last.allowed) assert.ok(take('one', given, at + 1000 * last.waitSeconds).allowed)
    }),
  )
})

test('API44 senders are counted apart, and of too many the quietest is forgotten', () => {
  const take = makeBuckets(2)
  const rate = { burst: 1, perSecond: 1 }
  assert.ok(take('a', rate, 0).allowed)
  assert.ok(!take('a', rate, 0).allowed)
  assert.ok(take('b', rate, 0).allowed)
  assert.ok(take('c', rate, 1).allowed)
  // `a` was the quietest of three.
  assert.ok(take('a', rate, 1).allowed)
  // Whoever asks again is not quiet, whoever came first: of `d` and `e` the one that asked last is remembered.
  const other = makeBuckets(2)
  for (const sender of ['d', 'e', 'd', 'f']) other(sender, rate, 2)
  assert.ok(!other('d', rate, 2).allowed)
})

test('API44 addresses of one network of IPv6 are one sender, however they are written; those of IPv4 are each their own', () => {
  const networks = (...addresses: string[]) => new Set(addresses.map(networkOf)).size
  assert.equal(networks('2001:db8::1', '2001:db8::2', '2001:db8::1:2:3:4', '2001:db8:0:0:ffff::', '2001:0DB8:0::9'), 1)
  assert.equal(networks('2001:db8::1', '2001:db8:0:1::1', '2001:db8:1::1', '2001:db9::1'), 4)
  assert.equal(networks('10.0.0.1', '10.0.0.2', '::ffff:10.0.0.3'), 3)
  assert.equal(networks('10.0.0.1', '::ffff:10.0.0.1', '::ffff:a00:1'), 1)
  const half = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 4, maxLength: 4 })
  fc.assert(
    fc.property(half, half, half, (network, one, other) => {
      const written = (host: readonly number[]) => [...network, ...host].map((part) => part.toString(16)).join(':')
      assert.equal(networks(written(one), written(other)), 1)
    }),
  )
})

test('API44 what is beyond the rate of a person, a key or an address is answered 429 with when to come again', async () => {
  let clock = 0
  const rates = { principal: { burst: 3, perSecond: 1 }, address: { burst: 2, perSecond: 0.5 } }
  const bounded = await makeServed(store, serving, { identify: byHeader, rates, clockMs: () => clock })
  const ask = (headers: Readonly<Record<string, string>> = {}) => bounded.inject({ url: '/api/agreements', headers })
  try {
    const anna = headersOf('operator', 'sharon-ai', 'usr_anna')
    for (const left of ['2', '1', '0']) {
      const answer = await ask(anna)
      assert.equal(answer.statusCode, 200)
      assert.equal(answer.headers['ratelimit-limit'], '3')
      assert.equal(answer.headers['ratelimit-remaining'], left)
    }
    const refused = await ask(anna)
    assert.equal(refused.statusCode, 429)
    assert.equal(refused.headers['retry-after'], '1')
    assert.equal(refused.headers['ratelimit-reset'], '3')
    assert.equal(refused.json<ProblemWire>().type, 'urn:offtake:problem:busy')
    // Another person is not held back, and nobody known is counted by their address.
    assert.equal((await ask(headersOf('operator', 'sharon-ai', 'usr_ben'))).statusCode, 200)
    assert.deepEqual([(await ask()).statusCode, (await ask()).statusCode, (await ask()).statusCode], [401, 401, 429])
    clock = 1000
    assert.equal((await ask(anna)).statusCode, 200)
    assert.equal((await ask(anna)).statusCode, 429)
    assert.equal((await ask()).statusCode, 429)
    clock = 2000
    assert.equal((await ask()).statusCode, 401)
  } finally {
    await bounded.close()
  }
  assert.ok(ratesUsual.door.perSecond < ratesUsual.address.perSecond)
})

test('API44 the ways in count by address whoever is not known, and send nobody else away for it', async () => {
  let clock = 0
  const rates = { principal: { burst: 1, perSecond: 1 }, address: { burst: 2, perSecond: 0.5 } }
  const bounded = await makeServed(store, serving, { identify: byHeader, rates, clockMs: () => clock })
  const anna = headersOf('operator', 'sharon-ai', 'usr_anna')
  try {
    for (const way of ['readings', 'events', 'prometheus?factory=x']) {
      clock += 60_000
      const send = async (headers: Readonly<Record<string, string>>) =>
        (await bounded.inject({ method: 'POST', url: `/api/ingest/${way}`, headers, payload: '' })).statusCode
      const wrong = { authorization: 'Bearer offtake_none' }
      assert.deepEqual([await send(wrong), await send(wrong), await send(wrong)], [401, 401, 429], way)
      for (let i = 0; i < 3; i++) assert.ok(![401, 429].includes(await send(anna)), way)
    }
  } finally {
    await bounded.close()
  }
})

const rowsOf = (body: string): { rows: ReadingWire[]; end: unknown } => {
  const lines = body.trimEnd().split('\n')
  return { rows: lines.slice(0, -1).map((line) => JSON.parse(line) as ReadingWire), end: JSON.parse(lines.at(-1)!) }
}
const pagesOf = async (query: string, limit: number): Promise<ReadingWire[]> => {
  const all: ReadingWire[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: ReadingsWire = (await get(`/api/readings?${query}&limit=${limit}${cursor === '' ? '' : `&cursor=${cursor}`}`)).json()
    all.push(...page.readings)
    cursor = page.next
  }
  return all
}

test('API45 rows are the pages one after the other, whatever is asked and however the pages are cut', async () => {
  let rowsSeen = 0
  const question = fc.record({
    kind: fc.constantFrom('', '&kind=charge', '&kind=acceptance,reservation', '&kind=outage,unavailable', '&kind=credit'),
    from: fc.constantFrom('', '&from=2026-09-01T00:00:00Z', '&from=2026-10-15T00:00:00Z'),
    limit: fc.constantFrom(97, 250, 500),
  })
  await fc.assert(
    fc.asyncProperty(question, async ({ kind, from, limit }) => {
      const query = `agreement=sharon-ai${kind}${kind === '' ? '&from=2026-10-29T00:00:00Z' : from}`
      const answer = await get(`/api/readings?${query}`, { accept: 'application/x-ndjson' })
      assert.equal(answer.statusCode, 200)
      assert.match(String(answer.headers['content-type']), /^application\/x-ndjson/)
      const { rows, end } = rowsOf(answer.body)
      assert.deepEqual(rows, await pagesOf(query, limit))
      assert.deepEqual(end, { complete: true, count: rows.length })
      rowsSeen += rows.length
    }),
    { numRuns: 12 },
  )
  assert.ok(rowsSeen > 500, `only ${rowsSeen} rows were compared`)
})

test('API45 what cannot be begun is refused as ever, also as rows', async () => {
  const accept = { accept: 'application/x-ndjson' }
  assert.equal((await get('/api/readings?agreement=nobody', accept)).statusCode, 404)
  assert.equal((await get('/api/readings?agreement=sharon-ai&cursor=xyz', accept)).statusCode, 400)
})

test('API45 a page is asked for when there is room for it, and no more once the reader has gone; a cut stream has no last line', async () => {
  const { sendRows } = await import('./rows.ts')
  let [asked, ended] = [0, false]
  const row = { text: 'x'.repeat(10_000) }
  const endless = async function* () {
    try {
      yield* allPages(async (page: number | undefined = 0) => {
        asked += 1
        return { rows: Array.from({ length: 10 }, () => row), next: page + 1 }
      }, undefined)
    } finally {
      ended = true
    }
  }
  const server = Fastify({ logger: false })
  server.get('/rows', (_, reply) => sendRows(reply, endless()) as never)
  server.get(
    '/broken',
    (_, reply) =>
      sendRows(
        reply,
        (async function* () {
          yield [{ n: 1 }]
          throw new Error('the database is gone')
        })(),
      ) as never,
  )
  try {
    const address = await server.listen({ port: 0, host: '127.0.0.1' })
    const leave = new AbortController()
    const response = await fetch(`${address}/rows`, { signal: leave.signal })
    const reader = response.body!.getReader()
    await reader.read()
    // Whoever reads no more is sent no more than what waits on the way: buffers of two sockets and two streams.
    const until = async (holds: () => boolean) => {
      for (let tries = 0; !holds() && tries < 200; tries++) await new Promise((done) => setTimeout(done, 20))
    }
    let before = -1
    await until(() => before === (before = asked))
    assert.ok(asked < 400, `${asked} pages of 100 kB were asked for ahead`)
    leave.abort()
    await until(() => ended)
    assert.ok(ended, 'the pages were not given up')
    const broken = await fetch(`${address}/broken`)
    await assert.rejects(() => broken.text())
  } finally {
    await server.close()
  }
})
