/** Characters of a path that is come back to. */
const lengthMax = 2000
const nowhere = 'http://nowhere.invalid'

/**
 * A path of this server out of what somebody says is one; `/` where it is none. It is read as a browser reads it, and what is answered is what was read: so
 * that nothing can look like a path and lead elsewhere.
 */
export const safePath = (text: string | undefined): string => {
  if (text === undefined || text.length > lengthMax || !text.startsWith('/') || !URL.canParse(text, nowhere)) return '/'
  const { origin, username, password, pathname, search, hash } = new URL(text, nowhere)
  const path = `${pathname}${search}${hash}`
  const isOurs = origin === nowhere && username === '' && password === '' && new URL(path, nowhere).origin === nowhere
  return isOurs && !/^\/api(?:\/|$)/.test(pathname) ? path : '/'
}
