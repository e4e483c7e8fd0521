import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { testData } from './data.ts'
import { testDatabase } from './database.ts'

const root = join(import.meta.dirname, '..')
const readme = fs.readFileSync(join(root, 'README.md'), 'utf8')
/** The fenced blocks of text: what a command prints. */
const shown = [...readme.matchAll(/^```text\n([\s\S]*?)^```$/gm)].map(([, text]) => text!)

/** What the main job prints, from an empty database, with its exit code. */
const main = async (...args: string[]): Promise<{ code: number | null; out: string }> => {
  const { url, close } = await testDatabase()
  after(close)
  const child = spawn(process.execPath, [join(root, 'src/server/main.ts'), '--once', ...args], {
    cwd: root,
    env: { ...process.env, DATABASE_URL: url },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => void (out += text))
  const code = await new Promise<number | null>((done) => child.once('exit', done))
  return { code, out }
}

test('H10 the README shows the very output of npm start -- --once', async () => {
  assert.deepEqual(await main(), { code: 0, out: shown[0] })
})

const traces = testData('traces')
test('H10 the README shows the very output on both traces', { skip: traces.skip }, async () => {
  assert.deepEqual(await main('--trace', join(traces.folder, 'philly')), { code: 0, out: shown[1] })
  assert.deepEqual(await main('--trace', join(traces.folder, 'helios-earth')), { code: 0, out: shown[2] })
})

test('H18 the README of the benchmarks has the command of each, and of nothing else', () => {
  const folder = join(root, 'bench')
  const names = fs.readdirSync(folder).filter((file) => file.endsWith('.ts') && file !== 'run.ts')
  const told = [...fs.readFileSync(join(folder, 'README.md'), 'utf8').matchAll(/^\| `npm run bench -- (\w+)`/gm)].map(
    ([, name]) => `${name}.ts`,
  )
  assert.deepEqual(told.toSorted(), names.toSorted())
})
