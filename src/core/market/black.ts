import { normal } from './normal.ts'

export type OptionSide = 'call' | 'put'

/** Rates and volatility are per year and continuous, time is in years, amounts are in one currency. */
type Common = Readonly<{ side: OptionSide; strike: number; years: number; volatility: number; rate: number }>
export type OnForward = Common & Readonly<{ forward: number }>
export type OnSpot = Common & Readonly<{ spot: number; /** Dividend yield. Default 0. */ yield?: number }>

/**
 * Black (1976): what a European option on a forward is worth today, discounted at `rate`. At expiry, or where nothing can move, what is
 * certain: max(0, forward − strike) for a call, discounted.
 */
export const black76 = ({ side, forward, strike, years, volatility, rate }: OnForward): number => {
  const sign = side === 'call' ? 1 : -1
  const discount = Math.exp(-rate * years)
  const deviation = volatility * Math.sqrt(years)
  // A call that costs nothing is the forward itself; no logarithm says so.
  if (!(deviation > 0) || strike <= 0 || forward <= 0) return discount * Math.max(0, sign * (forward - strike))
  const d1 = Math.log(forward / strike) / deviation + deviation / 2
  return discount * sign * (forward * normal(sign * d1) - strike * normal(sign * (d1 - deviation)))
}

/** Black, Scholes and Merton (1973): the same on a share that pays a continuous yield. Haug, Option Pricing Formulas, 1.1.6. */
export const blackScholesMerton = ({ spot, yield: paid = 0, ...option }: OnSpot): number =>
  black76({ ...option, forward: spot * Math.exp((option.rate - paid) * option.years) })
