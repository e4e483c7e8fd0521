import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before as beforeAll, test } from 'node:test'
import { bringIn, closeApproved, closingNow, july, august, openAgreement, partiesOf, soldIn } from '../../../test/closing-world.ts'
import { testDatabase } from '../../../test/database.ts'
import { byHeader, headersOf } from '../../../test/principals.ts'
import type { Role } from '../../wire/access.ts'
import type { PeriodsWire } from '../../wire/agreement.ts'
import type { DecidedDraftWire, PreparedWire, ProgressWire } from '../../wire/close.ts'
import type { DisputesWire, DisputeWire, RaisedWire } from '../../wire/dispute.ts'
import type { ProblemWire } from '../../wire/problem.ts'
import type { PeriodWire } from '../../wire/statement.ts'
import { makeClosing } from '../app/closing.ts'
import { closePeriod } from '../app/close-period.ts'
import { makeFeeds } from '../app/feeds.ts'
import { makeReaders } from '../app/read.ts'
import { migrateJobs } from '../jobs/workers.ts'
import { messagesMax } from '../store/dispute-rows.ts'
import { makeApi } from './api.ts'

const { close, ...store } = await testDatabase()
const now = () => closingNow
const consoleFolder = join(import.meta.dirname, '../../../.cache/console')
const common = { source: makeReaders(store, now), closing: makeClosing(store, now), answers: store, consoleFolder }
const api = await makeApi({ ...common, identify: byHeader })
const open = await makeApi(common)
after(async () => {
  await api.close()
  await open.close()
  await close()
})
beforeAll(() => migrateJobs(store))

type Person = Readonly<Record<string, string>>
const of = (name: string) => {
  const { operator, guarantor } = partiesOf(name)
  const person = (role: Role, party: string) => (id: string) => headersOf(role, party, `usr_${id}`)
  return { operator: person('operator', operator), guarantor: person('guarantor', guarantor) }
}
const call = async (
  who: Person | undefined,
  path: string,
  payload?: object,
  method: 'GET' | 'POST' = payload === undefined ? 'GET' : 'POST',
) =>
  (who === undefined ? open : api).inject({
    method,
    url: `/api/agreements/${path}`,
    headers: who ?? {},
    ...(payload === undefined ? {} : { payload }),
  })
const ask = async <T>(...asked: Parameters<typeof call>): Promise<T> => {
  const answer = await call(...asked)
  assert.equal(answer.statusCode, 200, `${asked[1]}: ${answer.body}`)
  return answer.json<T>()
}
const refusal = async (status: number, ...asked: Parameters<typeof call>): Promise<string> => {
  const answer = await call(...asked)
  assert.equal(answer.statusCode, status, `${asked[1]}: ${answer.body}`)
  assert.match(String(answer.headers['content-type']), /^application\/problem\+json/)
  return answer.json<ProblemWire>().detail
}
const prepare = async (name: string, who: Person) => (await ask<PreparedWire>(who, `${name}/periods/${july}/drafts`, {})).draft

