import * as fs from 'node:fs'
import { createServer, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { daemon, detach, isAlive, pidsOf, runProgram, startedWith, stopTier } from './slurm-daemons.ts'
import { labFiles, nodesOfRack, type LabPorts } from './slurm-lab-files.ts'

const prefix = 'offtake-slurm-'

/** Where Debian puts what the cluster is made of. */
const programs = ['slurmctld', 'slurmd', 'slurmdbd', 'slurmrestd', 'munged', 'mariadbd'].map((name) => `/usr/sbin/${name}`)

/** Why no test cluster can run here; false where one can. With `CI` set that is an error. */
export const labSkip = (): string | false => {
  const missing = programs.filter((path) => !fs.existsSync(path))
  const why =
    missing.length > 0
      ? `${missing.join(', ')} of Debian's Slurm is not installed`
      : process.getuid?.() === 0
        ? false
        : 'a test cluster needs root: its daemons run jobs as whoever submitted them'
  if (why !== false && process.env['CI']) throw new Error(`${why}, and has to be here`)
  return why
}

const until = async (what: string, holds: () => Promise<boolean>, tries = 300): Promise<void> => {
  for (let i = 0; i < tries; i++) {
    if (await holds()) return
    await sleep(100)
  }
  throw new Error(`the test cluster did not come up: ${what} within ${tries / 10} s`)
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const server = createServer()
    server.once('error', () => done(false))
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)))
  })

const answers = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => done((socket.destroy(), true)))
    socket.once('error', () => done(false))
  })

/** A stretch of free ports, so that two clusters can run on one machine: four for the services, one for each node. */
const freePorts = async (nodes: number): Promise<LabPorts> => {
  for (let i = 0; i < 50; i++) {
    const base = 20_000 + 100 * Math.floor(Math.random() * 100)
    const all = Array.from({ length: 4 + nodes }, (_, j) => base + j)
    if ((await Promise.all(all.map(isFree))).every(Boolean))
      return { controller: base, accounting: base + 1, rest: base + 2, database: base + 3, nodes: base + 4 }
  }
  throw new Error('no free ports for a test cluster')
}

/** A cluster that runs: `run` runs one of Slurm's commands against it and throws what it says when it fails. */
export type SlurmLab = Readonly<{
  folder: string
  cluster: string
  conf: string
  restUrl: string
  nodes: readonly string[]
  env: NodeJS.ProcessEnv
  run: (file: string, ...args: string[]) => Promise<string>
  token: () => Promise<string>
  /** Stops the accounting daemon, and starts it again. */
  pauseAccounting: () => Promise<void>
  resumeAccounting: () => Promise<void>
  stop: () => Promise<void>
}>

const stopAll = async (folder: string): Promise<void> => {
  const run = join(folder, 'run')
  if (!fs.existsSync(run)) return
  const named = (name: string) => [join(run, name)]
  const slurmds = fs.readdirSync(run).flatMap((name) => (/^slurmd-.*\.pid$/.test(name) ? [join(run, name)] : []))
  await stopTier([...named('slurmrestd.pid'), ...slurmds])
  await stopTier(named('slurmctld.pid'))
  await stopTier(named('slurmdbd.pid'))
  await stopTier(named('mysqld.pid'))
  await stopTier(named('munge/munged.pid'))
}

