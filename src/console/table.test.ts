import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { compare, decimal, negate, total } from '../core/base/rational.ts'
import { sheetTsv } from '../core/sheets/sheet.ts'
import { decimalText } from './format.ts'
import { chooseNumberStyle } from './number-style.ts'
import type { Column } from './table-column.ts'
import { sheetOf } from './table-files.ts'
import { filterRows, testOf } from './table-filter.ts'
import { sortRows } from './table-order.ts'
import { itemsOf, totalLines, type TotalLine } from './table-sums.ts'
import { parseView, writeChanges } from './table-view.ts'
import { rowHeight, seenOf } from './table-window.ts'

type Row = Readonly<{ id: number; payer: string; month: string; hours: number | null; amount: string; currency: string }>

const columns: readonly Column<Row>[] = [
  { id: 'payer', head: 'Payer', kind: 'text', of: ({ payer }) => payer },
  { id: 'month', head: 'Month', kind: 'month', of: ({ month }) => month },
  { id: 'hours', head: 'Sold', unit: 'GPU-h', kind: 'count', of: ({ hours }) => hours, total: 'sum' },
  { id: 'amount', head: 'Amount', unit: ({ currency }) => currency, kind: 'amount', of: ({ amount }) => amount, total: 'sum' },
]
const anyAmount = fc
  .tuple(fc.boolean(), fc.bigInt({ min: 0n, max: 10n ** 18n }))
  .map(([negative, minor]) => `${negative && minor > 0n ? '-' : ''}${minor / 100n}.${String(minor % 100n).padStart(2, '0')}`)
const anyRow = fc.record({
  payer: fc.constantFrom('nvidia', 'sharon-ai', 'firmus'),
  month: fc.constantFrom('2027-08', '2027-09', '2027-10'),
  hours: fc.option(fc.nat(1_000_000)),
  amount: anyAmount,
  currency: fc.constantFrom('USD', 'JPY', 'AUD'),
})
const anyRows = fc.array(anyRow, { maxLength: 30 }).map((rows): readonly Row[] => rows.map((row, id) => ({ id, ...row })))
const anyWanted = fc.record({
  words: fc.constantFrom('', 'nv', 'sep', 'sharon 2027'),
  where: fc.constantFrom(new Map<string, string>(), new Map([['amount', '> 1000']]), new Map([['month', '2027-08..2027-09']])),
})

/** Sums worked out with rationals, for each currency of these rows. */
const plainSums = (rows: readonly Row[]) =>
  new Map(
    [...Map.groupBy(rows, ({ currency }) => currency)].map(([currency, own]) => [
      currency,
      total(own.map(({ amount }) => decimal(amount))),
    ]),
  )
const assertTie = (lines: readonly TotalLine[], rows: readonly Row[]) => {
  const sums = plainSums(rows)
  const told = lines.flatMap(({ unit, cells }) =>
    unit === undefined || !cells.has('amount') ? [] : [[unit, cells.get('amount')!] as const],
  )
  assert.deepEqual(told.map(([unit]) => unit).toSorted(), [...sums.keys()].toSorted())
  for (const [unit, sum] of told) assert.equal(compare(decimal(sum), sums.get(unit)!), 0, `${unit} ${sum}`)
  const hours = rows.reduce((sum, row) => sum + (row.hours ?? 0), 0)
  if (lines.length > 0) assert.equal(Number(lines[0]!.cells.get('hours')), hours)
}

