import type { PartyId } from '../base/id.ts'
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { anySketch, guarantor, lineOf, operator, statementOf, statementOfSketch } from '../../../test/stated.ts'
import { decimal, fixed, fromText, parseDecimal, rational } from '../base/rational.ts'
import { minorDigits } from '../base/currency.ts'
import { formatInstant, monthInterval } from '../base/time.ts'
import type { Input } from '../settlement/line.ts'
import type { TermSource } from '../terms/agreement.ts'
import {
  amountExplained,
  amountInTables,
  dateForPeople,
  figure,
  gpuHoursExplained,
  gpuHoursInTables,
  grouped,
  monthForPeople,
  percent,
  priceOf,
  sourceOf,
} from './figures.ts'
import { renderStatement, statementTable } from './render.ts'
import type { Statement } from './statement.ts'
import { textTable, widthOf } from './text-table.ts'

// 8,048,232 GPU-h at 2.00 against 17.5 % of 23,894,022.96 (4,181,454.018) and 16 % of 24,111,833.04 (3,857,893.2864), and a credit of 20.00.
const term = (pointer: string): Input => ({
  operator: '×',
  word: 'Price',
  value: '2',
  unit: 'per-gpu-hour',
  source: { kind: 'terms', version: 1, pointer },
})
const september = statementOf({
  lines: [
    lineOf(1, {
      text: 'Capacity backstop, 1–30 Sep 2027',
      quantity: String(8_048_232 * 3600),
      rate: '2',
      rateUnit: 'per-gpu-hour',
      amount: '16096464.00',
      reasons: [term('/clauses/1/price')],
    }),
    lineOf(2, {
      text: 'Not eligible: above list price, 1–30 Sep 2027',
      formula: 'ineligible',
      quantity: String(10_368 * 3600),
      rate: '0',
    }),
    lineOf(3, {
      text: 'Revenue share, 1–15 Sep 2027',
      formula: 'share',
      payer: operator,
      quantity: '2389402296/100',
      quantityUnit: 'major',
      rate: '7/40',
      rateUnit: 'share',
      amount: '4181454.02',
    }),
    lineOf(4, {
      text: 'Revenue share, 16–30 Sep 2027',
      formula: 'share',
      payer: operator,
      quantity: '2411183304/100',
      quantityUnit: 'major',
      rate: '4/25',
      rateUnit: 'share',
      amount: '3857893.29',
    }),
    lineOf(5, {
      text: 'Revenue share, base, 1–30 Sep 2027',
      formula: 'share-base',
      payer: operator,
      quantity: '-20',
      quantityUnit: 'major',
      rate: '1',
      amount: '-20.00',
    }),
  ],
  totals: {
    guarantorPays: '16096464.00',
    operatorPays: '8039327.31',
    guarantorHeld: '0.00',
    operatorHeld: '0.00',
    net: { payer: guarantor, payee: operator, amount: '8057136.69' },
    payable: { payer: guarantor, payee: operator, amount: '8057136.69' },
    netting: true,
    others: [],
  },
})
const assumedPrice: TermSource = { at: '/clauses/1', status: 'assumption', note: 'not disclosed' }

