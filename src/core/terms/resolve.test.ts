import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { anyDocument, sampleDocument, type Loose } from '../../../test/agreements.ts'
import type { BlockId, ClauseId } from '../base/id.ts'
import { decimal, rational, times, toText, type Rational } from '../base/rational.ts'
import { valueAt } from '../base/steps.ts'
import { addDays, dateOf, endOfDate, startOfDate, type Instant, type LocalDate } from '../base/time.ts'
import type { Agreement, Block, Clause } from './agreement.ts'
import { clauseKinds } from '../settlement/kinds.ts'
import { parseAgreement, type ParsedAgreement } from './parse.ts'
import { resolve } from './resolve.ts'
import {
  inForce,
  isBackstop,
  isShare,
  type CoveredByShare,
  type ResolvedBackstop,
  type ResolvedClause,
  type Schedule,
  type Stepped,
  type Tiers,
} from './schedule.ts'

const signed = (document: Loose): ParsedAgreement => {
  const parsed = parseAgreement(JSON.stringify(document), clauseKinds)
  if ('problems' in parsed) assert.fail(JSON.stringify(parsed.problems, undefined, 1))
  return parsed
}
const scheduleOf = (...versions: readonly ParsedAgreement[]): Schedule => {
  const schedule = resolve(versions, clauseKinds)
  if ('problems' in schedule) assert.fail(JSON.stringify(schedule.problems, undefined, 1))
  return schedule
}
/** The next version of an agreement, changed. */
const amended = (before: ParsedAgreement, effective: LocalDate, change: (document: Loose) => void): ParsedAgreement => {
  const { agreement, hash } = before
  const document: Loose = structuredClone({ ...agreement, version: agreement.version + 1, effective, previous: hash })
  change(document)
  return signed(document)
}
const slicesOf = ({ clauses }: Schedule, id: string): ResolvedClause[] => clauses.filter((clause) => clause.id === (id as ClauseId))
const sydney = (date: LocalDate): Instant => startOfDate(date, 'Australia/Sydney')

// The document read as a person reads it, by date: nothing of the code under test but the calendar of the zone.

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
/** The `years`th anniversary of a date, in text. */
const anniversary = (date: LocalDate, years: number): LocalDate => {
  const year = Number(date.slice(0, 4)) + years
  const day = date.slice(5) === '02-29' && !isLeap(year) ? '02-28' : date.slice(5)
  return `${year}-${day}`
}
const yearOn = (commencement: LocalDate, day: LocalDate): number => {
  let year = -50
  while (anniversary(commencement, year) <= day) year++
  return year
}
/** The value of a term on a local date. */
const onDate = (scheduled: Loose, commencement: LocalDate, day: LocalDate): Loose => {
  if (Array.isArray(scheduled?.steps)) return scheduled.steps.findLast((step: Loose) => step.from <= day).value
  if (!Array.isArray(scheduled?.contractYears)) return scheduled
  const year = Math.max(1, yearOn(commencement, day))
  return scheduled.contractYears.findLast((step: Loose) => step.from <= year).value
}
const tiersText = (tiered: Loose, scale: bigint): string => {
  const list = typeof tiered === 'string' ? [{ above: '0', value: tiered }] : tiered.tiers
  return list.map(({ above, value }: Loose) => `${toText(times(decimal(above), rational(scale)))}:${toText(decimal(value))}`).join(' ')
}
const resolvedText = (tiers: Tiers): string => tiers.map(({ above, value }) => `${toText(above)}:${toText(value)}`).join(' ')
const digits = { USD: 2, JPY: 0, BHD: 3 } as const

/** The version, and its clause, that a person would look into for an instant. */
const written = (versions: readonly Agreement[], id: string, day: LocalDate): [Agreement, Clause] | undefined => {
  const version = versions.findLast(({ effective }) => effective <= day)
  const clause = version?.clauses.find((each) => each.id === (id as ClauseId))
  return version === undefined || clause === undefined || day < clause.from || day > clause.through ? undefined : [version, clause]
}

const commencementOf = ({ blocks, commencement }: Agreement, id: BlockId): LocalDate =>
  blocks.find((block: Block) => block.id === id)!.commencement ?? commencement

