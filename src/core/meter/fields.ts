import type { Json } from '../base/canonical.ts'
import { minorDigits } from '../base/currency.ts'
import { isId } from '../base/id.ts'
import type { Problem } from '../base/problem.ts'
import { parseDecimal } from '../base/rational.ts'
import { gpusMax } from '../base/steps.ts'
import { isDate, isMonth } from '../base/time.ts'
import { countHosts, hostlistMax } from '../capacity/hostlist.ts'
import { nearest } from '../terms/nearest.ts'
import { readInstant, readInstantIn, type Zoned } from './instants.ts'
import type { ReadingKind } from './reading.ts'

/** What a reading is read with: the zone of its local times, or who says it, and where problems go. */
export type Reader = Readonly<{ zone: string | (() => Zoned); problems: Problem[] }>

/** How a value of a reading is written: a CSV cell of a `count` is digits, of a `flag` true or false; an `instant` is formatted. */
export type FieldType = 'text' | 'count' | 'flag' | 'instant' | 'object'

/** One key of the wire form. `read` answers undefined after it has said what is wrong. */
export type Field = Readonly<{
  key: string
  needed: boolean
  type: FieldType
  /** The published JSON Schema of its value: a program that reads it refuses no more than `read` does. */
  schema: Json
  read: (raw: Json, pointer: string, reader: Reader) => unknown
}>

const refuse = (reader: Reader, pointer: string, message: string): undefined => {
  reader.problems.push({ pointer, message })
  return undefined
}

/** What a misspelt word was likely meant to be, or all that it could be, as the end of a sentence. */
export const suggest = (word: string, allowed: readonly string[]): string => {
  const meant = nearest(word, allowed)
  return meant === undefined ? `; one of ${allowed.join(', ')}` : `: did you mean ${meant}?`
}

