import assert from 'node:assert/strict'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, Page } from 'playwright-core'
import { serve } from '../src/server/serve.ts'
import type { ComparisonWire } from '../src/wire/comparison.ts'
import type { WhatIfWire } from '../src/wire/what-if.ts'
import { launch, makeOpenPage, skip } from './browser.ts'
import { comparedDocument, comparedNow, compareWorld } from './compared-world.ts'
import { testDatabase } from './database.ts'

const root = join(import.meta.dirname, '..')
const shots = join(root, '.cache/screenshots')
let browser: Browser | undefined
let address = ''
let close = async () => {}
before(async () => {
  if (skip !== false) return
  const { close: closeDatabase, ...store } = await testDatabase()
  await compareWorld(store, 'deal')
  const door = await serve(store, { port: 0, now: () => comparedNow })
  assert.ok('address' in door)
  address = door.address
  browser = await launch()
  fs.mkdirSync(shots, { recursive: true })
  close = async () => (await door.stop(), await closeDatabase())
})
after(async () => {
  await browser?.close()
  await close()
})
const openPage = makeOpenPage(
  () => browser!,
  () => address,
  'usr_guarantor-deal-vendor-1',
)
const olaf = 'usr_operator-deal-cloud-1'
const ask = async <T>(path: string, body?: object): Promise<T> =>
  (
    await fetch(
      `${address}/api${path}`,
      body && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
    )
  ).json() as Promise<T>
/** As people write it, worked out here by another way than the console's. */
const grouped = (amount: string): string => {
  const [whole, fraction] = amount.replace('-', '').split('.') as [string, string]
  const text = `${BigInt(whole).toLocaleString('en-US')}.${fraction}`
  return amount.startsWith('-') ? `(${text})` : text
}
const shown = (text: string): number => Number(text.replaceAll(',', '').replace(/^\((.*)\)$/, '-$1'))
const picture = (page: Page, name: string) => page.screenshot({ path: join(shots, `compare-${name}.png`), fullPage: true })
const cells = (page: Page, rows: string) =>
  page.locator(rows).evaluateAll((all) => all.map((row) => [...row.children].map((cell) => (cell.textContent ?? '').trim())))

const august = '/agreements/deal/periods/2026-08'
const september = '/agreements/deal/periods/2026-09'

test('CO47 the panel says that the server settled the month again just now, and what was compared', { skip }, async () => {
  const { page, go, close: done } = await openPage()
  await go(`${september}?line=1`)
  const pill = page.locator('#explain').getByText('Recomputed, equal')
  await pill.waitFor()
  assert.match((await pill.getAttribute('title'))!, /from what was known when it was recorded \(5 Oct 2026/)
  await page.locator('#explain').getByText('Worked out again, equal').waitFor()
  await picture(page, 'recomputed-1440-light')
  await done()
})

test(
  'CO48 v opens what changed: both values, differences that sum to the difference of the nets, why, and where the reasons part',
  { skip },
  async () => {
    const { page, go, close: done } = await openPage()
    await go(september)
    await page.getByRole('table', { name: /^Statement of/ }).waitFor()
    await page.keyboard.press('v')
    const panel = page.getByRole('region', { name: 'Comparison' })
    await panel.getByText('Corrected on').or(panel.getByText('recorded 12 Oct 2026')).first().waitFor()
    assert.match(page.url(), /against=usual/)
    const told = await ask<ComparisonWire>(`${september}/comparison`)
    const rows = await cells(page, '#comparison .changes > tbody > tr')
    assert.deepEqual(
      rows.map((row) => [row[2], row[3], row[4], row[5]]),
      told.lines.map(({ before: was, after: is, difference }) => [
        grouped(was!.amount),
        grouped(is!.amount),
        grouped(difference),
        '3 readings of outage recorded 12 Oct 2026',
      ]),
    )
    const [net] = await cells(page, '#comparison .changes > tfoot > tr')
    const sum = rows.reduce((all, row) => all + (row[1] === 'The vendor' ? shown(row[4]!) : -shown(row[4]!)), 0)
    const sign = told.nets[0]!.parties[0] === 'deal-vendor' ? 1 : -1
    assert.equal(sum * sign, shown(net![3]!))
    await panel.getByRole('button', { name: '(288.00)' }).click()
    const tree = panel.getByRole('table', { name: /Reasons of both sides/ })
    await tree.waitFor()
    assert.ok((await tree.locator('.parting').count()) > 0)
    assert.ok(await tree.getByText(': the same').first().isVisible())
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: scheme })
      await picture(page, `months-1440-${scheme}`)
      const { violations } = await new AxeBuilder({ page }).analyze()
      assert.deepEqual(
        violations.map(({ id, nodes }) => [id, nodes[0]?.html]),
        [],
      )
    }
    await panel.getByRole('button', { name: 'All lines' }).click()
    await page.waitForFunction(
      (count) => document.querySelectorAll('#comparison .changes > tbody > tr:not(.unfolded)').length === count,
      told.lines.length + told.same,
    )
    await page.keyboard.press('Escape')
    await panel.waitFor({ state: 'detached' })
    // A month that was corrected since says so in a column of its statement.
    await go(august)
    await page.getByRole('columnheader', { name: 'Corrected since' }).waitFor()
    assert.ok(await page.locator('.statement').getByText('(1,920.00)').first().isVisible())
    await picture(page, 'since-1440-light')
    await done()
  },
)

