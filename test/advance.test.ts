import assert from 'node:assert/strict'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeRng } from '../src/server/history/rng.ts'
import { testDatabase } from './database.ts'
import { offtake, startOfftake, temporaryFolder } from './offtake.ts'

const seed = Number(process.env['OFFTAKE_SEED'] ?? Date.now() % 1_000_000)
process.stderr.write(`advance: OFFTAKE_SEED=${seed} kills at the same instants again\n`)
const rng = makeRng(seed, 'kills of advance')

const { folder, write, remove } = temporaryFolder()
after(remove)
const example = (name: string): string => join(import.meta.dirname, '../examples', name)

type Found = { pool: { query: (text: string) => Promise<{ rows: { document: string }[] }> } }
const statementsOf = async ({ pool }: Found) =>
  (await pool.query('select document from statement order by agreement, month')).rows.map(({ document }) => document)

test('AD3 killed at any instant and run again, a sandbox ends with the same statements', async () => {
  const [killed, unharmed] = [await testDatabase(), await testDatabase()]
  try {
    const command = ['advance', '--months', '14', '--agreement', 'firmus-batam']
    const started = performance.now()
    const whole = await offtake(command, { DATABASE_URL: unharmed.url })
    assert.equal(whole.code, 0, whole.err)
    const usual = performance.now() - started
    const ends: string[] = []
    // Each run gets a little further than the last; what it takes to start is about a third of a run from the beginning.
    for (let kill = 0; kill < 6; kill++) {
      const running = startOfftake(command, { DATABASE_URL: killed.url }, '')
      const done = await Promise.race([running.ended.then(() => true), sleep(usual * (0.25 + 0.4 * rng()), false)])
      if (!done) running.child.kill('SIGKILL')
      await running.ended
      ends.push(`${(await statementsOf(killed)).length}`)
      if (done) break
    }
    process.stderr.write(`advance: killed with so many of 14 months closed: ${ends.join(' ')}\n`)
    const { code, out, err } = await offtake(command, { DATABASE_URL: killed.url })
    assert.equal(code, 0, err)
    assert.equal(out, whole.out)
    assert.equal((await statementsOf(killed)).length, 14)
    assert.deepEqual(await statementsOf(killed), await statementsOf(unharmed))
  } finally {
    await killed.close()
    await unharmed.close()
  }
})

test('CLI8 advance on a fresh home loads the examples that have stories, closes months and says what they came to; again it changes nothing', async () => {
  const home = { OFFTAKE_HOME: join(folder, 'home') }
  const first = await offtake(['advance', '--months', '3'], home)
  assert.equal(first.code, 0, first.err)
  assert.match(first.err, /^readings are synthetic, calibrated on/)
  const stories = fs.readdirSync(example('')).filter((name) => name.endsWith('.story.yaml')).length
  assert.equal(first.err.match(/readings, closed and posted$/gm)?.length, 3 * stories)
  assert.match(first.out, /^Agreement +Month +Hours +Accepted GPU-h +Sold +Guarantor pays +Operator pays +Net +paid by +Others\n/)
  assert.equal(first.out.match(/^(firmus-batam|sharon-ai) +2026-(08|09|10) /gm)?.length, 6)
  // The hours of October in Sydney, where the clock goes forward on the fourth.
  assert.match(first.out, /^sharon-ai +2026-10 +743 /m)
  for (const total of [
    /^firmus-batam: 3 months through 2026-10, [\d.]+ % of [\d,]+ GPU-hours sold; the guarantor pays the operator [^\n]+$/m,
    /^sharon-ai: 3 months through 2026-10, [\d.]+ % of [\d,]+ GPU-hours sold; the guarantor pays the operator [^\n]+$/m,
    // Without GPUs nothing is sold.
    /^lease-guarantees: 3 months through 2026-04; the guarantor pays the operator 0\.00 USD, the operator the guarantor [\d,.]+$/m,
  ])
    assert.match(first.out, total)
  assert.doesNotMatch(first.out, /register of/)
  const second = await offtake(['advance', '--months', '3'], home)
  assert.deepEqual([second.code, second.out], [0, first.out], second.err)
  assert.doesNotMatch(second.err, /closed and posted/)
  // The time there is that of its clock, which stands where the last to begin is: its September was closed on 5 October 2028, so October is not over.
  const closing = await offtake(['close', 'ohio-campus', '2028-10'], home)
  assert.equal(closing.code, 2)
  assert.match(closing.err, /2028-10 of ohio-campus is not over: .* and it is 2028-10-05T00:00:00Z/)
  const statement = await offtake(['statement', 'sharon-ai', '2026-10'], home)
  assert.match(statement.out, /October 2026/)
})

