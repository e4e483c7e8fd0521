import type { Instant } from '../../core/base/time.ts'
import type { HowToRead } from '../app/how-to-read.ts'
import type { FlexImport, FlexRequest } from '../app/import-flex.ts'
import type { ImportAnswer, ImportRequest, ReadingBatch } from '../app/import-readings.ts'
import type { FlexMapping } from '../fleet/flex-mapping.ts'
import type { TelemetrySink } from '../fleet/telemetry-sink.ts'
import type { ImportDetail, ImportHead } from '../store/batches.ts'
import type { Actor } from '../store/audit.ts'
import type { Reach } from '../store/reach.ts'

/** What the ways in need: whoever implements it decides where to. Writes carry a key, or are idempotent by source and id. */
export type IngestDoor = Readonly<{
  now: () => Instant
  howToRead: (agreement: string | undefined, by: Actor) => Promise<HowToRead | Readonly<{ problem: string }>>
  /** Whether a party operates what has a block in this factory. */
  operatesFactory: (party: string, factory: string) => Promise<boolean>
  importReadings: (request: Omit<ImportRequest, 'now' | 'party'> & Readonly<{ by: Actor }>) => Promise<ImportAnswer>
  /** The same of readings that are at hand. */
  importBatch: (
    batch: ReadingBatch,
    request: Omit<ImportRequest, 'now' | 'rows' | 'party'> & Readonly<{ by: Actor }>,
  ) => Promise<ImportAnswer>
  importFlex: (request: Omit<FlexRequest, 'now' | 'party'> & Readonly<{ by: Actor }>) => Promise<FlexImport>
  listBatches: (reach: Reach, page: Readonly<{ before: bigint | undefined; limit: number }>) => Promise<readonly ImportHead[]>
  findBatch: (reach: Reach, batch: bigint) => Promise<ImportDetail | undefined>
  /** Undefined where it is not said what feeds of power stand for. */
  flex: FlexMapping | undefined
  /** Undefined where no telemetry is kept. */
  telemetry: TelemetrySink | undefined
}>
