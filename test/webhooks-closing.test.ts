import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { approveDraft, returnDraft } from '../src/server/app/approve-draft.ts'
import { prepareDraft } from '../src/server/app/prepare-draft.ts'
import { migrateJobs } from '../src/server/jobs/workers.ts'
import type { Actor } from '../src/server/store/audit.ts'
import { closingNow as now, july as month, openAgreement, partiesOf } from './closing-world.ts'
import { testDatabase } from './database.ts'
import { addEndpoint } from './webhook-world.ts'

const { close, ...store } = await testDatabase()
after(close)

test('Q10 both parties are told of each step of a close as it is taken: prepared, sent back, prepared anew, approved', async () => {
  await migrateJobs(store)
  const agreement = 'told'
  await openAgreement(store, agreement)
  const parties = partiesOf(agreement)
  const ends = {
    operator: await addEndpoint(store, parties.operator, 'https://a.example/'),
    guarantor: await addEndpoint(store, parties.guarantor, 'https://b.example/'),
  }
  const actor = (id: string, side: keyof typeof ends): Actor => ({
    id,
    name: id,
    party: parties[side],
    role: side,
    origin: null,
    request: null,
  })
  const decider = (id: string, side: keyof typeof ends) => ({ actor: actor(id, side), isPerson: true, side })
  const prepare = async () => {
    const answer = await prepareDraft(store, { agreement, month, by: actor('ann', 'operator'), now })
    assert.ok(answer.kind === 'prepared', JSON.stringify(answer))
    return answer.draft
  }
  const first = await prepare()
  const back = await returnDraft(store, { agreement, month, version: first.version, reason: 'wrong', by: decider('gil', 'guarantor'), now })
  assert.equal(back.kind, 'done', JSON.stringify(back))
  const { version, net, hash } = await prepare()
  const approved = await approveDraft(store, { agreement, month, version, net, hash, by: decider('bob', 'operator'), now })
  assert.equal(approved.kind, 'done', JSON.stringify(approved))
  for (const { id } of Object.values(ends)) {
    const { rows } = await store.pool.query<{ body: string }>('select body from webhook_message where endpoint = $1 order by entry', [id])
    const told = rows.map(({ body }) => JSON.parse(body) as { type: string; data: Record<string, unknown> })
    assert.deepEqual(
      told.map(({ type }) => type),
      ['statement.prepared', 'statement.returned', 'statement.prepared', 'statement.approved'],
    )
    assert.deepEqual(told[1]!.data, { agreement, month, version: first.version, side: 'guarantor', reason: 'wrong' })
    assert.deepEqual(told[3]!.data, { agreement, month, version, side: 'operator', net, sha256: hash })
  }
})
