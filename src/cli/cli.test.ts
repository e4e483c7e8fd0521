import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { after, before as beforeAll, test } from 'node:test'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import pg from 'pg'
import { testDatabase } from '../../test/database.ts'
import { readWorkbook } from '../../test/read-workbook.ts'
import type { Statement } from '../core/statements/statement.ts'
import { offtake, startOfftake, temporaryFolder } from '../../test/offtake.ts'

const { close, pool, url } = await testDatabase()
const { folder, write, remove } = temporaryFolder()
after(async () => {
  remove()
  await close()
})
const env = { DATABASE_URL: url }
const now = ['--now', '2026-11-05T00:00:00Z']
const example = join(import.meta.dirname, '../../examples/sharon-ai.yaml')
const agreement = fs.readFileSync(example, 'utf8')

const acceptance = (block: string, at = '2026-08-01T00:00:00+10:00') => ({
  kind: 'acceptance',
  source: 's',
  id: `acceptance-${block}`,
  block,
  tranche: `${block}-1`,
  at,
  design: 10_080,
  tested: 10_080,
})
const use = (id: string, gpus: number, from: string, to: string, more: object = {}) => ({
  kind: 'allocation',
  source: 's',
  id,
  pool: 'sharon-syd-gb300',
  gpus,
  from,
  to,
  ...more,
})
const ndjson = (...readings: object[]) => readings.map((reading) => `${JSON.stringify(reading)}\n`).join('')
const august = (id: string, gpus: number, more: object = {}) => use(id, gpus, '2026-08-10T00:00:00Z', '2026-08-11T00:00:00Z', more)

/** Every row that anything could have written. */
const written = async () => {
  const tables = ['agreement_version', 'reading', 'import_batch', 'statement', 'journal', 'entry', 'audit_log']
  const counts = await Promise.all(
    tables.map(async (table) => (await pool.query<{ n: bigint }>(`select count(*) as n from ${table}`)).rows[0]!.n),
  )
  return tables.map((table, i) => `${table} ${counts[i]}`)
}

beforeAll(async () => {
  const loaded = await offtake([...now, 'load', example], env)
  assert.deepEqual([loaded.code, loaded.err], [0, ''])
  assert.match(loaded.out, /^sharon-ai version 1 is on record, [0-9a-f]{64}\n$/)
})

/** A document with one thing wrong, for `check` and `load`. */
const badAgreements: Record<string, [from: string | RegExp, to: string, complaint: RegExp]> = {
  'an unknown key': ['currency: USD', 'currency: USD\ncolour: red', /:14: \/colour: .*unknown/],
  'a rate of 1.7': ["value: '0.175'", "value: '1.7'", /\/clauses\/0\/rate\/contractYears\/0\/value: .*1\.7/],
  'overlapping steps': ['from: 4, value', 'from: 2, value', /\/clauses\/0\/rate\/contractYears\/2\/from: /],
  'a share that rises': ["from: 6, value: '0.12'", "from: 6, value: '0.15'", /\/clauses\/0\/rate.*(rise|mayRise)/],
  'two blocks with one id': ['- id: mel-a\n', '- id: syd-a\n', /\/blocks\/1\/id: .*syd-a/],
}

for (const [name, [from, to, complaint]] of Object.entries(badAgreements))
  test(`CLI2 bad agreement: ${name}`, async () => {
    const changed = agreement.replace(from, to)
    assert.notEqual(changed, agreement)
    const path = write(`${name.replaceAll(' ', '-')}.yaml`, changed)
    const before = await written()
    const commands = [
      ['check', path],
      ['load', path],
      ['settle', '--agreement', path, '--readings', '-', '--month', '2026-08'],
    ]
    for (const { code, out, err } of await Promise.all(commands.map((command) => offtake([...now, ...command], env)))) {
      assert.deepEqual([code, out], [2, ''], err)
      assert.match(err, complaint)
      assert.ok(err.includes(`${path}:`), err)
    }
    assert.deepEqual(await written(), before)
  })

