/**
 * Runs the benchmarks: `npm run bench` all of them, `npm run bench -- NAME …` the named ones.
 *
 * A benchmark is a file `bench/NAME.ts` that exports
 *
 *     export const name = 'NAME'                            // as its file
 *     export const claim = 'one sentence: what is compared with what, and the goal'
 *     export const run = async (print: Print): Promise<boolean> => …
 *
 * `run` does the work on this machine, now, with nothing prepared beforehand but what the repository has; it says what it measured, one line
 * per `print`, with unit and ratio; it throws when two ways to the same answer differ; and it answers whether the claim's goal was met.
 * A benchmark cleans up what it leaves (databases below `.cache/bench`, temporary folders) and stops what it starts.
 *
 * Each runs in a process of its own, one at a time, so that neither memory nor compiled code of one helps or burdens the next. Results
 * go to stdout, progress to stderr. The command ends with 1 when a benchmark fails or misses its goal.
 */
import { spawnSync } from 'node:child_process'
import { availableParallelism, cpus, totalmem } from 'node:os'
import * as fs from 'node:fs'
import { join } from 'node:path'

export type Print = (line: string) => void
type Benchmark = Readonly<{ name: string; claim: string; run: (print: Print) => Promise<boolean> }>

const folder = import.meta.dirname
const print: Print = (line) => void process.stdout.write(`${line}\n`)

const namesThere = (): string[] =>
  fs
    .readdirSync(folder)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'run.ts')
    .map((file) => file.slice(0, -3))
    .toSorted()

const load = async (name: string): Promise<Benchmark> => {
  const found = (await import(join(folder, `${name}.ts`))) as Partial<Benchmark>
  if (found.name !== name || typeof found.claim !== 'string' || typeof found.run !== 'function')
    throw new Error(`bench/${name}.ts must export name ('${name}'), claim and run; see the top of bench/run.ts`)
  return found as Benchmark
}

/** One benchmark, here. */
const runHere = async (name: string): Promise<void> => {
  const { claim, run } = await load(name)
  print(`\n${name}: ${claim}`)
  const met = await run((line) => print(`  ${line}`))
  print(`  ${met ? 'goal met' : 'GOAL MISSED'}`)
  if (!met) process.exitCode = 1
}

/** Each in a process of its own; true when all of them ended well. */
const runApart = (names: readonly string[]): boolean => {
  const model = cpus()[0]?.model ?? 'unknown processor'
  const memory = (totalmem() / 2 ** 30).toFixed(0)
  print(`${availableParallelism()} cores (${model}), ${memory} GiB, ${process.platform} ${process.arch}, Node ${process.versions.node}`)
  return names
    .map((name) => spawnSync(process.execPath, [import.meta.filename, '--here', name], { stdio: ['ignore', 'inherit', 'inherit'] }))
    .every(({ status }) => status === 0)
}

const main = async (wanted: readonly string[]): Promise<void> => {
  if (wanted[0] === '--here') return runHere(wanted[1]!)
  const there = namesThere()
  const unknown = wanted.filter((name) => !there.includes(name))
  if (unknown.length > 0) {
    process.stderr.write(`offtake: no benchmark named ${unknown.join(', ')}; there are ${there.join(', ')}\n`)
    process.exitCode = 2
  } else if (!runApart(wanted.length === 0 ? there : wanted)) process.exitCode = 1
}

if (import.meta.main) await main(process.argv.slice(2))
