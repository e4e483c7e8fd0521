import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { band, block, documentOf, floor, pair, paid, party, value2 } from '../../../test/forecasts.ts'
import { problemsOfText, scheduleOfText, settleMonths } from '../../../test/settling.ts'
import { fixed } from '../base/rational.ts'
import { sentences } from '../terms/sentences.ts'
import { clauseKinds, kindNamed } from './kinds.ts'

const upside = { share: '0.50', above: '1.10' }

describe('RF1 a floor, and the upside above it', () => {
  test('RF1 value 3: a floor of 90 %, half above 110 %', () => {
    const schedule = scheduleOfText(documentOf({ clauses: [floor({ upside })] }))
    assert.deepEqual(pair(schedule, 6_500n), [2_500n, 0n])
    assert.deepEqual(pair(schedule, 12_000n), [0n, 500n])
    assert.deepEqual(pair(schedule, 9_500n), [0n, 0n])
  })

  const cents = fc.bigInt({ min: 0n, max: 30_000n })
  const share = fc.integer({ min: 0, max: 100 })
  const terms = fc.record({ phi: share, sigma: share, more: share }).map(({ phi, sigma, more }) => ({
    phi: BigInt(phi),
    schedule: scheduleOfText(
      documentOf({
        clauses: [floor({ share: fixed(BigInt(phi), 2), upside: { share: fixed(BigInt(sigma), 2), above: fixed(BigInt(phi + more), 2) } })],
      }),
    ),
  }))

  test('RF1 never both ways at once, never more than the share of the forecast, and more revenue never pays more floor', () => {
    fc.assert(
      fc.property(terms, cents, cents, ({ phi, schedule }, one, other) => {
        const [low, high] = one < other ? [one, other] : [other, one]
        const [less, more] = [paid(schedule, low), paid(schedule, high)]
        for (const { guarantor, operator } of [less, more]) {
          assert.ok(guarantor === 0n || operator === 0n)
          assert.ok(guarantor >= 0n && operator >= 0n)
          // The forecast is 10,000 cents.
          assert.ok(guarantor <= 100n * phi)
        }
        assert.ok(less.guarantor >= more.guarantor)
        assert.ok(less.operator <= more.operator)
        // With its floor the operator never has less than φ·F.
        assert.ok(low + less.guarantor >= 100n * phi)
      }),
      { numRuns: 150 },
    )
  })

  test('RF1 revenue below zero is not floored: what is made up is all that is short', () => {
    const schedule = scheduleOfText(documentOf({ clauses: [floor()] }))
    assert.deepEqual(pair(schedule, -1_000n), [10_000n, 0n])
  })
})

describe('RF3 the forecast of a period', () => {
  const sydney = { from: '2027-01-01', through: '2028-12-31' }

  test('RF3 a short period scales it by seconds, also where a clock is set forward', () => {
    // Sydney, October 2027: 743 hours. The clause runs its last 15 days, 360 of them.
    const clauses = [floor({ from: '2027-10-17', share: '1', forecast: '743000.00' })]
    const schedule = scheduleOfText(documentOf({ clauses, zone: 'Australia/Sydney', term: sydney }))
    assert.deepEqual(paid(schedule, 0n, '2027-10').guarantor, 36_000_000n)
    // November has 720 hours, but is a whole period.
    assert.deepEqual(paid(schedule, 0n, '2027-11').guarantor, 74_300_000n)
  })

  test('RF3 a step within a period counts each value for its seconds, and splits nothing', () => {
    const forecast = {
      steps: [
        { from: '2027-01-01', value: '3000.00' },
        { from: '2027-09-11', value: '6000.00' },
      ],
    }
    const { guarantor, lines } = paid(scheduleOfText(documentOf({ clauses: [floor({ forecast, share: '1' })] })), 0n, '2027-09')
    // 10 of 30 days at 3,000 and 20 at 6,000.
    assert.equal(guarantor, 500_000n)
    assert.equal(lines.length, 1)
  })

  test('RF3 an amendment cuts a period in two, each with its part of the forecast', () => {
    const clauses = [floor({ share: '1', forecast: '3000.00' })]
    const first = documentOf({ clauses })
    const { hash } = JSON.parse(JSON.stringify(scheduleOfText(first).versions[0]))
    const second = documentOf({
      clauses: [floor({ share: '0.5', forecast: '3000.00' })],
      more: { version: 2, effective: '2027-09-11', previous: hash },
    })
    // 10 of 30 days at 3,000, and half of 20 of 30.
    assert.equal(paid(scheduleOfText(first, second), 0n, '2027-09').guarantor, 200_000n)
  })

  test('RF3 a band scales alike', () => {
    const whole = { bands: [{ above: '0', upTo: '1', share: '1' }] }
    const schedule = scheduleOfText(documentOf({ clauses: [band({ ...whole, from: '2027-09-16', forecast: '3000.00' })] }))
    assert.equal(paid(schedule, 0n, '2027-09').guarantor, 150_000n)
  })
})

