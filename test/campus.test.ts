import assert from 'node:assert/strict'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { parse as parseYaml } from 'yaml'
import type { AgreementId } from '../src/core/base/id.ts'
import {
  decimal,
  fromText,
  minus,
  over,
  plus,
  rational,
  roundHalfEven,
  times,
  toDecimal,
  type Rational,
} from '../src/core/base/rational.ts'
import { nextMonth, type Month } from '../src/core/base/time.ts'
import { parsePortfolio, type Portfolio } from '../src/core/credit/portfolio.ts'
import { sumRows, type Amount, type Register } from '../src/core/credit/register.ts'
import { trialBalance } from '../src/core/ledger/trial-balance.ts'
import type { Journal } from '../src/core/ledger/journal.ts'
import { post } from '../src/core/posting/post.ts'
import { checkReasons } from '../src/core/statements/explain.ts'
import type { Statement } from '../src/core/statements/statement.ts'
import { advance, openSandbox } from '../src/server/app/advance.ts'
import { loadAgreement } from '../src/server/app/load-agreement.ts'
import { drawRegister } from '../src/server/app/register.ts'
import { parseStory } from '../src/server/history/story.ts'
import { testDatabase } from './database.ts'
import { offtake } from './offtake.ts'

const { close, ...store } = await testDatabase()
after(close)
const env = { DATABASE_URL: store.url }

const file = (name: string): string => join(import.meta.dirname, '../examples', name)
const text = (name: string): string => fs.readFileSync(file(name), 'utf8')
const million = 1_000_000_00n

/** Terms of 76 months from February 2026 and of 240 from July 2028. */
const deals = ['lease-guarantees', 'ohio-campus'] as const
const storyOf = { 'lease-guarantees': 'lease-guarantees.story.yaml', 'ohio-campus': 'ohio-campus.story.yaml' } as const
const told = new Map<string, Statement[]>()

/** Every month of both, to the end of their terms, by the use cases that anybody has. */
before(async () => {
  await openSandbox(store)
  const sources = deals.map((agreement) => {
    const story = parseStory(text(storyOf[agreement]))
    if ('problems' in story) assert.fail(JSON.stringify(story.problems))
    // The one that there is.
    const later = 'ohio-campus.v2.yaml'
    const amendments = (story.story.amendments ?? []).map(({ at }) => ({ at, file: later, document: text(later) }))
    return { agreement: agreement as string as AgreementId, seed: 7, detail: 'coarse' as const, story, amendments }
  })
  for (const agreement of deals) {
    const answer = await loadAgreement(store, { document: text(`${agreement}.yaml`), now: 0, by: 'test' })
    assert.equal(answer.kind, 'loaded', JSON.stringify(answer))
  }
  for await (const { agreement, statement } of advance(store, { sources, months: 600, by: 'test' }))
    if (statement !== undefined) told.set(agreement, [...(told.get(agreement) ?? []), statement])
})

const statementsOf = (deal: string): readonly Statement[] => told.get(deal) ?? assert.fail(`${deal} has no statement`)
const monthOf = (deal: string, month: Month): Statement =>
  statementsOf(deal).find((each) => each.month === month) ?? assert.fail(`${deal} has no ${month}`)

/** Dollars and cents, in cents. */
const cents = (amount: string): bigint => BigInt(amount.replace('.', ''))
const sum = (all: readonly bigint[]): bigint => all.reduce((a, b) => a + b, 0n)
/** What lines of a clause come to in a month, in cents. */
const paid = (deal: string, month: Month, clause: string, formula: string): bigint =>
  sum(
    monthOf(deal, month)
      .lines.filter((line) => line.clause === clause && line.formula === formula)
      .map(({ amount }) => cents(amount)),
  )
/** Where a clause stands; undefined where it does not say. */
const position = ({ positions }: Statement, clause: string, measure: string, of: string | null = null): Rational | undefined => {
  const found = positions.findLast((each) => each.clause === clause && each.measure === measure && each.of === of)
  return found === undefined ? undefined : fromText(found.value)
}
const stands = (deal: string, month: Month, clause: string, measure: string, of: string | null = null): string =>
  toDecimal(position(monthOf(deal, month), clause, measure, of) ?? assert.fail(`${clause} says no ${measure} in ${month}`))

