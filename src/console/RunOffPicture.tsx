import { useMemo } from 'react'
import { decimal, plus, toText } from '../core/base/rational.ts'
import type { RunOffWire } from '../wire/register.ts'
import { dateText } from './dates.ts'
import { amountText, largeText, moneyInTables } from './format.ts'
import { kindWord } from './kind-words.ts'
import { Legend, Picture } from './Picture.tsx'
import { Scrolls } from './Scrolls.tsx'
import { runOffChart, runOffName, runOffRole } from './run-off-chart.ts'

const height = 230
const grossAt = ({ total, currency }: RunOffWire, i: number): string =>
  moneyInTables(toText(plus(decimal(total.net[i]!), decimal(total.covered[i]!))), currency)

const Table = ({ data }: Readonly<{ data: RunOffWire }>) => (
  <table className="table">
    <caption className="hidden">Gross through time by kind, {data.currency}</caption>
    <thead>
      <tr>
        <th scope="col">At the end of</th>
        {data.kinds.map(({ kind }) => (
          <th key={kind} scope="col" className="number">
            {kindWord(kind)}, net
          </th>
        ))}
        <th scope="col" className="number">
          Covered
        </th>
        <th scope="col" className="number">
          Gross
        </th>
      </tr>
    </thead>
    <tbody>
      {data.ends.map((end, i) => (
        <tr key={end}>
          <th scope="row">
            {runOffName(data, i)} <span className="third">{dateText(end)}</span>
          </th>
          {data.kinds.map(({ kind, net }) => (
            <td key={kind} className="number">
              {amountText(net[i]!)}
            </td>
          ))}
          <td className="number">{amountText(data.total.covered[i]!)}</td>
          <td className="number">{grossAt(data, i)}</td>
        </tr>
      ))}
    </tbody>
  </table>
)

type Props = Readonly<{ data: RunOffWire; shown: 'chart' | 'table'; onShow: (shown: 'chart' | 'table') => void }>

/** How what is given falls through time, if nothing is called. */
export const RunOffPicture = ({ data, shown, onShow }: Props) => {
  const draw = useMemo(() => runOffChart(data), [data])
  const last = data.ends.length - 1
  return (
    <Picture
      title="Gross through time"
      subtitle={`${data.currency} bn at the end of fiscal years, if nothing is called; covered by escrow hatched`}
      says={`Gross of ${largeText(toText(plus(decimal(data.total.net[0]!), decimal(data.total.covered[0]!))), data.currency)} ${data.currency} falls to nothing by the end of ${runOffName(data, last)}, if nothing is called.`}
      height={height}
      shown={shown}
      onShow={onShow}
      draw={draw}
      legend={
        <Legend
          items={data.kinds.map(({ kind }, i) => ({
            name: kindWord(kind),
            colour: runOffRole(i).replaceAll(/[A-Z]/g, (c) => `-${c.toLowerCase()}`),
          }))}
        />
      }
      table={
        <Scrolls name="Gross through time, table">
          <Table data={data} />
        </Scrolls>
      }
    />
  )
}
