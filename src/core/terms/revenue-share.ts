import type { Rational } from '../base/rational.ts'
import type { Problem } from '../base/problem.ts'
import type { RevenueShare } from './agreement.ts'
import { checkAmount, checkRise, checkSteps } from './check-values.ts'
import { clauseShape } from './clause-shape.ts'
import { below } from './conform.ts'
import { termsKind, type Said, type Slice } from './kind.ts'
import { blocksIn, major, percent, stepsIn, tiersIn } from './phrase.ts'
import { byCommencement, optional, readerOf, yearsOf } from './resolve-clause.ts'
import { datesOf, every, party, perBlock } from './say.ts'
import type { CoveredByShare, ResolvedShare, Schedule } from './schedule.ts'
import type { SoundAgreement, SoundShare } from './sound.ts'
import { steppedTiers, within } from './stepped.ts'
import { value, word } from './value-shapes.ts'

const shape = clauseShape({
  kind: 'revenue-share',
  description: 'The operator shares its revenue on covered blocks.',
  properties: {
    base: value('decimal', 'Fixed amount per period, in major units, scaled by seconds in a short period. Default: none.'),
    rate: value('scheduledTieredShare', 'Share of eligible net revenue. Tiers by cumulative revenue, in major units.'),
    reset: word(['never', 'year'], { default: 'never', description: 'When the cumulative revenue of the tiers starts again.' }),
    mayRise: { type: 'boolean', title: '`true` or `false`', default: false, description: 'Allows a rate that rises in time.' },
    affiliateReference: value('decimal', 'Per GPU-hour: what a sale to an affiliate counts at least. Default: what was charged.'),
  },
  required: ['rate'],
})

const check = (clause: SoundShare, pointer: string, { currency }: SoundAgreement): Problem[] => [
  ...checkSteps(clause, 'rate', clause.rate, pointer),
  ...(clause.mayRise === true ? [] : checkRise(clause.rate, below(pointer, 'rate'))),
  ...checkAmount(clause.base, below(pointer, 'base'), currency),
]

const coverShare = (clause: RevenueShare, slice: Slice): readonly CoveredByShare[] => {
  const common = byCommencement(slice.signed, (commencement) => ({
    years: yearsOf(commencement, slice.signed.agreement.zone, slice.slice),
    rate: within(steppedTiers(clause.rate, readerOf(slice, commencement)('rate')), slice.slice),
  }))
  return clause.covers.map((block) => ({ block, ...common(block) }))
}

const say = (clause: ResolvedShare, schedule: Schedule): Said => {
  const { zone, currency } = schedule
  const at = clause.origin.pointer
  const money = (amount: Rational) => `${major(amount, currency)} ${currency}`
  const blocks = blocksIn(clause.covers.map(({ block }) => block))
  const tiered = clause.covers.some(({ rate }) => rate.some((step) => step.value.length > 1))
  return [
    [
      at,
      `${party(schedule, clause.payer)} pays ${party(schedule, clause.payee)} a share of its eligible net revenue on ${blocks}, settled ${every[clause.period]}, ${datesOf(clause, schedule)}.`,
    ],
    ...(clause.base === undefined
      ? []
      : [[`${at}/base`, `It pays ${money(clause.base)} ${every[clause.period]}, whatever the revenue.`] as const]),
    ...perBlock(
      clause.covers,
      `${at}/rate`,
      (which) => `The share${which} is`,
      ({ rate, years }) => stepsIn(rate, { ...clause, zone, years }, (tiers) => tiersIn(tiers, percent, money)),
    ),
    ...(tiered
      ? [[`${at}/reset`, `Tiers count the revenue ${clause.reset === 'year' ? 'of each contract year' : 'since the start'}.`] as const]
      : []),
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

/** `revenue-share`: how it is written, checked, resolved and told. */
export const revenueShareTerms = termsKind<RevenueShare, ResolvedShare>({
  kind: 'revenue-share',
  shape,
  shapes: {},
  payer: ['operator'],
  payee: ['guarantor'],
  check,
  resolve: (clause, slice) => ({
    covers: coverShare(clause, slice),
    base: optional(clause.base),
    reset: clause.reset,
    affiliateReference: optional(clause.affiliateReference),
  }),
  say,
})
