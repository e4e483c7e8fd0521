import type { Problem } from '../base/problem.ts'
import { compare, decimal, one, toDecimal, total } from '../base/rational.ts'
import { addDays, dateOf, monthOf, startOfDate, type LocalDate } from '../base/time.ts'
import { checkAmount, checkSteps } from '../terms/check-values.ts'
import { below } from '../terms/conform.ts'
import { itemsOf, type Sound, type SoundAgreement } from '../terms/sound.ts'
import { coverRatios, type DebtFacility } from './debt-terms.ts'
import { monthsOf, periodOf } from './period.ts'

type SoundDebt = Sound<DebtFacility>
const isBelow = (a: string, b: string): boolean => compare(decimal(a), decimal(b)) < 0

/** A date that has to lie in the clause. */
const checkWithin = (date: LocalDate | undefined, pointer: string, { from, through }: SoundDebt): Problem[] => {
  if (date === undefined) return []
  if (from !== undefined && date < from) return [{ pointer, message: `${date} is before the clause starts, ${from}` }]
  if (through !== undefined && date > through) return [{ pointer, message: `${date} is after the loan matures, ${through}` }]
  return []
}

const checkAvailability = (clause: SoundDebt, pointer: string): Problem[] => {
  const { availableFrom: first, availableThrough: last } = clause
  const crossed = first !== undefined && last !== undefined && last < first
  return [
    ...checkWithin(first, below(pointer, 'availableFrom'), clause),
    ...checkWithin(last, below(pointer, 'availableThrough'), clause),
    ...(crossed
      ? [{ pointer: below(pointer, 'availableThrough'), message: `${last} is before the loan can first be drawn, ${first}` }]
      : []),
  ]
}

const checkInterest = ({ from, interest }: SoundDebt, pointer: string): Problem[] => {
  if (interest === undefined) return []
  const at = below(pointer, 'interest')
  const ofIndex = interest.fixed === undefined ? [] : (['margin', 'floor', 'lagDays'] as const).filter((key) => interest[key] !== undefined)
  return [
    ...ofIndex.map((key) => ({ pointer: below(at, key), message: `\`${key}\` belongs to an index, and the rate is fixed: leave it out` })),
    ...checkSteps({ from }, 'fixed', interest.fixed, at),
    ...checkSteps({ from }, 'margin', interest.margin, at),
  ]
}

/** The last date of the period that a date lies in: where repayments fall. */
const lastOfPeriod = (date: LocalDate, { period = 'month', through }: SoundDebt): LocalDate => {
  const end = addDays(dateOf(periodOf(period, monthOf(startOfDate(date, 'UTC'), 'UTC'), 'UTC').to, 'UTC'), -1)
  return through !== undefined && through < end ? through : end
}

const checkRepayments = (clause: SoundDebt, pointer: string, currency: string | undefined): Problem[] => {
  const { amortisation, commitment, period = 'month' } = clause
  if (typeof amortisation !== 'object' || !('scheduled' in amortisation)) return []
  const at = below(below(pointer, 'amortisation'), 'scheduled')
  const repayments = itemsOf(amortisation.scheduled)
  const each = repayments.flatMap(([{ date, amount, share }, index], i): Problem[] => {
    const here = below(at, index)
    const before = repayments[i - 1]?.[0]
    const problems = [...checkWithin(date, below(here, 'date'), clause), ...checkAmount(amount, below(here, 'amount'), currency)]
    const last = date === undefined || problems.length > 0 ? date : lastOfPeriod(date, clause)
    if (last !== date)
      problems.push({
        pointer: below(here, 'date'),
        message: `${date} is not the last date of a ${period}: repayments fall on one, such as ${last}`,
      })
    if (date !== undefined && before?.date !== undefined && date <= before.date)
      problems.push({
        pointer: below(here, 'date'),
        message: `${date} does not come after ${before.date}: write repayments in order of time`,
      })
    const first = repayments[0]?.[0]
    if ((first?.share !== undefined && amount !== undefined) || (first?.amount !== undefined && share !== undefined))
      problems.push({
        pointer: below(here, amount === undefined ? 'share' : 'amount'),
        message: 'the first repayment is of another sort: write amounts, or shares, not both',
      })
    return problems
  })
  if (each.length > 0 || repayments.length !== (amortisation.scheduled ?? []).length) return each
  const sum = total(repayments.map(([{ amount, share }]) => decimal(amount ?? share ?? '0')))
  if (repayments.every(([{ share }]) => share !== undefined))
    return compare(sum, one) === 0 ? [] : [{ pointer: at, message: `the shares add up to ${toDecimal(sum)}: they should add up to 1` }]
  if (commitment === undefined || compare(sum, decimal(commitment)) <= 0) return []
  return [{ pointer: at, message: `the repayments add up to ${toDecimal(sum)}, but no more than ${commitment} may be drawn` }]
}

