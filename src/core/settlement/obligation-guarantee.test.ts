import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { problemsOfText, refusalsOfMonths, scheduleOfText, settleMonths } from '../../../test/settling.ts'
import { canonical } from '../base/canonical.ts'
import {
  compare,
  decimal,
  fromText,
  least,
  minus,
  nought,
  plus,
  rational,
  times,
  toDecimal,
  toText,
  type Rational,
} from '../base/rational.ts'
import { addDays, dateOf, startOfDate } from '../base/time.ts'
import { checkReasons } from '../statements/explain.ts'
import type { Statement } from '../statements/statement.ts'
import { sentences } from '../terms/sentences.ts'
import { clauseKinds, kindNamed } from './kinds.ts'

type Written = Readonly<Record<string, unknown>>
const rent = (id: string, due: string, amount: string) => ({ id, due, amount })

const documentOf = (clause: Written, more: Written = {}): string =>
  JSON.stringify({
    offtake: 1,
    agreement: 'lease',
    title: 'A lease with a guarantor',
    parties: [
      { id: 'vendor', name: 'The vendor', role: 'guarantor' },
      { id: 'cloud', name: 'The cloud', role: 'operator' },
      { id: 'land', name: 'The landlord', role: 'landlord' },
      { id: 'bank', name: 'The bank', role: 'lender' },
    ],
    zone: 'UTC',
    currency: 'USD',
    term: { from: '2027-01-01', through: '2029-12-31' },
    clauses: [
      { id: 'g', kind: 'obligation-guarantee', payer: 'vendor', payee: 'land', cureDays: 10, electionDays: 15, cap: '1000.00', ...clause },
    ],
    settlement: { due: { days: 30 } },
    ...more,
  })

const event = (id: string, what: string, at: string, of?: string, amount?: string) => ({
  kind: 'event',
  source: 'agent',
  id,
  clause: 'g',
  event: what,
  at: at.includes('T') ? at : `${at}T12:00:00Z`,
  ...(of === undefined ? {} : { of }),
  ...(amount === undefined ? {} : { amount }),
})
const figure = (id: string, what: string, at: string, value: string, of?: string) => ({
  kind: 'figure',
  source: 'treasury',
  id,
  clause: 'g',
  figure: what,
  at: `${at}T00:00:00Z`,
  value,
  ...(of === undefined ? {} : { of }),
})

const positionsOf = (statement: Statement | undefined): Record<string, string> =>
  Object.fromEntries((statement?.positions ?? []).map(({ measure, value }) => [measure, toDecimal(fromText(value))]))
const amounts = (statements: readonly Statement[], formula = 'guarantee-call'): string[] =>
  statements.flatMap(({ month, lines }) => lines.filter((line) => line.formula === formula).map(({ amount }) => `${month} ${amount}`))
/** Their reasons make them. */
const checkPositions = (statements: readonly Statement[]): void => {
  for (const { month, positions } of statements)
    for (const { value, reasons, measure } of positions)
      assert.equal(checkReasons({ exact: value, reasons }), undefined, `${month} ${measure}`)
}

const settled = (clause: Written, readings: readonly object[], through: string, more: Written = {}): Statement[] => {
  const statements = settleMonths(scheduleOfText(documentOf(clause, more)), readings, { from: '2027-01', through })
  checkPositions(statements)
  return statements
}

describe('GU1 GU2 GU3 worked values', () => {
  test('GU1 a lease guarantee of 860m with 470m in escrow: gross 860m, net 390m', () => {
    const payments = Array.from({ length: 5 }, (_, i) => rent(`r-${i}`, `2027-0${i + 2}-15`, '200000000.00'))
    const [january] = settled(
      { obligation: { of: 'rent', payments }, cap: '860000000.00' },
      [figure('e', 'escrow', '2027-01-31', '470000000.00')],
      '2027-01',
    )
    const { gross, net, escrow } = positionsOf(january)
    assert.deepEqual({ gross, net, escrow }, { gross: '860000000', net: '390000000', escrow: '470000000' })
  })

  test('GU2 GU3 cap 100, 80 from 2029: 75 called so far, 30 due in 2028 and called in 2029 pays 25', () => {
    const statements = settled(
      {
        obligation: { of: 'rent', payments: [rent('first', '2028-06-15', '75.00'), rent('second', '2028-12-15', '30.00')] },
        cap: {
          steps: [
            { from: '2027-01-01', value: '100.00' },
            { from: '2029-01-01', value: '80.00' },
          ],
        },
        amortising: true,
      },
      [
        event('1', 'default', '2028-06-16', 'first'),
        event('2', 'call', '2028-07-01', 'first'),
        event('3', 'default', '2028-12-16', 'second', '30.00'),
        event('4', 'call', '2029-01-20', 'second'),
      ],
      '2029-02',
    )
    assert.deepEqual(amounts(statements), ['2028-07 75.00', '2029-01 25.00'])
    const [december, january] = ['2028-12', '2029-01'].map((month) => positionsOf(statements.find((each) => each.month === month)))
    assert.deepEqual([december!['cap-left'], december!['amortised'], december!['gross']], ['25', '0', '25'])
    assert.deepEqual([january!['cap-left'], january!['amortised'], january!['called']], ['0', '0', '100'])
  })

  test('GU2 GU3 neither the cure period nor a step on the due date erodes a call', () => {
    const call = (due: string, step: string) =>
      amounts(
        settled(
          {
            obligation: { of: 'rent', payments: [rent('r', due, '100.00')] },
            cap: {
              steps: [
                { from: '2027-01-01', value: '100.00' },
                { from: step, value: '60.00' },
              ],
            },
          },
          [event('1', 'default', addDays(due, 1), 'r'), event('2', 'call', addDays(due, 11), 'r')],
          '2027-05',
        ),
      )
    assert.deepEqual(call('2027-03-10', '2027-03-10'), ['2027-03 100.00'])
    assert.deepEqual(call('2027-03-10', '2027-03-15'), ['2027-03 100.00'])
    assert.deepEqual(call('2027-03-10', '2027-03-09'), ['2027-03 60.00'])
  })

  test('GU2 a rule: rents of 100.00 on the last of the month, 3 % more a year', () => {
    const rule = { every: 'month', start: '2027-01-31', through: '2028-12-31', amount: '100.00', escalation: '0.03' }
    const [january] = settled({ obligation: { of: 'rent', rule }, cap: '10000.00' }, [], '2027-01')
    // Eleven of 100 and twelve of 103 are left.
    assert.equal(positionsOf(january)['gross'], `${11 * 100 + 12 * 103}`)
    const [statement] = settled(
      { obligation: { of: 'rent', rule }, cap: '10000.00' },
      [event('1', 'default', '2028-03-01', 'rent-2028-02'), event('2', 'call', '2028-03-11', 'rent-2028-02')],
      '2028-03',
    ).slice(-1)
    assert.deepEqual(amounts([statement!]), ['2028-03 103.00'])
    assert.match(statement!.lines[0]!.text, /29 Feb 2028/)
  })
})

