import { createHash } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import type { AgreementId } from '../../core/base/id.ts'
import type { Instant, Month } from '../../core/base/time.ts'
import type { Problem } from '../../core/base/problem.ts'
import type { Named } from '../../core/meter/parse.ts'
import type { Reading } from '../../core/meter/reading.ts'
import { findOperated, loadRegistry } from '../store/agreements.ts'
import type { By } from '../store/audit.ts'
import { appendBatch, findBatch, findLateMonths, nextBatch, refusalsListedMax } from '../store/batches.ts'
import type { ImportMode, ImportRecord, ImportRefusal } from '../store/batches.ts'
import type { Store } from '../store/database.ts'
import { newId } from '../store/ids.ts'
import { makeRowTaker, type RowsTaken } from '../store/import-rows.ts'
import { inTransaction, lockName, RolledBack, type Work } from '../store/transaction.ts'
import { makeExaminer } from './examine.ts'
import { describeConflict } from './conflict.ts'
import { recordImport } from './record-import.ts'

/** A stretch of a file, as the reader of files gives it. */
export type ReadingBatch = Readonly<{
  rows: readonly Readonly<{ line: number; reading: Reading; digest: string }>[]
  /** What could not be read; `named` is what such a line names, so that a name that no agreement has is told with the rest. */
  refusals: readonly Readonly<{ line: number; problems: readonly Problem[]; named?: Named | undefined }>[]
  bytesRead: number
  /** Undefined where nobody knows: a stream. */
  bytesTotal?: number | undefined
}>

/** How many rows a reader of files should hand over at a time: few enough that the database never waits for long. */
export const importBatchRows = 250

/** How far it has come; `rows` counts lines read, and `refused` those known to be refused so far. */
export type ImportProgress = Readonly<{ rows: number; refused: number; bytesRead: number; bytesTotal: number | undefined }>

export type ImportRequest = Readonly<{
  rows: AsyncIterable<ReadingBatch>
  /** What the readings came in, for messages and the record. */
  file: string
  /** The caller's name for this write; repeating it gives the first answer. Without one every import is a new write. */
  key?: string | undefined
  mode: ImportMode
  /** Whose clause a condition means that names no block, where several agreements have one of that name. */
  agreement?: AgreementId | undefined
  now: Instant
  by: By
  /**
   * The party that brings them: it may bring readings for agreements that it is the operator of, from sources of its own. Without one, who owns this
   * database brings them, and may bring any.
   */
  party?: string | undefined
  onProgress?: ((progress: ImportProgress) => void) | undefined
  signal?: AbortSignal | undefined
  /** Something that is to happen exactly if these readings come in by this call: done in the same transaction. */
  also?: ((tx: Work) => Promise<void>) | undefined
}>

export type ImportAnswer =
  | Readonly<{
      kind: 'imported'
      again: boolean
      record: ImportRecord
      lateMonths: readonly Readonly<{ month: Month; readings: number }>[]
    }>
  /** Nothing was written: all-or-nothing met a line it had to refuse. */
  | Readonly<{ kind: 'refused'; record: ImportRecord }>
  /** The key belongs to another content. Nothing was written. */
  | Readonly<{ kind: 'key taken'; key: string; file: string }>

/**
 * Puts a file of readings into the store in one transaction: all of it, or with `keep-the-good` all that can be kept. Identical repeats are
 * absorbed; a reading whose name was taken by another content is refused. A reading for a month that is final is kept, marked late and
 * counted: it changes no statement. Throws the signal's reason when cancelled, and has then written nothing.
 */
export const importReadings = (store: Store, request: ImportRequest): Promise<ImportAnswer> =>
  inTransaction<ImportAnswer>(store, async (tx) => {
    const key = keyFor(request)
    await lockName(tx, `import ${key}`, 'exclusive')
    const first = await findBatch(tx.queries, key)
    if (first !== undefined) return answerAgain(tx, first, request)
    const agreements = new Set<AgreementId>()
    const record = await takeFile(tx, key, request, agreements)
    if (request.mode === 'all-or-nothing' && record.refused > 0) return new RolledBack<ImportAnswer>({ kind: 'refused', record })
    await appendBatch(tx.queries, record, { now: request.now, party: request.party })
    await recordImport(tx, record, request, [...agreements])
    await request.also?.(tx)
    return { kind: 'imported', again: false, record, lateMonths: await findLateMonths(tx.queries, record.batch) }
  })

/** The name of this write: parties name theirs without knowing of each other's. */
const keyFor = ({ key, party }: ImportRequest): string => {
  if (key === undefined) return newId('imp')
  return party === undefined ? key : `${party}: ${key}`
}