const checkBackstop = (slice: ResolvedBackstop, clause: Loose, version: Agreement, at: Instant, day: LocalDate): void => {
  for (const cover of slice.covers) {
    const commencement = commencementOf(version, cover.block)
    const now = (key: string) => onDate(clause[key], commencement, day)
    assert.equal(resolvedText(inForce(cover.price as Stepped<Tiers>, at).value), tiersText(now('price'), 3_600n))
    assert.equal(toText(inForce(cover.retention, at).value), toText(decimal(now('retention'))))
    if (clause.committed === 'accepted') assert.equal(cover.committed, undefined)
    else assert.equal(valueAt(cover.committed!, at), now('committed'))
    if (clause.limit === undefined) assert.equal(cover.limit, undefined)
    else assert.equal(valueAt(cover.limit!, at), now('limit'))
    const keyed = (value: Loose) => value?.contractYears !== undefined
    const byYear =
      keyed(clause.price) || clause.caps.some((cap: Loose) => cap.per === 'contract-year' || keyed(cap.amount) || keyed(cap.gpuHours))
    assert.equal(cover.cutAtYears, byYear)
  }
  const first = commencementOf(version, slice.covers[0]!.block)
  slice.caps.forEach((cap, i) => {
    const { per, amount, gpuHours } = clause.caps[i]
    assert.equal(cap.per, per)
    assert.equal(cap.unit, amount === undefined ? 'gpu-seconds' : 'minor')
    const scale = amount === undefined ? 3_600n : 10n ** BigInt(digits[version.currency as keyof typeof digits])
    assert.equal(toText(inForce(cap.value, at).value), toText(times(decimal(onDate(amount ?? gpuHours, first, day)), rational(scale))))
  })
  assert.equal(new Set(slice.caps.map(({ id }) => id)).size, slice.caps.length)
  assert.deepEqual(slice.conditions, clause.conditions)
  assert.deepEqual(
    [slice.measure, slice.offset, slice.pooled, slice.callRight, slice.period],
    [clause.measure, clause.offset === 'sales', clause.pool === 'covered', clause.callRight, clause.period],
  )
}

const checkInstant = (schedule: Schedule, versions: readonly Agreement[], at: Instant): void => {
  const day = dateOf(at, schedule.zone)
  const ids = new Set(versions.flatMap(({ clauses }) => clauses.map(({ id }) => id as string)))
  for (const id of ids) {
    const found = slicesOf(schedule, id).filter(({ from, to }) => from <= at && at < to)
    const expected = written(versions, id, day)
    assert.equal(found.length, expected === undefined ? 0 : 1, `${id} on ${day}`)
    if (expected === undefined) continue
    const [version, clause] = expected
    const [slice] = found as [ResolvedClause]
    assert.deepEqual(
      slice.covers.map(({ block }) => block),
      clause.covers,
    )
    for (const { block, years } of slice.covers) {
      const index = years.starts.findLastIndex((start) => start <= at)
      assert.ok(index >= 0)
      assert.equal(years.first + index, yearOn(commencementOf(version, block), day), `contract year of ${block} on ${day}`)
    }
    if (isBackstop(slice)) checkBackstop(slice, clause, version, at, day)
    if (isShare(slice))
      for (const { block, rate } of slice.covers) {
        const expectedRate = onDate((clause as Loose).rate, commencementOf(version, block), day)
        assert.equal(resolvedText(inForce(rate, at).value), tiersText(expectedRate, 1n))
      }
  }
}

/** Instants of interest: around the start of every local day that the documents name, and some between. */
const instantsOf = (versions: readonly Agreement[], more: readonly number[]): Instant[] => {
  const { zone, term } = versions[0]!
  const days = [...new Set(JSON.stringify(versions).match(/\d{4}-\d{2}-\d{2}/g))].filter((day) => day >= '2000-01-01')
  const span = endOfDate(term.through, zone) - startOfDate(term.from, zone)
  return [
    ...days.flatMap((day) => [startOfDate(day, zone) - 1, startOfDate(day, zone)]),
    ...Array.from({ length: 12 }, (_, year) => startOfDate(anniversary(term.from, year), zone)),
    ...more.map((part) => startOfDate(term.from, zone) + Math.floor((part / 1_000) * span)),
  ]
}

const parts = fc.array(fc.integer({ min: -20, max: 1_020 }), { minLength: 3, maxLength: 6 })

test('T6 T7 at every instant the value in force is what the document says for that day', () => {
  fc.assert(
    fc.property(anyDocument, parts, (document, more) => {
      const parsed = signed(document)
      const schedule = scheduleOf(parsed)
      for (const at of instantsOf([parsed.agreement], more)) checkInstant(schedule, [parsed.agreement], at)
    }),
    { numRuns: 150 },
  )
})

