import { isZone, parseInstant, type Instant } from '../../core/base/time.ts'
import type { Problem } from '../../core/base/problem.ts'
import { countHosts, expandHosts } from '../../core/capacity/hostlist.ts'
import { below, conform } from '../../core/terms/conform.ts'
import { readDocument } from '../../core/terms/read-document.ts'
import { agentSchema } from './agent-shape.ts'
import { makeDays, type Days } from './segments.ts'
import type { AccountWanted, QosWanted, ReservationWanted } from './scheduler.ts'

type Product = 'reserved' | 'on-demand' | 'spot'
/** Where a node stands, and how many GPUs it has. */
export type Place = Readonly<{ block: string; pool: string; gpus: number }>

export type SlurmSettings = Readonly<{
  kind: 'slurm'
  cluster: string
  read: 'rest' | 'commands'
  commands: string
  conf?: string
  url?: string
  user?: string
  tokenFile?: string
}>

export type KueueSettings = Readonly<{
  kind: 'kueue'
  cluster: string
  url: string
  tokenFile?: string
  resource: string
  pools?: readonly Readonly<{ flavor: string; pool: string }>[]
  journal: string
}>

type RackText = Readonly<{ unit: string; nodes: string; tranche?: string }>
type BlockText = Readonly<{ block: string; pool: string; gpusPerNode: number; racks: readonly RackText[] }>

/** What an agent was told to do, checked. */
export type AgentConfig = Readonly<{
  factory: string
  zone: string
  /** The local dates of the zone. */
  days: Days
  source: string
  from: Instant
  pollSeconds: number
  settleSeconds: number
  unknownAfterSeconds: number
  windowSeconds: number
  state: string | undefined
  blocks: readonly BlockText[]
  placeOf: ReadonlyMap<string, Place>
  products: ReadonlyMap<string, Product>
  tenants: ReadonlyMap<string, string>
  /** By the name of a reservation. */
  orders: ReadonlyMap<string, Readonly<{ order: string; tenant?: string }>>
  scheduler: SlurmSettings | KueueSettings
  wanted: Readonly<{ qos: readonly QosWanted[]; accounts: readonly AccountWanted[]; reservations: readonly ReservationWanted[] }>
}>

type ReservationText = Omit<ReservationWanted, 'from' | 'to' | 'maintenance'> &
  Readonly<{ from: string; to: string; maintenance?: boolean }>
type QosText = Omit<QosWanted, 'preempts' | 'requeue'> & Readonly<{ preempts?: readonly string[]; requeue?: boolean }>

/** The configuration as written, of the right shape. */
type Written = Readonly<{
  factory: string
  zone: string
  source: string
  from: string
  poll: number
  settle: number
  unknownAfter: number
  window: number
  state?: string
  blocks: readonly BlockText[]
  products?: readonly Readonly<{ is: string; product: Product }>[]
  tenants?: readonly Readonly<{ account: string; tenant: string }>[]
  orders?: readonly Readonly<{ reservation: string; order: string; tenant?: string }>[]
  scheduler: SlurmSettings | KueueSettings
  wanted?: Readonly<{ qos?: readonly QosText[]; accounts?: readonly AccountWanted[]; reservations?: readonly ReservationText[] }>
}>

type Report = (pointer: string, message: string) => void

const readInstantAt = (report: Report, pointer: string, text: string, zone: string): Instant => {
  const at = isZone(zone) ? parseInstant(text, zone) : parseInstant(text, 'UTC')
  if (typeof at === 'number') return at
  report(pointer, `is ${text}, ${at}: should be an instant such as 2026-11-01T00:00:00Z`)
  return 0
}

const placesOf = (report: Report, blocks: readonly BlockText[]): Map<string, Place> => {
  const places = new Map<string, Place>()
  const units = new Set<string>()
  for (const [i, { block, pool, gpusPerNode, racks }] of blocks.entries())
    for (const [j, { unit, nodes }] of racks.entries()) {
      const at = below(below(below('/blocks', i), 'racks'), j)
      if (units.has(unit)) report(below(at, 'unit'), `is ${unit}, which is listed before: name each rack once`)
      units.add(unit)
      if (countHosts(nodes) === undefined) {
        report(below(at, 'nodes'), `is ${nodes.slice(0, 60)}: should be a hostlist such as fa-r001-n[01-18]`)
        continue
      }
      const twice = expandHosts(nodes).filter((node) => {
        const before = places.has(node)
        places.set(node, { block, pool, gpus: gpusPerNode })
        return before
      })
      if (twice.length > 0) report(below(at, 'nodes'), `has ${twice.slice(0, 3).join(', ')}, listed before: a node stands in one rack`)
    }
  return places
}

