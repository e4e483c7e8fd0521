import type { BlockId } from '../base/id.ts'
import type { Instant } from '../base/time.ts'
import { expandHosts } from '../capacity/hostlist.ts'
import { byNode, pushEvent, type ByNode } from './events.ts'
import { cutToAuthority } from './heard.ts'
import { nodeNumber, type Intake, type Placeable } from './intake.ts'

/** A rack as it stands in the window. */
export type RackPlace = Readonly<{
  unit: string
  block: number
  gpus: number
  /** Seconds from the start of the window, cut at it: when it stands there, and from when it is accepted. */
  from: number
  to: number
  acceptedFrom: number
  readings: readonly number[]
  nodes: readonly number[]
}>

/** One node in its rack: the unit in which claims are judged. Its place in the list is by its name. */
export type Stay = Readonly<{ node: number; name: string; rack: number; block: number; gpus: number }>

/** Where everything is. What cannot be placed is told apart, in sentences. */
export type Places = Readonly<{
  racks: readonly RackPlace[]
  stays: readonly Stay[]
  /** The stay of a node, by the node's number; -1 where no rack names it. */
  stayOf: Int32Array
  events: ByNode
  /** Outages, gaps and claims that name no unit, or a part of a rack: of the block as a whole. */
  loose: readonly Placeable[]
  problems: readonly string[]
}>

/** Sentences that are listed. */
const problemsMax = 100

/** When a rack is accepted: with its tranche; where it names none, when the last of its block is. */
const acceptedAt = ({ schedule, acceptances }: Intake, block: BlockId, tranche: string | undefined) => {
  const ofBlock = acceptances.filter((each) => each.block === block)
  const wanted = tranche === undefined ? schedule.blocks.find(({ id }) => id === block)!.tranches.map(({ id }) => id) : [tranche]
  let at: Instant = -Infinity
  const readings: number[] = []
  for (const id of wanted) {
    const found = ofBlock.filter((each) => each.tranche === id).toSorted((a, b) => a.at - b.at)[0]
    at = Math.max(at, found?.at ?? Infinity)
    if (found !== undefined) readings.push(found.number)
  }
  return { at, readings }
}

const placeRacks = (intake: Intake, problems: string[]): { racks: RackPlace[]; stays: Stay[] } => {
  const { window } = intake.grid
  const racks: RackPlace[] = []
  const stays: Stay[] = []
  const taken = new Map<number, string>()
  const accepted = new Map<string, ReturnType<typeof acceptedAt>>()
  const inside = (at: number): number => Math.max(0, Math.min(window.to, at) - window.from)
  const sorted = intake.racks.toSorted((a, b) =>
    a.reading.unit < b.reading.unit ? -1 : a.reading.unit > b.reading.unit ? 1 : a.reading.from - b.reading.from,
  )
  for (const { reading, number } of sorted) {
    const key = `${reading.block} ${reading.tranche ?? ''}`
    const acceptance = accepted.get(key) ?? acceptedAt(intake, reading.block, reading.tranche)
    accepted.set(key, acceptance)
    const names = expandHosts(reading.nodes)
    const gpus = reading.gpus / names.length
    const block = intake.schedule.blocks.findIndex(({ id }) => id === reading.block)
    const nodes: number[] = []
    for (const name of names) {
      const node = nodeNumber(intake, name)
      const other = taken.get(node)
      if (other !== undefined) {
        problems.push(`${name} stands in ${other} and in ${reading.unit}: it is taken to stand in ${other}`)
        continue
      }
      taken.set(node, reading.unit)
      nodes.push(node)
      stays.push({ node, name, rack: racks.length, block, gpus })
    }
    racks.push({
      unit: reading.unit,
      block,
      gpus: gpus * nodes.length,
      from: inside(reading.from),
      to: inside(reading.to ?? Infinity),
      acceptedFrom: inside(acceptance.at),
      readings: [number, ...acceptance.readings],
      nodes,
    })
  }
  return { racks, stays }
}

/** The nodes that a reading's unit names, with GPUs of each: a node, or a whole rack. Undefined where it names none, or a part of a rack. */
const nodesNamed = (
  { unit, gpus }: Placeable,
  units: ReadonlyMap<string, readonly RackPlace[]>,
  nodes: ReadonlyMap<string, number>,
  stays: ReadonlyMap<number, Stay>,
): readonly (readonly [node: number, gpus: number])[] | undefined => {
  if (unit === undefined) return undefined
  const node = nodes.get(unit)
  const stay = node === undefined ? undefined : stays.get(node)
  if (stay !== undefined) return gpus !== undefined && gpus > stay.gpus ? undefined : [[stay.node, gpus ?? stay.gpus]]
  const racks = units.get(unit) ?? []
  const whole = racks.reduce((sum, rack) => sum + rack.gpus, 0)
  if (racks.length === 0 || (gpus !== undefined && gpus !== whole)) return undefined
  return racks.flatMap((rack) => rack.nodes.map((each) => [each, stays.get(each)!.gpus] as const))
}

const nouns: Partial<Record<Placeable['what'], string>> = {
  planned: 'maintenance',
  unavailable: 'outages',
  gap: 'gaps of health',
  claim: 'claims',
  earlyClaim: 'claims made too early',
}
/** Names that a sentence lists. */
const namesShownMax = 3

/** One sentence for each block and sort of reading whose unit is neither a node nor a whole rack. */
const sayLoose = (loose: readonly Placeable[]): string[] =>
  [
    ...Map.groupBy(
      loose.filter(({ unit }) => unit !== undefined),
      ({ block, what }) => `${block} ${what}`,
    ).values(),
  ].map((each) => {
    const { block, what } = each[0]!
    const units = [...new Set(each.map(({ unit }) => unit!))].toSorted()
    const shown = units.slice(0, namesShownMax).join(', ') + (units.length > namesShownMax ? ' and more' : '')
    return `${each.length} readings of ${nouns[what]} of ${block} name neither a node nor a whole rack, and are held against the block: ${shown}`
  })

/** Puts every reading in its place, once all are in. The order in which they came does not matter. */
export const placesOf = (intake: Intake): Places => {
  const problems: string[] = []
  const { racks, stays: unsorted } = placeRacks(intake, problems)
  const stays = unsorted.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const ofNode = new Map(stays.map((stay) => [stay.node, stay]))
  const units = Map.groupBy(racks, ({ unit }) => unit)
  const loose: Placeable[] = []
  const { from: start } = intake.grid.window
  for (const named of intake.named) {
    const placed = nodesNamed(named, units, intake.nodes, ofNode)
    if (placed === undefined) {
      loose.push(named)
      continue
    }
    const { from, to, what, number, source } = named
    for (const [node, gpus] of placed)
      pushEvent(intake.log, { node, from: from - start, to: to - start, gpus, what, reading: number, source })
  }
  problems.push(...sayLoose(loose))
  const stayOf = new Int32Array(intake.nodes.size).fill(-1)
  for (const [i, { node }] of stays.entries()) stayOf[node] = i
  cutToAuthority({ ...intake, window: intake.grid.window }, (node) => ofNode.get(node)?.block)
  const events = byNode(intake.log, intake.nodes.size)
  const homeless = [...intake.nodes]
    .filter(([, node]) => stayOf[node] === -1)
    .map(([name]) => name)
    .toSorted()
  if (homeless.length > 0)
    problems.push(
      `${homeless.length} nodes with readings stand in no rack: ${homeless.slice(0, 5).join(', ')}${homeless.length > 5 ? ' and more' : ''}`,
    )
  return { racks, stays, stayOf, events, loose, problems: problems.toSorted().slice(0, problemsMax) }
}