const accepted = (id: string) => ({
  kind: 'acceptance',
  source: 'site',
  id,
  at: '2027-01-01T00:00:00Z',
  block: id,
  tranche: 'all',
  design: 100,
  tested: 100,
})
const call = (id: string, gpus: number, from: string, to: string) => ({
  kind: 'call',
  source: 'desk',
  id: `call-${id}`,
  block: id,
  gpus,
  from,
  to,
})
const backstop = (more: object = {}) => ({ id: 'backstop', kind: 'capacity-backstop', ...party, covers: ['a'], price: '1.00', ...more })
const owedIn = (document: string, readings: readonly object[], month: string, clause: string): string[] => {
  const statements = settleMonths(scheduleOfText(document), readings, { from: month, through: month })
  return statements.flatMap(({ lines }) => lines.filter((line) => line.clause === clause).map(({ amount }) => amount))
}

describe('RF4 what counts as revenue', () => {
  const all = floor({ share: '1', forecast: '100000.00' })

  test('RF4 what backstops pay on the same blocks counts, called capacity and what lies outside the caps included, unless the clause says not', () => {
    // 100 GPUs for 744 hours at 1.00: 74,400. A cap of 1,000.00 leaves 1,000 of them, and called-over-cap is paid outside.
    const september = [accepted('a'), call('a', 10, '2027-01-01T00:00:00Z', '2027-02-01T00:00:00Z')]
    const capped = backstop({ callRight: true, caps: [{ per: 'period', amount: '1000.00' }] })
    assert.deepEqual(owedIn(documentOf({ clauses: [backstop(), all] }), [accepted('a')], '2027-01', 'floor'), ['25600.00'])
    // Called: 7,440, of which the cap pays 1,000 and the rest is outside; nothing else.
    assert.deepEqual(owedIn(documentOf({ clauses: [capped, all] }), september, '2027-01', 'floor'), ['92560.00'])
    const not = floor({ share: '1', forecast: '100000.00', backstopCounts: false })
    assert.deepEqual(owedIn(documentOf({ clauses: [backstop(), not] }), [accepted('a')], '2027-01', 'floor'), ['100000.00'])
  })

  test('RF4 only on the blocks that are covered, whatever the order of the clauses', () => {
    const blocks = [block('a'), block('b')]
    const readings = [accepted('a'), accepted('b')]
    const both = backstop({ covers: ['a', 'b'] })
    assert.deepEqual(owedIn(documentOf({ clauses: [all, both], blocks }), readings, '2027-01', 'floor'), ['25600.00'])
    const wide = floor({ covers: ['b', 'a'], share: '1', forecast: '200000.00' })
    assert.deepEqual(owedIn(documentOf({ clauses: [wide, both], blocks }), readings, '2027-01', 'floor'), ['51200.00'])
    const pooled = backstop({ covers: ['a', 'b'], pool: 'covered' })
    assert.deepEqual(owedIn(documentOf({ clauses: [wide, pooled], blocks }), readings, '2027-01', 'floor'), ['51200.00'])
  })

  test('RF4 a receipt counts evenly over the time it was paid for', () => {
    // The floor runs 16 of the 31 days: 16/31 of the forecast less 16/31 of what the backstop pays for all 31.
    const late = floor({ from: '2027-01-16', share: '1', forecast: '100000.00' })
    const [amount] = owedIn(documentOf({ clauses: [backstop(), late] }), [accepted('a')], '2027-01', 'floor')
    assert.equal(amount, ((25_600 * 16) / 31).toFixed(2))
  })

  test('RF4 in a quarter an amendment of one of them cuts both, and each part counts what was paid for it', () => {
    const whole = { forecast: '1000000.00', share: '1', period: 'quarter' }
    const [paying, counting] = [backstop({ period: 'quarter' }), floor(whole)]
    const first = documentOf({ clauses: [paying, counting] })
    const { hash } = scheduleOfText(first).versions[0]!
    const more = { version: 2, effective: '2027-02-15', previous: hash }
    const owed = (clauses: readonly object[]) => {
      const schedule = scheduleOfText(first, documentOf({ clauses, more }))
      const statements = settleMonths(schedule, [accepted('a')], { from: '2027-01', through: '2027-03' })
      return statements.map(({ lines }) => lines.filter(({ clause }) => clause === 'floor').map(({ amount }) => amount))
    }
    // 45 of 90 days each: 500,000 less 108,000 GPU-hours at 1.00, then at 2.00.
    assert.deepEqual(owed([backstop({ period: 'quarter', price: '2.00' }), counting]), [[], ['392000.00'], ['284000.00']])
    // Half of the second 500,000.
    assert.deepEqual(owed([paying, floor({ ...whole, share: '0.5' })]), [[], ['392000.00'], ['142000.00']])
    assert.deepEqual(owed([counting]), [[], ['392000.00'], ['500000.00']])
    assert.deepEqual(owed([paying]), [[], ['392000.00'], []])
    // What is said of neither, or only that it goes on, cuts neither.
    const apart = (through: string) => documentOf({ clauses: [backstop({ period: 'quarter', through }), floor({ ...whole, through })] })
    const short = apart('2027-12-31')
    const longer = JSON.parse(apart('2028-06-30'))
    const next = { ...longer, ...more, previous: scheduleOfText(short).versions[0]!.hash }
    assert.equal(scheduleOfText(short, JSON.stringify(next)).clauses.length, 2)
  })

  test('RF4 a sale to an affiliate counts at the reference price of the clause', () => {
    const clauses = [floor({ share: '1', affiliateReference: '2.00' })]
    const charge = {
      kind: 'charge',
      source: 'billing',
      id: 'own',
      pool: 'north-gb300',
      product: 'reserved',
      amount: '10.00',
      currency: 'USD',
      from: '2027-01-01T00:00:00Z',
      to: '2027-02-01T00:00:00Z',
      affiliate: { gpuSeconds: 36_000 },
    }
    // 10 GPU-hours at 2.00 are 20.00, above the 10.00 that were charged.
    assert.deepEqual(owedIn(documentOf({ clauses }), [accepted('a'), charge], '2027-01', 'floor'), ['80.00'])
  })
})

