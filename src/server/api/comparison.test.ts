import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { comparedDocument, comparedNow, compareWorld } from '../../../test/compared-world.ts'
import { testDatabase } from '../../../test/database.ts'
import { byHeader, headersOf } from '../../../test/principals.ts'
import type { AgreementWire, SettledLinesWire } from '../../wire/agreement.ts'
import type { ProposalRowWire, ProposalWire } from '../../wire/amendment.ts'
import type { ComparisonWire, RecomputationWire } from '../../wire/comparison.ts'
import type { ProblemWire } from '../../wire/problem.ts'
import type { WhatIfWire } from '../../wire/what-if.ts'
import { makeComparing } from '../app/comparing.ts'
import { makeProposals } from '../app/proposals.ts'
import { makeReaders } from '../app/read.ts'
import { asSystem } from '../store/database.ts'
import { makeApi, type ApiOptions } from './api.ts'
import { makeSettling, settlingLimits } from './settling.ts'

const { close: closeDatabase, ...store } = await testDatabase()
const now = () => comparedNow
const examples = join(import.meta.dirname, '../../../examples')
const apiWith = (more: Partial<ApiOptions> = {}) =>
  makeApi({
    source: makeReaders(store, now),
    comparing: makeComparing(store, now),
    proposals: makeProposals(store, now, examples),
    answers: store,
    consoleFolder: '/none',
    report: (text) => assert.fail(text),
    ...more,
  })
const api = await apiWith({ identify: byHeader })
const open = await apiWith()
before(() => compareWorld(store, 'deal'))
after(async () => {
  await api.close()
  await open.close()
  await closeDatabase()
})

const vendor = headersOf('guarantor', 'deal-vendor', 'usr_vera')
const cloud = headersOf('operator', 'deal-cloud', 'usr_olaf')
const stranger = headersOf('guarantor', 'other', 'usr_stan')
type Headers = Readonly<Record<string, string>>
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- What an answer is is said by who asks.
const get = async <T>(url: string, headers: Headers = vendor): Promise<Readonly<{ status: number; body: T }>> => {
  const { statusCode, payload } = await api.inject({ url: `/api${url}`, headers })
  return { status: statusCode, body: JSON.parse(payload) as T }
}
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- What an answer is is said by who asks.
const post = async <T>(url: string, body: object, headers: Headers = vendor, on = api): Promise<Readonly<{ status: number; body: T }>> => {
  const { statusCode, payload } = await on.inject({ method: 'POST', url: `/api${url}`, headers, payload: body })
  return { status: statusCode, body: JSON.parse(payload) as T }
}
const cents = (amount: string): bigint => BigInt(amount.replace('.', ''))
const period = (month: string) => `/agreements/deal/periods/${month}`

test('API105 a month is settled again on the server from what was known, and says what that was; who may not see it is answered as if it were not there', async () => {
  const { status, body } = await get<RecomputationWire>(`${period('2026-09')}/recomputation`)
  assert.equal(status, 200)
  assert.deepEqual([body.result, body.version, body.settledAgain], ['equal', 1, ['2026-07', '2026-08']])
  assert.equal(body.settledHash, body.hash)
  assert.equal(body.knownAt, '2026-10-05T09:00:00Z')
  assert.ok(body.readings > 0)
  // Asked again within the quarter of an hour it is the same work, of the same instant.
  assert.deepEqual((await get(`${period('2026-09')}/recomputation`)).body, body)
  const foreign = await get<ProblemWire>(`${period('2026-09')}/recomputation`, stranger)
  const none = await get<ProblemWire>('/agreements/none/periods/2026-09/recomputation', stranger)
  assert.deepEqual([foreign.status, none.status], [404, 404])
  assert.equal(foreign.body.detail.replaceAll('deal', 'none'), none.body.detail)
  assert.equal((await get(`${period('2026-09')}/recomputation`, headersOf('tenant', 'deal-vendor'))).status, 403)
})

