import type { AgreementWire, CapUseWire, LaneWire } from '../wire/agreement.ts'
import { axisStyle, escaped, labelStyle, roundStep, still, tooltipStyle } from './axes.ts'
import { dateText, localTime, secondsOf } from './dates.ts'
import { countText, approximate, partText, priceText, shareText } from './format.ts'
import { fromText, one } from '../core/base/rational.ts'
import type { Palette } from './palette.ts'
import type { Option } from './Picture.tsx'

const words: Readonly<Record<LaneWire['kind'], string>> = { share: 'Revenue share', price: 'Backstop price', retention: 'Retention' }

/** `Revenue share, above 1,000,000 USD`, with the clause where several have one. */
export const laneName = ({ kind, label, clause }: LaneWire, all: readonly LaneWire[]): string => {
  const clauses = new Set(all.filter((each) => each.kind === kind).map((each) => each.clause))
  return [words[kind], ...(clauses.size > 1 ? [clause] : []), ...(label === '' ? [] : [label])].join(', ')
}

export const laneValue = (kind: LaneWire['kind'], value: string, currency: string): string =>
  kind === 'price' ? priceText(value, currency) : shareText(value)

/** `Cap used, per contract year`, with the clause where several have one. */
export const capName = ({ clause, per }: CapUseWire, all: readonly CapUseWire[]): string => {
  const clauses = new Set(all.map((each) => each.clause))
  return ['Cap used', ...(clauses.size > 1 ? [clause] : []), per === 'aggregate' ? 'in all' : 'per contract year'].join(', ')
}
export const usedText = (part: string): string => partText(fromText(part), one) ?? ''

/** Pixels of the picture: the ramp, then a lane for each rate. */
const rampHeight = 120
const laneHeight = 54
const gap = 10
/** Room for the names of the lanes. */
const nameWidth = 92
const nameCharacters = 16
const left = nameWidth + 20
const top = 26
export const termHeight = (lanes: number): number => top + rampHeight + lanes * (gap + laneHeight) + 30

/** Lines of whole words, none much wider than the room for names. */
const wrapped = (text: string): string =>
  text
    .split(' ')
    .reduce<string[]>((lines, word) => {
      const last = lines.at(-1)
      return last !== undefined && last.length + word.length < nameCharacters
        ? [...lines.slice(0, -1), `${last} ${word}`]
        : [...lines, word]
    }, [])
    .join('\n')

type Point = readonly [at: number, value: number]

/** Each value from its start until the next, the last until `end`. */
const stepLine = (steps: readonly Point[], end: number): Point[] => {
  const last = steps.at(-1)
  return last === undefined ? [] : [...steps.filter(([at]) => at < end), [Math.max(end, last[0]), last[1]]]
}

/** First instants of years, or of quarters where the term is short; on a picture of years, a zone's hours are less than a pixel. */
const ticksOf = (from: number, to: number): { at: number; text: string }[] => {
  const [first, last] = [new Date(from * 1000).getUTCFullYear(), new Date(to * 1000).getUTCFullYear()]
  const quarters = last - first < 3
  return Array.from({ length: (last - first + 1) * 4 }, (_, i) => ({ year: first + Math.floor(i / 4), quarter: i % 4 }))
    .filter(({ quarter }) => quarters || quarter === 0)
    .map(({ year, quarter }) => ({
      at: Date.UTC(year, quarter * 3, 1) / 1000,
      text: quarter === 0 ? String(year) : ['', 'Apr', 'Jul', 'Oct'][quarter]!,
    }))
    .filter(({ at }) => at >= from && at <= to)
}

