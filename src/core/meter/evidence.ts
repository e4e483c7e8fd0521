import { hashOfParts } from '../base/hash.ts'
import type { Evidence } from './facts.ts'

/** SHA-256 in hex of parts one after the other: `hashOfParts`, or a faster one that core cannot import. */
export type HashOfParts = (parts: Iterable<Uint8Array>) => string

/** SHA-256 digests, 32 bytes each, in one array that grows. */
type Pile = { bytes: Uint8Array; length: number }

/**
 * Digests in one pile while they are few; then in 256, by their first byte: each is then sorted and written out within what a processor keeps close,
 * and what lies in memory of eight million digests is never copied as a whole.
 */
type Digests = { few: Pile; piles: readonly Pile[]; length: number }

/** The digests of the readings of each subject and kind. */
export type EvidenceLog = Map<string, Map<string, Digests>>

const digestBytes = 32
/** So many are kept in one pile. */
const fewMax = 4096
const pilesCount = 256

const emptyPile = (digests: number): Pile => ({ bytes: new Uint8Array(digests * digestBytes), length: 0 })

/** Grows by a quarter: of millions, half as much again would be a hundred megabytes for nothing. */
const push = (pile: Pile, bytes: Uint8Array, at: number): void => {
  const start = pile.length * digestBytes
  if (start === pile.bytes.length) {
    const grown = new Uint8Array((pile.length + Math.max(8, pile.length >>> 2)) * digestBytes)
    grown.set(pile.bytes)
    pile.bytes = grown
  }
  const room = pile.bytes
  for (let i = 0; i < digestBytes; i++) room[start + i] = bytes[at + i]!
  pile.length += 1
}

/** The digests of a subject and kind. */
export const digestsOf = (log: EvidenceLog, subject: string, kind: string): Digests => {
  let kinds = log.get(subject)
  if (kinds === undefined) log.set(subject, (kinds = new Map()))
  let digests = kinds.get(kind)
  if (digests === undefined) kinds.set(kind, (digests = { few: emptyPile(8), piles: [], length: 0 }))
  return digests
}

/** As `note`, of the 32 bytes that begin at `at`. */
export const noteBytes = (digests: Digests, bytes: Uint8Array, at: number): void => {
  if (digests.length === fewMax) {
    digests.piles = Array.from({ length: pilesCount }, () => emptyPile(fewMax / pilesCount))
    const { few } = digests
    for (let from = 0; from < few.bytes.length && from < fewMax * digestBytes; from += digestBytes)
      push(digests.piles[few.bytes[from]!]!, few.bytes, from)
    digests.few = emptyPile(0)
  }
  push(digests.length < fewMax ? digests.few : digests.piles[bytes[at]!]!, bytes, at)
  digests.length += 1
}

/** The value of a small hexadecimal digit's character code, 255 for anything else. */
const nibbles = Uint8Array.from({ length: 128 }, (_, code) => {
  const value = '0123456789abcdef'.indexOf(String.fromCharCode(code))
  return value < 0 ? 255 : value
})

/** Notes that a subject rests on a reading. Throws `RangeError` when the digest is no SHA-256 in hex. */
export const note = (log: EvidenceLog, subject: string, kind: string, digest: string): void => {
  const bytes = new Uint8Array(digestBytes)
  let seen = digest.length === 2 * digestBytes ? 0 : 255
  for (let i = 0; i < digestBytes; i++) {
    const high = nibbles[digest.charCodeAt(2 * i)] ?? 255
    const low = nibbles[digest.charCodeAt(2 * i + 1)] ?? 255
    seen |= high | low
    bytes[i] = high * 16 + low
  }
  if (seen > 15) throw new RangeError(`not a SHA-256 in small hexadecimal digits: ${digest}`)
  noteBytes(digestsOf(log, subject, kind), bytes, 0)
}

const comparing =
  ({ bytes }: Pile) =>
  (a: number, b: number): number => {
    const [atA, atB] = [a * digestBytes, b * digestBytes]
    for (let i = 0; i < digestBytes; i++) if (bytes[atA + i] !== bytes[atB + i]) return bytes[atA + i]! - bytes[atB + i]!
    return 0
  }

/** Digests of a pile that plain numbers can sort: 32 bits of a digest and its place in the pile share a double. */
const packedMax = 2 ** 20

/**
 * The places of a pile's digests in the order of their bytes: by four bytes as numbers, which the engine sorts by itself, and by all where those are
 * equal, which of true hashes they hardly ever are. `first` is 1 where all begin with one byte.
 */
const inOrder = (pile: Pile, first: 0 | 1): Uint32Array => {
  const { bytes, length } = pile
  const compare = comparing(pile)
  if (length > packedMax) return Uint32Array.from({ length }, (_, i) => i).toSorted(compare)
  const keys = new Float64Array(length)
  for (let i = 0, at = first; i < length; i++, at += digestBytes)
    keys[i] = (((bytes[at]! * 256 + bytes[at + 1]!) * 256 + bytes[at + 2]!) * 256 + bytes[at + 3]!) * packedMax + i
  keys.sort()
  const order = new Uint32Array(length)
  let isTied = false
  for (let i = 0; i < length; i++) {
    order[i] = keys[i]! % packedMax
    isTied ||= i > 0 && Math.floor(keys[i]! / packedMax) === Math.floor(keys[i - 1]! / packedMax)
  }
  return isTied ? order.toSorted(compare) : order
}

/** The four hexadecimal digits of every two bytes, as they lie in memory: one number for another, whichever way this machine orders bytes. */
const makeDigits = (): Uint32Array => {
  const [two, four] = [new Uint8Array(Uint16Array.from({ length: 65_536 }, (_, i) => i).buffer), new Uint8Array(4 * 65_536)]
  for (let i = 0; i < two.length; i++) {
    four[2 * i] = '0123456789abcdef'.charCodeAt(two[i]! >> 4)
    four[2 * i + 1] = '0123456789abcdef'.charCodeAt(two[i]! & 15)
  }
  return new Uint32Array(four.buffer)
}
const digits = makeDigits()
const pairsOfDigest = digestBytes / 2

/** A pile, sorted and written out as hexadecimal digits. */
const textOf = (pile: Pile, first: 0 | 1): Uint8Array => {
  const pairs = new Uint16Array(pile.bytes.buffer)
  const text = new Uint32Array(pile.length * pairsOfDigest)
  let at = 0
  for (const place of inOrder(pile, first)) {
    const start = place * pairsOfDigest
    for (let i = start; i < start + pairsOfDigest; i++) text[at++] = digits[pairs[i]!]!
  }
  return new Uint8Array(text.buffer)
}

// Pile by pile, so that the text of a million digests never stands in memory.
const sortedText = function* ({ few, piles }: Digests): Generator<Uint8Array> {
  if (piles.length === 0) yield textOf(few, 0)
  for (const pile of piles) yield textOf(pile, 1)
}

/**
 * What each subject rests on, by subject and kind: how many readings, and the SHA-256 of their hexadecimal digests, sorted and joined by
 * nothing. No subject and kind is in two of the logs.
 */
export const evidenceOf = (logs: readonly EvidenceLog[], hash: HashOfParts = hashOfParts): Evidence[] =>
  logs
    .flatMap((log) => [...log])
    .flatMap(([subject, kinds]) =>
      [...kinds].map(([kind, digests]) => ({ subject, kind, readings: digests.length, sha256: hash(sortedText(digests)) })),
    )
    .toSorted((a, b) => (a.subject !== b.subject ? (a.subject < b.subject ? -1 : 1) : a.kind < b.kind ? -1 : 1))
