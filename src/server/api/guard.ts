import type { FastifyInstance } from 'fastify'
import { Refusal } from './problems.ts'

/**
 * Scripts, fonts, data: from this origin alone. Styles may stand in the page, because Mantine and ECharts write style elements and
 * attributes; they can then load nothing from elsewhere either.
 */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const headers: Readonly<Record<string, string>> = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

const loopback = new Set(['localhost', '127.0.0.1', '[::1]'])

const withNul = new Refusal({
  kind: 'invalid-request',
  status: 400,
  title: 'The request is not right',
  detail: 'NUL stands in the request, in its address or in a text of its body: no text that is kept here can hold it.',
})

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && (Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype)

/**
 * Whether a text in a body that was read holds NUL. Bodies are bounded in bytes and not in depth, so this goes through them without calling itself. What is
 * still to be read, a stream, is held by its own way in.
 */
const holdsNul = (body: unknown): boolean => {
  const waiting = [body]
  while (waiting.length > 0) {
    const value = waiting.pop()
    if (typeof value === 'string' && value.includes('\0')) return true
    if (!isPlain(value)) continue
    for (const [name, each] of Object.entries(value)) {
      if (name.includes('\0')) return true
      waiting.push(each)
    }
  }
  return false
}

/**
 * Headers on every answer, and a refusal of foreign names. A server without login is open to whoever reaches it, so a page elsewhere whose name is made to point at this
 * machine (DNS rebinding) must not read statements: its `Host` gives it away.
 */
export const guard = (api: FastifyInstance, hosts: readonly string[]): void => {
  const known = new Set([...loopback, ...hosts])
  api.addHook('onRequest', async (request, reply) => {
    reply.headers(headers).header('x-request-id', request.id)
    if (request.url.includes('%00')) throw withNul
    const host = (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase()
    if (!known.has(host))
      throw new Refusal({
        kind: 'unknown-host',
        status: 421,
        title: 'Not this server',
        detail: `This server answers to ${[...known].join(', ')}, not to ${host === '' ? 'a request without a name' : host}.`,
      })
  })
  api.addHook('preValidation', async ({ body, headers: { 'content-type': type } }) => {
    if (/json/.test(type ?? '') && holdsNul(body)) throw withNul
  })
}
