import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { canonical, type Json } from './canonical.ts'

/** SHA-256 in hex, of bytes or of the UTF-8 of a text. */
export const hashOf = (content: Uint8Array | string): string =>
  bytesToHex(sha256(typeof content === 'string' ? utf8ToBytes(content) : content))

/** SHA-256 in hex of parts one after the other, for content that is too large to hold at once. */
export const hashOfParts = (parts: Iterable<Uint8Array>): string => {
  const hash = sha256.create()
  for (const part of parts) hash.update(part)
  return bytesToHex(hash.digest())
}

/** The name of a content: the hash of its canonical bytes. */
export const hashOfJson = (value: Json): string => hashOf(canonical(value))