describe('H15 both run to the end', () => {
  test('H15 every month of the term is final, every line has its reasons, and the books of all parties balance after each', () => {
    for (const [deal, first, last, count] of [
      // 11 + 5·12 + 5; 20·12.
      ['lease-guarantees', '2026-02', '2032-05', 76],
      ['ohio-campus', '2028-07', '2048-06', 240],
    ] as const) {
      const statements = statementsOf(deal)
      assert.deepEqual([statements[0]!.month, statements.at(-1)!.month, statements.length], [first, last, count])
      assert.ok(statements.every(({ month }, i) => i === 0 || month === nextMonth(statements[i - 1]!.month)))
      const balances = new Map<string, bigint>()
      for (const statement of statements) {
        for (const line of statement.lines) assert.equal(checkReasons(line), undefined, `${statement.month} ${line.key}`)
        for (const { book, entries } of post(statement)) {
          assert.equal(sum(entries.map(({ amount }) => amount.minor)), 0n, `${statement.month} ${book}`)
          for (const { account, amount } of entries)
            balances.set(`${book} ${account}`, (balances.get(`${book} ${account}`) ?? 0n) + amount.minor)
        }
        // The trial balance of all books after this month: what is owed is what is to come in.
        assert.equal(sum([...balances.values()]), 0n, statement.month)
        const under = (kind: string) => sum([...balances].filter(([name]) => name.includes(kind)).map(([, minor]) => minor))
        assert.equal(under(':receivable:'), -under(':payable:'), statement.month)
      }
    }
  })

  test('H15 the trial balance of each book ties at the end', () => {
    const journals: Journal[] = deals.flatMap((deal) => statementsOf(deal)).flatMap((statement) => post(statement))
    const books = new Set(journals.map(({ book }) => book))
    assert.deepEqual([...books].toSorted(), [
      'first-landlord',
      'lease-cloud',
      'nvidia',
      'ohio-landlord',
      'ohio-lenders',
      'openai',
      'other-landlords',
    ])
    for (const book of books)
      for (const { total } of trialBalance(journals, book)) {
        assert.equal(total.closing.minor, 0n)
        assert.equal(total.debit.minor, total.credit.minor)
      }
  })
})

/** Guarantees, by their clause: the cap at the start, in cents. */
const guarantees = [
  ['lease-guarantees', 'first-lease', 860n * million],
  ['lease-guarantees', 'other-leases', 2640n * million],
  ['ohio-campus', 'lease', 12_000n * million],
  ['ohio-campus', 'debt-service', 20_000n * million],
] as const
const claims = ['guarantee-call', 'guarantee-assumed', 'guarantee-sublease', 'guarantee-termination']

