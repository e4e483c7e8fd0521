import { fromText, one } from '../core/base/rational.ts'
import type { CapUseWire, LaneWire } from '../wire/agreement.ts'
import { partText, priceText, shareText } from './format.ts'

const words: Readonly<Record<LaneWire['kind'], string>> = { share: 'Revenue share', price: 'Backstop price', retention: 'Retention' }

/** `Revenue share, above 1,000,000 USD`, with the clause where several have one. */
export const laneName = ({ kind, label, clause }: LaneWire, all: readonly LaneWire[]): string => {
  const clauses = new Set(all.filter((each) => each.kind === kind).map((each) => each.clause))
  return [words[kind], ...(clauses.size > 1 ? [clause] : []), ...(label === '' ? [] : [label])].join(', ')
}

export const laneValue = (kind: LaneWire['kind'], value: string, currency: string): string =>
  kind === 'price' ? priceText(value, currency) : shareText(value)

/** `Cap used, per contract year`, with the clause where several have one. */
export const capName = ({ clause, per }: CapUseWire, all: readonly CapUseWire[]): string => {
  const clauses = new Set(all.map((each) => each.clause))
  return ['Cap used', ...(clauses.size > 1 ? [clause] : []), per === 'aggregate' ? 'in all' : 'per contract year'].join(', ')
}
export const usedText = (part: string): string => partText(fromText(part), one) ?? ''
