import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { closeWorld, worldNow } from '../../../test/closed-world.ts'
import { comparedDocument } from '../../../test/compared-world.ts'
import { testDatabase } from '../../../test/database.ts'
import {
  keyScopesOf,
  permissionNames,
  permissionsOf,
  personal,
  roles,
  type Permission,
  type Role,
  type SessionWire,
} from '../../wire/access.ts'
import type { KeysWire, MadeKeyWire } from '../../wire/key.ts'
import type { ProposalRowWire } from '../../wire/amendment.ts'
import type { MadeUpPeopleWire } from '../../wire/login.ts'
import type { OrdersWire } from '../../wire/order.ts'
import type { PeopleWire, PersonWire, ReadersWire } from '../../wire/people.ts'
import type { ProblemWire } from '../../wire/problem.ts'
import { keysPerPersonMax } from '../app/keys.ts'
import { makeDesk } from '../app/desk.ts'
import { makeProposals } from '../app/proposals.ts'
import { makeReaders } from '../app/read.ts'
import { appendMembership } from '../store/people.ts'
import { inTransaction } from '../store/transaction.ts'
import { makeApi } from './api.ts'
import { makeLoginDesk } from './login-desk.ts'

const { close, ...store } = await testDatabase()
await closeWorld(store)
let clock = 1_800_000_000
const desk = makeLoginDesk(store, { now: () => worldNow, clock: () => clock }, undefined)
const consoleFolder = join(import.meta.dirname, '../../../.cache/console')
const examples = join(import.meta.dirname, '../../../examples')
const api = await makeApi({
  source: makeReaders(store, () => worldNow),
  proposals: makeProposals(store, () => worldNow, examples),
  consoleFolder,
  login: desk,
  demo: true,
  desk: makeDesk(store, () => worldNow),
})
after(async () => {
  await api.close()
  await close()
})

const page = { 'sec-fetch-site': 'same-origin' }
const get = (url: string, headers: Readonly<Record<string, string>> = {}) => api.inject({ url, headers })
const post = (url: string, payload: object, headers: Readonly<Record<string, string>> = {}) =>
  api.inject({ method: 'POST', url, payload, headers })
const signIn = async (person: string): Promise<Record<string, string>> => {
  const answer = await post('/api/login/as', { person })
  assert.equal(answer.statusCode, 200, answer.body)
  return { ...page, cookie: [answer.headers['set-cookie']].flat()[0]!.split(';')[0]! }
}
const who = async (headers: Record<string, string>) => (await get('/api/session', headers)).json<SessionWire>()
const lastDeed = async (action: string) =>
  (
    await store.pool.query<{
      actor: string
      role: string
      party: string
      subject: string
      agreement: string
      before: unknown
      after: unknown
      request: string
    }>('select * from audit_log where action = $1 order by entry desc limit 1', [action])
  ).rows[0]!
const bearer = (token: string | null) => ({ authorization: `Bearer ${token}` })

const [guarantor, operator, administrator] = ['usr_guarantor-nvidia-1', 'usr_operator-sharon-ai-1', 'usr_administrator-1'] as const

test('API34 without login there is a person for each role of the agreements, two where money is, and always the same', async () => {
  const { people } = (await get('/api/login/people')).json<MadeUpPeopleWire>()
  assert.deepEqual((await get('/api/login/people')).json<MadeUpPeopleWire>().people, people)
  const acting = people.map(({ memberships }) => `${memberships[0]!.role} ${memberships[0]!.party}`)
  for (const money of ['guarantor nvidia', 'operator sharon-ai', 'operator firmus'])
    assert.equal(acting.filter((each) => each === money).length, 2, money)
  for (const role of roles)
    assert.ok(
      acting.some((each) => each.startsWith(`${role} `)),
      role,
    )
  assert.equal(new Set(people.map(({ person }) => person)).size, people.length)
  for (const { person, name, memberships } of people) {
    const session = await who(await signIn(person))
    assert.deepEqual([session.person, session.acting], [{ id: person, name }, memberships[0]], person)
    assert.deepEqual(session.may, permissionsOf(memberships[0]!.role))
    assert.deepEqual([session.login, session.demo, session.provider], ['open', true, null])
  }
  assert.equal((await post('/api/login/as', { person: 'usr_nobody' })).statusCode, 404)
  assert.equal((await get('/api/login')).statusCode, 404)
})