describe('H15 guarantees', () => {
  test('H15 at the end of every month the cap at the start is called, left or amortised; no more is ever paid than the cap', () => {
    for (const [deal, clause, initial] of guarantees) {
      let [months, called] = [0, 0n]
      for (const statement of statementsOf(deal)) {
        called += sum(claims.map((formula) => paid(deal, statement.month, clause, formula)))
        const measures = ['called', 'cap-left', 'amortised'].map((measure) => position(statement, clause, measure))
        if (measures[0] === undefined) continue
        months += 1
        const whole = measures.map((each) => each ?? assert.fail(statement.month)).reduce(plus)
        assert.equal(toDecimal(times(whole, rational(100))), String(initial), `${clause} ${statement.month}`)
        assert.equal(toDecimal(times(measures[0], rational(100))), String(called), `${clause} ${statement.month}`)
        assert.ok(measures.every((each) => each!.n >= 0n))
      }
      assert.ok(months >= 60, clause)
      assert.ok(called <= initial)
    }
  })

  test('H15 the first lease: cured, called, assumed at 85 %, and cut by the cap of the fifth year', () => {
    const [deal, clause] = ['lease-guarantees', 'first-lease']
    // 13 million of June 2028 are cured after twenty days: nothing is called.
    assert.equal(
      sum(claims.map((formula) => sum(['2028-06', '2028-07', '2028-08', '2028-09'].map((m) => paid(deal, m, clause, formula))))),
      0n,
    )
    assert.equal(paid(deal, '2028-10', clause, 'guarantee-call'), 43n * million)
    // 43 × 0.85 for the rents of December 2028 to June 2030: seven of them.
    const assumed = ['2028-12', '2029-03', '2029-06', '2029-09', '2029-12', '2030-03', '2030-06']
    for (const month of assumed) assert.equal(paid(deal, month, clause, 'guarantee-assumed'), 36_550_000_00n, month)
    // 330 − 43 − 7 × 36.55 are left in September 2030, and nothing in December.
    assert.equal(paid(deal, '2030-09', clause, 'guarantee-assumed'), 31_150_000_00n)
    assert.equal(paid(deal, '2030-12', clause, 'guarantee-assumed'), 0n)
    assert.equal(stands(deal, '2031-01', clause, 'called'), '330000000')
    // Before: 860 million and 470 in escrow. After the call nine rents of 43 are not due yet, and escrow covers them.
    const shape = ['gross', 'escrow', 'net'] as const
    assert.deepEqual(
      shape.map((measure) => stands(deal, '2026-02', clause, measure)),
      ['860000000', '470000000', '390000000'],
    )
    assert.deepEqual(
      shape.map((measure) => stands(deal, '2028-10', clause, measure)),
      ['387000000', '470000000', '0'],
    )
    const escrow = ['2028-10', '2028-11', '2029-04', '2030-01', '2031-01'].map((month) => stands(deal, month, clause, 'escrow'))
    assert.deepEqual(escrow, ['470000000', '427000000', '353900000', '244250000', '140000000'])
    // 470 − 427 = 43; 427 − 353.9 = 73.1; 353.9 − 244.25 = 109.65; and 104.25, so that all 330 have come back.
    const back = ['2028-11', '2029-04', '2030-01', '2031-01'].map((month) => paid(deal, month, clause, 'recovery'))
    assert.deepEqual(back, [43n * million, 73_100_000_00n, 109_650_000_00n, 104_250_000_00n])
  })

  test('H15 the other leases: called once, then sublet, and the last rent meets the cap', () => {
    const [deal, clause] = ['lease-guarantees', 'other-leases']
    assert.equal(paid(deal, '2030-09', clause, 'guarantee-call'), 110n * million)
    // 110 less 70, 75, 80, 85 and 90 of income.
    for (const [month, left] of [
      ['2030-11', 40n],
      ['2031-02', 35n],
      ['2031-05', 30n],
      ['2031-08', 25n],
      ['2031-11', 20n],
    ] as const)
      assert.equal(paid(deal, month, clause, 'guarantee-sublease'), left * million, month)
    // Nobody takes the buildings any more: 110 are due, and 300 − 260 are left.
    assert.equal(paid(deal, '2032-02', clause, 'guarantee-sublease'), 40n * million)
    assert.equal(stands(deal, '2032-05', clause, 'called'), '300000000')
  })

  test('H15 what the loan did not pay is what is called, and the amended guarantee costs what version 2 says', () => {
    const deal = 'ohio-campus'
    assert.equal(paid(deal, '2036-08', 'debt-service', 'guarantee-call'), 221_459_553_33n)
    assert.equal(stands(deal, '2036-06', 'loan', 'balance'), '221459553.33')
    const back = ['2037-03', '2038-03', '2040-03'].map((month) => paid(deal, month, 'debt-service', 'recovery'))
    assert.equal(sum(back), 221_459_553_33n)
    // 9 billion × 20 bps × 30 / 360, and × 45 bps × 31 / 360.
    assert.equal(paid(deal, '2037-06', 'lease', 'guarantee-fee'), 1_500_000_00n)
    assert.equal(paid(deal, '2037-07', 'lease', 'guarantee-fee'), 3_487_500_00n)
    // 5 billion from year 11 on, where version 1 has 6.
    assert.equal(stands(deal, '2038-07', 'lease', 'cap-left'), '5000000000')
    // 4,000 − 3,350 million, within the cap of 1,000.
    assert.equal(paid(deal, '2048-06', 'residual', 'residual-value'), 650n * million)
  })
})

