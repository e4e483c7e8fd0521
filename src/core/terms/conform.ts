import type { Json } from '../base/canonical.ts'
import type { Problem } from '../base/problem.ts'
import { isDate } from '../base/time.ts'
import {
  deref,
  type ArrayShape,
  type ChoiceShape,
  type IntegerShape,
  type ObjectShape,
  type ReferenceShape,
  type Schema,
  type Shape,
  type StringShape,
} from './json-schema.ts'
import { limits } from './limits.ts'
import { nearest } from './nearest.ts'

type JsonObject = Readonly<Record<string, Json | undefined>>

/** A document against its shape: its sound part, with what the shape fills in, and everything else as problems. */
export type Conformed = Readonly<{ sound: Json | undefined; problems: readonly Problem[] }>

type Plain = Exclude<Shape, ReferenceShape>
/** Messages are worked out only as far as they are shown: a document may have a hundred thousand unknown keys. */
type Report = (pointer: string, message: () => string) => void
type Place = Readonly<{ schema: Schema; pointer: string; report: Report }>

/** RFC 6901: one more reference token. */
export const below = (pointer: string, key: string | number): string =>
  `${pointer}/${typeof key === 'number' ? key : key.replaceAll('~', '~0').replaceAll('/', '~1')}`

const isObject = (value: Json): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)

const shown = (value: Json): string => {
  if (value === null) return 'is empty'
  if (Array.isArray(value)) return 'is a list'
  if (isObject(value)) return 'is a map'
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value)
  return `is ${text.length > 60 ? `${text.slice(0, 60)}…` : text}`
}

const typeOf = (value: Json): string => {
  if (typeof value === 'string' || typeof value === 'boolean') return typeof value
  if (typeof value === 'number') return 'integer'
  return Array.isArray(value) ? 'array' : value === null ? 'null' : 'object'
}

const wrong = ({ pointer, report }: Place, value: Json, shape: Shape): undefined => {
  report(pointer, () => `${shown(value)}: should be ${shape.title ?? 'something else'}`)
}

const matches = (shape: StringShape, value: string): boolean =>
  (shape.const === undefined || value === shape.const) &&
  (shape.enum === undefined || shape.enum.includes(value)) &&
  (shape.maxLength === undefined || value.length <= shape.maxLength || Array.from(value).length <= shape.maxLength) &&
  (shape.pattern === undefined || new RegExp(shape.pattern, 'u').test(value)) &&
  (shape.format !== 'date' || isDate(value))

const conformString = (place: Place, shape: StringShape, value: Json): Json | undefined => {
  if (typeof value === 'string' && matches(shape, value)) return value
  if (typeof value === 'number' && matches(shape, String(value))) {
    place.report(place.pointer, () => `is the number ${value}: write it in quotes, "${value}", so that it stays exact`)
    return undefined
  }
  return wrong(place, value, shape)
}

const conformInteger = (place: Place, shape: IntegerShape, value: Json): Json | undefined => {
  const fits =
    typeof value === 'number' &&
    Number.isSafeInteger(value) &&
    (shape.const === undefined || value === shape.const) &&
    value >= (shape.minimum ?? -Infinity) &&
    value <= (shape.maximum ?? Infinity)
  return fits ? value : wrong(place, value, shape)
}

const conformArray = (place: Place, shape: ArrayShape, value: Json): Json | undefined => {
  if (!Array.isArray(value)) return wrong(place, value, shape)
  const { length } = value as readonly Json[]
  const { pointer, report } = place
  if (length < (shape.minItems ?? 0) || length > shape.maxItems) {
    const bounds = length > shape.maxItems ? `at most ${shape.maxItems}` : `at least ${shape.minItems}`
    report(pointer, () => `has ${length} items: should be ${shape.title ?? 'a list'}, ${bounds} of them`)
    if (length > shape.maxItems) return undefined
  }
  const seen = new Set<Json>()
  return value.map((item: Json, index) => {
    const at = below(pointer, index)
    if (shape.uniqueItems && seen.has(item)) report(at, () => `${shown(item)}, which is listed before: name it once`)
    seen.add(item)
    return conformAny({ ...place, pointer: at }, shape.items, item) ?? null
  })
}

const unknownKey = (key: string, shape: ObjectShape, given: JsonObject): string => {
  const known = Object.keys(shape.properties)
  const similar = nearest(
    key,
    known.filter((each) => !Object.hasOwn(given, each)),
  )
  const choice = similar === undefined ? `known here are ${known.map((each) => `\`${each}\``).join(', ')}` : `did you mean \`${similar}\`?`
  return `unknown key \`${key.length > 60 ? `${key.slice(0, 60)}…` : key}\`: ${choice}`
}

