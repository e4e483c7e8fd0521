import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { offtake, startOfftake, temporaryFolder } from '../../test/offtake.ts'

const { write, remove } = temporaryFolder()
after(remove)

const config = `agent: 1
factory: f
zone: UTC
source: slurm-f
from: 2026-11-01T00:00:00Z
poll: 1
blocks: [{ block: a, pool: p, gpusPerNode: 4, racks: [{ unit: r1, nodes: 'n[1-4]' }] }]
scheduler: { kind: slurm, cluster: fa, commands: /nowhere }
`

test('F67 offtake agent tells every problem of its configuration by file and line, and ends with 2', async () => {
  const path = write('bad.yaml', config.replace('zone: UTC', 'zone: Nowhere/Land').replace("'n[1-4]'", "'n[4-1]'"))
  const { code, out, err } = await offtake(['agent', '--config', path, '--once', '--to', 'http://127.0.0.1:1'])
  assert.deepEqual([code, out], [2, ''])
  assert.equal(
    err,
    `${path}:3: /zone: is Nowhere/Land: should be an IANA time zone such as Asia/Jakarta\n` +
      `${path}:7: /blocks/0/racks/0/nodes: is n[4-1]: should be a hostlist such as fa-r001-n[01-18]\n`,
  )
  const nowhere = await offtake(['agent', '--config', path, '--to', 'ftp://example'])
  assert.equal(nowhere.code, 2)
  assert.match(nowhere.err, /should be an address such as http:\/\/127.0.0.1:7420/)
  assert.equal((await offtake(['agent', '--config', write('none.yaml', '')])).code, 2)
})

test('F69 a scheduler that does not answer is said: one round ends with 1, and without an end it is asked again until stopped', async () => {
  const path = write('good.yaml', config)
  const once = await offtake(['agent', '--config', path, '--once', '--to', 'http://127.0.0.1:1'])
  assert.equal(once.code, 1)
  assert.match(once.err, /scontrol show config: .*ENOENT/)
  const running = startOfftake(['agent', '--config', path, '--to', 'http://127.0.0.1:1'], {}, '')
  const asked = () => running.err().split('ENOENT').length - 1
  for (let i = 0; i < 200 && asked() < 2; i++) await new Promise((done) => setTimeout(done, 100))
  assert.ok(asked() >= 2, running.err())
  running.child.kill('SIGINT')
  const { code, err } = await running.ended
  assert.equal(code, 0)
  assert.match(err, /stopped\n$/)
})
