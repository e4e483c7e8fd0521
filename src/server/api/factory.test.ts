import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { verifyCampus } from '../../../test/campus-telemetry.ts'
import { testDatabase } from '../../../test/database.ts'
import { byHeader, headersOf } from '../../../test/principals.ts'
import { campusAgreement, campusFactory, campusMonth, campusNow, loadCampus, unitOf } from '../../../test/small-campus.ts'
import type { ClaimWire, FindingDetailWire, FindingsWire, RingsWire } from '../../wire/claim.ts'
import type { FactoriesWire, FactoryMonthWire, HallWire, RackReadingsWire, ReconciliationWire, SourcesWire } from '../../wire/factory.ts'
import type { ProblemWire } from '../../wire/problem.ts'
import { makeClaims } from '../app/claims.ts'
import { makeFactories } from '../app/factories.ts'
import { makeReaders } from '../app/read.ts'
import { makeApi } from './api.ts'

const { close, ...store } = await testDatabase()
await loadCampus(store)
const now = () => campusNow
const told: string[] = []
const api = await makeApi({
  source: makeReaders(store, now),
  factories: makeFactories(store, now),
  claims: makeClaims(store, now),
  answers: store,
  consoleFolder: join(import.meta.dirname, 'nothing'),
  report: (text) => void told.push(text),
})
after(async () => {
  await api.close()
  await close()
})

const send = async (path: string) => api.inject({ url: `/api${path}`, headers: { host: 'localhost' } })
const get = async <T>(path: string): Promise<T> => {
  const answer = await send(path)
  assert.equal(answer.statusCode, 200, `${path}: ${answer.body.slice(0, 300)}`)
  return answer.json<T>()
}
const problemAt = async (path: string): Promise<ProblemWire> => {
  const answer = await send(path)
  assert.match(String(answer.headers['content-type']), /problem\+json/)
  return answer.json<ProblemWire>()
}
const at = `/factories/${campusFactory}/months/${campusMonth}`
const claimAt = `/claims/${campusAgreement}/${campusMonth}`

test('API22 a factory is told with its halls, and a hall as runs that come to its sums, hour by hour and by quarters', async () => {
  const { factories } = await get<FactoriesWire>('/factories')
  assert.deepEqual(
    factories.map(({ id, halls, racks, gpus, month, months }) => [id, halls, racks, gpus, month, months]),
    [[campusFactory, 2, 40, 2880, '2026-10', { first: '2026-08', last: '2026-11' }]],
  )
  const month = await get<FactoryMonthWire>(at)
  assert.equal(month.hours, '743')
  for (const { hall, gpuSeconds, days } of month.halls) {
    const whole = await get<HallWire>(`${at}/halls/${hall}`)
    assert.equal(whole.edges.length, 744)
    for (const [state, sum] of Object.entries(gpuSeconds)) {
      const series = whole.series[state as 'unsold'].reduce((a, b) => a + b, 0)
      const rows = whole.rows.reduce((all, row) => all + row.gpuSeconds[state as 'unsold'], 0)
      assert.deepEqual([series, rows], [sum, sum])
    }
    for (const { runs, seconds } of whole.rows) {
      assert.equal(
        runs.reduce((sum, [length]) => sum + length, 0),
        743,
      )
      assert.equal(
        Object.values(seconds).reduce((a, b) => a + b, 0),
        743 * 3600,
      )
    }
    // A day by quarters has the same sums as its hours of the month.
    const quarters = await get<HallWire>(`${at}/halls/${hall}?day=2026-10-04`)
    assert.equal(quarters.edges.length, 23 * 4 + 1)
    assert.equal(
      quarters.rows.reduce((all, row) => all + row.gpuSeconds.unsold, 0),
      days[3]!.unsold,
    )
  }
  const file = await send(`${at}/halls/hall-2/rows.csv`)
  assert.match(String(file.headers['content-disposition']), /filename="harbour-west-hall-2-2026-10.csv"/)
  const [head, ...lines] = file.body
    .trim()
    .split('\r\n')
    .map((line) => line.split(','))
  assert.equal(lines.length, 20)
  const column = head!.indexOf('gpu_hours_unsold')
  const inFile = lines.reduce((sum, line) => sum + Number(line[column]), 0)
  assert.ok(Math.abs(inFile - month.halls[1]!.gpuSeconds.unsold / 3600) < 1e-6)
  const nodes = await get<HallWire>(`${at}/halls/hall-1?rack=${unitOf(3)}`)
  assert.equal(nodes.rows.length, 18)
  assert.ok(nodes.rows.every(({ gpus }) => gpus === 4))
})

