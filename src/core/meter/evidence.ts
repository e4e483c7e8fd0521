import { hashOfParts } from '../base/hash.ts'
import type { Evidence } from './facts.ts'

/** SHA-256 digests, 32 bytes each, in one array that grows. */
type Digests = { bytes: Uint8Array; length: number }

/** The digests of the readings of each subject and kind. */
export type EvidenceLog = Map<string, Map<string, Digests>>

const digestBytes = 32

/** The value of a small hexadecimal digit's character code, 255 for anything else. */
const nibbles = Uint8Array.from({ length: 128 }, (_, code) => {
  const value = '0123456789abcdef'.indexOf(String.fromCharCode(code))
  return value < 0 ? 255 : value
})

const append = (digests: Digests, hex: string): void => {
  const at = digests.length * digestBytes
  if (at === digests.bytes.length) {
    const grown = new Uint8Array(digests.bytes.length * 2)
    grown.set(digests.bytes)
    digests.bytes = grown
  }
  let seen = hex.length === 2 * digestBytes ? 0 : 255
  for (let i = 0; i < digestBytes; i++) {
    const high = nibbles[hex.charCodeAt(2 * i)] ?? 255
    const low = nibbles[hex.charCodeAt(2 * i + 1)] ?? 255
    seen |= high | low
    digests.bytes[at + i] = high * 16 + low
  }
  if (seen > 15) throw new RangeError(`not a SHA-256 in small hexadecimal digits: ${hex}`)
  digests.length += 1
}

/** Notes that a subject rests on a reading. Throws `RangeError` when the digest is no SHA-256 in hex. */
export const note = (log: EvidenceLog, subject: string, kind: string, digest: string): void => {
  let kinds = log.get(subject)
  if (kinds === undefined) log.set(subject, (kinds = new Map()))
  let digests = kinds.get(kind)
  if (digests === undefined) kinds.set(kind, (digests = { bytes: new Uint8Array(8 * digestBytes), length: 0 }))
  append(digests, digest)
}

const comparing =
  (bytes: Uint8Array, first: number) =>
  (a: number, b: number): number => {
    for (let i = first; i < digestBytes; i++) if (bytes[a + i] !== bytes[b + i]) return bytes[a + i]! - bytes[b + i]!
    return 0
  }

/** So many digests are sorted as they are: the piles alone would take longer. */
const pileFrom = 4096

/** Where each digest begins, in the order of their bytes: one counting pass over the first 16 bits, then each of its piles by itself. */
const inOrder = ({ bytes, length }: Digests): Uint32Array => {
  if (length < pileFrom) return Uint32Array.from({ length }, (_, i) => i * digestBytes).toSorted(comparing(bytes, 0))
  const ends = new Uint32Array(65_537)
  const pile = (index: number) => bytes[index * digestBytes]! * 256 + bytes[index * digestBytes + 1]!
  for (let i = 0; i < length; i++) ends[pile(i) + 1]! += 1
  for (let i = 1; i < ends.length; i++) ends[i]! += ends[i - 1]!
  const order = new Uint32Array(length)
  const next = ends.slice(0, -1)
  for (let i = 0; i < length; i++) order[next[pile(i)]!++] = i * digestBytes
  const compare = comparing(bytes, 2)
  for (let i = 0; i < 65_536; i++) if (ends[i + 1]! - ends[i]! > 1) order.subarray(ends[i], ends[i + 1]).sort(compare)
  return order
}

const digitCodes = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0))
/** How many digests are written out as hexadecimal digits at a time. */
const batch = 4096

/** Some digests, written out one after the other. */
const textOf = (bytes: Uint8Array, starts: Uint32Array): Uint8Array => {
  const text = new Uint8Array(starts.length * digestBytes * 2)
  let at = 0
  for (const start of starts)
    for (let i = start; i < start + digestBytes; i++) {
      const byte = bytes[i]!
      text[at++] = digitCodes[byte >> 4]!
      text[at++] = digitCodes[byte & 15]!
    }
  return text
}

// Batch by batch, so that the text of a million digests never stands in memory.
const sortedText = function* (digests: Digests): Generator<Uint8Array> {
  const order = inOrder(digests)
  for (let from = 0; from < order.length; from += batch) yield textOf(digests.bytes, order.subarray(from, from + batch))
}

/**
 * What each subject rests on, by subject and kind: how many readings, and the SHA-256 of their hexadecimal digests, sorted and joined by
 * nothing. No subject and kind is in two of the logs.
 */
export const evidenceOf = (logs: readonly EvidenceLog[]): Evidence[] =>
  logs
    .flatMap((log) => [...log])
    .flatMap(([subject, kinds]) =>
      [...kinds].map(([kind, digests]) => ({ subject, kind, readings: digests.length, sha256: hashOfParts(sortedText(digests)) })),
    )
    .toSorted((a, b) => (a.subject !== b.subject ? (a.subject < b.subject ? -1 : 1) : a.kind < b.kind ? -1 : 1))
