import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { factsOf } from '../../../test/world.ts'
import { problemsOfText, scheduleOfText, settleMonths } from '../../../test/settling.ts'
import type { ClauseId } from '../base/id.ts'
import { toMoney, toRational } from '../base/money.ts'
import {
  compare,
  decimal,
  fromText,
  minus,
  nought,
  plus,
  rational,
  times,
  toFixed,
  toText,
  total,
  type Rational,
} from '../base/rational.ts'
import { addDays, dateOf, daysBetween, endOfDate, monthInterval, nextMonth, startOfDate, type Month } from '../base/time.ts'
import { sculpt } from '../credit/sculpt.ts'
import type { EventFact, Facts, FigureFact, IndexFact } from '../meter/facts.ts'
import { post } from '../posting/post.ts'
import { checkReasons } from '../statements/explain.ts'
import { parseAgreement } from '../terms/parse.ts'
import type { Schedule } from '../terms/schedule.ts'
import { sentences } from '../terms/sentences.ts'
import { accrue } from './accrue.ts'
import { stepOf } from './cash.ts'
import { checkDebtFacts } from './check-debt-facts.ts'
import { balanceOf, debtState, type DebtState } from './debt-state.ts'
import type { ResolvedDebt } from './debt-terms.ts'
import { clauseKinds, kindNamed } from './kinds.ts'
import type { Line, Position, State } from './line.ts'
import { partOf } from './period.ts'
import { project } from './project.ts'
import { settle } from './settle.ts'
import { workOutDebt } from './settle-debt.ts'

/** What settling would refuse, in sentences. */
const checkFacts = (schedule: Schedule, facts: Facts): string[] =>
  schedule.clauses.flatMap((clause) => checkDebtFacts(clause as ResolvedDebt, facts, schedule))

type Terms = Readonly<Record<string, unknown>>

/** A loan of five years, from 2027, in a document of its own. */
const document = (terms: Terms = {}, place: Terms = {}): string =>
  JSON.stringify({
    offtake: 1,
    agreement: 'loan-test',
    title: 'A loan',
    parties: [
      { id: 'vendor', name: 'The vendor', role: 'guarantor' },
      { id: 'cloud', name: 'The cloud', role: 'operator' },
      { id: 'bank', name: 'The bank', role: 'lender' },
    ],
    zone: 'UTC',
    currency: 'USD',
    term: { from: '2027-01-01', through: '2031-12-31' },
    settlement: { due: { days: 30 } },
    ...place,
    clauses: [
      {
        id: 'loan',
        kind: 'debt-facility',
        payer: 'cloud',
        payee: 'bank',
        period: 'quarter',
        commitment: '1000.00',
        interest: { fixed: '0.08', dayCount: 'act/360' },
        amortisation: 'bullet',
        ...terms,
      },
    ],
  })

const zone = 'UTC'
const at = (date: string, where = zone): number => startOfDate(date, where)
const loan = 'loan' as ClauseId
const draw = (of: string, date: string, amount: string, seconds = 0): EventFact => ({
  clause: loan,
  event: 'draw',
  of,
  at: at(date) + seconds,
  amount: decimal(amount),
})
const figure = (name: string, from: string, through: string, value: Rational): FigureFact => ({
  clause: loan,
  figure: name,
  of: undefined,
  value,
  from: at(from),
  to: endOfDate(through, zone),
})
const index = (date: string, value: string): IndexFact => ({ index: 'rate', date, value: decimal(value) })
const clauseOf = (schedule: Schedule): ResolvedDebt => schedule.clauses[0] as ResolvedDebt

type Told = Partial<Pick<Facts, 'events' | 'figures' | 'indices'>>
type Settled = Readonly<{ month: Month; lines: readonly Line[]; positions: readonly Position[]; state: DebtState }>

/** Settles month after month on facts that are written down. */
const settleAll = (schedule: Schedule, told: Told, through: Month, from: Month = '2027-01'): Settled[] => {
  const all: Settled[] = []
  let opening: State = {}
  for (let month = from; month <= through; month = nextMonth(month)) {
    const facts = factsOf(monthInterval(month, schedule.zone), {}, told)
    const { lines, positions, closing } = settle({ schedule, facts, month, opening })
    for (const line of lines) assert.equal(checkReasons(line), undefined, `${month} ${line.key}`)
    all.push({ month, lines, positions, state: debtState(closing['loan'] ?? {}) })
    opening = closing
  }
  return all
}
const amounts = (all: readonly Settled[], formula: string): string[] =>
  all.flatMap(({ lines }) => lines.filter((line) => line.formula === formula).map(({ minor }) => toFixed(rational(minor, 100), 2)))
const paidIn = (all: readonly Settled[], formula: string): Rational =>
  total(all.flatMap(({ lines }) => lines.filter((line) => line.formula === formula).map(({ minor }) => rational(minor, 100))))
const position = ({ positions }: Settled, measure: string, of?: string): string | undefined =>
  positions.find((each) => each.measure === measure && each.of === of)?.value
const years = [2027, 2028, 2029, 2030, 2031]
const yearly = (all: readonly (string | Rational)[], name = 'cfads'): FigureFact[] =>
  all.map((value, i) => figure(name, `${years[i]}-01-01`, `${years[i]}-12-31`, typeof value === 'string' ? decimal(value) : value))
const forecastOf = (all: readonly string[]): object[] =>
  all.map((amount, i) => ({ from: `${years[i]}-01-01`, through: `${years[i]}-12-31`, amount }))
const decembers = (all: readonly Settled[]): Settled[] => all.filter(({ month }) => month.endsWith('-12'))

