import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { testDatabase } from '../../../test/database.ts'
import { doorsOf } from '../../../test/doors.ts'
import { byHeader, headersOf } from '../../../test/principals.ts'
import { addEuroAgreement, fillPortfolio, portfolioMonth, portfolioNow } from '../../../test/portfolio-world.ts'
import { makeRegister } from '../../core/credit/register.ts'
import type { FacilitiesWire } from '../../wire/lender.ts'
import type { LinesWire, PortfolioBookWire, PortfolioWire } from '../../wire/portfolio.ts'
import type { ProblemWire } from '../../wire/problem.ts'
import type { InstrumentPageWire, RegisterWire } from '../../wire/register.ts'
import type { PeriodWire } from '../../wire/statement.ts'
import { findSchedules } from '../app/find-schedule.ts'
import { loadPortfolio } from '../app/load-portfolio.ts'
import { asSystem } from '../store/database.ts'
import { everything, inReach } from '../store/reach.ts'
import { findRecordedStatements } from '../store/recorded-statements.ts'
import { findStoodStatements } from '../store/stood-statements.ts'
import { makeApi } from './api.ts'

const { close: closeDatabase, ...store } = await testDatabase()
const api = await makeApi({
  ...doorsOf(store, () => portfolioNow),
  identify: byHeader,
  consoleFolder: join(import.meta.dirname, 'nothing'),
  report: (text) => assert.fail(text),
})
after(async () => {
  await api.close()
  await closeDatabase()
})
before(() => fillPortfolio(store))

const guarantor = headersOf('guarantor', 'nvidia')
const send = (url: string, headers: Readonly<Record<string, string>> = guarantor) =>
  api.inject({ method: 'GET', url, headers: { ...headers } })
const ask = async <T>(url: string, headers?: Readonly<Record<string, string>>): Promise<T> => {
  const answer = await send(url, headers)
  assert.equal(answer.statusCode, 200, `${url}: ${answer.body.slice(0, 400)}`)
  return answer.json<T>()
}
const cents = (amount: string): bigint => BigInt(amount.replace('.', ''))
const sum = (amounts: readonly string[]): bigint => amounts.reduce((so, amount) => so + cents(amount), 0n)
const bookOf = async (query = '', headers?: Readonly<Record<string, string>>): Promise<PortfolioBookWire> => {
  const { books } = await ask<PortfolioWire>(`/api/portfolio${query}`, headers)
  assert.equal(books.length, 1)
  return books[0]!
}
/** Every line, page by page. */
const allLines = async (url: string, limit = 7): Promise<LinesWire> => {
  const lines: LinesWire['lines'][number][] = []
  let page = await ask<LinesWire>(`${url}&limit=${limit}`)
  lines.push(...page.lines)
  for (let pages = 0; page.next !== null && pages < 200; pages++) {
    page = await ask<LinesWire>(`${url}&limit=${limit}&cursor=${page.next}`)
    lines.push(...page.lines)
  }
  return { ...page, lines }
}

test('API87 a portfolio is one party’s as guarantor: rows add up to totals, months and years to the whole, and every breakdown to the same', async () => {
  const portfolio = await ask<PortfolioWire>('/api/portfolio')
  assert.deepEqual([portfolio.guarantor?.id, portfolio.asOf, portfolio.document?.version], ['nvidia', portfolioMonth, 1])
  const book = portfolio.books[0]!
  const { total, rows, months, years, by } = book
  assert.deepEqual(rows.map(({ agreement }) => agreement).toSorted(), [
    'coreweave-residual',
    'lambda-leaseback',
    'lease-guarantees',
    'sharon-ai',
  ])
  for (const name of Object.keys(total) as (keyof typeof total)[]) assert.equal(sum(rows.map((row) => row[name])), cents(total[name]), name)
  assert.ok(cents(total.paid) > 0n && cents(total.share) > 0n && cents(total.covered) > 0n)
  for (const what of ['paid', 'share'] as const) {
    assert.equal(sum(months.map((each) => each[what])), cents(total[what]))
    assert.equal(sum(years.map((each) => each[what])), cents(total[what]))
    for (const { year, ...each } of years)
      assert.equal(sum(months.filter((month) => month.year === year).map((month) => month[what])), cents(each[what]))
  }
  for (const parts of Object.values(by))
    for (const name of ['paid', 'gross', 'covered', 'net'] as const) assert.equal(sum(parts.map((part) => part[name])), cents(total[name]))
  for (const parts of Object.values(book.concentration)) {
    assert.equal(sum(parts.map(({ net }) => net)), cents(total.net))
    assert.equal(sum(parts.map(({ share }) => share)), 1000n)
  }
  assert.equal(sum(book.flows.map(({ guaranteesFor }) => guaranteesFor)), cents(total.gross))
  assert.equal(sum(book.ahead.map(({ firm }) => firm)), cents(book.aheadTotal.firm))
  assert.equal(book.ahead.length, 12)
})

