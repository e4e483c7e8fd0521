import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { AgreementWire, ClauseWire } from '../wire/agreement.ts'
import { Absent } from './Absent.tsx'
import { settledLines } from './compare-queries.ts'
import { monthText, shortMonth } from './dates.ts'
import { amountText } from './format.ts'

/** Which clause's settled lines are open, and the way to open others. */
export type SettledOpening = Readonly<{ settled: string | undefined; onSettled: (clause: string | undefined) => void }>
type Of = Readonly<{ agreement: AgreementWire; clause: ClauseWire }>

const partyName = ({ parties }: AgreementWire, id: string): string => parties.find((party) => party.id === id)?.name ?? ''

/** What a clause settled to date, by who paid; it opens the lines that come to it. */
export const Settled = ({ agreement, clause, settled, onSettled }: Of & SettledOpening) =>
  clause.settled.length === 0 ? (
    <Absent kind="not-yet" />
  ) : (
    clause.settled.map(({ payer, amount }) => (
      <div key={payer}>
        {payer === clause.payer ? null : <span className="second">{partyName(agreement, payer)} pays </span>}
        <button
          type="button"
          className="explainable"
          aria-expanded={settled === clause.id}
          onClick={() => onSettled(settled === clause.id ? undefined : clause.id)}
        >
          {amountText(amount)}
        </button>
      </div>
    ))
  )

/** The lines of final statements that a clause settled: each leads to its reasons. */
export const SettledLines = ({ agreement, clause }: Of) => {
  const { data, error } = useQuery(settledLines(agreement.id, clause.id, agreement.knownOn ?? undefined))
  if (data === undefined)
    return (
      <tr className="what-if-line">
        <td colSpan={8}>{error === null ? <span className="bar" style={{ width: 220 }} /> : error.message}</td>
      </tr>
    )
  return data.lines.map(({ month, version, number, text, corrects, payer, amount }) => (
    <tr key={`${month} ${number}`} className="what-if-line">
      <th scope="row" colSpan={3}>
        {shortMonth(month)} <span className="third">line {number}</span>
      </th>
      <td colSpan={4}>
        {text}
        {corrects === null ? null : <span className="third"> of {monthText(corrects)}</span>}
        {payer === clause.payer ? null : <span className="third">, {partyName(agreement, payer)} pays</span>}
      </td>
      <td className="number">
        <Link
          className="explainable"
          to="/agreements/$id/periods/$month"
          params={{ id: agreement.id, month }}
          search={{ v: version, line: number }}
        >
          {amountText(amount)}
        </Link>
      </td>
    </tr>
  ))
}
