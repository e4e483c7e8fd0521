import { minorDigits } from '../base/currency.ts'
import { parseMoney } from '../base/money.ts'
import type { Problem } from '../base/problem.ts'
import { compare, decimal, type Rational } from '../base/rational.ts'
import type { LocalDate } from '../base/time.ts'
import type { Decimal } from './agreement.ts'
import { below } from './conform.ts'
import { nearest } from './nearest.ts'
import { itemsOf, type SoundTiered } from './sound.ts'

/** A scheduled value as the document has it: plain, in tiers, or in steps. */
export type Written = string | number | object

type Step<T> = Readonly<{ from?: LocalDate | number | undefined; value?: T | undefined }>
/** A plain value as one step without a start. */
type Laid<T> = Readonly<{
  key: 'plain' | 'steps' | 'contractYears'
  steps: readonly (readonly [step: Step<T>, pointer: string, index: number])[]
}>

/** The steps of a scheduled value in a document, each with its pointer. */
const lay = <T>(scheduled: Written, pointer: string): Laid<T> => {
  if (typeof scheduled === 'object')
    for (const key of ['steps', 'contractYears'] as const) {
      if (!(key in scheduled)) continue
      const at = below(pointer, key)
      const list = (scheduled as Readonly<Record<string, readonly (Step<T> | null)[]>>)[key]
      return { key, steps: itemsOf(list).map(([step, index]) => [step, below(at, index), index] as const) }
    }
  return { key: 'plain', steps: [[{ value: scheduled as T }, pointer, 0]] }
}

/** Every value of a scheduled value, with its pointer. */
export const valuesOf = <T>(scheduled: Written | undefined, pointer: string): [value: T, pointer: string][] => {
  if (scheduled === undefined) return []
  const { key, steps } = lay<T>(scheduled, pointer)
  return steps.flatMap(([{ value }, at]): [T, string][] =>
    value === undefined ? [] : [[value, key === 'plain' ? at : below(at, 'value')]],
  )
}

/** Whether its steps are counted in contract years. */
export const isByYear = (scheduled: unknown): boolean => typeof scheduled === 'object' && scheduled !== null && 'contractYears' in scheduled

/** Steps in order, none twice, the first no later than what reads it. `from` is the start of the clause. */
export const checkOrder = (scheduled: Written | undefined, pointer: string, from: LocalDate | undefined): Problem[] => {
  if (scheduled === undefined) return []
  const { key, steps } = lay(scheduled, pointer)
  if (key === 'plain') return []
  return steps.flatMap(([{ from: start }, at, index], position): Problem[] => {
    if (start === undefined) return []
    const here = below(at, 'from')
    if (index > 0) {
      const before = steps[position - 1]?.[0].from
      if (before === undefined || start > before) return []
      const message =
        start === before
          ? `${start} has a step before: give each start one value`
          : `${start} comes after ${before}: steps overlap, write them in order of time`
      return [{ pointer: here, message }]
    }
    if (key === 'contractYears') return start === 1 ? [] : [{ pointer: here, message: `is ${start}: the first contract year is 1` }]
    const late = from !== undefined && start > from
    return late
      ? [{ pointer: here, message: `${start} is after the clause starts, ${from}: the first step should start then or before` }]
      : []
  })
}

/** Tiers begin at "0" and go up. */
export const checkTiers = (tiered: SoundTiered, pointer: string): Problem[] => {
  if (typeof tiered === 'string') return []
  const tiers = itemsOf(tiered.tiers)
  return tiers.flatMap(([{ above }, index], position): Problem[] => {
    if (above === undefined) return []
    const at = below(below(below(pointer, 'tiers'), index), 'above')
    if (index === 0)
      return compare(decimal(above), decimal('0')) === 0 ? [] : [{ pointer: at, message: `is "${above}": the first tier is above "0"` }]
    const before = tiers[position - 1]?.[0].above
    if (before === undefined || compare(decimal(above), decimal(before)) > 0) return []
    return [{ pointer: at, message: `"${above}" is not above "${before}": tiers go up` }]
  })
}

