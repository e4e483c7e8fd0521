import type { AgreementWire, LaneWire } from '../wire/agreement.ts'
import { axisStyle, escaped, labelStyle, roundStep, tooltipStyle } from './axes.ts'
import { dateText, localTime, secondsOf } from './dates.ts'
import { approximate, countText } from './format.ts'
import { fromText } from '../core/base/rational.ts'
import type { Palette } from './palette.ts'
import type { Option } from './Picture.tsx'
import { capSeries, flagSeries, laneSeries, monthSeries, rampSeries, type Point } from './term-series.ts'
import { capName, laneName, laneValue, usedText } from './term-words.ts'

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
        ...lanes.flatMap((each, i) => laneSeries(agreement, each, i + 1, palette)),
        ...capUse.flatMap((each, i) => capSeries(each, lanes.length + i + 1, agreement, palette)),
      ],
    }
  }
