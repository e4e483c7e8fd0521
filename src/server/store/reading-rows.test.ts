import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { testDatabase } from '../../../test/database.ts'
import { anyReading, anyText, digestOf } from '../../../test/readings.ts'
import { copyOut } from './copy.ts'
import { makeRowTaker, type RowsTaken } from './import-rows.ts'
import { columnsOut, fromRow } from './reading-rows.ts'
import { inTransaction, RolledBack } from './transaction.ts'

const { close, ...store } = await testDatabase()
after(close)

test('P8 a reading comes back from the table as it went in', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(anyReading(anyText, anyText), { selector: ({ source, id }) => `${source}\0${id}`, maxLength: 30 }),
      async (readings) => {
        const back = await inTransaction(store, async (tx) => {
          const rows = readings.map((reading, i) => ({
            line: i + 1,
            reading,
            digest: digestOf(reading),
            lateMonth: undefined,
            agreement: undefined,
          }))
          const taken: RowsTaken[] = []
          const taker = makeRowTaker(tx, 1n, 1000, (each) => void taken.push(each))
          await taker.take(rows)
          await taker.settle()
          assert.deepEqual(taken, readings.length === 0 ? [] : [{ accepted: readings.length, repeats: 0, conflicts: [] }])
          const found: ReturnType<typeof fromRow>[] = []
          for await (const lines of copyOut(tx.client, `select ${columnsOut} from reading`)) found.push(...lines.map(fromRow))
          return new RolledBack(found)
        })
        const key = ({ source, id }: { source: string; id: string }) => JSON.stringify([source, id])
        const stored = new Map(back.map(({ reading, digest }) => [key(reading), { reading, digest }]))
        assert.equal(back.length, readings.length)
        for (const reading of readings) {
          const expected = { reading: { recordedAt: 1000, ...reading }, digest: digestOf(reading) }
          assert.deepEqual(stored.get(key(reading)), expected)
          assert.equal(digestOf(stored.get(key(reading))!.reading), expected.digest)
        }
      },
    ),
    { numRuns: 60 },
  )
})

test('P8 whoever stops reading early leaves the connection in order', async () => {
  await inTransaction(store, async ({ client }) => {
    for await (const lines of copyOut(client, 'select generate_series(1, 200000)')) {
      assert.equal(lines[0], '1')
      break
    }
    assert.deepEqual((await client.query('select 1 as one')).rows, [{ one: 1 }])
  })
})

test('P8 a query that fails half-way is an error, and the connection serves again', async () => {
  const failing = inTransaction(store, async ({ client }) => {
    let rows = 0
    for await (const lines of copyOut(client, 'select 1 / (150000 - n) from generate_series(1, 200000) n')) rows += lines.length
    return rows
  })
  await assert.rejects(failing, /division by zero/)
  assert.equal(await inTransaction(store, async ({ client }) => (await client.query('select 1')).rowCount), 1)
})