test('API70 a month goes from over to final by two parties, and its progress says who did what and what is left', async () => {
  await openAgreement(store, 'way', closingNow - 40 * 86_400)
  const { operator, guarantor } = of('way')
  const progress = (who: Person) => ask<ProgressWire>(who, `way/periods/${july}/progress`)
  const may = async (who: Person) => Object.fromEntries((await progress(who)).acts.map(({ act, may: can }) => [act, can]))
  const before = await progress(operator('ann'))
  assert.equal(before.status, 'open')
  assert.deepEqual(
    before.steps.map(({ step, state }) => `${step} ${state}`),
    ['over done', 'feeds attention', 'reconciled waiting', 'claim attention', 'operator current', 'guarantor waiting', 'final waiting'],
  )
  assert.match(before.steps[1]!.left!, /Not told to the end of the month: way-slurm/)
  assert.deepEqual(await may(operator('ann')), { prepare: true, approve: false, return: false })
  assert.deepEqual(await may(guarantor('gil')), { prepare: false, approve: false, return: false })

  const draft = await prepare('way', operator('ann'))
  assert.deepEqual([draft.version, draft.net.amount, draft.preparedBy.id], [1, '148780.00', 'usr_ann'])
  assert.deepEqual(await may(operator('ann')), { prepare: true, approve: false, return: true })
  assert.match((await progress(operator('ann'))).acts[1]!.why!, /Approving needs a second person: you made version 1/)
  assert.deepEqual(await may(guarantor('gil')), { prepare: false, approve: false, return: true })

  const at = `way/periods/${july}/drafts/1/approvals`
  const said = { net: draft.net.amount, hash: draft.hash }
  assert.match(await refusal(403, operator('ann'), at, said), /you made version 1/)
  assert.match(await refusal(409, guarantor('gil'), at, said), /The operator approves version 1 first/)
  assert.match(
    await refusal(422, operator('bob'), at, { ...said, net: '148,780.10' }),
    /You typed 148,780\.10; version 1 comes to 148,780\.00/,
  )
  const first = await ask<DecidedDraftWire>(operator('bob'), at, said)
  assert.deepEqual([first.approved, first.draft.approvals.map(({ by }) => by.id)], [false, ['usr_bob']])
  assert.deepEqual(await may(guarantor('gil')), { prepare: false, approve: true, return: true })
  const second = await ask<DecidedDraftWire>(guarantor('gil'), at, { ...said, net: '148,780.00' })
  assert.equal(second.approved, true)
  assert.equal((await progress(guarantor('gil'))).status, 'closing')
  await closeApproved(store, 'way')
  const end = await progress(guarantor('gil'))
  assert.equal(end.status, 'final')
  assert.deepEqual(
    end.steps.slice(4).map(({ state, by }) => [state, by?.id]),
    [
      ['done', 'usr_bob'],
      ['done', 'usr_gil'],
      ['done', undefined],
    ],
  )
})

test('API70 the Feeds step tells of all that is on record, also of what a clock ahead of this one recorded', async () => {
  await openAgreement(store, 'ahead', closingNow + 25 * 86_400)
  const progress = await ask<ProgressWire>(of('ahead').operator('ann'), `ahead/periods/${july}/progress`)
  const feeds = progress.steps.find(({ step }) => step === 'feeds')!
  assert.deepEqual([feeds.state, feeds.left, feeds.count, feeds.of], ['done', null, 1, 1])
  assert.deepEqual(
    progress.sources.map(({ source, readings }) => [source, readings]),
    [
      ['ahead-site', 1],
      ['ahead-slurm', 1],
    ],
  )
  // It stands at 5 September, so July is more than 35 days ago; what has effect in August is told of.
  const { listFeeds } = makeFeeds(store, now)({ kind: 'party', party: partiesOf('ahead').operator })
  assert.deepEqual(await listFeeds(), [])
  await bringIn(store, [soldIn('ahead', 'august', { month: august })], closingNow + 26 * 86_400)
  const [feed] = await listFeeds()
  assert.deepEqual([feed?.source, feed?.readings, feed?.ageSeconds], ['ahead-slurm', 1, 0])
})

test('API71 drafts and final statements have numbers and addresses together, and months know what is provisional', async () => {
  await openAgreement(store, 'numbers')
  const { operator, guarantor } = of('numbers')
  await prepare('numbers', operator('ann'))
  const read = (query = '') => ask<PeriodWire>(guarantor('gil'), `numbers/periods/${july}${query}`)
  const one = await read()
  assert.deepEqual([one.statement.status, one.statement.version, one.standing.status, one.versions], ['provisional', 1, 'provisional', [1]])
  await bringIn(store, [soldIn('numbers', 'more', { day: 11 })])
  const two = await prepare('numbers', operator('ann'))
  assert.deepEqual((await read()).versions, [1, 2])
  assert.deepEqual(await read('?v=1'), { ...one, versions: [1, 2] })
  const row = (await ask<PeriodsWire>(guarantor('gil'), 'numbers/periods')).periods.find(({ month }) => month === july)!
  assert.deepEqual([row.status, row.version, row.net?.amount, row.payable], ['provisional', 2, '148760.00', null])
  for (const who of [operator('bob'), guarantor('gil')])
    await ask(who, `numbers/periods/${july}/drafts/2/approvals`, { net: two.net.amount, hash: two.hash })
  await closeApproved(store, 'numbers')
  const three = await read()
  assert.deepEqual([three.statement.status, three.statement.version, three.versions], ['final', 3, [1, 2, 3]])
  assert.deepEqual((await read('?v=2')).statement.lines, three.statement.lines)
})

