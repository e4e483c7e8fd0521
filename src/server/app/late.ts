import type { AgreementId } from '../../core/base/id.ts'
import type { Instant, Interval, Month } from '../../core/base/time.ts'

/** The final months of one agreement, in order of time. */
export type Closed = readonly Readonly<{ month: Month; interval: Interval }>[]

/** What no statement rests on, and so comes too late for none: claims are held against it. */
const unsettled = new Set(['rack', 'offer', 'claim'])
export const isSettled = (kind: string): boolean => !unsettled.has(kind)

/** What counts from its instant on: a clause may look back at it from any later month. */
const lasting = new Set(['acceptance', 'event', 'figure', 'index'])

/** When readings of a kind have effect; an instant is an empty interval. */
export const lastingEffect = (kind: string, effect: Interval): Interval =>
  lasting.has(kind) ? { from: effect.from, to: Infinity } : effect

/** The first final month that something with this effect would have changed. */
export const firstLate = (closed: Closed, { from, to }: { from: Instant; to: number }): Month | undefined =>
  closed.find(({ interval }) => from < interval.to && (to > interval.from || (from === to && from >= interval.from)))?.month

/** The earliest of several: months compare as text. */
export const earliest = (months: readonly (Month | undefined)[]): Month | undefined =>
  months.reduce((first, month) => (first === undefined || (month !== undefined && month < first) ? month : first), undefined)

export type ClosedByAgreement = ReadonlyMap<AgreementId, Closed>
