import type { OrderId, PoolId } from '../../core/base/id.ts'
import type { AllocationRow } from '../../core/meter/intake.ts'
import { copyOutBytes } from './copy.ts'
import type { Work } from './transaction.ts'

/** The columns of an allocation that its settlement needs, in the order in which they are read. */
export const allocationColumns = 'r.starts_at, r.ends_at, r.gpus, r.pool, r.order_id, r.product, r.source, r.digest'

/** The header of COPY's binary form: a signature, flags, and an extension of no bytes. */
const headerBytes = 19
/** Of a row: how many fields it has; then each has its length, −1 for null, and its bytes. */
const [fieldCountBytes, lengthBytes] = [2, 4]
const fieldsWanted = 8

const int8At = (bytes: Buffer, at: number): number => bytes.readInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4)

/** Reads names of which many rows in turn have the same: the text is made once, and shared. */
const makeNameReader = () => {
  let [known, text] = [Buffer.alloc(0), '']
  return (bytes: Buffer, from: number, to: number): string => {
    if (known.length === to - from && bytes.compare(known, 0, known.length, from, to) === 0) return text
    known = Buffer.from(bytes.subarray(from, to))
    text = known.toString('utf8')
    return text
  }
}

type Written = { -readonly [K in keyof AllocationRow]: AllocationRow[K] }

/** Takes rows out of bytes that end anywhere; what is left of them is given again with the next. */
const makeDecoder = (take: (row: AllocationRow) => void) => {
  const [poolOf, orderOf, productOf, sourceOf] = [makeNameReader(), makeNameReader(), makeNameReader(), makeNameReader()]
  const row: Written = {
    source: '',
    pool: '' as PoolId,
    order: undefined,
    product: undefined,
    from: 0,
    to: 0,
    gpus: 0,
    digests: new Uint8Array(),
    digestAt: 0,
  }
  const ends = new Int32Array(fieldsWanted)
  /** Where each field ends; −1 where the row is not here as a whole. A null field ends where its length does, and begins after. */
  const measure = (bytes: Buffer, from: number): number => {
    let at = from + fieldCountBytes
    for (let field = 0; field < fieldsWanted; field++) {
      if (at + lengthBytes > bytes.length) return -1
      at += lengthBytes + Math.max(0, bytes.readInt32BE(at))
      ends[field] = at
    }
    return at <= bytes.length ? at : -1
  }
  return (bytes: Buffer, from: number): Readonly<{ rest: number; rows: number }> => {
    let [at, rows] = [from, 0]
    while (at + fieldCountBytes <= bytes.length) {
      if (bytes.readInt16BE(at) === -1) return { rest: at + fieldCountBytes, rows }
      const next = measure(bytes, at)
      if (next < 0) break
      row.from = int8At(bytes, ends[0]! - 8)
      row.to = int8At(bytes, ends[1]! - 8)
      row.gpus = bytes.readInt32BE(ends[2]! - 4)
      row.pool = poolOf(bytes, ends[2]! + lengthBytes, ends[3]!) as PoolId
      const orderFrom = ends[3]! + lengthBytes
      row.order = bytes.readInt32BE(ends[3]) < 0 ? undefined : (orderOf(bytes, orderFrom, ends[4]!) as OrderId)
      row.product = bytes.readInt32BE(ends[4]) < 0 ? undefined : productOf(bytes, ends[4]! + lengthBytes, ends[5]!)
      row.source = sourceOf(bytes, ends[5]! + lengthBytes, ends[6]!)
      row.digests = bytes
      row.digestAt = ends[6]! + lengthBytes
      take(row)
      at = next
      rows += 1
    }
    return { rest: at, rows }
  }
}

/**
 * Hands over every row of a query of `allocationColumns`, one at a time in one object that is used again. Millions of them are read in COPY's binary
 * form, which needs no text to be made or read. Yields how many came, some tens of thousands at a time.
 */
export async function* readAllocations(tx: Work, query: string, take: (row: AllocationRow) => void): AsyncGenerator<number> {
  const decode = makeDecoder(take)
  let rest: Buffer = Buffer.alloc(0)
  let begun = false
  for await (const chunk of copyOutBytes(tx.client, query)) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    if (!begun && bytes.length < headerBytes) {
      rest = bytes
      continue
    }
    const { rest: at, rows } = decode(bytes, begun ? 0 : headerBytes)
    begun = true
    rest = bytes.subarray(at)
    if (rows > 0) yield rows
  }
}