test('API72 what was overtaken or sent back is refused with what to do; what came before the close is counted', async () => {
  await openAgreement(store, 'turns')
  const { operator, guarantor } = of('turns')
  const one = await prepare('turns', operator('ann'))
  const at = (version: number, what: string) => `turns/periods/${july}/drafts/${version}/${what}`
  assert.match(await refusal(400, guarantor('gil'), at(1, 'returns'), { reason: ' ' }), /should say why/)
  const back = await ask<DecidedDraftWire>(guarantor('gil'), at(1, 'returns'), { reason: 'Hall 2 was down on the tenth.' })
  assert.deepEqual([back.draft.returned?.reason, back.draft.returned?.by.id], ['Hall 2 was down on the tenth.', 'usr_gil'])
  assert.match(await refusal(409, operator('bob'), at(1, 'approvals'), { net: one.net.amount, hash: one.hash }), /was sent back/)
  const two = await prepare('turns', operator('ann'))
  assert.equal(two.version, 2)
  assert.equal(
    await refusal(409, operator('bob'), at(1, 'approvals'), { net: one.net.amount, hash: one.hash }),
    'This was prepared anew as version 2 while you read version 1. See what changed, then decide.',
  )
  for (const who of [operator('bob'), guarantor('gil')]) await ask(who, at(2, 'approvals'), { net: two.net.amount, hash: two.hash })
  assert.match(
    await refusal(409, operator('ann'), `turns/periods/${july}/drafts`, {}),
    /Both parties approved version 2, and it is being closed/,
  )
  await bringIn(store, [soldIn('turns', 'late', { day: 12 })])
  await closeApproved(store, 'turns')
  const progress = await ask<ProgressWire>(guarantor('gil'), `turns/periods/${july}/progress`)
  assert.deepEqual([progress.status, progress.draft?.overtaken?.readings], ['overtaken', 1])
  assert.match(progress.steps[4]!.left!, /overtaken by what came since: the operator prepares it anew/)
  assert.equal((await call(guarantor('gil'), `turns/periods/${july}`)).json<PeriodWire>().statement.status, 'provisional')
})

test('API123 a draft says how many readings came since it was prepared, and its approval then wants to say that this is known', async () => {
  await openAgreement(store, 'news')
  const { operator, guarantor } = of('news')
  const draft = await prepare('news', operator('ann'))
  assert.deepEqual(draft.since, { readings: 0, terms: false })
  await bringIn(store, [soldIn('news', 'more', { day: 12 }), soldIn('news', 'again', { day: 13 })])
  const read = async (who: Person) => (await ask<ProgressWire>(who, `news/periods/${july}/progress`)).draft
  for (const who of [operator('bob'), guarantor('gil')]) assert.deepEqual((await read(who))?.since, { readings: 2, terms: false })
  const at = `news/periods/${july}/drafts/1/approvals`
  const said = { net: draft.net.amount, hash: draft.hash }
  assert.match(await refusal(409, operator('bob'), at, said), /^2 readings came since version 1 was prepared: .*prepare it again/)
  assert.match(await refusal(409, operator('bob'), at, { ...said, despiteNews: false }), /^2 readings came/)
  const decided = await ask<DecidedDraftWire>(operator('bob'), at, { ...said, despiteNews: true })
  assert.deepEqual([decided.draft.approvals.length, decided.draft.since?.readings], [1, 2])
  await ask(guarantor('gil'), at, { ...said, despiteNews: true })
  await closeApproved(store, 'news')
  const overtaken = await read(guarantor('gil'))
  assert.deepEqual([overtaken?.since, overtaken?.overtaken?.readings], [null, 2])
})

