import type { BlockId } from '../base/id.ts'
import { compare, isZero, nought, one, rational, times, toText, type Rational } from '../base/rational.ts'
import { integrate } from '../base/steps.ts'
import type { PricedStep } from '../terms/indexed.ts'
import type { ResolvedBackstop, Tiers } from '../terms/schedule.ts'
import type { Drawn } from './slice.ts'
import { explainClaim } from './explain-claim.ts'
import type { Factored } from './factor.ts'
import type { Formula, Input, Line } from './line.ts'
import type { Margin } from './margin.ts'
import type { Part } from './period.ts'
import { priceInput } from './price.ts'
import type { Quantity } from './quantity.ts'
import { fact, line as lineInput, note, secondsInAnHour, sum } from './reasons.ts'

/** A cell with what the caps let through. */
export type DrawnCell = Readonly<{
  block: BlockId | undefined
  year: number
  /** Prices as written, and times the factor. */
  listed: Tiers
  tiers: Tiers
  price: PricedStep
  factor: Factored
  step: string
  quantity: Quantity
  margins: readonly Margin[]
  drawn: Drawn
}>

type Draft = Readonly<{ formula: Formula; reason?: string; tier: number; quantity: Rational; price: Rational; inputs: readonly Input[] }>

const keyOf = (clause: ResolvedBackstop, part: Part, cell: DrawnCell, { formula, tier, reason }: Draft): string => {
  const step = `${cell.step}${cell.tiers.length > 1 && (formula === 'backstop' || formula.startsWith('called')) ? `t${tier + 1}` : ''}`
  return [clause.id, formula, cell.block ?? '', part.label, cell.year, step, ...(reason === undefined ? [] : [reason])].join('/')
}

const toLine = (clause: ResolvedBackstop, part: Part, cell: DrawnCell, draft: Draft): Line => {
  const paid = draft.formula !== 'ineligible' && draft.formula !== 'over-cap'
  const exact = paid ? times(times(draft.quantity, draft.price), rational(1, 3600)) : nought
  const price = priceInput(clause.origin, cell.price, cell.listed[draft.tier]!.value, 'per-gpu-hour')
  const { value: factor, line: factorLine } = cell.factor
  const scaled =
    factorLine === undefined || compare(factor, one) === 0 ? [] : [lineInput(factorLine, 'rate')('×', 'Availability factor', factor)]
  return {
    key: keyOf(clause, part, cell, draft),
    clause: clause.id,
    formula: draft.formula,
    block: cell.block,
    from: cell.quantity.span.from,
    to: cell.quantity.span.to,
    version: clause.origin.version,
    contractYear: cell.year,
    payer: clause.payer,
    payee: clause.payee,
    reason: draft.reason,
    quantity: toText(draft.quantity),
    quantityUnit: 'gpu-seconds',
    rate: paid ? toText(draft.price) : '0',
    rateUnit: paid ? 'per-gpu-hour' : 'none',
    exact: toText(exact),
    minor: 0n,
    reasons: paid ? [...draft.inputs, price, ...scaled, secondsInAnHour] : [...draft.inputs, note('Price', 'not payable')],
  }
}

/** What conditions and caps took: stated with its quantity, at zero. */
const unpaidDrafts = ({ drawn, quantity }: DrawnCell): Draft[] => {
  const stated = (formula: Formula, reason: string, word: string, amount: Rational): Draft => ({
    formula,
    reason,
    tier: 0,
    quantity: amount,
    price: nought,
    inputs: [{ ...sum('+', word, amount, 'gpu-seconds', []), operator: 'note' }],
  })
  const ineligible = quantity.ineligible
    .filter(({ amount }) => amount > 0)
    .map(({ reason, text, amount }) => stated('ineligible', reason, `Not eligible, not met: ${text}`, rational(amount, quantity.scaling)))
  const overCap = isZero(drawn.overCap) ? [] : [stated('over-cap', 'over cap', 'Over the caps, not carried forward', drawn.overCap)]
  return [...overCap, ...ineligible]
}

/** Nothing was accepted in the cell, and nothing is asked: there is nothing to say. */
const isEmpty = ({ quantity, margins }: DrawnCell): boolean =>
  quantity.total === 0 && margins.every(({ facts }) => integrate(facts.accepted, quantity.span.from, quantity.span.to) === 0)

/** The lines of one cell: what is paid in each price tier, what is called, what caps and conditions took. */
export const backstopLines = (clause: ResolvedBackstop, part: Part, cell: DrawnCell): Line[] => {
  if (isEmpty(cell)) return []
  const { drawn, quantity, tiers } = cell
  const make = (draft: Draft) => toLine(clause, part, cell, draft)
  const key = (draft: Pick<Draft, 'formula' | 'tier' | 'reason'>) => keyOf(clause, part, cell, { ...draft } as Draft)
  const paid = [...drawn.paid.values()].toSorted((a, b) => a.tier - b.tier)
  const parts = paid.length === 0 ? [{ tier: 0, called: nought, other: nought }] : paid
  const calledWhole = rational(quantity.called, quantity.scaling)
  const claim = explainClaim(clause, cell)
  const held = fact(cell.margins.map(({ block }) => block).join(' '), ['call'])
  const elsewhere = (tier: number): Input[] => [
    ...parts
      .filter((each) => each.tier !== tier)
      .map((each) =>
        lineInput(key({ formula: 'backstop', tier: each.tier }), 'gpu-seconds')('-', 'Paid in another price tier', each.other),
      ),
    lineInput(key({ formula: 'called', tier }), 'gpu-seconds')('-', 'Called, on a line of its own', calledWhole),
    lineInput(key({ formula: 'over-cap', tier: 0, reason: 'over cap' }), 'gpu-seconds')('-', 'Over the caps', drawn.overCap),
  ]
  const backstop = parts.map(({ tier, other }): Draft => ({
    formula: 'backstop',
    tier,
    quantity: other,
    price: tiers[tier]!.value,
    inputs: [sum('+', 'Quantity paid', other, 'gpu-seconds', [claim, ...elsewhere(tier).filter(({ value }) => value !== '0')], 'Q')],
  }))
  const called = parts
    .filter((each) => !isZero(each.called))
    .map((each): Draft => ({
      formula: 'called',
      tier: each.tier,
      quantity: each.called,
      price: tiers[each.tier]!.value,
      inputs: [held('+', 'Called by the guarantor', each.called, '∫G')],
    }))
  const beyond = [...drawn.calledOverCap].map(([tier, amount]): Draft => ({
    formula: 'called-over-cap',
    tier,
    quantity: amount,
    price: tiers[tier]!.value,
    inputs: [held('+', 'Called by the guarantor, outside the caps', amount, '∫G')],
  }))
  return [...backstop, ...called, ...beyond, ...unpaidDrafts(cell)].map(make)
}
