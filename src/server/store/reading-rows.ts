import type { Reading } from '../../core/meter/reading.ts'
import { startOfDate, type Instant } from '../../core/base/time.ts'

/** A reading on its way in: what it says, the hash of that, and what the import found out about it. */
export type IncomingReading = Readonly<{
  /** Line of the file, from 1. */
  line: number
  reading: Reading
  /** SHA-256 of its content, in hex. */
  digest: string
  /** The first final month it would have changed. */
  lateMonth?: string | undefined
  /** Set where it names neither pool nor block. */
  agreement?: string | undefined
}>

/** The columns of `reading` in the order in which COPY brings them in. */
export const columnsIn =
  'batch, recorded_at, starts_at, ends_at, gpus, revision, kind, source, id, pool, block, agreement, order_id, tenant, unit, product, replaces, late_month, body, digest, nodes'
/** The columns from which `fromRow` makes a reading again, with its digest. */
export const columnsOut =
  'recorded_at, starts_at, ends_at, gpus, revision, kind, source, id, pool, block, order_id, tenant, unit, product, replaces, body, digest, nodes'

const inColumns = new Set('source id kind recordedAt replaces revision from to gpus pool block order tenant unit product nodes'.split(' '))
const spanKinds = new Set<Reading['kind']>([
  'allocation',
  'reservation',
  'outage',
  'maintenance',
  'curtailment',
  'gap',
  'call',
  'condition',
  'offer',
  'claim',
])
const bodiless = new Set<Reading['kind']>(['allocation', 'reservation', 'call', 'claim', 'withdrawal'])

/** The widest a local date can lie around the world: UTC+14 begins it, UTC−12 ends it. */
/** The end of what has none: the last second that can be written. */
const forever = 253_402_300_799

const [earliestSeconds, latestSeconds] = [14 * 3600, 36 * 3600]

/** When a reading has effect: half-open, an instant as an empty interval; undefined where that follows from the reading it speaks of. */
export const effectOf = (reading: Reading): Readonly<{ from: Instant; to: Instant }> | undefined => {
  switch (reading.kind) {
    case 'acceptance':
      return { from: reading.at, to: reading.at }
    case 'charge':
    case 'figure':
      return reading.at === undefined ? { from: reading.from!, to: reading.to! } : { from: reading.at, to: reading.at }
    case 'event':
    case 'dispute':
    case 'ruling':
      return { from: reading.at, to: reading.at }
    case 'fx':
    case 'index':
    case 'payment': {
      const day = startOfDate(reading.date, 'UTC')
      return { from: day - earliestSeconds, to: day + latestSeconds }
    }
    case 'rack':
      return { from: reading.from, to: reading.to ?? forever }
    case 'credit':
    case 'refund':
    case 'withdrawal':
      return undefined
    case 'allocation':
    case 'reservation':
    case 'outage':
    case 'maintenance':
    case 'curtailment':
    case 'gap':
    case 'call':
    case 'condition':
    case 'offer':
    case 'claim':
      return { from: reading.from, to: reading.to }
  }
}

const special = /[\\\t\n\r]/
const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }
const text = (value: string | undefined): string =>
  value === undefined ? '\\N' : special.test(value) ? value.replaceAll(/[\\\t\n\r]/g, (c) => escapes[c]!) : value

const bodyOf = (reading: Reading): string => {
  if (bodiless.has(reading.kind)) return '\\N'
  const body = Object.entries(reading).filter(([key]) => !inColumns.has(key))
  return body.length === 0 ? '\\N' : text(JSON.stringify(Object.fromEntries(body)))
}

const orNull = (value: string | number | undefined): string | number => (value === undefined ? '\\N' : value)

/** One line of COPY's text form, in the order of `columnsIn`. Names that follow the form of an id need no escapes. */
export const toRow = ({ reading, digest, lateMonth, agreement }: IncomingReading, batch: bigint, now: Instant): string => {
  const effect = effectOf(reading)
  const of = reading as Partial<Record<'pool' | 'block' | 'order' | 'tenant' | 'unit' | 'product' | 'nodes', string>> & { gpus?: number }
  return (
    `${batch}\t${reading.recordedAt ?? now}\t${orNull(effect?.from)}\t${orNull(effect?.to)}\t${orNull(of.gpus)}\t${reading.revision ?? 0}` +
    `\t${reading.kind}\t${text(reading.source)}\t${text(reading.id)}\t${orNull(of.pool)}\t${orNull(of.block)}\t${orNull(agreement)}` +
    `\t${orNull(of.order)}\t${orNull(of.tenant)}\t${text(of.unit)}\t${orNull(of.product)}\t${text(reading.replaces)}\t${orNull(lateMonth)}` +
    `\t${bodyOf(reading)}\t\\\\x${digest}\t${orNull(of.nodes)}\n`
  )
}

const plain = (value: string): string =>
  value.includes('\\') ? value.replaceAll(/\\(.)/g, (_, c: string) => ({ t: '\t', n: '\n', r: '\r' })[c] ?? c) : value

/** Reads one line of COPY's text form, in the order of `columnsOut`. */
export const fromRow = (row: string): { reading: Reading; digest: string } => {
  const cells = row.split('\t')
  const [recordedAt, from, to, gpus, revision, kind] = cells as [string, string, string, string, string, Reading['kind']]
  const reading: Record<string, unknown> = { kind, source: plain(cells[6]!), id: plain(cells[7]!), recordedAt: Number(recordedAt) }
  const set = (key: string, cell: string): void => void (cell === '\\N' || (reading[key] = plain(cell)))
  const body = cells[15]!
  if (body !== '\\N') Object.assign(reading, JSON.parse(plain(body)))
  if (spanKinds.has(kind) || ((kind === 'charge' || kind === 'figure') && reading['at'] === undefined)) {
    reading['from'] = Number(from)
    reading['to'] = Number(to)
  }
  if (kind === 'rack') {
    reading['from'] = Number(from)
    if (Number(to) !== forever) reading['to'] = Number(to)
  }
  if (gpus !== '\\N') reading['gpus'] = Number(gpus)
  if (revision !== '0') reading['revision'] = Number(revision)
  for (const [i, key] of ['pool', 'block', 'order', 'tenant', 'unit', 'product', 'replaces'].entries()) set(key, cells[8 + i]!)
  set('nodes', cells[17]!)
  return { reading: reading as unknown as Reading, digest: cells[16]!.slice(3) }
}
