import { decimal, fromText, rational, times, toDecimal, toFixed, toText, over, type Rational } from '../core/base/rational.ts'
import { minorDigits } from '../core/base/currency.ts'
import { numberStyle } from './number-style.ts'

/** The one file that writes numbers and times for people. Everything exact stays exact until it is text: no binary floating point on the way. */

const grouped = (digits: string): string => digits.replaceAll(/\B(?=(\d{3})+(?!\d))/g, ',')

/** Thousands with commas; negatives in parentheses, or with a minus for who prefers it. Takes what a decimal string says, and nothing more. */
export const decimalText = (text: string): string => {
  const negative = text.startsWith('-')
  const [whole, fraction] = text.replace('-', '').split('.') as [string, string?]
  const written = grouped(whole) + (fraction === undefined ? '' : `.${fraction}`)
  const zero = !/[1-9]/.test(text)
  if (!negative || zero) return written
  return numberStyle() === 'minus' ? `−${written}` : `(${written})`
}

/** An amount as the server wrote it, at its currency's minor unit: `8,039,836.69`. */
export const amountText = decimalText

/** Whole counts: `40,032`. */
export const countText = (count: number): string => decimalText(String(Math.round(count)))

/** Digits for a number that ends nowhere. */
const endless = 6

const hoursOf = (gpuSeconds: string): Rational => over(fromText(gpuSeconds), rational(3600))

/** GPU-hours for tables: whole, half-even. What would look like nothing there and is not keeps six decimals. */
export const gpuHours = (gpuSeconds: string): string => {
  const hours = hoursOf(gpuSeconds)
  const whole = toFixed(hours, 0)
  return decimalText(hours.n !== 0n && /^-?0$/.test(whole) ? toFixed(hours, endless) : whole)
}

/** GPUs over a stretch of time: whole where they are, else with one decimal. */
export const gpusText = (gpuSeconds: number, seconds: number): string => {
  const gpus = over(rational(gpuSeconds), rational(seconds))
  return decimalText(toFixed(gpus, gpus.d === 1n ? 0 : 1))
}

/** Hours of a count of seconds: whole where they are, else exact, or with two decimals where they have no end. */
export const hoursOfSeconds = (seconds: number): string => exactOr(over(rational(seconds), rational(3600)), 0)

/** How long ago: `41 s`, `19 min`, `3 h`, `16 d`. */
export const ageText = (seconds: number): string => {
  if (seconds < 90) return `${seconds} s`
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`
  return seconds < 48 * 3600 ? `${Math.round(seconds / 3600)} h` : `${countText(seconds / 86_400)} d`
}

/** Whether GPU-seconds are whole GPU-hours. */
export const isWholeHours = (gpuSeconds: string): boolean => hoursOf(gpuSeconds).d === 1n

/** Millions of GPU-hours, or of a currency. */
export const millionsOfHours = (gpuSeconds: string): Rational => over(hoursOf(gpuSeconds), rational(1_000_000))
export const millions = (value: Rational): Rational => over(value, rational(1_000_000))

const atLeast = (text: string, places: number): string => {
  const [whole, fraction = ''] = text.split('.') as [string, string?]
  return places === 0 && fraction === '' ? whole : `${whole}.${fraction.padEnd(places, '0')}`
}

const exactOr = (value: Rational, places: number): string => {
  const text = toDecimal(value)
  return decimalText(atLeast(text.includes('/') ? toFixed(value, endless) : text, places))
}

/** Money of any exactness: at the minor unit when that says it, else with the digits it has, at most six where it has no end. */
export const moneyText = (exact: string, currency: string): string => exactOr(fromText(exact), minorDigits(currency) ?? 2)

/** An amount of any exactness for tables: at the minor unit, half-even. */
export const moneyInTables = (exact: string, currency: string): string => decimalText(toFixed(fromText(exact), minorDigits(currency) ?? 2))

/** A price as written in the terms, at least at the minor unit: `2.32`. */
export const priceText = (exact: string, currency: string): string => exactOr(fromText(exact), minorDigits(currency) ?? 2)

/** A share of 1 as per cent, at least one decimal: `17.5 %`. */
export const shareText = (exact: string): string => `${exactOr(times(fromText(exact), rational(100)), 1)} %`

/** A share of 1, given as a decimal, as per cent: `0.175` is `17.5 %`. */
export const percentText = (text: string): string => `${exactOr(times(decimal(text), rational(100)), 1)} %`

/** A part of a whole as per cent with one decimal; undefined where the whole is zero. */
export const partText = (part: Rational, whole: Rational): string | undefined =>
  whole.n === 0n ? undefined : `${toFixed(times(over(part, whole), rational(100)), 1)} %`

/** GPU-hours in explanations: whole where all around it is, else six decimals. */
export const explainedHours = (gpuSeconds: string, whole: boolean): string => decimalText(toFixed(hoursOf(gpuSeconds), whole ? 0 : endless))

/** Large amounts in headlines: `4.88 bn`, `182.6 m`; smaller ones in full. The exact value belongs beside it. */
export const largeText = (exact: string, currency: string): string => {
  const value = fromText(exact)
  const size = value.n < 0n ? -value.n : value.n
  if (size >= 1_000_000_000n * value.d) return `${decimalText(toFixed(over(value, rational(1_000_000_000)), 2))} bn`
  if (size >= 10_000_000n * value.d) return `${decimalText(toFixed(millions(value), 1))} m`
  return moneyText(exact, currency)
}

/** The same of an amount as the server wrote it. */
export const largeAmount = (amount: string, currency: string): string => largeText(toText(decimal(amount)), currency)

/** Fewest decimals, from three to nine, at which rounded parts add up to the rounded totals; nine where none does. */
export const tieingPlaces = (sums: readonly Readonly<{ parts: readonly Rational[]; total: Rational }>[]): number => {
  const units = (value: Rational, places: number) => BigInt(toFixed(value, places).replace('.', ''))
  const ties = (places: number) =>
    sums.every(({ parts, total }) => parts.reduce((sum, part) => sum + units(part, places), 0n) === units(total, places))
  return [3, 4, 5, 6, 7, 8].find(ties) ?? 9
}

/** `1.234` with these decimals, deductions in parentheses. */
export const fixedText = (value: Rational, places: number, deducted = false): string => {
  const text = decimalText(toFixed(value, places))
  if (!deducted || /^[(−]/.test(text)) return text
  return numberStyle() === 'minus' ? `−${text}` : `(${text})`
}

/** For the place of a bar on screen, never for a number that is read. */
export const approximate = (value: Rational): number => Number(toFixed(value, 9))

/** Half of a SHA-256, as people compare it: `7c41 9f0e … 0b37 a2d8`. */
export const shortHash = (hash: string): string => `${hash.slice(0, 4)} ${hash.slice(4, 8)} … ${hash.slice(-4)}`

/** Four decimals: a covenant is broken by less than a hundredth. */
export const ratioText = (exact: string): string => decimalText(toFixed(fromText(exact), 4))
