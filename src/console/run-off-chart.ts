import { decimal } from '../core/base/rational.ts'
import type { RunOffWire } from '../wire/register.ts'
import { axisStyle, escaped, labelStyle, roundStep, sans, still, tooltipStyle } from './axes.ts'
import { dateText } from './dates.ts'
import { hatch } from './exposure-chart.ts'
import { amountText, approximate } from './format.ts'
import { kindWord } from './kind-words.ts'
import type { Palette } from './palette.ts'
import type { Option } from './Picture.tsx'

const billions = (amount: string): number => approximate(decimal(amount)) / 1e9

/** Kinds take these roles in order; what escrow covers is hatched in the colour of its kind. */
const roles = ['total', 'sold', 'unsold', 'called', 'soldIdle', 'unavailable'] as const satisfies readonly (keyof Palette)[]
export const runOffRole = (i: number): (typeof roles)[number] => roles[i % roles.length]!

/** The last date of each bar, as it is written: today, then years. */
export const runOffName = ({ years }: RunOffWire, i: number): string => (i === 0 ? 'now' : years[i - 1]!)

const tooltip = (data: RunOffWire, palette: Palette) => ({
  ...tooltipStyle(palette),
  trigger: 'axis',
  axisPointer: { type: 'shadow', shadowStyle: { color: palette.sunk, opacity: 0.6 } },
  formatter: (points: readonly { dataIndex: number }[]) => {
    const i = points[0]?.dataIndex ?? 0
    const rows = data.kinds.flatMap(({ kind, net, covered }): [string, string][] => [
      [`${kindWord(kind)}, net`, net[i]!],
      ...(/[1-9]/.test(covered[i]!) ? [[`${kindWord(kind)}, covered`, covered[i]!] as [string, string]] : []),
    ])
    const cells = rows.map(
      ([name, value]) =>
        `<tr><td style="padding-right:16px">${escaped(name)}</td><td style="text-align:right">${escaped(amountText(value))}</td></tr>`,
    )
    return `<b>${dateText(data.ends[i]!)}</b>, ${escaped(data.currency)}<table>${cells.join('')}</table>`
  },
})

/** Gross at the end of each fiscal year if nothing is called, stacked by kind; what is covered is hatched. */
export const runOffChart =
  (data: RunOffWire) =>
  (palette: Palette): Option => {
    const names = data.ends.map((_, i) => runOffName(data, i))
    const most = Math.max(1e-9, ...data.ends.map((_, i) => billions(data.total.net[i]!) + billions(data.total.covered[i]!)))
    const series = data.kinds.flatMap(({ kind, net, covered }, k) => {
      const one = (id: string, of: readonly string[], style: object) => ({
        type: 'bar',
        id: `${kind} ${id}`,
        stack: 'gross',
        barMaxWidth: 34,
        ...still,
        itemStyle: { borderColor: palette.surface, borderWidth: 0.5, color: palette[runOffRole(k)], ...style },
        data: of.map(billions),
      })
      const isCovered = covered.some((amount) => /[1-9]/.test(amount))
      return [one('net', net, {}), ...(isCovered ? [one('covered', covered, { decal: hatch(palette) })] : [])]
    })
    return {
      grid: { left: 8, right: 12, top: 12, bottom: 22, containLabel: true },
      xAxis: {
        type: 'category',
        data: names,
        axisLine: { lineStyle: { color: palette.strong } },
        axisTick: { show: false },
        axisLabel: { ...labelStyle(palette, 'second'), fontFamily: sans, hideOverlap: true },
      },
      yAxis: {
        ...axisStyle(palette),
        type: 'value',
        min: 0,
        interval: roundStep(most),
        max: Math.ceil(most / roundStep(most)) * roundStep(most),
        axisLabel: { ...labelStyle(palette), formatter: (value: number) => String(Number(value.toPrecision(6))) },
      },
      tooltip: tooltip(data, palette),
      series,
    }
  }
