import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { rational, over, toFixed } from './rational.ts'
import { during, integrate, integrateBuckets, since } from './steps.ts'
import {
  addDays,
  contractYearOf,
  contractYearStart,
  dateOf,
  dayEdges,
  dayOfWeek,
  daysBetween,
  endOfDate,
  formatInstant,
  formatLocal,
  hourEdges,
  isDate,
  isMonth,
  isZone,
  monthInterval,
  monthOf,
  nextMonth,
  parseInstant,
  startOfDate,
  type Interval,
} from './time.ts'

const zones = [
  'UTC',
  'Australia/Sydney',
  'Australia/Lord_Howe', // changes by half an hour
  'Asia/Jakarta',
  'Asia/Kathmandu', // +05:45
  'America/New_York',
  'America/Sao_Paulo', // changed at midnight until 2018: some days begin at 01:00
  'America/St_Johns', // set back at 00:01 until 2011: midnight happens twice
  'Pacific/Apia', // left out 2011-12-30
  'Africa/Casablanca',
  'Europe/London',
]
const zoneOf = fc.constantFrom(...zones)
const hour = 3600
const second = (text: string): number => {
  const [date, time] = text.replace('Z', '').split('T') as [string, string]
  const [year, month, day] = date.split('-').map(Number) as [number, number, number]
  const [hours, minutes, seconds = 0] = time.split(':').map(Number) as [number, number, number?]
  return Date.UTC(year, month - 1, day, hours, minutes, seconds) / 1000
}
const instants = fc.integer({ min: second('2000-01-01T00:00Z'), max: second('2030-01-01T00:00Z') })
const dates = fc.integer({ min: 0, max: 10_950 }).map((days) => addDays('2000-01-01', days))
const months = fc
  .tuple(fc.integer({ min: 2000, max: 2029 }), fc.integer({ min: 1, max: 12 }))
  .map(([year, month]) => `${year}-${`${month}`.padStart(2, '0')}`)

