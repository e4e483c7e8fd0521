import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { agreementOf, clauseOf, dollars, paidLine, positionOf, recordOf, statementOf } from '../../../test/register.ts'
import { backstopOf, term2027 } from '../../../test/world.ts'
import { compare, decimal, nought, one, plus, rational, toDecimal } from '../base/rational.ts'
import type { Measured } from '../settlement/line.ts'
import { promisesByYear } from './by-year.ts'
import { concentrationOf } from './concentration.ts'
import { breakDown, groupings, none } from './exposure.ts'
import { circularFlows } from './flows.ts'
import type { AgreementRecord } from './record.ts'
import { amounts, makeRegister, measureOf, sumRows, type RegisterRow } from './register.ts'

const registerOf = (records: readonly AgreementRecord[], asOf = '2027-06') =>
  makeRegister({ records, asOf, reporting: dollars, guarantor: 'nvidia' })
const lease = (statements: Parameters<typeof recordOf>[1]) =>
  recordOf(agreementOf('lease', 'partner', [clauseOf('guarantee', 'nvidia', 'landlord')]), statements)

test('CR12 CR13 a lease guaranteed for 860m against 470m in escrow: gross 860m, net 390m', () => {
  const positions = [positionOf('guarantee', 'gross', '860000000'), positionOf('guarantee', 'escrow', '470000000')]
  const [row] = registerOf([lease([statementOf('lease', '2027-06', positions)])]).rows
  assert.equal(row!.amounts.gross, 860_000_000_00n)
  assert.equal(row!.amounts.net, 390_000_000_00n)
  const { instrument, counterparty, beneficiary, side, status, restsOn } = row!
  assert.deepEqual(
    { instrument, counterparty, beneficiary, side, status, restsOn },
    {
      instrument: 'lease/guarantee',
      counterparty: 'partner',
      beneficiary: 'landlord',
      side: 'given',
      status: 'live',
      restsOn: { statement: 'lease-2027-06', month: '2027-06' },
    },
  )
})

test('CR12 the latest statement that speaks of a clause counts, through the month asked for; the whole counts before its parts', () => {
  const statements = [
    statementOf('lease', '2027-08', [positionOf('guarantee', 'gross', '700')]),
    statementOf('lease', '2027-06', [], [paidLine('guarantee', 'nvidia', 'landlord', '5.00')]),
    statementOf('lease', '2027-03', [positionOf('guarantee', 'gross', '900')], [paidLine('guarantee', 'nvidia', 'landlord', '7.00')]),
  ]
  const at = (asOf: string) => registerOf([lease(statements)], asOf).rows[0]!.amounts
  assert.deepEqual([at('2027-02').gross, at('2027-06').gross, at('2027-08').gross], [0n, 900_00n, 700_00n])
  assert.deepEqual([at('2027-02').paid, at('2027-03').paid, at('2027-06').paid], [undefined, 7_00n, 12_00n])
  const parts = [positionOf('g', 'gross', '10', { of: 'a' }), positionOf('g', 'gross', '20', { of: 'b' })]
  assert.equal(toDecimal(measureOf(parts, 'gross')!), '30')
  assert.equal(toDecimal(measureOf([...parts, positionOf('g', 'gross', '25')], 'gross')!), '25')
  assert.equal(measureOf(parts, 'net'), undefined)
})

test('CR12 given is what the guarantor states or promises, held what others owe it, whoever pays; of parts of a month the last counts', () => {
  const schedule = agreementOf('one', 'cloud', [
    clauseOf('stake', 'nvidia', 'cloud'),
    clauseOf('right', 'cloud', 'nvidia'),
    clauseOf('g', 'nvidia', 'bank'),
  ])
  const owed = { by: 'cloud' as never, to: 'nvidia' as never }
  const said = [
    { ...positionOf('stake', 'cost', '50'), ...owed },
    { ...positionOf('right', 'intrinsic', '3'), ...owed },
    positionOf('g', 'gross', '9'),
    positionOf('g', 'gross', '7'),
  ]
  const { rows } = registerOf([recordOf(schedule, [statementOf('one', '2027-01', said)])])
  assert.deepEqual(
    rows.map(({ clause, side, amounts: of }) => [clause, side, of.gross, of.cost, of.intrinsic]),
    [
      ['g', 'given', 7_00n, undefined, undefined],
      ['right', 'held', 0n, undefined, 3_00n],
      ['stake', 'held', 0n, 50_00n, undefined],
    ],
  )
})

