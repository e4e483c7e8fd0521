import { z } from 'zod'
import { AgreementName, Instant, list } from './scalars.ts'

/** Most imports a page can hold, and what it holds unless asked. */
export const batchesPageMax = 200
export const batchesPageDefault = 50

const Count = z.int().nonnegative()
const BatchNumber = z.string().regex(/^[1-9]\d{0,17}$/, 'should be the number of an import, such as 17')

const mode = z.enum(['keep-the-good', 'all-or-nothing']).default('keep-the-good').meta({
  description: 'keep-the-good: what can be used is kept and the rest is told; all-or-nothing: nothing is kept where anything is refused',
})
const agreement = AgreementName.optional().meta({
  description: 'whose readings these are: for pools and clauses they leave out, and the zone of their local times',
})

export const UploadQueryShape = z.object({
  mode,
  agreement,
  file: z
    .string()
    .max(200)
    // oxlint-disable-next-line no-control-regex -- Control characters are what is refused.
    .regex(/^[^\u0000-\u001f\u007f]+$/, 'should be 1 to 200 printable characters')
    .default('upload')
    .meta({ description: 'what the readings came in, for the list of imports' }),
})
export const EventsQueryShape = z.object({ mode, agreement })

// Bodies are read as they come, and told of here: what is in them is checked record by record.
export const UploadBodyShape = z.any().meta({ description: 'readings: one JSON object a line, or CSV with a header; plain or gzip' })
export const EventsBodyShape = z.any().meta({
  description: 'an event of CloudEvents 1.0, an array of them (cloudevents-batch), or the data of one whose attributes are ce- headers',
})
export const RemoteWriteBodyShape = z.any().meta({
  description: 'a snappy block of prometheus.WriteRequest, or of io.prometheus.write.v2.Request by the proto parameter of the content type',
})

/** The key of an import: `Idempotency-Key`, bare or as a quoted text. */
export const IdempotencyHeadersShape = z.object({
  'idempotency-key': z
    .string()
    .regex(/^"?[\u0021\u0023-\u007e]{1,200}"?$/, 'should be 1 to 200 printable characters of ASCII without spaces and quotes')
    .optional()
    .meta({ description: 'a name for this import: the same key with the same content is answered as the first time' }),
})

export const RefusalShape = z
  .object({
    line: z.int().positive().meta({ description: 'line of the upload, or number of the event in the request, from 1' }),
    problems: list(z.object({ pointer: z.string(), message: z.string() })),
  })
  .meta({ id: 'Refusal', description: 'one record that was refused, and everything that is wrong with it' })

const counts = {
  batch: z.string().meta({ description: 'number of the import' }),
  accepted: Count,
  repeats: Count.meta({ description: 'what was there already, with the same content' }),
  refused: Count,
  late: Count.meta({ description: 'kept, but for a month that is final: settled by a correction' }),
}

export const IngestedShape = z
  .object({
    ...counts,
    batch: z.string().nullable().meta({ description: 'number of the import; null where there was nothing to keep yet' }),
    again: z.boolean().meta({ description: 'it was answered before, under the same key' }),
    refusals: list(RefusalShape).meta({ description: 'the first 1,000' }),
  })
  .meta({ id: 'Ingested' })

export const BatchShape = z
  .object({ ...counts, key: z.string(), mode: z.enum(['keep-the-good', 'all-or-nothing']), file: z.string(), recordedAt: Instant })
  .meta({ id: 'Batch', description: 'an import' })
export const BatchDetailShape = z
  .object({ ...BatchShape.shape, refusals: list(RefusalShape).meta({ description: 'the first 1,000' }) })
  .meta({ id: 'BatchDetail' })
export const BatchesQueryShape = z.object({
  cursor: BatchNumber.optional().meta({ description: '`next` of the page before' }),
  limit: z.coerce.number().int().min(1).max(batchesPageMax).default(batchesPageDefault),
})
export const BatchesShape = z
  .object({ batches: list(BatchShape), next: z.string().nullable().meta({ description: 'cursor of the next page; null on the last' }) })
  .meta({ id: 'Batches', description: 'imports, the latest first' })
export const BatchParamsShape = z.object({ id: BatchNumber })

export const ProgressShape = z
  .object({
    uploads: list(
      z.object({
        id: z.string().meta({ description: 'of the request' }),
        file: z.string(),
        startedAt: Instant,
        rows: Count.meta({ description: 'lines read so far' }),
        refused: Count,
        bytesRead: Count.meta({ description: 'of the body, before gzip is taken off' }),
        bytesTotal: Count.nullable().meta({ description: 'null where the sender does not say' }),
      }),
    ),
  })
  .meta({ id: 'IngestProgress', description: 'uploads that are under way' })

export const RemoteWriteQueryShape = z.object({
  factory: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'should be the name of a factory, such as batam'),
})
export const RemoteWrittenShape = z
  .object({
    kept: Count.meta({ description: 'samples in the store, whether they are new or were there already' }),
    blank: Count.meta({ description: 'DCGM measured nothing' }),
    stale: Count.meta({ description: 'ends of series' }),
    notNumbers: Count,
    otherSeries: Count.meta({ description: 'series of metrics that are not used' }),
    otherSamples: Count,
    otherRecords: Count.meta({ description: 'histograms and exemplars, of which none is used' }),
    refused: Count,
  })
  .meta({ id: 'RemoteWritten', description: 'what became of the samples of a request' })

export type IngestedWire = z.infer<typeof IngestedShape>
export type BatchWire = z.infer<typeof BatchShape>
export type BatchesWire = z.infer<typeof BatchesShape>
export type BatchDetailWire = z.infer<typeof BatchDetailShape>
export type IngestProgressWire = z.infer<typeof ProgressShape>
export type RemoteWrittenWire = z.infer<typeof RemoteWrittenShape>
