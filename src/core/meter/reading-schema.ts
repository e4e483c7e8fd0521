import type { Json } from '../base/canonical.ts'
import { fieldsOf, objectSchema } from './fields.ts'
import type { ReadingKind } from './reading.ts'

type Shape = Readonly<Record<string, Json>>

const whenever: Shape = {
  oneOf: [
    { required: ['from', 'to'], properties: { at: false } },
    { required: ['at'], properties: { from: false, to: false } },
  ],
}

/** What keys say together, as far as JSON Schema can say it: a charge has an interval or an instant, a unit has a number of GPUs. */
const together: Readonly<Partial<Record<ReadingKind, Shape>>> = {
  charge: whenever,
  figure: whenever,
  gap: {
    dependentRequired: { replaces: ['revision'], unit: ['gpus'] },
    if: { properties: { of: { const: 'sales' } } },
    // oxlint-disable-next-line unicorn/no-thenable -- The word of JSON Schema.
    then: { properties: { gpus: false, unit: false } },
  },
}

const shapeOf = (kind: ReadingKind): Shape => {
  const { properties, required, ...object } = objectSchema(fieldsOf.get(kind)!)
  return {
    ...object,
    title: kind,
    properties: { ...(properties as Shape), kind: { const: kind } },
    // The pool may follow from the agreement.
    required: (required as readonly string[]).filter((key) => key !== 'pool'),
    dependentRequired: { replaces: ['revision'] },
    ...together[kind],
  }
}

/** One reading, as JSON Schema (draft 2020-12): the keys of the parser itself. `docs/reading.schema.json` publishes it. */
export const readingSchema: Json = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'A reading',
  description: 'One line of a file of readings: see docs/readings.md.',
  oneOf: [...fieldsOf.keys()].map(shapeOf),
}
