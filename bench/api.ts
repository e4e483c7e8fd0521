import { spawn, spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import Fastify from 'fastify'
import type pg from 'pg'
import { makeServed } from '../src/server/serve.ts'
import { closeDatabase, openDatabase, type Store } from '../src/server/store/database.ts'
import { startEmbedded } from '../src/server/store/embedded.ts'
import { migrate } from '../src/server/store/migrate.ts'
import { migrateJobs } from '../src/server/jobs/workers.ts'
import { closeWorld, worldNow } from '../test/closed-world.ts'
import type { Print } from './run.ts'

export const name = 'api'
export const claim =
  'p50, p99 and requests per second of the ten commonest calls under wrk with 64 connections, each against a bare Fastify route that runs the same SQL in the same run; goal: at least 0.7 of it'

const wrkFile = process.env['WRK'] ?? '/usr/bin/wrk'
const connections = 64
const secondsEach = 5
const rounds = 3
const goal = 0.7
const restMs = 50
const root = join(import.meta.dirname, '..')

type Statement = Readonly<{ text: string; values: unknown[] | undefined }>
type Measured = Readonly<{ perSecond: number; p50Ms: number; p99Ms: number; bad: number }>

/**
 * The statements that a call sends to PostgreSQL when it is asked a second time: transaction by transaction, as one connection can repeat them. What a call
 * asks side by side is in order here, or a role and its rows would end with the first of them.
 */
const recordSql = async (store: Store, call: () => Promise<unknown>): Promise<readonly Statement[]> => {
  await call()
  const transactions: Statement[][] = []
  const connect = store.pool.connect.bind(store.pool)
  const seen = new Set<pg.PoolClient>()
  const undo: (() => void)[] = []
  const watch = (client: pg.PoolClient): pg.PoolClient => {
    if (seen.has(client)) return client
    seen.add(client)
    let own: Statement[] = []
    const query = client.query.bind(client) as (...given: unknown[]) => unknown
    client.query = ((first: string | { text: string; values?: unknown[] }, ...more: unknown[]) => {
      const values = Array.isArray(more[0]) ? more[0] : undefined
      const statement = typeof first === 'string' ? { text: first, values } : { text: first.text, values: first.values ?? values }
      if (own.length === 0 || statement.text.startsWith('begin')) transactions.push((own = []))
      own.push(statement)
      return query(first, ...more)
    }) as typeof client.query
    undo.push(() => void delete (client as { query?: unknown }).query)
    return client
  }
  // A pool that is asked a question by itself connects with a callback.
  store.pool.connect = ((give?: (error: Error | undefined, client?: pg.PoolClient, release?: () => void) => void) => {
    const found = connect().then(watch)
    if (give === undefined) return found
    found.then(
      (client) => give(undefined, client, () => client.release()),
      (error: Error) => give(error),
    )
    return undefined
  }) as typeof store.pool.connect
  try {
    await call()
  } finally {
    store.pool.connect = connect
    for (const each of undo) each()
  }
  return transactions.flat()
}

const toMs = (text: string): number => {
  const [, number, unit] = /([\d.]+)(us|ms|s|m)/.exec(text)!
  return Number(number) * { us: 0.001, ms: 1, s: 1000, m: 60_000 }[unit as 'us' | 'ms' | 's' | 'm']
}

const wrk = (url: string, cookie = ''): Promise<Measured> =>
  new Promise((done, fail) => {
    const child = spawn(wrkFile, [
      '-t1',
      `-c${connections}`,
      `-d${secondsEach}s`,
      '--latency',
      '--timeout',
      '30s',
      '-H',
      `cookie: ${cookie}`,
      url,
    ])
    let text = ''
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
    child.on('error', fail)
    child.on('close', () => {
      // Lines of the distribution begin with their part; a deviation that ends in 50 % is no such line.
      const found = (pattern: RegExp) => pattern.exec(text)?.[1] ?? '0ms'
      done({
        perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1] ?? 0),
        p50Ms: toMs(found(/^\s*50%\s+(\S+)/m)),
        p99Ms: toMs(found(/^\s*99%\s+(\S+)/m)),
        bad: Number(/Non-2xx or 3xx responses: (\d+)/.exec(text)?.[1] ?? 0),
      })
    })
  })

const median = (all: readonly number[]): number => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)]!

/** Routes that run the statements of a call one after the other on one connection, and answer with the rows of all of them as JSON. */
const bareServer = async (store: Store, calls: readonly Readonly<{ statements: readonly Statement[] }>[]) => {
  const bare = Fastify()
  for (const [i, { statements }] of calls.entries())
    bare.get(`/${i}`, async () => {
      const client = await store.pool.connect()
      try {
        const rows: unknown[] = []
        for (const { text, values } of statements) {
          const answer = await (values === undefined ? client.query(text) : client.query(text, values))
          if (Array.isArray(answer.rows)) rows.push(...(answer.rows as unknown[]))
        }
        return JSON.stringify(rows, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value))
      } finally {
        client.release()
      }
    })
  return { bare, address: await bare.listen({ host: '127.0.0.1', port: 0 }) }
}

