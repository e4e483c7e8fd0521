import { decimal } from '../core/base/rational.ts'
import { axisStyle, escaped, labelStyle, roundStep, sans, still, tooltipStyle } from './axes.ts'
import { amountText, approximate, largeAmount } from './format.ts'
import type { Palette } from './palette.ts'
import type { Option } from './Picture.tsx'

/** One bar: decimal strings that add up, paid beside gross = covered + net. */
export type ExposureBar = Readonly<{ id: string; name: string; paid: string; gross: string; covered: string; net: string }>
/** A line without a bar: in words, why it has none. */
export type ExposureNote = Readonly<{ name: string; note: string }>

const billions = (amount: string): number => approximate(decimal(amount)) / 1e9

const rowHeight = 27
export const exposureHeight = (bars: number): number => Math.max(170, bars * rowHeight + 46)

/** Lines drawn across: for what escrow and collateral cover. */
export const hatch = (palette: Palette) => ({
  symbol: 'rect',
  color: palette.surface,
  dashArrayX: [1, 0],
  dashArrayY: [3, 3],
  rotation: Math.PI / 4,
  symbolSize: 1,
})

const nameMax = 24
const shortened = (name: string): string => (name.length <= nameMax ? name : `${name.slice(0, nameMax - 1).trimEnd()}…`)

const tooltip = (bars: readonly ExposureBar[], currency: string, palette: Palette) => ({
  ...tooltipStyle(palette),
  trigger: 'item',
  formatter: ({ dataIndex }: { dataIndex: number }) => {
    const bar = bars[dataIndex]
    if (bar === undefined) return ''
    const rows = [
      ['Paid to date', bar.paid],
      ['Gross, may still be asked for', bar.gross],
      ['of it covered by escrow', bar.covered],
      ['of it net', bar.net],
    ].map(
      ([name, value]) =>
        `<tr><td style="padding-right:16px">${escaped(name!)}</td><td style="text-align:right">${escaped(amountText(value!))}</td></tr>`,
    )
    return `<b>${escaped(bar.name)}</b>, ${escaped(currency)}<table>${rows.join('')}</table>`
  },
})

type Exposure = Readonly<{ bars: readonly ExposureBar[]; notes: readonly ExposureNote[]; currency: string }>

const seriesOf = ({ bars, notes, currency }: Exposure, palette: Palette) => {
  const series = (id: 'paid' | 'covered' | 'net', style: object, label?: object) => ({
    type: 'bar',
    id,
    stack: 'exposure',
    barWidth: 14,
    ...still,
    itemStyle: { borderColor: palette.surface, borderWidth: 0.5, ...style },
    data: [...bars.map((bar) => ({ value: billions(bar[id]), name: bar.id })), ...notes.map(() => 0)],
    ...label,
  })
  const end = {
    label: {
      show: true,
      position: 'right',
      color: palette.ink,
      fontSize: 12,
      fontFamily: sans,
      formatter: ({ dataIndex }: { dataIndex: number }) => {
        const bar = bars[dataIndex]
        return bar === undefined
          ? `{note|${notes[dataIndex - bars.length]!.note}}`
          : /[1-9]/.test(bar.gross)
            ? largeAmount(bar.gross, currency)
            : ''
      },
      rich: { note: { color: palette.second, fontSize: 12, fontFamily: sans } },
    },
  }
  return [
    series('paid', { color: palette.called }),
    series('covered', { color: palette.planned, decal: hatch(palette) }),
    series('net', { color: palette.total }, end),
  ]
}

/** What is promised, a bar for each: what was paid, what of gross is covered, and what is net. Bars end in their gross. */
export const exposureChart =
  (exposure: Exposure) =>
  (palette: Palette): Option => {
    const { bars, notes, currency } = exposure
    const most = Math.max(1e-9, ...bars.map(({ paid, gross }) => billions(paid) + billions(gross)))
    const step = roundStep(most)
    return {
      grid: { left: 8, right: 64, top: 6, bottom: 22, containLabel: true },
      xAxis: {
        ...axisStyle(palette),
        type: 'value',
        min: 0,
        max: most * 1.02,
        interval: step,
        axisLabel: { ...labelStyle(palette), showMaxLabel: false, formatter: (value: number) => String(Number(value.toPrecision(6))) },
      },
      yAxis: {
        type: 'category',
        inverse: true,
        data: [...bars, ...notes].map(({ name }) => shortened(name)),
        axisLine: { lineStyle: { color: palette.strong } },
        axisTick: { show: false },
        axisLabel: { ...labelStyle(palette, 'ink'), fontSize: 12, interval: 0 },
      },
      tooltip: tooltip(bars, currency, palette),
      series: seriesOf(exposure, palette),
    }
  }
