import type { Json } from '../base/canonical.ts'
import { minorDigits } from '../base/currency.ts'
import type { Problem } from '../base/problem.ts'
import { compare, decimal } from '../base/rational.ts'
import { checkSources } from '../terms/check-document.ts'
import { checkAmount, checkUnique } from '../terms/check-values.ts'
import { itemsOf } from '../terms/sound.ts'
import type { SoundPortfolio } from './portfolio.ts'

const checkCurrency = (code: string | undefined, pointer: string): Problem[] =>
  code === undefined || minorDigits(code) !== undefined
    ? []
    : [{ pointer, message: `is "${code}", which ISO 4217 does not list: should be a code such as USD` }]

const checkFiscalYear = ({ fiscalYear }: SoundPortfolio): Problem[] => {
  if (typeof fiscalYear !== 'object' || !('yearEndsOn' in fiscalYear) || fiscalYear.yearEndsOn === undefined) return []
  const [month, day] = fiscalYear.yearEndsOn.split('-').map(Number) as [number, number]
  const days = Temporal.PlainYearMonth.from({ year: 2000, month }).daysInMonth
  return day <= days ? [] : [{ pointer: '/fiscalYear/yearEndsOn', message: `is ${fiscalYear.yearEndsOn}: that month has ${days} days` }]
}

const checkRates = ({ rates, currency }: SoundPortfolio): Problem[] => [
  ...itemsOf(rates).flatMap(([each, index]): Problem[] => {
    const at = `/rates/${index}`
    return [
      ...checkCurrency(each.currency, `${at}/currency`),
      ...(each.currency !== undefined && each.currency === currency
        ? [{ pointer: `${at}/currency`, message: `is ${currency}, the reporting currency: it needs no rate` }]
        : []),
      ...(each.rate !== undefined && decimal(each.rate).n === 0n
        ? [{ pointer: `${at}/rate`, message: 'is "0": should be above zero' }]
        : []),
    ]
  }),
  ...checkUnique(
    itemsOf(rates).map(([each, index]) => [each.currency, `/rates/${index}/currency`]),
    'currency',
  ),
]

/** Later years, and no lower a probability. */
const checkCurves = ({ counterparties }: SoundPortfolio): Problem[] =>
  itemsOf(counterparties).flatMap(([{ lossGivenDefault, cumulativeDefault }, index]): Problem[] => {
    const at = `/counterparties/${index}`
    const curve = itemsOf(cumulativeDefault)
    const steps = curve.slice(1).flatMap(([{ years, probability }, place], i): Problem[] => {
      const [before] = curve[i]!
      if (years !== undefined && before.years !== undefined && years <= before.years)
        return [
          { pointer: `${at}/cumulativeDefault/${place}/years`, message: `${years} is not after ${before.years}: write them in order` },
        ]
      if (probability !== undefined && before.probability !== undefined && compare(decimal(probability), decimal(before.probability)) < 0)
        return [
          {
            pointer: `${at}/cumulativeDefault/${place}/probability`,
            message: `"${probability}" is below "${before.probability}" of fewer years: probabilities are cumulative`,
          },
        ]
      return []
    })
    const lone = curve.length > 0 && lossGivenDefault === undefined
    return [...steps, ...(lone ? [{ pointer: at, message: '`lossGivenDefault` is missing: a curve of defaults needs it' }] : [])]
  })

const checkValuations = ({ valuations, agreements, currency }: SoundPortfolio): Problem[] => {
  const known = itemsOf(agreements).map(([id]) => id)
  return [
    ...itemsOf(valuations).flatMap(([each, index]): Problem[] => {
      const at = `/valuations/${index}`
      const dates = itemsOf(each.fairValues)
      return [
        ...(each.agreement !== undefined && !known.includes(each.agreement)
          ? [{ pointer: `${at}/agreement`, message: `\`${each.agreement}\` is not among \`agreements\`: there are ${known.join(', ')}` }]
          : []),
        ...checkAmount(each.fairValueAtInception, `${at}/fairValueAtInception`, currency),
        ...dates.flatMap(([{ amount }, place]) => checkAmount(amount, `${at}/fairValues/${place}/amount`, currency)),
        ...dates.slice(1).flatMap(([{ on }, place], i): Problem[] => {
          const before = dates[i]![0].on
          return on === undefined || before === undefined || on > before
            ? []
            : [{ pointer: `${at}/fairValues/${place}/on`, message: `${on} is not after ${before}: write them in order of time` }]
        }),
      ]
    }),
    ...checkUnique(
      itemsOf(valuations).map(([{ agreement, clause }, index]) => [
        agreement === undefined || clause === undefined ? undefined : `${agreement}/${clause}`,
        `/valuations/${index}`,
      ]),
      'valuation',
    ),
  ]
}

const checkInTalks = ({ inTalks, agreements }: SoundPortfolio): Problem[] => {
  const known = itemsOf(agreements).map(([id]) => id)
  return [
    ...itemsOf(inTalks).flatMap(([{ agreement }, index]): Problem[] =>
      agreement === undefined || known.includes(agreement)
        ? []
        : [
            {
              pointer: `/inTalks/${index}/agreement`,
              message: `\`${agreement}\` is not among \`agreements\`: there are ${known.join(', ')}`,
            },
          ],
    ),
    ...checkUnique(
      itemsOf(inTalks).map(([{ agreement }, index]) => [agreement, `/inTalks/${index}/agreement`]),
      'agreement in talks',
    ),
  ]
}

/** What a portfolio's parts must be to each other, checked on its sound part. `written` is the document as given. */
export const checkPortfolio = (document: SoundPortfolio, written: Json): Problem[] => [
  ...checkCurrency(document.currency, '/currency'),
  ...checkFiscalYear(document),
  ...checkRates(document),
  ...checkUnique(
    itemsOf(document.counterparties).map(([{ id }, index]) => [id, `/counterparties/${index}/id`]),
    'counterparty',
  ),
  ...checkCurves(document),
  ...itemsOf(document.hardware).flatMap(([{ amount }, index]) => checkAmount(amount, `/hardware/${index}/amount`, document.currency)),
  ...checkInTalks(document),
  ...checkValuations(document),
  ...checkSources(document, written),
]
