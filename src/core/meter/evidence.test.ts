import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { acceptAll, meteredFacts, scheduleOf } from '../../../test/schedule.ts'
import { hashOf } from '../base/hash.ts'
import { monthInterval } from '../base/time.ts'
import { evidenceOf, note, type EvidenceLog } from './evidence.ts'
import { readingText } from './parse.ts'
import type { Reading } from './reading.ts'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const byText = (a: string, b: string): number => (a < b ? -1 : 1)

test('M19 evidence is the count and the hash of the sorted digests, whatever their order', () => {
  // Digests that share their first bytes are sorted by the rest.
  const digest = fc.oneof(
    fc.nat().map((i) => sha256(`${i}`)),
    fc.nat(300).map((i) => '0'.repeat(61) + i.toString(16).padStart(3, '0')),
    fc.nat(300).map((i) => `ffff${i.toString(16).padStart(3, '0')}`.padEnd(64, 'a')),
  )
  fc.assert(
    fc.property(fc.array(digest, { minLength: 1, maxLength: 60 }), (digests) => {
      const log: EvidenceLog = new Map()
      for (const each of digests) note(log, 'a', 'outage', each)
      assert.deepEqual(evidenceOf([log]), [
        { subject: 'a', kind: 'outage', readings: digests.length, sha256: sha256(digests.toSorted(byText).join('')) },
      ])
    }),
  )
})

test('M19 so it is for more digests than are written out at a time, and than are kept in one array', () => {
  const digests = Array.from({ length: 140_000 }, (_, i) => sha256(`${i}`))
  const log: EvidenceLog = new Map()
  for (const each of digests) note(log, 'a', 'outage', each)
  assert.equal(evidenceOf([log])[0]!.sha256, sha256(digests.toSorted(byText).join('')))
})

test('M19 what is no digest is a mistake of the caller', () => {
  for (const digest of [
    '',
    'abc',
    sha256('x').toUpperCase(),
    sha256('x').slice(1),
    `${sha256('x')}0`,
    sha256('x').replace(/./, 'g'),
    sha256('x').replace(/.$/, 'é'),
  ])
    assert.throws(() => note(new Map(), 'a', 'outage', digest), RangeError, digest)
})

test('M19 evidence names what had a part in the facts: by pool, by block, or by nobody', () => {
  const zone = 'Australia/Sydney'
  const window = monthInterval('2017-10', zone)
  const before = { from: window.from - 86_400, to: window.from }
  const say = (kind: string, id: string, more: Readonly<Record<string, unknown>>): Reading =>
    ({ kind, source: 's', id, ...more }) as unknown as Reading
  const charge = { pool: 'pool', product: 'spot', amount: '1', currency: 'AUD' }
  const fx = { base: 'AUD', quote: 'USD', rate: '0.7' }
  const plan = {
    zone,
    blocks: [{ id: 'a', commencement: '2017-07-01', maintenance: { gpuSecondsPerContractYear: 1e6, noticeSeconds: 0 } }],
  }
  const schedule = scheduleOf(plan)
  const used = [
    ...acceptAll(schedule),
    say('allocation', '1', { pool: 'pool', gpus: 1, ...window }),
    say('allocation', '2', { pool: 'pool', gpus: 0, ...window }),
    say('outage', '3', { block: 'a', gpus: 1, ...window }),
    say('maintenance', '4', { block: 'a', gpus: 1, ...before, noticeAt: 0 }),
    say('charge', '5', { ...charge, ...window }),
    say('credit', '6', { reduces: '5', amount: '1', currency: 'AUD' }),
    say('fx', '7', { ...fx, date: '2017-10-31' }),
  ]
  const others = [
    say('allocation', '11', { pool: 'pool', gpus: 1, ...before }),
    say('outage', '13', { block: 'a', gpus: 1, ...before }),
    // Announced too late, it is out of service, and before the window.
    say('maintenance', '14', { block: 'a', gpus: 1, ...before, noticeAt: window.to }),
    say('charge', '15', { ...charge, ...before }),
    say('credit', '16', { reduces: '15', amount: '1', currency: 'AUD' }),
    say('fx', '17', { ...fx, date: '2017-10-30' }),
  ]
  const digest = (index: number) => sha256(hashOf(readingText(used[index]!)))
  const both = [used[1]!, used[2]!].map((each) => hashOf(readingText(each))).toSorted(byText)
  assert.deepEqual(meteredFacts(schedule, window, [...others, ...used]).evidence, [
    { subject: '', kind: 'fx', readings: 1, sha256: digest(7) },
    { subject: 'a', kind: 'acceptance', readings: 1, sha256: digest(0) },
    { subject: 'a', kind: 'maintenance', readings: 1, sha256: digest(4) },
    { subject: 'a', kind: 'outage', readings: 1, sha256: digest(3) },
    { subject: 'pool', kind: 'allocation', readings: 2, sha256: sha256(both.join('')) },
    { subject: 'pool', kind: 'charge', readings: 1, sha256: digest(5) },
    { subject: 'pool', kind: 'credit', readings: 1, sha256: digest(6) },
  ])
})
