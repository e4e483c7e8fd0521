import type { Interval } from '../base/time.ts'
import type { Facts } from '../meter/facts.ts'
import type { Reading } from '../meter/reading.ts'
import type { Schedule } from '../terms/schedule.ts'
import { accountOf, askOf, type Account } from './account.ts'
import { readingFindings } from './beside.ts'
import { blockFindings, nodeFindings } from './collect.ts'
import { makeExcesses } from './excesses.ts'
import type { Finding } from './finding.ts'
import { heatRuns } from './heat.ts'
import { emptyIntake, take, type Intake } from './intake.ts'
import { lendWithin } from './lend.ts'
import { addSegment, clearHours, emptyHours, emptyVerdict, judgeHour, limitsOf } from './judge.ts'
import { bitsOf } from './market.ts'
import { placesOf, type Places, type Stay } from './places.ts'
import { makePrices } from './prices.ts'
import { findingKinds, isRejecting, reasons, unprovenFrom } from './reason.ts'
import { sweep, type Field } from './sweep.ts'
import { emptyTally, flagBeside, tallyHour, type BlockTally, type Tally } from './tally.ts'
import type { NodeTelemetry } from './telemetry.ts'
import type { BesideTotals, BlockTotals, Unlocated, Verification } from './verification.ts'

/** Holds the claims of a window against readings and telemetry: all readings first, then the telemetry node by node, then the result. */
export type Verifier = Readonly<{
  /** Takes in one accepted reading (see `collate`) with the SHA-256 of its content, in hex; false where no claim is held against it. */
  add: (reading: Reading, digest: string) => boolean
  /** Judges one node, in any order. Throws `RangeError` where it was judged before, or begins within an hour. After it no reading is taken. */
  judge: (telemetry: NodeTelemetry) => void
  /** The result, by the facts that the meter makes of the same readings; nodes not judged have no evidence. */
  result: (facts: Facts) => Verification
}>

type Court = Readonly<{
  intake: Intake
  field: Field
  tally: Tally
  isRead: readonly boolean[]
  judged: Uint8Array
  heard: Uint8Array
  strangers: { count: number }
}>

const open = (intake: Intake): Court => {
  const { schedule, grid } = intake
  const places: Places = placesOf(intake)
  const isRead = schedule.blocks.map(({ id }) =>
    intake.named.some(({ block, what }) => block === id && (what === 'claim' || what === 'earlyClaim')),
  )
  const asksFree = schedule.blocks.map(
    ({ id }, i) => !isRead[i]! || places.loose.some(({ block, what }) => block === id && (what === 'claim' || what === 'earlyClaim')),
  )
  return {
    intake,
    field: { log: intake.log, places, grid, bits: schedule.blocks.map((_, block) => bitsOf(intake, places.loose, block)) },
    tally: emptyTally(asksFree, places.racks.length, grid.hours),
    isRead,
    judged: new Uint8Array(places.stays.length),
    heard: new Uint8Array(schedule.blocks.length),
    strangers: { count: 0 },
  }
}

/** Judges nodes one after the other with one set of columns. */
const makeBench = ({ intake, field, tally }: Court) => {
  const { grid, schedule } = intake
  const limits = limitsOf(grid, schedule.claims)
  const node = emptyHours(grid.hours)
  const verdict = emptyVerdict()
  return (at: number, stay: Stay, telemetry: NodeTelemetry | undefined, isBlind: boolean): void => {
    clearHours(node)
    const excesses = makeExcesses(grid.hours, limits.agreed[0]!.clockSkewSeconds)
    sweep(field, stay, (segment) => {
      addSegment(node, segment, stay.gpus)
      excesses.add(segment)
    })
    const asked = { node, gpus: stay.gpus, telemetry, grid, limits, needed: limits.needed(stay.gpus) }
    const { double, overlap } = excesses.close()
    for (let hour = 0; hour < grid.hours; hour++) {
      judgeHour(verdict, asked, hour)
      tallyHour(tally, { at, stay, node, hour, verdict, isBlind })
      if (double[hour]! > 0) flagBeside(tally, at, hour, 'double', double[hour]!)
      if (overlap[hour]! > 0) flagBeside(tally, at, hour, 'overlap', overlap[hour]!)
    }
  }
}

