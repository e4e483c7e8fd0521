import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { closeWorld, worldNow } from '../../../test/closed-world.ts'
import { testDatabase } from '../../../test/database.ts'
import { decimal, fromText, plus, rational, toText } from '../../core/base/rational.ts'
import { startOfDate } from '../../core/base/time.ts'
import { inForce, type CoveredByBackstop, type CoveredByShare, type Stepped, type Tiers } from '../../core/terms/schedule.ts'
import type { AgreementsWire, AgreementWire, PeriodsWire } from '../../wire/agreement.ts'
import type { ProblemWire } from '../../wire/problem.ts'
import { readingsPageMax, type ReadingsWire } from '../../wire/reading.ts'
import { PeriodShape, type ExplanationWire, type InputWire, type PeriodWire } from '../../wire/statement.ts'
import { fileOf } from '../../../test/rows.ts'
import type { Reading } from '../../core/meter/reading.ts'
import { makeIngest } from '../app/ingest.ts'
import { importReadings } from '../app/import-readings.ts'
import { makeReaders } from '../app/read.ts'
import { everything } from '../store/reach.ts'
import { makeApi } from './api.ts'

const { close, ...store } = await testDatabase()
const months = await closeWorld(store)
const told: string[] = []
const source = makeReaders(store, () => worldNow)
const consoleFolder = join(import.meta.dirname, '../../../.cache/console')
const ingest = { ...makeIngest(store, () => worldNow), telemetry: undefined, flex: undefined }
const api = await makeApi({ source, ingest, consoleFolder, report: (text) => void told.push(text) })
after(async () => {
  await api.close()
  await close()
})

const get = async <T>(path: string): Promise<T> => {
  const answer = await api.inject(path)
  assert.equal(answer.statusCode, 200, `${path}: ${answer.body}`)
  return answer.json<T>()
}
const refusal = async (path: string, status: number): Promise<ProblemWire> => {
  const answer = await api.inject(path)
  assert.equal(answer.statusCode, status, `${path}: ${answer.body}`)
  assert.match(String(answer.headers['content-type']), /^application\/problem\+json/)
  const problem = answer.json<ProblemWire>()
  assert.equal(problem.status, status)
  assert.match(problem.requestId, /^req_[0-9a-f]{10}$/)
  assert.equal(answer.headers['x-request-id'], problem.requestId)
  return problem
}
const sharon = '/api/agreements/sharon-ai'
const last = months.at(-1)!

test('API1 the bytes of a statement have its hash, and who has them is told so', async () => {
  for (const month of months) {
    const { hash, statement, versions } = await get<PeriodWire>(`${sharon}/periods/${month}`)
    assert.deepEqual(versions, [1])
    const file = await api.inject(`${sharon}/periods/${month}/statement.json?v=1`)
    assert.equal(createHash('sha256').update(file.rawPayload).digest('hex'), hash)
    assert.deepEqual(JSON.parse(file.body), statement)
    const period = await api.inject(`${sharon}/periods/${month}`)
    assert.ok(period.body.includes(`"statement":${file.body}`))
    assert.deepEqual(PeriodShape.parse(period.json()), period.json(), 'what is sent is what its shape says')
    assert.equal(period.headers['content-type'], 'application/json; charset=utf-8')
    const tag = String(file.headers['etag'])
    assert.equal((await api.inject(`${sharon}/periods/${month}`)).headers['etag'], tag)
    for (const known of [tag, `W/${tag}`, `"other", ${tag}`]) {
      const again = await api.inject({ url: `${sharon}/periods/${month}`, headers: { 'if-none-match': known } })
      assert.equal(again.statusCode, 304)
      assert.equal(again.body, '')
    }
    assert.equal((await api.inject({ url: `${sharon}/periods/${month}`, headers: { 'if-none-match': '"other"' } })).statusCode, 200)
  }
})

