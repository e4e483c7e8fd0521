import { fromText } from '../core/base/rational.ts'
import type { FacilityPageWire } from '../wire/lender.ts'
import { axisStyle, escaped, labelStyle, roundStep, still, tooltipStyle } from './axes.ts'
import { monthText, shortMonth } from './dates.ts'
import { amountText, approximate, ratioText } from './format.ts'
import type { Palette } from './palette.ts'
import type { Option } from './Picture.tsx'

const ratioOf = (exact: string): number => approximate(fromText(exact))

/** Above it, a ratio is no longer read against its covenant. */
const roomAbove = 1.25

type Cover = FacilityPageWire['cover']

const tooltip = (rows: Cover, currency: string, palette: Palette) => ({
  ...tooltipStyle(palette),
  trigger: 'axis',
  axisPointer: { type: 'line' },
  formatter: (points: readonly { dataIndex: number }[]) => {
    const row = rows[points[0]?.dataIndex ?? -1]
    if (row === undefined) return ''
    const cells = (
      [
        ['DSCR', row.dscr === null ? null : ratioText(row.dscr)],
        [`CFADS, ${currency}`, row.cfads === null ? null : amountText(row.cfads)],
        [`Debt service, ${currency}`, row.debtService === null ? null : amountText(row.debtService)],
      ] as const
    ).flatMap(([name, value]) =>
      value === null
        ? []
        : [`<tr><td style="padding-right:16px">${escaped(name)}</td><td style="text-align:right">${escaped(value)}</td></tr>`],
    )
    return `<b>${monthText(row.month)}</b><table>${cells.join('')}</table>`
  },
})

/** DSCR through time as a step line, its covenants as labelled rules. Zero is the base: the distance to the rule is what is read. */
export const coverChart =
  (page: FacilityPageWire) =>
  (palette: Palette): Option => {
    const rows = page.cover.filter(({ dscr, of }) => dscr !== null && of === null)
    const levels = page.covenants.filter(({ ratio }) => ratio === 'dscr')
    const required = levels.map((level) => ratioOf(level.required))
    const values = rows.map(({ dscr }) => ratioOf(dscr!))
    const most = Math.max(0.1, ...required, ...values) * roomAbove
    const step = roundStep(most)
    return {
      grid: { left: 8, right: 96, top: 14, bottom: 22, containLabel: true },
      xAxis: {
        type: 'category',
        data: rows.map(({ month }) => month),
        boundaryGap: true,
        axisLine: { lineStyle: { color: palette.strong } },
        axisTick: { show: false },
        axisLabel: { ...labelStyle(palette), formatter: shortMonth, hideOverlap: true },
      },
      yAxis: {
        ...axisStyle(palette),
        type: 'value',
        min: 0,
        max: Math.ceil(most / step) * step,
        interval: step,
        axisLabel: { ...labelStyle(palette), formatter: (value: number) => value.toFixed(2) },
      },
      tooltip: tooltip(rows, page.facility.currency, palette),
      series: [
        {
          type: 'line',
          id: 'dscr',
          step: 'middle',
          symbol: 'circle',
          symbolSize: 5,
          showAllSymbol: true,
          ...still,
          lineStyle: { color: palette.ink, width: 2 },
          itemStyle: { color: palette.ink },
          data: rows.map(({ dscr, month }) => ({ value: ratioOf(dscr!), name: month })),
          markLine: {
            symbol: 'none',
            silent: true,
            label: {
              ...labelStyle(palette, 'second'),
              position: 'end',
              formatter: ({ name }: { name: string }) => name,
            },
            data: levels.map(({ level, required: least }) => ({
              yAxis: ratioOf(least),
              name: `${level} ${ratioText(least)}`,
              // Levels may lie close: each name keeps to its own side.
              label: { offset: [0, level === 'default' ? 6 : -6] },
              lineStyle: { color: level === 'default' ? palette.breach : palette.attention, type: [4, 3], width: 1.5 },
            })),
          },
        },
      ],
    }
  }
