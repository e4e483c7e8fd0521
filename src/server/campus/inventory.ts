import { during } from '../../core/base/steps.ts'
import { formatMoney, toMoney } from '../../core/base/money.ts'
import { addDays, dateOf, startOfDate } from '../../core/base/time.ts'
import { compressHosts } from '../../core/capacity/hostlist.ts'
import type { Acceptance, Charge, Offer, Rack as RackReading, Reservation } from '../../core/meter/reading.ts'
import { assumed } from '../history/calibration.ts'
import { dailyCharges } from '../history/charges.ts'
import { priceOf, type World } from '../history/world.ts'
import type { Area } from './buyers.ts'
import { gpusPerRack, nodesPerRack, type Layout, type Rack } from './layout.ts'

const nodesOf = ({ prefix }: Rack): string => `${prefix}[01-${nodesPerRack}]`

/** Every tranche that has racks is accepted as the month begins, for what stands there; then its racks are told. */
export const inventoryOf = ({ source, window }: World, { racks }: Layout): (Acceptance | RackReading)[] => {
  const byTranche = Map.groupBy(racks, ({ block, tranche }) => `${block.id}/${tranche}`)
  const acceptances = [...byTranche].map(([name, all]): Acceptance => {
    const { block, tranche } = all[0]!
    const design = block.tranches.find(({ id }) => id === tranche)!.gpus
    const tested = all.length * gpusPerRack
    return { kind: 'acceptance', source, id: `acceptance/${name}`, block: block.id, tranche, at: window.from, design, tested }
  })
  const told = racks.map((rack): RackReading => ({
    kind: 'rack',
    source,
    id: `rack/${rack.unit}`,
    from: window.from,
    block: rack.block.id,
    unit: rack.unit,
    nodes: nodesOf(rack),
    gpus: gpusPerRack,
    tranche: rack.tranche,
  }))
  return [...acceptances, ...told]
}

/** What the racks of an order are, as a hostlist: `b9-r[001-012]-n[01-18]`, block by block. */
const hostsOf = (racks: readonly Rack[]): string =>
  compressHosts(racks.map(({ prefix }) => prefix.slice(0, -'-n'.length)))
    .split(/,(?![^[]*\])/)
    .map((names) => `${names}-n[01-${nodesPerRack}]`)
    .join(',')

/** What the order of an area keeps through the month; nothing where it is sold on demand. */
export const reservationsOf = ({ source, window, months }: World, { pool, racks, order }: Area): Reservation[] => {
  if (order === undefined) return []
  const kept = { pool: pool.id, gpus: racks.length * gpusPerRack, nodes: hostsOf(racks), order: order.id, tenant: order.tenant }
  return [{ kind: 'reservation', source, id: `reservation/${order.id}/${months[0]}`, ...window, ...kept }]
}

/** A charge for each local day of a reservation, used or not. */
export const reservedCharges = (world: World, { pool, racks, order }: Area): Charge[] => {
  if (order === undefined) return []
  const { source, window, schedule } = world
  const { zone, currency } = schedule
  const price = priceOf(world, assumed.reservedPricePercent)
  const billing = { source, pool: pool.id, order: order.id, tenant: order.tenant, product: 'reserved', price, currency, zone } as const
  const kept = during(window.from, window.to, racks.length * gpusPerRack)
  return dailyCharges(billing, kept, (date) => `charge/${order.id}/${date}`)
}

/** Every local day, what is not sold is on offer at the price on demand. */
export const offersOf = (world: World, pools: readonly Area['pool'][]): Offer[] => {
  const { source, window, schedule } = world
  const { zone, currency } = schedule
  const price = formatMoney(toMoney(priceOf(world, assumed.onDemandPricePercent), currency))
  return pools.flatMap(({ id }): Offer[] => {
    const offers: Offer[] = []
    for (let date = dateOf(window.from, zone), from = window.from; from < window.to;) {
      date = addDays(date, 1)
      const to = Math.min(startOfDate(date, zone), window.to)
      offers.push({ kind: 'offer', source, id: `offer/${id}/${addDays(date, -1)}`, from, to, pool: id, price, currency })
      from = to
    }
    return offers
  })
}