const twelve = Array.from({ length: 12 }, (_, i) => rent(`r-${i + 1}`, `2027-${String(i + 1).padStart(2, '0')}-01`, '100.00'))
const inMarch = [event('1', 'default', '2027-03-02', 'r-3'), event('2', 'call', '2027-03-20', 'r-3')]
const offers = (...elections: string[]): Written => ({ obligation: { of: 'rent', payments: twelve }, elections: ['pay', ...elections] })

test('GU2 what rounding takes from a rent that rises is not left unpaid', () => {
  const rule = { every: 'year', start: '2027-02-01', through: '2028-02-01', amount: '100.01', escalation: '0.0333' }
  const statements = settled(
    { obligation: { of: 'rent', rule }, cap: '10000.00' },
    [event('1', 'default', '2028-02-02', 'rent-2028-02'), event('2', 'call', '2028-02-12', 'rent-2028-02')],
    '2028-03',
  )
  // 100.01 × 1.0333 = 103.340333.
  assert.deepEqual(amounts(statements), ['2028-02 103.34'])
  assert.equal(positionsOf(statements.at(-1))['gross'], '0')
})

describe('GU4 elections', () => {
  test('GU4 assume: each rent as it falls due, at the discount, until the cap is used up', () => {
    const clause = { ...offers('assume'), discountedRent: '0.8', cap: '400.00' }
    const statements = settled(clause, [...inMarch, event('3', 'election', '2027-03-25', 'assume')], '2027-08')
    assert.deepEqual(amounts(statements), ['2027-03 100.00'])
    // 400 less 100 called leaves three of 80 and one of 60.
    assert.deepEqual(amounts(statements, 'guarantee-assumed'), [
      '2027-04 80.00',
      '2027-05 80.00',
      '2027-06 80.00',
      '2027-07 60.00',
      '2027-08 0.00',
    ])
    // What is not due yet at the end of March: nine of 80, more than the cap leaves.
    assert.equal(positionsOf(statements[2])['gross'], '300')
    const whole = settled({ ...offers('assume'), cap: '2000.00' }, [...inMarch, event('3', 'election', '2027-03-25', 'assume')], '2027-04')
    assert.deepEqual(amounts(whole, 'guarantee-assumed'), ['2027-04 100.00'])
    assert.equal(positionsOf(whole[2])['gross'], '900')
  })

  test('GU4 assume on a due date takes over what is due that day, and not what was overdue', () => {
    const late = [
      event('1', 'default', '2027-03-02', 'r-3'),
      event('2', 'call', '2027-03-31', 'r-3'),
      event('3', 'election', '2027-04-01', 'assume'),
    ]
    assert.deepEqual(amounts(settled(offers('assume'), late, '2027-05'), 'guarantee-assumed'), ['2027-04 100.00', '2027-05 100.00'])
  })

  test('GU4 sublease: the rent less what the sublease earns, never below nothing; none told counts as none', () => {
    const statements = settled(
      offers('sublease'),
      [
        ...inMarch,
        event('3', 'election', '2027-03-25', 'sublease'),
        figure('a', 'sublease-income', '2027-04-30', '30.00', 'r-4'),
        figure('b', 'sublease-income', '2027-06-30', '150.00', 'r-6'),
      ],
      '2027-06',
    )
    assert.deepEqual(amounts(statements, 'guarantee-sublease'), ['2027-04 70.00', '2027-05 100.00', '2027-06 0.00'])
  })

  test('GU4 a termination fee is paid once, up to the cap, and everything ends', () => {
    const ends = [...inMarch, event('3', 'election', '2027-03-25', 'termination-fee')]
    const statements = settled({ ...offers('termination-fee'), terminationFee: '250.00' }, ends, '2027-05')
    assert.deepEqual(amounts(statements), ['2027-03 100.00'])
    assert.deepEqual(amounts(statements, 'guarantee-termination'), ['2027-03 250.00'])
    const { gross, net, called, amortised, 'cap-left': left } = positionsOf(statements.at(-1))
    assert.deepEqual({ gross, net, called, amortised, left }, { gross: '0', net: '0', called: '350', amortised: '650', left: '0' })
    const cut = settled({ ...offers('termination-fee'), terminationFee: '250.00', cap: '300.00' }, ends, '2027-03')
    assert.deepEqual(amounts(cut, 'guarantee-termination'), ['2027-03 200.00'])
    const told = settled(offers('termination-fee'), [...ends, figure('fee', 'termination-fee', '2027-03-26', '99.00')], '2027-03')
    assert.deepEqual(amounts(told, 'guarantee-termination'), ['2027-03 99.00'])
  })

  test('GU4 who pays on pays what is called, and nothing else', () => {
    const without = settled(offers('assume'), inMarch, '2027-06')
    const on = settled(offers('assume'), [...inMarch, event('3', 'election', '2027-03-25', 'pay')], '2027-06')
    assert.deepEqual(on.map(positionsOf), without.map(positionsOf))
  })
})