test('CR12 a backstop stands for what it can still cost, and a clause of others is in nobody’s register', () => {
  const backstop = { ...backstopOf(term2027), payer: 'nvidia' as never, payee: 'cloud' as never }
  const schedule = agreementOf('dsx', 'cloud', [backstop, clauseOf('tenancy', 'tenant', 'cloud')])
  const [row, ...others] = registerOf([recordOf(schedule, [])], '2032-11').rows
  assert.deepEqual(others, [])
  // 100 GPUs, 31 days of December 2032, 2.00 an hour.
  assert.deepEqual([row!.amounts.gross, row!.amounts.contingent, row!.amounts.net], [148_800_00n, 148_800_00n, 148_800_00n])
  assert.deepEqual(row!.promised, [{ from: '2032-12-01', through: '2032-12-31', nature: 'contingent', minor: 148_800_00n }])
})

test('CR13 what has ended is exposed to nothing and keeps what was called; a net above its gross is a bug', () => {
  const schedule = agreementOf('short', 'partner', [clauseOf('guarantee', 'nvidia', 'landlord', '2027-01-01', '2027-03-31')])
  const said = [positionOf('guarantee', 'gross', '100'), positionOf('guarantee', 'called', '40'), positionOf('guarantee', 'cap-left', '60')]
  const record = recordOf(schedule, [statementOf('short', '2027-03', said)])
  assert.equal(registerOf([record], '2026-12').rows[0]!.status, 'ahead')
  const [row] = registerOf([record], '2027-04').rows
  assert.equal(row!.status, 'ended')
  assert.deepEqual(row!.amounts, { called: 40_00n, gross: 0n, net: 0n })
  const wrong = [positionOf('guarantee', 'gross', '100'), positionOf('guarantee', 'net', '101')]
  assert.throws(() => registerOf([lease([statementOf('lease', '2027-01', wrong)])]), /net of 10100 above its gross of 10000/)
})

test('CR12 amounts of other currencies are told in one, and an amount without a rate is refused', () => {
  const record = lease([statementOf('lease', '2027-01', [positionOf('guarantee', 'gross', '100')])])
  const reporting = { currency: 'AUD', rates: new Map([['USD', decimal('1.5')]]) }
  assert.equal(makeRegister({ records: [record], asOf: '2027-01', reporting }).rows[0]!.amounts.gross, 150_00n)
  assert.throws(
    () => makeRegister({ records: [record], asOf: '2027-01', reporting: { currency: 'AUD', rates: new Map() } }),
    /no rate from USD/,
  )
})

/** Any number of agreements with any positions and promises, in regions and before lenders. */
const money = fc.bigInt({ min: 0n, max: 10n ** 13n }).map((cents) => toDecimal(rational(cents, 100n)))
const anyRecord = (name: string): fc.Arbitrary<AgreementRecord> =>
  fc
    .record({
      operator: fc.constantFrom('firmus', 'sharon', 'lambda'),
      regions: fc.array(fc.tuple(fc.constantFrom('Batam', 'Sydney', 'Ohio'), fc.integer({ min: 1, max: 9 })), {
        minLength: 0,
        maxLength: 4,
      }),
      payees: fc.array(fc.constantFrom('landlord', 'bank'), { minLength: 1, maxLength: 3 }),
      values: fc.array(fc.tuple(money, money, money, money), { minLength: 3, maxLength: 3 }),
      income: money,
      through: fc.constantFrom('2027-04-30', '2029-02-15', '2031-12-31'),
    })
    .map(({ operator, regions, payees, values, income, through }) => {
      const blocks = regions.map(([region, gpus], i) => ({ id: `b${i}`, region, gpus }))
      const clauses = payees.map((payee, i) =>
        clauseOf(`c${i}`, 'nvidia', payee, '2027-01-01', through, i === 0 ? blocks.map(({ id }) => id) : []),
      )
      const backstop = {
        ...backstopOf(term2027, { blocks: blocks.slice(0, 1).map(({ id }) => id) }),
        payer: 'nvidia' as never,
        payee: operator as never,
      }
      const all = [...clauses, ...(blocks.length > 0 ? [backstop] : []), clauseOf('share', operator, 'nvidia', '2027-01-01', through, [])]
      const schedule = agreementOf(name, operator, all, blocks)
      const measures: readonly Measured[] = ['gross', 'escrow', 'collateral', 'called']
      const positions = payees.flatMap((_, i) => measures.map((measure, m) => positionOf(`c${i}`, measure, values[i]![m]!)))
      const lines = [paidLine('c0', 'nvidia', payees[0]!, values[0]![3]), paidLine('share', operator, 'nvidia', income)]
      return recordOf(schedule, [statementOf(name, '2027-03', positions, lines), statementOf(name, '2027-05', positions, lines)])
    })
const anyRecords = fc
  .integer({ min: 1, max: 4 })
  .chain((count) => fc.tuple(...Array.from({ length: count }, (_, i) => anyRecord(`agreement-${i}`))))