test('API73 what is foreign is answered as what is not there; a role without the permission, and nobody in particular, may not', async () => {
  await openAgreement(store, 'mine')
  const { operator, guarantor } = of('mine')
  const draft = await prepare('mine', operator('ann'))
  const stranger = headersOf('operator', 'others', 'usr_eve')
  const said = { net: draft.net.amount, hash: draft.hash }
  for (const [path, payload] of [
    ['progress', undefined],
    ['disputes', undefined],
    ['drafts', {}],
    ['drafts/1/approvals', said],
    ['drafts/1/returns', { reason: 'x' }],
    ['disputes', { version: 1, line: 1, reason: 'rate', text: 'x' }],
  ] as const) {
    const [foreign, absent] = [
      await call(stranger, `mine/periods/${july}/${path}`, payload),
      await call(stranger, `none/periods/${july}/${path}`, payload),
    ]
    assert.equal(foreign.statusCode, 404, path)
    assert.deepEqual(
      { ...foreign.json<ProblemWire>(), requestId: '', detail: foreign.json<ProblemWire>().detail.replace('mine', 'none') },
      { ...absent.json<ProblemWire>(), requestId: '' },
    )
  }
  assert.match(await refusal(403, guarantor('gil'), `mine/periods/${july}/drafts`, {}), /statements:prepare is given to operator/)
  assert.match(
    await refusal(403, headersOf('auditor', 'mine-grantor', 'usr_aud'), `mine/periods/${july}/drafts/1/approvals`, said),
    /is given to operator, guarantor/,
  )
  // An operator of the guarantor's party is no operator of this agreement.
  const hat = headersOf('operator', 'mine-grantor', 'usr_x')
  assert.match(await refusal(404, hat, `mine/periods/${july}/drafts/1/approvals`, said), /There is no agreement mine here/)
  assert.equal((await call(hat, `mine/periods/${july}/progress`)).statusCode, 404)
  assert.match(await refusal(403, undefined, `mine/periods/${july}/drafts/1/approvals`, said), /Approving wants a person/)
  assert.match(await refusal(403, undefined, `mine/periods/${july}/drafts/1/returns`, { reason: 'x' }), /wants a person/)
  // Whoever owns the database prepares.
  assert.equal((await ask<PreparedWire>(undefined, `mine/periods/${july}/drafts`, {})).again, true)
})

test('API74 the same key is done once, and with other content refused', async () => {
  await openAgreement(store, 'keys')
  const { operator } = of('keys')
  const draft = await prepare('keys', operator('ann'))
  const send = (net: string) =>
    api.inject({
      method: 'POST',
      url: `/api/agreements/keys/periods/${july}/drafts/1/approvals`,
      headers: { ...operator('bob'), 'idempotency-key': 'once' },
      payload: { net, hash: draft.hash },
    })
  const [first, beside] = await Promise.all([send(draft.net.amount), send(draft.net.amount)])
  // Whichever is first does it; the other comes while it is being done, or just after.
  const [done, other] = first.statusCode === 200 ? [first, beside] : [beside, first]
  assert.equal(done.statusCode, 200, done.body)
  if (other.statusCode !== 200) assert.equal(other.json<ProblemWire>().type, 'urn:offtake:problem:still-running')
  const again = await send(draft.net.amount)
  assert.deepEqual([again.statusCode, again.body, again.headers['idempotency-replayed']], [200, done.body, 'true'])
  assert.equal((await send('148780')).statusCode, 422)
  assert.equal((await store.pool.query(`select from statement_approval where agreement = 'keys'`)).rowCount, 1)
})

const closed = async (name: string) => {
  await openAgreement(store, name)
  const answer = await closePeriod(store, { agreement: name, month: july, now: closingNow, by: 'test' })
  assert.equal(answer.kind, 'closed')
  return of(name)
}

