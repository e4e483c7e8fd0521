import type { Instant } from '../../core/base/time.ts'
import type { Curtailment } from '../../core/meter/reading.ts'
import type { CloudEvent } from '../fleet/cloud-event.ts'
import { digestOf } from '../fleet/digest.ts'
import type { FlexMapping } from '../fleet/flex-mapping.ts'
import { firstState, type FeedState } from '../fleet/flex-schedule.ts'
import { takeFlexEvent } from '../fleet/flex.ts'
import { findOperated, loadRegistry, narrow } from '../store/agreements.ts'
import type { ImportRefusal } from '../store/batches.ts'
import { asSystem, type Store } from '../store/database.ts'
import { findFeedStates, swapFeedState } from '../store/feed-states.ts'
import { inTransaction, type Work } from '../store/transaction.ts'
import type { By } from '../store/audit.ts'
import { importReadings, type ImportAnswer } from './import-readings.ts'
import { Overtaken, tryAgain } from './try-again.ts'

/** Events of DSX Flex, each with its number in the request, from 1. */
export type NumberedEvent = Readonly<{ line: number; event: CloudEvent }>

export type FlexRequest = Readonly<{
  events: readonly NumberedEvent[]
  mapping: FlexMapping
  file: string
  now: Instant
  by: By
  party?: string | undefined
}>

export type FlexImport =
  | ImportAnswer
  /** Nothing is over that could be told; what was heard is kept. */
  | Readonly<{ kind: 'heard' }>
  /** Nothing was written. */
  | Readonly<{ kind: 'unread'; refusals: readonly ImportRefusal[] }>

type Told = Readonly<{ line: number; reading: Curtailment }>
type Drawn = Readonly<{ told: readonly Told[]; states: ReadonlyMap<string, FeedState>; refusals: readonly ImportRefusal[] }>

/** What the events make of the states, one after the other. */
const draw = (before: ReadonlyMap<string, FeedState>, { events, mapping, now }: FlexRequest): Drawn => {
  const [told, refusals]: [Told[], ImportRefusal[]] = [[], []]
  const states = new Map(before)
  for (const { line, event } of events) {
    const answer = takeFlexEvent(event, mapping, { stateOf: (feed) => states.get(feed) ?? firstState, now })
    if ('problems' in answer) {
      refusals.push({ line, problems: answer.problems })
      continue
    }
    told.push(...answer.readings.map((reading) => ({ line, reading })))
    for (const [feed, state] of answer.states) states.set(feed, state)
  }
  return { told, states, refusals }
}

/**
 * The feeds that a party tells of: those that power blocks of agreements that it operates. The others are for it as feeds of which nobody has said what
 * they power: it can neither move them on nor learn their names.
 */
const ownFeeds = async (store: Store, { mapping, party }: FlexRequest): Promise<FlexMapping> => {
  if (party === undefined) return mapping
  const { blocks } = await asSystem(store.database, async (tx) => narrow(await loadRegistry(tx), await findOperated(tx, party)))
  return { ...mapping, feeds: new Map([...mapping.feeds].filter(([, { block }]) => blocks.has(block))) }
}

/** Puts the new states in the place of those they were made from, or says that somebody else has. */
const keepStates = async (tx: Work, source: string, before: ReadonlyMap<string, string>, states: Drawn['states']): Promise<void> => {
  // In one order for all, so that two imports do not wait for each other.
  for (const [feed, state] of [...states].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const after = JSON.stringify(state)
    if (after === before.get(feed)) continue
    if (!(await swapFeedState(tx, { source, feed, before: before.get(feed), after, at: state.at })))
      throw new Overtaken(`another event of feed ${feed} came first`)
  }
}

/**
 * Takes events of DSX Flex in: curtailments that are over become readings, and what is not over yet is kept beside them, in one transaction.
 * All of them are taken, or none. A party is heard on its own feeds alone. Idempotent: an event that comes again, or after later ones of its feed, changes nothing.
 */
export const importFlex = (store: Store, request: FlexRequest): Promise<FlexImport> =>
  tryAgain(async (): Promise<FlexImport> => {
    const { source } = request.mapping
    const mapping = await ownFeeds(store, request)
    const before = await findFeedStates(store, source)
    const { told, states, refusals } = draw(new Map([...before].map(([feed, text]) => [feed, JSON.parse(text) as FeedState])), {
      ...request,
      mapping,
    })
    if (refusals.length > 0) return { kind: 'unread', refusals }
    if (told.length === 0) {
      await inTransaction(store, (tx) => keepStates(tx, source, before, states))
      return { kind: 'heard' }
    }
    const rows = told.map((each) => ({ ...each, digest: digestOf(each.reading) }))
    return importReadings(store, {
      rows: (async function* () {
        yield { rows, refusals: [], bytesRead: 0 }
      })(),
      file: request.file,
      mode: 'all-or-nothing',
      now: request.now,
      by: request.by,
      party: request.party,
      also: (tx) => keepStates(tx, source, before, states),
    })
  })
