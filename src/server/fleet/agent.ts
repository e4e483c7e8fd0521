import { createHash } from 'node:crypto'
import type { Instant, Interval } from '../../core/base/time.ts'
import type { Reading } from '../../core/meter/reading.ts'
import type { AgentConfig } from './agent-config.ts'
import { handRowsMax, type Handed, type Outlet } from './outlet.ts'
import { runKey, type KeptNodes, type Moment, type NodeEvent, type Run, type Scheduler } from './scheduler.ts'
import { tellEvents, tellKept, tellRacks, tellRuns } from './tell.ts'
import { closeWaiting, openWaiting, sortOut, tellWaiting, type Waiting } from './waiting.ts'
import type { Watermark } from './watermark.ts'

type Tally = Readonly<{ accepted: number; repeats: number; refused: number }>
/** How far a round has come, of how far it has to go. */
export type RoundProgress = Tally & Readonly<{ from: Instant; at: Instant; to: Instant }>

export type RoundRequest = Readonly<{
  config: AgentConfig
  scheduler: Scheduler
  outlet: Outlet
  /** From the last round; undefined reads all there is. */
  watermark: Watermark | undefined
  /** Keeps how far it has come, after all that was over until then was handed on. */
  keep: (watermark: Watermark) => void
  /** What could not be told, in sentences. */
  note: (text: string) => void
  onProgress?: ((progress: RoundProgress) => void) | undefined
  signal?: AbortSignal | undefined
}>

export type RoundAnswer =
  | (Tally & Readonly<{ kind: 'told'; at: Instant; until: Instant; waiting: number }>)
  /** The scheduler's database does not yet have all that the scheduler knows: nothing was read. */
  | Readonly<{ kind: 'behind'; at: Instant; underWay: number }>

type Round = RoundRequest & Readonly<{ moment: Moment; until: Instant; waiting: Waiting }> & { told: Instant; racks: string; tally: Tally }

/** Cuts what is to be read into stretches that one answer can hold. */
const windowsOf = (from: Instant, until: Instant, seconds: number): Interval[] =>
  Array.from({ length: Math.max(0, Math.ceil((until - from) / seconds)) }, (_, i) => ({
    from: from + i * seconds,
    to: Math.min(until, from + (i + 1) * seconds),
  }))

/** Refusals of one batch that are named; how many there are is told always. */
const refusalsShownMax = 10

const sayRefusals = ({ note }: RoundRequest, { refusals, refused }: Handed): void => {
  const shown = refusals.slice(0, refusalsShownMax)
  for (const { id, problems } of shown)
    note(`${id} was refused: ${problems.map(({ pointer, message }) => `${pointer} ${message}`.trim()).join('; ')}`)
  if (refused > shown.length) note(`and ${refused - shown.length} more were refused`)
}

const handAll = async (round: Round, readings: readonly Reading[]): Promise<void> => {
  for (let at = 0; at < readings.length; at += handRowsMax) {
    round.signal?.throwIfAborted()
    const handed = await round.outlet.hand(readings.slice(at, at + handRowsMax))
    const { accepted, repeats, refused } = round.tally
    round.tally = { accepted: accepted + handed.accepted, repeats: repeats + handed.repeats, refused: refused + handed.refused }
    sayRefusals(round, handed)
  }
}

const keepMark = (round: Round): void =>
  round.keep({ version: 1, source: round.config.source, told: round.told, waiting: closeWaiting(round.waiting), racks: round.racks })

/** Reservations by their numbers, with those in which these runs ran: a run may have outlived its own. */
const withReservationsOf = async ({ scheduler, until }: Round, runs: readonly Run[], kept: readonly KeptNodes[]) => {
  const known = byNumber(kept)
  const missing = runs.filter(({ reservation }) => reservation !== undefined && !known.has(reservation))
  if (missing.length === 0) return known
  const first = missing.reduce((least, { start }) => Math.min(least, start), until)
  return new Map([...byNumber(await scheduler.kept({ from: first, to: until })), ...known])
}

const byNumber = (kept: readonly KeptNodes[]): ReadonlyMap<string, KeptNodes> => new Map(kept.map((each) => [each.number, each]))

/** Outages and reservations of all that is to be told: so few that they are read at once. */
type Few = Readonly<{ events: readonly NodeEvent[]; kept: readonly KeptNodes[] }>

