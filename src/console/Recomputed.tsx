import { useQuery } from '@tanstack/react-query'
import type { RecomputationWire } from '../wire/comparison.ts'
import type { PeriodWire } from '../wire/statement.ts'
import { recomputation } from './compare-queries.ts'
import { instantText, monthText } from './dates.ts'
import { amountText, countText, shortHash } from './format.ts'

const useRecomputed = ({ statement }: PeriodWire) =>
  useQuery(recomputation({ id: statement.agreement, month: statement.month, version: statement.version }))

/** What was compared, in a sentence. */
const saysOf = ({ readings, knownAt, terms, settledAgain }: RecomputationWire, zone: string): string => {
  const versions = terms.map(({ version }) => version).join(', ')
  const again = settledAgain.length === 0 ? '' : ` and, for its corrections, ${settledAgain.map(monthText).join(', ')}`
  return `The server settled this month${again} again just now from what was known when it was recorded (${instantText(knownAt, zone)}): terms version ${versions} and ${countText(readings)} readings. Documents are compared byte for byte.`
}

/** Whether the server, having settled the month again just now, came to the same document. */
export const RecomputedPill = ({ period }: Readonly<{ period: PeriodWire }>) => {
  const { data, isPending, isError } = useRecomputed(period)
  if (isPending) return <span className="third">Settling again …</span>
  if (isError || data === undefined) return <span className="pill attention">Not recomputed</span>
  if (data.result === 'equal')
    return (
      <span className="pill done" title={saysOf(data, period.statement.zone)}>
        Recomputed, equal
      </span>
    )
  return data.result === 'different' ? (
    <span className="pill breach">Recomputed, not equal</span>
  ) : (
    <span className="pill attention">Cannot be recomputed</span>
  )
}

const Values = ({ found, period }: Readonly<{ found: RecomputationWire; period: PeriodWire }>) => (
  <table className="table recomputed">
    <caption className="hidden">Lines that come to another amount when they are settled again</caption>
    <thead>
      <tr>
        <th scope="col">Line</th>
        <th scope="col" className="number">
          Stated
        </th>
        <th scope="col" className="number">
          Settled again
        </th>
      </tr>
    </thead>
    <tbody>
      {found.lines.map(({ key, corrects, text, before, after }) => (
        <tr key={`${key} ${corrects}`}>
          <th scope="row">{text}</th>
          <td className="number">{before === null ? '–' : amountText(before.amount)}</td>
          <td className="number">{after === null ? '–' : amountText(after.amount)}</td>
        </tr>
      ))}
      {found.net === null ? null : (
        <tr>
          <th scope="row">Net, {period.statement.currency}</th>
          <td className="number">{amountText(found.net.stated.amount)}</td>
          <td className="number">{amountText(found.net.settled.amount)}</td>
        </tr>
      )}
    </tbody>
  </table>
)

/** Where the documents differ: both values, and both hashes; or why nobody can tell. Nothing where they are equal. */
export const RecomputedDifference = ({ period }: Readonly<{ period: PeriodWire }>) => {
  const { data, error } = useRecomputed(period)
  if (data === undefined) return error === null ? null : <p className="inside second">{error.message}</p>
  if (data.result === 'equal') return null
  if (data.result === 'impossible') return <p className="inside second">{data.messages.join('. ')}.</p>
  return (
    <div className="breach-box" role="alert">
      <p>
        This statement {data.messages.join('; ')}. As stored <code title={data.hash}>{shortHash(data.hash)}</code>, settled again{' '}
        <code title={data.settledHash ?? ''}>{shortHash(data.settledHash ?? '')}</code>.
      </p>
      <Values found={data} period={period} />
    </div>
  )
}
