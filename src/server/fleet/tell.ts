import { countHosts, compressHosts, expandHosts } from '../../core/capacity/hostlist.ts'
import type { BlockId, OrderId, PoolId, TenantId, TrancheId } from '../../core/base/id.ts'
import type { Instant, Interval } from '../../core/base/time.ts'
import { reasonMax } from '../../core/meter/fields.ts'
import type { Allocation, Reading } from '../../core/meter/reading.ts'
import type { AgentConfig, Place } from './agent-config.ts'
import { runKey, type KeptNodes, type NodeEvent, type Run } from './scheduler.ts'
import { segmentsOver, type Segment } from './segments.ts'

/** What of a cluster's records becomes readings, and by when of its clock they are known. */
export type Telling = Readonly<{
  config: AgentConfig
  cluster: string
  /** Parts of intervals that ended in `(from, to]` are told. */
  window: Interval
}>

/** Readings, and what could not be one, in sentences. */
export type Told = Readonly<{ readings: readonly Reading[]; notes: readonly string[] }>

const within = ({ to }: Segment, window: Interval): boolean => to > window.from && to <= window.to

/** The part of an interval that an agent speaks of. */
const clipped = <T extends Readonly<{ from: Instant; to: Instant | undefined }>>(interval: T, { from }: AgentConfig): T => ({
  ...interval,
  from: Math.max(interval.from, from),
})

const segmentsOf = ({ config, window }: Telling, interval: Readonly<{ from: Instant; to: Instant | undefined }>): Segment[] =>
  segmentsOver(clipped(interval, config), window.to, config.days).filter((segment) => within(segment, window))

/** Nodes of a hostlist by where they stand, with the GPUs that each of them has. Nodes that stand nowhere are left out. */
const byPlace = (nodes: readonly string[], { placeOf }: AgentConfig, name: (place: Place) => string): Map<string, [Place, string[]]> => {
  const groups = new Map<string, [Place, string[]]>()
  for (const node of nodes) {
    const place = placeOf.get(node)
    if (place === undefined) continue
    const group = groups.get(name(place))
    if (group === undefined) groups.set(name(place), [place, [node]])
    else group[1].push(node)
  }
  return groups
}

/** Where GPUs of a sale are: the pool, how many, and on which nodes if that is known. */
export type Share = Readonly<{ pool: string; gpus: number; nodes?: string; name: string }>

const wholeShares = (nodes: readonly string[], config: AgentConfig): Share[] =>
  [...byPlace(nodes, config, ({ pool, gpus }) => `${pool}/${gpus}`)].map(([name, [{ pool, gpus }, hosts]]) => ({
    pool,
    gpus: gpus * hosts.length,
    nodes: compressHosts(hosts),
    name,
  }))

/**
 * Shares of a run. Slurm keeps how many GPUs a run held in all and on which nodes, but not how many on each. Where it held whole nodes, or one
 * node, that is known; else only the total is, and where the nodes are in several pools not even whose it is: undefined.
 */
export const sharesOf = (run: Pick<Run, 'nodes' | 'pool' | 'gpus'>, config: AgentConfig): readonly Share[] | undefined => {
  const { pool: known } = run
  if (countHosts(run.nodes) === undefined) return known === undefined ? undefined : [{ pool: known, gpus: run.gpus, name: known }]
  const nodes = expandHosts(run.nodes)
  const places = nodes.map((node) => config.placeOf.get(node))
  if (places.every((place) => place === undefined)) return []
  if (places.every((place) => place !== undefined)) {
    if (places.reduce((sum, { gpus }) => sum + gpus, 0) === run.gpus) return wholeShares(nodes, config)
    const [{ pool }] = places as [Place]
    if (nodes.length === 1) return [{ pool, gpus: run.gpus, nodes: run.nodes, name: pool }]
    if (places.every((place) => place.pool === pool)) return [{ pool, gpus: run.gpus, name: pool }]
  }
  return undefined
}

const orderForm = /(?:^|;)\s*order:([A-Za-z0-9][A-Za-z0-9._:-]{0,62})\s*(?:;|$)/

/**
 * Under which order a run used GPUs: that of the reservation it ran in, for this is whose GPUs they were; else the one its comment names, which
 * is the tenant's own word.
 */