test('GU5 escrow that pays first reduces what is called, once, until a new balance is told', () => {
  const readings = [
    figure('e1', 'escrow', '2027-01-31', '50.00'),
    figure('c1', 'collateral', '2027-01-31', '20.00'),
    ...[2, 3, 4, 5].flatMap((month) => [
      event(`d${month}`, 'default', `2027-0${month}-02`, `r-${month}`),
      event(`k${month}`, 'call', `2027-0${month}-20`, `r-${month}`),
    ]),
    figure('e2', 'escrow', '2027-04-15', '40.00'),
  ]
  const clause = { obligation: { of: 'rent', payments: twelve } }
  const first = settled({ ...clause, escrow: 'pays-first' }, readings, '2027-05')
  // 100 − 50 − 20; then nothing is left; then 100 − 40; then nothing is left.
  assert.deepEqual(amounts(first), ['2027-02 30.00', '2027-03 100.00', '2027-04 60.00', '2027-05 100.00'])
  assert.equal(positionsOf(first.at(-1))['called'], '290')
  assert.deepEqual(amounts(settled(clause, readings, '2027-05')), ['2027-02 100.00', '2027-03 100.00', '2027-04 100.00', '2027-05 100.00'])
})

test('GU5 what a call took of the escrow secures nothing any more', () => {
  const payments = [rent('a', '2027-03-01', '100.00'), rent('b', '2027-12-01', '50.00')]
  const told = [
    figure('e', 'escrow', '2027-01-31', '120.00'),
    event('d', 'default', '2027-03-02', 'a'),
    event('c', 'call', '2027-03-20', 'a'),
  ]
  const statements = settled({ obligation: { of: 'rent', payments }, escrow: 'pays-first' }, told, '2027-03')
  const [before, after] = [statements[1], statements[2]].map(positionsOf) as [Record<string, string>, Record<string, string>]
  // 100 of 120 pay the call; 20 stand against the 50 that are left.
  assert.deepEqual([before['gross'], before['escrow'], before['net']], ['150', '120', '30'])
  assert.deepEqual([after['gross'], after['escrow'], after['net'], after['called']], ['50', '20', '30', '0'])
})

test('GU2 GU3 an amendment that lowers the cap erodes no payment that was due before it, and what it takes is amortised', () => {
  const clause = { obligation: { of: 'rent', payments: [rent('a', '2027-03-01', '100.00'), rent('b', '2027-12-01', '50.00')] } }
  const one = documentOf({ ...clause, cap: '100.00' })
  const next = { version: 2, effective: '2027-03-15', previous: scheduleOfText(one).versions[0]!.hash }
  const schedule = scheduleOfText(one, documentOf({ ...clause, cap: '40.00' }, next))
  const unpaid = [event('d', 'default', '2027-03-02', 'a')]
  const range = { from: '2027-01', through: '2027-04' }
  const called = settleMonths(schedule, [...unpaid, event('c', 'call', '2027-03-20', 'a')], range)
  assert.deepEqual(amounts(called), ['2027-03 100.00'])
  const { amortised, 'cap-left': left } = positionsOf(settleMonths(schedule, unpaid, range).at(-1))
  assert.deepEqual({ amortised, left }, { amortised: '60', left: '40' })
})

test('GU5 GU3 what is recovered is paid by the operator, and restores no cap', () => {
  const clause = { obligation: { of: 'rent', payments: twelve }, cap: '150.00' }
  const calls = [...inMarch, event('5', 'default', '2027-04-02', 'r-4'), event('6', 'call', '2027-04-20', 'r-4')]
  const back = settled(clause, [...calls, event('7', 'recovered', '2027-04-02', undefined, '70.00')], '2027-05')
  const [line] = back[3]!.lines.filter(({ formula }) => formula === 'recovery')
  assert.deepEqual([line?.payer, line?.payee, line?.amount], ['cloud', 'vendor', '70.00'])
  assert.deepEqual(amounts(back), ['2027-03 100.00', '2027-04 50.00'])
  assert.equal(positionsOf(back.at(-1))['recovered'], '70')
})