/** Tells what came to an end in one window of what the scheduler's database has. */
const tellWindow = async (round: Round, window: Interval, { events, kept }: Few): Promise<void> => {
  const { config, scheduler, moment, waiting } = round
  const runs = await scheduler.runs(window)
  round.signal?.throwIfAborted()
  const known = sortOut(waiting, runs, moment, window.from)
  const telling = { config, cluster: scheduler.cluster, window }
  const told = [
    tellRuns(telling, known, await withReservationsOf(round, known, kept)),
    tellEvents(telling, events),
    tellKept(telling, kept),
  ]
  for (const text of new Set(told.flatMap(({ notes }) => notes))) round.note(text)
  await handAll(
    round,
    told.flatMap(({ readings }) => readings),
  )
  round.told = window.to
  keepMark(round)
}

/**
 * Looks again at the runs that wait for their end. Gaps are put down as told before they are handed on, for one that was told and forgotten would
 * never be lifted.
 */
const lookAgain = async (round: Round): Promise<void> => {
  const { config, scheduler, moment, until, told, waiting } = round
  const telling = { config, cluster: scheduler.cluster }
  for (const [key, waits] of waiting) {
    // The database lists a run with those that were under way when it began.
    const run = (await scheduler.runs({ from: waits.start, to: waits.start + 1 })).find((each) => runKey(each) === key)
    const kept = await withReservationsOf(round, run === undefined ? [] : [run], [])
    const owed = tellWaiting(waits, run, { telling, moment, until, told }, kept)
    for (const text of owed.notes) round.note(`run ${key} ${text}`)
    waiting.set(key, { ...waits, gaps: owed.gaps })
    keepMark(round)
    await handAll(round, owed.readings)
    if (owed.isSettled) waiting.delete(key)
    keepMark(round)
  }
}

/** Tells the racks where they are not those that were told last, and what of the scheduler's nodes is otherwise than configured. */
const tellInventory = async (round: Round): Promise<void> => {
  const { config, scheduler, note } = round
  const racks = tellRacks(config, scheduler.cluster)
  const digest = createHash('sha256').update(JSON.stringify(racks)).digest('hex')
  if (digest === round.racks) return
  const found = new Map((await scheduler.nodes()).map(({ node, gpus }) => [node, gpus]))
  const wrong = [...config.placeOf].filter(([node, { gpus }]) => found.get(node) !== gpus)
  const shown = wrong
    .slice(0, 5)
    .map(([node, { gpus }]) => `${node} should have ${gpus} GPUs and has ${found.get(node) ?? 'no place there'}`)
  if (wrong.length > 0) note(`${wrong.length} nodes are not as configured: ${shown.join('; ')}`)
  const more = [...found].filter(([node, gpus]) => gpus > 0 && !config.placeOf.has(node)).map(([node]) => node)
  if (more.length > 0) note(`${more.length} nodes with GPUs stand in no block, and nothing is told of them: ${more.slice(0, 5).join(', ')}`)
  await handAll(round, racks)
  round.racks = digest
}

/**
 * One round: everything that is over at the scheduler's database, and was not told, becomes readings that are handed on. What is told, and under
 * which ids, follows from the cluster's records and the configuration alone, so it may be told twice, by two agents, and from the beginning.
 */
export const tellRound = async (request: RoundRequest): Promise<RoundAnswer> => {
  const { config, scheduler, watermark } = request
  const moment = await scheduler.moment()
  if (moment.underWay > 0) return { kind: 'behind', at: moment.at, underWay: moment.underWay }
  const until = moment.at - config.settleSeconds
  const told = watermark?.told ?? config.from
  const round: Round = {
    ...request,
    moment,
    until,
    waiting: openWaiting(watermark),
    told,
    racks: watermark?.racks ?? '',
    tally: { accepted: 0, repeats: 0, refused: 0 },
  }
  await tellInventory(round)
  await lookAgain(round)
  const windows = windowsOf(told, until, config.windowSeconds)
  const all = { from: told, to: until }
  const few = windows.length === 0 ? { events: [], kept: [] } : { events: await scheduler.events(all), kept: await scheduler.kept(all) }
  for (const window of windows) {
    await tellWindow(round, window, few)
    round.onProgress?.({ ...round.tally, from: told, at: window.to, to: until })
  }
  return { kind: 'told', at: moment.at, until, waiting: round.waiting.size, ...round.tally }
}
