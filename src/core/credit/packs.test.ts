import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { agreementOf, clauseOf, dollars, paidLine, portfolioOf, positionOf, recordOf, statementOf } from '../../../test/register.ts'
import { backstopOf, term2027 } from '../../../test/world.ts'
import { nextMonth, type Month } from '../base/time.ts'
import { expectedLoss } from './expected-loss.ts'
import type { Pack, PackRow } from './pack.ts'
import { makePack, packKinds } from './packs.ts'
import type { Portfolio } from './portfolio.ts'
import type { AgreementRecord } from './record.ts'
import { makeRegister } from './register.ts'
import { reportedPeriods, rollForward } from './roll-forward.ts'

type Said = Readonly<{ gross?: string; escrow?: string; called?: string; recovered?: string }>
/** A guarantee of a lease from 2027-01-01 through 2030-12-31, with positions month by month. */
const leaseOf = (said: readonly Said[]): AgreementRecord => {
  const clause = clauseOf('guarantee', 'nvidia', 'landlord', '2027-01-01', '2030-12-31')
  const statements = said.map((each, i) =>
    statementOf(
      'one',
      nextMonth('2027-01', i),
      Object.entries(each).map(([measure, value]) => positionOf('guarantee', measure as 'gross', value)),
    ),
  )
  return recordOf(agreementOf('one', 'partner', [clause]), statements)
}
const valued = (more: Partial<Portfolio['valuations'][number]> = {}): Portfolio['valuations'] => [
  { agreement: 'one', clause: 'guarantee', fairValueAtInception: '1461.00', fairValues: [], ...more },
]
const curve: Portfolio['counterparties'] = [
  {
    id: 'partner',
    name: 'Partner',
    lossGivenDefault: '0.5',
    cumulativeDefault: [
      { years: 1, probability: '0.02' },
      { years: 5, probability: '0.10' },
    ],
  },
]
const packOf = (
  name: string,
  treatment: string | undefined,
  records: readonly AgreementRecord[],
  asOf: Month,
  more: Partial<Portfolio> = {},
): Pack => {
  const pack = makePack({ records, asOf, portfolio: portfolioOf(more) }, name, treatment)
  assert.ok(pack !== undefined)
  return pack
}
const amountsOf = ({ rows }: Pack, instrument = 'one/guarantee') =>
  rows.filter((row) => row.instrument === instrument && row.minor !== undefined).map(({ period, item, minor }) => [period, item, minor])

/** Works every roll-forward of a pack out again: opening + movements = closing = next opening. Answers with how many periods there were. */
const ties = ({ rows }: Pack): number => {
  let [balance, periods]: [bigint, number] = [0n, 0]
  let at: bigint | undefined
  let instrument = ''
  for (const row of rows as readonly (PackRow & { minor: bigint })[]) {
    if (row.item.endsWith(', opening')) {
      if (row.instrument !== instrument) balance = 0n
      instrument = row.instrument
      assert.equal(row.minor, balance, `${row.instrument} ${row.period} opens with what the period before closed with`)
      at = row.minor
    } else if (row.item.endsWith(', closing')) {
      assert.equal(row.minor, at, `${row.instrument} ${row.period} ties`)
      balance = row.minor
      at = undefined
      periods++
    } else if (at !== undefined) at += row.minor
  }
  return periods
}

test('CR20 a stand-ready liability of 1,461.00 over 1,461 days is released at 1.00 a day', () => {
  // Fiscal 2027 counts through January 2027, fiscal 2028 through January 2028: 31 and 365 days.
  const pack = packOf('asc460', 'systematic', [leaseOf([{ gross: '9000' }])], '2028-03', { valuations: valued() })
  assert.deepEqual(amountsOf(pack), [
    ['FY2027', 'Stand-ready liability, opening', 0n],
    ['FY2027', 'Additions, at fair value at inception', 1461_00n],
    ['FY2027', 'Released by days', -31_00n],
    ['FY2027', 'Stand-ready liability, closing', 1430_00n],
    ['FY2028', 'Stand-ready liability, opening', 1430_00n],
    ['FY2028', 'Released by days', -365_00n],
    ['FY2028', 'Stand-ready liability, closing', 1065_00n],
    // February and March 2028: 29 + 31 days.
    ['FY2029', 'Stand-ready liability, opening', 1065_00n],
    ['FY2029', 'Released by days', -60_00n],
    ['FY2029', 'Stand-ready liability, closing', 1005_00n],
    ['', 'Maximum potential payments, undiscounted', 9000_00n],
    ['', 'Carrying amount', 1005_00n],
    ['', 'Net of escrow and collateral', 9000_00n],
  ])
})

