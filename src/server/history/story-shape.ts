import { ref, type ObjectShape, type Schema, type Shape } from '../../core/terms/json-schema.ts'
import { list, object, value, valueShapes, word } from '../../core/terms/value-shapes.ts'

/** Items of one list of a story. */
const itemsMax = 1000

const dated = (inner: Shape, what: string): Shape =>
  list(
    object({ from: value('date', 'First local date from which it holds, until the next.'), value: inner }, ['from', 'value']),
    itemsMax,
    {
      title: 'a list of `from` and `value`, in order',
      description: what,
    },
  )
const items = (shape: ObjectShape, what: string): Shape => list(shape, itemsMax, { title: 'a list', description: what })
const clauseName = value('id', 'The clause.')

const when = {
  at: value('date', 'Once: at the first instant of this local date.'),
  every: word(['month', 'quarter', 'year'], { description: 'Again and again: once for each such calendar period.' }),
  from: value('date', 'First local date. With `every`: no earlier; default, the start of the term. Without: one interval, to `through`.'),
  through: value('date', 'Last local date, included. With `every`: no later; default, the end of the term.'),
} as const

const number: Shape = ref('series', { description: 'One value for all times, a line between two, or a list of them.' })

const order = object(
  {
    order: {
      type: 'string',
      title: 'the name of an order',
      pattern: '^[A-Za-z0-9][A-Za-z0-9._:-]{0,62}$',
      description: 'Name of the order.',
    },
    tenant: value('id', 'Who buys.'),
    pool: value('id', 'Where. Default: the pool of the blocks it is placed on, else the only pool.'),
    gpus: dated(value('gpus', 'GPUs reserved.'), 'How many GPUs it reserves, as far as they are there.'),
    price: value('decimal', 'Per GPU-hour. Default: as other reservations.'),
  },
  ['order', 'tenant', 'gpus'],
)

const outage: ObjectShape = {
  ...object(
    {
      block: value('id', 'The block.'),
      from: value('date', 'First local date.'),
      through: value('date', 'Last local date, included.'),
      share: value('share', 'Part of what is accepted.'),
      gpus: value('gpus', 'So many.'),
      reason: value('name', 'In words.'),
    },
    ['block', 'from', 'through', 'reason'],
  ),
  oneOf: [{ required: ['share'] }, { required: ['gpus'] }],
}

const lateKinds = ['allocation', 'reservation', 'charge', 'outage', 'maintenance', 'condition'] as const
const month: Shape = { type: 'string', title: 'a month such as 2027-05', pattern: '^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])$' }

const late = object(
  {
    month: { ...month, description: 'Of which month they are.' },
    arrives: { ...month, description: 'With which month, a later one, they come in.' },
    kinds: list(word(lateKinds), lateKinds.length, {
      minItems: 1,
      uniqueItems: true,
      title: 'a list of kinds of readings',
      description: 'Which; what reduces a charge comes with it.',
    }),
  },
  ['month', 'arrives', 'kinds'],
)

const figure = object(
  {
    clause: clauseName,
    figure: value('id', 'The figure, as the page of its kind of clause has it.'),
    of: value('name', 'Which of several.'),
    ...when,
    stands: word(['period', 'start', 'end'], {
      default: 'period',
      description: 'Of an interval: for all of it, or at the first instant of its first or of its last date.',
    }),
    value: number,
  },
  ['clause', 'figure', 'value'],
)

const event = object(
  {
    clause: clauseName,
    event: value('id', 'The event, as the page of its kind of clause has it.'),
    of: value('name', 'Which of several.'),
    ...when,
    amount: number,
  },
  ['clause', 'event'],
)

const index = object({ index: value('id', 'The index.'), ...when, value: number }, ['index', 'value'])

const condition = object(
  {
    clause: clauseName,
    condition: value('id', 'The condition.'),
    block: value('id', 'Default: all.'),
    from: value('date', 'First local date.'),
    through: value('date', 'Last local date, included.'),
    holds: {
      type: 'boolean',
      title: '`true` or `false`',
      description: 'Whether it holds. What a story says of a condition is all that is said of it.',
    },
  },
  ['clause', 'condition', 'from', 'through', 'holds'],
)