test('API87 what is in talks is listed and counted nowhere', async () => {
  const { inTalks, books } = await ask<PortfolioWire>('/api/portfolio')
  assert.deepEqual(
    inTalks.map(({ agreement, through }) => [agreement, through]),
    [['ohio-campus', '2028-06-30']],
  )
  assert.doesNotMatch(JSON.stringify(books), /ohio|openai/i)
  // From the month after the talks on it counts.
  const later = await ask<PortfolioWire>('/api/portfolio?on=2028-07')
  assert.deepEqual(later.inTalks, [])
  assert.ok(later.books[0]!.rows.some(({ agreement }) => agreement === 'ohio-campus'))
})

test('API87 a month that the operator approved and the guarantor has not is to approve, until it is sent back', async () => {
  assert.deepEqual((await ask<PortfolioWire>('/api/portfolio')).toApprove, [])
  const of = { agreement: 'sharon-ai', month: '2027-04', version: 1 }
  const by = (name: string) => ({ actor: `usr_${name}`, actor_name: name, recorded_at: '2027-04-04T00:00:00Z' })
  const hash = 'a'.repeat(64)
  const document = { document: '{}', hash, facts_hash: hash, checks: '{}', net: '12.50' }
  const totals = JSON.stringify({ net: { payer: 'nvidia', payee: 'sharon-ai', amount: '12.50' } })
  await asSystem(store.database, async (tx) => {
    await tx
      .insertInto('statement_draft')
      .values({ ...of, ...by('Ann'), ...document, id: 'stm_draft', totals })
      .execute()
  })
  assert.deepEqual((await ask<PortfolioWire>('/api/portfolio')).toApprove, [])
  await asSystem(store.database, async (tx) => {
    const approval = { ...of, ...by('Bob'), side: 'operator' as const, party: 'sharon-ai', net: '12.50', hash }
    await tx.insertInto('statement_approval').values(approval).execute()
  })
  const { toApprove } = await ask<PortfolioWire>('/api/portfolio')
  assert.deepEqual(
    toApprove.map(({ agreement, month, net, payer, approvedBy }) => [agreement, month, net, payer?.id, approvedBy]),
    [['sharon-ai', '2027-04', '12.50', 'nvidia', 'Bob']],
  )
  assert.deepEqual((await ask<PortfolioWire>('/api/portfolio', headersOf('auditor', 'audit'))).toApprove, [])
  await asSystem(store.database, async (tx) => {
    await tx
      .insertInto('statement_return')
      .values({ ...of, ...by('Cid'), side: 'guarantor', party: 'nvidia', reason: 'to try' })
      .execute()
  })
  assert.deepEqual((await ask<PortfolioWire>('/api/portfolio')).toApprove, [])
})

test('API88 every amount has the address of its reasons: lines that add up to it, each a line of a statement', async () => {
  const { rows, months } = await bookOf()
  let checked = 0
  for (const row of rows)
    for (const what of ['paid', 'share'] as const) {
      const { lines, count, sum: said } = await allLines(row.reasons[what])
      assert.equal(lines.length, count)
      assert.equal(new Set(lines.map(({ month, number }) => `${month} ${number}`)).size, count, 'each line once')
      if (count > 0) assert.equal(said, row[what], `${row.agreement} ${what}`)
      assert.equal(sum(lines.map(({ amount }) => amount)), cents(row[what]))
      checked += count
    }
  assert.ok(checked > 50, `${checked}`)
  const month = months.at(-1)!
  const { lines } = await ask<LinesWire>(`${month.reasons}&of=paid`)
  assert.equal(sum(lines.map(({ amount }) => amount)), cents(month.paid))
  const [line] = lines
  const { statement } = await ask<PeriodWire>(`/api/agreements/${line!.agreement}/periods/${line!.month}`)
  assert.equal(statement.lines.find(({ number }) => number === line!.number)!.amount, line!.amount)
  assert.equal((await send(line!.reasons)).statusCode, 200)
  const register = await ask<RegisterWire>(rows[0]!.reasons.gross)
  assert.equal(sum(register.instruments.map(({ amounts }) => amounts.gross!)), cents(rows[0]!.gross))
})

