import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { chdbSkip } from '../../../test/chdb.ts'
import { offtake } from '../../../test/offtake.ts'
import { batchOf, hourlyRows } from '../../../test/samples.ts'
import { recordVersion, writeRetention, writeVersion } from './ddl.ts'
import { versions, type Table, type Version } from './schema.ts'
import { openTelemetry } from './telemetry.ts'

const root = join(import.meta.dirname, '../../..')
const folders: string[] = []
const makeFolder = (): string => {
  const folder = fs.mkdtempSync(join(tmpdir(), 'offtake-telemetry-'))
  folders.push(folder)
  return folder
}
after(() => folders.forEach((folder) => fs.rmSync(folder, { recursive: true, force: true })))

const nowMs = Date.UTC(2026, 9, 15, 12)
const one = { kind: 'one' } as const
const cluster = { kind: 'cluster', cluster: 'metering' } as const
const tables: readonly Table[] = versions.flatMap(({ steps }) => steps.flatMap((step) => (step.kind === 'table' ? [step.table] : [])))
const open = (path: string, known: readonly Version[] = versions, now = nowMs) =>
  openTelemetry({ path }, { nowMs: () => now, versions: known })

/** What a statement says between its first bracket on a line of its own and the last: the columns. */
const columnsIn = (statement: string): string => /^\(\n([\s\S]*?)\n\)$/m.exec(statement)![1]!

const later: Version = {
  version: 2,
  steps: [{ kind: 'column', table: 'telemetry_hourly', column: { name: 'temperature_max', type: 'Float32' }, after: 'sm_mean' }],
}

test('TM2 a cluster has the columns, keys and partitions of one machine, on replicated tables below distributed ones', () => {
  const onOne = writeVersion(versions[0]!, one)
  const onMany = writeVersion(versions[0]!, cluster)
  assert.equal(onMany.length - 1, (onOne.length - 1) * 2)
  for (const { name, shardBy } of tables) {
    const [single, replicated, distributed] = [onOne, onMany, onMany].map((statements, i) =>
      statements.find((text) =>
        text.startsWith(`CREATE TABLE IF NOT EXISTS offtake.${name}${i === 1 ? '_local' : ''}${i === 0 ? '\n' : ' ON'}`),
      ),
    )
    assert.equal(columnsIn(single!), columnsIn(replicated!))
    for (const line of single!.split('\n').filter((text) => /^(?:ORDER|PARTITION) BY/.test(text)))
      assert.ok(replicated!.includes(`\n${line}\n`), line)
    assert.match(replicated!, /^CREATE TABLE \S+ \S+ \S+ \S+_local ON CLUSTER 'metering'$/m)
    const engine = /^ENGINE = (\w+)\((.*)\)$/m.exec(single!)!
    const place = `'/clickhouse/tables/metering/{shard}/offtake/${name}', '{replica}'`
    assert.ok(replicated!.includes(`ENGINE = Replicated${engine[1]}(${[place, ...(engine[2] === '' ? [] : [engine[2]])].join(', ')})`))
    assert.ok(distributed!.endsWith(`ENGINE = Distributed('metering', offtake, ${name}_local, ${shardBy})`))
  }
  assert.deepEqual(writeRetention(versions, 16, cluster), [
    "ALTER TABLE offtake.telemetry_samples_local ON CLUSTER 'metering' MODIFY TTL toDateTime(at) + toIntervalDay(16)",
  ])
  assert.deepEqual(writeVersion(later, cluster), [
    "ALTER TABLE offtake.telemetry_hourly_local ON CLUSTER 'metering' ADD COLUMN IF NOT EXISTS temperature_max Float32 AFTER sm_mean",
    "ALTER TABLE offtake.telemetry_hourly ON CLUSTER 'metering' ADD COLUMN IF NOT EXISTS temperature_max Float32 AFTER sm_mean",
  ])
})

test('TM2 offtake telemetry ddl prints what a cluster is laid with, and refuses what is no cluster', async () => {
  const printed = await offtake(['telemetry', 'ddl', '--cluster', 'metering', '--retention-days', '30'])
  const statements = [...writeVersion(versions[0]!, cluster), recordVersion(versions[0]!), ...writeRetention(versions, 32, cluster)]
  assert.deepEqual([printed.code, printed.out], [0, ['-- Version 1\n', ...statements.map((text) => `${text};\n`)].join('\n')])
  const single = await offtake(['telemetry', 'ddl'])
  assert.deepEqual(
    [single.code, single.out.includes('Replicated'), single.out.includes('ENGINE = ReplacingMergeTree(version)')],
    [0, false, true],
  )
  for (const wrong of [
    ['--cluster', "a'b"],
    ['--from', '2'],
    ['--retention-days', '0'],
  ]) {
    const { code, err } = await offtake(['telemetry', 'ddl', ...wrong])
    assert.deepEqual([code, err.includes(wrong[0]!)], [2, true])
  }
})

test('TM8 without chDB the message says what adds it', () => {
  const folder = makeFolder()
  fs.cpSync(join(root, 'src'), join(folder, 'src'), { recursive: true })
  fs.symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  fs.writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  const program = `import { openTelemetry } from './src/server/telemetry/telemetry.ts'
    await openTelemetry({ path: 'kept' }, { nowMs: () => 0 }).catch((error) => console.log(error.message))`
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { cwd: folder, encoding: 'utf8' })
  assert.match(stdout, /^chDB, the embedded ClickHouse, is not installed: npm run telemetry adds it/)
  assert.deepEqual(fs.existsSync(join(folder, 'kept')), false)
})