test('API1 the file for a spreadsheet has a record for each line, and its amounts make the totals', async () => {
  const { statement } = await get<PeriodWire>(`${sharon}/periods/${last}`)
  const { body } = await api.inject(`${sharon}/periods/${last}/statement.csv`)
  const [head, ...rows] = body.trimEnd().split('\r\n')
  assert.equal(rows.length, statement.lines.length)
  const column = head!.split(',').indexOf('amount')
  // No cell before the amount holds a comma but the text, which is quoted.
  const amounts = rows.map((row) => row.replaceAll(/"(?:[^"]|"")*"/g, 'text').split(',')[column]!)
  assert.deepEqual(
    amounts,
    statement.lines.map(({ amount }) => amount),
  )
})

test('API2 what is wrong with a request is told in full, by pointer', async () => {
  const both = await refusal('/api/readings?agreement=Sharon&limit=9999&from=yesterday', 400)
  assert.equal(both.type, 'urn:offtake:problem:invalid-request')
  assert.deepEqual(both.errors?.map(({ pointer }) => pointer).toSorted(), ['/query/agreement', '/query/from', '/query/limit'])
  const cursor = await refusal('/api/readings?agreement=sharon-ai&cursor=xyz', 400)
  assert.deepEqual(
    cursor.errors?.map(({ pointer }) => pointer),
    ['/query/cursor'],
  )
  assert.deepEqual(
    (await refusal(`${sharon}/periods/2026-13`, 400)).errors?.map(({ pointer }) => pointer),
    ['/params/month'],
  )
})

test('API2 what is not there is told with what is', async () => {
  assert.match((await refusal('/api/agreements/nobody', 404)).detail, /no agreement nobody.*firmus-batam, sharon-ai/)
  assert.match((await refusal(`${sharon}/periods/${last}?v=7`, 404)).detail, /no version 7; there is 1/)
  assert.match((await refusal(`${sharon}/periods/${last}/lines/999`, 404)).detail, /no line 999/)
  assert.match((await refusal(`${sharon}/versions/2`, 404)).detail, /no version 2; the latest is 1/)
  for (const path of ['/api', '/api/', '/api/nothing', '/assets/nothing.js']) await refusal(path, 404)
  const answer = await api.inject({ method: 'POST', url: '/api/agreements', payload: {} })
  assert.equal(answer.statusCode, 404)
  assert.match(String(answer.headers['content-type']), /^application\/problem\+json/)
})

test('API2 a fault inside is told to the report and not to the caller', async () => {
  const broken = await makeApi({
    source: (reach) => ({ ...source(reach), listAgreements: () => Promise.reject(new Error('secret address of the database')) }),
    consoleFolder,
    report: (text) => void told.push(text),
  })
  const before = told.length
  const answer = await broken.inject('/api/agreements')
  await broken.close()
  assert.equal(answer.statusCode, 500)
  assert.ok(!answer.body.includes('secret'))
  assert.equal(told.length, before + 1)
  assert.ok(told.at(-1)!.includes('secret address'))
  assert.ok(told.at(-1)!.startsWith(answer.json<ProblemWire>().requestId))
})

const pagesOf = async (query: Record<string, string>, limit: number): Promise<ReadingsWire['readings']> => {
  const all: ReadingsWire['readings'][number][] = []
  let cursor: string | undefined
  // A cursor that went nowhere would never end.
  for (let page = 0; page < 20_000; page++) {
    const parameters = new URLSearchParams({ ...query, limit: String(limit), ...(cursor === undefined ? {} : { cursor }) })
    const { readings, next } = await get<ReadingsWire>(`/api/readings?${parameters.toString()}`)
    assert.ok(readings.length <= limit)
    all.push(...readings)
    if (next === null) return all
    assert.equal(readings.length, limit)
    assert.notEqual(next, cursor)
    cursor = next
  }
  throw new Error('the pages do not end')
}

