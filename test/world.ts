import { resolveClaims, resolveMetering } from '../src/core/terms/metering.ts'
import type { AgreementId, BlockId, ClauseId, ConditionId, FactoryId, PartyId, PoolId } from '../src/core/base/id.ts'
import { decimal, nought, rational, times, type Rational } from '../src/core/base/rational.ts'
import { minimum, restrict, subtract, zero, type Steps } from '../src/core/base/steps.ts'
import { contractYearStart, endOfDate, startOfDate, type Interval } from '../src/core/base/time.ts'
import type { BlockFacts, EarnedCharge, Facts } from '../src/core/meter/facts.ts'
import { runningState, type Line, type RunningState, type Settlement, type State } from '../src/core/settlement/line.ts'
import { settle } from '../src/core/settlement/settle.ts'
import type { Measure, PeriodLength } from '../src/core/terms/agreement.ts'
import type { Facets } from '../src/core/terms/kind.ts'
import type {
  Cap,
  ContractYears,
  ResolvedBackstop,
  ResolvedClause,
  ResolvedShare,
  Schedule,
  Stepped,
  Tiers,
} from '../src/core/terms/schedule.ts'

/** A small world for settlement tests: terms and facts written down directly, with no document and no readings. */
export const zoneOf = { utc: 'UTC', sydney: 'Australia/Sydney', lordHowe: 'Australia/Lord_Howe' } as const
const party = (id: string, role: 'guarantor' | 'operator') => ({ id: id as PartyId, name: id, role })
const origin = { version: 1, hash: '0'.repeat(64), pointer: '/clauses/0' }

export type Term = Readonly<{ zone: string; from: string; through: string; currency: string }>
export const term2027: Term = { zone: 'UTC', from: '2027-01-01', through: '2032-12-31', currency: 'USD' }

export const yearsOf = ({ zone, from, through }: Term, commencement = from): ContractYears => {
  const end = endOfDate(through, zone)
  const starts: number[] = []
  for (let year = 1; contractYearStart(commencement, year, zone) < end; year++) starts.push(contractYearStart(commencement, year, zone))
  return { first: 1, starts }
}

/** A value for the whole term, or `[instant, value]` pairs. */
export const stepped = <T>(term: Term, value: T | readonly (readonly [from: number, value: T])[]): Stepped<T> =>
  Array.isArray(value) && Array.isArray(value[0])
    ? (value as readonly (readonly [number, T])[]).map(([from, each]) => ({ from, value: each, pointer: '/clauses/0/value' }))
    : [{ from: startOfDate(term.from, term.zone), value: value as T, pointer: '/clauses/0/value' }]

export const flat = (value: string): Tiers => [{ above: nought, value: decimal(value) }]

type BackstopTerms = Readonly<{
  blocks: readonly string[]
  price: Tiers | readonly (readonly [number, Tiers])[]
  retention: Rational | readonly (readonly [number, Rational])[]
  measure: Measure
  committed: Steps | undefined
  limit: Steps | undefined
  offset: boolean
  pooled: boolean
  caps: readonly Cap[]
  cutAtYears: boolean
  conditions: readonly Readonly<{ id: string; presumed: 'met' | 'unmet' }>[]
  recoupment: ResolvedBackstop['recoupment']
  period: PeriodLength
  years: ContractYears
  from: string
  through: string
}>

const isPairs = (value: unknown): value is readonly (readonly [number, Tiers])[] => Array.isArray(value) && Array.isArray(value[0])

const facets: Facets = { conditions: [], callRight: false, figures: [], events: [], indices: [], indexedPrices: [], orders: [] }

export const backstopOf = (term: Term, terms: Partial<BackstopTerms> = {}): ResolvedBackstop => ({
  ...facets,
  kind: 'capacity-backstop',
  id: 'backstop' as ClauseId,
  payer: 'guarantor' as PartyId,
  payee: 'operator' as PartyId,
  from: startOfDate(terms.from ?? term.from, term.zone),
  to: endOfDate(terms.through ?? term.through, term.zone),
  period: terms.period ?? 'month',
  origin,
  covers: (terms.blocks ?? ['a']).map((block) => ({
    block: block as BlockId,
    years: terms.years ?? yearsOf(term),
    price: isPairs(terms.price)
      ? terms.price.map(([from, value]) => ({ from, value, pointer: '/clauses/0/price' }))
      : [{ from: startOfDate(term.from, term.zone), value: terms.price ?? flat('2.00'), pointer: '/clauses/0/price' }],
    cutAtYears: terms.cutAtYears ?? false,
    committed: terms.committed,
    retention: stepped<Rational>(term, terms.retention ?? nought),
    limit: terms.limit,
  })),
  measure: terms.measure ?? 'period',
  offset: terms.offset ?? true,
  pooled: terms.pooled ?? false,
  caps: terms.caps ?? [],
  conditions: (terms.conditions ?? []).map(({ id, presumed }) => ({ id: id as ConditionId, text: `${id} is met`, presumed })),
  recoupment: terms.recoupment,
  callRight: true,
})

