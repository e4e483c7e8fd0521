import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  anySketch,
  anySketches,
  guarantor,
  lineOf,
  operator,
  owedBy,
  statementOf,
  statementOfSketch,
  type Sketch,
} from '../../../test/stated.ts'
import type { PartyId } from '../base/id.ts'
import { money } from '../base/money.ts'
import { account, accountKinds, kindOf, type AccountName } from '../ledger/account.ts'
import type { Journal } from '../ledger/journal.ts'
import { register } from '../ledger/register.ts'
import { trialBalance } from '../ledger/trial-balance.ts'
import type { Statement } from '../statements/statement.ts'
import { plainChart, type Chart } from './chart.ts'
import { post, type Stated } from './post.ts'

/** A sum over all entries that pass, in minor units. */
const sumOf = (journals: readonly Journal[], book: PartyId, isIn: (name: AccountName, step: string) => boolean): bigint =>
  journals
    .filter((journal) => journal.book === book)
    .flatMap(({ entries, source }) => entries.filter((entry) => isIn(entry.account, source.step)))
    .reduce((sum, { amount }) => sum + amount.minor, 0n)

const books = [
  { book: guarantor, counterparty: operator },
  { book: operator, counterparty: guarantor },
] as const
const receivable = (counterparty: string, agreement: string) => account('assets', 'receivable', counterparty, agreement)
const payable = (counterparty: string, agreement: string) => account('liabilities', 'payable', counterparty, agreement)

test('PO1 every journal sums to zero per currency, in both books', () => {
  fc.assert(
    fc.property(anySketch, (sketch) => {
      for (const { entries } of post(statementOfSketch(sketch))) {
        assert.ok(entries.length >= 2)
        assert.equal(
          entries.reduce((sum, { amount }) => sum + amount.minor, 0n),
          0n,
        )
        assert.ok(entries.every(({ amount }) => amount.currency === sketch.currency))
      }
    }),
  )
})

test("PO2 the guarantor's position is the mirror of the operator's, and so are income and expense by name", () => {
  fc.assert(
    fc.property(anySketch, (sketch) => {
      const journals = post(statementOfSketch(sketch))
      const position = (book: PartyId) => sumOf(journals, book, (name) => ['assets', 'liabilities'].includes(kindOf(name)))
      assert.equal(position(guarantor) + position(operator), 0n)
      for (const { payer } of Object.values(plainChart)) {
        const what = payer.split(':')[1]!
        for (const [one, other] of [books, books.toReversed()] as const) {
          const spent = sumOf(journals, one.book, (name) => name.startsWith(`expenses:${what}:`))
          const earned = sumOf(journals, other.book, (name) => name.startsWith(`income:${what}:`))
          assert.equal(spent + earned, 0n, what)
        }
      }
      for (const { book, counterparty } of books) {
        const [due, owed] = [receivable(counterparty, sketch.agreement), payable(book, sketch.agreement)]
        assert.equal(
          sumOf(journals, book, (name) => name === due),
          -sumOf(journals, counterparty, (name) => name === owed),
        )
      }
    }),
  )
})

test('PO3 accruals tie to the totals of the statement to the cent: receivable to what the other pays, payable to what we pay', () => {
  fc.assert(
    fc.property(anySketch, (sketch) => {
      const journals = post(statementOfSketch(sketch))
      for (const { book, counterparty } of books) {
        const gross = (of: AccountName) => sumOf(journals, book, (name, step) => name === of && step === 'accrual')
        assert.equal(gross(receivable(counterparty, sketch.agreement)), owedBy(sketch, counterparty))
        assert.equal(gross(payable(counterparty, sketch.agreement)), -owedBy(sketch, book))
      }
    }),
  )
})