test('API34 the parties of a new agreement that is proposed can be signed in as, so that the other one can sign; and no longer where it was declined', async () => {
  const offered = async (): Promise<string[]> =>
    (await get('/api/login/people')).json<MadeUpPeopleWire>().people.map(({ person }) => person)
  const before = await offered()
  const proposed = async (name: string): Promise<ProposalRowWire> => {
    const document = comparedDocument(name).replaceAll(`${name}-vendor`, 'nvidia')
    return (await post('/api/agreements', { document }, await signIn(guarantor))).json<ProposalRowWire>()
  }
  const decide = async ({ id, hash }: ProposalRowWire, act: string, person: string) =>
    (await post(`/api/proposals/${id}/decision`, { act, hash, reason: 'as talked about' }, await signIn(person))).statusCode
  const declined = await proposed('never')
  assert.ok((await offered()).includes('usr_operator-never-cloud-1'))
  assert.equal(await decide(declined, 'decline', 'usr_operator-never-cloud-1'), 200)
  assert.deepEqual(await offered(), before)

  const signed = await proposed('fresh')
  const people = ['usr_operator-fresh-cloud-1', 'usr_operator-fresh-cloud-2']
  assert.deepEqual((await offered()).filter((person) => !before.includes(person)).toSorted(), people)
  assert.equal((await get('/api/agreements/fresh', await signIn(people[0]!))).statusCode, 404)
  assert.equal(await decide(signed, 'sign', people[0]!), 200)
  assert.equal((await get('/api/agreements/fresh', await signIn(people[0]!))).statusCode, 200)
  assert.deepEqual((await offered()).filter((person) => !before.includes(person)).toSorted(), people)
})

test('API34 each tenant that is offered has orders to see, also where the terms call their tenant by another name', async () => {
  const { people } = (await get('/api/login/people')).json<MadeUpPeopleWire>()
  const tenants = people.filter(({ memberships }) => memberships[0]!.role === 'tenant')
  assert.ok(tenants.length > 0)
  for (const { person } of tenants) {
    const { orders } = (await get('/api/orders', await signIn(person))).json<OrdersWire>()
    assert.ok(orders.length > 0, person)
  }
})

test('API34 without login and without cookie or key one is whoever is at this machine; with one that does not hold, nobody', async () => {
  assert.equal((await get('/api/agreements')).statusCode, 200)
  assert.deepEqual((await who({})).may, permissionNames)
  assert.equal((await who({})).person, null)
  const cookie = { cookie: `offtake-session-80=${'A'.repeat(43)}` }
  const keys = ['Bearer nonsense', 'Bearer', 'Basic YTpi', ''].map((authorization) => ({ authorization }))
  for (const wrong of [cookie, ...keys]) {
    assert.equal((await get('/api/agreements', wrong)).statusCode, 401, JSON.stringify(wrong))
    assert.deepEqual((await who(wrong)).may, [])
  }
})

test('API34 whom somebody was made up to be is taken back for good', async () => {
  const admin = await signIn(administrator)
  const person = 'usr_operator-firmus-2'
  await signIn(person)
  const role = { role: 'operator', party: 'firmus' }
  assert.equal((await post(`/api/people/${person}/memberships`, { change: 'take-back', ...role }, admin)).statusCode, 200)
  assert.deepEqual((await who(await signIn(person))).may, [])
  assert.equal((await post(`/api/people/${person}/memberships`, { change: 'give', ...role }, admin)).statusCode, 200)
  assert.notDeepEqual((await who(await signIn(person))).may, [])
})

