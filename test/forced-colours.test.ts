import assert from 'node:assert/strict'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, Locator, Page } from 'playwright-core'
import { personFor } from './access-matrix.ts'
import { launch, makeOpenPage, skip } from './browser.ts'
import { testDatabase } from './database.ts'
import { fillPages, openDoor } from './page-world.ts'
import { sightsOf } from './pages.ts'
import { headersOf } from './principals.ts'

const shots = join(import.meta.dirname, '../.cache/screenshots')
let browser: Browser | undefined
let door: Awaited<ReturnType<typeof openDoor>> | undefined
let months: readonly string[] = []
let closeDatabase = async () => {}
before(async () => {
  if (skip !== false) return
  const { close, ...store } = await testDatabase()
  closeDatabase = close
  ;({ months } = await fillPages(store))
  door = await openDoor(store)
  // A month that is being closed has steps in every state.
  const headers = { 'content-type': 'application/json', ...headersOf('operator', 'firmus', 'usr_maker') }
  const answer = await fetch(`${door.address}/api/agreements/firmus-batam/periods/2026-08/drafts`, { method: 'POST', headers, body: '{}' })
  assert.ok(answer.ok, await answer.text())
  browser = await launch()
  fs.mkdirSync(shots, { recursive: true })
})
after(async () => {
  await browser?.close()
  await door?.stop()
  await closeDatabase()
})

const openPage = makeOpenPage(
  () => browser!,
  () => door!.address,
)
/** Opens a page of the list as its reader sees it in the colours of a system that has its own. */
const openSight = async (name: string, colorScheme: 'light' | 'dark', forcedColors: 'active' | 'none' = 'active') => {
  const { path, side, role, ready } = sightsOf({ month: months[0]!, journal: '' }).find((each) => each.name === name)!
  const headers = { ...headersOf(role, personFor(side, role).party) }
  const opened = await openPage(
    { colorScheme, forcedColors, viewport: { width: 1440, height: 1000 }, extraHTTPHeaders: headers },
    /Failed to load resource/,
    null,
  )
  await opened.go(path)
  await opened.page.waitForSelector(ready)
  await opened.page.waitForLoadState('networkidle')
  await opened.page.evaluate(() => document.fonts.ready)
  await opened.page.screenshot({ path: join(shots, `forced-${forcedColors}-${name}-${colorScheme}.png`) })
  return opened
}

type Box = Readonly<{ x: number; y: number; width: number; height: number }>
/** What is seen of a part of something: the upper left of it, so that what stands in it later makes no difference. */
const seen = async (page: Page, of: Locator, part: (box: Box) => Box): Promise<string> => {
  await of.scrollIntoViewIfNeeded()
  return (await page.screenshot({ clip: part((await of.boundingBox())!), caret: 'hide' })).toString('base64')
}
const allDiffer = (pictures: ReadonlyMap<string, string>, what: string): void => {
  const names = [...Map.groupBy(pictures, ([, picture]) => picture).values()].map((same) => same.map(([name]) => name))
  assert.deepEqual(
    names.filter((same) => same.length > 1),
    [],
    `${what} look alike`,
  )
}
const edge = ({ x, y, height }: Box): Box => ({ x: x - 3, y, width: 12, height: Math.min(height, 24) })

for (const colorScheme of ['light', 'dark'] as const)
  test(`CO62 ${colorScheme}: the series of pictures differ from each other and from their ground`, { skip }, async () => {
    for (const name of ['period', 'hall', 'portfolio']) {
      const { page, close } = await openSight(name, colorScheme)
      for (const legend of await page.locator('.legend').all()) {
        const swatches = await legend.locator('.swatch:not(.line, .dash, .swatch-accepted, .swatch-finding)').all()
        const pictures = new Map<string, string>()
        for (const [i, swatch] of swatches.entries()) {
          const inside = ({ x, y, width, height }: Box): Box => ({ x: x + 2, y: y + 2, width: width - 4, height: height - 4 })
          pictures.set(`${i} ${await swatch.evaluate((each) => each.parentElement!.textContent)}`, await seen(page, swatch, inside))
        }
        allDiffer(pictures, `series of ${name}`)
        // Sold, called, unsold, unavailable, planned.
        if (name === 'period') assert.equal(pictures.size, 5)
      }
      // What is drawn is drawn on the ground that its colours were chosen for.
      for (const chart of await page.locator('.chart, .order-picture').all()) {
        const [ground, surface] = await chart.evaluate((each) => [
          getComputedStyle(each).backgroundColor,
          getComputedStyle(document.documentElement).getPropertyValue('--surface').trim(),
        ])
        const hex = (text: string): string =>
          `#${(text.match(/\d+/g) ?? [])
            .slice(0, 3)
            .map((each) => Number(each).toString(16).padStart(2, '0'))
            .join('')}`
        assert.equal(hex(ground), surface.toLowerCase(), name)
      }
      await close()
    }
  })

for (const colorScheme of ['light', 'dark'] as const)
  test(`CO62 ${colorScheme}: the state of a step and what is chosen can be told apart`, { skip }, async () => {
    const draft = await openSight('draft', colorScheme)
    const steps = new Map<string, string>()
    for (const state of ['done', 'warned', 'attention', 'current', 'waiting']) {
      const step = draft.page.locator(`.close-step.close-${state}`).first()
      if ((await step.count()) > 0) steps.set(state, await seen(draft.page, step, ({ x, y }) => ({ x, y, width: 30, height: 28 })))
    }
    assert.ok(steps.has('current') && steps.size >= 3, [...steps.keys()].join())
    allDiffer(steps, 'states of steps')
    await draft.close()

    const { page, close } = await openSight('period-line', colorScheme)
    const of = async (chosen: Locator, other: Locator, what: string) =>
      allDiffer(
        new Map([
          ['chosen', await seen(page, chosen, edge)],
          ['other', await seen(page, other, edge)],
        ]),
        what,
      )
    await of(page.locator('table.statement tr.selected'), page.locator('table.statement tbody tr:not(.group, .selected)').last(), 'rows')
    await of(page.locator('.navigation a[aria-current]'), page.locator('.navigation a:not([aria-current])').first(), 'pages')
    const base = ({ x, y, width, height }: Box): Box => ({ x: x + width / 2 - 4, y: y + height - 4, width: 8, height: 5 })
    const [pressed, other] = [true, false].map((is) => page.locator(`.choice button[aria-pressed=${is}]`).first())
    allDiffer(
      new Map([
        ['pressed', await seen(page, pressed!, base)],
        ['not', await seen(page, other!, base)],
      ]),
      'choices',
    )
    await close()
  })

for (const forcedColors of ['active', 'none'] as const)
  test(
    `CO7 CO62 where the focus is can be seen on each kind of control, with colours of the system: ${forcedColors}`,
    { skip },
    async () => {
      const { page, close } = await openSight('period-line', 'light', forcedColors)
      for (const what of [
        '.button:has-text("Compare")',
        '.navigation a >> nth=0',
        'button[data-line="2"]',
        '.close-step button >> nth=0',
      ]) {
        const control = page.locator(what).first()
        await control.blur()
        const without = await seen(page, control, edge)
        await control.focus()
        // As a keyboard brings it there.
        await page.keyboard.press('Tab')
        await page.keyboard.press('Shift+Tab')
        assert.ok(await control.evaluate((each) => each === document.activeElement), what)
        allDiffer(
          new Map([
            ['focus', await seen(page, control, edge)],
            ['none', without],
          ]),
          what,
        )
      }
      await close()
    },
  )