describe('draws', () => {
  test('DF1 a draw is a line from the lender, and a claim and a debt in the books', () => {
    const readings = [
      { kind: 'event', source: 'bank', id: 'd', clause: 'loan', event: 'draw', of: 'first', at: '2027-02-03T10:00:00Z', amount: '400.00' },
    ]
    const [, , march] = settleMonths(scheduleOfText(document()), readings, { from: '2027-01', through: '2027-03' })
    const [line] = march!.lines.filter(({ formula }) => formula === 'loan-draw')
    assert.deepEqual([line!.key, line!.payer, line!.payee, line!.amount], ['loan/loan-draw//2027-Q1//first', 'bank', 'cloud', '400.00'])
    const entries = post(march!).flatMap(({ book, entries: all }) =>
      all.map(({ account, amount, line: key }) => `${book} ${account} ${amount.minor} ${key}`),
    )
    assert.ok(entries.includes(`bank assets:loan-receivable:loan-test 40000 ${line!.key}`))
    assert.ok(entries.includes(`cloud liabilities:debt:loan-test -40000 ${line!.key}`))
  })

  test('DF1 a draw that was never promised is refused, with what would be right', () => {
    const schedule = scheduleOfText(document({ availableFrom: '2027-02-01', availableThrough: '2027-06-30' }))
    const refusals = (...events: EventFact[]) => checkFacts(schedule, factsOf(monthInterval('2027-12', zone), {}, { events }))
    assert.deepEqual(refusals(draw('a', '2027-02-01', '600'), draw('b', '2027-06-30', '400', 86_399)), [])
    assert.deepEqual(refusals(draw('a', '2027-02-01', '600'), draw('b', '2027-03-01', '400.01')), [
      'The draw b on clause loan, 2027-03-01 00:00:00 +00:00, is of 400.01 USD, but of the commitment of 1,000 USD 400 is left.',
    ])
    assert.match(refusals(draw('a', '2027-01-31', '1'))[0]!, /outside the availability period, 2027-02-01 through 2027-06-30/)
    assert.match(refusals(draw('a', '2027-07-01', '1'))[0]!, /outside the availability period/)
    assert.match(refusals(draw('a', '2026-07-01', '1'))[0]!, /outside the availability period/)
    assert.match(refusals(draw('a', '2027-03-01', '1'), draw('a', '2027-04-01', '1'))[0]!, /name of an earlier one/)
    assert.match(refusals({ ...draw('a', '2027-03-01', '1'), of: undefined })[0]!, /no `of`/)
    assert.match(refusals(draw('a', '2027-03-01', '0'))[0]!, /no amount above zero/)
  })
})

describe('interest', () => {
  const dayCounts = ['act/360', 'act/365F', 'act/act'] as const
  const days = fc.array(fc.integer({ min: 0, max: 1_800 }), { maxLength: 5 })

  test('DF2 interest adds up whatever cuts the period, for actual days', () => {
    fc.assert(
      fc.property(fc.constantFrom(...dayCounts), days, fc.integer({ min: 1, max: 99_999 }), (dayCount, cuts, cents) => {
        const steps = [
          { from: '2027-01-01', value: '0.05' },
          { from: '2028-05-17', value: '0.0625' },
        ]
        const clause = clauseOf(scheduleOfText(document({ interest: { fixed: { steps }, dayCount } })))
        const edges = [...new Set([0, 1_800, ...cuts])].toSorted((a, b) => a - b).map((day) => at(addDays('2027-01-01', day)))
        const sum = (from: number, to: number) =>
          total(accrue(clause, { from, to }, { balance: rational(cents, 100) }, { zone, index: undefined }).map(({ interest }) => interest))
        const pieces = edges.slice(1).map((to, i) => sum(edges[i]!, to))
        assert.equal(toText(total(pieces)), toText(sum(edges[0]!, edges.at(-1)!)))
      }),
    )
  })

  test('DF2 interest is the sum over days of the balance of the day, draws inside the period and steps of the rate included', () => {
    const drawn = fc.array(fc.record({ day: fc.integer({ min: 0, max: 89 }), cents: fc.integer({ min: 1, max: 20_000 }) }), {
      minLength: 1,
      maxLength: 4,
    })
    fc.assert(
      fc.property(drawn, fc.integer({ min: 0, max: 89 }), (all, step) => {
        const stepOn = addDays('2027-01-01', step)
        const steps = [
          { from: '2026-01-01', value: '0.05' },
          { from: stepOn, value: '0.07' },
        ]
        const schedule = scheduleOfText(document({ interest: { fixed: { steps }, dayCount: 'act/360' } }))
        const events = all.map(({ day, cents }, i) => draw(`d${i}`, addDays('2027-01-01', day), toFixed(rational(cents, 100), 2), 60 * day))
        let expected = nought
        for (let date = '2027-01-01'; date < '2027-04-01'; date = addDays(date, 1)) {
          const balance = total(events.filter((each) => dateOf(each.at, zone) <= date).map(({ amount }) => amount!))
          expected = plus(expected, times(times(balance, decimal(date < stepOn ? '0.05' : '0.07')), rational(1, 360)))
        }
        const [, , march] = settleAll(schedule, { events }, '2027-03')
        assert.equal(march!.lines.find(({ formula }) => formula === 'loan-interest')!.exact, toText(expected))
      }),
      { numRuns: 40 },
    )
  })

  test('DF2 the index is the last value a lag before the period, no lower than its floor, and the margin is added', () => {
    const terms = { interest: { index: 'rate', margin: '0.02', floor: '0.01', lagDays: 2, dayCount: 'act/360' } }
    const schedule = scheduleOfText(document(terms))
    const indices = [index('2026-12-30', '0.04'), index('2026-12-31', '0.9'), index('2027-03-30', '0.005'), index('2027-03-31', '0.9')]
    const all = settleAll(schedule, { events: [draw('a', '2027-01-01', '1000')], indices }, '2027-06')
    // 1000 · (4 % + 2 %) · 90/360, and 1000 · (1 % + 2 %) · 91/360 = 7.5833…
    assert.deepEqual(amounts(all, 'loan-interest'), ['15.00', '7.58'])
    const late = factsOf(monthInterval('2027-03', zone), {}, { indices: indices.slice(1) })
    assert.deepEqual(checkFacts(schedule, late), [
      'Clause loan reads the index rate on 2026-12-30 for 2027-Q1, and no value is of that date or before.',
    ])
  })

  test('DF2 a month with a clock change has its days: October 2027 in Sydney, 743 hours, bears 31 days', () => {
    const place = { zone: 'Australia/Sydney', term: { from: '2027-10-01', through: '2028-09-30' } }
    const schedule = scheduleOfText(document({ period: 'month', interest: { fixed: '0.073', dayCount: 'act/365F' } }, place))
    const events = [{ ...draw('a', '2027-10-01', '1000'), at: at('2027-10-01', 'Australia/Sydney') + 3_600 }]
    const all = settleAll(schedule, { events }, '2027-11', '2027-10')
    // 1000 · 7.3 % / 365 is 0.20 a day.
    assert.deepEqual(amounts(all, 'loan-interest'), ['6.20', '6.00'])
  })

  test('DF2 the day counts of a half year: 181/360, 181/365, 180/360; and a leap year by parts', () => {
    const terms = (dayCount: string) => ({ period: 'year', interest: { fixed: '0.10', dayCount } })
    const inHalf = (dayCount: string) =>
      amounts(
        settleAll(
          scheduleOfText(document({ ...terms(dayCount), through: '2027-06-30' })),
          { events: [draw('a', '2027-01-01', '1000')] },
          '2027-06',
        ),
        'loan-interest',
      )
    // 1000 · 10 % · 181/360 = 50.277…; · 181/365 = 49.589…; · 180/360 = 50.
    assert.deepEqual(
      ['act/360', 'act/365F', '30E/360', 'act/act'].map((each) => inHalf(each)[0]),
      ['50.28', '49.59', '50.00', '49.59'],
    )
    const clause = clauseOf(scheduleOfText(document(terms('act/act'))))
    const [{ years: part } = { years: nought }] = accrue(
      clause,
      { from: at('2027-07-01'), to: at('2028-07-01') },
      { balance: rational(1) },
      { zone, index: undefined },
    )
    assert.equal(toText(part), toText(plus(rational(184, 365), rational(182, 366))))
  })
})