test('API35 people are for administrators: each change is a deed with what was so before and after', async () => {
  for (const person of [guarantor, operator, 'usr_auditor-made-up-audit-1'])
    for (const url of ['/api/people', '/api/parties', '/api/readers']) {
      const refused = await get(url, await signIn(person))
      assert.equal(refused.statusCode, 403)
      assert.match(refused.json<ProblemWire>().detail, /people:manage is given to administrator, not to/)
    }
  const admin = await signIn(administrator)
  const added = await post('/api/people', { name: ' Dana ', email: 'Dana@Firm.Example' }, admin)
  assert.equal(added.statusCode, 200, added.body)
  const dana = added.json<PersonWire>()
  assert.deepEqual([dana.name, dana.email, dana.memberships], ['Dana', 'dana@firm.example', []])
  const give = { change: 'give', role: 'guarantor', party: 'nvidia' }
  const url = `/api/people/${dana.id}/memberships`
  assert.equal((await post(url, give, admin)).json<{ again: boolean }>().again, false)
  assert.equal((await post(url, give, admin)).json<{ again: boolean }>().again, true)
  const deed = await lastDeed('give')
  assert.deepEqual([deed.actor, deed.role, deed.subject], [administrator, 'administrator', dana.id])
  assert.deepEqual([deed.before, deed.after], [[], [{ party: 'nvidia', role: 'guarantor' }]])
  assert.equal((await post(url, { ...give, change: 'take-back' }, admin)).statusCode, 200)
  const back = await lastDeed('take-back')
  assert.deepEqual([back.before, back.after], [[{ party: 'nvidia', role: 'guarantor' }], []])
})

test('API35 nobody changes what they may do themselves, and what cannot be is refused with what would be right', async () => {
  const admin = await signIn(administrator)
  const own = await post(`/api/people/${administrator}/memberships`, { change: 'give', role: 'guarantor', party: 'nvidia' }, admin)
  assert.equal(own.statusCode, 409)
  assert.match(own.json<ProblemWire>().detail, /another administrator can/)
  assert.equal((await who(admin)).memberships.length, 2)
  const refused: [url: string, body: object, status: number, says: RegExp][] = [
    [
      `/api/people/${operator}/memberships`,
      { change: 'give', role: 'guarantor', party: 'sharon-ai' },
      409,
      /guarantor in no agreement.*nvidia/,
    ],
    [`/api/people/${operator}/memberships`, { change: 'give', role: 'operator', party: null }, 400, /party/],
    [`/api/people/${operator}/memberships`, { change: 'give', role: 'administrator', party: 'nvidia' }, 400, /null for an administrator/],
    ['/api/people/usr_nobody/memberships', { change: 'give', role: 'auditor', party: 'x' }, 404, /no person usr_nobody/],
    ['/api/people', { name: '', email: 'no address', more: 1 }, 400, /name.*email|email.*name/],
    ['/api/people', { name: 'E' }, 400, /where no subject is/],
    ['/api/people', { name: 'E', subject: 's' }, 400, /with a subject/],
    ['/api/people', { name: 'E', email: 'dana@firm.example' }, 409, /is that of Dana/],
  ]
  for (const [url, body, status, says] of refused) {
    const answer = await post(url, body, admin)
    assert.equal(answer.statusCode, status, answer.body)
    assert.match(answer.json<ProblemWire>().detail, says)
  }
})

test('API35 pages of people hold each once, in one order', async () => {
  const admin = await signIn(administrator)
  for (let i = 0; i < 7; i++) await post('/api/people', { name: `P${i}`, email: `p${i}@firm.example` }, admin)
  const all = (await get('/api/people?limit=200', admin)).json<PeopleWire>().people.map(({ id }) => id)
  const paged: string[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const part: PeopleWire = (await get(`/api/people?limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`, admin)).json()
    paged.push(...part.people.map(({ id }) => id))
    cursor = part.next
  }
  assert.deepEqual(paged, all)
  assert.equal((await get('/api/people?limit=201', admin)).statusCode, 400)
})

