import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { promisify } from 'node:util'
import { ingestLimits } from '../src/server/api/ingest-limits.ts'
import { parseFlexMapping } from '../src/server/fleet/flex-mapping.ts'
import { testDatabase } from './database.ts'
import { temporaryFolder } from './offtake.ts'
import { load, openWays } from './ways-in.ts'

const root = join(import.meta.dirname, '..')
const guide = fs.readFileSync(join(root, 'docs/ingest.md'), 'utf8')
const blocks = (language: string): string[] =>
  [...guide.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'))].map(([, text]) => text!)
const { folder, write, remove } = temporaryFolder()
after(remove)

test('API21 the guide lists every limit with its value', () => {
  const listed = Object.fromEntries(
    [...guide.matchAll(/^\| `(\w+)` +\| +([\d,]+) \|/gm)].map(([, name, value]) => [name, Number(value!.replaceAll(',', ''))]),
  )
  assert.deepEqual(listed, { ...ingestLimits })
})

test('API21 the requests in the guide are answered as it says', async () => {
  const { close, ...store } = await testDatabase()
  await load(store, fs.readFileSync(join(root, 'examples/sharon-ai.yaml'), 'utf8'))
  const ways = await openWays(store)
  try {
    const [files, events] = blocks('sh')
    const run = async (script: string): Promise<Record<string, unknown>[]> => {
      const { stdout } = await promisify(execFile)('/bin/sh', ['-e', '-c', script.replaceAll('http://127.0.0.1:7420', ways.address)], {
        cwd: folder,
      })
      return stdout
        .split(/(?<=\})(?=\{)/)
        .filter((text) => text.trim() !== '')
        .map((text) => JSON.parse(text) as Record<string, unknown>)
    }
    const uploads = await run(files!)
    assert.deepEqual(uploads[0], JSON.parse(blocks('json')[0]!))
    assert.deepEqual([uploads[1]!['accepted'], uploads[1]!['repeats'], uploads[1]!['refused']], [0, 1, 1])
    const answers = await run(events!)
    assert.deepEqual(
      answers.map(({ accepted, refused }) => [accepted, refused]),
      [
        [1, 0],
        [1, 0],
        [1, 0],
      ],
    )
  } finally {
    await ways.close()
    await close()
  }
})

const promtool = '/usr/bin/promtool'
const skip = fs.existsSync(promtool) || process.env['CI'] !== undefined ? false : 'no prometheus on this machine'

test('API21 the document of feeds in the guide is one', () => {
  const parsed = parseFlexMapping(blocks('yaml')[0]!)
  assert.ok('mapping' in parsed, JSON.stringify(parsed))
  assert.equal(parsed.mapping.feeds.size, 2)
})

test('API21 the configuration of Prometheus in the guide is one', { skip }, () => {
  const { status, stdout, stderr } = spawnSync(promtool, ['check', 'config', write('prometheus.yml', blocks('yaml')[1]!)], {
    encoding: 'utf8',
  })
  assert.equal(status, 0, stdout + stderr)
})
