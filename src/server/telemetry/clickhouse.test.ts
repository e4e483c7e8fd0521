import assert from 'node:assert/strict'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { chdbSkip } from '../../../test/chdb.ts'
import { openClickHouseDoor } from '../../../test/clickhouse-door.ts'
import { plainFold } from '../../../test/plain-fold.ts'
import { batchOf, hourlyRows } from '../../../test/samples.ts'
import { openTelemetry } from './telemetry.ts'

const folder = fs.mkdtempSync(join(tmpdir(), 'offtake-telemetry-url-'))
after(() => fs.rmSync(folder, { recursive: true, force: true }))

const nowMs = Date.UTC(2026, 9, 15, 12)
const hour = Date.UTC(2026, 9, 15, 8)

test(
  'TM13 what goes to a server by URL over HTTP, rows in binary both ways, gives what the embedded store gives',
  { skip: chdbSkip },
  async () => {
    const door = await openClickHouseDoor(folder)
    const telemetry = await openTelemetry({ url: door.url }, { nowMs: () => nowMs })
    try {
      // Every byte from 0 to 255 stands in some value or name: nothing may take the rows for text.
      const samples = Array.from({ length: 512 }, (_, i) => ({
        factory: 'batam',
        node: `Knoten-${i % 3}-ö`,
        gpu: i % 256,
        metric: 'DCGM_FI_DEV_POWER_USAGE',
        atMs: hour + i * 1000,
        value: 600 + i / 8,
      }))
      assert.deepEqual(await telemetry.append(batchOf(samples)), { accepted: 512, refused: [] })
      await telemetry.fold(nowMs / 1000)
      const expected = plainFold(samples, { holdSeconds: 60, idleWatts: 250, activity: 0.02 })
      assert.deepEqual(await hourlyRows(telemetry, 'batam'), expected)
      const nodes = await Array.fromAsync(telemetry.nodeMonths({ factory: 'batam', from: hour / 1000, to: hour / 1000 + 3600 }))
      assert.deepEqual(
        nodes.map(({ node, gpus, powered }) => [node, gpus, [...powered]]),
        ['Knoten-0-ö', 'Knoten-1-ö', 'Knoten-2-ö'].map((node) => {
          const own = expected.filter((row) => row.node === node)
          return [node, Math.max(...own.map(({ gpu }) => gpu)) + 1, [own.reduce((sum, { powered }) => sum + powered, 0)]]
        }),
      )
      assert.deepEqual(await telemetry.lag(), [{ factory: 'batam', latestMs: hour + 511_000 }])
      assert.ok(door.seen.some((sql) => sql.startsWith('INSERT INTO offtake.telemetry_samples SELECT')))
      // Who writes to a server is not alone with it: every batch marks its hours.
      const marks = () => door.seen.filter((sql) => sql.startsWith('INSERT INTO offtake.telemetry_touched')).length
      const before = marks()
      await telemetry.append(batchOf(samples.slice(0, 1)))
      await telemetry.append(batchOf(samples.slice(0, 1)))
      assert.equal(marks(), before + 2)
      await assert.rejects(telemetry.engine.rows('SELECT nonsense'), /nonsense/)
    } finally {
      await telemetry.close()
      await door.close()
    }
  },
)
