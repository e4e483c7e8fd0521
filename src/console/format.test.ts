import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decimal, plus, rational, toFixed, type Rational } from '../core/base/rational.ts'
import { dateInWords } from './date-words.ts'
import { dateText, dayText, endText, instantText, monthPlus, prose } from './dates.ts'
import {
  amountText,
  explainedHours,
  fixedText,
  gpuHours,
  largeText,
  moneyText,
  partText,
  priceText,
  shareText,
  tieingPlaces,
} from './format.ts'

test('CO9 an amount keeps every digit that the server wrote, whatever its size', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }), (minor) => {
      const text = `${minor < 0n ? '-' : ''}${(minor < 0n ? -minor : minor)
        .toString()
        .padStart(3, '0')
        .replace(/(\d{2})$/, '.$1')}`
      const shown = amountText(text)
      const back = shown.replaceAll(',', '').replace(/^\((.*)\)$/, '-$1')
      assert.equal(back, minor === 0n ? '0.00' : text)
      assert.match(shown, /^\(?\d{1,3}(,\d{3})*\.\d{2}\)?$/)
    }),
  )
})

test('CO9 amounts, prices, shares and GPU-hours are written as people read them', () => {
  assert.equal(amountText('16096464.00'), '16,096,464.00')
  assert.equal(amountText('-125000.00'), '(125,000.00)')
  assert.equal(amountText('-0.00'), '0.00')
  // 1,000,000 GPU-s × 2.345 / 3,600 = 651.388…, which has no end: six digits.
  assert.equal(moneyText('11725/18', 'USD'), '651.388889')
  assert.equal(moneyText('1/8', 'USD'), '0.125')
  assert.equal(moneyText('54000', 'USD'), '54,000.00')
  assert.equal(moneyText('54000', 'JPY'), '54,000')
  assert.equal(priceText('58/25', 'USD'), '2.32')
  assert.equal(priceText('2', 'USD'), '2.00')
  assert.equal(priceText('469/200', 'USD'), '2.345')
  assert.equal(shareText('7/40'), '17.5 %')
  assert.equal(shareText('4/25'), '16.0 %')
  assert.equal(shareText('69/400'), '17.25 %')
  assert.equal(gpuHours(String(8_064_000 * 3600)), '8,064,000')
  // 1,800 GPU-s are half an hour, and half of an even hour rounds down; nothing that is there looks like nothing.
  assert.equal(gpuHours('9000'), '2')
  assert.equal(gpuHours('1800'), '0.500000')
  assert.equal(gpuHours('0'), '0')
  assert.equal(explainedHours('1', false), '0.000278')
  assert.equal(largeText('4880000000', 'USD'), '4.88 bn')
  assert.equal(largeText('182600000', 'USD'), '182.6 m')
  assert.equal(largeText('1234567', 'USD'), '1,234,567.00')
  assert.equal(partText(rational(7), rational(10)), '70.0 %')
  assert.equal(partText(rational(0), rational(0)), undefined)
  assert.equal(fixedText(decimal('-0.4032'), 3), '(0.403)')
})

const anyRational = fc
  .tuple(fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }), fc.integer({ min: 1, max: 3600 }))
  .map(([n, d]): Rational => rational(n, d * 1_000_000))

test('CO1 digits are added until the rounded parts make the rounded total', () => {
  let tied = 0
  fc.assert(
    fc.property(fc.array(anyRational, { minLength: 1, maxLength: 6 }), (parts) => {
      const total = parts.reduce(plus, rational(0))
      const places = tieingPlaces([{ parts, total }])
      assert.ok(places >= 3 && places <= 9)
      const units = (value: Rational) => BigInt(toFixed(value, places).replace('.', ''))
      const adds = parts.reduce((sum, part) => sum + units(part), 0n) === units(total)
      // Nine digits is where it stops: a fraction that never ends may not tie even there.
      if (places < 9) assert.ok(adds)
      if (adds) tied++
    }),
  )
  assert.ok(tied > 80, `${tied} of 100 tie`)
  // 0.0004 + 0.0004 is 0.0008: 0.000 and 0.000 do not make 0.001, so a fourth digit is shown.
  const tenThousandths = (n: number) => rational(n, 10_000)
  assert.equal(tieingPlaces([{ parts: [tenThousandths(4), tenThousandths(4)], total: tenThousandths(8) }]), 4)
  assert.equal(tieingPlaces([{ parts: [decimal('8.064'), decimal('-0.016')], total: decimal('8.048') }]), 3)
})

test('CO3 instants are written in the zone that is passed in, with its name, through a clock change', () => {
  // Sydney leaves AEST (+10) for AEDT (+11) on 4 October 2026 at 02:00: 16:00 UTC the day before.
  assert.equal(instantText('2026-10-03T15:59:59Z', 'Australia/Sydney'), '4 Oct 2026 01:59:59 AEST')
  assert.equal(instantText('2026-10-03T16:00:00Z', 'Australia/Sydney'), '4 Oct 2026 03:00 AEDT')
  assert.equal(instantText('2026-10-03T16:00:00Z', 'Asia/Jakarta'), '3 Oct 2026 23:00 GMT+7')
  assert.equal(endText('2026-10-31T13:00:00Z', 'Australia/Sydney'), '31 Oct 2026 24:00 AEDT')
  assert.equal(dateText('2027-10-29'), '29 Oct 2027')
  assert.equal(dayText('2027-10-29'), 'Fri 29 Oct 2027')
  assert.equal(monthPlus('2026-12', 1), '2027-01')
  assert.equal(monthPlus('2027-01', -1), '2026-12')
  assert.equal(prose('It runs from 2026-08-01 through 2032-07-31.'), 'It runs from 1 Aug 2026 through 31 Jul 2032.')
})

test('CO61 a date is read as 2026-11-05 and as dates are shown, and what is none is none', () => {
  for (const [text, date] of [
    ['2026-11-05', '2026-11-05'],
    [' 2028-02-29 ', '2028-02-29'],
    ['5 Nov 2026', '2026-11-05'],
    ['29 Oct 2027', '2027-10-29'],
    ['5 november 2026', '2026-11-05'],
    ['2026-02-29', undefined],
    ['31 Apr 2026', undefined],
    ['11/05/2026', undefined],
    ['2026-11-5', undefined],
    ['0026-11-05', undefined],
    ['Nov 2026', undefined],
    ['', undefined],
  ] as const)
    assert.equal(dateInWords(text), date, text)
  fc.assert(
    fc.property(fc.date({ min: new Date('1970-01-01'), max: new Date('2299-12-31'), noInvalidDate: true }), (at) => {
      const date = at.toISOString().slice(0, 10)
      assert.equal(dateInWords(date), date)
      assert.equal(dateInWords(dateText(date)), date)
    }),
  )
})