type ShareTerms = Readonly<{
  blocks: readonly string[]
  rate: Tiers | readonly (readonly [number, Tiers])[]
  base: string
  reset: 'never' | 'year'
  years: ContractYears
}>
export const shareOf = (term: Term, terms: Partial<ShareTerms> = {}): ResolvedShare => ({
  ...facets,
  kind: 'revenue-share',
  id: 'share' as ClauseId,
  payer: 'operator' as PartyId,
  payee: 'guarantor' as PartyId,
  from: startOfDate(term.from, term.zone),
  to: endOfDate(term.through, term.zone),
  period: 'month',
  origin: { ...origin, pointer: '/clauses/1' },
  covers: (terms.blocks ?? ['a']).map((block) => ({
    block: block as BlockId,
    years: terms.years ?? yearsOf(term),
    rate: isPairs(terms.rate)
      ? terms.rate.map(([from, value]) => ({ from, value, pointer: '/clauses/1/rate' }))
      : [{ from: startOfDate(term.from, term.zone), value: terms.rate ?? flat('0.1'), pointer: '/clauses/1/rate' }],
  })),
  base: terms.base === undefined ? undefined : decimal(terms.base),
  reset: terms.reset ?? 'never',
  affiliateReference: undefined,
})

export const scheduleOf = (term: Term, clauses: readonly ResolvedClause[], blocks: readonly string[] = ['a']): Schedule => ({
  agreement: 'test' as AgreementId,
  title: 'Test',
  zone: term.zone,
  currency: term.currency,
  from: startOfDate(term.from, term.zone),
  to: endOfDate(term.through, term.zone),
  commencement: term.from,
  guarantor: party('guarantor', 'guarantor'),
  operator: party('operator', 'operator'),
  parties: [party('guarantor', 'guarantor'), party('operator', 'operator')],
  blocks: blocks.map((id) => ({
    id: id as BlockId,
    pool: 'pool' as PoolId,
    factory: 'factory' as FactoryId,
    region: 'region',
    sku: 'GB300',
    supported: true,
    commencement: term.from,
    tranches: [],
    maintenance: undefined,
  })),
  pools: [{ id: 'pool' as PoolId, attribution: 'supported-first', blocks: blocks as readonly BlockId[] }],
  orders: new Map(),
  clauses,
  netting: true,
  due: { days: 30, roll: 'following', calendars: [], holidays: [], workingDays: [] },
  metering: [{ from: startOfDate(term.from, term.zone), value: resolveMetering(undefined), pointer: '/metering' }],
  claims: [{ from: startOfDate(term.from, term.zone), value: resolveClaims(undefined), pointer: '/claims' }],
  correctionsMonths: undefined,
  sources: [],
  versions: [{ version: 1, effective: startOfDate(term.from, term.zone), hash: '0'.repeat(64) }],
})

/** What happened in one block; what is left out is nothing. `contracted` is S* before it is cut to what works. */
export type Happened = Readonly<{
  accepted: Steps
  planned?: Steps
  unavailable?: Steps
  unproven?: Steps
  called?: Steps
  contracted?: Steps
  unprovenSales?: Steps
}>

export const blockFactsOf = (id: string, happened: Happened): BlockFacts => {
  const { accepted, planned = zero, unavailable = zero, unproven = zero, called = zero, contracted = zero, unprovenSales = zero } = happened
  const delivery = (down: Steps) => {
    const available = subtract(subtract(accepted, planned), down)
    const held = minimum(called, available)
    return { available, called: held, sold: minimum(contracted, subtract(available, held)) }
  }
  const proven = delivery(unavailable)
  const presumed = unproven.starts.length === 0 ? proven : delivery(subtract(unavailable, unproven))
  return {
    block: id as BlockId,
    accepted,
    planned,
    unavailable,
    unproven,
    deemed: zero,
    contracted,
    proven,
    presumed,
    unprovenSales,
  }
}

export const factsOf = (
  window: Interval,
  blocks: Readonly<Record<string, Happened>>,
  more: Partial<Omit<Facts, 'window' | 'blocks'>> = {},
): Facts => ({
  window,
  blocks: Object.entries(blocks).map(([id, happened]) => {
    const inside = Object.fromEntries(Object.entries(happened).map(([key, steps]) => [key, restrict(steps, window.from, window.to)]))
    return blockFactsOf(id, inside as Happened)
  }),
  charges: [],
  conditions: [],
  figures: [],
  events: [],
  indices: [],
  payments: [],
  disputes: [],
  rulings: [],
  orders: [],
  holdings: [],
  acceptances: [],
  evidence: [],
  ...more,
})

export const chargeOf = (amount: string, from: number, to: number, block = 'a'): EarnedCharge => ({
  block: block as BlockId,
  amount: decimal(amount),
  from,
  to,
  product: 'on-demand',
  order: undefined,
  tenant: undefined,
})

export const settleMonth = (schedule: Schedule, facts: Facts, month: string, opening: State = {}): Settlement =>
  settle({ schedule, facts, month, opening })

export const linesOf = ({ lines }: Settlement, formula: Line['formula']): Line[] => lines.filter((line) => line.formula === formula)
/** GPU-hours of all lines of a formula, exact. */
export const hoursOf = (settlement: Settlement, formula: Line['formula']): Rational =>
  linesOf(settlement, formula)
    .map(({ quantity }) => {
      const [n, d = '1'] = quantity.split('/') as [string, string?]
      return times(rational(BigInt(n), BigInt(d)), rational(1, 3600))
    })
    .reduce((a, b) => rational(a.n * b.d + b.n * a.d, a.d * b.d), nought)
export const minorOf = (settlement: Settlement, ...formulas: Line['formula'][]): bigint =>
  settlement.lines.filter(({ formula }) => formulas.includes(formula)).reduce((sum, { minor }) => sum + minor, 0n)
/** What a backstop or a share carries on. */
export const carried = ({ closing }: Settlement, clause: string): RunningState => runningState(closing[clause] ?? {})
export const aggregateCap = (term: Term, per: Cap['per'], unit: Cap['unit'], value: bigint, id = `${per}-${unit}`): Cap => ({
  id,
  per,
  unit,
  value: stepped(term, rational(value)),
})