test('API75 a dispute holds its amount out of the net, a ruling ends it, and the next close corrects by what is upheld', async () => {
  const { operator, guarantor } = await closed('contest')
  const disputes = `contest/periods/${july}/disputes`
  const wanted = { version: 1, line: 1, reason: 'evidence' as const, quantity: '10', text: 'Hall 2 drew power while unsold.' }
  const seen = await ask<RaisedWire>(guarantor('gil'), disputes, { ...wanted, dryRun: true })
  // 10 GPU-hours at 2.00.
  assert.deepEqual(seen, {
    dispute: null,
    contested: {
      line: 1,
      amount: '20.00',
      currency: 'USD',
      before: { payer: 'contest-grantor', payee: 'contest-cloud', amount: '148780.00' },
      after: { payer: 'contest-grantor', payee: 'contest-cloud', amount: '148760.00' },
    },
  })
  assert.deepEqual((await ask<DisputesWire>(guarantor('gil'), disputes)).disputes, [])
  assert.match(
    await refusal(422, guarantor('gil'), disputes, { ...wanted, quantity: undefined, amount: '148780.01' }),
    /Of line 1 148,780\.00 USD can be disputed/,
  )
  assert.match(await refusal(422, guarantor('gil'), disputes, { ...wanted, amount: '1.00' }), /not both/)
  assert.match(await refusal(422, guarantor('gil'), disputes, { ...wanted, line: 9 }), /no line 9/)
  assert.match(await refusal(409, guarantor('gil'), disputes, { ...wanted, version: 2 }), /final as version 1/)
  const { dispute } = await ask<RaisedWire>(guarantor('gil'), disputes, wanted)
  assert.deepEqual([dispute!.status, dispute!.amount, dispute!.party, dispute!.mayRule], ['open', '20.00', 'contest-grantor', false])
  const period = await ask<PeriodWire>(operator('ann'), `contest/periods/${july}`)
  assert.deepEqual([period.standing.status, period.standing.held], ['disputed', [{ line: 1, amount: '20.00' }]])
  assert.equal(period.standing.totals.payable.amount, '148760.00')

  const ruling = `${disputes}/${dispute!.id}/ruling`
  assert.match(await refusal(409, guarantor('hal'), ruling, { verdict: 'rejected', text: 'no' }), /The other party answers a dispute/)
  assert.match(
    await refusal(422, operator('ann'), ruling, { verdict: 'partly', upheld: '20.00', text: 'x' }),
    /A part is above zero and below the 20\.00 USD/,
  )
  const ruled = await ask<DisputeWire>(operator('ann'), ruling, { verdict: 'partly', upheld: '12.00', text: 'Six hours were.' })
  assert.deepEqual([ruled.status, ruled.ruling?.upheld, ruled.mayRule], ['partly', '12.00', false])
  assert.match(await refusal(409, operator('ann'), ruling, { verdict: 'accepted', text: 'x' }), /It was ruled on: partly/)
  assert.equal((await ask<PeriodWire>(operator('ann'), `contest/periods/${july}`)).standing.totals.payable.amount, '148780.00')
  const next = await closePeriod(store, { agreement: 'contest', month: august, now: closingNow, by: 'test' })
  const lines = next.kind === 'closed' ? next.stored.statement.lines.filter(({ corrects }) => corrects === july) : []
  assert.deepEqual(
    lines.map(({ amount, payer }) => [amount, payer]),
    [['-12.00', 'contest-grantor']],
  )
})

test('API75 nobody rules on what they raised, whichever party they act for', async () => {
  const { operator, guarantor } = await closed('both')
  const disputes = `both/periods/${july}/disputes`
  const { dispute } = await ask<RaisedWire>(guarantor('eve'), disputes, { version: 1, line: 1, reason: 'terms', text: 'Not so.' })
  const ruling = `${disputes}/${dispute!.id}/ruling`
  assert.match(await refusal(409, operator('eve'), ruling, { verdict: 'accepted', text: 'I agree with myself.' }), /who raised it does not/)
  const [seen] = (await ask<DisputesWire>(operator('eve'), disputes)).disputes
  assert.deepEqual([seen!.status, seen!.mayRule], ['open', false])
  assert.equal((await ask<DisputeWire>(operator('ann'), ruling, { verdict: 'accepted', text: 'So it is.' })).status, 'accepted')
})

