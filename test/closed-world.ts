import assert from 'node:assert/strict'
import type { Instant, Month } from '../src/core/base/time.ts'
import type { Reading } from '../src/core/meter/reading.ts'
import type { Schedule } from '../src/core/terms/schedule.ts'
import { closePeriod } from '../src/server/app/close-period.ts'
import { findSchedule } from '../src/server/app/find-schedule.ts'
import { importReadings, type ReadingBatch } from '../src/server/app/import-readings.ts'
import { loadAgreement } from '../src/server/app/load-agreement.ts'
import { closedAt } from '../src/server/app/closed-at.ts'
import { makeDemo, type DemoPart } from '../src/server/demo.ts'
import { digestOf } from '../src/server/fleet/digest.ts'
import { asSystem, type Store } from '../src/server/store/database.ts'

const by = 'test'
const demo = makeDemo({ trace: undefined, onNote: () => {} })!

/** The instant that this world stands at: when the last of the demonstration's months that are closed was closed. */
export const worldNow: Instant = closedAt('2026-10')

async function* asBatches(batches: ReturnType<DemoPart['readings']>): AsyncGenerator<ReadingBatch> {
  let line = 0
  for await (const batch of batches) {
    const rows = batch.map((reading: Reading) => ({ line: (line += 1), reading, digest: digestOf(reading) }))
    yield { rows, refusals: [], bytesRead: line }
  }
}

const load = async (store: Store, { document }: DemoPart): Promise<Schedule> => {
  const answer = await loadAgreement(store, { document, now: worldNow, by })
  assert.ok(answer.kind === 'loaded', JSON.stringify(answer))
  return (await asSystem(store.database, (tx) => findSchedule(tx, answer.agreement.agreement)))!
}

const closeMonths = async (store: Store, part: DemoPart, schedule: Schedule, open: number): Promise<Month[]> => {
  const { agreement } = schedule
  const all = part.months(schedule)
  const months = all.slice(0, all.length - open)
  const rows = asBatches(part.readings(schedule))
  const answer = await importReadings(store, { rows, agreement, file: 'synthetic', mode: 'all-or-nothing', now: worldNow, by })
  assert.equal(answer.kind, 'imported', answer.kind === 'refused' ? JSON.stringify(answer.record.refusals[0]) : '')
  for (const month of months) {
    const closed = await closePeriod(store, { agreement, month, now: closedAt(month), by })
    assert.equal(closed.kind, 'closed', JSON.stringify(closed))
  }
  return months
}

/**
 * What the pages show: the demonstration's two agreements, `sharon-ai` with its synthetic use imported and every month closed and posted,
 * `firmus-batam` signed, with no reading and no statement yet. Answers with the months that are closed: all but so many of the last, which are left open.
 */
export const closeWorld = async (store: Store, open = 0): Promise<Month[]> => {
  const [sharon, firmus] = demo.parts as [DemoPart, DemoPart]
  await load(store, firmus)
  return closeMonths(store, sharon, await load(store, sharon), open)
}
