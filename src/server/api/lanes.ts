import { toText, type Rational } from '../../core/base/rational.ts'
import type { Instant } from '../../core/base/time.ts'
import { formatInstant } from '../../core/base/time.ts'
import { isIndexed } from '../../core/terms/indexed.ts'
import { gpuHours, major } from '../../core/terms/phrase.ts'
import { isBackstop, isShare, type ResolvedClause, type Schedule, type Stepped, type Tiers } from '../../core/terms/schedule.ts'
import type { LaneWire } from '../../wire/agreement.ts'

type Kind = LaneWire['kind']
type Step = Readonly<{ at: Instant; value: string; pointer: string }>
/** One value through time, of one block. */
type Strand = Readonly<{ clause: string; kind: Kind; tier: string; block: string; from: Instant; to: Instant; steps: readonly Step[] }>

/** The steps in force within a slice of a clause, the first from the slice's start. */
const inSlice = <T>(stepped: Stepped<T>, { from, to }: ResolvedClause, textOf: (value: T) => string): Step[] => {
  const first = Math.max(
    0,
    stepped.findLastIndex((step) => step.from <= from),
  )
  return stepped
    .slice(first)
    .filter((step, i) => i === 0 || step.from < to)
    .map((step) => ({ at: Math.max(step.from, from), value: textOf(step.value), pointer: step.pointer }))
}

const tierName = (tiers: Tiers, tier: number, say: (above: Rational) => string): string =>
  tiers.length === 1 ? '' : tier === 0 ? 'first tier' : `above ${say(tiers[tier]!.above)}`

/** A strand for each tier; where a later step has fewer tiers, its last one holds above as well. */
const tierStrands = (
  clause: ResolvedClause,
  kind: Kind,
  block: string,
  stepped: Stepped<Tiers>,
  say: (above: Rational) => string,
): Strand[] => {
  const most = Math.max(...stepped.map(({ value }) => value.length))
  const named = stepped.find(({ value }) => value.length === most)!.value
  return Array.from({ length: most }, (_, tier) => ({
    clause: clause.id,
    kind,
    tier: tierName(named, tier, say),
    block,
    from: clause.from,
    to: clause.to,
    steps: inSlice(stepped, clause, (tiers) => toText((tiers[tier] ?? tiers.at(-1)!).value)),
  }))
}

const strandsOf = (clause: ResolvedClause, currency: string): Strand[] => {
  if (isShare(clause))
    return clause.covers.flatMap(({ block, rate }) =>
      tierStrands(clause, 'share', block, rate, (above) => `${major(above, currency)} ${currency}`),
    )
  if (!isBackstop(clause)) return []
  return clause.covers.flatMap(({ block, price, retention }) => [
    // What follows an index has no steps until the index is known: its sentence says how.
    ...(isIndexed(price) ? [] : tierStrands(clause, 'price', block, price, (above) => `${gpuHours(above)} GPU-h`)),
    ...(retention.every(({ value }) => value.n === 0n)
      ? []
      : [
          {
            clause: clause.id,
            kind: 'retention' as const,
            tier: '',
            block,
            from: clause.from,
            to: clause.to,
            steps: inSlice<Rational>(retention, clause, toText),
          },
        ]),
  ])
}

/** Slices of one clause follow each other: their steps are one strand, where a step to the same value is none. */
const joined = (strands: readonly Strand[]): Strand => {
  const inTime = strands.toSorted((a, b) => a.from - b.from)
  const steps = inTime.flatMap((strand) => strand.steps)
  return {
    ...inTime[0]!,
    to: inTime.at(-1)!.to,
    steps: steps.filter((step, i) => i === 0 || step.value !== steps[i - 1]!.value),
  }
}

const blocksPhrase = (blocks: readonly string[], all: number): string => (blocks.length === all || all === 1 ? '' : blocks.join(', '))

/** The rates and prices of every clause through the term: one lane for all blocks that have the same. */
export const lanesOf = (schedule: Schedule): LaneWire[] => {
  const strands = schedule.clauses.flatMap((clause) => strandsOf(clause, schedule.currency))
  const whole = [...Map.groupBy(strands, ({ clause, kind, tier, block }) => [clause, kind, tier, block].join(' ')).values()].map(joined)
  const alike = Map.groupBy(whole, ({ clause, kind, tier, steps }) =>
    JSON.stringify([clause, kind, tier, steps.map(({ at, value }) => [at, value])]),
  )
  const blocksOf = (clause: string) => new Set(whole.filter((each) => each.clause === clause).map(({ block }) => block)).size
  return [...alike.values()].map((same): LaneWire => {
    const [{ clause, kind, tier, from, to, steps }] = same as [Strand]
    const blocks = blocksPhrase(
      same.map(({ block }) => block),
      blocksOf(clause),
    )
    return {
      clause,
      kind,
      label: [tier, blocks].filter((part) => part !== '').join(', '),
      from: formatInstant(from),
      to: formatInstant(to),
      steps: steps.map(({ at, value, pointer }) => ({ at: formatInstant(at), value, pointer })),
    }
  })
}
