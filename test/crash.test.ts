import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { nextMonth } from '../src/core/base/time.ts'
import { closePeriod } from '../src/server/app/close-period.ts'
import type { Store } from '../src/server/store/database.ts'
import { openStore } from '../src/server/open-store.ts'
import { makeRng } from '../src/server/history/rng.ts'
import { testDatabase } from './database.ts'
import { offtake, startOfftake, temporaryFolder, type Environment } from './offtake.ts'

const seed = Number(process.env['OFFTAKE_SEED'] ?? Date.now() % 1_000_000)
process.stderr.write(`crash tests: OFFTAKE_SEED=${seed} kills at the same instants again\n`)
const rng = makeRng(seed, 'kills')
/** Kills of each command that must find it at work; a command that was done before is tried again, sooner. */
const kills = 20
const roundsMax = 40
const now = ['--now', '2031-01-05T00:00:00Z']

const { folder, write, remove } = temporaryFolder()
after(remove)

const months = Array.from({ length: roundsMax + 1 }, (_, i) => nextMonth('2027-01', i))
const agreement = write(
  'crash.yaml',
  `offtake: 1
agreement: crash
title: Killed again and again
parties:
  - { id: grantor, name: Grantor, role: guarantor }
  - { id: cloud, name: Cloud, role: operator }
zone: UTC
currency: USD
term: { from: 2027-01-01, through: 2030-12-31 }
blocks:
  - { id: crash-1, factory: crash, region: R, sku: S, tranches: [{ id: all, gpus: 1000, due: 2027-01-01 }] }
pools:
  - { id: crash, attribution: supported-first, blocks: [crash-1] }
clauses:
  - { id: share, kind: revenue-share, payer: cloud, payee: grantor, covers: [crash-1], rate: '0.1' }
  - id: backstop
    kind: capacity-backstop
    payer: grantor
    payee: cloud
    covers: [crash-1]
    measure: hour
    price: '2.00'
    retention: '0.1'
    caps: [{ per: aggregate, amount: '100000000.00' }]
settlement: { netting: true, due: { days: 30 } }
`,
)

/** Uses of one GPU each, one a minute from the first of a month on. */
const uses = (source: string, month: string, count: number): string =>
  Array.from({ length: count }, (_, i) => {
    const [from, to] = [i, i + 240].map(
      (minutes) => `${new Date(Date.parse(`${month}-01T00:00:00Z`) + minutes * 60_000).toISOString().slice(0, 19)}Z`,
    )
    return `${JSON.stringify({ kind: 'allocation', source, id: `${month}/${i}`, pool: 'crash', gpus: 1, from, to })}\n`
  }).join('')

/** Kills a command after some milliseconds of work, if it is still there. */
const kill = async (args: readonly string[], env: Environment, afterMs: number) => {
  const command = startOfftake([...now, ...args], env, '')
  const killed = await Promise.race([command.ended.then(() => false), sleep(afterMs).then(() => command.child.kill('SIGKILL'))])
  return { killed, ...(await command.ended) }
}

/** How long the command takes when nobody kills it. */
const timed = async (args: readonly string[], env: Environment): Promise<number> => {
  const started = performance.now()
  const { code, err } = await offtake([...now, ...args], env)
  assert.equal(code, 0, err)
  return performance.now() - started
}

const filesPerImport = 5
const readingsPerFile = 2000

const importRound = async (
  { pool }: Pick<Store, 'pool'>,
  env: Environment,
  source: string,
  afterMs: number,
): Promise<{ killed: boolean; files: number; usual: number }> => {
  const files = Array.from({ length: filesPerImport }, (_, i) => write(`${i}.ndjson`, uses(source, months[i]!, readingsPerFile)))
  const command = ['import', '--key', source, ...files]
  const { killed, out } = await kill(command, env, afterMs)
  const found = async () => {
    // Whoever died holds its lock until the server has taken back what it did.
    for (const [i] of files.entries())
      await pool.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, [`offtake import ${source}/${i}.ndjson`])
    const { rows } = await pool.query<{ id: string; readings: bigint; batches: bigint }>(
      `select substr(id, 1, 7) as id, count(*) as readings, count(distinct b.key) as batches
         from reading r left join import_batch b on b.batch = r.batch where source = $1 group by 1`,
      [source],
    )
    return new Map(rows.map(({ id, readings, batches }) => [id, `${readings} readings, ${batches} batches`]))
  }
  const whole = `${readingsPerFile} readings, 1 batches`
  const left = await found()
  for (const [i, path] of files.entries()) {
    const state = left.get(months[i]!)
    if (out.includes(`${path}: 2,000 accepted`)) assert.equal(state, whole, `${path} was acknowledged`)
    else assert.ok(state === undefined || state === whole, `of ${path} there is ${state}`)
  }
  const usual = await timed(command, env)
  assert.deepEqual(
    [...(await found()).values()],
    files.map(() => whole),
  )
  return { killed, files: left.size, usual }
}

