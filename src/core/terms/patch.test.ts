import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Json } from '../base/canonical.ts'
import { below } from './conform.ts'
import { patchDocument } from './patch.ts'

const anyJson = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>

/** Every pointer of a document, with what stands there: by a walk that knows nothing of the patch. */
const places = (value: Json, pointer = ''): [string, Json][] => [
  [pointer, value],
  ...(typeof value === 'object' && value !== null
    ? (Array.isArray(value) ? value.map((each, i) => [i, each] as const) : Object.entries(value)).flatMap(([key, each]) =>
        places(each as Json, below(pointer, key)),
      )
    : []),
]

test('T13 a change puts its value where its pointer leads, and everything else stays as it is', () => {
  fc.assert(
    fc.property(anyJson, fc.nat(), fc.string({ minLength: 1 }), (document, pick, value) => {
      const all = places(document)
      const [pointer] = all[pick % all.length]!
      const before = structuredClone(document)
      const patched = patchDocument(document, [{ pointer, value }])
      assert.ok('document' in patched)
      assert.deepEqual(document, before)
      const isBelow = (other: string) => other === pointer || other.startsWith(`${pointer}/`)
      const isAbove = (other: string) => pointer.startsWith(`${other}/`)
      const kept = (of: [string, Json][]) => of.filter(([other]) => !isBelow(other) && !isAbove(other) && pointer !== '')
      assert.deepEqual(new Map(kept(places(patched.document))), new Map(kept(all)))
      assert.equal(new Map(places(patched.document)).get(pointer), value)
    }),
  )
})

test('T13 null takes a term out, and the place after the last of a list puts one in', () => {
  const document = { caps: [{ amount: '1' }, { amount: '2' }], price: '2.00' }
  assert.deepEqual(patchDocument(document, [{ pointer: '/caps/0', value: null }]), { document: { caps: [{ amount: '2' }], price: '2.00' } })
  assert.deepEqual(patchDocument(document, [{ pointer: '/price', value: null }]), { document: { caps: document.caps } })
  assert.deepEqual(patchDocument(document, [{ pointer: '/caps/-', value: { amount: '3' } }]), {
    document: { caps: [...document.caps, { amount: '3' }], price: '2.00' },
  })
})

test('T13 every pointer that leads nowhere is refused by name', () => {
  const answer = patchDocument({ clauses: [{ price: '2.00' }] }, [
    { pointer: '/clauses/1/price', value: '1' },
    { pointer: 'price', value: '1' },
    { pointer: '/clauses/0/price/steps/0', value: '1' },
    { pointer: '/clauses/0/price', value: '1' },
  ])
  assert.ok('problems' in answer)
  assert.deepEqual(
    answer.problems.map(({ pointer }) => pointer),
    ['/clauses/1/price', 'price', '/clauses/0/price/steps/0'],
  )
})