test(
  'CO49 what if: a term with another value settles the past months, looks like no agreement, and the address holds it',
  { skip },
  async () => {
    const { page, go, close: done } = await openPage({ viewport: { width: 1440, height: 1000 } })
    await go('/agreements/deal')
    await page.locator('button[data-ask="/clauses/1/price"]').click()
    const panel = page.getByRole('complementary', { name: 'What if' })
    await panel.getByLabel(/price/).fill('1.50')
    await panel.getByRole('button', { name: 'Settle past months' }).click()
    await panel.getByText('would have paid').waitFor()
    const told = await ask<WhatIfWire>('/agreements/deal/what-ifs', { changes: [{ pointer: '/clauses/1/price', value: '1.50' }] })
    const rows = await cells(page, '.what-if-table > tbody > tr')
    const asPaid = ({ parties, difference }: WhatIfWire['totals'][number]) =>
      parties[0] === 'deal-vendor' ? difference : difference.startsWith('-') ? difference.slice(1) : `-${difference}`
    assert.deepEqual(
      rows.map((row) => row[3]),
      told.months.map(({ nets }) => grouped(asPaid(nets[0] as never))),
    )
    const [total] = await cells(page, '.what-if-table > tfoot > tr')
    assert.equal(total![3], grouped(asPaid(told.totals[0]!)))
    for (const column of [1, 2, 3]) {
      const sum = rows.reduce((all, row) => all + Math.round(shown(row[column]!) * 100), 0)
      assert.equal(sum, Math.round(shown(total![column]!) * 100))
    }
    assert.match((await panel.locator('ins').first().textContent())!, /1\.50/)
    assert.match((await panel.locator('del').first().textContent())!, /2\.00/)
    assert.ok(await panel.getByText('not simulated').isVisible())
    for (const [width, scheme] of [
      [1440, 'light'],
      [1440, 'dark'],
      [1280, 'light'],
      [1920, 'dark'],
    ] as const) {
      await page.setViewportSize({ width, height: 1000 })
      await page.emulateMedia({ colorScheme: scheme })
      await picture(page, `what-if-${width}-${scheme}`)
      const { violations } = await new AxeBuilder({ page }).analyze()
      assert.deepEqual(
        violations.map(({ id, nodes }) => [id, nodes[0]?.html]),
        [],
      )
    }
    // Elsewhere the same address shows the same.
    const there = await openPage()
    await there.go(page.url().slice(address.length))
    await there.page.getByText('would have paid').waitFor()
    await there.close()
    const wrong = await openPage({}, /Failed to load resource/)
    await wrong.go(`/agreements/deal?if=${encodeURIComponent('[["/clauses/1/price","two"]]')}`)
    await wrong.page.getByRole('alert').getByText('/clauses/1/price').waitFor()
    await wrong.close()
    await page.keyboard.press('Escape')
    await panel.waitFor({ state: 'detached' })
    await done()
  },
)

