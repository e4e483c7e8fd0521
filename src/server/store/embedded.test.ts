import assert from 'node:assert/strict'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { startEmbedded } from './embedded.ts'

test('P9 when the embedded PostgreSQL ends by itself, its starter and whoever joined it are told', async () => {
  const home = fs.mkdtempSync(join(tmpdir(), 'offtake-lost-'))
  fs.chmodSync(home, 0o755)
  try {
    const owner = await startEmbedded(join(home, 'db'))
    const guest = await startEmbedded(join(home, 'db'))
    assert.deepEqual([owner.owned, guest.owned], [true, false])
    const leaver = await startEmbedded(join(home, 'db'))
    await leaver.stop()
    const [pid] = fs.readFileSync(join(home, 'db/postgresql/postmaster.pid'), 'utf8').split('\n')
    process.kill(Number(pid), 'SIGKILL')
    assert.match(await owner.lost, /^PostgreSQL ended by itself \(/)
    assert.match(await guest.lost, /^the process that ran PostgreSQL has ended/)
    const silent = await Promise.race([leaver.lost, new Promise((done) => setTimeout(done, 50, 'not told'))])
    assert.equal(silent, 'not told', 'who left before is not told')
    await guest.stop()
    await owner.stop()

    const next = await startEmbedded(join(home, 'db'))
    assert.equal(next.owned, true, 'the next start recovers')
    await next.stop()
    assert.equal(await Promise.race([next.lost, new Promise((done) => setTimeout(done, 50, 'not told'))]), 'not told')
  } finally {
    fs.rmSync(home, { recursive: true, force: true })
  }
})
