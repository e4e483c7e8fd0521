import { monthInterval } from '../src/core/base/time.ts'
import { during, zero } from '../src/core/base/steps.ts'
import type { NodeTelemetry } from '../src/core/claims/telemetry.ts'
import { makeVerifier } from '../src/core/claims/verify.ts'
import type { Facts } from '../src/core/meter/facts.ts'
import type { Reading } from '../src/core/meter/reading.ts'
import { clauseKinds } from '../src/core/settlement/kinds.ts'
import { parseAgreement } from '../src/core/terms/parse.ts'
import { resolve } from '../src/core/terms/resolve.ts'
import { makeRng } from '../src/server/history/rng.ts'
import type { Print } from './run.ts'

export const name = 'claims'
export const claim =
  'the claims of a month of 42,498 nodes, 9 million located intervals and 127 million GPU-hours of telemetry: under 90 s of a processor and 2 GB'

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

const nodeName = (node: number): string => `b${1 + Math.floor(node / nodesOfRack)}-n${`${1 + (node % nodesOfRack)}`.padStart(2, '0')}`
const digest = (n: number): string => n.toString(16).padStart(64, '0')

/** One node's month, drawn into columns that are used again for the next: a tenth of the nodes run something now and then, all are covered. */
const makeTelemetry = (from: number, hours: number) => {
  const rng = makeRng(1, 'telemetry')
  const columns = {
    covered: new Uint32Array(hours),
    active: new Uint32Array(hours),
    powered: new Uint32Array(hours),
    wattsMax: new Float32Array(hours),
  }
  columns.covered.fill(gpus * 3600)
  return (node: number): NodeTelemetry => {
    for (let hour = 0; hour < hours; hour++) columns.active[hour] = node % 10 === 0 && rng() < 0.02 ? 9000 : 120
    return { node: nodeName(node), from, gpus, ...columns, xids: undefined }
  }
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
      nodes: `b${rack + 1}-n[01-18]`,
      gpus: nodesOfRack * gpus,
      from: window.from - 1,
    })
  const each = Math.floor(intervals / nodes)
  const step = Math.floor((window.to - window.from) / each)
  for (let node = 0; node < nodes; node++)
    for (let i = 0; i < each; i++) {
      const from = window.from + i * step
      add({ kind: 'allocation', pool: 'all', nodes: nodeName(node), gpus, tenant: `t${i % 7}`, from, to: from + Math.floor(step * 0.8) })
    }
}

/** The least that anybody has to do with so much telemetry: to look at each figure once. */
const scan = (telemetry: (node: number) => NodeTelemetry): number => {
  let sum = 0
  for (let node = 0; node < nodes; node++) {
    const { covered, active, powered } = telemetry(node)
    for (let hour = 0; hour < covered.length; hour++) sum += covered[hour]! + Math.max(active[hour]!, powered[hour]!)
  }
  return sum
}

export const run = async (print: Print): Promise<boolean> => {
  const schedule = scheduleOf()
  const window = monthInterval('2026-10', schedule.zone)
  const hours = (window.to - window.from) / 3600
  const verifier = makeVerifier(schedule, window)
  const seconds = (since: number): number => (performance.now() - since) / 1000
  let at = performance.now()
  addReadings(verifier, window)
  const taking = seconds(at)
  print(`${intervals.toLocaleString('en')} located intervals taken in: ${taking.toFixed(1)} s`)
  at = performance.now()
  scan(makeTelemetry(window.from, hours))
  const scanning = seconds(at)
  at = performance.now()
  const telemetry = makeTelemetry(window.from, hours)
  for (let node = 0; node < nodes; node++) verifier.judge(telemetry(node))
  const judging = seconds(at)
  at = performance.now()
  const all = during(window.from, window.to, nodes * gpus)
  const unsold = during(window.from, window.to, nodes * gpus)
  const block = { block: 'all', accepted: all, presumed: { available: unsold, called: zero, sold: zero } }
  const { blocks, findings } = verifier.result({ window, blocks: [block], indices: [] } as unknown as Facts)
  const concluding = seconds(at)
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage()
  const [memory, processor] = [maxRSS / 2 ** 20, (userCPUTime + systemCPUTime) / 1e6]
  print(
    `${(nodes * hours).toLocaleString('en')} node-hours judged: ${judging.toFixed(1)} s, ${(judging / scanning).toFixed(1)} × a scan of the same figures (${scanning.toFixed(1)} s)`,
  )
  print(
    `${findings.length.toLocaleString('en')} findings of ${(blocks[0]!.claimed / 3600).toLocaleString('en')} claimed GPU-hours: ${concluding.toFixed(1)} s`,
  )
  print(`all: ${(taking + judging + concluding).toFixed(1)} s, ${processor.toFixed(1)} s of a processor, at most ${memory.toFixed(2)} GB`)
  return processor < 90 && memory < 2
}
