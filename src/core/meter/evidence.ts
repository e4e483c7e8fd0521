import { hashOfParts } from '../base/hash.ts'
import type { Evidence } from './facts.ts'

/** SHA-256 in hex of parts one after the other: `hashOfParts`, or a faster one that core cannot import. */
export type HashOfParts = (parts: Iterable<Uint8Array>) => string

/** SHA-256 digests, 32 bytes each, in arrays of `partDigests` that are filled one after the other: none is ever copied. */
type Digests = { parts: Uint8Array[]; length: number }

/** The digests of the readings of each subject and kind. */
export type EvidenceLog = Map<string, Map<string, Digests>>

const digestBytes = 32

/** The value of a small hexadecimal digit's character code, 255 for anything else. */
const nibbles = Uint8Array.from({ length: 128 }, (_, code) => {
  const value = '0123456789abcdef'.indexOf(String.fromCharCode(code))
  return value < 0 ? 255 : value
})

/** Digests in one array: 2 MiB, so that few readings take little and millions are never copied. */
const partBits = 16
const partDigests = 2 ** partBits
/** The first array begins small and grows. */
const firstDigests = 8

const grown = (bytes: Uint8Array): Uint8Array => {
  const larger = new Uint8Array(bytes.length * 2)
  larger.set(bytes)
  return larger
}

/** The array that the next digest goes to, with room for it. */
const roomIn = ({ parts, length }: Digests): Uint8Array => {
  const [part, at] = [length >>> partBits, startOf(length)]
  if (part === parts.length) parts.push(new Uint8Array((part === 0 ? firstDigests : partDigests) * digestBytes))
  else if (at === parts[part]!.length) parts[part] = grown(parts[part]!)
  return parts[part]!
}

const appendHex = (digests: Digests, hex: string): void => {
  const bytes = roomIn(digests)
  const at = startOf(digests.length)
  let seen = hex.length === 2 * digestBytes ? 0 : 255
  for (let i = 0; i < digestBytes; i++) {
    const high = nibbles[hex.charCodeAt(2 * i)] ?? 255
    const low = nibbles[hex.charCodeAt(2 * i + 1)] ?? 255
    seen |= high | low
    bytes[at + i] = high * 16 + low
  }
  if (seen > 15) throw new RangeError(`not a SHA-256 in small hexadecimal digits: ${hex}`)
  digests.length += 1
}

/** The digests of a subject and kind; found again and again, so the caller may keep it. */
export const digestsOf = (log: EvidenceLog, subject: string, kind: string): Digests => {
  let kinds = log.get(subject)
  if (kinds === undefined) log.set(subject, (kinds = new Map()))
  let digests = kinds.get(kind)
  if (digests === undefined) kinds.set(kind, (digests = { parts: [], length: 0 }))
  return digests
}

/** Notes that a subject rests on a reading. Throws `RangeError` when the digest is no SHA-256 in hex. */
export const note = (log: EvidenceLog, subject: string, kind: string, digest: string): void =>
  appendHex(digestsOf(log, subject, kind), digest)

/** As `note`, of the 32 bytes that begin at `at`. */
export const noteBytes = (digests: Digests, bytes: Uint8Array, at: number): void => {
  const room = roomIn(digests)
  const start = startOf(digests.length)
  for (let i = 0; i < digestBytes; i++) room[start + i] = bytes[at + i]!
  digests.length += 1
}

/** The array that holds a digest, and where it begins there. */
const partOf = (parts: readonly Uint8Array[], digest: number): Uint8Array => parts[digest >>> partBits]!
const startOf = (digest: number): number => (digest & (partDigests - 1)) * digestBytes

const comparing =
  (parts: readonly Uint8Array[]) =>
  (a: number, b: number): number => {
    const [x, y, atX, atY] = [partOf(parts, a), partOf(parts, b), startOf(a), startOf(b)]
    for (let i = 0; i < digestBytes; i++) if (x[atX + i] !== y[atY + i]) return x[atX + i]! - y[atY + i]!
    return 0
  }

