import { toDecimal, type Rational } from '../base/rational.ts'
import { addDays, dateOf } from '../base/time.ts'
import type { Said } from '../terms/kind.ts'
import { listed, major, percent, stepsIn } from '../terms/phrase.ts'
import { datesOf, every, party } from '../terms/say.ts'
import type { Schedule } from '../terms/schedule.ts'
import type { CashStepName, Levels, ResolvedDebt } from './debt-terms.ts'

const stepWords: Readonly<Record<CashStepName, string>> = {
  opex: 'operating costs',
  fees: 'fees',
  interest: 'interest',
  principal: 'principal',
  dsra: 'the reserve account',
  subordinated: 'subordinated debt',
  distributions: 'distributions, which take what is left',
}

const sayRate = ({ rate, origin, from, to }: ResolvedDebt, { zone }: Schedule): Said => {
  const at = `${origin.pointer}/interest`
  const { step, index, dayCount } = rate
  const values = stepsIn(step, { from, to, zone, years: { first: 1, starts: [] } }, percent)
  if (index === undefined) return [[at, `The loan bears ${values} a year, ${dayCount}, on the balance of each day.`]]
  const lag = index.lagDays === 0 ? '' : `, read ${index.lagDays} days before`
  return [
    [
      at,
      `The loan bears ${index.name}, no less than ${percent(index.floor)}, plus ${values} a year, ${dayCount}, on the balance of each day; the index is its last value on or before the first date of a period${lag}.`,
    ],
  ]
}

const sayAmortisation = (clause: ResolvedDebt, { zone, currency }: Schedule): Said => {
  const { amortisation, origin, matures } = clause
  const at = `${origin.pointer}/amortisation`
  const end = addDays(dateOf(matures, zone), -1)
  switch (amortisation.kind) {
    case 'bullet':
      return [[at, `It is repaid in one amount on ${end}.`]]
    case 'scheduled': {
      const each = amortisation.repayments.map(
        ({ at: due, unit, value }) =>
          `${unit === 'major' ? `${major(value, currency)} ${currency}` : `${percent(value)} of what was drawn`} on ${addDays(dateOf(due, zone), -1)}`,
      )
      return [[`${at}/scheduled`, `It is repaid: ${listed(each)}; what is left on ${end}.`]]
    }
    case 'sculpted':
      return [
        [
          `${at}/sculpted`,
          `It is repaid so that the forecast covers interest and principal ${toDecimal(amortisation.dscr)} times in every period; what is left on ${end}.`,
        ],
      ]
  }
}

const sayForecast = ({ forecast, origin }: ResolvedDebt, { zone, currency }: Schedule): Said => {
  if (forecast.length === 0) return []
  const each = forecast.map(
    ({ from, to, value }) => `${major(value, currency)} from ${dateOf(from, zone)} through ${addDays(dateOf(to, zone), -1)}`,
  )
  return [[`${origin.pointer}/forecast`, `The forecast cash for debt service, in ${currency}: ${listed(each)}.`]]
}

const sayLevels = (levels: Levels, pointer: string, consequence: string): Said => {
  if (levels.length === 0) return []
  const each = levels.map(({ ratio, level }: { ratio: string; level: Rational }) => `${ratio.toUpperCase()} below ${toDecimal(level)}`)
  return [[pointer, `${consequence}: ${listed(each).replace(/ and (?=[^ ]+ below)/, ' or ')}.`]]
}

/** A loan in words, every number of it. */
export const sayDebt = (clause: ResolvedDebt, schedule: Schedule): Said => {
  const { zone, currency } = schedule
  const { origin, waterfall, dsra } = clause
  const at = origin.pointer
  const { from, to } = clause.availability
  const unpaid = clause.compounding ? 'bears interest itself' : 'bears none'
  return [
    [
      at,
      `${party(schedule, clause.payee)} lends ${party(schedule, clause.payer)} up to ${major(clause.commitment, currency)} ${currency}, drawn from ${dateOf(from, zone)} through ${addDays(dateOf(to, zone), -1)} and settled ${every[clause.period]}, ${datesOf(clause, schedule)}.`,
    ],
    ...sayRate(clause, schedule),
    [`${at}/compounding`, `Unpaid interest ${unpaid}.`],
    ...sayAmortisation(clause, schedule),
    ...sayForecast(clause, schedule),
    ...(waterfall === undefined
      ? []
      : [[`${at}/waterfall`, `Cash pays, in this order: ${waterfall.map((step) => stepWords[step]).join(', then ')}.`] as const]),
    ...(dsra === undefined
      ? []
      : [
          [
            `${at}/dsra`,
            `The reserve account should hold ${percent(dsra.share)} of the debt service of the next ${dsra.months} months.`,
          ] as const,
        ]),
    ...sayLevels(clause.lockUp, `${at}/lockUp`, 'Nothing is distributed while a ratio is too low'),
    ...sayLevels(clause.defaultTest, `${at}/defaultTest`, 'The statement says that a default test failed'),
  ]
}