test('PO4 a line of zero amount posts nothing; every other posts two entries with its key in each book, in the order of the statement', () => {
  fc.assert(
    fc.property(anySketch, (sketch) => {
      const statement = statementOfSketch(sketch)
      const keys = statement.lines.filter((_, i) => sketch.owed[i]!.minor !== 0n).map(({ key }) => key)
      const accruals = post(statement).filter(({ source }) => source.step === 'accrual')
      assert.deepEqual(
        accruals.map(({ book }) => book),
        keys.length === 0 ? [] : [guarantor, operator],
      )
      for (const { entries } of accruals)
        assert.deepEqual(
          entries.map(({ line }) => line),
          keys.flatMap((key) => [key, key]),
        )
    }),
  )
})

test('PO5 a credit posts the reverse: turning every sign turns every entry of the accrual', () => {
  fc.assert(
    fc.property(anySketch, (sketch) => {
      const turned: Sketch = { ...sketch, owed: sketch.owed.map((line) => ({ ...line, minor: -line.minor })) }
      const accruals = (each: Sketch) =>
        post(statementOfSketch(each))
          .filter(({ source }) => source.step === 'accrual')
          .flatMap(({ book, entries }) => entries.map((entry) => ({ book, ...entry })))
      assert.deepEqual(
        accruals(turned),
        accruals(sketch).map((entry) => ({ ...entry, amount: money(-entry.amount.minor, entry.amount.currency) })),
      )
    }),
  )
})

test('PO6 the same statements in any order make the same books', () => {
  const shuffled = anySketches.chain((all) =>
    fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length })),
  )
  fc.assert(
    fc.property(shuffled, ([sketches, others]) => {
      const journals = sketches.flatMap((sketch) => post(statementOfSketch(sketch)))
      const again = others.flatMap((sketch) => post(statementOfSketch(sketch)))
      for (const { book } of books) {
        assert.deepEqual(trialBalance(again, book), trialBalance(journals, book))
        for (const kind of accountKinds) assert.deepEqual(register(again, book, account(kind)), register(journals, book, account(kind)))
      }
    }),
  )
})

test('PO7 netted, the net of the statement stands alone, on the receivable of who gets it and the payable of who owes it; else both stay gross', () => {
  fc.assert(
    fc.property(anySketch, (sketch) => {
      const journals = post(statementOfSketch(sketch))
      for (const { book, counterparty } of books) {
        const due = sumOf(journals, book, (name) => name === receivable(counterparty, sketch.agreement))
        const owed = -sumOf(journals, book, (name) => name === payable(counterparty, sketch.agreement))
        const [gross, against] = [owedBy(sketch, counterparty), owedBy(sketch, book)]
        const net = gross - against
        if (!sketch.netting) assert.deepEqual([due, owed], [gross, against])
        else assert.deepEqual([due, owed], net > 0n ? [net, 0n] : [0n, -net])
      }
      const steps = journals.map(({ source }) => source.step)
      if (!sketch.netting) assert.ok(!steps.includes('netting'))
    }),
  )
})

// 8,048,232 GPU-h at 2.00 against 17.5 % of 23,894,022.96 and 16 % of 24,111,833.04, which are 4,181,454.02 and 3,857,893.29 rounded.
const september = statementOf({
  lines: [
    lineOf(1, { key: 'backstop', amount: '16096464.00', text: 'Capacity backstop, 1–30 Sep 2027' }),
    lineOf(2, { key: 'ineligible', formula: 'ineligible', amount: '0.00' }),
    lineOf(3, { key: 'share-1', formula: 'share', payer: operator, amount: '4181454.02' }),
    lineOf(4, { key: 'share-2', formula: 'share', payer: operator, amount: '3857893.29' }),
  ],
  totals: {
    guarantorPays: '16096464.00',
    operatorPays: '8039347.31',
    guarantorHeld: '0.00',
    operatorHeld: '0.00',
    net: { payer: guarantor, payee: operator, amount: '8057116.69' },
    payable: { payer: guarantor, payee: operator, amount: '8057116.69' },
    netting: true,
    others: [],
  },
})
const written = ({ book, source, entries }: Journal) =>
  `${book} ${source.step}: ${entries.map(({ account: name, amount }) => `${name} ${amount.minor}`).join(', ')}`

