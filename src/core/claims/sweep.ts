import type { Steps } from '../base/steps.ts'
import { whats, type EventLog } from './events.ts'
import { hourSeconds, type Grid } from './grid.ts'
import type { Places, RackPlace, Stay } from './places.ts'

/** A stretch in which nothing changes on a node, within one hour: one object, written over. Counts are GPUs; times seconds from the window's start. */
export type Segment = {
  hour: number
  from: number
  to: number
  /** Whether the node stands in its rack and is accepted. */
  accepted: boolean
  /** Sold, at most the node's GPUs; sold to several buyers at once, beyond them; run twice at once by one buyer, beyond them. */
  sold: number
  double: number
  overlap: number
  /** Out of service, the largest reading; the planned part of it. */
  out: number
  planned: number
  /** Neither sold nor out: sales fill working GPUs first. Nothing before acceptance. */
  free: number
  /** Without evidence of health. */
  gap: number
  /** Claimed by name, at most the node's GPUs; the part of it that was not claimed too early. */
  claim: number
  plausible: number
  /** What holds of the whole block: see `bitsOf`. */
  bits: number
}

export type Field = Readonly<{ log: EventLog; places: Places; grid: Grid; bits: readonly Steps[] }>

type Holding = { reserved: number; allocated: number }

/** Who holds the GPUs of one node, kept up to date event by event. */
const makeSales = (gpus: number) => {
  const buyers = new Map<number, Holding>()
  let [total, overlap] = [0, 0]
  const put = (buyer: number, reserved: number, allocated: number): void => {
    let holding = buyers.get(buyer)
    if (holding === undefined) buyers.set(buyer, (holding = { reserved: 0, allocated: 0 }))
    const before = Math.max(holding.reserved, holding.allocated)
    holding.reserved += reserved
    holding.allocated += allocated
    const after = Math.max(holding.reserved, holding.allocated)
    total += Math.min(gpus, after) - Math.min(gpus, before)
    overlap += Math.max(0, after - gpus) - Math.max(0, before - gpus)
    if (holding.reserved === 0 && holding.allocated === 0) buyers.delete(buyer)
  }
  return { put, total: () => total, overlap: () => overlap }
}

/** The largest of the readings under way, of each sort that speaks of the same GPUs. */
const makeLargest = () => {
  const active: number[][] = [[], [], [], [], []]
  return {
    put: (what: number, gpus: number): void => void active[what - whats.planned]!.push(gpus),
    take: (what: number, gpus: number): void => void active[what - whats.planned]!.splice(active[what - whats.planned]!.indexOf(gpus), 1),
    most: (what: number): number => {
      const all = active[what - whats.planned]!
      let most = 0
      for (const gpus of all) if (gpus > most) most = gpus
      return most
    },
  }
}

/** Starts and ends of the node's intervals, in order of time: each is time × twice the number of intervals + twice its place, and 1 where it starts. */
const codesOf = ({ log, places: { events } }: Field, node: number): Float64Array => {
  const [first, last] = [events.starts[node]!, events.starts[node + 1]!]
  const scale = 2 * (last - first)
  const codes = new Float64Array(scale)
  for (let i = first; i < last; i++) {
    const event = events.order[i]!
    codes[2 * (i - first)] = log.froms[event]! * scale + 2 * (i - first) + 1
    codes[2 * (i - first) + 1] = log.tos[event]! * scale + 2 * (i - first)
  }
  return codes.toSorted()
}

const makeState = (field: Field, stay: Stay) => {
  const { log, places } = field
  const codes = codesOf(field, stay.node)
  const first = places.events.starts[stay.node]!
  const [sales, largest] = [makeSales(stay.gpus), makeLargest()]
  let at = 0
  const apply = (code: number): void => {
    const event = places.events.order[first + ((code % codes.length) >> 1)]!
    const isStart = code % 2 === 1
    const [what, gpus] = [log.whats[event]!, log.counts[event]!]
    if (what === whats.reserved) sales.put(log.buyers[event]!, isStart ? gpus : -gpus, 0)
    else if (what === whats.allocated) sales.put(log.buyers[event]!, 0, isStart ? gpus : -gpus)
    else if (isStart) largest.put(what, gpus)
    else largest.take(what, gpus)
  }
  /** Moves up to an instant and answers when something happens next. */
  const moveTo = (now: number): number => {
    while (at < codes.length && Math.floor(codes[at]! / codes.length) <= now) apply(codes[at++]!)
    return at < codes.length ? Math.floor(codes[at]! / codes.length) : Infinity
  }
  return { sales, largest, moveTo }
}

type State = ReturnType<typeof makeState>

const read = (segment: Segment, { sales, largest }: State, gpus: number): void => {
  const most = (what: keyof typeof whats) => Math.min(gpus, largest.most(whats[what]))
  segment.sold = Math.min(gpus, sales.total())
  segment.double = sales.total() - segment.sold
  segment.overlap = sales.overlap()
  segment.planned = most('planned')
  segment.out = Math.max(segment.planned, most('unavailable'))
  segment.gap = most('gap')
  segment.plausible = most('claim')
  segment.claim = Math.max(segment.plausible, most('earlyClaim'))
}

const emptySegment = (): Segment => ({
  hour: 0,
  from: 0,
  to: 0,
  accepted: false,
  sold: 0,
  double: 0,
  overlap: 0,
  out: 0,
  planned: 0,
  free: 0,
  gap: 0,
  claim: 0,
  plausible: 0,
  bits: 0,
})

const isAccepted = ({ from, to, acceptedFrom }: RackPlace, at: number): boolean => at >= from && at < to && at >= acceptedFrom

/** Visits the stretches of one node over the window, in order of time. */
export const sweep = (field: Field, stay: Stay, visit: (segment: Segment) => void): void => {
  const { grid, places, bits } = field
  const rack = places.racks[stay.rack]!
  const marks = [rack.from, rack.acceptedFrom, rack.to]
  const { starts, values } = bits[stay.block]!
  const lead = grid.window.from - grid.first
  const end = grid.window.to - grid.window.from
  const state = makeState(field, stay)
  const segment = emptySegment()
  let [next, bit] = [0, -1]
  for (let at = 0; at < end;) {
    if (next <= at) {
      next = state.moveTo(at)
      read(segment, state, stay.gpus)
    }
    while (bit + 1 < starts.length && starts[bit + 1]! <= at) bit++
    segment.bits = bit < 0 ? 0 : values[bit]!
    segment.hour = Math.floor((at + lead) / hourSeconds)
    segment.accepted = isAccepted(rack, at)
    segment.free = segment.accepted ? Math.max(0, stay.gpus - segment.out - segment.sold) : 0
    let to = Math.min(end, (segment.hour + 1) * hourSeconds - lead, next, starts[bit + 1] ?? Infinity)
    for (const mark of marks) if (mark > at && mark < to) to = mark
    segment.from = at
    segment.to = to
    visit(segment)
    at = to
  }
}
