import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import * as fs from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { database } from '../src/server/telemetry/schema.ts'
import { openTelemetry } from '../src/server/telemetry/telemetry.ts'
import type { RemoteWrittenWire } from '../src/wire/ingest.ts'
import { chdbSkip } from './chdb.ts'
import { testDatabase } from './database.ts'
import { energyAt, gpuCount, placeOf, startExporter } from './dcgm-exporter.ts'
import { temporaryFolder } from './offtake.ts'
import { compressed, gpuSeries, headers1, headers2, request2, writeRequest } from './remote-write.ts'
import { startServing } from './serving.ts'
import { answerOf, makeMemorySink, openWays, problemOf, rawUpload, until, wayNow } from './ways-in.ts'

const program = process.env['PROMETHEUS'] ?? '/usr/bin/prometheus'
const skip = fs.existsSync(program) || process.env['CI'] !== undefined ? false : 'no prometheus on this machine'

const { folder, write, remove } = temporaryFolder()
const { close, url, ...store } = await testDatabase()
after(async () => {
  await close()
  remove()
})

const home = join(folder, 'home')
/** The real server, with its telemetry embedded in a home of its own. */
const startServer = (port: number) => startServing({ DATABASE_URL: url, OFFTAKE_HOME: home }, ['--port', `${port}`])

/** A port that is free now. */
const freePort = async (): Promise<number> => {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  await new Promise<void>((done) => server.close(() => done()))
  return port
}

/** What is kept, by series and time: all rows there are, so that what came twice would be seen. */
const readKept = async (): Promise<Readonly<{ kept: ReadonlyMap<string, number>; hourly: number }>> => {
  const telemetry = await openTelemetry({ path: join(home, 'telemetry') }, { nowMs: () => Date.now() })
  try {
    type Row = { factory: string; node: string; gpu: number; metric: string; ms: string; value: number }
    const rows = await telemetry.engine.rows<Row>(
      `SELECT factory, node, gpu, metric, toUnixTimestamp64Milli(at) AS ms, value FROM ${database}.telemetry_samples FINAL`,
    )
    const kept = new Map(rows.map(({ factory, node, gpu, metric, ms, value }) => [`${factory} ${node} ${gpu} ${metric} ${ms}`, value]))
    assert.equal(kept.size, rows.length, 'a series has two values at one time')
    await telemetry.fold(Math.floor(Date.now() / 1000) + 1)
    const [row] = await telemetry.engine.rows<{ n: string }>(`SELECT sum(samples) AS n FROM ${database}.telemetry_hourly FINAL`)
    return { kept, hourly: Number(row!.n) }
  } finally {
    await telemetry.close()
  }
}

const startPrometheus = async (exporterPort: number, serverPort: number) => {
  const webPort = await freePort()
  const config = write(
    'prometheus.yml',
    `global: { scrape_interval: 1s, scrape_timeout: 1s }
scrape_configs:
  - job_name: dcgm
    static_configs: [{ targets: ['127.0.0.1:${exporterPort}'] }]
remote_write:
  - url: http://127.0.0.1:${serverPort}/api/ingest/prometheus?factory=batam
    queue_config: { batch_send_deadline: 500ms, min_backoff: 50ms, max_backoff: 500ms }
`,
  )
  const child = spawn(
    program,
    [`--config.file=${config}`, `--storage.tsdb.path=${join(folder, 'tsdb')}`, `--web.listen-address=127.0.0.1:${webPort}`],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      cwd: folder,
    },
  )
  let err = ''
  child.stderr.on('data', (data: Buffer) => (err += data.toString()))
  const ended = new Promise<void>((done) => child.once('exit', () => done()))
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await ended
  }
  /** A number that Prometheus tells of itself; NaN where it does not. */
  const tells = async (name: string): Promise<number> => {
    const page = await fetch(`http://127.0.0.1:${webPort}/metrics`).then(
      (response) => response.text(),
      () => '',
    )
    return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(page)?.[1])
  }
  return { stop, tells, err: () => err }
}

