import type { Instant } from '../../core/base/time.ts'
import { findBatchByNumber, listBatches, type ImportDetail, type ImportHead } from '../store/batches.ts'
import { asSystem, type Store } from '../store/database.ts'
import { howToRead } from './how-to-read.ts'
import { importFlex, type FlexImport, type FlexRequest } from './import-flex.ts'
import { importReadings, type ImportAnswer, type ImportRequest, type ReadingBatch } from './import-readings.ts'
import { tryAgain } from './try-again.ts'

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
  importFlex: (request: Omit<FlexRequest, 'now' | 'by'>): Promise<FlexImport> => importFlex(store, { ...request, now: now(), by: 'http' }),
  listBatches: (page: Readonly<{ before: bigint | undefined; limit: number }>): Promise<ImportHead[]> =>
    asSystem(store.database, (tx) => listBatches(tx, page)),
  findBatch: (batch: bigint): Promise<ImportDetail | undefined> => asSystem(store.database, (tx) => findBatchByNumber(tx, batch)),
})
