/** Reads values one after the other from ClickHouse's RowBinary. Whole numbers and floats are little-endian there, as on every machine this runs on. */
export const readRowBinary = (bytes: Buffer) => {
  let at = 0
  const length = (): number => {
    let [value, factor] = [0, 1]
    for (;;) {
      const byte = bytes[at++]!
      value += (byte & 127) * factor
      if (byte < 128) return value
      factor *= 128
    }
  }
  /** The bytes of an array, copied: they are aligned then, and outlive the answer. */
  const arrayBytes = (itemBytes: number): ArrayBuffer => {
    const size = length() * itemBytes
    const copy = new ArrayBuffer(size)
    new Uint8Array(copy).set(bytes.subarray(at, at + size))
    at += size
    return copy
  }
  return {
    isOver: (): boolean => at >= bytes.length,
    text: (): string => {
      const size = length()
      at += size
      return bytes.toString('utf8', at - size, at)
    },
    byte: (): number => bytes[at++]!,
    uint16: (): number => bytes.readUInt16LE((at += 2) - 2),
    uint32: (): number => bytes.readUInt32LE((at += 4) - 4),
    uint16s: (): Uint16Array => new Uint16Array(arrayBytes(2)),
    uint32s: (): Uint32Array => new Uint32Array(arrayBytes(4)),
    /** Sums come in 64 bits; of one node and hour they are far below 2^32, and the lower half is the number. */
    lowerHalves: (): Uint32Array => {
      const halves = new Uint32Array(arrayBytes(8))
      const lower = new Uint32Array(halves.length / 2)
      for (let i = 0; i < lower.length; i++) lower[i] = halves[2 * i]!
      return lower
    },
    floats: (): Float32Array => new Float32Array(arrayBytes(4)),
  }
}
export type RowBinary = ReturnType<typeof readRowBinary>
