import assert from 'node:assert/strict'
import { parseInstant, type Month } from '../src/core/base/time.ts'
import type { Reading } from '../src/core/meter/reading.ts'
import { closePeriod } from '../src/server/app/close-period.ts'
import { importReadings } from '../src/server/app/import-readings.ts'
import { loadAgreement } from '../src/server/app/load-agreement.ts'
import type { Store } from '../src/server/store/database.ts'
import { fileOf } from './rows.ts'

const at = (text: string) => parseInstant(text, 'UTC') as number
/** The instant that this world stands at. */
export const comparedNow = at('2026-10-20T09:00:00Z')

/** Two parties, one block of 100 GPUs from July 2026, a share of a tenth and a backstop at 2.00 with 5 % retention and a yearly cap. */
export const comparedDocument = (
  name: string,
  more: Readonly<{ version?: number; previous?: string; price?: string; effective?: string }> = {},
) => `
offtake: 1
agreement: ${name}
title: North Star Cloud
version: ${more.version ?? 1}
${more.previous === undefined ? '' : `effective: ${more.effective ?? '2026-09-01'}\nprevious: ${more.previous}`}
parties:
  - { id: ${name}-vendor, name: The vendor, role: guarantor }
  - { id: ${name}-cloud, name: North Star, role: operator }
zone: UTC
currency: USD
term: { from: 2026-07-01, through: 2027-12-31 }
blocks:
  - { id: ${name}-block, factory: ${name}, region: Iceland, sku: GB300, tranches: [{ id: all, gpus: 100, due: 2026-07-01 }] }
pools:
  - { id: ${name}, attribution: supported-first, blocks: [${name}-block] }
clauses:
  - { id: share, kind: revenue-share, payer: ${name}-cloud, payee: ${name}-vendor, covers: [${name}-block], rate: '0.1' }
  - id: backstop
    kind: capacity-backstop
    payer: ${name}-vendor
    payee: ${name}-cloud
    covers: [${name}-block]
    measure: hour
    price: '${more.price ?? '2.00'}'
    retention: '0.05'
    caps:
      - { per: contract-year, amount: '250000.00' }
settlement: { netting: true, due: { days: 30 } }
sources:
  - { at: /clauses/1/retention, status: assumption, note: Not disclosed. }
`

/** Imports, as of an instant. */
export const bring = async (store: Store, readings: readonly object[], now: number): Promise<void> => {
  const answer = await importReadings(store, {
    rows: fileOf(readings as Reading[], 50),
    file: 'test',
    mode: 'all-or-nothing',
    now,
    by: 'test',
  })
  assert.equal(
    answer.kind,
    'imported',
    JSON.stringify(answer, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value)),
  )
}
/** An outage of some GPUs. */
export const outage = (name: string, id: string, gpus: number, from: string, to: string) => ({
  kind: 'outage',
  source: `${name}-nodes`,
  id,
  block: `${name}-block`,
  unit: `${name}/${id}`,
  gpus,
  from: at(from),
  to: at(to),
  cause: 'hardware',
})
/** Jobs that hold some GPUs. */
export const allocation = (name: string, id: string, gpus: number, from: string, to: string) => ({
  kind: 'allocation',
  source: `${name}-slurm`,
  id,
  pool: name,
  gpus,
  from: at(from),
  to: at(to),
})
const charge = (name: string, id: string, amount: string, from: string, to: string) => ({
  kind: 'charge',
  source: `${name}-billing`,
  id,
  pool: name,
  amount,
  currency: 'USD',
  product: 'reserved',
  from: at(from),
  to: at(to),
})

const months = ['2026-07', '2026-08', '2026-09'] as const
const startOf = (month: string) => `${month}-01T00:00:00Z`
const closedAt: Readonly<Record<string, number>> = {
  '2026-07': at('2026-08-05T09:00:00Z'),
  '2026-08': at('2026-09-05T09:00:00Z'),
  '2026-09': at('2026-10-05T09:00:00Z'),
}
export const closeAs = async (store: Store, agreement: string, month: Month, now: number): Promise<void> => {
  const answer = await closePeriod(store, { agreement, month, now, by: 'test' })
  assert.equal(answer.kind, 'closed', JSON.stringify(answer))
}

/**
 * July to September are closed, each on what was known then. An outage of August came after August was closed, so September corrects it; one of September
 * came since, and nothing states it yet.
 */
export const compareWorld = async (store: Store, name: string): Promise<void> => {
  const loaded = await loadAgreement(store, { document: comparedDocument(name), now: at('2026-06-20T09:00:00Z'), by: 'test' })
  assert.equal(loaded.kind, 'loaded', JSON.stringify(loaded))
  const acceptance = {
    kind: 'acceptance',
    source: name,
    id: 'acceptance',
    block: `${name}-block`,
    tranche: 'all',
    at: at(startOf('2026-07')),
    design: 100,
    tested: 100,
  }
  await bring(store, [acceptance], at('2026-07-01T12:00:00Z'))
  for (const [i, month] of months.entries()) {
    const to = startOf(['2026-08', '2026-09', '2026-10'][i]!)
    await bring(
      store,
      [
        allocation(name, `job-${month}`, 60 + 5 * i, startOf(month), to),
        charge(name, `bill-${month}`, `${120_000 + 1_000 * i}.00`, startOf(month), to),
      ],
      closedAt[month]! - 3600,
    )
    await closeAs(store, name, month, closedAt[month]!)
    // Late: of August, known before September is closed.
    if (month === '2026-08')
      await bring(store, [outage(name, 'late-august', 20, '2026-08-10T00:00:00Z', '2026-08-12T00:00:00Z')], at('2026-10-03T08:00:00Z'))
  }
  await bring(
    store,
    ['a', 'b', 'c'].map((each, i) => outage(name, `late-${each}`, 4, `2026-09-0${i + 2}T00:00:00Z`, `2026-09-0${i + 2}T12:00:00Z`)),
    at('2026-10-12T08:00:00Z'),
  )
}