/** Another version of a drawn document: some clauses of another drawing in the place of its own, others as they were, some moved or gone. */
const amendmentOf = (before: ParsedAgreement, other: Loose, day: number, kept: number): ParsedAgreement => {
  const { agreement } = before
  const covered = agreement.blocks.filter(({ supported }) => supported)[0]!.id
  return amended(before, addDays(agreement.effective, 1 + day), (next) => {
    const clauses = next.clauses.map((clause: Loose, i: number) => {
      const stranger = (other.clauses as Loose[]).find(({ kind }) => kind === clause.kind)
      if ((kept >> i) % 2 === 0 || stranger === undefined) return clause
      const { rate, price, retention, period } = stranger
      const from = (value: Loose) => (Array.isArray(value?.steps) ? value.steps[0].value : value)
      return clause.kind === 'revenue-share'
        ? { ...clause, rate: from(rate), mayRise: true, ...(period === undefined ? {} : { period }) }
        : { ...clause, price: from(price), ...(retention === undefined ? {} : { retention: from(retention) }) }
    })
    next.clauses = kept % 7 === 0 ? clauses.toReversed() : clauses
    if (kept % 5 === 0 && next.clauses.length > 1) next.clauses.pop()
    next.title = `${covered}, amended`
  })
}

test('T6 T9 through amendments too: slices lie end to end, and each says what its version says', () => {
  fc.assert(
    fc.property(
      anyDocument,
      anyDocument,
      fc.array(fc.tuple(fc.integer({ min: -90, max: 120 }), fc.nat({ max: 63 })), { minLength: 1, maxLength: 3 }),
      parts,
      (document, other, amendments, more) => {
        const versions = [signed(document)]
        for (const [day, kept] of amendments) versions.push(amendmentOf(versions.at(-1)!, other, day, kept))
        const schedule = scheduleOf(...versions)
        const agreements = versions.map(({ agreement }) => agreement)
        for (const at of instantsOf(agreements, more)) checkInstant(schedule, agreements, at)
        for (const slices of Map.groupBy(schedule.clauses, ({ id }) => id).values())
          slices.forEach((slice, i) => assert.ok(slice.from < slice.to && (i === 0 || slices[i - 1]!.to <= slice.from)))
      },
    ),
    { numRuns: 100 },
  )
})

test('T9 an amendment with the same terms cuts nothing, wherever it stands', () => {
  fc.assert(
    fc.property(anyDocument, fc.integer({ min: 1, max: 700 }), fc.boolean(), (document, day, reversed) => {
      const first = signed(document)
      const effective = addDays(first.agreement.effective, day)
      fc.pre(effective <= first.agreement.term.through)
      const second = amended(first, effective, (next) => {
        next.title = 'Renamed'
        if (reversed) next.clauses = next.clauses.toReversed()
      })
      const before = new Map(scheduleOf(first).clauses.map((clause) => [clause.id, clause]))
      const after = scheduleOf(first, second).clauses
      assert.deepEqual(new Map(after.map((clause) => [clause.id, clause])), before)
      assert.equal(after.length, before.size)
    }),
    { numRuns: 100 },
  )
})