test('H15 shares vest with the events and on the date, are worth what the price leaves, and are bought at 70', () => {
  const [deal, clause] = ['lease-guarantees', 'shares']
  const vested = ['2026-02', '2026-03', '2026-08', '2026-09', '2027-08', '2027-09', '2030-12'].map((month) =>
    stands(deal, month, clause, 'vested'),
  )
  // Half of 30 million, three tenths, two tenths.
  assert.deepEqual(vested, ['0', '15000000', '15000000', '24000000', '24000000', '30000000', '30000000'])
  // 30 million × (96.40 − 70), before 10 million are bought; 20 million × (91.10 − 70) after; nothing below 70.
  const worth = ['2026-03', '2028-03', '2028-06', '2028-12'].map((month) => stands(deal, month, clause, 'intrinsic'))
  assert.deepEqual(worth, ['0', '792000000', '422000000', '0'])
  assert.equal(paid(deal, '2028-04', clause, 'exercise'), 700n * million)
})

/** Quarters of the loan, in order: the month that states each, its days, and its cash in millions, as the story tells it. */
const cash = [
  1000, 1020, 1100, 1120, 1090, 1100, 1110, 1120, 1100, 1080, 940, 930, 960, 1130, 1110, 1100, 1100, 1090, 1090, 1085, 1080, 1075, 1070,
  1060, 1050, 1040, 1030, 1020, 980, 900, 500, 60,
]
const quarters = cash.map((cfads, i) => {
  const first = Temporal.PlainDate.from('2028-07-01').add({ months: 3 * i })
  const next = first.add({ months: 3 })
  return { month: next.subtract({ days: 1 }).toString().slice(0, 7), days: first.until(next).days, cfads }
})

describe('H15 the loan', () => {
  test('H15 interest and principal of every quarter are those of a schedule worked out beside it', () => {
    // 840 million a quarter are 1,050 over 1.25. 12,000 million are there from the first day, 8,900 from the second quarter on.
    let balance = 0n
    for (const [i, { month, days }] of quarters.entries()) {
      balance += i === 0 ? 12_000n * million : i === 1 ? 8_900n * million : 0n
      const interest = over(times(rational(balance), rational(65 * days)), rational(1000 * 360))
      const isLast = i === quarters.length - 1
      const principal = isLast ? balance : roundHalfEven(minus(rational(840n * million), interest))
      assert.equal(paid('ohio-campus', month, 'loan', 'loan-interest'), roundHalfEven(interest), month)
      // Of the last, 614 million are there.
      const repaid = isLast ? 614n * million - roundHalfEven(interest) : principal
      assert.equal(paid('ohio-campus', month, 'loan', 'loan-principal'), repaid, month)
      balance -= repaid
    }
    assert.equal(balance, 221_459_553_33n)
  })

  test('H15 two quarters by hand: the first, and the last', () => {
    // 12,000 million × 6.5 % × 92 / 360; 840 less that.
    assert.equal(paid('ohio-campus', '2028-09', 'loan', 'loan-interest'), 199_333_333_33n)
    assert.equal(paid('ohio-campus', '2028-09', 'loan', 'loan-principal'), 640_666_666_67n)
    // 1,000 − 2 − 840 go to the reserve account.
    assert.equal(stands('ohio-campus', '2028-09', 'loan', 'reserve'), '158000000')
    // 821,954,386.12 × 6.5 % × 91 / 360. In the account and locked up: 840 + 900 + 500 − 2 × (2 + 840); with 60, less 2 of fees, 614.
    assert.equal(paid('ohio-campus', '2036-06', 'loan', 'loan-interest'), 13_505_167_21n)
    assert.equal(paid('ohio-campus', '2036-06', 'loan', 'loan-principal'), 614n * million - 13_505_167_21n)
  })

  test('H15 a bad year locks distributions up, and the first good quarter releases them', () => {
    const distributed = (month: Month): string => {
      const line = monthOf('ohio-campus', month).lines.find(({ formula }) => formula === 'cash-distributions')
      return toDecimal(fromText(line!.quantity))
    }
    const locked = (month: Month) => stands('ohio-campus', month, 'loan', 'reserve', 'locked')
    // 1,080 − 842; then 940 − 842 = 98, 930 − 842 = 88 and 960 − 842 = 118 wait; then they go with 1,130 − 842 = 288.
    const months = ['2030-12', '2031-03', '2031-06', '2031-09', '2031-12']
    assert.deepEqual(months.map(distributed), ['238000000', '0', '0', '0', '592000000'])
    assert.deepEqual(months.map(locked), ['0', '98000000', '186000000', '304000000', '0'])
  })

  test('H15 the waterfall pays exactly its cash, quarter by quarter', () => {
    let held = rational(0)
    for (const { month, cfads } of quarters) {
      const statement = monthOf('ohio-campus', month)
      const of = (formula: string, key: 'exact' | 'quantity') =>
        statement.lines.filter((line) => line.formula === formula).map((line) => fromText(line[key]))
      const out = [
        ...of('loan-interest', 'exact'),
        ...of('loan-principal', 'exact'),
        ...of('cash-fees', 'quantity'),
        ...of('cash-distributions', 'quantity'),
      ].reduce(plus)
      const now = plus(position(statement, 'loan', 'reserve')!, position(statement, 'loan', 'reserve', 'locked')!)
      const left = minus(plus(held, decimal(`${cfads}000000`)), out)
      assert.equal(toDecimal(now), toDecimal(left), month)
      held = now
    }
    assert.equal(toDecimal(held), '0')
  })
})

