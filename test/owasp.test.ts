import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { makeApi } from '../src/server/api/api.ts'
import { makeLoginDesk } from '../src/server/api/login-desk.ts'
import type { SessionWire } from '../src/wire/access.ts'
import type { ClaimWire, FindingsWire } from '../src/wire/claim.ts'
import type { MadeKeyWire } from '../src/wire/key.ts'
import type { ProblemWire } from '../src/wire/problem.ts'
import { personFor } from './access-matrix.ts'
import { worldNow } from './closed-world.ts'
import { testDatabase } from './database.ts'
import { doorsOf } from './doors.ts'
import { fillPages } from './page-world.ts'
import { byHeader, headersOf } from './principals.ts'
import { campusAgreement, campusMonth } from './small-campus.ts'

// A test for each of the first nine of the OWASP API Security Top 10 of 2023, over all that the door can be opened to. What each rests on has laws of its
// own: the matrix of routes, roles and sides (API24), the readers' rows (P10), sessions and keys (API30 to API39), the ways in (API12 to API14).
const { close, ...store } = await testDatabase()
const now = () => worldNow
const options = { ...doorsOf(store, now), consoleFolder: join(import.meta.dirname, '../.cache/console') }
const reports: string[] = []
const known = await makeApi({ ...options, identify: byHeader, report: (text) => void reports.push(text) })
const signed = await makeApi({
  ...options,
  login: makeLoginDesk(store, { now, clock: now }, undefined),
  report: (text) => void reports.push(text),
})
after(async () => {
  await known.close()
  await signed.close()
  await close()
})
let month = ''
before(async () => {
  month = (await fillPages(store)).months[0]!
})

const as = (side: 'sharon' | 'harbour', role: Parameters<typeof personFor>[1]) => {
  const { role: what, party } = personFor(side, role)
  return headersOf(what!, party)
}
type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD' | 'OPTIONS'
const ask = (url: string, headers: Readonly<Record<string, string>>, method: Method = 'GET', payload?: object | string) =>
  known.inject({ method, url, headers: { host: 'localhost', ...headers }, ...(payload === undefined ? {} : { payload }) })
const problemOf = (answer: Readonly<{ body: string; headers: Readonly<Record<string, unknown>> }>): ProblemWire => {
  assert.match(String(answer.headers['content-type']), /^application\/problem\+json/)
  return JSON.parse(answer.body) as ProblemWire
}
/** Every string in an answer, with where it stands. */
const leaves = function* (value: unknown, path = ''): Generator<readonly [string, unknown]> {
  if (typeof value === 'object' && value !== null) for (const [key, each] of Object.entries(value)) yield* leaves(each, `${path}/${key}`)
  else yield [path, value]
}

test('API113 OWASP API1 broken object level authorization: an object of others is not there, by any of its names', async () => {
  const foreign = as('harbour', 'guarantor')
  const own = (await ask(`/api/agreements/sharon-ai/periods/${month}`, as('sharon', 'guarantor'))).json<{ id: string; hash: string }>()
  for (const url of [
    '/api/agreements/sharon-ai',
    '/api/agreements/SHARON-AI',
    '/api/agreements/sharon-ai%00',
    '/api/agreements/harbour/../sharon-ai',
    '/api/agreements/harbour%2f..%2fsharon-ai',
    `/api/agreements/sharon-ai/periods/${month}`,
    `/api/agreements/${own.id}`,
    `/api/agreements/${own.hash}`,
    '/api/readings?agreement=sharon-ai',
  ]) {
    const answer = await ask(url, foreign)
    assert.ok([400, 404].includes(answer.statusCode), `${url}: ${answer.statusCode}`)
    assert.doesNotMatch(answer.body, /Sharon AI, Australia|nvidia|syd-a/, url)
  }
  // Asking for two agreements at once, or for one's own and readings of another's block, gives no more.
  const mixed = await ask('/api/readings?agreement=harbour&subject=syd-a&subject=harbour-1&limit=50', foreign)
  assert.doesNotMatch(mixed.body, /syd-a/)
})

