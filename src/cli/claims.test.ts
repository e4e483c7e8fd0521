import assert from 'node:assert/strict'
import { after, before as beforeAll, test } from 'node:test'
import { claimsDocument } from '../../test/claims-world.ts'
import { testDatabase } from '../../test/database.ts'
import { offtake, temporaryFolder } from '../../test/offtake.ts'

const { close, url } = await testDatabase()
const { write, remove } = temporaryFolder()
after(async () => {
  remove()
  await close()
})
const claims = (...args: string[]) => offtake(['--now', '2026-09-05T00:00:00Z', 'claims', ...args], { DATABASE_URL: url })

const day = (date: string) => `2026-08-${date}T00:00:00Z`
const readings = [
  { kind: 'acceptance', id: 'a1', block: 'one', tranche: 't1', at: '2026-07-01T00:00:00Z', design: 1, tested: 1 },
  { kind: 'rack', id: 'r1', from: '2026-07-01T00:00:00Z', block: 'one', unit: 'hall/r1', nodes: 'r1-n[1-3]', gpus: 12, tranche: 't1' },
  { kind: 'allocation', id: 'j1', from: day('03'), to: day('05'), pool: 'first', nodes: 'r1-n1', gpus: 4, tenant: 'x' },
  { kind: 'allocation', id: 'j2', from: day('08'), to: day('09'), pool: 'first', gpus: 2 },
  { kind: 'claim', id: 'c1', from: day('03'), to: day('04'), block: 'one', unit: 'r1-n1', gpus: 4 },
  { kind: 'claim', id: 'c2', from: day('03'), to: day('04'), block: 'one', unit: 'r1-n2', gpus: 4 },
].map((each) => ({ source: 's', ...each }))

beforeAll(async () => {
  const agreement = write('yard.yaml', claimsDocument)
  const file = write('readings.ndjson', readings.map((each) => `${JSON.stringify(each)}\n`).join(''))
  for (const args of [
    ['load', agreement],
    ['import', file],
  ]) {
    const ran = await offtake(['--now', '2026-09-05T00:00:00Z', ...args], { DATABASE_URL: url })
    assert.equal(ran.code, 0, ran.err)
  }
})

test('CLI12 claims are verified and shown with what cannot be located; decisions name a finding and a reason', async () => {
  assert.equal((await claims('yard', '2026-08', '--last')).code, 2)
  const ran = await claims('yard', '2026-08')
  assert.equal(ran.code, 0, ran.err)
  assert.match(ran.out, /one\s+readings\s+192\s+0\s+96\s+96\n/)
  assert.match(ran.out, /two\s+what is unsold\s+0\s+0\s+0\s+0\n/)
  assert.match(ran.out, /sold-twice\s+96\s+96\s+192\.00\s+1\n/)
  assert.match(ran.out, /There is no telemetry of any node/)
  assert.match(ran.out, /48 GPU-h sold in first say no nodes/)
  const json = JSON.parse((await claims('yard', '2026-08', '--last', '--json')).out) as {
    blocks: { claimed: number }[]
    list: { id: string; kind: string; readings: { id: string }[] }[]
  }
  assert.equal(json.blocks[0]!.claimed, 192 * 3600)
  const sold = json.list.find(({ kind }) => kind === 'sold-twice')!
  assert.deepEqual(sold.readings.map(({ id }) => id).toSorted(), ['a1', 'c1', 'j1', 'r1'])

  const without = await claims('yard', '2026-08', '--confirm', sold.id)
  assert.deepEqual([without.code, without.out], [2, ''])
  assert.match(without.err, /a decision needs a reason/)
  const confirmed = await claims('yard', '2026-08', '--confirm', sold.id.slice(0, 10), '--reason', 'it is in the job log')
  assert.equal(confirmed.code, 0, confirmed.err)
  assert.match(confirmed.out, new RegExp(`^confirmed: ${sold.id}, made no reading\n`))
  assert.match(confirmed.err, /settlement counts these GPUs as sold/)
  assert.match(
    (await claims('yard', '2026-08', '--last', '--kind', 'sold-twice')).out,
    /rejected\s+192\.00\s+USD\s+confirmed[^]*confirm\s+0\.000000\s+offtake claims\s.*it is in the job log/,
  )
})

test('CLI12 a month, a page or a decision that cannot be ends with 2 and says why', async () => {
  for (const [args, said] of [
    [['yard', '2026-13'], /a month is such as/],
    [['nobody', '2026-08'], /no agreement nobody/],
    [['yard', '2026-08', '--page', '0'], /whole number from 1/],
    [['yard', '2026-08', '--kind', 'theft'], /Allowed choices/],
    [['yard', '2026-08', '--reason', 'because'], /goes with --confirm/],
    [['yard', '2026-08', '--confirm', 'abcdef', '--restore', 'abcdef', '--reason', 'x'], /cannot be used with/],
    [['yard', '2026-08', '--restore', '000000', '--reason', 'x'], /no finding 000000/],
  ] as const) {
    const ran = await claims(...args)
    assert.equal(ran.code, 2, args.join(' '))
    assert.match(ran.err, said)
    assert.equal(ran.out, '')
  }
})
