import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { testDatabase } from '../../../test/database.ts'
import { clientId, clientSecret, follow, startIdentityProvider, type Account } from '../../../test/identity-provider.ts'
import type { SessionWire } from '../../wire/access.ts'
import { makeReaders } from '../app/read.ts'
import { idleSecondsMax, sessionSecondsMax } from '../app/sessions.ts'
import { makeApi } from './api.ts'
import { makeLoginDesk } from './login-desk.ts'
import { safePath } from './safe-path.ts'

const { close, ...store } = await testDatabase()
const origin = 'https://offtake.example'
const host = new URL(origin).host
let somebody: Account | undefined
const provider = await startIdentityProvider(`${origin}/api/login/callback`, () => somebody)
const now = 1_793_836_800
let clock = Math.floor(Date.now() / 1000)
const login = { issuer: new URL(provider.issuer), clientId, clientSecret, origin: new URL(origin) }
const clocks = { now: () => now, clock: () => clock }
const desk = makeLoginDesk(store, clocks, login)
const consoleFolder = join(import.meta.dirname, '../../../.cache/console')
const told: string[] = []
const api = await makeApi({
  source: makeReaders(store, () => now),
  consoleFolder,
  login: desk,
  hosts: [host],
  report: (text) => void told.push(text),
})
after(async () => {
  await api.close()
  await provider.close()
  await close()
})

type Answer = Awaited<ReturnType<typeof api.inject>>
const get = (url: string, cookie = '') => api.inject({ url, headers: { host, cookie } })
const cookiesOf = (answer: Answer): string[] => [answer.headers['set-cookie'] ?? []].flat()
/** What a browser would send back of what was set. */
const sent = (answer: Answer): string =>
  cookiesOf(answer)
    .filter((each) => !/Max-Age=0/i.test(each))
    .map((each) => each.split(';')[0])
    .join('; ')
const sessionOf = async (cookie: string): Promise<SessionWire> => (await get('/api/session', cookie)).json<SessionWire>()

/** Begins, goes through the provider as `account`, and stops where the provider sends the browser back. */
const toCallback = async (account: Account | undefined, next?: string) => {
  somebody = account
  const begun = await get(`/api/login${next === undefined ? '' : `?next=${encodeURIComponent(next)}`}`)
  assert.equal(begun.statusCode, 302, begun.body)
  const back = await follow(String(begun.headers['location']), (url) => url.startsWith(origin))
  return { begun, cookie: sent(begun), path: back.slice(origin.length) }
}
const signIn = async (account: Account, next?: string) => {
  const { cookie, path } = await toCallback(account, next)
  return get(path, cookie)
}
const deeds = async (action: string) =>
  (
    await store.pool.query<{
      actor: string
      actor_name: string
      subject: string
      origin: string
      request: string
      detail: { issuer: string }
    }>('select * from audit_log where action = $1 order by entry', [action])
  ).rows

const addAdmin = async (name: string, email: string): Promise<string> => {
  const added = await desk.people.add('test', { name, email })
  assert.equal(added.kind, 'added')
  const { person } = added.kind === 'added' ? added.person : assert.fail()
  await desk.people.change('test', { person, role: 'administrator', party: null, given: true })
  return person
}
const ada = { sub: 'ada-1', email: 'ada@offtake.example', email_verified: true, name: 'Ada O.' }
const adaId = await addAdmin('Ada', 'Ada@Offtake.Example')

test('API30 the whole way: to the provider with code, PKCE, state and nonce, and back to where one wanted to be', async () => {
  const { begun, cookie, path } = await toCallback(ada, '/settings/people?a=b')
  const asked = new URL(String(begun.headers['location']))
  assert.equal(asked.origin, provider.issuer)
  const wants = Object.fromEntries(asked.searchParams)
  assert.equal(wants['response_type'], 'code')
  assert.equal(wants['code_challenge_method'], 'S256')
  assert.equal(wants['redirect_uri'], `${origin}/api/login/callback`)
  for (const name of ['state', 'nonce', 'code_challenge']) assert.match(wants[name] ?? '', /^[\w-]{43}$/, name)
  const done = await get(path, cookie)
  assert.equal(done.statusCode, 302)
  assert.equal(done.headers['location'], '/settings/people?a=b')
  const who = await sessionOf(sent(done))
  assert.deepEqual(who.person, { id: adaId, name: 'Ada' })
  assert.equal(who.login, 'required')
  assert.deepEqual(who.acting, { party: null, partyName: null, role: 'administrator' })
  const [deed] = await deeds('sign-in')
  assert.equal(deed!.actor, adaId)
  assert.equal(deed!.origin, '127.0.0.1')
  assert.match(deed!.request, /^req_/)
})

