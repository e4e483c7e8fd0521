import assert from 'node:assert/strict'
import type { Reading } from '../src/core/meter/reading.ts'
import { parseInstant, type Instant } from '../src/core/base/time.ts'
import { importReadings } from '../src/server/app/import-readings.ts'
import { loadAgreement } from '../src/server/app/load-agreement.ts'
import { closeWhatIsApproved } from '../src/server/jobs/approved-job.ts'
import type { Store } from '../src/server/store/database.ts'
import type { ApprovedJob } from '../src/server/store/jobs.ts'
import { fileOf } from './rows.ts'

/** The instant at which the months of this world are closed. */
export const closingNow = parseInstant('2026-09-05T00:00:00Z', 'UTC') as Instant
export const july = '2026-07'
export const august = '2026-08'

/** An agreement of one block of 100 GPUs, UTC, from July 2026, under a name of its own: parties `<name>-grantor` and `<name>-cloud`. */
export const smallAgreement = (name: string): string => `
offtake: 1
agreement: ${name}
title: Small ${name}
parties:
  - { id: ${name}-grantor, name: Grantor, role: guarantor }
  - { id: ${name}-cloud, name: Cloud, role: operator }
zone: UTC
currency: USD
term: { from: 2026-07-01, through: 2026-10-31 }
blocks:
  - { id: ${name}-block, factory: ${name}, region: R, sku: S, tranches: [{ id: all, gpus: 100, due: 2026-07-01 }] }
pools:
  - { id: ${name}, attribution: supported-first, blocks: [${name}-block] }
clauses:
  - { id: share, kind: revenue-share, payer: ${name}-cloud, payee: ${name}-grantor, covers: [${name}-block], rate: '0.1' }
  - { id: backstop, kind: capacity-backstop, payer: ${name}-grantor, payee: ${name}-cloud, covers: [${name}-block], measure: hour, price: '2.00', retention: '0' }
settlement: { netting: true, due: { days: 30 } }
`

export const partiesOf = (name: string) => ({ operator: `${name}-cloud`, guarantor: `${name}-grantor` })

/** GPUs that were sold for some hours of a day of July: each GPU-hour takes 2.00 off the backstop. */
export const soldIn = (name: string, id: string, { gpus = 1, day = 10, hours = 10, month = july }): Reading =>
  ({
    kind: 'allocation',
    source: `${name}-slurm`,
    id,
    pool: name,
    gpus,
    from: parseInstant(`${month}-${String(day).padStart(2, '0')}T00:00:00Z`, 'UTC'),
    to: parseInstant(`${month}-${String(day).padStart(2, '0')}T${String(hours).padStart(2, '0')}:00:00Z`, 'UTC'),
  }) as unknown as Reading

export const bringIn = async (store: Store, readings: readonly Reading[], now: Instant = closingNow): Promise<void> => {
  const answer = await importReadings(store, { rows: fileOf(readings), file: 'test', mode: 'all-or-nothing', now, by: 'test' })
  assert.equal(
    answer.kind,
    'imported',
    JSON.stringify(answer, (_, each: unknown) => (typeof each === 'bigint' ? `${each}` : each)),
  )
}

/** All of 100 GPUs accepted from the first of July, and one use of ten GPU-hours; both as recorded at an instant. */
export const openAgreement = async (store: Store, name: string, recorded: Instant = closingNow): Promise<void> => {
  const loaded = await loadAgreement(store, { document: smallAgreement(name), now: closingNow, by: 'test' })
  assert.equal(loaded.kind, 'loaded', JSON.stringify(loaded))
  const accepted = [
    {
      kind: 'acceptance',
      source: `${name}-site`,
      id: 'accepted',
      block: `${name}-block`,
      tranche: 'all',
      design: 100,
      tested: 100,
      at: parseInstant('2026-07-01T00:00:00Z', 'UTC'),
    } as unknown as Reading,
    soldIn(name, 'first', {}),
  ]
  await bringIn(store, accepted, recorded)
}

/** Closes what both parties of an agreement approved: what the worker does with the jobs that wait. */
export const closeApproved = async (store: Store, agreement: string): Promise<void> => {
  const { rows } = await store.pool.query<{ payload: ApprovedJob }>(
    `select payload from graphile_worker._private_jobs where payload ->> 'agreement' = $1`,
    [agreement],
  )
  for (const { payload } of rows) await closeWhatIsApproved(store, payload)
}
