import { formatMoney, toMoney } from '../../core/base/money.ts'
import { rational, times, type Rational } from '../../core/base/rational.ts'
import type { PoolId } from '../../core/base/id.ts'
import { dateOf, type Instant } from '../../core/base/time.ts'
import type { Charge } from '../../core/meter/reading.ts'
import { tenantOf } from './buyers.ts'

export type BillingOf = Readonly<{ source: string; pool: PoolId; price: Rational; currency: string; zone: string; tenants: number }>

/**
 * Meters what each tenant holds on demand in one pool, and bills it by the local day: GPU-seconds × price ÷ 3,600, rounded half-even to the minor
 * unit, earned over the day.
 */
export const makeBilling = ({ source, pool, price, currency, zone, tenants }: BillingOf) => {
  const held = new Float64Array(tenants)
  const since = new Float64Array(tenants)
  const gpuSeconds = new Float64Array(tenants)
  const settle = (tenant: number, at: Instant): void => {
    gpuSeconds[tenant]! += held[tenant]! * (at - since[tenant]!)
    since[tenant] = at
  }
  return {
    /** A tenant holds so many more GPUs from `at` on; fewer, if negative. */
    change: (tenant: number, gpus: number, at: Instant): void => {
      settle(tenant, at)
      held[tenant]! += gpus
    },
    /** The charges of a local day that has just ended. */
    bill: (from: Instant, to: Instant): Charge[] =>
      Array.from({ length: tenants }, (_, tenant) => tenant).flatMap((tenant): Charge[] => {
        settle(tenant, to)
        const bought = gpuSeconds[tenant]!
        gpuSeconds[tenant] = 0
        if (bought === 0) return []
        const amount = formatMoney(toMoney(times(price, rational(bought, 3600)), currency))
        const id = `charge/${pool}/${tenantOf(tenant)}/${dateOf(from, zone)}`
        return [{ kind: 'charge', source, id, pool, tenant: tenantOf(tenant), product: 'on-demand', amount, currency, from, to }]
      }),
  }
}