test('API35 whoever is let read an agreement reads it from then on and no longer than that, and its parties read of it', async () => {
  const admin = await signIn(administrator)
  const added = (await post('/api/people', { name: 'Lender', email: 'lender@bank.example' }, admin)).json<PersonWire>()
  await post(`/api/people/${added.id}/memberships`, { change: 'give', role: 'lender', party: 'some-bank' }, admin)
  const sees = async () => (await makeReaders(store, () => worldNow)({ kind: 'party', party: 'some-bank' }).listAgreements()).toSorted()
  const reader = { agreement: 'sharon-ai', party: 'some-bank', role: 'lender' }
  assert.deepEqual(await sees(), [])
  assert.equal((await post('/api/readers', { change: 'give', ...reader }, admin)).statusCode, 200)
  assert.deepEqual(await sees(), ['sharon-ai'])
  const listed = (await get('/api/readers', admin)).json<ReadersWire>().readers.filter(({ party }) => party === 'some-bank')
  assert.deepEqual(
    listed.map(({ agreement, role }) => [agreement, role]),
    [['sharon-ai', 'lender']],
  )
  const deed = await lastDeed('let-read')
  assert.deepEqual([deed.agreement, deed.before, deed.after], ['sharon-ai', null, { party: 'some-bank', role: 'lender' }])
  assert.equal((await post('/api/readers', { change: 'take-back', ...reader }, admin)).statusCode, 200)
  assert.deepEqual(await sees(), [])
  for (const [body, says] of [
    [{ change: 'give', ...reader, agreement: 'nothing' }, /no agreement nothing/],
    [{ change: 'give', ...reader, party: 'nvidia' }, /is the guarantor of sharon-ai/],
  ] as const)
    assert.match((await post('/api/readers', body, admin)).json<ProblemWire>().detail, says)
})

test('API36 a key does what it was given, for the party of its maker, and is shown once', async () => {
  const maker = await signIn(guarantor)
  const key = { ...maker, 'idempotency-key': 'make one' }
  const body = { name: 'reports', scopes: ['agreements:read', 'statements:read'], days: 30 }
  const made = (await post('/api/keys', body, key)).json<MadeKeyWire>()
  assert.match(made.token!, /^offtake_[0-9a-f]{32}_[\w-]{43}$/)
  const again = (await post('/api/keys', body, key)).json<MadeKeyWire>()
  assert.deepEqual([again.key.id, again.token], [made.key.id, null])
  const { rows } = await store.pool.query<{ all: string }>(
    'select (select json_agg(k)::text from api_key k) || (select json_agg(a)::text from audit_log a) as all',
  )
  assert.ok(!rows[0]!.all.includes(made.token!.slice(-43)), 'its secret is kept nowhere')
  assert.equal((await get('/api/agreements', bearer(made.token))).statusCode, 200)
  const refused = await get('/api/keys', bearer(made.token))
  assert.equal(refused.statusCode, 403)
  assert.match(refused.json<ProblemWire>().detail, /This key does not have keys:manage/)
  const session = await who(bearer(made.token))
  assert.deepEqual([session.acting?.party, session.may], ['nvidia', body.scopes])
  const listed = (await get('/api/keys', maker)).json<KeysWire>().keys.find(({ id }) => id === made.key.id)!
  assert.deepEqual([listed.state, listed.madeBy.id, listed.usedAt === null], ['holds', guarantor, false])
  const deed = await lastDeed('make-key')
  assert.deepEqual([deed.actor, deed.subject, deed.before], [guarantor, made.key.id, null])
})

