import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { anyDocument, sampleDocument, type Loose } from '../../../test/agreements.ts'
import type { CapacityBackstop } from './agreement.ts'
import { clauseKinds } from '../settlement/kinds.ts'
import { parseAgreement, type ParsedAgreement } from './parse.ts'
import { resolve } from './resolve.ts'
import type { Schedule } from './schedule.ts'
import { sentences } from './sentences.ts'

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
const said = (schedule: Schedule, pointer: string): string[] =>
  sentences(schedule, clauseKinds)
    .filter((sentence) => sentence.pointer === pointer)
    .map(({ text }) => text)

/** A number as words may have it: without separators, no zeros behind the last digit. */
const plain = (text: string): string => {
  const digits = text.replaceAll(',', '')
  return digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits
}
const numbersIn = (text: string): string[] => [...text.matchAll(/\d[\d,]*(?:\.\d+)?/g)].map(([number]) => plain(number.replace(/,$/, '')))
/** A share as per cent, by moving the point two places in the text. */
const asPercent = (share: string): string => {
  const [whole, fraction = ''] = share.split('.') as [string, string?]
  const padded = fraction.padEnd(2, '0')
  return plain(`${whole}${padded.slice(0, 2)}.${padded.slice(2)}0`.replace(/^0+(?=\d)/, ''))
}

type Found = { number: string; path: string }
/** Every number that a clause of a document says, as a sentence would have it. */
const numbersOf = (clause: Loose): Found[] => {
  const percents = new Set(['retention', 'share', 'accrual', ...(clause.kind === 'revenue-share' ? ['rate'] : [])])
  const walk = (value: Loose, path: string, key: string): Found[] => {
    if (typeof value === 'string' || typeof value === 'number') {
      const inRate = path.split('/').some((part) => percents.has(part)) && !path.endsWith('/above')
      return [{ path, number: inRate && key !== 'from' ? asPercent(String(value)) : plain(String(value)) }]
    }
    return Object.keys(value).flatMap((inner) => walk(value[inner], `${path}/${inner}`, inner))
  }
  const keys = ['base', 'rate', 'affiliateReference', 'price', 'committed', 'retention', 'limit', 'recoupment']
  const terms = keys.filter((key) => clause[key] !== undefined).flatMap((key) => walk(clause[key], key, key))
  const caps = (clause.caps ?? []).flatMap((cap: Loose, i: number) => walk(cap.amount ?? cap.gpuHours, `caps/${i}`, 'amount'))
  // Starts of steps are told as the end of the step before; the first tier begins at nothing; words are no numbers.
  return [...terms, ...caps].filter(({ number, path }) => /^\d/.test(number) && !/\/from$|tiers\/0\/above$|dayCount$/.test(path))
}

/** The clause without steps by date that are never in force: over before it starts, or announced for after its end. */
const inForceOnly = (value: Loose, { from, through }: Loose): Loose => {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item) => inForceOnly(item, { from, through }))
  const inner = Object.fromEntries(Object.entries(value).map(([key, each]) => [key, inForceOnly(each, { from, through })])) as Loose
  if (!Array.isArray(inner.steps)) return inner
  const first = inner.steps.findLastIndex((step: Loose) => step.from <= from)
  return { steps: inner.steps.slice(first).filter((step: Loose) => step.from <= through) }
}

test('T11 the sentences say every number of a clause', () => {
  fc.assert(
    fc.property(anyDocument, (document) => {
      const parsed = signed(document)
      const schedule = scheduleOf(parsed)
      const all = sentences(schedule, clauseKinds)
      parsed.agreement.clauses.forEach((clause, index) => {
        const own = all.filter((sentence) => sentence.clause === clause.id)
        const words = own.flatMap(({ text }) => numbersIn(text))
        // Which contract years touch the clause is for each block to say; the sample has those.
        const terms = numbersOf(inForceOnly(clause, clause)).filter(({ path }) => !path.includes('contractYears'))
        for (const { number, path } of terms)
          assert.ok(words.includes(number), `${number} of /clauses/${index}/${path} in ${own.map(({ text }) => text).join('\n')}`)
        assert.ok(own.every(({ pointer }) => pointer.startsWith(`/clauses/${index}`)))
        for (const condition of 'conditions' in clause ? (clause as CapacityBackstop).conditions : [])
          assert.ok(own.some(({ text }) => text.includes(condition.text)))
      })
    }),
    { numRuns: 150 },
  )
})

