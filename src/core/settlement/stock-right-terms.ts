import { compare, decimal, one, plus, nought, rational, toDecimal, type Rational } from '../base/rational.ts'
import { endOfDate, startOfDate, type Instant, type LocalDate } from '../base/time.ts'
import type { Problem } from '../base/problem.ts'
import type { Clause, Decimal } from '../terms/agreement.ts'
import { makeUnknown } from '../terms/check-values.ts'
import { clauseShape } from '../terms/clause-shape.ts'
import { below } from '../terms/conform.ts'
import type { ObjectShape, Shape } from '../terms/json-schema.ts'
import type { Slice } from '../terms/kind.ts'
import { limits } from '../terms/limits.ts'
import { yearsOf } from '../terms/resolve-clause.ts'
import type { ContractYears, ResolvedOf } from '../terms/schedule.ts'
import { itemsOf, type Sound } from '../terms/sound.ts'
import { list, object, value } from '../terms/value-shapes.ts'

export type StockPurchaseRight = Clause &
  Readonly<{
    kind: 'stock-purchase-right'
    shares: number
    exercisePrice: Decimal
    events: readonly string[]
    vesting: readonly Readonly<{ fraction: Decimal; on?: LocalDate; after?: string }>[]
    expires: LocalDate
    pledge?: string
  }>

/** A part of the shares that vests at an instant, or with the first event of a name. */
export type Tranche = Readonly<{ fraction: Rational; pointer: string; on: Instant | undefined; after: string | undefined }>

export type ResolvedStockRight = ResolvedOf<'stock-purchase-right'> &
  Readonly<{
    shares: Rational
    /** Major units per share. */
    exercisePrice: Rational
    vesting: readonly Tranche[]
    /** The first instant at which it may no longer be exercised. */
    expired: Instant
    expires: LocalDate
    pledge: string | undefined
    years: ContractYears
  }>

/** Whole numbers of shares, as far as a document has them. */
export const sharesShape = (minimum: number, description: string): Shape => ({
  type: 'integer',
  title: `a whole number of shares from ${minimum}`,
  minimum,
  maximum: Number.MAX_SAFE_INTEGER,
  description,
})

const tranche: ObjectShape = {
  ...object(
    {
      fraction: value('share', 'Part of the shares that vests; all together make at most 1.'),
      on: value('date', 'It vests on this local date.'),
      after: value('id', 'It vests with the first event of this name, one of `events`.'),
    },
    ['fraction'],
  ),
  oneOf: [{ required: ['on'] }, { required: ['after'] }],
}

export const stockRightShape = clauseShape({
  kind: 'stock-purchase-right',
  description: 'The guarantor may buy new shares of the operator at a fixed price, as far as the right has vested.',
  covers: 'none',
  properties: {
    shares: sharesShape(1, 'Shares that may be bought when all has vested.'),
    exercisePrice: value('decimal', 'Price of a share, in major units.'),
    events: list(value('id', 'Name of an event.'), limits.steps, {
      uniqueItems: true,
      default: [],
      title: 'a list of names',
      description: 'Events on which a part vests, such as `effective` or `lease-commencement`; readings tell of them.',
    }),
    vesting: list(tranche, limits.steps, {
      minItems: 1,
      title: 'a list of tranches, each with `fraction` and one of `on` and `after`',
      description: 'When which part of the shares vests.',
    }),
    expires: value('date', 'Last local date on which it may be exercised.'),
    pledge: value('text', 'To whom the right is pledged, and until when, in words. Default: to nobody.'),
  },
  required: ['shares', 'exercisePrice', 'vesting', 'expires'],
})

type SoundRight = Sound<StockPurchaseRight>
/** What readings tell of every right. */
const exercised = 'exercised'

const checkVesting = ({ from, through, expires, vesting, events }: SoundRight, pointer: string): Problem[] => {
  const named = itemsOf(events).map(([event]) => event)
  const unknown = makeUnknown('event of this clause', named)
  let running = nought
  return itemsOf(vesting).flatMap(([{ fraction, on, after }, index]): Problem[] => {
    const at = below(below(pointer, 'vesting'), index)
    const problems: Problem[] = []
    const before = running
    running = plus(running, decimal(fraction ?? '0'))
    if (compare(running, one) > 0 && compare(before, one) <= 0)
      problems.push({
        pointer: below(at, 'fraction'),
        message: `makes ${toDecimal(running)} with those before: all together make at most 1`,
      })
    if (after !== undefined && events?.length === named.length && !named.includes(after))
      problems.push({ pointer: below(at, 'after'), message: `${unknown(after)}; no reading could ever tell of it` })
    if (on === undefined) return problems
    const outside =
      from !== undefined && on < from
        ? `is before the clause starts, ${from}`
        : through !== undefined && on > through
          ? `is after the clause ends, ${through}`
          : expires !== undefined && on > expires
            ? `is after the right expires, ${expires}`
            : undefined
    return outside === undefined ? problems : [...problems, { pointer: below(at, 'on'), message: `${on} ${outside}` }]
  })
}

export const checkStockRight = (clause: SoundRight, pointer: string): Problem[] => {
  const { from, through, expires } = clause
  const at = below(pointer, 'expires')
  const early = expires !== undefined && from !== undefined && expires < from
  const late = expires !== undefined && through !== undefined && expires > through
  return [
    ...(early ? [{ pointer: at, message: `${expires} is before the clause starts, ${from}` }] : []),
    ...(late ? [{ pointer: at, message: `${expires} is after the clause ends, ${through}` }] : []),
    ...itemsOf(clause.events).flatMap(([event, index]) =>
      event === exercised
        ? [{ pointer: below(below(pointer, 'events'), index), message: '`exercised` tells of an exercise: choose another name' }]
        : [],
    ),
    ...checkVesting(clause, pointer),
  ]
}

export const resolveStockRight = (clause: StockPurchaseRight, { pointer, span, slice, signed: { agreement } }: Slice) => ({
  shares: rational(clause.shares),
  exercisePrice: decimal(clause.exercisePrice),
  vesting: clause.vesting.map(({ fraction, on, after }, index): Tranche => ({
    fraction: decimal(fraction),
    pointer: `${pointer}/vesting/${index}/fraction`,
    on: on === undefined ? undefined : startOfDate(on, agreement.zone),
    after,
  })),
  expired: endOfDate(clause.expires, agreement.zone),
  expires: clause.expires,
  pledge: clause.pledge,
  years: yearsOf(agreement.commencement, agreement.zone, { from: span.from, to: slice.to }),
  figures: ['share-price', 'shares-outstanding'],
  events: [...clause.events, exercised],
})