test('API36 what holds no longer, what never did and what is none are answered alike', async () => {
  const maker = await signIn(operator)
  const make = async (days = 1) => (await post('/api/keys', { name: 'k', scopes: ['statements:read'], days }, maker)).json<MadeKeyWire>()
  const [revoked, expired, ended] = [await make(30), await make(1), await make(30)]
  const other = ended.token!.replace(/_[0-9a-f]{32}_/, '_01a229c54aa97dcd9ef32fbba80f0982_')
  const foreign = await post(`/api/keys/${revoked.key.id}/revoke`, {}, await signIn(guarantor))
  assert.equal(foreign.statusCode, 404, 'the keys of another party are none')
  assert.equal((await post(`/api/keys/${revoked.key.id}/revoke`, {}, maker)).json<{ state: string }>().state, 'revoked')
  assert.equal((await post(`/api/keys/${revoked.key.id}/revoke`, {}, maker)).statusCode, 200)
  assert.equal((await get('/api/agreements', bearer(ended.token))).statusCode, 403, 'it holds, and may not')
  clock += 86_400
  assert.equal((await get('/api/agreements', bearer(expired.token))).statusCode, 401, 'a day has passed')
  assert.equal((await get('/api/agreements', bearer(ended.token))).statusCode, 403, 'this one has thirty')
  await desk.people.change('test', { person: operator, role: 'operator', party: 'sharon-ai', given: false })
  const wrong = [
    bearer(revoked.token),
    bearer(expired.token),
    bearer(ended.token),
    bearer(other),
    bearer(`${ended.token!.slice(0, -1)}${ended.token!.endsWith('A') ? 'B' : 'A'}`),
    bearer('offtake_x_y'),
    bearer(''),
    bearer('%00'),
    { authorization: 'Basic b2ZmdGFrZTp4' },
    { authorization: ended.token! },
  ]
  const answers = new Set<string>()
  for (const headers of wrong) {
    const answer = await get('/api/agreements', headers)
    assert.equal(answer.statusCode, 401)
    answers.add(JSON.stringify({ ...answer.json<ProblemWire>(), requestId: '' }))
  }
  assert.equal(answers.size, 1)
  // It speaks of the key, which is what is wrong, and not of signing in.
  const [said] = [...answers].map((text) => JSON.parse(text) as ProblemWire)
  assert.equal(said!.title, 'The key does not hold')
  assert.match(said!.detail, /known here, or the key was revoked, expired, or ended/)
  // What ended with a role stays ended when that is given again: it may have been taken back because the key leaked.
  await desk.people.change('test', { person: operator, role: 'operator', party: 'sharon-ai', given: true })
  assert.equal((await get('/api/agreements', bearer(ended.token))).statusCode, 401)
  const { keys } = (await get('/api/keys', await signIn(operator))).json<KeysWire>()
  const stateOf = ({ key }: MadeKeyWire) => keys.find(({ id }) => id === key.id)?.state
  assert.deepEqual([revoked, expired, ended].map(stateOf), ['revoked', 'ended', 'ended'])
  const { rows } = await store.pool.query<{ ended: number }>(
    `select (detail ->> 'keysEnded')::integer as ended from audit_log where action = 'take-back' and subject = $1 order by entry desc limit 1`,
    [operator],
  )
  // The one that was revoked had ended before.
  assert.deepEqual(rows, [{ ended: 2 }])
})

test('API36 a key holds no longer than its maker has the role, whatever program took it back', async () => {
  await signIn(administrator)
  const auditor = { person: administrator, party: 'made-up-audit', role: 'auditor', actor: 'test' }
  const made = await desk.keys.make('test', { person: administrator, as: auditor }, { name: 'k', scopes: ['agreements:read'], days: 1 })
  const { token } = made.kind === 'made' ? made : assert.fail(made.reason)
  const change = (given: boolean) => inTransaction(store, (tx) => appendMembership(tx, { ...auditor, given }, worldNow))
  assert.equal((await get('/api/agreements', bearer(token))).statusCode, 200)
  await change(false)
  assert.equal((await get('/api/agreements', bearer(token))).statusCode, 401)
  await change(true)
})