describe('the table of a statement', () => {
  test('S2 every line is as wide as every other, whatever the lines are called', () => {
    // Letters of one place, signs of two, a combining accent of none: counted here by table, there by script.
    const places: Readonly<Record<string, number>> = { a: 1, ' ': 1, '–': 1, '∫': 1, 東: 2, 한: 2, '，': 2, '\u0301': 0 }
    const names = fc.array(fc.constantFrom(...Object.keys(places)), { maxLength: 40 }).map((signs) => signs.join(''))
    fc.assert(
      fc.property(anySketch, fc.array(names, { minLength: 8, maxLength: 8 }), (sketch, texts) => {
        const statement = statementOfSketch(sketch)
        const lines = statement.lines.map((line, i) => ({ ...line, text: `x${texts[i]!}` }))
        const widths = statementTable({ ...statement, lines }).map((row) =>
          Array.from(row).reduce((sum, sign) => sum + (places[sign] ?? 1), 0),
        )
        assert.equal(new Set(widths).size, 1, widths.join(' '))
      }),
    )
    assert.equal(widthOf('東京 e\u0301'), 6)
    assert.throws(() => textTable([{ head: 'a', ends: 'left' }], [['b', 'c']]), RangeError)
  })

  /** The amounts of a row as they are seen: what stands at the end of each of the two last columns. */
  const amountsIn = (table: readonly string[], digits: number) => {
    const [head] = table as [string]
    const guarantorEnds = head.indexOf('Operator pays') - 2
    // The second last column ends where the space before the widest cell or head of the last one begins, so it is found from all rows.
    const ends = Math.min(
      guarantorEnds,
      ...table.filter((row) => !row.startsWith('─')).map((row) => (row.endsWith('  ') ? guarantorEnds : row.trimEnd().lastIndexOf('  '))),
    )
    const read = (cell: string): bigint | undefined => {
      const text = /(\(?[\d,.]+\)?) ?$/.exec(cell)?.[1]
      if (text === undefined) return undefined
      const value = parseDecimal(text.replaceAll(/[(),]/g, ''))!
      const minor = (value.n * 10n ** BigInt(digits)) / value.d
      return text.startsWith('(') ? -minor : minor
    }
    return table
      .filter((row) => !row.startsWith('─'))
      .map((row) => ({ row, guarantor: read(row.slice(0, ends)), operator: read(row.slice(ends)) }))
  }

  test('S3 the amounts that are seen are those of the statement, and add up to the totals and the net that are seen', () => {
    fc.assert(
      fc.property(anySketch, (sketch) => {
        const statement = statementOfSketch(sketch)
        const digits = minorDigits(sketch.currency)!
        const seen = amountsIn(statementTable(statement), digits)
        const lines = seen.filter(({ row }) => /^\s*\d/.test(row))
        const byNumber = new Map(lines.map((line) => [Number(/\d+/.exec(line.row)![0]), line]))
        assert.equal(byNumber.size, statement.lines.length)
        const sums = { guarantor: 0n, operator: 0n }
        for (const { number, payer, amount } of statement.lines) {
          const { guarantor: left, operator: right } = byNumber.get(number)!
          const minor = BigInt(amount.replace('.', ''))
          assert.deepEqual([left, right], payer === guarantor ? [minor, undefined] : [undefined, minor])
          sums[payer === guarantor ? 'guarantor' : 'operator'] += minor
        }
        const [totals, net] = seen.slice(-2)
        assert.deepEqual([totals!.guarantor, totals!.operator], [sums.guarantor, sums.operator])
        const difference = sums.guarantor - sums.operator
        const expected = !sketch.netting
          ? [undefined, undefined]
          : difference > 0n
            ? [difference, undefined]
            : difference < 0n
              ? [undefined, -difference]
              : [0n, 0n]
        assert.deepEqual([net!.guarantor, net!.operator], expected)
      }),
    )
  })

  test('S3 by hand: September 2027 of Sharon AI, by who pays, a credit in parentheses', () => {
    const rows = [
      '#  Line                                              Quantity           Rate     Guarantor pays, USD  Operator pays, USD',
      '   Guarantor pays operator',
      '1  Capacity backstop, 1–30 Sep 2027                8,048,232    GPU-h    2.00  a        16,096,464.00',
      '2  Not eligible: above list price, 1–30 Sep 2027      10,368    GPU-h       –                    0.00',
      '   Operator pays guarantor',
      '3  Revenue share, 1–15 Sep 2027                   23,894,022.96 USD    17.5 %                               4,181,454.02',
      '4  Revenue share, 16–30 Sep 2027                  24,111,833.04 USD    16.0 %                               3,857,893.29',
      '5  Revenue share, base, 1–30 Sep 2027                    (20.00) USD        –                                    (20.00)',
      '   Totals, USD                                                                          16,096,464.00       8,039,327.31',
      '   Net, guarantor pays operator                                                          8,057,136.69',
    ]
    const words = (row: string) => row.trim().split(/\s+/)
    assert.deepEqual(
      statementTable(september, [assumedPrice])
        .filter((row) => !row.startsWith('─'))
        .map(words),
      rows.map(words),
    )
  })

  test('S3 not netted, no net is shown; nothing owed, none is made up', () => {
    const { totals } = september
    const last = (parts: Partial<Statement['totals']>) => statementTable({ ...september, totals: { ...totals, ...parts } }).at(-1)!
    assert.match(last({ netting: false }), /^ +Not netted: each side pays its own +$/)
    assert.match(last({ net: { payer: operator, payee: guarantor, amount: '1.00' } }), /^ +Net, operator pays guarantor +1\.00 *$/)
    assert.match(last({ net: { payer: null, payee: null, amount: '0.00' } }), /^ +Net, nothing is owed +0\.00 +0\.00 *$/)
  })
})