test('DF2 an amendment inside a quarter cuts its interest in two, which add up', () => {
  const terms = { through: '2027-12-31', interest: { index: 'rate', margin: '0.02', dayCount: 'act/360' } }
  const first = document(terms)
  const parsed = parseAgreement(first, clauseKinds)
  assert.ok('hash' in parsed)
  const more = { version: 2, effective: '2027-02-15', previous: parsed.hash }
  const told = { events: [draw('a', '2027-01-01', '1000')], indices: [index('2026-12-31', '0.03'), index('2027-02-01', '0.07')] }
  const exact = (schedule: Schedule) =>
    settleAll(schedule, told, '2027-06').flatMap(({ lines }) =>
      lines.filter(({ formula }) => formula === 'loan-interest').map((line) => line.exact),
    )
  const whole = exact(scheduleOfText(first))
  const cut = exact(scheduleOfText(first, document({ ...terms, commitment: '2000.00' }, more)))
  // 45 and 45 days at 5 %: the index is read once, however the quarter is cut.
  assert.deepEqual(cut.slice(0, 2), [toText(rational(1000 * 5 * 45, 36_000)), toText(rational(1000 * 5 * 45, 36_000))])
  assert.equal(toText(plus(fromText(cut[0]!), fromText(cut[1]!))), whole[0])
  assert.deepEqual(cut.slice(2), whole.slice(1))
})