test('API106 a comparison has both values, why they part, and differences that come to the difference of the nets', async () => {
  const { body } = await get<ComparisonWire>(`${period('2026-08')}/comparison`)
  // One version, corrected since: by default that is what it is held against.
  assert.deepEqual([body.before, body.after, body.sides], [1, 'corrected', ['corrected', 'now']])
  assert.deepEqual(
    body.lines.map(({ formula, difference, causes }) => [formula, difference, causes]),
    [['backstop', '-1920.00', [{ kind: 'correction', on: '2026-09' }]]],
  )
  const [net] = body.nets
  const signed = body.lines.reduce(
    (sum, { payer, difference }) => sum + (payer === net!.parties[0] ? cents(difference) : -cents(difference)),
    0n,
  )
  assert.equal(signed, cents(net!.difference))
  const september = await get<ComparisonWire>(`${period('2026-09')}/comparison?against=now`)
  const [line] = september.body.lines
  assert.deepEqual(
    line!.causes.map((cause) => (cause.kind === 'facts' ? [cause.reading, cause.came?.readings, cause.came?.last, cause.decision] : cause)),
    [['outage', 3, '2026-10-12T08:00:00Z', false]],
  )
  const all = await get<ComparisonWire>(`${period('2026-09')}/comparison?against=now&all=true`)
  assert.equal(all.body.lines.length, september.body.lines.length + september.body.same)
  assert.equal((await get<ProblemWire>(`${period('2026-08')}/comparison?against=7`)).status, 404)
  assert.equal((await get<ProblemWire>(`${period('2026-08')}/comparison?against=then`)).status, 400)
  assert.equal((await get<ProblemWire>(`${period('2026-08')}/comparison`, stranger)).status, 404)
})

const price = (value: string) => ({ changes: [{ pointer: '/clauses/1/price', value }] })

test('API107 past months under other terms are told month by month and whole; terms that cannot be are refused by pointer', async () => {
  const { status, body } = await post<WhatIfWire>('/agreements/deal/what-ifs', price('1.50'))
  assert.equal(status, 200)
  assert.deepEqual(
    body.months.map(({ month, lines }) => [month, lines.length]),
    ['2026-07', '2026-08', '2026-09'].map((month) => [month, 1]),
  )
  const [reworded] = body.sentences
  assert.deepEqual([reworded!.pointer, reworded!.beforeValue, reworded!.afterValue], ['/clauses/1/price', '"2.00"', '"1.50"'])
  const streamed = await api.inject({
    method: 'POST',
    url: '/api/agreements/deal/what-ifs',
    headers: { ...vendor, accept: 'application/x-ndjson' },
    payload: price('1.50'),
  })
  const lines = streamed.payload
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string })
  assert.deepEqual(
    lines.map(({ kind }) => kind),
    ['month', 'month', 'month', 'whole'],
  )
  assert.deepEqual({ ...lines.at(-1), kind: undefined }, { ...body, kind: undefined })
  for (const headers of [vendor, { ...vendor, accept: 'application/x-ndjson' }]) {
    const wrong = await post<ProblemWire>('/agreements/deal/what-ifs', price('two'), headers)
    assert.equal(wrong.status, 422)
    assert.deepEqual(
      wrong.body.errors?.map(({ pointer }) => pointer),
      ['/clauses/1/price'],
    )
  }
  assert.equal((await post<ProblemWire>('/agreements/deal/what-ifs', {})).status, 400)
  assert.equal((await post<ProblemWire>('/agreements/deal/what-ifs', { ...price('1'), from: '2030-01' })).status, 422)
  assert.equal((await post<ProblemWire>('/agreements/deal/what-ifs', price('1.50'), stranger)).status, 404)
})

