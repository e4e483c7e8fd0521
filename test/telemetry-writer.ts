// Appends batches to a telemetry store until it is killed, several at once, some of them twice, and folds now and then. A line on standard output
// is the word that a batch is kept: FOLDER ROUND NOW-MS are its arguments, and `NODE SAMPLES` the line.
import { writeSync } from 'node:fs'
import { openTelemetry } from '../src/server/telemetry/telemetry.ts'

const [folder, round, nowText] = process.argv.slice(2) as [string, string, string]
const nowMs = Number(nowText)
const telemetry = await openTelemetry({ path: folder }, { nowMs: () => nowMs })
writeSync(1, 'open\n')

const hourStart = Math.floor(nowMs / 3_600_000) * 3_600_000
// Batches of one sample to some hundreds, over the ends of hours.
const batch = (node: string, length: number) => ({
  factory: 'batam',
  series: [{ node, gpu: 0, metric: 'DCGM_FI_DEV_GPU_UTIL' }],
  of: new Uint32Array(length),
  timestampMs: Float64Array.from({ length }, (_, i) => hourStart - i * 7_000),
  value: new Float64Array(length).fill(50),
})

const work = async (lane: number): Promise<never> => {
  for (let i = 0; ; i++) {
    const node = `b${round}-${lane}-${i}`
    const samples = 1 + ((i * 7919 + lane * 104_729) % 1200)
    if (i % 5 === 0) void telemetry.append(batch(node, samples)).catch(() => {})
    await telemetry.append(batch(node, samples))
    writeSync(1, `${node} ${samples}\n`)
    if (lane === 0 && i % 4 === 3) await telemetry.fold(nowMs / 1000)
  }
}
await Promise.all([0, 1, 2].map(work))
