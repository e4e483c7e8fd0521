import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isId } from './id.ts'
import { describeProblem } from './problem.ts'

test('B20 a name has small letters, digits, dots, dashes and underscores, begins with a letter or digit, and at most 63 of them', () => {
  const first = 'abcdefghijklmnopqrstuvwxyz0123456789'.split('')
  const more = [...first, '.', '-', '_']
  fc.assert(
    fc.property(fc.constantFrom(...first), fc.array(fc.constantFrom(...more), { maxLength: 62 }), (start, rest) =>
      assert.ok(isId(start + rest.join(''))),
    ),
  )
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) =>
      assert.equal(
        isId(text),
        text.split('').every((letter) => more.includes(letter)) && first.includes(text[0] ?? '') && text.length <= 63,
      ),
    ),
  )
  assert.ok(isId('a'.repeat(63)) && !isId('a'.repeat(64)))
  for (const text of ['', 'Firmus', '-a', '.a', '_a', 'a b', 'a/b', 'a\n', 'á', '../a']) assert.ok(!isId(text), JSON.stringify(text))
})

test('B21 a problem is told as compilers tell it: file, line, place, and what was wrong', () => {
  assert.equal(
    describeProblem('a.yaml', { pointer: '/clauses/0/price', line: 12, message: 'is 1.7; a rate is at most 1' }),
    'a.yaml:12: /clauses/0/price: is 1.7; a rate is at most 1',
  )
  assert.equal(describeProblem('a.yaml', { pointer: '', message: 'is empty' }), 'a.yaml: is empty')
})
