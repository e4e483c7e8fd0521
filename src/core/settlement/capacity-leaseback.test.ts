import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compare, fromText, nought, plus, toText } from '../base/rational.ts'
import { nextMonth } from '../base/time.ts'
import {
  buyingDocument,
  buyingSchedule,
  hours,
  hundred,
  minorOfAll,
  monthly,
  positionIn,
  quantityOfAll,
  settleTold,
} from '../../../test/buying.ts'
import { problemsOfText, scheduleOfText, settleMonths } from '../../../test/settling.ts'
import { checkReasons } from '../statements/explain.ts'
import { sentences } from '../terms/sentences.ts'
import { clauseKinds, kindNamed } from './kinds.ts'

const lease = { kind: 'capacity-leaseback', payer: 'vendor', minimum: '1000', price: '2.00' }

test('TP8 the guarantor pays for what it does not take; units sold on count as taken', () => {
  const schedule = buyingSchedule(lease)
  const all = settleTold(schedule, { figures: [...monthly('taken', [600, 900]), ...monthly('resold', [150, 300])] }, { months: 2 })
  assert.deepEqual(
    all.map(({ lines }) => lines.map(({ formula, payer, payee, quantity, minor }) => [formula, payer, payee, quantity, minor])),
    [[['capacity-leaseback', 'vendor', 'cloud', toText(hours(250)), 50_000n]], [['capacity-leaseback', 'vendor', 'cloud', '0', 0n]]],
  )
})

test('TP8 or their proceeds are taken off the payment, down to nothing; what is left was paid for, and no credit gives back more', () => {
  const schedule = buyingSchedule({ ...lease, resale: 'credits', makeUp: { months: 12 } })
  const figures = [...monthly('taken', [600, 500, 1500, 1000]), ...monthly('resold-proceeds', [300, 1500, 40, 0])]
  const all = settleTold(schedule, { figures }, { months: 3 })
  // 400 · 2 − 300 = 500, or 1.25 a unit; 500 · 2 < 1,500; then 400 of the 500 units above the minimum come back at 1.25.
  assert.deepEqual(
    all.map(({ lines }) => lines.map(({ formula, quantity, rate, minor }) => [formula, quantity, rate, minor])),
    [
      [['capacity-leaseback', toText(hours(400)), '2', 50_000n]],
      [['capacity-leaseback', toText(hours(500)), '2', 0n]],
      [
        ['capacity-leaseback', '0', '2', 0n],
        ['leaseback-make-up', toText(hours(400)), '5/4', 50_000n],
      ],
    ],
  )
  for (const line of all.flatMap(({ lines }) => lines)) assert.equal(checkReasons(line), undefined, line.key)
})

test('TP8 whatever is sold on, the payment is never below nothing, and never gives back more than was paid', () => {
  const twelve = (max: number) => fc.array(fc.integer({ min: 0, max }), { minLength: 12, maxLength: 12 })
  fc.assert(
    fc.property(
      twelve(12),
      twelve(40),
      twelve(9),
      fc.constantFrom('counts', 'credits'),
      fc.boolean(),
      (taken, resold, prices, resale, refund) => {
        const price = { steps: prices.map((value, i) => ({ from: `${nextMonth('2027-01', i)}-01`, value: String(value) })) }
        const schedule = buyingSchedule({ ...lease, unit: 'units', minimum: '6', price, resale, makeUp: { months: 3, refund } })
        const sold =
          resale === 'counts'
            ? monthly(
                'resold',
                resold.map((units) => units % 6),
              )
            : monthly('resold-proceeds', resold)
        const all = settleTold(schedule, { figures: [...monthly('taken', taken), ...sold] })
        for (const line of all.flatMap(({ lines }) => lines)) {
          assert.equal(checkReasons(line), undefined, line.key)
          assert.ok(line.minor >= 0n)
        }
        all.forEach((settlement, i) => {
          const soFar = all.slice(0, i + 1)
          const exact = (...formulas: string[]) =>
            soFar
              .flatMap(({ lines }) => lines)
              .filter(({ formula }) => formulas.includes(formula))
              .reduce((sum, line) => plus(sum, fromText(line.exact)), nought)
          assert.ok(compare(exact('leaseback-make-up', 'leaseback-refund'), exact('capacity-leaseback')) <= 0)
          const paid = soFar
            .flatMap(({ lines }) => lines)
            .filter(({ formula, exact: amount }) => formula === 'capacity-leaseback' && amount !== '0')
            .reduce((sum, { quantity }) => plus(sum, fromText(quantity)), nought)
          const gone = quantityOfAll(soFar, 'leaseback-make-up', 'leaseback-refund', 'leaseback-expired')
          assert.equal(toText(paid), toText(plus(gone, positionIn(settlement, 'bank'))))
        })
      },
    ),
    { numRuns: 200 },
  )
})

