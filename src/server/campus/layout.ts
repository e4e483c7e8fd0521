import type { TrancheId } from '../../core/base/id.ts'
import type { ResolvedBlock, Schedule } from '../../core/terms/schedule.ts'

/** An NVL72 rack: 18 compute trays, each a node of 4 GPUs. */
export const gpusPerNode = 4
export const nodesPerRack = 18
export const gpusPerRack = gpusPerNode * nodesPerRack
/** Racks of one hall. */
const racksPerHall = 70
/** A tranche counts in full from 98 % of its design on (terms, capacity test). */
const countsInFullPercent = 98

/** A rack; its nodes are those from `18 × index` on, by number. */
export type Rack = Readonly<{
  index: number
  block: ResolvedBlock
  tranche: TrancheId
  /** As readings say it in `unit`: `b1-hall-2/r085`. */
  unit: string
  /** What the names of its nodes begin with: `b1-r085-n`. */
  prefix: string
}>

/** What stands where: racks, block by block in the order of the agreement. */
export type Layout = Readonly<{ racks: readonly Rack[]; gpus: number }>

const twoDigits = Array.from({ length: 100 }, (_, number) => `${number}`.padStart(2, '0'))

/** `b1-r085-n07` of a node's number. */
export const nodeName = ({ racks }: Layout, node: number): string =>
  racks[Math.floor(node / nodesPerRack)]!.prefix + twoDigits[(node % nodesPerRack) + 1]!

/** Whole racks that a tranche holds. */
const capacityOf = (gpus: number): number => Math.floor(gpus / gpusPerRack)

/**
 * The most racks, at most so many, whose GPUs are exactly what the capacity test accepts of the tranche: all of its design, or less than 98 % of
 * it. In between the whole tranche would count although GPUs are missing.
 */
const testedRacks = (wanted: number, gpus: number): number => {
  let racks = wanted
  while (racks * gpusPerRack !== gpus && racks * gpusPerRack * 100 >= countsInFullPercent * gpus) racks -= 1
  return racks
}

/** Shares `wanted` racks over blocks in proportion to what each holds: whole racks, largest remainder, ties to the earlier. */
const shareRacks = (wanted: number, holds: readonly number[]): number[] => {
  const all = holds.reduce((a, b) => a + b, 0)
  const racks = holds.map((each) => Math.floor((each * wanted) / all))
  const byRemainder = [...holds.keys()].toSorted((a, b) => ((holds[b]! * wanted) % all) - ((holds[a]! * wanted) % all) || a - b)
  const left = wanted - racks.reduce((a, b) => a + b, 0)
  for (const block of byRemainder.slice(0, left)) racks[block]! += 1
  return racks
}

/** The tranches of a block filled in their order, rack by rack. */
const racksOfBlock = (block: ResolvedBlock, number: number, wanted: number, first: number): Rack[] => {
  const racks: Rack[] = []
  let left = wanted
  for (const { id, gpus } of block.tranches) {
    const here = testedRacks(Math.min(left, capacityOf(gpus)), gpus)
    left -= here
    for (let i = 0; i < here; i++) {
      const name = `r${String(racks.length + 1).padStart(3, '0')}`
      const hall = Math.floor(racks.length / racksPerHall) + 1
      racks.push({
        index: first + racks.length,
        block,
        tranche: id,
        unit: `b${number}-hall-${hall}/${name}`,
        prefix: `b${number}-${name}-n`,
      })
    }
  }
  return racks
}

/**
 * Lays out the blocks of an agreement as racks of 72 GPUs: all of them, or of at most `gpus` GPUs, shared over the blocks in proportion. Every GPU
 * that is laid out is accepted and no other is.
 */
export const layOut = ({ blocks }: Pick<Schedule, 'blocks'>, gpus: number): Layout => {
  const holds = blocks.map(({ tranches }) => tranches.reduce((sum, tranche) => sum + capacityOf(tranche.gpus), 0))
  const all = holds.reduce((a, b) => a + b, 0)
  const wanted = Math.min(all, capacityOf(gpus))
  const shares = all === 0 ? [] : shareRacks(wanted, holds)
  const racks: Rack[] = []
  for (const [i, block] of blocks.entries()) racks.push(...racksOfBlock(block, i + 1, shares[i] ?? 0, racks.length))
  return { racks, gpus: racks.length * gpusPerRack }
}
