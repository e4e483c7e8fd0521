import fc from 'fast-check'
import { minorDigits } from '../src/core/base/currency.ts'
import { addDays } from '../src/core/base/time.ts'

/** A document before validation, to be changed freely. */
// oxlint-disable-next-line typescript/no-explicit-any -- A test breaks documents in ways that no type allows.
export type Loose = any

/** A valid document with one of almost everything; plain data, new each time. */
export const sampleDocument = (): Loose => ({
  offtake: 1,
  agreement: 'sample',
  title: 'A sample',
  parties: [
    { id: 'grantor', name: 'The guarantor', role: 'guarantor' },
    { id: 'cloud', name: 'The operator', role: 'operator' },
  ],
  zone: 'Australia/Sydney',
  currency: 'USD',
  term: { from: '2026-07-01', through: '2032-06-30' },
  blocks: [
    {
      id: 'north-1',
      factory: 'north',
      region: 'North',
      sku: 'GB300',
      tranches: [
        { id: 'first', gpus: 7_200, due: '2026-07-01' },
        { id: 'second', gpus: 3_600, due: '2026-10-01' },
      ],
      maintenance: { gpuHoursPerContractYear: '72000.5', noticeDays: 14 },
    },
    { id: 'north-2', factory: 'north', region: 'North', sku: 'GB300', tranches: [{ id: 'only', gpus: 7_200, due: '2027-01-01' }] },
    {
      id: 'spare',
      factory: 'north',
      region: 'North',
      sku: 'GB300',
      supported: false,
      tranches: [{ id: 'only', gpus: 720, due: '2026-07-01' }],
    },
    { id: 'south-1', factory: 'south', region: 'South', sku: 'H200', tranches: [{ id: 'only', gpus: 800, due: '2026-07-01' }] },
  ],
  pools: [{ id: 'north', attribution: 'specific', blocks: ['north-1', 'north-2', 'spare'] }],
  orders: [{ order: 'ord-1', blocks: ['north-2', 'north-1'] }],
  clauses: [
    {
      id: 'share',
      kind: 'revenue-share',
      payer: 'cloud',
      payee: 'grantor',
      covers: ['north-1', 'north-2', 'south-1'],
      base: '50000.00',
      rate: {
        contractYears: [
          {
            from: 1,
            value: {
              tiers: [
                { above: '0', value: '0.175' },
                { above: '1000000', value: '0.15' },
              ],
            },
          },
          { from: 3, value: '0.125' },
        ],
      },
      reset: 'year',
      affiliateReference: '2.10',
    },
    {
      id: 'backstop',
      kind: 'capacity-backstop',
      payer: 'grantor',
      payee: 'cloud',
      covers: ['north-1', 'north-2'],
      measure: 'hour',
      price: {
        steps: [
          {
            from: '2026-07-01',
            value: {
              tiers: [
                { above: '0', value: '2.32' },
                { above: '5000000', value: '2.25' },
              ],
            },
          },
          { from: '2029-07-01', value: '2.00' },
        ],
      },
      committed: {
        contractYears: [
          { from: 1, value: 7_200 },
          { from: 2, value: 6_480 },
        ],
      },
      retention: {
        steps: [
          { from: '2026-01-01', value: '0.05' },
          { from: '2028-01-01', value: '0.10' },
        ],
      },
      limit: 7_000,
      caps: [
        { per: 'period', amount: '9000000.00' },
        {
          per: 'contract-year',
          gpuHours: {
            contractYears: [
              { from: 1, value: '20000000' },
              { from: 2, value: '15000000.5' },
            ],
          },
        },
        {
          per: 'aggregate',
          amount: {
            steps: [
              { from: '2026-07-01', value: '400000000.00' },
              { from: '2030-01-01', value: '450000000.00' },
            ],
          },
        },
      ],
      conditions: [
        { id: 'list-price', text: 'Offered at or below 3.25 USD per GPU-hour.' },
        { id: 'no-default', text: 'The operator is not in default.', presumed: 'met' },
      ],
      recoupment: { share: '0.25', threshold: '30000000.00', accrual: '0.06', dayCount: 'act/360' },
      callRight: true,
    },
    {
      id: 'south-backstop',
      kind: 'capacity-backstop',
      payer: 'grantor',
      payee: 'cloud',
      covers: ['south-1'],
      from: '2027-01-01',
      through: '2028-12-31',
      price: '1.80',
    },
  ],
  settlement: { netting: false, due: { businessDays: 20, holidays: ['2026-12-25'] } },
  sources: [
    { at: '', status: 'assumption', note: 'Made up.' },
    { at: '/clauses/1/price', status: 'public', note: 'A report.' },
  ],
})

