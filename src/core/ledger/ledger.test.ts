import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { PartyId } from '../base/id.ts'
import { money, type Money } from '../base/money.ts'
import { account, accountKinds, below, compareAccounts, isWithin, kindOf, parseAccount, type AccountName } from './account.ts'
import { inOrder, journal, type Entry, type Journal } from './journal.ts'
import { register } from './register.ts'
import { trialBalance, type Span } from './trial-balance.ts'

const [mine, theirs] = ['nvidia', 'sharon-ai'] as PartyId[] as [PartyId, PartyId]
const accounts: readonly AccountName[] = [
  account('assets', 'receivable', 'sharon-ai'),
  account('assets', 'receivable', 'sharon-ai', 'batam'),
  account('assets', 'receivable', 'sharon-ai-2'),
  account('liabilities', 'payable', 'sharon-ai'),
  account('equity', 'opening'),
  account('income', 'revenue-share', 'sharon-ai'),
  account('expenses', 'capacity-backstop', 'sharon-ai'),
]
const currencies = ['USD', 'JPY', 'BHD'] as const

const anyAccount = fc.constantFrom(...accounts)
const anyAmount = fc
  .oneof(fc.bigInt({ min: -3n, max: 3n }), fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }))
  .filter((minor) => minor !== 0n)
const entryOf = (name: AccountName, minor: bigint, currency: string): Entry => ({
  account: name,
  amount: money(minor, currency),
  line: 'c/backstop/a/2027-09/1/',
  text: 'Capacity backstop',
})

/** Any entries of one currency, closed by one that makes them sum to zero; where they do already, two that cancel. */
const balanced = fc
  .record({ currency: fc.constantFrom(...currencies), sides: fc.array(fc.tuple(anyAccount, anyAmount), { minLength: 1, maxLength: 5 }) })
  .chain(({ currency, sides }) =>
    anyAccount.map((last) => {
      const entries = sides.map(([name, minor]) => entryOf(name, minor, currency))
      const rest = -sides.reduce((sum, [, minor]) => sum + minor, 0n)
      return rest === 0n
        ? [...entries, entryOf(last, 5n, currency), entryOf(last, -5n, currency)]
        : [...entries, entryOf(last, rest, currency)]
    }),
  )

const anyDate = fc.constantFrom('2027-08-31', '2027-09-01', '2027-09-30', '2027-10-01', '2027-10-31')
const drafts = fc
  .array(
    fc.record({
      book: fc.constantFrom(mine, theirs),
      date: anyDate,
      entries: fc.array(balanced, { minLength: 1, maxLength: 3 }).map((all) => all.flat()),
    }),
    { maxLength: 12 },
  )
  .map((all) =>
    all.map(({ book, date, entries }, i): Journal => ({
      book,
      date,
      period: date.slice(0, 7),
      narration: `Journal ${i}`,
      source: { agreement: 'sharon-ai', month: '2027-09', statementVersion: i + 1, step: 'accrual' },
      entries,
    })),
  )
const anySpan = fc
  .tuple(fc.option(anyDate, { nil: undefined }), fc.option(anyDate, { nil: undefined }))
  .filter(([from, through]) => from === undefined || through === undefined || from <= through)
  .map(([from, through]): Span => ({ ...(from === undefined ? {} : { from }), ...(through === undefined ? {} : { through }) }))

const draftOf = (entries: readonly Entry[], more: Partial<Journal> = {}): Journal => ({
  book: mine,
  date: '2027-09-30',
  period: '2027-09',
  narration: 'Accrual',
  source: { agreement: 'sharon-ai', month: '2027-09', statementVersion: 1, step: 'accrual' },
  entries,
  ...more,
})

/** The plain way: every entry of a book, added up in one loop, keyed by account and currency. */
const addedUp = (journals: readonly Journal[], book: PartyId, isIn: (date: string) => boolean): Map<string, bigint> => {
  const sums = new Map<string, bigint>()
  for (const each of journals)
    if (each.book === book && isIn(each.date))
      for (const { account: name, amount } of each.entries) {
        const key = `${name} ${amount.currency}`
        sums.set(key, (sums.get(key) ?? 0n) + amount.minor)
      }
  return sums
}

