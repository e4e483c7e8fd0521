import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { bring, comparedDocument, comparedNow, compareWorld, outage } from '../../../test/compared-world.ts'
import { testDatabase } from '../../../test/database.ts'
import { loadAgreement } from './load-agreement.ts'
import { recompute } from './recompute.ts'

const { close: closeDatabase, ...store } = await testDatabase()
after(closeDatabase)

const statementsOf = async (agreement: string) => {
  const { rows } = await store.pool.query<{ id: string; month: string; hash: string }>(
    'select id, month, hash from statement where agreement = $1 order by month',
    [agreement],
  )
  return rows
}

test('RE1 every final statement settles again to the same bytes from what was known when it was closed, whatever came since', async () => {
  await compareWorld(store, 'kept')
  const statements = await statementsOf('kept')
  assert.deepEqual(
    statements.map(({ month }) => month),
    ['2026-07', '2026-08', '2026-09'],
  )
  const all = async () => {
    for (const { id, month, hash } of statements) {
      const answer = await recompute(store, id)
      assert.equal(
        answer?.kind,
        'equal',
        `${month}: ${JSON.stringify(answer, (key, value: unknown) => (key === 'settled' ? undefined : value))}`,
      )
      assert.equal(answer.hash, hash)
      assert.ok(answer.readings > 0)
    }
  }
  await all()
  // September has the correction of August: the chain of corrections is settled again too.
  const september = (await recompute(store, statements[2]!.id))!.statement
  assert.ok(september.lines.some(({ corrects }) => corrects === '2026-08'))
  assert.ok(september.settledAgain.length > 0)
  // What comes later changes nothing of it: readings of every month, and an amendment that counts from before.
  await bring(store, [outage('kept', 'later', 30, '2026-07-03T00:00:00Z', '2026-07-09T00:00:00Z')], comparedNow)
  const { rows } = await store.pool.query<{ hash: string }>(`select hash from agreement_version where agreement = 'kept'`)
  const amended = comparedDocument('kept', { version: 2, previous: rows[0]!.hash, price: '1.50', effective: '2026-08-01' })
  const loaded = await loadAgreement(store, { document: amended, now: comparedNow, by: 'test' })
  assert.equal(loaded.kind, 'loaded', JSON.stringify(loaded))
  await all()
})

test('RE2 an amount that was changed in the database is found, with both values and the members that differ', async () => {
  await compareWorld(store, 'changed')
  const [, august] = await statementsOf('changed')
  const { rows } = await store.pool.query<{ document: string }>('select document from statement where id = $1', [august!.id])
  const amount = JSON.parse(rows[0]!.document).lines[0].amount as string
  // Only who owns the database can do this, and not without first taking a trigger away.
  await store.pool.query('alter table statement disable trigger append_only')
  await store.pool.query('update statement set document = replace(document, $2, $3), hash = $4 where id = $1', [
    august!.id,
    `"amount":"${amount}"`,
    '"amount":"1.00"',
    'f'.repeat(64),
  ])
  await store.pool.query('alter table statement enable trigger append_only')
  const answer = await recompute(store, august!.id)
  assert.equal(answer?.kind, 'different')
  assert.ok(answer.kind === 'different')
  assert.equal(answer.settledHash, august!.hash)
  assert.deepEqual(answer.members, ['lines'])
  const [line] = answer.comparison.lines.filter(({ kind }) => kind !== 'same')
  assert.deepEqual([line?.before?.amount, line?.after?.amount], ['1.00', amount])
  assert.equal(await recompute(store, 'stm_none'), undefined)
})
