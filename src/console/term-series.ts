import { fromText } from '../core/base/rational.ts'
import type { AgreementWire, CapUseWire, LaneWire } from '../wire/agreement.ts'
import { labelStyle, sans, still } from './axes.ts'
import { secondsOf } from './dates.ts'
import { approximate } from './format.ts'
import type { Palette } from './palette.ts'
import { laneValue, usedText } from './term-words.ts'

/** An instant in seconds, and what holds from then on. */
export type Point = readonly [at: number, value: number]

/** Each value from its start until the next, the last until `end`. */
const stepLine = (steps: readonly Point[], end: number): Point[] => {
  const last = steps.at(-1)
  return last === undefined ? [] : [...steps.filter(([at]) => at < end), [Math.max(end, last[0]), last[1]]]
}

/** Today and amendments cross every lane; their names stand above the first. */
const marks = (agreement: AgreementWire, named: boolean, palette: Palette) => {
  const now = secondsOf(agreement.now)
  const inTerm = (at: number) => at > secondsOf(agreement.from) && at < secondsOf(agreement.to)
  const amendments = agreement.versions.slice(1).map(({ version, effective }) => ({ at: secondsOf(effective), text: `version ${version}` }))
  return {
    symbol: 'none',
    silent: true,
    // Below the lines and their labels.
    z: 1,
    label: { ...labelStyle(palette, 'second'), position: 'end', show: named, formatter: ({ name }: { name: string }) => name },
    data: [
      ...amendments
        .filter(({ at }) => inTerm(at))
        .map(({ at, text }) => ({ xAxis: at, name: text, lineStyle: { color: palette.ink, type: [3, 3], width: 1 } })),
      ...(inTerm(now)
        ? [{ xAxis: now, name: 'today', lineStyle: { color: palette.accent, type: 'solid', width: 1.5 }, label: { color: palette.accent } }]
        : []),
    ],
  }
}

type Canvas = Readonly<{ coord: (at: Point) => readonly [x: number, y: number] }>
type Value = Readonly<{ at: number; value: number; text: string }>

/** Pixels of a character of a value, at most; from the start of what it holds from to it; and that it keeps from a rule. */
const [characterWidth, valueIndent, ruleGap] = [7, 5, 4]

/** Where a value stands: at the start of what it holds for, and right of today's rule where that would strike it through, if it still is of its own then. */
export const valueStart = ({ from, to, rule, width }: Readonly<{ from: number; to: number; rule: number; width: number }>): number => {
  const start = from + valueIndent
  const isStruck = rule > start - ruleGap && rule < start + width + ruleGap
  const beside = rule + ruleGap
  return isStruck && beside + width <= to ? beside : start
}

/** Values as text over the lines that they are of; the last holds until `end`. */
const valueSeries = (values: readonly Value[], end: number, index: number, agreement: AgreementWire, palette: Palette) => ({
  type: 'custom',
  id: `values ${index}`,
  xAxisIndex: index,
  yAxisIndex: index,
  silent: true,
  ...still,
  z: 5,
  data: values.map(({ at, value }): Point => [at, value]),
  renderItem: ({ dataIndex }: { dataIndex: number }, { coord }: Canvas) => {
    const { at, value, text } = values[dataIndex]!
    const [from, y] = coord([at, value])
    const [to] = coord([values[dataIndex + 1]?.at ?? end, value])
    const [rule] = coord([secondsOf(agreement.now), value])
    const x = valueStart({ from, to, rule, width: text.length * characterWidth })
    const ink = { fill: palette.ink, stroke: palette.surface, lineWidth: 4, font: `400 12px ${sans}` }
    return { type: 'text', style: { text, x, y: y - 4, align: 'left', verticalAlign: 'bottom', ...ink } }
  },
})

