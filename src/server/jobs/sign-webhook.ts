import { createHmac } from 'node:crypto'

/**
 * The headers of a message by the Standard Webhooks specification: HMAC-SHA256 over `id.timestamp.body`, once for each secret that is good, so that a
 * receiver may know either. `atMs` is the world's clock: receivers refuse what is old.
 */
export const signedHeaders = (
  secrets: readonly string[],
  { message, body, atMs }: Readonly<{ message: string; body: string; atMs: number }>,
): Readonly<Record<string, string>> => {
  const timestamp = `${Math.floor(atMs / 1000)}`
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
    return `v1,${createHmac('sha256', key).update(`${message}.${timestamp}.${body}`).digest('base64')}`
  })
  return { 'webhook-id': message, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') }
}