test('API22 a rack opens on its readings, a source has an age, and differences are paged, the largest first', async () => {
  const rack = await get<RackReadingsWire>(`${at}/rack?unit=${unitOf(2)}&from=2026-10-10T03:00:00Z&to=2026-10-10T04:00:00Z`)
  assert.ok(rack.readings.length > 0 && rack.readings.every(({ sha256 }) => /^[0-9a-f]{64}$/.test(sha256)))
  assert.deepEqual([...new Set(rack.readings.map(({ kind, order }) => `${kind} ${order}`))].toSorted(), [
    'allocation ord-501',
    'reservation ord-501',
  ])
  const { sources, telemetry } = await get<SourcesWire>(`${at}/sources`)
  assert.deepEqual(
    sources.map(({ source }) => source),
    ['billing', 'desk', 'grantor', 'orders', 'power-syd', 'site', 'slurm-syd'],
  )
  assert.equal(telemetry, null)
  assert.equal(sources.find(({ source }) => source === 'slurm-syd')!.ageSeconds, 90)
  const all = await get<ReconciliationWire>(`${at}/reconciliation?limit=500`)
  assert.ok(all.total > 2 && all.rows.length === all.total && all.next === null)
  const sizes = all.rows.map(({ more, less }) => more + less)
  assert.deepEqual(
    sizes,
    sizes.toSorted((a, b) => b - a),
  )
  const first = await get<ReconciliationWire>(`${at}/reconciliation?limit=2`)
  const second = await get<ReconciliationWire>(`${at}/reconciliation?limit=2&cursor=${first.next}`)
  assert.deepEqual([...first.rows, ...second.rows], all.rows.slice(0, 4))
})

test('API22 where telemetry is kept, the age of its newest sample is told', async () => {
  const lag = () => Promise.resolve([{ factory: campusFactory, latestMs: (campusNow - 41) * 1000 + 999 }])
  const heard = await makeApi({
    source: makeReaders(store, now),
    factories: makeFactories(store, now, { lag }),
    consoleFolder: join(import.meta.dirname, 'nothing'),
  })
  const answer = await heard.inject({ url: `/api${at}/sources`, headers: { host: 'localhost' } })
  assert.deepEqual(answer.json<SourcesWire>().telemetry, { newest: '2026-11-01T21:59:19Z', ageSeconds: 41 })
  await heard.close()
})

test('API22 what cannot be asked of a factory is refused with the reason', async () => {
  const refusals = {
    '/factories/nowhere/months/2026-10': [404, 'not-found'],
    [`/factories/${campusFactory}/months/2026-12`]: [404, 'not-begun'],
    [`/factories/${campusFactory}/months/2020-01`]: [404, 'outside-term'],
    [`/factories/${campusFactory}/months/October`]: [400, 'invalid-request'],
    [`${at}/halls/hall-9`]: [404, 'not-found'],
    [`${at}/halls/hall-1?day=2026-11-01`]: [400, 'invalid-request'],
    [`${at}/halls/hall-1?rack=r999`]: [404, 'not-found'],
    [`${at}/rack?unit=r999`]: [404, 'not-found'],
    [`${at}/rack?unit=${unitOf(1)}&from=2026-10-10T03:00:00Z&to=2026-10-10T03:00:00Z`]: [400, 'invalid-request'],
    [`${at}/reconciliation?cursor=x`]: [400, 'invalid-request'],
    [`/claims/nobody/${campusMonth}`]: [404, 'not-found'],
    [`/claims/${campusAgreement}/2026-09`]: [404, 'not-verified'],
    [`${claimAt}/findings?kind=nothing`]: [400, 'invalid-request'],
  } as const
  for (const [path, [status, kind]] of Object.entries(refusals)) {
    const problem = await problemAt(path)
    assert.deepEqual([problem.status, problem.type], [status, `urn:offtake:problem:${kind}`], `${path}: ${problem.detail}`)
  }
  assert.deepEqual(told, [])
})