test('API30 another state, a code that was used, one of another browser and what nobody began sign nobody in', async () => {
  const begun = await toCallback(ada)
  const other = begun.path.replace(/state=[\w-]+/, 'state=of-somebody-else')
  const refusals: [path: string, cookie: string, why: string][] = [
    [other, begun.cookie, 'failed'],
    [begun.path.replace(/code=[\w-]+/, 'code=guessed'), begun.cookie, 'failed'],
    [begun.path, '', 'expired'],
    [begun.path, '__Host-offtake-login=bm8ganNvbg', 'expired'],
    [begun.path, (await toCallback(ada)).cookie, 'failed'],
    ['/api/login/callback', begun.cookie, 'failed'],
  ]
  for (const [path, cookie, why] of refusals) {
    const answer = await get(path, cookie)
    assert.equal(answer.statusCode, 302, path)
    assert.match(String(answer.headers['location']), new RegExp(`^/sign-in\\?refused=${why}&request=req_`), path)
    assert.equal((await sessionOf(sent(answer))).person, null)
  }
  // A code that a browser brings once is good, and no second time.
  const { cookie, path } = await toCallback(ada)
  assert.equal((await get(path, cookie)).headers['location'], '/sign-in')
  assert.match(String((await get(path, cookie)).headers['location']), /refused=failed/)
})

test('API30 whoever the provider refuses is told so, and a provider that does not answer is no fault of ours', async () => {
  const { cookie, path } = await toCallback(undefined)
  assert.match(String((await get(path, cookie)).headers['location']), /^\/sign-in\?refused=denied/)
  const silent = makeLoginDesk(store, clocks, { ...login, issuer: new URL('http://127.0.0.1:9/') })
  const away = await makeApi({ source: makeReaders(store, () => now), consoleFolder, login: silent, hosts: [host], report: () => {} })
  const answer = await away.inject({ url: '/api/login', headers: { host } })
  assert.match(String(answer.headers['location']), /^\/sign-in\?refused=unreachable/)
  await away.close()
})

test('API30 where one comes back to is a path of this server, whatever is asked for', async () => {
  const known: [string, string][] = [
    ['//evil.example/x', '/'],
    ['/\\evil.example', '/'],
    ['/\t/evil.example', '/'],
    ['/%09/evil.example', '/%09/evil.example'],
    ['https://evil.example', '/'],
    ['javascript:alert(1)', '/'],
    ['/.//evil.example', '/'],
    ['/a/../..//evil.example', '/'],
    ['/api/logout', '/'],
    ['/agreements/sharon-ai?v=3#line', '/agreements/sharon-ai?v=3#line'],
  ]
  for (const [asked, path] of known) assert.equal(safePath(asked), path, asked)
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.webUrl(),
        fc
          .array(fc.constantFrom('/', '\\', '.', '..', '@', ':', '//', '\t', '\n', 'evil.example', '%2f', '?', '#', ' '))
          .map((parts) => `/${parts.join('')}`),
      ),
      (text) => {
        const path = safePath(text)
        assert.ok(path.startsWith('/') && new URL(path, origin).origin === origin, JSON.stringify([text, path]))
      },
    ),
    { numRuns: 2000 },
  )
  assert.equal((await signIn(ada, '//evil.example/x')).headers['location'], '/sign-in')
})

