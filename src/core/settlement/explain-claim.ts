import { rational, type Rational } from '../base/rational.ts'
import { integrate, subtract, type Steps } from '../base/steps.ts'
import { inForce, type ResolvedBackstop, type Stepped } from '../terms/schedule.ts'
import type { Input } from './line.ts'
import type { Margin } from './margin.ts'
import { heldBack, type Quantity } from './quantity.ts'
import { fact, quiet, sum, term } from './reasons.ts'

const sales = ['allocation', 'reservation'] as const

type Explained = Readonly<{ quantity: Quantity; margins: readonly Margin[] }>

/** ∫ over the cell of one function of each block, added up. */
const over = ({ quantity: { span }, margins }: Explained, pick: (margin: Margin) => Steps, scaled = false): Rational =>
  margins
    .map((margin) => rational(integrate(pick(margin), span.from, span.to), scaled ? margin.scaling : 1))
    .reduce((a, b) => rational(a.n * b.d + b.n * a.d, a.d * b.d), rational(0))

const available = (cell: Explained, subject: string): Input => {
  const metered = (kinds: readonly string[]) => fact(subject, kinds)
  const accepted = over(cell, ({ facts }) => facts.accepted)
  const above = over(cell, ({ facts, offered }) => subtract(facts.proven.available, offered))
  return sum(
    '+',
    'Available, up to committed',
    over(cell, ({ offered }) => offered),
    'gpu-seconds',
    [
      metered(['acceptance'])('+', 'Accepted', accepted, '∫N'),
      ...quiet([
        metered(['maintenance'])(
          '-',
          'Planned maintenance',
          over(cell, ({ facts }) => facts.planned),
          '∫P',
        ),
        metered(['outage', 'maintenance', 'gap'])(
          '-',
          'Unavailable',
          over(cell, ({ facts }) => facts.unavailable),
          '∫U',
        ),
        sum('-', 'Available above committed', above, 'gpu-seconds', []),
      ]).filter(({ value }) => value !== '0'),
    ],
    '∫min(A, C)',
  )
}

const sold = (cell: Explained, subject: string): Input => {
  const contracted = over(cell, ({ facts }) => facts.contracted)
  const down = over(cell, ({ facts }) => subtract(facts.contracted, facts.proven.sold))
  const above = over(cell, ({ facts, offsetting }) => subtract(facts.proven.sold, offsetting))
  const metered = fact(subject, sales)
  return sum(
    '-',
    'Sold',
    over(cell, ({ offsetting }) => offsetting),
    'gpu-seconds',
    [
      metered('+', 'Contracted', contracted, '∫S*'),
      ...[
        metered('-', 'Sold but down', down, '∫X'),
        sum('-', 'Sold above committed, which does not offset', above, 'gpu-seconds', []),
      ].filter(({ value }) => value !== '0'),
    ],
    '∫S',
  )
}

/** The retention's steps that are in force somewhere in the cell. */
const ratesOf = ({ quantity: { span }, margins }: Explained, clause: ResolvedBackstop): Stepped<Rational> =>
  margins.flatMap(({ block }) => {
    const { retention } = clause.covers.find((each) => each.block === block)!
    const first = inForce(retention, span.from)
    return [first, ...retention.filter(({ from }) => from > span.from && from < span.to)]
  })

const retained = (cell: Explained, clause: ResolvedBackstop): Input => {
  const rates = ratesOf(cell, clause)
  const [{ value, pointer }] = rates as [Stepped<Rational>[number]]
  const single = rates.every((each) => each.value.n === value.n && each.value.d === value.d)
  const whole = over(cell, (margin) => margin.retained, true)
  const committed = over(cell, (margin) => margin.committed)
  const children = [
    sum('+', 'Committed', committed, 'gpu-seconds', [], '∫C'),
    term(clause.origin, pointer, 'rate')('×', 'Retention', value, 'ρ'),
  ]
  return sum('-', "Operator's retention", whole, 'gpu-seconds', single ? children : [], '∫ρ·C')
}

/**
 * How a cell's quantity comes about, as a sum that balances exactly: available − sold − retention, then what netting in buckets, the limit
 * and the call did to it, then what is not eligible.
 */
export const explainClaim = (clause: ResolvedBackstop, cell: Explained): Input => {
  const { quantity, margins } = cell
  const subject = margins.map(({ block }) => block).join(' ')
  const scaled = (amount: number) => rational(amount, quantity.scaling)
  const below = {
    instant: 'Below zero at some instants',
    hour: 'Below zero in some hours',
    day: 'Below zero on some days',
    period: 'Below zero',
  } as const
  const children: Input[] = [
    available(cell, subject),
    sold(cell, subject),
    retained(cell, clause),
    sum('-', 'Held back for want of evidence', scaled(heldBack(margins, quantity.span, quantity.scaling)), 'gpu-seconds', []),
    sum('+', `${below[clause.measure]}: counts as zero, offsets nowhere else`, scaled(quantity.beyond), 'gpu-seconds', []),
    sum('-', 'Above the limit', scaled(quantity.overLimit), 'gpu-seconds', [], '∫K'),
    sum('+', 'Called beyond what is unsold', scaled(quantity.raised), 'gpu-seconds', []),
    ...quantity.ineligible.map(({ text, amount }) => sum('-', `Not eligible, not met: ${text}`, scaled(amount), 'gpu-seconds', [])),
  ]
  const kept = children.filter(({ value }, i) => i < 2 || value !== '0')
  return sum('+', 'Eligible', scaled(quantity.total), 'gpu-seconds', kept, 'Q')
}