test('API114 OWASP API2 broken authentication: what is not exactly a live session or key is nobody, and guessing tells nothing', async () => {
  const sign = await signed.inject({ method: 'POST', url: '/api/login/as', payload: { person: 'usr_operator-sharon-ai-1' } })
  assert.equal(sign.statusCode, 200, sign.body)
  const cookie = [sign.headers['set-cookie']].flat()[0]!.split(';')[0]!
  const page = { 'sec-fetch-site': 'same-origin' }
  const session = (headers: Record<string, string>) => signed.inject({ url: '/api/session', headers })
  assert.equal((await session({ cookie })).json<SessionWire>().person?.id, 'usr_operator-sharon-ai-1')
  // Each letter of the token matters, and none of what is near it is somebody.
  const [name, token] = cookie.split('=') as [string, string]
  for (let i = 0; i < token.length; i += 7) {
    const changed = `${token.slice(0, i)}${token[i] === 'A' ? 'B' : 'A'}${token.slice(i + 1)}`
    assert.equal((await signed.inject({ url: '/api/agreements', headers: { cookie: `${name}=${changed}` } })).statusCode, 401)
  }
  // Signing in makes a session anew: none can be given to somebody beforehand.
  const fixed = await signed.inject({
    method: 'POST',
    url: '/api/login/as',
    headers: { cookie, ...page },
    payload: { person: 'usr_operator-sharon-ai-2' },
  })
  assert.notEqual([fixed.headers['set-cookie']].flat()[0]!.split(';')[0], cookie)
  const made = await signed.inject({
    method: 'POST',
    url: '/api/keys',
    headers: { cookie, ...page },
    payload: { name: 'agent', scopes: ['readings:write'], days: 30 },
  })
  assert.ok([200, 201].includes(made.statusCode), made.body)
  const secret = made.json<MadeKeyWire>().token!
  const bodies = new Set<string>()
  for (const authorization of [
    `Bearer ${secret.slice(0, -1)}${secret.at(-1) === 'A' ? 'B' : 'A'}`,
    `Bearer ${secret}A`,
    `Bearer offtake_${'0'.repeat(32)}_${'A'.repeat(43)}`,
    'Bearer',
    'Basic b3BlcmF0b3I6',
    `bearer ${secret} x`,
  ]) {
    const answer = await signed.inject({ url: '/api/agreements', headers: { authorization } })
    assert.equal(answer.statusCode, 401, authorization)
    bodies.add(answer.json<ProblemWire>().detail)
  }
  assert.equal(bodies.size, 1, [...bodies].join('\n'))
})

test('API115 OWASP API3 broken object property level authorization: nothing is set that is not asked for, and no secret is told', async () => {
  const reviewer = as('harbour', 'guarantor')
  const claim = `/api/claims/${campusAgreement}/${campusMonth}`
  const { findings } = (await ask(`${claim}/findings`, reviewer)).json<FindingsWire>()
  const unchanged = (await ask(claim, reviewer)).json<ClaimWire>()
  const forged = {
    decision: 'ask',
    reason: 'whose is it',
    by: 'somebody else',
    at: '2001-01-01T00:00:00Z',
    gpuSeconds: 1,
    readings: ['x'],
    run: 'y',
  }
  const answer = await ask(`${claim}/findings/${findings[0]!.id}/decision`, reviewer, 'POST', forged)
  if (answer.statusCode === 200) {
    const { decision } = answer.json<{ decision: { by: string; at: string; readings: unknown[] } }>()
    assert.notEqual(decision.by, 'somebody else')
    assert.notEqual(decision.at, forged.at)
  } else assert.equal(answer.statusCode, 400, answer.body)
  assert.deepEqual((await ask(claim, reviewer)).json<ClaimWire>().currency, unchanged.currency)
  // Whatever is answered anywhere to anybody, no part of it is called as a secret is.
  for (const row of known.routeTable.filter(({ method, url }) => method === 'GET' && !url.includes(':')))
    for (const [side, role] of [
      ['sharon', 'operator'],
      ['sharon', 'administrator'],
      ['harbour', 'guarantor'],
    ] as const) {
      const told = await ask(row.url, as(side, role))
      if (!String(told.headers['content-type']).includes('json')) continue
      for (const [path] of leaves(JSON.parse(told.body))) assert.doesNotMatch(path, /secret|password|token|private/i, `${row.url}${path}`)
    }
})

