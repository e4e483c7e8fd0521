import { gpusMax } from '../base/steps.ts'
import { partyRoles } from './agreement.ts'
import { calendarNames } from './calendars.ts'
import { ref, type ObjectShape, type Schema, type Shape } from './json-schema.ts'
import type { TermsKind } from './kind.ts'
import { limits } from './limits.ts'
import { list, object, value, valueShapes, word } from './value-shapes.ts'

const whole = (minimum: number, maximum: number, description: string): Shape => ({
  type: 'integer',
  title: `a whole number from ${minimum} to ${maximum}`,
  minimum,
  maximum,
  description,
})

const party: ObjectShape = object(
  {
    id: value('id', 'Name of the party, used by clauses.'),
    name: value('name', 'Name for people.'),
    role: word(partyRoles, { description: 'Each agreement has one guarantor and one operator; the others stand in single clauses.' }),
  },
  ['id', 'name', 'role'],
)

const tranche: ObjectShape = object(
  {
    id: value('id', 'Name of the commissioning tranche, within the block; its acceptance names it.'),
    gpus: whole(1, gpusMax, 'Contract capacity that it brings, counted from its acceptance.'),
    due: value('date', 'Agreed local date of its acceptance.'),
  },
  ['id', 'gpus', 'due'],
)

const maintenance: ObjectShape = {
  ...object(
    {
      gpuHoursPerContractYear: value(
        'decimal',
        'GPU-hours of planned maintenance per contract year that are not the fault of the operator.',
      ),
      noticeDays: { ...whole(0, 366, 'A notice counts when given this many days before the work.'), default: 0 },
    },
    ['gpuHoursPerContractYear'],
  ),
  description: 'Allowance of planned maintenance. Default: none, all maintenance is unavailable.',
}

const block: ObjectShape = object(
  {
    id: value('id', 'Name of the block, used by clauses, pools and readings.'),
    factory: value('id', 'Name of the AI factory it stands in.'),
    region: value('name', 'Region, for people.'),
    sku: value('sku', 'What is sold, such as `GB300`.'),
    supported: {
      type: 'boolean',
      title: '`true` or `false`',
      default: true,
      description: 'False for capacity of the operator that only shares the pool: no clause covers it.',
    },
    commencement: value('date', "Its own start of contract years. Default: the agreement's."),
    tranches: list(tranche, limits.tranches, { minItems: 1, title: 'a list of tranches', description: 'The commissioning ramp.' }),
    maintenance,
  },
  ['id', 'factory', 'region', 'sku', 'tranches'],
)

const blockIds = { minItems: 1, uniqueItems: true, title: 'a list of block ids' } as const
const pool: ObjectShape = object(
  {
    id: value('id', 'Name of the pool; sales are reported by pool.'),
    attribution: word(['specific', 'supported-first', 'pro-rata'], { description: 'Which blocks the sales of the pool fill.' }),
    blocks: list(value('id', 'A block.'), limits.blocks, {
      ...blockIds,
      description: 'In the order in which `supported-first` fills them.',
    }),
  },
  ['id', 'attribution', 'blocks'],
)

const order: ObjectShape = object(
  {
    order: value('order', 'Name of the order, used by readings.'),
    blocks: list(value('id', 'A block.'), limits.blocks, {
      ...blockIds,
      description: 'The blocks it is filled from, in this order; all of one pool.',
    }),
  },
  ['order', 'blocks'],
)

const due: ObjectShape = {
  ...object(
    {
      days: whole(0, 3_650, 'Days from the date on which the statement is final.'),
      businessDays: whole(0, 3_650, 'Business days, counted from the day after that date.'),
      roll: word(['following', 'modifiedFollowing', 'preceding'], {
        default: 'following',
        description: 'Where a date that is no business day moves.',
      }),
      calendars: list(word(calendarNames, { description: 'A published calendar, by the zone of its place.' }), calendarNames.length, {
        uniqueItems: true,
        default: [],
        title: 'a list of calendars',
        description: 'A business day is one in every calendar listed; Saturdays and Sundays never are.',
      }),
      holidays: list(value('date', 'A local date.'), limits.holidays, {
        uniqueItems: true,
        default: [],
        title: 'a list of dates',
        description: 'Further dates that are no business days.',
      }),
      workingDays: list(value('date', 'A local date.'), limits.holidays, {
        uniqueItems: true,
        default: [],
        title: 'a list of dates',
        description: 'Dates that are business days although a calendar lists them.',
      }),
    },
    [],
  ),
  oneOf: [{ required: ['days'] }, { required: ['businessDays'] }],
  description: 'When a statement falls due: exactly one of `days` and `businessDays`.',
}

const sourceIds = (description: string): Shape =>
  list(value('id', 'A source of readings.'), limits.meteringSources, {
    minItems: 1,
    uniqueItems: true,
    title: 'a list of sources, the one whose word counts first',
    description,
  })

const metering: ObjectShape = {
  ...object(
    {
      allocations: sourceIds('Who says what was allocated. Default: what all sources say adds up.'),
      reservations: sourceIds('Who says what was reserved. Default: what all sources say adds up.'),
      health: sourceIds('Who says what was out of service. Default: what all sources say adds up.'),
    },
    [],
  ),
  description:
    'Whose word counts: at each instant the first source listed that has evidence then. What the others say is listed and sized.',
}

