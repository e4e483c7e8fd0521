import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseAccount } from '../ledger/account.ts'
import { clauseKinds, formulas, kindNamed } from './kinds.ts'

test('ST16 every kind of clause is there once, and each of its formulas and shapes is its own', () => {
  assert.equal(new Set(clauseKinds.map(({ kind }) => kind)).size, clauseKinds.length)
  assert.equal(formulas.size, clauseKinds.flatMap((kind) => Object.keys(kind.formulas)).length + 1, 'and what a ruling takes off')
  const shapes = clauseKinds.flatMap((kind) => Object.keys(kind.shapes))
  assert.equal(new Set(shapes).size, shapes.length)
  assert.throws(() => kindNamed('barter'), /barter is no kind of clause/)
})

test('ST16 what a formula posts are accounts', () => {
  for (const [name, { posts }] of formulas)
    if (posts !== undefined)
      for (const path of [posts.payer, posts.payee]) assert.notEqual(parseAccount(path), undefined, `${name}: ${path}`)
})
