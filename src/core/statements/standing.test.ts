import assert from 'node:assert/strict'
import { test } from 'node:test'
import { guarantor, lineOf, noTotals, operator, statementOf } from '../../../test/stated.ts'
import { decimal } from '../base/rational.ts'
import { statementCsv } from './csv.ts'
import { renderStatement } from './render.ts'
import { standingOf } from './standing.ts'

const net = (amount: string) => ({ payer: guarantor, payee: operator, amount })
const lines = [
  lineOf(1, { key: 'b', amount: '100.00', held: '30.00' }),
  lineOf(2, { key: 's', formula: 'share', payer: operator, amount: '20.00' }),
  lineOf(3, {
    key: 'b0',
    amount: '-5.00',
    corrects: '2027-08',
    text: 'Correction of August 2027: Capacity backstop',
    from: '2027-07-31T14:00:00Z',
  }),
]
const statement = statementOf({
  lines,
  totals: { ...noTotals, guarantorPays: '95.00', operatorPays: '20.00', guarantorHeld: '30.00', net: net('75.00'), payable: net('45.00') },
})

test('S18 where something is in dispute, the table shows gross, held and payable', () => {
  const rows = renderStatement(statement).split('\n')
  const row = (begins: string) =>
    rows
      .find((each) => each.trimStart().startsWith(begins))
      ?.trim()
      .replaceAll(/ {2,}/g, ' | ')
  assert.equal(row('Totals'), 'Totals, USD | 95.00 | 20.00')
  assert.equal(row('Net'), 'Net, guarantor pays operator | 75.00')
  assert.equal(row('In dispute'), 'In dispute, not payable until it is ruled on | 30.00 | 0.00')
  assert.equal(row('Payable'), 'Payable, guarantor pays operator | 45.00')
  const gross = renderStatement({ ...statement, totals: { ...statement.totals, netting: false } })
  assert.match(gross, /Payable +65\.00 +20\.00/)
  const none = renderStatement({ ...statement, totals: { ...statement.totals, guarantorHeld: '0.00' } })
  assert.doesNotMatch(none, /dispute|Payable/)
})

test('S19 a record of a correction has the open month, the original charge period and a class', () => {
  const [head, ...records] = statementCsv(statement)
    .trimEnd()
    .split('\r\n')
    .map((record) => record.split(','))
  const cell = (record: readonly string[], name: string) => record[head!.indexOf(name)]
  const told = records.map((record) => ['month', 'charge_class', 'corrects', 'held'].map((name) => cell(record, name)))
  assert.deepEqual(told, [
    ['2027-09', '', '', '30.00'],
    ['2027-09', '', '', ''],
    ['2027-09', 'Correction', '2027-08', ''],
  ])
  assert.equal(cell(records[2]!, 'from'), '2027-07-31T14:00:00Z')
})

test('S18 a final statement is disputed while a line is held, then corrected once a later one corrects it, and else final', () => {
  const dispute = { id: 'd', month: '2027-09', line: 'b', amount: decimal('10'), at: 10, reason: 'no' }
  const ruling = { dispute: 'd', upheld: decimal('10'), at: 20 }
  const statusAt = (at: number, correctedOn: readonly string[] = []) => {
    const { status, totals } = standingOf(statement, { disputes: [dispute], rulings: [ruling], at, correctedOn })
    return `${status} ${totals.guarantorHeld} ${totals.payable.amount}`
  }
  assert.equal(statusAt(9), 'final 0.00 75.00')
  assert.equal(statusAt(10), 'disputed 10.00 65.00')
  assert.equal(statusAt(19, ['2027-10']), 'disputed 10.00 65.00')
  assert.equal(statusAt(20, ['2027-10']), 'corrected 0.00 75.00')
})
