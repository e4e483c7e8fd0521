import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import type { PartyId } from '../src/core/base/id.ts'
import { formatMoney, money, parseMoney, type Money } from '../src/core/base/money.ts'
import { account, type AccountName } from '../src/core/ledger/account.ts'
import { inOrder, journal, type Journal } from '../src/core/ledger/journal.ts'
import { register } from '../src/core/ledger/register.ts'
import { trialBalance, type Span } from '../src/core/ledger/trial-balance.ts'
import { makeApi } from '../src/server/api/api.ts'
import { asSystem } from '../src/server/store/database.ts'
import { appendJournals, findJournals } from '../src/server/store/journals.ts'
import { inTransaction } from '../src/server/store/transaction.ts'
import type { BooksWire, JournalsWire, JournalWire, RegisterWire, TrialBalanceWire } from '../src/wire/ledger.ts'
import type { PeriodWire } from '../src/wire/statement.ts'
import { closeWorld, worldNow } from './closed-world.ts'
import { testDatabase } from './database.ts'
import { doorsOf } from './doors.ts'
import { byHeader, headersOf } from './principals.ts'
import { readCsv } from './read-csv.ts'
import { readWorkbook } from './read-workbook.ts'

const { close, ...store } = await testDatabase()
const api = await makeApi({ ...doorsOf(store, () => worldNow), identify: byHeader, consoleFolder: join(import.meta.dirname, 'nothing') })
after(async () => {
  await api.close()
  await close()
})

const mine = 'nvidia' as PartyId
const asMine = headersOf('guarantor', 'nvidia')
const get = async (path: string, headers: Readonly<Record<string, string>> = asMine) => api.inject({ method: 'GET', url: path, headers })
const ask = async <T>(path: string, headers = asMine): Promise<T> => {
  const answer = await get(path, headers)
  assert.equal(answer.statusCode, 200, `${path}: ${answer.body}`)
  return answer.json<T>()
}

const accounts: readonly AccountName[] = [
  account('assets', 'cash'),
  account('assets', 'cash', 'bank'),
  account('assets', 'cash-2'),
  account('income', 'other'),
]
const anyDraft = fc.record({
  date: fc.constantFrom('2026-08-31', '2026-09-15', '2026-09-30', '2026-12-31', '2027-01-01'),
  amounts: fc.array(fc.tuple(fc.constantFrom(...accounts), fc.integer({ min: 1, max: 10 ** 9 })), { minLength: 1, maxLength: 3 }),
  currency: fc.constantFrom('USD', 'JPY', 'KWD'),
})

/** Journals of every date and currency, beside those of the closed months: so that spans, subtrees and currencies meet. */
const more = (statement: Readonly<{ agreement: string; month: string; version: number }>): Journal[] =>
  fc.sample(anyDraft, { numRuns: 60, seed: 7 }).flatMap(({ date, amounts, currency }, i) =>
    [mine, 'sharon-ai' as PartyId].map((book) => {
      const sum = amounts.reduce((all, [, minor]) => all + BigInt(minor), 0n)
      return journal({
        book,
        date,
        period: date.slice(0, 7),
        narration: `Test ${i}`,
        source: { agreement: statement.agreement, month: statement.month, statementVersion: statement.version, step: `test-${i}` },
        entries: [
          ...amounts.map(([name, minor]) => ({ account: name, amount: money(BigInt(minor), currency), line: null, text: 'in' })),
          { account: account('liabilities', 'owed'), amount: money(-sum, currency), line: null, text: 'out' },
        ],
      })
    }),
  )

let [journals, months]: [readonly Journal[], readonly string[]] = [[], []]
before(async () => {
  months = await closeWorld(store)
  const rows = await asSystem(store.database, (tx) =>
    tx.selectFrom('statement').select(['id', 'agreement', 'month', 'version']).orderBy('month').execute(),
  )
  const [statement] = rows
  await inTransaction(store, ({ queries }) => appendJournals(queries, statement!.id, more(statement!), worldNow))
  journals = await asSystem(store.database, (tx) => findJournals(tx, { book: mine }))
})