test('API31 nobody is signed in whom nobody added: it is a deed, and tells nothing', async () => {
  const stranger = { sub: 'x-9', email: 'stranger@elsewhere.example', email_verified: true, name: 'A stranger' }
  const answer = await signIn(stranger)
  assert.match(String(answer.headers['location']), /^\/sign-in\?refused=unknown&request=req_[0-9a-f]{10}$/)
  assert.equal((await sessionOf(sent(answer))).person, null)
  const refused = (await deeds('refuse-sign-in')).at(-1)!
  assert.deepEqual([refused.actor, refused.subject], ['nobody', stranger.email])
  assert.equal(refused.detail.issuer, provider.issuer)
})

test('API31 an address is bound to the first subject that brings it, verified, and to no second', async () => {
  await addAdmin('Ben', 'ben@offtake.example')
  const unverified = await signIn({ sub: 'ben-0', email: 'ben@offtake.example', email_verified: false })
  assert.match(String(unverified.headers['location']), /refused=unknown/)
  const unsaid = await signIn({ sub: 'ben-0', email: 'ben@offtake.example' })
  assert.match(String(unsaid.headers['location']), /refused=unknown/)
  assert.equal((await signIn({ sub: 'ben-1', email: 'ben@offtake.example', email_verified: true })).headers['location'], '/sign-in')
  const second = await signIn({ sub: 'ben-2', email: 'ben@offtake.example', email_verified: true })
  assert.match(String(second.headers['location']), /refused=unknown/)
  // The subject stays theirs, whatever their address becomes.
  const moved = await signIn({ sub: 'ben-1', email: 'somebody@else.example', email_verified: true })
  assert.equal((await sessionOf(sent(moved))).person?.name, 'Ben')
})

test('API31 whoever has no role may nothing, and is told who gives roles', async () => {
  const added = await desk.people.add('test', { name: 'Cleo', identity: { issuer: provider.issuer, subject: 'cleo' } })
  assert.equal(added.kind, 'added')
  const cookie = sent(await signIn({ sub: 'cleo' }))
  const who = await sessionOf(cookie)
  assert.equal(who.person?.name, 'Cleo')
  assert.deepEqual([who.acting, who.memberships, who.may], [null, [], []])
  const refused = await get('/api/agreements', cookie)
  assert.equal(refused.statusCode, 403)
  assert.match(refused.json<{ detail: string }>().detail, /An administrator of this installation gives roles/)
})

test('API32 the cookie is for this server and for no script, and only its hash is kept', async () => {
  const answer = await signIn(ada)
  const cookie = cookiesOf(answer).find((each) => each.startsWith('__Host-offtake-session='))!
  for (const part of ['HttpOnly', 'Secure', 'SameSite=Lax', 'Path=/']) assert.ok(cookie.includes(part), `${part}: ${cookie}`)
  assert.ok(!/Domain=/i.test(cookie))
  const token = /=([^;]+)/.exec(cookie)![1]!
  assert.match(token, /^[\w-]{43}$/)
  const { rows } = await store.pool.query<{ all: string }>('select json_agg(s)::text as all from session s')
  assert.ok(!rows[0]!.all.includes(token) && !rows[0]!.all.includes(Buffer.from(token, 'base64url').toString('hex')))
  for (const wrong of [token.slice(1), `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`, 'x', ''])
    assert.equal((await sessionOf(`__Host-offtake-session=${wrong}`)).person, null, wrong)
})

test('API32 a session ends by itself when it is not used, and at last whatever is done with it', async () => {
  const idle = sent(await signIn(ada))
  clock += idleSecondsMax - 1
  assert.notEqual((await sessionOf(idle)).person, null)
  clock += idleSecondsMax - 1
  assert.notEqual((await sessionOf(idle)).person, null, 'being used, it goes on')
  clock += idleSecondsMax
  assert.equal((await sessionOf(idle)).person, null)
  assert.equal((await get('/api/people', idle)).statusCode, 401)
  const used = sent(await signIn(ada))
  const begunAt = clock
  while (clock + 3600 < begunAt + sessionSecondsMax) {
    clock += 3600
    assert.notEqual((await sessionOf(used)).person, null)
  }
  clock = begunAt + sessionSecondsMax
  assert.equal((await sessionOf(used)).person, null)
})

