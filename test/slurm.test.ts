import assert from 'node:assert/strict'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { PoolId } from '../src/core/base/id.ts'
import { integrate } from '../src/core/base/steps.ts'
import { formatInstant, monthInterval, monthOf, nextMonth } from '../src/core/base/time.ts'
import { hoursOf } from '../src/core/meter/hours.ts'
import type { Reading } from '../src/core/meter/reading.ts'
import { findSchedule } from '../src/server/app/find-schedule.ts'
import { meterOf } from '../src/server/app/facts-of.ts'
import { tellRound } from '../src/server/fleet/agent.ts'
import { openScheduler } from '../src/server/fleet/open-scheduler.ts'
import { makeRng } from '../src/server/history/rng.ts'
import type { Store } from '../src/server/store/database.ts'
import { inTransaction, type Work } from '../src/server/store/transaction.ts'
import { testDatabase } from './database.ts'
import { offtake, startOfftake, temporaryFolder } from './offtake.ts'
import { countSecond, gpuSecondsBy, sacctmgrKept, sacctmgrOutages, sacctRuns } from './slurm-counts.ts'
import { labSkip, startSlurmLab, type SlurmLab } from './slurm-lab.ts'
import { agentYaml, configOf, eventually, nowSeconds, playStory, submit } from './slurm-story.ts'

const seed = Number(process.env['OFFTAKE_SEED'] ?? Date.now() % 1_000_000)
const zone = 'Asia/Jakarta'
const skip = labSkip()
const { folder, write, remove } = temporaryFolder()

/** An agreement over the two racks, accepted when the agent begins to tell of them. */
const agreement = (month: string): string => `offtake: 1
agreement: lab
title: Two racks of a test cluster
parties:
  - { id: grantor, name: Grantor, role: guarantor }
  - { id: cloud, name: Cloud, role: operator }
zone: ${zone}
currency: USD
term: { from: ${month}-01, through: ${nextMonth(month, 24)}-01 }
blocks:
  - { id: lab-1, factory: lab, region: R, sku: GB300, tranches: [{ id: one, gpus: 72, due: ${month}-01 }] }
  - { id: lab-2, factory: lab, region: R, sku: GB300, tranches: [{ id: two, gpus: 72, due: ${month}-01 }] }
pools:
  - { id: lab, attribution: pro-rata, blocks: [lab-1, lab-2] }
clauses:
  - { id: backstop, kind: capacity-backstop, payer: grantor, payee: cloud, covers: [lab-1, lab-2], measure: hour, price: '2.00' }
settlement: { netting: true, due: { days: 30 } }
`

const acceptances = (at: string): string =>
  ['one', 'two']
    .map((tranche, i) =>
      JSON.stringify({ kind: 'acceptance', source: 'site', id: tranche, at, block: `lab-${i + 1}`, tranche, design: 72, tested: 72 }),
    )
    .join('\n')

type Story = Readonly<{ lab: SlurmLab; from: number; month: string; requeued: string; config: string; rest: string; token: string }>
let story: Story

const firstWords = (yaml: string, more: string): string => yaml.replace('conf: ', `${more}, conf: `)

before(
  async () => {
    if (skip !== false) return
    const started = performance.now()
    const lab = await startSlurmLab()
    process.stderr.write(`test cluster ready: ${Math.round(performance.now() - started)} ms\n`)
    // Nodes that have just come up are done being new.
    await sleep(1_500)
    const from = nowSeconds()
    const token = write('token', await lab.token())
    const yaml = agentYaml(lab, formatInstant(from))
    const config = write('agent.yaml', yaml)
    const rest = write('rest.yaml', firstWords(yaml, `read: rest, url: ${lab.restUrl}, user: root, tokenFile: ${token}`))
    story = { lab, from, month: monthOf(from, zone), requeued: '', config, rest, token }
    const { desk } = openScheduler(configOf(yaml).scheduler)
    for (const qos of configOf(yaml).wanted.qos) await desk!.putQos(qos)
    for (const account of configOf(yaml).wanted.accounts) await desk!.putAccount(account)
    for (const account of ['acme-account', 'bolt-account']) await lab.run('sacctmgr', '-i', 'add', 'user', 'root', `account=${account}`)
    const { requeued } = await playStory(lab)
    // As long as the agent gives a record to get into the database.
    await sleep(4_000)
    story = { ...story, requeued }
  },
  { timeout: 180_000 },
)
after(async () => {
  if (skip === false) await story.lab.stop()
  remove()
})