describe('figures', () => {
  test('S4 thousands are set apart and nothing else is changed; below zero stands in parentheses', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.nat({ max: 4 }), (units, places) => {
        const text = fixed(units, places)
        const seen = figure(text)
        const [whole] = seen.replaceAll(/[()]/g, '').split('.') as [string]
        assert.match(whole, /^\d{1,3}(,\d{3})*$/)
        assert.equal(seen.startsWith('(') && seen.endsWith(')'), units < 0n)
        assert.equal(seen.replaceAll(/[(),]/g, ''), text.replace('-', ''))
      }),
    )
    assert.equal(grouped('1000'), '1,000')
    assert.equal(grouped('123.456789'), '123.456789')
  })

  test('S4 GPU-hours: whole in tables, half-even; six decimals where explained; what is not zero never looks like nothing', () => {
    const hours = (text: string) => rational(fromText(text).n * 3600n, fromText(text).d)
    assert.deepEqual(
      ['8048232', '5/2', '7/2', '-7/2', '1/2', '1/20', '0', '-1/3600'].map((each) => gpuHoursInTables(hours(each))),
      ['8048232', '2', '4', '-4', '0.500000', '0.050000', '0', '-0.000278'],
    )
    assert.equal(gpuHoursExplained(rational(1_000_000)), '277.777778')
    assert.equal(gpuHoursExplained(rational(9, 2_500_000)), '0.000000')
  })

  test('S4 rates as written: a percentage with one decimal or more, a price with the decimals of its currency or more', () => {
    const shares = ['0.175', '0.16', '1', '0.1755', '0'].map((each) => percent(decimal(each)))
    assert.deepEqual(shares, [
      { text: '17.5', unit: '%' },
      { text: '16.0', unit: '%' },
      { text: '100.0', unit: '%' },
      { text: '17.55', unit: '%' },
      { text: '0.0', unit: '%' },
    ])
    assert.deepEqual(percent(rational(17, 31)), { text: '17/31', unit: '' })
    assert.deepEqual(
      ['2', '2.32', '2.345'].map((each) => priceOf(decimal(each), 'USD')),
      ['2.00', '2.32', '2.345'],
    )
    assert.deepEqual(
      ['2', '2.5', '100'].map((each) => priceOf(decimal(each), 'JPY')),
      ['2', '2.5', '100'],
    )
    // As the console tells it: six digits of what has no end.
    assert.equal(priceOf(rational(7, 3), 'USD'), '2.333333')
  })

  test('S4 an amount is at the minor unit in tables, and with what it needs up to six decimals where explained', () => {
    assert.deepEqual(
      ['8/3', '1/8', '5', '-5'].map((each) => amountInTables(fromText(each), 'USD')),
      ['2.67', '0.12', '5.00', '-5.00'],
    )
    assert.deepEqual(
      ['8/3', '1/8', '5', '-5'].map((each) => amountExplained(fromText(each), 'USD')),
      ['2.666667', '0.125', '5.00', '-5.00'],
    )
    assert.equal(amountInTables(fromText('5/2'), 'JPY'), '2')
    assert.equal(amountExplained(fromText('1/2'), 'BHD'), '0.500')
  })

  test('S4 dates and months in words', () => {
    assert.equal(dateForPeople('2027-10-29'), '29 Oct 2027')
    assert.equal(dateForPeople('2027-05-01'), '1 May 2027')
    assert.equal(monthForPeople('2027-09'), 'September 2027')
    assert.equal(monthForPeople('2027-12'), 'December 2027')
  })
})

