import type { Instant } from '../../core/base/time.ts'
import { findBatchByNumber, listBatches, type ImportDetail, type ImportHead } from '../store/batches.ts'
import type { Actor } from '../store/audit.ts'
import type { Store } from '../store/database.ts'
import { inReach, type Reach } from '../store/reach.ts'
import { makeOwnFactories } from './own-factories.ts'
import { howToRead } from './how-to-read.ts'
import { importFlex, type FlexImport, type FlexRequest } from './import-flex.ts'
import { importReadings, type ImportAnswer, type ImportRequest, type ReadingBatch } from './import-readings.ts'
import { tryAgain } from './try-again.ts'

async function* inOne(batch: ReadingBatch): AsyncGenerator<ReadingBatch> {
  yield batch
}

/** Whoever acts for a party brings readings for it. */
const forParty = ({ party }: Actor): Readonly<{ party?: string }> => (party === null ? {} : { party })

/** What the ways in over HTTP do with the store. */
export const makeIngest = (store: Store, now: () => Instant) => ({
  now,
  howToRead: (agreement: string | undefined, by: Actor) => howToRead(store, { agreement, zone: undefined, ...forParty(by) }),
  operatesFactory: makeOwnFactories(store, now),
  importReadings: (request: Omit<ImportRequest, 'now' | 'party'> & Readonly<{ by: Actor }>): Promise<ImportAnswer> =>
    importReadings(store, { ...request, ...forParty(request.by), now: now() }),
  importBatch: (
    batch: ReadingBatch,
    request: Omit<ImportRequest, 'now' | 'rows' | 'party'> & Readonly<{ by: Actor }>,
  ): Promise<ImportAnswer> =>
    tryAgain(() => importReadings(store, { ...request, ...forParty(request.by), rows: inOne(batch), now: now() })),
  importFlex: (request: Omit<FlexRequest, 'now' | 'party'> & Readonly<{ by: Actor }>): Promise<FlexImport> =>
    importFlex(store, { ...request, ...forParty(request.by), now: now() }),
  listBatches: (reach: Reach, page: Readonly<{ before: bigint | undefined; limit: number }>): Promise<ImportHead[]> =>
    inReach(store, reach, (tx) => listBatches(tx.queries, page)),
  findBatch: (reach: Reach, batch: bigint): Promise<ImportDetail | undefined> =>
    inReach(store, reach, (tx) => findBatchByNumber(tx.queries, batch)),
})