test('I8 killed at any instant, an import is there in full or not at all, and the same command completes', async () => {
  const { close, pool, url } = await testDatabase()
  try {
    const env = { DATABASE_URL: url }
    assert.equal((await offtake([...now, 'load', agreement], env)).code, 0)
    const first = Array.from({ length: filesPerImport }, (_, i) => write(`${i}.ndjson`, uses('first', months[i]!, readingsPerFile)))
    // How fast this machine is changes while other tests run: the last time that nobody was killed is the best guess.
    let usual = await timed(['import', ...first], env)
    const ends: string[] = []
    for (let round = 0; round < roundsMax && ends.filter((end) => end !== 'done').length < kills; round++) {
      const { killed, files, usual: took } = await importRound({ pool }, env, `round-${round}`, usual * (0.4 + 0.8 * rng()))
      ends.push(killed ? `${files}` : 'done')
      usual = killed ? Math.max(took, usual * 0.9) : usual * 0.85
    }
    process.stderr.write(`import: killed with so many of ${filesPerImport} files there: ${ends.join(' ')}\n`)
    assert.equal(ends.filter((end) => end !== 'done').length, kills, 'too few were at work when they were killed')
  } finally {
    await close()
  }
})

test('I8 the same when the database is the command’s own and dies with it', async () => {
  const home = join(folder, 'home')
  const env = { OFFTAKE_HOME: home }
  assert.equal((await offtake([...now, 'load', agreement], env)).code, 0)
  const open = () => openStore({ url: undefined, home, jobs: false })
  for (let round = 0; round < 3; round++) {
    // Looking on joins the database, so each look has to leave before the next command. What was joined may be about to end with the
    // process that was killed: then one looks again.
    const look = async (text: string, values: unknown[]) => {
      const opened = await open()
      try {
        return await opened.store.pool.query(text, values)
      } finally {
        await opened.stop()
      }
    }
    const store = {
      pool: {
        query: async (text: string, values: unknown[]) => {
          for (let tries = 1; ; tries++)
            try {
              return await look(text, values)
            } catch (error) {
              if (tries === 5) throw error
              await sleep(200 * tries)
            }
        },
      } as unknown as Store['pool'],
    }
    await importRound(store, env, `home-${round}`, 500 + 1500 * rng())
  }
})

test('K7 killed at any instant, a close has left all or nothing, and the same command completes with the same statement', async () => {
  const [killedOn, unharmed] = [await testDatabase(), await testDatabase()]
  try {
    const acceptance = {
      kind: 'acceptance',
      source: 's',
      id: 'a',
      block: 'crash-1',
      tranche: 'all',
      at: '2027-01-01T00:00:00Z',
      design: 1,
      tested: 1,
    }
    const readings = write('all.ndjson', `${JSON.stringify(acceptance)}\n${months.map((month) => uses('s', month, 2500)).join('')}`)
    for (const { url } of [killedOn, unharmed]) {
      const env = { DATABASE_URL: url }
      assert.equal((await offtake([...now, 'load', agreement], env)).code, 0)
      assert.equal((await offtake([...now, 'import', readings], env)).code, 0)
    }
    const env = { DATABASE_URL: killedOn.url }
    const [first, ...rest] = months
    let usual = await timed(['close', 'crash', first!], env)
    const rowsOf = async (month: string) => {
      await killedOn.pool.query(`select pg_advisory_xact_lock(hashtextextended('offtake agreement crash', 0))`)
      const { rows } = await killedOn.pool.query<Record<string, bigint>>(
        `select (select count(*) from statement where month = $1) as statements, (select count(*) from journal where month = $1) as journals,
                (select count(*) from entry e join journal j on j.id = e.journal where month = $1) as entries,
                (select count(*) from audit_log where action = 'close' and subject = 'crash ' || $1) as deeds`,
        [month],
      )
      return Object.values(rows[0]!).join(' ')
    }
    // Two books, one accrual each, of one line: revenue there is none, so nothing is set off.
    const whole = '1 2 4 1'
    let [killed, none] = [0, 0]
    const tried: string[] = [first!]
    for (const month of rest) {
      if (killed === kills) break
      tried.push(month)
      const ran = await kill(['close', 'crash', month], env, usual * (0.4 + 0.55 * rng()))
      const left = await rowsOf(month)
      if (ran.killed) killed += 1
      if (left === '0 0 0 0') none += 1
      if (/closed and posted/.test(ran.err)) assert.equal(left, whole, 'it was acknowledged')
      else assert.ok(left === '0 0 0 0' || left === whole, `of ${month} there is ${left}`)
      const again = await timed(['close', 'crash', month], env)
      // One that had been closed is only shown again, which says nothing of how long closing takes.
      usual = left === whole ? usual * 0.85 : again
      assert.equal(await rowsOf(month), whole)
    }
    process.stderr.write(
      `close: killed ${killed} of ${tried.length - 1}, ${none} before anything was written, within ${Math.round(usual)} ms\n`,
    )
    assert.equal(killed, kills, 'too few were at work when they were killed')
    for (const month of tried) {
      const answer = await closePeriod(unharmed, { agreement: 'crash', month, now: Date.parse('2031-01-05T00:00:00Z') / 1000, by: 'test' })
      assert.equal(answer.kind, 'closed')
    }
    const documents = async ({ pool }: Pick<Store, 'pool'>) =>
      (await pool.query('select month, document from statement order by month')).rows
    assert.deepEqual(await documents(killedOn), await documents(unharmed))
  } finally {
    await killedOn.close()
    await unharmed.close()
  }
})