test('CLI8 an agreement of one’s own, by its file, to the end of its term and the month after it', async () => {
  const { close, url } = await testDatabase()
  try {
    const path = write(
      'brief.yaml',
      fs
        .readFileSync(example('helios-block.yaml'), 'utf8')
        .replaceAll('helios', 'brief')
        .replace('from: 2020-05-01, through: 2021-04-30', 'from: 2020-05-01, through: 2020-06-30'),
    )
    const story = write(
      'other.yaml',
      `story: 1\nagreement: brief-block\ntitle: Half is sold.\nsold: [{ from: 2020-05-01, value: '0.5' }]\n`,
    )
    const { code, out, err } = await offtake(['advance', '--to-end', '--agreement', path, '--story', story], { DATABASE_URL: url })
    assert.equal(code, 0, err)
    assert.match(err, /2020-07 brief-block: 0 readings, the term is over\n$/)
    // 1,464 hours of 1,000 GPUs, less those before their acceptance on the first day.
    assert.match(out, /\nbrief-block: 2 months through 2020-06, (4[789]|5[012])\.\d % of 1,4[45]\d,000 GPU-hours sold; /)
  } finally {
    await close()
  }
})

test('CLI2 what advance cannot use is said with file and line, and nothing is written', async () => {
  const { close, url, pool } = await testDatabase()
  try {
    const story = write('bad.story.yaml', "story: 1\nagreement: sharon-ai\ntitle: Bad.\nsold: [{ from: 2027-01-01, value: '1.7' }]\n")
    const unfit = write(
      'unfit.story.yaml',
      "story: 1\nagreement: sharon-ai\ntitle: Bad.\noutages:\n  - { block: syd-x, from: 2027-01-01, through: 2027-01-02, share: '1', reason: none }\n",
    )
    for (const [args, complaint] of [
      [['--agreement', 'nobody'], /no agreement nobody is on record or among the examples/],
      [['--agreement', 'sharon-ai', '--story', story], /bad\.story\.yaml:4: \/sold\/0\/value: is "1\.7"/],
      [
        ['--agreement', 'sharon-ai', '--story', unfit],
        /unfit\.story\.yaml:5: \/outages\/0\/block: is syd-x, which is no block of the agreement: did you mean syd-a\?/,
      ],
      [['--agreement', 'sharon-ai', '--story', join(folder, 'none.yaml')], /none\.yaml: there is no such file/],
    ] as const) {
      const { code, out, err } = await offtake(['advance', '--months', '1', ...args], { DATABASE_URL: url })
      assert.deepEqual([code, out], [2, ''], err)
      assert.match(err, complaint)
    }
    for (const args of [
      ['advance'],
      ['advance', '--months', '0'],
      ['advance', '--months', '1', '--to-end'],
      ['advance', '--months', '1', '--story', story],
    ]) {
      const { code, out } = await offtake(args, { DATABASE_URL: url })
      assert.deepEqual([code, out], [2, ''])
    }
    for (const table of ['agreement_version', 'sandbox_clock']) assert.equal((await pool.query(`select from ${table}`)).rowCount, 0)
  } finally {
    await close()
  }
})

test('CLI6 generate in outline gives the same bytes month by month and for the same seed', async () => {
  const of = (months: string) => offtake(['generate', example('firmus-batam.yaml'), '--months', months, '--detail', 'coarse'])
  const [both, first, second] = await Promise.all([of('2026-08..2026-09'), of('2026-08'), of('2026-09')])
  assert.equal(both.code, 0, both.err)
  assert.equal(both.out, first.out + second.out)
})

test('AD4 a database on which somebody has loaded an agreement is left as it is', async () => {
  const { close, url, pool } = await testDatabase()
  try {
    assert.equal((await offtake(['load', example('sharon-ai.yaml')], { DATABASE_URL: url })).code, 0)
    const { code, out, err } = await offtake(['advance', '--months', '1'], { DATABASE_URL: url })
    assert.deepEqual([code, out], [2, ''])
    assert.match(err, /this database is no sandbox, and something real is on record in it/)
    assert.equal((await pool.query('select from statement')).rowCount, 0)
  } finally {
    await close()
  }
})

test('CLI9 Ctrl-C ends an advance between two steps, with the table so far and 1', async () => {
  const { close, url, pool } = await testDatabase()
  try {
    const running = startOfftake(['advance', '--to-end', '--agreement', 'sharon-ai'], { DATABASE_URL: url }, '')
    for (let tries = 0; tries < 600 && !/2026-10 sharon-ai: .* closed/.test(running.err()); tries++) await sleep(50)
    running.child.kill('SIGINT')
    const { code, out, err } = await running.ended
    assert.equal(code, 1, err)
    assert.match(err, /stopped between two steps; the same command goes on from here\n$/)
    const { rows } = await pool.query<Record<string, bigint>>(
      'select (select count(*) from statement) as statements, (select count(*) from sandbox_clock where month is not null) as ticks',
    )
    const { statements, ticks } = rows[0]!
    assert.ok(statements! >= 3n && statements! < 72n, `${statements}`)
    assert.equal(ticks, statements)
    assert.match(out, new RegExp(`^sharon-ai: ${statements} months through `, 'm'))
  } finally {
    await close()
  }
})