/** The example portfolio as far as these two are in it. */
const portfolioOf = (names: readonly string[]): string => {
  const whole = parseYaml(text('portfolio.yaml')) as Portfolio
  const valuations = whole.valuations.filter(({ agreement }) => names.includes(agreement))
  return JSON.stringify({ ...whole, agreements: names, inTalks: [], valuations, sources: [] })
}
const registerAt = async (asOf: Month): Promise<Register> => {
  const parsed = parsePortfolio(portfolioOf(deals))
  assert.ok('portfolio' in parsed)
  const answer = await drawRegister(store, { portfolio: parsed.portfolio, asOf })
  if (answer.kind !== 'drawn') assert.fail(answer.messages.join('\n'))
  return answer.register
}

describe('H15 the register', () => {
  /** By month: gross, net, called, recovered, paid, in millions, each as the sum of its parts. */
  const sums: readonly (readonly [Month, Readonly<Partial<Record<Amount, number>>>])[] = [
    // What is still ahead counts at what it promises: the caps of 15 and 9 billion that bind it, and 1 billion of residual value.
    ['2026-02', { gross: 860 + 2640 + 15_000 + 9000 + 1000, net: 390 + 2640 + 25_000, called: 0, recovered: 0, escrow: 470 }],
    // Nine rents of 43 and fourteen of 110; both caps of the campus, and the residual value.
    ['2028-10', { gross: 9 * 43 + 14 * 110 + 12_000 + 20_000 + 1000, net: 0 + 1540 + 33_000, called: 43, recovered: 0, paid: 43 + 700 }],
    // The first cap is used up; five rents of 110; 23 debt services of 840; the cap of the lease; the residual value.
    ['2030-12', { gross: 0 + 5 * 110 + 23 * 840 + 12_000 + 1000, called: 330 + 110 + 40, recovered: 43 + 73.1 + 109.65, paid: 480 + 700 }],
    // The leases have ended; no debt service is left; the cap of the lease is 9 billion.
    ['2036-08', { gross: 9000 + 1000, net: 10_000, called: 330 + 300 + 221.45955333, recovered: 330 + 52.5, paid: 851.45955333 + 700 }],
    ['2048-06', { gross: 0, net: 0, called: 851.45955333, recovered: 330 + 52.5 + 221.45955333, paid: 851.45955333 + 700 + 650 }],
  ]
  for (const [month, expected] of sums)
    test(`H15 ${month} equals the sums by hand`, async () => {
      const { rows } = await registerAt(month)
      assert.equal(rows.length, 6)
      for (const [amount, millions] of Object.entries(expected))
        assert.equal(sumRows(rows, amount as Amount), BigInt(Math.round(millions * 1e8)), amount)
    })

  test('H15 net is never above gross, and paid less received is what the lines of all statements say', async () => {
    const balance = (month: Month): bigint => {
      const lines = deals
        .flatMap((deal) => statementsOf(deal))
        .filter((each) => each.month <= month)
        .flatMap((each) => each.lines)
      const at = (end: 'payer' | 'payee') => sum(lines.filter((line) => line[end] === 'nvidia').map(({ amount }) => cents(amount)))
      return at('payer') - at('payee')
    }
    // Every eleventh month, so that all months of a year come in turn.
    for (let month = '2026-02'; month <= '2048-06'; month = nextMonth(month, 11)) {
      const { rows } = await registerAt(month)
      for (const { amounts, instrument } of rows) assert.ok(amounts.net <= amounts.gross, `${instrument} ${month}`)
      assert.equal(sumRows(rows, 'paid') - sumRows(rows, 'received'), balance(month), month)
    }
  })

  test('CR17 the example portfolio is of all six deals, each an example with a story', () => {
    const parsed = parsePortfolio(text('portfolio.yaml'))
    assert.ok('portfolio' in parsed)
    const six = ['coreweave-residual', 'firmus-batam', 'lambda-leaseback', 'lease-guarantees', 'ohio-campus', 'sharon-ai']
    assert.deepEqual(parsed.portfolio.agreements.toSorted(), six)
    for (const name of six)
      for (const ending of ['yaml', 'story.yaml']) assert.ok(fs.existsSync(file(`${name}.${ending}`)), `${name}.${ending}`)
  })
})