const printed = (raw: Json): string => {
  const text = JSON.stringify(raw)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

type Make = (key: string) => Field
const optional =
  (make: Make): Make =>
  (key) => ({ ...make(key), needed: false })

/** A text that `fits`. */
const text =
  (fits: (raw: string) => boolean, what: string, schema: Readonly<Record<string, Json>>): Make =>
  (key) => ({
    key,
    needed: true,
    type: 'text',
    schema: { type: 'string', ...schema, description: what },
    read: (raw, pointer, reader) =>
      typeof raw === 'string' && fits(raw) ? raw : refuse(reader, pointer, `must be ${what}, not ${printed(raw)}`),
  })

const id = text(isId, 'a name of small letters, digits, "-", "_" and "." (at most 63, the first a letter or digit)', {
  pattern: '^[a-z0-9][a-z0-9._-]{0,62}$',
})
// Orders and tenants are named by other systems, which use capitals.
const outsideForm = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/
const outsideId = text(
  (raw) => outsideForm.test(raw),
  'a name of letters, digits, "-", "_" and "." (at most 63, the first a letter or digit)',
  { pattern: outsideForm.source },
)
/** Longest id of a reading and longest reason, in UTF-16 code units. */
export const readingIdMax = 200
export const reasonMax = 500
// oxlint-disable-next-line no-control-regex -- Control characters are what is looked for.
const printableForm = /^[^\u0000-\u001f\u007f]+$/
const label = (most: number): Make =>
  text((raw) => raw.length <= most && printableForm.test(raw) && raw.isWellFormed(), `1 to ${most} printable characters`, {
    pattern: printableForm.source,
    maxLength: most,
  })
const name = label(readingIdMax)
const decimalForm = '^(0|[1-9][0-9]*)(\\.[0-9]+)?$'
const amount = text(
  (raw) => raw[0] !== '-' && parseDecimal(raw) !== undefined,
  'an amount in major units as a decimal string such as "1250.00", not negative',
  { pattern: decimalForm },
)
const rate = text((raw) => (parseDecimal(raw)?.n ?? 0n) > 0n, 'a rate above zero as a decimal string such as "0.6534"', {
  pattern: decimalForm,
})
const currency = text((raw) => minorDigits(raw) !== undefined, 'a currency code of ISO 4217 such as "USD"', { pattern: '^[A-Z]{3}$' })
const signed = text((raw) => parseDecimal(raw) !== undefined, 'a decimal string such as "1250.00" or "-3.5"', {
  pattern: `^-?${decimalForm.slice(1)}`,
})
const month = text(isMonth, 'a month such as "2027-09"', { pattern: '^[0-9]{4}-[0-9]{2}$' })
const date = text(isDate, 'a date such as "2027-09-14"', { pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' })

const count =
  (low: number, high: number): Make =>
  (key) => ({
    key,
    needed: true,
    type: 'count',
    schema: { type: 'integer', minimum: low, maximum: high },
    read: (raw, pointer, reader) =>
      typeof raw === 'number' && Number.isInteger(raw) && raw >= low && raw <= high
        ? raw + 0 // -0 becomes 0.
        : refuse(reader, pointer, `must be a whole number from ${low} to ${high}, not ${printed(raw)}`),
  })

const flag: Make = (key) => ({
  key,
  needed: true,
  type: 'flag',
  schema: { type: 'boolean' },
  read: (raw, pointer, reader) => (typeof raw === 'boolean' ? raw : refuse(reader, pointer, `must be true or false, not ${printed(raw)}`)),
})

const instant: Make = (key) => ({
  key,
  needed: true,
  type: 'instant',
  schema: {
    type: 'string',
    pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}',
    description: 'RFC 3339, or a local time of the agreement without an offset',
  },
  read: (raw, pointer, reader) => {
    if (typeof raw !== 'string') return refuse(reader, pointer, `must be a time as text, not ${printed(raw)}`)
    const { zone, problems } = reader
    const read = typeof zone === 'string' ? readInstant(raw, zone) : readInstantIn(raw, zone)
    if (typeof read === 'number') return read
    if (typeof read === 'string') return refuse(reader, pointer, read)
    // Told once, where the name is, and not again at every time.
    const { unknown } = read
    if (!problems.some((problem) => problem.pointer === unknown.pointer)) problems.push(unknown)
    return undefined
  },
})

const oneOf = (...words: readonly string[]): Make =>
  text((raw) => words.includes(raw), words.map((word) => JSON.stringify(word)).join(' or '), { enum: words })

/** Keys of the nested object of an affiliate's charge. */
export const affiliateFields: readonly Field[] = [count(0, Number.MAX_SAFE_INTEGER)('gpuSeconds'), optional(amount)('reference')]

/** The schema of an object with these keys and no other. */
export const objectSchema = (fields: readonly Field[]): Readonly<Record<string, Json>> => ({
  type: 'object',
  properties: Object.fromEntries(fields.map(({ key, schema }) => [key, schema])),
  required: fields.filter(({ needed }) => needed).map(({ key }) => key),
  additionalProperties: false,
})

const affiliate: Make = (key) => ({
  key,
  needed: true,
  type: 'object',
  schema: objectSchema(affiliateFields),
  read: (raw, pointer, reader) => readObject(raw, pointer, affiliateFields, reader),
})

/** Reads the keys of an object in the order of its fields, and names every key that is missing or that nobody knows. */
export const readObject = (raw: Json, pointer: string, fields: readonly Field[], reader: Reader): Record<string, unknown> | undefined => {
  if (raw === null || typeof raw !== 'object' || Array.isArray(raw))
    return refuse(reader, pointer, `must be an object, not ${printed(raw)}`)
  const members = raw as Readonly<Record<string, Json | undefined>>
  const read: Record<string, unknown> = {}
  let known = 0
  for (const field of fields) {
    const member = members[field.key]
    if (member === undefined) {
      if (field.needed) refuse(reader, `${pointer}/${field.key}`, 'is missing')
      continue
    }
    known += 1
    const value = field.read(member, `${pointer}/${field.key}`, reader)
    if (value !== undefined) read[field.key] = value
  }
  let given = 0
  for (const key in members) if (members[key] !== undefined) given += 1
  if (given > known) refuseUnknown(members, pointer, fields, reader)
  return read
}

const refuseUnknown = (members: object, pointer: string, fields: readonly Field[], reader: Reader): void => {
  const keys = fields.map(({ key }) => key)
  for (const key of Object.keys(members))
    if (!keys.includes(key)) {
      const escaped = key.replaceAll('~', '~0').replaceAll('/', '~1')
      refuse(reader, `${pointer}/${escaped}`, `is no key of this reading${suggest(key, keys)}`)
    }
}

const common: readonly Field[] = [
  text(() => true, 'the kind of the reading', {})('kind'),
  id('source'),
  name('id'),
  optional(instant)('recordedAt'),
  optional(name)('replaces'),
  optional(count(0, 1_000_000))('revision'),
]
const span = [instant('from'), instant('to')]
const gpus = count(0, gpusMax)('gpus')
const unit = optional(name)('unit')
const nodes = text((raw) => countHosts(raw) !== undefined, 'nodes as a hostlist such as "fa-r001-n[01-18]", 131,072 of them at most', {
  pattern: '^[A-Za-z0-9._,[\\]-]+$',
  maxLength: hostlistMax,
})('nodes')
const reason = optional(label(reasonMax))('reason')
const product = oneOf('reserved', 'on-demand', 'spot')('product')
const order = optional(outsideId)('order')
const buyer = [order, optional(outsideId)('tenant')]
const measured = count(0, Number.MAX_SAFE_INTEGER)
const reduction = [...common, name('reduces'), amount('amount'), currency('currency')]

const whenever = [...span.map((field) => ({ ...field, needed: false })), optional(instant)('at')]

/** The wire form of every kind: its keys in the order in which they are written. */
export const fieldsOf: ReadonlyMap<ReadingKind, readonly Field[]> = new Map<ReadingKind, readonly Field[]>([
  ['allocation', [...common, ...span, id('pool'), gpus, { ...nodes, needed: false }, ...buyer, { ...product, needed: false }]],
  ['reservation', [...common, ...span, id('pool'), gpus, { ...nodes, needed: false }, outsideId('order'), optional(outsideId)('tenant')]],
  ['outage', [...common, ...span, id('block'), gpus, unit, order, reason]],
  ['maintenance', [...common, ...span, id('block'), gpus, unit, order, instant('noticeAt')]],
  ['curtailment', [...common, ...span, id('block'), gpus, unit, oneOf('grid', 'guarantor')('by')]],
  ['acceptance', [...common, id('block'), id('tranche'), instant('at'), count(1, Number.MAX_SAFE_INTEGER)('design'), measured('tested')]],
  ['gap', [...common, ...span, id('block'), oneOf('health', 'sales')('of'), { ...gpus, needed: false }, unit]],
  ['call', [...common, ...span, id('block'), gpus]],
  ['condition', [...common, ...span, id('clause'), id('condition'), flag('holds'), optional(id)('block')]],
  [
    'charge',
    [...common, ...whenever, id('pool'), ...buyer, product, amount('amount'), currency('currency'), optional(affiliate)('affiliate')],
  ],
  ['credit', reduction],
  ['refund', reduction],
  ['fx', [...common, currency('base'), currency('quote'), date('date'), rate('rate')]],
  ['figure', [...common, ...whenever, id('clause'), id('figure'), optional(name)('of'), signed('value')]],
  ['event', [...common, instant('at'), id('clause'), id('event'), optional(name)('of'), optional(amount)('amount')]],
  ['index', [...common, id('index'), date('date'), rate('value')]],
  ['payment', [...common, id('agreement'), month('month'), id('payer'), date('date'), amount('amount'), currency('currency')]],
  [
    'dispute',
    [
      ...common,
      instant('at'),
      id('agreement'),
      month('month'),
      label(reasonMax)('line'),
      optional(amount)('amount'),
      label(reasonMax)('reason'),
    ],
  ],
  ['ruling', [...common, instant('at'), id('agreement'), name('dispute'), amount('upheld')]],
  [
    'rack',
    [...common, instant('from'), optional(instant)('to'), id('block'), { ...unit, needed: true }, nodes, gpus, optional(id)('tranche')],
  ],
  ['offer', [...common, ...span, id('pool'), optional(id)('block'), rate('price'), currency('currency')]],
  ['claim', [...common, ...span, id('block'), gpus, unit]],
  ['withdrawal', common.map((field) => (field.key === 'replaces' ? { ...field, needed: true } : field))],
])

/** Every kind of reading, in the order of the guide. */
export const readingKinds: readonly ReadingKind[] = [...fieldsOf.keys()]
