import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { loadPortfolio } from '../src/server/app/load-portfolio.ts'
import { testDatabase } from './database.ts'

const root = join(import.meta.dirname, '..')
const { url, close, ...store } = await testDatabase()
/** Stops what runs: whatever fails, the database is not held by a server that nobody ends. */
const stops: (() => Promise<unknown>)[] = []
after(async () => {
  for (const stop of stops) await stop()
  await close()
})

/** `npm start` after its set-up, with what it has printed so far; its end is its exit code. */
const startDemo = (...args: string[]) => {
  const child = spawn(process.execPath, [join(root, 'src/server/main.ts'), ...args], {
    cwd: root,
    env: { ...process.env, DATABASE_URL: url },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const texts = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => void (texts.out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (texts.err += text))
  const ended = new Promise<number | null>((done) => child.once('close', done))
  stops.push(() => (child.kill('SIGINT'), ended))
  return { child, texts, ended }
}

const patienceMs = 120_000
/** Asks again until there is an answer; fails when it takes too long. */
const until = async <T>(what: string, ask: () => Promise<T | undefined> | T | undefined): Promise<T> => {
  for (const end = Date.now() + patienceMs; Date.now() < end; await sleep(100)) {
    const answer = await ask()
    if (answer !== undefined) return answer
  }
  throw new Error(`${what}: not within ${patienceMs / 1000} s`)
}

/** Asks as one of the made-up people, as a page of the console does. */
const signIn = async (address: string, person: string) => {
  const post = { 'content-type': 'application/json', origin: address }
  const answer = await fetch(`${address}/api/login/as`, { method: 'POST', headers: post, body: JSON.stringify({ person }) })
  assert.equal(answer.status, 200, person)
  const cookie = answer.headers
    .getSetCookie()
    .map((each) => each.split(';')[0])
    .join('; ')
  return async <T>(path: string, body?: object): Promise<T> => {
    const asked = await fetch(address + path, {
      headers: { cookie, ...(body === undefined ? {} : post) },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    })
    assert.ok(asked.ok, `${path}: ${asked.status} ${await asked.clone().text()}`)
    return (await asked.json()) as T
  }
}

type Draft = Readonly<{ version: number; hash: string; net: Readonly<{ amount: string }> }>
type Progress = Readonly<{ status: string; draft: Draft | null }>
type Portfolio = Readonly<{ document: Readonly<{ title: string }> | null }>

test('H16 the demonstration leaves a month to close, and two parties close it; it brings a portfolio where there is none, and a second start changes nothing', async () => {
  const demo = startDemo('--port', '0')
  const address = await until('the console', () => /console at (\S+);/.exec(demo.texts.err)?.[1])
  const [preparer, approver, guarantor] = await Promise.all(
    ['usr_operator-sharon-ai-1', 'usr_operator-sharon-ai-2', 'usr_guarantor-nvidia-1'].map((person) => signIn(address, person)),
  )
  const portfolio = () => guarantor!<Portfolio>('/api/portfolio')
  assert.equal((await portfolio()).document?.title, 'NVIDIA, capacity partnerships')

  const month = '/api/agreements/sharon-ai/periods/2026-11'
  const progress = () => preparer!<Progress>(`${month}/progress`)
  const { status, draft } = await progress()
  assert.deepEqual({ status, draft }, { status: 'open', draft: null })
  await preparer!(`${month}/drafts`, {})
  const { hash, net, version } = (await progress()).draft!
  for (const approves of [approver!, guarantor!]) await approves(`${month}/drafts/${version}/approvals`, { hash, net: net.amount })
  await until('the close', async () => ((await progress()).status === 'final' ? true : undefined))

  const own = fs.readFileSync(join(root, 'examples/portfolio.yaml'), 'utf8').replace(/^title: .*$/m, 'title: What we hold')
  assert.equal((await loadPortfolio(store, { document: own, now: Math.floor(Date.now() / 1000), by: 'test' })).kind, 'loaded')
  demo.child.kill('SIGINT')
  assert.equal(await demo.ended, 0, demo.texts.err)

  const again = startDemo('--once')
  assert.equal(await again.ended, 0, again.texts.err)
  assert.equal(again.texts.out, demo.texts.out)
  const { rows } = await store.pool.query<{ closed: number; portfolios: number }>(
    `select (select count(*)::int from statement where agreement = 'sharon-ai' and month = '2026-11' and status = 'final') as closed,
            (select count(*)::int from portfolio_version) as portfolios`,
  )
  assert.deepEqual(rows, [{ closed: 1, portfolios: 2 }])
})
