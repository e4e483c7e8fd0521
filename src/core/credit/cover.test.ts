import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { agreementOf, clauseOf, paidLine, positionOf, recordOf, statementOf } from '../../../test/register.ts'
import { backstopOf, term2027 } from '../../../test/world.ts'
import { compare, decimal, minus, plus, rational, toDecimal } from '../base/rational.ts'
import { cashSplit, covenantsIn, coverThroughTime, headroomOf, type Earned } from './cover.ts'

const facility = (...months: readonly Readonly<Record<string, string>>[]) =>
  recordOf(
    agreementOf('ddtl', 'cloud', [clauseOf('loan', 'cloud', 'bank')]),
    months.map((said, i) =>
      statementOf(
        'ddtl',
        `2027-0${i + 1}`,
        Object.entries(said).map(([measure, value]) =>
          positionOf('loan', measure as 'dscr', value, { unit: ['dscr', 'llcr', 'plcr'].includes(measure) ? 'rate' : 'major' }),
        ),
      ),
    ),
  )

test('CR23 headroom against lock-up and default, by hand', () => {
  const record = facility({ dscr: '1.30', llcr: '1.40', cfads: '130', 'debt-service': '100' }, { dscr: '1.10' }, { balance: '5' })
  const cover = coverThroughTime(record)
  assert.deepEqual(
    cover.map(({ month, cfads }) => [month, cfads === undefined ? undefined : toDecimal(cfads)]),
    [
      ['2027-01', '130'],
      ['2027-02', undefined],
    ],
  )
  const covenants = [
    { clause: 'loan', ratio: 'dscr', level: 'lock-up', least: decimal('1.25') },
    { clause: 'loan', ratio: 'dscr', level: 'default', least: decimal('1.05') },
    { clause: 'loan', ratio: 'llcr', level: 'lock-up', least: decimal('1.50') },
  ] as const
  const levels = (level: string) => covenants.filter((each) => each.level === level).map(({ ratio, least }) => ({ ratio, level: least }))
  const [loan] = record.schedule.clauses
  const facilityTerms = { ...loan!, lockUp: levels('lock-up'), defaultTest: levels('default') }
  const read = covenantsIn({ ...record.schedule, clauses: [facilityTerms] })
  assert.deepEqual(new Set(read), new Set(covenants))
  assert.deepEqual(covenantsIn(record.schedule), [])
  const tested = headroomOf(cover, covenants)
  assert.deepEqual(
    tested.map(({ month, ratio, level, headroom, met }) => [month, ratio, level, toDecimal(headroom), met]),
    [
      ['2027-01', 'dscr', 'lock-up', '0.05', true],
      ['2027-01', 'dscr', 'default', '0.25', true],
      ['2027-01', 'llcr', 'lock-up', '-0.1', false],
      ['2027-02', 'dscr', 'lock-up', '-0.15', false],
      ['2027-02', 'dscr', 'default', '0.05', true],
    ],
  )
  // Cash flow may fall by 0.05 ÷ 1.30 before distributions stop.
  assert.deepEqual(tested[0]!.cushion, rational(1, 26))
})

test('CR23 cash is contracted, backstopped or merchant, and nothing else; the share is no part of it', () => {
  const backstop = { ...backstopOf(term2027), payer: 'nvidia' as never, payee: 'cloud' as never }
  const schedule = agreementOf('dsx', 'cloud', [backstop, clauseOf('share', 'cloud', 'nvidia'), clauseOf('guarantee', 'nvidia', 'bank')])
  const lines = [
    paidLine('backstop', 'nvidia', 'cloud', '30.00'),
    paidLine('backstop', 'cloud', 'nvidia', '4.00'),
    paidLine('share', 'cloud', 'nvidia', '9.00'),
    // A guarantee pays a lender, and its fee is a cost: no cash of the operator's.
    paidLine('guarantee', 'nvidia', 'bank', '8.00'),
    paidLine('guarantee', 'cloud', 'nvidia', '2.00'),
  ]
  const amount = fc.integer({ min: -1000, max: 10 ** 9 }).map((cents) => rational(cents, 100))
  const anyEarned = fc.array(
    fc.record({
      month: fc.constantFrom('2027-01', '2027-02'),
      product: fc.constantFrom('reserved' as const, 'on-demand' as const, 'spot' as const),
      amount,
    }),
    { maxLength: 8 },
  )
  fc.assert(
    fc.property(anyEarned, (earned: Earned[]) => {
      const months = cashSplit(recordOf(schedule, [statementOf('dsx', '2027-01', [], lines)]), earned)
      for (const { contracted, backstopped, merchant, total } of months)
        assert.equal(compare(total, plus(plus(contracted, backstopped), merchant)), 0)
      const all = earned.reduce((sum, each) => plus(sum, each.amount), rational(0))
      const told = months.reduce((sum, { total }) => plus(sum, total), rational(0))
      assert.equal(compare(minus(told, all), rational(26)), 0, '30 paid less 4 recouped')
    }),
  )
})
