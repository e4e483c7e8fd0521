import type { Problem } from '../base/problem.ts'
import { compare, decimal, greatest, least, minus, nought, times, total, type Rational } from '../base/rational.ts'
import type { Clause, Decimal } from '../terms/agreement.ts'
import { clauseShape } from '../terms/clause-shape.ts'
import { below } from '../terms/conform.ts'
import type { Said } from '../terms/kind.ts'
import { limits } from '../terms/limits.ts'
import { blocksIn, percent } from '../terms/phrase.ts'
import { datesOf, every, party } from '../terms/say.ts'
import type { ResolvedOf, Schedule } from '../terms/schedule.ts'
import { itemsOf, type Sound } from '../terms/sound.ts'
import { list, object, value } from '../terms/value-shapes.ts'
import { clauseKind, plainly, type ClauseSettled, type ClauseWork } from './clause-kind.ts'
import { forecastCommitments, forecastIn, forecastLine, raised, revenueIn, type Reasoned } from './forecast.ts'
import { checkForecast, forecastProperties, resolveForecast, sayForecast, type Forecast, type ForecastTerms } from './forecast-terms.ts'
import type { Line } from './line.ts'
import { sum, term } from './reasons.ts'

/** l, u and s: of the part of the distance between `above` and `upTo`, both as shares of the forecast, `share` is paid. */
type BandTerm = Readonly<{ above: Decimal; upTo: Decimal; share: Decimal }>
type Band = Readonly<{ above: Rational; upTo: Rational; share: Rational }>
type RevenueBand = Clause & ForecastTerms & Readonly<{ kind: 'revenue-band'; bands: readonly BandTerm[] }>
export type ResolvedBand = ResolvedOf<'revenue-band'> & Forecast & Readonly<{ bands: readonly Band[] }>

const shape = clauseShape({
  kind: 'revenue-band',
  description: 'Guarantor and operator share what revenue falls short of the forecast, or exceeds it.',
  properties: {
    ...forecastProperties,
    bands: list(
      object(
        {
          above: value('decimal', 'l: the band begins at this share of the forecast, as a distance from it, such as "0.15".'),
          upTo: value('decimal', 'u: and ends at this one. Beyond the last band nothing more is paid.'),
          share: value('share', 's: share of the distance within the band that is paid.'),
        },
        ['above', 'upTo', 'share'],
      ),
      limits.tiers,
      {
        minItems: 1,
        title: 'a list of bands, each with `above`, `upTo` and `share`',
        description: 'Bands of the distance between revenue and forecast, in order; they do not overlap.',
      },
    ),
  },
  required: ['forecast', 'bands'],
})

const checkBands = ({ bands }: Sound<RevenueBand>, pointer: string): Problem[] => {
  const all = itemsOf(bands)
  return all.flatMap(([{ above, upTo }, index], position): Problem[] => {
    const at = below(below(pointer, 'bands'), index)
    const before = all[position - 1]?.[0].upTo
    const isEmpty = above !== undefined && upTo !== undefined && compare(decimal(upTo), decimal(above)) <= 0
    const overlaps = above !== undefined && before !== undefined && compare(decimal(above), decimal(before)) < 0
    return [
      ...(isEmpty ? [{ pointer: below(at, 'upTo'), message: `"${upTo}" is not above "${above}": a band ends above where it begins` }] : []),
      ...(overlaps
        ? [
            {
              pointer: below(at, 'above'),
              message: `"${above}" is below "${before}", where the band before ends: bands are in order and do not overlap`,
            },
          ]
        : []),
    ]
  })
}

type Work = ClauseWork<ResolvedBand>
type Compared = Readonly<{ work: Work; forecast: Reasoned; revenue: Reasoned }>