test('API89 at the end of which month and as known when are two questions', async () => {
  const [now, then] = [await bookOf(), await bookOf('?on=2026-12')]
  assert.ok(cents(then.total.paid) < cents(now.total.paid))
  assert.ok(then.months.every(({ month }) => month <= '2026-12'))
  // By the clock of the sandbox: what was closed after that day was not known on it.
  const known = await ask<PortfolioWire>('/api/portfolio?known=2026-12-10')
  assert.deepEqual([known.knownOn, known.asOf], ['2026-12-10T23:59:59Z', '2026-11'])
  assert.ok(known.books[0]!.months.every(({ month }) => month <= '2026-11'))
  const wrong = await send('/api/portfolio?on=March&known=soon')
  assert.equal(wrong.statusCode, 400)
  assert.deepEqual(
    wrong.json<ProblemWire>().errors?.map(({ pointer }) => pointer),
    ['/query/on', '/query/known'],
  )
  const nobody = await send('/api/portfolio?guarantor=acme')
  assert.equal(nobody.statusCode, 404)
  assert.match(nobody.json<ProblemWire>().detail, /no guarantor acme here\. There is: nvidia/)
})

test('API90 each sees what is theirs: an auditor the agreement it was given, without the guarantor’s document; an operator no portfolio', async () => {
  const audit = headersOf('auditor', 'audit')
  const { books, document, inTalks } = await ask<PortfolioWire>('/api/portfolio', audit)
  assert.deepEqual([books[0]!.rows.map(({ agreement }) => agreement), document, inTalks], [['coreweave-residual'], null, []])
  assert.deepEqual(
    books[0]!.flows.map(({ soldTo }) => soldTo),
    [null],
    'hardware is not disclosed',
  )
  const operator = await send('/api/portfolio', headersOf('operator', 'sharon-ai'))
  assert.equal(operator.statusCode, 403)
  assert.match(operator.json<ProblemWire>().detail, /portfolio:read is given to guarantor, auditor, not to operator/)
  const own = await ask<RegisterWire>('/api/register', headersOf('operator', 'sharon-ai'))
  assert.deepEqual([...new Set(own.instruments.map(({ agreement }) => agreement))], ['sharon-ai'])
  const foreign = '/api/register/coreweave-residual/backstop'
  const [hidden, missing] = [
    await send(foreign, headersOf('operator', 'sharon-ai')),
    await send('/api/register/no-such-name/backstop', headersOf('operator', 'sharon-ai')),
  ]
  const told = (answer: typeof hidden) => answer.json<ProblemWire>().detail.replace(/(coreweave-residual|no-such-name)/, '*')
  assert.deepEqual([hidden.statusCode, told(hidden)], [404, told(missing)])
})

test('API91 what a statement left of itself makes the same register as its document', async () => {
  const made = await inReach(store, everything, async (tx) => {
    const schedules = await findSchedules(tx, undefined)
    const names = schedules.map(({ agreement }) => agreement as string)
    const stood = await findStoodStatements(tx, { agreements: names, through: portfolioMonth, known: undefined })
    const reporting = { currency: 'USD', rates: new Map() }
    const slow = []
    for (const schedule of schedules)
      slow.push({ schedule, statements: await findRecordedStatements(tx.queries, schedule.agreement, portfolioMonth) })
    const fast = schedules.map((schedule) => ({ schedule, statements: stood.get(schedule.agreement) ?? [] }))
    return [fast, slow].map((records) =>
      makeRegister({ records, asOf: portfolioMonth, reporting }).rows.map(({ positions, ...row }) => [row, positions.length]),
    )
  })
  assert.ok(made[0]!.length > 10)
  assert.deepEqual(made[0], made[1])
})

