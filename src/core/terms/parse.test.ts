import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { stringify } from 'yaml'
import { anyDocument, sampleDocument, type Loose } from '../../../test/agreements.ts'
import type { Problem } from '../base/problem.ts'
import { spanSecondsMax, gpusMax } from '../base/steps.ts'
import type { Agreement } from './agreement.ts'
import { limits } from './limits.ts'
import { clauseKinds } from '../settlement/kinds.ts'
import { parseAgreement } from './parse.ts'
import { serializeAgreement } from './serialize.ts'

const good = (text: string) => {
  const parsed = parseAgreement(text, clauseKinds)
  if ('problems' in parsed) assert.fail(JSON.stringify(parsed.problems, undefined, 1))
  return parsed
}
const bad = (text: string): readonly Problem[] => {
  const parsed = parseAgreement(text, clauseKinds)
  assert.ok('problems' in parsed, 'the document was accepted')
  return parsed.problems
}
const changed = (change: (document: Loose) => void): string => {
  const document = sampleDocument()
  change(document)
  return stringify(document, { aliasDuplicateObjects: false })
}

/** Every map of a document with its keys in another order. */
const shuffled = (value: Loose): Loose => {
  if (Array.isArray(value)) return value.map(shuffled)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, inner]) => [key, shuffled(inner)]),
  )
}

describe('T5 what is written is read back', () => {
  test('T5 T4 a drawn document: as YAML, as JSON, defaults written out, keys in any order', () => {
    fc.assert(
      fc.property(anyDocument, (document) => {
        const { agreement, hash } = good(JSON.stringify(document))
        assert.deepEqual(good(serializeAgreement(agreement)), { agreement, hash })
        assert.deepEqual(good(JSON.stringify(agreement)), { agreement, hash })
        assert.equal(good(JSON.stringify(shuffled(document), undefined, '\t')).hash, hash)
        assert.equal(good(stringify(shuffled(agreement))).hash, hash)
      }),
      { numRuns: 200 },
    )
  })

  test('T5 T4 the sample, and another number makes another hash', () => {
    const { agreement, hash } = good(changed(() => {}))
    assert.deepEqual(good(serializeAgreement(agreement)), { agreement, hash })
    assert.notEqual(good(changed((d) => (d.clauses[2].price = '1.81'))).hash, hash)
    // "2.10" and "2.1" are one number in two documents: the hash names the document.
    assert.notEqual(good(changed((d) => (d.clauses[0].affiliateReference = '2.1'))).hash, hash)
  })
})

test('T4 what a document leaves out is filled in', () => {
  const document = sampleDocument()
  document.clauses = [document.clauses[2]]
  document.sources = []
  delete document.clauses[0].from
  delete document.clauses[0].through
  document.settlement = { due: { days: 30 } }
  const { agreement } = good(JSON.stringify(document))
  const { settlement, clauses, blocks, pools, ...rest } = agreement
  assert.deepEqual(
    { version: rest.version, effective: rest.effective, commencement: rest.commencement, sources: rest.sources },
    { version: 1, effective: '2026-07-01', commencement: '2026-07-01', sources: [] },
  )
  assert.deepEqual(settlement, { netting: true, due: { days: 30, roll: 'following', calendars: [], holidays: [], workingDays: [] } })
  assert.deepEqual(clauses, [
    {
      id: 'south-backstop',
      kind: 'capacity-backstop',
      payer: 'grantor',
      payee: 'cloud',
      covers: ['south-1'],
      from: '2026-07-01',
      through: '2032-06-30',
      period: 'month',
      measure: 'period',
      price: '1.80',
      committed: 'accepted',
      retention: '0',
      offset: 'sales',
      pool: 'none',
      caps: [],
      conditions: [],
      callRight: false,
    },
  ])
  assert.deepEqual(
    blocks.map(({ supported }) => supported),
    [true, true, false, true],
  )
  assert.deepEqual(pools, [
    { id: 'north', attribution: 'specific', blocks: ['north-1', 'north-2', 'spare'] },
    { id: 'south-h200', attribution: 'supported-first', blocks: ['south-1'] },
  ])
})

