import type { Json } from '../base/canonical.ts'

type Described = Readonly<{
  /** What would be right, as a noun: `a share from 0 to 1 in quotes, such as "0.175"`. Problems quote it. */
  title?: string
  /** What it means, for editors and for the guide. */
  description?: string
  /** Filled in where the document says nothing. */
  default?: Json
}>

export type StringShape = Described &
  Readonly<{
    type: 'string'
    const?: string
    enum?: readonly string[]
    pattern?: string
    format?: 'date'
    minLength?: number
    maxLength?: number
  }>
export type IntegerShape = Described & Readonly<{ type: 'integer'; const?: number; minimum?: number; maximum?: number }>
export type BooleanShape = Described & Readonly<{ type: 'boolean' }>
export type ArrayShape = Described & Readonly<{ type: 'array'; items: Shape; minItems?: number; maxItems: number; uniqueItems?: true }>
export type ObjectShape = Described &
  Readonly<{
    type: 'object'
    properties: Readonly<Record<string, Shape>>
    required: readonly string[]
    additionalProperties: false
    /** Exactly one of these keys. */
    oneOf?: readonly Readonly<{ required: readonly [string] }>[]
  }>
/** Alternatives. Of its objects, the one whose constant the value has, or else whose first required key. */
export type ChoiceShape = Described & Readonly<{ oneOf: readonly Shape[] }>
export type ReferenceShape = Described & Readonly<{ $ref: string }>

/** The part of JSON Schema (draft 2020-12) that agreements are written in. `conform` reads it; so does every editor. */
export type Shape = StringShape | IntegerShape | BooleanShape | ArrayShape | ObjectShape | ChoiceShape | ReferenceShape

/** A shape that stands alone: the root of a published schema. */
export type Schema = ObjectShape & Readonly<{ $schema: string; $defs: Readonly<Record<string, Shape>> }>

const prefix = '#/$defs/'
/** `{ $ref: '#/$defs/date' }`, with what differs where it is used. */
export const ref = (name: string, here: Described = {}): ReferenceShape => ({ $ref: prefix + name, ...here })

/** The shape itself, where it refers to one; what is said at the place of use wins. */
export const deref = ({ $defs }: Schema, shape: Shape): Exclude<Shape, ReferenceShape> => {
  if (!('$ref' in shape)) return shape
  const { $ref, ...here } = shape
  const target = $defs[$ref.slice(prefix.length)]
  if (target === undefined || '$ref' in target) throw new RangeError(`${$ref} is not defined`)
  return { ...target, ...here }
}
