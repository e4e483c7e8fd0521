import * as fs from 'node:fs'
import { join } from 'node:path'
import { makeLoginDesk } from '../src/server/api/login-desk.ts'
import { loadPortfolio } from '../src/server/app/load-portfolio.ts'
import { makeApi } from '../src/server/api/api.ts'
import { asSystem, type Store } from '../src/server/store/database.ts'
import { readers } from './access-matrix.ts'
import { verifyCampus } from './campus-telemetry.ts'
import { closeWorld, worldNow } from './closed-world.ts'
import { doorsOf } from './doors.ts'
import { byHeader } from './principals.ts'
import { loadCampus } from './small-campus.ts'

/** Fills a store with something for every page: two agreements, one of them closed for months, and a campus with racks and a verified claim. */
export const fillPages = async (store: Store): Promise<Readonly<{ months: readonly string[] }>> => {
  const months = await closeWorld(store)
  await loadCampus(store)
  await verifyCampus(store)
  await asSystem(store.database, (tx) =>
    tx
      .insertInto('agreement_reader')
      .values(readers.map((reader) => ({ ...reader, given: true, actor: 'test', recorded_at: '2026-11-05T00:00:00Z' })))
      .execute(),
  )
  const portfolio = fs.readFileSync(join(import.meta.dirname, '../examples/portfolio.yaml'), 'utf8')
  const loaded = await loadPortfolio(store, { document: portfolio, now: worldNow, by: 'test' })
  if (loaded.kind === 'refused') throw new Error(JSON.stringify(loaded.problems))
  return { months }
}

/** The real server with the console over it, which takes people at the word of a header. */
export const openDoor = async (
  store: Store,
  port = 0,
  now = () => worldNow,
): Promise<Readonly<{ address: string; stop: () => Promise<void> }>> => {
  const api = await makeApi({
    ...doorsOf(store, now),
    login: makeLoginDesk(store, { now, clock: now }, undefined),
    identify: byHeader,
    consoleFolder: join(import.meta.dirname, '../.cache/console'),
  })
  const address = await api.listen({ host: '127.0.0.1', port })
  return { address, stop: () => api.close() }
}