const orderOf = (run: Run, kept: ReadonlyMap<string, KeptNodes>, config: AgentConfig): string | undefined => {
  const reservation = run.reservation === undefined ? undefined : kept.get(run.reservation)
  const reserved = reservation === undefined ? undefined : buyerOf(reservation, config)
  return reserved?.order ?? orderForm.exec(run.comment)?.[1]
}

const tenantOf = (account: string, { tenants }: AgentConfig): string => tenants.get(account) ?? account

/** Whose nodes they are: the order by the reservation's name, the tenant by its account. Undefined where nobody buys: kept by the operator. */
const buyerOf = ({ name, accounts, maintenance }: KeptNodes, config: AgentConfig) => {
  const listed = config.orders.get(name)
  if (maintenance || (listed === undefined && accounts.length === 0)) return undefined
  const tenant = listed?.tenant ?? (accounts.length === 1 ? tenantOf(accounts[0]!, config) : undefined)
  return { order: listed?.order ?? name, tenant }
}

const allocationOf = (
  { config, cluster }: Telling,
  run: Run,
  order: string | undefined,
  share: Share,
  { from, to, date }: Segment,
): Allocation => {
  const product = config.products.get(run.product)
  return {
    kind: 'allocation',
    source: config.source,
    id: `${cluster}/${runKey(run)}/${date}/${share.name}`,
    from,
    to,
    pool: share.pool as PoolId,
    gpus: share.gpus,
    ...(share.nodes === undefined ? {} : { nodes: share.nodes }),
    ...(order === undefined ? {} : { order: order as OrderId }),
    tenant: tenantOf(run.account, config) as TenantId,
    ...(product === undefined ? {} : { product }),
  }
}

/** Gaps of sales of a run of which something is not known, one for each block that it touched. */
export const gapsOf = ({ config, cluster }: Omit<Telling, 'window'>, run: Run, { from, to, date }: Segment): Reading[] => {
  const nodes = countHosts(run.nodes) === undefined ? [] : expandHosts(run.nodes)
  const blocks = nodes.length === 0 ? [...new Set([...config.placeOf.values()].map(({ block }) => block))] : undefined
  const touched = blocks ?? [...byPlace(nodes, config, ({ block }) => block).keys()]
  return touched.map((block) => ({
    kind: 'gap',
    source: config.source,
    id: `${cluster}/${runKey(run)}/${date}/unknown/${block}`,
    from,
    to,
    block: block as BlockId,
    of: 'sales',
  }))
}

const whyUnknown = ({ isStartKnown, nodes, gpus }: Run): string =>
  isStartKnown ? `on ${nodes.slice(0, 80)} it held ${gpus} GPUs, and nobody knows how many on which` : 'its record has lost when it began'

/** Parts of a run that are over: an interval whose end is not known has those up to `until`, if it is known to have lived until then. */
export const runSegments = (telling: Telling, run: Run): Segment[] => segmentsOf(telling, { from: run.start, to: run.end })

/** What runs held, as allocations. `kept` are reservations by their numbers. */
export const tellRuns = (telling: Telling, runs: readonly Run[], kept: ReadonlyMap<string, KeptNodes>): Told => {
  const readings: Reading[] = []
  const notes: string[] = []
  for (const run of runs) {
    const segments = runSegments(telling, run)
    if (segments.length === 0) continue
    const shares = run.isStartKnown ? sharesOf(run, telling.config) : undefined
    if (shares === undefined) {
      notes.push(`job ${run.job}: ${whyUnknown(run)}: told as a gap of the sales of these blocks`)
      for (const segment of segments) readings.push(...gapsOf(telling, run, segment))
      continue
    }
    if (shares.length > 0 && !telling.config.products.has(run.product))
      notes.push(`job ${run.job}: ${run.product} is no product of the configuration: told without one`)
    const order = orderOf(run, kept, telling.config)
    for (const segment of segments) for (const share of shares) readings.push(allocationOf(telling, run, order, share, segment))
  }
  return { readings, notes }
}

const printable = (text: string): string =>
  text
    // oxlint-disable-next-line no-control-regex -- Control characters are what is looked for.
    .replaceAll(/[\u0000-\u001f\u007f]/g, ' ')
    .trim()
    .slice(0, reasonMax)
    .toWellFormed()