/** What the console asks of an operator's person from the first page down to a line and what it rests on. */
const callsOf = (month: string): readonly string[] => [
  '/api/session',
  '/api/today',
  '/api/feeds',
  '/api/agreements',
  '/api/agreements/sharon-ai',
  '/api/agreements/sharon-ai/periods',
  `/api/agreements/sharon-ai/periods/${month}`,
  `/api/agreements/sharon-ai/periods/${month}/lines/1`,
  '/api/readings?agreement=sharon-ai&kind=charge&limit=50',
  '/api/jobs',
]
const person = 'usr_operator-sharon-ai-1'

/** The cookie of a person who is signed in: every call then finds out who it is for. */
const signIn = async (api: Api, host: string): Promise<string> => {
  const answer = await api.inject({ method: 'POST', url: '/api/login/as', headers: { host }, payload: { person } })
  const cookie = [answer.headers['set-cookie'] ?? []].flat().map((each) => each.split(';')[0])
  if (answer.statusCode !== 200 || cookie.length === 0) throw new Error(answer.body)
  return cookie.join('; ')
}

type Api = Awaited<ReturnType<typeof makeServed>>

const measure = async (store: Store, month: string, print: Print): Promise<boolean> => {
  const endless = { burst: 1e9, perSecond: 1e9 }
  const api = await makeServed(store, { now: () => worldNow }, { rates: { principal: endless } })
  const own = await api.listen({ host: '127.0.0.1', port: 0 })
  const { host } = new URL(own)
  const cookie = await signIn(api, host)
  const calls = []
  for (const url of callsOf(month)) {
    const ask = async () => {
      const answer = await api.inject({ url, headers: { cookie, host } })
      if (answer.statusCode !== 200) throw new Error(`${url}: ${answer.body}`)
    }
    calls.push({ url, statements: await recordSql(store, ask) })
  }
  const { bare, address } = await bareServer(store, calls)
  print(
    `${'call'.padEnd(58)} ${'SQL'.padStart(4)} ${'req/s'.padStart(8)} ${'p50 ms'.padStart(8)} ${'p99 ms'.padStart(8)} ${'bare req/s'.padStart(11)}  ratio`,
  )
  let met = true
  for (const [i, { url, statements }] of calls.entries()) {
    const [ours, theirs]: [Measured[], Measured[]] = [[], []]
    for (let round = 0; round < rounds; round++) {
      theirs.push(await wrk(`${address}/${i}`))
      ours.push(await wrk(`${own}${url}`, cookie))
    }
    const bad = [...ours, ...theirs].reduce((sum, each) => sum + each.bad, 0)
    if (bad > 0) throw new Error(`${url}: ${bad} answers were no success`)
    const ratio = median(ours.map(({ perSecond }, round) => perSecond / theirs[round]!.perSecond))
    met &&= ratio >= goal
    const of = (key: keyof Measured, all: readonly Measured[]) => median(all.map((each) => each[key]))
    const cells = [
      String(statements.length).padStart(4),
      of('perSecond', ours).toFixed(0).padStart(8),
      of('p50Ms', ours).toFixed(1).padStart(8),
    ]
    print(
      `${url.padEnd(58)} ${cells.join(' ')} ${of('p99Ms', ours).toFixed(1).padStart(8)} ${of('perSecond', theirs).toFixed(0).padStart(11)}  ${ratio.toFixed(2)}`,
    )
  }
  // What the last callers asked before they went is still worked on.
  while (store.pool.idleCount < store.pool.totalCount || store.pool.waitingCount > 0) await setTimeout(restMs)
  await api.close()
  await bare.close()
  return met
}

export const run = async (print: Print): Promise<boolean> => {
  if (spawnSync(wrkFile, ['-v']).error !== undefined) {
    print(`${wrkFile} is not there: apt-get install wrk, or WRK=PATH; nothing was measured`)
    return false
  }
  const home = join(root, '.cache/bench')
  const server = await startEmbedded(home)
  const store = openDatabase(server.url('postgres'))
  try {
    const client = await store.pool.connect()
    await migrate(client, join(root, 'src/server/store/migrations')).finally(() => client.release())
    await migrateJobs(store)
    const months = await closeWorld(store)
    await store.pool.query('vacuum analyze')
    return await measure(store, months.at(-1)!, print)
  } finally {
    await closeDatabase(store)
    await server.stop()
    fs.rmSync(home, { recursive: true, force: true })
  }
}
