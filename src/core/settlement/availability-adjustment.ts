import type { ClauseId } from '../base/id.ts'
import type { Problem } from '../base/problem.ts'
import {
  compare,
  decimal,
  fromText,
  greatest,
  isZero,
  minus,
  nought,
  one,
  over,
  rational,
  times,
  toDecimal,
  toText,
  type Rational,
} from '../base/rational.ts'
import { integrate, type Steps } from '../base/steps.ts'
import type { Interval } from '../base/time.ts'
import type { BlockFacts, Facts } from '../meter/facts.ts'
import { partyRoles, type Clause, type Decimal } from '../terms/agreement.ts'
import { makeUnknown } from '../terms/check-values.ts'
import { clauseShape } from '../terms/clause-shape.ts'
import type { Said, Slice, TermsKind } from '../terms/kind.ts'
import { blocksIn, percent } from '../terms/phrase.ts'
import { datesOf, every } from '../terms/say.ts'
import type { ResolvedOf, Schedule } from '../terms/schedule.ts'
import { itemsOf, type Sound, type SoundAgreement, type SoundClause } from '../terms/sound.ts'
import { written } from '../terms/together.ts'
import { value } from '../terms/value-shapes.ts'
import { clauseKind, type ClauseSettled, type ClauseWork, type Factor } from './clause-kind.ts'
import type { Input, Line } from './line.ts'
import { yearAt } from './period.ts'
import { fact, sum, term } from './reasons.ts'

type AvailabilityAdjustment = Clause & Readonly<{ kind: 'availability-adjustment'; adjusts: ClauseId; target: Decimal; slope: Decimal }>

type ResolvedAdjustment = ResolvedOf<'availability-adjustment'> &
  Readonly<{
    adjusts: ClauseId
    /** g */
    target: Rational
    /** k */
    slope: Rational
    /** The clause it adjusts, as it is written: an amendment that cuts that one cuts this one too, so both settle with one statement. */
    adjusted: string
  }>

const shape = clauseShape({
  kind: 'availability-adjustment',
  description: 'Scales the price of another clause by the availability of the blocks.',
  properties: {
    adjusts: value('id', 'The clause whose price it multiplies.'),
    target: value('share', 'g: the availability from which on the price is whole.'),
    slope: value('decimal', 'k: what the factor loses for each unit of availability that is missing.'),
  },
  required: ['adjusts', 'target', 'slope'],
})

type SoundAdjustment = Sound<AvailabilityAdjustment>

const checkNumbers = ({ target, slope }: SoundAdjustment, pointer: string): Problem[] => [
  ...(target !== undefined && isZero(decimal(target))
    ? [{ pointer: `${pointer}/target`, message: 'is "0": no availability is below it, should be above 0, such as "0.95"' }]
    : []),
  ...(slope !== undefined && isZero(decimal(slope))
    ? [{ pointer: `${pointer}/slope`, message: 'is "0": the factor would always be 1, should be above 0, such as "2"' }]
    : []),
]

/**
 * What it and the clause that it names have to have in common: both settle at once, between the same two. In a quarter or a year one of them
 * that ends earlier would settle in another month than the other.
 */
const checkPair = (clause: SoundAdjustment, target: SoundClause, pointer: string): Problem[] => {
  const dates = clause.period === 'quarter' || clause.period === 'year' ? (['from', 'through'] as const) : []
  return (['payer', 'payee', 'period', ...dates] as const).flatMap((key): Problem[] => {
    const [own, other] = [clause, target].map((each) => each[key])
    if (own === undefined || other === undefined || own === other) return []
    const message = `is \`${own}\`, but \`${target.id}\`, which it adjusts, has \`${other}\`: write the same`
    return [{ pointer: `${pointer}/${key}`, message }]
  })
}

const overlaps = (a: SoundClause, b: SoundClause): boolean =>
  a.from !== undefined && b.from !== undefined && a.from <= (b.through ?? a.from) && b.from <= (a.through ?? b.from)