describe('RF5 what a document may not say', () => {
  const problems = (clauses: readonly object[], blocks?: readonly object[]) =>
    problemsOfText(documentOf({ clauses, ...(blocks === undefined ? {} : { blocks }) }))

  test('RF5 a floor of quarters that ends within one before its backstop, or after it', () => {
    const quarter = { period: 'quarter' }
    const ends = (one: object, other: object) => problems([floor({ ...quarter, ...one }), backstop({ ...quarter, ...other })])
    const said =
      '/clauses/0/through: is 2027-05-15, and the backstop `backstop`, which counts as revenue, ends on 2028-12-31: within a quarter both end on one date, or write `backstopCounts: false`'
    assert.deepEqual(ends({ through: '2027-05-15' }, {}), [said])
    assert.equal(ends({}, { through: '2027-05-15' }).length, 1)
    assert.deepEqual(ends({ through: '2027-05-15' }, { through: '2027-05-15' }), [])
    assert.deepEqual(ends({ through: '2027-06-30' }, {}), [])
    assert.deepEqual(ends({ through: '2027-05-15', backstopCounts: false }, {}), [])
  })

  test('RF5 an upside below the floor', () => {
    assert.deepEqual(problems([floor({ upside: { share: '0.5', above: '0.8' } })]), [
      '/clauses/0/upside/above: "0.8" is below the share guaranteed, "0.90": both would pay on the same revenue',
    ])
    assert.deepEqual(problems([floor({ upside: { share: '0.5', above: '0.9' } })]), [])
  })

  test('RF5 bands that overlap, are empty, or share more than all', () => {
    const [first, second] = value2 as [object, object]
    assert.deepEqual(problems([band({ bands: [first, { ...second, above: '0.20' }] })]), [
      '/clauses/0/bands/1/above: "0.20" is below "0.25", where the band before ends: bands are in order and do not overlap',
    ])
    assert.deepEqual(problems([band({ bands: [{ above: '0.25', upTo: '0.25', share: '0.5' }] })]), [
      '/clauses/0/bands/0/upTo: "0.25" is not above "0.25": a band ends above where it begins',
    ])
    assert.deepEqual(problems([band({ bands: [{ above: '0', upTo: '0.25', share: '1.5' }] })]), [
      '/clauses/0/bands/0/share: is "1.5": should be a share from 0 to 1 in quotes, such as "0.175"',
    ])
  })

  test('RF5 a forecast finer than the currency, out of order, or by contract years that begin apart', () => {
    assert.deepEqual(problems([floor({ forecast: '1.005' })]), [
      '/clauses/0/forecast: "1.005" has more digits than USD, which has 2: round it',
    ])
    const late = { steps: [{ from: '2027-02-01', value: '1' }] }
    assert.deepEqual(problems([band({ forecast: late })]), [
      '/clauses/0/forecast/steps/0/from: 2027-02-01 is after the clause starts, 2027-01-01: the first step should start then or before',
    ])
    const years = { contractYears: [{ from: 1, value: '1' }] }
    const apart = [block('a'), block('b', { commencement: '2027-06-01' })]
    assert.deepEqual(problems([floor({ forecast: years, covers: ['a', 'b'] })], apart), [
      '/clauses/0/forecast/contractYears: steps by contract year, but the blocks begin theirs on 2027-01-01 and 2027-06-01: step by date, or write one clause for each',
    ])
    assert.deepEqual(problems([floor({ forecast: years, covers: ['a'] })], apart), [])
  })

  test('RF5 a backstop that counts and nets other blocks, or settles at other times', () => {
    const blocks = [block('a'), block('b')]
    const pooled = backstop({ covers: ['a', 'b'], pool: 'covered' })
    assert.deepEqual(problems([pooled, floor()], blocks), [
      '/clauses/1/covers: the backstop `backstop` nets these blocks with b, so what it pays belongs to none: cover all of its blocks, or write `backstopCounts: false`',
    ])
    assert.deepEqual(problems([pooled, floor({ backstopCounts: false })], blocks), [])
    assert.deepEqual(problems([{ ...pooled, through: '2027-06-30' }, floor({ from: '2027-07-01' })], blocks), [])
    assert.deepEqual(problems([backstop({ period: 'quarter' }), band()]), [
      '/clauses/1/period: is settled each month, and the backstop `backstop`, which counts as revenue, each quarter: settle both alike, or write `backstopCounts: false`',
    ])
    assert.deepEqual(problems([backstop({ period: 'quarter' }), band({ backstopCounts: false })]), [])
  })

  test('RF5 the wrong way round', () => {
    assert.deepEqual(problems([floor({ payer: 'cloud', payee: 'vendor' })]), [
      '/clauses/0/payer: `cloud` is the operator: a revenue-floor is paid by the guarantor to the operator',
      '/clauses/0/payee: `vendor` is the guarantor: a revenue-floor is paid by the guarantor to the operator',
    ])
  })
})

