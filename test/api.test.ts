import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { apiDocument } from '../scripts/api-document.ts'
import { breakingChanges } from '../scripts/api-changes.ts'
import { clientText, type ApiDocument } from '../scripts/client-text.ts'
import { snapshotOf, withProblems } from '../scripts/write-client.ts'
import { ProblemAnswer } from '../src/client/answer.ts'
import { makeClient } from '../src/client/client.ts'
import { apiLimits } from '../src/server/api/api-limits.ts'
import { followersOfOneMax } from '../src/server/api/job-routes.ts'
import { closedAt } from '../src/server/app/closed-at.ts'
import { loadAgreement } from '../src/server/app/load-agreement.ts'
import { migrateJobs, startWorkers } from '../src/server/jobs/workers.ts'
import { makeServed } from '../src/server/serve.ts'
import { startClose } from '../src/server/store/jobs.ts'
import { inTransaction } from '../src/server/store/transaction.ts'
import { apiVersions } from '../src/wire/api-version.ts'
import type { JobEventWire } from '../src/wire/job.ts'
import { problemKinds } from '../src/wire/problem-kinds.ts'
import { closeWorld, worldNow } from './closed-world.ts'
import { testDatabase } from './database.ts'
import { temporaryFolder } from './offtake.ts'
import { byHeader, headersOf } from './principals.ts'

const root = join(import.meta.dirname, '..')
const guide = fs.readFileSync(join(root, 'docs/api.md'), 'utf8')
const block = (language: string): string => new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'm').exec(guide)![1]!
const { folder, remove } = temporaryFolder()

const { close, ...store } = await testDatabase()
const months = await closeWorld(store)
await migrateJobs(store)
const api = await makeServed(store, { now: () => worldNow })
const address = await api.listen({ host: '127.0.0.1', port: 0 })
const client = makeClient({ base: address })
before(async () => {
  const document = fs.readFileSync(join(root, 'examples/philly-block.yaml'), 'utf8')
  assert.equal((await loadAgreement(store, { document, now: 0, by: 'test' })).kind, 'loaded')
})
after(async () => {
  await api.close()
  await close()
  remove()
})

const written = JSON.parse(fs.readFileSync(snapshotOf(apiVersions.at(-1)!), 'utf8')) as ApiDocument

test('API42 the document of the dated version is checked in, and nothing of it has changed or gone away', async () => {
  const now = await apiDocument()
  assert.deepEqual(breakingChanges(written, now), [])
  assert.deepEqual(now, written, 'something was added to the API: npm run schema')
})

test('API42 every kind of change that would break a program is seen, and additions are none', () => {
  const changed = (change: (document: Record<string, never>) => void): string[] => {
    const copy = JSON.parse(JSON.stringify(written)) as ApiDocument
    change(copy as never)
    return breakingChanges(written, copy)
  }
  // A body whose shape has no name of its own stands in its operation.
  const approval = ({ paths }: Any) =>
    (
      paths!['/api/agreements/{id}/periods/{month}/drafts/{version}/approvals']!['post']!['requestBody'] as unknown as {
        content: Record<string, { schema: { properties: Record<string, unknown>; required: string[] } }>
      }
    ).content['application/json']!.schema
  type Any = Record<string, Record<string, Record<string, Record<string, Record<string, Record<string, unknown>>>>>>
  const edits: Record<string, (document: Any) => void> = {
    'a route is gone': ({ paths }) => void delete paths!['/api/readings'],
    'a method is another': ({ paths }) =>
      ([paths!['/api/readings']!['put'], paths!['/api/readings']!['get']] = [paths!['/api/readings']!['get']!, undefined as never]),
    'a member is gone': ({ components }) => void delete components!['schemas']!['Reading']!['properties']!['gpus'],
    'a member has another type': ({ components }) =>
      void (components!['schemas']!['Reading']!['properties']!['source'] = { type: 'integer' } as never),
    'a member may be absent': ({ components }) => void (components!['schemas']!['Reading']!['required'] = ['source'] as never),
    'another member must be sent': ({ components }) =>
      void (components!['schemas']!['DecideInput']!['required'] as unknown as string[]).push('colour'),
    'another member of a body must be sent': (document) => void approval(document).required.push('colour'),
    'a shape is gone': ({ components }) => void delete components!['schemas']!['Job'],
    'another permission': ({ paths }) => void (paths!['/api/readings']!['get']!['x-needs'] = 'audit:read' as never),
    'a parameter must be sent': ({ paths }) =>
      void (paths!['/api/readings']!['get']!['parameters'] as unknown as object[]).push({
        name: 'x',
        in: 'query',
        required: true,
        schema: {},
      }),
    'a choice is no longer taken': ({ components }) =>
      void (components!['schemas']!['DecideInput']!['properties']!['decision']!['enum'] = ['ask'] as never),
    'a status is gone': ({ paths }) => void delete (paths!['/api/readings']!['get']!['responses'] as Record<string, unknown>)['404'],
  }
  for (const [name, edit] of Object.entries(edits)) assert.ok(changed(edit).length > 0, name)
  const additions = changed((document: Any) => {
    const { paths, components } = document
    approval(document).properties['more'] = { type: 'boolean' }
    paths!['/api/new'] = paths!['/api/health']!
    ;(components!['schemas']!['Reading']!['properties'] as Record<string, unknown>)['more'] = { type: 'string' }
    ;(components!['schemas']!['Reading']!['required'] as unknown as string[]).push('more')
    ;(paths!['/api/readings']!['get']!['parameters'] as unknown as object[]).push({ name: 'x', in: 'query', schema: {} })
  })
  assert.deepEqual(additions, [])
})

