/** Bytes with the compression taken off, or what is wrong with them, as the end of a sentence. `limit`: they are more than they may be. */
export type Uncompressed = Readonly<{ bytes: Uint8Array }> | Readonly<{ problem: string; limit?: true }>

/** An element of three bytes stands for 64 at most: whatever declares more than that cannot keep its word. */
const growthMax = 64 / 3

type Varint = Readonly<{ value: number; next: number }>

const readLength = (from: Uint8Array): Varint | undefined => {
  let value = 0
  for (let at = 0; at < 5 && at < from.length; at++) {
    value += (from[at]! & 0x7f) * 2 ** (7 * at)
    if (from[at]! < 0x80) return value < 2 ** 32 ? { value, next: at + 1 } : undefined
  }
  return undefined
}

/** A number of so many bytes, the lowest first; NaN beyond the end. */
const littleEndian = (from: Uint8Array, at: number, bytes: number): number => {
  let value = 0
  for (let i = 0; i < bytes; i++) value += (from[at + i] ?? Number.NaN) * 2 ** (8 * i)
  return value
}

/** What an element says: where its literal bytes begin, or how far back it copies; and how many. */
type Element = Readonly<{ length: number; next: number; back: number | undefined }>

const elementAt = (from: Uint8Array, at: number): Element => {
  const tag = from[at]!
  const high = tag >>> 2
  switch (tag & 3) {
    case 0: {
      const extra = high < 60 ? 0 : high - 59
      return { length: (extra === 0 ? high : littleEndian(from, at + 1, extra)) + 1, next: at + 1 + extra, back: undefined }
    }
    case 1:
      return { length: (high & 7) + 4, next: at + 2, back: (tag >>> 5) * 256 + littleEndian(from, at + 1, 1) }
    case 2:
      return { length: high + 1, next: at + 3, back: littleEndian(from, at + 1, 2) }
    default:
      return { length: high + 1, next: at + 5, back: littleEndian(from, at + 1, 4) }
  }
}

const copyBack = (into: Uint8Array, to: number, back: number, length: number): void => {
  // What is copied may overlap what is written: it then repeats, so that it cannot be moved as one piece.
  if (back >= length) into.copyWithin(to, to - back, to - back + length)
  else for (let i = 0; i < length; i++) into[to + i] = into[to + i - back]!
}

/**
 * Takes a snappy block apart (google/snappy, format_description.txt). The length that it declares is held against `bytesMax`, and against
 * what so few bytes can stand for, before anything is allocated. A block that is cut off, reaches back before its beginning, or does not come
 * to the length it declares is refused: libraries fill up with zeros instead, which would be somebody's samples.
 */
export const uncompress = (from: Uint8Array, bytesMax: number): Uncompressed => {
  const declared = readLength(from)
  if (declared === undefined) return { problem: 'is no snappy block: it does not begin with its length' }
  if (declared.value > bytesMax)
    return { problem: `comes to ${declared.value.toLocaleString('en')} bytes, more than ${bytesMax.toLocaleString('en')}`, limit: true }
  if (declared.value > from.length * growthMax)
    return { problem: `declares ${declared.value.toLocaleString('en')} bytes, which ${from.length} compressed ones cannot hold` }
  const into = new Uint8Array(declared.value)
  let [at, to] = [declared.next, 0]
  while (at < from.length) {
    const { length, next, back } = elementAt(from, at)
    const end = back === undefined ? next + length : next
    // Written so that NaN, which is a number cut off, is refused too.
    if (!(end <= from.length)) return { problem: 'is a snappy block that ends early' }
    if (!(to + length <= into.length)) return { problem: 'is a snappy block that holds more than it declares' }
    if (back === undefined) into.set(from.subarray(next, end), to)
    else if (back > 0 && back <= to) copyBack(into, to, back, length)
    else return { problem: 'is a snappy block that refers to before its beginning' }
    ;[at, to] = [end, to + length]
  }
  return to === into.length ? { bytes: into } : { problem: 'is a snappy block that ends early' }
}
