import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compressed, gpuSeries, request2, writeRequest, type SentSeries } from '../../../test/remote-write.ts'
import { ingestLimits } from '../api/ingest-limits.ts'
import { dcgmMetrics } from './dcgm.ts'
import { readRemoteWrite, type RemoteWrite, type RemoteWriteLimits } from './remote-write.ts'
import type { WireVersion } from './remote-write-wire.ts'

const nowMs = Date.UTC(2027, 2, 5, 12)
const limits: RemoteWriteLimits = ingestLimits
const read = (bytes: Uint8Array, version: WireVersion = '1.0', more: Partial<RemoteWriteLimits> = {}): RemoteWrite =>
  readRemoteWrite({ body: compressed(bytes), version, factory: 'batam', nowMs, limits: { ...limits, ...more } })
const soundly = (bytes: Uint8Array, version: WireVersion = '1.0') => {
  const answer = read(bytes, version)
  assert.ok(answer.kind === 'read', JSON.stringify(answer))
  return answer
}
/** The samples of a batch, one a line. */
const lines = ({ batch: { factory, series, of, timestampMs, value } }: ReturnType<typeof soundly>): string[] =>
  [...of].map((at, i) => `${factory} ${series[at]!.node} ${series[at]!.gpu} ${series[at]!.metric} ${timestampMs[i]} ${value[i]}`)

const sample = (value: number, ago = 0) => ({ value, timestamp: nowMs - ago })
const anySeries: fc.Arbitrary<SentSeries> = fc
  .tuple(
    fc.constantFrom('n1', 'fa-r001-n01', 'ü'),
    fc.integer({ min: 0, max: 255 }),
    fc.constantFrom(...dcgmMetrics, 'node_load1', 'DCGM_FI_DEV_SM_CLOCK'),
    fc.array(
      fc.tuple(fc.double({ min: 0, max: 1e15, noNaN: true }), fc.nat(86_400_000)).map(([value, ago]) => sample(value, ago)),
      { maxLength: 5 },
    ),
  )
  .map(([node, gpu, metric, samples]) => gpuSeries(node, gpu, metric, samples))

test('F41 F42 both versions give the same samples, whose values and times are those that were sent', () => {
  fc.assert(
    fc.property(fc.array(anySeries, { maxLength: 20 }), (series) => {
      const first = soundly(writeRequest(series))
      const second = soundly(request2(series), '2.0')
      const expected = series.flatMap(({ labels, samples }) =>
        (dcgmMetrics as readonly string[]).includes(labels['__name__']!)
          ? samples
              .filter(
                ({ value }) => labels['__name__'] === 'DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION' || !(value >= 2 ** 47 && value < 2 ** 47 + 4),
              )
              .map(({ value, timestamp }) => `batam ${labels['Hostname']} ${labels['gpu']} ${labels['__name__']} ${timestamp} ${value}`)
          : [],
      )
      assert.deepEqual(lines(first), expected)
      assert.deepEqual(lines(second), expected)
      assert.deepEqual(second.counts, first.counts)
      assert.equal(first.counts.kept, expected.length)
    }),
  )
})

test('F42 the node is told by Hostname, hostname, or the instance without its port; a slice of a GPU is none of ours', () => {
  const power = (labels: Record<string, string>) => ({
    labels: { __name__: 'DCGM_FI_DEV_POWER_USAGE', gpu: '3', ...labels },
    samples: [sample(700)],
  })
  const answer = soundly(
    writeRequest([
      power({ Hostname: 'old', instance: 'x:9400' }),
      power({ hostname: 'new', instance: 'x:9400' }),
      power({ instance: 'only:9400' }),
      power({ Hostname: 'old', GPU_I_ID: '1' }),
      power({}),
      { labels: { __name__: 'DCGM_FI_DEV_POWER_USAGE', Hostname: 'n' }, samples: [sample(1), sample(2)] },
      { labels: { __name__: 'DCGM_FI_DEV_POWER_USAGE', Hostname: 'n', gpu: '256' }, samples: [sample(1)] },
      { labels: { Hostname: 'n', gpu: '1' }, samples: [sample(1)] },
      { labels: { __name__: 'up', instance: 'x:9400' }, samples: [sample(1)] },
    ]),
  )
  assert.deepEqual(
    answer.batch.series.map(({ node }) => node),
    ['old', 'new', 'only'],
  )
  assert.deepEqual(answer.counts, {
    kept: 3,
    blank: 0,
    stale: 0,
    notNumbers: 0,
    otherSeries: 2,
    otherSamples: 2,
    otherRecords: 0,
    refused: 5,
  })
  assert.deepEqual(
    answer.refusals.map(({ series }) => series),
    [5, 6, 7, 8],
  )
  assert.match(answer.refusals[0]!.problem, /Hostname, hostname or instance/)
  assert.match(answer.refusals[3]!.problem, /__name__/)
})

