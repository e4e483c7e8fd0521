import { minorDigits } from '../base/currency.ts'
import { formatMoney } from '../base/money.ts'
import { over, rational, times, toDecimal, type Rational } from '../base/rational.ts'
import type { Steps } from '../base/steps.ts'
import { addDays, dateOf, type Instant } from '../base/time.ts'
import type { Cap, ContractYears, Stepped, Tiers } from './schedule.ts'

/** `9720.5` as `9,720.5`. */
export const grouped = (text: string): string => {
  const [whole, fraction] = text.split('.') as [string, string?]
  const parts = whole.replaceAll(/(?<=\d)(?=(\d{3})+$)/g, ',')
  return fraction === undefined ? parts : `${parts}.${fraction}`
}

const padded = (text: string, places: number): string => {
  const [whole, fraction = ''] = text.split('.') as [string, string?]
  return places === 0 && fraction === '' ? whole : `${whole}.${fraction.padEnd(places, '0')}`
}

/** `0.175` as `17.5 %`; exact, with at least one decimal. */
export const percent = (share: Rational): string => `${padded(toDecimal(times(share, rational(100))), 1)} %`
/** Major units with at least the digits of the currency: `2.40`. */
export const major = (amount: Rational, currency: string): string => grouped(padded(toDecimal(amount), minorDigits(currency) ?? 0))
/** GPU-seconds as hours, exact where they are. */
export const gpuHours = (gpuSeconds: Rational): string => grouped(toDecimal(over(gpuSeconds, rational(3_600))))
/** `a`, `a and b`, `a, b and c`. */
export const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
/** Blocks, or how many there are when they are many. */
export const blocksIn = (blocks: readonly string[]): string =>
  blocks.length > 12 ? `${blocks.length} blocks, ${blocks[0]} to ${blocks.at(-1)}` : listed(blocks)

/** What a cap limits, with its unit: `820,000,000.00 USD`. */
export const capValue = (value: Rational, { unit }: Cap, currency: string): string =>
  unit === 'gpu-seconds' ? `${gpuHours(value)} GPU-hours` : `${grouped(formatMoney({ minor: value.n / value.d, currency }))} ${currency}`

/** `20.0 % up to 400,000,000.00 USD, 17.5 % above`. */
export const tiersIn = (tiers: Tiers, value: (value: Rational) => string, above: (above: Rational) => string): string =>
  tiers
    .map(
      (tier, i) =>
        `${value(tier.value)}${tiers.length === 1 ? '' : i === tiers.length - 1 ? ' above' : ` up to ${above(tiers[i + 1]!.above)}`}`,
    )
    .join(', ')

type Time = Readonly<{ from: Instant; to: Instant; zone: string; years: ContractYears }>

const yearsIn = (first: number, last: number): string =>
  first === last ? `in year ${first}` : last === first + 1 ? `in years ${first} and ${last}` : `in years ${first} to ${last}`

/** `17.5 % in year 1, 16.0 % in years 2 and 3, then 14.0 %`; by date where the terms are: `2.32 until 2028-06-30, then 2.00`. */
export const stepsIn = <T>(stepped: Stepped<T>, { zone, years }: Time, say: (value: T) => string): string => {
  if (stepped.length === 1) return say(stepped[0]!.value)
  const yearOf = (at: Instant) =>
    Math.max(
      1,
      years.first +
        Math.max(
          0,
          years.starts.findLastIndex((start) => start <= at),
        ),
    )
  return stepped
    .map(({ value, from, pointer }, i) => {
      const text = say(value).includes(',') && say(value).includes(' up to ') ? `(${say(value)})` : say(value)
      const next = stepped[i + 1]
      if (next === undefined) return `then ${text}`
      if (pointer.includes('/contractYears/')) return `${text} ${yearsIn(yearOf(from), yearOf(next.from) - 1)}`
      return `${text} until ${addDays(dateOf(next.from, zone), -1)}`
    })
    .join(', ')
}

/** A count of GPUs over time as steps by date. */
export const countsIn = (counts: Steps, { from, to, zone }: Time): string => {
  const inside = Array.from(counts.starts, (start, i) => ({ start, gpus: counts.values[i]! })).filter(({ start }) => start < to)
  const steps = inside[0]?.start === from ? inside : [{ start: from, gpus: 0 }, ...inside]
  return steps
    .map(({ gpus }, i) => {
      const next = steps[i + 1]
      const text = grouped(String(gpus))
      if (steps.length === 1) return text
      return next === undefined ? `then ${text}` : `${text} until ${addDays(dateOf(next.start, zone), -1)}`
    })
    .join(', ')
}