const xAxis = (index: number, range: readonly [number, number], last: boolean, palette: Palette) => {
  const ticks = ticksOf(...range)
  const text = new Map(ticks.map((tick) => [tick.at, tick.text]))
  return {
    ...axisStyle(palette),
    type: 'value',
    gridIndex: index,
    min: range[0],
    max: range[1],
    axisLine: { show: true, lineStyle: { color: palette.strong } },
    splitLine: { show: false },
    axisLabel: {
      ...labelStyle(palette),
      show: last,
      customValues: ticks.map(({ at }) => at),
      formatter: (at: number) => text.get(at) ?? '',
      hideOverlap: true,
    },
    axisPointer: { snap: false },
  }
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

const rampSeries = (agreement: AgreementWire, range: readonly [number, number], palette: Palette) => {
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
const capSeries = ({ steps }: CapUseWire, index: number, agreement: AgreementWire, palette: Palette) => {
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
const flagSeries = (agreement: AgreementWire, top_: number, palette: Palette) => ({
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

const laneSeries = (agreement: AgreementWire, lane: LaneWire, index: number, palette: Palette) => {
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

/** The value of a lane at an instant, as text. */
const valueAt = (lane: LaneWire, at: number, currency: string): string => {
  const step = lane.steps.findLast((each) => secondsOf(each.at) <= at)
  return step === undefined || at >= secondsOf(lane.to) ? '–' : laneValue(lane.kind, step.value, currency)
}

const gpusAt = (steps: AgreementWire['ramp']['contract'], at: number): number =>
  steps.findLast((each) => secondsOf(each.at) <= at)?.gpus ?? 0

const lanePeak = ({ steps }: LaneWire): number => Math.max(1e-9, ...steps.map(({ value }) => approximate(fromText(value))))

const mostOf = ({ ramp }: AgreementWire): number => Math.max(1, ...[...ramp.contract, ...ramp.accepted].map(({ gpus }) => gpus))

const yAxes = (agreement: AgreementWire, palette: Palette) => {
  const { lanes, capUse } = agreement
  const most = mostOf(agreement)
  const counts = {
    ...axisStyle(palette),
    type: 'value',
    gridIndex: 0,
    min: 0,
    max: most * 1.05,
    interval: roundStep(most * 1.2),
    axisLabel: { ...labelStyle(palette), showMaxLabel: false, formatter: countText },
  }
  const name = { ...labelStyle(palette, 'second'), fontSize: 12, lineHeight: 14, align: 'center' }
  const all = [
    ...lanes.map((each) => ({ peak: lanePeak(each) * 1.5, title: laneName(each, lanes) })),
    ...capUse.map((each) => ({ peak: 1.25, title: capName(each, capUse) })),
  ]
  const rates = all.map(({ peak, title }, i) => ({
    ...axisStyle(palette),
    type: 'value',
    gridIndex: i + 1,
    min: 0,
    max: peak,
    splitLine: { show: false },
    axisLabel: { show: false },
    name: wrapped(title),
    nameLocation: 'middle',
    nameRotate: 0,
    nameGap: nameWidth / 2 + 8,
    nameTextStyle: name,
  }))
  return [counts, ...rates]
}

/** Nothing to see: a point for each month, so that the pointer finds the nearest month and not the nearest step. */
const monthSeries = ([from, to]: readonly [number, number]) => {
  const first = new Date(from * 1000)
  const count = Math.ceil((to - from) / (28 * 86_400))
  const starts = Array.from({ length: count }, (_, i) => Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + i + 1, 1) / 1000)
  const data = [from, ...starts.filter((at) => at < to)].map((at): Point => [at, 0])
  return { type: 'line', id: 'months', symbol: 'none', silent: true, ...still, lineStyle: { width: 0 }, data }
}

/** What held at an instant, for the pointer: the numbers of every lane. */
const tooltip = (agreement: AgreementWire, palette: Palette) => {
  const { lanes, currency, zone, ramp } = agreement
  const formatter = (points: readonly { seriesId: string; value: Point }[]) => {
    const at = points.find(({ seriesId }) => seriesId === 'months')?.value[0] ?? secondsOf(agreement.from)
    const known = at <= secondsOf(agreement.now)
    const rows: [string, string][] = [
      ['Contract', `${countText(gpusAt(ramp.contract, at))} GPUs`],
      ...(known ? [['Accepted', `${countText(gpusAt(ramp.accepted, at))} GPUs`] as [string, string]] : []),
      ...lanes.map((each): [string, string] => [laneName(each, lanes), valueAt(each, at, currency)]),
      ...agreement.capUse.flatMap((each): [string, string][] => {
        const step = each.steps.findLast((point) => secondsOf(point.at) <= at)
        return step === undefined ? [] : [[capName(each, agreement.capUse), usedText(step.part)]]
      }),
    ]
    const cells = rows.map(
      ([name, value]) => `<tr><td style="padding-right:16px">${escaped(name)}</td><td style="text-align:right">${escaped(value)}</td></tr>`,
    )
    return `${dateText(localTime(at, zone).date)}<table>${cells.join('')}</table>`
  }
  return { ...tooltipStyle(palette), trigger: 'axis', axisPointer: { type: 'line' }, formatter }
}

/** The whole term on one axis: accepted against contract GPUs, then each rate, with amendments and today across all of them. */
export const termChart =
  (agreement: AgreementWire) =>
  (palette: Palette): Option => {
    const { lanes, capUse } = agreement
    const under = [...lanes, ...capUse]
    const range = [secondsOf(agreement.from), secondsOf(agreement.to)] as const
    const laneTop = (i: number) => top + rampHeight + i * (gap + laneHeight) + gap
    return {
      grid: [
        { left, right: 20, top, height: rampHeight },
        ...under.map((_, i) => ({ left, right: 20, top: laneTop(i), height: laneHeight })),
      ],
      xAxis: [xAxis(0, range, under.length === 0, palette), ...under.map((_, i) => xAxis(i + 1, range, i === under.length - 1, palette))],
      yAxis: yAxes(agreement, palette),
      axisPointer: { link: [{ xAxisIndex: 'all' }], lineStyle: { color: palette.accent, width: 1 }, label: { show: false } },
      tooltip: tooltip(agreement, palette),
      series: [
        monthSeries(range),
        ...rampSeries(agreement, range, palette),
        flagSeries(agreement, mostOf(agreement) * 1.02, palette),
        ...lanes.map((each, i) => laneSeries(agreement, each, i + 1, palette)),
        ...capUse.map((each, i) => capSeries(each, lanes.length + i + 1, agreement, palette)),
      ],
    }
  }