/** What an agent would hand on, in the order of ids. */
const told = async (config: string): Promise<readonly Reading[]> => {
  const parsed = configOf(fs.readFileSync(config, 'utf8'))
  const readings: Reading[] = []
  const { scheduler } = openScheduler(parsed.scheduler)
  const hand = (more: readonly Reading[]) => {
    readings.push(...more)
    return Promise.resolve({ accepted: more.length, repeats: 0, refused: 0, refusals: [] })
  }
  const answer = await tellRound({ config: parsed, scheduler, outlet: { hand }, watermark: undefined, keep: () => {}, note: () => {} })
  assert.equal(answer.kind, 'told')
  return readings.toSorted((a, b) => (a.id < b.id ? -1 : 1))
}

/** A database with the agreement and its acceptances. */
const laboratory = async () => {
  const database = await testDatabase()
  const env = { DATABASE_URL: database.url }
  const signed = write('lab.yaml', agreement(story.month))
  const accepted = write('accepted.ndjson', acceptances(formatInstant(story.from)))
  for (const args of [
    ['load', signed],
    ['import', accepted],
  ]) {
    const { code, err } = await offtake(args, env)
    assert.equal(code, 0, err)
  }
  return { ...database, env }
}

/** Every reading of the agent in a database, without when it came. */
const kept = async ({ pool }: Pick<Store, 'pool'>): Promise<unknown[]> => {
  const columns = 'source, id, kind, starts_at, ends_at, gpus, pool, block, order_id, tenant, unit, product, nodes, digest'
  return (await pool.query<object>(`select ${columns} from reading where source = 'slurm-lab' order by id`)).rows
}

const agent = async (config: string, state: string, env: Readonly<Record<string, string>>, ...more: string[]): Promise<string> => {
  const own = write(`${state}.yaml`, `${fs.readFileSync(config, 'utf8')}state: ${join(folder, state)}\n`)
  const { code, out, err } = await offtake(['agent', '--config', own, '--once', ...more], env)
  assert.equal(code, 0, err)
  return out
}

test('F60 every run is read, also those before a requeue; over REST and by commands it is the same', { skip }, async () => {
  const [commands, rest] = [await told(story.config), await told(story.rest)]
  assert.deepEqual(rest, commands)
  const runs = commands.filter(({ id }) => id.startsWith(`fa/${story.requeued}/`))
  assert.equal(runs.length, 2, 'the job that was requeued ran twice')
  assert.deepEqual([...new Set(commands.map(({ kind }) => kind))].toSorted(), ['allocation', 'outage', 'rack', 'reservation'])
  const reasons = commands.flatMap((each) => (each.kind === 'outage' ? [each.reason] : []))
  assert.deepEqual(
    new Set(reasons),
    new Set(['XID 79: GPU fell off the bus | rack 2', 'XID 79: sent for repair', 'maintenance reservation work-1']),
  )
})

test('F70 the month agrees with the records of the jobs to the GPU-second, and every hour adds up', { skip }, async () => {
  const database = await laboratory()
  try {
    assert.match(await agent(story.config, 'first.state', database.env), /slurm-lab: \d+ accepted, 0 repeats, 0 refused/)
    const cluster = {
      runs: await sacctRuns(story.lab),
      outages: await sacctmgrOutages(story.lab),
      kept: await sacctmgrKept(story.lab, 'c-001'),
      maintenance: await sacctmgrKept(story.lab, 'work-1'),
    }
    const { rows } = await database.pool.query<{ buyer: string; sum: string }>(
      `select tenant || ' ' || product as buyer, sum(gpus * (ends_at - starts_at))::text as sum from reading where kind = 'allocation' group by 1`,
    )
    const byRecords = gpuSecondsBy(cluster.runs)
    assert.deepEqual(Object.fromEntries(rows.map(({ buyer, sum }) => [buyer, Number(sum)])), byRecords)
    assert.deepEqual(Object.keys(byRecords).toSorted(), ['acme reserved', 'bolt on-demand', 'bolt spot'])

    const window = monthInterval(story.month, zone)
    const { hours, used } = await inTransaction(database, (tx) => hoursOfMonth(tx, window))
    assert.equal(
      used,
      Object.values(byRecords).reduce((sum, each) => sum + each, 0),
    )
    const begins = hours.findIndex(({ to }) => to > story.from)
    assert.ok(hours.slice(0, begins).every(({ accepted }) => accepted === 0))
    for (const { from, to, ...hour } of hours.slice(begins)) {
      const sum = { accepted: 0, out: 0, called: 0, soldUsed: 0, soldIdle: 0, interruptibleUsed: 0, unsold: 0 }
      for (let second = Math.max(from, story.from); second < to; second++)
        for (const [key, value] of Object.entries(countSecond(cluster, second))) sum[key as keyof typeof sum] += value
      assert.deepEqual(hour, sum)
      const parts = hour.out + hour.called + hour.soldUsed + hour.soldIdle + hour.interruptibleUsed + hour.unsold
      assert.equal(parts, hour.accepted)
    }
    const total = (key: 'out' | 'soldUsed' | 'soldIdle' | 'interruptibleUsed') => hours.reduce((sum, hour) => sum + hour[key], 0)
    for (const key of ['out', 'soldUsed', 'soldIdle', 'interruptibleUsed'] as const)
      assert.ok(total(key) > 0, `${key} is nothing in this story`)
    const statement = await offtake(['close', 'lab', story.month, '--provisional'], database.env)
    assert.equal(statement.code, 0, statement.err)
  } finally {
    await database.close()
  }
})

