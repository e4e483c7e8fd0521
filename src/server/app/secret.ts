import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** Random bytes of a secret: nobody guesses 256 bits, so a plain hash of it may be kept. */
const secretBytes = 32
/** What a secret looks like: `secretBytes` in base64url. */
export const secretForm = /^[A-Za-z0-9_-]{43}$/

/** A secret that has never been and cannot be made again: it comes from the system and from no seed. */
export const newSecret = (): string => randomBytes(secretBytes).toString('base64url')

export const secretHash = (secret: string): Buffer => createHash('sha256').update(secret).digest()

/** Whether they are the same, in a time that does not tell where they differ. */
export const isSecret = (secret: string, hash: Buffer): boolean => timingSafeEqual(secretHash(secret), hash)
