import type { Instant } from '../../core/base/time.ts'
import { findBatchByNumber, listBatches, type ImportDetail, type ImportHead } from '../store/batches.ts'
import { asSystem, type Store } from '../store/database.ts'
import { howToRead } from './how-to-read.ts'
import { importReadings, type ImportAnswer, type ImportRequest, type ReadingBatch } from './import-readings.ts'

/** Codes of PostgreSQL for "do it again": a deadlock, or two transactions that cannot both have been first. */
const again = new Set(['40P01', '40001'])
const triesMax = 5

/** Imports what can be given again: two imports whose readings cross each other may each wait for the other, and one of them is then sent away. */
const tryAgain = async <T>(work: () => Promise<T>): Promise<T> => {
  for (let tries = 1; ; tries++)
    try {
      return await work()
    } catch (error) {
      if (tries === triesMax || !again.has((error as { code?: string }).code ?? '')) throw error
    }
}

async function* inOne(batch: ReadingBatch): AsyncGenerator<ReadingBatch> {
  yield batch
}

/** What the ways in over HTTP do with the store. */
export const makeIngest = (store: Store, now: () => Instant) => ({
  now,
  howToRead: (agreement: string | undefined) => howToRead(store, { agreement, zone: undefined }),
  importReadings: (request: Omit<ImportRequest, 'now' | 'by'>): Promise<ImportAnswer> =>
    importReadings(store, { ...request, now: now(), by: 'http' }),
  importBatch: (batch: ReadingBatch, request: Omit<ImportRequest, 'now' | 'by' | 'rows'>): Promise<ImportAnswer> =>
    tryAgain(() => importReadings(store, { ...request, rows: inOne(batch), now: now(), by: 'http' })),
  listBatches: (page: Readonly<{ before: bigint | undefined; limit: number }>): Promise<ImportHead[]> =>
    asSystem(store.database, (tx) => listBatches(tx, page)),
  findBatch: (batch: bigint): Promise<ImportDetail | undefined> => asSystem(store.database, (tx) => findBatchByNumber(tx, batch)),
})
