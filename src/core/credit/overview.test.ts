import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { agreementOf, clauseOf, dollars, paidLine, portfolioOf, positionOf, recordOf, statementOf } from '../../../test/register.ts'
import { rational, toDecimal } from '../base/rational.ts'
import { fiscalYearOfMonth, type FiscalCalendar } from './fiscal.ts'
import { breakDown } from './exposure.ts'
import { overview, overviewSums, useFrom, type OverviewRecord } from './overview.ts'
import { concentrationOf, tenthsOf } from './concentration.ts'
import { inTalksOn } from './portfolio.ts'
import { makeRegister, sumRows, type RegisterRow } from './register.ts'
import { promisesAhead, runOff, spreadOverMonths } from './run-off.ts'

const asOf = '2027-06'
const registerOf = (records: readonly OverviewRecord[], at = asOf) =>
  makeRegister({ records, asOf: at, reporting: dollars, guarantor: 'nvidia' })
const money = fc.bigInt({ min: 0n, max: 10n ** 12n }).map((cents) => toDecimal(rational(cents, 100n)))
const sum = (all: readonly bigint[]) => all.reduce((so, each) => so + each, 0n)

/** A guarantee and a share, with any payments in any months up to the date. */
const anyRecord = (name: string): fc.Arbitrary<OverviewRecord> =>
  fc
    .record({
      operator: fc.constantFrom('firmus', 'sharon'),
      regions: fc.uniqueArray(fc.constantFrom('Batam', 'Sydney', 'Ohio'), { minLength: 0, maxLength: 3 }),
      gross: money,
      escrow: money,
      months: fc.uniqueArray(fc.integer({ min: 1, max: 18 }), { minLength: 1, maxLength: 8 }),
      paid: fc.array(money, { minLength: 8, maxLength: 8 }),
      share: fc.array(money, { minLength: 8, maxLength: 8 }),
    })
    .map(({ operator, regions, gross, escrow, months, paid, share }) => {
      const blocks = regions.map((region, i) => ({ id: `${name}-${i}`, region, gpus: i + 1 }))
      const clauses = [
        clauseOf(
          'guarantee',
          'nvidia',
          'landlord',
          '2026-01-01',
          '2031-12-31',
          blocks.map(({ id }) => id),
        ),
        clauseOf('share', operator, 'nvidia', '2026-01-01', '2031-12-31', []),
      ]
      const statements = months
        .toSorted((a, b) => a - b)
        .map((month, i) => {
          const named = `2026-${String(month).padStart(2, '0')}`
          const at = month <= 12 ? named : `2027-${String(month - 12).padStart(2, '0')}`
          const positions = [positionOf('guarantee', 'gross', gross), positionOf('guarantee', 'escrow', escrow)]
          const lines = [
            paidLine('guarantee', 'nvidia', 'landlord', paid[i]!),
            paidLine('share', operator, 'nvidia', share[i]!),
            paidLine('share', 'nvidia', operator, '1.00'),
          ]
          return { ...statementOf(name, at, positions, lines), use: useFrom('7200', '3600') }
        })
      return { ...recordOf(agreementOf(name, operator, clauses, blocks), statements), statements }
    })
const anyRecords = fc
  .integer({ min: 1, max: 4 })
  .chain((count) => fc.tuple(...Array.from({ length: count }, (_, i) => anyRecord(`agreement-${i}`))))

test('CR24 every sum of the total is that of its rows; by kind, by region and by counterparty gross, net and paid are the same', () => {
  fc.assert(
    fc.property(anyRecords, (records) => {
      const register = registerOf(records)
      const { rows, total } = overview(register, records)
      for (const name of overviewSums) assert.equal(total[name], sum(rows.map((row) => row[name])), name)
      for (const row of rows) assert.equal(row.gross, row.covered + row.net)
      const given = register.rows.filter(({ side }) => side === 'given')
      for (const by of ['kind', 'region', 'counterparty'] as const) {
        const { groups } = breakDown(given, by)
        assert.equal(sum(groups.map(({ amounts }) => amounts.gross)), total.gross, by)
        assert.equal(sum(groups.map(({ amounts }) => amounts.net)), total.net, by)
        assert.equal(sum(groups.map(({ amounts }) => amounts.paid)), total.paid, by)
      }
    }),
    { numRuns: 60 },
  )
})

