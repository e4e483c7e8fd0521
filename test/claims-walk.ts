import { drainXids } from '../src/core/claims/drain-xids.ts'
import { reasons } from '../src/core/claims/reason.ts'
import { valueAt } from '../src/core/base/steps.ts'
import type { Reading } from '../src/core/meter/reading.ts'
import { racks, tick, type World } from './claims-world.ts'

// Everything here is worked out the slow way: minute by minute, from the readings as they are, with no columns and no step functions.

type Node = Readonly<{ name: string; unit: string; block: string; gpus: number; tranche: string }>
type Tally = Record<string, number>
type Of<K extends Reading['kind']> = Extract<Reading, { kind: K }>

/** Every node of these worlds. */
export const nodes: readonly Node[] = racks.flatMap((rack) =>
  rack.nodes.map((name) => ({ name, unit: rack.unit, block: rack.block, gpus: rack.gpus, tranche: rack.tranche })),
)
const most = (counts: readonly number[]): number => counts.reduce((a, b) => Math.max(a, b), 0)

/** GPUs of a node that a reading of a unit names, or undefined where it is of the block. */
const placed = (node: Node, { unit, gpus }: { unit?: string; gpus?: number }): number | undefined => {
  if (unit === node.name) return gpus ?? node.gpus
  const rack = racks.find((each) => each.unit === unit)
  const whole = rack === undefined ? 0 : rack.gpus * rack.nodes.length
  return rack !== undefined && unit === node.unit && (gpus === undefined || gpus === whole) ? node.gpus : undefined
}
/** Whether a reading of a unit names a node, or a whole rack. */
export const isPlaced = (reading: { unit?: string; gpus?: number }): boolean => nodes.some((node) => placed(node, reading) !== undefined)

/** What holds of a node at an instant, by the readings as they are. */
export const makeView = ({ readings, schedule, tolerances, window }: World) => {
  const of = <K extends Reading['kind']>(kind: K) => readings.filter((each): each is Of<K> => each.kind === kind)
  const on = <T extends { from: number; to: number }>(all: readonly T[], at: number) => all.filter(({ from, to }) => from <= at && at < to)
  const [allocations, reservations, outages, works, gaps, claims, offers] = [
    of('allocation'),
    of('reservation'),
    of('outage'),
    of('maintenance'),
    of('gap'),
    of('claim'),
    of('offer'),
  ]
  const acceptances = of('acceptance')
  const stands = of('rack')
  const early = (claim: Of<'claim'>, at: number) =>
    claim.recordedAt !== undefined &&
    claim.to > claim.recordedAt + tolerances.clockSkewSeconds &&
    at >= Math.max(claim.from, claim.recordedAt + tolerances.clockSkewSeconds)
  const isAccepted = (node: Node, at: number): boolean => {
    const rack = stands.find(({ unit }) => unit === node.unit)!
    const wanted =
      rack.tranche === undefined ? schedule.blocks.find(({ id }) => id === node.block)!.tranches.map(({ id }) => id) : [rack.tranche]
    return rack.from <= at && wanted.every((tranche) => acceptances.some((each) => each.tranche === tranche && each.at <= at))
  }
  const sold = (node: Node, at: number) => {
    const held = new Map<string, [reserved: number, allocated: number]>()
    for (const [which, sale] of [
      ...on(reservations, at).map((each) => [0, each] as const),
      ...on(allocations, at).map((each) => [1, each] as const),
    ]) {
      const names = sale.nodes?.split(',') ?? []
      if (!names.includes(node.name)) continue
      const buyer =
        sale.order === undefined ? (sale.tenant === undefined ? `id ${sale.id}` : `tenant ${sale.tenant}`) : `order ${sale.order}`
      const holding = held.get(buyer) ?? [0, 0]
      holding[which] += sale.gpus / names.length
      held.set(buyer, holding)
    }
    const each = [...held.values()].map(([reserved, allocated]) => Math.max(reserved, allocated))
    const sumOf = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0)
    return { contracted: sumOf(each), sold: Math.min(node.gpus, sumOf(each.map((count) => Math.min(node.gpus, count)))) }
  }
  const named = (node: Node, all: readonly { unit?: string; gpus?: number }[]) =>
    Math.min(node.gpus, most(all.map((each) => placed(node, each) ?? 0)))
  const market = (block: string, at: number) => {
    const { listPrice } = tolerances
    const { pool } = schedule.blocks.find(({ id }) => id === block)!
    const open = on(offers, at).filter((each) => each.pool === pool)
    const isLow = listPrice === undefined || open.some(({ price }) => Number(price) * 10 <= Number(listPrice.n))
    return { price: !isLow && open.length > 0, offer: !isLow && open.length === 0 }
  }
  const isDark = (block: string, at: number) =>
    on(gaps, at).some((gap) => gap.block === block && (gap.of === 'sales' || (gap.gpus === undefined && gap.unit === undefined)))
  const health = (at: number) => on(gaps, at).filter((gap) => gap.of === 'health')
  return {
    state: (node: Node, at: number) => {
      const active = on(claims, at)
      return {
        accepted: isAccepted(node, at),
        ...sold(node, at),
        out: named(node, [...on(outages, at), ...on(works, at)]),
        gap: named(
          node,
          health(at).filter(({ gpus }) => gpus !== undefined),
        ),
        claim: named(node, active),
        plausible: named(
          node,
          active.filter((each) => !early(each, at)),
        ),
        ...market(node.block, at),
        dark: isDark(node.block, at),
      }
    },
    loose: (block: string, at: number) => {
      const all = on(claims, at).filter((each) => each.block === block && !isPlaced(each))
      const count = (some: readonly { gpus: number }[]) => some.reduce((sum, { gpus }) => sum + gpus, 0)
      const gap = health(at).filter((each) => each.block === block && each.gpus !== undefined && !isPlaced(each))
      return { claims: count(all), early: count(all.filter((each) => early(each, at))), gap: gap.reduce((sum, { gpus }) => sum + gpus!, 0) }
    },
    claimsOf: (block: string) => claims.filter((each) => each.block === block && each.from < window.to && each.to > window.from),
  }
}

