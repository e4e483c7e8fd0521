import { useMemo } from 'react'
import type { StatementWire } from '../wire/statement.ts'
import { fixedText, priceText } from './format.ts'
import { Picture } from './Picture.tsx'
import { openingOf } from './say.ts'
import { waterfallChart, waterfallWidthMin } from './waterfall-chart.ts'
import { waterfallOf, type Bar } from './waterfall.ts'

const Rows = ({ bars, places, unit }: Readonly<{ bars: readonly Bar[]; places: number; unit: string }>) => (
  <table className="table">
    <caption className="hidden">From accepted capacity to money: {unit}</caption>
    <thead>
      <tr>
        <th scope="col">Step</th>
        <th scope="col" className="number">
          {unit}
        </th>
      </tr>
    </thead>
    <tbody>
      {bars.map((bar) => (
        <tr key={bar.name} className={bar.total ? 'total' : undefined}>
          <th scope="row">{bar.name}</th>
          <td className="number">{fixedText(bar.value, places)}</td>
        </tr>
      ))}
    </tbody>
  </table>
)

const pricesText = (prices: readonly string[], currency: string): string => {
  const [first, ...others] = prices
  if (first === undefined) return ''
  return others.length === 0 ? `× ${priceText(first, currency)}\n${currency}/GPU-h` : `× ${prices.length} prices,\n${currency}/GPU-h`
}

type Props = Readonly<{
  statement: StatementWire
  shown: 'chart' | 'table'
  onShow: (shown: 'chart' | 'table') => void
  onOpen: (line: number) => void
}>

/** From accepted capacity to money: why the amount is what it is, in one picture. */
export const WaterfallPicture = ({ statement, shown, onShow, onOpen }: Props) => {
  const waterfall = useMemo(() => waterfallOf(statement), [statement])
  const draw = useMemo(
    () => waterfallChart(waterfall, pricesText(waterfall.prices, statement.currency), statement.currency),
    [waterfall, statement.currency],
  )
  const { hours, money, hoursPlaces, moneyPlaces } = waterfall
  const { before, amount, after } = openingOf(statement)
  const pick = (name: string) => {
    const [panel, i] = name.split(' ').map(Number) as [number, number]
    const line = (panel === 0 ? hours : money)[i]?.line
    if (line !== undefined) onOpen(line)
  }
  return (
    <Picture
      title="From accepted capacity to money"
      subtitle={`left: million GPU-hours; right: million ${statement.currency}`}
      says={`From accepted capacity to money. ${before}${amount}${after}`}
      height={206}
      widthMin={waterfallWidthMin(waterfall)}
      shown={shown}
      onShow={onShow}
      draw={draw}
      onPick={pick}
      table={
        <div className="twins">
          <Rows bars={hours} places={hoursPlaces} unit="Million GPU-hours" />
          <Rows bars={money} places={moneyPlaces} unit={`Million ${statement.currency}`} />
        </div>
      }
    />
  )
}