test('API32 signing out ends the session for whoever has its cookie', async () => {
  const cookie = sent(await signIn(ada))
  const out = await api.inject({
    method: 'POST',
    url: '/api/logout',
    headers: { host, cookie, 'sec-fetch-site': 'same-origin' },
    payload: {},
  })
  assert.deepEqual(out.json(), { signedOut: true })
  assert.match(cookiesOf(out).join(), /__Host-offtake-session=;.*Max-Age=0/)
  assert.equal((await sessionOf(cookie)).person, null)
  assert.equal((await deeds('sign-out')).at(-1)!.actor, adaId)
})

test('API32 taking a role back ends what is done by it at once, and nothing else', async () => {
  const ben = sent(await signIn({ sub: 'ben-1' }))
  const benId = (await sessionOf(ben)).person!.id
  assert.equal((await get('/api/people', ben)).statusCode, 200)
  const other = sent(await signIn(ada))
  const taken = await api.inject({
    method: 'POST',
    url: `/api/people/${benId}/memberships`,
    headers: { host, cookie: other, 'sec-fetch-site': 'same-origin' },
    payload: { change: 'take-back', role: 'administrator', party: null },
  })
  assert.equal(taken.statusCode, 200, taken.body)
  assert.ok(taken.json<{ sessionsEnded: number }>().sessionsEnded >= 1)
  assert.equal((await get('/api/people', ben)).statusCode, 401)
  assert.equal((await sessionOf(ben)).person, null)
  assert.equal((await get('/api/people', other)).statusCode, 200)
})

test('API33 what changes something wants to come from a page of this server, where a browser sends it', async () => {
  const cookie = sent(await signIn(ada))
  const post = (headers: Readonly<Record<string, string>>) =>
    api.inject({ method: 'POST', url: '/api/people', headers: { host, ...headers }, payload: { name: '' } })
  const refused: Readonly<Record<string, string>>[] = [
    { cookie },
    { cookie, 'sec-fetch-site': 'cross-site' },
    { cookie, 'sec-fetch-site': 'same-site' },
    { cookie, 'sec-fetch-site': 'none' },
    { cookie, origin: 'https://evil.example' },
    { cookie, origin: 'null' },
    { cookie, origin: `http://${host}` },
    { cookie, origin, 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'cross-site' },
    { origin: 'https://evil.example' },
  ]
  for (const headers of refused) {
    const answer = await post(headers)
    assert.equal(answer.statusCode, 403, JSON.stringify(headers))
    assert.equal(answer.json<{ type: string }>().type, 'urn:offtake:problem:other-origin')
  }
  // 400: it was let in, and a person without a name is not right.
  for (const headers of [
    { cookie, 'sec-fetch-site': 'same-origin' },
    { cookie, origin },
  ])
    assert.equal((await post(headers)).statusCode, 400)
})

test('API34 a server with login has no people to click on, and nobody there is local', async () => {
  for (const [method, url] of [
    ['GET', '/api/login/people'],
    ['POST', '/api/login/as'],
  ] as const)
    assert.equal((await api.inject({ method, url, headers: { host } })).statusCode, 404, url)
  for (const url of ['/api/agreements', '/api/people', '/api/keys', '/api/readers']) assert.equal((await get(url)).statusCode, 401, url)
  assert.deepEqual((await sessionOf('')).may, [])
})

test('API34 what was done while a server had no login opens nothing once it has', async () => {
  const open = makeLoginDesk(store, clocks, undefined)
  const begun = (await open.madeUp!.signIn('usr_administrator-1', { origin: null, request: null }))!
  assert.equal((await open.sessions.find(begun.token))!.person, 'usr_administrator-1')
  assert.equal((await sessionOf(`__Host-offtake-session=${begun.token}`)).person, null)
  const as = { role: 'administrator', party: null }
  const made = await open.keys.make('test', { person: 'usr_administrator-1', as }, { name: 'k', scopes: ['audit:read'], days: 1 })
  assert.ok(made.kind === 'made')
  assert.notEqual(await open.keys.recognise(made.token), undefined)
  assert.equal(await desk.keys.recognise(made.token), undefined)
})
