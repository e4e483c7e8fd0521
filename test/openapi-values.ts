import fc from 'fast-check'

/** The part of JSON Schema that the document of the API has. */
export type Schema = Readonly<{
  $ref?: string
  type?: string
  enum?: readonly unknown[]
  const?: unknown
  anyOf?: readonly Schema[]
  oneOf?: readonly Schema[]
  pattern?: string
  format?: string
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  properties?: Readonly<Record<string, Schema>>
  required?: readonly string[]
  items?: Schema
  minItems?: number
  maxItems?: number
}>
export type Schemas = Readonly<Record<string, Schema>>

const wholeMax = 2_000_000_000
const itemsMax = 4

const textOf = ({ pattern, format, minLength = 0, maxLength = 60 }: Schema): fc.Arbitrary<unknown> => {
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern, 'u'), { maxLength: 400 })
  // RFC 3339 instants, and dates.
  if (format === 'date-time')
    return fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2099-01-01') }).map((at) => at.toISOString())
  if (format === 'date')
    return fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2099-01-01') }).map((at) => at.toISOString().slice(0, 10))
  return fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, Math.max(minLength, 60)) })
}

/** Values that a schema allows. */
export const valid = (schema: Schema, schemas: Schemas): fc.Arbitrary<unknown> => {
  if (schema.$ref !== undefined) return valid(schemas[schema.$ref.split('/').at(-1)!]!, schemas)
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  const either = schema.anyOf ?? schema.oneOf
  if (either !== undefined) return fc.oneof(...either.map((each) => valid(each, schemas)))
  if (schema.type === undefined) return fc.jsonValue()
  switch (schema.type) {
    case 'string':
      return textOf(schema)
    case 'integer':
    case 'number':
      return fc.integer({
        min: Math.max(schema.minimum ?? (schema.exclusiveMinimum ?? -wholeMax - 1) + 1, -wholeMax),
        max: Math.min(schema.maximum ?? wholeMax, wholeMax),
      })
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    case 'array':
      return fc.array(valid(schema.items ?? {}, schemas), { minLength: schema.minItems ?? 0, maxLength: schema.maxItems ?? itemsMax })
    case 'object': {
      const members = Object.entries(schema.properties ?? {}).map(([name, member]) => [name, valid(member, schemas)] as const)
      const requiredKeys = [...(schema.required ?? [])]
      return members.length === 0 ? fc.constant({}) : fc.record(Object.fromEntries(members), { requiredKeys, noNullPrototype: true })
    }
    default:
      return fc.jsonValue()
  }
}

/** Text that nobody would send on purpose. */
export const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '',
    ' ',
    '0',
    '-1',
    '1e400',
    'NaN',
    'null',
    '[]',
    '__proto__',
    'constructor',
    '%00',
    '..',
    '../../etc',
    "' or 1=1 --",
    '\u0000',
    '😀',
    'a'.repeat(3000),
    '9'.repeat(30),
    '2026-02-31',
    '2026-10-15T25:00:00Z',
    '9999-12',
    '0000-01',
  ),
)

/** A value that is allowed, with something wrong in one place of it; or another value altogether. */
export const invalid = (schema: Schema, schemas: Schemas): fc.Arbitrary<unknown> =>
  fc.oneof(
    fc.jsonValue(),
    fc.tuple(valid(schema, schemas), fc.nat(), fc.oneof(fc.jsonValue(), hostile)).map(([value, where, wrong]) => {
      if (typeof value !== 'object' || value === null) return wrong
      const names = Object.keys(value)
      const name = names[where % Math.max(1, names.length)]
      return name === undefined ? { surplus: wrong } : { ...value, [name]: wrong }
    }),
  )
