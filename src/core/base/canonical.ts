/** What JSON can say. Money, rationals and big integers are strings by then. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined }

const quote = (text: string): string => {
  if (!text.isWellFormed()) throw new TypeError(`half of a surrogate pair in ${JSON.stringify(text)}`)
  return JSON.stringify(text)
}

/**
 * RFC 8785: members sorted by UTF-16 code units, no spaces, numbers and strings as ECMAScript writes them. Members that are undefined are
 * absent. Throws `TypeError` on what it refuses: NaN, an infinity, and text with half of a surrogate pair.
 */
export const canonical = (value: Json): string => {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError(`${value} is no JSON`)
  if (typeof value === 'string') return quote(value)
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (Array.isArray(value)) {
    // Series are thousands of numbers, and those JSON.stringify writes the same.
    if (value.every((item) => Number.isFinite(item))) return JSON.stringify(value)
    return `[${value.map((item: Json) => canonical(item)).join(',')}]`
  }
  const members = Object.entries(value as Record<string, Json | undefined>).filter(([, member]) => member !== undefined)
  const byKey = members.toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `{${byKey.map(([key, member]) => `${quote(key)}:${canonical(member!)}`).join(',')}}`
}
