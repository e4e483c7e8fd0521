import type { BlockId, OrderId, PoolId, TenantId } from '../../core/base/id.ts'
import type { Rational } from '../../core/base/rational.ts'
import type { Instant, Interval, LocalDate } from '../../core/base/time.ts'

/** Values in force from an instant until the next, in order of time; before the first, what is usual. */
export type Dated<T> = readonly Readonly<{ from: Instant; value: T }>[]

/** GPUs of one block out of service through the operator's own fault: a count, or a part of what is accepted. */
export type Breakdown = Interval & Readonly<{ id: string; block: BlockId; out: number | Rational; reason: string }>

/** An order that is always the same, for clauses that name it: its GPUs are reserved before anything else is sold. */
export type StandingOrder = Readonly<{
  order: OrderId
  /** Where it is sold. */
  pool: PoolId
  tenant: TenantId
  gpus: Dated<number>
  /** Major units per GPU-hour; undefined: as other reservations. */
  price: Rational | undefined
}>

/** How the years go, as far as capacity is concerned; what is left out is as calibrated. */
export type Course = Readonly<{
  /** Part of what is accepted that is sold, 0 to 1, the average of a month. */
  sold: Dated<Rational>
  /** Major units per GPU-hour. */
  reservedPrice: Dated<Rational>
  onDemandPrice: Dated<Rational>
  orders: readonly StandingOrder[]
  breakdowns: readonly Breakdown[]
  /** When a tranche is accepted, where that is not on its due date. */
  acceptedOn: (block: BlockId, tranche: string) => LocalDate | undefined
}>

export const calibratedCourse: Course = {
  sold: [],
  reservedPrice: [],
  onDemandPrice: [],
  orders: [],
  breakdowns: [],
  acceptedOn: () => undefined,
}

/** The value in force at an instant; undefined before the first. */
export const valueOn = <T>(dated: Dated<T>, at: Instant): T | undefined => dated.findLast(({ from }) => from <= at)?.value
