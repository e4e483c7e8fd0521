import assert from 'node:assert/strict'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { parseInstant, type Instant } from '../src/core/base/time.ts'
import { advance, openSandbox } from '../src/server/app/advance.ts'
import { loadAgreement } from '../src/server/app/load-agreement.ts'
import { loadPortfolio } from '../src/server/app/load-portfolio.ts'
import { asSystem, type Store } from '../src/server/store/database.ts'
import { partOf } from './in-memory.ts'

/** The date that the portfolio of these tests stands at, and the month that ends before it. */
export const portfolioNow: Instant = parseInstant('2027-04-05T00:00:00Z', 'UTC') as Instant
export const portfolioMonth = '2027-03'

/** How many months of each example lie behind it then. The campus of Ohio has not begun: it is in talks. */
const monthsOf = { 'sharon-ai': 8, 'coreweave-residual': 18, 'lease-guarantees': 14, 'lambda-leaseback': 18, 'ohio-campus': 0 } as const

const text = (name: string): string => fs.readFileSync(join(import.meta.dirname, '../examples', `${name}.yaml`), 'utf8')

/**
 * Five of the example agreements with their months behind them, the portfolio document on record, and a lender and an auditor who were given one
 * agreement each to read.
 */
export const fillPortfolio = async (store: Store): Promise<void> => {
  await openSandbox(store)
  for (const [name, months] of Object.entries(monthsOf)) {
    const part = partOf(name)
    const loaded = await loadAgreement(store, { document: part.document, now: 0, by: 'test' })
    assert.equal(loaded.kind, 'loaded')
    if (months > 0) for await (const _ of advance(store, { sources: [part.source], months, by: 'test' })) void _
  }
  const answer = await loadPortfolio(store, { document: text('portfolio'), now: 0, by: 'test' })
  assert.equal(answer.kind, 'loaded', JSON.stringify(answer))
  const given = { given: true, actor: 'test', recorded_at: '2027-01-01T00:00:00Z' }
  await asSystem(store.database, (tx) =>
    tx
      .insertInto('agreement_reader')
      .values([
        { agreement: 'lease-guarantees', party: 'bank', role: 'lender', ...given },
        { agreement: 'coreweave-residual', party: 'audit', role: 'auditor', ...given },
      ])
      .execute(),
  )
}

/** A sixth agreement with eight months behind it, in euros: the portfolio has two books then, which are never in one sum. */
export const addEuroAgreement = async (store: Store): Promise<void> => {
  const part = partOf('firmus-batam')
  const loaded = await loadAgreement(store, { document: part.document.replace('currency: USD', 'currency: EUR'), now: 0, by: 'test' })
  assert.equal(loaded.kind, 'loaded', JSON.stringify(loaded))
  for await (const _ of advance(store, { sources: [part.source], months: 8, by: 'test' })) void _
}
