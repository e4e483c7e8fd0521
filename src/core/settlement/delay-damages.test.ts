import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { BlockId, ClauseId, TrancheId } from '../base/id.ts'
import { compare, fromText, nought, plus, rational, toText, total, type Rational } from '../base/rational.ts'
import { addDays, daysBetween, endOfDate, monthInterval, nextMonth, startOfDate } from '../base/time.ts'
import { factsOf } from '../../../test/world.ts'
import { problemsOfText, scheduleOfText, settleMonths } from '../../../test/settling.ts'
import { checkReasons } from '../statements/explain.ts'
import { parseAgreement } from '../terms/parse.ts'
import type { Facts } from '../meter/facts.ts'
import type { Schedule } from '../terms/schedule.ts'
import { clauseKinds } from './kinds.ts'
import type { Line, State } from './line.ts'
import { settle } from './settle.ts'

const zone = 'Australia/Sydney'
const document = (more = "rate: '1000.00', capDays: 30", { period = 'month', due = '2027-09-20', from = '2027-01-01' } = {}) => `
offtake: 1
agreement: delays
title: Late tranches
parties:
  - { id: vendor, name: The vendor, role: guarantor }
  - { id: cloud, name: The cloud, role: operator }
zone: ${zone}
currency: USD
term: { from: 2027-01-01, through: 2028-12-31 }
blocks:
  - { id: a, factory: north, region: North, sku: GB300, tranches: [{ id: one, gpus: 72, due: 2027-01-01 }, { id: two, gpus: 144, due: ${due} }] }
clauses:
  - { id: delay, kind: delay-damages, payer: cloud, payee: vendor, covers: [a], period: ${period}, from: ${from}, ${more} }
settlement: { due: { days: 30 } }
`
const accepted = (tranche: string, at: string) => ({
  kind: 'acceptance',
  source: 'site',
  id: tranche,
  at,
  block: 'a',
  tranche,
  design: 1,
  tested: 1,
})
const first = accepted('one', '2027-01-01T23:59:59+11:00')
const excused = (id: string, value: string, at: string, of = 'two') => ({
  kind: 'figure',
  source: 'programme',
  id,
  at,
  clause: 'delay',
  figure: 'excused-days',
  value,
  of,
})

/** `[days, amount]` of each month. */
const paid = (text: string | readonly string[], readings: readonly object[], through = '2027-12', from = '2027-01') => {
  const schedule = scheduleOfText(...[text].flat())
  return Object.fromEntries(
    settleMonths(schedule, readings, { from, through }).flatMap(({ month, lines }) =>
      lines.map(({ quantity, amount }): [string, string[]] => [month, [quantity, amount]]),
    ),
  )
}

describe('SL7 delay damages are rate × days late, up to the cap', () => {
  test('SL7 a tranche that is accepted on its due date pays nothing; the day after it is one day late', () => {
    const on = (at: string) => paid(document(), [first, accepted('two', at)])
    assert.deepEqual(on('2027-09-20T23:59:59+10:00'), {})
    assert.deepEqual(on('2027-09-12T08:00:00+10:00'), {})
    assert.deepEqual(on('2027-09-21T00:00:00+10:00'), { '2027-09': ['1', '1000.00'] })
  })
  test('SL7 days are local dates: October 2027 has 743 hours in Sydney and 31 days, April 745 and 30', () => {
    assert.deepEqual(paid(document("rate: '1000.00', capDays: 100"), [first, accepted('two', '2027-11-01T00:00:00+11:00')]), {
      '2027-09': ['10', '10000.00'],
      '2027-10': ['31', '31000.00'],
      '2027-11': ['1', '1000.00'],
    })
    const april = document("rate: '1000.00', capDays: 100", { due: '2027-03-31' })
    assert.deepEqual(paid(april, [first], '2027-05'), { '2027-04': ['30', '30000.00'], '2027-05': ['31', '31000.00'] })
  })
  test('SL7 the cap ends it, in days or in money, and what is late still goes by', () => {
    const readings = [first, accepted('two', '2027-11-03T00:00:00+11:00')]
    const expected = { '2027-09': ['10', '10000.00'], '2027-10': ['31', '20000.00'], '2027-11': ['3', '0.00'] }
    assert.deepEqual(paid(document(), readings), expected)
    assert.deepEqual(paid(document("rate: '1000.00', cap: '30000.00'"), readings), expected)
  })
  test('SL7 a rate per GPU is for the GPUs of the tranche as contracted, whatever is accepted of it', () => {
    const half = { ...accepted('two', '2027-09-22T08:00:00+10:00'), design: 100, tested: 50 }
    // Two days × 144 GPUs × 2.50.
    assert.deepEqual(paid(document("rate: '2.50', perGpu: true, capDays: 30"), [first, half]), { '2027-09': ['2', '720.00'] })
  })
  test('SL7 each tranche has a line and a cap of its own', () => {
    const schedule = scheduleOfText(document("rate: '1.00', capDays: 3"))
    const statements = settleMonths(schedule, [], { from: '2027-01', through: '2027-09' })
    const all = statements.flatMap(({ month, lines }) =>
      lines.filter(({ amount }) => amount !== '0.00').map(({ key, amount }) => [month, key, amount]),
    )
    assert.deepEqual(all, [
      ['2027-01', 'delay/delay-damages/a/2027-01/1/one', '3.00'],
      ['2027-09', 'delay/delay-damages/a/2027-09/1/two', '3.00'],
    ])
  })
  test('SL7 days before the clause begins do not count', () => {
    // 20 to 25 September lie before: 26 to 30 do not.
    assert.deepEqual(paid(document("rate: '1000.00', capDays: 100", { from: '2027-09-26' }), [first], '2027-09'), {
      '2027-09': ['5', '5000.00'],
    })
  })
})

