import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { lineOf, guarantor, operator, statementOf } from '../../../test/stated.ts'
import { readingsOf, scheduleOfText, settleMonths } from '../../../test/settling.ts'
import { hashOf } from '../base/hash.ts'
import type { PartyId } from '../base/id.ts'
import { formatMoney, money, parseMoney } from '../base/money.ts'
import { decimal, rational } from '../base/rational.ts'
import { monthInterval } from '../base/time.ts'
import type { DisputeFact, RulingFact } from '../meter/facts.ts'
import { makeMeter } from '../meter/meter.ts'
import { standingOf, toStated } from '../statements/standing.ts'
import { correctionsOf } from './correct.ts'
import { heldAt, holdLines, readDisputes, rulingLines } from './disputes.ts'
import type { StatedCharge } from './stated.ts'

const charge = (key: string, minor: bigint, more: Partial<StatedCharge> = {}): StatedCharge => ({
  key,
  clause: 'c',
  formula: 'backstop',
  payer: 'guarantor' as PartyId,
  payee: 'operator' as PartyId,
  minor,
  block: undefined,
  from: 0,
  to: 1,
  version: 1,
  contractYear: 1,
  reason: undefined,
  ...more,
})
const dispute = (id: string, amount: string | undefined, more: Partial<DisputeFact> = {}): DisputeFact => ({
  id,
  month: '2027-02',
  line: 'c/backstop/a',
  amount: amount === undefined ? undefined : decimal(amount),
  at: 100,
  reason: 'wrong',
  ...more,
})
const ruling = (of: string, upheld: string, at = 200): RulingFact => ({ dispute: of, upheld: decimal(upheld), at })
const february = { month: '2027-02', lines: [charge('c/backstop/a', 10_000n), charge('c/share/a', -500n)] }
const read = (disputes: readonly DisputeFact[], rulings: readonly RulingFact[] = []) =>
  readDisputes({ disputes, rulings }, [february], 'USD')

describe('LP7 what cannot be is refused by name', () => {
  const refusals = (disputes: readonly DisputeFact[], rulings: readonly RulingFact[] = []) =>
    read(disputes, rulings).refusals.map(({ kind, message }) => `${kind}: ${message}`)
  for (const [name, disputes, rulings, expected] of [
    [
      'a line that is not there',
      [dispute('d', '1', { line: 'c/none' })],
      [],
      /^dispute-of-no-line: Dispute d is of line c\/none, which .* 2027-02 does not have/,
    ],
    [
      'more than the line',
      [dispute('d', '100.01')],
      [],
      /^dispute-above-line: Dispute d is of 100.01 USD .* of which 100.00 USD can be disputed/,
    ],
    ['more than others left', [dispute('d', '60'), dispute('e', '50')], [], /^dispute-above-line: Dispute e .* of which 40.00 USD/],
    ['a ruling of no dispute', [], [ruling('x', '1')], /^ruling-of-no-dispute: A ruling is of dispute x/],
    [
      'more upheld than disputed',
      [dispute('d', '20')],
      [ruling('d', '20.01')],
      /^upheld-above-dispute: The ruling of dispute d upholds 20.01 USD of 20.00 USD/,
    ],
    ['two rulings', [dispute('d', '20')], [ruling('d', '1'), ruling('d', '2', 300)], /^ruled-twice: Dispute d has two rulings/],
    ['two disputes of one name', [dispute('d', '20'), dispute('d', '10')], [], /^disputed-twice: Two disputes are called d/],
  ] as const)
    test(`LP7 ${name}`, () => {
      const [one, ...more] = refusals(disputes, rulings)
      assert.match(one ?? '', expected)
      assert.deepEqual(more, [])
    })
  test('LP7 a dispute of a statement that is not there yet is passed over, and so is its ruling', () => {
    const { standing, refusals: none } = read([dispute('d', '1', { month: '2027-03' })], [ruling('d', '1')])
    assert.deepEqual([standing, none], [[], []])
  })
})

