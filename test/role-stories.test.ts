import assert from 'node:assert/strict'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { loadAgreement } from '../src/server/app/load-agreement.ts'
import { migrateJobs, startWorkers } from '../src/server/jobs/workers.ts'
import { serve } from '../src/server/serve.ts'
import { asSystem } from '../src/server/store/database.ts'
import { launch, makeOpenPage, skip } from './browser.ts'
import { closeWorld, worldNow } from './closed-world.ts'
import { testDatabase } from './database.ts'

/** One world for all stories, told in order: October is over and open, and each role does its part of it. */
const month = '2026-10'
const path = `/agreements/sharon-ai/periods/${month}`
const shots = join(import.meta.dirname, '../.cache/screenshots')

let browser: Browser
let address = ''
let months: readonly string[] = []
const stops: (() => Promise<unknown>)[] = []
before(async () => {
  if (skip !== false) return
  const { close, ...store } = await testDatabase()
  stops.push(close)
  months = await closeWorld(store, 1)
  // Its debt facility is what a lender opens.
  const document = fs.readFileSync(join(import.meta.dirname, '../examples/ohio-campus.yaml'), 'utf8')
  const loaded = await loadAgreement(store, { document, now: worldNow, by: 'test' })
  assert.equal(loaded.kind, 'loaded')
  const reader = {
    agreement: 'sharon-ai',
    party: 'ohio-lenders',
    role: 'lender' as const,
    given: true,
    actor: 'test',
    recorded_at: '2026-11-05T00:00:00Z',
  }
  await asSystem(store.database, (tx) => tx.insertInto('agreement_reader').values(reader).execute())
  await migrateJobs(store)
  const clock = () => Math.floor(Date.now() / 1000)
  const door = await serve(store, { port: 0, now: () => worldNow, clock, demo: true })
  assert.ok('address' in door)
  address = door.address
  const workers = await startWorkers(store, (text) => assert.fail(text))
  browser = await launch()
  fs.mkdirSync(shots, { recursive: true })
  stops.push(
    door.stop,
    () => workers.stop(),
    () => browser.close(),
  )
})
after(async () => {
  for (const stop of stops.toReversed()) await stop()
})

const openPage = makeOpenPage(
  () => browser,
  () => address,
)
/** What a page is told of what it may not have. */
const refusals = /Failed to load resource: the server responded with a status of 40[134]/
const pathOf = (page: Page): string => page.url().slice(address.length)
const shoot = (page: Page, name: string) => page.screenshot({ path: join(shots, `story-${name}.png`) })
const statement = (page: Page) => page.getByRole('table', { name: /^Statement of/ })

/** Comes to the door as nobody, and is let in by one click on a person of a firm; answers once the frame says as what. */
const enter = async (firm: string | RegExp, acting: string, nth = 0) => {
  const opened = await openPage({}, refusals, null)
  await opened.go('/')
  await opened.page.getByRole('region', { name: firm }).getByRole('button').nth(nth).click()
  await opened.page.getByRole('button', { name: new RegExp(`acting as ${acting}`) }).waitFor()
  return opened
}

/** What the navigation leads to, by name; those of agreements and factories left out. */
const ways = (page: Page): Promise<string[]> =>
  page.locator('nav.navigation > a').evaluateAll((links) => links.map((link) => link.textContent ?? ''))

/** Approves what is open by typing the net that the button names. */
const approve = async (page: Page): Promise<string> => {
  const button = page.getByRole('button', { name: /^Approve [\d,.]+ USD$/ })
  await button.waitFor()
  const net = /[\d,.]*\d/.exec((await button.textContent())!.replace('Approve ', ''))![0]
  await button.click()
  const dialogue = page.getByRole('dialog')
  await dialogue.getByLabel(/^Type the net/).fill(net)
  await dialogue.getByRole('button', { name: `Approve ${net} USD` }).click()
  await dialogue.waitFor({ state: 'detached' })
  return net
}

test('CO51 an operator opens on Today, closes a month from there, and a second person of it approves', { skip }, async () => {
  const { page, close } = await enter('Sharon AI', 'Sharon AI, operator')
  assert.equal(pathOf(page), '/')
  const need = page.locator('.needs tr').filter({ hasText: 'October 2026' })
  assert.match(await need.innerText(), /^Close/)
  await need.getByRole('link', { name: /^Open/ }).click()
  await page.getByRole('heading', { name: 'No statement for October 2026 yet' }).waitFor()
  await page.getByRole('button', { name: 'Prepare', exact: true }).click()
  await page.getByText('Provisional, version 1').waitFor()
  await page.getByText('Approving needs a second person: you made version 1.').waitFor()
  assert.equal(await page.getByRole('button', { name: /^Approve/ }).count(), 0)
  await close()
  const second = await enter('Sharon AI', 'Sharon AI, operator', 1)
  await second.page.locator('.needs tr').filter({ hasText: 'October 2026' }).getByRole('link').click()
  await approve(second.page)
  await second.page.getByRole('button', { name: /^Operator/ }).waitFor()
  await second.page.getByRole('button', { name: /^Approve/ }).waitFor({ state: 'detached' })
  await second.close()
})

