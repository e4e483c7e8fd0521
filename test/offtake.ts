import { spawn } from 'node:child_process'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const entry = join(root, 'src/cli/offtake.ts')
// Halves the time to start, of which the tests have hundreds.
const compileCache = join(root, '.cache/compile')

export type Ran = Readonly<{ code: number | null; out: string; err: string }>
export type Environment = Readonly<Record<string, string | undefined>>

/** Starts the command line in a process of its own, its input open unless given. Nothing of this process's database settings reaches it but what is given. */
export const startOfftake = (args: readonly string[], env: Environment, stdin?: string) => {
  const child = spawn(process.execPath, [entry, ...args], {
    cwd: root,
    env: {
      ...process.env,
      DATABASE_URL: undefined,
      OFFTAKE_HOME: undefined,
      NODE_COMPILE_CACHE: compileCache,
      ...env,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let [out, err] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  child.stdin.on('error', () => {})
  if (stdin !== undefined) child.stdin.end(stdin)
  const ended = new Promise<Ran>((done) => child.once('close', (code) => done({ code, out, err })))
  return { child, ended, out: () => out, err: () => err }
}

/** Runs the command line to its end. */
export const offtake = (args: readonly string[], env: Environment = {}, stdin = ''): Promise<Ran> => startOfftake(args, env, stdin).ended

/** A temporary folder, with a function that puts files there and one that takes it away. */
export const temporaryFolder = () => {
  const folder = fs.mkdtempSync(join(tmpdir(), 'offtake-cli-'))
  // The database's own account has to get to what is below.
  fs.chmodSync(folder, 0o755)
  const write = (name: string, content: string | Uint8Array): string => {
    fs.writeFileSync(join(folder, name), content)
    return join(folder, name)
  }
  return { folder, write, remove: () => fs.rmSync(folder, { recursive: true, force: true }) }
}
