import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readCsv } from '../../../test/read-csv.ts'
import { anySketch, lineOf, statementOf, statementOfSketch } from '../../../test/stated.ts'
import { parseDecimal, toText } from '../base/rational.ts'
import { csv, statementCsv, textCell, type CsvCell } from './csv.ts'

const anyText = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc
    .array(fc.constantFrom('=', '+', '-', '@', '\t', '\r', '\n', '"', ',', ' ', "'", 'a', '1', '＝'), { maxLength: 8 })
    .map((all) => all.join('')),
)
const table = fc.integer({ min: 1, max: 5 }).chain((columns) =>
  fc.record({
    head: fc.array(fc.stringMatching(/^[a-z_]{1,8}$/), { minLength: columns, maxLength: columns }),
    rows: fc.array(fc.array(anyText, { minLength: columns, maxLength: columns }), { maxLength: 5 }),
  }),
)

test('S10 records end with CRLF, and what is written is read back field by field', () => {
  fc.assert(
    fc.property(table, ({ head, rows }) => {
      const read = readCsv(
        csv(
          head,
          rows.map((row) => row.map(textCell)),
        ),
      )
      assert.deepEqual(read[0], head)
      // Only the mark that stops a formula is new.
      assert.deepEqual(
        read.slice(1).map((row, r) => row.map((cell, c) => (cell === rows[r]![c] ? cell : cell.slice(1)))),
        rows,
      )
    }),
  )
  assert.equal(csv(['a', 'b'], [[textCell('x, "y"'), textCell('1\r\n2')]]), 'a,b\r\n"x, ""y""","1\r\n2"\r\n')
  assert.throws(() => csv(['a'], [[]]), RangeError)
})

test('S11 no text begins as a formula does; a number of ours stays a number', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const [, [cell]] = readCsv(csv(['a'], [[textCell(text)]])) as [string[], string[]]
      assert.ok(!/^[=+\-@\t\r\n＝＋－＠]/.test(cell!), JSON.stringify(cell))
      assert.ok(cell === text || cell === `'${text}`)
    }),
  )
  const number: CsvCell = { kind: 'number', value: '-20.00' }
  assert.equal(csv(['a', 'b'], [[number, textCell('=1+1')]]), "a,b\r\n-20.00,'=1+1\r\n")
})

const columnOf = (records: readonly string[][], head: string): string[] => {
  const at = records[0]!.indexOf(head)
  assert.ok(at >= 0, head)
  return records.slice(1).map((record) => record[at]!)
}

test('S10 the lines of a statement: every amount, key and text is the statement’s, and no number is anything but a decimal', () => {
  fc.assert(
    fc.property(anySketch, (sketch) => {
      const statement = statementOfSketch(sketch)
      const records = readCsv(statementCsv(statement))
      for (const head of ['amount', 'key', 'text', 'payer'] as const)
        assert.deepEqual(
          columnOf(records, head),
          statement.lines.map((line) => line[head]),
        )
      assert.ok(records.every((record) => record.length === records[0]!.length))
      for (const head of ['amount', 'quantity', 'rate']) for (const cell of columnOf(records, head)) assert.match(cell, /^-?\d+(\.\d+)?$/)
    }),
  )
})

test('S10 quantities and rates are exact decimals; a fraction that none can say has eighteen digits, and instants are RFC 3339', () => {
  const quantities = ['28973635200', '5/8', '-1/3', '597350574/25']
  const statement = statementOf({ lines: quantities.map((quantity, i) => lineOf(i + 1, { quantity, rate: '7/40' })) })
  const records = readCsv(statementCsv(statement))
  assert.deepEqual(columnOf(records, 'quantity'), ['28973635200', '0.625', '-0.333333333333333333', '23894022.96'])
  assert.deepEqual(columnOf(records, 'rate'), ['0.175', '0.175', '0.175', '0.175'])
  assert.equal(columnOf(records, 'from')[0], '2027-09-01T00:00:00Z')
  for (const [i, cell] of columnOf(records, 'quantity').entries()) if (i !== 2) assert.equal(toText(parseDecimal(cell)!), quantities[i])
})
