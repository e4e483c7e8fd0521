import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { monthInWords } from './month-words.ts'

const long = (month: number) => new Date(Date.UTC(2000, month - 1, 1)).toLocaleDateString('en-GB', { month: 'long', timeZone: 'UTC' })

test('CO42 a month is known by every way that people write it, and no other word is one', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2000, max: 2099 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 3, max: 9 }),
      (year, month, letters) => {
        const wanted = `${year}-${String(month).padStart(2, '0')}`
        const name = long(month).slice(0, letters)
        for (const text of [
          `${name} ${year}`,
          `${name.toUpperCase()} ${String(year).slice(2)}`,
          `${name}${String(year).slice(2)}`,
          ` ${name},  ${year} `,
          wanted,
          `${month}/${year}`,
          `${year}/${month}`,
        ])
          assert.equal(monthInWords(text), wanted, text)
      },
    ),
  )
  for (const text of ['', 'se 27', 'sepx 27', '13/2027', '2027-00', 'sep 127', 'last quarter', 'junk 27', '27', 'sept27x'])
    assert.equal(monthInWords(text), undefined, text)
})