test('CR14 every breakdown adds up to the total, amount by amount', () => {
  fc.assert(
    fc.property(anyRecords, (records) => {
      const { rows } = registerOf(records)
      for (const by of groupings) {
        const { groups, total } = breakDown(rows, by)
        for (const amount of amounts) {
          assert.equal(
            groups.reduce((sum, group) => sum + group.amounts[amount], 0n),
            total.amounts[amount],
          )
          assert.equal(total.amounts[amount], sumRows(rows, amount))
        }
        if (by !== 'region')
          assert.equal(
            total.instruments,
            groups.reduce((sum, { instruments }) => sum + instruments, 0),
          )
      }
    }),
    { numRuns: 40 },
  )
})

test('CR14 regions share a row by their GPUs, and lenders are told apart from who is none', () => {
  const blocks = [
    { id: 'a', region: 'Batam', gpus: 2 },
    { id: 'b', region: 'Sydney', gpus: 1 },
  ]
  const schedule = agreementOf('two', 'cloud', [clauseOf('g', 'nvidia', 'bank', '2027-01-01', '2031-12-31', ['a', 'b'])], blocks)
  const { rows } = registerOf([recordOf(schedule, [statementOf('two', '2027-01', [positionOf('g', 'gross', '0.02')])])])
  assert.deepEqual(
    breakDown(rows, 'region').groups.map(({ name, amounts: of }) => [name, of.gross]),
    // 1⅓ and ⅔ cents: the larger remainder takes the cent.
    [
      ['Batam', 1n],
      ['Sydney', 1n],
    ],
  )
  assert.deepEqual(
    breakDown(rows, 'lender').groups.map(({ name }) => name),
    ['bank'],
  )
  assert.equal(breakDown(registerOf([lease([])]).rows, 'lender').groups[0]!.name, none)
})

test('CR12 CR13 the order of agreements and statements does not matter, and gross is never below net', () => {
  const shuffled = anyRecords.chain((records) =>
    fc.tuple(fc.constant(records), fc.shuffledSubarray(records, { minLength: records.length }), fc.boolean()),
  )
  fc.assert(
    fc.property(shuffled, ([records, others, turned]) => {
      const turn = ({ schedule, statements }: AgreementRecord) => ({ schedule, statements: turned ? statements.toReversed() : statements })
      const [one_, other] = [registerOf(records), registerOf(others.map(turn))]
      assert.deepEqual(one_, other)
      for (const { amounts: of } of one_.rows) assert.ok(of.gross >= of.net && of.net >= 0n)
    }),
    { numRuns: 40 },
  )
})

const nvidia = { yearEndsOnLast: 'sunday', of: 'january' } as const
const promising = (...promised: RegisterRow['promised']): RegisterRow => ({ ...registerOf([lease([])]).rows[0]!, promised })

test('CR11 commitments by fiscal year add up to the cent, by instrument and in total', () => {
  const anyPromise = fc
    .tuple(fc.nat(3000), fc.nat(2000), fc.bigInt({ min: 0n, max: 10n ** 14n }), fc.constantFrom('firm' as const, 'contingent' as const))
    .map(([start, days, minor, nature]) => {
      const from = Temporal.PlainDate.from('2026-01-01').add({ days: start })
      return { from: from.toString(), through: from.add({ days }).toString(), minor, nature }
    })
  fc.assert(
    fc.property(fc.array(fc.array(anyPromise, { maxLength: 4 }), { maxLength: 4 }), (all) => {
      const rows = all.map((promised) => promising(...promised))
      const { years, instruments, total } = promisesByYear(rows, nvidia)
      for (const nature of ['firm', 'contingent'] as const) {
        const sum = all.flat().reduce((so, each) => (each.nature === nature ? so + each.minor : so), 0n)
        assert.equal(total[nature], sum)
        assert.equal(
          years.reduce((so, year) => so + year[nature], 0n),
          sum,
        )
        const rowSums = instruments.filter((each) => each.nature === nature).map(({ minor }) => minor.reduce((a, b) => a + b, 0n))
        assert.equal(
          rowSums.reduce((a, b) => a + b, 0n),
          sum,
        )
      }
      years.slice(1).forEach(({ year }, i) => assert.equal(year, years[i]!.year + 1))
    }),
  )
})

test('CR11 cloud commitments at 26 October 2025: 1 + 6 + 6 + 5 + 4 + 4 are 26 billion', () => {
  // The last is of fiscal 2031 and later; here it falls in fiscal 2031.
  const parts: readonly [from: string, through: string, billions: bigint][] = [
    ['2025-10-27', '2026-01-25', 1n],
    ['2026-01-26', '2027-01-31', 6n],
    ['2027-02-01', '2028-01-30', 6n],
    ['2028-01-31', '2029-01-28', 5n],
    ['2029-01-29', '2030-01-27', 4n],
    ['2030-01-28', '2031-01-26', 4n],
  ]
  const promised = parts.map(([from, through, billions]) => ({ from, through, nature: 'firm' as const, minor: billions * 10n ** 11n }))
  const { years, total } = promisesByYear([promising(...promised)], nvidia)
  assert.deepEqual(
    years.map(({ year, firm }) => [year, firm / 10n ** 11n]),
    [2026, 2027, 2028, 2029, 2030, 2031].map((year, i) => [year, [1n, 6n, 6n, 5n, 4n, 4n][i]]),
  )
  assert.equal(total.firm, 26n * 10n ** 11n)
})

