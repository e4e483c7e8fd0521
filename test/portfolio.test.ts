import assert from 'node:assert/strict'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { palettes } from '../src/console/palette.ts'
import { makeApi } from '../src/server/api/api.ts'
import type { Role } from '../src/wire/access.ts'
import type { PortfolioWire } from '../src/wire/portfolio.ts'
import { launch, makeOpenPage, skip } from './browser.ts'
import { testDatabase } from './database.ts'
import { doorsOf } from './doors.ts'
import { addEuroAgreement, fillPortfolio, portfolioNow } from './portfolio-world.ts'
import { byHeader, headersOf } from './principals.ts'

const root = join(import.meta.dirname, '..')
const shots = join(root, '.cache/screenshots')
let browser: Browser | undefined
let address = ''
let stop = async () => {}
let addEuros = async () => {}
before(async () => {
  if (skip !== false) return
  const { close, ...store } = await testDatabase()
  await fillPortfolio(store)
  addEuros = () => addEuroAgreement(store)
  const api = await makeApi({ ...doorsOf(store, () => portfolioNow), identify: byHeader, consoleFolder: join(root, '.cache/console') })
  address = await api.listen({ host: '127.0.0.1', port: 0 })
  stop = async () => {
    await api.close()
    await close()
  }
  browser = await launch()
  fs.mkdirSync(shots, { recursive: true })
})
after(async () => {
  await browser?.close()
  await stop()
})

const openAny = makeOpenPage(
  () => browser!,
  () => address,
)
const openAs = (role: Role, party: string, options: BrowserContextOptions = {}, expected?: RegExp) =>
  openAny({ ...options, extraHTTPHeaders: { ...headersOf(role, party) } }, expected, null)
const refused = /Failed to load resource: the server responded with a status of 40[134]/
const guarantor = (options?: BrowserContextOptions) => openAs('guarantor', 'nvidia', options)
const ask = async <T>(path: string): Promise<T> =>
  (await fetch(`${address}/api${path}`, { headers: { ...headersOf('guarantor', 'nvidia') } })).json() as Promise<T>

/** Cents of an amount as people write it, worked out here by another way than the console's. */
const centsOf = (text: string): bigint | undefined => {
  const [, open, digits] = /^(\()?([\d,]+\.\d{2})\)?$/.exec(text.trim()) ?? []
  if (digits === undefined) return undefined
  const cents = BigInt(digits.replaceAll(/[,.]/g, ''))
  return open === undefined ? cents : -cents
}
const grouped = (amount: string): string => {
  const [whole, fraction] = amount.split('.') as [string, string]
  return `${BigInt(whole).toLocaleString('en-US')}.${fraction}`
}

/** Holds every column of amounts of a table to its foot; answers how many sums were held. */
const checkSums = async (page: Page, name: string | RegExp): Promise<number> => {
  const table = page.getByRole('table', { name })
  await table.waitFor()
  const cellsOf = (rows: Element[]) =>
    rows.map((row) =>
      [...row.children].flatMap((cell) => Array(Number(cell.getAttribute('colspan') ?? 1)).fill(cell.textContent ?? '') as string[]),
    )
  const body = await table.locator('tbody tr').evaluateAll(cellsOf)
  const [foot] = await table.locator('tfoot tr').evaluateAll(cellsOf)
  let held = 0
  for (const [column, text] of foot!.entries()) {
    const total = centsOf(text)
    if (total === undefined) continue
    const sum = body.map((row) => centsOf(row[column] ?? '') ?? 0n).reduce((a, b) => a + b, 0n)
    assert.equal(sum, total, `${String(name)}, column ${column}`)
    held++
  }
  return held
}

test('CO57 the portfolio’s columns add up to its totals, and every amount is the string of the API', { skip }, async () => {
  const { page, go, close } = await guarantor()
  await go('/portfolio?table=exposure.cash&against=2026-12')
  assert.ok((await checkSums(page, /^Agreements$/)) >= 6)
  assert.ok((await checkSums(page, /^Commitment by agreement/)) === 4)
  assert.ok((await checkSums(page, /^Circular flows by counterparty/)) === 4)
  assert.ok((await checkSums(page, /^Compared with December 2026/)) === 8)
  const { books } = await ask<PortfolioWire>('/portfolio')
  const text = (await page.locator('main').textContent()) ?? ''
  for (const row of books[0]!.rows)
    for (const amount of [row.paid, row.gross, row.net, row.paidBehind, row.shareBehind])
      assert.ok(text.includes(grouped(amount)), `${row.agreement} ${amount}`)
  for (const by of ['counterparty', 'kind', 'region', 'year'] as const) {
    await page
      .getByRole('group', { name: 'Commitment by' })
      .getByRole('button', { name: new RegExp(`^${by}$`, 'i') })
      .click()
    assert.equal(await checkSums(page, new RegExp(`^Commitment by ${by}`)), 4)
  }
  await close()
})