const zones = ['UTC', 'Australia/Sydney', 'Asia/Jakarta', 'America/New_York', 'Australia/Lord_Howe'] as const

type Draw = <T, Args extends unknown[]>(make: (...args: Args) => fc.Arbitrary<T>, ...args: Args) => T

const chance = (draw: Draw): boolean => draw(fc.boolean)
const whole = (draw: Draw, min: number, max: number): number => draw(() => fc.integer({ min, max }))
const oneOf = <T>(draw: Draw, values: readonly T[]): T => values[whole(draw, 0, values.length - 1)]!

const increasing = (draw: Draw, count: number, first: number, most: number): number[] => {
  const all = [first]
  while (all.length < count) all.push(all.at(-1)! + whole(draw, 1, most))
  return all
}

/** A share with up to three digits; not above `most`, in thousandths. */
const share = (draw: Draw, most = 1_000): string => {
  const thousandths = whole(draw, 0, most)
  return thousandths === 1_000 ? '1' : thousandths === 0 ? '0' : `0.${String(thousandths).padStart(3, '0')}`
}

const decimal = (draw: Draw, most: number, places: number): string => {
  const text = String(whole(draw, 0, most))
  return places === 0 || chance(draw) ? text : `${text}.${String(whole(draw, 0, 10 ** places - 1)).padStart(places, '0')}`
}

type Clock = Readonly<{ from: string; years: number; byYear: boolean }>

/** Up to four steps, by date or by contract year, or one plain value. */
const scheduled = (draw: Draw, { from, years, byYear }: Clock, value: (index: number) => Loose): Loose => {
  const count = whole(draw, 1, 4)
  const kind = whole(draw, 0, byYear ? 2 : 1)
  if (kind === 0) return value(0)
  if (kind === 2) return { contractYears: increasing(draw, count, 1, 2).map((year, i) => ({ from: year, value: value(i) })) }
  const days = increasing(draw, count, -whole(draw, 0, 400), 200 * years)
  return { steps: days.map((day, i) => ({ from: addDays(from, day), value: value(i) })) }
}

const tiered = (draw: Draw, value: (index: number) => string): Loose => {
  if (chance(draw)) return value(0)
  const above = increasing(draw, whole(draw, 1, 3), 0, 5_000_000)
  return { tiers: above.map((base, i) => ({ above: String(base), value: value(i) })) }
}

const blocksOf = (draw: Draw, from: string): Loose[] =>
  Array.from({ length: whole(draw, 1, 4) }, (_, i) => ({
    id: `block-${i}`,
    factory: oneOf(draw, ['east', 'west']),
    region: 'Somewhere',
    sku: oneOf(draw, ['GB300', 'H200']),
    ...(chance(draw) ? {} : { supported: i === 0 || chance(draw) }),
    ...(chance(draw) ? {} : { commencement: oneOf(draw, [addDays(from, whole(draw, 0, 300)), '2024-02-29', '2020-02-29']) }),
    tranches: increasing(draw, whole(draw, 1, 3), 0, 60).map((day, t) => ({
      id: `t${t}`,
      gpus: whole(draw, 1, 20_000),
      due: addDays(from, day),
    })),
    ...(chance(draw) ? {} : { maintenance: { gpuHoursPerContractYear: decimal(draw, 100_000, 2), noticeDays: whole(draw, 0, 30) } }),
  }))

const shareOf = (draw: Draw, clock: Clock, places: number, common: Loose): Loose => ({
  ...common,
  kind: 'revenue-share',
  payer: 'cloud',
  payee: 'grantor',
  ...(chance(draw) ? {} : { base: decimal(draw, 100_000, places) }),
  ...(chance(draw)
    ? { rate: scheduled(draw, clock, () => tiered(draw, () => share(draw))), mayRise: true }
    : { rate: scheduled(draw, clock, (i) => `0.${String(200 - 50 * i).padStart(3, '0')}`) }),
  ...(chance(draw) ? {} : { reset: oneOf(draw, ['never', 'year']) }),
  ...(chance(draw) ? {} : { affiliateReference: decimal(draw, 5, 3) }),
})