/** What a wall clock shows, by a method of its own: the internationalisation library instead of Temporal. */
const clocks = new Map<string, Intl.DateTimeFormat>()
const shown = (at: number, zone: string): string => {
  if (!clocks.has(zone)) clocks.set(zone, new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' }))
  return clocks.get(zone)!.format(at * 1000)
}
const hoursOf = ({ from, to }: Interval): number => (to - from) / hour
const day = (date: string, zone: string): Interval => ({ from: startOfDate(date, zone), to: endOfDate(date, zone) })

describe('instants', () => {
  test('B7 an instant is written in RFC 3339 with Z and read back, with any offset', () => {
    fc.assert(
      fc.property(instants, fc.integer({ min: -14 * 60, max: 14 * 60 }), (at, offset) => {
        assert.equal(parseInstant(formatInstant(at), 'Australia/Sydney'), at)
        const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60].map((part) => `${part}`.padStart(2, '0'))
        const local = formatInstant(at + offset * 60).replace('Z', `${offset < 0 ? '-' : '+'}${hours}:${minutes}`)
        assert.equal(parseInstant(local, 'Australia/Sydney'), at, local)
      }),
    )
    assert.equal(formatInstant(1_506_816_000), '2017-10-01T00:00:00Z')
    assert.equal(parseInstant('2017-10-01t00:00:00z', 'UTC'), 1_506_816_000)
    assert.equal(parseInstant('2017-10-01 11:00+1100', 'UTC'), 1_506_816_000)
  })

  test('B7 a finer reading is floored to the second, before 1970 as after, and a leap second is the one before it', () => {
    assert.equal(parseInstant('2017-10-01T00:00:00.999999999Z', 'UTC'), 1_506_816_000)
    assert.equal(parseInstant('1969-12-31T23:59:58.5Z', 'UTC'), -2)
    assert.equal(parseInstant('1969-12-31T23:59:58,5', 'UTC'), -2)
    assert.equal(parseInstant('2016-12-31T23:59:60Z', 'UTC'), second('2016-12-31T23:59:59Z'))
  })

  test('B7 a local time is read in the zone where it means one instant', () => {
    fc.assert(
      fc.property(instants, zoneOf, (at, zone) => {
        const local = shown(at, zone)
        const read = parseInstant(local, zone)
        const twice = [-2 * hour, -hour, -hour / 2, hour / 2, hour, 2 * hour].some((apart) => shown(at + apart, zone) === local)
        assert.equal(read, twice ? 'repeated by a clock change' : at, local)
      }),
    )
    assert.equal(parseInstant('2017-10-09 07:01:01', 'UTC'), second('2017-10-09T07:01:01Z'))
    assert.equal(parseInstant('2017-10-09T07:01', 'Australia/Sydney'), second('2017-10-08T20:01Z'))
  })

  test('B7 a local time that a clock change skips or repeats is refused by name, unless it has an offset', () => {
    const skipped = 'skipped by a clock change'
    const repeated = 'repeated by a clock change'
    const cases: [text: string, zone: string, expected: number | string][] = [
      ['2017-10-01T01:59:59', 'Australia/Sydney', second('2017-09-30T15:59:59Z')],
      ['2017-10-01T02:00:00', 'Australia/Sydney', skipped],
      ['2017-10-01T02:59:59', 'Australia/Sydney', skipped],
      ['2017-10-01T03:00:00', 'Australia/Sydney', second('2017-09-30T16:00Z')],
      ['2018-04-01T01:59:59', 'Australia/Sydney', second('2018-03-31T14:59:59Z')],
      ['2018-04-01T02:00:00', 'Australia/Sydney', repeated],
      ['2018-04-01T02:59:59', 'Australia/Sydney', repeated],
      ['2018-04-01T02:30:00+11:00', 'Australia/Sydney', second('2018-03-31T15:30Z')],
      ['2018-04-01T02:30:00+10:00', 'Australia/Sydney', second('2018-03-31T16:30Z')],
      ['2018-04-01T03:00:00', 'Australia/Sydney', second('2018-03-31T17:00Z')],
      ['2017-10-01T02:15:00', 'Australia/Lord_Howe', skipped],
      ['2017-10-01T02:30:00', 'Australia/Lord_Howe', second('2017-09-30T15:30Z')],
      ['2018-04-01T01:30:00', 'Australia/Lord_Howe', repeated],
      ['2018-04-01T02:00:00', 'Australia/Lord_Howe', second('2018-03-31T15:30Z')],
      ['2011-12-30T12:00:00', 'Pacific/Apia', skipped],
      ['2018-11-04T00:30:00', 'America/Sao_Paulo', skipped],
    ]
    for (const [text, zone, expected] of cases) assert.equal(parseInstant(text, zone), expected, `${text} ${zone}`)
  })

  test('B7 nothing else is a time', () => {
    const texts = [
      '',
      'now',
      '2017-10-01',
      '2017-10',
      '1506816000',
      '2017-13-01T00:00Z',
      '2017-02-29T00:00Z',
      '2017-10-01T24:00:00Z',
      '2017-10-01T00:60:00Z',
      '2017-10-01T00:00:00.1234567891Z',
      ' 2017-10-01T00:00Z',
      '2017-10-01T00:00Z ',
      '2017-10-01T00Z',
      // Temporal reads these as local times and drops what they say about the zone.
      '2017-10-01T00:00+10',
      '2017-10-01T00:00+10:00[Australia/Sydney]',
      '2017-10-01T00:00[Europe/Paris]',
      '2017-10-01T00:00+10:00:30',
      '+002017-10-01T00:00Z',
      '20171001T000000Z',
    ]
    for (const text of texts) assert.equal(parseInstant(text, 'Australia/Sydney'), 'not a time', text)
  })

  test('B7 for people an instant is written with its offset', () => {
    assert.equal(formatLocal(second('2017-09-30T15:59:59Z'), 'Australia/Sydney'), '2017-10-01 01:59:59 +10:00')
    assert.equal(formatLocal(second('2017-09-30T16:00Z'), 'Australia/Sydney'), '2017-10-01 03:00:00 +11:00')
    assert.equal(formatLocal(second('2020-01-01T00:00Z'), 'Asia/Kathmandu'), '2020-01-01 05:45:00 +05:45')
    fc.assert(fc.property(instants, zoneOf, (at, zone) => assert.equal(formatLocal(at, zone).slice(0, 19), shown(at, zone))))
  })

  test('B7 zones, dates and months are known by their exact form', () => {
    for (const zone of zones) assert.ok(isZone(zone), zone)
    for (const zone of ['', 'Sydney', 'EST', 'Australia/Atlantis', '+10:00', 'utc', 'UTC+1', '/']) assert.ok(!isZone(zone), zone)
    for (const date of ['2024-02-29', '2000-02-29', '2017-10-01', '1999-12-31']) assert.ok(isDate(date), date)
    for (const date of [
      '2023-02-29',
      '1900-02-29',
      '2017-10-1',
      '2017-10-32',
      '2017-00-10',
      '2017-10-01T00:00',
      '+002017-10-01',
      '-000001-01-01',
      '',
    ])
      assert.ok(!isDate(date), date)
    assert.ok(isMonth('2017-10'))
    for (const month of ['2017-13', '2017-00', '2017-1', '2017', '2017-10-01']) assert.ok(!isMonth(month), month)
  })
})