describe('journals', () => {
  test('L1 a journal of any balanced entries is accepted, in several currencies at once', () => {
    fc.assert(fc.property(fc.array(balanced, { minLength: 1, maxLength: 4 }), (all) => assert.ok(journal(draftOf(all.flat())))))
  })

  test('L1 a journal that is off by any amount in any currency is refused, and the amount is named', () => {
    fc.assert(
      fc.property(balanced, fc.nat(), anyAmount, (entries, index, off) => {
        const at = index % entries.length
        const { account: name, amount } = entries[at]!
        fc.pre(amount.minor + off !== 0n)
        const wrong = entries.with(at, entryOf(name, amount.minor + off, amount.currency))
        assert.throws(() => journal(draftOf(wrong)), new RegExp(`accrual of sharon-ai 2027-09 v1 .*${amount.currency} sum to -?[0-9.]+,`))
      }),
    )
    const cent = [entryOf(accounts[0]!, 1_001n, 'USD'), entryOf(accounts[3]!, -1_000n, 'USD')]
    assert.throws(() => journal(draftOf(cent)), /its USD sum to 0\.01, not to zero/)
  })

  test('L1 currencies do not make up for each other', () => {
    const mixed = [entryOf(accounts[0]!, 100n, 'USD'), entryOf(accounts[3]!, -100n, 'JPY')]
    assert.throws(() => journal(draftOf(mixed)), /its USD sum to 1\.00, not to zero; its JPY sum to -100, not to zero/)
  })

  test('L2 what is no entry, no date, no account or no currency is refused, all of it at once', () => {
    const wrong = draftOf([{ ...entryOf('sales:x' as AccountName, 0n, 'usd') }], { date: '2027-02-29', period: '2027-13' })
    assert.throws(
      () => journal(wrong),
      (error: Error) => {
        for (const part of ['2027-02-29 is no date', '2027-13 is no month', 'has 1 entries', 'sales:x is no account', 'usd is no ISO 4217'])
          assert.ok(error.message.includes(part), `${part} in ${error.message}`)
        return true
      },
    )
    assert.throws(() => journal(draftOf([])), /has 0 entries/)
    const zero = [entryOf(accounts[0]!, 0n, 'USD'), entryOf(accounts[1]!, 0n, 'USD')]
    assert.throws(() => journal(draftOf(zero)), /an entry on assets:receivable:sharon-ai is zero/)
  })
})

describe('accounts', () => {
  const anyPart = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,5}$/)
  const anyName = fc.tuple(fc.constantFrom(...accountKinds), fc.array(anyPart, { maxLength: 4 }))

  test('L3 an account is its kind and its path: written, it is read back, and lies within all above it', () => {
    fc.assert(
      fc.property(anyName, ([kind, names]) => {
        const name = account(kind, ...names)
        assert.equal(parseAccount(name), name)
        assert.equal(kindOf(name), kind)
        const root = account(kind)
        assert.equal(below(root, ...names), name)
        for (let depth = 0; depth <= names.length; depth++) assert.ok(isWithin(name, account(kind, ...names.slice(0, depth))))
      }),
    )
    assert.ok(!isWithin(account('assets', 'receivable', 'sharon-ai-2'), account('assets', 'receivable', 'sharon-ai')))
  })

  test('L3 a name that would be another path when read back is refused', () => {
    for (const name of ['', 'a:b', 'A', 'a b', 'a;b', '-a']) assert.throws(() => account('assets', name), RangeError)
    for (const text of ['', 'sales:x', 'assets:', 'assets::x', 'Assets:x', 'assets: x']) assert.equal(parseAccount(text), undefined)
  })

  test('L3 tree order: kinds as a trial balance lists them, each subtree in one piece, its top first', () => {
    // Few names, so that parents, children and names that only look like children meet.
    const likeNames = fc.tuple(fc.constantFrom(...accountKinds), fc.array(fc.constantFrom('a', 'a-b', 'a.b'), { maxLength: 2 }))
    fc.assert(
      fc.property(fc.array(likeNames, { minLength: 20, maxLength: 40 }), (names) => {
        const sorted = names.map(([kind, path]) => account(kind, ...path)).toSorted(compareAccounts)
        const kinds = sorted.map((name) => accountKinds.indexOf(kindOf(name)))
        assert.deepEqual(
          kinds,
          kinds.toSorted((a, b) => a - b),
        )
        for (const [i, top] of sorted.entries()) {
          const within = sorted.map((name) => isWithin(name, top))
          assert.ok(!within.slice(0, i).some((is, k) => is && sorted[k] !== top), `${top} stands after what lies below it`)
          assert.equal(within.lastIndexOf(true) - within.indexOf(true) + 1, within.filter(Boolean).length, `below ${top}`)
        }
      }),
    )
  })
})

