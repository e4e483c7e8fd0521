import { compare, decimal, greatest, minus, nought, times, type Rational } from '../base/rational.ts'
import type { Clause, Decimal } from '../terms/agreement.ts'
import { clauseShape } from '../terms/clause-shape.ts'
import { below } from '../terms/conform.ts'
import type { ObjectShape } from '../terms/json-schema.ts'
import { blocksIn, percent } from '../terms/phrase.ts'
import { datesOf, every, party } from '../terms/say.ts'
import type { ResolvedOf } from '../terms/schedule.ts'
import { object, value } from '../terms/value-shapes.ts'
import { clauseKind, plainly, type ClauseSettled, type ClauseWork } from './clause-kind.ts'
import { forecastCommitments, forecastIn, forecastLine, raised, revenueIn, type Reasoned } from './forecast.ts'
import { checkForecast, forecastProperties, resolveForecast, sayForecast, type Forecast, type ForecastTerms } from './forecast-terms.ts'
import type { Line } from './line.ts'
import { sum, term } from './reasons.ts'

type RevenueFloor = Clause &
  ForecastTerms &
  Readonly<{
    kind: 'revenue-floor'
    /** φ */
    share: Decimal
    /** σ and χ */
    upside?: Readonly<{ share: Decimal; above: Decimal }>
  }>

export type ResolvedFloor = ResolvedOf<'revenue-floor'> &
  Forecast &
  Readonly<{ share: Rational; upside: Readonly<{ share: Rational; above: Rational }> | undefined }>

const upside: ObjectShape = {
  ...object(
    {
      share: value('share', 'σ: share of the revenue above that the operator pays.'),
      above: value('decimal', 'χ: as a multiple of the forecast, such as "1.10"; not below the share that is guaranteed.'),
    },
    ['share', 'above'],
  ),
  description: 'The operator pays a share of revenue above a multiple of the forecast. Default: it does not.',
}

const shape = clauseShape({
  kind: 'revenue-floor',
  description: 'The guarantor makes revenue up to a share of the forecast.',
  properties: {
    ...forecastProperties,
    share: value('share', 'φ: share of the forecast that is guaranteed.'),
    upside,
  },
  required: ['forecast', 'share'],
})

type Work = ClauseWork<ResolvedFloor>
type Compared = Readonly<{ work: Work; forecast: Reasoned; revenue: Reasoned }>

/** max(0, φ·F − R) */
const floorLine = ({ work, forecast, revenue }: Compared): Line => {
  const { share, origin } = work.clause
  const floor = times(share, forecast.value)
  const short = minus(floor, revenue.value)
  const exact = greatest(nought, short)
  const phi = term(origin, `${origin.pointer}/share`, 'rate')('×', 'Share guaranteed', share, 'φ')
  return forecastLine(work, {
    formula: 'floor',
    step: '',
    turned: false,
    quantity: exact,
    rate: undefined,
    exact,
    reasons: [
      sum('+', 'Revenue guaranteed', floor, 'major', [forecast.explain('+'), phi], 'φ·F'),
      revenue.explain('-'),
      ...raised(short, 'Above what is guaranteed, which pays nothing'),
    ],
  })
}

/** σ·max(0, R − χ·F), from the operator. */
const upsideLine = ({ work, forecast, revenue }: Compared, terms: NonNullable<ResolvedFloor['upside']>): Line => {
  const { origin } = work.clause
  const written = (key: string) => term(origin, `${origin.pointer}/upside/${key}`, 'rate')
  const threshold = times(terms.above, forecast.value)
  const over = minus(revenue.value, threshold)
  const quantity = greatest(nought, over)
  const above = [
    revenue.explain('+'),
    sum('-', 'Threshold', threshold, 'major', [forecast.explain('+'), written('above')('×', 'Multiple', terms.above, 'χ')], 'χ·F'),
    ...raised(over, 'Below the threshold, which counts as none'),
  ]
  return forecastLine(work, {
    formula: 'floor-upside',
    step: '',
    turned: true,
    quantity,
    rate: terms.share,
    exact: times(quantity, terms.share),
    reasons: [sum('+', 'Revenue above the threshold', quantity, 'major', above), written('share')('×', 'Share', terms.share, 'σ')],
  })
}

const settleFloor = (work: Work): ClauseSettled => {
  const { clause, part, schedule } = work
  const compared = { work, forecast: forecastIn(clause, part, schedule.zone), revenue: revenueIn(work) }
  const turned = clause.upside === undefined ? [] : [upsideLine(compared, clause.upside)]
  return { lines: [floorLine(compared), ...turned], closing: work.opening }
}

/** `revenue-floor`: the guarantor makes revenue up to a share of the forecast, and may have a share of what is far above it. */
export const revenueFloor = clauseKind<RevenueFloor, ResolvedFloor>({
  kind: 'revenue-floor',
  shape,
  shapes: {},
  payer: ['guarantor'],
  payee: ['operator'],
  check: (clause, pointer, document) => {
    const { share, upside: terms } = clause
    const isLow = share !== undefined && terms?.above !== undefined && compare(decimal(terms.above), decimal(share)) < 0
    const at = below(below(pointer, 'upside'), 'above')
    return [
      ...checkForecast(clause, pointer, document),
      ...(isLow
        ? [{ pointer: at, message: `"${terms.above}" is below the share guaranteed, "${share}": both would pay on the same revenue` }]
        : []),
    ]
  },
  resolve: (clause, slice) => ({
    ...resolveForecast(clause, slice),
    share: decimal(clause.share),
    upside: clause.upside === undefined ? undefined : { share: decimal(clause.upside.share), above: decimal(clause.upside.above) },
  }),
  say: (clause, schedule) => {
    const at = clause.origin.pointer
    const [payer, payee] = [party(schedule, clause.payer), party(schedule, clause.payee)]
    const blocks = blocksIn(clause.covers.map(({ block }) => block))
    return [
      [
        at,
        `${payer} makes the revenue of ${payee} on ${blocks} up to ${percent(clause.share)} of the forecast, settled ${every[clause.period]}, ${datesOf(clause, schedule)}.`,
      ],
      ...sayForecast(clause, schedule),
      ...(clause.upside === undefined
        ? []
        : [
            [
              `${at}/upside`,
              `Of revenue above ${percent(clause.upside.above)} of the forecast ${payee} pays ${payer} ${percent(clause.upside.share)}.`,
            ] as const,
          ]),
    ]
  },
  formulas: {
    floor: { word: 'Revenue floor', posts: plainly('revenue-floor') },
    'floor-upside': { word: 'Revenue upside, above the forecast', posts: plainly('revenue-upside') },
  },
  stages: { floor: settleFloor },
  commitments: (clause, at) => forecastCommitments(clause, clause.share, at),
})
