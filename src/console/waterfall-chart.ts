import { toFixed } from '../core/base/rational.ts'
import { axisStyle, escaped, labelStyle, sans, still, tooltipStyle } from './axes.ts'
import { approximate, fixedText } from './format.ts'
import type { Palette } from './palette.ts'
import type { Option } from './Picture.tsx'
import type { Bar, Waterfall } from './waterfall.ts'

type Placed = Readonly<{ bar: Bar; low: number; high: number; end: number }>

/** Where each bar stands: totals from zero, steps from the end of the bar before. */
const placed = (bars: readonly Bar[]): Placed[] => {
  let at = 0
  return bars.map((bar) => {
    const value = approximate(bar.value)
    const start = bar.total ? 0 : at
    at = start + value
    return { bar, low: Math.min(start, at), high: Math.max(start, at), end: at }
  })
}

const barLabel = (bar: Bar, places: number): string =>
  fixedText(bar.value, places, !bar.total && bar.value.n <= 0n && toFixed(bar.value, places) !== toFixed({ n: 0n, d: 1n }, places))

/** A bar that would be thinner than a line is drawn as one, so that a small step is still seen. */
const thinnest = 1.5

type Drawing = Readonly<{ coord: (at: readonly [number, number]) => readonly number[]; band: number; palette: Palette; places: number }>

/** One bar with its number over it and the thin level that leads to the next. */
const shapesOf = (all: readonly Placed[], i: number, { coord, band, palette, places }: Drawing) => {
  const { bar, low, high, end } = all[i]!
  const [x, top] = coord([i, high]) as [number, number]
  const [, bottom] = coord([i, low]) as [number, number]
  const [, level] = coord([i, end]) as [number, number]
  const width = Math.min(44, band * 0.52)
  const height = Math.max(thinnest, bottom - top)
  const middle = (top + bottom) / 2
  const connector = { x1: x + width / 2, y1: level, x2: x + band - width / 2, y2: level }
  return [
    ...(i === all.length - 1 ? [] : [{ type: 'line', shape: connector, style: { stroke: palette.strong, lineWidth: 1 }, silent: true }]),
    {
      type: 'rect',
      shape: { x: x - width / 2, y: middle - height / 2, width, height: bar.value.n === 0n ? 0 : height },
      style: { fill: palette[bar.colour] },
    },
    // The whole column answers, so that a thin bar can be hit.
    {
      type: 'rect',
      shape: { x: x - band / 2, y: top - 20, width: band, height: bottom - top + 28 },
      style: { fill: 'transparent' },
      cursor: bar.line === undefined ? 'default' : 'pointer',
    },
    {
      type: 'text',
      style: {
        text: barLabel(bar, places),
        x,
        y: top - 5,
        align: 'center',
        verticalAlign: 'bottom',
        fill: palette.ink,
        font: `400 12px ${sans}`,
      },
      silent: true,
    },
  ]
}

type Canvas = Readonly<{
  value: (dimension: number) => number
  coord: Drawing['coord']
  size: (of: readonly [number, number]) => readonly number[]
}>

const panel = (bars: readonly Bar[], places: number, index: number, palette: Palette) => {
  const all = placed(bars)
  return {
    type: 'custom',
    id: index === 0 ? 'hours' : 'money',
    xAxisIndex: index,
    yAxisIndex: index,
    data: all.map(({ low, high }, i) => ({ value: [i, low, high], name: `${index} ${i}` })),
    encode: { x: 0, y: [1, 2] },
    ...still,
    renderItem: (_: unknown, { value, coord, size }: Canvas) => ({
      type: 'group',
      children: shapesOf(all, value(0), { coord, band: size([1, 0])[0]!, palette, places }),
    }),
  }
}

/** Between the panels, what turns one into the other. */
const priceBetween = (text: string, palette: Palette) => ({
  type: 'custom',
  id: 'between',
  silent: true,
  xAxisIndex: 1,
  yAxisIndex: 1,
  data: [[0, 0]],
  renderItem: (params: { coordSys: { x: number; y: number; height: number } }) => ({
    type: 'text',
    style: {
      text,
      x: params.coordSys.x - 14,
      y: params.coordSys.y + params.coordSys.height / 2,
      align: 'right',
      verticalAlign: 'middle',
      fill: palette.second,
      font: `550 12px ${sans}`,
      lineHeight: 16,
    },
  }),
  // Text that belongs to no value has no tooltip either.
  tooltip: { show: false },
})

