import { ref, type ObjectShape, type Shape } from './json-schema.ts'
import { limits } from './limits.ts'
import { list, object, value, word } from './value-shapes.ts'

const common = (kind: string, description: string): Readonly<Record<string, Shape>> => ({
  id: value('id', 'Name of the clause; every line it settles carries it.'),
  kind: { type: 'string', const: kind, title: `\`${kind}\``, description },
  payer: value('id', 'The party that pays a positive amount.'),
  payee: value('id', 'The party that is paid a positive amount.'),
  covers: list(value('id', 'A supported block.'), limits.blocks, {
    minItems: 1,
    uniqueItems: true,
    title: 'a list of block ids',
    description: 'The blocks it speaks of.',
  }),
  from: value('date', "First local date. Default: the term's."),
  through: value('date', "Last local date, included. Default: the term's."),
  period: word(['month', 'quarter', 'year'], {
    default: 'month',
    description: 'How often it settles: with the statement of the month in which its calendar period ends.',
  }),
})

const required = ['id', 'kind', 'payer', 'payee', 'covers'] as const

const revenueShare: ObjectShape = object(
  {
    ...common('revenue-share', 'The operator shares its revenue on covered blocks.'),
    base: value('decimal', 'Fixed amount per period, in major units, scaled by seconds in a short period. Default: none.'),
    rate: value('scheduledTieredShare', 'Share of eligible net revenue. Tiers by cumulative revenue, in major units.'),
    reset: word(['never', 'year'], { default: 'never', description: 'When the cumulative revenue of the tiers starts again.' }),
    mayRise: { type: 'boolean', title: '`true` or `false`', default: false, description: 'Allows a rate that rises in time.' },
    affiliateReference: value('decimal', 'Per GPU-hour: what a sale to an affiliate counts at least. Default: what was charged.'),
  },
  [...required, 'rate'],
)

const cap: ObjectShape = {
  ...object(
    {
      per: word(['period', 'contract-year', 'aggregate'], {
        description: 'What it limits: each period, each contract year, or the whole clause.',
      }),
      amount: value('scheduledDecimal', 'Most money, in major units.'),
      gpuHours: value('scheduledDecimal', 'Most GPU-hours.'),
    },
    ['per'],
  ),
  oneOf: [{ required: ['amount'] }, { required: ['gpuHours'] }],
}

const condition: ObjectShape = object(
  {
    id: value('id', 'Name of the condition, within the clause.'),
    text: value('text', 'What has to be so, in words.'),
    presumed: word(['met', 'unmet'], {
      default: 'unmet',
      description: 'What counts while no fact says so: by default it has to be shown.',
    }),
  },
  ['id', 'text'],
)

const recoupment: ObjectShape = {
  ...object(
    {
      share: value('share', 'κ: part of the revenue above the threshold that repays earlier backstop payments.'),
      threshold: value('decimal', 'θ: revenue per period that repays nothing, in major units, scaled by seconds in a short period.'),
      accrual: value('decimal', 'Simple annual rate on the opening balance. Default: none.'),
      dayCount: word(['act/365F', 'act/360'], { default: 'act/365F', description: 'Days of the year for the accrual.' }),
    },
    ['share', 'threshold'],
  ),
  description: 'The operator repays earlier payments out of later revenue. Default: it does not.',
}

const capacityBackstop: ObjectShape = object(
  {
    ...common('capacity-backstop', 'The guarantor pays for capacity that stays unsold.'),
    measure: word(['instant', 'hour', 'day', 'period'], {
      default: 'period',
      description: 'The bucket within which sales above the committed capacity offset unsold capacity.',
    }),
    price: value('scheduledTieredPrice', 'Per GPU-hour. Tiers by cumulative paid GPU-hours.'),
    committed: value('scheduledCommitted', 'C: GPUs of each block that are supported, or all that is `accepted`.', { default: 'accepted' }),
    retention: value('scheduledShare', 'ρ: share of the committed capacity that the operator bears itself.', { default: '0' }),
    limit: value('scheduledGpus', 'K: most GPUs paid for, of each block; the sum over the blocks under `pool: covered`. Default: none.'),
    offset: word(['sales', 'none'], {
      default: 'sales',
      description: 'Whether sales above the committed capacity reduce what is paid in the same bucket.',
    }),
    pool: word(['none', 'covered'], { default: 'none', description: 'Under `covered` the blocks net each other.' }),
    caps: list(ref('cap'), limits.caps, {
      default: [],
      title: 'a list of caps',
      description: 'Limits of what is paid; all bind together.',
    }),
    conditions: list(ref('condition'), limits.conditions, {
      default: [],
      title: 'a list of conditions',
      description: 'What has to be so for unsold capacity to be paid for. Reasons are named in this order.',
    }),
    recoupment: ref('recoupment'),
    callRight: {
      type: 'boolean',
      title: '`true` or `false`',
      default: false,
      description: 'Whether the guarantor may call unsold capacity for its own use or resale.',
    },
  },
  [...required, 'price'],
)

/** One clause, told apart by `kind`. */
export const clauseShape: Shape = { title: 'a clause with a `kind`', oneOf: [ref('revenueShare'), ref('capacityBackstop')] }
export const clauseShapes: Readonly<Record<string, ObjectShape>> = { revenueShare, capacityBackstop, cap, condition, recoupment }
