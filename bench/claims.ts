import * as fs from 'node:fs'
import { join } from 'node:path'
import { monthInterval } from '../src/core/base/time.ts'
import { during, zero } from '../src/core/base/steps.ts'
import type { NodeTelemetry } from '../src/core/claims/telemetry.ts'
import { makeVerifier } from '../src/core/claims/verify.ts'
import type { Facts } from '../src/core/meter/facts.ts'
import type { Reading } from '../src/core/meter/reading.ts'
import { clauseKinds } from '../src/core/settlement/kinds.ts'
import { parseAgreement } from '../src/core/terms/parse.ts'
import { resolve } from '../src/core/terms/resolve.ts'
import { openTelemetry, type Telemetry } from '../src/server/telemetry/telemetry.ts'
import { fillMonth, nodeName } from './parts/telemetry-month.ts'
import type { Print } from './run.ts'

export const name = 'claims'
export const claim =
  'the claims of a month of 42,498 nodes, held against 9 million located intervals and 126 million hourly rows of telemetry in the embedded store, read node by node: in three minutes and 4 GB on two cores, and how that compares with reading the rows alone'

const [racks, nodesOfRack, gpus] = [2361, 18, 4]
const nodes = racks * nodesOfRack
const intervals = 9_000_000

const document = `
offtake: 1
agreement: campus
title: Campus
parties: [{ id: grantor, name: Grantor, role: guarantor }, { id: cloud, name: Cloud, role: operator }]
zone: Asia/Jakarta
currency: USD
term: { from: 2026-08-01, through: 2033-07-31 }
blocks: [{ id: all, factory: hall, region: R, sku: S, tranches: [{ id: a, gpus: ${nodes * gpus}, due: 2026-08-01 }] }]
pools: [{ id: all, attribution: supported-first, blocks: [all] }]
clauses: [{ id: backstop, kind: capacity-backstop, payer: grantor, payee: cloud, covers: [all], price: '2.30', measure: instant }]
settlement: { netting: true, due: { days: 30 } }
`

const scheduleOf = () => {
  const parsed = parseAgreement(document, clauseKinds)
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems))
  const schedule = resolve([parsed], clauseKinds)
  if ('problems' in schedule) throw new Error(JSON.stringify(schedule.problems))
  return schedule
}

const digest = (n: number): string => n.toString(16).padStart(64, '0')

/** Seconds of a stretch between two sales, and how many of them are sold. */
const stepOf = (seconds: number) => {
  const step = Math.floor(seconds / Math.floor(intervals / nodes))
  return { step, sold: Math.floor(step * 0.8) }
}

/** GPUs run kernels nine tenths of the time for which they are sold; of one node in ten, one hour in fifty they run all the time, sold or not. */
const activeText = (seconds: number): string => {
  const { step, sold } = stepOf(seconds)
  const until = (at: string) => `(intDiv(${at}, ${step}) * ${sold} + least((${at}) % ${step}, ${sold}))`
  const busy = `toUInt32((${until('at * 3600 + 3600')} - ${until('at * 3600')}) * 9 / 10)`
  return `if(unit % 10 = 0 AND cityHash64(unit, at) % 50 = 0, toUInt32(3600), ${busy})`
}

const addReadings = (verifier: ReturnType<typeof makeVerifier>, window: { from: number; to: number }): void => {
  let number = 0
  const add = (reading: object): void => void verifier.add({ source: 's', id: `${number}`, ...reading } as Reading, digest(number++))
  add({ kind: 'acceptance', block: 'all', tranche: 'a', at: window.from - 1, design: 1, tested: 1 })
  for (let rack = 0; rack < racks; rack++)
    add({
      kind: 'rack',
      block: 'all',
      unit: `hall/${rack}`,
      nodes: `b1-r${`${rack + 1}`.padStart(4, '0')}-n[01-18]`,
      gpus: nodesOfRack * gpus,
      from: window.from - 1,
    })
  const each = Math.floor(intervals / nodes)
  const { step, sold } = stepOf(window.to - window.from)
  for (let node = 0; node < nodes; node++)
    for (let i = 0; i < each; i++) {
      const from = window.from + i * step
      add({ kind: 'allocation', pool: 'all', nodes: nodeName(node), gpus, tenant: `t${i % 7}`, from, to: from + sold })
    }
}

const folder = join(import.meta.dirname, '../.cache/bench/claims')
const seconds = (since: number): number => (performance.now() - since) / 1000

/** The least that anybody has to do with so much telemetry: to read it and look at each figure once. */
const scan = async (all: AsyncIterable<NodeTelemetry>): Promise<number> => {
  let sum = 0
  for await (const { covered, active, powered } of all)
    for (let hour = 0; hour < covered.length; hour++) sum += covered[hour]! + Math.max(active[hour]!, powered[hour]!)
  return sum
}

const judgeAll = async (print: Print, telemetry: Telemetry): Promise<boolean> => {
  const schedule = scheduleOf()
  const window = monthInterval('2026-10', schedule.zone)
  const hours = (window.to - window.from) / 3600
  let at = performance.now()
  const whole = window.to - window.from
  await fillMonth(telemetry, { factory: 'hall', from: window.from, hours, nodes, active: activeText(whole) })
  print(`(made ${(nodes * gpus * hours).toLocaleString('en')} hourly rows in ${seconds(at).toFixed(0)} s)`)
  const read = () => telemetry.nodeMonths({ factory: 'hall', ...window })
  at = performance.now()
  await scan(read())
  const scanning = seconds(at)
  const verifier = makeVerifier(schedule, window)
  at = performance.now()
  addReadings(verifier, window)
  const taking = seconds(at)
  print(`${intervals.toLocaleString('en')} located intervals taken in: ${taking.toFixed(1)} s`)
  at = performance.now()
  for await (const node of read()) verifier.judge(node)
  const judging = seconds(at)
  at = performance.now()
  const all = during(window.from, window.to, nodes * gpus)
  const block = { block: 'all', accepted: all, presumed: { available: all, called: zero, sold: zero } }
  const { blocks, findings } = verifier.result({ window, blocks: [block], indices: [] } as unknown as Facts)
  const concluding = seconds(at)
  const memory = process.resourceUsage().maxRSS / 2 ** 20
  print(
    `${(nodes * hours).toLocaleString('en')} node-hours read from the store and judged: ${judging.toFixed(1)} s, ${(judging / scanning).toFixed(1)} × reading them alone (${scanning.toFixed(1)} s)`,
  )
  print(
    `${findings.length.toLocaleString('en')} findings of ${(blocks[0]!.claimed / 3600).toLocaleString('en')} claimed GPU-hours: ${concluding.toFixed(1)} s`,
  )
  const total = taking + judging + concluding
  print(
    `the claim check: ${total.toFixed(1)} s, at most ${memory.toFixed(2)} GB of this process, ClickHouse and all that was made up included`,
  )
  return total < 180 && memory < 4
}

export const run = async (print: Print): Promise<boolean> => {
  fs.rmSync(folder, { recursive: true, force: true })
  const telemetry = await openTelemetry({ path: folder }, { nowMs: () => Date.UTC(2026, 10, 5) })
  try {
    return await judgeAll(print, telemetry)
  } finally {
    await telemetry.close()
    fs.rmSync(folder, { recursive: true, force: true })
  }
}
