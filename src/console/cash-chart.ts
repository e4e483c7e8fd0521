import { decimal, minus } from '../core/base/rational.ts'
import { axisStyle, escaped, labelStyle, roundStep, still, tooltipStyle } from './axes.ts'
import { monthText, shortMonth } from './dates.ts'
import { amountText, approximate, decimalText } from './format.ts'
import type { Palette } from './palette.ts'
import type { Option } from './Picture.tsx'

/** A month behind: what its statements moved. One ahead: what is certain, and what is at most. Decimal strings. */
export type CashMonth =
  | Readonly<{ kind: 'behind'; month: string; paid: string; share: string }>
  | Readonly<{ kind: 'ahead'; month: string; firm: string; contingent: string }>

const millions = (amount: string): number => approximate(decimal(amount)) / 1e6

/** What a pressed bar names, `share:2026-10`: the lines of its own side of that month. What is promised has none yet. */
export const pickedCash = (name: string): Readonly<{ of: 'share' | 'paid'; month: string }> | undefined => {
  const [of, month] = name.split(':')
  return (of === 'share' || of === 'paid') && month !== undefined ? { of, month } : undefined
}

const labelOf = (value: number): string => decimalText(String(Number(value.toPrecision(6))))

/** Share less calls of a month, for the line. */
const netOf = ({ share, paid }: Extract<CashMonth, { kind: 'behind' }>): number => approximate(minus(decimal(share), decimal(paid))) / 1e6

const rowsOf = (month: CashMonth): [string, string][] =>
  month.kind === 'behind'
    ? [
        ['Share received', month.share],
        ['Calls paid', month.paid],
      ]
    : [
        ['Calls, certain', month.firm],
        ['Calls, at most besides', month.contingent],
      ]

const tooltip = (months: readonly CashMonth[], currency: string, palette: Palette) => ({
  ...tooltipStyle(palette),
  trigger: 'axis',
  axisPointer: { type: 'shadow', shadowStyle: { color: palette.sunk, opacity: 0.6 } },
  formatter: (points: readonly { dataIndex: number }[]) => {
    const month = months[points[0]?.dataIndex ?? -1]
    if (month === undefined) return ''
    const rows = rowsOf(month).map(
      ([name, value]) =>
        `<tr><td style="padding-right:16px">${escaped(name)}</td><td style="text-align:right">${escaped(amountText(value))}</td></tr>`,
    )
    return `<b>${monthText(month.month)}</b>, ${escaped(currency)}<table>${rows.join('')}</table>`
  },
})

const bars = (id: string, stack: string, data: readonly (number | null)[], names: readonly string[], itemStyle: object) => ({
  type: 'bar',
  id,
  stack,
  barMaxWidth: 18,
  barCategoryGap: '28%',
  barGap: '-100%',
  ...still,
  itemStyle,
  data: data.map((value, i) => ({ value, name: `${id}:${names[i]}` })),
})

const seriesOf = (months: readonly CashMonth[], palette: Palette) => {
  const names = months.map(({ month }) => month)
  const behind = (of: (month: Extract<CashMonth, { kind: 'behind' }>) => number) =>
    months.map((month) => (month.kind === 'behind' ? of(month) : null))
  const ahead = (of: (month: Extract<CashMonth, { kind: 'ahead' }>) => number) =>
    months.map((month) => (month.kind === 'ahead' ? of(month) : null))
  const first = months.find(({ kind }) => kind === 'ahead')
  const rule = {
    symbol: 'none',
    silent: true,
    lineStyle: { color: palette.ink, type: [3, 3], width: 1 },
    label: { ...labelStyle(palette, 'second'), position: 'end', formatter: 'promised' },
    data: first === undefined ? [] : [{ xAxis: first.month }],
  }
  return [
    bars(
      'share',
      'up',
      behind(({ share }) => millions(share)),
      names,
      { color: palette.sold },
    ),
    bars(
      'paid',
      'down',
      behind(({ paid }) => -millions(paid)),
      names,
      { color: palette.called },
    ),
    bars(
      'firm',
      'down',
      ahead(({ firm }) => -millions(firm)),
      names,
      { color: palette.called, opacity: 0.45 },
    ),
    bars(
      'contingent',
      'down',
      ahead(({ contingent }) => -millions(contingent)),
      names,
      { color: palette.called, opacity: 0.14 },
    ),
    {
      type: 'line',
      id: 'net',
      symbol: 'none',
      silent: true,
      ...still,
      z: 4,
      lineStyle: { color: palette.ink, width: 1.5 },
      data: behind(netOf),
      markLine: rule,
    },
  ]
}

/** Share received upward and calls paid downward, a column a month; right of the rule what is promised: certain, and at most. No forecast. */
export const cashChart =
  (months: readonly CashMonth[], currency: string) =>
  (palette: Palette): Option => {
    const down = months.map((month) => (month.kind === 'behind' ? millions(month.paid) : millions(month.firm) + millions(month.contingent)))
    const up = months.map((month) => (month.kind === 'behind' ? millions(month.share) : 0))
    const step = roundStep(Math.max(1e-6, ...down) + Math.max(0, ...up))
    const [low, high] = [-Math.ceil(Math.max(0, ...down) / step) * step, Math.ceil(Math.max(0, ...up) / step) * step]
    const every = Math.max(1, Math.ceil(months.length / 12))
    return {
      grid: { left: 8, right: 10, top: 20, bottom: 22, containLabel: true },
      xAxis: {
        type: 'category',
        data: months.map(({ month }) => month),
        axisLine: { onZero: false, lineStyle: { color: palette.strong } },
        axisTick: { show: false },
        axisLabel: {
          ...labelStyle(palette),
          interval: (i: number) => i % every === 0,
          formatter: (month: string) =>
            month.endsWith('-01') || months[0]?.month === month ? shortMonth(month) : shortMonth(month).slice(0, 3),
          hideOverlap: true,
        },
      },
      yAxis: {
        ...axisStyle(palette),
        type: 'value',
        min: low,
        max: high,
        interval: step,
        axisLabel: { ...labelStyle(palette), formatter: labelOf },
      },
      tooltip: tooltip(months, currency, palette),
      series: seriesOf(months, palette),
    }
  }
