import { minorDigits } from '../base/currency.ts'
import { decimal, nought } from '../base/rational.ts'
import type { LocalDate } from '../base/time.ts'
import type { CapacityBackstop, CapTerm } from './agreement.ts'
import { backstopShape, backstopShapes } from './backstop-shape.ts'
import { checkBackstop, checkOverlaps } from './check-backstop.ts'
import { termsKind, type Slice } from './kind.ts'
import { byCommencement, optional, readerOf, yearsOf } from './resolve-clause.ts'
import { sayBackstop } from './say-backstop.ts'
import type { Cap, CoveredByBackstop, ResolvedBackstop } from './schedule.ts'
import { indexFacets, isIndexedPrice, resolvePrice } from './indexed.ts'
import { isByContractYear, steppedCount, steppedNumber, within } from './stepped.ts'
import { countedWith } from './together.ts'

const secondsPerHour = 3_600n

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
  (!isIndexedPrice(price) && isByContractYear(price)) ||
  caps.some(({ per, amount, gpuHours }) => per === 'contract-year' || isByContractYear((amount ?? gpuHours)!))

const coverBackstop = (clause: CapacityBackstop, slice: Slice): readonly CoveredByBackstop[] => {
  const cutAtYears = keyedByYear(clause)
  const common = byCommencement(slice.signed, (commencement) => {
    const read = readerOf(slice, commencement)
    const count = (path: 'committed' | 'limit', scheduled: CapacityBackstop['committed'] | undefined) =>
      scheduled === undefined || scheduled === 'accepted' ? undefined : steppedCount(scheduled, read(path), slice.slice)
    return {
      years: yearsOf(commencement, slice.signed.agreement.zone, slice.slice),
      price: resolvePrice(clause.price, read('price'), slice.slice, secondsPerHour),
      cutAtYears,
      committed: count('committed', clause.committed),
      retention: within(steppedNumber(clause.retention, read('retention')), slice.slice),
      limit: count('limit', clause.limit),
    }
  })
  return clause.covers.map((block) => ({ block, ...common(block) }))
}

const resolve = (clause: CapacityBackstop, slice: Slice) => {
  const { agreement } = slice.signed
  const { recoupment, measure, conditions, callRight } = clause
  // Blocks with different commencements have no cap that steps by contract year: the document would have been refused.
  const commencement = agreement.blocks.find((block) => block.id === clause.covers[0])?.commencement ?? agreement.commencement
  const covers = coverBackstop(clause, slice)
  return {
    ...indexFacets(covers[0]?.price),
    covers,
    measure,
    offset: clause.offset === 'sales',
    pooled: clause.pool === 'covered',
    caps: clause.caps.map((cap, place) => resolveCap(cap, place, clause.caps, slice, commencement)),
    conditions,
    countedWith: countedWith(clause, agreement),
    recoupment:
      recoupment === undefined
        ? undefined
        : {
            share: decimal(recoupment.share),
            threshold: decimal(recoupment.threshold),
            accrual: optional(recoupment.accrual) ?? nought,
            yearDays: recoupment.dayCount === 'act/360' ? (360 as const) : (365 as const),
          },
    callRight,
  }
}

/** `capacity-backstop`: how it is written, checked, resolved and told. */
export const capacityBackstopTerms = termsKind<CapacityBackstop, ResolvedBackstop>({
  kind: 'capacity-backstop',
  shape: backstopShape,
  shapes: backstopShapes,
  payer: ['guarantor'],
  payee: ['operator'],
  check: checkBackstop,
  checkTogether: checkOverlaps,
  isAdjustable: true,
  resolve,
  say: sayBackstop,
})