const once = (report: Report, list: string, key: string, names: readonly string[]): void => {
  for (const [i, name] of names.entries())
    if (names.indexOf(name) < i) report(below(below(`/${list}`, i), key), `is ${name}, which is listed before: name it once`)
}

const checkScheduler = (report: Report, scheduler: SlurmSettings | KueueSettings): void => {
  if (scheduler.kind !== 'slurm' || scheduler.read !== 'rest') return
  for (const key of ['url', 'user', 'tokenFile'] as const)
    if (scheduler[key] === undefined) report('/scheduler', `\`${key}\` is missing: it is needed to read over REST`)
}

const reservationsOf = (report: Report, { wanted, zone }: Written): ReservationWanted[] =>
  (wanted?.reservations ?? []).map(({ from, to, nodes, maintenance = false, ...rest }, i) => {
    const at = below('/wanted/reservations', i)
    const span = {
      from: readInstantAt(report, below(at, 'from'), from, zone),
      to: readInstantAt(report, below(at, 'to'), to, zone),
    }
    if (span.from >= span.to) report(below(at, 'to'), `is ${to}: should be later than ${from}`)
    if (countHosts(nodes) === undefined) report(below(at, 'nodes'), `is ${nodes.slice(0, 60)}: should be a hostlist`)
    return { ...rest, nodes, ...span, maintenance }
  })

const resolve = (report: Report, written: Written): AgentConfig => {
  const { factory, zone, source, blocks, products = [], tenants = [], orders = [], scheduler, wanted } = written
  if (!isZone(zone)) report('/zone', `is ${zone}: should be an IANA time zone such as Asia/Jakarta`)
  const names: [string, string, readonly string[]][] = [
    ['blocks', 'block', blocks.map(({ block }) => block)],
    ['products', 'is', products.map(({ is }) => is)],
    ['tenants', 'account', tenants.map(({ account }) => account)],
    ['orders', 'reservation', orders.map(({ reservation }) => reservation)],
  ]
  for (const [list, key, all] of names) once(report, list, key, all)
  checkScheduler(report, scheduler)
  return {
    factory,
    zone,
    // A zone that is none was told above.
    days: makeDays(isZone(zone) ? zone : 'UTC'),
    source,
    from: readInstantAt(report, '/from', written.from, zone),
    pollSeconds: written.poll,
    settleSeconds: written.settle,
    unknownAfterSeconds: written.unknownAfter,
    windowSeconds: written.window,
    state: written.state,
    blocks,
    placeOf: placesOf(report, blocks),
    products: new Map(products.map(({ is, product }) => [is, product])),
    tenants: new Map(tenants.map(({ account, tenant }) => [account, tenant])),
    orders: new Map(orders.map(({ reservation, ...rest }) => [reservation, rest])),
    scheduler,
    wanted: {
      qos: (wanted?.qos ?? []).map(({ preempts = [], requeue = false, ...rest }) => ({ ...rest, preempts, requeue })),
      accounts: wanted?.accounts ?? [],
      reservations: reservationsOf(report, written),
    },
  }
}

/** Reads the configuration of an agent, YAML or JSON; or every problem it has, in the order of its lines. */
export const parseAgentConfig = (text: string): { config: AgentConfig } | { problems: readonly Problem[] } => {
  const read = readDocument(text)
  if (!('value' in read)) return read
  const { sound, problems } = conform(agentSchema, read.value)
  const all = [...read.problems, ...problems]
  // What is said together can only be checked where each is what it should be.
  const config =
    all.length > 0 ? undefined : resolve((pointer, message) => void all.push({ pointer, message }), sound as unknown as Written)
  if (config !== undefined && all.length === 0) return { config }
  const located = all.map((problem) => ({ ...problem, line: read.lineOf(problem.pointer) }))
  return { problems: located.toSorted((a, b) => a.line - b.line) }
}