const anyDate = fc.constantFrom('2026-08-30', '2026-08-31', '2026-09-30', '2026-10-31', '2027-01-01', '2027-06-30')
const anySpan = fc.tuple(fc.option(anyDate, { nil: undefined }), fc.option(anyDate, { nil: undefined })).map(([a, b]): Span => {
  const [from, through] = a !== undefined && b !== undefined && a > b ? [b, a] : [a, b]
  return { ...(from === undefined ? {} : { from }), ...(through === undefined ? {} : { through }) }
})
const query = (values: Readonly<Record<string, string | number | undefined>>): string =>
  new URLSearchParams(Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]]))).toString()
const told = (amounts: readonly Money[]) => amounts.map((amount) => ({ currency: amount.currency, amount: formatMoney(amount) }))
/** The database sums what was met so far: a currency that came to nothing is still told. */
const byCurrency = (amounts: readonly Readonly<{ currency: string; amount: string }>[]) =>
  new Map(amounts.map(({ currency, amount }) => [currency, amount]))

test('API80 a party sees its own book alone; of another it is told what it is told of one that does not exist', async () => {
  const { books } = await ask<BooksWire>('/api/ledger/books')
  assert.deepEqual(
    books.map(({ book, journals: count, currencies }) => [book, count, currencies]),
    [[mine, journals.length, ['JPY', 'KWD', 'USD']]],
  )
  assert.notEqual(books[0]!.name, mine)
  const theirs = await ask<BooksWire>('/api/ledger/books', headersOf('operator', 'sharon-ai'))
  assert.deepEqual(
    theirs.books.map(({ book }) => book),
    ['sharon-ai'],
  )
  assert.deepEqual(await ask<BooksWire>('/api/ledger/books', headersOf('operator', 'somebody')), { books: [] })
  const foreign = await ask<JournalsWire>('/api/ledger/sharon-ai/journals', headersOf('operator', 'sharon-ai'))
  const paths = ['trial-balance', 'trial-balance.xlsx', 'accounts/assets', 'journals', 'journal.csv', 'journal.hledger']
  for (const path of paths) {
    const [other, none] = [await get(`/api/ledger/sharon-ai/${path}`), await get(`/api/ledger/nobody-at-all/${path}`)]
    assert.deepEqual([other.statusCode, none.statusCode], [404, 404])
    const same = (body: string) => body.replaceAll(/sharon-ai|nobody-at-all/g, '').replaceAll(/req_\w+/g, '')
    assert.equal(same(other.body), same(none.body))
  }
  assert.equal((await get(`/api/journals/${foreign.journals[0]!.id}`)).statusCode, 404)
  assert.equal((await get('/api/ledger/nvidia/trial-balance', headersOf('lender', 'nvidia'))).statusCode, 403)
})

test('API81 the trial balance is that of the ledger, for any span: added up by the database, string for string', async () => {
  await fc.assert(
    fc.asyncProperty(anySpan, async (span) => {
      const { sections } = await ask<TrialBalanceWire>(`/api/ledger/${mine}/trial-balance?${query(span)}`)
      const text = (amount: Money) => formatMoney(amount)
      const expected = trialBalance(journals, mine, span).map(({ currency, rows, total }) => ({
        currency,
        rows: rows.map(({ account: name, opening, debit, credit, closing }) => ({
          account: name,
          opening: text(opening),
          debit: text(debit),
          credit: text(credit),
          closing: text(closing),
        })),
        total: { opening: text(total.opening), debit: text(total.debit), credit: text(total.credit), closing: text(total.closing) },
      }))
      assert.deepEqual(sections, expected)
    }),
    { numRuns: 30 },
  )
})

const sorted = (sums: ReadonlyMap<string, string>) => [...sums].toSorted(([a], [b]) => (a < b ? -1 : 1))

const allPages = async (path: string, span: Span, limit: number): Promise<RegisterWire[]> => {
  const pages: RegisterWire[] = []
  let cursor: string | undefined
  do {
    const page: RegisterWire = await ask<RegisterWire>(`${path}?${query({ ...span, limit, cursor })}`)
    pages.push(page)
    cursor = page.next ?? undefined
  } while (cursor !== undefined)
  return pages
}