test('API3 the readings behind each piece of evidence are as many as it counts, each once, in order', async () => {
  for (const month of months) {
    const { statement } = await get<PeriodWire>(`${sharon}/periods/${month}`)
    for (const { subject, kind, readings } of statement.evidence) {
      const query = { agreement: 'sharon-ai', kind, from: statement.from, to: statement.to, ...(subject === '' ? {} : { subject }) }
      const found = await pagesOf(query, readingsPageMax)
      // Maintenance draws on an allowance of the contract year: what was announced in time since its start is evidence too.
      if (kind === 'maintenance') assert.ok(found.length <= readings)
      else assert.equal(found.length, readings, `${month} ${subject} ${kind}`)
      assert.equal(new Set(found.map(({ source: of, id }) => `${of} ${id}`)).size, found.length)
      const order = found.map((reading) => `${reading.from} ${reading.source} ${reading.id}`)
      assert.deepEqual(
        order,
        order.toSorted((a, b) => (a < b ? -1 : 1)),
      )
      for (const reading of found) assert.ok(reading.from === null || reading.from < statement.to)
    }
  }
})

test('API3 pages of any size hold the same readings, and a block is answered with the sales of its pool', async () => {
  const query = {
    agreement: 'sharon-ai',
    subject: 'syd-a',
    kind: 'allocation,outage',
    from: '2026-10-04T00:00:00Z',
    to: '2026-10-05T00:00:00Z',
  }
  const whole = await pagesOf(query, readingsPageMax)
  assert.ok(whole.length > 50)
  assert.deepEqual(new Set(whole.map(({ kind }) => kind)), new Set(['allocation', 'outage']))
  for (const limit of [1, 7, 50]) assert.deepEqual(await pagesOf(query, limit), whole)
  const other = await pagesOf({ ...query, agreement: 'firmus-batam' }, 50)
  assert.deepEqual(other, [])
})

test('API4 OpenAPI 3.1 names every route, and every shape once', async () => {
  type Spec = { openapi: string; paths: Record<string, Record<string, { operationId: string }>>; components: { schemas: object } }
  const spec = await get<Spec>('/openapi.json')
  assert.equal(spec.openapi, '3.1.0')
  const operations = Object.values(spec.paths).flatMap((path) => Object.values(path).map(({ operationId }) => operationId))
  assert.equal(new Set(operations).size, operations.length)
  assert.ok(operations.length >= 17)
  assert.deepEqual(operations.toSorted(), api.routeTable.map(({ operation }) => operation ?? '').toSorted())
  for (const name of [
    'Agreement',
    'Amount',
    'Batch',
    'Explanation',
    'Ingested',
    'Input',
    'Line',
    'Period',
    'Problem',
    'Reading',
    'RemoteWritten',
    'Statement',
  ])
    assert.ok(name in spec.components.schemas, name)
})

test('API5 names of elsewhere are refused, and pages may load nothing from elsewhere', async () => {
  for (const host of ['evil.example', 'evil.example:7420', 'localhost.evil.example', '127.0.0.1.evil.example'])
    assert.equal((await api.inject({ url: '/api/health', headers: { host } })).statusCode, 421, host)
  for (const host of ['localhost', 'localhost:7420', '127.0.0.1:7420', '[::1]:7420'])
    assert.equal((await api.inject({ url: '/api/health', headers: { host } })).statusCode, 200, host)
  const { headers } = await api.inject('/api/health')
  const policy = String(headers['content-security-policy'])
  assert.match(policy, /default-src 'none'/)
  assert.match(policy, /script-src 'self';/)
  assert.ok(!/https?:|\*|unsafe-eval/.test(policy))
  assert.equal(headers['x-content-type-options'], 'nosniff')
  const named = await makeApi({ source, consoleFolder, hosts: ['offtake.example'] })
  assert.equal((await named.inject({ url: '/api/health', headers: { host: 'offtake.example' } })).statusCode, 200)
  await named.close()
})

