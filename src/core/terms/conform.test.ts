import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { anyDocument, sampleDocument, type Loose } from '../../../test/agreements.ts'
import type { Json } from '../base/canonical.ts'
import { isDate } from '../base/time.ts'
import { conform } from './conform.ts'
import { clauseKinds } from '../settlement/kinds.ts'
import { agreementSchemaOf } from './shape.ts'

const agreementSchema = agreementSchemaOf(clauseKinds)

const published = join(import.meta.dirname, '../../../docs/agreement.schema.json')

test('T2 the published schema is the one that is checked', () => {
  const write = `npm run schema`
  assert.equal(
    JSON.stringify(JSON.parse(readFileSync(published, 'utf8'))),
    JSON.stringify(agreementSchema),
    `docs/agreement.schema.json is not up to date; write it with: ${write}`,
  )
})

const ajv = new Ajv2020({ strict: false, allErrors: false })
ajv.addFormat('date', isDate)

test('T2 the schema is valid JSON Schema', () => {
  assert.equal(ajv.validateSchema(agreementSchema), true, ajv.errorsText())
})

const accepts = ajv.compile(agreementSchema)

const junk: readonly Json[] = [
  null,
  true,
  0,
  -0,
  1,
  2,
  -1,
  1.5,
  1e300,
  40_000,
  8_388_608,
  '',
  ' ',
  'x',
  'accepted',
  '0',
  '00',
  '1',
  '1.0',
  '1.00000',
  '1.7',
  '-1',
  '.5',
  '5.',
  '2.32',
  '0.175',
  '1e3',
  '2026-02-30',
  '2026-02-28',
  '1899-01-01',
  '2200-01-01',
  'Übergröße',
  '\u{1f600}',
  '\ud83d',
  'a\nb',
  'a\tb',
  [],
  [[]],
  {},
  { tiers: [] },
  { tiers: [{ above: '0', value: '0.5' }] },
  { steps: [{ from: '2026-07-01', value: '0.5' }] },
  { contractYears: [{ from: 1, value: 7 }] },
  { steps: [], contractYears: [] },
  { kind: 'revenue-share' },
  'x'.repeat(201),
]

/** Where a document could be changed: every member and every item, by path. */
const pathsOf = (value: Loose, path: readonly string[] = []): (readonly string[])[] =>
  typeof value !== 'object' || value === null ? [path] : [path, ...Object.keys(value).flatMap((key) => pathsOf(value[key], [...path, key]))]

const known = [
  'amount',
  'gpuHours',
  'days',
  'businessDays',
  'steps',
  'contractYears',
  'tiers',
  'kind',
  'base',
  'retention',
  'previous',
  'supported',
]

const mutate = (document: Loose, path: readonly string[], how: number, value: Json): Json => {
  if (path.length === 0) return value
  const copy = structuredClone(document)
  const parent = path.slice(0, -1).reduce((at: Loose, key) => at[key], copy)
  const key = path.at(-1)!
  if (how === 0) parent[key] = value
  else if (how === 1 && Array.isArray(parent)) parent.push(structuredClone(parent[Number(key)]))
  else if (how === 1) parent[`${key}x`] = value
  else if (how >= 3) parent[known[how - 3]!] = value
  else if (how === 2 && Array.isArray(parent)) parent.splice(Number(key), 1)
  else delete parent[key]
  return copy
}

test('T2 what conforms is exactly what JSON Schema accepts', () => {
  let [accepted, refused] = [0, 0]
  fc.assert(
    fc.property(
      fc.oneof(fc.constant(undefined), anyDocument),
      fc.nat(),
      fc.nat({ max: 2 + known.length }),
      fc.oneof(fc.constantFrom(...junk), fc.jsonValue() as fc.Arbitrary<Json>),
      (drawn, place, how, value) => {
        const document = drawn ?? sampleDocument()
        const paths = pathsOf(document)
        const changed = mutate(document, paths[place % paths.length]!, how, value)
        const { problems } = conform(agreementSchema, changed)
        const valid = accepts(changed)
        if (valid) accepted++
        else refused++
        assert.equal(problems.length === 0, valid, `${JSON.stringify(problems)} against ${ajv.errorsText(accepts.errors)}`)
      },
    ),
    { numRuns: 3_000 },
  )
  // Both answers were really seen, or the property would say nothing.
  assert.ok(accepted > 200 && refused > 200, `${accepted} accepted, ${refused} refused`)
})

test('T2 the sound part of a document that conforms conforms, and is its own sound part', () => {
  fc.assert(
    fc.property(anyDocument, (document) => {
      const { sound, problems } = conform(agreementSchema, document)
      assert.deepEqual(problems, [])
      assert.equal(accepts(sound), true, ajv.errorsText(accepts.errors))
      assert.deepEqual(conform(agreementSchema, sound!), { sound, problems: [] })
    }),
  )
})