type NodeOut = Readonly<{ node: string; from: Instant; to: Instant | undefined; name: string; reason: string }>

/** Outages of one node; `unit` is its name, so that others who speak of it speak of the same GPUs. */
const outagesOf = (telling: Telling, { node, from, to, name, reason }: NodeOut): Reading[] => {
  const { config } = telling
  const place = config.placeOf.get(node)
  if (place === undefined) return []
  const said = printable(reason)
  return segmentsOf(telling, { from, to }).map((segment) => ({
    kind: 'outage',
    source: config.source,
    id: `${name}/${segment.date}`,
    from: segment.from,
    to: segment.to,
    block: place.block as BlockId,
    gpus: place.gpus,
    unit: node,
    ...(said === '' ? {} : { reason: said }),
  }))
}

/** Node events, as outages of the nodes that stand in a block. */
export const tellEvents = (telling: Telling, events: readonly NodeEvent[]): Told => ({
  readings: events.flatMap(({ node, from, to, state, reason }) =>
    outagesOf(telling, { node, from, to, name: `${telling.cluster}/node/${node}/${from}`, reason: reason.trim() === '' ? state : reason }),
  ),
  notes: [],
})

const reservationReadings = (
  telling: Telling,
  kept: KeptNodes,
  buyer: Readonly<{ order: string; tenant: string | undefined }>,
): Reading[] => {
  const { config, cluster } = telling
  const shares = kept.quota === undefined ? wholeShares(expandHosts(kept.nodes), config) : [{ ...kept.quota, name: kept.quota.pool }]
  return segmentsOf(telling, kept).flatMap(({ from, to, date }) =>
    shares.map((share: Share) => ({
      kind: 'reservation' as const,
      source: config.source,
      id: `${cluster}/reservation/${kept.number}/${kept.from}/${date}/${share.name}`,
      from,
      to,
      pool: share.pool as PoolId,
      gpus: share.gpus,
      ...(share.nodes === undefined ? {} : { nodes: share.nodes }),
      order: buyer.order as OrderId,
      ...(buyer.tenant === undefined ? {} : { tenant: buyer.tenant as TenantId }),
    })),
  )
}

const maintenanceReadings = (telling: Telling, { number, name, from, to, nodes }: KeptNodes): Reading[] =>
  // Slurm does not keep when a maintenance was announced, so whether it was planned is for whoever knows to say, of the same unit.
  expandHosts(nodes).flatMap((node) =>
    outagesOf(telling, {
      node,
      from,
      to,
      name: `${telling.cluster}/reservation/${number}/${from}/${node}`,
      reason: `maintenance reservation ${name}`,
    }),
  )

/** Reservations: sold where somebody buys, out of service where they are for maintenance, else kept by the operator and not told. */
export const tellKept = (telling: Telling, all: readonly KeptNodes[]): Told => {
  const notes: string[] = []
  const readings = all.flatMap((kept) => {
    if (kept.quota === undefined && countHosts(kept.nodes) === undefined) {
      if (segmentsOf(telling, kept).length > 0)
        notes.push(`reservation ${kept.name}: names no nodes (${kept.nodes.slice(0, 80)}), so it is not told`)
      return []
    }
    if (kept.maintenance) return maintenanceReadings(telling, kept)
    const buyer = buyerOf(kept, telling.config)
    if (buyer !== undefined) return reservationReadings(telling, kept, buyer)
    if (segmentsOf(telling, kept).length > 0) notes.push(`reservation ${kept.name}: is for no account, so nobody buys it: not told`)
    return []
  })
  return { readings, notes }
}

/** The racks of the configuration, as they stand from its start on. */
export const tellRacks = (config: AgentConfig, cluster: string): Reading[] =>
  config.blocks.flatMap(({ block, gpusPerNode, racks }) =>
    racks.map(({ unit, nodes, tranche }) => ({
      kind: 'rack' as const,
      source: config.source,
      id: `${cluster}/rack/${unit}/${config.from}`,
      from: config.from,
      block: block as BlockId,
      unit,
      nodes,
      gpus: gpusPerNode * countHosts(nodes)!,
      ...(tranche === undefined ? {} : { tranche: tranche as TrancheId }),
    })),
  )