test('API6 a month without a statement says why', async () => {
  const kinds = await Promise.all(
    [
      `${sharon}/periods/2026-11`,
      `${sharon}/periods/2026-12`,
      `${sharon}/periods/2040-01`,
      '/api/agreements/firmus-batam/periods/2026-10',
    ].map(async (path) => (await refusal(path, 404)).type.replace('urn:offtake:problem:', '')),
  )
  assert.deepEqual(kinds, ['not-over', 'not-begun', 'outside-term', 'not-closed'])
  const { periods } = await get<PeriodsWire>(`${sharon}/periods`)
  assert.deepEqual(
    periods.map(({ month, status, hours }) => [month, status, hours]),
    [
      ['2026-11', 'running', '720'],
      ['2026-10', 'final', '743'],
      ['2026-09', 'final', '720'],
      ['2026-08', 'final', '744'],
    ],
  )
})

const everyInput = (inputs: readonly InputWire[]): InputWire[] => inputs.flatMap((input) => [input, ...everyInput(input.children ?? [])])

test('API7 an explanation holds the clause, the assumptions and the evidence of every fact', async () => {
  const { statement, hash } = await get<PeriodWire>(`${sharon}/periods/${last}`)
  const { blocks, sentences } = await get<AgreementWire>(sharon)
  for (const line of statement.lines) {
    const explained = await get<ExplanationWire>(`${sharon}/periods/${last}/lines/${line.number}`)
    assert.deepEqual(explained.line, line)
    assert.equal(explained.hash, hash)
    assert.equal(explained.clause.hash, statement.terms[0]!.hash)
    assert.equal(explained.clause.sentence, sentences.find(({ clause }) => clause === line.clause)!.text)
    assert.ok(explained.check.every((command) => command.includes(last) && command.includes(`${line.number}`)))
    const inputs = everyInput(line.reasons)
    for (const { source: from } of inputs) {
      if (from.kind !== 'fact') continue
      const pools = blocks.filter(({ id }) => from.subject.split(' ').includes(id)).map(({ pool }) => pool)
      const counted = statement.evidence.filter(
        ({ subject, kind }) => [...from.subject.split(' '), ...pools].includes(subject) && from.reading.includes(kind),
      )
      assert.ok(counted.length > 0)
      for (const each of counted) assert.ok(explained.evidence.some(({ sha256 }) => sha256 === each.sha256))
    }
    // The example says of the share's rate that it is assumed, and of the price where it comes from.
    const pointers = explained.assumed.map(({ pointer }) => pointer)
    if (line.formula === 'share') assert.ok(pointers.some((pointer) => pointer.startsWith('/clauses/0/rate')))
    assert.ok(!pointers.some((pointer) => pointer.startsWith('/clauses/1/price')))
  }
})

test('API8 every rate on every month of the term is what the schedule has in force', async () => {
  for (const id of ['sharon-ai', 'firmus-batam']) {
    const { lanes } = await get<AgreementWire>(`/api/agreements/${id}`)
    const { schedule } = (await source(everything).findAgreement(id))!
    let compared = 0
    for (const clause of schedule.clauses.filter(({ kind }) => kind === 'revenue-share' || kind === 'capacity-backstop'))
      for (const covered of clause.covers)
        for (let year = 2026; year < 2034; year++)
          for (const month of ['01', '08', '12']) {
            const at = startOfDate(`${year}-${month}-15`, schedule.zone)
            if (at < clause.from || at >= clause.to) continue
            const kind = clause.kind === 'revenue-share' ? 'share' : 'price'
            const tiers = inForce(
              (covered as Partial<CoveredByShare>).rate ?? ((covered as CoveredByBackstop).price as Stepped<Tiers>),
              at,
            ).value
            const shown = lanes.filter((lane) => lane.clause === clause.id && lane.kind === kind)
            const values = shown.map(({ steps }) => steps.findLast((step) => Date.parse(step.at) / 1000 <= at)!.value)
            assert.deepEqual(
              values,
              shown.map((_, tier) => toText((tiers[tier] ?? tiers.at(-1)!).value)),
            )
            compared++
          }
    assert.ok(compared > 30)
  }
})

