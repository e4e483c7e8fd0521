import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { testDatabase } from './database.ts'

const root = join(import.meta.dirname, '..')

/** Stands in npm's place, for a registry is not reached from tests: takes a while, notes when, and leaves what an install would leave. */
const program = `
import * as fs from 'node:fs'
const [ms, code] = [Number(process.env.INSTALL_MS), Number(process.env.INSTALL_CODE)]
fs.appendFileSync('installs', 'begin\\n')
console.log('npm speaks on stdout')
setTimeout(() => {
  fs.mkdirSync('node_modules/.bin', { recursive: true })
  fs.mkdirSync('node_modules/vite/bin', { recursive: true })
  const at = process.argv.indexOf('--prefix')
  if (at > 0) fs.mkdirSync(process.argv[at + 1] + '/node_modules', { recursive: true })
  if (!fs.existsSync('node_modules/.bin/node')) fs.symlinkSync(process.execPath, 'node_modules/.bin/node')
  fs.writeFileSync('node_modules/vite/bin/vite.js', "require('fs').mkdirSync('.cache/console', { recursive: true }); require('fs').writeFileSync('.cache/console/index.html', '')")
  fs.appendFileSync('installs', 'end\\n')
  process.exit(code)
}, ms)
`

const folders: string[] = []
after(() => folders.forEach((folder) => fs.rmSync(folder, { recursive: true, force: true })))
const makeFolder = (): string => {
  const folder = fs.mkdtempSync(join(tmpdir(), 'offtake set-up ')) // With a space, as home folders have them.
  folders.push(folder)
  for (const path of ['scripts', 'telemetry', 'src/console', 'src/wire', 'src/core/base', 'src/core/sheets', 'src/core/statements'])
    fs.mkdirSync(join(folder, path), { recursive: true })
  fs.copyFileSync(join(root, 'scripts/setup.mjs'), join(folder, 'scripts/setup.mjs'))
  const files = [
    'package-lock.json',
    '.npmrc',
    'vite.config.ts',
    'src/console/main.tsx',
    'telemetry/package.json',
    'telemetry/package-lock.json',
  ]
  for (const path of files) fs.writeFileSync(join(folder, path), '')
  fs.writeFileSync(join(folder, 'npm.mjs'), program)
  return folder
}