test('T11 every number of the sample, whose steps all lie within its clauses', () => {
  const parsed = signed(sampleDocument())
  const all = sentences(scheduleOf(parsed), clauseKinds)
  parsed.agreement.clauses.forEach((clause) => {
    const own = all.filter((sentence) => sentence.clause === clause.id)
    const words = own.flatMap(({ text }) => numbersIn(text))
    const wanted = numbersOf(clause)
    assert.ok(wanted.length > 0)
    for (const { number, path } of wanted) assert.ok(words.includes(number), `${number} of ${path}`)
  })
})

describe('T11 sentences by hand', () => {
  const schedule = scheduleOf(signed(sampleDocument()))

  test('T11 steps by contract year, by date, and tiers', () => {
    assert.deepEqual(said(schedule, '/clauses/0/rate'), [
      'The share is (17.5 % up to 1,000,000.00 USD, 15.0 % above) in years 1 and 2, then 12.5 %.',
    ])
    assert.deepEqual(said(schedule, '/clauses/1/price'), [
      'The price, in USD per GPU-hour, is (2.32 up to 5,000,000 GPU-hours paid, 2.25 above) until 2029-06-30, then 2.00.',
    ])
    assert.deepEqual(said(schedule, '/clauses/1/committed'), [
      'Committed GPUs of each block, as far as accepted: 7,200 until 2027-06-30, then 6,480.',
    ])
    assert.deepEqual(said(schedule, '/clauses/1/caps/1'), [
      'At most this is paid in each contract year: 20,000,000 GPU-hours in year 1, then 15,000,000.5 GPU-hours.',
    ])
    assert.deepEqual(said(schedule, '/clauses/1/recoupment'), [
      'Payments are repaid out of 25.0 % of the revenue above 30,000,000.00 USD a period; the balance bears 6.0 % a year, simple, act/360.',
    ])
    assert.deepEqual(said(schedule, '/settlement'), [
      'A statement falls due 20 business days after it is final; business days are Monday to Friday without 1 date of its own. Amounts both ways are paid each in full.',
    ])
    assert.deepEqual(said(schedule, '/blocks/0'), [
      'Block north-1: 10,800 GB300 at north, North; 7,200 due 2026-07-01 and 3,600 due 2026-10-01.',
    ])
  })

  test('T11 a due date on no business day: where it moves, and which days are none', () => {
    const due = (more: Loose) => {
      const document = sampleDocument()
      document.settlement.due = more
      return said(scheduleOf(signed(document)), '/settlement')[0]
    }
    assert.equal(
      due({ days: 30, roll: 'following' }),
      'A statement falls due 30 days after it is final, or where that is no business day, on the next one; business days are Monday to Friday. Amounts both ways are paid each in full.',
    )
    const own = { holidays: ['2027-01-26', '2027-04-26'], calendars: ['Australia/Sydney', 'America/New_York'] }
    assert.match(
      due({ days: 30, roll: 'preceding', ...own }) ?? '',
      /, on the one before; business days are Monday to Friday without the holidays of Australia\/Sydney and America\/New_York and 2 dates of its own\. /,
    )
    assert.match(
      due({ days: 5, roll: 'modifiedFollowing' }) ?? '',
      /, on the next one, or on the one before where the next is in another month; /,
    )
  })

  test('T11 blocks that begin their contract years on other dates are told apart only where it matters', () => {
    const document = sampleDocument()
    document.blocks[1].commencement = '2027-01-01'
    document.clauses[1].caps = []
    const two = scheduleOf(signed(document))
    assert.equal(said(two, '/clauses/0/rate').length, 1)
    assert.deepEqual(said(two, '/clauses/1/committed'), [
      'Committed GPUs of each block for north-1, as far as accepted: 7,200 until 2027-06-30, then 6,480.',
      'Committed GPUs of each block for north-2, as far as accepted: 7,200 until 2027-12-31, then 6,480.',
    ])
  })

  test('T11 assumptions are said: the nearest source at or above a term, and any assumption below it', () => {
    const byPointer = new Map(sentences(schedule, clauseKinds).map((sentence) => [sentence.pointer, sentence]))
    assert.deepEqual([byPointer.get('/clauses/1/price')?.assumed, byPointer.get('/clauses/1/price')?.note], [false, 'A report.'])
    assert.deepEqual([byPointer.get('/clauses/0/rate')?.assumed, byPointer.get('/clauses/0/rate')?.note], [true, 'Made up.'])
    const document = sampleDocument()
    document.sources = [
      { at: '/clauses/1', status: 'public', note: 'All of it.' },
      { at: '/clauses/1/recoupment/accrual', status: 'assumption', note: 'Not the accrual.' },
    ]
    const partly = new Map(sentences(scheduleOf(signed(document)), clauseKinds).map((sentence) => [sentence.pointer, sentence]))
    assert.deepEqual([partly.get('/clauses/1/recoupment')?.assumed, partly.get('/clauses/1/recoupment')?.note], [true, 'Not the accrual.'])
    assert.deepEqual([partly.get('/clauses/1/price')?.assumed, partly.get('/clauses/1/price')?.note], [false, 'All of it.'])
    assert.deepEqual([partly.get('/clauses/0/rate')?.assumed, 'note' in partly.get('/clauses/0/rate')!], [false, false])
    // `/clauses/1` is no part of `/clauses/10`.
    document.sources[1].at = '/blocks'
    for (let i = 3; i < 11; i++) document.clauses.push({ ...structuredClone(document.clauses[0]), id: `share-${i}` })
    assert.equal(
      sentences(scheduleOf(signed(document)), clauseKinds).find(({ pointer }) => pointer === '/clauses/10/rate')?.note,
      undefined,
    )
  })

  test('T11 how long a month is corrected is told, where it ends', () => {
    const saidOf = (correctionsUntil: object) => {
      const document = sampleDocument()
      Object.assign(document.settlement, correctionsUntil)
      return sentences(scheduleOf(signed(document)), clauseKinds).find(({ pointer }) => pointer === '/settlement/correctionsUntil')?.text
    }
    assert.equal(saidOf({}), undefined)
    assert.equal(
      saidOf({ correctionsUntil: { months: 24 } }),
      'A month is corrected until 24 months after it became final; what comes later is listed and not settled.',
    )
  })

  test('T11 an amended clause is told once for each slice, by the version that says it', () => {
    const first = signed(sampleDocument())
    const second = signed({
      ...structuredClone(first.agreement),
      version: 2,
      effective: '2028-01-01',
      previous: first.hash,
      clauses: first.agreement.clauses
        .toReversed()
        .map((clause) => (clause.id === 'south-backstop' ? { ...clause, price: '1.70' } : clause)),
      sources: [],
    })
    const told = sentences(scheduleOf(first, second), clauseKinds).filter(
      ({ clause, text }) => clause === 'south-backstop' && /price|from/.test(text),
    )
    assert.deepEqual(
      told.map(({ version, pointer, text, assumed }) => [version, pointer, text, assumed]),
      [
        [
          1,
          '/clauses/2',
          'The guarantor pays The operator for unsold capacity of south-1, settled each month, from 2027-01-01 through 2027-12-31.',
          true,
        ],
        [1, '/clauses/2/price', 'The price, in USD per GPU-hour, is 1.80.', true],
        [
          2,
          '/clauses/0',
          'The guarantor pays The operator for unsold capacity of south-1, settled each month, from 2028-01-01 through 2028-12-31.',
          false,
        ],
        [2, '/clauses/0/price', 'The price, in USD per GPU-hour, is 1.70.', false],
      ],
    )
  })
})

test('T11 whose word counts and what claims are held against, where that is written, and nothing where it is not', () => {
  const document = sampleDocument()
  const of = (...pointers: string[]) => pointers.flatMap((pointer) => said(scheduleOf(signed(document)), pointer))
  assert.deepEqual(of('/metering/allocations', '/metering/health', '/claims'), [])
  document.metering = { allocations: ['slurm', 'kueue', 'desk'], health: ['dcgm'] }
  document.claims = { idleWatts: 300, listPrice: '3.10' }
  assert.deepEqual(of('/metering/allocations', '/metering/reservations', '/metering/health', '/claims'), [
    'What is allocated is what slurm says; where it has no evidence, kueue and desk, in this order.',
    'What is out of service is what dcgm says.',
    `Claimed GPUs are idle below 300 W, give or take 300 GPU-seconds of a node and hour, and on offer at 3.1 ${document.currency} per GPU-hour at most.`,
  ])
})
