import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { InputWire } from '../wire/statement.ts'
import { findInput, hasQuantity } from './disputed-input.ts'

const unsold = (value: string): InputWire => ({
  operator: '+',
  word: 'Unsold',
  symbol: 'U',
  value,
  unit: 'gpu-seconds',
  source: { kind: 'sum' },
})
const lineOf = (value: string) => ({
  exact: '8640',
  reasons: [
    { operator: '+', word: 'Quantity paid', symbol: 'Q', value, unit: 'gpu-seconds', source: { kind: 'sum' }, children: [unsold(value)] },
  ] as readonly InputWire[],
})

test('CO69 what the address names in the reasons of a line is an input of its dispute; what it names nowhere, or the line itself, is none', () => {
  assert.deepEqual(findInput(lineOf('31104000'), 'Q.U'), { path: 'Q.U', input: unsold('31104000'), whole: true })
  assert.equal(findInput(lineOf('31104001'), 'Q.U')?.whole, false)
  for (const path of [undefined, '', 'Q.X', 'U']) assert.equal(findInput(lineOf('31104000'), path), undefined)
})

test('CO69 a line is contested by quantity where its rate puts a price on one', () => {
  const line = { quantity: '31104000', quantityUnit: 'gpu-seconds', rateUnit: 'per-gpu-hour' } as const
  assert.equal(hasQuantity(line), true)
  assert.equal(hasQuantity({ ...line, quantityUnit: 'major', rateUnit: 'share' }), true)
  for (const rateUnit of ['none', 'per-year'] as const) assert.equal(hasQuantity({ ...line, rateUnit }), false)
  assert.equal(hasQuantity({ ...line, quantity: '0' }), false)
})
