import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { statementOf } from '../../../test/stated.ts'
import type { Position } from '../settlement/line.ts'
import { positionFigure, positionTable } from './positions.ts'
import { renderStatement } from './render.ts'
import type { StatementPosition } from './statement.ts'

const { guarantor, operator } = statementOf({})
const position = (measure: Position['measure'], value: string, unit: Position['unit'], of: string | null = null): StatementPosition => ({
  clause: 'lease-guarantee' as Position['clause'],
  by: guarantor.id as Position['by'],
  to: operator.id as Position['to'],
  measure,
  of,
  value,
  unit,
  reasons: [],
})

describe('where clauses stand', () => {
  test('S20 money at the minor unit, GPU-hours whole, shares in per cent, ratios as times, all else as it counts', () => {
    const shown = [
      position('gross', '3711111111/2', 'major'),
      position('bank', String(5 * 3600), 'gpu-seconds'),
      position('vested', '7/8', 'rate'),
      position('dscr', '4/3', 'rate'),
      position('shares', '1234567', 'shares'),
    ].map((each) => positionFigure(each, 'USD'))
    assert.deepEqual(shown, [
      ['1,855,555,555.50', 'USD'],
      ['5', 'GPU-h'],
      ['87.5', '%'],
      ['1.333', '×'],
      ['1,234,567', 'shares'],
    ])
  })

  test('S20 a statement tells them below its lines, and says nothing where there are none', () => {
    const statement = statementOf({ positions: [position('cap-left', '250', 'major', 'lease-1'), position('cfads', '-1', 'major')] })
    const table = positionTable(statement)
    assert.deepEqual(
      table.slice(4).map((row) => row.trimEnd()),
      [
        `lease-guarantee  ${guarantor.name}  ${operator.name}  cap left  lease-1  250.00   USD`,
        `lease-guarantee  ${guarantor.name}  ${operator.name}  CFADS     –         (1.00)  USD`,
      ],
    )
    assert.ok(renderStatement(statement).includes(table.join('\n')))
    assert.deepEqual(positionTable({ ...statement, positions: [] }), [])
    assert.ok(!renderStatement({ ...statement, positions: [] }).includes('Where clauses stand'))
  })
})
