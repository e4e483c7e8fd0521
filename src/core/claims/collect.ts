import type { BlockId } from '../base/id.ts'
import type { Account } from './account.ts'
import { digestOf } from './digests.ts'
import { whats, type What } from './events.ts'
import {
  evidenceHoursMax,
  evidenceReadingsMax,
  named,
  priced,
  type Evidence,
  type Finding,
  type HourFigures,
  type Piece,
} from './finding.ts'
import { books, type Flags } from './flags.ts'
import { hourOf } from './grid.ts'
import type { Intake } from './intake.ts'
import type { Stay } from './places.ts'
import type { Interval } from '../base/time.ts'
import { dearPieces, hourPieces, piecesOf, type Taken } from './pieces.ts'
import type { makePrices } from './prices.ts'
import { isRejecting, reasonAt, reasons, type Reason } from './reason.ts'
import { sayFinding } from './say.ts'
import type { Field } from './sweep.ts'

type Collecting = Readonly<{
  intake: Intake
  field: Field
  flags: Flags
  /** By block. */
  accounts: readonly Account[]
  priceAt: ReturnType<typeof makePrices>
}>

/** Kinds of intervals that bear on a reason. */
const bears: Readonly<Record<Reason, readonly What[]>> = {
  'implausible-clock': ['earlyClaim', 'allocated'],
  'before-acceptance': ['claim', 'earlyClaim'],
  'sold-twice': ['claim', 'reserved', 'allocated'],
  unavailable: ['claim', 'planned', 'unavailable'],
  'drew-power': ['claim'],
  'above-list-price': ['claim'],
  'no-evidence': ['claim', 'gap'],
  'not-offered': ['claim'],
}
/** Reasons whose findings a confirmation puts somewhere. */
const placed = new Set<number>([reasonAt['drew-power'], reasonAt.unavailable, reasonAt['no-evidence']])

/** Rows in the order of their nodes, reasons and hours: whatever order the nodes were judged in. */
const inOrder = ({ length, stays, reasons: of, hours, books: book }: Flags): Uint32Array =>
  Uint32Array.from({ length }, (_, i) => i).toSorted(
    (a, b) =>
      stays[a]! - stays[b]! ||
      Number(book[a] === 2) - Number(book[b] === 2) ||
      of[a]! - of[b]! ||
      hours[a]! - hours[b]! ||
      book[a]! - book[b]!,
  )

/** What every hour of one node and reason takes, in both books, after what its block's account absorbs. */
const makeHourly = ({ intake: { grid }, flags, accounts, field }: Collecting) => {
  const amounts = new Float64Array(grid.hours)
  const rows = new Int32Array(grid.hours).fill(-1)
  const left = accounts.map(({ absorbed }) => absorbed.map((column) => column.slice()))
  const fill = (row: number): void => {
    const reason = flags.reasons[row]!
    const absorbing = flags.books[row] === books.free ? left[field.places.stays[flags.stays[row]!]!.block]![reason]! : undefined
    for (let hour = flags.hours[row]!; hour < flags.hours[row]! + flags.lengths[row]!; hour++) {
      const taken = absorbing === undefined ? 0 : Math.min(absorbing[hour]!, flags.amounts[row]!)
      if (absorbing !== undefined) absorbing[hour]! -= taken
      amounts[hour]! += flags.amounts[row]! - taken
      rows[hour] = row
    }
  }
  const clear = (): void => {
    amounts.fill(0)
    rows.fill(-1)
  }
  return { amounts, rows, fill, clear, left }
}

/** Readings that bear on a node in an interval of seconds from the window's start. */
export const readingsOn = (
  { intake, field }: Pick<Collecting, 'intake' | 'field'>,
  stay: number,
  reason: Reason,
  from: number,
  to: number,
): Pick<Evidence, 'readings' | 'digests'> => {
  const { log, places } = field
  const { node, rack } = places.stays[stay]!
  const wanted = bears[reason].map((what) => whats[what])
  const numbers = new Set<number>(places.racks[rack]!.readings)
  for (let i = places.events.starts[node]!; i < places.events.starts[node + 1]!; i++) {
    const event = places.events.order[i]!
    if (log.froms[event]! < to && log.tos[event]! > from && wanted.includes(log.whats[event]! as never)) numbers.add(log.readings[event]!)
  }
  const digests = [...numbers].map((number) => digestOf(intake.digests, number)).toSorted()
  return { readings: digests.length, digests: digests.slice(0, evidenceReadingsMax) }
}

const figuresOf = (
  { intake: { grid }, flags }: Collecting,
  hourly: ReturnType<typeof makeHourly>,
  first: number,
  end: number,
): HourFigures[] => {
  const figures: HourFigures[] = []
  for (let hour = first; hour < Math.min(end, first + evidenceHoursMax); hour++) {
    const row = hourly.rows[hour]!
    const { active, powered, covered, watts, xids } = flags
    figures.push([hourOf(grid, hour).from, hourly.amounts[hour]!, active[row]!, powered[row]!, covered[row]!, watts[row]!, xids[row]!])
  }
  return figures
}

/** Where a confirmation would put what was found: of all findings of one node and reason, in order of time. */
const putWhere = ({ field, intake: { grid } }: Collecting, stay: Stay, reason: number, taken: readonly Taken[]): readonly Piece[] => {
  if (reason === reasonAt['above-list-price']) return dearPieces(field, stay, grid.window)
  return taken.length === 0 ? [] : piecesOf(field, stay, taken)
}

