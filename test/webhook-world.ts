import assert from 'node:assert/strict'
import { loadAgreement } from '../src/server/app/load-agreement.ts'
import { makeWebhooks } from '../src/server/app/webhooks.ts'
import type { Actor } from '../src/server/store/audit.ts'
import type { Store } from '../src/server/store/database.ts'
import { triesMax } from '../src/server/jobs/retries.ts'
import type { Delivering } from '../src/server/jobs/webhook-job.ts'
import { tellEvent, type TellRequest } from '../src/server/store/tell-event.ts'
import { inTransaction } from '../src/server/store/transaction.ts'
import * as fs from 'node:fs'
import { join } from 'node:path'

const exampleOf = (name: string): string => fs.readFileSync(join(import.meta.dirname, '../examples', name), 'utf8')

/** The instant that acts are done at here; the world's clock is another. */
export const worldAt = 1_793_836_800
export const actorOf = (party: string): Actor => ({
  id: 'usr_1',
  name: 'Ada',
  party,
  role: 'operator',
  origin: '127.0.0.1',
  request: 'req_1',
})

/** Two agreements of one guarantor, `sharon-ai` and `firmus-batam`, on record. */
export const loadExamples = async (store: Store): Promise<void> => {
  for (const name of ['sharon-ai', 'firmus-batam']) {
    const answer = await loadAgreement(store, { document: exampleOf(`${name}.yaml`), now: worldAt, by: 'test' })
    assert.equal(answer.kind, 'loaded', JSON.stringify(answer))
  }
}

/** A clock that is moved by hand, waits without chance, and every address of this machine. */
export const deliverHere = (startMs = Date.now()): Delivering & { moveTo: (ms: number) => void } => {
  let now = startMs
  const resolve = async () => assert.fail('no name is looked up here')
  return { egress: { allowed: ['127.0.0.0/8'], resolve }, nowMs: () => now, chance: () => 0, msMax: 2_000, moveTo: (ms) => void (now = ms) }
}

/** An endpoint of a party that is told of everything; answers with its id and secret. */
export const addEndpoint = async (
  store: Store,
  party: string,
  url: string,
  nowMs = Date.now(),
): Promise<{ id: string; secret: string }> => {
  const webhooks = makeWebhooks(store, { now: () => worldAt, nowMs: () => nowMs, tries: triesMax })
  const made = await webhooks.add(party, { url, events: null, agreements: null, description: '' }, actorOf(party))
  assert.ok(made.kind === 'made', JSON.stringify(made))
  return { id: made.record.endpoint.endpoint, secret: made.secret }
}

export const tell = (store: Store, more: Partial<TellRequest> = {}): Promise<void> =>
  inTransaction(store, (tx) =>
    tellEvent(tx, {
      type: 'claim.verified',
      agreement: 'sharon-ai',
      at: worldAt,
      data: { month: '2026-10', run: 'clm_1', findings: 2 },
      ...more,
    }),
  )
