import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { agreementOf, clauseOf, positionOf, statementOf } from '../../../test/register.ts'
import { decimal } from '../../core/base/rational.ts'
import type { UsedStatement } from '../../core/credit/overview.ts'
import { covenantNeeds } from './covenant-needs.ts'
import type { AgreementNow } from './needs.ts'

const levelOf = (dscr: string) => [{ ratio: 'dscr', level: decimal(dscr) }]
const signed = agreementOf('ddtl', 'cloud', [clauseOf('loan', 'cloud', 'bank')])
const schedule = { ...signed, clauses: [{ ...signed.clauses[0]!, lockUp: levelOf('1.20'), defaultTest: levelOf('1.05') }] }
const tested = (month: string, dscr: string, cfads?: string): UsedStatement =>
  statementOf('ddtl', month, [
    positionOf('loan', 'dscr', dscr, { unit: 'rate' }),
    ...(cfads === undefined ? [] : [positionOf('loan', 'cfads', cfads), positionOf('loan', 'debt-service', '100.00')]),
  ])
const needsOf = (...stood: readonly UsedStatement[]) => covenantNeeds({ schedule, stood } as unknown as AgreementNow)
const brief = (...stood: readonly UsedStatement[]) =>
  needsOf(...stood).map(({ wire: { name, amount, month, daysLeft } }) => [name, amount, month, daysLeft])

test('API132 a covenant is near when less than a tenth of the cash may be lost before it, and what is at stake is that cash', () => {
  // 1.20 ÷ 0.9 is 1.3333….
  assert.deepEqual(brief(tested('2027-03', '1.34', '134.00')), [])
  assert.deepEqual(brief(tested('2027-03', '1.33', '133.00')), [['DSCR lock-up', '13.00', '2027-03', null]])
  // At the level it is met; below it, what is missing is at stake, and it is due at once.
  assert.deepEqual(brief(tested('2027-03', '1.20', '120.00')), [['DSCR lock-up', '0.00', '2027-03', null]])
  assert.deepEqual(brief(tested('2027-03', '1.15', '115.00')), [['DSCR lock-up', '5.00', '2027-03', 0]])
  assert.deepEqual(brief(tested('2027-03', '1.04', '104.00')), [['DSCR default', '1.00', '2027-03', 0]])
  assert.deepEqual(brief(tested('2027-03', '1.10')), [['DSCR lock-up', null, '2027-03', 0]])
})

test('API132 the last test counts, also where later months are not tested; what was mended needs nobody', () => {
  const untested = statementOf('ddtl', '2027-07', [positionOf('loan', 'balance', '900.00')])
  assert.deepEqual(brief(tested('2027-03', '1.00', '100.00'), tested('2027-06', '1.50', '150.00'), untested), [])
  assert.deepEqual(brief(tested('2027-03', '1.50', '150.00'), tested('2027-06', '1.00', '100.00'), untested), [
    ['DSCR default', '5.00', '2027-06', 0],
  ])
  assert.deepEqual(brief(untested), [])
  assert.deepEqual(brief(), [])
})

test('API132 a lower ratio never presses less, and one need at most tells of a ratio', () => {
  const rank = (hundredths: number): number => {
    const found = needsOf(tested('2027-03', (hundredths / 100).toFixed(2), hundredths.toFixed(2)))
    assert.ok(found.length <= 1)
    const [need] = found
    if (need === undefined) return 0
    assert.equal(need.wire.amount, Math.abs(hundredths - (need.wire.name === 'DSCR default' ? 105 : 120)).toFixed(2))
    return need.wire.daysLeft === null ? 1 : need.wire.name === 'DSCR lock-up' ? 2 : 3
  }
  fc.assert(
    fc.property(fc.integer({ min: -50, max: 250 }), fc.integer({ min: 0, max: 100 }), (low, more) => {
      assert.ok(rank(low) >= rank(low + more))
    }),
  )
})
