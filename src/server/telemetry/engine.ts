import type { ClickHouseClient } from '@clickhouse/client'

/** ClickHouse, whichever one it is. */
export type Engine = Readonly<{
  /** What it is, in words. */
  word: string
  /** Whether nobody else can write: then what was marked stays marked until this process folds it. */
  alone: boolean
  command: (sql: string) => Promise<void>
  /** The rows of a small answer. Whole numbers of 64 bits come as text. */
  rows: <Row>(sql: string) => Promise<Row[]>
  /** An answer in RowBinary. Up to `readersMax` at once; others wait. */
  bytes: (sql: string) => Promise<Buffer>
  /** Adds rows in RowBinary. When it resolves they cannot be lost. `select` names the columns of `structure` as those of the table. */
  insert: (into: Readonly<{ table: string; structure: string; select: string; rows: Buffer }>) => Promise<void>
  close: () => Promise<void>
}>

/** Large answers that are made at once: on two cores a third gains nothing, and each needs memory. */
export const readersMax = 2

/** What ClickHouse may use for one query: on a small machine it shares the memory with PostgreSQL and Node. */
export const memoryBytesMax = 4 * 2 ** 30

// Rows of one key lie in one partition, so that no merge on reading crosses partitions.
export const settings = {
  max_memory_usage: `${memoryBytesMax}`,
  do_not_merge_across_partitions_select_final: 1,
  session_timezone: 'UTC',
  max_partitions_per_insert_block: '1000',
} as const

export const commandBy = async (client: ClickHouseClient, sql: string): Promise<void> => {
  await client.command({ query: sql })
}

export const rowsBy = async <Row>(client: ClickHouseClient, sql: string): Promise<Row[]> => {
  const answer = await client.query({ query: sql, format: 'JSONEachRow' })
  return answer.json<Row>()
}

export const bytesBy = async (client: ClickHouseClient, sql: string): Promise<Buffer> => {
  const { stream } = await client.exec({ query: `${sql} FORMAT RowBinary` })
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
}

/** Lends each of some things to one borrower at a time; who finds none waits for the next that comes back, first come first served. */
export const makeLending = <Thing>(things: readonly Thing[]) => {
  const free = [...things]
  const waiting: ((thing: Thing) => void)[] = []
  return async <Answer>(use: (thing: Thing) => Promise<Answer>): Promise<Answer> => {
    const thing = free.pop() ?? (await new Promise<Thing>((lend) => void waiting.push(lend)))
    try {
      return await use(thing)
    } finally {
      const next = waiting.shift()
      if (next === undefined) free.push(thing)
      else next(thing)
    }
  }
}