describe('SL8 excused days, parts and amendments', () => {
  const late = accepted('two', '2027-10-03T08:00:00+11:00')
  test('SL8 excused days subtract, by tranche or by block and tranche, and never make a delay negative', () => {
    const with13 = (...more: readonly object[]) => paid(document(), [first, late, ...more])
    assert.deepEqual(with13(), { '2027-09': ['10', '10000.00'], '2027-10': ['3', '3000.00'] })
    assert.deepEqual(with13(excused('x', '4', '2027-09-25T00:00:00+10:00')), { '2027-09': ['6', '6000.00'], '2027-10': ['3', '3000.00'] })
    assert.deepEqual(with13(excused('x', '4', '2027-09-25T00:00:00+10:00', 'a/two')), {
      '2027-09': ['6', '6000.00'],
      '2027-10': ['3', '3000.00'],
    })
    assert.deepEqual(with13(excused('x', '99', '2027-09-25T00:00:00+10:00')), {})
    assert.deepEqual(with13(excused('x', '99', '2027-09-25T00:00:00+10:00', 'one')), with13())
  })
  test('SL8 days that are excused after they were stated come back as a credit', () => {
    assert.deepEqual(paid(document(), [first, late, excused('x', '9', '2027-10-20T00:00:00+11:00')]), {
      '2027-09': ['10', '10000.00'],
      '2027-10': ['-6', '-6000.00'],
    })
  })
  test('SL8 excused days count before the cap', () => {
    // 41 days late by the end of October less 15 excused are 26 days, below the cap of 30: the cap takes nothing back.
    const readings = [first, excused('x', '15', '2027-11-10T00:00:00+11:00'), accepted('two', '2027-10-31T08:00:00+11:00')]
    assert.deepEqual(paid(document(), readings), {
      '2027-09': ['10', '10000.00'],
      '2027-10': ['31', '20000.00'],
      '2027-11': ['-15', '-4000.00'],
    })
  })
  const amended = (text: string, from: string, to: string, effective: string): string[] => {
    const parsed = parseAgreement(text, clauseKinds)
    assert.ok('hash' in parsed)
    return [
      text,
      text
        .replace(from, to)
        .replace('agreement: delays', `agreement: delays\nversion: 2\neffective: ${effective}\nprevious: ${parsed.hash}`),
    ]
  }
  test('SL8 an amended rate counts from its day on', () => {
    const plain = document("rate: '1000.00', capDays: 100")
    const statements = settleMonths(scheduleOfText(...amended(plain, "'1000.00'", "'500.00'", '2027-09-26')), [first], {
      from: '2027-09',
      through: '2027-09',
    })
    assert.deepEqual(
      statements[0]!.lines.map(({ quantity, amount }) => [quantity, amount]),
      [
        ['5', '5000.00'],
        ['5', '2500.00'],
      ],
    )
  })
  test('SL8 what was stated adds up to the rounded total, and never to more than the cap', () => {
    const yen = document("rate: '0.5', cap: '31'", { due: '2027-06-30' }).replace('currency: USD', 'currency: JPY')
    // 31 days at 0.5 are 15.5, 62 of them 31: 16 and then 15.
    assert.deepEqual(paid(yen, [first], '2027-09'), { '2027-07': ['31', '16'], '2027-08': ['31', '15'], '2027-09': ['30', '0'] })
  })
  test('SL8 a block that an amendment leaves out and another takes in again is not paid for twice', () => {
    const plain = document("rate: '100.00', cap: '1500.00'").replace('tranches: [{ id: one, gpus: 72, due: 2027-01-01 }, ', 'tranches: [')
    const beside = '{ id: b, factory: north, region: North, sku: GB300, tranches: [{ id: one, gpus: 72, due: 2027-01-01 }] }\nclauses:'
    const text = plain.replace('clauses:', `  - ${beside}`)
    const version = (from: string, covers: string, number: number, previous: string, effective: string) =>
      from
        .replace('covers: [a]', `covers: [${covers}]`)
        .replace('agreement: delays', `agreement: delays\nversion: ${number}\neffective: ${effective}\nprevious: ${previous}`)
    const one = scheduleOfText(text).versions[0]!.hash
    const without = version(text, 'b', 2, one, '2027-10-01')
    const two = scheduleOfText(text, without).versions[1]!.hash
    const again = version(text, 'a, b', 3, two, '2027-11-01')
    const readings = [{ ...first, block: 'b' }]
    assert.deepEqual(paid([text, without, again], readings), {
      '2027-09': ['10', '1000.00'],
      '2027-11': ['61', '500.00'],
      '2027-12': ['31', '0.00'],
    })
  })
  test('SL8 a cap that is lowered takes nothing back', () => {
    const versions = amended(document("rate: '1000.00', capDays: 100"), 'capDays: 100', 'capDays: 5', '2027-10-01')
    assert.deepEqual(paid(versions, [first], '2027-10', '2027-09'), { '2027-09': ['10', '10000.00'], '2027-10': ['31', '0.00'] })
  })
})

