import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { closeWorld } from '../../../test/closed-world.ts'
import { testDatabase } from '../../../test/database.ts'

const { close, ...store } = await testDatabase()
after(close)
before(async () => void (await closeWorld(store)))

test('P35 what is kept for one person, the key of pseudonyms and the runs of a clock is read by no party, and only ever appended to', async () => {
  await store.pool.query(`begin; set local role offtake_system;
    insert into visit (person, seen, batch) values ('usr_a', 1, 1);
    insert into snooze (person, need, until) values ('usr_a', 'cap:x', '2027-01-01');
    insert into advance_run (run, through, person, asked) values ('adv_1', '2027-01', 'usr_a', 'month');
    insert into advance_stop (run) values ('adv_1');
    insert into advance_end (run, outcome, message) values ('adv_1', 'done', ''); commit`)
  for (const table of ['visit', 'snooze', 'pseudonym_key', 'advance_run', 'advance_stop', 'advance_end']) {
    const client = await store.pool.connect()
    try {
      await client.query(`begin; select set_config('offtake.party', 'nvidia', true); set local role offtake_app`)
      await assert.rejects(client.query(`select * from ${table}`), /permission denied/, table)
    } finally {
      await client.query('rollback')
      client.release()
    }
    await assert.rejects(store.pool.query(`delete from ${table}`), /append-only/, table)
  }
})

test('P36 every amount that statements state but zero is on record to be found by, line by line', async () => {
  const { rows } = await store.pool.query<{ document: string; agreement: string; month: string }>(
    'select document, agreement, month from statement',
  )
  assert.ok(rows.length >= 3)
  for (const { document, agreement, month } of rows) {
    const { lines } = JSON.parse(document) as { lines: { number: number; amount: string }[] }
    const { rows: found } = await store.pool.query<{ place: number; amount: string }>(
      'select place, amount from stated_amount where agreement = $1 and month = $2 and place > 10 order by place',
      [agreement, month],
    )
    assert.deepEqual(
      found.map(({ place, amount }) => [place - 10, amount]),
      lines.filter(({ amount }) => !/^-?0(\.0*)?$/.test(amount)).map(({ number, amount }) => [number, amount.replace('-', '')]),
    )
  }
})

/** What a plan is made of, with the whole table read only where there is no other way. */
const planOf = async (query: string, values: readonly string[]): Promise<string> => {
  const client = await store.pool.connect()
  try {
    await client.query(
      `begin; select set_config('offtake.party', 'nvidia', true); set local role offtake_app; set local enable_seqscan = off`,
    )
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain ${query}`, [...values])
    return rows.map((row) => row['QUERY PLAN']).join('\n')
  } finally {
    await client.query('rollback')
    client.release()
  }
}

test('P37 an amount, a hash and an order’s charges are found by an index below the policies of a party', async () => {
  assert.match(await planOf('select * from stated_amount where amount = $1', ['1.00']), /Index Cond: .*amount = '1.00'/)
  assert.match(
    await planOf('select id from statement where hash collate "C" >= $1 and hash collate "C" < $2', ['ab', 'ac']),
    /statement_hash[^]*Index Cond/,
  )
  assert.match(
    await planOf(`select * from reading where kind = 'charge' and order_id = any ($1) and order_id is not null`, ['{a,b}']),
    /reading_charged[^]*Index Cond/,
  )
})