test(
  'CO58 by keyboard alone: to the portfolio, an amount to its lines and back, charts to tables; the address brings the view back',
  { skip },
  async () => {
    const { page, go, close } = await guarantor()
    await go('/agreements')
    await page.getByRole('table').first().waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('p')
    await page.waitForURL(/\/portfolio$/)
    const amount = page.getByRole('button', { name: /Paid to date, Lambda, leaseback: why$/ })
    await amount.waitFor()
    await amount.focus()
    await page.keyboard.press('Enter')
    const panel = page.getByRole('complementary', { name: /^Why calls paid, Lambda/ })
    await panel.getByRole('table').waitFor()
    // Every line is there or to come, and their sum is the amount that was pressed.
    const sum = await panel.locator('tfoot td').textContent()
    assert.equal(sum, await panel.locator('.explain-amount').evaluate((node) => node.firstChild?.textContent ?? ''))
    const view = page.url()
    assert.match(view, /lines=paid/)
    await page.keyboard.press('Escape')
    await panel.waitFor({ state: 'detached' })
    assert.equal(await amount.evaluate((node) => node === document.activeElement), true)
    await page.keyboard.press('x')
    await page.getByRole('table', { name: /^Cash calls and revenue share/ }).waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('k')
    await page.waitForURL(/\/register$/)
    await page.goto(view)
    await panel.getByRole('table').waitFor()
    await panel.getByRole('link').first().click()
    await page.waitForURL(/\/agreements\/lambda-leaseback\/periods\/2027-03\?/)
    await page.getByRole('tree').waitFor()
    await close()
  },
)

test(
  'CO37 the portfolio is a usable table on the script budget, and its charts come after it, each with a table and a sentence',
  { skip },
  async (t) => {
    const { page, go, close } = await guarantor()
    const scripts = new Map<string, number>()
    page.on('response', async (response) => {
      if (!new URL(response.url()).pathname.endsWith('.js')) return
      const body = await response.body().catch(() => Buffer.alloc(0))
      scripts.set(new URL(response.url()).pathname, gzipSync(body).length)
    })
    // The chart library is held back: the table must not wait for it.
    let letGo: () => void = () => {}
    const held = new Promise<void>((done) => (letGo = done))
    await page.route(/\/assets\/Chart-/, async (route) => {
      await held
      await route.continue()
    })
    await go('/portfolio')
    await page.getByRole('table', { name: 'Agreements', exact: true }).getByRole('row').nth(3).waitFor()
    const total = [...scripts].filter(([name]) => !name.includes('Chart-')).reduce((sum, [, bytes]) => sum + bytes, 0)
    t.diagnostic(`${total} bytes of script, gzip, up to the table`)
    assert.ok(total > 50_000 && total <= 250_000, `${total} bytes of script, gzip`)
    assert.equal(await page.locator('.chart svg').count(), 0)
    letGo()
    await page.locator('.chart svg text').first().waitFor()
    const says = await page.locator('.chart[role=img]').evaluateAll((all) => all.map((chart) => chart.getAttribute('aria-label') ?? ''))
    assert.equal(says.length, 2)
    for (const sentence of says) assert.match(sentence, /\d.*\.$/)
    await close()
  },
)

test('CO38 the register adds up, an instrument is one press away, and a facility without a test says so', { skip }, async () => {
  const { page, go, close } = await guarantor()
  await go('/register?against=2026-12&table=run-off')
  assert.ok((await checkSums(page, /^Given/)) >= 5)
  assert.ok((await checkSums(page, /^Held/)) >= 2)
  assert.equal(await checkSums(page, /^Roll-forward of gross/), 4)
  await page
    .getByRole('table', { name: /^Given/ })
    .getByRole('link', { name: 'Guarantee' })
    .first()
    .click()
  await page.getByRole('heading', { name: 'Guarantee', level: 1 }).waitFor()
  await page.getByRole('table', { name: 'Statement lines of this instrument' }).waitFor()
  await page.getByText('ASC 460, guarantees').waitFor()
  await go('/lender/ohio-campus/loan?on=2028-07')
  await page.getByText('No statement has stated a ratio yet.').waitFor()
  await close()
})