/** s·max(0, min(d, u·F) − l·F) of one band; `exceeds` where R > F, and the operator pays. */
const bandLine = ({ work, forecast, revenue }: Compared, band: Band, index: number, exceeds: boolean): Line => {
  const { origin } = work.clause
  const written = (key: keyof Band) => term(origin, `${origin.pointer}/bands/${index}/${key}`, 'rate')
  const [first, second] = exceeds ? [revenue, forecast] : [forecast, revenue]
  const distance = minus(first.value, second.value)
  const [from, to] = [times(band.above, forecast.value), times(band.upTo, forecast.value)]
  const reached = least(distance, to)
  const inside = minus(reached, from)
  const quantity = greatest(nought, inside)
  const edge = (key: 'above' | 'upTo', symbol: string) => [
    forecast.explain('+'),
    written(key)('×', 'Share of the forecast', band[key], symbol),
  ]
  const beyond = minus(distance, reached)
  return forecastLine(work, {
    formula: exceeds ? 'band-above' : 'band-below',
    step: `b${index + 1}`,
    turned: exceeds,
    quantity,
    rate: band.share,
    exact: times(quantity, band.share),
    reasons: [
      sum('+', 'Distance within the band', quantity, 'major', [
        sum('+', exceeds ? 'Above the forecast' : 'Below the forecast', distance, 'major', [first.explain('+'), second.explain('-')], 'd'),
        ...(beyond.n === 0n
          ? []
          : [
              sum('-', 'Beyond the band', beyond, 'major', [
                sum('+', 'Distance', distance, 'major', []),
                sum('-', 'Upper edge of the band', to, 'major', edge('upTo', 'u'), 'u·F'),
              ]),
            ]),
        sum('-', 'Lower edge of the band', from, 'major', edge('above', 'l'), 'l·F'),
        ...raised(inside, 'Short of the band, which counts as none'),
      ]),
      written('share')('×', 'Share', band.share, 's'),
    ],
  })
}

/** A line for each band that the distance reaches; where it reaches none, the first says so at zero. */
const settleBand = (work: Work): ClauseSettled => {
  const { clause, part, schedule } = work
  const compared = { work, forecast: forecastIn(clause, part, schedule.zone), revenue: revenueIn(work) }
  const exceeds = compare(compared.revenue.value, compared.forecast.value) > 0
  const lines = clause.bands.map((band, index) => bandLine(compared, band, index, exceeds))
  return { lines: lines.filter(({ quantity }, index) => index === 0 || quantity !== '0'), closing: work.opening }
}

const sayBands = ({ bands, origin, payer, payee }: ResolvedBand, schedule: Schedule): Said => {
  const [guarantor, operator] = [party(schedule, payer), party(schedule, payee)]
  return [
    ...bands.map(({ above, upTo, share }, index): [string, string] => [
      `${origin.pointer}/bands/${index}`,
      `Of the distance from ${percent(above)} to ${percent(upTo)} of the forecast, ${percent(share)} is paid.`,
    ]),
    [`${origin.pointer}/bands`, `${guarantor} pays it when revenue is below the forecast, ${operator} when it is above.`],
  ]
}

/** `revenue-band`: what revenue falls short of the forecast, or exceeds it, is shared band by band. */
export const revenueBand = clauseKind<RevenueBand, ResolvedBand>({
  kind: 'revenue-band',
  shape,
  shapes: {},
  payer: ['guarantor'],
  payee: ['operator'],
  check: (clause, pointer, document) => [...checkForecast(clause, pointer, document), ...checkBands(clause, pointer)],
  resolve: (clause, slice) => ({
    ...resolveForecast(clause, slice),
    bands: clause.bands.map(({ above, upTo, share }) => ({ above: decimal(above), upTo: decimal(upTo), share: decimal(share) })),
  }),
  say: (clause, schedule) => [
    [
      clause.origin.pointer,
      `${party(schedule, clause.payer)} and ${party(schedule, clause.payee)} share the distance between revenue on ${blocksIn(clause.covers.map(({ block }) => block))} and its forecast, settled ${every[clause.period]}, ${datesOf(clause, schedule)}.`,
    ],
    ...sayForecast(clause, schedule),
    ...sayBands(clause, schedule),
  ],
  formulas: {
    'band-below': { word: 'Revenue band, below the forecast', posts: plainly('revenue-band') },
    'band-above': { word: 'Revenue band, above the forecast', posts: plainly('revenue-band') },
  },
  stages: { floor: settleBand },
  commitments: (clause, at) =>
    forecastCommitments(clause, total(clause.bands.map(({ above, upTo, share }) => times(share, minus(upTo, above)))), at),
})