test('API75 what is upheld is all, a part, or nothing; a quantity is disputed for no more than the line has left', async () => {
  const { operator, guarantor } = await closed('upheld')
  const disputes = `upheld/periods/${july}/disputes`
  const raise = async (more: object) =>
    (await ask<RaisedWire>(guarantor('gil'), disputes, { version: 1, line: 1, reason: 'rate', text: 'x', ...more })).dispute!
  const [first, second] = [await raise({ amount: '100.00' }), await raise({ amount: '40.00' })]
  // All 74,390 GPU-hours of the line are 148,780.00 at 2.00, of which 140.00 are taken.
  assert.equal((await raise({ quantity: '74390' })).amount, '148640.00')
  const rule = (id: string, verdict: string) => ask<DisputeWire>(operator('ann'), `${disputes}/${id}/ruling`, { verdict, text: 'x' })
  assert.equal((await rule(first.id, 'accepted')).ruling!.upheld, '100.00')
  assert.equal(Number((await rule(second.id, 'rejected')).ruling!.upheld), 0)
  const next = await closePeriod(store, { agreement: 'upheld', month: august, now: closingNow, by: 'test' })
  const lines = next.kind === 'closed' ? next.stored.statement.lines.filter(({ corrects }) => corrects === july) : []
  assert.deepEqual(
    lines.map(({ amount }) => amount),
    ['-100.00'],
  )
})

test('API76 of two who dispute all of a line at once one is refused, and nothing of theirs is half written', async () => {
  const { operator, guarantor } = await closed('race')
  const disputes = `race/periods/${july}/disputes`
  const wanted = { version: 1, line: 1, reason: 'rate', text: 'x', amount: '100000.00' }
  const answers = await Promise.all([1, 2, 3].map((i) => call(i === 1 ? operator('ann') : guarantor(`g${i}`), disputes, wanted)))
  assert.deepEqual(
    answers.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b),
    [200, 422, 422],
  )
  const counts = await store.pool.query(
    `select (select count(*) from dispute where agreement = 'race') as records, (select count(*) from reading where agreement = 'race' and kind = 'dispute') as readings`,
  )
  assert.deepEqual(Object.values(counts.rows[0] as object).map(Number), [1, 1])
  assert.match(await refusal(422, guarantor('gil'), disputes, { ...wanted, amount: '48780.01' }), /48,780\.00 USD can be disputed/)
  await ask(guarantor('gil'), disputes, { ...wanted, amount: undefined })
  assert.match(await refusal(422, guarantor('gil'), disputes, wanted), /All of line 1 is in dispute already/)
})

test('API77 a thread is read by both parties, and a note by one’s own alone: no number tells that there is one', async () => {
  const { operator, guarantor } = await closed('thread')
  const disputes = `thread/periods/${july}/disputes`
  const { dispute } = await ask<RaisedWire>(guarantor('gil'), disputes, { version: 1, line: 1, reason: 'terms', text: 'Not so.' })
  const say = (who: Person, text: string, internal = false) =>
    ask<DisputeWire>(who, `${disputes}/${dispute!.id}/messages`, { text, internal })
  await say(guarantor('gil'), 'See hall 2.')
  await say(guarantor('hal'), 'We would take half.', true)
  await say(operator('ann'), 'We looked.')
  const told = async (who: Person) =>
    (await ask<DisputesWire>(who, disputes)).disputes[0]!.messages.map(({ number, text }) => `${number} ${text}`)
  assert.deepEqual(await told(guarantor('gil')), ['1 See hall 2.', '2 We would take half.', '3 We looked.'])
  assert.deepEqual(await told(operator('ann')), ['1 See hall 2.', '2 We looked.'])
  const { rows } = await store.pool.query<{ log: string }>(`select coalesce(json_agg(detail)::text, '') as log from audit_log`)
  assert.ok(!rows[0]!.log.includes('half'))
  // Nor does the log tell that something was noted: of three messages two were for both.
  const deeds = await store.pool.query<{ message: number }>(
    `select (detail ->> 'message')::integer as message from audit_log where agreement = 'thread' and action = 'answer' order by entry`,
  )
  assert.deepEqual(
    deeds.rows.map(({ message }) => message),
    [1, 2],
  )
  assert.equal((await ask<DisputesWire>(operator('ann'), disputes)).zone, 'UTC')
})