describe('GU6 fee', () => {
  const payments = [rent('a', '2027-10-15', '400000.00'), rent('b', '2028-06-30', '600000.00')]
  const fee = { bps: '150', dayCount: 'act/365F' }

  test('GU6 by local days, whatever hours they have: Sydney, October 2027', () => {
    const statements = settled({ obligation: { of: 'rent', payments }, cap: '2000000.00', fee }, [], '2027-10', {
      zone: 'Australia/Sydney',
    })
    const october = statements.at(-1)!
    assert.equal(october.hours, '743')
    const [line] = october.lines
    assert.deepEqual([line?.payer, line?.payee], ['cloud', 'vendor'])
    // A million until the 15th, when 400,000 fall due and are paid; 600,000 for the other sixteen days.
    const exact = times(rational(15n * 1_000_000n + 16n * 600_000n, 365), decimal('0.015'))
    assert.equal(line?.exact, toText(exact))
    assert.equal(line?.amount, '1010.96')
  })

  test('GU6 a step of the fee parts the line, and another party may pay it', () => {
    const bps = {
      steps: [
        { from: '2027-01-01', value: '100' },
        { from: '2027-01-11', value: '200' },
      ],
    }
    const [january] = settled(
      { obligation: { of: 'rent', payments }, fee: { bps, dayCount: '30E/360' }, feePayer: 'land', cap: '1000000.00' },
      [],
      '2027-01',
    )
    assert.deepEqual(
      january!.lines.map(({ payer, key }) => `${payer} ${key}`),
      ['land g/guarantee-fee//2027-01/1/2027-01-01', 'land g/guarantee-fee//2027-01/1/2027-01-11'],
    )
    // 1m × 1 % × 10/360, and 1m × 2 % × 20/360: the 31st is no day of its own.
    assert.deepEqual(amounts([january!], 'guarantee-fee'), ['2027-01 277.78', '2027-01 1111.11'])
  })

  test('GU6 an amendment in the middle of a month cuts the fee and not its sum', () => {
    const clause = { obligation: { of: 'rent', payments }, cap: '2000000.00', fee }
    const plain = scheduleOfText(documentOf(clause))
    const hash = plain.versions[0]!.hash
    const amended = scheduleOfText(
      documentOf(clause),
      documentOf({ ...clause, cureDays: 5 }, { version: 2, effective: '2027-05-17', previous: hash }),
    )
    assert.equal(amended.clauses.length, 2)
    const sum = (statements: readonly Statement[]) => feeOf(statements)
    const range = { from: '2027-01', through: '2027-07' }
    const [cut, whole] = [settleMonths(amended, [], range), settleMonths(plain, [], range)]
    assert.deepEqual(sum(cut), sum(whole))
    // It stands once, where the last part leaves it.
    assert.deepEqual(
      cut.map(({ positions }) => positions.map(({ measure }) => measure)),
      whole.map(({ positions }) => positions.map(({ measure }) => measure)),
    )
    assert.deepEqual(cut.map(positionsOf), whole.map(positionsOf))
  })
})

const feeOf = (statements: readonly Statement[]): Rational =>
  statements
    .flatMap(({ lines }) => lines)
    .filter(({ formula }) => formula === 'guarantee-fee')
    .reduce((sum, { exact }) => plus(sum, fromText(exact)), nought)

describe('GU7 refusals', () => {
  const clause = { ...offers('assume', 'termination-fee'), electionDays: 5 }
  const refused = (...readings: object[]) =>
    refusalsOfMonths(scheduleOfText(documentOf(clause)), readings, { from: '2027-01', through: '2027-06' })
  const cases: readonly (readonly [what: string, readings: readonly object[], sentence: string])[] = [
    [
      'a call without default',
      [event('1', 'call', '2027-03-20', 'r-3')],
      'the call of r-3, told of 2027-03-20 12:00:00 +00:00, comes without a default that is not cured.',
    ],
    [
      'a call of what was cured',
      [inMarch[0]!, event('c', 'cured', '2027-03-10', 'r-3'), inMarch[1]!],
      'the call of r-3, told of 2027-03-20 12:00:00 +00:00, comes without a default that is not cured.',
    ],
    [
      'a call before the cure period is over',
      [inMarch[0]!, event('2', 'call', '2027-03-11T23:59:59Z', 'r-3')],
      'the call of r-3, told of 2027-03-11 23:59:59 +00:00, comes before its cure period is over: 2027-03-12 is the first date.',
    ],
    ['a call of nothing', [event('1', 'call', '2027-03-20')], 'the call, told of 2027-03-20 12:00:00 +00:00, names no payment.'],
    [
      'a default before the due date is over',
      [event('1', 'default', '2027-03-01', 'r-3')],
      'the default of r-3, told of 2027-03-01 12:00:00 +00:00, comes before its due date, 2027-03-01, is over.',
    ],
    [
      'a default of a payment that is none',
      [event('1', 'default', '2027-03-02', 'r-13')],
      'the default of r-13, told of 2027-03-02 12:00:00 +00:00, names r-13, which is none of its payments.',
    ],
    [
      'a default of more than is due',
      [event('1', 'default', '2027-03-02', 'r-3', '100.01')],
      'the default of r-3, told of 2027-03-02 12:00:00 +00:00, is of more than the payment.',
    ],
    [
      'a default twice',
      [inMarch[0]!, event('2', 'default', '2027-04-02', 'r-3')],
      'the default of r-3, told of 2027-04-02 12:00:00 +00:00, comes twice: it is in default already.',
    ],
    [
      'a cure without default',
      [event('1', 'cured', '2027-03-10', 'r-3')],
      'the cured of r-3, told of 2027-03-10 12:00:00 +00:00, comes without a default.',
    ],
    [
      'an election before any call',
      [inMarch[0]!, event('3', 'election', '2027-03-10', 'assume')],
      'the election of assume, told of 2027-03-10 12:00:00 +00:00, comes before any call.',
    ],
    [
      'an election out of its window, in the month after',
      [...inMarch, event('3', 'election', '2027-04-26', 'assume')],
      'the election of assume, told of 2027-04-26 12:00:00 +00:00, comes after its window: 2027-03-25 was the last date.',
    ],
    [
      'an election that is not offered',
      [...inMarch, event('3', 'election', '2027-03-21', 'sublease')],
      'the election of sublease, told of 2027-03-21 12:00:00 +00:00, is none that the terms offer: they offer pay, assume, termination-fee.',
    ],
    [
      'a second election',
      [...inMarch, event('3', 'election', '2027-03-21', 'assume'), event('4', 'election', '2027-03-22', 'pay')],
      'the election of pay, told of 2027-03-22 12:00:00 +00:00, comes after assume was elected on 2027-03-21.',
    ],
    [
      'a default of what the guarantor took over',
      [...inMarch, event('3', 'election', '2027-03-21', 'assume'), event('4', 'default', '2027-04-02', 'r-4')],
      "the default of r-4, told of 2027-04-02 12:00:00 +00:00, is the guarantor's own: it took the payment over on 2027-03-21.",
    ],
    [
      'more recovered than was paid',
      [...inMarch, event('7', 'recovered', '2027-04-02', undefined, '100.01')],
      '100.01 is recovered in all, more than the 100 that was paid under it.',
    ],
    [
      'a termination fee that nobody tells',
      [...inMarch, event('3', 'election', '2027-03-21', 'termination-fee')],
      'termination-fee is elected, and no figure termination-fee is told: tell how much it is.',
    ],
    [
      'a default after the end',
      [
        ...inMarch,
        event('3', 'election', '2027-03-21', 'termination-fee'),
        figure('f', 'termination-fee', '2027-03-21', '1.00'),
        event('4', 'default', '2027-04-02', 'r-4'),
      ],
      'the default of r-4, told of 2027-04-02 12:00:00 +00:00, comes after the guarantee ended on 2027-03-21.',
    ],
    [
      'what comes before it begins',
      [event('1', 'recovered', '2026-12-31', undefined, '1.00')],
      'the recovered, told of 2026-12-31 12:00:00 +00:00, comes before the guarantee begins.',
    ],
  ]
  for (const [what, readings, sentence] of cases)
    test(`GU7 ${what}`, () => assert.deepEqual(refused(...readings), [`Clause g: ${sentence}`]))
})