test('API40 a write that answers a secret has keys of a principal too: what one sends under a key, another may send as well', async () => {
  const body = { name: 'reports', scopes: ['agreements:read'], days: 30 }
  const make = async (person: string) =>
    (await post('/api/keys', body, { ...(await signIn(person)), 'idempotency-key': 'the same' })).json<MadeKeyWire>()
  const [first, second, again] = [await make(guarantor), await make('usr_guarantor-nvidia-2'), await make(guarantor)]
  assert.ok(first.token !== null && second.token !== null && first.key.id !== second.key.id)
  assert.deepEqual([again.key.id, again.token], [first.key.id, null])
})

test('API36 a key has at most what its maker may and approves nothing, and there are not more than so many', async () => {
  for (const [person, scopes] of [
    [guarantor, ['readings:write']],
    [guarantor, ['statements:approve']],
    [administrator, ['people:manage']],
    [operator, ['keys:manage', 'statements:read']],
  ] as const) {
    const answer = await post('/api/keys', { name: 'k', scopes }, await signIn(person))
    assert.equal(answer.statusCode, 403)
    assert.match(answer.json<ProblemWire>().detail, /at most what its maker may/)
  }
  assert.equal((await post('/api/keys', { name: 'k', scopes: ['agreements:read'] })).statusCode, 403, 'nobody in particular makes none')
  const maker = await signIn('usr_lender-made-up-bank-1')
  for (let i = 0; i < keysPerPersonMax; i++)
    assert.equal((await post('/api/keys', { name: `k${i}`, scopes: ['register:read'] }, maker)).statusCode, 200)
  const over = await post('/api/keys', { name: 'more', scopes: ['register:read'] }, maker)
  assert.equal(over.statusCode, 409)
  assert.match(over.json<ProblemWire>().detail, new RegExp(`${keysPerPersonMax} keys`))
})

test('API37 one acts as what one was given and as nothing else; the session remembers, and each switch is a deed', async () => {
  const admin = await signIn(administrator)
  const auditor = { role: 'auditor', party: 'made-up-audit' }
  const before = await get('/api/agreements', admin)
  assert.equal(before.statusCode, 403)
  assert.equal((await post('/api/session/acting', auditor, admin)).statusCode, 200)
  assert.equal((await who(admin)).acting?.role, 'auditor')
  assert.equal((await get('/api/agreements', admin)).statusCode, 200)
  assert.equal((await get('/api/people', admin)).statusCode, 403)
  const deed = await lastDeed('act-as')
  assert.deepEqual([deed.actor, deed.before, deed.after], [administrator, { party: null, role: 'administrator' }, auditor])
  const refused = await post('/api/session/acting', { role: 'guarantor', party: 'nvidia' }, admin)
  assert.equal(refused.statusCode, 403)
  assert.equal((await who(admin)).acting?.role, 'auditor')
  assert.equal((await post('/api/session/acting', auditor)).statusCode, 401, 'nobody in particular acts as nothing')
})

/** What happens to one person: given, taken back, signed in, acting as another, making a key. */
const what = fc.constantFrom(0, 0, 0, 1, 2, 3)
const step = fc.oneof(
  fc.record({ kind: fc.constant('change' as const), given: fc.boolean(), what }),
  fc.record({ kind: fc.constant('sign-in' as const) }),
  fc.record({ kind: fc.constant('act' as const), session: fc.nat(3), what }),
  fc.record({ kind: fc.constant('key' as const), what, scopes: fc.subarray([...permissionNames]) }),
)
const things: readonly Readonly<{ role: Role; party: string | null }>[] = [
  { role: 'guarantor', party: 'nvidia' },
  { role: 'operator', party: 'firmus' },
  { role: 'auditor', party: 'made-up-audit' },
  { role: 'administrator', party: null },
]