describe('an embedded store', { skip: chdbSkip }, () => {
  test('TM2 what is applied is what the schema says: tables, engines, keys, columns and types; ClickHouse reads the cluster DDL too', async () => {
    const telemetry = await open(makeFolder())
    try {
      const there = await telemetry.engine.rows<{ name: string; engine: string; sorting_key: string; partition_key: string }>(
        `SELECT name, engine, sorting_key, partition_key FROM system.tables WHERE database = 'offtake' ORDER BY name`,
      )
      const family = { replacing: 'ReplacingMergeTree', summing: 'SummingMergeTree', plain: 'MergeTree' }
      const expected = tables.map(({ name, engine, orderBy, partitionBy }) => ({
        name,
        engine: family[engine.kind],
        sorting_key: orderBy.join(', '),
        partition_key: partitionBy ?? '',
      }))
      assert.deepEqual(
        there,
        expected.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
      )
      for (const { name, columns } of tables)
        assert.deepEqual(
          await telemetry.engine.rows(
            `SELECT name, type FROM system.columns WHERE database = 'offtake' AND table = '${name}' ORDER BY position`,
          ),
          columns.map(({ name: column, type }) => ({ name: column, type })),
        )
      const durable = await telemetry.engine.rows<{ create_table_query: string }>(
        `SELECT create_table_query FROM system.tables WHERE database = 'offtake'`,
      )
      for (const { create_table_query: text } of durable) assert.match(text, /fsync_after_insert = 1, fsync_part_directory = 1/)
      const statements = [...versions, later].flatMap((version) => writeVersion(version, cluster))
      for (const statement of [...statements, ...writeRetention(versions, 16, cluster)]) {
        const parsed = await telemetry.engine.rows<{ explain: string }>(`EXPLAIN AST ${statement}`)
        assert.ok(parsed.length > 0, statement)
      }
      await assert.rejects(telemetry.engine.rows('EXPLAIN AST CREATE TABLE a ON CLUSTER'), /Syntax error/)
    } finally {
      await telemetry.close()
    }
  })

  test('TM3 versions go forward; an edited or newer one is refused by name; one that was begun is done again', async () => {
    const folder = makeFolder()
    await (await open(folder)).close()
    const upgraded = await open(folder, [...versions, later])
    const columns = await upgraded.engine.rows<{ name: string }>(
      `SELECT name FROM system.columns WHERE table = 'telemetry_hourly' ORDER BY position`,
    )
    assert.ok(
      columns
        .map(({ name }) => name)
        .join()
        .includes('sm_mean,temperature_max,xids'),
    )
    // As if it had been killed between the last statement and the record of it.
    await upgraded.engine.command('ALTER TABLE offtake.telemetry_schema DELETE WHERE version = 2 SETTINGS mutations_sync = 1')
    await upgraded.close()
    await (await open(folder, [...versions, later])).close()
    await assert.rejects(open(folder), /has version 2 of its schema, and this Offtake knows 1 at most: use a newer one/)
    const [first] = versions
    const edited: Version = { version: 1, steps: first!.steps.slice(0, -1) }
    await assert.rejects(open(folder, [edited, later]), /version 1 of the telemetry's schema was applied with another text/)
    await (await open(folder, [...versions, later])).close()
  })

  test('TM8 a second process is told which one has the folder', async () => {
    const folder = makeFolder()
    const telemetry = await open(folder)
    try {
      const program = `import { openTelemetry } from '${join(import.meta.dirname, 'telemetry.ts')}'
        await openTelemetry({ path: ${JSON.stringify(folder)} }, { nowMs: () => 0 }).catch((error) => console.log(error.message))`
      const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })
      assert.match(stdout, new RegExp(`^the telemetry in ${folder} is held by process ${process.pid}; one process at a time may have it`))
      await assert.rejects(open('/tmp/a{b}'), /patterns/)
    } finally {
      await telemetry.close()
    }
  })

  test('TM12 raw samples go by whole days when their time is over; hourly rows stay, and are not made of what is left', async () => {
    const folder = makeFolder()
    const series = { factory: 'batam', node: 'n01', gpu: 0, metric: 'DCGM_FI_DEV_GPU_UTIL' }
    const day = 86_400_000
    const at = Date.UTC(2026, 9, 15, 8)
    let now = nowMs
    const telemetry = await openTelemetry({ path: folder }, { nowMs: () => now, retentionDays: 3 })
    try {
      await telemetry.append(batchOf([{ ...series, atMs: at, value: 50 }]))
      await telemetry.append(batchOf([{ ...series, atMs: at - 2 * day, value: 50 }]))
      await telemetry.fold(now / 1000)
      const rows = await hourlyRows(telemetry, 'batam')
      assert.equal(rows.length, 2)
      const kept = async () => (await telemetry.engine.rows(`SELECT 1 FROM offtake.telemetry_samples`)).length
      assert.equal(await kept(), 2)
      // Late, and taken; but nobody folds until the raw samples beside it are gone.
      await telemetry.append(batchOf([{ ...series, atMs: at - 2 * day + 1000, value: 50 }]))
      now = Date.UTC(2026, 9, 19, 0) - 1
      assert.equal(await kept(), 3)
      now = Date.UTC(2026, 9, 19, 0) + 1
      assert.deepEqual(await telemetry.fold(now / 1000), { hours: 0, expired: 1 })
      assert.equal(await kept(), 1, 'the day two days earlier was over more than three days and two ago')
      assert.deepEqual(await hourlyRows(telemetry, 'batam'), rows)
      const late = await telemetry.append(batchOf([{ ...series, atMs: at - 2 * day + 2000, value: 50 }]))
      assert.deepEqual([late.accepted, late.refused[0]!.reason], [0, 'too-old'])
    } finally {
      await telemetry.close()
    }
  })
})
