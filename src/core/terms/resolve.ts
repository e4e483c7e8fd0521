import type { BlockId, ClauseId, PoolId } from '../base/id.ts'
import type { Problem } from '../base/problem.ts'
import { decimal, rational, times } from '../base/rational.ts'
import { endOfDate, startOfDate, type Instant, type Interval } from '../base/time.ts'
import type { Agreement, Block } from './agreement.ts'
import { checkVersions, sameFrom } from './amend.ts'
import type { Signed, TermsKind } from './kind.ts'
import { resolveClaims, resolveMetering } from './metering.ts'
import { resolveClause, spanOf } from './resolve-clause.ts'
import type { ResolvedBlock, ResolvedClause, Schedule } from './schedule.ts'

const secondsPerDay = 86_400

const resolveBlock = (block: Block, pool: PoolId, { commencement }: Agreement): ResolvedBlock => ({
  id: block.id,
  pool,
  factory: block.factory,
  region: block.region,
  sku: block.sku,
  supported: block.supported,
  commencement: block.commencement ?? commencement,
  tranches: block.tranches,
  maintenance:
    block.maintenance === undefined
      ? undefined
      : {
          gpuSecondsPerContractYear: times(decimal(block.maintenance.gpuHoursPerContractYear), rational(3_600)),
          noticeSeconds: block.maintenance.noticeDays * secondsPerDay,
        },
})

type Version = Readonly<{ signed: Signed; from: Instant; to: Instant }>

/**
 * When each version is in force, in order of time: from its effective date until the first from which a later version counts. At every instant
 * that is the highest version that counts by then; one that a later version takes all of its time has none.
 */
const versionsOf = (versions: readonly Signed[]): Version[] =>
  versions
    .map((signed, index) => {
      const starts = versions.slice(index + 1).map(({ agreement }) => startOfDate(agreement.effective, agreement.zone))
      return { signed, from: startOfDate(signed.agreement.effective, signed.agreement.zone), to: Math.min(Infinity, ...starts) }
    })
    .filter(({ from, to }) => from < to)

/** The version whose words a clause goes by, the clause's place in it, and the instant up to which they have been used. */
type Running = Readonly<{ signed: Signed; index: number; until: Instant; slice: Interval | undefined }>

/** Whether another version says the same of a clause from `onward.from` on. That it ends earlier or later cuts nothing. */
const goesOn = ({ signed, index, until }: Running, next: Signed, place: number, onward: Interval, kinds: readonly TermsKind[]): boolean =>
  until === onward.from && sameFrom(resolveClause(signed, index, onward, kinds), resolveClause(next, place, onward, kinds), onward.from)

/** The slices of one clause through all versions, in order of time; equal terms on both sides of an amendment are one slice. */
const sliceClause = (id: ClauseId, versions: readonly Version[], kinds: readonly TermsKind[]): ResolvedClause[] => {
  const runs: Running[] = []
  let running: Running | undefined
  for (const { signed, from, to } of versions) {
    const index = signed.agreement.clauses.findIndex((clause) => clause.id === id)
    if (index < 0) {
      running = undefined
      continue
    }
    const span = spanOf(signed.agreement.clauses[index]!, signed.agreement)
    const start = Math.max(span.from, from)
    const end = Math.min(span.to, to)
    const same: Running | undefined =
      running !== undefined && start < span.to && goesOn(running, signed, index, { from: start, to: span.to }, kinds) ? running : undefined
    // A version that is amended before the clause starts has used none of it.
    const used =
      start < end ? { until: end, slice: { from: same?.slice?.from ?? start, to: end } } : { until: span.from, slice: same?.slice }
    running = same === undefined ? { signed, index, ...used } : { ...same, ...used }
    if (same !== undefined) runs.pop()
    runs.push(running)
  }
  return runs.flatMap((run) => (run.slice === undefined ? [] : [resolveClause(run.signed, run.index, run.slice, kinds)]))
}

/**
 * Works the versions of an agreement out into one flat schedule: versions in order, each naming the hash of the one before. Each clause is cut
 * where an amendment changes its terms and nowhere else. `kinds` are those that its clauses may be of.
 */
export const resolve = (
  versions: readonly Signed[],
  kinds: readonly TermsKind[],
): Schedule | Readonly<{ problems: readonly Problem[] }> => {
  const latest = versions.at(-1)
  if (latest === undefined) return { problems: [{ pointer: '', message: 'no version is given: at least version 1 is needed' }] }
  const problems = checkVersions(versions)
  if (problems.length > 0) return { problems }
  const { agreement } = latest
  const { zone } = agreement
  const placed = versionsOf(versions)
  const poolOf = new Map<BlockId, PoolId>(agreement.pools.flatMap(({ id, blocks }) => blocks.map((block) => [block, id] as const)))
  const clauseIds = [...new Set(versions.toReversed().flatMap(({ agreement: { clauses } }) => clauses.map(({ id }) => id)))]
  return {
    agreement: agreement.agreement,
    title: agreement.title,
    zone,
    currency: agreement.currency,
    from: startOfDate(agreement.term.from, zone),
    to: endOfDate(agreement.term.through, zone),
    commencement: agreement.commencement,
    guarantor: agreement.parties.find(({ role }) => role === 'guarantor')!,
    operator: agreement.parties.find(({ role }) => role === 'operator')!,
    parties: agreement.parties,
    blocks: agreement.blocks.map((block) => resolveBlock(block, poolOf.get(block.id)!, agreement)),
    pools: agreement.pools,
    orders: new Map(agreement.orders.map(({ order, blocks }) => [order, blocks])),
    clauses: clauseIds.flatMap((id) => sliceClause(id, placed, kinds)),
    netting: agreement.settlement.netting,
    due: agreement.settlement.due,
    metering: placed.map(({ signed, from }) => ({ from, value: resolveMetering(signed.agreement.metering), pointer: '/metering' })),
    claims: placed.map(({ signed, from }) => ({ from, value: resolveClaims(signed.agreement.claims), pointer: '/claims' })),
    correctionsMonths: agreement.settlement.correctionsUntil?.months,
    sources: versions.flatMap(({ agreement: { version, sources } }) => sources.map((source) => ({ ...source, version }))),
    versions: versions.map(({ agreement: { version, effective }, hash }) => ({ version, effective: startOfDate(effective, zone), hash })),
  }
}
