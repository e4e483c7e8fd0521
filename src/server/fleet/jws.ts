import { verify, type KeyObject } from 'node:crypto'
import type { Json } from '../../core/base/canonical.ts'

const compactForm = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/

const parsed = (part: string): Json | undefined => {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString()) as Json
  } catch {
    return undefined
  }
}

const isSigned = (alg: unknown, key: KeyObject, data: Buffer, signature: Buffer): boolean => {
  if (alg === 'ES256' && key.asymmetricKeyType === 'ec') return verify('sha256', data, { key, dsaEncoding: 'ieee-p1363' }, signature)
  return alg === 'RS256' && key.asymmetricKeyType === 'rsa' && verify('sha256', data, key, signature)
}

/**
 * What a JWS in compact form says (RFC 7515), once its signature, ES256 or RS256, is checked against the key that it names. Without any keys
 * it is taken at its word. A problem is the end of a sentence.
 */
export const readJws = (
  text: string,
  keys: ReadonlyMap<string, KeyObject>,
): Readonly<{ payload: Json }> | Readonly<{ problem: string }> => {
  if (!compactForm.test(text)) return { problem: 'is a text that is no JWS in compact form: three parts in base64url, joined by dots' }
  const [header, body, signature] = text.split('.') as [string, string, string]
  const payload = parsed(body)
  if (payload === undefined) return { problem: 'is a JWS whose payload is no JSON' }
  if (keys.size === 0) return { payload }
  const { alg, kid } = (parsed(header) ?? {}) as Readonly<{ alg?: unknown; kid?: unknown }>
  const key = typeof kid === 'string' ? keys.get(kid) : undefined
  if (key === undefined)
    return { problem: `is signed by ${JSON.stringify(kid ?? null)}, which is none of the known keys: ${[...keys.keys()].join(', ')}` }
  return isSigned(alg, key, Buffer.from(`${header}.${body}`), Buffer.from(signature, 'base64url'))
    ? { payload }
    : { problem: `is a JWS whose signature is not that of ${String(kid)} by ES256 or RS256` }
}