test('CR20 the same liability by expiry and by fair values', () => {
  const lease = [leaseOf([{ gross: '9000', escrow: '400', called: '10' }])]
  const expiry = packOf('asc460', 'expiry', lease, '2031-02', { valuations: valued() })
  const closing = amountsOf(expiry).filter(([, item]) => item === 'Stand-ready liability, closing')
  assert.deepEqual(closing, [
    ...['FY2027', 'FY2028', 'FY2029', 'FY2030'].map((year) => [year, 'Stand-ready liability, closing', 1461_00n]),
    ['FY2031', 'Stand-ready liability, closing', 0n],
    ['FY2032', 'Stand-ready liability, closing', 0n],
  ])
  // On its very last day it is released already.
  const lastDay = packOf('asc460', 'expiry', lease, '2030-12', { valuations: valued() })
  assert.deepEqual(
    amountsOf(lastDay).findLast(([, item]) => item === 'Stand-ready liability, closing'),
    ['FY2031', 'Stand-ready liability, closing', 0n],
  )
  // It has ended: what was called stays, what was held for it does not.
  assert.deepEqual(amountsOf(expiry).slice(-2), [
    ['', 'Called so far', 10_00n],
    ['', 'Net of escrow and collateral', 0n],
  ])
  const fair = packOf('asc460', 'fair-value', lease, '2031-01', {
    valuations: valued({
      fairValues: [
        { on: '2028-01-31', amount: '1500.00' },
        { on: '2028-06-30', amount: '900.00' },
      ],
    }),
  })
  assert.deepEqual(
    amountsOf(fair)
      .filter(([, item]) => item !== 'Stand-ready liability, opening')
      .slice(0, 8),
    [
      ['FY2027', 'Additions, at fair value at inception', 1461_00n],
      ['FY2027', 'Stand-ready liability, closing', 1461_00n],
      ['FY2028', 'Change in fair value', 39_00n],
      ['FY2028', 'Stand-ready liability, closing', 1500_00n],
      ['FY2029', 'Change in fair value', -600_00n],
      ['FY2029', 'Stand-ready liability, closing', 900_00n],
      ['FY2030', 'Stand-ready liability, closing', 900_00n],
      ['FY2031', 'Released on expiry', -900_00n],
    ],
  )
})

test('CR19 every roll-forward ties, under every treatment, whatever happened', () => {
  const cents = fc.bigInt({ min: 0n, max: 10n ** 12n })
  const text = cents.map((minor) => `${minor / 100n}.${String(minor % 100n).padStart(2, '0')}`)
  const anySaid = fc.record({ gross: text, escrow: text, called: text, recovered: text })
  const pack = fc.constantFrom(...packKinds.flatMap(({ pack: name, treatments }) => treatments.map(({ id }) => [name, id] as const)))
  const dates = fc
    .uniqueArray(fc.integer({ min: 0, max: 1800 }), { maxLength: 4 })
    .map((days) => days.toSorted((a, b) => a - b).map((day) => Temporal.PlainDate.from('2026-11-01').add({ days: day }).toString()))
  fc.assert(
    fc.property(
      fc.array(anySaid, { minLength: 1, maxLength: 30 }),
      pack,
      text,
      dates,
      fc.array(text, { minLength: 4, maxLength: 4 }),
      fc.integer({ min: 0, max: 60 }),
      (said, [name, treatment], initial, on, amounts, last) => {
        const fairValues = on.map((date, i) => ({ on: date, amount: amounts[i]! }))
        const more = { valuations: valued({ fairValueAtInception: initial, fairValues }), counterparties: curve }
        const made = packOf(name, treatment, [leaseOf(said)], nextMonth('2027-01', last), more)
        const periods = ties(made)
        if (['asc460', 'asc326', 'ifrs9'].includes(name)) assert.ok(periods > 0)
        if (last >= 48 && periods > 0)
          assert.equal(made.rows.findLast(({ item }) => item.endsWith(', closing'))!.minor, 0n, 'all ends at nothing')
      },
    ),
    { numRuns: 60 },
  )
})

test('CR19 debt of a data-centre company ties from its maturities to what is long-term: 11,171,485 to 7,423,837', () => {
  // As reported, in thousands of dollars: maturities, less discount, less what is due within a year.
  const maturities = [986_052n, 4_218_457n, 2_833_142n, 1_010_054n, 123_780n, 2_000_000n]
  const source = { kind: 'worked', how: 'as reported' } as const
  const row = { instrument: 'notes', counterparty: 'lenders' }
  const movements = maturities.map((minor) => ({ item: 'Due', minor, source }))
  const rows = rollForward(row, 'Debt', [
    { label: 'principal', movements, closing: 11_171_485n, closingSource: source },
    { label: 'discount', movements: [{ item: 'Discount', minor: -119_984n, source }], closing: 11_051_501n, closingSource: source },
    { label: 'current', movements: [{ item: 'Current', minor: -3_627_664n, source }], closing: 7_423_837n, closingSource: source },
  ])
  assert.equal(rows.at(-1)!.minor, 7_423_837n)
  const off = [{ label: 'principal', movements, closing: 11_171_484n, closingSource: source }]
  assert.throws(() => rollForward(row, 'Debt', off), /moves to 11171485 and not to 11171484/)
})

