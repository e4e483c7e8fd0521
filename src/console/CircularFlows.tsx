import type { CircularFlowWire, PortfolioBookWire } from '../wire/portfolio.ts'
import { Absent } from './Absent.tsx'
import { amountText, decimalText } from './format.ts'
import { Scrolls } from './Scrolls.tsx'

const heads = ['Counterparty', 'Sold to', 'Equity in', 'Bought from', 'Share from', 'Guarantees for', 'Goes round'] as const

const Row = ({ flow }: Readonly<{ flow: CircularFlowWire }>) => (
  <tr>
    <th scope="row">{flow.counterparty.name}</th>
    <td className="number">{flow.soldTo === null ? <Absent kind="not-disclosed" /> : amountText(flow.soldTo)}</td>
    <td className="number">{flow.equityIn === null ? <Absent kind="not-applicable" /> : amountText(flow.equityIn)}</td>
    <td className="number">{amountText(flow.boughtFrom)}</td>
    <td className="number">{amountText(flow.shareFrom)}</td>
    <td className="number">{amountText(flow.guaranteesFor)}</td>
    <td className="number">{flow.roundTrip === null ? <Absent kind="not-disclosed" /> : `${decimalText(flow.roundTrip)} %`}</td>
  </tr>
)

/** What goes round between the guarantor and each counterparty. */
export const CircularFlows = ({ book, hasDocument }: Readonly<{ book: PortfolioBookWire; hasDocument: boolean }>) => (
  <section className="panel picture" aria-label="Circular flows">
    <header>
      <h2>Circular flows</h2>
      <span className="third grow">{book.currency} to date; n.d. not disclosed</span>
    </header>
    <Scrolls name="Circular flows, table">
      <table className="table flows">
        <caption className="hidden">Circular flows by counterparty, {book.currency}</caption>
        <thead>
          <tr>
            {heads.map((head, i) => (
              <th
                key={head}
                scope="col"
                className={i === 0 ? undefined : 'number'}
                title={head === 'Goes round' ? '(equity in + bought from − share from) ÷ sold to' : undefined}
              >
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {book.flows.map((flow) => (
            <Row key={flow.counterparty.id} flow={flow} />
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">Total</th>
            <td className="number">
              <Absent kind="not-applicable" />
            </td>
            <td className="number">{amountText(book.flowsTotal.equityIn)}</td>
            <td className="number">{amountText(book.flowsTotal.boughtFrom)}</td>
            <td className="number">{amountText(book.flowsTotal.shareFrom)}</td>
            <td className="number">{amountText(book.flowsTotal.guaranteesFor)}</td>
            <td className="number">
              <Absent kind="not-applicable" />
            </td>
          </tr>
        </tfoot>
      </table>
    </Scrolls>
    <p className="inside">
      {hasDocument
        ? 'Sold to: hardware, by the portfolio document; not disclosed where it names none. '
        : 'No portfolio document is on record, so hardware that was sold is not disclosed here. '}
      Bought from: paid for capacity, less what came back. Goes round: (equity in + bought from − share from) ÷ sold to.
    </p>
  </section>
)
