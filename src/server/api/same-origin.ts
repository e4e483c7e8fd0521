import type { FastifyInstance, FastifyRequest } from 'fastify'
import { readCookie, type Jar } from './cookie.ts'
import { Refusal } from './problems.ts'

const safe = new Set(['GET', 'HEAD', 'OPTIONS'])
const loopback = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/

/**
 * Whether what changes something comes from a page of this server, or from no page at all. A browser says where it comes from, and no page can make it
 * say otherwise; who has a cookie is a browser, and has to say it.
 */
const isOwn = ({ headers }: FastifyRequest, hasCookie: boolean, origin: string | undefined): boolean => {
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin' || (site === 'none' && !hasCookie)
  const from = headers.origin
  if (from === undefined) return !hasCookie
  const host = headers.host ?? ''
  return from === origin || (loopback.test(host) && from === `http://${host}`)
}

/** Refuses what pages of elsewhere send, before it is read. `origin` is the public address of this server, where it has one. */
export const guardOrigin = (api: FastifyInstance, jar: Jar, origin: string | undefined): void => {
  api.addHook('onRequest', async (request) => {
    if (safe.has(request.method)) return
    if (isOwn(request, readCookie(jar, request, 'session') !== undefined, origin)) return
    throw new Refusal({
      kind: 'other-origin',
      status: 403,
      title: 'Not from a page of this server',
      detail: 'What changes something has to come from a page of this server, or from a program that sends a key and no cookie.',
    })
  })
}
