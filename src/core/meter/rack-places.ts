import type { BlockId, TrancheId } from '../base/id.ts'
import type { Instant } from '../base/time.ts'
import { expandHosts } from '../capacity/hostlist.ts'
import { nodeOf, noOrder, pushSaid, type NamedOut, type RackLog } from './rack-log.ts'

/** A rack by its name: `unit` as other readings say it. The part before the last `/` is its hall; empty where it has none. */
export type RackPlace = Readonly<{ unit: string; hall: string; block: BlockId; gpus: number; nodes: readonly string[] }>

/** A node while it stands in its rack and is accepted. */
export type NodeStay = Readonly<{ node: number; name: string; rack: number; gpus: number; from: Instant; to: Instant }>

export type RackPlaces = Readonly<{
  racks: readonly RackPlace[]
  stays: readonly NodeStay[]
  /** Sentences on what could not be placed; the first of them. */
  problems: readonly string[]
}>

const problemsMax = 20

export const hallOf = (unit: string): string => unit.slice(0, Math.max(0, unit.lastIndexOf('/')))

/** Names in the order in which people count: `r2` before `r10`. */
export const inNaturalOrder = new Intl.Collator('en', { numeric: true }).compare

/** When what a rack belongs to was accepted: its tranche; where it names none, the last of its block. */
const acceptedAt = ({ schedule, acceptances }: RackLog, block: BlockId, tranche: TrancheId | undefined): Instant => {
  const wanted = tranche === undefined ? schedule.blocks.find(({ id }) => id === block)!.tranches.map(({ id }) => id) : [tranche]
  const first = (id: TrancheId): Instant =>
    Math.min(Infinity, ...acceptances.filter((each) => each.block === block && each.tranche === id).map(({ at }) => at))
  return Math.max(...wanted.map(first))
}

/** Puts what was named in its place: on a node, on the nodes of a rack, or on those of the rack that it names a part of. */
const placeNamed = (log: RackLog, { unit, gpus, says, from, to }: NamedOut, stays: ReadonlyMap<string, readonly NodeStay[]>): boolean => {
  const parts = unit.split('/')
  // A part of a rack, such as `hall-1/r007/tray-3`, is looked for by what stands before it.
  const names = parts.map((_, i) => parts.slice(0, parts.length - i).join('/'))
  const targets = names.map((name) => stays.get(name)).find((found) => found !== undefined) ?? []
  if (targets.length === 0) return false
  let left = gpus ?? Infinity
  for (const node of new Set(targets.map((each) => each.node))) {
    const count = Math.min(left, targets.find((each) => each.node === node)!.gpus)
    pushSaid(log, { node, says, gpus: count, order: noOrder, from, to })
    left -= count
  }
  return true
}

/** Where everything stands, once all readings are in; places what was told of racks and nodes by name. Call once. */
export const placesOf = (log: RackLog): RackPlaces => {
  const problems: string[] = []
  const racks: RackPlace[] = []
  const stays: NodeStay[] = []
  const numbers = new Map<string, number>()
  const taken = new Map<number, NodeStay[]>()
  const inOrder = log.racks.toSorted((a, b) => inNaturalOrder(a.unit, b.unit) || a.from - b.from)
  for (const { unit, block, nodes, gpus, tranche, from, to = Infinity } of inOrder) {
    const names = expandHosts(nodes)
    const rack = numbers.get(unit) ?? racks.length
    numbers.set(unit, rack)
    racks[rack] = { unit, hall: hallOf(unit), block, gpus, nodes: names }
    const since = Math.max(from, acceptedAt(log, block, tranche))
    for (const name of names) {
      const node = nodeOf(log, name)
      const stay = { node, name, rack, gpus: gpus / names.length, from: since, to }
      const others = taken.get(node) ?? []
      const other = others.find((each) => each.from < to && since < each.to)
      if (other !== undefined) {
        problems.push(
          `Node ${name} stands in ${racks[other.rack]!.unit} and in ${unit} at once: it is drawn in ${racks[other.rack]!.unit}.`,
        )
        continue
      }
      taken.set(node, [...others, stay])
      stays.push(stay)
    }
  }
  const byName = new Map([...Map.groupBy(stays, ({ rack }) => racks[rack]!.unit), ...Map.groupBy(stays, ({ name }) => name)])
  const lost = log.named.filter((named) => !placeNamed(log, named, byName))
  const units = [...new Set(lost.map(({ unit }) => unit))]
  if (units.length > 0)
    problems.push(
      `No rack or node on record is named ${units.slice(0, 3).join(', ')}${units.length > 3 ? ` or ${units.length - 3} others` : ''}.`,
    )
  return { racks, stays, problems: problems.slice(0, problemsMax) }
}
