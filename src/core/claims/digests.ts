/** Characters of a digest that a finding keeps: 128 bits name a reading among all that anybody will ever have. */
export const digestDigits = 32
const digestBytes = digestDigits / 2

/** The first 128 bits of the digest of every reading that a finding may rest on, in one array that grows. */
export type Digests = { bytes: Uint8Array; length: number }

export const emptyDigests = (): Digests => ({ bytes: new Uint8Array(64 * digestBytes), length: 0 })

/** The value of a small hexadecimal digit's character code. */
const nibbles = Uint8Array.from({ length: 128 }, (_, code) => Math.max(0, '0123456789abcdef'.indexOf(String.fromCharCode(code))))

/** Keeps a digest and answers with its number. */
export const keepDigest = (digests: Digests, hex: string): number => {
  const at = digests.length * digestBytes
  if (at === digests.bytes.length) {
    const grown = new Uint8Array(digests.bytes.length * 2)
    grown.set(digests.bytes)
    digests.bytes = grown
  }
  for (let i = 0; i < digestBytes; i++) digests.bytes[at + i] = nibbles[hex.charCodeAt(2 * i)]! * 16 + nibbles[hex.charCodeAt(2 * i + 1)]!
  return digests.length++
}

/** In hexadecimal digits: the first 32 of the reading's digest. */
export const digestOf = ({ bytes }: Digests, number: number): string => {
  let text = ''
  for (let i = number * digestBytes; i < (number + 1) * digestBytes; i++) text += bytes[i]!.toString(16).padStart(2, '0')
  return text
}