const checkForecast = (clause: SoundDebt, pointer: string): Problem[] => {
  const { amortisation, through } = clause
  const at = below(pointer, 'forecast')
  const stretches = itemsOf(clause.forecast)
  const each = stretches.flatMap(([{ from, through: last }, index], i): Problem[] => {
    const here = below(at, index)
    if (from !== undefined && last !== undefined && last < from)
      return [{ pointer: below(here, 'through'), message: `${last} is before the amount starts, ${from}` }]
    const before = stretches[i - 1]?.[0].through
    if (from === undefined || before === undefined) return []
    const next = addDays(before, 1)
    if (from > next)
      return [
        {
          pointer: below(here, 'from'),
          message: `${from} leaves a hole: the amount before ends on ${before}, so this one should start on ${next}`,
        },
      ]
    if (from < next)
      return [
        {
          pointer: below(here, 'from'),
          message: `${from} overlaps the amount before, which ends on ${before}: this one should start on ${next}`,
        },
      ]
    return []
  })
  if (each.length > 0 || clause.forecast === undefined || stretches.length !== clause.forecast.length) return each
  const sculpted = typeof amortisation === 'object' && 'sculpted' in amortisation
  const tested = (['lockUp', 'defaultTest'] as const).flatMap((key) =>
    (['llcr', 'plcr'] as const).filter((ratio) => clause[key]?.[ratio] !== undefined).map((ratio) => below(below(pointer, key), ratio)),
  )
  const needing = [...(sculpted ? [below(below(pointer, 'amortisation'), 'sculpted')] : []), ...tested]
  const last = stretches.at(-1)?.[0].through
  if (last === undefined && stretches.length === 0)
    return needing.map((where) => ({ pointer: where, message: 'needs `forecast`: write the cash available for debt service' }))
  if (last === undefined || through === undefined || last >= through) return []
  return needing.length === 0
    ? []
    : [
        {
          pointer: below(below(at, stretches.at(-1)![1]), 'through'),
          message: `${last} is before the loan matures, ${through}: the forecast should reach it`,
        },
      ]
}

const checkWaterfall = ({ waterfall, dsra, lockUp, period = 'month' }: SoundDebt, pointer: string): Problem[] => {
  const [flow, account] = [below(pointer, 'waterfall'), below(pointer, 'dsra')]
  const months = dsra?.months
  const uneven = months !== undefined && months % monthsOf[period] !== 0
  const odd = uneven ? [{ pointer: below(account, 'months'), message: `is ${months}: should be a whole number of ${period}s` }] : []
  if (waterfall === undefined) {
    const without = (where: string, what: string) => ({ pointer: where, message: `${what}: write \`waterfall\`` })
    return [
      ...odd,
      ...(dsra === undefined ? [] : [without(account, 'a reserve account is filled out of a waterfall')]),
      ...(lockUp === undefined ? [] : [without(below(pointer, 'lockUp'), 'a lock-up keeps what a waterfall would distribute')]),
    ]
  }
  const steps = itemsOf(waterfall).map(([step]) => step)
  if (steps.length !== waterfall.length) return odd
  const problem = (where: string, message: string): Problem[] => [{ pointer: where, message }]
  const place = (step: (typeof steps)[number]) => steps.indexOf(step)
  const missing = (['interest', 'principal'] as const).filter((step) => !steps.includes(step))
  return [
    ...odd,
    ...missing.flatMap((step) => problem(flow, `has no step \`${step}\`: the lender is paid out of it`)),
    ...(missing.length === 0 && place('interest') > place('principal')
      ? problem(below(flow, place('principal')), '`principal` comes before `interest`: interest is paid first')
      : []),
    ...(steps.at(-1) === 'distributions' ? [] : problem(flow, 'does not end with `distributions`: the last step takes what is left')),
    ...(dsra === undefined && steps.includes('dsra')
      ? problem(below(flow, place('dsra')), 'there is no reserve account: write `dsra`, or leave the step out')
      : []),
    ...(dsra !== undefined && !steps.includes('dsra') ? problem(account, 'no step fills the account: name `dsra` in the waterfall') : []),
  ]
}

const checkLevels = ({ lockUp, defaultTest, amortisation }: SoundDebt, pointer: string): Problem[] => {
  const target = typeof amortisation === 'object' && 'sculpted' in amortisation ? amortisation.sculpted?.dscr : undefined
  const sculpted = below(below(below(pointer, 'amortisation'), 'sculpted'), 'dscr')
  const low = target !== undefined && isBelow(target, '1')
  const empty = (['lockUp', 'defaultTest'] as const).filter((key) => isEmpty({ lockUp, defaultTest }[key]))
  return [
    ...(low ? [{ pointer: sculpted, message: `is "${target}": below 1 the debt service is more than the cash for it` }] : []),
    ...empty.map((key) => ({ pointer: below(pointer, key), message: 'names no ratio: write `dscr`, `llcr` or `plcr`' })),
    ...coverRatios.flatMap((ratio): Problem[] => {
      const [locked, failed] = [lockUp?.[ratio], defaultTest?.[ratio]]
      if (locked === undefined || failed === undefined || !isBelow(locked, failed)) return []
      return [
        {
          pointer: below(below(pointer, 'lockUp'), ratio),
          message: `is "${locked}", below the default level "${failed}": cash is locked up before the loan fails`,
        },
      ]
    }),
    ...(target !== undefined && lockUp?.dscr !== undefined && isBelow(target, lockUp.dscr)
      ? [
          {
            pointer: below(below(pointer, 'lockUp'), 'dscr'),
            message: `is "${lockUp.dscr}", above the DSCR of "${target}" that the loan is sculpted to: it would never distribute`,
          },
        ]
      : []),
  ]
}

const isEmpty = (levels: object | undefined): boolean => levels !== undefined && Object.keys(levels).length === 0

/** What is wrong with a loan, beyond its shape. */
export const checkDebt = (clause: SoundDebt, pointer: string, { currency }: SoundAgreement): Problem[] => [
  ...checkAmount(clause.commitment, below(pointer, 'commitment'), currency),
  ...checkAvailability(clause, pointer),
  ...checkInterest(clause, pointer),
  ...checkRepayments(clause, pointer, currency),
  ...checkForecast(clause, pointer),
  ...checkWaterfall(clause, pointer),
  ...checkLevels(clause, pointer),
]
