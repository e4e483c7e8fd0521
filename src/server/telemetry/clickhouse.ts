import { ClickHouseLogLevel, createClient } from '@clickhouse/client'
import { Readable } from 'node:stream'
import { quote } from './ddl.ts'
import { bytesBy, commandBy, makeLending, readersMax, rowsBy, settings, type Engine } from './engine.ts'

const requestMsMax = 600_000

/** A ClickHouse server, or any node of a cluster, by a URL such as `http://user:password@host:8123`. */
export const openClickHouse = (url: string): Engine => {
  const client = createClient({
    url,
    request_timeout: requestMsMax,
    max_open_connections: readersMax + 2,
    application: 'offtake',
    // Acknowledged means that the shard has the rows, not that the node we speak to means to pass them on.
    clickhouse_settings: {
      ...settings,
      distributed_foreground_insert: 1,
      wait_end_of_query: 1,
      // A fold may take minutes before it answers; a balancer between would take that for a dead connection.
      send_progress_in_http_headers: 1,
      http_headers_progress_interval_ms: '60000',
    },
    // What goes wrong is thrown, and said by who asked.
    log: { level: ClickHouseLogLevel.OFF },
  })
  const read = makeLending(Array.from({ length: readersMax }, () => client))
  const { host } = new URL(url)
  return {
    alone: false,
    word: `ClickHouse at ${host}`,
    command: (sql) => commandBy(client, sql),
    rows: (sql) => rowsBy(client, sql),
    bytes: (sql) => read((each) => bytesBy(each, sql)),
    insert: async ({ table, structure, select, rows }) => {
      const query = `INSERT INTO ${table} SELECT ${select} FROM input(${quote(structure)}) FORMAT RowBinary`
      const { stream } = await client.exec({ query, values: Readable.from([rows]) })
      // The answer is empty; unread it would hold its connection.
      for await (const _ of stream) continue
    },
    close: () => client.close(),
  }
}