test('API133 a question names nothing that another agreement has, and tells who may not read readings no name of any', async () => {
  await compareWorld(store, 'beside')
  const added = (block: string, pool: string) => ({
    changes: [
      {
        pointer: '/blocks/-',
        value: { id: block, factory: 'f', region: 'R', sku: 'S', tranches: [{ id: 't', gpus: 1, due: '2026-07-01' }] },
      },
      { pointer: '/pools/-', value: { id: pool, attribution: 'supported-first', blocks: [block] } },
    ],
  })
  for (const headers of [vendor, { ...vendor, accept: 'application/x-ndjson' }]) {
    const { status, body } = await post<ProblemWire>('/agreements/deal/what-ifs', added('beside-block', 'beside'), headers)
    assert.equal(status, 422)
    assert.deepEqual(
      body.errors?.map(({ pointer, detail }) => [pointer, /is taken/.test(detail)]),
      [
        ['/blocks', true],
        ['/pools', true],
      ],
    )
    assert.doesNotMatch(JSON.stringify(body), /agreement beside|beside-slurm|beside-billing|job-/)
  }
  assert.equal((await post('/agreements/deal/what-ifs', added('deal-more', 'deal-more'))).status, 200)
  const shrunk = { changes: [{ pointer: '/blocks/0/tranches/0/gpus', value: 1 }] }
  const reader = {
    agreement: 'deal',
    party: 'bank',
    role: 'lender' as const,
    given: true,
    actor: 'test',
    recorded_at: '2026-07-01T00:00:00Z',
  }
  await asSystem(store.database, (tx) => tx.insertInto('agreement_reader').values(reader).execute())
  const lender = headersOf('lender', 'bank', 'usr_lena')
  for (const accept of ['application/json', 'application/x-ndjson']) {
    const full = await post<ProblemWire>('/agreements/deal/what-ifs', shrunk, { ...vendor, accept })
    const bare = await post<ProblemWire>('/agreements/deal/what-ifs', shrunk, { ...lender, accept })
    assert.deepEqual([full.status, bare.status], [422, 422])
    assert.match(full.body.detail, /deal-block|tranche all/)
    assert.match(bare.body.detail, /^2026-07: (one thing|\d+ things) that readings tell cannot be/)
    assert.doesNotMatch(bare.body.detail, /deal-block|tranche all|job-|\b100\b/)
  }
})

test('API108 so much is settled at once and so much waits: the rest is sent away with when to come again, and who has gone is not worked for', async () => {
  const settling = makeSettling()
  const headers = new Map<string, string>()
  const listeners: (() => void)[] = []
  const raw = { writableEnded: false, on: (_: string, act: () => void) => void listeners.push(act), off: () => {} }
  const reply = { header: (name: string, value: string) => void headers.set(name, value), raw } as never
  const inside = settlingLimits.atOnceMax + settlingLimits.waitingMax
  const ends = Array.from({ length: inside }, () => Promise.withResolvers<void>())
  let begun = 0
  const all = ends.map(({ promise }) => settling(reply, () => ((begun += 1), promise)))
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(begun, settlingLimits.atOnceMax)
  await assert.rejects(
    settling(reply, async () => {}),
    { status: 503 },
  )
  assert.equal(headers.get('retry-after'), `${settlingLimits.retryAfterSeconds}`)
  for (const { resolve } of ends) resolve()
  await Promise.all(all)
  assert.equal(begun, inside)
  const cut = settling(reply, (signal) => new Promise((_, fail) => signal.addEventListener('abort', () => fail(signal.reason as Error))))
  await new Promise((resolve) => setImmediate(resolve))
  listeners.at(-1)!()
  await assert.rejects(cut, /gone/)
  await settling(reply, async () => {})
})

const next = async (more: object = {}): Promise<string> => {
  const { rows } = await store.pool.query<{ hash: string; version: number }>(
    `select hash, version from agreement_version where agreement = 'deal' order by version desc limit 1`,
  )
  return comparedDocument('deal', {
    version: rows[0]!.version + 1,
    previous: rows[0]!.hash,
    price: '1.90',
    effective: '2026-10-01',
    ...more,
  })
}
const decide = (proposal: ProposalRowWire, act: string, headers: Headers, hash = proposal.hash) =>
  post<ProposalRowWire & ProblemWire>(`/proposals/${proposal.id}/decision`, { act, hash }, headers)