/** What is promised, and what was accepted until now. */
export const rampSeries = (agreement: AgreementWire, range: readonly [number, number], palette: Palette) => {
  const points = (steps: AgreementWire['ramp']['contract']): Point[] => [
    [range[0], 0],
    ...steps.map(({ at, gpus }): Point => [Math.max(range[0], secondsOf(at)), gpus]),
  ]
  const now = Math.min(range[1], Math.max(range[0], secondsOf(agreement.now)))
  const common = { type: 'line', step: 'end', symbol: 'none', xAxisIndex: 0, yAxisIndex: 0, silent: true, ...still }
  return [
    {
      ...common,
      id: 'accepted',
      name: 'Accepted',
      lineStyle: { color: palette.accepted, width: 1.5 },
      areaStyle: { color: palette.accepted, opacity: 0.14 },
      data: agreement.ramp.accepted.length === 0 ? [] : stepLine(points(agreement.ramp.accepted), now),
      markLine: marks(agreement, true, palette),
    },
    {
      ...common,
      id: 'contract',
      name: 'Contract',
      lineStyle: { color: palette.third, width: 1.5, type: [4, 3] },
      data: stepLine(points(agreement.ramp.contract), range[1]),
    },
  ]
}

/** How much of a cap was used, after each final month: to 100 %, where a rule stands. The last says its value. */
export const capSeries = ({ steps }: CapUseWire, index: number, agreement: AgreementWire, palette: Palette) => {
  const points = steps.map(({ at, part }): Point => [secondsOf(at), approximate(fromText(part))])
  const last = steps
    .slice(-1)
    .map(({ at, part }): Value => ({ at: secondsOf(at), value: approximate(fromText(part)), text: usedText(part) }))
  const line = {
    type: 'line',
    id: `cap ${index}`,
    step: 'end',
    xAxisIndex: index,
    yAxisIndex: index,
    silent: true,
    ...still,
    symbol: 'none',
    lineStyle: { color: palette.unsold, width: 1.5 },
    areaStyle: { color: palette.unsold, opacity: 0.25 },
    data: [[secondsOf(agreement.from), 0], ...points],
    markLine: {
      ...marks(agreement, false, palette),
      data: [
        ...marks(agreement, false, palette).data,
        { yAxis: 1, name: '100 %', lineStyle: { color: palette.third, type: [2, 3], width: 1 } },
      ],
    },
  }
  return [line, valueSeries(last, secondsOf(agreement.to), index, agreement, palette)]
}

/** Events, disputes and rulings as flags over the first lane. */
export const flagSeries = (agreement: AgreementWire, top_: number, palette: Palette) => ({
  type: 'line',
  id: 'flags',
  xAxisIndex: 0,
  yAxisIndex: 0,
  silent: true,
  ...still,
  symbol: 'triangle',
  symbolRotate: 180,
  symbolSize: 8,
  showAllSymbol: true,
  itemStyle: { color: palette.attention },
  lineStyle: { width: 0 },
  data: agreement.notices.map(({ at }): Point => [secondsOf(at), top_]),
})

/** A rate through the term; each step says its value where it begins. */
export const laneSeries = (agreement: AgreementWire, lane: LaneWire, index: number, palette: Palette) => {
  const steps = lane.steps.map(({ at, value }): Point => [secondsOf(at), approximate(fromText(value))])
  const values = lane.steps.map(({ value }, i): Value => ({
    at: steps[i]![0],
    value: steps[i]![1],
    text: laneValue(lane.kind, value, agreement.currency),
  }))
  const line = {
    type: 'line',
    id: `lane ${index}`,
    step: 'end',
    xAxisIndex: index,
    yAxisIndex: index,
    silent: true,
    ...still,
    symbol: 'none',
    lineStyle: { color: palette.ink, width: 1.5 },
    data: stepLine(steps, secondsOf(lane.to)),
    markLine: marks(agreement, false, palette),
  }
  const inTerm = values.filter(({ at }) => at < secondsOf(lane.to))
  return [line, valueSeries(inTerm, secondsOf(lane.to), index, agreement, palette)]
}

/** Nothing to see: a point for each month, so that the pointer finds the nearest month and not the nearest step. */
export const monthSeries = ([from, to]: readonly [number, number]) => {
  const first = new Date(from * 1000)
  const count = Math.ceil((to - from) / (28 * 86_400))
  const starts = Array.from({ length: count }, (_, i) => Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + i + 1, 1) / 1000)
  const data = [from, ...starts.filter((at) => at < to)].map((at): Point => [at, 0])
  return { type: 'line', id: 'months', symbol: 'none', silent: true, ...still, lineStyle: { width: 0 }, data }
}
