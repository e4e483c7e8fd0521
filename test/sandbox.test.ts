import assert from 'node:assert/strict'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { advance, openSandbox } from '../src/server/app/advance.ts'
import { findSources, loadFresh } from '../src/server/app/advance-sources.ts'
import { findSandboxNow } from '../src/server/store/sandbox.ts'
import { asSystem } from '../src/server/store/database.ts'
import { migrateJobs, startWorkers } from '../src/server/jobs/workers.ts'
import { serve, type Door } from '../src/server/serve.ts'
import type { SessionWire } from '../src/wire/access.ts'
import { launch, makeOpenPage, skip } from './browser.ts'
import { testDatabase } from './database.ts'

let [browser, door]: [Browser | undefined, Door | undefined] = [undefined, undefined]
const stops: (() => Promise<unknown>)[] = []
before(async () => {
  if (skip !== false) return
  const { close, ...store } = await testDatabase()
  stops.push(close)
  await migrateJobs(store)
  const said: string[] = []
  const found = await findSources(store, { agreement: 'firmus-batam', seed: 7, detail: 'coarse' }, { say: (text) => void said.push(text) })
  assert.ok(found !== undefined, said.join())
  await openSandbox(store)
  await loadFresh(store, found.fresh, { say: (text) => void said.push(text) })
  for await (const done of advance(store, { sources: found.sources, months: 2, by: 'test' })) assert.ok(done.month)
  // As `offtake serve` follows the clock.
  let now = (await asSystem(store.database, findSandboxNow))!
  const looking = setInterval(() => void asSystem(store.database, findSandboxNow).then((at) => (now = at ?? now)), 200)
  // Sessions end by the clock of the machine: a month in the sandbox signs nobody out.
  const opened = await serve(store, { port: 0, now: () => now, clock: () => Math.floor(Date.now() / 1000) })
  assert.ok('address' in opened)
  door = opened
  const workers = await startWorkers(store, () => {})
  stops.unshift(
    async () => clearInterval(looking),
    () => opened.stop(),
    () => workers.stop(),
  )
  browser = await launch()
  stops.unshift(() => browser!.close())
})
after(async () => {
  for (const stop of stops) await stop()
})
const openPage = makeOpenPage(
  () => browser!,
  () => door!.address,
)

test(
  'CO43 the clock of a sandbox: a month is advanced and watched, the pages follow, one sentence is said, and Esc stops it after the month it is at',
  { skip },
  async () => {
    const session = (await (await fetch(`${door!.address}/api/session`)).json()) as SessionWire
    assert.equal(session.sandbox, true)
    const { page, go, close } = await openPage({}, /Failed to load resource/)
    await go('/sign-in')
    const people = (await (await fetch(`${door!.address}/api/login/people`)).json()) as { people: { id: string; role?: string }[] }
    assert.ok(people.people.length > 0)
    await page
      .getByRole('button', { name: /guarantor/i })
      .first()
      .click()
    await page.waitForURL((url) => url.pathname !== '/sign-in')
    const clock = page.getByRole('group', { name: 'Sandbox clock' })
    await clock.getByText('5 Oct 2026').waitFor()
    assert.equal(await page.locator('.frame.in-sandbox').count(), 1)
    await go('/agreements')
    await page.getByText('September 2026').first().waitFor()
    await clock.getByRole('button', { name: 'Advance a month' }).press('Enter')
    await page.locator('#announcer', { hasText: /The clock has passed October 2026/ }).waitFor({ state: 'attached', timeout: 60_000 })
    await clock.getByText('5 Nov 2026').waitFor()
    await page.getByRole('table', { name: 'Agreements' }).getByText('October 2026').waitFor()
    await clock.getByRole('combobox', { name: 'Advance further' }).selectOption('end')
    await clock.getByRole('button', { name: 'Stop' }).waitFor()
    await page.locator('main').focus()
    await page.keyboard.press('Escape')
    await page
      .locator('#announcer', { hasText: /^Stopped: \d+ closed; stopped after 20\d\d-\d\d/ })
      .waitFor({ state: 'attached', timeout: 60_000 })
    await clock.getByRole('button', { name: 'Advance a month' }).waitFor()
    const shots = join(import.meta.dirname, '../.cache/screenshots')
    fs.mkdirSync(shots, { recursive: true })
    await page.setViewportSize({ width: 1440, height: 900 })
    await page.screenshot({ path: join(shots, 'sandbox.png') })
    await close()
  },
)