test('API109 an amendment is proposed by one party and signed by the other, another person: then it is in force, and told with who did it', async () => {
  const document = await next()
  const { status, body: proposal } = await post<ProposalRowWire>('/agreements/deal/amendments', { document, note: 'lower' })
  assert.equal(status, 200, JSON.stringify(proposal))
  assert.deepEqual([proposal.state, proposal.version, proposal.awaits], ['open', 2, 'deal-cloud'])
  const { body: read } = await get<ProposalWire>(`/proposals/${proposal.id}`, cloud)
  assert.equal(read.document, document)
  const changed = read.draft.sentences.filter(({ kind }) => kind !== 'same')
  assert.ok(changed.some(({ after: text }) => text?.includes('1.90')))
  assert.ok(changed.every(({ clause }) => clause === 'backstop'))
  // Nobody signs for the party that proposed it, nor as the other party by changing hats; nobody signs what they did not read.
  assert.equal((await decide(proposal, 'sign', vendor)).status, 409)
  assert.equal((await decide(proposal, 'sign', headersOf('operator', 'deal-cloud', 'usr_vera'))).status, 409)
  assert.equal((await decide(proposal, 'sign', cloud, '0'.repeat(64))).status, 409)
  assert.equal((await decide(proposal, 'sign', headersOf('guarantor', 'deal-cloud', 'usr_olga'))).status, 404)
  assert.equal((await decide(proposal, 'sign', headersOf('lender', 'deal-cloud', 'usr_olga'))).status, 403)
  assert.equal((await decide(proposal, 'sign', stranger)).status, 404)
  assert.equal((await get(`/proposals/${proposal.id}`, stranger)).status, 404)
  assert.equal((await decide(proposal, 'withdraw', cloud)).status, 409)
  const versions = async () => (await store.pool.query(`select from agreement_version where agreement = 'deal'`)).rowCount
  assert.equal(await versions(), 1)
  const signed = await decide(proposal, 'sign', cloud)
  assert.deepEqual([signed.status, signed.body.state, signed.body.endedBy], [200, 'in force', 'olaf'])
  assert.equal(await versions(), 2)
  assert.equal((await decide(proposal, 'sign', headersOf('operator', 'deal-cloud', 'usr_olga'))).status, 409)
  const { rows: deeds } = await store.pool.query<{ action: string; actor: string }>(
    `select action, actor from audit_log where subject = 'deal version 2' order by entry`,
  )
  assert.deepEqual(
    deeds.map(({ action, actor }) => `${action} ${actor}`),
    ['propose usr_vera', 'sign usr_olaf', 'load usr_olaf'],
  )
})

test('API109 a proposal is declined by the other party, withdrawn by its own, and cannot be signed once something else is in force', async () => {
  const [one, two, three] = await Promise.all(
    ['1.80', '1.70', '1.60'].map(
      async (to) => (await post<ProposalRowWire>('/agreements/deal/amendments', { document: await next({ price: to }) })).body,
    ),
  )
  assert.equal((await decide(one!, 'decline', cloud)).body.state, 'declined')
  assert.equal((await decide(two!, 'withdraw', vendor)).body.state, 'withdrawn')
  const other = await post<ProposalRowWire>('/agreements/deal/amendments', { document: await next({ price: '1.65' }) }, cloud)
  assert.equal((await decide(other.body, 'sign', vendor)).body.state, 'in force')
  const late = await decide(three!, 'sign', cloud)
  assert.deepEqual([late.status, late.body.type], [422, 'urn:offtake:problem:invalid-terms'])
  // Nothing was signed: it is open still.
  const { body } = await get<{ proposals: ProposalRowWire[] }>('/agreements/deal/amendments')
  assert.equal(body.proposals.find(({ id }) => id === three!.id)?.state, 'open')
  const bad = await post<ProblemWire>('/agreements/deal/amendments', {
    document: (await next()).replace('zone: UTC', 'zone: Europe/Paris'),
  })
  assert.ok(bad.status === 422 && bad.body.errors?.some(({ pointer }) => pointer === '/zone'), JSON.stringify(bad.body))
  assert.equal((await post('/agreements/deal/amendments', { document: await next() }, stranger)).status, 404)
})

test('API110 a new agreement is proposed by one of its parties and signed by the other; a name that is taken is not told whose it is', async () => {
  const document = comparedDocument('fresh')
  const [maker, other] = [headersOf('operator', 'fresh-cloud', 'usr_1'), headersOf('guarantor', 'fresh-vendor', 'usr_2')]
  assert.equal((await post('/agreements', { document }, stranger)).status, 409)
  const { body: proposal } = await post<ProposalRowWire>('/agreements', { document }, { ...maker, 'idempotency-key': 'one' })
  assert.deepEqual((await post('/agreements', { document }, { ...maker, 'idempotency-key': 'one' })).body, proposal)
  assert.equal((await get(`/agreements/fresh`, maker)).status, 404)
  assert.equal((await get<{ proposals: unknown[] }>('/proposals', other)).body.proposals.length, 1)
  assert.equal((await decide(proposal, 'sign', other)).status, 200)
  assert.equal((await get(`/agreements/fresh`, maker)).status, 200)
  const thief = document.replaceAll('fresh-cloud', 'thief-cloud').replaceAll('fresh-vendor', 'thief-vendor')
  const named = await post<ProblemWire>('/agreements', { document: thief }, headersOf('operator', 'thief-cloud', 'usr_3'))
  assert.equal(named.status, 422)
  const blocks = thief.replace('agreement: fresh', 'agreement: thief')
  const taken = await post<ProblemWire>('/agreements', { document: blocks }, headersOf('operator', 'thief-cloud', 'usr_3'))
  assert.ok(taken.status === 422 && !/agreement fresh/.test(JSON.stringify(taken.body)), JSON.stringify(taken.body))
})