test('PO1 PO3 PO7 by hand: September 2027 of Sharon AI', () => {
  assert.deepEqual(post(september).map(written), [
    [
      'nvidia accrual: expenses:capacity-backstop:sharon-ai 1609646400, liabilities:payable:sharon-ai:sharon-ai -1609646400',
      'assets:receivable:sharon-ai:sharon-ai 418145402, income:revenue-share:sharon-ai -418145402',
      'assets:receivable:sharon-ai:sharon-ai 385789329, income:revenue-share:sharon-ai -385789329',
    ].join(', '),
    'nvidia netting: liabilities:payable:sharon-ai:sharon-ai 803934731, assets:receivable:sharon-ai:sharon-ai -803934731',
    [
      'sharon-ai accrual: assets:receivable:nvidia:sharon-ai 1609646400, income:capacity-backstop:sharon-ai -1609646400',
      'expenses:revenue-share:sharon-ai 418145402, liabilities:payable:nvidia:sharon-ai -418145402',
      'expenses:revenue-share:sharon-ai 385789329, liabilities:payable:nvidia:sharon-ai -385789329',
    ].join(', '),
    'sharon-ai netting: liabilities:payable:nvidia:sharon-ai 803934731, assets:receivable:nvidia:sharon-ai -803934731',
  ])
})

test('PO8 what is not final, or does not add up, or is between others, or pays what is never paid, is refused and posts nothing', () => {
  const refused = (parts: Partial<Statement>, why: RegExp) => assert.throws(() => post({ ...september, ...parts }), why)
  refused({ status: 'provisional' }, /sharon-ai 2027-09 v1 is provisional; only a final one is posted/)
  refused(
    { totals: { ...september.totals, operatorPays: '8039347.32' } },
    /the lines that sharon-ai pays add up to 8039347\.31, not to 8039347\.32/,
  )
  refused({ totals: { ...september.totals, guarantorPays: '0.00' } }, /the lines that nvidia pays add up to 16096464\.00, not to 0\.00/)
  refused({ lines: [lineOf(1, { payer: 'lender' as PartyId })] }, /lender pays sharon-ai, but the parties are nvidia, sharon-ai/)
  refused({ lines: [lineOf(1, { payee: guarantor })] }, /nvidia pays nvidia/)
  refused({ lines: [lineOf(1, { amount: '1.005' })] }, /1\.005 is no amount of USD/)
  const paid = { ...september.totals, guarantorPays: '1.00', operatorPays: '0.00' }
  for (const formula of ['ineligible', 'over-cap'] as const)
    refused({ totals: paid, lines: [lineOf(1, { formula, amount: '1.00' })] }, new RegExp(`is ${formula} and cannot carry 1\\.00 USD`))
})

test('PO11 whoever else stands in a line has a book too, and each two set off what they owe each other', () => {
  const lender = 'lender' as PartyId
  const lines = [
    lineOf(1, { key: 'call', amount: '25.00', payer: guarantor, payee: lender }),
    lineOf(2, { key: 'fee', formula: 'share', amount: '5.00', payer: lender, payee: guarantor }),
    lineOf(3, { key: 'backstop', amount: '9.00' }),
  ]
  const parties = [...september.parties, { id: lender, name: 'A lender', role: 'lender' }]
  const totals = { ...september.totals, guarantorPays: '9.00', operatorPays: '0.00' }
  assert.deepEqual(post({ ...september, parties, totals, lines }).map(written), [
    'nvidia accrual: expenses:capacity-backstop:sharon-ai 900, liabilities:payable:sharon-ai:sharon-ai -900',
    'sharon-ai accrual: assets:receivable:nvidia:sharon-ai 900, income:capacity-backstop:sharon-ai -900',
    'nvidia accrual-lender: expenses:capacity-backstop:sharon-ai 2500, liabilities:payable:lender:sharon-ai -2500, assets:receivable:lender:sharon-ai 500, income:revenue-share:sharon-ai -500',
    'nvidia netting-lender: liabilities:payable:lender:sharon-ai 500, assets:receivable:lender:sharon-ai -500',
    'lender accrual-nvidia: assets:receivable:nvidia:sharon-ai 2500, income:capacity-backstop:sharon-ai -2500, expenses:revenue-share:sharon-ai 500, liabilities:payable:nvidia:sharon-ai -500',
    'lender netting-nvidia: liabilities:payable:nvidia:sharon-ai 500, assets:receivable:nvidia:sharon-ai -500',
  ])
})

