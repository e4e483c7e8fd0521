import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { after, test } from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import type { Json } from '../../core/base/canonical.ts'
import { hashOfJson } from '../../core/base/hash.ts'
import { formatReading, readingColumns, readingContent } from '../../core/meter/parse.ts'
import type { Reading } from '../../core/meter/reading.ts'
import { anyReading } from '../../../test/readings.ts'
import type { Source } from './bytes.ts'
import { digestOf } from './digest.ts'
import { lineBytesMax } from './lines.ts'
import { readReadings, type ReadingBatch } from './readings-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'offtake-fleet-'))
after(() => rmSync(folder, { recursive: true }))

const utc = { zone: 'UTC' }
const collect = async (source: Source, batchRows = 10_000): Promise<ReadingBatch[]> =>
  Array.fromAsync(readReadings(source, { ...utc, batchRows }))
const streamOf = (bytes: Buffer, name = 'readings', cuts: readonly number[] = []): Source => {
  const edges = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length]
  return { stream: Readable.from(edges.slice(1).map((to, i) => bytes.subarray(edges[i], to))), name }
}
const fileOf = (name: string, content: string | Buffer): Source => {
  writeFileSync(join(folder, name), content)
  return { path: join(folder, name) }
}
const rowsOf = (batches: readonly ReadingBatch[]) => batches.flatMap(({ rows }) => rows)
const refusalsOf = (batches: readonly ReadingBatch[]) => batches.flatMap(({ refusals }) => refusals)
const told = (batches: readonly ReadingBatch[]): string[] =>
  refusalsOf(batches).flatMap(({ line, problems }) => problems.map(({ pointer, message }) => `${line} ${pointer} ${message}`))

/** Readings under ids that a CSV has to quote, now and then. */
const readings = fc
  .array(fc.tuple(anyReading(fc.constant('site'), fc.constant('-')), fc.constantFrom('', ', ', '"', '""', ' é漢🙂 ')), { maxLength: 30 })
  .map((pairs) => pairs.map(([reading, odd], i): Reading => ({ ...reading, id: `r${odd}${i}` })))

const ndjsonOf = (all: readonly Reading[], end = '\n'): string =>
  all.map((reading) => JSON.stringify(formatReading(reading)) + end).join('')

const cellOf = (value: Json | undefined, always: boolean): string => {
  const text = value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value)
  return always || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
const csvOf = (all: readonly Reading[], { end = '\n', quoted = false, columns = readingColumns } = {}): string => {
  const valueAt = (wire: Record<string, Json>, column: string): Json | undefined =>
    column.startsWith('affiliate.') ? (wire['affiliate'] as Record<string, Json> | undefined)?.[column.slice(10)] : wire[column]
  const row = (reading: Reading) =>
    columns.map((column) => cellOf(valueAt(formatReading(reading) as Record<string, Json>, column), quoted)).join(',')
  return [columns.join(','), ...all.map(row)].map((line) => line + end).join('')
}

const shape = (batches: readonly ReadingBatch[]) => batches.map(({ rows, refusals, stopped }) => ({ rows, refusals, stopped }))
const cuts = fc.array(fc.nat(), { maxLength: 12 })

test('F1 any chunking of the bytes, plain or gzip, gives the same readings in the same batches', async () => {
  const bad = fc.constantFrom('', '   ', '{"kind":', '[]', '{"kind":"fx"}')
  const lines = fc.tuple(readings, fc.array(fc.tuple(fc.nat(30), bad), { maxLength: 4 }), fc.boolean())
  await fc.assert(
    fc.asyncProperty(lines, cuts, fc.integer({ min: 1, max: 9 }), async ([all, faults, ended], at, batchRows) => {
      const texts = all.map((reading) => JSON.stringify(formatReading(reading)))
      for (const [place, text] of faults) texts.splice(place, 0, text)
      const bytes = Buffer.from(texts.join('\n') + (ended ? '\n' : ''))
      const whole = shape(await collect(streamOf(bytes), batchRows))
      assert.deepEqual(shape(await collect(streamOf(bytes, 'x', at), batchRows)), whole)
      assert.deepEqual(shape(await collect(streamOf(gzipSync(bytes), 'x', at), batchRows)), whole)
      assert.deepEqual(shape(await collect(fileOf('chunks', bytes), batchRows)), whole)
      assert.deepEqual(
        whole.slice(0, -1).map(({ rows, refusals }) => rows.length + refusals.length),
        whole.slice(1).map(() => batchRows),
      )
      assert.deepEqual(
        whole.flatMap(({ rows }) => rows.map(({ reading }) => reading)),
        all,
      )
    }),
    { numRuns: 60 },
  )
})