/** Before anything else: one role, with a session and a key by it, so that there is something to take back. */
const begun = [
  { kind: 'change', given: true, what: 0 },
  { kind: 'sign-in' },
  { kind: 'key', what: 0, scopes: [...permissionNames] },
] as const

/** And after everything: that role is taken back and given again, which brings no key back. */
const givenAgain = [
  { kind: 'change', given: false, what: 0 },
  { kind: 'change', given: true, what: 0 },
] as const

test('API39 whatever is given, taken back, switched and made: nobody may more than what they have now, and no key more than its maker', async () => {
  const from = { origin: null, request: null }
  let [ended, cameBack, endedSessions] = [0, 0, 0]
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
      const added = await desk.people.add('law', { name: 'Law', identity: { issuer: 'https://law.example', subject: crypto.randomUUID() } })
      const { person } = added.kind === 'added' ? added.person : assert.fail()
      const held = new Set<number>()
      const sessions: string[] = []
      const keys: { token: string; of: number; scopes: readonly Permission[]; hasEnded: boolean }[] = []
      for (const each of [...begun, ...steps, ...givenAgain]) {
        if (each.kind === 'change') {
          await desk.people.change('law', { person, ...things[each.what]!, given: each.given })
          if (each.given) held.add(each.what)
          else held.delete(each.what)
          // For good: whatever is given again later.
          for (const key of keys) if (!each.given && key.of === each.what) key.hasEnded = true
        } else if (each.kind === 'sign-in') {
          sessions.push((await inTransaction(store, (tx) => desk.sessions.begin(tx, person, { from, detail: {} }))).token)
        } else if (each.kind === 'act') {
          const found = await desk.sessions.find(sessions[each.session] ?? '')
          if (found !== undefined) await desk.sessions.act(found, things[each.what]!, from)
        } else {
          const made = await desk.keys.make('law', { person, as: things[each.what]! }, { name: 'k', scopes: each.scopes, days: 1 })
          assert.equal(made.kind, held.has(each.what) ? 'made' : 'refused')
          if (made.kind === 'made') keys.push({ token: made.token, of: each.what, scopes: each.scopes, hasEnded: false })
        }
        for (const token of sessions) {
          const session = await who({ cookie: `offtake-session-80=${token}` })
          const at = things.findIndex(({ role, party }) => role === session.acting?.role && party === session.acting.party)
          assert.ok(session.acting === null ? session.may.length === 0 : held.has(at), JSON.stringify(session.acting))
          endedSessions += session.person === null ? 1 : 0
          if (session.acting !== null) assert.deepEqual(session.may, permissionsOf(things[at]!.role))
        }
        for (const { token, of, scopes, hasEnded } of keys) {
          const { may, acting } = await who(bearer(token))
          assert.deepEqual(may, hasEnded ? [] : permissionsOf(things[of]!.role).filter((may_) => scopes.includes(may_)))
          assert.equal(acting?.role, hasEnded ? undefined : things[of]!.role)
          ended += hasEnded ? 1 : 0
          cameBack += hasEnded && held.has(of) ? 1 : 0
        }
      }
    }),
    { numRuns: 25 },
  )
  assert.ok(cameBack > 0, 'roles were given again whose keys had ended')
  assert.ok(ended > 0 && endedSessions > 0, `${ended} keys and ${endedSessions} sessions were looked at that had ended`)
})

test('API39 what a key can be given is a part of what its role may, without what wants a person', () => {
  for (const role of roles) {
    assert.ok(keyScopesOf(role).every((scope) => permissionsOf(role).includes(scope) && !personal.includes(scope)))
    assert.equal(
      keyScopesOf(role).length + permissionsOf(role).filter((each) => personal.includes(each)).length,
      permissionsOf(role).length,
    )
  }
})