test('TP8 capacity that is leased back is sold, and a backstop on the same block does not pay for it', () => {
  const document = JSON.parse(buyingDocument({ ...lease, covers: ['a'], orders: ['lease'] }, hundred))
  const backstop = { id: 'backstop', kind: 'capacity-backstop', payer: 'vendor', payee: 'cloud', covers: ['a'], price: '2.00' }
  const schedule = scheduleOfText(JSON.stringify({ ...document, clauses: [...document.clauses, backstop] }))
  const span = { from: '2027-01-01T00:00:00Z', to: '2027-02-01T00:00:00Z' }
  const [january] = settleMonths(
    schedule,
    [
      { kind: 'acceptance', source: 'site', id: 'a', at: span.from, block: 'a', tranche: 'all', design: 100, tested: 100 },
      { kind: 'reservation', source: 'desk', id: 'r', ...span, pool: 'north-gb300', gpus: 40, order: 'lease' },
    ],
    { from: '2027-01', through: '2027-01' },
  )
  assert.deepEqual(
    january!.lines.map(({ formula, quantity }) => [formula, quantity]),
    [
      ['capacity-leaseback', '0'],
      ['backstop', toText(hours(60 * 744))],
    ],
  )
})

test('TP8 blocks are not leased back without an order that reserves them; only the guarantor leases back', () => {
  const problems = (clause: object) => problemsOfText(buyingDocument({ ...lease, ...clause }, hundred))
  assert.match(problems({ covers: ['a'] }).join('\n'), /^\/clauses\/0\/covers: blocks are leased back, but no order reserves them/)
  assert.deepEqual(problems({ covers: ['a'], orders: ['lease'] }), [])
  assert.match(problems({ payer: 'buyer' }).join('\n'), /^\/clauses\/0\/payer: `buyer` is a tenant/)
  assert.match(problems({ resale: 'none' }).join('\n'), /^\/clauses\/0\/resale: .*`counts` or `credits`/)
})

test('TP8 each way of counting resale reads its own figure, and says so', () => {
  for (const [resale, figure, words] of [
    ['counts', 'resold', 'counts as taken'],
    ['credits', 'resold-proceeds', 'taken off the payment'],
  ] as const) {
    const schedule = buyingSchedule({ ...lease, resale })
    assert.deepEqual(schedule.clauses[0]!.figures, ['taken', 'excused', figure])
    assert.ok(sentences(schedule, clauseKinds).some(({ text }) => text.includes(words)))
  }
})

test('TP10 a lease is promised period by period', () => {
  // 13 units of 25m a year are 325m: 1.3bn over four years.
  const schedule = buyingSchedule({ ...lease, unit: 'units', minimum: '13', price: '25000000', period: 'year' })
  const all = kindNamed('capacity-leaseback').commitments!(schedule.clauses[0]!, { schedule, from: '2027-01-01', state: {} })
  assert.deepEqual(
    all.map(({ amount, payer }) => [toText(amount), payer]),
    [['325000000', 'vendor']],
  )
  assert.equal(minorOfAll(settleTold(schedule, {}), 'capacity-leaseback'), 32_500_000_000n)
})
