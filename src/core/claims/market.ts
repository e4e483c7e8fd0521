import { compare, decimal } from '../base/rational.ts'
import { fromIntervals } from '../base/from-intervals.ts'
import { fromPairs, indicator, maximum, visitPieces, type Steps } from '../base/steps.ts'
import { silences } from './heard.ts'
import type { Intake, Placeable } from './intake.ts'
import { inForce } from '../terms/schedule.ts'

/** What holds of all GPUs of a block at an instant, as bits: offered above the list price only; without evidence; not offered at all. */
export const aboveList = 1
export const withoutEvidence = 2
export const notOffered = 4

type Span = Readonly<{ from: number; to: number }>
const during = (spans: readonly Span[]): Steps =>
  indicator(
    fromIntervals(
      Float64Array.from(spans, ({ from }) => from),
      Float64Array.from(spans, ({ to }) => to),
      new Float64Array(spans.length).fill(1),
    ),
  )

/** Where a version with a list price is in force. */
const listed = ({ schedule: { claims }, grid: { window } }: Intake): Span[] =>
  claims.flatMap(({ from, value }, i) => {
    const span = {
      from: i === 0 ? window.from : Math.max(from, window.from),
      to: Math.min(claims[i + 1]?.from ?? window.to, window.to),
    }
    return value.listPrice !== undefined && span.from < span.to ? [span] : []
  })

/** Offers of a block, cut where the list price steps: at or below it, and above. One in another currency cannot be compared, and offers nothing. */
const offersOf = (intake: Intake, block: number): Readonly<{ low: Span[]; high: Span[] }> => {
  const { id, pool } = intake.schedule.blocks[block]!
  const [low, high]: [Span[], Span[]] = [[], []]
  for (const { reading } of intake.offers) {
    if (reading.pool !== pool || (reading.block ?? id) !== id || reading.currency !== intake.schedule.currency) continue
    for (const span of listed(intake)) {
      const part = { from: Math.max(span.from, reading.from), to: Math.min(span.to, reading.to) }
      if (part.from >= part.to) continue
      const { listPrice } = inForce(intake.schedule.claims, part.from).value
      ;(compare(decimal(reading.price), listPrice!) <= 0 ? low : high).push(part)
    }
  }
  return { low, high }
}

/** The bits of one block over the window, in seconds from its start. */
export const bitsOf = (intake: Intake, loose: readonly Placeable[], block: number): Steps => {
  const { window } = intake.grid
  const { id } = intake.schedule.blocks[block]!
  const { low, high } = offersOf(intake, block)
  const asked = during(listed(intake))
  const dark = during([
    ...intake.salesGaps.filter((gap) => gap.block === id),
    ...loose.filter(({ what, block: of, gpus }) => what === 'gap' && of === id && gpus === undefined),
  ])
  const pairs: [number, number][] = []
  const nobody = silences(intake.schedule, intake.heard, id).reduce(maximum, dark)
  visitPieces([asked, during(low), during(high), nobody], window.from, window.to, (start, _end, [isAsked, isLow, isHigh, isDark]) => {
    const offer = isAsked === 0 || isLow === 1 ? 0 : isHigh === 1 ? aboveList : notOffered
    pairs.push([start - window.from, offer + (isDark === 1 ? withoutEvidence : 0)])
  })
  return fromPairs(pairs)
}