test('RF6 the sentences say every number of a floor and of a band', () => {
  const forecast = { contractYears: [1, 2].map((from) => ({ from, value: `${from}000000.00` })) }
  const schedule = scheduleOfText(
    documentOf({ clauses: [floor({ forecast, upside, affiliateReference: '2.10' }), band({ backstopCounts: false })] }),
  )
  const said = (clause: string) =>
    sentences(schedule, clauseKinds)
      .filter((each) => each.clause === clause)
      .map(({ text }) => text)
  assert.deepEqual(said('floor'), [
    'The vendor makes the revenue of The cloud on a up to 90.0 % of the forecast, settled each month, from 2027-01-01 through 2028-12-31.',
    'The forecast, each month, is 1,000,000.00 USD in year 1, then 2,000,000.00 USD.',
    'What a capacity backstop pays on the same blocks for the same time counts as revenue.',
    'A sale to an affiliate counts at no less than 2.10 USD per GPU-hour.',
    'Of revenue above 110.0 % of the forecast The cloud pays The vendor 50.0 %.',
  ])
  assert.deepEqual(said('band'), [
    'The vendor and The cloud share the distance between revenue on a and its forecast, settled each month, from 2027-01-01 through 2028-12-31.',
    'The forecast, each month, is 100.00 USD.',
    'What a capacity backstop pays does not count as revenue.',
    'Of the distance from 15.0 % to 25.0 % of the forecast, 60.0 % is paid.',
    'Of the distance from 25.0 % to 40.0 % of the forecast, 90.0 % is paid.',
    'The vendor pays it when revenue is below the forecast, The cloud when it is above.',
  ])
})

test('RF7 what is promised from a date on: the share of the forecast of every period that is not over', () => {
  const clauses = [floor({ period: 'quarter', through: '2027-12-15' }), band({ through: '2027-02-28' })]
  const schedule = scheduleOfText(documentOf({ clauses }))
  const promised = (index: number, from: string) => {
    const clause = schedule.clauses[index]!
    return kindNamed(clause.kind).commitments!(clause, { schedule, from, state: {} }).map((each) => [
      each.from,
      each.through,
      each.nature,
      Number(each.amount.n) / Number(each.amount.d),
    ])
  }
  // The last quarter is short: 76 of 92 days.
  assert.deepEqual(promised(0, '2027-08-10'), [
    ['2027-07-01', '2027-09-30', 'contingent', 90],
    ['2027-10-01', '2027-12-15', 'contingent', (90 * 76) / 92],
  ])
  // 10 at 60 % and 15 at 90 %.
  assert.deepEqual(promised(1, '2027-02-01'), [['2027-02-01', '2027-02-28', 'contingent', 19.5]])
  assert.deepEqual(promised(1, '2027-03-01'), [])
})
