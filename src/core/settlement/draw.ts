import { greatest, minus, nought, rational, type Rational } from '../base/rational.ts'
import { fromPairs, visitPieces, type Steps } from '../base/steps.ts'
import type { Instant, Interval } from '../base/time.ts'
import { wholeUnits, type Ask } from './caps.ts'
import { priceNow, refuse, takeSlice, type Caps, type Cell, type Drawn, type Item, type Walk } from './slice.ts'
import { tierAt } from './tiers.ts'

type Slice = Readonly<{ at: Instant; items: readonly Readonly<{ cell: number; called: number; quantity: number }>[] }>

/** Buckets of all cells in the order of their starts; those that start together are one slice. */
const bucketSlices = (cells: readonly Cell[]): Slice[] => {
  const parts = cells.flatMap(({ quantity }, cell) => {
    const own: { at: Instant; cell: number; called: number; quantity: number }[] = []
    quantity.visitParts((at, called, amount) => own.push({ at, cell, called, quantity: amount }))
    return own
  })
  return [...Map.groupBy(parts, ({ at }) => at)].map(([at, items]) => ({ at, items })).toSorted((a, b) => a.at - b.at)
}

/** At `instant` every block is cut at every other's changes, and at those of a cap: how else time is cut must not matter. */
const visitInstants = (cells: readonly Cell[], { from, to }: Interval, caps: Caps, visit: (slice: Slice) => void): void => {
  const functions: Steps[] = cells.flatMap(({ quantity }) => [quantity.pieces!.called, quantity.pieces!.quantity])
  const inside = caps.steps.filter((step) => step > from && step < to)
  const marks = fromPairs(inside.map((step, i) => [step, i + 1]))
  visitPieces([...functions, marks], from, to, (at, end, values) => {
    const items = cells.map((_, cell) => ({
      cell,
      called: values[2 * cell]! * (end - at),
      quantity: values[2 * cell + 1]! * (end - at),
    }))
    visit({ at, items: items.filter(({ quantity }) => quantity > 0) })
  })
}

/** What can be added up without looking: whole units that neither a cap nor a tier can stop, until an instant; `shut` where nothing is left. */
type Room = { units: number; until: Instant; shut: boolean }

const roomAt = ({ caps, cells, ...walk }: Walk, at: Instant): Room => {
  const asks = cells.map((cell): Ask => ({ year: cell.year, quantity: nought, price: priceNow({ caps, cells, ...walk }, cell) }))
  const free = caps.free(asks, at)
  const tiers = cells.flatMap((cell) => cell.tiers[tierAt(cell.tiers, walk.paid) + 1]?.above ?? [])
  const toTier = tiers.map((above) => greatest(nought, minus(above, walk.paid)))
  const flat = cells.every((cell) => cell.tiers.length === 1)
  const scaling = cells[0]?.quantity.scaling ?? 1
  return {
    units: Math.min(wholeUnits(free.quantity, scaling), ...toTier.map((room) => wholeUnits(room, scaling))),
    until: free.until,
    shut: flat && asks.every((ask) => caps.free([ask], at).quantity?.n === 0n),
  }
}

type Sums = { called: number; quantity: number }[]

/** Takes slices in order of time. Only those that a cap or tier may cut go through the exact arithmetic one by one. */
const makeTaker = (walk: Walk, from: Instant) => {
  const nothing = (): Sums => walk.cells.map(() => ({ called: 0, quantity: 0 }))
  const exact = (cell: number, called: number, quantity: number): Item => {
    const by = walk.cells[cell]!.quantity.scaling
    return { cell, called: rational(called, by), quantity: rational(quantity, by) }
  }
  let [fitting, refused, since, room] = [nothing(), nothing(), from, roomAt(walk, from)]
  const flush = (at: Instant): void => {
    for (const [i, { called, quantity }] of fitting.entries()) if (quantity > 0) takeSlice(walk, since, [exact(i, called, quantity)])
    for (const [i, { called, quantity }] of refused.entries()) if (quantity > 0) refuse(walk, exact(i, called, quantity))
    ;[fitting, refused, since, room] = [nothing(), nothing(), at, roomAt(walk, at)]
  }
  const take = ({ at, items }: Slice): void => {
    const asked = items.reduce((sum, { quantity }) => sum + quantity, 0)
    if (at >= room.until || (asked > room.units && !room.shut)) flush(at)
    if (asked > room.units && !room.shut) {
      takeSlice(
        walk,
        at,
        items.map(({ cell, called, quantity }) => exact(cell, called, quantity)),
      )
      room = roomAt(walk, at)
      return
    }
    const sums = asked > room.units ? refused : fitting
    if (sums === fitting) room.units -= asked
    for (const { cell, called, quantity } of items) {
      sums[cell]!.called += called
      sums[cell]!.quantity += quantity
    }
  }
  return { take, flush }
}

/**
 * Steps 6 and 7: pays cells in order of time, cut by the caps and by the price tiers. As long as no cap or tier can bind, whole numbers are
 * only added up; the exact arithmetic runs where one does. `paidBefore` is cumulative, in GPU-seconds.
 */
export const drawQuantities = (
  cells: readonly Cell[],
  span: Interval,
  caps: Caps,
  paidBefore: Rational,
  minorPerMajor: bigint,
): { drawn: Drawn[]; paid: Rational } => {
  if (cells.some(({ quantity }) => quantity.scaling !== cells[0]!.quantity.scaling))
    throw new Error('cells of a clause share their scaling')
  const drawn = cells.map((): Drawn => ({ paid: new Map(), overCap: nought, calledOverCap: new Map() }))
  const walk: Walk = {
    caps,
    cells,
    drawn,
    paid: paidBefore,
    perMajor: rational(minorPerMajor, 3600n),
    continuous: cells[0]?.quantity.pieces !== undefined,
  }
  const { take, flush } = makeTaker(walk, span.from)
  const room = roomAt(walk, span.from)
  const whole = cells.reduce((sum, { quantity }) => sum + quantity.total, 0)
  if (whole <= room.units && span.to <= room.until) {
    const items = cells.map(({ quantity }, cell) => ({ cell, called: quantity.called, quantity: quantity.total }))
    take({ at: span.from, items })
  } else if (cells[0]?.quantity.pieces !== undefined) visitInstants(cells, span, caps, take)
  else for (const slice of bucketSlices(cells)) take(slice)
  flush(span.to)
  return { drawn, paid: walk.paid }
}