describe('days', () => {
  test('B8 a day begins at the first instant of its date, ends where the next begins, and every instant has exactly one', () => {
    fc.assert(
      fc.property(dates, zoneOf, (date, zone) => {
        const { from, to } = day(date, zone)
        assert.equal(to, startOfDate(addDays(date, 1), zone))
        if (from === to) return assert.equal(`${date} ${zone}`, '2011-12-30 Pacific/Apia')
        assert.ok(shown(from, zone) >= date && shown(from - 1, zone) < date, shown(from, zone))
        for (const at of [from, to - 1, Math.floor((from + to) / 2)]) assert.equal(dateOf(at, zone), date)
      }),
    )
  })

  test('B8 the hours of days with a clock change, and of days without', () => {
    const cases: [date: string, zone: string, hours: number][] = [
      ['2017-10-01', 'Australia/Sydney', 23],
      ['2018-04-01', 'Australia/Sydney', 25],
      ['2017-10-02', 'Australia/Sydney', 24],
      ['2017-10-01', 'Australia/Lord_Howe', 23.5],
      ['2018-04-01', 'Australia/Lord_Howe', 24.5],
      ['2011-12-29', 'Pacific/Apia', 24],
      ['2011-12-30', 'Pacific/Apia', 0],
      ['2011-12-31', 'Pacific/Apia', 24],
      ['2018-11-04', 'America/Sao_Paulo', 23],
      ['2018-02-17', 'America/Sao_Paulo', 25],
    ]
    for (const [date, zone, hours] of cases) assert.equal(hoursOf(day(date, zone)), hours, `${date} ${zone}`)
    // No midnight that day: the day starts at 01:00.
    assert.equal(formatLocal(startOfDate('2018-11-04', 'America/Sao_Paulo'), 'America/Sao_Paulo'), '2018-11-04 01:00:00 -02:00')
  })

  test('B8 a new day stands although the clock is set back over its midnight', () => {
    // St John's, 2010-11-07: one minute after midnight (02:30 UTC) the clock went back to 23:01 of the day before.
    const [first, second1, again] = [second('2010-11-07T02:30:00Z'), second('2010-11-07T02:31:00Z'), second('2010-11-07T03:30:00Z')]
    assert.equal(shown(first, 'America/St_Johns'), '2010-11-07 00:00:00')
    assert.equal(shown(second1, 'America/St_Johns'), '2010-11-06 23:01:00')
    assert.equal(shown(again, 'America/St_Johns'), '2010-11-07 00:00:00')
    assert.equal(startOfDate('2010-11-07', 'America/St_Johns'), first)
    for (const at of [first, second1, again - 1, again]) assert.equal(dateOf(at, 'America/St_Johns'), '2010-11-07')
    assert.equal(dateOf(first - 1, 'America/St_Johns'), '2010-11-06')
    // In 2009 that was the first of a month.
    assert.equal(monthOf(second('2009-11-01T02:45:00Z'), 'America/St_Johns'), '2009-11')
  })

  test('B8 days between dates, and the day of the week', () => {
    fc.assert(
      fc.property(dates, fc.integer({ min: -4000, max: 4000 }), (date, days) => {
        assert.equal(daysBetween(date, addDays(date, days)), days)
        assert.equal((((dayOfWeek(date) - 1 + days) % 7) + 7) % 7, dayOfWeek(addDays(date, days)) - 1)
      }),
    )
    assert.equal(dayOfWeek('2017-10-01'), 7)
    assert.equal(dayOfWeek('2017-10-02'), 1)
    assert.equal(daysBetween('2024-02-28', '2024-03-01'), 2)
  })

  test('B8 the edges of days are both ends and each beginning of a date between them, strictly increasing', () => {
    fc.assert(
      fc.property(instants, fc.integer({ min: 1, max: 40 * 86_400 }), zoneOf, (from, length, zone) => {
        const to = from + length
        const edges = [...dayEdges({ from, to }, zone)]
        const first = dateOf(from, zone)
        const starts = Array.from({ length: 43 }, (_, i) => startOfDate(addDays(first, i), zone))
        assert.deepEqual(edges, [from, ...new Set(starts.filter((at) => at > from && at < to)), to])
      }),
    )
    // The date that Apia left out has no bucket, not an empty one.
    const apia = monthInterval('2011-12', 'Pacific/Apia')
    const edges = dayEdges(apia, 'Pacific/Apia')
    assert.equal(edges.length - 1, 30)
    assert.ok(edges.every((at, i) => i === 0 || at > edges[i - 1]!))
  })
})

