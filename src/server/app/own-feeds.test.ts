import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { testDatabase } from '../../../test/database.ts'
import { load, smallAgreement, wayNow } from '../../../test/ways-in.ts'
import type { BlockId } from '../../core/base/id.ts'
import { formatInstant } from '../../core/base/time.ts'
import type { CloudEvent } from '../fleet/cloud-event.ts'
import type { FlexMapping } from '../fleet/flex-mapping.ts'
import { findFeedStates } from '../store/feed-states.ts'
import { importFlex } from './import-flex.ts'
import { loadAgreement } from './load-agreement.ts'

const { close, ...store } = await testDatabase()
after(close)
const names = ['north', 'south', 'west'] as const
for (const name of names) await load(store, smallAgreement(name, `${name}-cloud`))

let numbers = 0
const mappingOf = (source: string): FlexMapping => ({
  source,
  zone: 'UTC',
  feeds: new Map(
    names.flatMap((name) =>
      ['a', 'b'].map((each) => [`${name}-${each}`, { block: `${name}-1` as BlockId, gpus: 10, wattsPerGpu: 1000 }] as const),
    ),
  ),
  keys: new Map(),
})
const eventOf = (type: string, at: number, data: unknown): CloudEvent => ({
  id: `event-${(numbers += 1)}`,
  source: '//grid',
  type,
  time: formatInstant(at),
  correlationId: undefined,
  data: data as CloudEvent['data'],
})
const hear = (source: string, event: CloudEvent, party: string | undefined) =>
  importFlex(store, {
    events: [{ line: 1, event }],
    mapping: mappingOf(source),
    file: 'test',
    now: wayNow,
    by: 'test',
    ...(party === undefined ? {} : { party }),
  })
const feedsOf = async (source: string) => [...(await findFeedStates(store, source)).keys()].toSorted()
const tags = names.flatMap((name) => [`${name}-a`, `${name}-b`])
const megawatt = { value: 5, unit: 'kilowatt' }

test('I41 whatever a party tells of feeds, its own alone are moved on, and no other is named', async () => {
  const anyEvent = fc.oneof(
    fc.constantFrom(...tags).map((tag) => ['grid.powerbreach.alert.v1', { feed_tag: tag }] as const),
    fc
      .subarray(tags)
      .map((some) => ['grid.loadtarget.set.v1', { targets: [{ interval: {}, feed_tags: some, load_constraint: megawatt }] }] as const),
  )
  let [heard, refused] = [0, 0]
  await fc.assert(
    fc.asyncProperty(anyEvent, fc.constantFrom(...names), async ([type, data], name) => {
      const source = `law-${(numbers += 1)}`
      const answer = await hear(source, eventOf(type, wayNow - 60, data), `${name}-cloud`)
      const moved = await feedsOf(source)
      assert.deepEqual(
        moved.filter((tag) => !tag.startsWith(name)),
        [],
      )
      if (answer.kind === 'unread') {
        refused += 1
        assert.deepEqual(moved, [])
        const listed = answer.refusals.flatMap(({ problems }) => problems.map(({ message }) => message.split('; ')[1]!))
        for (const text of listed) assert.equal(text, `there are ${name}-a, ${name}-b`)
      } else {
        heard += 1
        assert.ok(moved.length > 0)
      }
    }),
    { numRuns: 60 },
  )
  assert.ok(heard > 5 && refused > 5, `${heard} heard, ${refused} refused`)
  // Who owns the database is told of all, and speaks for all.
  assert.equal(
    (await hear('all', eventOf('grid.loadtarget.set.v1', wayNow, { targets: [{ interval: {}, load_constraint: megawatt }] }), undefined))
      .kind,
    'heard',
  )
  assert.deepEqual(await feedsOf('all'), tags.toSorted())
})

test('I42 an event from ahead of the clock is refused and holds back nothing that comes after it', async () => {
  const alert = (at: number) => eventOf('grid.powerbreach.alert.v1', at, { feed_tag: 'north-a' })
  const status = (at: number) =>
    eventOf('grid.powerstate.status.v1', at, { snapshot_time: formatInstant(at), feeds: { 'north-a': feedOf } })
  const feedOf = {
    metadata: { power_minimum: megawatt, power_maximum: megawatt, default_constraint: megawatt },
    targets: [],
    calculated_load: megawatt,
    in_flight: false,
    event: 'periodic',
    power_event_start_time: null,
    compliant: true,
  }
  for (const [make, pointer] of [
    [alert, '/time'],
    [status, '/data/snapshot_time'],
  ] as const)
    for (const ahead of [301, 86_400, Date.UTC(2099, 0, 1) / 1000 - wayNow]) {
      const answer = await hear('ahead', make(wayNow + ahead), 'north-cloud')
      assert.ok(answer.kind === 'unread', JSON.stringify(answer))
      assert.equal(answer.refusals[0]!.problems[0]!.pointer, pointer)
    }
  assert.deepEqual(await feedsOf('ahead'), [])
  // What clocks may differ by is heard.
  assert.equal((await hear('ahead', alert(wayNow - 600), 'north-cloud')).kind, 'heard')
  assert.equal((await hear('ahead', status(wayNow + 300), 'north-cloud')).kind, 'heard')
  const [[, state]] = [...(await findFeedStates(store, 'ahead'))] as [[string, string]]
  assert.equal((JSON.parse(state) as { at: number }).at, (wayNow + 300) * 1000)
})

test('I43 a factory is of the operator whose agreement first had a block there: no other operator’s agreement is loaded with it', async () => {
  const document = (name: string, operator: string, factory: string) =>
    smallAgreement(name, operator).replace(`factory: ${name}`, `factory: ${factory}`)
  const taken = await loadAgreement(store, { document: document('east', 'east-cloud', 'north'), now: 1_800_000_001, by: 'test' })
  assert.ok(taken.kind === 'refused')
  assert.deepEqual(
    taken.problems.map(({ pointer }) => pointer),
    ['/blocks/0/factory'],
  )
  assert.match(taken.problems[0]!.message, /factory north belongs to agreement north; .* choose another/)
  // The same operator may have several agreements for one factory.
  await load(store, document('north-two', 'north-cloud', 'north'))
})
