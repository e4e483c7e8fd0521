import { refusedBecause, type RefusedBecause } from '../wire/login.ts'

/** What the address of the page to sign in says: where to go then, and why nobody was signed in. */
export type SignInView = Readonly<{ next?: string | undefined; refused?: RefusedBecause | undefined; request?: string | undefined }>

/** A path of this console; anything that a browser would take to lead elsewhere is dropped. */
export const ownPath = (text: unknown): string | undefined => {
  if (typeof text !== 'string' || text.length > 2000 || !text.startsWith('/') || !URL.canParse(text, location.origin)) return undefined
  const { origin, pathname, search, hash } = new URL(text, location.origin)
  const path = `${pathname}${search}${hash}`
  // What was read may itself look like an address of elsewhere: two slashes at its beginning.
  return origin === location.origin && !path.startsWith('//') && !pathname.startsWith('/sign-in') ? path : undefined
}

export const parseSignInView = (search: Record<string, unknown>): SignInView => {
  const [next, request] = [ownPath(search['next']), search['request']]
  const refused = refusedBecause.find((each) => each === search['refused'])
  return {
    ...(next === undefined ? {} : { next }),
    ...(refused === undefined ? {} : { refused }),
    ...(typeof request === 'string' && /^req_[0-9a-z]{1,40}$/i.test(request) ? { request } : {}),
  }
}