/** So many digests are sorted as they are: the piles alone would take longer. */
const pileFrom = 4096
const pilesCount = 65_536

/** Digests by their first 16 bits: `order` holds them pile after pile, pile `i` before `ends[i + 1]`. */
const pilesOf = ({ parts, length }: Digests): { order: Uint32Array; ends: Uint32Array } => {
  const ends = new Uint32Array(pilesCount + 1)
  const pile = (digest: number): number => {
    const [bytes, at] = [partOf(parts, digest), startOf(digest)]
    return bytes[at]! * 256 + bytes[at + 1]!
  }
  for (let i = 0; i < length; i++) ends[pile(i) + 1]! += 1
  for (let i = 1; i < ends.length; i++) ends[i]! += ends[i - 1]!
  const order = new Uint32Array(length)
  const next = ends.slice(0, -1)
  for (let i = 0; i < length; i++) order[next[pile(i)]!++] = i
  return { order, ends }
}

/** Digests of a pile that plain numbers can sort: 32 bits of a digest and its place in the pile share a double. */
const packedMax = 2 ** 20

/**
 * Sorts a pile by the bytes after its first two: by the next four as numbers, which the engine sorts by itself, and by the rest where those are
 * equal, which of true hashes they hardly ever are.
 */
const sortPile = (parts: readonly Uint8Array[], pile: Uint32Array): void => {
  const compare = comparing(parts)
  if (pile.length > packedMax) return pile.set(pile.toSorted(compare))
  const before = pile.slice()
  const keys = new Float64Array(before.length)
  for (let i = 0; i < before.length; i++) {
    const [bytes, at] = [partOf(parts, before[i]!), startOf(before[i]!)]
    const key = ((bytes[at + 2]! * 256 + bytes[at + 3]!) * 256 + bytes[at + 4]!) * 256 + bytes[at + 5]!
    keys[i] = key * packedMax + i
  }
  keys.sort()
  let isTied = false
  for (let i = 0; i < keys.length; i++) {
    pile[i] = before[keys[i]! % packedMax]!
    isTied ||= i > 0 && Math.floor(keys[i]! / packedMax) === Math.floor(keys[i - 1]! / packedMax)
  }
  if (isTied) pile.set(pile.toSorted(compare))
}

/** The digests in the order of their bytes: one counting pass over the first 16 bits, then each of its piles by itself. */
const inOrder = (digests: Digests): Uint32Array => {
  const { parts, length } = digests
  if (length < pileFrom) return Uint32Array.from({ length }, (_, i) => i).toSorted(comparing(parts))
  const { order, ends } = pilesOf(digests)
  for (let i = 0; i < pilesCount; i++) if (ends[i + 1]! - ends[i]! > 1) sortPile(parts, order.subarray(ends[i], ends[i + 1]))
  return order
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
/** How many digests are written out as hexadecimal digits at a time. */
const batch = 4096
const pairsOfDigest = digestBytes / 2

/** Some digests, written out one after the other into `text`. */
const writeText = (parts: readonly Uint16Array[], digits: Uint32Array, some: Uint32Array, text: Uint32Array): void => {
  let at = 0
  for (let i = 0; i < some.length; i++) {
    const bytes = parts[some[i]! >>> partBits]!
    const start = (some[i]! & (partDigests - 1)) * pairsOfDigest
    for (let j = start; j < start + pairsOfDigest; j++) text[at++] = digits[bytes[j]!]!
  }
}

// Batch by batch in one array, so that the text of a million digests never stands in memory.
const sortedText = function* (digests: Digests): Generator<Uint8Array> {
  const order = inOrder(digests)
  const text = new Uint32Array(Math.min(batch, order.length) * pairsOfDigest)
  const digits = makeDigits()
  const parts = digests.parts.map(({ buffer }) => new Uint16Array(buffer))
  for (let from = 0; from < order.length; from += batch) {
    const some = order.subarray(from, from + batch)
    writeText(parts, digits, some, text)
    yield new Uint8Array(text.buffer, 0, some.length * digestBytes * 2)
  }
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
