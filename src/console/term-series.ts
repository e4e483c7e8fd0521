import { fromText } from '../core/base/rational.ts'
import type { AgreementWire, CapUseWire, LaneWire } from '../wire/agreement.ts'
import { labelStyle, still } from './axes.ts'
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

/** How much of a cap was used, after each final month: to 100 %, where a rule stands. */
export const capSeries = ({ steps }: CapUseWire, index: number, agreement: AgreementWire, palette: Palette) => {
  const points = steps.map(({ at, part }): Point => [secondsOf(at), approximate(fromText(part))])
  const last = steps.at(-1)
  return {
    type: 'line',
    id: `cap ${index}`,
    step: 'end',
    xAxisIndex: index,
    yAxisIndex: index,
    silent: true,
    ...still,
    symbol: 'circle',
    symbolSize: 0.01,
    showAllSymbol: true,
    itemStyle: { color: 'transparent' },
    lineStyle: { color: palette.unsold, width: 1.5 },
    areaStyle: { color: palette.unsold, opacity: 0.25 },
    label: {
      show: true,
      position: 'right',
      ...labelStyle(palette, 'ink'),
      fontSize: 12,
      formatter: ({ dataIndex }: { dataIndex: number }) => (dataIndex === points.length && last !== undefined ? usedText(last.part) : ''),
    },
    data: [[secondsOf(agreement.from), 0], ...points],
    markLine: {
      ...marks(agreement, false, palette),
      data: [
        ...marks(agreement, false, palette).data,
        { yAxis: 1, name: '100 %', lineStyle: { color: palette.third, type: [2, 3], width: 1 } },
      ],
    },
  }
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

/** A rate through the term. */
export const laneSeries = (agreement: AgreementWire, lane: LaneWire, index: number, palette: Palette) => {
  const steps = lane.steps.map(({ at, value }): Point => [secondsOf(at), approximate(fromText(value))])
  const line = stepLine(steps, secondsOf(lane.to))
  return {
    type: 'line',
    id: `lane ${index}`,
    step: 'end',
    xAxisIndex: index,
    yAxisIndex: index,
    silent: true,
    ...still,
    // A mark without size carries the label: each step says its value where it begins.
    symbol: 'circle',
    symbolSize: 0.01,
    showAllSymbol: true,
    itemStyle: { color: 'transparent' },
    lineStyle: { color: palette.ink, width: 1.5 },
    label: {
      show: true,
      position: [4, -16],
      ...labelStyle(palette, 'ink'),
      fontSize: 12,
      backgroundColor: palette.surface,
      padding: [2, 3],
      formatter: ({ dataIndex }: { dataIndex: number }) => {
        const step = lane.steps[dataIndex]
        return step === undefined || dataIndex >= steps.length ? '' : laneValue(lane.kind, step.value, agreement.currency)
      },
    },
    data: line,
    markLine: marks(agreement, false, palette),
  }
}

/** Nothing to see: a point for each month, so that the pointer finds the nearest month and not the nearest step. */
export const monthSeries = ([from, to]: readonly [number, number]) => {
  const first = new Date(from * 1000)
  const count = Math.ceil((to - from) / (28 * 86_400))
  const starts = Array.from({ length: count }, (_, i) => Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + i + 1, 1) / 1000)
  const data = [from, ...starts.filter((at) => at < to)].map((at): Point => [at, 0])
  return { type: 'line', id: 'months', symbol: 'none', silent: true, ...still, lineStyle: { width: 0 }, data }
}
