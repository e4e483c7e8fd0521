import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect } from 'react'
import type { AgreementRowWire } from '../wire/agreement.ts'
import { Absent } from './Absent.tsx'
import { Answer, Notice, TableSkeleton } from './Answer.tsx'
import { dateText, monthText } from './dates.ts'
import { amountText, countText } from './format.ts'
import { OpenProposals } from './OpenProposals.tsx'
import { agreements } from './queries.ts'
import { useMay } from './session.ts'
import { Templates } from './Templates.tsx'

const heads = ['Agreement', 'Operator', 'Guarantor', 'Until', 'Contract GPUs', 'Final months', 'Latest month', 'Net of that month']

const Net = ({ row: { net, currency, guarantor, operator } }: Readonly<{ row: AgreementRowWire }>) => {
  if (net === null) return <Absent kind="not-yet" />
  const payer = [guarantor, operator].find(({ id }) => id === net.payer)
  return (
    <>
      {payer === undefined ? null : <span className="second">{payer.name} pays </span>}
      {amountText(net.amount)} <span className="unit">{currency}</span>
    </>
  )
}

const Row = ({ row }: Readonly<{ row: AgreementRowWire }>) => (
  <tr>
    <th scope="row">
      <Link className="strong-link" to="/agreements/$id" params={{ id: row.id }}>
        {row.title}
      </Link>
    </th>
    <td>{row.operator.name}</td>
    <td>{row.guarantor.name}</td>
    <td>{dateText(row.term.through)}</td>
    <td className="number">{countText(row.gpus)}</td>
    <td className="number">{countText(row.finalMonths)}</td>
    <td>
      {row.lastMonth === null ? (
        <Absent kind="not-yet" />
      ) : (
        <Link className="link" to="/agreements/$id/periods/$month" params={{ id: row.id, month: row.lastMonth }}>
          {monthText(row.lastMonth)}
        </Link>
      )}
    </td>
    <td className="number">
      <Net row={row} />
    </td>
  </tr>
)

const Table = ({ rows }: Readonly<{ rows: readonly AgreementRowWire[] }>) => (
  <section className="panel scroll-x">
    <table className="table">
      <caption className="hidden">Agreements</caption>
      <thead>
        <tr>
          {heads.map((head, i) => (
            <th key={head} scope="col" className={[4, 5, 7].includes(i) ? 'number' : undefined}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row key={row.id} row={row} />
        ))}
      </tbody>
    </table>
  </section>
)

const None = () => (
  <>
    <OpenProposals />
    <Notice title="No agreement yet">
      An agreement appears here as soon as it is signed by both parties, or its document is loaded: <code>offtake load agreement.yaml</code>
    </Notice>
    {useMay('agreements:amend') ? <Templates /> : null}
  </>
)

const Propose = () =>
  useMay('agreements:amend') ? (
    <Button component={Link} to="/new-agreement">
      New agreement
    </Button>
  ) : null

/** Which agreements there are. */
export const AgreementsPage = () => {
  const query = useQuery(agreements)
  useEffect(() => void (document.title = 'Agreements · Offtake'), [])
  return (
    <div className="page">
      <Answer
        what="The list of agreements"
        query={query}
        skeleton={
          <section className="panel">
            <TableSkeleton caption="Agreements" heads={heads} rows={2} />
          </section>
        }
      >
        {(data) =>
          data.agreements.length === 0 ? (
            <None />
          ) : (
            <>
              <header className="page-head">
                <h1>Agreements</h1>
                <span className="second">What was promised, and what each month came to</span>
                <span className="spring" />
                <Propose />
              </header>
              <OpenProposals />
              <Table rows={data.agreements} />
            </>
          )
        }
      </Answer>
    </div>
  )
}