describe('totals', () => {
  test('CO30 totals tie for any filter, and no sum has two currencies', () => {
    fc.assert(
      fc.property(anyRows, anyWanted, (rows, wanted) => {
        const shown = filterRows(rows, columns, wanted)
        assertTie(totalLines(columns, shown), shown)
      }),
    )
  })

  test('CO30 for any group, subtotals tie to their rows, groups hold every row once, and subtotals add up to the totals', () => {
    fc.assert(
      fc.property(anyRows, fc.constantFrom('payer', 'month'), (rows, id) => {
        const by = columns.find((column) => column.id === id)!
        const items = itemsOf(columns, sortRows(rows, columns, [{ id, down: false }]), by)
        const inside = items.flatMap((item) => (item.kind === 'row' ? [item.row] : []))
        assert.deepEqual(
          inside.map((row) => row.id).toSorted((a, b) => a - b),
          rows.map((row) => row.id),
        )
        const heads = items.flatMap((item) => (item.kind === 'group' ? [item] : []))
        const names = [...new Set(heads.map(({ value }) => value))]
        for (const name of names) {
          const own = rows.filter((row) => String(by.of(row)) === name)
          const lines = heads.filter(({ value }) => value === name).map(({ line }) => line!)
          assertTie(lines, own)
          assert.equal(heads.find(({ value }) => value === name)!.count, own.length)
        }
        assert.equal(names.length, new Set(rows.map((row) => by.of(row))).size)
      }),
    )
  })

  test('CO30 by hand: yen and dollars stand apart, and hours of both in a line of their own', () => {
    const rows: readonly Row[] = [
      { id: 0, payer: 'a', month: '2027-09', hours: 2, amount: '0.10', currency: 'USD' },
      { id: 1, payer: 'a', month: '2027-09', hours: null, amount: '0.20', currency: 'USD' },
      { id: 2, payer: 'b', month: '2027-09', hours: 3, amount: '7', currency: 'JPY' },
    ]
    assert.deepEqual(
      totalLines(columns, rows).map(({ unit, cells }) => [unit, ...cells]),
      [
        [undefined, ['hours', '5']],
        ['JPY', ['amount', '7']],
        ['USD', ['amount', '0.30']],
      ],
    )
  })
})

describe('order and filters', () => {
  test('CO31 sorting loses nothing, orders amounts by value within their currency, and keeps what is equal in its order', () => {
    fc.assert(
      fc.property(anyRows, fc.boolean(), (rows, down) => {
        const sorted = sortRows(rows, columns, [{ id: 'amount', down }])
        assert.equal(new Set(sorted).size, rows.length)
        for (const [i, row] of sorted.slice(1).entries()) {
          const before = sorted[i]!
          assert.ok(before.currency <= row.currency)
          if (before.currency !== row.currency) continue
          const order = compare(decimal(before.amount), decimal(row.amount))
          assert.ok(down ? order >= 0 : order <= 0)
          if (order === 0) assert.ok(before.id < row.id)
        }
      }),
    )
  })

  test('CO31 what is not there comes last whichever way, and a second column orders what is equal in the first', () => {
    const rows = [null, 3, 1].map((hours, id): Row => ({
      id,
      payer: 'a',
      month: id === 2 ? '2027-08' : '2027-09',
      hours,
      amount: '1.00',
      currency: 'USD',
    }))
    const ids = (sort: string) => sortRows(rows, columns, parseView({ sort }, '', { columns }).sort).map(({ id }) => id)
    assert.deepEqual(ids('hours'), [2, 1, 0])
    assert.deepEqual(ids('-hours'), [1, 2, 0])
    assert.deepEqual(ids('-month,-hours'), [1, 0, 2])
  })

  test('CO31 a filter takes numbers, spans, months and parts of the text, as people write them', () => {
    const passes = (kind: 'amount' | 'percent' | 'date' | 'text', filter: string, raw: string, shown = raw) =>
      testOf(kind, filter)(raw, shown)
    assert.ok(passes('amount', '>= 1,234.50', '1234.5') && !passes('amount', '> 1,234.50', '1234.5'))
    assert.ok(passes('amount', '(10)..0', '-10.00') && !passes('amount', '(10)..0', '-10.01'))
    assert.ok(passes('amount', '234', '1234.50', '1,234.50') && passes('amount', '1,2', '1234.50', '1,234.50'))
    assert.ok(passes('percent', '> 10 %', '0.175') && !passes('percent', '> 17.5', '0.175'))
    assert.ok(passes('date', '2027-08..2027-09', '2027-09-30') && !passes('date', '<= 2027-09', '2027-10-01'))
    assert.ok(passes('text', '= Nvidia', 'nvidia') && !passes('text', '= nvid', 'nvidia') && passes('text', 'VID', 'nvidia'))
  })
})