const backstopOf = (draw: Draw, clock: Clock, places: number, common: Loose, oneCommencement: boolean): Loose => {
  const capClock = { ...clock, byYear: oneCommencement }
  const pool = oneCommencement && chance(draw) ? 'covered' : 'none'
  return {
    ...common,
    kind: 'capacity-backstop',
    payer: 'grantor',
    payee: 'cloud',
    ...(chance(draw) ? {} : { measure: oneOf(draw, ['instant', 'hour', 'day', 'period']) }),
    price: scheduled(draw, clock, () => tiered(draw, () => decimal(draw, 5, 3))),
    ...(chance(draw) ? {} : { committed: chance(draw) ? 'accepted' : scheduled(draw, clock, () => whole(draw, 0, 20_000)) }),
    ...(chance(draw) ? {} : { retention: scheduled(draw, clock, () => share(draw)) }),
    ...(chance(draw) ? {} : { limit: scheduled(draw, clock, () => whole(draw, 0, 20_000)) }),
    ...(chance(draw) ? {} : { offset: oneOf(draw, ['sales', 'none']) }),
    ...(pool === 'none' ? {} : { pool }),
    caps: Array.from({ length: whole(draw, 0, 3) }, () => ({
      per: oneOf(draw, ['period', 'contract-year', 'aggregate']),
      ...(chance(draw)
        ? { amount: scheduled(draw, capClock, () => decimal(draw, 10_000_000, places)) }
        : { gpuHours: scheduled(draw, capClock, () => decimal(draw, 10_000_000, 2)) }),
    })),
    ...(chance(draw)
      ? {}
      : {
          conditions: [
            { id: 'one', text: 'It is so.' },
            { id: 'two', text: 'So is this.', presumed: 'met' },
          ],
        }),
    ...(chance(draw) ? {} : { recoupment: { share: share(draw), threshold: decimal(draw, 1_000_000, places), accrual: share(draw, 200) } }),
    ...(chance(draw) ? {} : { callRight: chance(draw) }),
  }
}

/** Clauses on the supported blocks: shares as they come, and backstops no two of which cover one block. */
const clausesOf = (draw: Draw, blocks: readonly Loose[], term: Loose, years: number, places: number): Loose[] => {
  const supported = blocks.filter(({ supported: is }) => is !== false)
  const clauses = Array.from({ length: whole(draw, 1, 4) }, (_, i): Loose => {
    const isShare = chance(draw)
    const covered = supported.filter((_each, place) => (isShare ? true : place % 4 === i))
    if (covered.length === 0) return undefined
    const from = chance(draw) ? undefined : addDays(term.from, whole(draw, 0, 300))
    const common = {
      id: `clause-${i}`,
      covers: covered.map(({ id }) => id),
      ...(from === undefined ? {} : { from }),
      ...(from === undefined || chance(draw) ? {} : { through: addDays(from, whole(draw, 0, 60)) }),
      ...(chance(draw) ? {} : { period: oneOf(draw, ['month', 'quarter', 'year']) }),
    }
    const clock = { from: from ?? term.from, years, byYear: true }
    const one = new Set(covered.map(({ commencement }) => commencement)).size === 1
    return isShare ? shareOf(draw, clock, places, common) : backstopOf(draw, clock, places, common, one)
  }).filter((clause) => clause !== undefined)
  return clauses.length > 0
    ? clauses
    : [shareOf(draw, { from: term.from, years, byYear: true }, places, { id: 'clause-0', covers: [supported[0].id] })]
}

const drawDocument = (draw: Draw): Loose => {
  const from = addDays('2024-01-01', whole(draw, 0, 1_500))
  const years = whole(draw, 1, 7)
  const term = { from, through: addDays(from, 365 * years + whole(draw, 0, 40)) }
  const currency = oneOf(draw, ['USD', 'JPY', 'BHD'])
  const blocks = blocksOf(draw, from)
  return {
    offtake: 1,
    agreement: 'drawn',
    title: 'A drawn agreement',
    ...(chance(draw) ? {} : { version: 1 }),
    parties: sampleDocument().parties,
    zone: oneOf(draw, zones),
    currency,
    term,
    ...(chance(draw) ? {} : { commencement: oneOf(draw, [addDays(from, whole(draw, 0, 100)), '2024-02-29']) }),
    blocks,
    ...(chance(draw)
      ? {}
      : {
          pools: [{ id: 'all', attribution: oneOf(draw, ['specific', 'supported-first', 'pro-rata']), blocks: blocks.map(({ id }) => id) }],
        }),
    clauses: clausesOf(draw, blocks, term, years, minorDigits(currency)!),
    ...(chance(draw) ? {} : { metering: { allocations: ['slurm', 'kueue'], ...(chance(draw) ? {} : { health: ['dcgm'] }) } }),
    ...(chance(draw)
      ? {}
      : { claims: { ...(chance(draw) ? {} : { idleWatts: whole(draw, 1, 900), activity: '0.05' }), listPrice: '3.10' } }),
    settlement: { due: chance(draw) ? { days: 30 } : { businessDays: 5, roll: 'preceding', holidays: [term.from] } },
  }
}

/** A random valid document: plain data, defaults written out or left out. Not shrunk: what fails is printed whole, with its seed. */
export const anyDocument: fc.Arbitrary<Loose> = fc.noShrink(fc.gen().map(drawDocument))
