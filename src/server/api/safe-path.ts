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
  // A path of two slashes at its beginning, such as that of `/.//elsewhere`, would be read as a host when it is sent.
  const isOurs = origin === nowhere && username === '' && password === '' && !path.startsWith('//')
  return isOurs && !/^\/api(?:\/|$)/.test(pathname) ? path : '/'
}