test('API116 OWASP API4 unrestricted resource consumption: pages, bodies, addresses and headers are bounded, and say so', async () => {
  const operator = as('sharon', 'operator')
  for (const url of ['/api/readings?agreement=sharon-ai&limit=1000000', '/api/ingest/batches?limit=99999', '/api/audit?limit=99999'])
    assert.equal(problemOf(await ask(url, url.includes('batches') ? operator : as('sharon', 'auditor'))).status, 400, url)
  const large = JSON.stringify({ decision: 'ask', reason: 'x'.repeat(200_000) })
  const body = await ask(
    `/api/claims/${campusAgreement}/${campusMonth}/findings/${'a'.repeat(24)}/decision`,
    { ...as('harbour', 'guarantor'), 'content-type': 'application/json' },
    'POST',
    large,
  )
  assert.equal(problemOf(body).status, 413)
  assert.ok((await ask(`/api/agreements/${'a'.repeat(5000)}`, operator)).statusCode < 500)
  assert.ok((await ask(`/api/readings?agreement=sharon-ai&${'subject=syd-a&'.repeat(3000)}`, operator)).statusCode < 500)
  // A deep body costs no more than its bytes.
  const deep = await ask('/api/login/as', { 'content-type': 'application/json' }, 'POST', `${'['.repeat(30_000)}${']'.repeat(30_000)}`)
  assert.ok(deep.statusCode >= 400 && deep.statusCode < 500)
})

