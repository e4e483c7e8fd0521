import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import fc from 'fast-check'
import { readCsv } from '../../../test/read-csv.ts'
import { anySketches, guarantor, operator, statementOfSketch } from '../../../test/stated.ts'
import { formatMoney, parseMoney } from '../base/money.ts'
import type { LocalDate } from '../base/time.ts'
import type { Journal } from '../ledger/journal.ts'
import { trialBalance } from '../ledger/trial-balance.ts'
import { post } from '../posting/post.ts'
import { hledgerText, journalCsv } from './journal-text.ts'

const books = [guarantor, operator] as const

const run = (args: readonly string[], input: string) =>
  spawnSync('hledger', ['-f', '-', ...args], { input, encoding: 'utf8', env: { ...process.env, LC_ALL: 'C.UTF-8' } })
const isThere = run(['--version'], '').error === undefined
// Outside of continuous integration a machine may be without it; there the skip would hide that nothing reads what we write.
const skip = isThere || process.env['CI'] !== undefined ? false : 'no hledger on this machine'

const hledger = (args: readonly string[], input: string): string => {
  const { status, stdout, stderr, error } = run(args, input)
  assert.equal(error, undefined, 'hledger is missing: apt-get install --no-install-recommends hledger')
  assert.equal(status, 0, `${stderr}\n${input}`)
  return stdout
}

/** What hledger makes of it: `account currency` → minor units, of all that is not zero. */
const balancesOf = (text: string, through: LocalDate): Map<string, bigint> => {
  const end = Temporal.PlainDate.from(through).add({ days: 1 }).toString()
  const out = hledger(['balance', '--flat', '--no-total', '--layout=bare', '-O', 'csv', '--end', end], text)
  const [, ...rows] = readCsv(out.replaceAll('\n', '\r\n')) as [string[], ...[string, string, string][]]
  return new Map(
    rows
      .filter(([, , amount]) => amount !== '0')
      .map(([name, currency, amount]) => [`${name} ${currency}`, parseMoney(amount, currency)!.minor]),
  )
}

const ours = (journals: readonly Journal[], book: (typeof books)[number], through: LocalDate): Map<string, bigint> =>
  new Map(
    trialBalance(journals, book, { through })
      .flatMap(({ currency, rows }) => rows.map((row): [string, bigint] => [`${row.account} ${currency}`, row.closing.minor]))
      .filter(([, minor]) => minor !== 0n),
  )

const sorted = (balances: ReadonlyMap<string, bigint>) => [...balances].toSorted(([a], [b]) => (a < b ? -1 : 1))
/** A process for each check: few runs, each with several statements in two currencies. */
const runs = { numRuns: 8 }

test('S12 hledger accepts the book with every check, and its balances are those of our trial balance', { skip }, () => {
  fc.assert(
    fc.property(anySketches, fc.constantFrom('2027-09-30', '2027-12-31', '2028-12-31'), (sketches, through) => {
      const journals = sketches.flatMap((sketch) => post(statementOfSketch(sketch)))
      for (const book of books) {
        const text = hledgerText(journals, book)
        hledger(['check', '--strict', 'ordereddates'], text)
        assert.deepEqual(sorted(balancesOf(text, through)), sorted(ours(journals, book, through)))
      }
    }),
    runs,
  )
})

/** The guarantor's book with other words in it: one statement of 1.00 for each text, as narration and at its entries. */
const reworded = (texts: readonly string[]): Journal[] =>
  texts
    .flatMap((text, i) => {
      const owed = [{ formula: 'backstop', payer: guarantor, minor: 100n }] as const
      const sketch = { agreement: `a${i}`, month: '2027-09', currency: 'USD', netting: false, owed }
      return post(statementOfSketch(sketch)).map((each): Journal => ({
        ...each,
        ...(i % 2 === 0 ? { id: `jrn_${i}` } : {}),
        narration: text,
        entries: each.entries.map((entry) => ({ ...entry, text })),
      }))
    })
    .filter(({ book }) => book === guarantor)

const assertWordsAreHarmless = (texts: readonly string[]): void => {
  const journals = reworded(texts)
  const text = hledgerText(journals, guarantor)
  hledger(['check', '--strict', 'ordereddates'], text)
  for (const through of ['2027-09-29', '2027-09-30'])
    assert.deepEqual(sorted(balancesOf(text, through)), sorted(ours(journals, guarantor, through)))
  const [, ...entries] = readCsv(hledger(['register', '-O', 'csv'], text).replaceAll(/(?<!\r)\n/g, '\r\n'))
  const seen = entries.map(([, date, code, , name, amount]) => [date, code, name, amount].join(' '))
  const expected = journals.flatMap(({ id, entries: posted }) =>
    posted.map(({ account, amount }) => `2027-09-30 ${id ?? ''} ${account} ${formatMoney(amount)} USD`),
  )
  assert.deepEqual(seen.toSorted(), expected.toSorted())
  // Nothing of a narration is lost but blanks and the signs that would have opened something: here, its letters are compared.
  const letters = (all: readonly string[]) => all.map((each) => each.replaceAll(/[^a-z]/g, '')).toSorted()
  assert.deepEqual(letters(entries.map((entry) => entry[3]!)), letters(journals.flatMap((each) => each.entries.map(() => each.narration))))
}

