import { decimal, one, toText, type Rational } from '../base/rational.ts'
import { dateOf, startOfDate, type Instant, type LocalDate } from '../base/time.ts'
import type { Noted } from './charges.ts'
import type { Fx } from './reading.ts'
import { nameOf, type MeterRefusal } from './refusal.ts'

/**
 * As `dateOf`, remembering for each UTC day the local dates at its ends and where the second begins: a hundred thousand charges end on a few
 * hundred days, and asking the calendar costs more than everything else about a charge.
 */
export const makeDates = (zone: string): ((at: Instant) => LocalDate) => {
  const days = new Map<number, Readonly<{ first: LocalDate; second: LocalDate; turn: Instant }>>()
  return (at) => {
    const number = Math.floor(at / 86_400)
    let day = days.get(number)
    if (day === undefined) {
      const second = dateOf(number * 86_400 + 86_399, zone)
      day = { first: dateOf(number * 86_400, zone), second, turn: startOfDate(second, zone) }
      days.set(number, day)
    }
    return at < day.turn ? day.first : day.second
  }
}

type Missing = Readonly<{ base: string; date: LocalDate; name: string; from: Instant; others: number }>

/**
 * Looks up rates to one currency, by the other and the date; remembers which it used, which it did not find and who wanted them. Only the
 * exact pair counts, never its inverse. Two rates for one pair and date are refused unless they are equal.
 */
export const makeRates = (readings: readonly Noted<Fx>[], currency: string) => {
  const keyOf = (base: string, date: LocalDate) => `${base} ${date}`
  const known = Map.groupBy(
    readings.filter(({ reading }) => reading.quote === currency),
    ({ reading }) => keyOf(reading.base, reading.date),
  )
  const used = new Map<string, Rational>()
  const missing = new Map<string, Missing>()
  const contradicted = new Map<string, MeterRefusal>()

  const look = (base: string, date: LocalDate): Rational | 'missing' | 'contradicted' => {
    const key = keyOf(base, date)
    const found = known.get(key)
    if (found === undefined) return 'missing'
    if (new Set(found.map(({ reading }) => toText(decimal(reading.rate)))).size === 1) return decimal(found[0]!.reading.rate)
    const said = found.map(({ reading }) => `${reading.rate} by ${nameOf(reading.source, reading.id)}`).toSorted()
    const message = `The rate from ${base} to ${currency} for ${date} is ${said.join(' and ')}. Withdraw all but one.`
    contradicted.set(key, { kind: 'rate-contradicted', subject: '', message })
    return 'contradicted'
  }

  /** Units of the currency for one of `base` on a date, wanted for the charge of that name that starts at `from`; undefined when refused. */
  const rate = (base: string, dateEnding: () => LocalDate, name: string, from: Instant): Rational | undefined => {
    if (base === currency) return one
    const date = dateEnding()
    const key = keyOf(base, date)
    const found = used.get(key) ?? look(base, date)
    if (found === 'missing') {
      const before = missing.get(key)
      missing.set(key, before === undefined ? { base, date, name, from, others: 0 } : { ...before, others: before.others + 1 })
    }
    if (typeof found === 'string') return undefined
    used.set(key, found)
    return found
  }

  const refusals = (): MeterRefusal[] => [
    ...[...missing.values()].map(({ base, date, name, from, others }): MeterRefusal => {
      const first = `Charge ${name} is in ${base}, and no rate from ${base} to ${currency} is known for ${date}, the local date on which it ends.`
      const more = others === 0 ? '' : ` ${others} more amounts want the same rate.`
      const remedy = ` Add an fx reading with base ${base}, quote ${currency} and that date; the inverse pair is not used.`
      return { kind: 'rate-missing', subject: '', from, message: first + more + remedy }
    }),
    ...contradicted.values(),
  ]
  const evidence = () => [...used.keys()].flatMap((key) => known.get(key)!.map(({ digest }) => ({ subject: '', kind: 'fx', digest })))
  return { rate, refusals, evidence }
}