describe('T9 amendments by hand', () => {
  const first = signed(sampleDocument())

  test('T9 that a clause ends later or earlier cuts nothing: the rest of its terms goes on', () => {
    for (const through of ['2029-12-31', '2028-06-30']) {
      const second = amended(first, '2028-03-10', (d) => (d.clauses[2].through = through))
      const [slice, ...more] = slicesOf(scheduleOf(first, second), 'south-backstop')
      assert.deepEqual([slice?.from, slice?.to, more.length], [sydney('2027-01-01'), sydney(addDays(through, 1)), 0])
    }
  })

  test('T9 a new price cuts its clause at the first instant of the day, and no other clause', () => {
    const second = amended(first, '2028-03-10', (d) => (d.clauses[2].price = '1.70'))
    const schedule = scheduleOf(first, second)
    assert.deepEqual(
      schedule.clauses.map(({ id, from, to, origin }) => [id, from, to, origin.version]),
      [
        ['share', sydney('2026-07-01'), sydney('2032-07-01'), 1],
        ['backstop', sydney('2026-07-01'), sydney('2032-07-01'), 1],
        ['south-backstop', sydney('2027-01-01'), sydney('2028-03-10'), 1],
        ['south-backstop', sydney('2028-03-10'), sydney('2029-01-01'), 2],
      ],
    )
    assert.deepEqual(schedule.versions, [
      { version: 1, effective: sydney('2026-07-01'), hash: first.hash },
      { version: 2, effective: sydney('2028-03-10'), hash: second.hash },
    ])
  })

  test('T9 an amendment before the clause starts leaves the earlier terms nothing', () => {
    const schedule = scheduleOf(
      first,
      amended(first, '2026-12-31', (d) => (d.clauses[2].price = '1.70')),
    )
    assert.deepEqual(
      slicesOf(schedule, 'south-backstop').map(({ origin }) => origin.version),
      [2],
    )
  })

  test('T9 history written otherwise is no change: only what is in force from the amendment on counts', () => {
    const schedule = scheduleOf(
      first,
      // Before 2029-07-01 the price was tiered; the amended document no longer says so.
      amended(first, '2029-07-01', (d) => (d.clauses[1].price = '2.00')),
    )
    assert.equal(slicesOf(schedule, 'backstop').length, 1)
  })

  test('T9 a step announced for later cuts where the amendment counts', () => {
    const schedule = scheduleOf(
      first,
      amended(first, '2027-02-01', (d) => (d.clauses[1].price.steps[1].value = '1.95')),
    )
    assert.deepEqual(
      slicesOf(schedule, 'backstop').map(({ from }) => from),
      [sydney('2026-07-01'), sydney('2027-02-01')],
    )
  })

  test('T9 there and back again is three slices; a clause left out and written again leaves a gap', () => {
    const second = amended(first, '2027-03-01', (d) => (d.clauses[2].price = '1.70'))
    const third = amended(second, '2027-04-01', (d) => (d.clauses[2].price = '1.80'))
    const fourth = amended(third, '2027-05-01', (d) => d.clauses.pop())
    const fifth = amended(fourth, '2027-06-01', (d) => d.clauses.push({ ...first.agreement.clauses[2] }))
    assert.deepEqual(
      slicesOf(scheduleOf(first, second, third, fourth, fifth), 'south-backstop').map(({ from, to, origin }) => [from, to, origin.version]),
      [
        [sydney('2027-01-01'), sydney('2027-03-01'), 1],
        [sydney('2027-03-01'), sydney('2027-04-01'), 2],
        [sydney('2027-04-01'), sydney('2027-05-01'), 3],
        [sydney('2027-06-01'), sydney('2029-01-01'), 5],
      ],
    )
  })

  test('T9 a block, a pool, an order, a tranche and a clause may be added', () => {
    const second = amended(first, '2027-03-01', (d) => {
      d.blocks.push({
        id: 'south-2',
        factory: 'south',
        region: 'South',
        sku: 'H200',
        tranches: [{ id: 'only', gpus: 80, due: '2027-06-01' }],
      })
      d.blocks[0].tranches.push({ id: 'third', gpus: 720, due: '2027-06-01' })
      d.pools.find(({ id }: Loose) => id === 'south-h200').blocks.push('south-2')
      d.orders.push({ order: 'ord-2', blocks: ['spare'] })
      d.term.through = '2033-06-30'
    })
    const schedule = scheduleOf(first, second)
    assert.equal(schedule.to, sydney('2033-07-01'))
    assert.deepEqual([schedule.blocks.length, schedule.blocks[0]!.tranches.length, schedule.orders.size], [5, 3, 2])
    assert.equal(schedule.blocks[4]!.pool, 'south-h200')
  })
})

