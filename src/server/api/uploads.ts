import { formatInstant, type Instant } from '../../core/base/time.ts'
import type { IngestProgressWire } from '../../wire/ingest.ts'
import type { ImportProgress } from '../app/import-readings.ts'

/** The uploads under way in this process, for whoever asks how far they are. */
export type Uploads = Readonly<{
  begin: (
    id: string,
    file: string,
    bytesTotal: number | undefined,
    now: Instant,
  ) => Readonly<{ note: (progress: ImportProgress) => void; end: () => void }>
  list: () => IngestProgressWire
}>

export const makeUploads = (): Uploads => {
  const running = new Map<string, IngestProgressWire['uploads'][number]>()
  return {
    begin: (id, file, bytesTotal, now) => {
      const head = { id, file, startedAt: formatInstant(now), bytesTotal: bytesTotal ?? null }
      running.set(id, { ...head, rows: 0, refused: 0, bytesRead: 0 })
      return {
        note: ({ rows, refused, bytesRead }) => void running.set(id, { ...head, rows, refused, bytesRead }),
        end: () => void running.delete(id),
      }
    },
    list: () => ({ uploads: [...running.values()] }),
  }
}
