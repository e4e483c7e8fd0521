import type { OrderId, TenantId } from '../../core/base/id.ts'
import { rational, times, decimal } from '../../core/base/rational.ts'
import { add, during, fromPairs, zero, type Steps } from '../../core/base/steps.ts'
import { addDays, dateOf, startOfDate, type Instant } from '../../core/base/time.ts'
import { formatMoney, toMoney } from '../../core/base/money.ts'
import type { Acceptance, Allocation, Charge, Credit, Reading, Reservation } from '../../core/meter/reading.ts'
import type { ResolvedBlock, ResolvedPool } from '../../core/terms/schedule.ts'
import { assumed } from './calibration.ts'
import { dailyCharges } from './charges.ts'
import { measured } from './measured.ts'
import type { Plant } from './plant.ts'
import { drawIndex, drawQuantile, drawWhole, makeRng, type Rng } from './rng.ts'
import { blocksOf, priceOf, saleUnitOf, tenantName, within, type World } from './world.ts'

/** GPUs of one acceptance that are sold by reservation, from the acceptance on, to one tenant after another. */
type Slot = Readonly<{ name: string; gpus: number; from: Instant; quota: number; order?: OrderId }>

/** What is reserved in a pool, and the GPUs kept back for that through time. */
export type Reserved = Readonly<{ readings: readonly Reading[]; held: Steps }>

const slotsMax = 6
const termDays = [180, 365, 730, 1095] as const
const useSeconds = 6 * 3600

/** Cuts the reserved part of a tranche among some tenants, in proportion to quotas drawn from Helios, in whole units. */
const slotsOf = ({ seed }: World, place: string, tranche: Readonly<{ gpus: number; at: Instant }>, unit: number): Slot[] => {
  const rng = makeRng(seed, `slots of ${place}`)
  const units = Math.floor((assumed.reservedPart * tranche.gpus) / unit)
  const quotas = Array.from({ length: Math.min(slotsMax, Math.ceil(units / 4)) }, () =>
    drawIndex(
      rng,
      measured.quotas.map(() => 1),
    ),
  )
  const all = quotas.reduce((sum, quota) => sum + measured.quotas[quota]!.gpus, 0)
  return quotas.flatMap((quota, i): Slot[] => {
    const gpus = unit * Math.floor((units * measured.quotas[quota]!.gpus) / all)
    return gpus === 0 ? [] : [{ name: `${place}-${i + 1}`, gpus, from: tranche.at, quota }]
  })
}

/** Under `specific`, the orders that the agreement names, each with its part of the first block that it is filled from. */
const placedSlots = (world: World, block: ResolvedBlock, { at, tranche }: Acceptance): Slot[] => {
  const orders = [...world.schedule.orders].filter(([, blocks]) => blocks[0] === block.id).map(([order]) => order)
  const { gpus } = block.tranches.find(({ id }) => id === tranche)!
  const part = Math.floor((assumed.placedPart * gpus) / Math.max(1, orders.length))
  if (part === 0) return []
  return orders.map((order, i) => ({
    name: `${block.id}-${tranche}-${i + 1}`,
    gpus: part,
    from: at,
    quota: i % measured.quotas.length,
    order,
  }))
}

/** The reservations of a slot, one after another, up to the end of the window. A named order lasts as long as the agreement. */
const reservationsOf = (world: World, pool: ResolvedPool, slot: Slot): Reservation[] => {
  const { schedule, seed, source, window } = world
  const rng = makeRng(seed, `orders of ${slot.name}`)
  const tenant = tenantName(slot.quota) as TenantId
  const common = { kind: 'reservation', source, pool: pool.id, gpus: slot.gpus, tenant } as const
  const reservations: Reservation[] = []
  let date = addDays(dateOf(slot.from, schedule.zone), drawWhole(rng, 1, 5))
  // Each turn moves on by the shortest term at least, so a window of n days takes n/180 turns.
  for (let turn = 1; startOfDate(date, schedule.zone) < window.to; turn++) {
    const days = termDays[drawWhole(rng, 0, termDays.length - 1)]!
    const from = startOfDate(date, schedule.zone)
    date = addDays(date, days)
    const to = slot.order === undefined ? Math.min(startOfDate(date, schedule.zone), schedule.to) : schedule.to
    const order = slot.order ?? (`${slot.name}-${turn}` as OrderId)
    if (from < to) reservations.push({ ...common, id: `${pool.id}/reservation/${slot.name}-${turn}`, order, from, to })
    if (slot.order !== undefined) break
    date = addDays(date, drawWhole(rng, 0, 10))
  }
  return reservations.filter(({ from, to }) => within(world, from, to) !== undefined)
}