type Fault = readonly [name: string, change: (document: Loose) => void, ...problems: (readonly [pointer: string, message: RegExp])[]]

const backstop = (d: Loose) => d.clauses[1]
const steps = (...pairs: [string, Loose][]) => ({ steps: pairs.map(([from, value]) => ({ from, value })) })
const years = (...pairs: [number, Loose][]) => ({ contractYears: pairs.map(([from, value]) => ({ from, value })) })

const faults: readonly Fault[] = [
  ['an unknown key', (d) => (backstop(d).prise = '2'), ['/clauses/1/prise', /unknown key `prise`/]],
  [
    'a misspelt key',
    (d) => (backstop(d).retension = '0'),
    ['/clauses/1/retension', /unknown key `retension`: known here are .*`retention`/],
  ],
  [
    'a misspelt key instead of the right one',
    (d) => {
      d.curency = d.currency
      delete d.currency
    },
    ['/curency', /did you mean `currency`\?/],
    ['', /`currency` is missing: should be an ISO 4217 code/],
  ],
  ['a key called __proto__', (d) => Object.defineProperty(d, '__proto__', { value: 1, enumerable: true }), ['/__proto__', /unknown key/]],
  [
    'a decimal without quotes',
    (d) => (d.clauses[2].price = 2.32),
    ['/clauses/2/price', /is the number 2\.32: write it in quotes, "2\.32"/],
  ],
  ['a rate of 1.7', (d) => (d.clauses[0].rate = '1.7'), ['/clauses/0/rate', /is "1\.7": should be a share from 0 to 1/]],
  [
    'a rate of 1.7 without quotes',
    (d) => (d.clauses[0].rate = 1.7),
    ['/clauses/0/rate', /is 1\.7: should be a share from 0 to 1 in quotes/],
  ],
  [
    'a negative price',
    (d) => (d.clauses[2].price = '-2'),
    ['/clauses/2/price', /is "-2": should be a decimal in quotes that is not negative/],
  ],
  ['a list for a price', (d) => (d.clauses[2].price = ['2']), ['/clauses/2/price', /is a list: should be a decimal in quotes, `tiers`/]],
  [
    'a map of nothing for a price',
    (d) => (d.clauses[2].price = {}),
    ['/clauses/2/price', /is a map: should be a decimal in quotes, `tiers`/],
  ],
  ['nothing for a price', (d) => (d.clauses[2].price = null), ['/clauses/2/price', /is empty/]],
  [
    'a word for committed',
    (d) => (backstop(d).committed = 'all'),
    ['/clauses/1/committed', /is "all": should be `accepted`, a whole number/],
  ],
  ['half a GPU', (d) => (backstop(d).limit = 1.5), ['/clauses/1/limit', /is 1\.5: should be a whole number of GPUs/]],
  [
    'overlapping steps',
    (d) => (backstop(d).retention = steps(['2026-07-01', '0'], ['2028-01-01', '0.1'], ['2027-01-01', '0.2'])),
    ['/clauses/1/retention/steps/2/from', /2027-01-01 comes after 2028-01-01: steps overlap/],
  ],
  [
    'one start twice',
    (d) => (backstop(d).retention = steps(['2026-07-01', '0'], ['2026-07-01', '0.1'])),
    ['/clauses/1/retention/steps/1/from', /2026-07-01 has a step before/],
  ],
  [
    'a first step after the clause starts',
    (d) => (backstop(d).retention = steps(['2026-07-02', '0'])),
    ['/clauses/1/retention/steps/0/from', /is after the clause starts, 2026-07-01/],
  ],
  [
    'contract years from 2',
    (d) => (backstop(d).retention = years([2, '0'])),
    ['/clauses/1/retention/contractYears/0/from', /is 2: the first contract year is 1/],
  ],
  [
    'contract years out of order',
    (d) => (backstop(d).retention = years([1, '0'], [3, '0.1'], [3, '0.2'])),
    ['/clauses/1/retention/contractYears/2/from', /3 has a step before/],
  ],
  [
    'contract year 51',
    (d) => (backstop(d).retention = years([1, '0'], [51, '1'])),
    ['/clauses/1/retention/contractYears/1/from', /from 1 to 50/],
  ],
  [
    'both kinds of steps',
    (d) => (backstop(d).retention = { ...steps(['2026-07-01', '0']), ...years([1, '0']) }),
    ['/clauses/1/retention/contractYears', /unknown key/],
  ],
  ['no steps', (d) => (backstop(d).retention = { steps: [] }), ['/clauses/1/retention/steps', /has 0 items: .* at least 1/]],
  [
    'a share that rises',
    (d) => (d.clauses[0].rate = years([1, '0.1'], [2, '0.11'])),
    ['/clauses/0/rate/contractYears/1/value', /rises from "0\.1" to "0\.11"/],
  ],
  [
    'a share that rises above a base only',
    (d) =>
      (d.clauses[0].rate = years(
        [
          1,
          {
            tiers: [
              { above: '0', value: '0.2' },
              { above: '100', value: '0.1' },
            ],
          },
        ],
        [2, '0.15'],
      )),
    ['/clauses/0/rate/contractYears/1/value', /rises above the step before/],
  ],
  [
    'tiers that do not begin at 0',
    (d) => (d.clauses[0].rate = { tiers: [{ above: '1', value: '0.2' }] }),
    ['/clauses/0/rate/tiers/0/above', /is "1": the first tier is above "0"/],
  ],
  [
    'tiers that do not go up',
    (d) =>
      (d.clauses[0].rate = {
        tiers: [
          { above: '0', value: '0.2' },
          { above: '10', value: '0.1' },
          { above: '10.0', value: '0' },
        ],
      }),
    ['/clauses/0/rate/tiers/2/above', /"10\.0" is not above "10"/],
  ],
  [
    'two blocks with one id',
    (d) => (d.blocks[1].id = 'north-1'),
    ['/blocks/1/id', /`north-1` is already the block at \/blocks\/0\/id/],
    ['/pools/0/blocks/1', /names no block/],
    ['/orders/0/blocks/0', /names no block/],
    ['/clauses/0/covers/1', /names no block/],
    ['/clauses/1/covers/1', /names no block/],
  ],
  ['two tranches with one id', (d) => (d.blocks[0].tranches[1].id = 'first'), ['/blocks/0/tranches/1/id', /already the tranche/]],
  ['two clauses with one id', (d) => (d.clauses[2].id = 'share'), ['/clauses/2/id', /already the clause at \/clauses\/0\/id/]],
  [
    'two pools with one id',
    (d) => d.pools.push({ id: 'north', attribution: 'pro-rata', blocks: ['south-1'] }),
    ['/pools/1/id', /already the pool/],
  ],
  [
    'two conditions with one id',
    (d) => (backstop(d).conditions[1].id = 'list-price'),
    ['/clauses/1/conditions/1/id', /already the condition/],
  ],
  ['two orders with one id', (d) => d.orders.push({ order: 'ord-1', blocks: ['spare'] }), ['/orders/1/order', /already the order/]],
  [
    'two parties with one id',
    (d) => (d.parties[1].id = 'grantor'),
    ['/parties/1/id', /already the party/],
    ['/clauses/0/payer', /names no party/],
    ['/clauses/1/payee', /names no party/],
    ['/clauses/2/payee', /names no party/],
  ],
  [
    'two guarantors',
    (d) => (d.parties[1].role = 'guarantor'),
    ['/parties/1/role', /one guarantor and one operator/],
    ['/clauses/0/payer', /paid by the operator/],
    ['/clauses/1/payee', /is the guarantor/],
    ['/clauses/2/payee', /is the guarantor/],
  ],
  [
    'nobody that guarantees',
    (d) => (d.parties[0].role = 'lender'),
    ['/parties', /name no guarantor/],
    ['/clauses/0/payee', /`grantor` is a lender: a revenue-share is paid by the operator to the guarantor/],
    ['/clauses/1/payer', /is a lender/],
    ['/clauses/2/payer', /is a lender/],
  ],
  [
    'a condition with a built-in name',
    (d) => (backstop(d).conditions[1].id = 'sales-evidence'),
    ['/clauses/1/conditions/1/id', /built-in/],
  ],
  ['a bad id', (d) => (d.agreement = 'Sample One'), ['/agreement', /is "Sample One": should be an id/]],
  [
    'an unknown block, misspelt',
    (d) => (backstop(d).covers[1] = 'north-3'),
    ['/clauses/1/covers/1', /`north-3` names no block: did you mean `north-/],
  ],
  ['an unknown party', (d) => (d.clauses[0].payee = 'somebody'), ['/clauses/0/payee', /names no party: there are `grantor`, `cloud`/]],
  ['an unknown zone', (d) => (d.zone = 'Australia/Sidney'), ['/zone', /no known time zone/]],
  ['an unknown currency', (d) => (d.currency = 'XXX'), ['/currency', /ISO 4217 does not list/]],
  [
    'a block in two pools',
    (d) => d.pools.push({ id: 'other', attribution: 'pro-rata', blocks: ['south-1', 'spare'] }),
    ['/pools/1/blocks/1', /`spare` is in pool `north` already/],
  ],
  ['a block listed twice in a pool', (d) => d.pools[0].blocks.push('spare'), ['/pools/0/blocks/3', /listed before/]],
  [
    'a block beside the pool that has its default name',
    (d) => (d.pools = [{ id: 'north-gb300', attribution: 'specific', blocks: ['north-1', 'north-2'] }]),
    ['/blocks/2', /`spare` is in no pool, and `north-gb300` exists without it/],
  ],
  ['a default pool with too long a name', (d) => (d.blocks[3].factory = 'f'.repeat(60)), ['/blocks/3', /too long a name/]],
  [
    'a clause that covers an unsupported block',
    (d) => d.clauses[0].covers.push('spare'),
    ['/clauses/0/covers/3', /`spare` is not supported/],
  ],
  [
    'a retention too fine to be counted exactly',
    (d) => Object.assign(backstop(d), { retention: '0.123456789' }),
    [
      '/clauses/1/retention',
      /is counted in 1\/1000000000 of a GPU: with \d+ GPUs over a month at most 1\/\d+ is exact, write fewer digits/,
    ],
  ],
  ['a block covered twice', (d) => d.clauses[0].covers.push('north-1'), ['/clauses/0/covers/3', /listed before/]],
  [
    'through before from',
    (d) => (d.clauses[2].through = '2026-12-31'),
    ['/clauses/2/through', /2026-12-31 is before the clause starts, 2027-01-01/],
  ],
  ['a clause that starts before the term', (d) => (d.clauses[2].from = '2026-06-30'), ['/clauses/2/from', /before the term starts/]],
  ['a clause that ends after the term', (d) => (d.clauses[2].through = '2032-07-01'), ['/clauses/2/through', /after the term ends/]],
  ['a term that ends before it starts', (d) => (d.term.through = '2026-06-30'), ['/term/through', /before the term starts/]],
  [
    'a share paid by the guarantor',
    (d) => Object.assign(d.clauses[0], { payer: 'grantor', payee: 'cloud' }),
    ['/clauses/0/payer', /a revenue-share is paid by the operator to the guarantor/],
    ['/clauses/0/payee', /is the operator/],
  ],
  [
    'a backstop paid by the operator',
    (d) => Object.assign(backstop(d), { payer: 'cloud', payee: 'grantor' }),
    ['/clauses/1/payer', /a capacity-backstop is paid by the guarantor to the operator/],
    ['/clauses/1/payee', /is the guarantor/],
  ],
  [
    'two backstops on one block at one time',
    (d) => d.clauses[2].covers.push('north-2'),
    ['/clauses/2/covers/1', /`north-2` has the backstop `backstop` through 2032-06-30/],
  ],
  [
    'a cap of both',
    (d) => (backstop(d).caps[0].gpuHours = '1'),
    ['/clauses/1/caps/0', /has `amount` and `gpuHours`: should have exactly one/],
  ],
  ['a cap of nothing', (d) => delete backstop(d).caps[0].amount, ['/clauses/1/caps/0', /has none of `amount` and `gpuHours`/]],
  [
    'a cap with too many digits',
    (d) => (backstop(d).caps[0].amount = '9.001'),
    ['/clauses/1/caps/0/amount', /"9\.001" has more digits than USD, which has 2/],
  ],
  [
    'a stepped cap with too many digits',
    (d) => (backstop(d).caps[2].amount.steps[1].value = '0.001'),
    ['/clauses/1/caps/2/amount/steps/1/value', /more digits than USD/],
  ],
  ['a base with too many digits', (d) => (d.clauses[0].base = '0.001'), ['/clauses/0/base', /more digits/]],
  [
    'a threshold with too many digits',
    (d) => (backstop(d).recoupment.threshold = '0.001'),
    ['/clauses/1/recoupment/threshold', /more digits/],
  ],
  [
    'a cap by contract year over blocks that begin theirs on two dates',
    (d) => (d.blocks[1].commencement = '2027-01-01'),
    ['/clauses/1/caps/1/gpuHours/contractYears', /begin theirs on 2026-07-01 and 2027-01-01/],
  ],
  [
    'netted blocks that begin their years on two dates, with a limit by contract year',
    (d) => {
      d.blocks[1].commencement = '2027-01-01'
      backstop(d).caps = []
      Object.assign(backstop(d), { pool: 'covered', committed: 'accepted', limit: years([1, 7_000], [2, 6_000]) })
    },
    ['/clauses/1/limit/contractYears', /begin theirs on/],
  ],
  ['an order placed on an unknown block', (d) => (d.orders[0].blocks[1] = 'west-1'), ['/orders/0/blocks/1', /`west-1` names no block/]],
  [
    'an order placed in two pools',
    (d) => d.orders[0].blocks.push('south-1'),
    ['/orders/0/blocks/2', /`south-1` is in pool `south-h200`, not in `north` like `north-2`/],
  ],
  [
    'version 2 alone',
    (d) => (d.version = 2),
    ['', /`previous` is missing: version 2 names the hash of version 1/],
    ['', /`effective` is missing/],
  ],
  [
    'a hash that is none',
    (d) => Object.assign(d, { version: 2, effective: '2027-01-01', previous: 'abc' }),
    ['/previous', /should be a SHA-256/],
    ['', /`previous` is missing/],
  ],
  ['version 1 with a hash before it', (d) => (d.previous = 'a'.repeat(64)), ['/previous', /version 1 has no version before it/]],
  ['version 1 that counts later', (d) => (d.effective = '2026-07-02'), ['/effective', /after the term starts/]],
  [
    'a version that counts after the term',
    (d) => Object.assign(d, { version: 2, effective: '2032-07-01', previous: 'a'.repeat(64) }),
    ['/effective', /after the term ends/],
  ],
  ['no GPUs', (d) => (d.blocks[0].tranches[0].gpus = 0), ['/blocks/0/tranches/0/gpus', /is 0: should be a whole number from 1/]],
  [
    'too many GPUs',
    (d) => (d.blocks[0].tranches[0].gpus = gpusMax + 1),
    ['/blocks/0/tranches/0/gpus', /should be a whole number from 1 to 8388607/],
  ],
  ['too many GPUs together', (d) => (d.blocks[0].tranches[0].gpus = gpusMax), ['/blocks', /one agreement holds at most 8388607/]],
  ['a tranche after the term', (d) => (d.blocks[0].tranches[0].due = '2032-07-01'), ['/blocks/0/tranches/0/due', /after the term ends/]],
  [
    'a date that is none',
    (d) => (d.blocks[0].tranches[0].due = '2026-02-30'),
    ['/blocks/0/tranches/0/due', /is "2026-02-30": should be a date/],
  ],
  ['a term of 35 years', (d) => (d.term.through = '2061-06-30'), ['/term/through', new RegExp(`at most ${spanSecondsMax} s`)]],
  ['due both ways', (d) => (d.settlement.due.days = 30), ['/settlement/due', /has `days` and `businessDays`/]],
  ['due neither way', (d) => (d.settlement.due = {}), ['/settlement/due', /has none of `days` and `businessDays`/]],
  [
    'a calendar that nobody publishes here',
    (d) => (d.settlement.due.calendars = ['Asia/Jakarta', 'Asia/Batam']),
    ['/settlement/due/calendars/1', /"Asia\/Batam".*`Asia\/Jakarta`/],
  ],
  [
    'a calendar that ends before the term',
    (d) => {
      d.settlement.due.calendars = ['Australia/Sydney']
      d.term.through = '2062-06-30'
      d.term.from = '2030-07-01'
      for (const block of d.blocks) for (const tranche of block.tranches) tranche.due = '2030-07-01'
      d.clauses = [{ id: 'x', kind: 'capacity-backstop', payer: 'grantor', payee: 'cloud', covers: ['south-1'], price: '1.80' }]
      d.sources = []
    },
    ['/settlement/due/calendars/0', /covers 2024 to 2062.*through 2062-06-30/],
  ],
  [
    'a date that is a holiday and a working day',
    (d) => (d.settlement.due.workingDays = ['2026-12-25']),
    ['/settlement/due/workingDays/0', /among `holidays` too/],
  ],
  ['a holiday twice', (d) => d.settlement.due.holidays.push('2026-12-25'), ['/settlement/due/holidays/1', /listed before/]],
  [
    'a clause of an unknown kind',
    (d) => (d.clauses[2].kind = 'floor'),
    ['/clauses/2/kind', /is "floor": should be `revenue-share` or `capacity-backstop`/],
  ],
  [
    'a clause without a kind',
    (d) => delete d.clauses[2].kind,
    ['/clauses/2', /`kind` is missing: should be `revenue-share` or `capacity-backstop`/],
  ],
  ['a clause that is a word', (d) => (d.clauses[2] = 'share'), ['/clauses/2', /is "share": should be a clause with a `kind`/]],
  [
    'a wrong word',
    (d) => (backstop(d).measure = 'minute'),
    ['/clauses/1/measure', /is "minute": should be `instant`, `hour`, `day`, `period`/],
  ],
  ['a word for yes', (d) => (backstop(d).callRight = 'yes'), ['/clauses/1/callRight', /is "yes": should be `true` or `false`/]],
  ['a control character', (d) => (d.title = 'a\u0000b'), ['/title', /none of them a control character/]],
  ['half of a surrogate pair', (d) => (d.title = 'a\ud800b'), ['/title', /should be a text/]],
  ['a source that speaks of nothing', (d) => (d.sources[1].at = '/clauses/1/prices'), ['/sources/1/at', /leads nowhere/]],
  ['another format', (d) => (d.offtake = 2), ['/offtake', /is 2: should be 1/]],
  [
    'one party',
    (d) => d.parties.pop(),
    ['/parties', /has 1 items: .*at least 2/],
    ['/clauses/0/payer', /names no party/],
    ['/clauses/1/payee', /names no party/],
    ['/clauses/2/payee', /names no party/],
  ],
  [
    'no blocks',
    (d) => (d.blocks = []),
    ...[
      '/pools/0/blocks/0',
      '/pools/0/blocks/1',
      '/pools/0/blocks/2',
      '/orders/0/blocks/0',
      '/orders/0/blocks/1',
      '/clauses/0/covers/0',
      '/clauses/0/covers/1',
      '/clauses/0/covers/2',
      '/clauses/1/covers/0',
      '/clauses/1/covers/1',
      '/clauses/2/covers/0',
    ].map((at): [string, RegExp] => [at, /names no block/]),
  ],
]

const place = ({ pointer }: { pointer: string }) => pointer
const ordered = (pointers: readonly string[]) => pointers.toSorted()

describe('T3 every fault is found, with its exact pointer', () => {
  for (const [name, change, ...expected] of faults)
    test(`T3 ${name}`, () => {
      // JSON keeps what YAML would write otherwise: half a surrogate pair, a key called __proto__.
      const document = sampleDocument()
      change(document)
      const problems = bad(JSON.stringify(document))
      assert.deepEqual(ordered(problems.map(place)), ordered(expected.map(([pointer]) => pointer)), JSON.stringify(problems, undefined, 1))
      for (const [pointer, message] of expected)
        assert.ok(
          problems.some((problem) => problem.pointer === pointer && message.test(problem.message)),
          `${pointer} ${message} in ${JSON.stringify(problems, undefined, 1)}`,
        )
    })
})

test('T3 all problems of one document arrive at once, in the order of its lines', () => {
  const names = new Set([
    'an unknown key',
    'a rate of 1.7',
    'overlapping steps',
    'two tranches with one id',
    'two clauses with one id',
    'a bad id',
    'an unknown zone',
    'a block in two pools',
    'a cap of both',
    'a stepped cap with too many digits',
    'an order placed in two pools',
    'no GPUs',
    'due both ways',
    'a source that speaks of nothing',
    'a word for yes',
    'half a GPU',
  ])
  const chosen = faults.filter(([name]) => names.has(name))
  assert.equal(chosen.length, names.size)
  const text = changed((document) => chosen.forEach(([, change]) => change(document)))
  const problems = bad(text)
  assert.deepEqual(ordered(problems.map(place)), ordered(chosen.flatMap(([, , ...expected]) => expected.map(([pointer]) => pointer))))
  const lines = problems.map(({ line }) => line!)
  assert.deepEqual(
    lines,
    lines.toSorted((a, b) => a - b),
  )
  // Each line is the one that has the key in question.
  const written = text.split('\n')
  for (const { pointer, line } of problems) {
    const key = pointer.split('/').at(-1)!
    if (!/^\d+$/.test(key)) assert.match(written[line! - 1]!, new RegExp(`\\b${key}:`), `${pointer} at line ${line}`)
  }
})

test('T3 the line is that of the value, in YAML with comments and aliases', () => {
  const problems = bad(`# one
offtake: 1
agreement: &name x
title: *name   # and here the second
zone: 1
parties:
  - id: *name
    nam: x
`)
  const at = (pointer: string) => problems.filter((problem) => problem.pointer === pointer).map(({ line }) => line)
  assert.deepEqual(at('/zone'), [5])
  assert.deepEqual(at('/parties/0/nam'), [8])
  assert.deepEqual(at('/parties'), [6])
})

test('T3 problems are bounded, and the last says how many more there are', () => {
  const document = sampleDocument()
  for (let i = 0; i < limits.problems + 50; i++) document[`x${i}`] = i
  const problems = bad(JSON.stringify(document))
  assert.equal(problems.length, limits.problems + 1)
  assert.ok(problems.some(({ message }) => message === 'has 50 more problems'))
})

test('T3 a text full of unknown keys is answered in time', { timeout: 60_000 }, () => {
  const keys = Array.from({ length: 60_000 }, (_, i) => `"k${i}":1`)
  assert.equal(bad(`{${keys.join(',')}}`).length, limits.problems + 1)
})

describe('T1 the text', () => {
  const cases: readonly [string, string, RegExp][] = [
    ['nothing', '', /is empty: should be a map/],
    ['a list', '- 1', /is a list: should be a map/],
    ['broken YAML', 'a: [1, 2', /./],
    ['two documents', 'a: 1\n---\nb: 2', /multiple documents/],
    ['an unknown tag', 'title: !secret x', /Unresolved tag/],
    ['YAML 1.1, where `no` is false', '%YAML 1.1\n---\ntitle: no', /is not YAML 1\.2/],
    ['a key that is a list', '? [a]\n: 1', /key that is a list/],
    ['an alias of nothing', 'title: *nobody', /nobody/],
    ['an alias of itself', 'title: &a [*a]', /stands for itself/],
    ['too long', `title: ${'x'.repeat(limits.characters)}`, /at most 1048576 are read/],
    ['too many values', `title: [${'1,'.repeat(limits.values)}]`, /more than 200000 values/],
    ['too deep', `title: ${'['.repeat(limits.depth + 2)}${']'.repeat(limits.depth + 2)}`, /more than 32 deep/],
    ['far too deep', `title: ${'['.repeat(100_000)}`, /nested too deep/],
  ]
  for (const [name, text, message] of cases)
    test(`T1 ${name} is refused`, () => {
      const problems = bad(text)
      assert.ok(
        problems.some((problem) => message.test(problem.message)),
        JSON.stringify(problems.slice(0, 5)),
      )
    })

  test('T1 aliases that multiply are refused at once', () => {
    const levels = Array.from(
      { length: 30 },
      (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}, *a${i}, *a${i}, *a${i}, *a${i}, *a${i}, *a${i}, *a${i}]`,
    )
    const problems = bad(`a0: &a0 x\n${levels.join('\n')}`)
    assert.match(problems[0]!.message, /more than 200000 values/)
  })

  test('T1 a key given twice is refused, and everything else is still looked at', () => {
    const problems = bad(`${changed((d) => (d.zone = 'Nowhere/Else'))}title: again\n`)
    assert.deepEqual(ordered(problems.map(place)), ['/title', '/zone'])
    assert.equal(problems.at(-1)!.pointer, '/title')
    assert.match(problems.at(-1)!.message, /given twice/)
  })

  test('T1 an alias stands for what it names', () => {
    const text = changed((d) => (d.clauses[0].covers = ['north-1', 'north-2'])).replace(
      /covers:\n {6}- north-1\n {6}- north-2\n/,
      'covers: &both [north-1, north-2]\n',
    )
    const aliased = text.replace(/covers:\n {6}- north-1\n {6}- north-2\n/, 'covers: *both\n')
    assert.notEqual(aliased, text)
    assert.equal(good(aliased).hash, good(text).hash)
  })
})