describe('principal', () => {
  test('DF3 DF5 DF10 a loan that an amendment ends is due then, and leaves no balance', () => {
    const stake = { id: 'stake', kind: 'equity-stake', payer: 'vendor', payee: 'cloud' }
    const first = document()
    const { hash } = scheduleOfText(first).versions[0]!
    const without = { ...JSON.parse(first), clauses: [stake], version: 2, effective: '2027-05-15', previous: hash }
    const schedule = scheduleOfText(first, JSON.stringify(without))
    const told = { events: [draw('a', '2027-01-01', '1000')] }
    const all = settleAll(schedule, told, '2027-06')
    assert.deepEqual(amounts(all, 'loan-principal'), ['1000.00'])
    assert.equal(position(all[4]!, 'balance'), '0')
    const clause = schedule.clauses.find(({ id }) => id === loan)!
    const state = settle({ schedule, facts: factsOf(monthInterval('2027-03', zone), {}, told), month: '2027-03', opening: {} }).closing[
      'loan'
    ]!
    const promised = kindNamed('debt-facility').commitments!(clause, { schedule, from: '2027-04-01', state })
    // 44 days at 8 %.
    assert.deepEqual(
      promised.map(({ through, amount }) => [through, toText(amount)]),
      [['2027-05-14', toText(plus(rational(1000), rational(1000 * 8 * 44, 36_000)))]],
    )
  })

  test('DF3 a bullet pays interest every period and everything at the end', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 0, max: 200 }), (cents, perMille) => {
        const [amount, rate] = [rational(cents, 100), rational(perMille, 1_000)]
        const terms = { through: '2028-05-15', interest: { fixed: toFixed(rate, 3), dayCount: 'act/360' } }
        const all = settleAll(scheduleOfText(document(terms)), { events: [draw('a', '2027-01-01', toFixed(amount, 2))] }, '2028-05')
        const exact = total(
          all.flatMap(({ lines }) => lines.filter(({ formula }) => formula === 'loan-interest').map((line) => fromText(line.exact))),
        )
        assert.equal(toText(exact), toText(times(times(amount, rate), rational(daysBetween('2027-01-01', '2028-05-16'), 360))))
        assert.deepEqual(amounts(all, 'loan-principal'), [toFixed(amount, 2)])
        assert.equal(position(all.at(-1)!, 'balance'), '0')
      }),
      { numRuns: 25 },
    )
  })

  test('DF3 sculpted: CFADS 120, 110, 100, 90, 80 at DSCR 1.30 and 8 % repay 311.85', () => {
    const cfads = ['120', '110', '100', '90', '80']
    const terms = {
      period: 'year',
      interest: { fixed: '0.08', dayCount: '30E/360' },
      amortisation: { sculpted: { dscr: '1.30' } },
      forecast: forecastOf(cfads),
    }
    // 30E/360 of a whole year is one year; to four digits the debt is drawn a million times over.
    const [million, millions] = [decimal('1000000'), cfads.map((each) => `${each}000000`)]
    const schedule = scheduleOfText(document({ ...terms, commitment: '1000000000', forecast: forecastOf(millions) }))
    const { debt } = sculpt(
      cfads.map((each) => ({ cfads: decimal(each), rate: decimal('0.08') })),
      decimal('1.30'),
    )
    const drawn = toFixed(times(debt, million), 2)
    const all = settleAll(schedule, { events: [draw('a', '2027-01-01', drawn)], figures: yearly(millions) }, '2031-12')
    const inMillions = amounts(all, 'loan-principal').map((each) => toFixed(times(decimal(each), rational(1, 1_000_000)), 4))
    assert.equal(toFixed(times(decimal(drawn), rational(1, 1_000_000)), 4), '311.8469')
    assert.deepEqual(inMillions, ['67.3599', '65.0564', '62.5686', '59.8818', '56.9801'])
    for (const year of decembers(all).slice(0, 4)) {
      assert.equal(position(year, 'dscr'), '13/10')
      assert.equal(toFixed(fromText(position(year, 'llcr')!), 8), '1.30000000')
    }
    assert.equal(position(all.at(-1)!, 'balance'), '0')
  })

  test('DF3 debt sized by what its forecast bears has its DSCR in every period, and is repaid', () => {
    const falling = fc.array(fc.integer({ min: 8_000, max: 12_000 }), { minLength: 5, maxLength: 5 })
    fc.assert(
      fc.property(falling, fc.integer({ min: 100, max: 200 }), fc.integer({ min: 0, max: 12 }), (cents, target, percent) => {
        const [dscr, rate] = [rational(target, 100), rational(percent, 100)]
        const cfads = cents.map((each) => rational(each, 100))
        const written = cfads.map((each) => toFixed(each, 2))
        const { debt } = sculpt(
          cfads.map((each) => ({ cfads: each, rate })),
          dscr,
        )
        const terms = {
          period: 'year',
          interest: { fixed: toFixed(rate, 2), dayCount: '30E/360' },
          amortisation: { sculpted: { dscr: toFixed(dscr, 2) } },
          forecast: forecastOf(written),
        }
        const all = decembers(
          settleAll(
            scheduleOfText(document(terms)),
            { events: [draw('a', '2027-01-01', toFixed(debt, 2))], figures: yearly(written) },
            '2031-12',
          ),
        )
        for (const year of all.slice(0, 4)) assert.equal(position(year, 'dscr'), toText(dscr))
        // The last period takes what rounding left, less than a cent of each period before, with interest.
        const last = fromText(position(all.at(-1)!, 'debt-service')!)
        const off = minus(last, fromText(toText(times(cfads[4]!, rational(100, target)))))
        assert.ok(compare(times(off, off), decimal('0.0025')) < 0, toFixed(off, 6))
        assert.equal(position(all.at(-1)!, 'balance'), '0')
      }),
      { numRuns: 25 },
    )
  })

  test('DF3 scheduled: amounts, or shares of what was drawn by then; never more than is outstanding, and the rest at the end', () => {
    const events = [draw('a', '2027-01-01', '300'), draw('b', '2027-05-01', '100')]
    const paid = (scheduled: readonly object[]) =>
      amounts(
        settleAll(scheduleOfText(document({ through: '2027-12-31', amortisation: { scheduled } })), { events }, '2027-12'),
        'loan-principal',
      )
    // 60 % of 300 is 180; 40 % of 400 is 160; 60 are left.
    assert.deepEqual(
      paid([
        { date: '2027-03-31', share: '0.6' },
        { date: '2027-06-30', share: '0.4' },
      ]),
      ['180.00', '160.00', '60.00'],
    )
    assert.deepEqual(
      paid([
        { date: '2027-03-31', amount: '250' },
        { date: '2027-06-30', amount: '700' },
      ]),
      ['250.00', '150.00'],
    )
  })
})

const money = fc.integer({ min: 0, max: 30_000 }).map((cents) => rational(cents, 100))
const flows = fc.array(
  fc.record({ cfads: fc.integer({ min: -5_000, max: 30_000 }).map((cents) => rational(cents, 100)), opex: money, subordinated: money }),
  { minLength: 5, maxLength: 5 },
)
const cascade = {
  period: 'year',
  interest: { fixed: '0.08', dayCount: '30E/360' },
  amortisation: { sculpted: { dscr: '1.30' } },
  forecast: forecastOf(['120', '110', '100', '90', '80']),
  waterfall: ['opex', 'interest', 'principal', 'dsra', 'subordinated', 'distributions'],
  dsra: { share: '0.5', months: 12 },
  lockUp: { dscr: '1.15' },
}
const figuresOf = (all: readonly Readonly<Record<'cfads' | 'opex' | 'subordinated', Rational>>[]): FigureFact[] =>
  (['cfads', 'opex', 'subordinated'] as const).flatMap((name) =>
    yearly(
      all.map((each) => each[name]),
      name,
    ),
  )