test(
  'CO39 who may not is told who may; where nothing is promised, what will bring it; an operator reads its own register',
  { skip },
  async () => {
    const operator = await openAs('operator', 'sharon-ai', {}, refused)
    await operator.go('/portfolio')
    await operator.page.getByText('portfolio:read is given to guarantor, auditor, not to operator').waitFor()
    assert.equal(await operator.page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Portfolio' }).count(), 0)
    await operator.go('/register')
    await operator.page.getByRole('table', { name: /^Given/ }).waitFor()
    assert.doesNotMatch((await operator.page.locator('main').textContent()) ?? '', /CoreWeave|Lambda/)
    await operator.go('/register/coreweave-residual/backstop')
    await operator.page.getByText('There is no instrument coreweave-residual/backstop here').waitFor()
    await operator.close()
    const stranger = await openAs('guarantor', 'nobody-yet')
    await stranger.go('/portfolio')
    await stranger.page.getByText('Nothing is promised yet').waitFor()
    await stranger.go('/register')
    await stranger.page.getByText('Nothing stands behind others yet').waitFor()
    await stranger.close()
  },
)

const paths = {
  portfolio: '/portfolio',
  lines: '/portfolio?lines=paid:lambda-leaseback&against=2026-12&table=exposure.cash',
  register: '/register?against=2026-12',
  instrument: '/register/lease-guarantees/first-lease',
  lender: '/lender?on=2028-07',
}
test('CO7 CO51 nothing for the checker to find on any of these pages, in the light and in the dark', { skip }, async (t) => {
  for (const colorScheme of ['light', 'dark'] as const)
    for (const [name, path] of Object.entries(paths))
      await t.test(`${name}, ${colorScheme}`, async () => {
        const { page, go, close } = await guarantor({ colorScheme })
        await go(path)
        await page.locator('main h1').waitFor()
        await page.waitForLoadState('networkidle')
        const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze()
        assert.deepEqual(
          violations.map(
            ({ id, nodes }) =>
              `${id}: ${nodes
                .slice(0, 3)
                .map(({ html }) => html.slice(0, 160))
                .join(' | ')}`,
          ),
          [],
        )
        await page.screenshot({ path: join(shots, `promised-${name}-${colorScheme}.png`) })
        await close()
      })
})

test(
  'CO71 as known on a date goes along from the portfolio to the register, the instrument and its agreement, and each says so',
  { skip },
  async () => {
    const { page, go, close } = await guarantor()
    const says = page.getByText('As it was known on 28 Feb 2027; what was recorded later is not in it.')
    const arrive = async (path: RegExp) => {
      await page.waitForURL((url) => path.test(url.pathname))
      assert.equal(new URL(page.url()).searchParams.get('known'), '2027-02-28', page.url())
    }
    await go('/portfolio?known=2027-02-28')
    await says.waitFor()
    await page.getByRole('link', { name: /Gross, Lambda, leaseback: instruments$/ }).click()
    await arrive(/^\/register$/)
    await says.waitFor()
    await page.locator('.data-table tbody a.explainable').first().click()
    await arrive(/^\/register\/lambda-leaseback\/\w/)
    await says.waitFor()
    await page.screenshot({ path: join(shots, 'promised-instrument-known.png') })
    await page.getByRole('navigation', { name: 'Path' }).getByRole('link', { name: 'Register' }).click()
    await arrive(/^\/register$/)
    await page.goBack()
    await page.getByRole('region', { name: 'Terms' }).getByRole('link').first().click()
    await arrive(/^\/agreements\/lambda-leaseback$/)
    await page.getByText('Versions, acceptances and statements recorded by 28 Feb 2027').waitFor()
    await close()
  },
)

test(
  'CO70 of two currencies each total, and each bar, opens the lines of its own book and side, which add up to it',
  { skip },
  async () => {
    await addEuros()
    const { books } = await ask<PortfolioWire>('/portfolio')
    assert.equal(books.length, 2)
    const { page, go, close } = await guarantor()
    const panel = page.getByRole('complementary')
    const opened = async (amount: string, currency: string) => {
      const line = `${grouped(amount)} ${currency}`
      await panel.locator('.explain-amount').filter({ hasText: line }).waitFor()
      await panel
        .locator('tfoot td')
        .filter({ hasText: grouped(amount) })
        .waitFor()
    }
    await go('/portfolio')
    for (const { currency, total } of books)
      for (const [words, amount] of [
        ['paid to date', total.paid],
        ['share, last 12 months', total.shareBehind],
      ] as const) {
        await page.getByRole('button', { name: `${grouped(amount)}, ${words}, all agreements: why`, exact: true }).click()
        await opened(amount, currency)
        await page.screenshot({ path: join(shots, `promised-two-${currency}.png`) })
      }
    await page.keyboard.press('Escape')
    for (const [at, { currency, months }] of books.entries()) {
      const bars = page
        .getByRole('region', { name: 'Cash calls and revenue share' })
        .nth(at)
        .locator(`svg path[fill="${palettes.light.sold}"]`)
      await bars.last().waitFor()
      await bars.last().click()
      await opened(months.at(-1)!.share, currency)
      await page.getByRole('complementary', { name: /^Why share received, all agreements/ }).waitFor()
      await page.keyboard.press('Escape')
    }
    await close()
  },
)