test('T10 what may not change, what must follow: each is refused by name', () => {
  const first = signed(sampleDocument())
  const refusals: readonly [change: (document: Loose) => void, pointer: string, message: RegExp][] = [
    [(d) => (d.agreement = 'other'), '/agreement', /is other, but was sample/],
    [(d) => (d.zone = 'UTC'), '/zone', /it may not change/],
    [(d) => (d.currency = 'AUD'), '/currency', /it may not change/],
    [(d) => (d.commencement = '2026-08-01'), '/commencement', /it may not change/],
    [
      (d) => {
        d.parties[0].id = 'other'
        for (const clause of d.clauses) clause[clause.kind === 'revenue-share' ? 'payee' : 'payer'] = 'other'
      },
      '/parties',
      /others than before/,
    ],
    [(d) => (d.term.from = '2026-06-01'), '/term/from', /it may not change/],
    [(d) => (d.blocks[3].sku = 'H100'), '/blocks/3/sku', /was "H200": it may not change/],
    [(d) => (d.blocks[0].maintenance.noticeDays = 7), '/blocks/0/maintenance', /may not change/],
    [(d) => (d.blocks[0].tranches[0].gpus = 7_128), '/blocks/0/tranches/0/gpus', /was 7200/],
    [(d) => d.blocks[0].tranches.pop(), '/blocks/0/tranches', /tranche `second` is gone/],
    [(d) => (d.pools[0].attribution = 'pro-rata'), '/pools/0/attribution', /was specific/],
    [(d) => (d.pools[0].blocks = d.pools[0].blocks.toReversed()), '/pools/0/blocks', /added, not moved/],
    [(d) => (d.orders = []), '/orders', /order `ord-1` is gone/],
    [(d) => (d.orders[0].blocks = d.orders[0].blocks.toReversed()), '/orders/0/blocks', /was north-2, north-1/],
    [(d) => (d.previous = 'a'.repeat(64)), '/previous', new RegExp(`the hash of version 1 is ${first.hash}`)],
    [(d) => (d.version = 3), '/version', /is 3: version 2 comes next/],
    [
      (d) => {
        d.clauses[2] = {
          ...d.clauses[0],
          id: 'south-backstop',
          covers: ['south-1'],
          from: '2027-01-01',
          through: '2028-12-31',
          rate: '0.1',
        }
      },
      '/clauses/2/kind',
      /was capacity-backstop/,
    ],
    [
      (d) => {
        d.blocks.splice(2, 1)
        d.pools[0].blocks.pop()
      },
      '/blocks',
      /block `spare` is gone/,
    ],
  ]
  for (const [change, pointer, message] of refusals) {
    const second = amended(first, '2027-03-01', change)
    const answer = resolve([first, second], clauseKinds)
    assert.ok('problems' in answer, String(message))
    const found = answer.problems.filter((problem) => problem.pointer === pointer && message.test(problem.message))
    assert.equal(found.length, 1, JSON.stringify(answer.problems))
    assert.match(found[0]!.message, /\(version \d\)$/)
  }
  assert.deepEqual(resolve([], clauseKinds), { problems: [{ pointer: '', message: 'no version is given: at least version 1 is needed' }] })
  const alone = resolve([amended(first, '2027-03-01', () => {})], clauseKinds)
  assert.deepEqual(alone, { problems: [{ pointer: '/version', message: 'is 2: version 1 comes next' }] })
})

describe('T7 contract years by hand', () => {
  // Commencement 29 February 2024 in UTC: the years begin 2025-02-28, 2026-02-28, 2027-02-28 and 2028-02-29.
  const leap = sampleDocument()
  leap.zone = 'UTC'
  leap.term = { from: '2024-02-29', through: '2029-02-27' }
  leap.commencement = '2024-02-29'
  leap.blocks.forEach((block: Loose) => block.tranches.forEach((tranche: Loose) => (tranche.due = '2024-02-29')))
  leap.clauses = [leap.clauses[0]]
  leap.sources = []
  leap.clauses[0].rate = { contractYears: [1, 2, 3, 4, 5].map((from) => ({ from, value: `0.${6 - from}` })) }

  test('T7 29 February becomes 28, counted from the original date', () => {
    const [clause] = scheduleOf(signed(leap)).clauses
    const cover = clause!.covers[0]! as CoveredByShare
    const starts = ['2024-02-29', '2025-02-28', '2026-02-28', '2027-02-28', '2028-02-29'].map((date) => startOfDate(date, 'UTC'))
    assert.deepEqual(cover.years, { first: 1, starts })
    assert.deepEqual(
      cover.rate.map(({ from, value, pointer }) => [from, toText(value[0]!.value), pointer]),
      starts.map((start, i) => [start, ['1/2', '2/5', '3/10', '1/5', '1/10'][i], `/clauses/0/rate/contractYears/${i}/value`]),
    )
  })

  test('T7 a block of its own commencement steps on its own anniversary; before it the first step holds', () => {
    const document = structuredClone(leap)
    document.blocks[1].commencement = '2024-06-01'
    const [clause] = scheduleOf(signed(document)).clauses
    const [own, other] = [clause!.covers[1]!, clause!.covers[0]!] as CoveredByShare[]
    assert.deepEqual(
      own!.rate.map(({ from }) => from),
      ['2024-02-29', '2025-06-01', '2026-06-01', '2027-06-01', '2028-06-01'].map((date) => startOfDate(date, 'UTC')),
    )
    assert.equal(own!.years.first, 0)
    assert.equal(other!.rate[1]!.from, startOfDate('2025-02-28', 'UTC'))
  })
})