const conformObject = (place: Place, shape: ObjectShape, value: Json): Json | undefined => {
  if (!isObject(value)) return wrong(place, value, { ...shape, title: 'a map' })
  const { pointer, report } = place
  const known = Object.keys(shape.properties)
  for (const key of Object.keys(value))
    if (!Object.hasOwn(shape.properties, key)) report(below(pointer, key), () => unknownKey(key, shape, value))
  for (const key of shape.required) {
    if (Object.hasOwn(value, key)) continue
    const { title, description } = deref(place.schema, shape.properties[key]!)
    report(pointer, () => `\`${key}\` is missing: should be ${title ?? description ?? 'there'}`)
  }
  if (shape.oneOf !== undefined) {
    const keys = shape.oneOf.map(({ required }) => required[0])
    const present = keys.filter((key) => Object.hasOwn(value, key))
    const all = keys.map((key) => `\`${key}\``).join(' and ')
    if (present.length === 0) report(pointer, () => `has none of ${all}: should have exactly one`)
    if (present.length > 1) report(pointer, () => `has ${all}: should have exactly one of them`)
  }
  const members = known.flatMap((key): [string, Json][] => {
    const inner = shape.properties[key]!
    if (!Object.hasOwn(value, key)) return inner.default === undefined ? [] : [[key, inner.default]]
    const sound = conformAny({ ...place, pointer: below(pointer, key) }, inner, value[key] ?? null)
    return sound === undefined ? [] : [[key, sound]]
  })
  return Object.fromEntries(members)
}

/** A scalar alternative: the one of its type, or for a number that wants quotes the only one there is. */
const conformScalar = (place: Place, shape: ChoiceShape, alternatives: readonly Plain[], value: Json): Json | undefined => {
  const scalars = alternatives.filter((each) => 'type' in each && each.type !== 'object')
  const meant =
    scalars.find((each) => 'type' in each && each.type === typeOf(value)) ?? (typeof value === 'number' ? scalars[0] : undefined)
  if (meant === undefined) return wrong(place, value, shape)
  const constant = 'const' in meant && shape.title !== undefined
  return conformAny(place, constant ? { ...meant, title: shape.title } : meant, value)
}

/** An object alternative: the one whose `kind` the value has, or else whose first required key. */
const conformChoice = (place: Place, shape: ChoiceShape, value: Json): Json | undefined => {
  const alternatives = shape.oneOf.map((each) => deref(place.schema, each))
  if (!isObject(value)) return conformScalar(place, shape, alternatives, value)
  const objects = alternatives.filter((each): each is ObjectShape => 'type' in each && each.type === 'object')
  const kindOf = ({ properties }: ObjectShape): string | undefined => (properties['kind'] as StringShape | undefined)?.const
  const kinds = objects.map(kindOf).filter((kind) => kind !== undefined)
  if (kinds.length === 0) {
    const meant = objects.find(({ required }) => Object.hasOwn(value, required[0]!))
    return meant === undefined ? wrong(place, value, shape) : conformObject(place, meant, value)
  }
  const kind = value['kind']
  const meant = objects.find((each) => kindOf(each) === kind)
  if (meant !== undefined) return conformObject(place, meant, value)
  const right = kinds.map((each) => `\`${each}\``).join(' or ')
  if (kind === undefined) place.report(place.pointer, () => `\`kind\` is missing: should be ${right}`)
  else place.report(below(place.pointer, 'kind'), () => `${shown(kind)}: should be ${right}`)
  return undefined
}

const conformAny = (place: Place, written: Shape, value: Json): Json | undefined => {
  const shape = deref(place.schema, written)
  if (!('type' in shape)) return conformChoice(place, shape, value)
  switch (shape.type) {
    case 'string':
      return conformString(place, shape, value)
    case 'integer':
      return conformInteger(place, shape, value)
    case 'boolean':
      return typeof value === 'boolean' ? value : wrong(place, value, shape)
    case 'array':
      return conformArray(place, shape, value)
    case 'object':
      return conformObject(place, shape, value)
  }
}

/** Checks a value against a schema. All problems at once, beyond `limits.problems` without words; what is unsound is absent from the sound part, or null within a list. */
export const conform = (schema: Schema, value: Json): Conformed => {
  const problems: Problem[] = []
  const report: Report = (pointer, message) => void problems.push({ pointer, message: problems.length < limits.problems ? message() : '' })
  const sound = conformAny({ schema, pointer: '', report }, schema, value)
  return { sound, problems }
}
