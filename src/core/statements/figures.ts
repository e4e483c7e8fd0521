import { minorDigits } from '../base/currency.ts'
import { fixed, isZero, over, rational, roundHalfEven, times, toDecimal, toFixed, type Rational } from '../base/rational.ts'
import { parseInstant, type Instant, type LocalDate, type Month } from '../base/time.ts'
import type { TermSource } from '../terms/agreement.ts'

/** Decimals that a GPU-hour has where it is explained. */
export const gpuHourDigits = 6

/** Thousands set apart: `16096464.00` is `16,096,464.00`. */
export const grouped = (text: string): string => {
  const [whole, fraction] = text.split('.') as [string, string?]
  return whole.replace(/\B(?=(\d{3})+$)/g, ',') + (fraction === undefined ? '' : `.${fraction}`)
}

/** Thousands set apart, and below zero in parentheses instead of a sign. */
export const figure = (text: string): string => (text.startsWith('-') ? `(${grouped(text.slice(1))})` : grouped(text))

/** Exactly, with no fewer than `least` decimals; beyond `most` rounded half-even to `most`. */
export const decimals = (value: Rational, least: number, most: number): string => {
  for (let places = least; places < most; places++) {
    const scaled = times(value, rational(10n ** BigInt(places)))
    if (scaled.d === 1n) return fixed(scaled.n, places)
  }
  return toFixed(value, most)
}

const hoursOf = (gpuSeconds: Rational): Rational => over(gpuSeconds, rational(3600))

/** GPU-hours, six decimals, half-even: where they are explained. */
export const gpuHoursExplained = (gpuSeconds: Rational): string => toFixed(hoursOf(gpuSeconds), gpuHourDigits)

/** GPU-hours, whole, half-even: in tables. What would look like nothing there and is not keeps six decimals. */
export const gpuHoursInTables = (gpuSeconds: Rational): string =>
  roundHalfEven(hoursOf(gpuSeconds)) === 0n && !isZero(gpuSeconds) ? gpuHoursExplained(gpuSeconds) : toFixed(hoursOf(gpuSeconds), 0)

const isDecimal = (value: Rational): boolean => !toDecimal(value).includes('/')

/** A share of one as a percentage with one decimal, more where it was written so; what no decimal can say stays a fraction. */
export const percent = (share: Rational): { text: string; unit: string } => {
  if (!isDecimal(share)) return { text: toDecimal(share), unit: '' }
  const text = toDecimal(times(share, rational(100)))
  return { text: text.includes('.') ? text : `${text}.0`, unit: '%' }
}

/** A price as it was written, but never with fewer decimals than its currency has; the mean of an index, which no decimal may say, with six. */
export const priceOf = (value: Rational, currency: string): string =>
  decimals(value, minorDigits(currency) ?? 0, isDecimal(value) ? Infinity : gpuHourDigits)

/** An unrounded amount: exact where six decimals suffice. */
export const amountExplained = (value: Rational, currency: string): string => {
  const digits = minorDigits(currency) ?? 0
  return decimals(value, digits, Math.max(digits, gpuHourDigits))
}

/** Units, shares, days: as they are, at most six decimals. */
export const countInTables = (value: Rational): string => decimals(value, 0, gpuHourDigits)

/** An unrounded amount at the minor unit, half-even. */
export const amountInTables = (value: Rational, currency: string): string => toFixed(value, minorDigits(currency) ?? 0)

/** Whether the text is a rational as lines write it: `n` or `n/d` in whole numbers, `d` not zero. */
export const isRational = (text: string): boolean => /^-?\d+(\/0*[1-9]\d*)?$/.test(text)

/** The instant that a statement wrote in RFC 3339. */
export const instantOf = (text: string): Instant => {
  const at = parseInstant(text, 'UTC')
  if (typeof at === 'string') throw new RangeError(`${text} is ${at}`)
  return at
}

const monthNames = 'January February March April May June July August September October November December'.split(' ')

/** `2027-09` is `September 2027`. */
export const monthForPeople = (month: Month): string => `${monthNames[Number(month.slice(5, 7)) - 1]} ${month.slice(0, 4)}`

/** `2027-10-29` is `29 Oct 2027`. */
export const dateForPeople = (date: LocalDate): string =>
  `${Number(date.slice(8, 10))} ${monthNames[Number(date.slice(5, 7)) - 1]!.slice(0, 3)} ${date.slice(0, 4)}`

/**
 * What is said of where a term comes from: the source whose pointer is the term's own or the longest that lies above it. Undefined where
 * none speaks of it.
 */
export const sourceOf = (sources: readonly TermSource[], pointer: string): TermSource | undefined =>
  sources
    .filter(({ at }) => at === pointer || pointer.startsWith(`${at}/`))
    .reduce<TermSource | undefined>((best, each) => (best === undefined || each.at.length > best.at.length ? each : best), undefined)

/** Marks a number that rests on a term which is not public. */
export const assumptionMark = 'a'