const payment = object(
  {
    days: {
      type: 'integer',
      title: 'a whole number of days from -60 to 1000',
      minimum: -60,
      maximum: 1000,
      description: 'So many days after it is due, or before.',
    },
    part: value('share', 'This part of it.', { default: '1' }),
    from: { ...month, description: 'First month whose statement is paid so. Default: the first of all.' },
    through: { ...month, description: 'Last month. Default: the last of all.' },
  },
  ['days'],
)

const dispute = object(
  {
    id: value('id', 'Its name, for the ruling.'),
    at: value('date', 'When.'),
    month: { ...month, description: 'Of which statement.' },
    line: value('name', 'Key of the line.'),
    amount: value('decimal', 'So much of it. Default: all.'),
    reason: value('name', 'In words.'),
  },
  ['id', 'at', 'month', 'line', 'reason'],
)
const ruling = object(
  { dispute: value('id', 'The dispute.'), at: value('date', 'When.'), upheld: value('decimal', 'By so much the line falls.') },
  ['dispute', 'at', 'upheld'],
)

const change = object(
  {
    pointer: {
      type: 'string',
      title: 'a JSON pointer such as /clauses/1/price',
      pattern: '^/',
      maxLength: 500,
      description: 'Where in the version before, defaults filled in; its last word may be a new key.',
    },
    value: {
      title: 'a text, a whole number, `true` or `false`',
      description: 'What stands there from then on. Decimals and dates are texts, as in the agreement.',
      oneOf: [{ type: 'string', title: 'a text', maxLength: 4000 }, { type: 'integer' }, { type: 'boolean' }],
    },
  },
  ['pointer', 'value'],
)

const amendment: ObjectShape = {
  ...object(
    {
      at: value('date', 'The version is loaded when the clock reaches this local date.'),
      effective: value('date', 'With `changes`: the version counts from the first instant of this local date. Default: `at`.'),
      document: value('name', 'Its file, beside the story.'),
      changes: items(change, 'Or what it changes in the version before; its number and the hash of that version follow.'),
    },
    ['at'],
  ),
  oneOf: [{ required: ['document'] }, { required: ['changes'] }],
}

const acceptance = object(
  {
    block: value('id', 'The block.'),
    tranche: value('id', 'Its tranche.'),
    on: value('date', 'The local date on which it is accepted.'),
  },
  ['block', 'tranche', 'on'],
)

const decimals = ref('decimal')
const series: Shape = {
  title: 'a decimal in quotes, `list` of these, or `from` and `to`',
  oneOf: [
    ref('decimal'),
    object(
      {
        list: list(decimals, itemsMax, {
          minItems: 1,
          title: 'a list of decimals',
          description: 'One after the other; the last for the rest.',
        }),
      },
      ['list'],
    ),
    object({ from: value('decimal', 'The first.'), to: value('decimal', 'The last; between them a straight line, to as many decimals.') }, [
      'from',
      'to',
    ]),
  ],
}

/** The published schema of a story, and what `parseStory` checks. */
export const storySchema: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Offtake story',
  description: 'What happens to one agreement through the years of a sandbox. Decimals are strings, dates are local dates of its zone.',
  ...object(
    {
      story: { type: 'integer', const: 1, title: '1', description: 'Version of this format.' },
      agreement: value('id', 'The agreement.'),
      title: value('text', 'What happens, in a sentence.'),
      sold: dated(value('share', 'Part of what is accepted.'), 'Part of the accepted capacity that is sold. Default: as calibrated.'),
      reservedPrices: dated(ref('decimal'), 'Price per GPU-hour of reservations. Default: as calibrated.'),
      onDemandPrices: dated(ref('decimal'), 'Price per GPU-hour on demand. Default: as calibrated.'),
      orders: items(order, 'Orders that stand, for clauses that name them; they are filled before anything else is sold.'),
      acceptances: items(acceptance, 'Tranches that are accepted earlier or later than they are due.'),
      outages: items(outage, 'Capacity out of service, beside the usual failures.'),
      late: items(late, 'Readings that come late.'),
      conditions: items(condition, 'Conditions of clauses.'),
      figures: items(figure, 'Numbers that clauses read.'),
      events: items(event, 'What happens to clauses.'),
      indices: items(index, 'Published values.'),
      payments: items(payment, 'How what is owed by statements is paid.'),
      disputes: items(dispute, 'Lines that are disputed.'),
      rulings: items(ruling, 'The ends of disputes.'),
      amendments: items(amendment, 'Later versions of the agreement, in order.'),
    },
    ['story', 'agreement', 'title'],
  ),
  $defs: { ...valueShapes, series },
}