describe('GU8 commitments', () => {
  const clause = {
    obligation: {
      of: 'rent',
      payments: [rent('a', '2027-03-01', '30.00'), rent('b', '2028-03-01', '30.00'), rent('c', '2029-03-01', '30.00')],
    },
    cap: {
      steps: [
        { from: '2027-01-01', value: '100.00' },
        { from: '2028-01-01', value: '50.00' },
      ],
    },
    elections: ['pay', 'assume', 'termination-fee'],
    discountedRent: '0.5',
    terminationFee: '10.00',
  }
  const promised = (schedule: ReturnType<typeof scheduleOfText>, readings: readonly object[], through: string) => {
    const statement = settleMonths(schedule, readings, { from: '2027-01', through }).at(-1)!
    return schedule.clauses
      .flatMap((each) =>
        kindNamed(each.kind).commitments!(each, { schedule, from: statement.to.slice(0, 10), state: statement.closing['g']! }),
      )
      .map(({ from, amount, nature }) => `${from} ${toDecimal(amount)} ${nature}`)
  }
  const one = scheduleOfText(documentOf(clause))
  const called = [event('1', 'default', '2027-03-02', 'a'), event('2', 'call', '2027-03-12', 'a')]

  test('GU8 by due date, cut by the caps', () => {
    // 30 of 100; then 20 of what 50 leave; then nothing.
    assert.deepEqual(promised(one, [], '2027-01'), ['2027-03-01 30 contingent', '2028-03-01 20 contingent'])
    assert.deepEqual(promised(one, called, '2027-03'), ['2028-03-01 20 contingent'])
  })

  test('GU8 what is in default may be called at any time; what was assumed is firm; what ended promises nothing', () => {
    assert.deepEqual(promised(one, called.slice(0, 1), '2027-03'), ['2027-04-01 30 contingent', '2028-03-01 20 contingent'])
    assert.deepEqual(promised(one, [...called, event('3', 'election', '2027-03-13', 'assume')], '2027-03'), [
      '2028-03-01 15 firm',
      '2029-03-01 5 firm',
    ])
    assert.deepEqual(promised(one, [...called, event('3', 'election', '2027-03-13', 'termination-fee')], '2027-03'), [])
  })

  test('GU8 a promise is rounded as what is paid will be, and draws on the cap so', () => {
    const rule = { every: 'year', start: '2027-03-01', through: '2029-03-01', amount: '10.01', escalation: '0.05' }
    const rising = scheduleOfText(documentOf({ obligation: { of: 'rent', rule }, cap: '31.00' }))
    // 10.01; 10.5105, which is 10.51; and of 11.036025 what 31 − 20.52 leave.
    const expected = ['2027-03-01 10.01 contingent', '2028-03-01 10.51 contingent', '2029-03-01 10.48 contingent']
    assert.deepEqual(promised(rising, [], '2027-01'), expected)
  })

  test('GU8 the slices of an amended clause promise together, and once', () => {
    const two = scheduleOfText(
      documentOf(clause),
      documentOf({ ...clause, cureDays: 3 }, { version: 2, effective: '2028-02-01', previous: one.versions[0]!.hash }),
    )
    assert.equal(two.clauses.length, 2)
    assert.deepEqual(promised(two, [], '2027-01'), promised(one, [], '2027-01'))
  })
})

type Story = Readonly<{
  clause: Written
  readings: readonly ReturnType<typeof event | typeof figure>[]
  initial: string
  caps: readonly (readonly [string, string])[]
}>

const dates = fc.integer({ min: 0, max: 700 }).map((days) => addDays('2027-01-01', days))
const cents = (min: number, max: number) =>
  fc.integer({ min, max }).map((all) => `${Math.floor(all / 100)}.${String(all % 100).padStart(2, '0')}`)