/** Of the name below a bar: its longest word stays whole. */
const nameWidth = 66
const bandMin = 58
/** Pixels of a character of a number over a bar, at most, and between two numbers. */
const [digitWidth, numberGap] = [7.2, 6]

/** What the price between the panels takes, in bars: its words end where the first bar's own place begins. */
const between = 1.6
const bands = (hours: readonly Bar[], money: readonly Bar[]): number => hours.length + money.length + between

const share = (bars: readonly Bar[], hours: readonly Bar[], money: readonly Bar[]): string =>
  `${(100 * bars.length) / bands(hours, money)}%`

/** Pixels of the widest number over these bars; points, commas and parentheses are half as wide as a digit. */
const numbersWidth = (bars: readonly Bar[], places: number): number => {
  const widthOf = (label: string) => (label.length + label.replaceAll(/\D/g, '').length) * (digitWidth / 2)
  return Math.max(...bars.map((bar) => widthOf(barLabel(bar, places))))
}

/** Narrower, and the names below the bars, or the numbers over them, would run into each other. */
export const waterfallWidthMin = ({ hours, money, hoursPlaces, moneyPlaces }: Waterfall): number => {
  const widest = Math.max(numbersWidth(hours, hoursPlaces), numbersWidth(money, moneyPlaces))
  return Math.ceil(bands(hours, money) * Math.max(bandMin, widest + numberGap))
}

const names = (bars: readonly Bar[]) => bars.map(({ name }) => name)

const xAxis = (bars: readonly Bar[], index: number, palette: Palette) => ({
  type: 'category',
  gridIndex: index,
  data: names(bars),
  axisLine: { lineStyle: { color: palette.strong } },
  axisTick: { show: false },
  axisLabel: {
    ...labelStyle(palette, 'second'),
    interval: 0,
    hideOverlap: false,
    width: nameWidth,
    overflow: 'break',
    lineHeight: 13,
    margin: 6,
  },
})

const yAxis = (bars: readonly Bar[], index: number, palette: Palette) => {
  const all = placed(bars)
  return {
    ...axisStyle(palette),
    type: 'value',
    gridIndex: index,
    show: false,
    min: Math.min(0, ...all.map(({ low }) => low)),
    max: Math.max(1e-9, ...all.map(({ high }) => high)),
  }
}

/** Two panels on one row: GPU-hours left, money right, a bar for each sum and each step. */
export const waterfallChart =
  ({ hours, money, hoursPlaces, moneyPlaces }: Waterfall, prices: string, currency: string) =>
  (palette: Palette): Option => ({
    grid: [
      { left: 8, width: share(hours, hours, money), top: 34, bottom: 38 },
      { right: 8, width: share(money, hours, money), top: 34, bottom: 38 },
    ],
    xAxis: [xAxis(hours, 0, palette), xAxis(money, 1, palette)],
    yAxis: [yAxis(hours, 0, palette), yAxis(money, 1, palette)],
    tooltip: {
      ...tooltipStyle(palette),
      formatter: ({ name }: { name: string }) => {
        const [panelIndex, i] = name.split(' ').map(Number) as [number, number]
        const bar = (panelIndex === 0 ? hours : money)[i]!
        const unit = panelIndex === 0 ? 'million GPU-h' : `million ${currency}`
        const more = bar.note ?? (bar.line === undefined ? undefined : `Opens line ${bar.line}`)
        return `${escaped(bar.name)}: <b>${barLabel(bar, panelIndex === 0 ? hoursPlaces : moneyPlaces)}</b> ${unit}${more === undefined ? '' : `<div style="max-width:280px;white-space:normal">${escaped(more)}</div>`}`
      },
    },
    series: [panel(hours, hoursPlaces, 0, palette), panel(money, moneyPlaces, 1, palette), priceBetween(prices, palette)],
  })
