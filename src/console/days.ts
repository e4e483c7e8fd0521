import { roundTogether } from '../core/base/money.ts'
import { rational, roundHalfEven, total, type Rational } from '../core/base/rational.ts'
import type { SeriesWire } from '../wire/statement.ts'
import { dayStarts } from './dates.ts'
import { states } from './palette.ts'

type Day = Readonly<{ date: string; hours: number; tenths: readonly bigint[]; acceptedTenths: bigint }>

/** Average GPUs of each local day, in tenths: the states are rounded together, so that every row adds up to its accepted GPUs. */
export const daysOf = ({ edges, blocks }: SeriesWire, zone: string): Day[] => {
  const starts = dayStarts(edges, zone)
  return starts.map(({ at, date }, day) => {
    const [first, last] = [edges.indexOf(at), starts[day + 1] === undefined ? edges.length - 1 : edges.indexOf(starts[day + 1]!.at)]
    const seconds = edges[last]! - at
    const tenths = (values: readonly number[]): Rational => {
      const gpuSeconds = values.slice(first, last).reduce((sum, value) => sum + BigInt(value), 0n)
      return rational(gpuSeconds * 10n, BigInt(seconds))
    }
    const each = states.map((state) => total(blocks.map((block) => tenths(block[state]))))
    const acceptedTenths = roundHalfEven(total(blocks.map((block) => tenths(block.accepted))))
    return { date, hours: seconds / 3600, tenths: roundTogether(acceptedTenths, each), acceptedTenths }
  })
}