test('API111 without login the owner of the installation loads at once and signs nothing; templates are the examples, and each can be begun from', async () => {
  const { body: loaded } = await post<ProposalRowWire>('/agreements', { document: comparedDocument('mine') }, {}, open)
  assert.deepEqual([loaded.state, loaded.party, loaded.awaits], ['in force', null, null])
  const { body: proposal } = await post<ProposalRowWire>('/agreements/deal/amendments', { document: await next() })
  const signing = await post<ProblemWire>(`/proposals/${proposal.id}/decision`, { act: 'sign', hash: proposal.hash }, {}, open)
  assert.equal(signing.status, 403)
  const { templates } = JSON.parse((await open.inject({ url: '/api/templates' })).payload) as { templates: { name: string }[] }
  assert.ok(templates.some(({ name }) => name === 'sharon-ai') && templates.every(({ name }) => !name.includes('v2')))
  for (const { name } of templates) {
    const { payload: document } = await open.inject({ url: `/api/templates/${name}` })
    const { status, body } = await post<{ against: number | null; sentences: { kind: string }[] }>(
      '/proposals/preview',
      { document },
      {},
      open,
    )
    assert.deepEqual([status, body.against], [200, null], name)
    assert.ok(body.sentences.length > 0 && body.sentences.every(({ kind }) => kind === 'added'))
  }
  assert.equal((await open.inject({ url: '/api/templates/none' })).statusCode, 404)
})

test('API112 an agreement is told as it was known on a date, its caps through time, and the lines that come to what a clause settled', async () => {
  const { body: today } = await get<AgreementWire>('/agreements/deal')
  const { body: then } = await get<AgreementWire>('/agreements/deal?known=2026-09-15')
  assert.deepEqual([then.versions.length, then.finalMonths, then.knownOn], [1, 2, '2026-09-15'])
  assert.deepEqual([today.finalMonths, today.knownOn], [3, null])
  assert.equal((await get<ProblemWire>('/agreements/deal?known=2026-06-01')).status, 404)
  assert.equal((await get<ProblemWire>('/agreements/deal?known=yesterday')).status, 400)
  const { body: periods } = await get<{ periods: { month: string; status: string }[] }>('/agreements/deal/periods?known=2026-09-15')
  assert.deepEqual(
    periods.periods.map(({ month, status }) => [month, status]),
    [
      ['2026-09', 'running'],
      ['2026-08', 'final'],
      ['2026-07', 'final'],
    ],
  )
  // July paid 52,080.00 of a year's 250,000.00; August 44,640.00 more, of which 1,920.00 came back on September.
  const [use] = today.capUse
  assert.deepEqual(
    use!.steps.slice(0, 2).map(({ month, drawn }) => [month, drawn]),
    [
      ['2026-07', '52080'],
      ['2026-08', '96720'],
    ],
  )
  assert.equal(use!.steps[1]!.part, '1209/3125')
  for (const { id, settled } of today.clauses) {
    const { body } = await get<SettledLinesWire>(`/agreements/deal/clauses/${id}/settled`)
    for (const { payer, amount } of settled)
      assert.equal(
        body.lines.filter((line) => line.payer === payer).reduce((sum, line) => sum + cents(line.amount), 0n),
        cents(amount),
      )
    assert.ok(body.lines.length > 0)
  }
  assert.equal((await get<ProblemWire>('/agreements/deal/clauses/none/settled')).status, 404)
  assert.equal((await get<ProblemWire>('/agreements/deal/clauses/share/settled', stranger)).status, 404)
})
