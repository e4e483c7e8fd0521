import type { BlockId, ClauseId, ConditionId, OrderId, PartyId, PoolId, TenantId } from '../../core/base/id.ts'
import { formatMoney, toMoney } from '../../core/base/money.ts'
import { decimal, isZero, minus, over, plus, rational, times, toFixed } from '../../core/base/rational.ts'
import {
  addDays,
  dateOf,
  endOfDate,
  monthInterval,
  monthOf,
  nextMonth,
  startOfDate,
  type Interval,
  type LocalDate,
  type Month,
} from '../../core/base/time.ts'
import type { EventReading, Figure, IndexValue, Payment, Reading } from '../../core/meter/reading.ts'
import type { Schedule } from '../../core/terms/schedule.ts'
import { calibratedCourse, type Course, type Dated } from './course.ts'
import type { FromDate, Series, Story, When } from './story.ts'

const source = 'story'

/** What a final statement asks to be paid; `payer` null where nothing is. */
export type Asked = Readonly<{ month: Month; dueOn: LocalDate; payer: string | null; amount: string }>

/** The course of capacity that a story describes. */
export const courseOf = (story: Story | undefined, { zone, pools, blocks, orders }: Schedule): Course => {
  if (story === undefined) return calibratedCourse
  const dated = <T, R>(given: FromDate<T> | undefined, read: (value: T) => R): Dated<R> =>
    (given ?? []).map(({ from, value }) => ({ from: startOfDate(from, zone), value: read(value) }))
  const poolOf = (order: string): PoolId => {
    const [first] = orders.get(order as OrderId) ?? []
    return blocks.find(({ id }) => id === first)?.pool ?? pools[0]!.id
  }
  return {
    sold: dated(story.sold, decimal),
    reservedPrice: dated(story.reservedPrices, decimal),
    onDemandPrice: dated(story.onDemandPrices, decimal),
    orders: (story.orders ?? []).map(({ order, tenant, pool, gpus, price }) => ({
      order: order as OrderId,
      tenant: tenant as TenantId,
      pool: (pool as PoolId | undefined) ?? poolOf(order),
      gpus: dated(gpus, (count) => count),
      price: price === undefined ? undefined : decimal(price),
    })),
    breakdowns: (story.outages ?? []).map(({ block, from, through, share, gpus, reason }, i) => ({
      id: idOf(story, 'outages', i),
      block: block as BlockId,
      from: startOfDate(from, zone),
      to: endOfDate(through, zone),
      out: gpus ?? decimal(share!),
      reason,
    })),
    acceptedOn: (block, tranche) => (story.acceptances ?? []).find((each) => each.block === block && each.tranche === tranche)?.on,
  }
}

/** A story's readings are named after their places in it, so that telling it again says nothing new. */
const idOf = ({ agreement }: Story, list: string, index: number | string, ...more: string[]): string =>
  ['story', agreement, list, ...(typeof index === 'number' ? [`${index + 1}`] : [index]), ...more].join('-')

/** What a story tells in a month beside capacity: with the month in which it begins, or the first of the term. */
export const tellStory = (story: Story, schedule: Schedule, month: Month, asked: readonly Asked[]): Reading[] => {
  const first = monthOf(schedule.from, schedule.zone)
  const isNow = (date: LocalDate): boolean => date.slice(0, 7) === month || (month === first && date.slice(0, 7) < month)
  return [
    ...conditionsIn(story, schedule, month),
    ...figuresIn(story, schedule, isNow),
    ...eventsIn(story, schedule, isNow),
    ...indicesIn(story, schedule, isNow),
    ...paymentsIn(story, schedule, month, asked),
    ...disputesIn(story, schedule, isNow),
  ]
}

type Span = Readonly<{ from: LocalDate; through: LocalDate }>

const monthsOf = { month: 1, quarter: 3, year: 12 } as const
const dayBefore = (date: LocalDate): LocalDate => addDays(date, -1)

/** The dates that something is told of, in order: one day, one interval, or the calendar periods that lie in it, cut at its ends. */
const spansOf = ({ at, every, from, through }: When, { from: starts, to: ends, zone }: Schedule): Span[] => {
  if (at !== undefined) return [{ from: at, through: at }]
  const first = from ?? dateOf(starts, zone)
  const last = through ?? dateOf(ends - 1, zone)
  if (every === undefined) return [{ from: first, through: last }]
  const months = monthsOf[every]
  const number = Number(first.slice(5, 7)) - 1
  const spans: Span[] = []
  for (let start = nextMonth(first.slice(0, 7), -(number % months)); `${start}-01` <= last; start = nextMonth(start, months)) {
    const [begins, until] = [`${start}-01`, dayBefore(`${nextMonth(start, months)}-01`)]
    spans.push({ from: begins < first ? first : begins, through: until > last ? last : until })
  }
  return spans
}

const places = (text: string): number => text.split('.')[1]?.length ?? 0

/** The value for the nth of so many times. */
export const seriesAt = (series: Series, index: number, count: number): string => {
  if (typeof series === 'string') return series
  if ('list' in series) return series.list[Math.min(index, series.list.length - 1)]!
  const [from, to] = [decimal(series.from), decimal(series.to)]
  if (count === 1) return series.from
  const part = over(rational(index), rational(count - 1))
  return toFixed(plus(from, times(part, minus(to, from))), Math.max(places(series.from), places(series.to)))
}