type Cell = Record<'claimed' | 'early' | 'unaccepted' | 'twice' | 'out' | 'beyond', number> & { books: [Book, Book] }
type Book = Record<'all' | 'price' | 'gap' | 'offer', number>

const cellOf = (world: World, view: ReturnType<typeof makeView>, node: Node, ticks: readonly number[]): Cell => {
  const book = (): Book => ({ all: 0, price: 0, gap: 0, offer: 0 })
  const cell: Cell = { claimed: 0, early: 0, unaccepted: 0, twice: 0, out: 0, beyond: 0, books: [book(), book()] }
  for (const at of ticks) {
    const { accepted, sold, contracted, out, gap, claim, plausible, price, offer, dark } = view.state(node, at)
    if (accepted) cell.beyond += (contracted - sold + Math.max(0, sold + out - node.gpus)) * tick
    const free = accepted ? Math.max(0, node.gpus - sold - out) : 0
    cell.claimed += claim * tick
    cell.early += (claim - plausible) * tick
    if (!accepted) cell.unaccepted += plausible * tick
    const honest = accepted ? Math.min(plausible, free) : 0
    const over = accepted ? plausible - honest : 0
    cell.twice += Math.min(over, sold) * tick
    cell.out += (over - Math.min(over, sold)) * tick
    // One GPU after the other: those that are claimed come first, and what has no evidence is the first of them.
    for (let gpu = 0; gpu < free; gpu++) {
      const into = cell.books[gpu < honest ? 0 : 1]
      into.all += tick
      if (price) into.price += tick
      else if (dark || gpu < gap) into.gap += tick
      else if (offer) into.offer += tick
    }
  }
  return cell
}

const judge = (world: World, node: Node, cell: Cell, hourStart: number) => {
  const telemetry = world.telemetry.find((each) => each.node === node.name)
  const i = telemetry === undefined ? -1 : (hourStart - telemetry.from) / 3600
  const whole = node.gpus * 3600
  const isCovered = telemetry !== undefined && telemetry.covered[i]! * 10 >= whole * 9
  const busy = telemetry === undefined ? 0 : Math.min(whole, Math.max(telemetry.active[i]!, telemetry.powered[i]!))
  const drained = telemetry?.xids?.[i]?.some((code) => drainXids.has(code)) === true
  const all = cell.books[0].all + cell.books[1].all
  const beyond = busy - (whole - all)
  let drew = !drained && beyond > world.tolerances.toleranceSeconds ? Math.min(beyond, all) : 0
  return cell.books.map((book) => {
    let left = book.all
    const take = (amount: number): number => {
      const taken = Math.min(left, amount)
      left -= taken
      return taken
    }
    const unavailable = drained ? take(left) : 0
    const used = take(drew)
    drew -= used
    const price = take(book.price)
    const dark = take(isCovered ? book.gap : left)
    const offer = take(book.offer)
    return { unavailable, 'drew-power': used, 'above-list-price': price, 'no-evidence': dark, 'not-offered': offer, eligible: left }
  })
}