test('T3 an accepted document is whole: what the type says is there', () => {
  const { agreement } = good(changed(() => {}))
  const holes = (value: unknown): boolean =>
    value === null || value === undefined || (typeof value === 'object' && Object.values(value).some(holes))
  assert.equal(holes(agreement), false)
  const keys = Object.keys(agreement satisfies Agreement).toSorted()
  assert.deepEqual(
    keys,
    'agreement blocks clauses commencement currency effective offtake orders parties pools settlement sources term title version zone'.split(
      ' ',
    ),
  )
})

test('T3 whose word counts and what claims are held against: every problem of it at once', () => {
  const problems = bad(
    changed((d) => {
      d.metering = { allocations: [], health: ['dcgm', 'dcgm', 'Slurm'], power: ['x'] }
      d.claims = { idleWatts: 0, activity: 0.02, coverage: '1.1', toleranceSeconds: -1, listCondition: 'list-prise' }
    }),
  )
  const said = new Map(problems.map(({ pointer, message }) => [pointer, message]))
  const expected: [string, RegExp][] = [
    ['/metering/allocations', /sources/],
    ['/metering/health/1', /dcgm/],
    ['/metering/health/2', /small letters/],
    ['/metering/power', /unknown key/],
    ['/claims/idleWatts', /1 to 10000/],
    ['/claims/activity', /in quotes/],
    ['/claims/coverage', /share from 0 to 1/],
    ['/claims/toleranceSeconds', /0 to 1000000/],
    ['/claims/listCondition', /write `listPrice` too/],
  ]
  for (const [pointer, words] of expected) assert.match(said.get(pointer) ?? 'nothing', words, pointer)
  assert.equal(problems.length, expected.length)
  const unknown = bad(changed((d) => (d.claims = { listPrice: '3.10', listCondition: 'no-such' })))
  assert.deepEqual(
    unknown.map(({ pointer }) => pointer),
    ['/claims/listCondition'],
  )
})