describe('the address', () => {
  test('CO32 every view is in the address and is read back from it; what names no column is passed over', () => {
    const anySort = fc.uniqueArray(
      fc.record({ id: fc.constantFrom('payer', 'month', 'amount'), down: fc.boolean() }, { noNullPrototype: true }),
      {
        selector: ({ id }) => id,
      },
    )
    const anyView = fc.record({
      sort: anySort,
      by: fc.option(fc.constantFrom('payer', 'month'), { nil: undefined }),
      columns: fc.uniqueArray(fc.constantFrom('payer', 'month', 'hours', 'amount'), { minLength: 1 }),
      words: fc.string(),
    })
    fc.assert(
      fc.property(anyView, fc.string({ minLength: 1 }), fc.constantFrom('', 'debts.'), (view, text, at) => {
        const known = columns.map(({ id }) => id)
        const search = new URLSearchParams(
          Object.entries(writeChanges({ ...view, where: ['amount', text] }, at, known)).flatMap(([key, value]) =>
            value === undefined ? [] : [[key, value]],
          ),
        )
        const read = parseView(Object.fromEntries(new URLSearchParams(search.toString())), at, {
          columns,
          initialSort: '-amount',
          groupBy: 'payer',
        })
        assert.deepEqual(read, { ...view, where: new Map([['amount', text]]) })
      }),
    )
    const odd = parseView({ sort: '-nothing,month', cols: 'nothing', by: 'nothing', 'where.nothing': 'x' }, '', { columns })
    assert.deepEqual(odd, {
      sort: [{ id: 'month', down: false }],
      by: undefined,
      columns: columns.map(({ id }) => id),
      words: '',
      where: new Map(),
    })
  })
})

describe('what leaves the page', () => {
  test('CO33 a copied table has raw decimals as numbers, and a currency for each row where rows differ in it', () => {
    fc.assert(
      fc.property(anyRows, (rows) => {
        const [head, ...lines] = sheetTsv(sheetOf('x', columns, rows))
          .trimEnd()
          .split('\n')
          .map((line) => line.split('\t'))
        const currencies = new Set(rows.map(({ currency }) => currency))
        if (currencies.size > 1) assert.deepEqual(head, ['Payer', 'Month', 'Sold, GPU-h', 'Amount', 'Currency'])
        if (currencies.size === 1) assert.equal(head![3], `Amount, ${rows[0]!.currency}`)
        for (const [i, row] of rows.entries()) {
          assert.equal(lines[i]![3], row.amount)
          if (currencies.size > 1) assert.equal(lines[i]![4], row.currency)
        }
      }),
    )
  })

  test('CO34 a negative is in parentheses, or has a minus for who prefers it, and means the same', () => {
    const read = (text: string) => decimal(text.replaceAll(',', '').replace(/^−/, '-'))
    fc.assert(
      fc.property(anyAmount, (amount) => {
        const [, inside] = /^\((.*)\)$/.exec(decimalText(amount)) ?? []
        const value = inside === undefined ? read(decimalText(amount)) : negate(read(inside))
        assert.equal(compare(value, decimal(amount)), 0)
        chooseNumberStyle('minus')
        const other = decimalText(amount)
        chooseNumberStyle('parentheses')
        assert.equal(compare(read(other), decimal(amount)), 0)
        assert.ok(!other.includes('('))
      }),
    )
  })
})

test('CO31 a window draws every row that is seen, and never more than what stands beside it', () => {
  fc.assert(
    fc.property(fc.nat(200_000), fc.nat(6_500_000), fc.integer({ min: 30, max: 2_000 }), (count, at, clientHeight) => {
      const scrollTop = Math.min(at, Math.max(0, count * rowHeight - clientHeight))
      const { first, last } = seenOf({ scrollTop, clientHeight }, count)
      assert.ok(first >= 0 && last <= count && first <= last)
      if (count > 0) assert.ok(first <= Math.floor(scrollTop / rowHeight))
      assert.ok(last >= Math.min(count, Math.ceil((scrollTop + clientHeight) / rowHeight)))
      assert.ok(last - first <= clientHeight / rowHeight + 26)
    }),
  )
})