/** What the tenant's jobs hold of its reservation, in steps of six hours. */
const useOf = (world: World, slot: Slot, { source, pool, gpus, order, tenant, id, from, to }: Reservation): Allocation[] => {
  const rng = makeRng(world.seed, `use of ${id} from ${world.months[0]}`)
  const { use } = measured.quotas[slot.quota]!
  const cut = within(world, from, to)!
  const uses: Allocation[] = []
  for (let at = cut.from; at < cut.to; at += useSeconds) {
    const used = Math.floor((gpus * drawQuantile(rng, use)) / 1000)
    const span = { from: at, to: Math.min(cut.to, at + useSeconds) }
    const common = { kind: 'allocation', source, id: `${id}/use/${at}`, pool, order, tenant: tenant!, product: 'reserved' } as const
    if (used > 0) uses.push({ ...common, gpus: used, ...span })
  }
  return uses
}

const chargesOf = (world: World, { source, pool, order, tenant, id, gpus, from, to }: Reservation): Charge[] => {
  const { zone, currency } = world.schedule
  const cut = within(world, from, to)!
  const price = priceOf(world, assumed.reservedPricePercent)
  const billing = { source, pool, order, tenant: tenant!, product: 'reserved', price, currency, zone } as const
  return dailyCharges(billing, during(cut.from, cut.to, gpus), (date) => `${id}/charge/${date}`)
}

/** Service credits, now and then, on a day's charge. */
const creditsOf = (rng: Rng, charges: readonly Charge[]): Credit[] =>
  charges.flatMap(({ source, id, amount, currency }): Credit[] => {
    if (drawWhole(rng, 1, assumed.creditOneIn) !== 1) return []
    const credit = toMoney(times(decimal(amount), rational(assumed.creditPercent, 100)), currency)
    return credit.minor === 0n ? [] : [{ kind: 'credit', source, id: `${id}/credit`, reduces: id, amount: formatMoney(credit), currency }]
  })

/** Sells about half of every acceptance by reservation. Plants are those of the pool's blocks, in its order. */
export const reserve = (world: World, pool: ResolvedPool, plants: readonly Plant[]): Reserved => {
  const unit = saleUnitOf(world, pool)
  const slots = blocksOf(world, pool).flatMap((block, i) =>
    plants[i]!.acceptances.flatMap((acceptance, t) => {
      if (pool.attribution === 'specific') return placedSlots(world, block, acceptance)
      const { gpus } = block.tranches.find(({ id }) => id === acceptance.tranche)!
      const place = `order-${world.schedule.blocks.indexOf(block) + 1}-${t + 1}`
      return slotsOf(world, place, { gpus, at: acceptance.at }, unit)
    }),
  )
  const readings = slots.flatMap((slot) =>
    reservationsOf(world, pool, slot).flatMap((reservation): Reading[] => {
      const charges = chargesOf(world, reservation)
      const credits = creditsOf(makeRng(world.seed, `credits of ${reservation.id} from ${world.months[0]}`), charges)
      return [reservation, ...useOf(world, slot, reservation), ...charges, ...credits]
    }),
  )
  return { readings, held: slots.reduce((sum, { from, gpus }) => add(sum, fromPairs([[from, gpus]])), zero) }
}
