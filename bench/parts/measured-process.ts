import { spawn } from 'node:child_process'
import { createWriteStream, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')
/** Between two looks at the memory of processes. */
const lookEveryMs = 200

/** Proportional memory of a process in KiB: pages that several share are counted once among them. 0 where it has ended or nobody says. */
const memoryOf = (pid: number): number => {
  try {
    return Number(/^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}

/** The processes below one, and itself. */
const treeOf = (top: number): number[] => {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each)))
    try {
      // After the name in brackets: the state, then the parent.
      parents.set(
        Number(name),
        Number(
          readFileSync(`/proc/${name}/stat`, 'utf8')
            .replace(/^.*\) . /s, '')
            .split(' ')[0],
        ),
      )
    } catch {
      // It has ended.
    }
  const tree = [top]
  for (const pid of tree) for (const [child, parent] of parents) if (parent === pid) tree.push(child)
  return tree
}

export type Measured = Readonly<{ seconds: number; out: string; err: string; peakMiB: number; peakOwnMiB: number }>

/**
 * Runs `offtake` to its end: wall time from start to end of the process, and the most memory of it and of the processes below `also` (the server of the
 * database) together. Output goes to `file` if given. Throws where it ends with another code than 0.
 */
export const measureOfftake = (
  args: readonly string[],
  { url, also, file }: Readonly<{ url?: string; also?: number; file?: string }>,
): Promise<Measured> =>
  new Promise((done, fail) => {
    const started = performance.now()
    const env = { ...process.env, ...(url === undefined ? {} : { DATABASE_URL: url }) }
    const command = ['src/cli/offtake.ts', '--now', '2026-11-05T00:00:00Z', ...args]
    const child = spawn(process.execPath, command, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let [out, err, peak, peakOwn] = ['', '', 0, 0]
    if (file === undefined) child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
    else child.stdout.pipe(createWriteStream(file))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
    const looking = setInterval(() => {
      const own = memoryOf(child.pid!)
      const all = also === undefined ? own : own + treeOf(also).reduce((sum, pid) => sum + memoryOf(pid), 0)
      peakOwn = Math.max(peakOwn, own)
      peak = Math.max(peak, all)
    }, lookEveryMs)
    child.once('close', (code) => {
      clearInterval(looking)
      const seconds = (performance.now() - started) / 1000
      if (code !== 0) return fail(new Error(`offtake ${args.join(' ')} ended with ${code}: ${err.slice(-2000)}`))
      return done({ seconds, out, err, peakMiB: peak / 1024, peakOwnMiB: peakOwn / 1024 })
    })
  })