/** Rents, a cap that falls, and what happens to each rent: nothing, a default, a cure, one or two calls. */
const anyStory = fc
  .record({
    dues: fc.uniqueArray(dates, { minLength: 1, maxLength: 8 }),
    amounts: fc.array(cents(1, 20_000), { minLength: 8, maxLength: 8 }),
    caps: fc.array(fc.integer({ min: 0, max: 60_000 }), { minLength: 1, maxLength: 3 }),
    fates: fc.array(
      fc.record({
        what: fc.constantFrom('paid', 'default', 'cured', 'called', 'twice'),
        wait: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 90 })),
      }),
      { minLength: 8, maxLength: 8 },
    ),
    escrow: fc.array(fc.tuple(dates, cents(0, 30_000)), { maxLength: 3 }),
    paysFirst: fc.boolean(),
    period: fc.constantFrom('month', 'quarter', 'year'),
    cureDays: fc.integer({ min: 0, max: 30 }),
  })
  .map(({ dues, amounts: rents, caps, fates, escrow, paysFirst, period, cureDays }): Story => {
    const falling = caps.toSorted((a, b) => b - a).map((all) => `${Math.floor(all / 100)}.${String(all % 100).padStart(2, '0')}`)
    const steps = falling.map((value, i) => ({ from: addDays('2027-01-01', i * 300), value }))
    const payments = dues.map((due, i) => rent(`p${i}`, due, rents[i]!))
    const readings = payments.flatMap(({ id, due }, i) => {
      const { what, wait } = fates[i]!
      const first = addDays(due, cureDays + 1)
      const told = what === 'paid' ? [] : [event(`d${id}`, 'default', addDays(due, 1), id)]
      const cured = what === 'cured' ? [event(`c${id}`, 'cured', addDays(due, 1 + wait), id)] : []
      const calls =
        what === 'called' || what === 'twice'
          ? [event(`k${id}`, 'call', addDays(first, wait), id, what === 'twice' ? '3.33' : undefined)]
          : []
      const again = what === 'twice' ? [event(`l${id}`, 'call', addDays(first, wait + 20), id)] : []
      return [...told, ...cured, ...calls, ...again]
    })
    const balances = [...new Map(escrow).entries()].map(([at, value], i) => figure(`e${i}`, 'escrow', at, value))
    return {
      clause: {
        obligation: { of: 'rent', payments },
        cap: { steps },
        amortising: true,
        cureDays,
        period,
        escrow: paysFirst ? 'pays-first' : 'repays',
        fee: { bps: '37.5', dayCount: 'act/act' },
      },
      readings: [...readings, ...balances],
      initial: falling[0]!,
      caps: steps.map(({ from, value }) => [from, value]),
    }
  })

const tell = ({ clause, readings }: Story, more: readonly object[] = []): Statement[] => settled(clause, [...readings, ...more], '2029-12')
const runs = { numRuns: 20 }

/** What holds at the end of every period. */
const checkStanding = (positions: Statement['positions'], called: Rational, initial: string): void => {
  const value = (measure: string) => fromText(positions.find((each) => each.measure === measure)!.value)
  assert.deepEqual(value('called'), called)
  assert.deepEqual(plus(plus(value('called'), value('cap-left')), value('amortised')), decimal(initial))
  for (const measure of ['called', 'cap-left', 'amortised', 'net']) assert.ok(value(measure).n >= 0n, measure)
  assert.ok(compare(value('net'), value('gross')) <= 0)
  assert.ok(compare(value('gross'), value('cap-left')) <= 0)
}

describe('GU1 GU2 GU3 laws', () => {
  test('GU2 GU3 GU1 a guarantee never pays over its cap; initial cap = called + cap left + amortised; net is between nothing and gross', () => {
    fc.assert(
      fc.property(anyStory, (story) => {
        const paid = new Map<string, Rational>()
        let called = nought
        for (const { lines, positions } of tell(story)) {
          for (const { formula, key, amount, from } of lines) {
            if (formula !== 'guarantee-call') continue
            const id = key.split('/').at(-1)!.split('#')[0]!
            paid.set(id, plus(paid.get(id) ?? nought, decimal(amount)))
            called = plus(called, decimal(amount))
            const before = story.caps.findLast(([at]) => at < from.slice(0, 10)) ?? story.caps[0]!
            assert.ok(decimal(amount).n === 0n || compare(called, decimal(before[1])) <= 0, key)
          }
          if (positions.length > 0) checkStanding(positions, called, story.initial)
        }
        assert.ok(compare(called, decimal(story.initial)) <= 0)
        const { payments } = story.clause['obligation'] as { payments: ReturnType<typeof rent>[] }
        for (const { id, amount } of payments) assert.ok(compare(paid.get(id) ?? nought, decimal(amount)) <= 0)
      }),
      { numRuns: 60 },
    )
  })

  test('GU2 readings in any order, under any names, make the same bytes', () => {
    const shuffled = anyStory.chain((story) =>
      fc.tuple(
        fc.constant(story),
        fc.shuffledSubarray([...story.readings], { minLength: story.readings.length }),
        fc.integer({ min: 2, max: 9 }),
      ),
    )
    fc.assert(
      fc.property(shuffled, ([story, readings, turn]) => {
        const renamed = readings.map((each, i) => ({ ...each, source: `s${(i * turn) % 7}`, id: `${turn}-${i}` }))
        const told = (statements: readonly Statement[]) =>
          canonical(statements.map(({ lines, positions, closing }) => ({ lines, positions, closing })))
        assert.equal(told(tell({ ...story, readings: renamed })), told(tell(story)))
      }),
      runs,
    )
  })

  test('GU2 readings in any order, under any names: a default and a call at one instant', () => {
    const pays = (defaulted: string, called: string) =>
      amounts(
        settled(
          { obligation: { of: 'rent', payments: twelve }, cureDays: 0 },
          [event(defaulted, 'default', '2027-03-02', 'r-3'), event(called, 'call', '2027-03-02', 'r-3')],
          '2027-03',
        ),
      )
    assert.deepEqual(pays('a', 'b'), ['2027-03 100.00'])
    assert.deepEqual(pays('b', 'a'), pays('a', 'b'))
  })

  test('GU2 two calls in one period pay the same whichever comes first', () => {
    const payments = [rent('a', '2027-02-01', '60.00'), rent('b', '2027-02-20', '60.00')]
    const cap = {
      steps: [
        { from: '2027-01-01', value: '100.00' },
        { from: '2027-02-10', value: '90.00' },
      ],
    }
    const calls = (a: string, b: string) =>
      amounts(
        settled(
          { obligation: { of: 'rent', payments }, cap, cureDays: 0 },
          [
            event('1', 'default', '2027-02-21', 'a'),
            event('2', 'default', '2027-02-21', 'b'),
            event('3', 'call', `2027-03-${a}`, 'a'),
            event('4', 'call', `2027-03-${b}`, 'b'),
          ],
          '2027-03',
        ),
      )
    assert.deepEqual(calls('05', '06'), ['2027-03 60.00', '2027-03 30.00'])
    assert.deepEqual(calls('06', '05'), calls('05', '06'))
  })

  test('GU3 recoveries restore nothing', () => {
    fc.assert(
      fc.property(anyStory, cents(1, 5_000), (story, back) => {
        const plain = tell(story)
        const called = (statement: Statement) => fromText(statement.positions.find(({ measure }) => measure === 'called')?.value ?? '0')
        const first = plain.find((statement) => compare(called(statement), decimal(back)) >= 0)
        // Told as soon as so much was paid, in the month after: what is carried from there has it.
        if (first === undefined || first.month === '2029-12') return
        const again = tell(story, [event('back', 'recovered', first.to, undefined, back)])
        const cap = (statements: readonly Statement[]) =>
          statements.flatMap(({ positions }) =>
            positions.filter(({ measure }) => ['cap-left', 'called', 'gross', 'amortised'].includes(measure)).map(({ value }) => value),
          )
        assert.deepEqual(cap(again), cap(plain))
        assert.deepEqual(
          amounts(again, 'recovery').map((each) => each.slice(8)),
          [back],
        )
      }),
      runs,
    )
  })
})