test('CO51 a guarantor opens on Today, is asked to approve, reads why and approves: the month is final', { skip }, async () => {
  const { page, close } = await enter('NVIDIA', 'NVIDIA, guarantor')
  assert.equal(pathOf(page), '/')
  const need = page.locator('.needs tr').filter({ hasText: 'October 2026' })
  assert.match(await need.innerText(), /^Approve/)
  const asked = /[\d,]+\.\d\d/.exec(await need.innerText())![0]
  await shoot(page, 'guarantor-today')
  await need.getByRole('link', { name: /^Review/ }).click()
  await statement(page).locator('button[data-line="net"]').first().click()
  const panel = page.locator('#explain')
  await panel.getByRole('tree').waitFor()
  assert.ok((await panel.locator('.explain-amount').innerText()).startsWith(asked))
  await shoot(page, 'guarantor-why')
  await page.keyboard.press('Escape')
  assert.equal(await approve(page), asked)
  await page.getByText('Final, version 2').waitFor()
  assert.equal(await statement(page).locator('button[data-line="net"]').first().innerText(), asked)
  // A line of it is contested: it is the operator's to answer.
  await statement(page).locator('button[data-line="1"]').click()
  await page.getByRole('button', { name: 'Dispute this line' }).click()
  const dialogue = page.getByRole('dialog')
  await dialogue.getByText(/leaves the net; .* stays payable/).waitFor()
  await dialogue.getByLabel('Disputed, USD').fill('20,736.00')
  await dialogue.getByLabel('What is contested, and what shows it').fill('Racks of hall 2 drew power while they were unsold.')
  await dialogue.getByRole('button', { name: 'Dispute 20,736.00 USD' }).click()
  await page.getByText('Disputed, version 2').waitFor()
  // What is payable now, and what is held, are what was stated: both stand out in the opening sentence.
  await page.locator('.opening b').nth(1).waitFor()
  const [payable, held] = await page.locator('.opening b').allInnerTexts()
  assert.equal(held, '20,736.00 USD')
  const cents = (text: string): bigint => BigInt(text.replaceAll(/[^\d]/g, ''))
  assert.equal(cents(payable!) + cents(held), cents(asked))
  await page.getByText('comes as a credit on the next month that closes').waitFor()
  await page.evaluate(() => document.fonts.ready)
  await shoot(page, 'guarantor-disputed')
  await close()
})

test('CO51 an operator finds the dispute on Today and answers it', { skip }, async () => {
  const { page, close } = await enter('Sharon AI', 'Sharon AI, operator')
  const need = page.locator('.needs tr').filter({ hasText: 'dispute' })
  assert.match(await need.innerText(), /^Settle[^]*October 2026[^]*20,736\.00/)
  await need.getByRole('link').click()
  await page.getByText('Racks of hall 2 drew power').waitFor()
  await page.getByLabel('Answer').fill('It was so.')
  await page.getByLabel(/Part that is accepted/).fill('10,368.00')
  await page.getByRole('button', { name: 'Accept 10,368.00 of it' }).click()
  await page.getByText('Accepted in part', { exact: true }).waitFor()
  await page.getByText('Final, version 2').waitFor()
  // Folded, it says what came of it, and opened, when that is paid.
  const dispute = page.locator('details.dispute')
  assert.match(await dispute.locator('summary').innerText(), /Line 1, 10,368\.00 of 20,736\.00 USD upheld/)
  await dispute.locator('summary').click()
  await dispute.getByText('10,368.00 USD come as a credit on the next month that closes').waitFor()
  await shoot(page, 'operator-ruled')
  await close()
})

test('CO51 a tenant opens on its orders, and a statement is as what does not exist to it', { skip }, async () => {
  // The scheduler of this world calls its tenants by other names than the terms do: offered is one that has orders.
  const { page, go, close } = await enter(/^tenant-\d+$/, 'tenant-\\d+, tenant')
  assert.equal(pathOf(page), '/orders')
  await page.getByRole('heading', { name: 'Orders' }).waitFor()
  await page
    .getByRole('table', { name: /^Orders of/ })
    .getByRole('link')
    .first()
    .waitFor()
  const text = await page.locator('body').innerText()
  assert.ok(!/backstop|NVIDIA/i.test(text), 'nothing of the backstop')
  assert.equal(new Set(text.match(/tenant-\d+/g)).size, 1, 'nobody else’s order')
  assert.deepEqual(await ways(page), ['Today', 'Orders'])
  await shoot(page, 'tenant')
  const refused: string[] = []
  for (const where of [path, path.replace('sharon-ai', 'no-such-name')]) {
    await go(where)
    await page.locator('.notice h1').waitFor()
    refused.push((await page.locator('.notice').innerText()).replaceAll(/req_\w+/g, '').replaceAll('no-such-name', 'sharon-ai'))
  }
  assert.equal(refused[0], refused[1], 'it cannot be told from what does not exist')
  await close()
})