const hoursOfMonth = async (tx: Work, window: Readonly<{ from: number; to: number }>) => {
  const schedule = await findSchedule(tx.queries, 'lab')
  const meter = await meterOf(tx, { schedule: schedule!, window })
  assert.ok(!('refusals' in meter))
  const facts = meter.facts()
  assert.ok(!('refusals' in facts), JSON.stringify(facts))
  const use = meter.use('lab' as PoolId)
  const used = integrate(use.firm, window.from, window.to) + integrate(use.spot, window.from, window.to)
  return { used, hours: hoursOf(facts, schedule!.pools[0]!, use, zone) }
}

/** What one agent leaves that is left alone; in shorter reads than the others, which must change nothing. */
const leftAlone = async (config: string, state: string) => {
  const alone = await laboratory()
  try {
    const started = performance.now()
    await agent(config, state, alone.env)
    const usual = performance.now() - started
    const expected = (await kept(alone)) as { id: string }[]
    assert.ok(expected.length > 10)
    return { expected, usual }
  } finally {
    await alone.close()
  }
}
const shortReads = (): string => write('short.yaml', fs.readFileSync(story.config, 'utf8').replace('window: 15', 'window: 5'))

test('F71 two agents at once leave what one leaves', { skip, timeout: 290_000 }, async () => {
  const both = await laboratory()
  try {
    const { expected } = await leftAlone(shortReads(), 'alone.state')
    // One reads by commands and puts readings into the database, one reads over REST and hands them to the server; each with a state of its own.
    const server = startOfftake(['serve', '--port', '0'], both.env)
    await eventually('the server answers', async () => /console at (\S+);/.test(server.err()), 120)
    const address = /console at (\S+);/.exec(server.err())![1]!
    const words = await Promise.all([agent(story.config, 'one.state', both.env), agent(story.rest, 'two.state', both.env, '--to', address)])
    server.child.kill('SIGTERM')
    assert.equal((await server.ended).code, 0)
    assert.deepEqual(await kept(both), expected)
    assert.ok(
      words.every((each) => / 0 refused/.test(each)),
      words.join(''),
    )
  } finally {
    await both.close()
  }
})

test('F71 an agent that is killed twenty times leaves what one leaves that is left alone', { skip, timeout: 290_000 }, async () => {
  const killed = await laboratory()
  const rng = makeRng(seed, 'agents')
  process.stderr.write(`killed agents: OFFTAKE_SEED=${seed} kills at the same instants again\n`)
  try {
    const short = shortReads()
    const { expected, usual: first } = await leftAlone(short, 'unharmed.state')
    const byId = new Map(expected.map((row) => [row.id, row]))
    const state = join(folder, 'killed.state')
    const own = write('killed.yaml', `${fs.readFileSync(short, 'utf8')}state: ${state}\n`)
    let [kills, atWork, usual] = [0, 0, first]
    for (let round = 0; round < 60 && kills < 20; round++) {
      const command = startOfftake(['agent', '--config', own, '--once'], killed.env, '')
      const ended = await Promise.race([command.ended.then(() => true), sleep(usual * (0.3 + 0.6 * rng())).then(() => false)])
      if (!ended) kills += Number(command.child.kill('SIGKILL'))
      await command.ended
      if (ended) usual *= 0.9
      const left = (await kept(killed)) as { id: string }[]
      atWork += Number(!ended && left.length > 0)
      for (const row of left) assert.deepEqual(row, byId.get(row.id))
      // Its state is only to save work: without it everything is told again.
      if (ended || rng() < 0.4) fs.rmSync(state, { force: true })
    }
    process.stderr.write(`agent: killed ${kills} times, ${atWork} of them after it had handed something on\n`)
    assert.equal(kills, 20, 'too few were at work when they were killed')
    await agent(short, 'killed.state', killed.env)
    assert.deepEqual(await kept(killed), expected)
  } finally {
    await killed.close()
  }
})