/** Findings of one node are hours apart, so no piece lies in two of them. */
const within = (pieces: readonly Piece[], { from, to }: Interval): Piece[] =>
  pieces.flatMap(([first, last, gpus]): Piece[] => {
    const piece: Piece = [Math.max(first, from), Math.min(last, to), gpus]
    return piece[0] < piece[1] ? [piece] : []
  })

/** What is found of one node for one reason. */
type Group = Readonly<{ stay: number; reason: number; isBeside: boolean; pieces: readonly Piece[] }>

/** One finding of one node: hours one after the other in which it has something. */
const findingOf = (
  collecting: Collecting,
  hourly: ReturnType<typeof makeHourly>,
  { stay, reason, isBeside, pieces }: Group,
  { first, end }: Readonly<{ first: number; end: number }>,
): Finding => {
  const { intake, field, priceAt } = collecting
  const { grid, schedule } = intake
  const place = field.places.stays[stay]!
  const block = schedule.blocks[place.block]!.id
  const { from } = hourOf(grid, first)
  const { to } = hourOf(grid, end - 1)
  const hours = Array.from({ length: end - first }, (_, i) => ({
    gpuSeconds: hourly.amounts[first + i]!,
    at: hourOf(grid, first + i).from,
  }))
  const kind = reasons[reason]!
  const start = grid.window.from
  const figures = figuresOf(collecting, hourly, first, end)
  const rack = field.places.racks[place.rack]!.unit
  const finding = {
    kind,
    verdict: isBeside ? 'beside' : isRejecting(reason) ? 'rejected' : 'unproven',
    subject: block,
    unit: place.name,
    rack,
    from,
    to,
    gpuSeconds: hours.reduce((sum, { gpuSeconds }) => sum + gpuSeconds, 0),
    minor: priced(
      hours.map(({ gpuSeconds, at }) => ({ gpuSeconds, price: priceAt(block, at) })),
      schedule.currency,
    ),
    currency: schedule.currency,
    evidence: { ...readingsOn(collecting, stay, kind, from - start, to - start), hours: hours.length, figures },
    pieces: isBeside ? [] : within(pieces, { from, to }),
  } as const
  return named({ ...finding, text: sayFinding(finding, intake) })
}

/** What a reason takes of each hour of a node, after the reasons before it. */
const takeOff = (before: Float64Array, amounts: Float64Array): Taken[] => {
  const taken: Taken[] = []
  for (let hour = 0; hour < amounts.length; hour++) {
    if (amounts[hour] === 0) continue
    taken.push({ hour, before: before[hour]!, amount: amounts[hour]! })
    before[hour]! += amounts[hour]!
  }
  return taken
}

/** All findings of nodes. */
export function* nodeFindings(collecting: Collecting): Generator<Finding> {
  const { flags, intake } = collecting
  const order = inOrder(flags)
  const hourly = makeHourly(collecting)
  const before = new Float64Array(intake.grid.hours)
  for (let at = 0; at < order.length;) {
    const row = order[at]!
    const [stay, reason, isBeside] = [flags.stays[row]!, flags.reasons[row]!, flags.books[row] === books.beside]
    if (at === 0 || flags.stays[order[at - 1]!] !== stay) before.fill(0)
    hourly.clear()
    const same = (next: number) =>
      flags.stays[next] === stay && flags.reasons[next] === reason && (flags.books[next] === books.beside) === isBeside
    while (at < order.length && same(order[at]!)) hourly.fill(order[at++]!)
    const taken = isBeside || !placed.has(reason) ? [] : takeOff(before, hourly.amounts)
    const pieces = isBeside ? [] : putWhere(collecting, collecting.field.places.stays[stay]!, reason, taken)
    for (let first = 0; first < hourly.amounts.length; first++) {
      if (hourly.amounts[first] === 0) continue
      let end = first
      while (end < hourly.amounts.length && hourly.amounts[end]! > 0) end++
      yield findingOf(collecting, hourly, { stay, reason, isBeside, pieces }, { first, end })
      first = end
    }
  }
}

/** A finding of a block as a whole, for each stretch of hours in which there is something. */
export function* blockFindings(
  { intake, priceAt }: Pick<Collecting, 'intake' | 'priceAt'>,
  block: BlockId,
  reason: number,
  amounts: Float64Array,
): Generator<Finding> {
  const { grid, schedule } = intake
  for (let first = 0; first < amounts.length; first++) {
    if (amounts[first] === 0) continue
    let end = first
    while (end < amounts.length && amounts[end]! > 0) end++
    const hours = Array.from({ length: end - first }, (_, i) => ({ gpuSeconds: amounts[first + i]!, at: hourOf(grid, first + i).from }))
    const finding = {
      kind: reasons[reason]!,
      verdict: isRejecting(reason) ? 'rejected' : 'unproven',
      subject: block,
      unit: undefined,
      rack: undefined,
      from: hourOf(grid, first).from,
      to: hourOf(grid, end - 1).to,
      gpuSeconds: hours.reduce((sum, { gpuSeconds }) => sum + gpuSeconds, 0),
      minor: priced(
        hours.map(({ gpuSeconds, at }) => ({ gpuSeconds, price: priceAt(block, at) })),
        schedule.currency,
      ),
      currency: schedule.currency,
      evidence: {
        readings: 0,
        digests: [],
        hours: hours.length,
        figures: hours.slice(0, evidenceHoursMax).map(({ at, gpuSeconds }): HourFigures => [at, gpuSeconds, 0, 0, 0, 0, 0]),
      },
      pieces:
        reason === reasonAt['no-evidence'] ? hours.flatMap(({ gpuSeconds }, i) => hourPieces(hourOf(grid, first + i), gpuSeconds)) : [],
    } as const
    yield named({ ...finding, text: sayFinding(finding, intake) })
    first = end
  }
}