test('CR19 months make the fiscal years that are reported, the last one through the month asked for', () => {
  assert.deepEqual(
    reportedPeriods({ yearEndsOnLast: 'sunday', of: 'january' }, '2026-12', '2027-03').map(({ label, from, through }) => [
      label,
      from,
      through,
    ]),
    [
      ['FY2027', '2026-12-01', '2027-01-31'],
      ['FY2028', '2027-02-01', '2027-03-31'],
    ],
  )
})

test('CR21 expected loss by hand: half of the exposure times the probability by the middle of its life', () => {
  // At the end of 2027: 1,096 days are left, 2028-01-01 through 2030-12-31; their middle is day 547. From one year (2 %) to five (10 %):
  // 0.02 + 0.08 × (547 − 365) ÷ 1,460 = 0.029972…; × 0.5 × 9,000.00 = 134.876…
  const portfolio = portfolioOf({ counterparties: curve })
  const register = makeRegister({
    records: [leaseOf([{ gross: '9000', escrow: '6000' }])],
    asOf: '2027-12',
    reporting: dollars,
    guarantor: 'nvidia',
  })
  assert.equal(expectedLoss(register.rows[0]!, register, portfolio, 'gross'), 134_88n)
  // Net of escrow a third is left: 44.9589…
  assert.equal(expectedLoss(register.rows[0]!, register, portfolio, 'net'), 44_96n)
  assert.equal(expectedLoss(register.rows[0]!, register, portfolioOf(), 'net'), undefined)
})

test('CR21 expected loss rises with exposure, default and loss given default, and is never more than what is exposed', () => {
  const share = fc
    .integer({ min: 0, max: 100 })
    .map((hundredths) => (hundredths === 100 ? '1' : `0.${String(hundredths).padStart(2, '0')}`))
  const lossOf = (gross: number, lossGivenDefault: string, probability: string) => {
    const portfolio = portfolioOf({
      counterparties: [{ id: 'partner', name: 'P', lossGivenDefault, cumulativeDefault: [{ years: 3, probability }] }],
    })
    const register = makeRegister({
      records: [leaseOf([{ gross: String(gross) }])],
      asOf: '2027-12',
      reporting: dollars,
      guarantor: 'nvidia',
    })
    return expectedLoss(register.rows[0]!, register, portfolio, 'gross')!
  }
  const pair = <T>(of: fc.Arbitrary<T>) => fc.tuple(of, of)
  fc.assert(
    fc.property(pair(fc.nat(10 ** 9)), pair(share), pair(share), (gross, loss, probability) => {
      const [a, b] = [0, 1].map((i) => {
        const pick = <T>(of: readonly T[], number: (value: T) => number) => of.toSorted((x, y) => number(x) - number(y))[i]!
        return lossOf(pick(gross, Number), pick(loss, Number), pick(probability, Number))
      }) as [bigint, bigint]
      assert.ok(a <= b)
      assert.ok(b <= BigInt(Math.max(...gross)) * 100n)
    }),
    { numRuns: 50 },
  )
})

test('CR21 what is called is charged off and the rest of the change is provision; the higher of loss and unearned amount is carried', () => {
  const lease = [
    leaseOf([
      { gross: '9000', called: '0' },
      { gross: '8000', called: '25', recovered: '5' },
    ]),
  ]
  const loss = packOf('asc326', 'gross', lease, '2027-02', { counterparties: curve })
  const items = amountsOf(loss).filter(([period]) => period === 'FY2028')
  const closing = items.at(-1)![2] as bigint
  const opening = items[0]![2] as bigint
  assert.deepEqual(items.slice(2, 4), [
    ['FY2028', 'Charged off: called', -25_00n],
    ['FY2028', 'Recovered', 5_00n],
  ])
  assert.equal(items[1]![2], closing - opening + 20_00n)
  const carried = (initial: string) => {
    const pack = packOf('ifrs9', 'gross', lease, '2027-02', {
      counterparties: curve,
      valuations: valued({ fairValueAtInception: initial }),
    })
    const [last, expected, left] = amountsOf(pack).slice(-3)
    assert.equal(last![2], (expected![2] as bigint) > (left![2] as bigint) ? expected![2] : left![2])
    return last![2] === left![2]
  }
  assert.deepEqual([carried('1461.00'), carried('1.00')], [true, false])
})