describe('months', () => {
  test('B9 a month runs from the first instant of its first date to that of the next month; months meet', () => {
    fc.assert(
      fc.property(months, zoneOf, (month, zone) => {
        const { from, to } = monthInterval(month, zone)
        assert.equal(from, startOfDate(`${month}-01`, zone))
        assert.equal(to, monthInterval(nextMonth(month), zone).from)
        assert.equal(monthOf(from, zone), month)
        assert.equal(monthOf(to - 1, zone), month)
        assert.equal(monthOf(to, zone), nextMonth(month))
        if (zone !== 'Pacific/Apia') assert.ok(hoursOf({ from, to }) >= 671 && hoursOf({ from, to }) <= 745)
      }),
    )
    assert.equal(nextMonth('2017-12'), '2018-01')
    assert.equal(nextMonth('2017-11', 15), '2019-02')
    assert.equal(nextMonth('2017-01', -1), '2016-12')
  })

  test('B9 the hours of months, 671 to 745', () => {
    const cases: [month: string, zone: string, hours: number][] = [
      ['2017-10', 'UTC', 744],
      ['2017-10', 'Australia/Sydney', 743],
      ['2018-04', 'Australia/Sydney', 721],
      ['2017-10', 'Australia/Lord_Howe', 743.5],
      ['2017-03', 'Europe/London', 743],
      ['2017-10', 'Europe/London', 745],
      ['2018-02', 'UTC', 672],
      ['2024-02', 'UTC', 696],
      ['2022-02', 'Asia/Amman', 671],
      ['2007-02', 'America/Sao_Paulo', 673],
      ['2011-12', 'Pacific/Apia', 720],
    ]
    for (const [month, zone, hours] of cases) assert.equal(hoursOf(monthInterval(month, zone)), hours, `${month} ${zone}`)
  })

  test('B9 worked value 11: 2,500 GPUs from 5 March to the end of the month are 2177.4193548387096774 over the month', () => {
    const { from, to } = monthInterval('2027-03', 'UTC')
    const gpuSeconds = integrate(during(startOfDate('2027-03-05', 'UTC'), to, 2500), from, to)
    assert.equal(gpuSeconds, 2500 * 27 * 86_400)
    assert.equal(toFixed(over(rational(gpuSeconds), rational(to - from)), 16), '2177.4193548387096774')
  })
})