describe('LP8 a dispute holds, a ruling takes off', () => {
  test('LP8 all of a line, or what others left of it, from its instant until the ruling', () => {
    const { standing } = read([dispute('d', '60'), dispute('e', undefined)], [ruling('d', '10')])
    assert.deepEqual(
      standing.map(({ minor }) => minor),
      // 100.00, less 10.00 that was upheld of the first.
      [6_000n, 9_000n],
    )
    const heldOf = (at: number) => heldAt(standing, '2027-02', at).get('c/backstop/a') ?? 0n
    assert.deepEqual([heldOf(99), heldOf(199), heldOf(200)], [0n, 15_000n, 9_000n])
  })
  test('LP8 what is upheld is taken off by a correction of the original month, once; the rest stands', () => {
    const ruled = rulingLines(read([dispute('d', '60')], [ruling('d', '25.50')]).standing, 'USD')
    const [line, ...more] = correctionsOf(ruled, [], 'USD')
    assert.deepEqual(more, [])
    const { key, formula, minor, payer, corrects } = line!
    assert.deepEqual([key, formula, minor, payer, corrects], ['c/backstop/a/ruling/d', 'ruling', -2_550n, 'guarantor', '2027-02'])
    const stated = { month: '2027-04', finalOn: '2027-05-01', dueOn: '2027-05-31', lines: [line!] }
    assert.deepEqual(correctionsOf(ruled, [stated], 'USD'), [])
    // Taken back: there is no such ruling any more.
    assert.deepEqual(
      correctionsOf([], [stated], 'USD').map((each) => each.minor),
      [2_550n],
    )
  })
  test('LP8 of a credit likewise, towards zero; a ruling that upholds nothing has no line', () => {
    const of = { line: 'c/share/a' }
    const ruled = (upheld: string) => rulingLines(read([dispute('d', '5', of)], [ruling('d', upheld)]).standing, 'USD')
    assert.deepEqual(read([dispute('d', '5', of)]).standing[0]!.minor, -500n)
    assert.equal(ruled('2')[0]!.lines[0]!.minor, 200n)
    assert.deepEqual(ruled('0'), [])
  })
  test('LP8 lines of one key hold in order, none more than itself', () => {
    const lines = [charge('k', 100n), charge('k', -40n), charge('k', 70n), charge('l', 5n)]
    assert.deepEqual(holdLines(lines, new Map([['k', 130n]])), [100n, 0n, 30n, 0n])
  })
})

test('LP9 a dispute changes no line, and in every direction what is held and what is payable make the gross amount', () => {
  const amounts = fc.array(fc.bigInt({ min: -(10n ** 9n), max: 10n ** 9n }), { minLength: 1, maxLength: 6 })
  const disputed = fc.array(
    fc.record({ line: fc.nat(5), part: fc.integer({ min: 0, max: 100 }), ruled: fc.boolean(), at: fc.integer({ min: 0, max: 9 }) }),
    { maxLength: 5 },
  )
  const value = (text: string) => parseMoney(text, 'USD')!.minor
  let held = 0
  fc.assert(
    fc.property(amounts, disputed, (all, wanted) => {
      const lines = all.map((minor, i) =>
        lineOf(i + 1, { key: `c/backstop/${i}`, payer: i % 2 === 0 ? guarantor : operator, amount: formatMoney(money(minor, 'USD')) }),
      )
      const statement = statementOf({ lines })
      const disputes = wanted.map(({ line, part, at }, i): DisputeFact => {
        const minor = all[line % all.length]!
        const size = ((minor < 0n ? -minor : minor) * BigInt(part)) / 500n
        return dispute(`d${i}`, undefined, {
          line: `c/backstop/${line % all.length}`,
          month: statement.month,
          amount: rational(size, 100n),
          at,
        })
      })
      const rulings = wanted.flatMap(({ ruled }, i) => (ruled ? [ruling(`d${i}`, '0', 7)] : []))
      const before = JSON.stringify(statement)
      const { totals, status } = standingOf(statement, { disputes, rulings, at: 5, correctedOn: [] })
      assert.equal(JSON.stringify(statement), before)
      const sum = (payer: string) => lines.filter((line) => line.payer === payer).reduce((whole, { amount }) => whole + value(amount), 0n)
      assert.deepEqual([value(totals.guarantorPays), value(totals.operatorPays)], [sum(guarantor), sum(operator)])
      const { payable } = totals
      const signed = payable.payer === guarantor ? value(payable.amount) : -value(payable.amount)
      const held1 = value(totals.guarantorHeld) - value(totals.operatorHeld)
      assert.equal(signed + held1, sum(guarantor) - sum(operator))
      assert.equal(status, disputes.some(({ at }) => at <= 5) ? 'disputed' : 'final')
      if (held1 !== 0n) held += 1
      // By the ruling all of it is payable again.
      if (rulings.length === disputes.length)
        assert.deepEqual(standingOf(statement, { disputes, rulings, at: 7, correctedOn: [] }).totals.payable, totals.net)
    }),
    { numRuns: 300 },
  )
  assert.ok(held > 50, `only ${held} runs held anything`)
})

