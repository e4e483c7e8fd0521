import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatInstant, parseInstant } from '../base/time.ts'
import { readInstant, readInstantIn, writeInstant } from './instants.ts'

const pad = (value: number, digits = 2) => `${value}`.padStart(digits, '0')
const civil = fc
  .tuple(
    fc.integer({ min: 0, max: 9999 }),
    fc.integer({ min: 0, max: 13 }),
    fc.integer({ min: 0, max: 32 }),
    fc.integer({ min: 0, max: 24 }),
    fc.integer({ min: 0, max: 60 }),
    fc.integer({ min: 0, max: 59 }),
  )
  .map(([year, month, day, hour, minute, second]) => `${pad(year, 4)}-${pad(month)}-${pad(day)}T${pad(hour)}:${pad(minute)}:${pad(second)}`)
const fraction = fc.constantFrom('', '', '.0', '.5', '.999999999', '.1234567890', '.')
const offset = fc.oneof(
  fc.constantFrom('Z', 'z', '+00:00', '-00:00', '+10:00', '-09:30', '+1100', '+24:00', '+10:60', '', '+1', 'Zx', '+10:00x'),
  fc.tuple(fc.constantFrom('+', '-'), fc.nat(23), fc.nat(59)).map(([sign, hours, minutes]) => `${sign}${pad(hours)}:${pad(minutes)}`),
)

test('M2 the arithmetic reads what the calendar reads, and nothing else, near every edge', () => {
  fc.assert(
    fc.property(civil, fraction, offset, (date, part, zone) => {
      const text = date + part + zone
      const expected = parseInstant(text, 'UTC')
      const read = readInstant(text, 'UTC')
      if (typeof expected === 'number') assert.equal(read, expected, text)
      else assert.equal(typeof read, 'string', text)
    }),
    { numRuns: 5000 },
  )
})

test('M2 every day of four centuries is read and written', () => {
  for (let days = -135_140; days < 73_050; days++) {
    const at = days * 86_400 + (((days % 86_400) + 86_400) % 86_400)
    const text = writeInstant(at)
    if (days % 97 === 0) assert.equal(text, formatInstant(at))
    assert.equal(readInstant(text, 'UTC'), at, text)
  }
  assert.equal(writeInstant(0), '1970-01-01T00:00:00Z')
  assert.equal(readInstant('2000-02-29T23:59:59Z', 'UTC'), 951_868_799)
  assert.match(`${readInstant('1900-02-29T00:00:00Z', 'UTC')}`, /must be a time/)
})

test('M2 what is written is RFC 3339 with Z', () => {
  const seconds = fc.oneof(
    fc.integer({ min: -62_000_000_000, max: 253_402_300_799 }),
    fc.integer({ min: 1_400_000_000, max: 2_000_000_000 }),
  )
  fc.assert(
    fc.property(seconds, (at) => assert.equal(writeInstant(at), formatInstant(at))),
    { numRuns: 2000 },
  )
})

test('M2 a fraction of a second is floored, before 1970 too', () => {
  assert.equal(readInstant('2017-10-01T00:00:00.999Z', 'UTC'), readInstant('2017-10-01T00:00:00Z', 'UTC'))
  assert.equal(readInstant('1969-12-31T23:59:59.5Z', 'UTC'), -1)
})

test('M2 a local time that a clock change skips or repeats is refused with both offsets', () => {
  const sydney = 'Australia/Sydney'
  assert.equal(readInstant('2017-10-01 01:59:59', sydney), readInstant('2017-10-01T01:59:59+10:00', sydney))
  assert.equal(readInstant('2017-10-01T03:00:00', sydney), readInstant('2017-10-01T03:00:00+11:00', sydney))
  assert.equal(
    readInstant('2017-10-01T02:30:00', sydney),
    '2017-10-01T02:30:00 does not exist in Australia/Sydney, where the clock goes from +10:00 to +11:00: write 2017-10-01T02:30:00+10:00 or 2017-10-01T02:30:00+11:00',
  )
  assert.equal(
    readInstant('2018-04-01 02:30', sydney),
    '2018-04-01 02:30 happens twice in Australia/Sydney, where the clock goes from +11:00 to +10:00: write 2018-04-01T02:30+11:00 or 2018-04-01T02:30+10:00',
  )
  // The clocks of Lord Howe change by half an hour.
  assert.match(`${readInstant('2017-10-01T02:15:00', 'Australia/Lord_Howe')}`, /from \+10:30 to \+11:00/)
  // What the message says to write can be written.
  assert.equal(readInstant('2018-04-01T02:30+10:00', sydney), Date.parse('2018-04-01T02:30+10:00') / 1000)
})

test('M2 anything else is refused with what would be right', () => {
  for (const text of [
    '',
    'yesterday',
    '2017-10-32',
    '2017-10-01T24:00:01Z',
    '2017-13-01T00:00:00Z',
    '17-10-01T00:00:00Z',
    '2017-02-30 00:00:00',
  ])
    assert.match(`${readInstant(text, 'Australia/Sydney')}`, /must be a time such as .*local time of Australia\/Sydney, not/, text)
})

test('M2 a day alone is refused with the time to write, and the end of what lasts through it', () => {
  assert.equal(
    readInstant('2017-12-31', 'Australia/Sydney'),
    'must be a time, and 2017-12-31 is a day: write 2017-12-31T00:00:00 (a local time of Australia/Sydney) for its first instant; what lasts through it ends at 2018-01-01T00:00:00',
  )
  // What the message says to write can be written.
  assert.equal(readInstant('2018-01-01T00:00:00', 'Australia/Sydney'), readInstant('2018-01-01T00:00:00+11:00', 'UTC'))
})

test('M2 a zone is asked for only where a text has none of its own, and what is not known of it is said', () => {
  const asked = () => assert.fail('the zone was asked for')
  assert.equal(readInstantIn('2017-10-01T00:00:00Z', asked), readInstant('2017-10-01T00:00:00Z', 'UTC'))
  assert.equal(
    readInstantIn('2017-10-01T00:00:00+1000', () => ({ unsaid: 'nobody says' })),
    readInstant('2017-09-30T14:00:00Z', 'UTC'),
  )
  assert.equal(
    readInstantIn('2017-10-01 00:00', () => ({ zone: 'Australia/Sydney' })),
    readInstant('2017-09-30T14:00:00Z', 'UTC'),
  )
  assert.equal(
    readInstantIn('2017-10-01 00:00', () => ({ unsaid: 'nobody says its zone' })),
    '2017-10-01 00:00 is a local time, and nobody says its zone: write its offset, as in 2017-10-01T00:00+10:00, or 2017-10-01T00:00Z where it is UTC',
  )
  assert.match(
    JSON.stringify(readInstantIn('1.10.2017', () => ({ unsaid: 'nobody says' }))),
    /^"must be a time such as .*a local time of its agreement, not/,
  )
  const unknown = { pointer: '/pool', message: 'is not there' }
  assert.deepEqual(
    readInstantIn('2017-10-01 00:00', () => ({ unknown })),
    { unknown },
  )
})