test('T8 a step to the same value is no step; steps before and after the clause are left out', () => {
  const document = sampleDocument()
  const value = (from: LocalDate, number: string) => ({ from, value: number })
  document.clauses = [document.clauses[2]]
  document.sources = []
  document.clauses[0].price = {
    steps: [
      value('2025-01-01', '3'),
      value('2026-01-01', '2.0'),
      value('2027-06-01', '2.00'),
      value('2028-01-01', '1.5'),
      value('2028-06-01', '1.5'),
      value('2029-01-01', '1'),
    ],
  }
  document.clauses[0].committed = {
    steps: [value('2026-01-01', 500 as Loose), value('2027-06-01', 500 as Loose), value('2028-01-01', 0 as Loose)],
  }
  const [clause] = scheduleOf(signed(document)).clauses as [ResolvedBackstop]
  const [cover] = clause.covers
  assert.deepEqual(
    (cover!.price as Stepped<Tiers>).map(({ from, value: tiers, pointer }) => [
      from,
      tiers.map(({ value: each }): Rational => each),
      pointer,
    ]),
    [
      [sydney('2026-01-01'), [rational(2)], '/clauses/0/price/steps/1/value'],
      [sydney('2028-01-01'), [rational(3, 2)], '/clauses/0/price/steps/3/value'],
    ],
  )
  assert.deepEqual([...cover!.committed!.starts], [sydney('2027-01-01'), sydney('2028-01-01')])
  assert.deepEqual([...cover!.committed!.values], [500, 0])
})

test('T6 caps by hand: names, minor units, GPU-seconds', () => {
  const document = sampleDocument()
  document.clauses[1].caps.push({ per: 'period', amount: '1.00' }, { per: 'period', gpuHours: '0.5' })
  const [, clause] = scheduleOf(signed(document)).clauses as [unknown, ResolvedBackstop]
  assert.deepEqual(
    clause.caps.map(({ id, unit, value }) => [id, unit, value.map(({ value: each }) => toText(each))]),
    [
      ['period-amount', 'minor', ['900000000']],
      ['contract-year-gpu-hours', 'gpu-seconds', ['72000000000', '54000001800']],
      ['aggregate-amount', 'minor', ['40000000000', '45000000000']],
      ['period-amount-2', 'minor', ['100']],
      ['period-gpu-hours', 'gpu-seconds', ['1800']],
    ],
  )
  assert.deepEqual(clause.recoupment, { share: rational(1, 4), threshold: rational(30_000_000), accrual: rational(3, 50), yearDays: 360 })
})

test('T6 blocks that begin their years on one date share their lists of steps', () => {
  const document = sampleDocument()
  const ids = Array.from({ length: 5_000 }, (_, i) => `b${i}`)
  document.blocks = ids.map((id) => ({ id, factory: 'f', region: 'r', sku: 's', tranches: [{ id: 't', gpus: 72, due: '2026-07-01' }] }))
  Object.assign(document, { pools: [], orders: [], sources: [], clauses: [document.clauses[1]] })
  document.clauses[0].covers = ids
  document.clauses[0].committed = { steps: Array.from({ length: 60 }, (_, i) => ({ from: addDays('2026-07-01', 30 * i), value: i })) }
  const [clause] = scheduleOf(signed(document)).clauses as [ResolvedBackstop]
  assert.equal(clause.covers[0]!.committed, clause.covers[4_999]!.committed)
  assert.equal(clause.covers[0]!.price, clause.covers[4_999]!.price)
})

test('T10 at every instant the highest version that counts by then is in force, in whatever order their dates are', () => {
  const first = signed(sampleDocument())
  const rate = (value: string) => (d: Loose) => (d.clauses[2].price = value)
  const second = amended(first, '2028-03-10', rate('2.50'))
  const third = amended(second, '2027-09-01', rate('3.50'))
  const prices = (...versions: readonly ParsedAgreement[]) =>
    slicesOf(scheduleOf(...versions), 'south-backstop').map(({ from, origin }) => [dateOf(from, 'Australia/Sydney'), origin.version])
  assert.deepEqual(prices(first, second), [
    ['2027-01-01', 1],
    ['2028-03-10', 2],
  ])
  // The third takes all of the second's time.
  assert.deepEqual(prices(first, second, third), [
    ['2027-01-01', 1],
    ['2027-09-01', 3],
  ])
  assert.deepEqual(
    scheduleOf(first, second, third).versions.map(({ version }) => version),
    [1, 2, 3],
  )
})
