import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { offtake } from '../../test/offtake.ts'
import { testDatabase } from '../../test/database.ts'

const { close, url, ...store } = await testDatabase()
after(close)
const env = { DATABASE_URL: url }
const example = join(import.meta.dirname, '../../examples/sharon-ai.yaml')

test('P25 offtake audit verify says that the log is whole, and names what is not; a head that was kept elsewhere tells of its end', async () => {
  const empty = await offtake(['audit', 'head'], env)
  assert.deepEqual([empty.code, empty.out], [1, ''])
  assert.equal((await offtake(['load', example], env)).code, 0)
  const head = await offtake(['audit', 'head'], env)
  assert.match(head.out, /^[0-9a-f]{64}\n$/)
  const whole = await offtake(['audit', 'verify', '--head', head.out.trim()], env)
  assert.deepEqual([whole.code, whole.out], [0, `1 entries, all as they were written; head ${head.out}`])
  const other = await offtake(['audit', 'verify', '--head', '0'.repeat(64)], env)
  assert.equal(other.code, 1)
  assert.match(other.err, /is of no entry here: the log was cut short/)
  assert.equal((await offtake(['audit', 'verify', '--head', 'abc'], env)).code, 2)
  await store.pool.query(`set session_replication_role = replica; update audit_log set actor = 'nobody'; reset session_replication_role`)
  const altered = await offtake(['audit', 'verify'], env)
  assert.equal(altered.code, 1)
  assert.match(altered.err, /entry 1 is not as it was written/)
  assert.match(altered.out, /as they were written: none of them/)
})