/** A file of readings with one thing wrong, for `settle` and `import`; what `import` cannot know yet, `close` finds. */
type BadFile = Readonly<{ name: string; content: string | Uint8Array; settle: RegExp; import?: RegExp; close?: RegExp }>
const effort = {
  kind: 'condition',
  source: 's',
  id: 'effort',
  clause: 'backstop',
  condition: 'sales-effort',
  block: 'syd-a',
  holds: true,
  from: '2026-08-01T00:00:00+10:00',
  to: '2026-09-01T00:00:00+10:00',
}
const good = ndjson(acceptance('syd-a'), august('fine', 8), effort)
const sparse = 'one line of 2 GB'
const badFiles: BadFile[] = [
  {
    name: 'over-capacity.ndjson',
    content: ndjson(acceptance('syd-a'), august('a', 10_000), august('b', 81)),
    settle: /syd-a.* 10,081 of 10,080 GPUs from 2026-08-10 10:00:00 \+10:00/,
    close: /syd-a.* 10,081 of 10,080 GPUs from 2026-08-10 10:00:00 \+10:00/,
  },
  {
    name: 'before-acceptance.ndjson',
    content: ndjson(acceptance('syd-a', '2026-08-10T12:00:00Z'), august('a', 8)),
    settle: /syd-a.*(before|accept).*2026-08-10 10:00:00 \+10:00/i,
    close: /syd-a.*(before|accept).*2026-08-10 10:00:00 \+10:00/i,
  },
  { name: 'truncated.ndjson.gz', content: gzipSync(good.repeat(2000)).subarray(0, 400), settle: /truncated\.ndjson\.gz:\d+: .*cut off/ },
  { name: 'bad-column.csv', content: 'kind,source,id,pool,gpus,from,till\n', settle: /bad-column\.csv:1: .*"till"/ },
  { name: 'long-line.ndjson', content: sparse, settle: /long-line\.ndjson:1: .*(long|bytes)/ },
  {
    name: 'reused-id.ndjson',
    content: ndjson(acceptance('syd-a'), august('a', 8), august('a', 16)),
    settle: /s\/a is given with 2 contents[^]*reused-id\.ndjson:3: s\/a is here/,
    import: /reused-id\.ndjson:3: \/id: s said a before with other content: gpus was 8 and is 16/,
  },
  {
    name: 'skipped-time.ndjson',
    content: ndjson(use('a', 8, '2026-10-04T02:30:00', '2026-10-05T00:00:00')),
    settle: /skipped-time\.ndjson:1: \/from: .*2026-10-04T02:30:00/,
  },
  {
    name: 'repeated-time.ndjson',
    content: ndjson(use('a', 8, '2027-04-04T02:30:00', '2027-04-05T00:00:00')),
    settle: /repeated-time\.ndjson:1: \/from: .*2027-04-04T02:30:00/,
  },
]

test('CLI2 what cannot have happened under the terms ends settle with 2 and a sentence', async () => {
  const guarantee = {
    id: 'lease',
    kind: 'obligation-guarantee',
    payer: 'v',
    payee: 'l',
    cap: '5.00',
    obligation: { of: 'rent', payments: [{ id: 'may', due: '2026-05-01', amount: '5.00' }] },
  }
  const parties = [
    { id: 'v', name: 'V', role: 'guarantor' },
    { id: 'o', name: 'O', role: 'operator' },
    { id: 'l', name: 'L', role: 'landlord' },
  ]
  const terms = {
    offtake: 1,
    agreement: 'lease',
    title: 'Lease',
    parties,
    zone: 'UTC',
    currency: 'USD',
    term: { from: '2026-05-01', through: '2026-12-31' },
  }
  const path = write('lease.yaml', JSON.stringify({ ...terms, clauses: [guarantee], settlement: { due: { days: 30 } } }))
  const readings = write(
    'call.ndjson',
    ndjson({ kind: 'event', source: 's', id: 'c', clause: 'lease', event: 'call', of: 'may', at: '2026-05-20T00:00:00Z' }),
  )
  const { code, out, err } = await offtake([...now, 'settle', '--agreement', path, '--readings', readings, '--month', '2026-05'], env)
  assert.deepEqual([code, out], [2, ''])
  assert.match(err, /Clause lease: the call of may, told of 2026-05-20 00:00:00 \+00:00, comes without a default that is not cured\./)
})