test(
  'API17 Prometheus scrapes 72 GPUs and writes them here: each sample once, also when the server is killed in between',
  { skip: skip || chdbSkip },
  async () => {
    const exporter = await startExporter()
    let server = await startServer(0)
    const { port } = new URL(server.address)
    const prometheus = await startPrometheus(exporter.port, Number(port))
    const kill = async (): Promise<void> => {
      server.child.kill('SIGKILL')
      await server.ended
    }
    try {
      for (let kills = 0; kills < 3; kills++) {
        const before = exporter.scrapes()
        await until(`some scrapes: ${prometheus.err()}`, () => exporter.scrapes() >= before + 3, 60)
        await kill()
        // Nobody listens meanwhile; Prometheus goes on and keeps what it could not send.
        await until('scrapes without a server', () => exporter.scrapes() >= before + 5, 60)
        server = await startServer(Number(port))
      }
      const scrapes = exporter.scrapes()
      exporter.silence()
      const storage = 'prometheus_remote_storage_'
      const isAllSent = async (): Promise<boolean> => {
        const read = await prometheus.tells(`${storage}highest_timestamp_in_seconds`)
        const sent = await prometheus.tells(`${storage}queue_highest_sent_timestamp_seconds`)
        return sent >= read && (await prometheus.tells(`${storage}samples_pending`)) === 0
      }
      await sleep(2000)
      await until(`all is sent: ${prometheus.err()}`, isAllSent, 60)
      assert.equal(await prometheus.tells(`${storage}samples_failed_total`), 0)
      await prometheus.stop()
      await kill()
      const { kept, hourly } = await readKept()
      // Six metrics of 72 GPUs at each scrape, but for the one that measured nothing.
      assert.equal(kept.size, scrapes * (6 * gpuCount - 1))
      for (let gpu = 0; gpu < gpuCount; gpu++) {
        const of = `batam ${placeOf(gpu)} DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION `
        const energies = [...kept].filter(([key]) => key.startsWith(of)).map(([, value]) => value)
        assert.deepEqual(
          energies.toSorted((a, b) => a - b),
          Array.from({ length: scrapes }, (_, scrape) => energyAt(gpu, scrape)),
        )
      }
      assert.ok(hourly > 0)
      process.stderr.write(`prometheus: ${scrapes} scrapes, ${kept.size} samples kept, ${hourly} in hourly rows, 3 kills of the server\n`)
      assert.doesNotMatch(prometheus.err(), /non-recoverable error/)
    } finally {
      exporter.close()
      await prometheus.stop()
      await kill()
    }
  },
)

const series = (count: number, value = 1) =>
  Array.from({ length: count }, (_, gpu) =>
    gpuSeries('n01', gpu, 'DCGM_FI_DEV_GPU_UTIL', [{ value: value + gpu, timestamp: wayNow * 1000 - 15_000 }]),
  )