test('API48 the client is written from the document, and is up to date', async () => {
  const path = join(folder, 'operations.ts')
  fs.copyFileSync(join(root, '.oxfmtrc.json'), join(folder, '.oxfmtrc.json'))
  fs.writeFileSync(path, clientText(await apiDocument()))
  await promisify(execFile)(process.execPath, [join(root, 'node_modules/oxfmt/bin/oxfmt'), path], { cwd: folder })
  assert.equal(fs.readFileSync(join(root, 'src/client/operations.ts'), 'utf8'), fs.readFileSync(path, 'utf8'), 'npm run schema writes it')
})

test('API48 the requests and the program of the guide do on a real server what they show', async () => {
  const here = (text: string) => text.replaceAll('http://127.0.0.1:7420', address)
  const { stdout } = await promisify(execFile)('/bin/sh', ['-e', '-c', here(block('sh'))], { cwd: folder })
  assert.match(stdout, /"agreements":\[\{"id":"firmus-batam"/)
  assert.match(stdout, /"complete":true/)
  const program = join(folder, 'example.ts')
  fs.writeFileSync(program, here(block('ts')).replaceAll("'./src/client/", `'${join(root, 'src/client')}/`))
  const ran = await promisify(execFile)(process.execPath, [program])
  const lines = ran.stdout.trimEnd().split('\n')
  for (const month of months)
    assert.ok(
      lines.some((line) => line.startsWith(`${month} `)),
      ran.stdout,
    )
  assert.ok(lines.some((line) => /^reserved \d{6,} GPU-seconds$/.test(line)))
  assert.ok(lines.some((line) => /^[1-9]\d* pages of charges$/.test(line)))
  assert.match(lines.at(-1)!, /^(?:not-begun|outside-term) /)
})

const startClosing = (...closing: string[]): Promise<string> => {
  const job = { agreement: 'philly-block', months: closing.map((month) => ({ month, now: closedAt(month) })) }
  return inTransaction<string>(store, (tx) => startClose(tx, job, 'anna'))
}

test('API46 a job is followed from its start to its end: every event once and in order, also from the middle and after a lost connection', async () => {
  const job = await startClosing('2017-10', '2017-11')
  const heard: JobEventWire[] = []
  const following = (async () => {
    for await (const event of client.events('followJob', { id: job })) heard.push(event)
  })()
  while (heard.length === 0) await sleep(20)
  assert.equal((await client.ask('readJob', { id: job })).state, 'queued')
  const workers = await startWorkers(store, () => {})
  try {
    await following
  } finally {
    await workers.stop()
  }
  assert.deepEqual(
    heard.map(({ number }) => number),
    heard.map((_, i) => i + 1),
  )
  assert.equal(heard.at(-1)!.kind, 'done')
  assert.ok(heard.some(({ kind }) => kind === 'progress'))
  const told = await client.ask('readJob', { id: job })
  assert.deepEqual([told.state, told.latest.number, told.cancellable], ['done', heard.length, false])
  for (const from of [0, 1, heard.length - 1]) {
    const again: JobEventWire[] = []
    for await (const event of client.events('followJob', { id: job }, { after: from })) again.push(event)
    assert.deepEqual(again, heard.slice(from))
  }
  // Whoever has heard all of it is answered with an end, and not kept.
  const response = await fetch(`${address}/api/jobs/${job}/events`, { headers: { 'last-event-id': String(heard.length) } })
  assert.match(String(response.headers.get('content-type')), /^text\/event-stream/)
  assert.doesNotMatch(await response.text(), /data:/)
  assert.equal((await client.ask('listJobs', {})).jobs[0]!.id, job)
})

test('API46 who follows is bounded, and a place is given back when they go', async () => {
  const job = await startClosing('2017-12')
  const leave = new AbortController()
  const follow = () => fetch(`${address}/api/jobs/${job}/events`, { signal: leave.signal })
  const open = await Promise.all(Array.from({ length: followersOfOneMax }, follow))
  assert.ok(open.every(({ status }) => status === 200))
  const refused = await follow()
  assert.equal(refused.status, 429)
  assert.equal(refused.headers.get('retry-after'), '5')
  leave.abort()
  for (let tries = 0; ; tries++) {
    const again = new AbortController()
    const { status } = await fetch(`${address}/api/jobs/${job}/events`, { signal: again.signal })
    again.abort()
    if (status === 200) break
    assert.ok(tries < 100, 'the places were not given back')
    await sleep(20)
  }
})

test('API47 a job is asked to stop once, by who asked for it or whoever owns this database; one that has ended says so', async () => {
  const job = await startClosing('2017-12')
  const asked = await client.ask('cancelJob', { id: job })
  assert.deepEqual([asked.latest.kind, asked.cancellable], ['cancelling', false])
  assert.equal((await client.ask('cancelJob', { id: job })).latest.number, asked.latest.number)
  const workers = await startWorkers(store, () => {})
  let last: JobEventWire | undefined
  for await (const event of client.events('followJob', { id: job })) last = event
  await workers.stop()
  assert.equal(last!.kind, 'cancelled')
  await assert.rejects(client.ask('cancelJob', { id: job }), (error) => error instanceof ProblemAnswer && error.kind === 'job-over')
  const { rows } = await store.pool.query(`select from statement where agreement = 'philly-block' and month = '2017-12'`)
  assert.equal(rows.length, 0)
  const bound = await makeServed(store, { now: () => worldNow }, { identify: byHeader })
  const other = await startClosing('2017-12')
  const { rows: parties } = await store.pool.query<{ party: string }>(
    `select party from agreement_party where agreement = 'philly-block' and role = 'operator'`,
  )
  const headers = headersOf('operator', parties[0]!.party)
  const refused = await bound.inject({ method: 'POST', url: `/api/jobs/${other}/cancel`, headers })
  assert.equal(refused.statusCode, 403, refused.body)
  await bound.close()
})

type Operation = ApiDocument['paths'][string][string] & Readonly<{ security?: readonly object[] }>

test('API49 every operation says what its caller needs, how they are known, and what can be refused', () => {
  const all = Object.values(written.paths).flatMap((methods) => Object.values(methods)) as Operation[]
  assert.ok(all.length >= 30)
  const needs = new Map(api.routeTable.map(({ operation, needs: of }) => [operation, of]))
  for (const operation of all) {
    const name = operation.operationId!
    assert.equal(operation['x-needs'], needs.get(name), name)
    const statuses = Object.keys(operation.responses)
    assert.ok(statuses.includes('400') && statuses.includes('500'), name)
    if (operation['x-needs'] === 'nothing') assert.deepEqual(operation.security, [])
    else {
      assert.deepEqual(operation.security, [{ cookie: [] }, { bearer: [] }], name)
      assert.ok(statuses.includes('401') && (statuses.includes('403') || operation['x-needs'] === 'somebody'), name)
    }
    for (const [status, { content }] of Object.entries(operation.responses))
      if (Number(status) >= 400) assert.deepEqual(Object.keys(content ?? {}), ['application/problem+json'], `${name} ${status}`)
  }
})

test('API51 the guide tells every kind of problem, from the list of the code', () => {
  assert.deepEqual(
    [...guide.matchAll(/^\| `([a-z-]+)` +\| [\d, ]+\|/gm)].map(([, kind]) => kind),
    Object.keys(problemKinds),
  )
  const cells = (text: string) => text.split('\n').map((line) => line.replaceAll(/\s*\|\s*/g, '|').replaceAll(/-+/g, '-'))
  assert.deepEqual(cells(withProblems(guide)), cells(guide), 'npm run schema writes it')
})

test('API51 every kind in the list is one that the code answers', () => {
  const sources = ['src/server/api', 'src/server']
    .flatMap((room) => fs.readdirSync(join(root, room)).map((file) => join(root, room, file)))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => fs.readFileSync(file, 'utf8'))
    .join('\n')
  for (const kind of Object.keys(problemKinds)) assert.match(sources, new RegExp(`['\\s:]${kind.replaceAll('-', '[- ]')}(?:'|: \\[)`), kind)
})

test('API52 the guide names every limit with its value', () => {
  const listed = Object.fromEntries(
    [...guide.split('\n## Limits\n')[1]!.matchAll(/^\| `(\w+)` +\| +([\d,]+) +\|/gm)].map(([, name, value]) => [
      name,
      Number(value!.replaceAll(',', '')),
    ]),
  )
  assert.deepEqual(listed, apiLimits)
})