type Tier = Readonly<{ above: Rational; value: Rational }>
const tiersOf = (tiered: SoundTiered): Tier[] => {
  if (typeof tiered === 'string') return [{ above: decimal('0'), value: decimal(tiered) }]
  return itemsOf(tiered.tiers).flatMap(([{ above, value }]) =>
    above === undefined || value === undefined ? [] : [{ above: decimal(above), value: decimal(value) }],
  )
}

/** The first base at which a rate is higher than it was. */
const risesAt = (before: readonly Tier[], now: readonly Tier[]): Rational | undefined => {
  const at = (tiers: readonly Tier[], base: Rational) => tiers.findLast(({ above }) => compare(above, base) <= 0)?.value
  return [...before, ...now].find(({ above }) => {
    const [was, is] = [at(before, above), at(now, above)]
    return was !== undefined && is !== undefined && compare(is, was) > 0
  })?.above
}

/** Steps of one key of a clause, and for prices and rates their tiers. */
export const checkSteps = (
  clause: Readonly<{ from?: LocalDate | undefined }>,
  key: string,
  scheduled: Written | undefined,
  pointer: string,
): Problem[] => [
  ...checkOrder(scheduled, below(pointer, key), clause.from),
  ...(key === 'rate' || key === 'price'
    ? valuesOf<SoundTiered>(scheduled, below(pointer, key)).flatMap(([tiered, at]) => checkTiers(tiered, at))
    : []),
]

/** A rate may not rise in time, at any base; tiers of one time may. */
export const checkRise = (scheduled: Written | undefined, pointer: string): Problem[] => {
  const values = valuesOf<SoundTiered>(scheduled, pointer)
  return values.slice(1).flatMap(([value, at], index): Problem[] => {
    const [before] = values[index]!
    if (risesAt(tiersOf(before), tiersOf(value)) === undefined) return []
    const rise =
      typeof value === 'string' && typeof before === 'string' ? `rises from "${before}" to "${value}"` : 'rises above the step before'
    return [{ pointer: at, message: `${rise}: a share may not rise in time unless the clause says \`mayRise: true\`` }]
  })
}

/** An amount of money has no more digits than its currency. */
export const checkAmount = (amount: Decimal | undefined, pointer: string, currency: string | undefined): Problem[] => {
  const digits = currency === undefined ? undefined : minorDigits(currency)
  if (amount === undefined || digits === undefined || parseMoney(amount, currency!) !== undefined) return []
  return [{ pointer, message: `"${amount}" has more digits than ${currency}, which has ${digits}: round it` }]
}

/** Names that are used twice. */
export const checkUnique = (names: readonly (readonly [name: string | undefined, pointer: string])[], what: string): Problem[] => {
  const seen = new Map<string, string>()
  return names.flatMap(([name, pointer]): Problem[] => {
    if (name === undefined) return []
    const first = seen.get(name)
    if (first !== undefined) return [{ pointer, message: `\`${name}\` is already the ${what} at ${first}: give each its own` }]
    seen.set(name, pointer)
    return []
  })
}

/** Looking for a near name costs time, so only so many are looked for among so many. */
const [searchesMax, namesMax] = [20, 200]

/** Says `batam-33` names no block, with the nearest name that there is, or the first few. */
export const makeUnknown = (what: string, known: readonly string[]): ((name: string) => string) => {
  let searches = known.length > namesMax ? searchesMax : 0
  const listed = known.slice(0, 10).map((each) => `\`${each}\``)
  const few = known.length === 0 ? 'there is none' : `there are ${listed.join(', ')}${known.length > 10 ? ', …' : ''}`
  return (name) => {
    const similar = ++searches > searchesMax ? undefined : nearest(name, known)
    return `\`${name}\` names no ${what}: ${similar === undefined ? few : `did you mean \`${similar}\`?`}`
  }
}
