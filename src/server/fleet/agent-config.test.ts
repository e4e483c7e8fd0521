import assert from 'node:assert/strict'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseAgentConfig } from './agent-config.ts'
import { agentSchema } from './agent-shape.ts'

const docs = join(import.meta.dirname, '../../../docs')

const good = `agent: 1
factory: batam
zone: Asia/Jakarta
source: slurm-batam
from: 2026-11-01T00:00:00
blocks:
  - block: batam-a
    pool: batam
    gpusPerNode: 4
    racks:
      - { unit: hall-1/r001, nodes: 'fa-r001-n[01-18]', tranche: phase-1 }
      - { unit: hall-1/r002, nodes: 'fa-r002-n[01-18]' }
products: [{ is: reserved, product: reserved }, { is: spot, product: spot }]
tenants: [{ account: acme-account, tenant: acme }]
orders: [{ reservation: c-001, order: o-2 }]
scheduler: { kind: slurm, cluster: fa }
`
const problemsOf = (text: string): string[] => {
  const parsed = parseAgentConfig(text)
  return 'problems' in parsed ? parsed.problems.map(({ line, pointer, message }) => `${line} ${pointer}: ${message}`) : []
}

test('F67 a configuration says where each node stands, and local times are of its zone', () => {
  const parsed = parseAgentConfig(good)
  assert.ok('config' in parsed)
  const { config } = parsed
  assert.equal(config.placeOf.size, 36)
  assert.deepEqual(config.placeOf.get('fa-r002-n18'), { block: 'batam-a', pool: 'batam', gpus: 4 })
  // Jakarta is seven hours ahead.
  assert.equal(config.from, Date.parse('2026-10-31T17:00:00Z') / 1000)
  assert.deepEqual([config.pollSeconds, config.settleSeconds, config.windowSeconds], [60, 30, 3600])
  assert.deepEqual(config.wanted, { qos: [], accounts: [], reservations: [] })
})

test('F67 every problem of a configuration is told at once, with its line and what would be right', () => {
  const bad = good
    .replace('factory: batam', 'factory: Batam!')
    .replace('gpusPerNode: 4', 'gpusPerNode: 4\n    gpuPerNode: 4')
    .replace('product: spot', 'product: cheap')
    .replace('cluster: fa', "cluster: 'f a; rm'")
  const problems = problemsOf(bad)
  assert.deepEqual(
    problems.map((problem) => problem.split(': ')[0]),
    ['2 /factory', '10 /blocks/0/gpuPerNode', '14 /products/1/product', '17 /scheduler/cluster'],
  )
  assert.match(problems[0]!, /should be an id/)
  assert.match(problems[1]!, /unknown key/)
  assert.match(problems[2]!, /should be `reserved`, `on-demand`, `spot`/)
})

test('F67 what is said together is checked together: zones, nodes, names and what REST needs', () => {
  const bad = good
    .replace('Asia/Jakarta', 'Asia/Batam')
    .replace('hall-1/r002', 'hall-1/r001')
    .replace("'fa-r002-n[01-18]'", "'fa-r001-n[18-19]'")
    .replace('{ is: spot,', '{ is: reserved,')
    .replace('cluster: fa', 'cluster: fa, read: rest, url: http://127.0.0.1:6820')
    .replace(
      'scheduler:',
      "wanted: { reservations: [{ name: r, from: 2026-11-02T00:00:00Z, to: 2026-11-01T00:00:00Z, nodes: 'n[1-', accounts: [a] }] }\nscheduler:",
    )
  const problems = problemsOf(bad)
  for (const expected of [
    /^3 \/zone: is Asia\/Batam: should be an IANA time zone/,
    /^12 \/blocks\/0\/racks\/1\/unit: is hall-1\/r001, which is listed before/,
    /^12 \/blocks\/0\/racks\/1\/nodes: has fa-r001-n18, listed before: a node stands in one rack/,
    /^13 \/products\/1\/is: is reserved, which is listed before/,
    /^16 \/wanted\/reservations\/0\/to: is 2026-11-01T00:00:00Z: should be later than/,
    /^16 \/wanted\/reservations\/0\/nodes: is n\[1-: should be a hostlist/,
    /^17 \/scheduler: `user` is missing: it is needed to read over REST/,
    /^17 \/scheduler: `tokenFile` is missing/,
  ])
    assert.ok(
      problems.some((problem) => expected.test(problem)),
      `${expected.source}\n${problems.join('\n')}`,
    )
  assert.equal(problems.length, 8)
})

test('F67 the configurations of the guide are good ones, and the published schema is the one they are checked with', () => {
  const guide = fs.readFileSync(join(docs, 'scheduler.md'), 'utf8')
  const [whole, kueue] = [...guide.matchAll(/```yaml\n([^]*?)```/g)].map(([, text]) => text!)
  assert.deepEqual(problemsOf(whole!), [])
  assert.deepEqual(problemsOf(whole!.replace(/\nscheduler:[^]*/, `\n${kueue!}`)), [])
  const published = JSON.parse(fs.readFileSync(join(docs, 'agent.schema.json'), 'utf8')) as object
  assert.deepEqual(
    published,
    JSON.parse(JSON.stringify(agentSchema)),
    'docs/agent.schema.json is not up to date; write it with: npm run schema',
  )
})
