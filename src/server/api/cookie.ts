import type { CookieSerializeOptions } from '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { sessionSecondsMax } from '../app/sessions.ts'

/** Seconds that signing in at an identity provider may take. */
export const loginSecondsMax = 600

/** The cookies of this server: what they are called, and how they are set. */
export type Jar = Readonly<{
  /** Over https alone; else this server is on a loopback address. */
  isSecure: boolean
}>

/**
 * With https the prefix makes sure that no page of a neighbouring name can set it. On loopback the port is part of the name: there cookies belong to
 * all ports alike, and two servers would sign each other's people out.
 */
const nameOf = (jar: Jar, request: FastifyRequest, name: string): string => {
  if (jar.isSecure) return `__Host-offtake-${name}`
  const port = /:(\d+)$/.exec(request.headers.host ?? '')?.[1]
  return port === undefined ? `offtake-${name}` : `offtake-${name}-${port}`
}

const optionsOf = ({ isSecure }: Jar, maxAge: number): CookieSerializeOptions => ({
  path: '/',
  httpOnly: true,
  sameSite: 'lax',
  secure: isSecure,
  maxAge,
})

type Which = 'session' | 'login'
const ages: Readonly<Record<Which, number>> = { session: sessionSecondsMax, login: loginSecondsMax }

export const readCookie = (jar: Jar, request: FastifyRequest, which: Which): string | undefined => {
  const value = request.cookies[nameOf(jar, request, which)]
  return value === '' ? undefined : value
}
export const setCookie = (jar: Jar, request: FastifyRequest, reply: FastifyReply, which: Which, value: string): void =>
  void reply.setCookie(nameOf(jar, request, which), value, optionsOf(jar, ages[which]))
export const dropCookie = (jar: Jar, request: FastifyRequest, reply: FastifyReply, which: Which): void =>
  void reply.clearCookie(nameOf(jar, request, which), optionsOf(jar, 0))
