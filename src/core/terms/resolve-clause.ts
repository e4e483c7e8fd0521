import type { BlockId } from '../base/id.ts'
import { decimal } from '../base/rational.ts'
import { contractYearOf, contractYearStart, endOfDate, startOfDate, type Instant, type Interval, type LocalDate } from '../base/time.ts'
import type { Agreement, Clause } from './agreement.ts'
import { below } from './conform.ts'
import type { Facets, Signed, Slice, TermsKind } from './kind.ts'
import type { ContractYears, CoveredBlock, ResolvedClause } from './schedule.ts'
import type { Reading } from './stepped.ts'

/** The clause from its first day through its last, in the zone. */
export const spanOf = ({ from, through }: Clause, { zone }: Agreement): Interval => ({
  from: startOfDate(from, zone),
  to: endOfDate(through, zone),
})

/** The contract years, counted from a commencement, that an interval touches. */
export const yearsOf = (commencement: LocalDate, zone: string, { from, to }: Interval): ContractYears => {
  const first = contractYearOf(from, commencement, zone)
  const starts: Instant[] = []
  for (
    let start = contractYearStart(commencement, first, zone);
    start < to;
    start = contractYearStart(commencement, first + starts.length, zone)
  )
    starts.push(start)
  return { first, starts }
}

/** Works something out once for all blocks that begin their contract years on one date: thousands of blocks then share one list of steps. */
export const byCommencement = <T>({ agreement }: Signed, work: (commencement: LocalDate) => T): ((block: BlockId) => T) => {
  const commencements = new Map(agreement.blocks.map(({ id, commencement }) => [id, commencement ?? agreement.commencement]))
  const done = new Map<LocalDate, T>()
  return (block) => {
    const commencement = commencements.get(block)!
    const known = done.get(commencement) ?? work(commencement)
    done.set(commencement, known)
    return known
  }
}

/** Where a scheduled value of a clause is read, for blocks of one commencement. */
export const readerOf =
  ({ signed: { agreement }, pointer, span }: Slice, commencement: LocalDate) =>
  (path: string): Reading => ({ pointer: `${pointer}/${path}`, span, commencement, zone: agreement.zone })

/** An amount that may not be there. */
export const optional = (amount: string | undefined) => (amount === undefined ? undefined : decimal(amount))

const facets: Facets = { conditions: [], callRight: false, figures: [], events: [], indices: [], indexedPrices: [], orders: [] }

/** Blocks with nothing but their contract years. */
const coverBlocks = (clause: Clause, { signed, slice }: Slice): readonly CoveredBlock[] => {
  const years = byCommencement(signed, (commencement) => yearsOf(commencement, signed.agreement.zone, slice))
  return (clause.covers ?? []).map((block) => ({ block, years: years(block) }))
}

/** One clause of one version over a slice of its time: every date an instant, every amount exact. */
export const resolveClause = (signed: Signed, index: number, interval: Interval, kinds: readonly TermsKind[]): ResolvedClause => {
  const { agreement, hash } = signed
  const clause = agreement.clauses[index]!
  const kind = kinds.find((each) => each.kind === clause.kind)
  if (kind === undefined) throw new RangeError(`clause ${clause.id} is a ${clause.kind}, which is no kind that is known here`)
  const pointer = below('/clauses', index)
  const slice: Slice = { signed, pointer, span: spanOf(clause, agreement), slice: interval }
  const { id, payer, payee, period } = clause
  const origin = { version: agreement.version, hash, pointer }
  const own = kind.resolve(clause, slice)
  return {
    ...facets,
    id,
    kind: clause.kind,
    payer,
    payee,
    ...interval,
    period,
    origin,
    ...own,
    covers: own.covers ?? coverBlocks(clause, slice),
  }
}