test('API17 both versions are told apart by the content type, and 2.0 is told what was written', async () => {
  const { sink, samples } = makeMemorySink()
  const ways = await openWays(store, { telemetry: sink })
  const send = (body: Uint8Array, headers: Record<string, string>, query = 'factory=batam') =>
    ways.post(`prometheus?${query}`, compressed(body), headers)
  try {
    const first = await send(writeRequest(series(4)), headers1)
    assert.equal((await answerOf<RemoteWrittenWire>(first)).kept, 4)
    const second = await send(request2([...series(6), gpuSeries('n01', 0, 'DCGM_FI_DEV_SM_CLOCK', [{ value: 1, timestamp: 1 }])]), headers2)
    assert.deepEqual(
      ['samples', 'histograms', 'exemplars'].map((kind) => second.headers.get(`x-prometheus-remote-write-${kind}-written`)),
      ['6', '0', '0'],
    )
    const { kept, otherSeries, otherSamples, refused } = await answerOf<RemoteWrittenWire>(second)
    assert.deepEqual({ kept, otherSeries, otherSamples, refused }, { kept: 6, otherSeries: 1, otherSamples: 1, refused: 0 })
    assert.equal(samples.size, 6)
    // The longer name of 1.0 is a name of it too.
    await answerOf(
      await send(writeRequest(series(1)), { ...headers1, 'content-type': 'application/x-protobuf; proto=prometheus.WriteRequest' }),
    )
    for (const type of ['application/json', 'application/x-protobuf;proto=io.prometheus.write.v3.Request', 'text/plain'])
      assert.match(
        (await problemOf(await send(writeRequest(series(1)), { ...headers1, 'content-type': type }), 415)).detail,
        /io\.prometheus\.write\.v2\.Request/,
      )
    for (const encoding of ['gzip', 'zstd'])
      assert.match(
        (await problemOf(await send(writeRequest(series(1)), { ...headers1, 'content-encoding': encoding }), 415)).detail,
        /snappy, not/,
      )
    const { 'content-encoding': _, ...plain } = headers1
    await problemOf(await send(writeRequest(series(1)), plain), 415)
    await problemOf(await send(writeRequest(series(1)), headers1, 'factory=A%20B'), 400)
    await problemOf(await send(writeRequest(series(1)), headers1, ''), 400)
  } finally {
    await ways.close()
  }
})

test('API17 bad data is refused for good, with its reasons and what was written; a store that fails or is full asks to come again', async () => {
  const { sink, samples, fail } = makeMemorySink()
  const ways = await openWays(store, { telemetry: sink, limits: { writesAtOnceMax: 1, writesWaitingMax: 0, lingerMs: 50 } })
  const send = (body: Uint8Array, headers: Record<string, string> = headers2) => ways.post('prometheus?factory=batam', body, headers)
  try {
    const future = gpuSeries('n02', 0, 'DCGM_FI_DEV_GPU_UTIL', [{ value: 1, timestamp: wayNow * 1000 + 86_400_000 }])
    const partly = await send(compressed(request2([...series(2), future])))
    assert.equal(partly.headers.get('x-prometheus-remote-write-samples-written'), '2')
    const problem = await problemOf(partly, 400)
    assert.deepEqual(
      problem.errors!.map(({ pointer }) => pointer),
      ['/3'],
    )
    assert.equal(samples.size, 2)
    for (const body of [new Uint8Array([1, 2, 3]), compressed(new Uint8Array([9, 9, 9])), new Uint8Array()])
      assert.equal((await send(body)).headers.get('x-prometheus-remote-write-samples-written'), '0')
    assert.match((await problemOf(await send(compressed(new Uint8Array([9, 9, 9]))), 400)).detail, /protobuf/)
    fail(new Error('secret address of the store'))
    const failing = await send(compressed(request2(series(2))))
    assert.equal(failing.headers.get('retry-after'), '2')
    assert.doesNotMatch((await problemOf(failing, 503)).detail, /secret/)
    assert.match(ways.told.join(), /secret address/)
    fail(undefined)
    // One that is slow to send holds the only place: 503 and not 429, which Prometheus would take for "drop it".
    const slow = rawUpload(
      ways.port,
      'Content-Length: 100\r\nContent-Encoding: snappy',
      'prometheus?factory=batam',
      headers2['content-type'],
    )
    await sleep(200)
    const busy = await send(compressed(request2(series(2))))
    assert.equal(busy.headers.get('retry-after'), '2')
    await problemOf(busy, 503)
    slow.socket.destroy()
  } finally {
    await ways.close()
  }
  const without = await openWays(store)
  try {
    assert.match(
      (await problemOf(await without.post('prometheus?factory=batam', compressed(request2(series(1))), headers2), 503)).detail,
      /keeps no telemetry/,
    )
  } finally {
    await without.close()
  }
})