describe('cash', () => {
  test('DF4 DF5 DF6 whatever cash there is, it is used up, nothing is owed below zero, and lines tie to the state', () => {
    fc.assert(
      fc.property(flows, fc.integer({ min: 1, max: 40_000 }), fc.boolean(), (all, cents, compounding) => {
        const schedule = scheduleOfText(document({ ...cascade, compounding }))
        const told = { events: [draw('a', '2027-01-01', toFixed(rational(cents, 100), 2))], figures: figuresOf(all) }
        const settled = decembers(settleAll(schedule, told, '2031-12'))
        let opening: State = {}
        for (const [i, { month, state }] of settled.entries()) {
          const facts = factsOf(monthInterval(month, zone), {}, told)
          const clause = clauseOf(schedule)
          const work = {
            schedule,
            clause,
            part: partOf(clause, month, zone)!,
            facts,
            month,
            lines: [],
            factors: [],
            reductions: [],
            stated: [],
          }
          const { use, opening: before, closing } = workOutDebt({ ...work, opening: opening['loan'] ?? {} })
          opening = settle({ schedule, facts, month, opening }).closing
          assert.deepEqual(closing, state)
          const out = plus(use.fromReserve.interest, use.fromReserve.principal)
          assert.equal(toText(minus(total(use.steps.map(({ paid }) => paid)), out)), toText(use.cash!))
          assert.equal(toText(use.reserve), toText(minus(plus(minus(before.reserve, use.released), stepOf(use, 'dsra').paid), out)))
          const owed = [closing.reserve, closing.locked, balanceOf(closing), ...Object.values(closing.arrears)]
          assert.ok(owed.every((each) => compare(each, nought) >= 0))
          const lines = settled.slice(0, i + 1)
          assert.equal(toText(balanceOf(closing)), toText(minus(paidIn(lines, 'loan-draw'), paidIn(lines, 'loan-principal'))))
        }
      }),
      { numRuns: 30 },
    )
  })

  test('DF5 what accrues as interest is paid or in arrears, to the last fraction', () => {
    fc.assert(
      fc.property(flows, (all) => {
        const told = { events: [draw('a', '2027-01-01', '311.85')], figures: figuresOf(all) }
        const settled = settleAll(scheduleOfText(document(cascade)), told, '2031-12')
        const paid = total(
          settled.flatMap(({ lines }) => lines.filter(({ formula }) => formula === 'loan-interest').map(({ exact }) => fromText(exact))),
        )
        let accrued = nought
        let before = nought
        for (const { state } of decembers(settled)) {
          accrued = plus(accrued, times(before.n === 0n ? decimal('311.85') : before, decimal('0.08')))
          before = balanceOf(state)
          if (before.n === 0n) break
        }
        assert.equal(toText(plus(paid, settled.at(-1)!.state.arrears.interest ?? nought)), toText(accrued))
      }),
      { numRuns: 30 },
    )
  })

  test('DF4 unpaid interest bears none unless the terms say so; unpaid principal does', () => {
    const figures = yearly(['0', '0', '0', '0', '0'])
    const terms = {
      period: 'year',
      interest: { fixed: '0.10', dayCount: '30E/360' },
      waterfall: ['interest', 'principal', 'distributions'],
    }
    const owed = (compounding: boolean) =>
      toText(
        settleAll(scheduleOfText(document({ ...terms, compounding })), { events: [draw('a', '2027-01-01', '100')], figures }, '2029-12').at(
          -1,
        )!.state.arrears.interest!,
      )
    // 3 · 10; and 10 + 11 + 12.1.
    assert.equal(owed(false), '30')
    assert.equal(owed(true), '331/10')
  })

  test('DF6 the reserve account holds its share of the debt service ahead, lets go what is too much, and pays what cash does not', () => {
    const terms = {
      ...cascade,
      lockUp: undefined,
      waterfall: ['interest', 'principal', 'dsra', 'distributions'],
      amortisation: { scheduled: years.map((year) => ({ date: `${year}-12-31`, share: '0.2' })) },
      interest: { fixed: '0.10', dayCount: '30E/360' },
    }
    const figures = yearly(['80', '50', '10', '50', '50'])
    const all = decembers(settleAll(scheduleOfText(document(terms)), { events: [draw('a', '2027-01-01', '100')], figures }, '2031-12'))
    // Debt service 30, 28, 26, 24, 22. Targets after each year: 14, 13, 12, 11, 0.
    // 1: 80 pays 30 and 14. 2: 1 is let go. 3: 10 + 1 pay 11 of 26 and the account 12, 3 of principal stay unpaid. 4: balance 43: 4.3 + 20 + 3.
    assert.deepEqual(
      all.map((each) => position(each, 'reserve')),
      ['14', '13', '0', '11', '0'],
    )
    assert.deepEqual(amounts(all, 'loan-interest'), ['10.00', '8.00', '6.00', '4.30', '2.00'])
    assert.deepEqual(amounts(all, 'loan-principal'), ['20.00', '20.00', '17.00', '23.00', '20.00'])
    const distributed = all.map(({ lines }) => lines.find(({ formula }) => formula === 'cash-distributions')!.quantity)
    // 80 − 44; 50 + 1 − 28; nothing; 50 − 27.3 − 11; 50 + 11 − 22.
    assert.deepEqual(distributed, ['36', '23', '0', '117/10', '39'])
  })

  test('DF5 the order of readings does not matter', () => {
    const told = years.flatMap((year, i) => [
      {
        kind: 'figure',
        source: 'books',
        id: `c${year}`,
        clause: 'loan',
        figure: 'cfads',
        value: `${90 - 10 * i}`,
        from: `${year}-01-01T00:00:00Z`,
        to: `${year + 1}-01-01T00:00:00Z`,
      },
      {
        kind: 'event',
        source: 'bank',
        id: `d${year}`,
        clause: 'loan',
        event: 'draw',
        of: `d${year}`,
        at: '2027-01-05T00:00:00Z',
        amount: `${50 + i}.37`,
      },
    ])
    const schedule = scheduleOfText(document({ ...cascade, availableThrough: '2027-06-30' }))
    const text = (readings: readonly object[]) => JSON.stringify(settleMonths(schedule, readings, { from: '2027-01', through: '2028-12' }))
    const expected = text(told)
    fc.assert(
      fc.property(fc.shuffledSubarray(told, { minLength: told.length }), (shuffled) => text(shuffled) === expected),
      { numRuns: 8 },
    )
  })
})