type Delay = Readonly<{ rate: string; perGpu: boolean; cap: number; late: number | undefined; excused: readonly number[] }>
const anyDelay: fc.Arbitrary<Delay> = fc.record({
  rate: fc.constantFrom('1000.00', '3.33', '0.01'),
  perGpu: fc.boolean(),
  cap: fc.integer({ min: 1, max: 90 }),
  late: fc.option(fc.integer({ min: -40, max: 120 }), { nil: undefined }),
  excused: fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 3 }),
})
const due = '2027-09-20'

const scheduleFor = ({ rate, perGpu, cap }: Delay, period = 'month'): Schedule =>
  scheduleOfText(document(`rate: '${rate}', perGpu: ${perGpu}, capDays: ${cap}`, { period }))

const factsUntil = (to: number, delay: Delay): Facts => {
  const acceptance = delay.late === undefined ? [] : [startOfDate(addDays(due, delay.late), zone) + 3_600]
  return factsOf(
    { from: startOfDate('2027-09-01', zone), to },
    {},
    {
      acceptances: [
        { block: 'a' as BlockId, tranche: 'one' as TrancheId, at: startOfDate('2027-01-01', zone) },
        ...acceptance.filter((at) => at < to).map((at) => ({ block: 'a' as BlockId, tranche: 'two' as TrancheId, at })),
      ],
      // Excused from the start, so that days go by in one direction.
      figures: delay.excused.map((days, i) => ({
        clause: 'delay' as ClauseId,
        figure: 'excused-days',
        of: 'two',
        value: rational(days),
        from: startOfDate('2027-09-01', zone) + i,
        to: startOfDate('2027-09-01', zone) + i,
      })),
    },
  )
}

/** All lines of some months, one after the other. */
const settleThrough = (schedule: Schedule, months: readonly string[], delay: Delay): Line[] => {
  let opening: State = {}
  return months.flatMap((month) => {
    const settlement = settle({ schedule, facts: factsUntil(monthInterval(month, zone).to, delay), month, opening })
    opening = settlement.closing
    return [...settlement.lines]
  })
}
const monthsThrough = (through: string): string[] => {
  const months = ['2027-09']
  while (months.at(-1)! < through) months.push(nextMonth(months.at(-1)!))
  return months
}
const exactOf = (lines: readonly Line[]): Rational => total(lines.map(({ exact }) => fromText(exact)))