type Outcome = Readonly<{ code: number | null; out: string; err: string }>
const start = (folder: string, env: Record<string, string | undefined> = {}, args: string[] = []) => {
  const child = spawn(process.execPath, [join(folder, 'scripts/setup.mjs'), ...args], {
    cwd: folder,
    env: {
      ...process.env,
      npm_execpath: join(folder, 'npm.mjs'),
      npm_node_execpath: process.execPath,
      INSTALL_MS: '300',
      INSTALL_CODE: '0',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [out, err] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  const ended = new Promise<Outcome>((done) => child.once('close', (code) => done({ code, out, err })))
  return { child, ended }
}
const installs = (folder: string): string[] => fs.readFileSync(join(folder, 'installs'), 'utf8').trim().split('\n')
const assertDone = (folder: string): void => {
  assert.ok(!fs.existsSync(join(folder, '.setup-lock')), 'the lock is gone')
  assert.ok(fs.existsSync(join(folder, '.cache/console/index.html')), 'the console is built')
}

describe('set-up', () => {
  test('H8 of several at once one installs and the others wait; nothing is said on stdout', async () => {
    const folder = makeFolder()
    const outcomes = await Promise.all(Array.from({ length: 4 }, () => start(folder).ended))
    for (const { code, out } of outcomes) assert.deepEqual([code, out], [0, ''])
    assert.deepEqual(installs(folder), ['begin', 'end'])
    assert.equal(outcomes.filter(({ err }) => err.includes('waiting for it')).length, 3)
    assert.ok(outcomes.some(({ err }) => err.includes('npm speaks on stdout')))
    assertDone(folder)

    const again = await start(folder).ended
    assert.deepEqual(again, { code: 0, out: '', err: '' })
    assert.deepEqual(installs(folder), ['begin', 'end'])
  })

  test('H8 what changes the install is installed again, and what the console is made of is built again', async () => {
    const folder = makeFolder()
    await start(folder).ended
    fs.writeFileSync(join(folder, 'package-lock.json'), 'changed')
    assert.match((await start(folder).ended).err, /installing packages/)
    for (const path of ['src/console/main.tsx', 'src/wire/shape.ts', 'src/core/base/steps.ts', 'vite.config.ts']) {
      fs.writeFileSync(join(folder, path), 'changed again')
      assert.match((await start(folder).ended).err, /building the console/, path)
    }
    fs.writeFileSync(join(folder, 'src/core/base/steps.test.ts'), 'a test is no part of the console')
    assert.equal((await start(folder).ended).err, '')
  })

  test('H8 a lock whose holder has died is taken over, by one', async () => {
    const folder = makeFolder()
    fs.mkdirSync(join(folder, '.setup-lock'))
    const longAgo = new Date(Date.now() - 60_000)
    fs.utimesSync(join(folder, '.setup-lock'), longAgo, longAgo)
    const outcomes = await Promise.all(Array.from({ length: 4 }, () => start(folder).ended))
    assert.deepEqual(
      outcomes.map(({ code }) => code),
      [0, 0, 0, 0],
    )
    assert.deepEqual(installs(folder), ['begin', 'end'])
    assertDone(folder)
  })

  test('H8 a failed install ends with 1 and a sentence, and leaves nothing that looks like success', async () => {
    const folder = makeFolder()
    const failed = await start(folder, { INSTALL_CODE: '3' }).ended
    assert.deepEqual([failed.code, failed.out], [1, ''])
    assert.match(failed.err, /^offtake: .*npm\.mjs install .* ended with 3$/m)
    assert.ok(!fs.existsSync(join(folder, '.setup-lock')))
    assert.equal((await start(folder).ended).code, 0)
    assert.deepEqual(installs(folder), ['begin', 'end', 'begin', 'end'])
    assertDone(folder)
  })

  test('H8 interrupted, it takes the install along and leaves no lock', async () => {
    const folder = makeFolder()
    const { child, ended } = start(folder, { INSTALL_MS: '60000' })
    while (!fs.existsSync(join(folder, 'installs')) || installs(folder)[0] !== 'begin') await sleep(20)
    child.kill('SIGTERM')
    assert.equal((await ended).code, 143)
    assert.ok(!fs.existsSync(join(folder, '.setup-lock')))
    await start(folder).ended
    assert.deepEqual(installs(folder), ['begin', 'begin', 'end'])
  })

  test('H8 chDB is installed where telemetry or tests ask for it, once for each of its locks, and not otherwise', async () => {
    const folder = makeFolder()
    assert.doesNotMatch((await start(folder).ended).err, /chDB/)
    const outcomes = await Promise.all(Array.from({ length: 3 }, () => start(folder, {}, ['--telemetry']).ended))
    assert.deepEqual(
      outcomes.map(({ code, out }) => [code, out]),
      [
        [0, ''],
        [0, ''],
        [0, ''],
      ],
    )
    assert.equal(outcomes.filter(({ err }) => err.includes('installing chDB')).length, 1)
    assert.deepEqual(installs(folder), ['begin', 'end', 'begin', 'end'])
    fs.writeFileSync(join(folder, 'telemetry/package-lock.json'), 'changed')
    assert.equal((await start(folder).ended).err, '')
    assert.match((await start(folder, { CHROMIUM: process.execPath, HLEDGER: process.execPath }, ['--tests']).ended).err, /installing chDB/)
    assert.equal((await start(folder, {}, ['--telemetry']).ended).err, '')
  })

  test('H8 without Chromium and without a way to install it, the browser tests are skipped by name; in continuous integration it is an error', async () => {
    const folder = makeFolder()
    await start(folder).ended
    const without = {
      PATH: folder,
      CHROMIUM: join(folder, 'no-chromium'),
      HLEDGER: process.execPath,
      PROMETHEUS: process.execPath,
      SLURM: process.execPath,
    }
    const outside = await start(folder, { ...without, CI: undefined }, ['--tests']).ended
    assert.deepEqual([outside.code, outside.out], [0, ''])
    assert.match(outside.err, /the browser tests will be skipped/)
    const inside = await start(folder, { ...without, CI: 'true' }, ['--tests']).ended
    // Root would have installed it and could not; for another user the browser tests themselves fail.
    assert.equal(inside.code, process.getuid?.() === 0 ? 1 : 0)
    assert.match(inside.err, process.getuid?.() === 0 ? /apt-get cannot be run/ : /the browser tests will fail/)
    const present = await start(
      folder,
      { CHROMIUM: process.execPath, HLEDGER: process.execPath, PROMETHEUS: process.execPath, SLURM: process.execPath },
      ['--tests'],
    ).ended
    assert.deepEqual(present, { code: 0, out: '', err: '' })
  })

  test('H8 what only benchmarks need is asked for by them alone; without it they are told of, and the others run', async () => {
    const folder = makeFolder()
    await start(folder).ended
    const without = { PATH: folder, WRK: join(folder, 'no-wrk'), CHROMIUM: process.execPath }
    assert.deepEqual(await start(folder, without).ended, { code: 0, out: '', err: '' })
    const asked = await start(folder, { ...without, CI: 'true' }, ['--bench']).ended
    assert.deepEqual([asked.code, asked.out], [0, ''])
    assert.match(asked.err, /the benchmark api will measure nothing/)
    const present = await start(folder, { ...without, WRK: process.execPath }, ['--bench']).ended
    assert.deepEqual(present, { code: 0, out: '', err: '' })
  })
})

describe('databases', () => {
  test('H9 every test file has a database of its own, migrated, that is gone afterwards', async () => {
    const [a, b] = await Promise.all([testDatabase(), testDatabase()])
    await a.pool.query('create table only_here (id int)')
    const has = async (pool: pg.Pool, table: string) =>
      (await pool.query('select to_regclass($1) as found', [table])).rows[0].found !== null
    assert.deepEqual([await has(a.pool, 'only_here'), await has(b.pool, 'only_here')], [true, false])
    assert.deepEqual([await has(a.pool, 'migration'), await has(b.pool, 'migration')], [true, true])
    await a.close()
    const gone = new pg.Client({ connectionString: a.url })
    await assert.rejects(gone.connect(), /does not exist/)
    await b.close()
  })

  test('H9 two runs in one folder have a server each, so that the end of one does not disturb the other', async () => {
    const source = `
      import { globalSetup, globalTeardown } from ${JSON.stringify(join(root, 'test/setup.ts'))}
      await globalSetup()
      console.log(process.env.TEST_DATABASE_URL)
      process.stdin.once('end', () => void globalTeardown().then(() => process.exit(0))).resume()
    `
    const begin = async () => {
      const { TEST_DATABASE_URL: _, NODE_TEST_CONTEXT: __, ...env } = process.env
      const child = spawn(process.execPath, ['--input-type=module', '-e', source], { cwd: root, env, stdio: ['pipe', 'pipe', 'inherit'] })
      const ended = new Promise<number | null>((done) => child.once('exit', done))
      const url = await new Promise<string>((done, fail) => {
        child.stdout.setEncoding('utf8').once('data', (text: string) => done(text.trim()))
        void ended.then((code) => fail(new Error(`the run ended with ${code} before it had a server`)))
      })
      const end = () => {
        child.stdin.end()
        return ended
      }
      return { url, end }
    }
    const first = await begin()
    const second = await begin()
    assert.notEqual(first.url, second.url)
    assert.equal(await first.end(), 0)
    const client = new pg.Client({ connectionString: second.url })
    await client.connect()
    assert.deepEqual((await client.query('select 1 as one')).rows, [{ one: 1 }])
    await client.end()
    assert.equal(await second.end(), 0)
  })
})
