import type { OrderId, PoolId, TenantId } from '../../core/base/id.ts'
import { formatMoney, toMoney } from '../../core/base/money.ts'
import { rational, times, type Rational } from '../../core/base/rational.ts'
import { integrateBuckets, type Steps } from '../../core/base/steps.ts'
import { dateOf, dayEdges, endOfDate, startOfDate } from '../../core/base/time.ts'
import type { Charge } from '../../core/meter/reading.ts'

/** What a buyer pays for, and at what price per GPU-hour, in major units. */
export type Billing = Readonly<{
  source: string
  pool: PoolId
  tenant: TenantId
  order?: OrderId
  product: 'reserved' | 'on-demand'
  price: Rational
  currency: string
  zone: string
}>

/**
 * One charge per local day on which anything was bought: GPU-seconds of the day × price ÷ 3,600, rounded half-even to the minor unit, earned
 * evenly over the day. `steps` is what was bought, zero after its last instant.
 */
export const dailyCharges = ({ zone, price, currency, ...billing }: Billing, steps: Steps, idOf: (date: string) => string): Charge[] => {
  if (steps.starts.length === 0) return []
  const edges = dayEdges({ from: startOfDate(dateOf(steps.starts[0]!, zone), zone), to: steps.starts.at(-1)! }, zone)
  const days = edges.slice(0, -1)
  const gpuSeconds = integrateBuckets(steps, edges)
  return [...days].flatMap((from, i): Charge[] => {
    if (gpuSeconds[i] === 0) return []
    const date = dateOf(from, zone)
    const amount = formatMoney(toMoney(times(price, rational(gpuSeconds[i]!, 3600)), currency))
    return [{ ...billing, kind: 'charge', id: idOf(date), amount, currency, from, to: endOfDate(date, zone) }]
  })
}
