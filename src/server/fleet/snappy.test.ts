import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import snappy from 'snappyjs'
import { uncompress } from './snappy.ts'

const compressed = (bytes: Uint8Array): Uint8Array => new Uint8Array(snappy.compress(Buffer.from(bytes)))
/** Text that repeats, as labels do, and text that does not. */
const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 3000 }),
  fc.array(fc.constantFrom('DCGM_FI_DEV_GPU_UTIL', 'Hostname', 'a', '\0'), { maxLength: 2000 }).map((words) => Buffer.from(words.join(''))),
)

test('F40 what a library compresses is given back, to the byte', () => {
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      const read = uncompress(compressed(bytes), 100_000)
      assert.ok('bytes' in read, JSON.stringify(read))
      assert.deepEqual(Buffer.from(read.bytes), Buffer.from(bytes))
    }),
  )
})

test('F40 elements of every kind, by the description of the format', () => {
  // "Wikipedia is" as a literal of 12; then 4 from 12 back by one byte, 4 from 8 back by two, 3 from 1 back by four: overlapping.
  const text = Buffer.from('Wikipedia is')
  const block = [23, 11 << 2, ...text, ((4 - 4) << 2) | 1, 12, ((4 - 1) << 2) | 2, 8, 0, ((3 - 1) << 2) | 3, 1, 0, 0, 0]
  const read = uncompress(Uint8Array.from(block), 100)
  assert.ok('bytes' in read, JSON.stringify(read))
  assert.equal(Buffer.from(read.bytes).toString(), 'Wikipedia isWikia issss')
  // Lengths of literals in one to four bytes of their own.
  for (const bytes of [1, 2, 3, 4]) {
    const length = [59 + bytes, 0, 0, 0, 0]
    const long = Uint8Array.from([
      61,
      length[0]! << 2,
      60,
      ...Array.from({ length: bytes - 1 }, () => 0),
      ...Array.from({ length: 61 }, () => 7),
    ])
    assert.ok('bytes' in uncompress(long, 100), `${bytes}`)
  }
})

test('F40 a block that is cut off, changed or lies about its length is refused, and never filled up', () => {
  fc.assert(
    fc.property(
      anyBytes.filter(({ length }) => length > 0),
      fc.nat(),
      (bytes, cut) => {
        const whole = compressed(bytes)
        const read = uncompress(whole.subarray(0, cut % whole.length), 100_000)
        assert.ok('problem' in read)
        assert.match(read.problem, /snappy block|cannot hold/)
      },
    ),
  )
  const of = (...bytes: number[]) => {
    const read = uncompress(Uint8Array.from(bytes), 1000)
    return 'problem' in read ? read.problem : 'bytes'
  }
  assert.match(of(), /begin with its length/)
  assert.match(of(0xff, 0xff, 0xff, 0xff, 0xff, 1), /begin with its length/)
  assert.match(of(2, 0, 7), /ends early/)
  assert.match(of(1, 4, 7, 7), /more than it declares/)
  assert.match(of(5, 0, 7, 1, 2), /before its beginning/)
  assert.match(of(5, 0, 7, 1, 0), /before its beginning/)
  assert.equal(of(0), 'bytes')
})

test('F40 what it would come to is held against the limit, and against what so few bytes can stand for, before memory is taken', () => {
  const declares = (length: number): Uint8Array => {
    const bytes = []
    for (let rest = length; ; rest = Math.floor(rest / 128)) {
      bytes.push(rest < 128 ? rest : (rest % 128) | 128)
      if (rest < 128) return Uint8Array.from(bytes)
    }
  }
  const before = process.memoryUsage().arrayBuffers
  for (let i = 0; i < 200; i++) {
    const large = uncompress(declares(2 ** 32 - 1), 2 ** 25)
    assert.ok('problem' in large && large.limit === true && large.problem.includes('4,294,967,295'))
    const lie = uncompress(declares(2 ** 25), 2 ** 25)
    assert.ok('problem' in lie && lie.limit === undefined && lie.problem.includes('cannot hold'))
  }
  assert.ok(process.memoryUsage().arrayBuffers - before < 2 ** 20)
})

test('F40 any bytes are read or refused, and nothing is thrown', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const read = uncompress(bytes, 5000)
      assert.ok('problem' in read || read.bytes.length <= 5000)
    }),
    { numRuns: 5000 },
  )
})