/** Clusters whose test was killed are stopped by the next one: those alone whose starter is gone, and of their pid files those that still mean them. */
const clearLeftovers = async (): Promise<void> => {
  for (const name of fs.readdirSync(tmpdir()).filter((each) => each.startsWith(prefix))) {
    const folder = join(tmpdir(), name)
    const [owner] = pidsOf([join(folder, 'owner.pid')])
    if (owner === undefined || isAlive(owner)) continue
    for (const file of fs.globSync(join(folder, 'run/**/*.pid')))
      if (pidsOf([file]).some((pid) => !startedWith(pid).includes(folder))) fs.rmSync(file)
    await stopAll(folder)
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

const makeFolders = (folder: string): void => {
  for (const name of ['etc', 'run/munge', 'log', 'spool', 'state', 'fake']) fs.mkdirSync(join(folder, name), { recursive: true })
  for (const name of ['', 'run', 'run/munge', 'log', 'etc']) fs.chmodSync(join(folder, name), 0o755)
}

const startMunge = async (folder: string): Promise<void> => {
  const at = (name: string) => join(folder, name)
  const { code, err } = await runProgram('/usr/sbin/munged', [
    '--force',
    `--key-file=${at('munge.key')}`,
    `--socket=${at('run/munge/munge.socket')}`,
    `--pid-file=${at('run/munge/munged.pid')}`,
    `--log-file=${at('log/munged.log')}`,
    `--seed-file=${at('run/munge/seed')}`,
    '--num-threads=4',
  ])
  if (code !== 0) throw new Error(`munged: ${err}`)
}

const startDatabase = async (folder: string, port: number): Promise<void> => {
  const data = join(folder, 'mysql')
  const made = await runProgram('mariadb-install-db', [
    '--no-defaults',
    '--user=root',
    `--datadir=${data}`,
    '--auth-root-authentication-method=socket',
    '--skip-test-db',
  ])
  if (made.code !== 0) throw new Error(`mariadb-install-db: ${made.out}${made.err}`)
  const socket = join(folder, 'run/mysqld.sock')
  const args = [
    '--no-defaults',
    '--user=root',
    `--datadir=${data}`,
    `--socket=${socket}`,
    `--pid-file=${join(folder, 'run/mysqld.pid')}`,
    '--bind-address=127.0.0.1',
    `--port=${port}`,
    '--innodb-buffer-pool-size=64M',
    '--innodb-log-file-size=16M',
    '--innodb-lock-wait-timeout=900',
    '--innodb-flush-log-at-trx-commit=2',
  ]
  detach('/usr/sbin/mariadbd', args, join(folder, 'log/mysqld.log'), process.env)
  const grants = ['127.0.0.1', 'localhost'].flatMap((host) => [
    `create user if not exists 'slurm'@'${host}' identified by 'slurmlab'`,
    `grant all on slurm_acct_db.* to 'slurm'@'${host}'`,
  ])
  const query = ['--no-defaults', '-S', socket, '-e', grants.join('; ')]
  await until('MariaDB answers', async () => (await runProgram('mariadb', query)).code === 0)
}

const startSlurm = async (folder: string, cluster: string, nodes: readonly string[], env: NodeJS.ProcessEnv): Promise<void> => {
  const log = join(folder, 'log/start.log')
  const list = ['-n', '-i', 'list', 'cluster']
  await daemon('/usr/sbin/slurmdbd', [], log, env)
  await until('slurmdbd answers', async () => (await runProgram('sacctmgr', list, env)).code === 0)
  await runProgram('sacctmgr', ['-i', 'add', 'cluster', cluster], env)
  await daemon('/usr/sbin/slurmctld', [], log, env)
  await until('slurmctld answers', async () => (await runProgram('scontrol', ['ping'], env)).out.includes('is UP'))
  for (const node of nodes) {
    fs.mkdirSync(join(folder, 'spool', node), { recursive: true })
    await daemon('/usr/sbin/slurmd', ['-N', node], log, env)
  }
  await until('every node is idle', async () => {
    const { out } = await runProgram('sinfo', ['-h', '-N', '-o', '%t'], env)
    return out.split('\n').filter((state) => state.trim() === 'idle').length === nodes.length
  })
}

const startRest = async (folder: string, port: number, env: NodeJS.ProcessEnv): Promise<void> => {
  // slurmrestd refuses root, and SLURM_JWT in its own environment is what makes it pass a caller's token on.
  const args = ['--reuid=nobody', '--regid=nogroup', '--clear-groups', '/usr/sbin/slurmrestd']
  const what = ['-a', 'rest_auth/jwt', '-s', 'openapi/v0.0.38,openapi/dbv0.0.38', `127.0.0.1:${port}`]
  const pid = detach('setpriv', [...args, ...what], join(folder, 'log/slurmrestd.log'), { ...env, SLURM_JWT: 'daemon' })
  fs.writeFileSync(join(folder, 'run/slurmrestd.pid'), `${pid}\n`)
  await until('slurmrestd answers', () => answers(port), 100)
}

/**
 * Starts a Slurm cluster of fake GB300 racks (18 nodes of 4 GPUs each) under one temporary folder: munge, MariaDB, slurmdbd, slurmctld, a
 * slurmd for each node and slurmrestd, on loopback only. Stopped by its pid files, tier by tier.
 */
export const startSlurmLab = async ({ cluster = 'fa', racks = 2 } = {}): Promise<SlurmLab> => {
  await clearLeftovers()
  const folder = fs.mkdtempSync(join(tmpdir(), prefix))
  fs.writeFileSync(join(folder, 'owner.pid'), `${process.pid}\n`)
  const ports = await freePorts(18 * racks)
  const conf = join(folder, 'etc/slurm.conf')
  const nodes = Array.from({ length: racks }, (_, i) => nodesOfRack(cluster, i + 1)).flat()
  const env: NodeJS.ProcessEnv = { ...process.env, SLURM_CONF: conf, SLURM_TIME_FORMAT: undefined, TZ: 'UTC' }
  const run = async (file: string, ...args: string[]): Promise<string> => {
    const { code, out, err } = await runProgram(file, args, env)
    if (code !== 0) throw new Error(`${file} ${args.join(' ')}: ${out}${err}`)
    return out
  }
  const stop = async () => {
    await stopAll(folder)
    fs.rmSync(folder, { recursive: true, force: true })
  }
  try {
    makeFolders(folder)
    for (const { path, content, mode } of labFiles({ folder, cluster, racks, ports })) fs.writeFileSync(path, content, { mode })
    for (let i = 0; i < 4; i++) await run('mknod', join(folder, `fake/gpu${i}`), 'c', '1', '3')
    await Promise.all([startMunge(folder), startDatabase(folder, ports.database)])
    await startSlurm(folder, cluster, nodes, env)
    await startRest(folder, ports.rest, env)
  } catch (error) {
    await stop()
    throw error
  }
  return {
    folder,
    cluster,
    conf,
    restUrl: `http://127.0.0.1:${ports.rest}`,
    nodes,
    env,
    run,
    token: async () => (await run('scontrol', 'token', 'username=root', 'lifespan=36000')).trim().replace('SLURM_JWT=', ''),
    pauseAccounting: () => stopTier([join(folder, 'run/slurmdbd.pid')]),
    resumeAccounting: async () => {
      if (pidsOf([join(folder, 'run/slurmdbd.pid')]).some(isAlive)) return
      await daemon('/usr/sbin/slurmdbd', [], join(folder, 'log/start.log'), env)
      await until('slurmdbd answers', async () => (await runProgram('sacctmgr', ['-n', 'list', 'cluster'], env)).code === 0)
    },
    stop,
  }
}
