import { useMemo } from 'react'
import type { AgreementWire } from '../wire/agreement.ts'
import { dateText, localTime } from './dates.ts'
import { countText } from './format.ts'
import { Legend, Picture } from './Picture.tsx'
import { termChart, termHeight } from './term-chart.ts'
import { capName, laneName, laneValue, usedText } from './term-words.ts'

type Change = Readonly<{ at: string; what: string; becomes: string }>

/** Every step of the picture as a row, in order of time. */
const changesOf = ({ ramp, lanes, versions, currency, capUse, notices }: AgreementWire): Change[] =>
  [
    ...ramp.contract.map(({ at, gpus }) => ({ at, what: 'Contract GPUs', becomes: countText(gpus) })),
    ...ramp.accepted.map(({ at, gpus }) => ({ at, what: 'Accepted GPUs', becomes: countText(gpus) })),
    ...lanes.flatMap((lane) =>
      lane.steps.map(({ at, value }) => ({ at, what: laneName(lane, lanes), becomes: laneValue(lane.kind, value, currency) })),
    ),
    ...capUse.flatMap((use) => use.steps.map(({ at, part }) => ({ at, what: capName(use, capUse), becomes: usedText(part) }))),
    ...notices.map(({ at, kind, clause, text }) => ({
      at,
      what: `${kind.charAt(0).toUpperCase()}${kind.slice(1)}${clause === null ? '' : `, ${clause}`}`,
      becomes: text,
    })),
    ...versions.slice(1).map(({ effective, version }) => ({ at: effective, what: 'Amendment', becomes: `version ${version}` })),
  ].toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))

const saysOf = (agreement: AgreementWire): string => {
  const { ramp, zone, now, lanes, currency } = agreement
  const accepted = ramp.accepted.findLast(({ at }) => at <= now)?.gpus ?? 0
  const contract = ramp.contract.at(-1)?.gpus ?? 0
  const rates = lanes.map(
    (lane) => `${laneName(lane, lanes)} ${lane.steps.map(({ value }) => laneValue(lane.kind, value, currency)).join(', then ')}`,
  )
  return `On ${dateText(localTime(now, zone).date)} ${countText(accepted)} of ${countText(contract)} contract GPUs are accepted. ${rates.join('; ')}.`
}

type Props = Readonly<{ agreement: AgreementWire; shown: 'chart' | 'table'; onShow: (shown: 'chart' | 'table') => void }>

/** The whole term on one axis. */
export const TermPicture = ({ agreement, shown, onShow }: Props) => {
  const { zone, lanes, capUse, notices } = agreement
  const draw = useMemo(() => termChart(agreement), [agreement])
  return (
    <Picture
      title="Through the term"
      subtitle={`GPUs, shares and prices${capUse.length > 0 ? ', caps used' : ''}, ${zone}`}
      says={saysOf(agreement)}
      height={termHeight(lanes.length + capUse.length)}
      shown={shown}
      onShow={onShow}
      draw={draw}
      legend={
        <Legend
          items={[
            { name: 'Accepted', colour: 'accepted', shape: 'line' },
            { name: 'Contract', colour: 'third', shape: 'dash' },
            ...(notices.length > 0 ? [{ name: 'Event', colour: 'attention' }] : []),
          ]}
        />
      }
      table={
        <table className="table">
          <caption className="hidden">Steps of GPUs, shares and prices, in order of time</caption>
          <thead>
            <tr>
              <th scope="col">From</th>
              <th scope="col">What</th>
              <th scope="col" className="number">
                Becomes
              </th>
            </tr>
          </thead>
          <tbody>
            {changesOf(agreement).map(({ at, what, becomes }) => (
              <tr key={at + what + becomes}>
                <th scope="row">{dateText(localTime(at, zone).date)}</th>
                <td>{what}</td>
                <td className="number">{becomes}</td>
              </tr>
            ))}
          </tbody>
        </table>
      }
    />
  )
}
