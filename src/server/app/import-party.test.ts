import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { testDatabase } from '../../../test/database.ts'
import { anyReading } from '../../../test/readings.ts'
import { fileOf, register } from '../../../test/rows.ts'
import { parseInstant } from '../../core/base/time.ts'
import type { Reading } from '../../core/meter/reading.ts'
import { howToRead } from './how-to-read.ts'
import { importReadings, type ImportAnswer, type ImportRequest } from './import-readings.ts'

const { close, ...store } = await testDatabase()
after(close)
const at = (text: string) => parseInstant(text, 'UTC') as number

/** `northern` operates one agreement, `southern` another: the readings that the generator draws are of both and of the clauses they share. */
before(async () => {
  await register(store, 'north', { pools: ['pool-1', 'pool-2'], blocks: ['block-1', 'block-2'], clauses: ['clause-1', 'clause-2'] })
  await register(store, 'south', { pools: ['pool-3'], blocks: ['block-3'], clauses: ['clause-3'] })
  for (const [agreement, party] of [
    ['north', 'northern'],
    ['south', 'southern'],
  ])
    await store.pool.query(`insert into agreement_party (agreement, party, role, recorded_at) values ($1, $2, 'operator', now())`, [
      agreement,
      party,
    ])
})

const run = (readings: readonly Reading[], more: Partial<ImportRequest> = {}): Promise<ImportAnswer> =>
  importReadings(store, {
    rows: fileOf(readings),
    file: 'test.ndjson',
    mode: 'keep-the-good',
    now: at('2026-11-05T00:00:00Z'),
    by: 'test',
    ...more,
  })
const refusalsOf = (answer: ImportAnswer) =>
  answer.kind === 'key taken' ? assert.fail() : answer.record.refusals.flatMap(({ problems }) => problems.map(({ message }) => message))
let sources = 0
const newSource = () => `party-source-${(sources += 1)}`
const allocation = (source: string, id: string, pool: string): Reading =>
  ({ kind: 'allocation', source, id, pool, gpus: 8, from: at('2026-09-01T00:00:00Z'), to: at('2026-09-02T00:00:00Z') }) as Reading

/** Whose readings are, by what the table says of each. */
const agreementsOf = async (source: string): Promise<Set<string>> => {
  const { rows } = await store.pool.query<{ agreement: string }>(
    `select coalesce(r.agreement, p.agreement, b.agreement) as agreement from reading r
       left join pool p on p.pool = r.pool left join block b on b.block = r.block
      where r.source = $1 and r.kind not in ('credit', 'refund', 'withdrawal')`,
    [source],
  )
  return new Set(rows.map(({ agreement }) => agreement))
}

test('I9 whatever a party brings, only readings for agreements that it operates are kept, and the owner of the database may bring all', async () => {
  let [kept, refused] = [0, 0]
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyReading(fc.constant('x'), fc.constant('x')), { minLength: 1, maxLength: 12 }),
      fc.constantFrom('northern', 'southern'),
      async (drawn, party) => {
        const source = newSource()
        const readings = drawn.map((reading, i) => ({ ...reading, source, id: `r${i}` }))
        const answer = await run(readings, { party })
        assert.ok(answer.kind === 'imported')
        assert.deepEqual(
          [...(await agreementsOf(source))].filter((name) => name !== (party === 'northern' ? 'north' : 'south')),
          [],
        )
        kept += answer.record.accepted
        refused += answer.record.refused
      },
    ),
    { numRuns: 60 },
  )
  assert.ok(kept > 20 && refused > 20, `${kept} kept, ${refused} refused`)
})

test('I9 a reading of somebody else’s agreement is refused and says why', async () => {
  const source = newSource()
  const answer = await run([allocation(source, 'a', 'pool-1'), allocation(source, 'b', 'pool-3')], { party: 'southern' })
  assert.match(refusalsOf(answer)[0]!, /of which southern is the operator: it may bring no readings for it/)
  assert.ok(answer.kind === 'imported' && answer.record.accepted === 1)
  const rate = { kind: 'fx', source, id: 'x', at: at('2026-09-01T00:00:00Z'), base: 'EUR', quote: 'USD', rate: '1.1' } as unknown as Reading
  assert.match(refusalsOf(await run([rate], { party: 'southern' }))[0]!, /bears on every agreement/)
})

