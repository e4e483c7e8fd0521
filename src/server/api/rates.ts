import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import ipaddr from 'ipaddr.js'
import { Busy } from './busy.ts'
import type { Principal } from './principal.ts'

/** So many at once, and so many again every second. */
export type Rate = Readonly<{ burst: number; perSecond: number }>

/** Whose requests are counted together, and how many there may be. */
export type Rates = Readonly<{
  /** Of a person or a key. Whoever is at this machine, where no login is configured, is not counted. */
  principal: Rate
  /** Of an address, as long as nobody is known. */
  address: Rate
  /** Of an address, at the doors where one becomes known: writes that need nobody, and routes that say `rate: 'door'`. */
  door: Rate
  /** Senders that are remembered; beyond, who has been quiet for longest is forgotten, and begins anew. */
  sendersMax: number
}>

export const ratesUsual: Rates = {
  principal: { burst: 2_000, perSecond: 100 },
  address: { burst: 300, perSecond: 10 },
  door: { burst: 60, perSecond: 1 },
  sendersMax: 10_000,
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** `door`: where one becomes known, counted more strictly. `own`: this way in has a gate of its own for whoever is known. */
    rate?: 'door' | 'own'
  }
}

type Bucket = { tokens: number; at: number }
type Taken = Readonly<{ left: number; waitSeconds: number; allowed: boolean }>

/** A bucket of tokens for each sender: it fills by the second, never over its rim, and a request takes one. */
export const makeBuckets = (sendersMax: number) => {
  const buckets = new Map<string, Bucket>()
  return (sender: string, { burst, perSecond }: Rate, atMs: number): Taken => {
    const known = buckets.get(sender)
    const filled = known === undefined ? burst : Math.min(burst, known.tokens + (Math.max(0, atMs - known.at) / 1000) * perSecond)
    const allowed = filled >= 1
    const tokens = allowed ? filled - 1 : filled
    // Put in anew, so that the first of the map is who has been quiet for longest.
    buckets.delete(sender)
    buckets.set(sender, { tokens, at: atMs })
    if (buckets.size > sendersMax) buckets.delete(buckets.keys().next().value!)
    return { allowed, left: Math.floor(tokens), waitSeconds: allowed ? 0 : Math.ceil((1 - tokens) / perSecond) }
  }
}

/** One house has many addresses of IPv6: the network counts, its first 64 bits, however an address is written. */
export const networkOf = (address: string): string => {
  if (!ipaddr.isValid(address)) return address
  // What is IPv4 written as IPv6 is IPv4.
  const parsed = ipaddr.process(address)
  if (!(parsed instanceof ipaddr.IPv6)) return parsed.toString()
  return parsed.parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')
}

type Counted = Readonly<{ sender: string; name: string; rate: Rate }>

const countedAs = (request: FastifyRequest, principal: Principal | undefined, rates: Rates): Counted | undefined => {
  const { config, method } = request.routeOptions
  if (principal?.kind === 'local' || (config.rate === 'own' && principal !== undefined)) return undefined
  const isDoor = config.rate === 'door' || (config.needs === 'nothing' && method !== 'GET' && method !== 'HEAD')
  if (isDoor) return { sender: `door ${networkOf(request.ip)}`, name: 'door', rate: rates.door }
  if (principal !== undefined) return { sender: `${principal.kind} ${principal.id}`, name: principal.kind, rate: rates.principal }
  return { sender: `address ${networkOf(request.ip)}`, name: 'address', rate: rates.address }
}

const tell = (reply: FastifyReply, { name, rate }: Counted, { left }: Taken): void => {
  reply.header('ratelimit-limit', `${rate.burst}`)
  reply.header('ratelimit-remaining', `${left}`)
  // Until it is full again, if nothing more comes.
  reply.header('ratelimit-reset', `${Math.ceil((rate.burst - left) / rate.perSecond)}`)
  reply.header('ratelimit-policy', `"${name}";q=${rate.burst};w=${Math.ceil(rate.burst / rate.perSecond)}`)
}

/** What counts a request once it is known whose it is, and refuses it where there were too many. */
export type CountRequest = (request: FastifyRequest, reply: FastifyReply) => void

export const makeRates = (api: FastifyInstance, rates: Rates, clockMs: () => number): CountRequest => {
  const take = makeBuckets(rates.sendersMax)
  api.addHook('onError', async (_request, reply, error) => {
    if (error instanceof Busy) reply.header('retry-after', `${error.retryAfterSeconds}`)
  })
  return (request, reply) => {
    const counted = countedAs(request, request.principal, rates)
    if (counted === undefined) return
    const taken = take(counted.sender, counted.rate, clockMs())
    tell(reply, counted, taken)
    if (taken.allowed) return
    const { burst, perSecond } = counted.rate
    throw new Busy(
      429,
      taken.waitSeconds,
      `More than ${burst} requests at once, or ${perSecond} a second, of this ${counted.name}: send it again after ${taken.waitSeconds} s.`,
    )
  }
}
