import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { StringDecoder } from 'node:string_decoder'
import type { Readable } from 'node:stream'
import type pg from 'pg'
import { to } from 'pg-copy-streams'
import type { Socket } from 'node:net'

/** A COPY into a table that is under way: until it ends, its connection can do nothing else. */
export type CopyIn = Readonly<{
  /** Sends whole rows in COPY's text form. Waits only while the database is far behind. Answers false once it has refused a row. */
  write: (rows: string) => Promise<boolean>
  /** Ends it: resolves when its rows are in the table, rejects with the database's refusal. */
  end: () => Promise<void>
  /** Breaks it off; the transaction then needs a rollback. */
  fail: () => Promise<void>
}>

/** What we use of the driver's connection; its published types leave it out. */
type Connection = Readonly<{
  stream: Socket
  query: (text: string) => void
  sendCopyFromChunk: (chunk: Buffer) => void
  endCopyFrom: () => void
  sendCopyFail: (message: string) => void
}>

/** Bytes that may wait for the database before a writer does, and how few it then waits for: never for none, or the database would idle. */
const [backlogBytesMax, backlogBytesLow] = [2 ** 24, 2 ** 23]

/**
 * Begins a COPY. A submittable of our own rather than a stream: rows may still be on their way when the database refuses one, and they
 * have to be dropped then, as the protocol allows.
 */
export const openCopyIn = async (client: pg.PoolClient, statement: string): Promise<CopyIn> => {
  const [ready, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<Error | undefined>()]
  let connection: Connection | undefined
  let over = false
  const finish = (error?: Error): void => {
    over = true
    ready.resolve()
    ended.resolve(error)
  }
  const copy = {
    submit: (given: Connection): void => {
      connection = given
      given.query(`copy ${statement} from stdin`)
    },
    handleCopyInResponse: () => ready.resolve(),
    handleError: finish,
    handleCommandComplete: () => {},
    handleReadyForQuery: () => finish(),
  }
  client.query(copy as unknown as pg.Submittable)
  await ready.promise
  const write = async (rows: string): Promise<boolean> => {
    if (over) return false
    connection!.sendCopyFromChunk(Buffer.from(rows))
    const isBehind = (bytes: number): boolean => !over && connection!.stream.writableLength > bytes
    if (isBehind(backlogBytesMax)) while (isBehind(backlogBytesLow)) await sleep(1)
    return !over
  }
  const end = async (): Promise<void> => {
    if (!over) connection!.endCopyFrom()
    const error = await ended.promise
    if (error !== undefined) throw error
  }
  const fail = async (): Promise<void> => {
    if (!over) connection!.sendCopyFail('broken off')
    await ended.promise
  }
  return { write, end, fail }
}

/** Brings rows in by one COPY. Rejects with the database's refusal; the transaction is then in need of a rollback. */
export const copyIn = async (client: pg.PoolClient, statement: string, rows: string): Promise<void> => {
  const copy = await openCopyIn(client, statement)
  await copy.write(rows)
  await copy.end()
}

/** The bytes of a query by COPY, in its binary form, wherever they happen to be cut. No parameters: every literal is in `query`, escaped. */
export async function* copyOutBytes(client: pg.PoolClient, query: string): AsyncGenerator<Buffer, void, undefined> {
  const stream = client.query(to(`copy (${query}) to stdout (format binary)`, { highWaterMark: 256 * 1024 }))
  try {
    yield* stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>
  } finally {
    await readToEnd(stream)
  }
}

/** Whoever stops early leaves the connection in the middle of a COPY: it is read to its end, so that the rollback can be sent. */
const readToEnd = async (stream: Readable): Promise<void> => {
  if (stream.readableEnded || stream.destroyed || stream.errored !== null) return
  stream.resume()
  await once(stream, 'end')
}

/** The rows of a query by COPY, in its text form, a chunk of whole lines at a time. No parameters: every literal is in `query`, escaped. */
export async function* copyOut(client: pg.PoolClient, query: string): AsyncGenerator<string[], void, undefined> {
  const stream = client.query(to(`copy (${query}) to stdout`, { highWaterMark: 256 * 1024 }))
  const decoder = new StringDecoder('utf8')
  let rest = ''
  try {
    for await (const chunk of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      const lines = (rest + decoder.write(chunk)).split('\n')
      rest = lines.pop()!
      if (lines.length > 0) yield lines
    }
  } finally {
    await readToEnd(stream)
  }
}