test('CR24 months add up to the whole and to each fiscal year, and to what the register says was paid; the last twelve to theirs', () => {
  const calendar: FiscalCalendar = { yearEndsOnLast: 'sunday', of: 'january' }
  fc.assert(
    fc.property(anyRecords, (records) => {
      const register = registerOf(records)
      const { rows, total, moved } = overview(register, records)
      assert.equal(sum(moved.map(({ paid }) => paid)), total.paid)
      assert.equal(sum(moved.map(({ share }) => share)), total.share)
      assert.equal(
        total.paid,
        sumRows(
          register.rows.filter(({ side }) => side === 'given'),
          'paid',
        ),
      )
      const years = [...new Set(moved.map(({ month }) => fiscalYearOfMonth(calendar, month)))]
      const inYear = (year: number) => moved.filter(({ month }) => fiscalYearOfMonth(calendar, month) === year)
      assert.equal(sum(years.map((year) => sum(inYear(year).map(({ paid }) => paid)))), total.paid)
      const late = moved.filter(({ month }) => month >= '2026-07')
      assert.equal(sum(late.map(({ paid }) => paid)), total.paidBehind)
      for (const { agreement, share, useBehind } of rows) {
        assert.equal(share, sum(moved.filter((each) => each.agreement === agreement).map((each) => each.share)))
        if (useBehind !== undefined) assert.equal(useBehind.accepted.n, useBehind.sold.n * 2n)
      }
    }),
    { numRuns: 60 },
  )
})

test('CR24 one agreement by hand: paid 12.00 and 3.00, share 10.00 less 4.00, gross 860 of which 470 in escrow', () => {
  const clauses = [clauseOf('g', 'nvidia', 'landlord', '2026-01-01'), clauseOf('share', 'cloud', 'nvidia', '2026-01-01')]
  const positions = [positionOf('g', 'gross', '860'), positionOf('g', 'escrow', '470')]
  const statements = [
    statementOf('one', '2026-05', [], [paidLine('g', 'nvidia', 'landlord', '12.00')]),
    statementOf('one', '2027-06', positions, [
      paidLine('g', 'nvidia', 'landlord', '3.00'),
      paidLine('share', 'cloud', 'nvidia', '10.00'),
      paidLine('share', 'nvidia', 'cloud', '4.00'),
    ]),
  ]
  const record = recordOf(agreementOf('one', 'cloud', clauses), statements)
  const { rows } = overview(registerOf([record]), [record])
  const { paid, paidBehind, share, gross, covered, net, lastMonth, useBehind } = rows[0]!
  assert.deepEqual(
    { paid, paidBehind, share, gross, covered, net, lastMonth, useBehind },
    {
      paid: 15_00n,
      paidBehind: 3_00n,
      share: 6_00n,
      gross: 860_00n,
      covered: 470_00n,
      net: 390_00n,
      lastMonth: '2027-06',
      useBehind: undefined,
    },
  )
})

const promising = (gross: bigint, net: bigint, promised: RegisterRow['promised'], through = '2031-12-31'): RegisterRow => {
  const clauses = [clauseOf('g', 'nvidia', 'landlord', '2026-01-01', through)]
  const row = registerOf([recordOf(agreementOf('one', 'cloud', clauses), [])]).rows[0]!
  return { ...row, side: 'given', amounts: { ...row.amounts, gross, net }, promised }
}
const anyPromise = fc
  .tuple(fc.nat(1500), fc.nat(900), fc.bigInt({ min: 0n, max: 10n ** 13n }), fc.constantFrom('firm' as const, 'contingent' as const))
  .map(([start, days, minor, nature]) => {
    const from = Temporal.PlainDate.from('2027-07-01').add({ days: start })
    return { from: from.toString(), through: from.add({ days }).toString(), minor, nature }
  })