/** min(rate × max(0, days late − excused), cap), by hand, at the end of a local date. */
const expected = ({ rate, perGpu, cap, late, excused: days }: Delay, last: string): Rational => {
  const raw = Math.max(0, Math.min(daysBetween(due, last), late ?? Infinity))
  const counted = Math.min(cap, Math.max(0, raw - days.reduce((a, b) => a + b, 0)))
  const cents = Math.round(Number(rate) * 100) * (perGpu ? 144 : 1)
  return rational(BigInt(counted * cents), 100n)
}

describe('SL8 laws of delay', () => {
  test('SL8 the differences add up to the running total, which never falls and never exceeds the cap', () => {
    fc.assert(
      fc.property(anyDelay, (delay) => {
        const months = monthsThrough('2028-02')
        const lines = settleThrough(scheduleFor(delay), months, delay)
        const cap = expected({ ...delay, late: undefined, excused: [] }, addDays(due, delay.cap))
        let sum = nought
        for (const month of months) {
          const own = lines.filter(({ key }) => key.includes(`/${month}/`))
          sum = plus(sum, exactOf(own))
          assert.equal(toText(sum), toText(expected(delay, addDays(`${nextMonth(month)}-01`, -1))))
          assert.ok(own.every(({ exact }) => compare(fromText(exact), nought) >= 0) && compare(sum, cap) <= 0)
        }
        for (const line of lines) assert.equal(checkReasons(line), undefined)
      }),
      { numRuns: 150 },
    )
  })
  test('SL8 cutting it into periods changes nothing: months, quarters, and a clause that ends mid-month and goes on', () => {
    fc.assert(
      fc.property(anyDelay, fc.integer({ min: 1, max: 90 }), (delay, cut) => {
        const months = monthsThrough('2027-12')
        const whole = exactOf(settleThrough(scheduleFor(delay), months, delay))
        assert.equal(toText(exactOf(settleThrough(scheduleFor(delay, 'quarter'), months, delay))), toText(whole))
        const schedule = scheduleFor(delay)
        const at = endOfDate(addDays('2027-09-05', cut), zone)
        const [clause] = schedule.clauses
        const parts = {
          ...schedule,
          clauses: [
            { ...clause!, to: at },
            { ...clause!, from: at },
          ],
        }
        assert.equal(toText(exactOf(settleThrough(parts, months, delay))), toText(whole))
      }),
      { numRuns: 150 },
    )
  })
  test('SL8 a tranche accepted on its due date or before pays nothing', () => {
    fc.assert(
      fc.property(anyDelay, fc.integer({ min: -200, max: 0 }), (delay, late) => {
        assert.deepEqual(settleThrough(scheduleFor(delay), monthsThrough('2027-12'), { ...delay, late, excused: [] }), [])
      }),
      { numRuns: 40 },
    )
  })
})

describe('SL9 delay damages that contradict themselves', () => {
  test('SL9 one cap of the two is said', () => {
    assert.match(problemsOfText(document("rate: '1.00'")).join('\n'), /^\/clauses\/0: .*`cap`.*`capDays`/)
    assert.match(problemsOfText(document("rate: '1.00', cap: '1.00', capDays: 2")).join('\n'), /^\/clauses\/0.*`cap`.*`capDays`/)
  })
  test('SL9 a rate is above zero, a cap has the digits of its currency', () => {
    assert.deepEqual(problemsOfText(document("rate: '0', cap: '1.005'")), [
      '/clauses/0/rate: is "0": a delay would cost nothing, should be above 0',
      '/clauses/0/cap: "1.005" has more digits than USD, which has 2: round it',
    ])
  })
  test('SL9 something can be late before it ends', () => {
    assert.deepEqual(problemsOfText(document("rate: '1', capDays: 2, through: 2027-01-01")), [
      '/clauses/0/through: 2027-01-01 is not after 2027-01-01, when the first tranche falls due: nothing could be late',
    ])
  })
  test('SL9 a figure that it does not know is refused', () => {
    assert.throws(
      () => paid(document(), [first, { ...excused('x', '1', '2027-09-25T00:00:00+10:00'), figure: 'excuse' }]),
      /has no figure excuse/,
    )
  })
})
