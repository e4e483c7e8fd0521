import assert from 'node:assert/strict'
import * as fs from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { Reading } from '../../core/meter/reading.ts'
import { parseAgentConfig } from './agent-config.ts'
import { tellRound } from './agent.ts'
import { openScheduler } from './open-scheduler.ts'
import { countIn } from './kueue-records.ts'
import type { Watermark } from './watermark.ts'

type Moment = Readonly<{ at: string; workloads: unknown[]; nodes: unknown[]; clusterqueues: unknown[] }>
const moments = [1, 2, 3].map(
  (i) => JSON.parse(fs.readFileSync(join(import.meta.dirname, `../../../test/kueue/moment-${i}.json`), 'utf8')) as Moment,
)
const folder = fs.mkdtempSync(join(tmpdir(), 'offtake-kueue-'))
after(() => fs.rmSync(folder, { recursive: true, force: true }))

/** Answers as the API server of the cluster at one of its moments, in pages of two, to whoever has the token. */
const apiAt = async () => {
  let [now, busy] = [0, 1]
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://x')
    const moment = moments[now]!
    response.sendDate = false
    const headers = { 'content-type': 'application/json', date: new Date(moment.at).toUTCString() }
    if (request.headers.authorization !== 'Bearer secret') return response.writeHead(401, headers).end('{"kind":"Status"}')
    if (busy-- > 0) return response.writeHead(429, { ...headers, 'retry-after': '1' }).end()
    const items = {
      '/apis/kueue.x-k8s.io/v1beta2/workloads': moment.workloads,
      '/apis/kueue.x-k8s.io/v1beta2/clusterqueues': moment.clusterqueues,
      '/api/v1/nodes': moment.nodes,
    }[pathname]
    if (items === undefined) return response.writeHead(404, headers).end('{"kind":"Status"}')
    const from = Number(searchParams.get('continue') ?? 0)
    const next = from + 2 < items.length ? { continue: `${from + 2}` } : {}
    return response.writeHead(200, headers).end(JSON.stringify({ kind: 'List', metadata: next, items: items.slice(from, from + 2) }))
  })
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url, at: (moment: number) => void (now = moment), close: () => new Promise((done) => server.close(done)) }
}

const configOf = (url: string, token: string) => {
  fs.writeFileSync(join(folder, 'token'), token)
  const parsed = parseAgentConfig(`agent: 1
factory: f
zone: UTC
source: kueue-f
from: 2026-11-10T08:00:00Z
settle: 1
unknownAfter: 60
blocks:
  - { block: a, pool: p, gpusPerNode: 4, racks: [{ unit: h/r1, nodes: 'n[1-4]' }] }
products: [{ is: gold, product: reserved }, { is: spot, product: spot }]
scheduler:
  kind: kueue
  cluster: k1
  url: ${url}
  tokenFile: ${join(folder, 'token')}
  journal: ${join(folder, 'journal.json')}
  pools: [{ flavor: gb300, pool: p }]
`)
  assert.ok('config' in parsed, JSON.stringify(parsed))
  return parsed.config
}

const time = (at: number): string => new Date(1000 * at).toISOString().slice(11, 19)
const shown = (reading: Reading): string => {
  const { kind, from, to, gpus, nodes, order, tenant, product, unit, block } = reading as unknown as Record<string, string & number>
  const what = [gpus, nodes, order, tenant, product, unit, kind === 'gap' ? block : undefined]
  return `${kind} ${time(from!)} ${to === undefined ? '' : time(to)} ${what.filter((each) => each !== undefined).join(' ')}`
}

test('F72 admitted intervals, quotas and outages of Kueue are told as runs, reservations and outages; what nobody saw is a gap', async () => {
  const api = await apiAt()
  try {
    const config = configOf(api.url, 'secret\n')
    let mark: Watermark | undefined
    const notes: string[] = []
    const lookAt = async (moment: number): Promise<string[]> => {
      api.at(moment)
      const told: Reading[] = []
      const hand = (readings: readonly Reading[]) => {
        told.push(...readings)
        return Promise.resolve({ accepted: readings.length, repeats: 0, refused: 0, refusals: [] })
      }
      const { scheduler } = openScheduler(config.scheduler)
      const keep = (kept: Watermark) => void (mark = structuredClone(kept))
      const answer = await tellRound({ config, scheduler, outlet: { hand }, watermark: mark, keep, note: (text) => notes.push(text) })
      assert.equal(answer.kind, 'told')
      return told.map(shown)
    }
    // Nothing is over yet but that the rack stands there.
    assert.deepEqual(await lookAt(0), ['rack 08:00:00  16 n[1-4] h/r1'])
    assert.deepEqual(await lookAt(1), [
      'allocation 08:01:00 08:45:00 8 n[1-2] o-1 acme reserved',
      'allocation 08:06:00 08:50:00 6 spot spot',
      'outage 08:15:00 09:00:00 4 n4',
      'reservation 08:00:00 09:10:00 12 acme acme',
    ])
    // The second run of one that was preempted; the end of one that was deleted is not known; of one run nobody saw anything.
    assert.deepEqual(await lookAt(2), [
      'allocation 09:40:00 10:10:00 6 spot spot',
      'allocation 10:00:00 10:20:00 4 spot spot',
      'gap 09:05:00 10:00:00 a',
    ])
    assert.ok(notes.some((note) => note.includes('its record has lost when it began')))
    assert.equal(mark!.waiting.length, 1)
    assert.match(mark!.waiting[0]!.key, /^uid-c\//)
  } finally {
    await api.close()
  }
})

test('F72 an API that refuses, or answers what is none of its own, is said and not guessed', async () => {
  const api = await apiAt()
  try {
    const { scheduler } = openScheduler(configOf(api.url, 'wrong').scheduler)
    await assert.rejects(scheduler.moment(), /workloads answered 401/)
    assert.deepEqual([countIn('8'), countIn(4), countIn('2k'), countIn(undefined)], [8, 4, 2000, 0])
    assert.throws(() => countIn('0.5'), /0.5 is no whole number of GPUs/)
  } finally {
    await api.close()
  }
})