test('API23 findings are paged in order and tell their evidence; a decision wants a reason, and its key does it once', async () => {
  await verifyCampus(store)
  const claim = await get<ClaimWire>(claimAt)
  assert.equal(claim.claimed, claim.eligible + claim.rejected + claim.unproven)
  const seen: string[] = []
  let cursor: string | null = '0'
  while (cursor !== null) {
    const page: FindingsWire = await get<FindingsWire>(`${claimAt}/findings?limit=100&cursor=${cursor}`)
    seen.push(...page.findings.map(({ id }) => id))
    cursor = page.next
  }
  assert.equal(seen.length, claim.findings)
  assert.equal(new Set(seen).size, claim.findings)
  const { findings } = await get<FindingsWire>(`${claimAt}/findings?kind=rejected.drew-power&limit=200`)
  assert.equal(
    findings.reduce((sum, { gpuSeconds }) => sum + gpuSeconds, 0),
    18 * 4 * 18 * 3600,
  )
  const id = findings[0]!.id
  const detail = await get<FindingDetailWire>(`${claimAt}/findings/${id}`)
  assert.deepEqual([detail.hours, detail.figures.length, detail.nodeGpus], [18, 18, 4])
  assert.ok(detail.figures.every(({ watts }) => watts > detail.tolerances.idleWatts))
  assert.ok(detail.readings.length > 0)
  const { rings } = await get<RingsWire>(`${claimAt}/rings?hall=hall-2`)
  const ring = rings.filter(({ kind }) => kind === 'drew-power')
  assert.deepEqual(
    ring.map(({ rack, findings: count, nodes }) => [rack, count, nodes.length]),
    [[unitOf(35), 18, 18]],
  )
  const decide = (body: object, key?: string) =>
    api.inject({
      method: 'POST',
      url: `/api${claimAt}/findings/${id}/decision`,
      headers: { host: 'localhost', ...(key === undefined ? {} : { 'idempotency-key': key }) },
      payload: body,
    })
  assert.equal((await decide({ decision: 'confirm', reason: '  ' })).statusCode, 400)
  assert.equal((await decide({ decision: 'pay', reason: 'x' })).statusCode, 400)
  const rackNow = async () => (await get<HallWire>(`${at}/halls/hall-2`)).rows.find(({ name }) => name === unitOf(35))!.gpuSeconds
  const before = await rackNow()
  const first = await decide({ decision: 'confirm', reason: 'It ran.' }, 'one')
  const again = await decide({ decision: 'confirm', reason: 'It ran.' }, 'one')
  assert.deepEqual([first.statusCode, again.statusCode], [200, 200], first.body)
  assert.equal(again.body, first.body)
  assert.equal((await decide({ decision: 'restore', reason: 'It ran.' }, 'one')).statusCode, 422)
  assert.equal((await decide({ decision: 'confirm', reason: 'It ran.' }, 'two')).statusCode, 409)
  const then = await rackNow()
  assert.deepEqual([then.soldUsed - before.soldUsed, before.unsold - then.unsold], [findings[0]!.gpuSeconds, findings[0]!.gpuSeconds])
  const decided = await get<FindingDetailWire>(`${claimAt}/findings/${id}`)
  assert.deepEqual(
    decided.decisions.map(({ decision, by }) => [decision, by]),
    [['confirm', 'console']],
  )
  // Verified again, what settles now is not found again, and stays in the list all the same.
  await verifyCampus(store)
  const later = await get<FindingsWire>(`${claimAt}/findings?kind=rejected.drew-power&limit=200`)
  assert.equal(later.findings.find((each) => each.id === id)?.decision?.decision, 'confirm')
  assert.equal((await get<FindingDetailWire>(`${claimAt}/findings/${id}`)).id, id)
})

test('API23 a decision is for whoever the terms call the guarantor: the role alone is not enough', async () => {
  const named = await makeApi({
    source: makeReaders(store, now),
    claims: makeClaims(store, now),
    identify: byHeader,
    consoleFolder: join(import.meta.dirname, 'nothing'),
  })
  const { findings } = await get<FindingsWire>(`${claimAt}/findings?limit=1`)
  const decide = (party: string) =>
    named.inject({
      method: 'POST',
      url: `/api${claimAt}/findings/${findings[0]!.id}/decision`,
      headers: headersOf('guarantor', party),
      payload: { decision: 'ask', reason: 'Did it run?' },
    })
  // To who is its operator, acting as a guarantor, it is as what does not exist.
  for (const party of ['harbour', 'somebody-else']) assert.equal((await decide(party)).statusCode, 404, party)
  const own = await decide('grantor')
  assert.equal(own.statusCode, 200, own.body)
  await named.close()
})
