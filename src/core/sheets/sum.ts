import { fixed } from '../base/rational.ts'

// Whole numbers of thirteen digits are doubles, and so is the sum of nine hundred of them: below 2^53.
const shortText = 13
const addedMax = 900

/** Adds decimal strings exactly, at the most digits that any of them has: `10.5` and `0.25` are `10.75`. None at all are `0`. Throws on what is no decimal. */
export const sumDecimals = (texts: Iterable<string>): string => {
  const sums = new Map<number, bigint>()
  let [open, count, openPlaces] = [0, 0, 0]
  const flush = () => {
    sums.set(openPlaces, (sums.get(openPlaces) ?? 0n) + BigInt(open))
    ;[open, count] = [0, 0]
  }
  for (const text of texts) {
    if (!/^-?\d+(\.\d+)?$/.test(text)) throw new RangeError(`not a decimal: ${text}`)
    const point = text.indexOf('.')
    const places = point === -1 ? 0 : text.length - point - 1
    if (places !== openPlaces || count >= addedMax) {
      flush()
      openPlaces = places
    }
    if (text.length <= shortText) [open, count] = [open + Number(text.replace('.', '')), count + 1]
    else sums.set(places, (sums.get(places) ?? 0n) + BigInt(text.replace('.', '')))
  }
  flush()
  const places = Math.max(...sums.keys())
  const units = [...sums].reduce((sum, [of, part]) => sum + part * 10n ** BigInt(places - of), 0n)
  return fixed(units, places)
}

/** Orders decimal strings by value, exactly: reading as a double keeps the order, and only what reads the same is looked at closer. */
export const compareDecimals = (a: string, b: string): number => {
  const near = Number(a) - Number(b)
  if (near !== 0) return near
  if (a === b) return 0
  const difference = sumDecimals([a, b.startsWith('-') ? b.slice(1) : `-${b}`])
  return difference.startsWith('-') ? (/[1-9]/.test(difference) ? -1 : 0) : /[1-9]/.test(difference) ? 1 : 0
}