for (const { name, content, settle, close: closing, ...rest } of badFiles)
  test(`CLI2 bad readings: ${name}`, async () => {
    const path = write(name, content === sparse ? '' : content)
    // One line of 2 GB, of which the disk holds nothing.
    if (content === sparse) fs.truncateSync(path, 2 * 2 ** 30)
    const before = await written()
    const settled = await offtake([...now, 'settle', '--agreement', example, '--readings', path, '--month', '2026-08'], env)
    assert.deepEqual([settled.code, settled.out], [2, ''], settled.err)
    assert.match(settled.err, settle)
    if (closing === undefined) {
      const imported = await offtake([...now, 'import', '--agreement', 'sharon-ai', path], env)
      assert.deepEqual([imported.code, imported.out], [2, ''], imported.err)
      assert.match(imported.err, rest.import ?? settle)
    }
    assert.deepEqual(await written(), before)
  })

test('CLI2 a block sold over its capacity and a reading before acceptance are found by close, which writes nothing', async () => {
  for (const { name, content, close: closing } of badFiles.filter((each) => each.close !== undefined)) {
    // These readings would be in the way of the other tests.
    const own = await testDatabase()
    try {
      const there = { DATABASE_URL: own.url }
      const path = write(name, content)
      await offtake([...now, 'load', example], there)
      assert.equal((await offtake([...now, 'import', path], there)).code, 0)
      const { code, out, err } = await offtake([...now, 'close', 'sharon-ai', '2026-08'], there)
      assert.deepEqual([code, out], [2, ''], err)
      assert.match(err, closing!)
      assert.equal((await own.pool.query('select from statement')).rowCount, 0)
      assert.equal((await own.pool.query('select from journal')).rowCount, 0)
    } finally {
      await own.close()
    }
  }
})

test('CLI2 a period that is not over', async () => {
  const readings = write('not-over.ndjson', good)
  const before = await written()
  const early = ['--now', '2026-08-31T13:59:59Z']
  const settled = await offtake([...early, 'settle', '--agreement', example, '--readings', readings, '--month', '2026-08'])
  const closed = await offtake([...early, 'close', 'sharon-ai', '2026-08'], env)
  for (const { code, out, err } of [settled, closed]) {
    assert.deepEqual([code, out], [2, ''], err)
    assert.match(err, /2026-08 of sharon-ai is not over: it ends at 2026-08-31T14:00:00Z.*, and it is 2026-08-31T13:59:59Z/)
  }
  assert.deepEqual(await written(), before)
  assert.equal(
    (await offtake(['--now', '2026-08-31T14:00:00Z', 'settle', '--agreement', example, '--readings', readings, '--month', '2026-08'])).code,
    0,
  )
})

test('CLI1 wrong usage ends with 2 and says so on standard error; help is data', async () => {
  for (const args of [
    ['nonsense'],
    ['settle'],
    ['check'],
    ['close', 'sharon-ai'],
    ['serve', '--port', 'x'],
    ['--now', 'soon', 'check', example],
    ['statement', '--json', '--csv', 'a', 'b'],
  ]) {
    const { code, out, err } = await offtake(args)
    assert.deepEqual([code, out], [2, ''], args.join(' '))
    assert.match(err, /error: /)
  }
  const help = await offtake(['--help'])
  assert.deepEqual([help.code, help.err], [0, ''])
  assert.match(help.out, /settle/)
})

