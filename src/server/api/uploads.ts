import { formatInstant, type Instant } from '../../core/base/time.ts'
import type { IngestProgressWire } from '../../wire/ingest.ts'
import type { ImportProgress } from '../app/import-readings.ts'
import type { Reach } from '../store/reach.ts'

/** An upload that begins; `id` is that of its request, and `party` whoever it is brought for: null for who owns this database. */
export type Begun = Readonly<{ id: string; file: string; bytesTotal: number | undefined; now: Instant; party: string | null }>

/** The uploads under way in this process, for whoever asks how far they are. */
export type Uploads = Readonly<{
  begin: (upload: Begun) => Readonly<{ note: (progress: ImportProgress) => void; end: () => void }>
  /** Those of a party, as its imports are once they are over. */
  list: (reach: Reach) => IngestProgressWire
}>

type Upload = IngestProgressWire['uploads'][number]

export const makeUploads = (): Uploads => {
  // By what they are and not by their id, which a sender may choose: two can have one.
  const running = new Map<Begun, Upload>()
  return {
    begin: (upload) => {
      const { id, file, bytesTotal, now } = upload
      const head = { id, file, startedAt: formatInstant(now), bytesTotal: bytesTotal ?? null }
      running.set(upload, { ...head, rows: 0, refused: 0, bytesRead: 0 })
      return {
        note: ({ rows, refused, bytesRead }) => void running.set(upload, { ...head, rows, refused, bytesRead }),
        end: () => void running.delete(upload),
      }
    },
    list: (reach) => ({
      uploads: [...running].flatMap(([{ party }, upload]) => (reach.kind === 'all' || reach.party === party ? [upload] : [])),
    }),
  }
}