test('API77 notes of one party take no place in the thread that the other one reads', async () => {
  const { operator, guarantor } = await closed('full')
  const disputes = `full/periods/${july}/disputes`
  const { dispute } = await ask<RaisedWire>(guarantor('gil'), disputes, { version: 1, line: 1, reason: 'terms', text: 'Not so.' })
  await store.pool.query(
    `insert into dispute_message (dispute, number, party, internal, text, actor, actor_name, recorded_at)
     select $1, n, 'full-grantor', true, 'x', 'usr_gil', 'gil', now() from generate_series(1, ${messagesMax}) n`,
    [dispute!.id],
  )
  const say = { text: 'We looked.', internal: false }
  const messages = `${disputes}/${dispute!.id}/messages`
  assert.match(await refusal(409, guarantor('gil'), messages, say), new RegExp(`${messagesMax} messages`))
  assert.deepEqual(
    (await ask<DisputeWire>(operator('ann'), messages, say)).messages.map(({ number }) => number),
    [1],
  )
})

test('API78 on a month that is not final a dispute is to send the draft back, and the answer says so', async () => {
  await openAgreement(store, 'soon')
  const { operator, guarantor } = of('soon')
  const wanted = { version: 1, line: 1, reason: 'rate', text: 'x' }
  assert.match(await refusal(409, guarantor('gil'), `soon/periods/${july}/disputes`, wanted), /not final.*nobody has prepared it yet/)
  await prepare('soon', operator('ann'))
  assert.match(
    await refusal(409, guarantor('gil'), `soon/periods/${july}/disputes`, wanted),
    /send version 1 back, with the line and the reason/,
  )
})

test('API79 who asked to be told is: of each version, approval and return, of the final statement, and of each dispute and ruling', async () => {
  await openAgreement(store, 'told')
  const { operator, guarantor } = of('told')
  await store.pool.query(
    `insert into webhook_endpoint (endpoint, party, actor, recorded_at) values ('whk_told', 'told-grantor', 'test', now())`,
  )
  await store.pool.query(
    `insert into webhook_setting (endpoint, party, url, description, state, actor, recorded_at)
      values ('whk_told', 'told-grantor', 'https://told.example/', '', 'on', 'test', now())`,
  )
  await prepare('told', operator('ann'))
  await ask(guarantor('gil'), `told/periods/${july}/drafts/1/returns`, { reason: 'x' })
  const two = await prepare('told', operator('ann'))
  for (const who of [operator('bob'), guarantor('gil')])
    await ask(who, `told/periods/${july}/drafts/2/approvals`, { net: two.net.amount, hash: two.hash })
  await closeApproved(store, 'told')
  const disputes = `told/periods/${july}/disputes`
  const { dispute } = await ask<RaisedWire>(guarantor('gil'), disputes, { version: 3, line: 1, reason: 'terms', text: 'Not so.' })
  await ask(operator('ann'), `${disputes}/${dispute!.id}/ruling`, { verdict: 'rejected', text: 'It is.' })
  const { rows } = await store.pool.query<{ type: string; body: string }>(
    `select type, body from webhook_message where endpoint = 'whk_told' order by entry`,
  )
  assert.deepEqual(
    rows.map(({ type }) => type),
    [
      'statement.prepared',
      'statement.returned',
      'statement.prepared',
      'statement.approved',
      'statement.approved',
      'statement.final',
      'dispute.raised',
      'dispute.ruled',
    ],
  )
  const body = JSON.parse(rows[3]!.body) as { data: Record<string, unknown> }
  assert.deepEqual(body.data, { agreement: 'told', month: july, version: 2, side: 'operator', net: '148780.00', sha256: two.hash })
})