const evil = [
  'x [2020-01-01] y',
  '[2020/13/45]',
  'a, date:2020-01-01',
  '2020-01-01 * forged\n    assets:cash  1 USD\n    income:x\n',
  '* (code) = 2020-01-01 ; date:2020-01-01 | payee',
  '! cleared\r\n; comment',
  '(other) code',
  '; date:2020-01-01',
  '=2020-01-01',
  '',
  '   ',
  '東京 ∫ é',
]

test('S12 no narration or text can add a transaction, move a date or change a code or an amount', { skip }, () => {
  // Twice, shifted by one, so that each is tried with an id and without.
  assertWordsAreHarmless([...evil, 'between', ...evil])
  const signs = fc.constantFrom(...'[]();:|=*!,"\'#@{}<>%&~\\\n\t -2020/01/01date1 USD'.split(''))
  const anyText = fc.oneof(
    fc.constantFrom(...evil),
    fc.string({ unit: signs }),
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: 'binary' }),
  )
  fc.assert(fc.property(fc.array(anyText, { minLength: 10, maxLength: 30 }), assertWordsAreHarmless), runs)
})

const both = post(
  statementOfSketch({
    agreement: 'batam',
    month: '2027-09',
    currency: 'USD',
    netting: true,
    owed: [
      { formula: 'backstop', payer: guarantor, minor: 1_000_005n },
      { formula: 'share', payer: operator, minor: -250n },
    ],
  }),
)

test('S12 by hand: a book as text', () => {
  // The operator owes −2.50 and is owed 10,000.05; the set-off turns the −2.50 into 2.50 more of the receivable.
  assert.equal(
    hledgerText(both, operator),
    [
      '; Book of sharon-ai',
      'decimal-mark .',
      'commodity 1000.00 USD',
      'account assets:receivable:nvidia:batam  ; type:A',
      'account liabilities:payable:nvidia:batam  ; type:L',
      'account income:capacity-backstop:batam  ; type:R',
      'account expenses:revenue-share:batam  ; type:X',
      '',
      '2027-09-30 * Accrual of batam, 2027-09, statement version 1',
      '    ; agreement:batam, month:2027-09, period:2027-09, version:1, step:accrual',
      '    assets:receivable:nvidia:batam     10000.05 USD  ; line:c/backstop/a/2027-09/1/0, text:Line 1',
      '    income:capacity-backstop:batam    -10000.05 USD  ; line:c/backstop/a/2027-09/1/0, text:Line 1',
      '    expenses:revenue-share:batam          -2.50 USD  ; line:c/share/a/2027-09/1/1, text:Line 2',
      '    liabilities:payable:nvidia:batam       2.50 USD  ; line:c/share/a/2027-09/1/1, text:Line 2',
      '',
      '2027-09-30 * Netting of batam, 2027-09, statement version 1',
      '    ; agreement:batam, month:2027-09, period:2027-09, version:1, step:netting',
      '    liabilities:payable:nvidia:batam  -2.50 USD  ; text:Set off; payable against receivable',
      '    assets:receivable:nvidia:batam     2.50 USD  ; text:Set off; payable against receivable',
      '',
    ].join('\n'),
  )
})

test('S13 the CSV of a book has every entry once, as a debit or a credit, and its debits equal its credits by journal', () => {
  fc.assert(
    fc.property(anySketches, (sketches) => {
      const journals = sketches.flatMap((each) => post(statementOfSketch(each)))
      for (const book of books) {
        const [head, ...records] = readCsv(journalCsv(journals, book)) as [string[], ...string[][]]
        const rows = records.map((record) => Object.fromEntries(record.map((cell, i) => [head[i]!, cell])))
        const entries = journals.filter((journal) => journal.book === book).flatMap((journal) => journal.entries)
        assert.equal(rows.length, entries.length)
        const written = rows.map(
          ({ account, debit, credit, currency, line }) => `${account} ${credit === '' ? debit : `-${credit}`} ${currency} ${line}`,
        )
        const expected = entries.map(({ account, amount, line }) => `${account} ${formatMoney(amount)} ${amount.currency} ${line ?? ''}`)
        assert.deepEqual(written.toSorted(), expected.toSorted())
        assert.ok(rows.every(({ debit, credit }) => (debit === '') !== (credit === '') && !`${debit}${credit}`.includes('-')))
        for (const of of Map.groupBy(rows, ({ agreement, month, step }) => `${agreement} ${month} ${step}`).values()) {
          const sum = (side: 'debit' | 'credit') =>
            of.reduce((total, row) => total + (row[side] === '' ? 0n : parseMoney(row[side]!, row['currency']!)!.minor), 0n)
          assert.equal(sum('debit'), sum('credit'))
        }
      }
    }),
  )
})
