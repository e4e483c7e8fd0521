import type { Problem } from '../base/problem.ts'
import type { Rational } from '../base/rational.ts'
import { addDays } from '../base/time.ts'
import type { Clause, Decimal, Scheduled } from '../terms/agreement.ts'
import { checkAmount, checkOrder, isByYear, valuesOf } from '../terms/check-values.ts'
import { below } from '../terms/conform.ts'
import type { Said, Slice } from '../terms/kind.ts'
import { blocksIn, major, stepsIn } from '../terms/phrase.ts'
import { optional, readerOf } from '../terms/resolve-clause.ts'
import { every } from '../terms/say.ts'
import type { ResolvedCommon, Schedule, Stepped } from '../terms/schedule.ts'
import { itemsOf, type Sound, type SoundAgreement, type SoundBackstop } from '../terms/sound.ts'
import { steppedNumber, within } from '../terms/stepped.ts'
import { countedWith } from '../terms/together.ts'
import { value } from '../terms/value-shapes.ts'
import { checkOneCommencement, commencementOf } from './one-commencement.ts'

/** What a floor and a band say alike: what was forecast, and what counts as revenue. */
export type ForecastTerms = Readonly<{
  /** F, of all covered blocks together, per period. */
  forecast: Scheduled<Decimal>
  backstopCounts: boolean
  affiliateReference?: Decimal
}>

/** The same, resolved. */
export type Forecast = Readonly<{
  /** Major units per full period. */
  forecast: Stepped<Rational>
  backstopCounts: boolean
  affiliateReference: Rational | undefined
  /** What settles with it: see `countedWith`. */
  countedWith: string | undefined
}>

/** The keys of their shapes. */
export const forecastProperties = {
  forecast: value(
    'scheduledDecimal',
    'F: the agreed forecast of revenue per period, of all covered blocks together, in major units, scaled by seconds in a short period.',
  ),
  backstopCounts: {
    type: 'boolean',
    title: '`true` or `false`',
    default: true,
    description: 'Whether what a capacity backstop pays on the same blocks counts as revenue.',
  },
  affiliateReference: value('decimal', 'Per GPU-hour: what a sale to an affiliate counts at least. Default: what was charged.'),
} as const

const isAtOnce = (a: Sound<Clause>, b: Sound<Clause>): boolean =>
  a.from !== undefined &&
  b.from !== undefined &&
  a.through !== undefined &&
  b.through !== undefined &&
  a.from <= b.through &&
  b.from <= a.through

/** The day after a date that ends a calendar quarter, or a year. */
const edges = { quarter: /-(01|04|07|10)-01$/, year: /-01-01$/ } as const

/** Where one ends within a quarter or a year its part settles there, and the payments of the other for the same time are not told yet, or were before. */
const checkEnds = ({ period = 'month', through }: Sound<Clause>, pointer: string, backstop: SoundBackstop): Problem[] => {
  if (period === 'month' || through === undefined || backstop.through === undefined || through === backstop.through) return []
  const first = through < backstop.through ? through : backstop.through
  if (edges[period].test(addDays(first, 1))) return []
  const message = `is ${through}, and the backstop \`${backstop.id}\`, which counts as revenue, ends on ${backstop.through}: within a ${period} both end on one date, or write \`backstopCounts: false\``
  return [{ pointer: below(pointer, 'through'), message }]
}

/** A backstop whose payments could not be told for just these blocks, or just this period. */
const checkBackstop = (clause: Sound<Clause & ForecastTerms>, pointer: string, backstop: SoundBackstop): Problem[] => {
  const covered = new Set(itemsOf(clause.covers).map(([block]) => block))
  const blocks = itemsOf(backstop.covers).map(([block]) => block)
  const others = blocks.filter((block) => !covered.has(block))
  if (others.length === blocks.length || !isAtOnce(clause, backstop)) return []
  const instead = 'or write `backstopCounts: false`'
  const periods =
    clause.period === undefined || backstop.period === undefined || clause.period === backstop.period
      ? []
      : [
          {
            pointer: below(pointer, 'period'),
            message: `is settled ${every[clause.period]}, and the backstop \`${backstop.id}\`, which counts as revenue, ${every[backstop.period]}: settle both alike, ${instead}`,
          },
        ]
  const pooled =
    backstop.pool !== 'covered' || others.length === 0
      ? []
      : [
          {
            pointer: below(pointer, 'covers'),
            message: `the backstop \`${backstop.id}\` nets these blocks with ${blocksIn(others)}, so what it pays belongs to none: cover all of its blocks, ${instead}`,
          },
        ]
  return [...periods, ...(periods.length === 0 ? checkEnds(clause, pointer, backstop) : []), ...pooled]
}

/** What is wrong with the forecast, and with the backstops that count. */
export const checkForecast = (clause: Sound<Clause & ForecastTerms>, pointer: string, document: SoundAgreement): Problem[] => {
  const { forecast, backstopCounts } = clause
  const at = below(pointer, 'forecast')
  const backstops = itemsOf(document.clauses).flatMap(([each]) => (each.kind === 'capacity-backstop' ? [each as SoundBackstop] : []))
  return [
    ...checkOrder(forecast, at, clause.from),
    ...valuesOf<string>(forecast, at).flatMap(([amount, place]) => checkAmount(amount, place, document.currency)),
    ...(isByYear(forecast) ? checkOneCommencement(clause, pointer, document, ['forecast']) : []),
    ...(backstopCounts === false ? [] : backstops.flatMap((backstop) => checkBackstop(clause, pointer, backstop))),
  ]
}

/** The forecast on a slice. Blocks that begin their contract years apart have none that steps by them. */
export const resolveForecast = (clause: Clause & ForecastTerms, slice: Slice): Forecast => {
  const reading = readerOf(slice, commencementOf(clause, slice.signed.agreement))('forecast')
  return {
    forecast: within(steppedNumber(clause.forecast, reading), slice.slice),
    backstopCounts: clause.backstopCounts,
    affiliateReference: optional(clause.affiliateReference),
    countedWith: clause.backstopCounts ? countedWith(clause, slice.signed.agreement) : undefined,
  }
}

/** The forecast in words, and what counts as revenue. */
export const sayForecast = (clause: ResolvedCommon & Forecast, { zone, currency }: Schedule): Said => {
  const at = clause.origin.pointer
  const money = (amount: Rational) => `${major(amount, currency)} ${currency}`
  const { years } = clause.covers[0]!
  return [
    [`${at}/forecast`, `The forecast, ${every[clause.period]}, is ${stepsIn(clause.forecast, { ...clause, zone, years }, money)}.`],
    [
      `${at}/backstopCounts`,
      clause.backstopCounts
        ? 'What a capacity backstop pays on the same blocks for the same time counts as revenue.'
        : 'What a capacity backstop pays does not count as revenue.',
    ],
    ...(clause.affiliateReference === undefined
      ? []
      : [
          [
            `${at}/affiliateReference`,
            `A sale to an affiliate counts at no less than ${money(clause.affiliateReference)} per GPU-hour.`,
          ] as const,
        ]),
  ]
}