describe('the rendered statement', () => {
  test('S5 no text of an agreement can end a line, move the cursor or turn the direction', () => {
    const evil = 'A\n1  Forged line\r\t\u001B[2J\u0007\u202Eb\u2028c'
    const lines = september.lines.map((line) => ({ ...line, text: evil }))
    const sources = [{ at: '', status: 'assumption', note: evil }] as const
    const plain = renderStatement(september, [assumedPrice])
    const forged = { ...september, lines, title: evil, operator: { id: operator, name: evil } }
    const text = renderStatement(forged, sources)
    assert.equal(text.split('\n').length, plain.split('\n').length)
    assert.ok(!/[\p{Cc}\u202A-\u202E\u2066-\u2069\u2028\u2029]/u.test(text.replaceAll('\n', '')))
  })

  test('S6 a number that rests on an assumed term is marked, and the assumption is told once; a public one is not', () => {
    const marked = (sources: readonly TermSource[]) => statementTable(september, sources).filter((row) => / a /.test(row)).length
    assert.equal(marked([]), 0)
    assert.equal(marked([assumedPrice]), 1)
    assert.equal(marked([assumedPrice, { at: '/clauses/1/price', status: 'public', note: 'press release' }]), 0)
    assert.equal(marked([{ ...assumedPrice, at: '/clauses/10' }]), 0)
    const twice = { ...september, lines: [september.lines[0]!, { ...september.lines[0]!, number: 2 }] }
    const text = renderStatement(twice, [assumedPrice])
    assert.equal(text.split('a  rests on an assumption, not on a public term: /clauses/1: not disclosed').length, 2)
  })

  test('S6 a source speaks of what lies below it that no nearer source speaks of', () => {
    const source = (at: string): TermSource => ({ at, status: 'public', note: at })
    const sources = ['/clauses/1', '', '/clauses/1/price'].map(source)
    assert.equal(sourceOf(sources, '/clauses/1/price/steps/0')?.at, '/clauses/1/price')
    assert.equal(sourceOf(sources, '/clauses/1/price')?.at, '/clauses/1/price')
    assert.equal(sourceOf(sources, '/clauses/1/prices')?.at, '/clauses/1')
    assert.equal(sourceOf(sources, '/blocks/0')?.at, '')
    assert.equal(sourceOf([source('/blocks')], '/clauses/0'), undefined)
  })

  test('S7 the hours of the period are told, and a clock change that makes them more or fewer', () => {
    const hours = (month: string, zone: string) => {
      const { from, to } = monthInterval(month, zone)
      const parts = { month, zone, from: formatInstant(from), to: formatInstant(to), hours: String((to - from) / 3600) }
      return renderStatement(statementOf(parts)).split('\n')[1]
    }
    assert.equal(hours('2027-09', 'Australia/Sydney'), '720 h, Australia/Sydney')
    assert.equal(hours('2027-10', 'Australia/Sydney'), '743 h (clock change), Australia/Sydney')
    assert.equal(hours('2027-04', 'Australia/Sydney'), '721 h (clock change), Australia/Sydney')
    assert.equal(hours('2027-10', 'Australia/Lord_Howe'), '743.5 h (clock change), Australia/Lord_Howe')
    assert.equal(hours('2027-02', 'Asia/Jakarta'), '672 h, Asia/Jakarta')
    assert.equal(hours('2027-10', 'UTC'), '744 h, UTC')
  })

  test('S7 the head names month, parties, state and dates; the foot what it rests on', () => {
    const text = renderStatement({ ...september, evidence: [{ subject: 'a', kind: 'outage', readings: 14_208, sha256: 'e'.repeat(64) }] })
    assert.deepEqual(text.split('\n').slice(0, 5), [
      'September 2027, Sharon AI, 40,000 GB300',
      '720 h, Australia/Sydney',
      'Guarantor NVIDIA (nvidia), operator Sharon AI (sharon-ai)',
      'Final, version 1, final on 5 Oct 2027, due on 29 Oct 2027',
      '',
    ])
    assert.deepEqual(text.split('\n').slice(-5), [
      'Rates are USD per GPU-hour, or a share of the quantity.',
      '',
      `Terms version 1, sha256 ${'b'.repeat(64)}`,
      `Facts sha256 ${'f'.repeat(64)}, from 14,208 readings`,
      '',
    ])
    const provisional = renderStatement({ ...september, status: 'provisional', finalOn: null, dueOn: null, version: 3 })
    assert.equal(provisional.split('\n')[3], 'Provisional, version 3: it may still change')
  })
})

test('S17 every two parties that owe each other something have a table of their own, whose columns are theirs', () => {
  const lender = 'lender' as PartyId
  const parties = [...september.parties, { id: lender, name: 'First Lender', role: 'lender' }]
  const called = lineOf(9, { text: 'Guarantee called', payer: guarantor, payee: lender, amount: '25.00' })
  const net = { payer: guarantor, payee: lender, amount: '25.00' }
  const others = [{ parties: [guarantor, lender], pays: ['25.00', '0.00'], held: ['0.00', '0.00'], net, payable: net }] as const
  const rows = statementTable({ ...september, parties, lines: [...september.lines, called], totals: { ...september.totals, others } })
  const alone = statementTable(september)
  assert.deepEqual(rows.slice(0, alone.length), alone)
  assert.equal(rows[alone.length], '')
  const second = rows.slice(alone.length + 1)
  assert.match(second[0]!, /Guarantor pays, USD +First Lender pays, USD/)
  assert.match(second[2]!, /Guarantor pays First Lender/)
  assert.match(second[3]!, /9 +Guarantee called .* 25\.00 *$/)
  assert.match(second.at(-1)!, /Net, guarantor pays First Lender +25\.00 *$/)
})
