import assert from 'node:assert/strict'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, Page } from 'playwright-core'
import { makeApi } from '../src/server/api/api.ts'
import { deliverWorld } from '../src/server/deliver-world.ts'
import { migrateJobs, startWorkers } from '../src/server/jobs/workers.ts'
import { webhookDoor } from '../src/server/serve.ts'
import type { Store } from '../src/server/store/database.ts'
import { launch, makeOpenPage, skip } from './browser.ts'
import { closeWorld, worldNow } from './closed-world.ts'
import { testDatabase } from './database.ts'
import { doorsOf } from './doors.ts'
import { byHeader, headersOf } from './principals.ts'
import { startReceiver } from './receiver.ts'

const shots = join(import.meta.dirname, '../.cache/screenshots')
let store: Store | undefined
let browser: Browser | undefined
let address = ''
const stopping: (() => Promise<unknown>)[] = []
before(async () => {
  if (skip !== false) return
  const { close, ...opened } = await testDatabase()
  store = opened
  await migrateJobs(store)
  await closeWorld(store)
  const here = deliverWorld(['127.0.0.0/8'])
  const api = await makeApi({
    ...doorsOf(store, () => worldNow),
    webhooks: webhookDoor(store, () => worldNow, here),
    identify: byHeader,
    consoleFolder: join(import.meta.dirname, '../.cache/console'),
  })
  address = await api.listen({ host: '127.0.0.1', port: 0 })
  const workers = await startWorkers(store, (text) => void process.stderr.write(`${text}\n`), here)
  browser = await launch()
  fs.mkdirSync(shots, { recursive: true })
  stopping.push(
    () => browser!.close(),
    () => workers.stop(),
    () => api.close(),
    close,
  )
})
after(async () => {
  for (const stop of stopping) await stop()
})

const openPage = makeOpenPage(
  () => browser!,
  () => address,
)
const open = (role: 'operator' | 'guarantor' | 'auditor' | 'administrator', party: string | null, width = 1440, expected?: RegExp) =>
  openPage(
    { extraHTTPHeaders: { ...headersOf(role, party) }, viewport: { width, height: 900 }, permissions: ['clipboard-write'] },
    expected ?? /^$/,
    null,
  )

