import type { LoginSettings } from './api/provider.ts'

/** What configures login: names of the environment, and the options of `offtake serve` that say the same. */
export type LoginWords = Readonly<{
  issuer: string | undefined
  clientId: string | undefined
  clientSecret: string | undefined
  origin: string | undefined
}>
export type LoginAnswer = Readonly<{ login: LoginSettings | undefined }> | Readonly<{ problems: readonly string[] }>

const loopback = new Set(['localhost', '127.0.0.1', '::1', '[::1]'])
/** Whether this address is reached from this machine alone. */
export const isLoopback = (host: string): boolean => loopback.has(host)

export const beyondLoopback = (host: string): string =>
  `--host ${host} is reached from other machines, and no login is configured: whoever reached it could act as anyone. Set OFFTAKE_OIDC_ISSUER, ` +
  'OFFTAKE_OIDC_CLIENT_ID, OFFTAKE_OIDC_CLIENT_SECRET and OFFTAKE_ORIGIN (docs/access.md), or leave --host out'

const names = { issuer: 'OFFTAKE_OIDC_ISSUER', clientId: 'OFFTAKE_OIDC_CLIENT_ID', origin: 'OFFTAKE_ORIGIN' } as const

/** The words of the environment: for those who may read it. */
export const wordsOf = (environment: Readonly<Record<string, string | undefined>>): LoginWords => {
  const wordOf = (name: string): string | undefined => (environment[name] === '' ? undefined : environment[name])
  return {
    issuer: wordOf(names.issuer),
    clientId: wordOf(names.clientId),
    clientSecret: wordOf('OFFTAKE_OIDC_CLIENT_SECRET'),
    origin: wordOf(names.origin),
  }
}

const readUrl = (text: string, name: string): URL | string => {
  if (!URL.canParse(text)) return `${name} should be an address such as https://login.example.com, not ${text}`
  const url = new URL(text)
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))) return url
  return `${name} should begin with https, not ${url.protocol.slice(0, -1)}: only on this machine may it do without`
}

const originProblems = (origin: URL): string[] =>
  origin.pathname === '/' && origin.search === '' && origin.hash === '' && origin.username === ''
    ? []
    : [`${names.origin} should be scheme and host alone, such as ${origin.origin}, not ${origin.href}`]

/** How people sign in, from what was said; nothing where nothing was said, and every problem where it cannot be used. */
export const readLogin = ({ issuer, clientId, clientSecret, origin }: LoginWords): LoginAnswer => {
  if (issuer === undefined && clientId === undefined && clientSecret === undefined && origin === undefined) return { login: undefined }
  const missing = Object.entries({ issuer, clientId, origin }).flatMap(([key, value]) =>
    value === undefined ? [`${names[key as keyof typeof names]} is missing: login wants all of ${Object.values(names).join(', ')}`] : [],
  )
  const [at, home] = [issuer === undefined ? '' : readUrl(issuer, names.issuer), origin === undefined ? '' : readUrl(origin, names.origin)]
  const wrong = [at, home].filter((each) => typeof each === 'string' && each !== '') as string[]
  const problems = [...missing, ...wrong, ...(home instanceof URL ? originProblems(home) : [])]
  if (problems.length > 0 || !(at instanceof URL) || !(home instanceof URL) || clientId === undefined) return { problems }
  return { login: { issuer: at, clientId, clientSecret, origin: home } }
}
