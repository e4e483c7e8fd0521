import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Print } from './run.ts'

export const name = 'settle'
export const claim =
  '`offtake settle` for a month of one block, end to end as a process, against a process that only reads the same file line by line with JSON.parse: wall time and peak memory of both; goal: within ten times of it'

const readingsInFile = 1_000_000
const gpus = 20_160
const runs = 3
const timesMost = 10
const root = join(import.meta.dirname, '..')

const agreement = `offtake: 1
agreement: bench
title: One block
parties:
  - { id: grantor, name: Grantor, role: guarantor }
  - { id: cloud, name: Cloud, role: operator }
zone: Australia/Sydney
currency: USD
term: { from: 2026-10-01, through: 2027-09-30 }
blocks:
  - { id: bench-1, factory: bench, region: R, sku: GB300, tranches: [{ id: all, gpus: ${gpus}, due: 2026-10-01 }] }
pools:
  - { id: bench, attribution: supported-first, blocks: [bench-1] }
clauses:
  - { id: share, kind: revenue-share, payer: cloud, payee: grantor, covers: [bench-1], rate: '0.15' }
  - { id: backstop, kind: capacity-backstop, payer: grantor, payee: cloud, covers: [bench-1], measure: hour, price: '2.00', retention: '0.1' }
settlement: { netting: true, due: { days: 30 } }
`
const month = '2026-10'
const monthFrom = Date.parse('2026-09-30T14:00:00Z')
const monthSeconds = 743 * 3600

const instant = (second: number): string => `${new Date(monthFrom + second * 1000).toISOString().slice(0, 19)}Z`

/** Jobs of 4 GPUs that begin evenly through the month and last up to four hours: some 80 % of the block is sold at any time. */
const writeReadings = async (path: string): Promise<void> => {
  const file = createWriteStream(path)
  const acceptance = {
    kind: 'acceptance',
    source: 'bench',
    id: 'acceptance',
    block: 'bench-1',
    tranche: 'all',
    at: instant(0),
    design: 1,
    tested: 1,
  }
  file.write(`${JSON.stringify(acceptance)}\n`)
  for (let i = 1; i < readingsInFile; i++) {
    const from = Math.floor((i * monthSeconds) / readingsInFile)
    const to = from + 60 + ((i * 7919) % 21_000)
    const reading = {
      kind: 'allocation',
      source: 'bench',
      id: `job-${i}`,
      pool: 'bench',
      tenant: `tenant-${i % 17}`,
      gpus: 4,
      from: instant(from),
      to: instant(to),
    }
    if (!file.write(`${JSON.stringify(reading)}\n`)) await new Promise((done) => file.once('drain', done))
  }
  await new Promise<void>((done) => file.end(done))
}

type Ran = Readonly<{ seconds: number; peakMiB: number; out: string }>

// Each process tells the most memory it held, as its last word on standard error.
const tellPeak = `data:text/javascript,process.on('exit',()=>process.stderr.write('peak '+process.resourceUsage().maxRSS+' KiB'))`

const runProcess = (args: readonly string[]): Promise<Ran> =>
  new Promise((done, fail) => {
    const started = performance.now()
    const child = spawn(process.execPath, ['--import', tellPeak, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    let [out, err] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
    child.once('close', (code) => {
      const peak = /peak (\d+) KiB$/.exec(err)
      if (code !== 0 || peak === null) return fail(new Error(`it ended with ${code}: ${err}`))
      return done({ seconds: (performance.now() - started) / 1000, peakMiB: Number(peak[1]) / 1024, out })
    })
  })

const readOnly = `
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
let total = 0
for await (const line of createInterface({ input: createReadStream(process.argv[1]), crlfDelay: Infinity })) total += JSON.parse(line).gpus ?? 0
console.log(total)`

const median = (all: readonly number[]): number => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)]!

export const run = async (print: Print): Promise<boolean> => {
  const folder = fs.mkdtempSync(join(tmpdir(), 'offtake-bench-'))
  try {
    const [terms, readings] = [join(folder, 'bench.yaml'), join(folder, 'readings.ndjson')]
    fs.writeFileSync(terms, agreement)
    await writeReadings(readings)
    const settle = [
      'src/cli/offtake.ts',
      '--now',
      '2026-11-05T00:00:00Z',
      'settle',
      '--agreement',
      terms,
      '--readings',
      readings,
      '--month',
      month,
      '--json',
    ]
    const [ours, peer]: [Ran[], Ran[]] = [[], []]
    for (let i = 0; i < runs; i++) {
      peer.push(await runProcess(['--input-type=module', '-e', readOnly, readings]))
      ours.push(await runProcess(settle))
    }
    if (new Set(ours.map(({ out }) => out)).size !== 1) throw new Error('two settlements of the same files differ')
    const { waterfall } = JSON.parse(ours[0]!.out) as { waterfall: { sold: string; accepted: string } }
    const size = (fs.statSync(readings).size / 2 ** 20).toFixed(0)
    print(
      `${readingsInFile} readings (${2 * readingsInFile} starts and ends) of a block of ${gpus} GPUs in ${month}, ${size} MiB; median of ${runs}`,
    )
    print(`sold ${((100 * Number(waterfall.sold)) / Number(waterfall.accepted)).toFixed(1)} % of what was accepted`)
    const [our, their] = [ours, peer].map((all) => median(all.map(({ seconds }) => seconds))) as [number, number]
    const peak = (all: readonly Ran[]) => Math.max(...all.map(({ peakMiB }) => peakMiB)).toFixed(0)
    print(`offtake settle         ${our.toFixed(2).padStart(6)} s, peak memory ${peak(ours)} MiB`)
    print(`lines and JSON.parse   ${their.toFixed(2).padStart(6)} s, peak memory ${peak(peer)} MiB`)
    print(`ratio                  ${(our / their).toFixed(2).padStart(6)}`)
    return our <= timesMost * their
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}
