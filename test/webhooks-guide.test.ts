import assert from 'node:assert/strict'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Webhook } from 'standardwebhooks'
import { closedAt } from '../src/server/app/closed-at.ts'
import { closePeriod } from '../src/server/app/close-period.ts'
import { importReadings } from '../src/server/app/import-readings.ts'
import { makeWebhooks } from '../src/server/app/webhooks.ts'
import { digestOf } from '../src/server/fleet/digest.ts'
import { portsOpen } from '../src/server/jobs/egress.ts'
import { retrySeconds, triesMax } from '../src/server/jobs/retries.ts'
import { answerBytesMax, sendMsMax } from '../src/server/jobs/send-webhook.ts'
import { signedHeaders } from '../src/server/jobs/sign-webhook.ts'
import { overlapHours } from '../src/server/store/webhooks.ts'
import type { Reading } from '../src/core/meter/reading.ts'
import { eventTypes } from '../src/wire/webhook.ts'
import { loadAgreement } from '../src/server/app/load-agreement.ts'
import { testDatabase } from './database.ts'
import { actorOf, addEndpoint, worldAt } from './webhook-world.ts'

const root = join(import.meta.dirname, '..')
const guide = fs.readFileSync(join(root, 'docs/webhooks.md'), 'utf8')
const blocks = (language: string): string[] =>
  [...guide.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'))].map(([, text]) => text!)
type Told = Readonly<{ type: string; timestamp: string; data: Readonly<Record<string, unknown>> }>

test('API64 the guide names every event, and the limits that hold', () => {
  for (const type of eventTypes) assert.ok(guide.includes(`\`${type}\``), type)
  const words = retrySeconds.map((seconds) =>
    seconds < 60 ? `${seconds} s` : seconds < 3_600 ? `${seconds / 60} min` : `${seconds / 3_600} h`,
  )
  assert.ok(guide.replaceAll('\n', ' ').includes(`${words.slice(0, -1).join(', ')} and ${words.at(-1)}`), words.join())
  const said = guide.replaceAll('\n', ' ')
  for (const text of [
    `${sendMsMax / 1000} s at most`,
    `first ${answerBytesMax.toLocaleString('en-US')} bytes`,
    `For ${overlapHours} hours`,
    `port ${portsOpen.join(' or ')}`,
  ])
    assert.ok(said.includes(text), text)
})

test('API64 what the guide shows of events has the shape of what is told when they happen', async () => {
  const { close, ...store } = await testDatabase()
  after(close)
  const examples = new Map(
    blocks('json')
      .map((text) => JSON.parse(text) as Told)
      .map((told) => [told.type, told]),
  )
  const document = fs.readFileSync(join(root, 'examples/philly-block.yaml'), 'utf8')
  const { id } = await (async () => {
    // A party is known by its agreements, so there has to be one before it is told of another version.
    assert.equal((await loadAgreement(store, { document, now: worldAt, by: 'test' })).kind, 'loaded')
    return addEndpoint(store, 'guarantor', 'https://example.com/')
  })()
  const again = document
    .replace('agreement: philly-block', 'agreement: philly-other')
    .replaceAll('philly-1', 'other-1')
    .replace('factory: philly', 'factory: other')
  const loaded = await loadAgreement(store, { document: again, now: worldAt, by: 'test' })
  assert.equal(loaded.kind, 'loaded', JSON.stringify(loaded))
  assert.equal(
    (await closePeriod(store, { agreement: 'philly-block', month: '2017-10', now: closedAt('2017-10'), by: 'test' })).kind,
    'closed',
  )
  const late = {
    kind: 'acceptance',
    source: 's',
    id: 'a',
    block: 'philly-1',
    tranche: 'philly-1-a',
    at: 1_506_816_000,
    design: 1,
    tested: 1,
  } as unknown as Reading
  const imported = await importReadings(store, {
    rows: (async function* () {
      yield { rows: [{ line: 1, reading: late, digest: digestOf(late) }], refusals: [], bytesRead: 0 }
    })(),
    file: 'late.ndjson',
    mode: 'all-or-nothing',
    now: closedAt('2017-11') - 86_400,
    by: 'test',
  })
  assert.ok(imported.kind === 'imported')
  assert.equal(
    (await closePeriod(store, { agreement: 'philly-block', month: '2017-11', now: closedAt('2017-11'), by: 'test' })).kind,
    'closed',
  )
  await makeWebhooks(store, { now: () => worldAt, nowMs: () => 0, tries: triesMax }).test(id, actorOf('guarantor'))
  const { rows } = await store.pool.query<{ body: string }>('select body from webhook_message order by entry')
  const told = rows.map(({ body }) => JSON.parse(body) as Told)
  assert.deepEqual([...new Set(told.map(({ type }) => type))].toSorted(), [
    'agreement.loaded',
    'import.late',
    'statement.corrected',
    'statement.final',
    'webhook.test',
  ])
  const shapeOf = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.slice(0, 1).map(shapeOf)
      : value !== null && typeof value === 'object'
        ? Object.fromEntries(
            Object.entries(value)
              .toSorted(([a], [b]) => (a < b ? -1 : 1))
              .map(([key, inner]) => [key, shapeOf(inner)]),
          )
        : value === null
          ? 'string'
          : typeof value
  for (const each of told) assert.deepEqual(shapeOf(examples.get(each.type)), shapeOf(each), each.type)
})

test('API64 the lines that the guide verifies by take what is genuine, and nothing else', async () => {
  const file = join(root, `.cache/verify-${process.pid}.mjs`)
  fs.writeFileSync(file, blocks('js')[0]!)
  after(() => fs.rmSync(file, { force: true }))
  const { isGenuine } = (await import(file)) as { isGenuine: (secret: string, headers: object, body: string, now?: number) => boolean }
  const secret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`
  const older = `whsec_${Buffer.alloc(32, 6).toString('base64')}`
  const [atMs, body] = [Date.now(), '{"type":"webhook.test","data":{"by":"Ada é"}}']
  const headers = signedHeaders([secret, older], { message: 'msg_1', body, atMs })
  for (const each of [secret, older]) {
    assert.equal(isGenuine(each, headers, body), true)
    assert.doesNotThrow(() => new Webhook(each).verify(body, headers))
  }
  assert.equal(isGenuine(`whsec_${Buffer.alloc(32, 7).toString('base64')}`, headers, body), false)
  assert.equal(isGenuine(secret, headers, `${body} `), false)
  assert.equal(isGenuine(secret, { ...headers, 'webhook-id': 'msg_2' }, body), false)
  assert.equal(isGenuine(secret, headers, body, atMs + 301_000), false)
  assert.equal(isGenuine(secret, { ...headers, 'webhook-timestamp': 'soon' }, body), false)
})