const checkTogether = ({ clauses }: SoundAgreement, kinds: readonly TermsKind[]): Problem[] => {
  const all = itemsOf(clauses)
  const adjustable = kinds.filter(({ isAdjustable }) => isAdjustable === true).map(({ kind }) => kind)
  const names = all.flatMap(([{ id, kind }]) => (id !== undefined && kind !== undefined && adjustable.includes(kind) ? [id as string] : []))
  // With a clause whose name is unsound, a name that seems unknown may be just that one.
  const complete = all.length === (clauses ?? []).length && all.every(([{ id }]) => id !== undefined)
  const unknown = makeUnknown('clause with a price', names)
  const own = all.filter(([{ kind }]) => kind === 'availability-adjustment') as unknown as [SoundAdjustment, number][]
  return own.flatMap(([clause, index], place): Problem[] => {
    const pointer = `/clauses/${index}`
    const at = `${pointer}/adjusts`
    const { adjusts } = clause
    if (adjusts === undefined) return []
    if (adjusts === clause.id) return [{ pointer: at, message: `\`${adjusts}\` adjusts itself: name another clause` }]
    const target = all.find(([{ id }]) => id === adjusts)?.[0]
    if (target === undefined) return complete ? [{ pointer: at, message: unknown(adjusts) }] : []
    if (target.kind !== undefined && !adjustable.includes(target.kind)) {
      const message = `\`${adjusts}\` is a ${target.kind}, which has no price to adjust: name a ${adjustable.join(' or a ')}`
      return [{ pointer: at, message }]
    }
    const before = own.slice(0, place).find(([each]) => each.adjusts === adjusts && overlaps(each, clause))?.[0]
    const twice = `\`${adjusts}\` is adjusted by \`${before?.id}\` through ${before?.through}: a clause has one factor at a time`
    return [...(before === undefined ? [] : [{ pointer: at, message: twice }]), ...checkPair(clause, target, pointer)]
  })
}

const resolve = (clause: AvailabilityAdjustment, { signed }: Slice) => ({
  adjusts: clause.adjusts,
  target: decimal(clause.target),
  slope: decimal(clause.slope),
  adjusted: written(signed.agreement.clauses.filter(({ id }) => id === clause.adjusts)),
})

const say = (clause: ResolvedAdjustment, schedule: Schedule): Said => {
  const at = clause.origin.pointer
  const blocks = blocksIn(clause.covers.map(({ block }) => block))
  return [
    [
      at,
      `The price of ${clause.adjusts} is multiplied, before caps, by a factor of the availability of ${blocks}, worked out ${every[clause.period]}, ${datesOf(clause, schedule)}.`,
    ],
    [`${at}/target`, `The factor is 1 where availability is at least ${percent(clause.target)}.`],
    [`${at}/slope`, `Below that it is 1 less ${toDecimal(clause.slope)} × what is missing, and never below 0.`],
  ]
}

type Available = Readonly<{ value: Rational; children: readonly Input[] }>

/** AF = ∫A / ∫(N − P) over the covered blocks, as proven; 1 where nothing was to be available. */
const availabilityOf = (clause: ResolvedAdjustment, facts: Facts, { from, to }: Interval): Available => {
  const blocks = clause.covers.map(({ block }) => facts.blocks.find((each) => each.block === block)!)
  const whole = (pick: (block: BlockFacts) => Steps) =>
    rational(blocks.reduce((all, block) => all + BigInt(integrate(pick(block), from, to)), 0n))
  const [accepted, planned, unavailable] = [
    whole((block) => block.accepted),
    whole((block) => block.planned),
    whole((block) => block.unavailable),
  ]
  const expected = minus(accepted, planned)
  if (isZero(expected)) return { value: one, children: [] }
  const available = minus(expected, unavailable)
  const subject = blocks.map(({ block }) => block).join(' ')
  const kept = [
    fact(subject, ['acceptance'])('+', 'Accepted', accepted, '∫N'),
    fact(subject, ['maintenance'])('-', 'Planned maintenance', planned, '∫P'),
  ]
  const down = fact(subject, ['outage', 'maintenance', 'gap'])('-', 'Unavailable', unavailable, '∫U')
  const children = [
    sum('+', 'Available', available, 'gpu-seconds', [...kept, down], '∫A'),
    sum('÷', 'Accepted, less planned', expected, 'gpu-seconds', kept, '∫(N − P)'),
  ]
  return { value: over(available, expected), children }
}