test('API117 OWASP API5 broken function level authorization: another method, another spelling or a header opens no door', async () => {
  const tenant = as('sharon', 'tenant')
  for (const url of [
    '/api/agreements/',
    '/api//agreements',
    '/API/agreements',
    '/api/agreements;x=1',
    '/api/./agreements',
    '/api/agreements%2f',
  ]) {
    const answer = await ask(url, tenant)
    assert.ok([400, 403, 404].includes(answer.statusCode), `${url}: ${answer.statusCode}`)
  }
  assert.equal((await ask('/api/agreements', tenant, 'HEAD')).statusCode, 403)
  for (const header of ['x-http-method-override', 'x-method-override', 'x-original-url', 'x-rewrite-url', 'x-forwarded-user', 'x-role'])
    assert.equal(
      (await ask('/api/agreements', { ...tenant, [header]: header.includes('url') ? '/api/health' : 'administrator' })).statusCode,
      403,
      header,
    )
  for (const method of ['PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const)
    assert.ok([404, 405].includes((await ask('/api/agreements', as('sharon', 'guarantor'), method)).statusCode), method)
  for (const url of ['/api/people', '/api/readers'])
    assert.ok([403, 404].includes((await ask(url, as('sharon', 'operator'))).statusCode), url)
})

test('API118 OWASP API6 unrestricted access to sensitive business flows: money wants two parties and persons, and repeats nothing', async () => {
  const at = `/api/agreements/firmus-batam/periods/2026-08`
  const firmus = (id: string) => headersOf('operator', 'firmus', id)
  const prepared = await ask(`${at}/drafts`, firmus('usr_maker'), 'POST', {})
  assert.ok(prepared.statusCode < 300, prepared.body)
  const draft = prepared.json<{ version?: number; number?: number; draft?: { version: number } }>()
  const number = draft.version ?? draft.number ?? draft.draft?.version
  const approve = (headers: Record<string, string>) =>
    ask(`${at}/drafts/${number}/approvals`, headers, 'POST', { net: '0.00', hash: 'a'.repeat(64) })
  // Whoever made it does not approve it, nobody approves a foreign amount, and whoever is nobody in particular approves nothing.
  for (const headers of [firmus('usr_maker'), firmus('usr_checker'), headersOf('guarantor', 'nvidia', 'usr_g')]) {
    const answer = await approve(headers)
    assert.ok(answer.statusCode >= 400 && answer.statusCode < 500, answer.body)
  }
  const local = await signed.inject({
    method: 'POST',
    url: `${at}/drafts/${number}/approvals`,
    payload: { net: '0.00', hash: 'a'.repeat(64) },
  })
  assert.ok(local.statusCode >= 400 && local.statusCode < 500, local.body)
  assert.equal((await ask(at, firmus('usr_maker'))).json<{ statement: { status: string } }>().statement.status, 'provisional')
})

test('API119 OWASP API7 server side request forgery: nothing inside is reached by an address that somebody gives', async () => {
  const operator = as('sharon', 'operator')
  for (const url of [
    'http://127.0.0.1:5432/',
    'https://127.0.0.1/',
    'https://localhost/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://169.254.169.254/latest/meta-data/',
    'https://10.0.0.1/',
    'https://192.168.1.1/',
    'https://172.16.0.1/',
    'https://100.64.0.1/',
    'https://0.0.0.0/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://0177.0.0.1/',
    'https://[fd00::1]/',
    'https://[fe80::1]/',
    'https://224.0.0.1/',
    'https://user:pass@example.com/',
    'https://example.com:22/',
    'file:///etc/passwd',
    'gopher://example.com/',
    'ftp://example.com/',
  ]) {
    const answer = await ask('/api/webhooks', operator, 'POST', { url, events: null, agreements: null, description: 'x' })
    assert.equal(answer.statusCode, 400, `${url}: ${answer.statusCode} ${answer.body}`)
  }
})

test('API120 OWASP API8 security misconfiguration: headers on every answer, none for other origins, and no inside told', async () => {
  for (const [url, headers] of [
    ['/', {}],
    ['/api/session', {}],
    ['/api/agreements', as('sharon', 'operator')],
    ['/api/agreements', {}],
    ['/api/nothing', {}],
    ['/assets/nothing.js', {}],
  ] as const) {
    const answer = await ask(url, { ...headers, origin: 'https://elsewhere.example' })
    assert.match(String(answer.headers['content-security-policy']), /default-src 'none'.*frame-ancestors 'none'/, url)
    assert.equal(answer.headers['x-content-type-options'], 'nosniff', url)
    assert.equal(answer.headers['access-control-allow-origin'], undefined, url)
    assert.equal(answer.headers['server'] ?? answer.headers['x-powered-by'], undefined, url)
    assert.doesNotMatch(answer.body, /at [\w.]+ \(|node_modules|\/src\/|postgres/i, url)
  }
  for (const payload of ['{', '[1,', '{"__proto__": {"x": 1}}', 'null', '"text"']) {
    const answer = await ask('/api/webhooks', { ...as('sharon', 'operator'), 'content-type': 'application/json' }, 'POST', payload)
    assert.equal(problemOf(answer).status, 400, payload)
  }
  assert.deepEqual(reports, [])
})

test('API121 OWASP API9 improper inventory management: what is answered is in the document, and nothing else is there', async () => {
  const spec = (await ask('/openapi.json', {})).json<{ paths: Record<string, Record<string, unknown>> }>()
  const documented = Object.entries(spec.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  const routes = known.routeTable.map(({ method, url }) => `${method} ${url.replaceAll(/:(\w+)/g, '{$1}')}`)
  assert.deepEqual(
    routes.filter((route) => !documented.includes(route)),
    [],
  )
  for (const url of [
    '/api/v1/agreements',
    '/api/debug',
    '/api/metrics',
    '/api/admin',
    '/api/internal',
    '/debug',
    '/.env',
    '/.git/config',
    '/server-status',
  ])
    assert.equal((await ask(url, as('sharon', 'operator'))).statusCode, 404, url)
})
