import assert from 'node:assert/strict'
import * as fs from 'node:fs'
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions } from 'playwright-core'

export const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
const absent = !fs.existsSync(executablePath)
if (absent && process.env['CI']) throw new Error(`no Chromium at ${executablePath}: apt-get install --no-install-recommends chromium`)
/** Why tests in a browser are skipped; false where they run. */
export const skip = absent ? `no Chromium at ${executablePath}` : false

const args = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
export const launch = (): Promise<Browser> => chromium.launch({ executablePath, chromiumSandbox: process.getuid?.() !== 0, args })

/** Signs a browser in with one click, as one of the made-up people of a server without login. */
export const signInAs = async ({ request }: BrowserContext, address: string, person: string): Promise<void> => {
  const answer = await request.post(`${address}/api/login/as`, { data: { person } })
  assert.equal(answer.status(), 200, await answer.text())
}

/** Whom tests sign in as that do not say: NVIDIA is the guarantor of every agreement they open. */
export const usualPerson = 'usr_guarantor-nvidia-1'

/** Opens pages of one address that fail their test for what they complain of, and for any request that leaves it. Refusals under test are named. */
export const makeOpenPage =
  (browser: () => Browser, address: () => string, usual = usualPerson) =>
  async (options: BrowserContextOptions = {}, expected = /^$/, person: string | null = usual) => {
    const context = await browser().newContext({
      viewport: { width: 1440, height: 900 },
      reducedMotion: 'reduce',
      locale: 'en-US',
      timezoneId: 'America/Los_Angeles',
      ...options,
    })
    if (person !== null) await signInAs(context, address(), person)
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (message) => message.type() === 'error' && !expected.test(message.text()) && complaints.push(message.text()))
    page.on(
      'request',
      (request) => request.url().startsWith(address()) || request.url().startsWith('data:') || complaints.push(request.url()),
    )
    const go = async (path: string) => void (await page.goto(address() + path))
    return { page, go, close: async () => (await context.close(), assert.deepEqual(complaints, [])) }
  }