test('API82 a register read in pages of any length is that of the ledger, and its balance runs on from page to page', async () => {
  await fc.assert(
    fc.asyncProperty(
      anySpan,
      fc.constantFrom(...accounts, 'assets', 'assets:receivable'),
      fc.constantFrom(1, 3, 7, 1000),
      async (span, name, limit) => {
        const pages = await allPages(`/api/ledger/${mine}/accounts/${encodeURIComponent(name)}`, span, limit)
        const expected = register(journals, mine, name as AccountName, span)
        const rows = pages.flatMap((page) => page.rows)
        assert.deepEqual(
          rows.map(({ journal: id, position, amount, balance, currency }) => [id, position, amount, balance, currency]),
          expected.rows.map(({ journal: of, entry, balance }) => [
            of.id,
            of.entries.indexOf(entry) + 1,
            formatMoney(entry.amount),
            formatMoney(balance),
            balance.currency,
          ]),
        )
        assert.deepEqual(byCurrency(pages[0]!.opening), byCurrency(told(expected.opening)))
        for (const page of pages) assert.deepEqual(byCurrency(page.closing), byCurrency(told(expected.closing)))
        // Each page opens with what the one before left, in every currency it had met.
        for (const [i, page] of pages.slice(1).entries()) {
          const left = byCurrency(pages[i]!.opening)
          for (const { currency, balance } of pages[i]!.rows) left.set(currency, balance)
          assert.deepEqual(sorted(byCurrency(page.opening)), sorted(left))
        }
      },
    ),
    { numRuns: 25 },
  )
})

test('API83 the trial balance is the sum of the registers', async () => {
  const { sections } = await ask<TrialBalanceWire>(`/api/ledger/${mine}/trial-balance`)
  for (const { currency, rows } of sections)
    for (const { account: name, closing, debit, credit } of rows) {
      const pages = await allPages(`/api/ledger/${mine}/accounts/${encodeURIComponent(name)}`, {}, 100)
      const moves = pages.flatMap((page) => page.rows).filter((row) => row.account === name && row.currency === currency)
      const sum = (wanted: (minor: bigint) => boolean) =>
        moves
          .map(({ amount }) => parseMoney(amount, currency)!.minor)
          .filter(wanted)
          .reduce((all, minor) => all + minor, 0n)
      assert.equal(
        formatMoney(
          money(
            sum((minor) => minor > 0n),
            currency,
          ),
        ),
        debit,
      )
      assert.equal(formatMoney(money(-sum((minor) => minor < 0n), currency)), credit)
      assert.equal(
        formatMoney(
          money(
            sum(() => true),
            currency,
          ),
        ),
        closing,
      )
    }
})

test('API84 journals come in the order of the book, each once; an entry names the line of the statement whose amount it is', async () => {
  const ids: string[] = []
  let cursor: string | undefined
  do {
    const page: JournalsWire = await ask<JournalsWire>(`/api/ledger/${mine}/journals?${query({ limit: 7, cursor })}`)
    ids.push(...page.journals.map(({ id }) => id))
    for (const { moved, entries } of page.journals) assert.ok(moved.length > 0 && entries >= 2)
    cursor = page.next ?? undefined
  } while (cursor !== undefined)
  assert.deepEqual(
    ids,
    inOrder(journals, mine).map(({ id }) => id),
  )
  const month = months.at(-1)!
  const { statement } = await ask<PeriodWire>(`/api/agreements/sharon-ai/periods/${month}`)
  const own = journals.filter(({ source }) => source.month === month && !source.step.startsWith('test'))
  let lines = 0
  for (const { id } of own) {
    const found = await ask<JournalWire>(`/api/journals/${id}`)
    for (const entry of found.lines) {
      if (entry.line === null) continue
      lines += 1
      assert.equal(entry.amount.replace('-', ''), statement.lines[entry.line - 1]!.amount.replace('-', ''))
      assert.equal(entry.text, statement.lines[entry.line - 1]!.text)
    }
  }
  assert.ok(lines >= 4, `${lines} entries of lines`)
})