/** A double with these bits, which arithmetic would not keep. */
const withBits = (bytes: Uint8Array, value: number, bits: bigint): Uint8Array => {
  const wanted = Buffer.alloc(8)
  wanted.writeDoubleLE(value)
  const at = Buffer.from(bytes).indexOf(wanted)
  assert.ok(at > 0)
  const changed = Buffer.from(bytes)
  changed.writeBigUInt64LE(bits, at)
  return changed
}

test('F42 what DCGM did not measure, what is no number and what ends a series is taken out and counted, not refused', () => {
  const blanks = [Number('9223372036854775794'), Number('9223372036854775792'), 2147483632, 140737488355330]
  const blank = soundly(
    writeRequest([
      gpuSeries(
        'n',
        0,
        'DCGM_FI_DEV_POWER_USAGE',
        blanks.map((value, i) => sample(value, i)),
      ),
    ]),
  )
  assert.deepEqual([blank.counts.blank, blank.counts.kept, blank.counts.refused], [4, 0, 0])
  // A counter of energy passes the smaller ones on its way.
  const energy = soundly(
    writeRequest([
      gpuSeries(
        'n',
        0,
        'DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION',
        blanks.map((value, i) => sample(value, i)),
      ),
    ]),
  )
  assert.deepEqual([energy.counts.blank, energy.counts.kept], [2, 2])
  for (const [encode, version] of [
    [writeRequest, '1.0'],
    [request2, '2.0'],
  ] as const) {
    const one = encode([gpuSeries('n', 0, 'DCGM_FI_DEV_GPU_UTIL', [sample(5), sample(123.456, 1)])])
    const stale = soundly(withBits(one, 123.456, 0x7ff0000000000002n), version)
    assert.deepEqual([stale.counts.stale, stale.counts.notNumbers, stale.counts.kept], [1, 0, 1])
    const none = soundly(withBits(one, 123.456, 0x7ff8000000000001n), version)
    assert.deepEqual([none.counts.stale, none.counts.notNumbers, none.counts.kept], [0, 1, 1])
  }
})

test('F41 samples of long ago, of the future and without end are refused one by one, and the others are kept', () => {
  const day = 86_400_000
  const answer = soundly(
    writeRequest([
      gpuSeries('n', 0, 'DCGM_FI_DEV_GPU_UTIL', [
        sample(1, 3650 * day),
        sample(2, 60_000),
        sample(3, -day),
        sample(4, -300_000),
        sample(Infinity, 5),
      ]),
    ]),
  )
  assert.deepEqual([...answer.batch.value], [2, 4])
  assert.equal(answer.counts.refused, 3)
  const told = answer.refusals.map(({ problem }) => problem).join('\n')
  for (const word of ['2017-03-07', 'sampleAgeSecondsMax', '2027-03-06', 'sampleAheadSecondsMax', 'infinite'])
    assert.match(told, new RegExp(word))
  // A time that is no time at all.
  const far = soundly(
    writeRequest([
      gpuSeries('n', 0, 'DCGM_FI_DEV_GPU_UTIL', [
        { value: 1, timestamp: Number.MAX_SAFE_INTEGER },
        { value: 1, timestamp: -8e15 },
      ]),
    ]),
  )
  assert.equal(far.counts.refused, 2)
})

test('F41 each limit refuses by its name, as soon as it is reached', () => {
  const many = Array.from({ length: 11 }, (_, i) => gpuSeries('n', i, 'DCGM_FI_DEV_GPU_UTIL', [sample(1), sample(1, 1)]))
  const labels = Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`label_${i}`, 'x']))
  const long = gpuSeries('n', 0, 'DCGM_FI_DEV_GPU_UTIL', [], { note: 'x'.repeat(4097) })
  const cases: [string, Uint8Array, WireVersion, Partial<RemoteWriteLimits>][] = [
    ['seriesMax', writeRequest(many), '1.0', { seriesMax: 10 }],
    ['seriesMax', request2(many), '2.0', { seriesMax: 10 }],
    ['samplesMax', writeRequest(many), '1.0', { samplesMax: 21 }],
    ['symbolsMax', request2(many), '2.0', { symbolsMax: 20 }],
    ['labelsMax', writeRequest([{ labels, samples: [] }]), '1.0', {}],
    ['labelsMax', request2([{ labels, samples: [] }]), '2.0', {}],
    ['labelBytesMax', writeRequest([long]), '1.0', {}],
    ['labelBytesMax', request2([long]), '2.0', {}],
    ['remoteWriteTextBytesMax', writeRequest(many), '1.0', { remoteWriteTextBytesMax: 100 }],
  ]
  for (const [limit, bytes, version, more] of cases) {
    const answer = read(bytes, version, more)
    assert.ok(answer.kind === 'too large', `${limit}: ${JSON.stringify(answer)}`)
    assert.equal(answer.limit, limit)
  }
})