test('F64 while records are on their way nothing is told, and then everything is', { skip, timeout: 120_000 }, async () => {
  const database = await laboratory()
  try {
    await agent(story.config, 'behind.state', database.env)
    const known = (await kept(database)).length
    await story.lab.pauseAccounting()
    const job = await submit(story.lab, { account: 'bolt-account', qos: 'normal', nodes: 1, seconds: 2 })
    await eventually('the job is over', async () => !/RUNNING|PENDING|COMPLETING/.test(await story.lab.run('scontrol', 'show', 'job', job)))
    const own = write('behind.yaml', `${fs.readFileSync(story.config, 'utf8')}state: ${join(folder, 'behind.state')}\n`)
    const { code, err } = await offtake(['agent', '--config', own, '--once'], database.env)
    assert.equal(code, 1)
    assert.match(err, /records are on their way into the scheduler's database/)
    assert.equal((await kept(database)).length, known)
    await story.lab.resumeAccounting()
    await eventually('it is told', async () => {
      const again = await offtake(['agent', '--config', own, '--once'], database.env)
      return again.code === 0 && (await kept(database)).length === known + 1
    })
  } finally {
    await story.lab.resumeAccounting().catch(() => {})
    await database.close()
  }
})

test('F68 accounts, limits, QOS and reservations are written once, and Slurm obeys them', { skip, timeout: 120_000 }, async () => {
  const { lab, config } = story
  const from = Math.ceil(nowSeconds() / 3600) * 3600 + 7200
  const wanted = [
    `    - { account: core-account, gpus: 0, gpuMinutes: 6000, qos: [normal] }`,
    '  reservations:',
    `    - { name: c-009, from: '${formatInstant(from)}', to: '${formatInstant(from + 3600)}', nodes: 'fa-r002-n[01-02]', accounts: [core-account] }`,
  ]
  const own = write('apply.yaml', agentYaml(lab, formatInstant(from), wanted))
  const apply = () => offtake(['agent', '--config', own, '--apply'])
  const first = await apply()
  assert.match(first.err, /account core-account: made\nreservation c-009: made/)
  assert.match(first.err, /qos spot: unchanged[^]*account acme-account: unchanged/)
  const second = await apply()
  assert.match(second.err, /account core-account: unchanged\nreservation c-009: unchanged/)

  await lab.run('sacctmgr', '-i', 'add', 'user', 'root', 'account=core-account')
  const job = await submit(lab, { account: 'core-account', qos: 'normal', nodes: 1, seconds: 1 })
  await eventually('the limit of nothing holds the job', async () =>
    /AssocGrpGRES/.test(await lab.run('squeue', '-h', '-j', job, '-o', '%r')),
  )
  const { desk, scheduler } = openScheduler(configOf(fs.readFileSync(config, 'utf8')).scheduler)
  assert.equal(await desk!.putAccount({ account: 'core-account', gpus: 4, gpuMinutes: 6000, qos: ['normal'] }), 'changed')
  await eventually('the job runs and is over', async () => (await lab.run('squeue', '-h', '-j', job)).trim() === '', 90)
  assert.equal(await desk!.putAccount({ account: 'core-account', gpuMinutes: 6000, qos: ['normal'] }), 'changed')
  const shown = await lab.run('scontrol', '-o', 'show', 'reservation')
  assert.match(shown, /ReservationName=c-009 .*Nodes=fa-r002-n\[01-02\] .*Accounts=core-account/)
  assert.deepEqual(
    (await scheduler.nodes()).map(({ node, gpus }) => `${node} ${gpus}`),
    lab.nodes.map((node) => `${node} 4`),
  )
  assert.equal(await desk!.removeReservation('c-009'), true)
  assert.equal(await desk!.removeReservation('c-009'), false)
  for (const name of ['a,b', "x' or", '--all', '', 'a b', '$(id)'])
    await assert.rejects(desk!.putAccount({ account: name, gpus: 1, qos: [] }), RangeError, name)
  await assert.rejects(desk!.putAccount({ account: 'a', gpus: -1, qos: [] }), RangeError)
})