test('API8 caps, clauses and months tell one story: what the lines of all months add up to', async () => {
  const { caps, clauses, ramp, versions } = await get<AgreementWire>(sharon)
  const statements = await Promise.all(months.map((month) => get<PeriodWire>(`${sharon}/periods/${month}`)))
  const lines = statements.flatMap(({ statement }) => statement.lines)
  for (const clause of clauses) {
    const own = lines.filter((line) => line.clause === clause.id)
    for (const { payer, amount } of clause.settled) {
      const sum = own.filter((line) => line.payer === payer).reduce((total, line) => plus(total, decimal(line.amount)), rational(0))
      assert.equal(toText(decimal(amount)), toText(sum))
    }
  }
  const paid = lines.filter(({ clause }) => clause === 'backstop').reduce((total, line) => plus(total, decimal(line.amount)), rational(0))
  for (const { drawn, limit } of caps) {
    assert.equal(drawn, toText(paid))
    assert.ok(fromText(limit).n > 0n)
  }
  // The example: 10,080 + 9,720 + 10,080 due and accepted by November, 10,080 more due in December.
  assert.equal(ramp.contract.at(-1)?.gpus, 39_960)
  assert.equal(ramp.accepted.at(-1)?.gpus, 29_880)
  const { agreements } = await get<AgreementsWire>('/api/agreements')
  assert.deepEqual(
    agreements.map(({ id, finalMonths, lastMonth }) => [id, finalMonths, lastMonth]),
    [
      ['firmus-batam', 0, null],
      ['sharon-ai', months.length, last],
    ],
  )
  const signed = await api.inject(`${sharon}/versions/${versions[0]!.version}`)
  assert.equal(signed.body, fs.readFileSync(join(import.meta.dirname, '../../../examples/sharon-ai.yaml'), 'utf8'))
})

test('API9 a month says where it stands now, and what of it is payable; the statement stays the same bytes', async () => {
  const stored = await api.inject(`${sharon}/periods/${last}/statement.json`)
  const { statement } = await get<PeriodWire>(`${sharon}/periods/${last}`)
  const line = statement.lines.find(
    ({ amount, payer }) => payer === statement.guarantor.id && !amount.startsWith('-') && amount !== '0.00',
  )!
  const of = { agreement: 'sharon-ai', month: last, line: line.key, amount: '1.00', at: worldNow - 60, reason: 'The meter was off' }
  const dispute = { kind: 'dispute', source: 'desk', id: 'd1', ...of } as unknown as Reading
  const request = { rows: fileOf([dispute]), file: 'desk', mode: 'all-or-nothing', now: worldNow, by: 'test' } as const
  assert.equal((await importReadings(store, request)).kind, 'imported')
  const disputed = await get<PeriodWire>(`${sharon}/periods/${last}`)
  assert.deepEqual([disputed.standing.status, disputed.standing.totals.guarantorHeld], ['disputed', '1.00'])
  assert.deepEqual(disputed.statement, statement)
  const file = await api.inject(`${sharon}/periods/${last}/statement.json`)
  assert.equal(file.body, stored.body)
  assert.notEqual(file.headers['etag'], stored.headers['etag'])
  const { periods } = await get<PeriodsWire>(`${sharon}/periods`)
  const row = periods.find(({ month }) => month === last)!
  assert.deepEqual([row.status, row.net, row.payable], ['disputed', statement.totals.net, disputed.standing.totals.payable])
  assert.deepEqual(
    periods.filter(({ month }) => months.includes(month) && month !== last).map(({ status }) => status),
    months.slice(0, -1).map(() => 'final'),
  )
})