test('CR25 gross falls through fiscal years: it begins whole, never rises and ends at nothing, and so does what is covered of it', () => {
  const anyRow = fc
    .tuple(fc.bigInt({ min: 1n, max: 10n ** 14n }), fc.bigInt({ min: 0n, max: 10n ** 14n }), fc.array(anyPromise, { maxLength: 4 }))
    .map(([gross, net, promised]) => promising(gross, net > gross ? gross : net, promised))
  fc.assert(
    fc.property(fc.array(anyRow, { minLength: 1, maxLength: 4 }), (rows) => {
      const { years, instruments } = runOff(rows, { yearEndsOn: '06-30' }, asOf)
      for (const [i, { left }] of instruments.entries()) {
        assert.equal(left.length, years.length + 1)
        assert.equal(left[0]!.net + left[0]!.covered, rows[i]!.amounts.gross)
        assert.deepEqual(left.at(-1), { net: 0n, covered: 0n })
        left.slice(1).forEach(({ net, covered }, n) => assert.ok(net <= left[n]!.net && covered <= left[n]!.covered))
      }
    }),
    { numRuns: 60 },
  )
})

test('CR25 a gross of 30 of which 10 and 20 fall due in two years is 30, 20 and 0; one that promises nothing falls when it ends', () => {
  const parts = [
    { from: '2027-08-01', through: '2027-08-31', nature: 'firm' as const, minor: 10n },
    { from: '2028-03-01', through: '2028-03-31', nature: 'contingent' as const, minor: 20n },
  ]
  const { years, instruments } = runOff([promising(30n, 30n, parts, '2028-12-31'), promising(5n, 0n, [], '2028-12-31')], 'calendar', asOf)
  assert.deepEqual(
    years.map(({ year }) => year),
    [2027, 2028],
  )
  assert.deepEqual(
    instruments.map(({ left }) => left.map(({ net, covered }) => [net, covered])),
    [
      [
        [30n, 0n],
        [20n, 0n],
        [0n, 0n],
      ],
      [
        [0n, 5n],
        [0n, 5n],
        [0n, 0n],
      ],
    ],
  )
})

test('CR26 promises by calendar month add up to the cent, and what lies ahead is the sum of both natures', () => {
  fc.assert(
    fc.property(fc.array(anyPromise, { maxLength: 5 }), (promised) => {
      for (const each of promised) assert.equal(sum(spreadOverMonths(each).map(([, minor]) => minor)), each.minor)
      const months = Array.from({ length: 100 }, (_, i) => Temporal.PlainYearMonth.from('2027-07').add({ months: i }).toString())
      const ahead = promisesAhead([promising(1n, 1n, promised)], months)
      const whole = sum(promised.map(({ minor }) => minor))
      assert.equal(sum(ahead.map(({ firm, contingent }) => firm + contingent)), whole)
    }),
    { numRuns: 60 },
  )
})

test('CR15 shares in tenths of a per cent add up to 1,000, each within one of its own', () => {
  const parts = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.bigInt({ min: 0n, max: 10n ** 12n })), { maxLength: 9 })
  fc.assert(
    fc.property(parts, (named) => {
      const concentration = concentrationOf(named)
      const tenths = tenthsOf(concentration)
      assert.equal(sum(tenths), concentration.parts.length === 0 ? 0n : 1000n)
      for (const [i, { share }] of concentration.parts.entries()) {
        const apart = share.n * 1000n - tenths[i]! * share.d
        assert.ok(apart < share.d && apart > -share.d)
      }
    }),
  )
})

test('CR27 what is in talks is so through its date, or for good', () => {
  const portfolio = portfolioOf({ agreements: ['a', 'b', 'c'], inTalks: [{ agreement: 'a', through: '2028-06-30' }, { agreement: 'b' }] })
  assert.deepEqual([...inTalksOn(portfolio, '2028-06-30')], ['a', 'b'])
  assert.deepEqual([...inTalksOn(portfolio, '2028-07-31')], ['b'])
})
