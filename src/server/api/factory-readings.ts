import { formatInstant } from '../../core/base/time.ts'
import type { Reading } from '../../core/meter/reading.ts'
import type { ReadingWire } from '../../wire/reading.ts'

/** A reading as it was imported, with what only its kind has. */
export const ofReading = ({ reading, digest }: Readonly<{ reading: Reading; digest: string }>): ReadingWire => {
  const { source, id, kind, recordedAt } = reading
  const of = reading as Partial<
    Record<'order' | 'tenant' | 'unit' | 'pool' | 'block' | 'nodes' | 'reason' | 'product' | 'price' | 'tranche', string>
  > &
    Partial<{ from: number; to: number; at: number; gpus: number }>
  const [from, to] = [of.from ?? of.at, of.to ?? of.at]
  const detail = Object.fromEntries(
    Object.entries({ nodes: of.nodes, reason: of.reason, product: of.product, price: of.price, tranche: of.tranche }).filter(
      ([, value]) => value !== undefined,
    ),
  )
  return {
    source,
    id,
    kind,
    subject: of.block ?? of.pool ?? '',
    from: from === undefined ? null : formatInstant(from),
    to: to === undefined ? null : formatInstant(to),
    recordedAt: formatInstant(recordedAt ?? 0),
    gpus: of.gpus ?? null,
    order: of.order ?? null,
    tenant: of.tenant ?? null,
    unit: of.unit ?? null,
    detail: Object.keys(detail).length === 0 ? null : JSON.stringify(detail),
    lateFor: null,
    replaces: reading.replaces ?? null,
    replacedBy: null,
    sha256: digest,
  }
}
