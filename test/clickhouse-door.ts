import * as fs from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { openChdb } from '../src/server/telemetry/chdb.ts'
import { quote } from '../src/server/telemetry/ddl.ts'

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/**
 * The engine of a ClickHouse server behind a door of this test: HTTP as the client speaks it, answered by chDB. It stands in for the server's own
 * HTTP interface, which no package of this system brings in a version that has what is asked for.
 */
export const openClickHouseDoor = async (folder: string) => {
  const engine = await openChdb(folder)
  const seen: string[] = []
  const answer = async (request: IncomingMessage): Promise<Buffer> => {
    const parameters = new URL(request.url!, 'http://door').searchParams
    const body = await bodyOf(request)
    const sql = parameters.get('query') ?? body.toString()
    seen.push(sql)
    const [, insert, structure] = /^([\s\S]*) FROM input\(('(?:[^'\\]|\\.)*')\) FORMAT RowBinary\s*$/.exec(sql) ?? []
    if (insert !== undefined) {
      const file = join(folder, `${seen.length}.rowbinary`)
      fs.writeFileSync(file, body)
      await engine.command(`${insert} FROM file(${quote(file)}, 'RowBinary', ${structure})`)
      return Buffer.alloc(0)
    }
    if (/FORMAT RowBinary\s*$/.test(sql)) return engine.bytes(sql.replace(/ FORMAT RowBinary\s*$/, ''))
    if (!/FORMAT JSONEachRow\s*$/.test(sql)) return engine.command(sql).then(() => Buffer.alloc(0))
    const rows = await engine.rows(sql.replace(/\s*FORMAT JSONEachRow\s*$/, ''))
    return Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  }
  const server = createServer((request, response) => {
    answer(request).then(
      (bytes) => response.end(bytes),
      (error: Error) => response.writeHead(500).end(error.message),
    )
  })
  await new Promise<void>((listening) => void server.listen(0, '127.0.0.1', listening))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = async () => {
    await new Promise<unknown>((closed) => server.close(closed))
    await engine.close()
  }
  return { url, seen, close }
}