test('LP9 a statement that was in dispute before it was final says so, line by line, and its net leaves it out', () => {
  const schedule = scheduleOfText(`
offtake: 1
agreement: held
title: Held
parties: [{ id: vendor, name: V, role: guarantor }, { id: cloud, name: C, role: operator }]
zone: UTC
currency: USD
term: { from: 2027-01-01, through: 2027-12-31 }
blocks: [{ id: a, factory: f, region: R, sku: S, tranches: [{ id: all, gpus: 100, due: 2027-01-01 }] }]
clauses: [{ id: share, kind: revenue-share, payer: cloud, payee: vendor, covers: [a], base: '100.00', rate: '0.1' }]
settlement: { due: { days: 30 } }
`)
  const acceptance = {
    kind: 'acceptance',
    source: 's',
    id: 'a',
    at: '2027-01-01T00:00:00Z',
    block: 'a',
    tranche: 'all',
    design: 100,
    tested: 100,
  }
  const filed = {
    kind: 'dispute',
    source: 's',
    id: 'd',
    agreement: 'held',
    month: '2027-01',
    line: 'share/share-base//2027-01//',
    amount: '30',
    at: '2027-01-31T00:00:00Z',
    reason: 'no',
  }
  assert.equal(readingsOf(schedule, [filed]).length, 1)
  const months = { from: '2027-01', through: '2027-01' } as const
  const [plain] = settleMonths(schedule, [acceptance], months)
  const [held] = settleMonths(schedule, [acceptance, filed], months)
  const amounts = (lines: NonNullable<typeof held>['lines']) => lines.map(({ key, amount }) => [key, amount])
  assert.deepEqual(amounts(held!.lines), amounts(plain!.lines))
  assert.deepEqual(
    held!.lines.map((line) => line.held),
    ['30.00', undefined].slice(0, held!.lines.length),
  )
  const { operatorPays, operatorHeld, net, payable } = held!.totals
  assert.deepEqual([operatorPays, operatorHeld, net.amount, payable.amount, payable.payer], ['100.00', '30.00', '100.00', '70.00', 'cloud'])
  assert.equal(toStated(held!.lines[0]!, 'USD').minor, 10_000n)
})

test('LP7 disputes and rulings are facts of a month however long after it they come', () => {
  const schedule = scheduleOfText(`
offtake: 1
agreement: after
title: After
parties: [{ id: vendor, name: V, role: guarantor }, { id: cloud, name: C, role: operator }]
zone: UTC
currency: USD
term: { from: 2027-01-01, through: 2027-12-31 }
blocks: [{ id: a, factory: f, region: R, sku: S, tranches: [{ id: all, gpus: 100, due: 2027-01-01 }] }]
clauses: [{ id: share, kind: revenue-share, payer: cloud, payee: vendor, covers: [a], rate: '0.1' }]
settlement: { due: { days: 30 } }
`)
  const of = { source: 's', agreement: 'after', at: '2027-03-05T00:00:00Z' }
  const readings = readingsOf(schedule, [
    { ...of, kind: 'dispute', id: 'd', month: '2027-01', line: 'k', reason: 'no' },
    { ...of, kind: 'ruling', id: 'r', dispute: 'd', upheld: '0' },
  ])
  const known = (until?: number) => {
    const meter = makeMeter(schedule, monthInterval('2027-01', 'UTC'), until)
    for (const reading of readings) meter.add(reading, hashOf(reading.id))
    const facts = meter.facts()
    assert.ok('disputes' in facts)
    return [facts.disputes.length, facts.rulings.length]
  }
  assert.deepEqual(
    [known(), known(Date.parse('2027-03-05') / 1000), known(Date.parse('2027-03-06') / 1000)],
    [
      [0, 0],
      [0, 0],
      [1, 1],
    ],
  )
})
