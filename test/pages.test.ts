import assert from 'node:assert/strict'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { personFor } from './access-matrix.ts'
import { launch, makeOpenPage, skip } from './browser.ts'
import type { JournalsWire } from '../src/wire/ledger.ts'
import { testDatabase } from './database.ts'
import { fillPages, openDoor } from './page-world.ts'
import { sightsOf, type Sight } from './pages.ts'
import { headersOf } from './principals.ts'
import { differs, lookAt } from './screens.ts'

/** What every page looked like when somebody last looked at it; `OFFTAKE_SCREENS=write` writes what it looks like now. */
const book = join(import.meta.dirname, 'screens.json')
const writing = process.env['OFFTAKE_SCREENS'] === 'write'
const shots = join(import.meta.dirname, '../.cache/screenshots')

let [browser, plain]: [Browser | undefined, BrowserContext | undefined] = [undefined, undefined]
let door: Awaited<ReturnType<typeof openDoor>> | undefined
let months: readonly string[] = []
let journal = ''
let closeDatabase = async () => {}
before(async () => {
  if (skip !== false) return
  const { close, ...store } = await testDatabase()
  closeDatabase = close
  ;({ months } = await fillPages(store))
  door = await openDoor(store)
  journal = await bringPages(door.address)
  browser = await launch()
  plain = await browser.newContext()
  fs.mkdirSync(shots, { recursive: true })
})
after(async () => {
  await browser?.close()
  await door?.stop()
  await closeDatabase()
})

/** What is done over HTTP before anybody looks: a month is prepared, and an endpoint added. Answers with a journal of the guarantor's book. */
const bringPages = async (address: string): Promise<string> => {
  const post = async (path: string, who: Readonly<Record<string, string>>, body: object) => {
    const headers = { 'content-type': 'application/json', ...who }
    const answer = await fetch(`${address}/api${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    assert.ok(answer.status < 300, `${path}: ${answer.status} ${await answer.text()}`)
  }
  await post('/agreements/firmus-batam/periods/2026-08/drafts', headersOf('operator', 'firmus', 'usr_maker'), {})
  const hook = { url: 'https://hooks.example/offtake', events: null, agreements: null, description: 'Our books' }
  await post('/webhooks', headersOf('operator', 'sharon-ai'), hook)
  const answer = await fetch(`${address}/api/ledger/nvidia/journals`, { headers: headersOf('guarantor', 'nvidia') })
  return ((await answer.json()) as JournalsWire).journals[0]!.id
}

const openPage = makeOpenPage(
  () => browser!,
  () => door!.address,
)

/** 404 and 403 are answers that pages are told. */
const refusals = /Failed to load resource: the server responded with a status of 40[134]/

/** The looks of a page, from one load of it: it follows the window and the colours of the system. */
const looks = {
  light: { colorScheme: 'light', width: 1440 },
  narrow: { colorScheme: 'light', width: 1280 },
  wide: { colorScheme: 'light', width: 1920 },
  dark: { colorScheme: 'dark', width: 1440 },
  widest: { colorScheme: 'dark', width: 2560 },
} as const
type Look = keyof typeof looks
const height = 900

const openSight = async ({ path, side, role, ready }: Sight) => {
  const who = personFor(side, role)
  const opened = await openPage(
    { colorScheme: 'light', viewport: { width: looks.light.width, height }, extraHTTPHeaders: { ...headersOf(role, who.party) } },
    refusals,
    null,
  )
  await opened.go(path)
  await opened.page.waitForSelector(ready)
  return opened
}

/** Waits until nothing is asked for any more and nothing is drawn anew. */
const settle = async (page: Page): Promise<void> => {
  await page.waitForLoadState('networkidle')
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
}

const seriousIn = async (page: Page): Promise<string[]> => {
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze()
  return violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes
        .slice(0, 3)
        .map(({ html }) => html.slice(0, 160))
        .join(' | ')}`,
  )
}

test(
  'CO7 CO15 every page in every look: nothing for the checker to find, no complaint, and it looks as it did when it was looked at',
  // Forty pages, each in five looks: on a busy machine that takes a quarter of an hour.
  { skip, timeout: 2_400_000 },
  async (t) => {
    const known = (fs.existsSync(book) ? JSON.parse(fs.readFileSync(book, 'utf8')) : {}) as Record<string, string>
    const seen: Record<string, string> = {}
    const changed: string[] = []
    for (const sight of sightsOf({ month: months[0]!, journal }))
      await t.test(sight.name, async () => {
        const { page, close } = await openSight(sight)
        for (const look of Object.keys(looks) as Look[]) {
          const { colorScheme, width } = looks[look]
          await page.emulateMedia({ colorScheme })
          await page.setViewportSize({ width, height })
          await settle(page)
          if (width === looks.light.width) assert.deepEqual(await seriousIn(page), [], look)
          const beyond = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
          assert.equal(beyond, 0, `${look}: the page itself scrolls sideways`)
          const { png, small } = await lookAt(page, plain!)
          const name = `${sight.name}-${look}`
          fs.writeFileSync(join(shots, `page-${name}.png`), png)
          seen[name] = small
          const why = known[name] === undefined ? 'nobody has looked at it' : differs(small, known[name])
          if (why !== undefined) changed.push(`${name}: ${why}`)
        }
        await close()
      })
    if (writing) fs.writeFileSync(book, `${JSON.stringify(seen, null, 1)}\n`)
    else
      assert.deepEqual(
        changed,
        [],
        'look at .cache/screenshots/page-*.png; if all is well: OFFTAKE_SCREENS=write node --test test/pages.test.ts',
      )
  },
)

test('CO15 no page of the console is left out', () => {
  const text = fs.readFileSync(join(import.meta.dirname, '../src/console/routes.tsx'), 'utf8')
  const routes = [...text.matchAll(/path: '([^']+)'/g)].map(([, path]) => path!)
  const paths = sightsOf({ month: '2026-08', journal: 'jrn_x' }).map(({ path }) => path.split('?')[0]!)
  const unseen = routes.filter((route) => {
    const pattern = new RegExp(`^${route.replaceAll(/\$\w+/g, '[^/]+')}$`)
    return !paths.some((path) => pattern.test(path))
  })
  assert.ok(routes.length > 20)
  assert.deepEqual(unseen, [])
})
