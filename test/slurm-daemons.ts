import { spawn, type StdioOptions } from 'node:child_process'
import { lookup } from 'node:dns/promises'
import * as fs from 'node:fs'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'

const commandMilliseconds = 60_000

export type Done = Readonly<{ code: number | null; out: string; err: string }>

/** Runs a program to its end; never through a shell. */
export const runProgram = (file: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Done> =>
  new Promise((done, fail) => {
    // A client of a daemon that is not there may wait for it for ever.
    const child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: commandMilliseconds, killSignal: 'SIGKILL' })
    let [out, err] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
    child.once('error', fail)
    // A daemon keeps what it inherited: its starter's end is what counts, not the end of its pipes.
    child.once('exit', (code) => setImmediate(() => done({ code, out, err })))
  })

/** Starts a program that stays, in a session of its own, and forgets it: it is stopped by its pid file. */
export const detach = (file: string, args: readonly string[], log: string, env: NodeJS.ProcessEnv): number => {
  const descriptor = fs.openSync(log, 'a')
  const stdio: StdioOptions = ['ignore', descriptor, descriptor]
  const child = spawn(file, args, { detached: true, stdio, env })
  child.unref()
  fs.closeSync(descriptor)
  return child.pid!
}

/**
 * Slurm's daemons bind to the address of the host's own name: anything but loopback would be reachable from outside. Where that name means something
 * else, they see another name: what comes before a command to make it so.
 */
const asLocalhost = async (): Promise<readonly string[]> => {
  const { address } = await lookup(hostname(), 4).catch(() => ({ address: undefined }))
  return address === '127.0.0.1' ? [] : ['unshare', '--uts', 'sh', '-c', 'hostname localhost && exec "$@"', 'sh']
}

/** Starts a daemon that goes to the background by itself, with its output in a log: a pipe would stay open as long as it lives. */
export const daemon = async (file: string, args: readonly string[], log: string, env: NodeJS.ProcessEnv): Promise<void> => {
  const descriptor = fs.openSync(log, 'a')
  const [program, ...all] = [...(await asLocalhost()), file, ...args]
  const code = await new Promise<number | null>((done, fail) => {
    const child = spawn(program!, all, { env, stdio: ['ignore', descriptor, descriptor] })
    child.once('error', fail)
    child.once('exit', done)
  })
  fs.closeSync(descriptor)
  if (code !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${code}: ${fs.readFileSync(log, 'utf8').slice(-2000)}`)
}

export const pidsOf = (files: readonly string[]): number[] =>
  files.flatMap((file) => {
    const pid = fs.existsSync(file) ? Number(fs.readFileSync(file, 'utf8').trim()) : 0
    return pid > 0 ? [pid] : []
  })

export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    // One that was our child and is not yet waited for is over, too.
    return !/\) Z /.test(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

const signal = (pid: number, name: NodeJS.Signals): void => {
  if (isAlive(pid)) process.kill(pid, name)
}

/** Ends what one tier of pid files names, and waits for it; what does not listen is killed. */
export const stopTier = async (files: readonly string[]): Promise<void> => {
  const pids = pidsOf(files)
  for (const pid of pids) signal(pid, 'SIGTERM')
  for (let i = 0; i < 200 && pids.some(isAlive); i++) await sleep(100)
  for (const pid of pids) signal(pid, 'SIGKILL')
}

/** What a process says it was started with: its arguments and its environment. */
export const startedWith = (pid: number): string => {
  try {
    return ['cmdline', 'environ'].map((name) => fs.readFileSync(`/proc/${pid}/${name}`, 'utf8')).join(' ')
  } catch {
    return ''
  }
}