/** A backstop that paid 1.5m to a customer that bought hardware for 15m. */
const customer = () => {
  const backstop = { ...backstopOf(term2027), payer: 'nvidia' as never, payee: 'cloud' as never }
  const lines = [paidLine('backstop', 'nvidia', 'cloud', '1500000.00'), paidLine('backstop', 'cloud', 'nvidia', '70.00')]
  const record = recordOf(agreementOf('one', 'cloud', [backstop]), [statementOf('one', '2027-02', [], lines)])
  return { records: [record], hardware: [{ counterparty: 'cloud', on: '2027-03-01', amount: '15000000.00' }] }
}

test('CR22 15m of hardware and 1.5m paid back for nothing distinct: a price of 13.5m', () => {
  const { records, hardware } = customer()
  const pack = packOf('606', undefined, records, '2027-04', { hardware })
  assert.deepEqual(amountsOf(pack, ''), [
    ['FY2028', 'Hardware sold', 15_000_000_00n],
    ['FY2028', 'Hardware sold, less what reduces revenue', 13_500_000_00n],
  ])
})

test('CR22 a payment is a purchase up to fair value and reduces revenue beyond; without a fair value all of it reduces revenue', () => {
  const { records, hardware } = customer()
  const valuations = [{ agreement: 'one', clause: 'backstop', fairValues: [], fairValueShare: '0.85' }]
  const pack = packOf('606', 'distinct', records, '2027-04', { hardware, valuations })
  assert.deepEqual(amountsOf(pack, 'one/backstop'), [
    ['FY2028', 'Paid to the customer', 1_500_000_00n],
    ['FY2028', 'Buys something distinct, at fair value', 1_275_000_00n],
    ['FY2028', 'Reduces revenue', 225_000_00n],
  ])
  const without = packOf('606', 'distinct', records, '2027-04', { hardware })
  assert.equal(amountsOf(without, 'one/backstop').at(-1)![2], 1_500_000_00n)
  assert.equal(without.missing.length, 1)
})

test('CR18 every pack says what it is, what was selected and what else could be, and where every amount comes from', () => {
  const { records, hardware } = customer()
  const right = clauseOf('rights', 'partner', 'nvidia')
  const reasons = [
    { operator: '+', word: 'Exercise price', value: '70', unit: 'per-share', source: { kind: 'terms', version: 1, pointer: '/x' } },
  ] as const
  const positions = [positionOf('rights', 'vested', '30000000', { unit: 'shares' }), positionOf('rights', 'intrinsic', '12.5', { reasons })]
  const held = recordOf(agreementOf('two', 'partner', [right]), [statementOf('two', '2027-02', positions)])
  const lease = leaseOf([{ gross: '9000', called: '5' }])
  const all = [records[0]!, held, { ...lease, schedule: { ...lease.schedule, agreement: 'lease' as never } }]
  for (const { pack: name, treatments } of packKinds)
    for (const { id } of treatments) {
      const pack = packOf(name, id, all, '2027-04', {
        hardware,
        counterparties: curve,
        valuations: valued().map((each) => ({ ...each, agreement: 'lease' })),
      })
      assert.deepEqual(
        [pack.treatment.id, ...pack.alternatives.map((each) => each.id)].toSorted(),
        treatments.map((each) => each.id).toSorted(),
      )
      assert.match(pack.statement, /evidence .* not a conclusion/)
      assert.ok(pack.rows.length > 0, name)
      for (const { minor, value, source, item } of pack.rows) {
        assert.equal(minor === undefined, value !== '', item)
        if (source.kind === 'portfolio') assert.match(source.pointer, /^\/(valuations|counterparties|hardware)\/\d+/)
        if (source.kind === 'position') assert.match(source.statement, /^(one|two|lease)-2027-/)
      }
    }
  const rights = packOf('stock-rights', undefined, all, '2027-04').rows.map(({ item, value }) => [item, value])
  assert.deepEqual(rights, [
    ['Vested', '30000000'],
    ['Intrinsic value', '25/2 USD'],
    ['  Exercise price', '70'],
    ['Last day', '2031-12-31'],
  ])
  const most = packOf('maximum', 'promised', records, '2032-11')
  assert.deepEqual(amountsOf(most, 'one/backstop').slice(0, 2), [
    ['', 'Maximum potential payments, undiscounted', 148_800_00n],
    ['FY2033', 'Of this promised, at most', 148_800_00n],
  ])
  assert.equal(makePack({ records, asOf: '2027-04', portfolio: portfolioOf() }, 'asc460', 'no such treatment'), undefined)
  assert.equal(makePack({ records, asOf: '2027-04', portfolio: portfolioOf() }, 'no such pack'), undefined)
})