test('API85 the book as files: each has every entry, and its sums are those of the trial balance', async () => {
  const entries = journals.reduce((count, each) => count + each.entries.length, 0)
  const path = `/api/ledger/${mine}/journal`
  const rows = readCsv((await get(`${path}.csv`)).body)
  assert.equal(rows.length, entries + 1)
  const answer = await get(`${path}.xlsx`)
  assert.match(String(answer.headers['content-disposition']), /filename="nvidia.xlsx"/)
  const [, ...cells] = readWorkbook(answer.rawPayload)
  assert.equal(cells.length, entries)
  // Debit and credit of the CSV are columns 11 and 12 of 16, of the workbook 9 and 10 of 13.
  for (const [i, row] of cells.entries()) {
    const raw = rows[i + 1]!
    const places = raw[11]!.concat(raw[12]!).split('.')[1]?.length ?? 0
    for (const [cell, text] of [[row[8]!, raw[11]!] as const, [row[9]!, raw[12]!] as const])
      assert.equal(cell.kind === 'nothing' ? '' : Number(cell.value).toFixed(places), text)
  }
  const year = await get(`${path}.hledger?from=2026-09-01&through=2026-09-30`)
  const dates = [...year.body.matchAll(/^(\d{4}-\d{2}-\d{2}) /gm)].map(([, date]) => date!)
  assert.ok(dates.length > 0 && dates.every((date) => date.startsWith('2026-09')))
})

const programs = { beancount: ['/usr/bin/bean-check'], ledger: ['/usr/bin/ledger'] } as const
const missing = (name: keyof typeof programs) => spawnSync(programs[name][0], ['--version']).error !== undefined
const skipOf = (name: keyof typeof programs) =>
  missing(name) && process.env['CI'] === undefined ? `no ${name} on this machine: apt-get install --no-install-recommends ${name}` : false
const trialSums = () =>
  new Map(
    trialBalance(journals, mine).flatMap(({ currency, rows }) =>
      rows
        .filter(({ closing }) => closing.minor !== 0n)
        .map(({ account: name, closing }) => [`${name} ${currency}`, formatMoney(closing)] as const),
    ),
  )

test('API85 ledger accepts the book with every check, and its balances are ours', { skip: skipOf('ledger') }, async () => {
  const { body } = await get(`/api/ledger/${mine}/journal.ledger`)
  const args = ['-f', '-', '--pedantic', '--flat', '--no-total', '--format', '%(account) %(amount)\\n', 'balance']
  const { stdout, stderr, status } = spawnSync(programs.ledger[0], args, { input: body, encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  // An account of several currencies has them on lines of their own.
  let name = ''
  const sums = new Map<string, string>()
  for (const line of stdout.split('\n').filter(Boolean)) {
    const [, account_, amount, currency] = /^(?:([a-z][^ ]*) )? *(-?[\d.]+) ([A-Z]{3})$/.exec(line) ?? []
    name = account_ ?? name
    sums.set(`${name} ${currency}`, amount!)
  }
  assert.deepEqual(sorted(sums), sorted(trialSums()))
})

test('API85 beancount accepts the book', { skip: skipOf('beancount') }, async () => {
  const { body } = await get(`/api/ledger/${mine}/journal.beancount`)
  const folder = fs.mkdtempSync(join(tmpdir(), 'offtake-book-'))
  try {
    const file = join(folder, 'book.beancount')
    fs.writeFileSync(file, body)
    const { stdout, stderr, status } = spawnSync(programs.beancount[0], [file], { encoding: 'utf8' })
    assert.equal(status, 0, `${stdout}${stderr}`)
  } finally {
    fs.rmSync(folder, { recursive: true })
  }
  assert.equal(body.match(/^\d{4}-\d{2}-\d{2} \* /gm)!.length, journals.length)
})

test('API86 what is asked wrongly is refused by name, and what is asked of too much is bounded', async () => {
  const cases = [
    ['trial-balance?from=2027-02-30', '/query/from'],
    ['trial-balance?from=2027-02-02&through=2027-02-01', '/query/through'],
    ['accounts/sales%3Ax', '/params/account'],
    ['journals?cursor=nonsense', '/query/cursor'],
    ['journals?limit=1001', '/query/limit'],
  ] as const
  for (const [path, pointer] of cases) {
    const answer = await get(`/api/ledger/${mine}/${path}`)
    assert.equal(answer.statusCode, 400, path)
    assert.equal(answer.json<{ errors: { pointer: string }[] }>().errors[0]!.pointer, pointer)
  }
})