describe('cover', () => {
  const terms = {
    ...cascade,
    interest: { fixed: '0', dayCount: '30E/360' },
    dsra: undefined,
    waterfall: ['interest', 'principal', 'distributions'],
  }
  const shares = { amortisation: { scheduled: years.map((year) => ({ date: `${year}-12-31`, share: '0.2' })) } }

  test('DF7 below a level nothing is distributed and the statement says why; what was locked up waits for the next period', () => {
    const levels = { lockUp: { dscr: '1.15' }, defaultTest: { dscr: '1.05' } }
    const schedule = scheduleOfText(document({ ...terms, ...shares, ...levels }))
    const figures = yearly(['23', '22.99', '20.5', '30', '30'])
    const all = decembers(settleAll(schedule, { events: [draw('a', '2027-01-01', '100')], figures }, '2031-12'))
    assert.deepEqual(
      all.map((each) => position(each, 'dscr')),
      ['23/20', '2299/2000', '41/40', '3/2', '3/2'],
    )
    assert.deepEqual(
      all.map((each) => toFixed(fromText(position(each, 'reserve', 'locked')!), 2)),
      ['0.00', '2.99', '3.49', '0.00', '0.00'],
    )
    assert.deepEqual(
      all.map(({ lines }) => toFixed(fromText(lines.find(({ formula }) => formula === 'cash-distributions')!.quantity), 2)),
      ['3.00', '0.00', '0.00', '13.49', '10.00'],
    )
    const words = (settled: Settled) =>
      settled.lines
        .filter(({ formula }) => /dscr/.test(formula))
        .map(({ formula, minor, quantity, rate }) => `${formula} ${minor} ${quantity} ${rate}`)
    assert.deepEqual(all.map(words), [
      [],
      ['lock-up-dscr 0 2299/2000 23/20'],
      ['lock-up-dscr 0 41/40 23/20', 'default-dscr 0 41/40 21/20'],
      [],
      [],
    ])
  })

  test('DF7 LLCR is what the forecast until maturity is worth over the balance, PLCR to the end of the project', () => {
    const forecast = [...forecastOf(['40', '40', '40', '40', '40']), { from: '2032-01-01', through: '2033-12-31', amount: '80' }]
    const levels = { lockUp: { llcr: '1.60', plcr: '2.60' } }
    const schedule = scheduleOfText(
      document({ ...terms, ...shares, interest: { fixed: '0.10', dayCount: '30E/360' }, forecast, ...levels }),
    )
    const [first] = decembers(
      settleAll(schedule, { events: [draw('a', '2027-01-01', '100')], figures: yearly(Array(5).fill('40')) }, '2027-12'),
    )
    // After a year 80 are owed. Σ 40/1.1ᵗ for 4 years = 126.7946; 2032 is a leap year, so that of the 80 it has 366/731: 40.0547 and 39.9453.
    assert.equal(toFixed(fromText(position(first!, 'llcr')!), 6), '1.584933')
    const tail = 80 * (366 / 731 / 1.1 ** 5 + 365 / 731 / 1.1 ** 6)
    assert.equal(toFixed(fromText(position(first!, 'plcr')!), 6), ((126.79461785 + tail) / 80).toFixed(6))
    assert.deepEqual(
      first!.lines.filter(({ formula }) => formula.startsWith('lock-up')).map(({ formula }) => formula),
      ['lock-up-llcr', 'lock-up-plcr'],
    )
  })

  test('DF7 a ratio of hundreds of months is stated with 30 digits, in a moment', () => {
    const monthly = { ...terms, period: 'month', interest: { fixed: '0.0737', dayCount: 'act/360' }, through: '2056-12-31' }
    const place = { term: { from: '2027-01-01', through: '2056-12-31' } }
    const forecast = [{ from: '2027-01-01', through: '2059-12-31', amount: '3000' }]
    const schedule = scheduleOfText(
      document({ ...monthly, forecast, amortisation: { sculpted: { dscr: '1.3' } }, lockUp: { plcr: '1.1' } }, place),
    )
    const figures = [figure('cfads', '2027-01-01', '2027-01-31', decimal('8'))]
    const started = performance.now()
    const [january] = settleAll(schedule, { events: [draw('a', '2027-01-01', '900')], figures }, '2027-01')
    const text = position(january!, 'plcr')!
    assert.ok(text.length < 70, text)
    assert.ok(performance.now() - started < 5_000)
  })
})

