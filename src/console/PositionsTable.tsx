import { fromText, toFixed } from '../core/base/rational.ts'
import type { StatementWire } from '../wire/statement.ts'
import { decimalText, gpuHours, moneyInTables, shareText } from './format.ts'

type Position = StatementWire['positions'][number]

/** Cover ratios, told as times. */
const ratios = ['dscr', 'llcr', 'plcr']
const ratioDigits = 3

const valueOf = ({ measure, value, unit }: Position, currency: string): readonly [value: string, unit: string] => {
  if (ratios.includes(measure)) return [toFixed(fromText(value), ratioDigits), '×']
  switch (unit) {
    case 'major':
      return [moneyInTables(value, currency), currency]
    case 'gpu-seconds':
      return [gpuHours(value), 'GPU-h']
    case 'rate':
      return [shareText(value), '']
    default:
      return [decimalText(toFixed(fromText(value), 0)), unit]
  }
}

/** `cap-left` is cap left; ratios and cash are known by their letters. */
const measureText = (measure: string): string =>
  [...ratios, 'cfads'].includes(measure) ? measure.toUpperCase() : measure.replaceAll('-', ' ')

/** Where clauses stand when the month ends: nothing that is owed, but what the register of credit support is made of. */
export const PositionsTable = ({ statement }: Readonly<{ statement: StatementWire }>) => {
  const { positions, parties, currency } = statement
  const nameOf = (id: string): string => parties.find((party) => party.id === id)?.name ?? id
  return positions.length === 0 ? null : (
    <section className="panel scroll-x">
      <table className="table">
        <caption>
          <h2>Where clauses stand at the end of the month</h2>
        </caption>
        <thead>
          <tr>
            <th scope="col">Clause</th>
            <th scope="col">By</th>
            <th scope="col">To</th>
            <th scope="col">What</th>
            <th scope="col">Of</th>
            <th scope="col" className="number">
              Value
            </th>
          </tr>
        </thead>
        <tbody>
          {positions.map((position) => {
            const [value, unit] = valueOf(position, currency)
            return (
              <tr key={[position.clause, position.measure, position.of, position.by, position.to].join(' ')}>
                <th scope="row">{position.clause}</th>
                <td>{nameOf(position.by)}</td>
                <td>{nameOf(position.to)}</td>
                <td>{measureText(position.measure)}</td>
                <td>{position.of ?? '–'}</td>
                <td className="number">
                  {value} <span className="unit">{unit}</span>
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </section>
  )
}
