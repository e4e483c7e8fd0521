import { lookup } from 'node:dns/promises'
import ipaddr from 'ipaddr.js'

/** An address that was looked at, and is the one that is connected to. */
export type Address = Readonly<{ address: string; family: 4 | 6 }>
/** All addresses of a name. */
export type ResolveName = (host: string) => Promise<readonly Address[]>

export type Egress = Readonly<{
  /** Networks inside which the server was told that it may send, such as `10.1.0.0/16`. None unless it is started so. */
  allowed: readonly string[]
  resolve: ResolveName
}>

export const resolveName: ResolveName = async (host) =>
  (await lookup(host, { all: true, order: 'verbatim' })).map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }))

/** Ports that may be sent to outside of the networks that are allowed. */
export const portsOpen = ['443', '8443']
export const urlLengthMax = 2_000
/** Addresses of one name that are looked at. */
const addressesMax = 50

const parse = (address: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined => {
  if (!ipaddr.isValid(address)) return undefined
  const parsed = ipaddr.parse(address)
  // `::ffff:10.0.0.1` reaches what 10.0.0.1 does.
  return parsed instanceof ipaddr.IPv6 && parsed.isIPv4MappedAddress() ? parsed.toIPv4Address() : parsed
}

/** Why a network cannot be allowed, in a sentence; undefined where it can. */
export const whyNotNetwork = (network: string): string | undefined =>
  ipaddr.isValidCIDR(network) ? undefined : `${network} is no network: write it such as 10.1.0.0/16 or fd00::/8`

const isAllowed = (address: ipaddr.IPv4 | ipaddr.IPv6, allowed: readonly string[]): boolean =>
  allowed.some((network) => {
    const [base, bits] = ipaddr.parseCIDR(network)
    return base.kind() === address.kind() && address.match(base, bits)
  })

/** Whether an address is one of the internet, one inside an allowed network, or neither: private, loopback, link-local, multicast, reserved, mapped. */
export const placeOfAddress = (address: string, allowed: readonly string[]): 'public' | 'allowed' | 'refused' => {
  const parsed = parse(address)
  if (parsed === undefined) return 'refused'
  if (isAllowed(parsed, allowed)) return 'allowed'
  return parsed.range() === 'unicast' ? 'public' : 'refused'
}

const hostOf = ({ hostname }: URL): string => (hostname.startsWith('[') ? hostname.slice(1, -1) : hostname)

/** Names that are this machine everywhere (RFC 6761): no lookup says more. */
const isThisMachine = (host: string): boolean => /(^|\.)localhost\.?$/i.test(host)

/** Why nothing is sent to an address of the web as it is written, in a sentence; undefined where the name has still to be looked up. */
export const whyNotUrl = (text: string, allowed: readonly string[]): string | undefined => {
  if (text.length > urlLengthMax) return `is longer than ${urlLengthMax} characters`
  if (!URL.canParse(text)) return 'is no address; write it such as https://example.com/offtake'
  const url = new URL(text)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return `should begin with https://, not ${url.protocol}`
  if (url.username !== '' || url.password !== '') return 'should hold no name and no password: messages are signed'
  if (url.hash !== '') return 'should have no part after #: it would not be sent'
  const host = hostOf(url)
  const place = ipaddr.isValid(host)
    ? placeOfAddress(host, allowed)
    : isThisMachine(host)
      ? placeOfAddress('127.0.0.1', allowed)
      : undefined
  if (place === 'refused') return `leads to ${host}, which is no address of the internet; the server has to be started with it allowed`
  if (place === 'allowed') return undefined
  // Where a name leads is looked at when it is sent to: with an allowed network, it may lead there.
  if (allowed.length > 0 && place === undefined) return undefined
  if (url.protocol !== 'https:') return 'should begin with https://: what is sent could be read on its way'
  if (url.port !== '' && !portsOpen.includes(url.port)) return `should use port ${portsOpen.join(' or ')}, not ${url.port}`
  return undefined
}

/** Why nothing is sent there, or the one address that is connected to. Every address of the name has to be a good one. */
export const aimAt = async (url: URL, { allowed, resolve }: Egress): Promise<Address | Readonly<{ refused: string }>> => {
  const why = whyNotUrl(url.href, allowed)
  if (why !== undefined) return { refused: `the address ${why}` }
  const host = hostOf(url)
  const literal = ipaddr.isValid(host)
  const addresses: readonly Address[] = literal
    ? [{ address: host, family: ipaddr.parse(host).kind() === 'ipv6' ? 6 : 4 }]
    : await resolve(host)
  const [first] = addresses
  if (first === undefined) return { refused: `${host} has no address` }
  if (addresses.length > addressesMax) return { refused: `${host} has more than ${addressesMax} addresses` }
  const places = addresses.map(({ address }) => placeOfAddress(address, allowed))
  const bad = places.indexOf('refused')
  if (bad !== -1) return { refused: `${host} leads to ${addresses[bad]!.address}, which is no address of the internet` }
  if (places.every((place) => place === 'allowed')) return first
  if (url.protocol !== 'https:') return { refused: 'the address should begin with https://' }
  if (url.port !== '' && !portsOpen.includes(url.port))
    return { refused: `the address should use port ${portsOpen.join(' or ')}, not ${url.port}` }
  return first
}