describe('hours', () => {
  test('B10 hour buckets are 3,600 s from the first instant of each local day; only the last of a day, or an end, is shorter', () => {
    fc.assert(
      fc.property(instants, fc.integer({ min: 1, max: 5 * 86_400 }), zoneOf, (from, length, zone) => {
        const to = from + length
        const edges = [...hourEdges({ from, to }, zone)]
        const expected = new Set([from])
        for (let date = dateOf(from, zone), i = 0; i < 8; i++, date = addDays(date, 1))
          for (let at = startOfDate(date, zone); at < endOfDate(date, zone); at += hour) if (at > from && at < to) expected.add(at)
        assert.deepEqual(edges, [...expected, to])
        assert.ok(edges.every((at, i) => i === 0 || (at > edges[i - 1]! && at - edges[i - 1]! <= hour)))
      }),
    )
  })

  test('B10 worked value 19: 23, 25 and 23.5 hours at 50 unsold GPUs, and the last bucket of Lord Howe has 1,800 s', () => {
    // N = A = C = 100, S = 40, retention 10 %: 100 − 40 − 10 = 50 at every instant.
    const cases: [date: string, zone: string, hours: number, gpuHours: number][] = [
      ['2017-10-01', 'Australia/Sydney', 23, 1150],
      ['2018-04-01', 'Australia/Sydney', 25, 1250],
      ['2017-10-01', 'Australia/Lord_Howe', 23.5, 1175],
    ]
    for (const [date, zone, hours, gpuHours] of cases) {
      const edges = hourEdges(day(date, zone), zone)
      assert.equal(edges.length - 1, Math.ceil(hours))
      assert.equal(edges.at(-1)! - edges.at(-2)!, hours % 1 === 0 ? 3600 : 1800)
      const buckets = integrateBuckets(since(0, 50), edges)
      assert.equal(buckets.reduce((sum, each) => sum + each, 0) / hour, gpuHours)
      assert.equal(buckets.at(-1), 50 * (hours % 1 === 0 ? 3600 : 1800))
    }
  })

  test('B10 hours count from the start of the day, so a change of half an hour moves none of the same day', () => {
    const { from, to } = day('2017-10-01', 'Australia/Lord_Howe')
    assert.deepEqual([...hourEdges({ from, to }, 'Australia/Lord_Howe')], [...Array.from({ length: 24 }, (_, i) => from + i * hour), to])
  })
})

describe('contract years', () => {
  test('B11 a contract year begins on the anniversary, counted from the original date each time', () => {
    const start = (year: number) => formatLocal(contractYearStart('2024-02-29', year, 'Asia/Jakarta'), 'Asia/Jakarta').slice(0, 10)
    assert.deepEqual([1, 2, 3, 4, 5, 6, 9].map(start), [
      '2024-02-29',
      '2025-02-28',
      '2026-02-28',
      '2027-02-28',
      '2028-02-29', // Counted from 2027-02-28 it would be the 28th for ever.
      '2029-02-28',
      '2032-02-29',
    ])
    assert.equal(contractYearStart('2026-07-01', 3, 'Australia/Sydney'), second('2028-06-30T14:00Z'))
  })

  test('B11 every instant lies in one contract year; before commencement in year 0 or less', () => {
    fc.assert(
      fc.property(fc.oneof(dates, fc.constant('2024-02-29')), instants, zoneOf, (commencement, at, zone) => {
        const year = contractYearOf(at, commencement, zone)
        assert.ok(contractYearStart(commencement, year, zone) <= at && at < contractYearStart(commencement, year + 1, zone))
      }),
    )
    const first = contractYearStart('2026-07-01', 1, 'Australia/Sydney')
    assert.equal(contractYearOf(first, '2026-07-01', 'Australia/Sydney'), 1)
    assert.equal(contractYearOf(first - 1, '2026-07-01', 'Australia/Sydney'), 0)
  })
})
