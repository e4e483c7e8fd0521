import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { amountText } from './format.ts'
import { typedAmount } from './typed-amount.ts'

test('CO63 what is typed as amounts are shown is the amount, with its commas and without', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n }), fc.constantFrom(0, 2, 3), (minor, places) => {
      const digits = minor.toString().padStart(places + 1, '0')
      const text = places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`
      for (const typed of [text, amountText(text), ` ${amountText(text)} `]) assert.equal(typedAmount(typed, text), text)
    }),
  )
})

test('CO63 what could be meant otherwise is no amount', () => {
  for (const typed of [
    '1.000,00',
    '10.000,00',
    '1.000',
    '1,00',
    '12,34.00',
    '1,2345.00',
    '1 000.00',
    '1.',
    '.5',
    '-5',
    '(5.00)',
    '1e3',
    '',
    'all',
  ])
    assert.equal(typedAmount(typed, '5000.00'), undefined, typed)
  assert.equal(typedAmount('1.5', '5000'), undefined)
  assert.equal(typedAmount('1000', '5000.00'), '1000')
})