/** What is told of each of its times that falls to this month. */
const told = <T extends When, R>(
  all: readonly T[] | undefined,
  schedule: Schedule,
  isNow: (date: LocalDate) => boolean,
  tell: (each: T, span: Span, place: Readonly<{ item: number; index: number; count: number }>) => R,
): R[] =>
  (all ?? []).flatMap((each, item) => {
    const spans = spansOf(each, schedule)
    return spans.flatMap((span, index) => (isNow(span.from) ? [tell(each, span, { item, index, count: spans.length })] : []))
  })

const optionalOf = (of: string | undefined): { of?: string } => (of === undefined ? {} : { of })

const figuresIn = (story: Story, schedule: Schedule, isNow: (date: LocalDate) => boolean): Figure[] =>
  told(story.figures, schedule, isNow, ({ clause, figure, of, at, stands, value }, span, { item, index, count }) => {
    const { zone } = schedule
    const point = at ?? (stands === 'start' ? span.from : stands === 'end' ? span.through : undefined)
    const time =
      point === undefined ? { from: startOfDate(span.from, zone), to: endOfDate(span.through, zone) } : { at: startOfDate(point, zone) }
    const id = idOf(story, 'figures', item, span.from)
    return {
      kind: 'figure',
      source,
      id,
      clause: clause as ClauseId,
      figure,
      ...optionalOf(of),
      value: seriesAt(value, index, count),
      ...time,
    }
  })

const eventsIn = (story: Story, schedule: Schedule, isNow: (date: LocalDate) => boolean): EventReading[] =>
  told(story.events, schedule, isNow, ({ clause, event, of, amount }, { from }, { item, index, count }) => {
    const what = amount === undefined ? {} : { amount: seriesAt(amount, index, count) }
    const id = idOf(story, 'events', item, from)
    return {
      kind: 'event',
      source,
      id,
      clause: clause as ClauseId,
      event,
      ...optionalOf(of),
      at: startOfDate(from, schedule.zone),
      ...what,
    }
  })

const indicesIn = (story: Story, schedule: Schedule, isNow: (date: LocalDate) => boolean): IndexValue[] =>
  told(story.indices, schedule, isNow, ({ index: name, value }, { from }, { item, index, count }) => ({
    kind: 'index',
    source,
    id: idOf(story, 'indices', item, from),
    index: name,
    date: from,
    value: seriesAt(value, index, count),
  }))

/** Conditions last: each month has the part of the interval that lies in it. */
const conditionsIn = (story: Story, { zone, from: starts, to: ends }: Schedule, month: Month): Reading[] =>
  (story.conditions ?? []).flatMap(({ clause, condition, block, from, through, holds }, i): Reading[] => {
    const whole: Interval = monthInterval(month, zone)
    const span = {
      from: Math.max(startOfDate(from, zone), whole.from, starts),
      to: Math.min(endOfDate(through, zone), whole.to, ends),
    }
    if (span.from >= span.to) return []
    const where = block === undefined ? {} : { block: block as BlockId }
    const names = { clause: clause as ClauseId, condition: condition as ConditionId }
    return [{ kind: 'condition', source, id: idOf(story, 'conditions', i, month), ...names, ...where, ...span, holds }]
  })

const paymentsIn = (story: Story, { agreement, currency }: Schedule, month: Month, asked: readonly Asked[]): Payment[] =>
  (story.payments ?? []).flatMap(({ days, part, from, through }, i) =>
    asked.flatMap((each): Payment[] => {
      const date = addDays(each.dueOn, days)
      const isMeant = (from === undefined || each.month >= from) && (through === undefined || each.month <= through)
      const paid = times(decimal(each.amount), decimal(part))
      if (!isMeant || each.payer === null || date.slice(0, 7) !== month || isZero(paid)) return []
      const amount = formatMoney(toMoney(paid, currency))
      const id = idOf(story, 'payments', i, each.month)
      return [{ kind: 'payment', source, id, agreement, month: each.month, payer: each.payer as PartyId, date, amount, currency }]
    }),
  )

const disputesIn = (story: Story, { agreement, zone }: Schedule, isNow: (date: LocalDate) => boolean): Reading[] => {
  const named = (dispute: string): string => idOf(story, 'disputes', dispute)
  const disputes = (story.disputes ?? []).filter(({ at }) => isNow(at))
  const rulings = (story.rulings ?? []).filter(({ at }) => isNow(at))
  const common = { source, agreement } as const
  return [
    ...disputes.map(({ id, at, month, line, amount, reason }): Reading => ({
      ...common,
      kind: 'dispute',
      id: named(id),
      month,
      line,
      at: startOfDate(at, zone),
      reason,
      ...(amount === undefined ? {} : { amount }),
    })),
    ...rulings.map(({ dispute, at, upheld }): Reading => ({
      ...common,
      kind: 'ruling',
      id: `${named(dispute)}-ruling`,
      dispute: named(dispute),
      upheld,
      at: startOfDate(at, zone),
    })),
  ]
}
