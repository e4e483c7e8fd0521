import * as oidc from 'openid-client'
import type { Claimed } from '../app/people.ts'

/** How people sign in: at which identity provider, as which client of it, and where they come back to. */
export type LoginSettings = Readonly<{
  issuer: URL
  clientId: string
  /** None for a public client. */
  clientSecret: string | undefined
  /** The public address of this server, without a path. */
  origin: URL
}>

/** Seconds that the identity provider may take to answer. */
const answerSecondsMax = 10
const scope = 'openid email profile'

/** What a browser keeps while somebody signs in: it alone can end what it began. */
export type Attempt = Readonly<{ state: string; nonce: string; verifier: string; next: string }>

export type Provider = Readonly<{
  /** As people know it: the host of the issuer. */
  host: string
  /** Where to send a browser, and what it is to keep. Throws `ProviderSilent`. */
  begin: (next: string) => Promise<Readonly<{ url: URL; attempt: Attempt }>>
  /** Who came back with this address. Throws where that is not what was begun. */
  complete: (path: string, attempt: Attempt) => Promise<Claimed>
}>

/** The identity provider did not answer, or not as one does. */
export class ProviderSilent extends Error {}

const isLoopback = ({ hostname }: URL): boolean => ['localhost', '127.0.0.1', '[::1]'].includes(hostname)

/** Asks the provider for what it says of itself, once; again where it did not answer. */
const makeConfiguration = ({ issuer, clientId, clientSecret }: LoginSettings) => {
  let asked: Promise<oidc.Configuration> | undefined
  return (): Promise<oidc.Configuration> => {
    asked ??= oidc
      .discovery(issuer, clientId, clientSecret, clientSecret === undefined ? oidc.None() : oidc.ClientSecretBasic(clientSecret), {
        timeout: answerSecondsMax,
        // A provider on this machine may do without TLS; every other is refused without.
        execute: isLoopback(issuer) ? [oidc.allowInsecureRequests] : [],
      })
      .catch((error: Error) => {
        asked = undefined
        throw new ProviderSilent(`${issuer.href}: ${error.message}`, { cause: error })
      })
    return asked
  }
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

/** What is claimed, by the token or, where that does not say, by the provider's own answer. */
const claimsOf = async (configuration: oidc.Configuration, tokens: oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers) => {
  const claims = tokens.claims()!
  const hasMore = configuration.serverMetadata().userinfo_endpoint !== undefined
  const more =
    claims['email'] === undefined && hasMore ? await oidc.fetchUserInfo(configuration, tokens.access_token, claims.sub) : undefined
  return { ...more, ...claims }
}

/** OpenID Connect with authorisation code, PKCE, state and nonce. */
export const makeProvider = (settings: LoginSettings): Provider => {
  const { issuer, origin } = settings
  const configured = makeConfiguration(settings)
  const redirect_uri = new URL('/api/login/callback', origin).href
  const begin: Provider['begin'] = async (next) => {
    const configuration = await configured()
    const attempt = { state: oidc.randomState(), nonce: oidc.randomNonce(), verifier: oidc.randomPKCECodeVerifier(), next }
    const url = oidc.buildAuthorizationUrl(configuration, {
      redirect_uri,
      scope,
      state: attempt.state,
      nonce: attempt.nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(attempt.verifier),
      code_challenge_method: 'S256',
    })
    return { url, attempt }
  }
  const complete: Provider['complete'] = async (path, { state, nonce, verifier }) => {
    const configuration = await configured()
    const tokens = await oidc.authorizationCodeGrant(configuration, new URL(path, origin), {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: verifier,
      idTokenExpected: true,
    })
    const claims = await claimsOf(configuration, tokens)
    const email = claims['email_verified'] === true ? textOf(claims['email']) : undefined
    return { issuer: configuration.serverMetadata().issuer, subject: claims.sub, email, name: textOf(claims['name']) }
  }
  return { host: issuer.host, begin, complete }
}