describe('trial balance', () => {
  const all = (minors: readonly Money[]) => minors.reduce((sum, { minor }) => sum + minor, 0n)

  test('L4 it ties: per currency openings and closings are zero, debits equal credits, and the total is the sum of the rows', () => {
    fc.assert(
      fc.property(drafts, anySpan, (journals, span) => {
        for (const { currency, rows, total } of trialBalance(journals, mine, span)) {
          assert.equal(total.opening.minor, 0n)
          assert.equal(total.closing.minor, 0n)
          assert.equal(total.debit.minor, total.credit.minor)
          for (const column of ['opening', 'debit', 'credit', 'closing'] as const) {
            assert.equal(all(rows.map((row) => row[column])), total[column].minor, column)
            assert.ok(rows.every((row) => row[column].currency === currency))
          }
          assert.ok(rows.every(({ debit, credit }) => debit.minor >= 0n && credit.minor >= 0n))
        }
      }),
    )
  })

  test('L5 opening is what was posted before the span, closing all up to its end, and opening + debit − credit = closing', () => {
    fc.assert(
      fc.property(drafts, anySpan, (journals, span) => {
        const { from = '0000', through = '9999' } = span
        const before = addedUp(journals, mine, (date) => date < from)
        const until = addedUp(journals, mine, (date) => date <= through)
        const seen = new Set<string>()
        for (const { currency, rows } of trialBalance(journals, mine, span))
          for (const { account: name, opening, debit, credit, closing } of rows) {
            const key = `${name} ${currency}`
            seen.add(key)
            assert.equal(opening.minor, before.get(key) ?? 0n, `opening of ${key}`)
            assert.equal(closing.minor, until.get(key) ?? 0n, `closing of ${key}`)
            assert.equal(opening.minor + debit.minor - credit.minor, closing.minor, key)
          }
        assert.deepEqual(seen, new Set(until.keys()))
      }),
    )
  })

  test('L5 by hand: September opens with August, a credit reverses, and October stays out', () => {
    const [receivable, income] = [account('assets', 'receivable', 'x'), account('income', 'backstop')]
    const posted = (date: string, minor: bigint, statementVersion: number) =>
      journal(
        draftOf([entryOf(receivable, minor, 'USD'), entryOf(income, -minor, 'USD')], {
          date,
          source: { agreement: 'x', month: '2027-09', statementVersion, step: 'accrual' },
        }),
      )
    const journals = [
      posted('2027-08-31', 700n, 1),
      posted('2027-09-30', 500n, 2),
      posted('2027-09-30', -200n, 3),
      posted('2027-10-31', 9n, 4),
    ]
    const usd = (minor: bigint) => money(minor, 'USD')
    assert.deepEqual(trialBalance(journals, mine, { from: '2027-09-01', through: '2027-09-30' }), [
      {
        currency: 'USD',
        rows: [
          { account: receivable, opening: usd(700n), debit: usd(500n), credit: usd(200n), closing: usd(1_000n) },
          { account: income, opening: usd(-700n), debit: usd(200n), credit: usd(500n), closing: usd(-1_000n) },
        ],
        total: { opening: usd(0n), debit: usd(700n), credit: usd(700n), closing: usd(0n) },
      },
    ])
    assert.throws(() => trialBalance(journals, mine, { from: '2027-10-01', through: '2027-09-30' }), /is no span/)
  })

  test('L6 the order in which journals come changes nothing, in the trial balance or in a register', () => {
    const shuffled = drafts.chain((journals) =>
      fc.tuple(fc.constant(journals), fc.shuffledSubarray(journals, { minLength: journals.length, maxLength: journals.length })),
    )
    fc.assert(
      fc.property(shuffled, anySpan, anyAccount, ([journals, others], span, name) => {
        assert.deepEqual(trialBalance(others, mine, span), trialBalance(journals, mine, span))
        assert.deepEqual(register(others, mine, name, span), register(journals, mine, name, span))
      }),
    )
  })

  test('L6 one source in one book twice is refused: it was posted twice', () => {
    const once = journal(draftOf([entryOf(accounts[0]!, 1n, 'USD'), entryOf(accounts[3]!, -1n, 'USD')]))
    assert.equal(inOrder([once, { ...once, book: theirs }], mine).length, 1)
    assert.throws(() => trialBalance([once, { ...once, id: 'jrn_2' }], mine), /accrual of sharon-ai 2027-09 v1 .*nvidia is posted twice/)
  })

  test('L7 a register runs from the opening to the closing of the trial balance, entry by entry', () => {
    fc.assert(
      fc.property(drafts, anySpan, anyAccount, (journals, span, name) => {
        const { opening, rows, closing } = register(journals, mine, name, span)
        const running = new Map(opening.map(({ currency, minor }) => [currency, minor]))
        for (const { entry, balance, journal: of } of rows) {
          assert.ok(isWithin(entry.account, name) && of.book === mine)
          const { currency, minor } = entry.amount
          running.set(currency, (running.get(currency) ?? 0n) + minor)
          assert.deepEqual(balance, money(running.get(currency)!, currency))
        }
        assert.deepEqual(new Map(closing.map(({ currency, minor }) => [currency, minor])), running)
        for (const { currency, rows: balances } of trialBalance(journals, mine, span)) {
          const within = balances.filter((row) => isWithin(row.account, name))
          assert.equal(running.get(currency) ?? 0n, all(within.map((row) => row.closing)))
          const moves = rows.filter(({ entry }) => entry.amount.currency === currency).length
          assert.equal(
            moves > 0,
            within.some(({ debit, credit }) => debit.minor + credit.minor > 0n),
          )
        }
        const dates = rows.map(({ journal: of }) => of.date)
        assert.deepEqual(dates, dates.toSorted())
      }),
    )
  })

  test('L8 books do not mix: what is posted in one is not seen in the other', () => {
    fc.assert(
      fc.property(drafts, (journals) => {
        const own = journals.filter(({ book }) => book === mine)
        assert.deepEqual(trialBalance(journals, mine), trialBalance(own, mine))
        if (own.length === 0) assert.deepEqual(trialBalance(journals, mine), [])
      }),
    )
  })
})
