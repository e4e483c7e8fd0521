import * as fs from 'node:fs'
import * as http from 'node:http'
import { join } from 'node:path'
import type { AddressInfo } from 'node:net'
import type { CDPSession, Page } from 'playwright-core'
import react from '@vitejs/plugin-react'
import { build } from 'vite'
import { launch } from '../test/browser.ts'
import type { Print } from './run.ts'

export const name = 'table'
export const claim =
  'frames while a table of 100,000 rows scrolls from its top to its end, against a plain table of 1,000 rows (goal: no frame over 50 ms)'

const frameMsMax = 50
const rows = 100_000
const plainRows = 1_000
/** What is scrolled through in one pass: by the wheel's step, then in great leaps. */
const passes = [
  { name: 'by 240 px a frame', step: 240, frames: 300 },
  { name: 'from end to end in 120 frames', step: (rows * 30) / 120, frames: 120 },
]
const folder = join(import.meta.dirname, '../.cache/bench/table')

const bundle = async (): Promise<void> => {
  fs.mkdirSync(folder, { recursive: true })
  const page = join(import.meta.dirname, 'parts/table-page.ts')
  await build({
    root: join(import.meta.dirname, '..'),
    configFile: false,
    plugins: [react()],
    logLevel: 'error',
    build: { outDir: join(folder, 'out'), emptyOutDir: true, lib: { entry: page, formats: ['es'], fileName: 'page', cssFileName: 'page' } },
    define: { 'process.env.NODE_ENV': '"production"' },
  })
  const style = '<link rel="stylesheet" href="/page.css">'
  const html = `<!doctype html><html lang="en"><meta charset="utf-8">${style}<div id="root"></div><script type="module" src="/page.js"></script></html>`
  fs.writeFileSync(join(folder, 'out/index.html'), html)
}

const types: Readonly<Record<string, string>> = { html: 'text/html', js: 'text/javascript', css: 'text/css' }
const serveFolder = async (): Promise<http.Server> => {
  const server = http.createServer((request, reply) => {
    const asked = new URL(request.url ?? '/', 'http://localhost').pathname.slice(1) || 'index.html'
    const file = join(folder, 'out', asked)
    if (!fs.existsSync(file)) return void reply.writeHead(404).end()
    reply.writeHead(200, { 'content-type': types[asked.split('.').at(-1)!] ?? 'application/octet-stream' }).end(fs.readFileSync(file))
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return server
}

type Frames = Readonly<{ max: number; p99: number; median: number; end: number; rowsDrawn: number }>

/** Scrolls by a step each frame and times the frames, in the page itself. */
const scroll = (page: Page, step: number, frames: number): Promise<Frames> =>
  page.evaluate(
    ({ step: by, frames: count }) =>
      new Promise<Frames>((resolve) => {
        const box = document.querySelector<HTMLElement>('.rows')!
        const times: number[] = []
        box.scrollTop = 0
        const tick = (left: number, before: number | undefined) =>
          requestAnimationFrame((now) => {
            if (before !== undefined) times.push(now - before)
            box.scrollTop += by
            if (left > 0) return tick(left - 1, now)
            const sorted = times.toSorted((a, b) => a - b)
            const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!
            resolve({
              max: sorted.at(-1)!,
              p99: at(0.99),
              median: at(0.5),
              end: box.scrollTop,
              rowsDrawn: document.querySelectorAll('tbody tr').length,
            })
          })
        requestAnimationFrame(() => tick(count, undefined))
      }),
    { step, frames },
  )

/** Processor time that the page's main thread has taken, in ms: what a frame costs, whatever else this machine does. */
const busyMs = async (session: CDPSession): Promise<number> => {
  const { metrics } = await session.send('Performance.getMetrics')
  return 1_000 * (metrics.find(({ name: metric }) => metric === 'TaskDuration')?.value ?? Number.NaN)
}

const timed = async (page: Page, step: number, frames: number): Promise<Frames & Readonly<{ busy: number }>> => {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  const before = await busyMs(session)
  const found = await scroll(page, step, frames)
  const busy = ((await busyMs(session)) - before) / frames
  await session.detach()
  return { ...found, busy }
}

const ms = (value: number) => `${value.toFixed(1)} ms`
const say = (what: string, { max, p99, median, busy, rowsDrawn }: Frames & Readonly<{ busy: number }>) =>
  `${what}: longest frame ${ms(max)}, 99 of 100 within ${ms(p99)}, half within ${ms(median)}; ${ms(busy)} of processor a frame; ${rowsDrawn} rows drawn`

export const run = async (print: Print): Promise<boolean> => {
  await bundle()
  const server = await serveFolder()
  const browser = await launch()
  try {
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    await page.goto(`${address}/?plain=${plainRows}`)
    await page.waitForSelector('tbody tr')
    const plain = await timed(page, 240, 120)
    print(say(`plain table of ${plainRows.toLocaleString('en')} rows`, plain))
    const begun = performance.now()
    await page.goto(`${address}/?rows=${rows}`)
    await page.waitForSelector('tbody tr td')
    print(`${rows.toLocaleString('en')} rows drawn by the generator, sorted, added up and shown after ${ms(performance.now() - begun)}`)
    const longest: number[] = []
    for (const { name: how, step, frames } of passes) {
      const frame = await timed(page, step, frames)
      if (frame.end < step * Math.min(frames, 100) * 0.9) throw new Error(`the table did not scroll: it is at ${frame.end} px`)
      print(say(`table of ${rows.toLocaleString('en')} rows, ${how}`, frame))
      longest.push(frame.max)
    }
    return Math.max(...longest) <= frameMsMax
  } finally {
    await browser.close()
    server.close()
  }
}