test('CLI1 a database that cannot be reached ends with 1 and a sentence', async () => {
  const { code, out, err } = await offtake(['statement', 'a', '2026-08'], { DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' })
  assert.deepEqual([code, out], [1, ''])
  assert.match(err, /^offtake: .*ECONNREFUSED/)
})

test('CLI1 check says the terms in sentences', async () => {
  const { code, out, err } = await offtake(['check', example])
  assert.deepEqual([code, err], [0, ''])
  assert.match(out, /The price, in USD per GPU-hour, is 2\.32\./)
  assert.match(out, /\nVersion 1, sha256 [0-9a-f]{64}\n$/)
})

test('CLI3 CLI4 files in, statement and books out; settle from files gives the same bytes; everything twice is answered', async () => {
  const readings = write('good.ndjson', good)
  const again = write(
    'again.csv',
    'kind,source,id,pool,gpus,from,to\nallocation,s,fine,sharon-syd-gb300,8,2026-08-10T00:00:00Z,2026-08-11T00:00:00Z\n',
  )
  const run = async (...args: string[]) => {
    const ran = await offtake([...now, ...args], env)
    assert.equal(ran.code, 0, ran.err)
    return ran
  }
  assert.match((await run('load', example)).out, /was on record already/)
  assert.equal((await run('import', '--key', 'k', readings)).out, `${readings}: 3 accepted, 0 repeats, 0 refused\n`)
  assert.equal((await run('import', '--key', 'k', readings)).out, `${readings}: 3 accepted, 0 repeats, 0 refused, as answered before\n`)
  assert.equal((await run('import', again)).out, `${again}: 0 accepted, 1 repeats, 0 refused\n`)
  const taken = await offtake([...now, 'import', '--key', 'k', again], env)
  assert.deepEqual([taken.code, taken.out], [2, ''])
  assert.match(taken.err, /the key k belongs to other content/)

  const closed = await run('close', 'sharon-ai', '2026-08', '--json')
  const settled = await run(
    'settle',
    '--agreement',
    example,
    '--readings',
    readings,
    '--month',
    '2026-08',
    '--final-on',
    '2026-11-05',
    '--json',
  )
  assert.equal(closed.out, settled.out)
  assert.equal((await run('close', 'sharon-ai', '2026-08', '--json')).out, closed.out)
  assert.equal((await run('statement', 'sharon-ai', '2026-08', '--json')).out, closed.out)
  // 10,080 GPUs for 744 hours less a retention of 5 %, less 8 GPUs sold for a day, at 2.32.
  assert.match((await run('statement', 'sharon-ai', '2026-08')).out, /16,528,496\.64/)
  assert.match((await run('statement', 'sharon-ai', '2026-08', '--csv')).out, /16528496\.64/)
  const [pdf, xlsx] = [join(folder, 'august.pdf'), join(folder, 'august.xlsx')]
  assert.equal((await run('statement', 'sharon-ai', '2026-08', '--pdf', pdf, '--xlsx', xlsx)).code, 0)
  assert.match(fs.readFileSync(pdf).subarray(0, 8).toString(), /^%PDF-1\.7/)
  assert.equal(readWorkbook(fs.readFileSync(xlsx)).length, 1 + (JSON.parse(closed.out) as { lines: unknown[] }).lines.length)
  const lost = await offtake([...now, 'statement', 'sharon-ai', '2026-08', '--pdf', join(folder, 'no/such/folder.pdf')], env)
  assert.equal(lost.code, 1)
  assert.match(lost.err, /not written: ENOENT/)
  assert.match((await run('explain', 'sharon-ai', '2026-08', '1')).out, /Reasons recomputed: equal/)
  assert.match((await run('journal', 'sharon-ai', '--balance')).out, /Total +16,528,496\.64 +16,528,496\.64 +0\.00/)
  assert.match(
    (await run('journal', 'sharon-ai', '2026-08', '--book', 'nvidia', '--hledger')).out,
    /expenses:capacity-backstop:sharon-ai +16528496\.64 USD/,
  )
  assert.equal((await run('journal', 'sharon-ai', '--csv')).out.split('\n').length, 6)
  assert.equal((JSON.parse((await run('journal', 'sharon-ai', '--json')).out) as unknown[]).length, 2)

  // The next month from files takes the last statement for its opening, as the store does.
  const opening = write('august.json', closed.out)
  const september = await run('close', 'sharon-ai', '2026-09', '--json')
  const fromFiles = await run(
    'settle',
    '--agreement',
    example,
    '--readings',
    readings,
    '--month',
    '2026-09',
    '--opening',
    opening,
    '--final-on',
    '2026-11-05',
    '--json',
  )
  assert.equal(fromFiles.out, september.out)

  const late = write('late.ndjson', ndjson(august('late', 16)))
  assert.match((await run('import', late)).err, /1 readings came when 2026-08 was final/)
  assert.equal((await run('statement', 'sharon-ai', '2026-08', '--json')).out, closed.out)
})

test('CLI2 keep-the-good keeps what it can and tells the rest', async () => {
  const mixed = write(
    'mixed.ndjson',
    `${ndjson(august('kept', 8))}{"kind":"allocation"}\n${ndjson(august('lost', 8, { pool: 'nowhere' }))}`,
  )
  const { code, out, err } = await offtake([...now, 'import', '--keep-good', mixed], env)
  assert.deepEqual([code, out], [0, `${mixed}: 1 accepted, 0 repeats, 2 refused\n`], err)
  assert.match(err, /mixed\.ndjson:2: \/source: is missing/)
  assert.match(err, /mixed\.ndjson:3: \/pool: pool nowhere is in no agreement here/)
})

test('CLI2 Ctrl-C takes back the file that is under way, also while more of it is waited for', async () => {
  const before = await written()
  const command = startOfftake([...now, 'import', '--keep-good', '-'], env)
  command.child.stdin.write(ndjson(...Array.from({ length: 5000 }, (_, i) => august(`stopped-${i}`, 1))))
  // The import holds its agreement's lock, shared, from the first rows on.
  await until(
    async () =>
      ((
        await pool.query(
          `select from pg_locks where locktype = 'advisory' and mode = 'ShareLock' and granted and database = (select oid from pg_database where datname = current_database())`,
        )
      ).rowCount ?? 0) > 0 || undefined,
  )
  command.child.kill('SIGINT')
  const { code, out, err } = await command.ended
  assert.deepEqual([code, out, err], [1, '', '-: stopped; nothing of it was kept\n'])
  assert.deepEqual(await written(), before)
})

test('CLI6 generate gives the same bytes for the same seed, and import takes them', async () => {
  const home = { OFFTAKE_HOME: join(folder, 'home-generated') }
  const args = ['generate', example, '--months', '2026-08', '--seed', '3']
  const [first, second, other] = await Promise.all([offtake(args), offtake(args), offtake([...args.slice(0, -1), '4'])])
  assert.equal(first.code, 0, first.err)
  assert.match(first.err, /synthetic, calibrated on/)
  assert.equal(first.out, second.out)
  assert.notEqual(first.out, other.out)
  await offtake(['load', example], home)
  const imported = await offtake([...now, 'import', '-'], home, first.out)
  const readings = first.out.split('\n').length - 1
  assert.ok(readings > 1000)
  assert.equal(imported.out, `-: ${readings.toLocaleString('en')} accepted, 0 repeats, 0 refused\n`, imported.err)
  assert.match((await offtake([...now, 'close', 'sharon-ai', '2026-08'], home)).out, /Net, /)
})

test('CLI15 simulate fleet gives the same bytes for the same seed; import reads what is piped in, and close --through settles it', async () => {
  const own = { OFFTAKE_HOME: join(folder, 'home-campus') }
  const simulate = ['simulate', 'fleet', '--gpus', '1000', '--month', '2026-10']
  const rows = join(folder, 'telemetry.ndjson')
  const [first, second] = await Promise.all([offtake(simulate), offtake([...simulate, '--telemetry', rows])])
  assert.equal(first.code, 0, first.err)
  assert.match(first.err, /firmus-batam: 936 GPUs in 13 racks of 234 nodes, .*synthetic, calibrated on/)
  assert.equal(first.out, second.out)
  const told = fs.readFileSync(rows, 'utf8').split('\n').slice(0, -1)
  assert.equal(told.length, 744 * 936)
  const { node, gpu, hour } = JSON.parse(told[0]!) as Record<string, unknown>
  assert.deepEqual({ node, gpu, hour }, { node: 'b1-r001-n01', gpu: 0, hour: Date.parse('2026-09-30T17:00:00Z') / 1000 })
  const readings = first.out.split('\n').length - 1
  await offtake(['load', join(import.meta.dirname, '../../examples/firmus-batam.yaml')], own)
  // No file is named: what is piped in is read.
  const imported = await offtake([...now, 'import'], own, first.out)
  assert.equal(imported.out, `-: ${readings.toLocaleString('en')} accepted, 0 repeats, 0 refused\n`, imported.err)
  const early = await offtake([...now, 'close', 'firmus-batam', '2026-10'], own)
  assert.equal(early.code, 2)
  assert.match(early.err, /the next to close is 2026-08; offtake close --through closes them/)
  const closed = await offtake([...now, 'close', 'firmus-batam', '2026-10', '--through'], own)
  assert.equal(closed.code, 0, closed.err)
  assert.match(closed.err, /2026-08 closed and posted[^]*2026-09 closed and posted/)
  // The guide shows its beginning.
  const guide = fs.readFileSync(join(import.meta.dirname, '../../docs/campus.md'), 'utf8')
  const shown = /^```text\n([^]*?)^```$/m.exec(guide)![1]!
  const printed = closed.out.replaceAll(/ +$/gm, '')
  assert.equal(printed.slice(0, shown.length), shown)
  const again = await offtake([...now, 'close', 'firmus-batam', '2026-10', '--through'], own)
  assert.deepEqual([again.code, again.out], [0, closed.out])
})

test('CLI15 what cannot be simulated is said: too few GPUs, another month, sales by order', async () => {
  const refused = async (...args: string[]) => {
    const { code, out, err } = await offtake(['simulate', 'fleet', ...args])
    assert.deepEqual([code, out], [2, ''], err)
    return err
  }
  assert.match(await refused('--gpus', '71', '--month', '2026-10'), /no whole rack of 72 GPUs/)
  assert.match(await refused('--gpus', '720', '--month', '2026-07'), /does not run then/)
  assert.match(await refused('--gpus', '720', '--month', '2026-13'), /a month such as 2026-10/)
  assert.match(await refused('--gpus', '0', '--month', '2026-10'), /whole number from 1/)
  assert.match(await refused('--gpus', '72', '--month', '2026-10', '--load', '1.5'), /part of one/)
})

test('CLI15 a simulation ends quietly when its reader has seen enough, and on Ctrl-C', async () => {
  const run = promisify(execFile)
  const { stdout, stderr } = await run(
    '/bin/sh',
    ['-c', `${process.execPath} src/cli/offtake.ts simulate fleet --gpus 20000 --month 2026-10 | head -n 3`],
    {
      cwd: join(import.meta.dirname, '../..'),
    },
  )
  assert.equal(stdout.split('\n').length, 4)
  assert.doesNotMatch(stderr, /EPIPE|Error/)
  const { child, ended, out } = startOfftake(['simulate', 'fleet', '--gpus', '20000', '--month', '2026-10'], {})
  while (out() === '') await new Promise((done) => setTimeout(done, 20))
  child.kill('SIGINT')
  const stopped = await ended
  assert.equal(stopped.code, 1)
  assert.match(stopped.err, /stopped after [\d,]+ readings: what was written is no whole month/)
})

test('CLI7 the commands in the guide work as they are written', async () => {
  const root = join(import.meta.dirname, '../..')
  const guide = fs.readFileSync(join(root, 'docs/cli.md'), 'utf8')
  const commands = [...guide.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, text]) => text!).join('')
  assert.equal(commands.match(/^bin\/offtake/gm)?.length, 8)
  const own = await testDatabase()
  const there = join(folder, 'guide')
  fs.mkdirSync(there)
  try {
    // The guide is read in the folder of the clone, and later than the months it speaks of.
    const script = commands
      .replaceAll(/^bin\/offtake/gm, `${join(root, 'bin/offtake')} ${now.join(' ')}`)
      .replaceAll('examples/', `${root}/examples/`)
    const run = promisify(execFile)
    const { stdout } = await run('/bin/sh', ['-e', '-c', script], {
      cwd: there,
      env: { ...process.env, DATABASE_URL: own.url },
      maxBuffer: 2 ** 26,
    })
    assert.match(stdout, /September 2026[^]*sharon-ai version 1 is on record[^]*August 2026[^]*Reasons recomputed: equal/)
    assert.match(fs.readFileSync(join(there, 'nvidia.journal'), 'utf8'), /^; Book of nvidia\n/)
  } finally {
    await own.close()
  }
})