test('CLI8 at the end of the terms the register of all that is on record follows the table; --no-register leaves it out', async () => {
  // What has passed is passed over, and printed again.
  const run = async (...args: string[]) => {
    const { code, out, err } = await offtake(['advance', ...args, '--agreement', 'lease-guarantees'], env)
    assert.equal(code, 0, err)
    return out
  }
  const whole = await run('--to-end')
  assert.match(whole, /^Agreement +Month +Hours +Accepted GPU-h +Sold +Guarantor pays +Operator pays +Net +paid by +Others\n/)
  // All that was paid among the parties: 330 and 300 million to landlords.
  assert.match(
    whole,
    /\nlease-guarantees: 76 months through 2032-05; the guarantor pays the operator 700,000,000\.00 USD, .*, nvidia to first-landlord 330,000,000\.00, nvidia to other-landlords 300,000,000\.00\n/,
  )
  assert.match(whole, /\n\nAll agreements on record: register of nvidia at the end of 2048-06, in USD\n\nGiven\n/)
  assert.match(
    whole,
    /^lease-guarantees\/first-lease +obligation-guarantee +lease-cloud +first-landlord +ended +330,000,000\.00 +330,000,000\.00 /m,
  )
  const table = whole.slice(0, whole.indexOf('\nAll agreements on record'))
  assert.equal(await run('--to-end', '--no-register'), table)
  assert.equal(await run('--months', '600'), table)
  assert.equal(await run('--months', '600', '--register'), whole)
})

test('CLI10 the cover of a campus that sells no capacity is its loan', async () => {
  const { code, out, err } = await offtake(['cover', 'ohio-campus'], env)
  assert.equal(code, 0, err)
  assert.match(
    out,
    /^Ohio campus, phase 1 \(in talks\), in USD\n\nNo capacity is sold under this agreement, and none is backstopped\.\n\nCover\n/,
  )
  // 940 / 840 is below 1.15 by 0.031, and above 1.05.
  assert.match(out, /^2031-03 +loan +940,000,000\.00 +840,000,000\.00 +[\d,.]+ +840,000,000\.00 +1\.1190 /m)
  assert.match(out, /^2031-03 +loan +DSCR +lock-up +1\.15 +1\.1190 +-0\.0310 +-2\.8 % +broken$/m)
  assert.doesNotMatch(out, /locked/)
})
