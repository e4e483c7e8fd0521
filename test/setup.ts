import * as fs from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { startEmbedded, type Embedded } from '../src/server/store/embedded.ts'
import { templateName } from './database.ts'

const cache = join(import.meta.dirname, '../.cache')
let teardown = async (): Promise<void> => {}

/** Databases that a killed run left behind, and templates of migrations that have changed since. Who else uses one keeps it. */
const clearLeftovers = async (url: string): Promise<void> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ name: string }>(
    String.raw`select datname as name from pg_database where datname like 'test\_%' or (datname like 'offtake\_template%' and datname <> $1)`,
    [templateName()],
  )
  for (const { name } of rows) await client.query(`drop database ${name}`).catch(() => {})
  await client.end()
}

const alive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Another run in this folder holds the usual server and would take it along when it ends: this one starts its own. */
const startApart = async (): Promise<Embedded> => {
  for (const name of fs.readdirSync(cache).filter((each) => /^test-\d+$/.test(each)))
    if (!alive(Number(name.slice(5)))) fs.rmSync(join(cache, name), { recursive: true, force: true })
  const home = join(cache, `test-${process.pid}`)
  const server = await startEmbedded(home)
  const stop = async () => {
    await server.stop()
    fs.rmSync(home, { recursive: true, force: true })
  }
  return { ...server, stop }
}

/** One database server for the whole run: the runner's own process holds it, test files only join. */
export const globalSetup = async (): Promise<void> => {
  if (process.env['TEST_DATABASE_URL']) return
  fs.mkdirSync(cache, { recursive: true })
  const usual = await startEmbedded(join(cache, 'test'))
  if (usual.owned) await clearLeftovers(usual.url('postgres'))
  else await usual.stop()
  const server = usual.owned ? usual : await startApart()
  teardown = server.stop
  process.env['TEST_DATABASE_URL'] = server.url('postgres')
}
export const globalTeardown = (): Promise<void> => teardown()