/** The fee day by day, from the story alone: nothing was called. */
const feeByDay = (clause: Written, readings: readonly Readonly<Record<string, unknown>>[], caps: Story['caps']): Rational => {
  const { payments } = clause['obligation'] as { payments: ReturnType<typeof rent>[] }
  let fee = nought
  for (let day = '2027-01-01'; day <= '2029-12-31'; day = addDays(day, 1)) {
    const told = (what: string, id: string) =>
      readings.some(
        (each) => each['event'] === what && each['of'] === id && dateOf(startOfDate(String(each['at']).slice(0, 10), 'UTC'), 'UTC') < day,
      )
    const covered = payments
      .filter(({ id, due }) => due >= day || (told('default', id) && !told('cured', id)))
      .reduce((sum, { amount }) => plus(sum, decimal(amount)), nought)
    const cap = decimal(caps.findLast(([from]) => from <= day)![1])
    fee = plus(fee, times(least(covered, cap), rational(375, day.startsWith('2028') ? 36_600_000 : 36_500_000)))
  }
  return fee
}

test('GU6 the fee adds up whatever cuts the time, and is that of its days', () => {
  fc.assert(
    fc.property(anyStory, (story) => {
      const uncalled = story.readings.filter((each) => !('event' in each && each.event === 'call'))
      const exact = (period: string) => feeOf(tell({ ...story, clause: { ...story.clause, period }, readings: uncalled }))
      const byDay = feeByDay(story.clause, uncalled, story.caps)
      for (const period of ['month', 'quarter', 'year']) assert.deepEqual(minus(exact(period), byDay), nought, period)
    }),
    { numRuns: 10 },
  )
})

test('GU6 with calls, too, one after the other', () => {
  fc.assert(
    fc.property(anyStory, (story) => {
      // Called in the order of their due dates, each as soon as it may be.
      const { payments } = story.clause['obligation'] as { payments: ReturnType<typeof rent>[] }
      const readings = payments.flatMap(({ id, due }) => [
        event(`d${id}`, 'default', addDays(due, 1), id),
        event(`k${id}`, 'call', `${addDays(due, 1 + (story.clause['cureDays'] as number))}T18:00:00Z`, id),
      ])
      const exact = (period: string) => feeOf(tell({ ...story, clause: { ...story.clause, period }, readings }))
      assert.deepEqual(exact('quarter'), exact('month'))
      assert.deepEqual(exact('year'), exact('month'))
    }),
    { numRuns: 10 },
  )
})

