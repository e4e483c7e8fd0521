import { useMemo } from 'react'
import { fromText } from '../core/base/rational.ts'
import type { LaneWire } from '../wire/agreement.ts'
import type { StatementWire } from '../wire/statement.ts'
import { DayTable } from './DayTable.tsx'
import { secondsOf } from './dates.ts'
import { partText, priceText, shareText } from './format.ts'
import { monthChart, stateName, type Rule } from './month-chart.ts'
import { states } from './palette.ts'
import { Legend, Picture } from './Picture.tsx'
import { capacityInWords } from './say.ts'

const valueText = (kind: LaneWire['kind'], value: string, currency: string): string =>
  kind === 'price' ? priceText(value, currency) : shareText(value)

/** Steps of the terms inside a stretch of time: `share 17.5 % → 16.0 %`. */
export const rulesOf = (lanes: readonly LaneWire[], { edges }: StatementWire['series'], currency: string): Rule[] => {
  const [from, to] = [edges[0] ?? 0, edges.at(-1) ?? 0]
  const all = lanes.flatMap(({ kind, label, steps }) =>
    steps.slice(1).flatMap(({ at, value }, i): Rule[] => {
      const words = `${kind}${label === '' ? '' : ` ${label}`} ${valueText(kind, steps[i]!.value, currency)} → ${valueText(kind, value, currency)}`
      return secondsOf(at) > from && secondsOf(at) < to ? [{ at: secondsOf(at), text: words }] : []
    }),
  )
  return [...Map.groupBy(all, ({ at }) => at)].map(([at, rules]) => ({ at, text: rules.map(({ text }) => text).join(', ') }))
}

type Props = Readonly<{
  statement: StatementWire
  lanes: readonly LaneWire[]
  shown: 'chart' | 'table'
  onShow: (shown: 'chart' | 'table') => void
}>

/** What accepted capacity was doing through the month. */
export const StatesPicture = ({ statement, lanes, shown, onShow }: Props) => {
  const { series, zone, currency, waterfall } = statement
  const draw = useMemo(() => monthChart({ series, zone, rules: rulesOf(lanes, series, currency) }), [series, zone, lanes, currency])
  const says = capacityInWords(
    states.map((state) => ({ name: stateName(state), share: partText(fromText(waterfall[state]), fromText(waterfall.accepted)) })),
  )
  return (
    <Picture
      title="Through the month"
      subtitle={`GPUs by hour, all supported blocks, ${zone}`}
      says={says}
      height={236}
      shown={shown}
      onShow={onShow}
      draw={draw}
      legend={
        <Legend
          items={[
            ...states.map((state) => ({ name: stateName(state), colour: state })),
            { name: 'Accepted', colour: 'accepted', shape: 'line' as const },
          ]}
        />
      }
      table={<DayTable series={series} zone={zone} />}
    />
  )
}