test('CR15 shares add up to one, and the index lies between that of equals and that of one', () => {
  const parts = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.bigInt({ min: -100n, max: 10n ** 12n })), { maxLength: 9 })
  fc.assert(
    fc.property(parts, (named) => {
      const { parts: of, herfindahl } = concentrationOf(named)
      if (of.length === 0) return assert.equal(herfindahl, nought)
      const sum = of.reduce((so, { share }) => plus(so, share), nought)
      assert.deepEqual(sum, one)
      assert.ok(compare(herfindahl, one) <= 0 && compare(herfindahl, rational(1, of.length)) >= 0)
      of.slice(1).forEach(({ minor }, i) => assert.ok(minor <= of[i]!.minor))
    }),
  )
  // 3 : 1 is 0.75² + 0.25² = 0.625.
  assert.equal(
    toDecimal(
      concentrationOf([
        ['a', 3n],
        ['b', 1n],
      ]).herfindahl,
    ),
    '0.625',
  )
})

test('CR16 the circle of money of one counterparty, by hand; columns add up over counterparties', () => {
  const backstop = { ...backstopOf(term2027), payer: 'nvidia' as never, payee: 'cloud' as never }
  const clauses = [
    backstop,
    clauseOf('share', 'cloud', 'nvidia'),
    clauseOf('stake', 'cloud', 'nvidia'),
    { ...clauseOf('right', 'cloud', 'nvidia'), kind: 'stock-purchase-right' },
    clauseOf('guarantee', 'nvidia', 'landlord'),
  ]
  const schedule = agreementOf('dsx', 'cloud', clauses)
  const said = [positionOf('stake', 'cost', '50'), positionOf('stake', 'intrinsic', '3'), positionOf('guarantee', 'gross', '20')]
  const lines = [
    paidLine('backstop', 'nvidia', 'cloud', '30.00'),
    paidLine('backstop', 'cloud', 'nvidia', '4.00'),
    paidLine('share', 'cloud', 'nvidia', '10.00'),
    paidLine('guarantee', 'nvidia', 'landlord', '1.00'),
    paidLine('right', 'nvidia', 'cloud', '7.00'),
    paidLine('stake', 'nvidia', 'cloud', '50.00'),
  ]
  const { rows } = registerOf([recordOf(schedule, [statementOf('dsx', '2032-12', said, lines)])], '2032-12')
  // The clauses ran through 2031 and 2032: nothing is promised any more, and the guarantee has ended.
  const { flows, total } = circularFlows(rows, [
    { counterparty: 'cloud', minor: 200_00n },
    { counterparty: 'other', minor: 5_00n },
  ])
  const { netRoundTrip, promisedRoundTrip, ...cloud } = flows[0]!
  assert.deepEqual(cloud, {
    counterparty: 'cloud',
    hardwareSold: 200_00n,
    // The stake at cost, and what was paid for shares under the right: neither is told again as paid otherwise.
    equityIn: 57_00n,
    capacityBought: 26_00n,
    capacityFirm: 0n,
    capacityContingent: 0n,
    shareReceived: 10_00n,
    otherPaid: 1_00n,
    otherReceived: 0n,
    guarantees: 0n,
    stockRights: 0n,
  })
  // (57 + 26 − 10) ÷ 200
  assert.equal(toDecimal(netRoundTrip!), '0.365')
  assert.equal(toDecimal(promisedRoundTrip!), '0.365')
  assert.equal(total.hardwareSold, 205_00n)
  fc.assert(
    fc.property(anyRecords, (records) => {
      const all = circularFlows(registerOf(records).rows, [{ counterparty: 'firmus', minor: 7n }])
      for (const key of [
        'hardwareSold',
        'equityIn',
        'capacityBought',
        'capacityContingent',
        'shareReceived',
        'otherPaid',
        'guarantees',
      ] as const)
        assert.equal(
          all.flows.reduce((sum, flow) => sum + flow[key], 0n),
          all.total[key],
        )
      const paid = all.total.capacityBought + all.total.otherPaid - all.total.shareReceived - all.total.otherReceived
      assert.equal(paid, sumRows(registerOf(records).rows, 'paid') - sumRows(registerOf(records).rows, 'received'))
    }),
    { numRuns: 20 },
  )
})