const accountsOf = ({ intake, field, tally, isRead }: Court, facts: Facts): Account[] => {
  const { blocks, pools } = intake.schedule
  const standings = blocks.map(({ id }, i) => {
    const ofBlock = facts.blocks.find(({ block }) => block === id)!
    return { id, asked: askOf(intake, ofBlock, field.places.loose, isRead[i]!), free: tally.blocks[i]!.free }
  })
  const free = new Map(
    pools.flatMap((pool) => {
      const ofPool = pool.blocks.flatMap((block) => standings.filter(({ id }) => id === block))
      return lendWithin(pool.attribution, ofPool).map((each, i) => [ofPool[i]!.id, each] as const)
    }),
  )
  return standings.map(({ id, asked }) => accountOf(asked, free.get(id)!))
}

/** Of nodes of a block without any telemetry: what is left of their want of evidence when the account has absorbed its part of it. */
const darkOf = ({ dark, free }: BlockTally, account: Account): Float64Array =>
  dark[0].map((named, hour) => {
    const told = free.amounts[unprovenFrom]![hour]! - dark[1][hour]!
    return named + dark[1][hour]! - Math.max(0, account.absorbed[unprovenFrom]![hour]! - told)
  })

function* findingsOf(court: Court, accounts: readonly Account[], facts: Facts): Generator<Finding> {
  const { intake, field, tally } = court
  const priceAt = makePrices(intake.schedule, intake.grid.window, facts.indices)
  yield* nodeFindings({ intake, field, flags: tally.flags, accounts, priceAt })
  for (const [i, { id }] of intake.schedule.blocks.entries())
    for (const [reason, amounts] of accounts[i]!.ofBlock.entries()) {
      const dark = reason === unprovenFrom ? darkOf(tally.blocks[i]!, accounts[i]!) : undefined
      yield* blockFindings(
        { intake, priceAt },
        id,
        reason,
        dark === undefined ? amounts : amounts.map((amount, hour) => amount + dark[hour]!),
      )
    }
  yield* readingFindings(intake)
}

const sum = (column: Float64Array): number => column.reduce((total, value) => total + value, 0)

/** Totals of a block, from what was counted; the findings are held against them. */
const totalsOf = ({ intake, tally, isRead }: Court, accounts: readonly Account[], findings: readonly Finding[]): BlockTotals[] => {
  const byBlock = Map.groupBy(
    findings.filter(({ verdict }) => verdict !== 'beside'),
    ({ subject, kind }) => `${subject} ${kind}`,
  )
  return intake.schedule.blocks.map(({ id }, i): BlockTotals => {
    const { named, amounts, alone, free } = tally.blocks[i]!
    const account = accounts[i]!
    const ofReasons = reasons.map((reason, at) => {
      const found = byBlock.get(`${id} ${reason}`) ?? []
      const gpuSeconds = amounts[at]! + sum(free.amounts[at]!) - sum(account.absorbed[at]!) + sum(account.ofBlock[at]!)
      const inFindings = found.reduce((total, each) => total + each.gpuSeconds, 0)
      if (inFindings !== gpuSeconds) throw new Error(`${id}: findings of ${reason} make ${inFindings} GPU-seconds of ${gpuSeconds}`)
      const minor = found.reduce((total, each) => total + (each.minor ?? 0n), 0n)
      return { reason, gpuSeconds, alone: alone[at]! + account.alone[at]!, minor, findings: found.length }
    })
    const add = (isWanted: (reason: number) => boolean) =>
      ofReasons.reduce((total, each, at) => total + (isWanted(at) ? each.gpuSeconds : 0), 0)
    const [claimed, eligible] = [named.claimed + account.claimed, named.eligible + account.eligible]
    const [rejected, unproven] = [add(isRejecting), add((reason) => !isRejecting(reason))]
    if (claimed !== eligible + rejected + unproven)
      throw new Error(`${id}: ${claimed} GPU-seconds claimed are not ${eligible} eligible, ${rejected} rejected and ${unproven} unproven`)
    return { block: id, basis: isRead[i]! ? 'claims' : 'derived', claimed, eligible, rejected, unproven, reasons: ofReasons }
  })
}