type Judged = ReturnType<typeof judge>[number]
const order = ['unavailable', 'drew-power', 'above-list-price', 'no-evidence', 'not-offered', 'eligible'] as const

const emptyTally = (): Tally => ({ claimed: 0, eligible: 0, ...Object.fromEntries(reasons.map((reason) => [reason, 0])) })

const walkHour = (
  world: World,
  view: ReturnType<typeof makeView>,
  block: string,
  ticks: readonly number[],
  hourStart: number,
  tally: Tally,
): void => {
  const add = (key: string, amount: number): void => void (tally[key]! += amount)
  const free: Judged = { unavailable: 0, 'drew-power': 0, 'above-list-price': 0, 'no-evidence': 0, 'not-offered': 0, eligible: 0 }
  let beyond = 0
  for (const node of nodes.filter((each) => each.block === block)) {
    const cell = cellOf(world, view, node, ticks)
    add('claimed', cell.claimed)
    add('implausible-clock', cell.early)
    add('before-acceptance', cell.unaccepted)
    add('sold-twice', cell.twice)
    add('unavailable', cell.out)
    beyond += cell.beyond
    const [ofNamed, ofFree] = judge(world, node, cell, hourStart)
    for (const key of order) {
      add(key, ofNamed![key])
      free[key] += ofFree![key]
    }
  }
  const asked = askedIn(world, view, block, ticks)
  const isRead = view.claimsOf(block).length > 0
  if (isRead && !view.claimsOf(block).some((claim) => !isPlaced(claim))) for (const key of order) free[key] = 0
  for (const [key, amount] of Object.entries(asked.against)) add(key, amount)
  add('claimed', asked.claimed)
  const has = order.reduce((sum, key) => sum + free[key], 0)
  let spare = Math.max(0, has - asked.left)
  const there = isRead ? 0 : Math.min(spare, beyond, free.eligible)
  free.eligible -= there
  spare -= there
  for (const key of order) {
    const taken = Math.min(spare, free[key])
    spare -= taken
    free[key] -= taken
  }
  const dark = Math.min(free.eligible, asked.gap)
  free.eligible -= dark
  free['no-evidence'] += dark + Math.max(0, asked.left - has)
  for (const key of order) add(key, free[key])
}

const askedIn = (world: World, view: ReturnType<typeof makeView>, block: string, ticks: readonly number[]) => {
  const facts = world.facts.blocks.find((each) => each.block === block)!
  const isRead = view.claimsOf(block).length > 0
  const against: Tally = { 'implausible-clock': 0, 'before-acceptance': 0, 'sold-twice': 0, unavailable: 0 }
  let [claimed, left, gap] = [0, 0, 0]
  for (const at of ticks) {
    const loose = view.loose(block, at)
    const available = valueAt(facts.presumed.available, at)
    const unsold = available - valueAt(facts.presumed.called, at) - valueAt(facts.presumed.sold, at)
    gap += loose.gap * tick
    if (!isRead) {
      claimed += unsold * tick
      left += unsold * tick
      continue
    }
    claimed += loose.claims * tick
    const plausible = loose.claims - loose.early
    const accepted = Math.min(plausible, valueAt(facts.accepted, at))
    const present = Math.min(accepted, available)
    const stands = Math.min(present, Math.max(0, unsold))
    against['implausible-clock']! += loose.early * tick
    against['before-acceptance']! += (plausible - accepted) * tick
    against['unavailable']! += (accepted - present) * tick
    against['sold-twice']! += (present - stands) * tick
    left += stands * tick
  }
  return { claimed, left, gap, against }
}

/** What becomes of the claims of each block, the slow way. */
export const walk = (world: World) => {
  const { window, schedule } = world
  const view = makeView(world)
  const first = Math.floor(window.from / 3600) * 3600
  return schedule.blocks.map(({ id }) => {
    const tally = emptyTally()
    for (let hour = first; hour < window.to; hour += 3600) {
      const ticks: number[] = []
      for (let at = Math.max(hour, window.from); at < Math.min(hour + 3600, window.to); at += tick) ticks.push(at)
      walkHour(world, view, id, ticks, hour, tally)
    }
    return { block: id, ...tally }
  })
}
