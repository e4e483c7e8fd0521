import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeRng } from '../src/server/history/rng.ts'
import { openStore } from '../src/server/open-store.ts'
import { temporaryFolder } from './offtake.ts'

const seed = Number(process.env['OFFTAKE_SEED'] ?? Date.now() % 1_000_000)
process.stderr.write(`story: OFFTAKE_SEED=${seed} kills at the same instants again\n`)
const rng = makeRng(seed, 'kills of the main job')

const { folder, remove } = temporaryFolder()
after(remove)
const home = join(folder, 'home')

/** `npm start` without its set-up, on a database of its own. */
const start = (...args: string[]) => {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../src/server/main.ts'), '--home', home, ...args], {
    env: { ...process.env, DATABASE_URL: undefined },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [out, err] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  const ended = new Promise<{ code: number | null; out: string; err: string }>((done) =>
    child.once('close', (code) => done({ code, out, err })),
  )
  return { child, ended, err: () => err }
}

const rowsThere = async () => {
  const opened = await openStore({ url: undefined, home, jobs: false })
  try {
    const { rows } = await opened.store.pool.query<Record<string, bigint>>(
      `select (select count(*) from agreement_version) as versions, (select count(*) from import_batch) as batches, (select count(*) from reading) as readings,
              (select count(*) from statement) as statements, (select count(*) from journal) as journals, (select count(*) from audit_log) as deeds`,
    )
    return Object.fromEntries(Object.entries(rows[0]!).map(([name, count]) => [name, Number(count)]))
  } finally {
    await opened.stop()
  }
}

const addressOf = async (main: ReturnType<typeof start>): Promise<string> => {
  for (let tries = 0; tries < 1200; tries++) {
    const found = /console at (\S+);/.exec(main.err())
    if (found !== null) return found[1]!
    await sleep(50)
  }
  throw new Error(`it does not serve: ${main.err()}`)
}

test('Q4 the main job is killed at any instant and taken up again; once it is done, another start changes nothing', async () => {
  const instants = Array.from({ length: 4 }, () => 300 + Math.floor(2700 * rng()))
  for (const instant of instants) {
    const main = start('--once')
    const done = await Promise.race([main.ended.then(() => true), sleep(instant, false)])
    if (done) break
    main.child.kill('SIGKILL')
    await main.ended
  }
  const first = await start('--once').ended
  assert.equal(first.code, 0, first.err)
  const rows = await rowsThere()
  // Two agreements: a version each, two imports each (the month that is left open comes by itself), a statement a month with journals in two books, and a
  // deed for each of these and for the portfolio.
  const months = first.out.split('\n').filter((line) => /^(sharon-ai|firmus-batam) /.test(line)).length
  assert.equal(months, 6)
  const { versions, batches, statements, deeds } = rows
  assert.deepEqual([versions, batches, statements, deeds], [2, 4, months, 2 + 4 + months + 1])
  const second = await start('--once').ended
  assert.deepEqual([second.code, second.out], [0, first.out], second.err)
  assert.deepEqual(await rowsThere(), rows)
})

test('Q5 it serves, says in a sentence that a port is taken, and ends with 0 when told to', async () => {
  const main = start('--port', '0')
  const address = await addressOf(main)
  const health = (await (await fetch(`${address}/api/health`)).json()) as { status: string; now: string }
  assert.deepEqual([health.status, health.now], ['ok', '2026-12-05T00:00:00Z'])
  const other = await start('--port', new URL(address).port).ended
  assert.deepEqual([other.code, other.out], [1, ''])
  assert.match(other.err, /offtake: port \d+ is in use; stop the other program or choose another with --port N\n$/)
  main.child.kill('SIGTERM')
  const { code, err } = await main.ended
  assert.equal(code, 0, err)
})

test('Q5 it ends with 1 and a sentence when its PostgreSQL ends by itself', async () => {
  const main = start('--port', '0')
  await addressOf(main)
  const [pid] = fs.readFileSync(join(home, 'postgresql/postmaster.pid'), 'utf8').split('\n')
  process.kill(Number(pid), 'SIGKILL')
  const { code, err } = await main.ended
  assert.equal(code, 1)
  assert.match(err, /offtake: PostgreSQL ended by itself \(.*\); see .*postgresql\.log\n/)
})

test('Q5 wrong usage ends with 2', async () => {
  for (const args of [['--port', '70000'], ['--twice'], ['--trace', folder]]) {
    const { code, out } = await start(...args).ended
    assert.deepEqual([code, out], [2, ''], args.join(' '))
  }
})
