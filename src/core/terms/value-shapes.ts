import { gpusMax } from '../base/steps.ts'
import { ref, type ArrayShape, type ObjectShape, type Shape, type StringShape } from './json-schema.ts'
import { limits } from './limits.ts'

// No control characters but the line feed, and no half of a surrogate pair: databases refuse both.
const readable = '[^\\u0000-\\u0009\\u000b-\\u001f\\u007f\\ud800-\\udfff]*'
const text = (maxLength: number): StringShape => ({
  type: 'string',
  title: `a text of 1 to ${maxLength} characters, none of them a control character`,
  pattern: `^${readable}[^\\s\\u0000-\\u001f\\u007f\\ud800-\\udfff]${readable}$`,
  maxLength,
})

/** An object that knows no other keys. */
export const object = (properties: Readonly<Record<string, Shape>>, required: readonly string[]): ObjectShape => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
})

/** A list with its bound. */
export const list = (items: Shape, maxItems: number, more: Partial<ArrayShape> = {}): ArrayShape => ({
  type: 'array',
  items,
  maxItems,
  ...more,
})

/** Of these words, one. */
export const word = (words: readonly string[], more: Partial<StringShape> = {}): StringShape => ({
  type: 'string',
  title: words.map((each) => `\`${each}\``).join(words.length === 2 ? ' or ' : ', '),
  enum: words,
  ...more,
})

const tiersOf = (value: Shape): ObjectShape => {
  const above = ref('decimal', { description: 'The tier holds above this cumulative base, until the next.' })
  const tiers = list(object({ above, value }, ['above', 'value']), limits.tiers, {
    minItems: 1,
    title: 'a list of tiers, each with `above` and `value`',
    description: 'Marginal tiers by cumulative base, lowest first; the first is above "0".',
  })
  return object({ tiers }, ['tiers'])
}

/** One plain value, or steps of it by date or by contract year. */
const scheduled = (plain: readonly Shape[], value: Shape, title: string): Shape => {
  const step = (from: Shape) => object({ from, value }, ['from', 'value'])
  const steps = list(step(ref('date', { description: 'The value counts from here until the next step.' })), limits.steps, {
    minItems: 1,
    title: 'a list of steps, each with `from` and `value`',
    description: 'By local date, in order; the first is at the start of the clause or before.',
  })
  const contractYears = list(step(ref('contractYear')), limits.contractYears, {
    minItems: 1,
    title: 'a list of steps, each with `from` and `value`',
    description: 'By contract year, in order; the first is year 1.',
  })
  return { title, oneOf: [...plain, object({ steps }, ['steps']), object({ contractYears }, ['contractYears'])] }
}

const nonNegative = '(0|[1-9][0-9]{0,29})(\\.[0-9]{1,30})?'

/** The shapes of single values, by name. */
export const valueShapes = {
  id: {
    type: 'string',
    title: 'an id: at most 63 small letters, digits, `-`, `_` and `.`, beginning with a letter or digit',
    pattern: '^[a-z0-9][a-z0-9._-]{0,62}$',
  },
  // Orders are named by other systems, which use capitals.
  order: {
    type: 'string',
    title: 'an order: at most 63 letters, digits, `-`, `_` and `.`, beginning with a letter or digit',
    pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$',
  },
  sku: {
    type: 'string',
    title: 'a name of at most 31 letters, digits, `-`, `_` and `.`',
    pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,30}$',
  },
  name: text(limits.nameCharacters),
  text: text(limits.textCharacters),
  hash: { type: 'string', title: 'a SHA-256 in 64 small hexadecimal digits', pattern: '^[0-9a-f]{64}$' },
  date: {
    type: 'string',
    title: 'a date from 1900 to 2199, such as 2026-07-01',
    pattern: '^(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}$',
    format: 'date',
  },
  contractYear: {
    type: 'integer',
    title: `a contract year from 1 to ${limits.contractYears}`,
    description: 'The value counts from this contract year until the next step.',
    minimum: 1,
    maximum: limits.contractYears,
  },
  decimal: { type: 'string', title: 'a decimal in quotes that is not negative, such as "2.32"', pattern: `^${nonNegative}$` },
  share: { type: 'string', title: 'a share from 0 to 1 in quotes, such as "0.175"', pattern: '^(0(\\.[0-9]{1,30})?|1(\\.0{1,30})?)$' },
  gpus: { type: 'integer', title: `a whole number of GPUs from 0 to ${gpusMax}`, minimum: 0, maximum: gpusMax },
  shareTiers: tiersOf(ref('share')),
  priceTiers: tiersOf(ref('decimal')),
  indexedPrice: {
    ...object(
      {
        index: ref('id', { description: 'The index whose published values it follows; readings name it.' }),
        factor: ref('decimal', { default: '1', description: 'Times the average of the index.' }),
        plus: ref('decimal', { default: '0', description: 'Added to that.' }),
        floor: ref('decimal', { description: 'The price is never below it. Default: none.' }),
        cap: ref('decimal', { description: 'The price is never above it. Default: none.' }),
        lagMonths: {
          type: 'integer',
          title: 'a whole number from 0 to 12',
          minimum: 0,
          maximum: 12,
          default: 1,
          description: 'A local month is priced by the days of the month this many months before.',
        },
        staleDays: {
          type: 'integer',
          title: 'a whole number from 0 to 366',
          minimum: 0,
          maximum: 366,
          default: 7,
          description: 'A value holds until the next, but for at most this many days after its own; then it is missing.',
        },
      },
      ['index'],
    ),
    title: 'a price linked to an `index`',
  },
  tieredShare: { title: 'a share in quotes, or `tiers`', oneOf: [ref('share'), ref('shareTiers')] },
  tieredPrice: { title: 'a decimal in quotes, or `tiers`', oneOf: [ref('decimal'), ref('priceTiers')] },
  scheduledTieredShare: scheduled(
    [ref('share'), ref('shareTiers')],
    ref('tieredShare'),
    'a share in quotes, `tiers`, or `steps` or `contractYears` of these',
  ),
  scheduledTieredPrice: scheduled(
    [ref('decimal'), ref('priceTiers'), ref('indexedPrice')],
    ref('tieredPrice'),
    'a decimal in quotes, `tiers`, `steps` or `contractYears` of these, or an `index`',
  ),
  scheduledPrice: scheduled(
    [ref('decimal'), ref('indexedPrice')],
    ref('decimal'),
    'a decimal in quotes, `steps` or `contractYears` of it, or an `index`',
  ),
  scheduledShare: scheduled([ref('share')], ref('share'), 'a share in quotes, or `steps` or `contractYears` of it'),
  scheduledDecimal: scheduled([ref('decimal')], ref('decimal'), 'a decimal in quotes, or `steps` or `contractYears` of it'),
  scheduledGpus: scheduled([ref('gpus')], ref('gpus'), 'a whole number of GPUs, or `steps` or `contractYears` of it'),
  scheduledCommitted: scheduled(
    [{ type: 'string', const: 'accepted', title: '`accepted`' }, ref('gpus')],
    ref('gpus'),
    '`accepted`, a whole number of GPUs, or `steps` or `contractYears` of it',
  ),
} satisfies Readonly<Record<string, Shape>>

/** Refers to one of them, with what is said where it is used. */
export const value = (name: keyof typeof valueShapes, description: string, more: { default?: string } = {}) =>
  ref(name, { description, ...more })
