import { minorDigits } from '../base/currency.ts'
import type { BlockId } from '../base/id.ts'
import { decimal, nought } from '../base/rational.ts'
import { contractYearOf, contractYearStart, endOfDate, startOfDate, type Instant, type Interval, type LocalDate } from '../base/time.ts'
import type { Agreement, CapacityBackstop, CapTerm, Clause, RevenueShare } from './agreement.ts'
import { below } from './conform.ts'
import type { Cap, ContractYears, CoveredByBackstop, CoveredByShare, ResolvedClause } from './schedule.ts'
import { isByContractYear, steppedCount, steppedNumber, steppedTiers, within, type Reading } from './stepped.ts'

/** One version, with what its clauses look up. */
export type Signed = Readonly<{ agreement: Agreement; hash: string }>

const secondsPerHour = 3_600n

/** The clause from its first day through its last, in the zone. */
export const spanOf = ({ from, through }: Clause, { zone }: Agreement): Interval => ({
  from: startOfDate(from, zone),
  to: endOfDate(through, zone),
})

const yearsOf = (commencement: LocalDate, zone: string, { from, to }: Interval): ContractYears => {
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
const byCommencement = <T>({ agreement }: Signed, work: (commencement: LocalDate) => T): ((block: BlockId) => T) => {
  const commencements = new Map(agreement.blocks.map(({ id, commencement }) => [id, commencement ?? agreement.commencement]))
  const done = new Map<LocalDate, T>()
  return (block) => {
    const commencement = commencements.get(block)!
    const known = done.get(commencement) ?? work(commencement)
    done.set(commencement, known)
    return known
  }
}

type Slice = Readonly<{ signed: Signed; pointer: string; span: Interval; slice: Interval }>

const readerOf =
  ({ signed: { agreement }, pointer, span }: Slice, commencement: LocalDate) =>
  (path: string): Reading => ({ pointer: `${pointer}/${path}`, span, commencement, zone: agreement.zone })

const resolveCap = (cap: CapTerm, index: number, caps: readonly CapTerm[], slice: Slice, commencement: LocalDate): Cap => {
  const { agreement } = slice.signed
  const unit = cap.amount === undefined ? 'gpu-seconds' : 'minor'
  const name = (each: CapTerm) => `${each.per}-${each.amount === undefined ? 'gpu-hours' : 'amount'}`
  const before = caps.slice(0, index).filter((each) => name(each) === name(cap)).length
  const scale = unit === 'minor' ? 10n ** BigInt(minorDigits(agreement.currency)!) : secondsPerHour
  const path = `caps/${index}/${unit === 'minor' ? 'amount' : 'gpuHours'}`
  const value = steppedNumber((cap.amount ?? cap.gpuHours)!, readerOf(slice, commencement)(path), scale)
  // The first of its kind has no number, so that one appended by an amendment renames nothing.
  return { id: before === 0 ? name(cap) : `${name(cap)}-${before + 1}`, per: cap.per, unit, value: within(value, slice.slice) }
}

const keyedByYear = ({ price, caps }: CapacityBackstop): boolean =>
  isByContractYear(price) || caps.some(({ per, amount, gpuHours }) => per === 'contract-year' || isByContractYear((amount ?? gpuHours)!))

const coverBackstop = (clause: CapacityBackstop, slice: Slice): readonly CoveredByBackstop[] => {
  const cutAtYears = keyedByYear(clause)
  const common = byCommencement(slice.signed, (commencement) => {
    const read = readerOf(slice, commencement)
    const count = (path: 'committed' | 'limit', scheduled: CapacityBackstop['committed'] | undefined) =>
      scheduled === undefined || scheduled === 'accepted' ? undefined : steppedCount(scheduled, read(path), slice.slice)
    return {
      years: yearsOf(commencement, slice.signed.agreement.zone, slice.slice),
      price: within(steppedTiers(clause.price, read('price'), secondsPerHour), slice.slice),
      cutAtYears,
      committed: count('committed', clause.committed),
      retention: within(steppedNumber(clause.retention, read('retention')), slice.slice),
      limit: count('limit', clause.limit),
    }
  })
  return clause.covers.map((block) => ({ block, ...common(block) }))
}

const coverShare = (clause: RevenueShare, slice: Slice): readonly CoveredByShare[] => {
  const common = byCommencement(slice.signed, (commencement) => ({
    years: yearsOf(commencement, slice.signed.agreement.zone, slice.slice),
    rate: within(steppedTiers(clause.rate, readerOf(slice, commencement)('rate')), slice.slice),
  }))
  return clause.covers.map((block) => ({ block, ...common(block) }))
}

const optional = (amount: string | undefined) => (amount === undefined ? undefined : decimal(amount))

/** One clause of one version over a slice of its time: every date an instant, every amount exact. */
export const resolveClause = (signed: Signed, index: number, interval: Interval): ResolvedClause => {
  const { agreement, hash } = signed
  const clause = agreement.clauses[index]!
  const pointer = below('/clauses', index)
  const slice: Slice = { signed, pointer, span: spanOf(clause, agreement), slice: interval }
  const { id, payer, payee, period } = clause
  const common = { id, payer, payee, ...interval, period, origin: { version: agreement.version, hash, pointer } }
  switch (clause.kind) {
    case 'revenue-share':
      return {
        ...common,
        kind: clause.kind,
        covers: coverShare(clause, slice),
        base: optional(clause.base),
        reset: clause.reset,
        affiliateReference: optional(clause.affiliateReference),
      }
    case 'capacity-backstop': {
      const { recoupment, measure, conditions, callRight } = clause
      // Blocks with different commencements have no cap that steps by contract year: the document would have been refused.
      const commencement = agreement.blocks.find((block) => block.id === clause.covers[0])?.commencement ?? agreement.commencement
      return {
        ...common,
        kind: clause.kind,
        covers: coverBackstop(clause, slice),
        measure,
        offset: clause.offset === 'sales',
        pooled: clause.pool === 'covered',
        caps: clause.caps.map((cap, place) => resolveCap(cap, place, clause.caps, slice, commencement)),
        conditions,
        recoupment:
          recoupment === undefined
            ? undefined
            : {
                share: decimal(recoupment.share),
                threshold: decimal(recoupment.threshold),
                accrual: optional(recoupment.accrual) ?? nought,
                yearDays: recoupment.dayCount === 'act/360' ? 360 : 365,
              },
        callRight,
      }
    }
  }
}
