import { clauseShape } from './clause-shape.ts'
import { ref, type ObjectShape } from './json-schema.ts'
import { limits } from './limits.ts'
import { list, object, value, word } from './value-shapes.ts'

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

/** `capacity-backstop`, as it is written. */
export const backstopShape = clauseShape({
  kind: 'capacity-backstop',
  description: 'The guarantor pays for capacity that stays unsold.',
  properties: {
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
  required: ['price'],
})
export const backstopShapes: Readonly<Record<string, ObjectShape>> = { cap, condition, recoupment }