test(
  'CO50 an amendment is written, read back as sentences and proposed by one person, and signed by another for the other party',
  { skip },
  async () => {
    const one = await openPage()
    await one.go('/agreements/deal')
    await one.page.getByRole('link', { name: 'Amend' }).click()
    await one.page.getByRole('link', { name: 'Propose version 2' }).click()
    const document = one.page.getByLabel('Document, YAML')
    const text = await document.inputValue()
    assert.match(text, /^version: 2$/m)
    await document.fill(text.replace("price: '2.00'", "price: '1.90'"))
    await one.page.getByRole('button', { name: 'Read it back' }).click()
    await one.page.getByText('against version 1').waitFor()
    assert.ok(await one.page.locator('.drafted ins').getByText('1.90').first().isVisible())
    await picture(one.page, 'amend-1440-light')
    await one.page.getByLabel('Note to the other party').fill('As discussed')
    await one.page.getByRole('button', { name: /^Propose and sign for/ }).click()
    await one.page
      .getByText('North Star has to sign it')
      .or(one.page.getByRole('button', { name: 'Withdraw' }))
      .first()
      .waitFor()
    const proposed = one.page.url().slice(address.length)
    assert.equal(await one.page.getByRole('button', { name: /^Sign version/ }).count(), 0)
    const other = await openPage({}, /^$/, olaf)
    await other.go(proposed)
    await other.page.getByRole('button', { name: /^Sign version 2 for North Star/ }).waitFor()
    for (const scheme of ['light', 'dark'] as const) {
      await other.page.emulateMedia({ colorScheme: scheme })
      await picture(other.page, `proposal-1440-${scheme}`)
      const { violations } = await new AxeBuilder({ page: other.page }).analyze()
      assert.deepEqual(
        violations.map(({ id, nodes }) => [id, nodes[0]?.html]),
        [],
      )
    }
    await other.page.getByRole('button', { name: /^Sign version 2 for North Star/ }).click()
    await other.page.locator('.pill').getByText('in force').waitFor()
    await other.go('/agreements/deal')
    await other.page.getByRole('rowheader', { name: '2', exact: true }).waitFor()
    await picture(other.page, 'agreement-1440-light')
    await one.close()
    await other.close()
  },
)

test(
  'CO50 the page of an agreement shows caps as they were used, opens what a clause settled, and goes back to what was known on a date',
  { skip },
  async () => {
    const { page, go, close: done } = await openPage()
    await go('/agreements/deal')
    const clause = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: 'backstop', exact: true }) })
    const settled = clause.getByRole('button')
    const total = shown((await settled.textContent())!)
    await settled.click()
    await page.locator('.what-if-line a').first().waitFor()
    const lines = (await page.locator('.what-if-line a').allTextContents()).map(shown)
    assert.equal(Math.round(lines.reduce((sum, each) => sum + each, 0) * 100), Math.round(total * 100))
    await page.locator('.what-if-line a').first().click()
    await page.locator('#explain').waitFor()
    await go('/agreements/deal?known=2026-09-15&table=term')
    await page.getByText('recorded by 15 Sep 2026').waitFor()
    assert.equal(await page.getByText('Cap used').count(), 2)
    await go('/agreements/deal?known=2026-09-15')
    await page.waitForFunction(() => document.querySelector('.chart svg text') !== null)
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: scheme })
      await picture(page, `known-1440-${scheme}`)
      const { violations } = await new AxeBuilder({ page }).analyze()
      assert.deepEqual(
        violations.map(({ id, nodes }) => [id, nodes[0]?.html]),
        [],
      )
    }
    await done()
  },
)

test(
  'CO50 an empty installation begins from a template, put in force by whoever owns it; then its parties can be signed in as',
  { skip },
  async (t) => {
    const { close: closeDatabase, ...empty } = await testDatabase()
    const door = await serve(empty, { port: 0, now: () => comparedNow })
    assert.ok('address' in door)
    t.after(async () => {
      await door.stop()
      await closeDatabase()
    })
    const {
      page,
      go,
      close: done,
    } = await makeOpenPage(
      () => browser!,
      () => door.address,
    )({}, /^$/, null)
    await go('/')
    await page.getByRole('link', { name: 'Begin a new agreement' }).click()
    await page.getByRole('table', { name: /Start from a template/ }).waitFor()
    await picture(page, 'templates-1440-light')
    await page.getByRole('link', { name: /Philly/ }).click()
    await page.getByLabel('Document, YAML').fill(comparedDocument('fresh'))
    await page.getByRole('button', { name: 'Read it back' }).click()
    await page.getByText('Version 1', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Put in force' }).click()
    await page.waitForURL(/sign-in/)
    await page.getByText('North Star').first().waitFor()
    await done()
  },
)
