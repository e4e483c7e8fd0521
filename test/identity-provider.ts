import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Provider, type Configuration } from 'oidc-provider'

/** Somebody whom the provider knows, and what it says of them. */
export type Account = Readonly<{ sub: string; email?: string; email_verified?: boolean; name?: string }>

const client_secret = 'a secret of this test, and of no other place'
export const clientId = 'offtake'
export const clientSecret = client_secret

const configurationOf = (redirectUri: string, accounts: ReadonlyMap<string, Account>): Configuration => ({
  clients: [{ client_id: clientId, client_secret, redirect_uris: [redirectUri] }],
  cookies: { keys: ['test'] },
  claims: { email: ['email', 'email_verified'], profile: ['name'] },
  features: { devInteractions: { enabled: false } },
  pkce: { required: () => true },
  interactions: { url: (_, { uid }) => `/interaction/${uid}` },
  findAccount: (_, sub) => ({ accountId: sub, claims: async () => ({ ...accounts.get(sub), sub }) }),
  // Nobody is asked whether this client may know their address: it is the one that the provider is run for.
  loadExistingGrant: async ({ oidc }) => {
    const grant = new oidc.provider.Grant({ clientId: oidc.client!.clientId, accountId: oidc.session!.accountId! })
    grant.addOIDCScope('openid email profile')
    await grant.save()
    return grant
  },
})

/**
 * A real identity provider on loopback. Whoever comes to it is `next()`: an account, or nobody, who is refused. `redirectUri` is where its one client lets
 * people be sent back to.
 */
export const startIdentityProvider = async (redirectUri: string, next: () => Account | undefined) => {
  const accounts = new Map<string, Account>()
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const provider = new Provider(issuer, configurationOf(redirectUri, accounts))
  const answer = provider.callback()
  server.on('request', (request, response) => {
    if (!request.url!.startsWith('/interaction/')) return void answer(request, response)
    const account = next()
    if (account !== undefined) accounts.set(account.sub, account)
    const result = account === undefined ? { error: 'access_denied' } : { login: { accountId: account.sub } }
    void provider.interactionFinished(request, response, result)
    return undefined
  })
  const close = () => new Promise<void>((done) => (server.closeAllConnections(), server.close(() => done())))
  return { issuer, close }
}

/** Follows redirects with cookies, as a browser does, until one leads to where `isHome` says. */
export const follow = async (start: string, isHome: (url: string) => boolean): Promise<string> => {
  const cookies = new Map<string, string>()
  let at = start
  for (let steps = 0; steps < 20; steps++) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(at, { redirect: 'manual', headers: { cookie } })
    for (const each of answer.headers.getSetCookie()) {
      const [name, value] = each.split(';')[0]!.split('=') as [string, string]
      cookies.set(name, value)
    }
    const location = answer.headers.get('location')
    if (location === null) throw new Error(`${at} is answered ${answer.status}: ${await answer.text()}`)
    at = new URL(location, at).href
    if (isHome(at)) return at
  }
  throw new Error(`too many redirects from ${start}`)
}
