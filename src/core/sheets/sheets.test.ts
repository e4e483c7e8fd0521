import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { strFromU8, unzipSync } from 'fflate'
import { readCsv } from '../../../test/read-csv.ts'
import { readWorkbook } from '../../../test/read-workbook.ts'
import { compare, decimal, toDecimal, total } from '../base/rational.ts'
import { sheetCsv, sheetHtml, sheetTsv, type Sheet, type SheetColumn } from './sheet.ts'
import { compareDecimals, sumDecimals } from './sum.ts'
import { isExactInWorkbook, workbook, workbookRowsMax } from './workbook.ts'

const anyDecimal = (digits: number) =>
  fc
    .tuple(fc.boolean(), fc.bigInt({ min: 0n, max: 10n ** BigInt(digits) - 1n }), fc.integer({ min: 0, max: 6 }))
    .map(([negative, units, places]) => {
      const text = units.toString().padStart(places + 1, '0')
      const sign = negative && units !== 0n ? '-' : ''
      return places === 0 ? sign + text : `${sign}${text.slice(0, -places)}.${text.slice(-places)}`
    })
const columns: readonly SheetColumn[] = [
  { head: 'Line', kind: 'text' },
  { head: 'Amount, USD', kind: 'amount' },
  { head: 'Due', kind: 'date' },
]
const anyText = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('=1+1', '+1', '-2', '@x', '\t=1', 'a\tb', 'a\nb', '"q"', '<b>&', '\u0000x', 'a\u0007b\uFFFE', '007', '2027-09', '＝1'),
)
const anyDay = fc
  .date({ min: new Date('1950-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
  .map((at) => at.toISOString().slice(0, 10))
/** What XML 1.0 calls a character: https://www.w3.org/TR/xml/#charsets. */
const isSayable = (letter: string): boolean => {
  const code = letter.codePointAt(0)!
  return [0x9, 0xa, 0xd].includes(code) || (code >= 0x20 && code !== 0xfffe && code !== 0xffff)
}
const anySheet = fc
  .array(fc.tuple(anyText, fc.option(anyDecimal(20)), fc.option(anyDay)), { maxLength: 12 })
  .map((rows): Sheet => ({ name: 'Lines', columns, rows }))

describe('text and HTML', () => {
  test('SH1 SH2 with tabs, every row has its cells, numbers are raw decimals, and no text opens a formula', () => {
    fc.assert(
      fc.property(anySheet, (sheet) => {
        const lines = sheetTsv(sheet).split('\n').slice(0, -1)
        assert.equal(lines.length, sheet.rows.length + 1)
        for (const [i, line] of lines.slice(1).entries()) {
          const cells = line.split('\t')
          assert.equal(cells.length, columns.length)
          assert.equal(cells[1], sheet.rows[i]![1] ?? '')
          assert.equal(cells[2], sheet.rows[i]![2] ?? '')
          assert.doesNotMatch(cells[0]!, /^[=+\-@＝＋－＠]/)
        }
      }),
    )
  })

  test('SH1 SH2 CSV is read back with every number as it was and no text that opens a formula', () => {
    fc.assert(
      fc.property(anySheet, (sheet) => {
        const rows = readCsv(sheetCsv(sheet)).slice(1)
        assert.deepEqual(
          rows.map((row) => row.slice(1)),
          sheet.rows.map((row) => row.slice(1).map((cell) => cell ?? '')),
        )
        for (const [text] of rows) assert.doesNotMatch(text!, /^[=+\-@\t\r\n]/)
      }),
    )
  })

  test('SH1 SH2 as HTML numbers are bare, and text is marked as text and escaped', () => {
    const html = sheetHtml({ name: 'x', columns, rows: [['007 <i>', '-12.50', '2027-09-30']] })
    assert.ok(html.includes(`<td style="mso-number-format:'\\@'">007 &lt;i&gt;</td><td>-12.50</td><td>2027-09-30</td>`), html)
  })
})

describe('workbooks', () => {
  test('SH3 a number reads back as the same decimal or is text that says so; dates are days; text stays text', () => {
    fc.assert(
      fc.property(anySheet, (sheet) => {
        const [head, ...rows] = readWorkbook(workbook([sheet]))
        const long = sheet.rows.some(([, amount]) => !isExactInWorkbook(amount ?? ''))
        assert.equal(head![1]!.value, long ? 'Amount, USD (text where over 15 digits)' : 'Amount, USD')
        assert.equal(rows.length, sheet.rows.length)
        for (const [i, [text, amount, due]] of rows.entries()) {
          assert.notEqual(text!.kind, 'number')
          assert.equal(text!.value, Array.from(sheet.rows[i]![0]!).filter(isSayable).join(''))
          const given = sheet.rows[i]![1]!
          if (given === null) assert.equal(amount!.kind, 'nothing')
          else if (isExactInWorkbook(given)) {
            assert.equal(amount!.kind, 'number')
            const places = given.includes('.') ? given.length - given.indexOf('.') - 1 : 0
            // What a reader does: a double, then as many decimals as the format says.
            assert.equal(Number(amount!.value).toFixed(places), given)
            assert.equal(
              amount!.format,
              `#,##0${places === 0 ? '' : `.${'0'.repeat(places)}`};(#,##0${places === 0 ? '' : `.${'0'.repeat(places)}`})`,
            )
          } else assert.deepEqual([amount!.kind, amount!.value], ['text', given])
          const day = sheet.rows[i]![2]!
          if (day !== null) {
            assert.equal(due!.format, 'yyyy-mm-dd')
            assert.equal(new Date(Date.UTC(1899, 11, 30 + Number(due!.value))).toISOString().slice(0, 10), day)
          }
        }
      }),
    )
  })

  test('SH3 by hand: fifteen digits are a number, sixteen are text', () => {
    assert.ok(isExactInWorkbook('9999999999999.99') && isExactInWorkbook('-0.000000000000001') && isExactInWorkbook('0.00'))
    assert.ok(!isExactInWorkbook('10000000000000.01') && !isExactInWorkbook('1234567890123456'))
  })

  test('SH4 the same sheets make the same bytes, names are ones that a workbook takes, and what is too long is refused', () => {
    const sheet: Sheet = { name: 'a/b:c [d] that is longer than a name of a sheet may be', columns, rows: [['x', '1.50', '2027-09-30']] }
    const bytes = workbook([sheet, { ...sheet, name: '' }])
    assert.deepEqual(bytes, workbook([sheet, { ...sheet, name: '' }]))
    const named = strFromU8(unzipSync(bytes)['xl/workbook.xml']!)
    assert.match(named, /name="a b c  d  that is longer than a" sheetId="1".*name="Sheet 2" sheetId="2"/)
    assert.throws(() => workbook([{ ...sheet, rows: Array.from({ length: workbookRowsMax }, () => sheet.rows[0]!) }]), /1048575 rows/)
  })
})

describe('sums', () => {
  test('SH5 a sum is the sum of its rationals, at the most digits of what is added; the order is that of the values', () => {
    fc.assert(
      fc.property(fc.array(anyDecimal(24), { minLength: 1, maxLength: 40 }), (texts) => {
        const sum = sumDecimals(texts)
        assert.equal(compare(decimal(sum), total(texts.map(decimal))), 0, toDecimal(decimal(sum)))
        const places = (text: string) => (text.includes('.') ? text.length - text.indexOf('.') - 1 : 0)
        assert.equal(places(sum), Math.max(...texts.map(places)))
        assert.equal(Math.sign(compareDecimals(texts[0]!, sum)), compare(decimal(texts[0]!), decimal(sum)))
      }),
    )
    assert.equal(sumDecimals([]), '0')
    assert.equal(sumDecimals(Array.from({ length: 10_000 }, () => '9999999999999.99')), '99999999999999900.00')
    assert.throws(() => sumDecimals(['1e5']), /not a decimal/)
  })

  test('SH5 however many decimals are added, short and long, none is rounded', () => {
    const short = Array.from({ length: 10_000 }, () => '9999999999.99')
    assert.equal(sumDecimals(short), '99999999999900.00')
    assert.equal(sumDecimals([...short, '0.001', ...short.map((text) => `-${text}`)]), '0.001')
    assert.equal(sumDecimals(Array.from({ length: 10_000 }, () => '9999999999999')), '99999999999990000')
  })

  test('SH5 numbers that read as the same double are ordered by their last digit', () => {
    assert.equal(compareDecimals('9007199254740993', '9007199254740992'), 1)
    assert.equal(compareDecimals('-9007199254740993', '-9007199254740992'), -1)
    assert.equal(compareDecimals('1.50', '1.5'), 0)
  })
})