test('PO9 a journal is dated the last local date of the month, and names the statement it posts', () => {
  const lastDates = { '2027-09': '2027-09-30', '2027-12': '2027-12-31', '2027-02': '2027-02-28', '2028-02': '2028-02-29' }
  for (const [month, date] of Object.entries(lastDates)) {
    const journals = post({ ...september, month, version: 3 })
    assert.equal(journals.length, 4)
    for (const journal of journals) {
      assert.deepEqual([journal.date, journal.period], [date, month])
      const { step, ...source } = journal.source
      assert.deepEqual(source, { agreement: 'sharon-ai', month, statementVersion: 3 })
      assert.ok(['accrual', 'netting'].includes(step))
    }
  }
})

test('PO10 another chart moves what was paid for to other accounts, and changes no amount and nothing that is owed', () => {
  const recouped: Chart = new Map([
    ...plainChart,
    ['backstop', { payer: account('assets', 'recoupable'), payee: account('liabilities', 'refundable') }],
    ['recoupment', { payer: account('liabilities', 'refundable'), payee: account('assets', 'recoupable') }],
  ])
  fc.assert(
    fc.property(anySketch, (sketch) => {
      const stated: Stated = statementOfSketch(sketch)
      const owedOnly = (journals: readonly Journal[]) =>
        journals.map(({ entries }) => entries.filter((entry) => /receivable|payable/.test(entry.account)))
      const amounts = (journals: readonly Journal[]) => journals.map(({ entries }) => entries.map(({ amount }) => amount))
      assert.deepEqual(owedOnly(post(stated, recouped)), owedOnly(post(stated)))
      assert.deepEqual(amounts(post(stated, recouped)), amounts(post(stated)))
    }),
  )
  // 100.00 paid in September and 30.00 recouped in October leave 70.00 to recoup.
  const paid = { formula: 'backstop', payer: guarantor, minor: 10_000n } as const
  const back = { formula: 'recoupment', payer: operator, minor: 3_000n } as const
  const sketch = (month: string, owed: Sketch['owed']): Sketch => ({ agreement: 'x', month, currency: 'USD', netting: true, owed })
  const journals = [sketch('2027-09', [paid]), sketch('2027-10', [back])].flatMap((each) => post(statementOfSketch(each), recouped))
  const left = trialBalance(journals, guarantor)[0]!.rows.find((row) => row.account === 'assets:recoupable:x')
  assert.deepEqual(left?.closing, money(7_000n, 'USD'))
})

test('PO12 what a ruling takes off posts on the accounts of its line, the other way', () => {
  const ruled = {
    ...september,
    lines: [lineOf(1, { key: 'backstop/called/a/2027-08/1//ruling/d1', formula: 'ruling', amount: '-40.00' })],
    totals: { ...september.totals, guarantorPays: '-40.00', operatorPays: '0.00' },
  }
  assert.deepEqual(
    post(ruled)[0]!.entries.map(({ account: name, amount }) => `${name} ${amount.minor}`),
    ['expenses:called-capacity:sharon-ai -4000', 'liabilities:payable:sharon-ai:sharon-ai 4000'],
  )
})

test('PO7 what is in dispute is no part of what is set off, and stays gross', () => {
  const [accrual, netting] = post({
    ...september,
    lines: september.lines.map((line) => (line.number === 1 ? { ...line, held: '16000000.00' } : line)),
  })
  // 96,464.00 is left of the backstop: less than the shares.
  assert.equal(accrual!.entries.length, 6)
  assert.deepEqual(
    netting!.entries.map(({ amount }) => amount.minor),
    [9_646_400n, -9_646_400n],
  )
})