const besideOf = (findings: readonly Finding[], currency: string): BesideTotals[] =>
  findingKinds.flatMap((kind) => {
    const found = findings.filter((each) => each.verdict === 'beside' && each.kind === kind)
    if (found.length === 0) return []
    const minor = found.reduce((total, each) => total + (each.currency === currency ? (each.minor ?? 0n) : 0n), 0n)
    return [{ kind, gpuSeconds: found.reduce((total, each) => total + each.gpuSeconds, 0), minor, findings: found.length }]
  })

const unlocatedOf = ({ intake, field, judged, strangers }: Court, silent: number): Unlocated => ({
  sales: [...intake.placeless].map(([pool, gpuSeconds]) => ({ pool, gpuSeconds })).toSorted((a, b) => (a.pool < b.pool ? -1 : 1)),
  strangers: strangers.count,
  nodes: judged.length,
  silent,
  sentences: field.places.problems,
})

const compareFindings = (a: Finding, b: Finding): number => {
  const [first, second] = [a.minor ?? 0n, b.minor ?? 0n]
  return first !== second ? (first > second ? -1 : 1) : b.gpuSeconds - a.gpuSeconds || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
}

const conclude = (court: Court, facts: Facts): Verification => {
  const { intake, field, tally, judged, heard } = court
  const judgeNode = makeBench(court)
  let silent = 0
  for (const [at, stay] of field.places.stays.entries()) {
    if (judged[at] === 1) continue
    judged[at] = 1
    silent += 1
    judgeNode(at, stay, undefined, heard[stay.block] === 0)
  }
  const accounts = accountsOf(court, facts)
  const findings = [...findingsOf(court, accounts, facts)].toSorted(compareFindings)
  return {
    window: intake.grid.window,
    firstHour: intake.grid.first,
    blocks: totalsOf(court, accounts, findings),
    beside: besideOf(findings, intake.schedule.currency),
    unlocated: unlocatedOf(court, silent),
    findings,
    racks: field.places.racks.map(({ unit, block, gpus }) => ({ rack: unit, block: intake.schedule.blocks[block]!.id, gpus })),
    heatOf: (rack) => heatRuns(tally.heat, rack),
  }
}

/** A verifier of the claims on one agreement's blocks over one window of at most two months. */
export const makeVerifier = (schedule: Schedule, window: Interval): Verifier => {
  const intake = emptyIntake(schedule, window)
  let court: Court | undefined
  let judgeNode: ReturnType<typeof makeBench> | undefined
  return {
    add: (reading, digest) => {
      if (court !== undefined) throw new RangeError('a reading after the first node was judged')
      return take(intake, reading, digest)
    },
    judge: (telemetry) => {
      court ??= open(intake)
      judgeNode ??= makeBench(court)
      if (telemetry.from % 3600 !== 0) throw new RangeError(`telemetry of ${telemetry.node} begins at ${telemetry.from}, within an hour`)
      const number = intake.nodes.get(telemetry.node)
      const at = number === undefined ? -1 : court.field.places.stayOf[number]!
      if (at < 0) return void (court.strangers.count += 1)
      if (court.judged[at] === 1) throw new RangeError(`telemetry of ${telemetry.node} came twice`)
      const stay = court.field.places.stays[at]!
      court.judged[at] = 1
      court.heard[stay.block] = 1
      judgeNode(at, stay, telemetry, false)
    },
    result: (facts) => conclude((court ??= open(intake)), facts),
  }
}
