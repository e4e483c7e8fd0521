/**
 * Why claimed GPU-time does not stand, in order of precedence: a GPU-second has the first that holds. First what cannot be known or cannot exist, then
 * whose it was, then what it did, then what it cost; the last two are no reasons against a claim but want of evidence for it.
 */
export const reasons = [
  'implausible-clock',
  'before-acceptance',
  'sold-twice',
  'unavailable',
  'drew-power',
  'above-list-price',
  'no-evidence',
  'not-offered',
] as const
export type Reason = (typeof reasons)[number]

/** The place of each in the order, for columns. */
export const reasonAt = Object.fromEntries(reasons.map((reason, i) => [reason, i])) as Readonly<Record<Reason, number>>
/** Those before it reject; it and those after it leave unproven. */
export const unprovenFrom = reasonAt['no-evidence']
export const isRejecting = (reason: number): boolean => reason < unprovenFrom

/** A reason, or what is beside every claim: a charge. */
export type FindingKind = Reason | 'affiliate-below-reference'
export const findingKinds: readonly FindingKind[] = [...reasons, 'affiliate-below-reference']