/** Shown as people of either habit see it, and held against the checker. */
const look = async (page: Page, name: string): Promise<void> => {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    for (const width of [1280, 1440, 1920]) {
      await page.setViewportSize({ width, height: 900 })
      const beyond = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
      assert.equal(beyond, 0, `${name} ${width}: the page itself scrolls sideways`)
      await page.screenshot({ path: join(shots, `${name}-${colorScheme}-${width}.png`) })
    }
    const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze()
    assert.deepEqual(
      violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`),
      [],
    )
  }
}

test(
  'CO23 the audit log says who did what to what with before and after, as far as one may see; what is asked is in the address',
  { skip },
  async () => {
    const { page, go, close } = await open('operator', 'sharon-ai')
    await go('/agreements')
    await page.waitForSelector('main table')
    await page.keyboard.press('g')
    await page.keyboard.press('u')
    await page.waitForSelector('.audit-table tbody tr')
    const rows = await page.locator('.audit-table tbody tr').allInnerTexts()
    const { rows: known } = await store!.pool.query<{ subject: string }>(
      `select subject from audit_log where agreement = 'sharon-ai' order by entry desc`,
    )
    assert.equal(rows.length, known.length)
    for (const [i, { subject }] of known.entries()) assert.ok(rows[i]!.includes(subject), `${subject} in ${rows[i]}`)
    assert.ok(!rows.join('\n').includes('firmus'), 'nothing of others')
    await page.getByRole('combobox', { name: 'Act' }).selectOption('close')
    await page.waitForURL(/action=close/)
    await page.waitForFunction(() => document.querySelectorAll('.audit-table tbody tr').length === 3)
    await page.getByLabel('Object').fill('sharon-ai 2026-09')
    await page.getByLabel('Object').press('Enter')
    await page.waitForFunction(() => document.querySelectorAll('.audit-table tbody tr').length === 1)
    const shown = await page.locator('.audit-table tbody tr').innerText()
    assert.match(shown, /status\s+was\s*open.*is\s*final/s)
    const copied = page.url()
    await page.locator('.audit-table tbody tr .explainable').click()
    await page.waitForSelector('.entry pre.wrapped:has-text("action")')
    assert.match(page.url(), /entry=\d+/)
    const text = await page.locator('.entry').innerText()
    const { rows: links } = await store!.pool.query<{ hash: string }>(
      `select hash from audit_chain join audit_log using (entry) where subject = 'sharon-ai 2026-09' and action = 'close'`,
    )
    assert.ok(text.includes(links[0]!.hash))
    await look(page, 'audit-entry')
    await go(copied.replace(address, ''))
    await page.waitForSelector('.audit-table tbody tr')
    assert.equal(await page.locator('.audit-table tbody tr').count(), 1, 'the address alone brings the same')
    await page.getByRole('button', { name: 'Show all' }).click()
    await page.waitForFunction(() => document.querySelectorAll('.audit-table tbody tr').length > 3)
    assert.equal(new URL(page.url()).search, '')
    await look(page, 'audit')
    await close()
  },
)

test(
  'CO24 the chain is checked up to the last entry, and what was altered is named; a picked cent opens its line, and its seed picks it again',
  { skip },
  async () => {
    const { page, go, close } = await open('guarantor', 'nvidia')
    await go('/audit')
    const check = page.getByRole('region', { name: 'Chain check' })
    const { rows } = await store!.pool.query<{ n: bigint; hash: string }>(
      'select count(*) over () as n, hash from audit_chain order by position desc limit 1',
    )
    await check.getByText(`All ${rows[0]!.n} entries are as they were written`).waitFor()
    assert.ok((await check.innerText()).includes(rows[0]!.hash.slice(0, 16)))
    const cent = page.getByRole('region', { name: 'Pick a cent' })
    await cent.getByRole('button', { name: 'Pick a cent' }).click()
    await cent.getByText(/^Cent/).waitFor()
    const said = await cent.innerText()
    await page.reload()
    await cent.getByText(/^Cent/).waitFor()
    assert.equal(await cent.innerText(), said, 'by the seed in the address')
    await cent.getByRole('link').click()
    await page.waitForSelector('[role=tree]')
    const [, line] = /of line (\d+) of/.exec(said)!
    assert.equal(new URL(page.url()).searchParams.get('line'), line)
    // Somebody who owns the server alters an entry.
    const alter = (from: string, to: string) =>
      store!.pool.query(
        `set session_replication_role = replica; update audit_log set subject = '${to}' where subject = '${from}'; reset session_replication_role`,
      )
    await alter('sharon-ai 2026-08', 'sharon-ai 2026-07')
    await go('/audit')
    await check.getByText('The log is not as it was written').waitFor()
    const { rows: altered } = await store!.pool.query<{ entry: bigint }>(`select entry from audit_log where subject = 'sharon-ai 2026-07'`)
    assert.ok((await check.innerText()).includes(`entry ${altered[0]!.entry} is not as it was written`))
    await look(page, 'audit-broken')
    await alter('sharon-ai 2026-07', 'sharon-ai 2026-08')
    await close()
  },
)

test(
  'CO25 a party adds a webhook, sees its secret once, tests it, sees what arrived, rotates, turns off and removes it',
  { skip },
  async () => {
    const receiver = await startReceiver()
    stopping.unshift(receiver.stop)
    const { page, go, close } = await open('operator', 'sharon-ai', 1440, /status of 400/)
    await go('/settings/webhooks')
    await page.getByText('No address is told of anything yet').waitFor()
    await page.getByRole('button', { name: 'Add a webhook' }).click()
    const dialogue = page.getByRole('dialog')
    await dialogue.getByLabel('Address').fill('https://10.0.0.1/hook')
    await dialogue.getByRole('button', { name: 'Add it' }).click()
    await dialogue.getByText(/no address of the internet/).waitFor()
    await dialogue.getByLabel('Address').fill(receiver.url)
    await dialogue.getByLabel('What it is for').fill('our own books')
    await dialogue.getByRole('button', { name: 'Add it' }).click()
    await page.getByText('it is shown this once').waitFor()
    const secret = await page.locator('.token code').innerText()
    assert.match(secret, /^whsec_/)
    await page.getByRole('button', { name: 'I have it' }).click()
    const card = page.getByRole('region', { name: receiver.url })
    await card.getByText('everything').waitFor()
    assert.ok(!(await page.content()).includes(secret))
    await card.getByRole('button', { name: 'Send a test' }).click()
    await card.getByRole('button', { name: 'Messages' }).click()
    await card.locator('table').getByText('delivered', { exact: true }).waitFor({ timeout: 20_000 })
    assert.equal(receiver.received.length, 1)
    assert.equal((JSON.parse(receiver.received[0]!.body) as { type: string }).type, 'webhook.test')
    await card.getByText(/delivered, 200/).waitFor({ timeout: 20_000 })
    await look(page, 'webhooks')
    await card.getByRole('button', { name: 'Send again' }).first().click()
    await page.waitForFunction(() => document.querySelector('#announcer')?.textContent?.includes('1 sent again') === true)
    for (let i = 0; i < 200 && receiver.received.length < 2; i++) await page.waitForTimeout(50)
    assert.deepEqual(receiver.received[1]?.headers['webhook-id'], receiver.received[0]?.headers['webhook-id'])
    await card.getByRole('button', { name: 'New secret' }).click()
    await page.getByRole('button', { name: 'Make a new secret' }).click()
    await page.getByText('signed by the old one as well').waitFor()
    assert.notEqual(await page.locator('.token code').innerText(), secret)
    await page.getByRole('button', { name: 'I have it' }).click()
    await card.getByRole('button', { name: 'Turn off' }).click()
    await page.getByRole('button', { name: 'Turn it off' }).click()
    await card.getByText('Off', { exact: true }).waitFor()
    await card.getByRole('button', { name: 'Remove' }).click()
    await page.getByRole('button', { name: 'Remove it' }).click()
    await page.getByText('No address is told of anything yet').waitFor()
    const { rows } = await store!.pool.query<{ action: string }>(`select action from audit_log where subject like 'whk_%' order by entry`)
    assert.deepEqual(
      rows.map(({ action }) => action),
      ['add-webhook', 'test-webhook', 'send-again', 'rotate-secret', 'change-webhook', 'remove-webhook'],
    )
    await close()
  },
)
