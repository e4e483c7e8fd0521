import type { SeriesWire } from '../wire/statement.ts'
import { axisStyle, escaped, labelStyle, roundStep, still, tooltipStyle } from './axes.ts'
import { dayStarts, instantText, shortDay } from './dates.ts'
import { countText } from './format.ts'
import { states, type CapacityState, type Palette } from './palette.ts'
import type { Option } from './Picture.tsx'

/** Something of the terms that changes within the month: a dashed rule with its words. */
export type Rule = Readonly<{ at: number; text: string }>

export type StateOrAccepted = CapacityState | 'accepted'

/** GPUs of a state in each bucket, over some blocks: GPU-seconds over the seconds of the bucket. For a picture; sums are made of the GPU-seconds. */
export const gpusOf = ({ edges, blocks }: SeriesWire, state: StateOrAccepted, only?: readonly string[]): number[] => {
  const shown = blocks.filter(({ block }) => only === undefined || only.includes(block))
  return edges.slice(1).map((end, i) => shown.reduce((sum, block) => sum + block[state][i]!, 0) / (end - edges[i]!))
}

/** A step line: each value from its edge on, the last one to the end. */
const stepData = (edges: readonly number[], values: readonly number[]) =>
  edges.map((at, i) => [at, values[Math.min(i, values.length - 1)] ?? 0])

const xAxis = (edges: readonly number[], zone: string, palette: Palette, every: number) => {
  const days = dayStarts(edges, zone)
  // A label at the very end would be cut off.
  const ticks = days.filter((_, i) => i % every === 0 && i <= days.length - Math.min(3, every))
  const label = new Map(ticks.map(({ at, date }) => [at, shortDay(date)]))
  return {
    ...axisStyle(palette),
    type: 'value',
    min: edges[0],
    max: edges.at(-1),
    splitLine: { show: false },
    axisLine: { show: true, lineStyle: { color: palette.strong } },
    axisLabel: {
      ...labelStyle(palette),
      customValues: ticks.map(({ at }) => at),
      formatter: (at: number) => label.get(at) ?? '',
      align: 'left',
      hideOverlap: true,
    },
  }
}

// GPUs are counted whole, also where there are none.
const yAxis = (most: number, palette: Palette, ticks = Math.max(1, roundStep(most))) => ({
  ...axisStyle(palette),
  type: 'value',
  min: 0,
  max: Math.max(1, most) * 1.02,
  interval: ticks,
  // The end of the axis is where the counts end, which is no round number.
  axisLabel: { ...labelStyle(palette), showMaxLabel: false, formatter: (value: number) => countText(value) },
})

const rulesOf = (rules: readonly Rule[], palette: Palette) => ({
  symbol: 'none',
  silent: true,
  lineStyle: { color: palette.ink, type: [3, 3], width: 1 },
  label: { ...labelStyle(palette, 'second'), position: 'end', formatter: ({ name }: { name: string }) => name },
  data: rules.map(({ at, text }) => ({ xAxis: at, name: text })),
})

const names: Readonly<Record<StateOrAccepted, string>> = {
  accepted: 'Accepted',
  sold: 'Sold',
  called: 'Called',
  unsold: 'Unsold',
  unavailable: 'Unavailable',
  planned: 'Planned',
}
export const stateName = (state: StateOrAccepted): string => names[state]

type MonthPicture = Readonly<{ series: SeriesWire; zone: string; rules: readonly Rule[] }>

/** What accepted GPUs were doing, hour by hour: stacked, always in one order; the accepted line over it. */
export const monthChart =
  ({ series, zone, rules }: MonthPicture) =>
  (palette: Palette): Option => {
    const { edges } = series
    const each = states.map((state) => gpusOf(series, state))
    const accepted = gpusOf(series, 'accepted')
    const tops = each.map((_, i) => accepted.map((_gpus, hour) => each.slice(0, i + 1).reduce((sum, values) => sum + values[hour]!, 0)))
    // Painted from the top of the stack down, each area from zero: what is below covers what is above it, exactly.
    const areas = states
      .map((state, i) => ({ state, top: tops[i]! }))
      .toReversed()
      .map(({ state, top }, z) => ({
        type: 'line',
        id: state,
        name: stateName(state),
        step: 'end',
        symbol: 'none',
        silent: true,
        ...still,
        z: 2 + z / 10,
        lineStyle: { width: 0 },
        areaStyle: { color: palette[state], opacity: 1 },
        data: stepData(edges, top),
      }))
    return {
      grid: { left: 56, right: 16, top: rules.length === 0 ? 14 : 30, bottom: 26 },
      xAxis: xAxis(edges, zone, palette, 3),
      yAxis: yAxis(Math.max(1, ...accepted), palette),
      tooltip: {
        ...tooltipStyle(palette),
        trigger: 'axis',
        axisPointer: { type: 'line', lineStyle: { color: palette.accent, width: 1 } },
        formatter: (points: readonly { dataIndex: number }[]) => {
          const hour = Math.min(points[0]?.dataIndex ?? 0, accepted.length - 1)
          const rows = [
            ...states.toReversed().map((state) => [stateName(state), each[states.indexOf(state)]![hour]!] as const),
            ['Accepted', accepted[hour]!] as const,
          ]
          const cells = rows.map(
            ([name, gpus]) => `<tr><td style="padding-right:16px">${name}</td><td style="text-align:right">${countText(gpus)}</td></tr>`,
          )
          return `${escaped(instantText(edges[hour]!, zone))}<table>${cells.join('')}</table>`
        },
      },
      series: [
        ...areas,
        {
          type: 'line',
          id: 'accepted',
          name: 'Accepted',
          step: 'end',
          symbol: 'none',
          silent: true,
          ...still,
          z: 4,
          lineStyle: { color: palette.accepted, width: 1.5 },
          data: stepData(edges, accepted),
          markLine: rulesOf(rules, palette),
        },
      ],
    }
  }

/** One fact through the month. */
export const inputChart =
  (series: SeriesWire, state: StateOrAccepted, blocks: readonly string[] | undefined, zone: string) =>
  (palette: Palette): Option => {
    const values = gpusOf(series, state, blocks)
    const most = Math.max(1, ...values)
    return {
      grid: { left: 50, right: 16, top: 10, bottom: 24 },
      xAxis: xAxis(series.edges, zone, palette, 7),
      yAxis: yAxis(most, palette, roundStep(most * 2)),
      tooltip: {
        ...tooltipStyle(palette),
        trigger: 'axis',
        axisPointer: { type: 'line', lineStyle: { color: palette.accent, width: 1 } },
        formatter: (points: readonly { dataIndex: number }[]) => {
          const hour = Math.min(points[0]?.dataIndex ?? 0, values.length - 1)
          return `${escaped(instantText(series.edges[hour]!, zone))}<br><b>${countText(values[hour]!)}</b> GPUs`
        },
      },
      series: [
        {
          type: 'line',
          id: state,
          step: 'end',
          symbol: 'none',
          silent: true,
          ...still,
          lineStyle: { width: 1, color: palette[state] },
          areaStyle: { color: palette[state], opacity: 0.18 },
          data: stepData(series.edges, values),
        },
      ],
    }
  }