test('CLI7 the CSV of the guide is imported as it is written, by local times of Sydney, and its month closes', async () => {
  const guide = fs.readFileSync(join(import.meta.dirname, '../../docs/readings.md'), 'utf8')
  const text = /This one is ready to be imported[^]*?```csv\n([^`]*)```/.exec(guide)![1]!
  const own = await testDatabase()
  try {
    const run = (...args: string[]) => offtake([...now, ...args], { DATABASE_URL: own.url })
    await run('load', example)
    const imported = await run('import', write('guide.csv', text))
    assert.deepEqual([imported.code, imported.err], [0, ''])
    const rows = text.trim().split('\n').length - 1
    assert.match(imported.out, new RegExp(`: ${rows} accepted, 0 repeats, 0 refused`))
    const { rows: starts } = await own.pool.query<{ at: Date }>(`select to_timestamp(starts_at) as at from reading where id = 'ev-7001'`)
    assert.equal(starts[0]!.at.toISOString(), '2026-08-13T16:11:09.000Z')
    const closed = await run('close', 'sharon-ai', '2026-08')
    assert.equal(closed.code, 0, closed.err)
  } finally {
    await own.close()
  }
})

test('CLI5 when the server whose database was joined ends, the command says so and goes on by itself', async () => {
  const home = { OFFTAKE_HOME: join(folder, 'home-lost') }
  await offtake(['load', example], home)
  const server = startOfftake(['serve', '--port', '0'], home, '')
  const [, address] = await until(() => /console at (\S+);/.exec(server.err()))
  assert.ok(address!.startsWith('http://127.0.0.1:'))
  // Whoever holds the agreement's lock keeps the close waiting, until the database is gone.
  const holder = new pg.Client({
    connectionString: `postgresql:///postgres?host=${encodeURIComponent(join(home.OFFTAKE_HOME, 'run'))}&user=offtake`,
  })
  holder.on('error', () => {})
  await holder.connect()
  await holder.query(`select pg_advisory_lock(hashtextextended('offtake agreement sharon-ai', 0))`)
  const command = startOfftake([...now, 'close', 'sharon-ai', '2026-08'], home, '')
  await until(
    async () => ((await holder.query(`select from pg_locks where locktype = 'advisory' and not granted`)).rowCount ?? 0) > 0 || undefined,
  )
  server.child.kill('SIGKILL')
  const { code, out, err } = await command.ended
  assert.equal(code, 0, err)
  assert.match(err, /^the server stopped: the process that ran PostgreSQL has ended; going on without it\nclosed and posted: stm_/)
  assert.match(out, /August 2026/)
})