test('F41 a million labels in one series, or in a million, take time and memory for no more than the limits', () => {
  const label = Buffer.from([10, 6, 10, 1, 97, 18, 1, 98])
  const bomb = Buffer.concat(Array.from({ length: 1_000_000 }, () => label))
  const varint = (value: number): number[] => (value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))])
  const inOne = Buffer.concat([Buffer.from([10, ...varint(bomb.length)]), bomb])
  const inMany = Buffer.concat(Array.from({ length: 1_000_000 }, () => Buffer.concat([Buffer.from([10, label.length]), label])))
  for (const [bytes, limit] of [
    [inOne, 'labelsMax'],
    [inMany, 'seriesMax'],
  ] as const) {
    const [started, before] = [performance.now(), process.memoryUsage.rss()]
    const answer = read(bytes)
    assert.equal(answer.kind === 'too large' && answer.limit, limit)
    assert.ok(process.memoryUsage.rss() - before < 150 * 2 ** 20)
    assert.ok(performance.now() - started < 10_000)
  }
})

test('F41 labels that are doubled or refer to nothing, texts that are not UTF-8 and what is no protobuf is told', () => {
  const double = Buffer.from([10, 16, 10, 6, 10, 1, 97, 18, 1, 98, 10, 6, 10, 1, 97, 18, 1, 98])
  assert.match(soundly(double).refusals[0]!.problem, /label "a" twice/)
  const astray = soundly(Buffer.from([34, 0, 42, 4, 10, 2, 0, 9]), '2.0')
  assert.match(astray.refusals[0]!.problem, /symbol beyond the 1/)
  assert.match(soundly(Buffer.from([34, 0, 42, 3, 10, 1, 0]), '2.0').refusals[0]!.problem, /in pairs/)
  const problemOf = (bytes: number[], version: WireVersion = '1.0') => {
    const answer = read(Buffer.from(bytes), version)
    assert.ok(answer.kind === 'malformed', JSON.stringify(answer))
    return answer.problem
  }
  assert.match(problemOf([10, 8, 10, 6, 10, 1, 0xff, 18, 1, 98]), /not UTF-8/)
  assert.match(problemOf([10, 100, 1]), /beyond the one it lies in/)
  assert.match(problemOf([0, 1]), /number 0/)
  assert.match(problemOf([34, 1, 97], '2.0'), /empty text/)
  // The message of one version under the name of the other.
  assert.match(problemOf([...writeRequest([gpuSeries('n', 0, 'DCGM_FI_DEV_GPU_UTIL', [sample(1)])])], '2.0'), /no series of version 2\.0/)
  assert.match(problemOf([...request2([gpuSeries('n', 0, 'DCGM_FI_DEV_GPU_UTIL', [sample(1)])])], '1.0'), /no series of version 1\.0/)
  // What Prometheus tells of metrics now and then has no samples.
  assert.equal(soundly(writeRequest([], { metadata: [{ type: 1, metricFamilyName: 'x' }] })).counts.kept, 0)
})

test('F41 any bytes, and any change of a sound request, are read or refused within the limits, and nothing is thrown', () => {
  const sound = fc
    .array(anySeries, { minLength: 1, maxLength: 5 })
    .chain((series) => fc.constantFrom(writeRequest(series), request2(series)))
  const changed = fc.tuple(sound, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }), fc.nat()).map(([bytes, changes, cut]) => {
    const copy = Uint8Array.from(bytes)
    for (const [at, byte] of changes) copy[at % copy.length] = byte
    return cut % 3 === 0 ? copy.subarray(0, cut % copy.length) : copy
  })
  const bodies = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((bytes) => ({ bytes, raw: true })),
    changed.map((bytes) => ({ bytes, raw: false })),
  )
  fc.assert(
    fc.property(bodies, fc.constantFrom<WireVersion>('1.0', '2.0'), ({ bytes, raw }, version) => {
      const answer = readRemoteWrite({
        body: raw ? bytes : compressed(bytes),
        version,
        factory: 'f',
        nowMs,
        limits: { ...limits, samplesMax: 50 },
      })
      if (answer.kind !== 'read') {
        assert.ok(answer.problem.length > 10)
        return
      }
      const { of, value, timestampMs, series } = answer.batch
      assert.ok(of.length <= 50 && of.length === answer.counts.kept && value.every(Number.isFinite))
      assert.ok(of.every((at) => at < series.length) && timestampMs.every((ms) => ms <= nowMs + 600_000))
    }),
    { numRuns: 3000 },
  )
})
