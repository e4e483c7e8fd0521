import { roundTogether } from '../base/money.ts'
import { nought, plus, rational, times, type Rational } from '../base/rational.ts'

export type Concentrated = Readonly<{ name: string; minor: bigint; share: Rational }>
/** Largest first. Shares are exact and add up to one; of nothing there are none, and the index is zero. */
export type Concentration = Readonly<{
  parts: readonly Concentrated[]
  /** Herfindahl: the sum of the squares of the shares. 1 is one name, 1/n is n equal ones. */
  herfindahl: Rational
}>

/** How much of a sum hangs on whom. A name with less than nothing (a credit) has no share. */
export const concentrationOf = (named: readonly (readonly [name: string, minor: bigint])[]): Concentration => {
  const sums = [...Map.groupBy(named, ([name]) => name)].map(([name, all]) => ({
    name,
    minor: all.reduce((sum, [, minor]) => sum + minor, 0n),
  }))
  const counted = sums.filter(({ minor }) => minor > 0n)
  const whole = counted.reduce((sum, { minor }) => sum + minor, 0n)
  const parts = counted
    .map(({ name, minor }) => ({ name, minor, share: rational(minor, whole) }))
    .toSorted((a, b) => (a.minor > b.minor ? -1 : a.minor < b.minor ? 1 : a.name < b.name ? -1 : 1))
  return { parts, herfindahl: parts.reduce((sum, { share }) => plus(sum, times(share, share)), nought) }
}

/** Shares in tenths of a per cent, rounded together: they add up to 1,000, or there are none. */
export const tenthsOf = ({ parts }: Concentration): bigint[] =>
  parts.length === 0
    ? []
    : roundTogether(
        1000n,
        parts.map(({ share }) => times(share, rational(1000))),
      )