test('API92 an instrument tells where it stands, its terms, lines, promises, and for its guarantor the packs; roll-forward and run-off tie', async () => {
  const page = await ask<InstrumentPageWire>('/api/register/lease-guarantees/first-lease')
  assert.deepEqual(
    [page.row.kind, page.row.restsOn?.month, page.row.beneficiary.id],
    ['obligation-guarantee', portfolioMonth, 'first-landlord'],
  )
  assert.ok(page.sentences.length > 3 && page.promised.length > 0)
  assert.deepEqual(
    page.packs.map(({ pack }) => pack),
    ['asc460', 'asc326', 'ifrs9', 'maximum'].filter((name) => page.packs.some(({ pack }) => pack === name)),
  )
  assert.ok(page.packs.length >= 3)
  const lender = await ask<InstrumentPageWire>('/api/register/lease-guarantees/first-lease', headersOf('lender', 'bank'))
  assert.deepEqual([lender.row, lender.packs], [page.row, []])
  const { instruments, runOff, rollForward } = await ask<RegisterWire>('/api/register?since=2026-09')
  const given = instruments.filter(({ side }) => side === 'given')
  const [{ total, kinds, ends }] = runOff as [RegisterWire['runOff'][number]]
  assert.equal(cents(total.net[0]!) + cents(total.covered[0]!), sum(given.map(({ amounts }) => amounts.gross!)))
  ends.forEach((_, i) => assert.equal(sum(kinds.map(({ net }) => net[i]!)), cents(total.net[i]!)))
  assert.equal(cents(total.net.at(-1)!), 0n)
  for (const { opening, paid, other, closing, instrument } of rollForward!.rows) {
    assert.equal(cents(opening) - cents(paid) + cents(other), cents(closing), instrument)
    assert.equal(closing, given.find((row) => row.instrument === instrument)?.amounts.gross ?? '0.00')
  }
})

test('API93 a facility without a test says so; one that is not there is not found', async () => {
  const { facilities } = await ask<FacilitiesWire>('/api/facilities?on=2028-07')
  assert.deepEqual(
    facilities.map(({ agreement, clause, lastTest, met }) => [agreement, clause, lastTest, met]),
    [['ohio-campus', 'loan', null, null]],
  )
  assert.equal((await send('/api/facilities/ohio-campus/loan?on=2028-07')).statusCode, 200)
  assert.equal((await send('/api/facilities/sharon-ai/backstop')).statusCode, 404)
})

test('API94 answers that hold no secret are compressed for whoever takes it, and say the same; a document again changes nothing', async () => {
  const plain = await send('/api/portfolio')
  const packed = await send('/api/portfolio', { ...guarantor, 'accept-encoding': 'br;q=0.5, gzip' })
  assert.deepEqual(
    [plain.headers['content-encoding'], packed.headers['content-encoding'], /accept-encoding/.test(String(packed.headers['vary']))],
    [undefined, 'gzip', true],
  )
  assert.equal(gunzipSync(packed.rawPayload).toString(), plain.body)
  assert.ok(packed.rawPayload.length * 3 < plain.rawPayload.length)
  const session = await send('/api/session', { ...guarantor, 'accept-encoding': 'gzip' })
  assert.equal(session.headers['content-encoding'], undefined)
  const { rows } = await store.pool.query<{ document: string }>('select document from portfolio_version')
  const again = await loadPortfolio(store, { document: rows[0]!.document, now: portfolioNow, by: 'test' })
  assert.ok(again.kind === 'loaded' && again.again && again.version === 1)
  const changed = await loadPortfolio(store, {
    document: rows[0]!.document.replace('guarantor: nvidia', 'guarantor: other'),
    now: portfolioNow,
    by: 'test',
  })
  assert.ok(changed.kind === 'refused' && /is other: the portfolio nvidia on record is of nvidia/.test(changed.problems[0]!.message))
})

test('API142 in a portfolio of two currencies the lines of one are asked for alone, and add up to the totals of its book', async () => {
  await addEuroAgreement(store)
  const { books } = await ask<PortfolioWire>('/api/portfolio')
  assert.deepEqual(
    books.map(({ currency }) => currency),
    ['EUR', 'USD'],
  )
  for (const { currency, total, rows, months } of books)
    for (const side of ['paid', 'share'] as const) {
      const found = await allLines(`/api/portfolio/lines?of=${side}&currency=${currency}`, 200)
      assert.deepEqual(
        [found.currency, found.sum, sum(found.lines.map(({ amount }) => amount))],
        [currency, total[side], cents(total[side])],
      )
      assert.ok(cents(total[side]) > 0n && found.lines.every(({ agreement }) => rows.some((row) => row.agreement === agreement)))
      const last = months.at(-1)!
      const ofMonth = await ask<LinesWire>(`/api/portfolio/lines?of=${side}&currency=${currency}&from=${last.month}&through=${last.month}`)
      assert.equal(ofMonth.sum, last[side])
    }
  const both = await ask<LinesWire>('/api/portfolio/lines?of=paid')
  assert.deepEqual([both.currency, both.sum], [null, null])
  assert.equal((await ask<LinesWire>('/api/portfolio/lines?of=paid&currency=JPY')).count, 0)
  assert.equal((await send('/api/portfolio/lines?of=paid&currency=euro')).statusCode, 400)
})
