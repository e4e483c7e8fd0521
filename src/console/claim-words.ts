import type { DecideWire, FindingKindWire, FindingWire } from '../wire/claim.ts'

/** What was found, as a heading says it. */
export const kindNames: Readonly<Record<FindingKindWire, string>> = {
  'implausible-clock': 'Implausible clock',
  'before-acceptance': 'Before acceptance',
  'sold-twice': 'Sold as well',
  unavailable: 'Out of service',
  'drew-power': 'Drew power while unsold',
  'above-list-price': 'Offered above list price',
  'no-evidence': 'No evidence',
  'not-offered': 'Not on offer',
  'affiliate-below-reference': 'To an affiliate below reference',
}

/** One sentence: why it is no claim, or not yet one. */
export const kindSentences: Readonly<Record<FindingKindWire, string>> = {
  'implausible-clock': 'Readings speak of time that had not passed when they were recorded, or one buyer ran twice at once on one GPU.',
  'before-acceptance': 'Claimed before the tranche of the rack was accepted, or where no rack stood.',
  'sold-twice': 'Claimed as unsold while a sale or a call is on record, or sold to several buyers at once.',
  unavailable: 'Claimed as unsold while out of service, or while an XID asked to drain the node.',
  'drew-power': 'Claimed as unsold while its GPUs drew more than their idle level or ran kernels.',
  'above-list-price': 'Offered only above the list price, so nobody could buy it at that.',
  'no-evidence': 'There is no telemetry, or a gap: it is paid when readings arrive.',
  'not-offered': 'No offer is on record, at any price.',
  'affiliate-below-reference': 'Sold to an affiliate below the reference price: the share is taken of the reference.',
}

export const verdictNames = { rejected: 'rejected', unproven: 'unproven', beside: 'beside the claim' } as const

/** What a decision does, in the words of its button, and what it is called afterwards. */
export const decisionNames: Readonly<Record<DecideWire['decision'], readonly [act: string, done: string]>> = {
  confirm: ['Confirm', 'Confirmed'],
  restore: ['Restore', 'Restored'],
  ask: ['Ask operator', 'Asked'],
}

/** Where a finding is: its node, its rack or its block. */
export const placeOf = ({ unit, rack, subject }: Pick<FindingWire, 'unit' | 'rack' | 'subject'>): string =>
  unit === null ? (rack ?? subject) : rack === null ? unit : `${unit}, ${rack}`
