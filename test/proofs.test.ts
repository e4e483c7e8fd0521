import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, Page, Request } from 'playwright-core'
import type { JournalsWire } from '../src/wire/ledger.ts'
import type { PeriodWire } from '../src/wire/statement.ts'
import type { Store } from '../src/server/store/database.ts'
import { personFor } from './access-matrix.ts'
import { launch, makeOpenPage, skip } from './browser.ts'
import { testDatabase } from './database.ts'
import { closeWorld, worldNow } from './closed-world.ts'
import { fillPages, openDoor } from './page-world.ts'
import { sightsOf, type Sight } from './pages.ts'
import { headersOf } from './principals.ts'

const shots = join(import.meta.dirname, '../.cache/screenshots')
let browser: Browser
let store: Store
let door: Awaited<ReturnType<typeof openDoor>>
let months: readonly string[] = []
let journal = ''
const stops: (() => Promise<unknown>)[] = []
before(async () => {
  if (skip !== false) return
  const { close, ...opened } = await testDatabase()
  store = opened
  stops.push(close)
  ;({ months } = await fillPages(store))
  door = await openDoor(store)
  stops.push(door.stop)
  const made = await fetch(`${door.address}/api/agreements/firmus-batam/periods/2026-08/drafts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headersOf('operator', 'firmus', 'usr_maker') },
    body: '{}',
  })
  assert.ok(made.status < 300, await made.text())
  journal = (await ask<JournalsWire>('/ledger/nvidia/journals')).journals[0]!.id
  browser = await launch()
  stops.push(() => browser.close())
  fs.mkdirSync(shots, { recursive: true })
})
after(async () => {
  for (const stop of stops.toReversed()) await stop()
})

const guarantor = headersOf('guarantor', 'nvidia')
const get = (path: string) => fetch(`${door.address}/api${path}`, { headers: guarantor })
const ask = async <T>(path: string): Promise<T> => (await get(path)).json() as Promise<T>
const openPage = makeOpenPage(
  () => browser,
  () => door.address,
)
const refusals = /Failed to load resource: the server responded with a status of 40[134]/
const as = (headers: Readonly<Record<string, string>>, more: object = {}) =>
  openPage({ extraHTTPHeaders: { ...headers }, ...more }, refusals, null)

/** A page of the list, as whoever opens it: settled. */
const openSight = async ({ path, side, role, ready }: Sight, more: object = {}, at = path) => {
  const opened = await as(headersOf(role, personFor(side, role).party), more)
  follow(opened.page)
  await opened.go(at)
  // Worked with, a picture may be a table: what is to be there then is the page itself.
  await opened.page.waitForSelector(at === path ? ready : 'h1')
  await settle(opened.page)
  return opened
}
/** Requests of a page without an answer yet. */
const waiting = new WeakMap<Page, Set<Request>>()
const follow = (page: Page): void => {
  const all = new Set<Request>()
  waiting.set(page, all)
  page.on('request', (request) => all.add(request))
  page.on('requestfinished', (request) => all.delete(request))
  page.on('requestfailed', (request) => all.delete(request))
}
const twoFrames = (page: Page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
const isComplete = (page: Page): Promise<boolean> =>
  page.evaluate(
    () =>
      document.querySelector('[aria-busy=true]') === null &&
      !/, loading|Reading |Settling again|Working every|Checking …/.test(document.body.textContent) &&
      [...document.querySelectorAll('.chart')].every((chart) => chart.querySelector('svg text, canvas') !== null),
  )
/** Waits until a page is as it will stay: nothing asked for and nothing to come, five looks in a row. */
const settle = async (page: Page): Promise<void> => {
  for (let [calm, looks] = [0, 0]; calm < 5; looks++) {
    assert.ok(looks < 2_000, 'the page comes to no rest')
    await twoFrames(page)
    calm = (waiting.get(page)?.size ?? 0) === 0 && (await isComplete(page)) ? calm + 1 : 0
  }
}
/** All that a page says: its words, and those that are only read out, hovered or typed over. */
const saidOn = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const words: string[] = [document.title]
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode())
      if (node.parentElement!.closest('script, style') === null && node.textContent!.trim() !== '') words.push(node.textContent!)
    for (const element of document.body.querySelectorAll('[title], [aria-label], [datetime], input, select'))
      for (const name of ['title', 'aria-label', 'datetime', 'min', 'max']) words.push(element.getAttribute(name) ?? '')
    for (const field of document.body.querySelectorAll('input, select')) words.push((field as HTMLInputElement).value)
    // The id of a request is its own.
    return words.map((text) => text.replaceAll(/req_\w+/g, 'req_'))
  })
const sights = () => sightsOf({ month: months[0]!, journal })

/** Cents as people write them, worked out by another way than the console's. */
const centsIn = (text: string): bigint => {
  const cents = BigInt(text.replaceAll(/[(),.]/g, ''))
  return text.startsWith('(') ? -cents : cents
}
const cellsOf = (page: Page, rows: string): Promise<string[][]> =>
  page.locator(rows).evaluateAll((all) => all.map((row) => [...row.children].map((cell) => (cell.textContent ?? '').trim())))
const amountsIn = (text: string): string[] => text.match(/\(?\d[\d,]*\.\d{2}(?!\d)\)?/g) ?? []

const pdftotext = '/usr/bin/pdftotext'
const noPaper = !fs.existsSync(pdftotext)
if (noPaper && process.env['CI']) throw new Error('no pdftotext: apt-get install --no-install-recommends poppler-utils')
const skipPaper = skip !== false ? skip : noPaper ? 'no pdftotext: apt-get install --no-install-recommends poppler-utils' : false
const paperOf = async (path: string): Promise<string> => {
  const file = join(fs.mkdtempSync(join(tmpdir(), 'offtake-proofs-')), 'paper.pdf')
  fs.writeFileSync(file, Buffer.from(await (await get(path)).arrayBuffer()))
  const { stdout, status, stderr } = spawnSync(pdftotext, ['-layout', file, '-'], { encoding: 'utf8' })
  fs.rmSync(join(file, '..'), { recursive: true })
  assert.equal(status, 0, stderr)
  return stdout
}

test(
  'CO52 each amount of a month is one string on period, portfolio, ledger and paper, and columns sum to totals',
  { skip: skipPaper },
  async () => {
    const month = months.at(-1)!
    const path = `/agreements/sharon-ai/periods/${month}`
    const { statement } = await ask<PeriodWire>(path)
    const { page, go, close } = await as(guarantor)
    await go(path)
    await page.waitForSelector('button[data-line="net"]')
    const lines = (await cellsOf(page, 'table.statement tbody tr:not(.group)')).map((row) => row[4] || row[5]!)
    const byColumn = await cellsOf(page, 'table.statement tbody tr:not(.group)')
    const [totals] = await cellsOf(page, 'table.statement tfoot tr')
    for (const column of [4, 5]) {
      const sum = byColumn.map((row) => (row[column] === '' ? 0n : centsIn(row[column]!))).reduce((a, b) => a + b, 0n)
      assert.equal(sum, centsIn(totals!.at(column - 6)!), `column ${column}`)
    }
    const net = await page.locator('button[data-line="net"]').first().innerText()
    // On paper: every line and both totals and the net.
    const onPaper = amountsIn(await paperOf(`${path}/statement.pdf`))
    for (const amount of [...lines, ...totals!.slice(-2), net]) {
      const at = onPaper.indexOf(amount)
      assert.ok(at >= 0, `${amount} is not on paper: ${onPaper.join(' ')}`)
      onPaper.splice(at, 1)
    }
    // In the guarantor's book: the accrual of the month has a row for each line that is not zero.
    const { journals } = await ask<JournalsWire>('/ledger/nvidia/journals?limit=1000')
    const accrual = journals.find((each) => each.month === month && each.step === 'accrual')!
    await go(`/journal/${accrual.id}`)
    await page.waitForSelector('.data-table tbody tr')
    const posted = (await cellsOf(page, '.data-table tbody tr')).flatMap((row) => amountsIn(row.join(' ')).slice(0, 1))
    const moved = lines.filter((amount) => /[1-9]/.test(amount))
    for (const amount of moved) assert.ok(posted.includes(amount), `${amount} is not in the ledger: ${posted.join(' ')}`)
    // In the portfolio: what the guarantor paid and was paid in the month opens as the same lines, which sum to its column.
    for (const [of, payer] of [
      ['paid', statement.guarantor.id],
      ['share', statement.operator.id],
    ] as const) {
      await go(`/portfolio?lines=${of}:sharon-ai:${month}`)
      const panel = page.locator('#moved')
      await panel.locator('tbody tr').first().waitFor()
      const shown = (await panel.locator('tbody tr').allInnerTexts()).flatMap((row) => amountsIn(row).slice(-1))
      assert.ok(shown.length > 0)
      for (const amount of shown) assert.ok(lines.includes(amount), `${of}: ${amount} is not on the statement: ${lines.join(' ')}`)
      const total = amountsIn(await panel.locator('tfoot').innerText())[0]!
      assert.equal(
        shown.map(centsIn).reduce((a, b) => a + b, 0n),
        centsIn(total),
      )
      assert.ok(payer !== '')
    }
    await close()
  },
)

/** Where two texts part, with what is around it. */
const firstDifference = (a: string, b: string): string => {
  let at = 0
  while (at < a.length && a[at] === b[at]) at++
  return `…${a.slice(Math.max(0, at - 120), at + 120)}… against …${b.slice(Math.max(0, at - 120), at + 120)}…`
}

test('CO53 guarantor and operator read the same statement, byte for byte after the opening sentence and the acts', { skip }, async () => {
  for (const query of ['', '?line=1', '?table=waterfall.states&line=net']) {
    const pages: string[] = []
    const openings: string[] = []
    for (const headers of [guarantor, headersOf('operator', 'sharon-ai')]) {
      const { page, go, close } = await as(headers)
      await go(`/agreements/sharon-ai/periods/${months.at(-1)!}${query}`)
      await page.waitForSelector('table.statement')
      if (query !== '') await page.getByText('Worked out again, equal').waitFor()
      await settle(page)
      openings.push(await page.locator('.opening').innerText())
      pages.push(
        await page.evaluate(() => {
          const main = document.querySelector('main')!.cloneNode(true) as HTMLElement
          for (const own of main.querySelectorAll('.opening, .acts, .decision-acts, button.primary')) own.remove()
          // Names that the page gives itself, not what it says.
          return main.innerHTML.replaceAll(/«[^»]*»|:r[0-9a-z]+:|mantine-[a-z0-9]{6,}|zr\d+-[\w-]+|_echarts_instance_="\w+"/g, 'x')
        }),
      )
      await close()
    }
    assert.ok(pages[0]!.length > 5_000)
    assert.ok(pages[0] === pages[1], `${query}: ${firstDifference(pages[0]!, pages[1]!)}`)
    assert.notEqual(openings[0], openings[1], 'only the opening says you')
  }
})

test(
  'CO55 a server that is killed under an open page takes nothing from it, and the page recovers once it is back',
  { skip },
  async (t) => {
    const own = await openDoor(store)
    t.after(own.stop)
    const open = makeOpenPage(
      () => browser,
      () => own.address,
    )
    const { page, go, close } = await open({ extraHTTPHeaders: { ...guarantor } }, /Failed to load resource/, null)
    await page.clock.install()
    // Pages read the dialogue when nothing else is to be done: here not before the server went.
    let isUnread = true
    await page.route(/GoToDialogue/, (route) => (isUnread ? route.abort() : route.continue()))
    await go(`/agreements/sharon-ai/periods/${months.at(-1)!}`)
    await page.waitForSelector('button[data-line="net"]')
    const shown = await page.locator('table.statement').innerText()
    const again = async () => {
      await page.clock.fastForward(60_000)
      await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange', { bubbles: true })))
      await page.clock.runFor(2_000)
    }
    await own.stop()
    await again()
    await page
      .getByText(/^Not refreshed: The server did not answer[^]*as of \d\d:\d\d:\d\d on your clock/)
      .first()
      .waitFor()
    assert.equal(await page.locator('table.statement').innerText(), shown)
    assert.ok(
      Number(
        await page
          .locator('.dimmed')
          .first()
          .evaluate((dimmed) => getComputedStyle(dimmed).opacity),
      ) < 1,
    )
    // What was not read before the server went says so, and takes nothing away either.
    const goTo = page.getByRole('combobox', { name: 'Go to or do' })
    await page.keyboard.press('Control+k')
    await page.getByRole('status').getByText('The server does not answer.').waitFor()
    assert.equal(await page.locator('table.statement').innerText(), shown)
    const back = await openDoor(store, Number(new URL(own.address).port))
    t.after(back.stop)
    isUnread = false
    await page.keyboard.press('Control+k')
    await goTo.waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Try again' }).first().click()
    await page.clock.runFor(2_000)
    await page.locator('.stale').first().waitFor({ state: 'detached' })
    // What is refused later is said, and what was read before is not called current.
    const problem = {
      type: 'urn:offtake:problem:forbidden',
      title: 'No',
      status: 403,
      detail: 'It is no longer open to you.',
      requestId: 'req_1',
    }
    await page.route('**/api/agreements/sharon-ai/periods/*', (route) => route.fulfill({ status: 403, json: problem }))
    await again()
    await page.getByText('Not refreshed: It is no longer open to you.').first().waitFor()
    assert.equal(await page.locator('table.statement').innerText(), shown)
    await close()
  },
)

test('CO55 a feed that is cut is late on every page and in its list, and nothing that was read changes', { skip }, async (t) => {
  const { close: drop, ...own } = await testDatabase()
  t.after(drop)
  const [month] = await closeWorld(own)
  let now = worldNow
  const { address, stop } = await openDoor(own, 0, () => now)
  t.after(stop)
  const operator = headersOf('operator', 'sharon-ai')
  const hour = 3600
  const bring = async () => {
    now += hour
    const [from, to] = [now - hour, now].map((at) => new Date(at * 1000).toISOString().replace('.000', ''))
    const sold = { kind: 'allocation', source: 'scheduler', id: `a-${now}`, pool: 'sharon-syd-gb300', gpus: 8, from, to }
    const answer = await fetch(`${address}/api/ingest/readings?agreement=sharon-ai`, {
      method: 'POST',
      headers: { ...operator, 'content-type': 'application/x-ndjson', 'idempotency-key': `a-${now}` },
      body: `${JSON.stringify(sold)}\n`,
    })
    assert.ok(answer.ok, await answer.text())
  }
  for (let i = 0; i < 6; i++) await bring()
  const open = makeOpenPage(
    () => browser,
    () => address,
  )
  const { page, go, close } = await open({ extraHTTPHeaders: { ...operator } }, /^$/, null)
  const look = async () => {
    await go(`/agreements/sharon-ai/periods/${month}`)
    await page.waitForSelector('button[data-line="net"]')
    const statement = await page.locator('table.statement').innerText()
    const age = await page.locator('.feeds-age').innerText()
    await go('/settings/feeds')
    const row = page.getByRole('table', { name: /^Sources/ }).locator('tr', { hasText: 'scheduler' })
    await row.waitFor()
    return { statement, age, late: await row.getByText('late', { exact: true }).count() }
  }
  const whole = await look()
  assert.doesNotMatch(whole.age, /late/)
  assert.equal(whole.late, 0)
  now += 5 * hour
  const cut = await look()
  assert.match(cut.age, /late 5 h/)
  assert.equal(cut.late, 1)
  assert.equal(cut.statement, whole.statement)
  await bring()
  const mended = await look()
  assert.doesNotMatch(mended.age, /late/)
  assert.deepEqual([mended.late, mended.statement], [0, whole.statement])
  await close()
})

test('CO55 an answer that is slow to come leaves no number and no empty page, and is shown once it is there', { skip }, async () => {
  const { page, go, close } = await as(guarantor)
  const { promise: gate, resolve: open } = Promise.withResolvers<void>()
  await page.route('**/api/agreements/sharon-ai/periods/*', async (route) => {
    await gate
    await route.continue()
  })
  await go(`/agreements/sharon-ai/periods/${months.at(-1)!}`)
  await page.locator('main [aria-busy=true]').waitFor()
  const waited = await page.locator('main').innerText()
  assert.deepEqual(amountsIn(waited), [])
  assert.doesNotMatch(waited, /no statement|nobody owes|\bnone\b/i)
  open()
  await page.locator('button[data-line="net"]').first().waitFor()
  assert.equal(await page.locator('main [aria-busy=true]').count(), 0)
  await close()
})

/** What is done on a page to change how it is looked at; each changes nothing where there is nothing of its kind. */
const interactions: readonly ((page: Page) => Promise<void>)[] = [
  // The second column sorted, then a filter over all columns that lets the first row through.
  async (page) => {
    const head = page.locator('.data-table thead th button').nth(1)
    if ((await head.count()) > 0) await head.click()
  },
  async (page) => {
    const [quick, first] = [page.locator('input.quick').first(), page.locator('.data-table tbody th').first()]
    if ((await quick.count()) === 0 || (await first.count()) === 0) return
    await quick.fill((await first.innerText()).slice(0, 6))
    await page.waitForURL(/q=/)
  },
  // Pictures as tables, and the first number's reasons.
  async (page) => {
    // A key in a field is a letter.
    await page.evaluate(() => (document.activeElement as HTMLElement).blur())
    await page.keyboard.press('x')
  },
  async (page) => {
    const number = page.locator('main button.explainable').first()
    if ((await number.count()) > 0) await number.click()
  },
]

test('CO54 CO56 the address of every page, after it was worked with, opens the same in a browser of another zone', { skip }, async (t) => {
  const changed: string[] = []
  for (const sight of sights())
    await t.test(sight.name, async () => {
      const here = await openSight(sight, { timezoneId: 'America/Los_Angeles' })
      const start = here.page.url()
      for (const interact of interactions) {
        await interact(here.page)
        await settle(here.page)
      }
      await settle(here.page)
      const address = here.page.url().slice(door.address.length)
      if (here.page.url() !== start) changed.push(sight.name)
      const said = await saidOn(here.page)
      await here.close()
      const there = await openSight(sight, { timezoneId: 'Pacific/Kiritimati' }, address)
      assert.deepEqual(await saidOn(there.page), said, address)
      await there.close()
      assert.ok(!/\bP[DS]T\b|Los_Angeles/.test(said.join(' ')))
    })
  assert.ok(changed.length >= 12, `only ${changed.join(', ')} have more than their path in the address`)
})
