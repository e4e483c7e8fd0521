import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { PortfolioBookWire } from '../wire/portfolio.ts'
import { parseLines, writeLines, type LinesView } from './portfolio-address.ts'
import { linesAmount, linesName, openLines } from './portfolio-lines.ts'

const sums = (first: number) => ({
  paid: `${first}.01`,
  share: `${first}.02`,
  paidBehind: `${first}.03`,
  shareBehind: `${first}.04`,
})
/** A book as far as lines are explained from it: an agreement, its totals, and one month. */
const book = (currency: string, first: number): PortfolioBookWire =>
  ({
    currency,
    total: sums(first),
    rows: [{ agreement: `of-${currency.toLowerCase()}`, ...sums(first + 1) }],
    months: [{ month: '2026-10', paid: `${first}.05`, share: `${first}.06` }],
  }) as unknown as PortfolioBookWire
const two = { books: [book('EUR', 100), book('USD', 200)] }
const one = { books: [book('USD', 200)] }

const anyLines: fc.Arbitrary<LinesView> = fc.record(
  {
    of: fc.constantFrom('paid' as const, 'share' as const),
    agreement: fc.constantFrom(undefined, 'of-eur', 'of-usd'),
    month: fc.constantFrom(undefined, '12m', '2026-10'),
    currency: fc.constantFrom(undefined, 'EUR', 'USD'),
  },
  { noNullPrototype: true },
)

test('CO70 the amount over lines is of their own book: its currency, its total, its month', () => {
  const amounts = (currency: string) =>
    [undefined, '12m', '2026-10'].flatMap((month) =>
      (['paid', 'share'] as const).map((of) => linesAmount({ of, agreement: undefined, month, currency }, two)),
    )
  const wanted = (currency: string, first: number) => [1, 2, 3, 4, 5, 6].map((cents) => ({ amount: `${first}.0${cents}`, currency }))
  assert.deepEqual(amounts('EUR'), wanted('EUR', 100))
  assert.deepEqual(amounts('USD'), wanted('USD', 200))
  // An agreement says its currency itself.
  assert.deepEqual(linesAmount({ of: 'paid', agreement: 'of-usd', month: undefined }, two), { amount: '201.01', currency: 'USD' })
  // Of both at once there is no amount, and none of either is shown for it.
  assert.deepEqual(linesAmount({ of: 'paid', agreement: undefined, month: undefined }, two), { amount: undefined, currency: '' })
})

test('CO70 an address names the book that its lines are of, the question asks for it, and an address without one means the only book', () => {
  fc.assert(
    fc.property(anyLines, (lines) => {
      assert.deepEqual(parseLines(writeLines(lines)), lines)
      const asked = linesName(lines, { asOf: '2027-03' }, { known: '2027-01-31' })
      assert.deepEqual([asked.of, asked.agreement, asked.currency, asked.known], [lines.of, lines.agreement, lines.currency, '2027-01-31'])
    }),
  )
  assert.equal(writeLines({ of: 'share', agreement: undefined, month: undefined, currency: 'EUR' }), 'share:*::EUR')
  assert.equal(openLines('paid:*:12m', one)?.currency, 'USD')
  assert.equal(openLines('paid:*:12m', two)?.currency, undefined)
  assert.equal(openLines('paid:*:12m:EUR', two)?.currency, 'EUR')
  assert.equal(openLines('nonsense', two), undefined)
})
