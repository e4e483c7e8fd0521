import type { TextLimits } from '../fleet/bytes.ts'
import type { RemoteWriteLimits } from '../fleet/remote-write.ts'

/** Everything that bounds what may be sent in. Each refusal names the limit it is about, and docs/ingest.md lists them. */
export type IngestLimits = TextLimits &
  RemoteWriteLimits &
  Readonly<{
    /** Bytes of the body of an upload, as they come. */
    uploadBytesMax: number
    /** Uploads under way at once: each holds a connection of the database. */
    uploadsAtOnceMax: number
    /** Bytes of a request with events, and how many events it may hold. */
    eventBytesMax: number
    eventsMax: number
    /** Requests with events that are worked on at once, and those that wait for their turn. */
    eventRequestsAtOnceMax: number
    eventRequestsWaitingMax: number
    /** Bytes of a remote write request, as they come. */
    remoteWriteBytesMax: number
    /** Remote write requests that are worked on at once, and those that wait for their turn. */
    writesAtOnceMax: number
    writesWaitingMax: number
    /** Bytes of bodies of events that wait or are worked on; the same again for remote write. */
    queuedBytesMax: number
    /** A sender may keep us waiting so long, and by one second more for each so many bytes that came. */
    bodyWaitMsMax: number
    bodyBytesPerSecondMin: number
    /** After a refusal, what still comes is let pass so long before the connection is cut: so that the sender can read why. */
    lingerMs: number
    /** What `Retry-After` says. */
    retryAfterSeconds: number
  }>

const [kibi, mebi, gibi] = [2 ** 10, 2 ** 20, 2 ** 30]

export const ingestLimits: IngestLimits = {
  uploadBytesMax: 2 * gibi,
  uploadTextBytesMax: 16 * gibi,
  gzipRatioMax: 100,
  uploadsAtOnceMax: 3,
  eventBytesMax: 4 * mebi,
  eventsMax: 5_000,
  eventRequestsAtOnceMax: 4,
  eventRequestsWaitingMax: 32,
  remoteWriteBytesMax: 8 * mebi,
  remoteWriteTextBytesMax: 32 * mebi,
  seriesMax: 100_000,
  samplesMax: 500_000,
  symbolsMax: 400_000,
  labelsMax: 64,
  labelBytesMax: 4 * kibi,
  sampleAgeSecondsMax: 93 * 86_400,
  sampleAheadSecondsMax: 600,
  refusalsListedMax: 1_000,
  writesAtOnceMax: 2,
  writesWaitingMax: 64,
  queuedBytesMax: 64 * mebi,
  bodyWaitMsMax: 10_000,
  bodyBytesPerSecondMin: kibi,
  lingerMs: 2_000,
  retryAfterSeconds: 2,
}