test('I9 a source is of the party that brought its first reading: nobody else can replace, take back or keep out what comes from it', async () => {
  const source = newSource()
  await run([allocation(source, 'a', 'pool-1')], { party: 'northern' })
  for (const reading of [
    allocation(source, 'b', 'pool-3'),
    { kind: 'withdrawal', source, id: 'w', replaces: 'a' } as Reading,
    { kind: 'withdrawal', source, id: 'w2', replaces: 'not-there-yet' } as Reading,
  ])
    assert.match(refusalsOf(await run([reading], { party: 'southern' }))[0]!, /is the source of another/)
  // What the owner of the database brought for others is not free for the taking either.
  const owned = newSource()
  await run([allocation(owned, 'a', 'pool-1')])
  assert.match(refusalsOf(await run([allocation(owned, 'b', 'pool-3')], { party: 'southern' }))[0]!, /is the source of another/)
  assert.deepEqual(refusalsOf(await run([allocation(owned, 'c', 'pool-2')], { party: 'northern' })), [])
})

test('I9 parties name their imports without knowing of each other’s', async () => {
  const [north, south] = [newSource(), newSource()]
  const first = await run([allocation(north, 'a', 'pool-1')], { party: 'northern', key: 'monday' })
  const second = await run([allocation(south, 'a', 'pool-3')], { party: 'southern', key: 'monday' })
  assert.ok(first.kind === 'imported' && second.kind === 'imported' && !second.again)
  const again = await run([allocation(south, 'a', 'pool-3')], { party: 'southern', key: 'monday' })
  assert.ok(again.kind === 'imported' && again.again)
})

test('I9 a party rules on nothing by an import, and takes back nothing that decisions and disputes made', async () => {
  const common = { source: newSource(), agreement: 'north', at: at('2026-10-01T00:00:00Z') }
  const told = [
    { ...common, kind: 'dispute', id: 'd', month: '2026-09', line: 'x', reason: 'y' },
    { ...common, kind: 'ruling', id: 'r', dispute: 'd', upheld: '0' },
  ] as unknown as Reading[]
  for (const message of refusalsOf(await run(told, { party: 'northern' }))) assert.match(message, /is raised and answered on the statement/)
  const made = { ...told[0], source: 'disputes-north', id: 'dsp_1' } as Reading
  assert.equal((await run([made])).kind, 'imported')
  const back = { kind: 'withdrawal', source: 'disputes-north', id: 'back', replaces: 'dsp_1' } as Reading
  assert.equal(refusalsOf(await run([back], { party: 'northern' })).length, 1)
  assert.equal(refusalsOf(await run([allocation('claims-north', 'a', 'pool-1')], { party: 'northern' })).length, 1)
})

test('I40 of agreements that a party does not operate nothing is listed, meant or told apart from what nobody has', async () => {
  for (const name of ['east', 'west']) {
    await register(store, name, { pools: [`${name}-pool`], blocks: [`${name}-block`], clauses: ['shared'], zone: 'Asia/Singapore' })
    await store.pool.query(`insert into agreement_party (agreement, party, role, recorded_at) values ($1, $2, 'operator', now())`, [
      name,
      `${name}ern`,
    ])
  }
  const how = async (agreement: string, party: string) => {
    const found = await howToRead(store, { agreement, zone: undefined, party })
    return 'problem' in found ? found.problem.replaceAll(agreement, '…') : assert.fail(`${party} reads by ${agreement}`)
  }
  for (const [own, other] of [
    ['east', 'west'],
    ['west', 'east'],
  ] as const) {
    const party = `${own}ern`
    assert.equal(await how(other, party), await how('nowhere', party))
    assert.match(await how('nowhere', party), new RegExp(`; there are ${own}$`))
    const source = newSource()
    const told = async (pool: string) =>
      refusalsOf(await run([allocation(source, pool, pool)], { party })).map((text) => text.replace(pool, '…'))
    assert.deepEqual(await told(`${other}-pool`), await told('nowhere'))
    // Both have such a clause, and only one of them is there.
    const event = { kind: 'event', source, id: 'e', at: at('2026-09-01T00:00:00Z'), clause: 'shared', event: 'x' } as unknown as Reading
    assert.deepEqual(refusalsOf(await run([event], { party })), [])
    assert.deepEqual([...(await agreementsOf(source))], [own])
  }
  assert.match(await how('nowhere', 'nobody'), /^nobody is the operator of no agreement/)
})