/** 1 if AF ≥ g, else max(0, 1 − k·(g − AF)), with its reasons. */
const factorOf = (clause: ResolvedAdjustment, facts: Facts, part: Interval): Readonly<{ value: Rational; reasons: readonly Input[] }> => {
  const { value: available, children } = availabilityOf(clause, facts, part)
  const termOf = (key: 'target' | 'slope') => term(clause.origin, `${clause.origin.pointer}/${key}`, 'rate')
  const availability = (operator: Input['operator']) => sum(operator, 'Availability', available, 'rate', children, 'AF')
  if (compare(available, clause.target) >= 0)
    return { value: one, reasons: [availability('note'), termOf('target')('note', 'Target, which is met', clause.target, 'g')] }
  const missing = minus(clause.target, available)
  const lost = times(clause.slope, missing)
  const factor = greatest(nought, minus(one, lost))
  const reasons = sum('note', 'Factor', factor, 'rate', [
    sum('+', 'Whole', one, 'rate', []),
    sum('-', 'Lost', lost, 'rate', [
      sum('+', 'Missing availability', missing, 'rate', [termOf('target')('+', 'Target', clause.target, 'g'), availability('-')]),
      termOf('slope')('×', 'Slope', clause.slope, 'k'),
    ]),
    sum('+', 'Below zero, which counts as none', minus(factor, minus(one, lost)), 'rate', []),
  ])
  return { value: factor, reasons: [reasons] }
}

type Open = readonly Readonly<{ from: number; to: number; value: string; line: string }>[]

/**
 * `availability-adjustment`: states the factor at zero, and hands it to the clause it adjusts. Factors of earlier parts of a period that is
 * still open are carried: the clause may settle all of it at once.
 */
export const settleAdjustment = ({ clause, part, facts, opening }: ClauseWork<ResolvedAdjustment>): ClauseSettled => {
  const { value: factor, reasons } = factorOf(clause, facts, part)
  const key = [clause.id, 'availability-factor', '', part.label, '', ''].join('/')
  const line: Line = {
    key,
    clause: clause.id,
    formula: 'availability-factor',
    block: undefined,
    from: part.from,
    to: part.to,
    version: clause.origin.version,
    contractYear: yearAt(clause.covers[0]!.years, part.from),
    payer: clause.payer,
    payee: clause.payee,
    reason: undefined,
    quantity: toText(factor),
    quantityUnit: 'share',
    rate: '0',
    rateUnit: 'none',
    exact: '0',
    minor: 0n,
    reasons,
  }
  const open = [...((opening['factors'] ?? []) as unknown as Open), { from: part.from, to: part.to, value: toText(factor), line: key }]
  const factors = open.map((each): Factor => ({ ...each, clause: clause.adjusts, value: fromText(each.value) }))
  return { lines: [line], factors, closing: part.to < part.periodEnd ? { factors: open } : {} }
}

/** `availability-adjustment`: scales what another clause pays by the availability of the blocks. */
export const availabilityAdjustment = clauseKind<AvailabilityAdjustment, ResolvedAdjustment>({
  kind: 'availability-adjustment',
  shape,
  shapes: {},
  payer: partyRoles,
  payee: partyRoles,
  check: checkNumbers,
  checkTogether,
  resolve,
  say,
  formulas: { 'availability-factor': { word: 'Availability factor' } },
  stages: { adjustment: settleAdjustment },
})
