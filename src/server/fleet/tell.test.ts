import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { expandHosts } from '../../core/capacity/hostlist.ts'
import { formatReading, parseReading } from '../../core/meter/parse.ts'
import type { Reading } from '../../core/meter/reading.ts'
import { parseAgentConfig, type AgentConfig } from './agent-config.ts'
import type { KeptNodes, Run } from './scheduler.ts'
import { eventsOf, keptOf, accountsOf, runsOfAnswer } from './slurm-records.ts'
import { sharesOf, tellEvents, tellKept, tellRacks, tellRuns } from './tell.ts'

const parsed = parseAgentConfig(`agent: 1
factory: f
zone: UTC
source: slurm-f
from: 2026-11-01T00:00:00Z
blocks:
  - { block: a, pool: p, gpusPerNode: 4, racks: [{ unit: h/r1, nodes: 'a[1-4]', tranche: one }] }
  - { block: b, pool: p, gpusPerNode: 8, racks: [{ unit: h/r2, nodes: 'b[1-4]' }] }
  - { block: c, pool: q, gpusPerNode: 4, racks: [{ unit: h/r3, nodes: 'c[1-4]' }] }
products: [{ is: gold, product: reserved }, { is: spot, product: spot }]
tenants: [{ account: acme-account, tenant: acme }]
orders: [{ reservation: c-001, order: o-2 }, { reservation: internal, order: o-3, tenant: ops }]
scheduler: { kind: slurm, cluster: c1 }
`)
assert.ok('config' in parsed)
const config: AgentConfig = parsed.config
const start = config.from + 3600
const telling = { config, cluster: 'c1', window: { from: config.from, to: start + 86_400 } }
const run: Run = {
  job: '7',
  start,
  isStartKnown: true,
  end: start + 100,
  nodes: 'a1',
  gpus: 4,
  account: 'acme-account',
  product: 'gold',
  comment: '',
  reservation: undefined,
}
const keptNodes = (more: Partial<KeptNodes>): KeptNodes => ({
  number: '1',
  name: 'c-001',
  from: start,
  to: start + 100,
  nodes: 'a[1-2]',
  accounts: ['acme-account'],
  maintenance: false,
  ...more,
})
const noReservations = new Map<string, KeptNodes>()
const tellOne = (more: Partial<Run>, kept: readonly KeptNodes[] = []) =>
  tellRuns(telling, [{ ...run, ...more }], new Map(kept.map((each) => [each.number, each])))

test('F65 whole nodes and single nodes are known; else only the total is, and over several pools not even whose it is', () => {
  const shares = (nodes: string, gpus: number) => sharesOf({ nodes, gpus }, config)
  assert.deepEqual(shares('a[1-3]', 12), [{ pool: 'p', gpus: 12, nodes: 'a[1-3]', name: 'p/4' }])
  // Nodes of two sizes are two readings: each has the same number on every node.
  assert.deepEqual(shares('a1,b[1-2]', 20), [
    { pool: 'p', gpus: 4, nodes: 'a1', name: 'p/4' },
    { pool: 'p', gpus: 16, nodes: 'b[1-2]', name: 'p/8' },
  ])
  assert.deepEqual(shares('a1,c1', 8), [
    { pool: 'p', gpus: 4, nodes: 'a1', name: 'p/4' },
    { pool: 'q', gpus: 4, nodes: 'c1', name: 'q/4' },
  ])
  assert.deepEqual(shares('b2', 3), [{ pool: 'p', gpus: 3, nodes: 'b2', name: 'p' }])
  assert.deepEqual(shares('a[1-2]', 5), [{ pool: 'p', gpus: 5, name: 'p' }])
  assert.equal(shares('a1,c1', 5), undefined)
  assert.equal(shares('a1,elsewhere', 8), undefined)
  assert.deepEqual(shares('elsewhere', 8), [])
  assert.equal(shares('None assigned', 8), undefined)
  assert.deepEqual(sharesOf({ nodes: '', pool: 'q', gpus: 3 }, config), [{ pool: 'q', gpus: 3, name: 'q' }])
  const { readings, notes } = tellOne({ nodes: 'a1,c1', gpus: 5 })
  assert.deepEqual(
    readings.map((each) => each.kind === 'gap' && [each.block, each.of, each.from, each.to]),
    [
      ['a', 'sales', start, start + 100],
      ['c', 'sales', start, start + 100],
    ],
  )
  assert.match(notes[0]!, /job 7: on a1,c1 it held 5 GPUs, and nobody knows how many on which/)
})

test('F65 whatever nodes a run had, the GPUs told of it are those it held', () => {
  const nodes = fc.subarray(['a1', 'a2', 'b1', 'b2', 'c1', 'c3', 'x1'], { minLength: 1 })
  fc.assert(
    fc.property(nodes, fc.integer({ min: 1, max: 40 }), (names, gpus) => {
      const shares = sharesOf({ nodes: names.join(','), gpus }, config)
      const inside = names.filter((name) => name !== 'x1')
      if (shares === undefined) return assert.ok(inside.length > 0 && names.length > 1)
      assert.equal(
        shares.reduce((sum, share) => sum + share.gpus, 0),
        inside.length === 0 ? 0 : gpus,
      )
      for (const share of shares) if (share.nodes !== undefined) assert.equal(share.gpus % expandHosts(share.nodes).length, 0)
      return undefined
    }),
  )
})

