import type { Store } from '../src/server/store/database.ts'
import { asSystem } from '../src/server/store/database.ts'
import type { ReadingBatch } from '../src/server/app/import-readings.ts'
import type { Reading } from '../src/core/meter/reading.ts'
import { digestOf } from './readings.ts'

const recorded_at = '2026-01-01T00:00:00Z'

/** Registers names as an agreement would, without one: for tests of imports alone. */
export const register = (
  store: Store,
  agreement: string,
  names: { pools?: string[]; blocks?: string[]; clauses?: string[]; zone?: string },
) =>
  asSystem(store.database, async (tx) => {
    const words = {
      title: agreement,
      zone: names.zone ?? 'UTC',
      currency: 'USD',
      document: '',
      canonical: '{}',
      previous: null,
      recorded_at,
    }
    const hash = Buffer.from(agreement.padEnd(32, '.').slice(0, 32)).toString('hex')
    await tx
      .insertInto('agreement_version')
      .values({ agreement, version: 1, effective: '2026-01-01', hash, ...words })
      .execute()
    const pools = names.pools ?? []
    for (const pool of pools) await tx.insertInto('pool').values({ pool, agreement, recorded_at }).execute()
    for (const block of names.blocks ?? [])
      await tx.insertInto('block').values({ block, agreement, pool: pools[0]!, recorded_at }).execute()
    for (const clause of names.clauses ?? []) await tx.insertInto('clause').values({ clause, agreement, recorded_at }).execute()
  })

/** Makes a month final without a statement worth the name: for tests of what comes late. */
export const makeFinal = (store: Store, agreement: string, month: string, interval: { from: number; to: number }) =>
  asSystem(store.database, async (tx) => {
    const zeros = '0'.repeat(64)
    const paper = { document: '{}', hash: zeros, facts_hash: zeros, closing: '{}', recorded_at, version: 1, status: 'final' as const }
    const times = { starts_at: BigInt(interval.from), ends_at: BigInt(interval.to) }
    await tx
      .insertInto('statement')
      .values({ id: `stm-${agreement}-${month}`, agreement, month, ...times, ...paper })
      .execute()
  })

/** Readings as a file would bring them, `size` rows at a time. */
export async function* fileOf(readings: readonly Reading[], size = 1000): AsyncGenerator<ReadingBatch> {
  for (let at = 0; at < readings.length; at += size) {
    const part = readings.slice(at, at + size)
    yield {
      rows: part.map((reading, i) => ({ line: at + i + 1, reading, digest: digestOf(reading) })),
      refusals: [],
      bytesRead: at,
      bytesTotal: readings.length,
    }
  }
}
