import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { reword } from './reworded.ts'
import type { TermSentence } from './sentences.ts'

const anySentence: fc.Arbitrary<TermSentence> = fc.record({
  clause: fc.constantFrom(undefined, 'share', 'backstop') as fc.Arbitrary<TermSentence['clause']>,
  version: fc.constant(1),
  pointer: fc.constantFrom('/term', '/clauses/0/price', '/clauses/1/price', '/clauses/0/caps/1'),
  text: fc.constantFrom('one', 'two', 'three'),
  assumed: fc.constant(false),
})
const anyTerms = fc.array(anySentence, { maxLength: 10 })

test('T14 every sentence of both wordings is told once; those of the later one in its order', () => {
  fc.assert(
    fc.property(anyTerms, anyTerms, (before, after) => {
      const told = reword(before, after)
      assert.deepEqual(
        told.flatMap((each) => each.after ?? []),
        after,
      )
      const earlier = told.flatMap((each) => each.before ?? [])
      assert.equal(earlier.length, before.length)
      assert.deepEqual(new Set(earlier), new Set(before))
      for (const { kind, before: was, after: is } of told) {
        if (kind === 'same') assert.equal(was?.text, is?.text)
        if (kind === 'changed') assert.ok(was?.text !== is?.text && was?.clause === is?.clause)
      }
    }),
  )
})

test('T14 a wording against itself is the same, also when a clause was put in before', () => {
  fc.assert(
    fc.property(anyTerms, (terms) => {
      assert.ok(reword(terms, structuredClone(terms)).every(({ kind }) => kind === 'same'))
      const moved = terms.map((each) => ({
        ...each,
        pointer: each.pointer.replace(/\/clauses\/(\d)/, (_, n) => `/clauses/${Number(n) + 1}`),
      }))
      assert.ok(reword(terms, moved).every(({ kind }) => kind === 'same'))
    }),
  )
})

test('T14 a term that says something else at its place is one that changed', () => {
  const price = (text: string, pointer = '/clauses/0/price'): TermSentence => ({
    clause: 'backstop' as never,
    version: 1,
    pointer,
    text,
    assumed: false,
  })
  const [only, ...others] = reword([price('The price is 2.00.')], [price('The price is 1.50.', '/clauses/1/price')])
  assert.deepEqual([only?.kind, others.length], ['changed', 0])
})