const answerAgain = async (tx: Work, first: ImportRecord, request: ImportRequest): Promise<ImportAnswer> => {
  const content = makeContentHash(request.mode)
  for await (const batch of untilAborted(request)) content.add(batch)
  if (content.digest() !== first.contentHash) return { kind: 'key taken', key: first.key, file: first.file }
  return { kind: 'imported', again: true, record: first, lateMonths: await findLateMonths(tx.queries, first.batch) }
}

const takeFile = async (tx: Work, key: string, request: ImportRequest, met: Set<AgreementId>): Promise<ImportRecord> => {
  const batchNumber = await nextBatch(tx)
  const content = makeContentHash(request.mode)
  const tally = makeTally()
  const taker = makeRowTaker(tx, batchNumber, request.now, tally.take)
  let seen = 0
  const { party } = request
  const within = party === undefined ? undefined : { party, agreements: await findOperated(tx.queries, party) }
  const examine = makeExaminer(tx, {
    registry: await loadRegistry(tx.queries),
    meant: request.agreement,
    settled: taker.settle,
    within,
    met,
  })
  try {
    for await (const batch of untilAborted(request)) {
      content.add(batch)
      const { good, refusals } = await examine(batch)
      tally.refuse(refusals)
      await taker.take(good)
      seen += batch.rows.length + batch.refusals.length
      request.onProgress?.({ rows: seen, refused: tally.refused(), bytesRead: batch.bytesRead, bytesTotal: batch.bytesTotal })
      // Lets what was written go to the database before the next rows are worked on.
      await turn()
    }
    await taker.settle()
  } finally {
    // Nothing may still be on its way when the transaction is taken back.
    await taker.abandon()
  }
  const late = (await findLateMonths(tx.queries, batchNumber)).reduce((sum, { readings }) => sum + readings, 0)
  return { batch: batchNumber, key, mode: request.mode, file: request.file, contentHash: content.digest(), late, ...tally.close() }
}

/** The batches as they come, until the caller has enough: also while a batch is being waited for, as from a terminal or a pipe. */
async function* untilAborted({ rows, signal }: Pick<ImportRequest, 'rows' | 'signal'>): AsyncGenerator<ReadingBatch> {
  const iterator = rows[Symbol.asyncIterator]()
  // Not a race against one promise that lives as long as the import: it would hold on to every batch.
  let interrupt: (why: unknown) => void = () => {}
  const onAbort = (): void => interrupt(signal!.reason)
  signal?.addEventListener('abort', onAbort)
  try {
    for (;;) {
      signal?.throwIfAborted()
      const next = await new Promise<IteratorResult<ReadingBatch, unknown>>((done, fail) => {
        interrupt = fail
        // oxlint-disable-next-line promise/no-callback-in-promise -- Whichever comes first, the batch or the interruption.
        iterator.next().then(done, fail)
      })
      if (next.done === true) return
      yield next.value
    }
  } finally {
    signal?.removeEventListener('abort', onAbort)
    // Not awaited: a reader that waits for more would answer only when more comes.
    iterator.return?.().catch(() => {})
  }
}

/** SHA-256 over the mode, the digests and the refusals, each in the order of the file: however it was cut into batches. */
const makeContentHash = (mode: ImportMode) => {
  const [digests, refusals] = [createHash('sha256'), createHash('sha256')]
  return {
    add: (batch: ReadingBatch): void => {
      digests.update(batch.rows.map(({ digest }) => digest).join(''))
      for (const { line, problems } of batch.refusals) refusals.update(`${JSON.stringify({ line, problems })}\n`)
    },
    digest: (): string =>
      createHash('sha256')
        .update(`${mode} ${digests.digest('hex')} ${refusals.digest('hex')}`)
        .digest('hex'),
  }
}

/** Text that the database can keep: what it cannot, NUL and halves of letters, becomes the sign for what cannot be shown. */
const keepable = (text: string): string => text.toWellFormed().replaceAll('\0', '\uFFFD')
const keepableRefusal = ({ line, problems }: ImportRefusal): ImportRefusal => ({
  line,
  problems: problems.map((problem) => ({ ...problem, pointer: keepable(problem.pointer), message: keepable(problem.message) })),
})

const makeTally = () => {
  const listed: ImportRefusal[] = []
  let [accepted, repeats, refused] = [0, 0, 0]
  const refuse = (refusals: readonly ImportRefusal[]): void => {
    refused += refusals.length
    listed.push(...refusals.slice(0, refusalsListedMax - listed.length).map(keepableRefusal))
  }
  const take = (taken: RowsTaken): void => {
    accepted += taken.accepted
    repeats += taken.repeats
    refuse(taken.conflicts.map(({ line, incoming, stored }) => ({ line, problems: [describeConflict(incoming, stored)] })))
  }
  return {
    refuse,
    take,
    refused: () => refused,
    close: () => ({ accepted, repeats, refused, refusals: listed.toSorted((a, b) => a.line - b.line) }),
  }
}