describe('GU12 a guarantee that contradicts itself', () => {
  const good = offers('assume', 'termination-fee')
  const problems = (clause: Written) => problemsOfText(documentOf({ ...good, ...clause }))
  const payments = [rent('a', '2027-03-01', '30.00')]
  const cases: readonly (readonly [what: string, clause: Written, problem: string])[] = [
    [
      'a cap that rises though it amortises',
      {
        amortising: true,
        cap: {
          steps: [
            { from: '2027-01-01', value: '100.00' },
            { from: '2028-01-01', value: '120.00' },
          ],
        },
      },
      '/clauses/0/cap/steps/1/value: rises from "100.00" to "120.00": a cap that is `amortising: true` never does',
    ],
    [
      'a cap with a hole before its first step',
      { cap: { steps: [{ from: '2027-02-01', value: '100.00' }] } },
      '/clauses/0/cap/steps/0/from: 2027-02-01 is after the clause starts, 2027-01-01: the first step should start then or before',
    ],
    [
      'steps of a cap that overlap',
      {
        cap: {
          steps: [
            { from: '2027-01-01', value: '100.00' },
            { from: '2027-01-01', value: '90.00' },
          ],
        },
      },
      '/clauses/0/cap/steps/1/from: 2027-01-01 has a step before: give each start one value',
    ],
    ['a cap of too many digits', { cap: '100.001' }, '/clauses/0/cap: "100.001" has more digits than USD, which has 2: round it'],
    [
      'a discount of what is not offered',
      { elections: ['pay', 'termination-fee'], discountedRent: '0.8' },
      '/clauses/0/discountedRent: `assume` is not among `elections`: offer it, or leave this out',
    ],
    [
      'a fee of what is not offered',
      { elections: ['pay', 'assume'], terminationFee: '1.00' },
      '/clauses/0/terminationFee: `termination-fee` is not among `elections`: offer it, or leave this out',
    ],
    [
      'an election without a window',
      { electionDays: undefined },
      '/clauses/0: `electionDays` is missing: say within how many days after a call the guarantor elects',
    ],
    [
      'a payment before the clause',
      { obligation: { of: 'rent', payments: [rent('a', '2026-12-31', '1.00')] } },
      '/clauses/0/obligation/payments/0/due: 2026-12-31 is before the clause starts, 2027-01-01',
    ],
    [
      'a payment after the clause',
      { obligation: { of: 'rent', payments: [rent('a', '2030-01-01', '1.00')] } },
      '/clauses/0/obligation/payments/0/due: 2030-01-01 is after the clause ends, 2029-12-31',
    ],
    [
      'a payment that could never be called',
      { obligation: { of: 'rent', payments: [rent('a', '2029-12-25', '1.00')] } },
      '/clauses/0/obligation/payments/0/due: what is due on 2029-12-25 can be called from 2030-01-05, after the clause ends, 2029-12-31: let the clause run until then',
    ],
    [
      'two payments of one name',
      { obligation: { of: 'rent', payments: [...payments, ...payments] } },
      '/clauses/0/obligation/payments/1/id: `a` is already the payment at /clauses/0/obligation/payments/0/id: give each its own',
    ],
    [
      'a rule that ends before it starts',
      { obligation: { of: 'rent', rule: { every: 'month', start: '2027-03-01', through: '2027-02-01', amount: '1.00' } } },
      '/clauses/0/obligation/rule/through: 2027-02-01 is before the first payment, 2027-03-01',
    ],
    [
      'a rule that goes on after the clause',
      { obligation: { of: 'rent', rule: { every: 'year', start: '2027-03-01', through: '2032-02-01', amount: '1.00' } } },
      '/clauses/0/obligation/rule/through: 2031-03-01 is after the clause ends, 2029-12-31',
    ],
    [
      'a payer of a fee that is none',
      { feePayer: 'cloud' },
      '/clauses/0/feePayer: there is no `fee` to pay: say what it is, or leave this out',
    ],
    [
      'a guarantor who pays itself',
      { fee: { bps: '10', dayCount: 'act/360' }, feePayer: 'vendor' },
      '/clauses/0/feePayer: `vendor` is the guarantor and earns the fee: name who pays it',
    ],
    [
      'a payer of a fee whom nobody knows',
      { fee: { bps: '10', dayCount: 'act/360' }, feePayer: 'clout' },
      '/clauses/0/feePayer: `clout` names no party: did you mean `cloud`?',
    ],
    [
      'an election that is none',
      { elections: ['run'] },
      '/clauses/0/elections/0: is "run": should be `pay`, `assume`, `sublease`, `termination-fee`',
    ],
    [
      'a beneficiary that is none',
      { payee: 'cloud' },
      '/clauses/0/payee: `cloud` is the operator: a obligation-guarantee is paid by the guarantor to a landlord or a lender',
    ],
  ]
  for (const [what, clause, problem] of cases) test(`GU12 ${what}`, () => assert.deepEqual(problems(clause), [problem]))
  test('GU12 the good one has no problem', () => assert.deepEqual(problems({}), []))
})

test('GU12 the sentences say every number', () => {
  const clause = {
    ...offers('assume', 'sublease', 'termination-fee'),
    obligation: {
      of: 'debt-service',
      rule: { every: 'quarter', start: '2027-03-31', through: '2029-09-30', amount: '250.50', escalation: '0.025' },
    },
    payee: 'bank',
    cap: {
      steps: [
        { from: '2027-01-01', value: '900.00' },
        { from: '2028-07-01', value: '450.00' },
      ],
    },
    amortising: true,
    discountedRent: '0.85',
    terminationFee: '75.00',
    escrow: 'pays-first',
    fee: { bps: '37.5', dayCount: 'act/360' },
  }
  const said = sentences(scheduleOfText(documentOf(clause)), clauseKinds)
    .filter((each) => each.clause === 'g')
    .map(({ pointer, text }) => `${pointer.replace('/clauses/0', '')}: ${text}`)
  assert.deepEqual(said, [
    ': The vendor guarantees The bank debt service of The cloud, settled each month, from 2027-01-01 through 2029-12-31.',
    '/obligation/rule: 250.50 USD are due every quarter from 2027-03-31 through 2029-09-30, 2.5 % more from each anniversary of the first: 11 payments, debt-service-2027-03 to debt-service-2029-09.',
    '/cap: All calls together come to at most 900.00 USD until 2028-06-30, then 450.00 USD; recoveries do not restore it.',
    '/amortising: The cap never rises.',
    '/cureDays: A payment in default may be called when 10 days after its due date are over.',
    '/elections: Within 15 days after a call the guarantor may go on paying what is called; assume the obligation and pay 85.0 % of each payment as it falls due; sublease and pay each payment as it falls due, less the income of the sublease; or end it for a fee of 75.00 USD, paid once.',
    '/escrow: Escrow and collateral pay first, and a call is for the rest.',
    '/fee: The cloud pays the guarantor 37.5 bps a year of the gross exposure of each day, act/360, each month.',
  ])
})
