import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { canonical, type Json } from './canonical.ts'
import { hashOf, hashOfJson } from './hash.ts'

const text = fc.string({ unit: 'grapheme' })
const json = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    text,
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(text, tie('value'), { maxKeys: 6 }),
  ),
})).value

/** The same value with the members of every object in another order. */
const shuffled = (value: Json): Json => {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map((item: Json) => shuffled(item))
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, member]) => [key, shuffled(member!)]),
  )
}

describe('canonical JSON', () => {
  test('B18 the published example of RFC 8785, section 3.2.2', () => {
    const published = String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`
    assert.equal(
      canonical(JSON.parse(published) as Json),
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    )
  })

  test('B18 the published order of members of RFC 8785, section 3.2.3: by UTF-16 code units', () => {
    const value = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    }
    assert.deepEqual(
      [...canonical(value).matchAll(/:"([^"]*)"/g)].map(([, member]) => member),
      [
        'Carriage Return',
        'One',
        'Control',
        'Latin Small Letter O With Diaeresis',
        'Euro Sign',
        'Emoji: Grinning Face',
        'Hebrew Letter Dalet With Dagesh',
      ],
    )
  })

  test('B18 the published numbers of RFC 8785, appendix B', () => {
    const samples: [bits: string, expected: string][] = [
      ['0000000000000000', '0'],
      ['8000000000000000', '0'],
      ['0000000000000001', '5e-324'],
      ['8000000000000001', '-5e-324'],
      ['7fefffffffffffff', '1.7976931348623157e+308'],
      ['ffefffffffffffff', '-1.7976931348623157e+308'],
      ['4340000000000000', '9007199254740992'],
      ['c340000000000000', '-9007199254740992'],
      ['4430000000000000', '295147905179352830000'],
      ['44b52d02c7e14af5', '9.999999999999997e+22'],
      ['44b52d02c7e14af6', '1e+23'],
      ['44b52d02c7e14af7', '1.0000000000000001e+23'],
      ['444b1ae4d6e2ef4e', '999999999999999700000'],
      ['444b1ae4d6e2ef4f', '999999999999999900000'],
      ['444b1ae4d6e2ef50', '1e+21'],
      ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
      ['3eb0c6f7a0b5ed8d', '0.000001'],
      ['41b3de4355555553', '333333333.3333332'],
      ['41b3de4355555554', '333333333.33333325'],
      ['41b3de4355555555', '333333333.3333333'],
      ['41b3de4355555556', '333333333.3333334'],
      ['41b3de4355555557', '333333333.33333343'],
      ['becbf647612f3696', '-0.0000033333333333333333'],
      ['43143ff3c1cb0959', '1424953923781206.2'],
    ]
    for (const [bits, expected] of samples) assert.equal(canonical(Buffer.from(bits, 'hex').readDoubleBE()), expected, bits)
    for (const bits of ['7fffffffffffffff', '7ff0000000000000', 'fff0000000000000'])
      assert.throws(() => canonical(Buffer.from(bits, 'hex').readDoubleBE()), TypeError, bits)
  })

  test('B18 it says the same as JSON, and the order in which members were written does not matter', () => {
    fc.assert(
      fc.property(json, (value) => {
        assert.deepEqual(JSON.parse(canonical(value)), JSON.parse(JSON.stringify(value)))
        assert.equal(canonical(shuffled(value)), canonical(value))
        assert.equal(canonical(JSON.parse(canonical(value)) as Json), canonical(value))
      }),
    )
  })

  test('B18 a member that is undefined is absent; half of a surrogate pair is refused wherever it stands', () => {
    assert.equal(canonical({ b: undefined, a: 1 }), '{"a":1}')
    for (const value of ['\ud800', ['a\udc00'], { '\ud83d': 1 }, { a: '\ude00\ud83d' }]) assert.throws(() => canonical(value), /surrogate/)
    assert.equal(canonical({ '\u{1f600}': '\u{1f600}' }), '{"\u{1f600}":"\u{1f600}"}')
  })
})

describe('hashes', () => {
  const nodeHash = (content: string | Uint8Array) => createHash('sha256').update(content).digest('hex')

  test('B19 a hash is SHA-256 in hex, of bytes or of the UTF-8 of a text', () => {
    // FIPS 180-4's own examples.
    assert.equal(hashOf(''), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
    assert.equal(hashOf('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
    fc.assert(
      fc.property(text, fc.uint8Array({ maxLength: 300 }), (some, bytes) => {
        assert.equal(hashOf(some), nodeHash(some))
        assert.equal(hashOf(bytes), nodeHash(bytes))
      }),
    )
  })

  test('B19 a content is named by the hash of its canonical bytes', () => {
    fc.assert(fc.property(json, (value) => assert.equal(hashOfJson(value), nodeHash(canonical(value)))))
    assert.equal(hashOfJson({ b: 1, a: [] }), nodeHash('{"a":[],"b":1}'))
  })
})
