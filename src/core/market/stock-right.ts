import { blackScholesMerton } from './black.ts'

/** Rights to new shares. Amounts per share; rate, yield and volatility per year and continuous. */
export type StockRight = Readonly<{
  price: number
  exercisePrice: number
  years: number
  rate: number
  volatility: number
  /** Dividend yield. Default 0. */
  yield?: number
  /** Shares that the rights would create. */
  rights: number
  /** Shares outstanding without them. */
  shares: number
}>

const halvingsMax = 200

/** What exercising now would bring, per share. */
export const intrinsicValue = ({ price, exercisePrice }: Pick<StockRight, 'price' | 'exercisePrice'>): number =>
  Math.max(0, price - exercisePrice)

/** How far the price has to rise before exercising brings anything: a part of the price, below zero where it does already. */
export const outOfTheMoney = ({ price, exercisePrice }: Pick<StockRight, 'price' | 'exercisePrice'>): number => exercisePrice / price - 1

/**
 * A European warrant with dilution, per share: the w with w = n/(n + m) · C(S + w·m/n), n shares and m rights. S + w·m/n is the asset value per
 * share that a price of S means while the rights are out. Galai and Schneller (1978). The right side rises by less than 1 for each unit of w,
 * is above w at 0 and not at S, so halving finds the one place where both meet.
 */
export const dilutedWarrant = ({ price, exercisePrice: strike, rights, shares, ...option }: StockRight): number => {
  const kept = shares / (shares + rights)
  const worth = (value: number) => kept * blackScholesMerton({ side: 'call', strike, ...option, spot: price + (value * rights) / shares })
  let [low, high] = [0, price]
  for (let i = 0; i < halvingsMax; i++) {
    const middle = low + (high - low) / 2
    if (middle === low || middle === high) break
    if (worth(middle) > middle) low = middle
    else high = middle
  }
  return low
}

/** A right that has vested and may be exercised on any day until it expires, per share: never less than exercising it now. */
export const stockRightValue = (right: StockRight): number => Math.max(intrinsicValue(right), dilutedWarrant(right))