test('CO51 a lender opens on its facilities, reads a statement that it was given, and can change nothing', { skip }, async () => {
  const { page, go, close } = await enter('Lenders of phase 1', 'Lenders of phase 1 .assumed., lender')
  assert.equal(pathOf(page), '/lender')
  await page.getByRole('table', { name: 'Debt facilities' }).getByRole('link').first().waitFor()
  await shoot(page, 'lender')
  await page.getByRole('table', { name: 'Debt facilities' }).getByRole('link').first().click()
  await page.waitForURL(/\/lender\/.+\/.+/)
  await page.locator('main h1').waitFor()
  await go(`/agreements/sharon-ai/periods/${months[0]!}`)
  await statement(page).locator('button[data-line="net"]').first().click()
  await page.getByRole('tree').waitFor()
  assert.equal(await page.getByRole('button', { name: /^(Approve|Prepare|Send back|Dispute)/ }).count(), 0)
  await go('/orders')
  await page.getByRole('heading', { name: 'Orders are not open to you' }).waitFor()
  await close()
})

test('CO51 an auditor opens on Audit, picks a cent, and goes by its tree to the terms as they came to be', { skip }, async () => {
  const { page, close } = await enter('Northlight Audit', 'Northlight Audit .made up., auditor')
  assert.equal(pathOf(page), '/audit')
  await page
    .getByRole('region', { name: 'Chain check' })
    .getByText(/^All [\d,]+ entries are as they were written/)
    .waitFor()
  const cent = page.getByRole('region', { name: 'Pick a cent' })
  await cent.getByRole('button', { name: 'Pick a cent' }).click()
  await cent.getByText(/^Cent/).waitFor()
  const [, line, amount] = /of line (\d+) of[^]*which is ([\d,.]+\d)/.exec(await cent.innerText())!
  await shoot(page, 'auditor')
  await cent.getByRole('link').click()
  await page.getByRole('tree').waitFor()
  assert.equal(new URL(page.url()).searchParams.get('line'), line)
  assert.ok((await page.locator('.explain-amount').innerText()).startsWith(amount!))
  assert.equal(await page.getByRole('button', { name: /^(Approve|Prepare|Send back|Dispute)/ }).count(), 0)
  await page.goBack()
  await page.locator('.audit-table tbody tr').first().waitFor()
  await page.getByLabel('Object').fill(`sharon-ai ${month}`)
  await page.getByLabel('Object').press('Enter')
  await page.waitForURL(/subject=|object=/)
  await page.locator('.audit-table').getByText('approve', { exact: false }).first().waitFor()
  await close()
})

test('CO51 an administrator opens on Settings, gives a role and makes a key, and sees no amount', { skip }, async () => {
  const { page, go, close } = await enter('This installation', 'Administrator')
  assert.match(pathOf(page), /^\/settings(\/people)?$/)
  await page.getByRole('button', { name: 'Add a person' }).click()
  await page.getByLabel('Name').fill('Dana Weiss')
  await page.getByLabel('E-mail').fill('dana@firm.example')
  await page.getByRole('button', { name: 'Add Dana Weiss' }).click()
  const row = page.getByRole('row').filter({ hasText: 'Dana Weiss' })
  await row.getByRole('button', { name: 'Give a role' }).click()
  await page.getByLabel('Party').selectOption('nvidia')
  await page.getByRole('button', { name: 'Give NVIDIA, guarantor' }).click()
  await row.getByText('NVIDIA, guarantor').first().waitFor()
  await shoot(page, 'administrator')
  await go('/settings/keys')
  await page.getByRole('button', { name: 'Make a key' }).click()
  await page.getByLabel('What it is for').fill('watching')
  await page.getByRole('dialog').getByRole('checkbox').first().check()
  await page.getByRole('button', { name: 'Make watching' }).click()
  await page.getByText('it is shown this once', { exact: false }).waitFor()
  await page.getByRole('button', { name: 'I have it' }).click()
  await page.getByRole('row').filter({ hasText: 'watching' }).waitFor()
  for (const where of ['/', '/audit', '/settings', '/orders', '/portfolio', '/ledger', '/register', '/agreements', path]) {
    await go(where)
    await page.locator('main h1, main h2, main table').first().waitFor()
    await page.waitForLoadState('networkidle')
    const text = await page.locator('body').innerText()
    assert.ok(!/\d\.\d\d(?!\d)|USD/.test(text), `${where}: ${/.{40}(\d\.\d\d|USD).{20}/s.exec(text)?.[0]}`)
  }
  await close()
})
