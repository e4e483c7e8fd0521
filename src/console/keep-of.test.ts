import assert from 'node:assert/strict'
import { test } from 'node:test'
import { facility, instrument } from './portfolio-queries.ts'
import { order, orders } from './today-queries.ts'

/** What stays on screen of an answer while another question is read. */
const kept = <T>({ placeholderData }: Readonly<{ placeholderData?: unknown }>, shown: T, queryKey?: readonly unknown[]): T | undefined => {
  assert.ok(typeof placeholderData === 'function')
  return (placeholderData as (shown: T, before?: Readonly<{ queryKey: readonly unknown[] }>) => T | undefined)(
    shown,
    queryKey === undefined ? undefined : { queryKey },
  )
}

test('CO72 while an answer is read, that of the same thing at another time stays, and that of another thing never', () => {
  const detail = { order: 'a', pool: 'p' }
  assert.equal(kept(order('a', '2026-10', undefined), detail), detail)
  assert.equal(kept(order('a', '2026-10', 'p'), detail), detail)
  assert.equal(kept(order('a', '2026-10', 'q'), detail), undefined)
  assert.equal(kept(order('b', '2026-10', 'p'), detail), undefined)
  const page = { row: { agreement: 'x', clause: 'backstop' } }
  assert.equal(kept(instrument('x', 'backstop', { known: '2026-10-01' }), page), page)
  assert.equal(kept(instrument('x', 'share', {}), page), undefined)
  assert.equal(kept(instrument('y', 'backstop', {}), page), undefined)
  const loan = { facility: { agreement: 'x', clause: 'loan' } }
  assert.equal(kept(facility('x', 'loan', { on: '2026-10' }), loan), loan)
  assert.equal(kept(facility('y', 'loan', {}), loan), undefined)
  const rows = { pages: [], pageParams: [] }
  const before = orders({ month: '2026-09', agreement: 'x' }).queryKey
  assert.equal(kept(orders({ month: '2026-10', agreement: 'x' }), rows, before), rows)
  assert.equal(kept(orders({ month: '2026-10', agreement: undefined }), rows, before), undefined)
})