test('F66 a run is used under the order of its reservation, else under the one that its comment names', () => {
  const orderOf = (more: Partial<Run>, kept: readonly KeptNodes[] = []) => {
    const [reading] = tellOne(more, kept).readings
    return reading?.kind === 'allocation' ? [reading.order, reading.tenant, reading.product] : undefined
  }
  assert.deepEqual(orderOf({}), [undefined, 'acme', 'reserved'])
  assert.deepEqual(orderOf({ comment: 'contract:c-1;order:o-9' }), ['o-9', 'acme', 'reserved'])
  assert.deepEqual(orderOf({ comment: 'order:o-9;contract:c', reservation: '1' }, [keptNodes({})]), ['o-2', 'acme', 'reserved'])
  assert.deepEqual(orderOf({ reservation: '2' }, [keptNodes({ number: '2', name: 'c-002' })]), ['c-002', 'acme', 'reserved'])
  // What is no name of an order is none; an account that nobody lists is the tenant; a QOS that is none of ours has no product.
  assert.deepEqual(orderOf({ comment: "order:x' or 1;", account: 'other', product: 'odd' }), [undefined, 'other', undefined])
  assert.match(tellOne({ product: 'odd' }).notes[0]!, /odd is no product of the configuration/)
  assert.deepEqual(
    tellRuns(telling, [{ ...run, isStartKnown: false }], noReservations).readings.map(({ kind }) => kind),
    ['gap'],
  )
})

test('F66 a reservation is sold to the order of its name, is maintenance, or is the operator’s own', () => {
  const kinds = (more: Partial<KeptNodes>) => tellKept(telling, [keptNodes(more)]).readings
  assert.deepEqual(
    kinds({ nodes: 'a[1-2],b1' }).map((each) => each.kind === 'reservation' && [each.order, each.tenant, each.gpus, each.nodes]),
    [
      ['o-2', 'acme', 8, 'a[1-2]'],
      ['o-2', 'acme', 8, 'b1'],
    ],
  )
  assert.deepEqual(
    kinds({ name: 'internal', accounts: [] }).map((each) => each.kind === 'reservation' && each.tenant),
    ['ops'],
  )
  const work = kinds({ maintenance: true, nodes: 'a[1-2],elsewhere' })
  assert.deepEqual(
    work.map((each) => each.kind === 'outage' && [each.unit, each.gpus, each.reason]),
    [
      ['a1', 4, 'maintenance reservation c-001'],
      ['a2', 4, 'maintenance reservation c-001'],
    ],
  )
  assert.deepEqual(kinds({ accounts: [], name: 'own' }), [])
  assert.match(tellKept(telling, [keptNodes({ accounts: [], name: 'own' })]).notes[0]!, /own: is for no account/)
})

test('F60 rows of sacctmgr are read although their free text has separators and line feeds', () => {
  const text =
    'c1||100|Unknown||Cluster Registered TRES\nc1|a1|100|200|DRAIN|XID 79: fell | off\nthe bus\nc1|a2|150|Unknown|DOWN|dead\nother|a3|1|2|DOWN|x\n'
  const events = eventsOf(text, 'c1')
  assert.deepEqual(events[0], { node: 'a1', from: 100, to: 200, state: 'DRAIN', reason: 'XID 79: fell | off the bus' })
  assert.equal(events[1]!.to, undefined)
  const accounts = accountsOf('c1|root|1|\nc1|acme-account|3|\nc1|acme-account|5|bob\n')
  const [kept] = keptOf('c1|4|100|900|a[1-2]|3,5|MAINT,IGNORE_JOBS|work|1\n', 'c1', accounts)
  assert.deepEqual(kept, {
    number: '4',
    name: 'work|1',
    from: 100,
    to: 900,
    nodes: 'a[1-2]',
    accounts: ['acme-account'],
    maintenance: true,
  })
})

test('F60 what Slurm answers is read or refused, never half understood', () => {
  const answer = (jobs: unknown, errors: unknown[] = []) => runsOfAnswer('c1', { errors, jobs })
  assert.deepEqual(answer(undefined, [{ error_number: 9003 }]), [])
  assert.throws(
    () => answer(undefined, [{ error_number: 9000, error: 'Unable to parse' }]),
    /Slurm says of the list of jobs: .*Unable to parse/,
  )
  assert.throws(() => answer([{ job_id: 1 }]), /job 1 of that list is not as Slurm 22.05 writes it/)
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      try {
        runsOfAnswer('c1', value)
      } catch (error) {
        assert.match((error as Error).message, /not as Slurm 22.05|Slurm says/)
      }
    }),
  )
})

test('F61 everything that is told passes the door that readings of strangers pass', () => {
  const events = [{ node: 'a1', from: start, to: start + 5, state: 'DRAIN', reason: `\u0007bad\n${'x'.repeat(900)}` }]
  const readings: readonly Reading[] = [
    ...tellOne({ comment: 'order:o-1' }).readings,
    ...tellOne({ nodes: 'a1,c1', gpus: 5 }).readings,
    ...tellEvents(telling, events).readings,
    ...tellKept(telling, [keptNodes({}), keptNodes({ maintenance: true, number: '2' })]).readings,
    ...tellRacks(config, 'c1'),
  ]
  assert.equal(readings.length, 10)
  for (const reading of readings) assert.deepEqual(parseReading(formatReading(reading), 'UTC'), { reading })
})