const until = async <T>(look: () => T | null | undefined | Promise<T | null | undefined>): Promise<T> => {
  for (let tries = 0; tries < 600; tries++) {
    const found = await look()
    if (found !== null && found !== undefined) return found
    await new Promise((done) => setTimeout(done, 50))
  }
  throw new Error('it did not come')
}

test('CLI11 statement says what became of a month since it was final, and close what it corrects', async () => {
  const own = await testDatabase()
  try {
    const run = async (...args: string[]) => {
      const answer = await offtake([...now, ...args], { DATABASE_URL: own.url })
      assert.equal(answer.code, 0, answer.err)
      return answer
    }
    await run('load', example)
    await run('import', write('life.ndjson', good))
    const stored = JSON.parse((await run('close', 'sharon-ai', '2026-08', '--json')).out) as Statement
    const { key } = stored.lines.find(({ amount, formula }) => formula === 'backstop' && amount !== '0.00')!
    const dispute = { kind: 'dispute', source: 's', id: 'd', agreement: 'sharon-ai', month: '2026-08', line: key, amount: '1000' }
    const filed = { ...dispute, at: '2026-10-01T00:00:00Z', reason: 'The meter was off' }
    await run('import', write('dispute.ndjson', ndjson(filed, august('late', 16))))
    const disputed = await run('statement', 'sharon-ai', '2026-08', '--json')
    assert.deepEqual(JSON.parse(disputed.out), stored)
    assert.match(
      disputed.err,
      /2026-08 is disputed: 1,000\.00 and 0\.00 USD are held \(guarantor, operator\); of the rest nvidia pays sharon-ai/,
    )
    const september = await run('close', 'sharon-ai', '2026-09')
    // 16 GPUs for a day at 2.32.
    assert.match(september.out, /Correction of August 2026: Capacity backstop, syd-a.* \(890\.88\)/)
    assert.match((await run('statement', 'sharon-ai', '2026-08')).err, /2026-08 is corrected on the statement of 2026-09/)
  } finally {
    await own.close()
  }
})
