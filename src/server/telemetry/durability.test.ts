import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { chdbSkip } from '../../../test/chdb.ts'
import { openTelemetry } from './telemetry.ts'
import { makeRng } from '../history/rng.ts'

const kills = 20
const folder = fs.mkdtempSync(join(tmpdir(), 'offtake-telemetry-kill-'))
const nowMs = Date.UTC(2026, 9, 15, 12)
const seed = Number(process.env['CRASH_SEED'] ?? process.pid)
const rng = makeRng(seed, 'telemetry kills')
after(() => fs.rmSync(folder, { recursive: true, force: true }))

/** Starts a writer, kills it some milliseconds after it has opened the store, and gives what it had been told is kept. */
const killedAfter = async (round: number, ms: number): Promise<Map<string, number>> => {
  const writer = spawn(process.execPath, [join(import.meta.dirname, '../../../test/telemetry-writer.ts'), folder, `${round}`, `${nowMs}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let out = ''
  const ended = new Promise<NodeJS.Signals | null>((done) => writer.once('close', (_, signal) => done(signal)))
  await new Promise<void>((opened) => {
    void ended.then(() => opened())
    writer.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text
      if (out.startsWith('open\n')) opened()
    })
  })
  await sleep(ms)
  writer.kill('SIGKILL')
  assert.equal(await ended, 'SIGKILL', 'it was at work until it was killed')
  // The last line may be cut off: then the word was not given.
  const lines = out.split('\n').slice(1, -1)
  return new Map(lines.map((line) => [line.split(' ')[0]!, Number(line.split(' ')[1])]))
}

test(
  `TM7 killed at ${kills} random instants, no acknowledged batch is lost, half there or twice, nor is an hour left unfolded`,
  { skip: chdbSkip },
  async () => {
    const kept = new Map<string, number>()
    let [empty, unacknowledged] = [0, 0]
    for (let round = 0; round < kills; round++) {
      const told = await killedAfter(round, 20 + 600 * rng())
      if (told.size === 0) empty += 1
      for (const [node, samples] of told) kept.set(node, samples)
      const telemetry = await openTelemetry({ path: folder }, { nowMs: () => nowMs })
      try {
        await telemetry.fold(nowMs / 1000 + 3600)
        const raw = await telemetry.engine.rows<{ name: string; count: string }>(
          `SELECT toString(node) AS name, count() AS count FROM offtake.telemetry_samples FINAL GROUP BY name`,
        )
        const folded = await telemetry.engine.rows<{ name: string; count: string }>(
          `SELECT toString(node) AS name, sum(samples) AS count FROM offtake.telemetry_hourly FINAL GROUP BY name`,
        )
        const there = new Map(raw.map(({ name, count }) => [name, Number(count)]))
        const rows = new Map(folded.map(({ name, count }) => [name, Number(count)]))
        for (const [node, samples] of kept)
          assert.deepEqual([there.get(node), rows.get(node)], [samples, samples], `${node} after kill ${round}, seed ${seed}`)
        unacknowledged = there.size - kept.size
      } finally {
        await telemetry.close()
      }
    }
    process.stderr.write(
      `killed ${kills} times, ${empty} before anything was kept: ${kept.size} batches acknowledged, ${unacknowledged} more there, none lost\n`,
    )
    assert.ok(kept.size > kills * 2, 'too little was at work when it was killed')
  },
)