describe('the terms', () => {
  const refused = (terms: Terms): string[] => problemsOfText(document(terms)).map((problem) => problem.replace('/clauses/0', ''))
  const steps = ['interest', 'principal', 'distributions']

  test('DF8 what is wrong is refused where it stands, with what would be right', () => {
    const bad: readonly (readonly [Terms, string])[] = [
      [
        {
          amortisation: {
            scheduled: [
              { date: '2027-03-31', share: '0.5' },
              { date: '2027-06-30', share: '0.4' },
            ],
          },
        },
        '/amortisation/scheduled: the shares add up to 0.9: they should add up to 1',
      ],
      [
        {
          amortisation: {
            scheduled: [
              { date: '2027-03-31', amount: '600' },
              { date: '2027-06-30', amount: '500' },
            ],
          },
        },
        '/amortisation/scheduled: the repayments add up to 1100, but no more than 1000.00 may be drawn',
      ],
      [
        {
          amortisation: {
            scheduled: [
              { date: '2027-03-31', amount: '600' },
              { date: '2027-06-30', share: '0.4' },
            ],
          },
        },
        '/amortisation/scheduled/1/share: the first repayment is of another sort: write amounts, or shares, not both',
      ],
      [
        { amortisation: { scheduled: [{ date: '2027-03-30', share: '1' }] } },
        '/amortisation/scheduled/0/date: 2027-03-30 is not the last date of a quarter: repayments fall on one, such as 2027-03-31',
      ],
      [
        { amortisation: { scheduled: [{ date: '2032-03-31', share: '1' }] } },
        '/amortisation/scheduled/0/date: 2032-03-31 is after the loan matures, 2031-12-31',
      ],
      [
        {
          amortisation: {
            scheduled: [
              { date: '2027-06-30', share: '0.5' },
              { date: '2027-03-31', share: '0.5' },
            ],
          },
        },
        '/amortisation/scheduled/1/date: 2027-03-31 does not come after 2027-06-30: write repayments in order of time',
      ],
      [
        { amortisation: { sculpted: { dscr: '0.99' } }, forecast: forecastOf(['1', '1', '1', '1', '1']) },
        '/amortisation/sculpted/dscr: is "0.99": below 1 the debt service is more than the cash for it',
      ],
      [
        { amortisation: { sculpted: { dscr: '1.3' } } },
        '/amortisation/sculpted: needs `forecast`: write the cash available for debt service',
      ],
      [
        { amortisation: { sculpted: { dscr: '1.3' } }, forecast: forecastOf(['1', '1', '1', '1']) },
        '/forecast/3/through: 2030-12-31 is before the loan matures, 2031-12-31: the forecast should reach it',
      ],
      [
        { forecast: [forecastOf(['1'])[0]!, { from: '2028-01-02', through: '2031-12-31', amount: '1' }] },
        '/forecast/1/from: 2028-01-02 leaves a hole: the amount before ends on 2027-12-31, so this one should start on 2028-01-01',
      ],
      [
        { forecast: [forecastOf(['1'])[0]!, { from: '2027-12-31', through: '2031-12-31', amount: '1' }] },
        '/forecast/1/from: 2027-12-31 overlaps the amount before, which ends on 2027-12-31: this one should start on 2028-01-01',
      ],
      [
        { forecast: [{ from: '2027-02-01', through: '2027-01-31', amount: '1' }] },
        '/forecast/0/through: 2027-01-31 is before the amount starts, 2027-02-01',
      ],
      [
        { waterfall: ['principal', 'interest', 'distributions'] },
        '/waterfall/0: `principal` comes before `interest`: interest is paid first',
      ],
      [{ waterfall: ['opex', 'principal', 'distributions'] }, '/waterfall: has no step `interest`: the lender is paid out of it'],
      [{ waterfall: ['interest', 'principal', 'fees'] }, '/waterfall: does not end with `distributions`: the last step takes what is left'],
      [
        { waterfall: ['interest', 'principal', 'dsra', 'distributions'] },
        '/waterfall/2: there is no reserve account: write `dsra`, or leave the step out',
      ],
      [{ waterfall: steps, dsra: { share: '0.5', months: 6 } }, '/dsra: no step fills the account: name `dsra` in the waterfall'],
      [{ dsra: { share: '0.5', months: 6 } }, '/dsra: a reserve account is filled out of a waterfall: write `waterfall`'],
      [
        { waterfall: ['interest', 'principal', 'dsra', 'distributions'], dsra: { share: '0.5', months: 5 } },
        '/dsra/months: is 5: should be a whole number of quarters',
      ],
      [{ lockUp: { dscr: '1.1' } }, '/lockUp: a lock-up keeps what a waterfall would distribute: write `waterfall`'],
      [{ waterfall: steps, lockUp: {} }, '/lockUp: names no ratio: write `dscr`, `llcr` or `plcr`'],
      [{ waterfall: steps, lockUp: { llcr: '1.1' } }, '/lockUp/llcr: needs `forecast`: write the cash available for debt service'],
      [
        { waterfall: steps, lockUp: { dscr: '1.1' }, defaultTest: { dscr: '1.2' } },
        '/lockUp/dscr: is "1.1", below the default level "1.2": cash is locked up before the loan fails',
      ],
      [
        {
          waterfall: steps,
          amortisation: { sculpted: { dscr: '1.3' } },
          forecast: forecastOf(['1', '1', '1', '1', '1']),
          lockUp: { dscr: '1.31' },
        },
        '/lockUp/dscr: is "1.31", above the DSCR of "1.3" that the loan is sculpted to: it would never distribute',
      ],
      [{ availableFrom: '2026-12-31' }, '/availableFrom: 2026-12-31 is before the clause starts, 2027-01-01'],
      [{ availableThrough: '2032-01-01' }, '/availableThrough: 2032-01-01 is after the loan matures, 2031-12-31'],
      [
        { availableFrom: '2027-06-01', availableThrough: '2027-05-31' },
        '/availableThrough: 2027-05-31 is before the loan can first be drawn, 2027-06-01',
      ],
      [
        { interest: { fixed: '0.08', margin: '0.01', dayCount: 'act/360' } },
        '/interest/margin: `margin` belongs to an index, and the rate is fixed: leave it out',
      ],
      [
        { interest: { fixed: '0.08', index: 'rate', dayCount: 'act/360' } },
        '/interest: has `fixed` and `index`: should have exactly one of them',
      ],
      [
        { interest: { fixed: '8', dayCount: 'act/360' } },
        '/interest/fixed: is "8": should be a share from 0 to 1 in quotes, such as "0.175"',
      ],
      [{ commitment: '1000.001' }, '/commitment: "1000.001" has more digits than USD, which has 2: round it'],
      [{ payee: 'vendor' }, '/payee: `vendor` is the guarantor: a debt-facility is paid by the operator to a lender'],
    ]
    for (const [terms, expected] of bad) assert.deepEqual(refused(terms), [expected])
    assert.deepEqual(refused(cascade), [])
  })

  test('DF9 a loan with a waterfall settles on cash that somebody told, all of the period, once', () => {
    const schedule = scheduleOfText(document({ waterfall: steps }))
    const messages = (...figures: FigureFact[]) => checkFacts(schedule, factsOf(monthInterval('2027-03', zone), {}, { figures }))
    const [january, february, march] = [
      figure('cfads', '2027-01-01', '2027-01-31', nought),
      figure('cfads', '2027-02-01', '2027-02-28', nought),
      figure('cfads', '2027-03-01', '2027-03-31', nought),
    ]
    assert.deepEqual(messages(january, february, march), [])
    assert.deepEqual(messages(january, march), [
      'Clause loan settles 2027-Q1 on cash, but no figure cfads speaks of 2027-02-01 00:00:00 +00:00: report it up to 2027-04-01 00:00:00 +00:00.',
    ])
    assert.match(messages(january, february, march, figure('cfads', '2027-03-31', '2027-06-30', nought))[0]!, /^Two figures cfads/)
    assert.equal(messages().length, 1)
    const unread = scheduleOfText(document())
    assert.deepEqual(checkFacts(unread, factsOf(monthInterval('2027-03', zone), {})), [])
    const { refusals, lines } = settle({ schedule, facts: factsOf(monthInterval('2027-03', zone), {}), month: '2027-03', opening: {} })
    assert.deepEqual([refusals.length, lines], [1, []])
  })

  test('DF10 debt service is promised from a date to maturity, whatever happens; what is not drawn may be lent', () => {
    const terms = {
      availableThrough: '2027-06-30',
      through: '2027-12-31',
      interest: { index: 'rate', margin: '0.02', dayCount: '30E/360' },
      amortisation: { scheduled: [{ date: '2027-09-30', amount: '100' }] },
    }
    const schedule = scheduleOfText(document(terms))
    const told = { events: [draw('a', '2027-01-01', '400')], indices: [index('2026-12-31', '0.06')] }
    const [, , march] = settleAll(schedule, told, '2027-03')
    const clause = clauseOf(schedule)
    const facts = factsOf(monthInterval('2027-03', zone), {}, told)
    const carried = settle({ schedule, facts, month: '2027-03', opening: {} }).closing['loan']!
    assert.deepEqual(debtState(carried), march!.state)
    const promised = kindNamed('debt-facility').commitments!(clause, { schedule, from: '2027-04-01', state: carried })
    // 8 % of 400 a quarter, 100 repaid, then 8 % of 300 and the rest.
    assert.deepEqual(
      promised.map(({ payer, from, through, amount, nature }) => `${payer} ${from} ${through} ${toText(amount)} ${nature}`),
      [
        'cloud 2027-04-01 2027-06-30 8 firm',
        'cloud 2027-07-01 2027-09-30 108 firm',
        'cloud 2027-10-01 2027-12-31 306 firm',
        'bank 2027-04-01 2027-06-30 600 contingent',
      ],
    )
  })

  test('DF10 within a period all of its interest is still to come', () => {
    const schedule = scheduleOfText(document({ through: '2027-12-31', interest: { fixed: '0.08', dayCount: '30E/360' } }))
    const facts = factsOf(monthInterval('2027-03', zone), {}, { events: [draw('a', '2027-01-01', '400')] })
    const state = settle({ schedule, facts, month: '2027-03', opening: {} }).closing['loan']!
    const [first] = kindNamed('debt-facility').commitments!(clauseOf(schedule), { schedule, from: '2027-05-01', state })
    // 2 % of 400 for April to June, due at the end of June.
    assert.deepEqual([first!.from, first!.through, toText(first!.amount)], ['2027-05-01', '2027-06-30', '8'])
  })

  test('DF10 what is projected is what settles, if nothing more is drawn and all is paid', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 31_184 }), (cents) => {
        const schedule = scheduleOfText(
          document({
            ...cascade,
            waterfall: undefined,
            dsra: undefined,
            lockUp: undefined,
            interest: { fixed: '0.08', dayCount: 'act/365F' },
          }),
        )
        const amount = rational(cents, 100)
        const all = settleAll(schedule, { events: [draw('a', '2027-01-01', toFixed(amount, 2))] }, '2031-12')
        const service = project(
          clauseOf(schedule),
          at('2027-01-01'),
          { balance: amount, drawn: amount, index: undefined },
          { zone, currency: 'USD' },
        )
        const rounded = (value: Rational) => toText(toRational(toMoney(value, 'USD')))
        assert.equal(rounded(total(service.map(({ principal }) => toRational(toMoney(principal, 'USD'))))), toText(amount))
        for (const [i, { interest, principal }] of service.entries())
          assert.equal(position(decembers(all)[i]!, 'debt-service'), toText(plus(interest, principal)))
      }),
      { numRuns: 20 },
    )
  })

  test('DF11 the sentences say every number', () => {
    const terms = {
      ...cascade,
      availableThrough: '2028-06-30',
      interest: {
        index: 'rate',
        margin: {
          steps: [
            { from: '2027-01-01', value: '0.0225' },
            { from: '2029-01-01', value: '0.025' },
          ],
        },
        floor: '0.005',
        lagDays: 2,
        dayCount: 'act/360',
      },
      lockUp: { dscr: '1.15', llcr: '1.2' },
      defaultTest: { plcr: '1.05' },
    }
    const said = (each: Terms) =>
      sentences(scheduleOfText(document(each)), clauseKinds)
        .map(({ text }) => text)
        .join('\n')
    const text = said(terms)
    const expected = [
      '1,000.00 USD',
      '2027-01-01 through 2028-06-30',
      'each year',
      '0.5 %',
      '2.25 % until 2028-12-31, then 2.5 %',
      'act/360',
      '2 days before',
      'bears none',
      '1.3 times',
      '120.00 from 2027-01-01 through 2027-12-31',
      '80.00 from 2031',
      'operating costs, then interest, then principal',
      '50.0 % of the debt service of the next 12 months',
      'DSCR below 1.15 or LLCR below 1.2',
      'PLCR below 1.05',
    ]
    for (const words of expected) assert.ok(text.includes(words), `${words} in\n${text}`)
    const scheduled = said({
      compounding: true,
      amortisation: {
        scheduled: [
          { date: '2027-03-31', share: '0.25' },
          { date: '2027-06-30', share: '0.75' },
        ],
      },
    })
    for (const words of [
      'bears 8.0 % a year',
      'bears interest itself',
      '25.0 % of what was drawn on 2027-03-31 and 75.0 % of what was drawn on 2027-06-30',
      '2031-12-31',
    ])
      assert.ok(scheduled.includes(words), `${words} in\n${scheduled}`)
    assert.ok(said({ amortisation: { scheduled: [{ date: '2027-03-31', amount: '12.5' }] } }).includes('12.50 USD on 2027-03-31'))
    assert.ok(said({}).includes('repaid in one amount on 2031-12-31'))
  })
})