test('F1 one byte at a time, a member of gzip at a time, and no bytes at all', async () => {
  const line = '{"kind":"fx","source":"bank","id":"é","base":"AUD","quote":"USD","date":"2026-08-03","rate":"0.65"}\n'
  const bytes = Buffer.from(line + line.replace('é', '漢'))
  for (const source of [bytes, gzipSync(bytes), Buffer.concat([gzipSync(line), gzipSync(line.replace('é', '漢'))])])
    assert.deepEqual(
      rowsOf(
        await collect(
          streamOf(
            source,
            'bank',
            Array.from({ length: source.length }, (_, i) => i),
          ),
        ),
      ).map(({ reading }) => reading.id),
      ['é', '漢'],
    )
  assert.deepEqual(await collect(streamOf(Buffer.alloc(0))), [])
})

test('F2 a CSV of the same readings gives the same readings and digests, however it is quoted, ended and chunked', async () => {
  const styles = fc.record({ end: fc.constantFrom('\n', '\r\n'), quoted: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(readings, styles, fc.constantFrom('', '\uFEFF'), cuts, async (all, style, mark, at) => {
      const fromJson = rowsOf(await collect(streamOf(Buffer.from(mark + ndjsonOf(all, style.end)), 'a.ndjson', at)))
      const fromCsv = rowsOf(await collect(streamOf(Buffer.from(mark + csvOf(all, style)), 'a.csv', at)))
      const said = (rows: typeof fromCsv) => rows.map(({ reading, digest }) => ({ reading, digest }))
      assert.deepEqual(said(fromCsv), said(fromJson))
      assert.deepEqual(
        fromCsv.map(({ reading }) => reading),
        all,
      )
    }),
    { numRuns: 60 },
  )
})

test('F2 the format is taken from the name, from the caller, or else from the first character', async () => {
  const reading: Reading = { kind: 'withdrawal', source: 'site', id: 'b', replaces: 'a', revision: 1 }
  const csv = csvOf([reading], { columns: ['kind', 'source', 'id', 'replaces', 'revision'] })
  const sources: readonly Source[] = [
    fileOf('one.csv', csv),
    fileOf('one.CSV.gz', gzipSync(csv)),
    fileOf('one.jsonl', ndjsonOf([reading])),
    fileOf('csv', csv),
    fileOf('ndjson', `\n  ${ndjsonOf([reading])}`),
    { stream: Readable.from([Buffer.from(csv)]), name: 'stdin', format: 'csv' },
    { stream: Readable.from([csv]), name: 'stdin' },
  ]
  for (const source of sources) assert.deepEqual(rowsOf(await collect(source))[0]?.reading, reading)
})

test('F3 every refusal has its line and all problems of it, and the good lines beside it are given', async () => {
  const good = '{"kind":"fx","source":"bank","id":"1","base":"AUD","quote":"USD","date":"2026-08-03","rate":"0.65"}'
  const bad = good.replace('"AUD"', '"XXQ"').replace('"0.65"', '0.65')
  const batches = await collect(streamOf(Buffer.from(`${good}\n\n${bad}\nnonsense\n${good}`), 'a.ndjson'))
  assert.deepEqual(
    rowsOf(batches).map(({ line }) => line),
    [1, 5],
  )
  const [base, rate, json, ...rest] = told(batches)
  assert.match(base!, /^3 \/base must be a currency code/)
  assert.match(rate!, /^3 \/rate must be a rate above zero as a decimal string/)
  assert.match(json!, /^4 {2}is no JSON: .*One reading is one object on one line/)
  assert.deepEqual(rest, [])
  assert.ok(refusalsOf(batches).every(({ line, problems }) => problems.every((problem) => problem.line === line)))
})

test('F3 in a CSV the line is where the record begins, whatever line ends its cells hold', async () => {
  const rows = [
    'kind,source,id,replaces,revision',
    'withdrawal,s,"a',
    'b",x,1',
    'withdrawal,s,c,x,1',
    'withdrawal,s,"d"e,x,1',
    'withdrawal,s,f"g,x,1',
    'withdrawal,s,h',
    '',
    'withdrawal,s,i,x,1',
  ]
  const batches = await collect(streamOf(Buffer.from(rows.join('\r\n')), 'a.csv'))
  assert.deepEqual(
    rowsOf(batches).map(({ line, reading }) => `${line} ${reading.id}`),
    ['4 c', '9 i'],
  )
  const [newline, trailing, inside, cells, ...rest] = told(batches)
  assert.match(newline!, /^2 \/id must be 1 to 200 printable characters/)
  assert.match(trailing!, /^5 {2}has text after the closing quote/)
  assert.match(inside!, /^6 {2}has a quote inside a cell that does not begin with one/)
  assert.match(cells!, /^7 {2}has 3 cells where the header has 5 columns/)
  assert.deepEqual(rest, [])
})

const goodLine = '{"kind":"withdrawal","source":"s","id":"b","replaces":"a","revision":1}\n'

test('F4 a line of two gigabytes is refused with its number after little more than a megabyte was read', async () => {
  const chunk = Buffer.alloc(2 ** 16, 'x')
  let made = 0
  const endless = function* () {
    yield Buffer.from(goodLine + goodLine)
    for (; made < 2 ** 31; made += chunk.length) yield chunk
    yield Buffer.from(`\n${goodLine}`)
  }
  const batches = await collect({ stream: Readable.from(endless()), name: 'a.ndjson' })
  assert.deepEqual(
    rowsOf(batches).map(({ line }) => line),
    [1, 2],
  )
  assert.deepEqual(told(batches), [`3  the line is longer than 1,048,576 bytes, so nothing from here on is read. One reading is one line`])
  assert.equal(batches.at(-1)!.stopped, true)
  // A stream reads a few chunks ahead of whoever takes them.
  assert.ok(made < lineBytesMax + 64 * chunk.length, `${made} bytes were made`)
})

test('F4 the longest line is one mebibyte with its end, chunked or whole, packed or not', async () => {
  const lineOf = (bytes: number) => `${goodLine.slice(0, -1)}${' '.repeat(bytes - goodLine.length)}\n`
  for (const [bytes, readable] of [
    [lineBytesMax, 2],
    [lineBytesMax + 1, 1],
  ] as const) {
    const content = Buffer.from(goodLine + lineOf(bytes))
    for (const source of [streamOf(content), streamOf(content, 'x', [500, 600_000, 900_000]), streamOf(gzipSync(content))])
      assert.equal(rowsOf(await collect(source)).length, readable)
  }
})

test('F4 a gzip that is cut off anywhere is refused as ending early; lines before it may be given, none after', async () => {
  const lines = Array.from({ length: 3000 }, (_, i) => goodLine.replace('"b"', `"${i * 7919}-${(i * 104729) % 9973}"`))
  const packed = gzipSync(lines.join(''))
  for (const part of [3, 12, packed.length >> 1, packed.length - 9, packed.length - 1]) {
    const batches = await collect(fileOf('cut.ndjson.gz', packed.subarray(0, part)))
    const { line, problems } = batches.at(-1)!.refusals.at(-1)!
    assert.match(problems[0]!.message, /^the file ends early: its gzip data is cut off/)
    assert.equal(batches.at(-1)!.stopped, true)
    assert.equal(refusalsOf(batches).length, 1)
    assert.equal(line, rowsOf(batches).length + 1, 'the line that could not be read')
    assert.equal(batches.at(-1)!.bytesTotal, part)
  }
})

test('F4 a damaged gzip, a quote that is never closed, bytes that are not UTF-8 and a file that is not there are refused', async () => {
  const packed = gzipSync(Array.from({ length: 500 }, (_, i) => goodLine.replace('"b"', `"${i}"`)).join(''))
  packed.fill(0xff, packed.length >> 1, (packed.length >> 1) + 20)
  const damaged = await collect(fileOf('damaged.gz', packed))
  assert.match(told(damaged).at(-1)!, /the gzip data is damaged from here on/)

  const header = 'kind,source,id,replaces,revision\n'
  const open = await collect(streamOf(Buffer.from(`${header}withdrawal,s,b,a,1\nwithdrawal,s,"c,a,1\nwithdrawal,s,d,a,1\n`), 'a.csv'))
  assert.deepEqual([rowsOf(open).length, told(open)[0]?.slice(0, 49)], [1, '3  a quoted cell that begins here is never closed'])
  const endless = await collect(
    streamOf(Buffer.from(`${header}withdrawal,s,"${'c,a,1\nwithdrawal,s,d,'.repeat(90_000)}`), 'a.csv', [700_000, 1_300_000]),
  )
  assert.match(told(endless)[0]!, /^2 {2}a quoted cell goes on for more than 1048576 characters/)
  assert.deepEqual([told(endless).length, endless.at(-1)!.stopped], [1, true])

  const latin = await collect(
    streamOf(Buffer.concat([Buffer.from(goodLine), Buffer.from('{"id":"\xe9"}\n', 'latin1'), Buffer.from(goodLine)])),
  )
  assert.deepEqual([rowsOf(latin).length, told(latin)[0]?.slice(0, 24)], [1, '2  the line is not UTF-8'])
  const excel = await collect(streamOf(Buffer.from(`\uFEFF${goodLine}`, 'utf16le')))
  assert.match(told(excel)[0]!, /^1 {2}the line is not UTF-8.*Save the file as UTF-8/)

  assert.deepEqual(told(await collect({ path: join(folder, 'nowhere.csv') })), ['1  there is no such file'])
  assert.deepEqual(told(await collect({ path: folder })), ['1  is a folder; name a file'])
})

test('F4 a CSV with a column nobody knows is refused whole: the column, and the nearest that is known', async () => {
  const bad = await collect(streamOf(Buffer.from('kind,source,id,gpu,from,to,pool,id\nallocation,s,a,1,x,y,z,a\n'), 'a.csv'))
  assert.deepEqual(told(bad), ['1  column "gpu" is unknown: did you mean gpus?', '1  column "id" is there twice'])
  assert.deepEqual([rowsOf(bad).length, bad.at(-1)!.stopped], [0, true])
  const torn = await collect(streamOf(Buffer.from('kind,so"urce,id\nwithdrawal,s,a\nwithdrawal,s,b\n'), 'a.csv'))
  assert.deepEqual([told(torn).length, rowsOf(torn).length, torn.at(-1)!.stopped], [1, 0, true])
  assert.match(told(await collect(streamOf(Buffer.alloc(0), 'a.csv')))[0]!, /^1 {2}is empty: a CSV begins with its column names/)
  assert.match(
    told(await collect(streamOf(Buffer.from('"kind,source'), 'a.csv')))[0]!,
    /^1 {2}a quoted cell that begins here is never closed/,
  )
})

test('F4 a CSV that semicolons or tabs separate is said to be that, once, and commas are', async () => {
  for (const [sign, word] of [
    [';', 'semicolons'],
    ['\t', 'tabs'],
  ] as const)
    for (const quote of ['', '"']) {
      const header = ['kind', 'source', 'id', 'gpus'].map((name) => quote + name + quote).join(sign)
      const batches = await collect(streamOf(Buffer.from(`\uFEFF${header}\r\nallocation${sign}s${sign}a${sign}1\r\n`), 'a.csv'))
      assert.equal(batches.at(-1)!.stopped, true)
      const [message, ...rest] = told(batches)
      assert.match(message!, new RegExp(`^1 {2}this file is separated by ${word}; commas are expected`))
      assert.deepEqual(rest, [])
    }
  // A semicolon among commas is part of a name, and what names no column is not guessed at.
  assert.match(told(await collect(streamOf(Buffer.from('kind;x,source,id\n'), 'a.csv')))[0]!, /^1 {2}column "kind;x" is unknown/)
  assert.match(told(await collect(streamOf(Buffer.from('a;b\n'), 'a.csv')))[0]!, /^1 {2}column "a;b" is unknown/)
})

test('F4 what is no fault of the input is thrown', async () => {
  const broken = Readable.from(
    (function* () {
      yield Buffer.from(goodLine)
      throw new Error('the network went away')
    })(),
  )
  await assert.rejects(collect({ stream: broken, name: 'a.ndjson' }), /the network went away/)
})

test('F5 a digest is the hash of the canonical content; when it was learned is no part of it', () => {
  fc.assert(
    fc.property(anyReading(fc.constant('site'), fc.constantFrom('a', 'ü"\\', '漢')), fc.nat(), (reading, recordedAt) => {
      assert.equal(digestOf(reading), hashOfJson(readingContent(reading)))
      assert.equal(digestOf({ ...reading, recordedAt }), digestOf(reading))
      assert.notEqual(digestOf({ ...reading, id: `${reading.id}2` }), digestOf(reading))
    }),
  )
})

test('F1 progress is counted in bytes of the file as it is on disk', async () => {
  const packed = gzipSync(goodLine.repeat(50_000))
  const batches = await collect(fileOf('progress.gz', packed), 1000)
  assert.equal(gunzipSync(packed).length, goodLine.length * 50_000)
  assert.deepEqual([batches.length, batches.at(-1)!.bytesRead, batches.at(-1)!.bytesTotal], [50, packed.length, packed.length])
  assert.equal((await collect(streamOf(packed)))[0]!.bytesTotal, undefined)
})
