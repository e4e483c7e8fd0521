import { createClient, type ClickHouseClient } from '@clickhouse/client'
import * as fs from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { quote } from './ddl.ts'
import { bytesBy, commandBy, makeLending, readersMax, rowsBy, settings, type Engine } from './engine.ts'

/** What of chDB is used: connections to one folder, which then lies open in this process until the last is closed. */
type Chdb = Readonly<{ createChdbConnection: (options: Readonly<{ path: string }>) => unknown }>

/** The folder of this repository that has chDB's own package and lock. */
const packageFolder = join(import.meta.dirname, '../../../telemetry')

/** chDB, from the folder that set-up puts it in: 543 MB that only telemetry wants. */
const loadChdb = async (): Promise<Chdb> => {
  let entry: string
  try {
    entry = createRequire(join(packageFolder, 'package.json')).resolve('chdb/connection')
  } catch {
    throw new Error(
      'chDB, the embedded ClickHouse, is not installed: npm run telemetry adds it (543 MB); or set CLICKHOUSE_URL to a server',
    )
  }
  const loaded = (await import(pathToFileURL(entry).href)) as Chdb & { default?: Chdb }
  return loaded.default ?? loaded
}

/** The process that has the folder open, by the file that ClickHouse keeps there; undefined where none has. */
const holderOf = (data: string): string | undefined => {
  try {
    const pid = /PID: (\d+)/.exec(fs.readFileSync(join(data, 'status'), 'utf8'))?.[1]
    if (pid === undefined || Number(pid) === process.pid) return undefined
    process.kill(Number(pid), 0)
    return pid
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? 'of another account' : undefined
  }
}

const cannotOpen = (folder: string, data: string, error: unknown): Error => {
  const holder = holderOf(data)
  return holder === undefined
    ? new Error(`the telemetry in ${folder} cannot be opened: ${(error as Error).message}`, { cause: error })
    : new Error(
        `the telemetry in ${folder} is held by process ${holder}; one process at a time may have it. Stop that one, or ask it over HTTP; several processes share telemetry by CLICKHOUSE_URL`,
        { cause: error },
      )
}

const connect = async (chdb: Chdb, path: string, threads: number): Promise<ClickHouseClient> => {
  // chDB types itself against a copy of the client of its own.
  const client = createClient({ connection: chdb.createChdbConnection({ path }) as never })
  for (const [name, value] of Object.entries({ ...settings, max_threads: threads }))
    await commandBy(client, `SET ${name} = ${typeof value === 'number' ? value : quote(value)}`)
  return client
}

/**
 * chDB in this process, on a folder that this process alone may have open. ClickHouse is in charge of its memory beside Node's: about 290 MB when
 * it has just been loaded.
 */
export const openChdb = async (wanted: string): Promise<Engine> => {
  const folder = resolve(wanted)
  if (/[*?{}]/.test(folder))
    throw new Error(`the telemetry cannot lie in ${folder}: ClickHouse takes * ? { } in the name of a folder for patterns`)
  const chdb = await loadChdb()
  const data = join(folder, 'chdb')
  fs.mkdirSync(data, { recursive: true, mode: 0o700 })
  const clients: ClickHouseClient[] = []
  const close = async () => {
    for (const client of clients) await client.close()
  }
  try {
    // One to write and one for short answers with both cores, and readers with one core each.
    for (const threads of [2, 2, ...Array<number>(readersMax).fill(1)]) clients.push(await connect(chdb, data, threads))
  } catch (error) {
    await close()
    throw cannotOpen(folder, data, error)
  }
  const [writer, asker, ...readers] = clients
  const write = makeLending([writer!])
  const ask = makeLending([asker!])
  const read = makeLending(readers)
  // chDB takes no binary rows with a statement, but reads them from a file. The file is only a way over: what makes the rows last is the insert.
  const file = join(folder, 'pending.rowbinary')
  return {
    alone: true,
    word: `chDB in ${folder}`,
    command: (sql) => write((client) => commandBy(client, sql)),
    rows: (sql) => ask((client) => rowsBy(client, sql)),
    bytes: (sql) => read((client) => bytesBy(client, sql)),
    insert: ({ table, structure, select, rows }) =>
      write(async (client) => {
        fs.writeFileSync(file, rows)
        await commandBy(client, `INSERT INTO ${table} SELECT ${select} FROM file(${quote(file)}, 'RowBinary', ${quote(structure)})`)
      }),
    close,
  }
}