const claims: ObjectShape = {
  ...object(
    {
      idleWatts: { ...whole(1, 10_000, 'Watts that an idle GPU draws at most.'), default: 250 },
      activity: value('share', 'Part of the time in which kernels may run on an idle GPU.', { default: '0.02' }),
      toleranceSeconds: { ...whole(0, 1_000_000, 'GPU-seconds of a node and hour that may differ.'), default: 300 },
      coverage: value('share', 'Part of a node and hour for which there has to be telemetry.', { default: '0.9' }),
      clockSkewSeconds: { ...whole(0, 86_400, 'Seconds by which clocks may differ.'), default: 120 },
      listPrice: value('decimal', 'Per GPU-hour: capacity on offer above it counts as not offered. Default: not checked.'),
      listCondition: value('id', 'The condition of a backstop that fails where capacity was offered above `listPrice`.'),
    },
    [],
  ),
  description: 'What a claim has to stand up to. Default: all of the defaults.',
}

/** Where a term comes from. */
export const source: ObjectShape = object(
  {
    at: {
      type: 'string',
      title: 'a JSON pointer, such as /clauses/0/price',
      pattern: '^(/([^~/]|~[01])*)*$',
      maxLength: 500,
      description: 'JSON pointer of the term; it speaks of everything below it that no other source speaks of.',
    },
    status: word(['public', 'assumption'], { description: 'What is not public is an assumption, and said so wherever it is shown.' }),
    note: value('text', 'The source, or how the assumption was made.'),
  },
  ['at', 'status', 'note'],
)

const settlement: ObjectShape = {
  ...object(
    {
      netting: {
        type: 'boolean',
        title: '`true` or `false`',
        default: true,
        description: 'Whether amounts both ways are netted to one payment.',
      },
      due,
      correctionsUntil: {
        ...object(
          { months: whole(1, 420, 'Calendar months from the date on which the month became final to the end of the open month.') },
          ['months'],
        ),
        description: 'When a month is closed for good: what comes later is listed and not settled. Default: never.',
      },
    },
    ['due'],
  ),
  description: 'How statements are paid.',
}

const propertiesOf = (clause: Shape): Readonly<Record<string, Shape>> => ({
  offtake: { type: 'integer', const: 1, title: '1', description: 'Version of this format.' },
  agreement: value('id', 'Name of the agreement, the same in every version.'),
  title: value('name', 'Name for people.'),
  version: { ...whole(1, limits.versions, 'Counts the versions: 1, then one for each amendment.'), default: 1 },
  effective: value('date', 'The version counts from the first instant of this local date. Default in version 1: the start of the term.'),
  previous: value('hash', 'Hash of the version before, as `offtake check` prints it; absent in version 1.'),
  parties: list(party, limits.parties, {
    minItems: 2,
    title: 'a list of parties, the guarantor and the operator among them',
    description: 'The guarantor, the operator, and whoever else stands in a clause.',
  }),
  zone: {
    type: 'string',
    title: 'an IANA time zone, such as Asia/Jakarta',
    maxLength: 64,
    description: 'Local dates and calendar periods are of this zone.',
  },
  currency: { type: 'string', title: 'an ISO 4217 code, such as USD', pattern: '^[A-Z]{3}$', description: 'Everything settles in it.' },
  term: {
    ...object({ from: value('date', 'First local date.'), through: value('date', 'Last local date, included.') }, ['from', 'through']),
    description: 'How long the agreement runs, at most 34 years.',
  },
  commencement: value('date', 'Contract year 1 begins here. Default: the start of the term.'),
  blocks: list(block, limits.blocks, {
    default: [],
    title: 'a list of blocks',
    description: 'Quantities of one SKU at one factory; none where no clause speaks of capacity.',
  }),
  pools: list(pool, limits.pools, {
    title: 'a list of pools',
    description:
      'Blocks whose sales are attributed together; every block is in one. Default, for blocks in none: a pool `<factory>-<sku>` of the same factory and SKU, `supported-first`.',
  }),
  orders: list(order, limits.orders, {
    default: [],
    title: 'a list of orders',
    description: 'Where orders are placed; pools that are `specific` read it.',
  }),
  clauses: list(clause, limits.clauses, {
    minItems: 1,
    title: 'a list of clauses',
    description: 'Who pays what, for which blocks and when.',
  }),
  settlement,
  metering,
  claims,
  sources: list(source, limits.sources, { default: [], title: 'a list of sources', description: 'Where terms come from.' }),
})

/** `capacity-backstop` as `$defs` names it: `capacityBackstop`. */
const nameOf = ({ kind }: TermsKind): string => kind.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())

const makeSchema = (kinds: readonly TermsKind[]): Schema => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Offtake agreement',
  description: 'One version of an agreement on GPU capacity. Decimals are strings, dates are local dates of the zone.',
  ...object(propertiesOf({ title: 'a clause with a `kind`', oneOf: kinds.map((kind) => ref(nameOf(kind))) }), [
    'offtake',
    'agreement',
    'title',
    'parties',
    'zone',
    'currency',
    'term',
    'clauses',
    'settlement',
  ]),
  $defs: { ...valueShapes, ...Object.assign({}, ...kinds.map((kind) => ({ [nameOf(kind)]: kind.shape, ...kind.shapes }))) },
})

const made = new WeakMap<readonly TermsKind[], Schema>()

/** The document with clauses of these kinds, as JSON Schema: what editors complete, what `conform` checks, what is published. */
export const agreementSchemaOf = (kinds: readonly TermsKind[]): Schema => {
  const known = made.get(kinds) ?? makeSchema(kinds)
  made.set(kinds, known)
  return known
}
