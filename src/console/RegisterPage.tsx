import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useEffect } from 'react'
import { decimal, total, toText } from '../core/base/rational.ts'
import type { InstrumentWire, RegisterAmount, RegisterWire } from '../wire/register.ts'
import { isTable, withTable } from './address.ts'
import { Absent } from './Absent.tsx'
import { Answer, Notice, TableSkeleton } from './Answer.tsx'
import { AsOfControls } from './AsOfControls.tsx'
import { dateText, monthText } from './dates.ts'
import { amountText, moneyInTables } from './format.ts'
import { useKeys } from './keys.ts'
import { kindWord } from './kind-words.ts'
import type { PortfolioView } from './portfolio-address.ts'
import { register } from './portfolio-queries.ts'
import { Assumed } from './PortfolioTable.tsx'
import { RunOffPicture } from './RunOffPicture.tsx'

const route = getRouteApi('/register')

const amountHeads: readonly (readonly [RegisterAmount, string])[] = [
  ['gross', 'Gross'],
  ['amortised', 'Amortised'],
  ['escrow', 'Escrow'],
  ['collateral', 'Collateral'],
  ['net', 'Net'],
  ['called', 'Called'],
  ['recovered', 'Recovered'],
  ['fee-accrued', 'Fee accrued'],
  ['cap-left', 'Cap left'],
  ['cost', 'Cost'],
  ['intrinsic', 'Intrinsic'],
  ['mark', 'Mark'],
  ['prepaid', 'Prepaid'],
  ['balance', 'Balance'],
  ['paid', 'Paid'],
  ['received', 'Received'],
]

/** Columns that some row states, and is not nothing in all of them. */
const statedBy = (rows: readonly InstrumentWire[]) =>
  amountHeads.filter(([name]) => rows.some(({ amounts }) => amounts[name] !== undefined && /[1-9]/.test(amounts[name])))

export const sumText = (amounts: readonly (string | undefined)[], currency: string): string =>
  moneyInTables(toText(total(amounts.flatMap((amount) => (amount === undefined ? [] : [decimal(amount)])))), currency)

const Row = ({ row, columns, view }: Readonly<{ row: InstrumentWire; columns: typeof amountHeads; view: PortfolioView }>) => (
  <tr>
    <th scope="row">
      <Link
        className="strong-link"
        to="/register/$holder/$clause"
        params={{ holder: row.agreement, clause: row.clause }}
        search={{ on: view.on, known: view.known }}
      >
        {kindWord(row.kind)}
      </Link>
      <Assumed note={row.assumed} />
      <span className="third moved-of">
        {row.title}, {row.clause}
      </span>
    </th>
    <td className="party" title={row.beneficiary.name}>
      {row.beneficiary.name}
    </td>
    <td className="whole">
      {row.status === 'ended' ? <span className="third">ended {dateText(row.through)}</span> : dateText(row.through)}
    </td>
    {columns.map(([name]) => (
      <td key={name} className="number">
        {row.amounts[name] === undefined ? <Absent kind="not-applicable" /> : amountText(row.amounts[name])}
      </td>
    ))}
  </tr>
)

type TableProps = Readonly<{ title: string; about: string; rows: readonly InstrumentWire[]; view: PortfolioView }>

/** Instruments of one side in one currency, with totals. */
const Table = ({ title, about, rows, view }: TableProps) => {
  const columns = statedBy(rows)
  const currency = rows[0]!.currency
  return (
    <section className="panel picture" aria-label={`${title}, ${currency}`}>
      <header>
        <h2>{title}</h2>
        <span className="third">
          {about}, {currency}
        </span>
      </header>
      <div className="scroll-x">
        <table className="table portfolio">
          <caption className="hidden">
            {title} in {currency}
          </caption>
          <thead>
            <tr>
              {['Instrument', 'Beneficiary', 'Until'].map((head) => (
                <th key={head} scope="col">
                  {head}
                </th>
              ))}
              {columns.map(([name, head]) => (
                <th key={name} scope="col" className="number">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Row key={row.instrument} row={row} columns={columns} view={view} />
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row" colSpan={3}>
                Total, {currency}
              </th>
              {columns.map(([name]) => (
                <td key={name} className="number">
                  {sumText(
                    rows.map(({ amounts }) => amounts[name]),
                    currency,
                  )}
                </td>
              ))}
            </tr>
          </tfoot>
        </table>
      </div>
    </section>
  )
}

const RollForward = ({ data }: Readonly<{ data: RegisterWire }>) => {
  const { rollForward } = data
  if (rollForward === null) return null
  const names = new Map(data.instruments.map((row) => [row.instrument, `${row.title}, ${row.clause}`]))
  return [...Map.groupBy(rollForward.rows, ({ currency }) => currency)].map(([currency, rows]) => (
    <section key={currency} className="panel picture" aria-label="Roll-forward of gross">
      <header>
        <h2>Roll-forward of gross</h2>
        <span className="third">
          from the end of {monthText(rollForward.since)} to that of {monthText(data.asOf ?? '')}, {currency}: opening − paid + other changes
          = closing
        </span>
      </header>
      <div className="scroll-x">
        <table className="table">
          <caption className="hidden">Roll-forward of gross in {currency}</caption>
          <thead>
            <tr>
              <th scope="col">Instrument</th>
              {['Opening', 'Paid', 'Other changes', 'Closing'].map((head) => (
                <th key={head} scope="col" className="number">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.instrument}>
                <th scope="row">{names.get(row.instrument) ?? row.instrument}</th>
                {[row.opening, row.paid, row.other, row.closing].map((amount, i) => (
                  <td key={i} className="number">
                    {amountText(amount)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">Total</th>
              {(['opening', 'paid', 'other', 'closing'] as const).map((name) => (
                <td key={name} className="number">
                  {sumText(
                    rows.map((row) => row[name]),
                    currency,
                  )}
                </td>
              ))}
            </tr>
          </tfoot>
        </table>
      </div>
    </section>
  ))
}

type BodyProps = Readonly<{ data: RegisterWire; view: PortfolioView; setView: (view: PortfolioView) => void }>

const Body = ({ data, view, setView }: BodyProps) => {
  const sides = (['given', 'held'] as const).flatMap((side) =>
    [...Map.groupBy(data.instruments, ({ currency }) => currency)].map(([currency, of]) => ({
      side,
      currency,
      rows: of.filter((row) => row.side === side),
    })),
  )
  const title = view.agreement === undefined ? undefined : data.instruments[0]?.title
  return (
    <div className="page">
      <header className="page-head">
        <h1>Register</h1>
        <span className="second grow">{title ?? 'What stands behind others: guarantees, rights and stakes'}</span>
        {view.agreement === undefined ? null : (
          <button type="button" className="quiet" onClick={() => setView({ agreement: undefined })}>
            all agreements
          </button>
        )}
        <AsOfControls asOf={data.asOf} months={data.months} view={view} setView={setView} againstWord="Rolled forward from" />
      </header>
      {data.runOff.map((each) => (
        <RunOffPicture
          key={each.currency}
          data={each}
          shown={isTable(view.table, 'run-off') ? 'table' : 'chart'}
          onShow={(shown) => setView({ table: withTable(view.table, 'run-off', shown === 'table') })}
        />
      ))}
      {sides.map(({ side, currency, rows }) =>
        rows.length === 0 ? null : (
          <Table
            key={side + currency}
            title={side === 'given' ? 'Given' : 'Held'}
            about={side === 'given' ? 'the guarantor stands for it' : 'owed to the guarantor: shares, rights, stakes'}
            rows={rows}
            view={view}
          />
        ),
      )}
      <RollForward data={data} />
      <p className="third">
        <sup className="assumed">a</sup> rests on an assumption. Gross: what a clause states, or all that it still promises; the most that
        can be asked for, undiscounted. Fiscal years are {data.fiscalYear}.
      </p>
    </div>
  )
}

const None = () => (
  <Notice title="Nothing stands behind others yet">
    A register appears here as soon as an agreement with a guarantor is on record: <code>offtake load agreement.yaml</code>
  </Notice>
)

const Skeleton = () => (
  <div className="page">
    <header className="page-head">
      <h1>Register</h1>
    </header>
    <section className="panel">
      <TableSkeleton caption="Instruments" heads={['Instrument', 'Beneficiary', 'Until', 'Gross', 'Net', 'Called', 'Paid']} rows={8} />
    </section>
  </div>
)

/** What stands behind others. */
export const RegisterPage = () => {
  const view = route.useSearch()
  const navigate = route.useNavigate()
  const { on, known, agreement, against } = view
  const query = useQuery(register({ on, known, agreement, since: against }))
  const setView = (next: PortfolioView) =>
    void navigate({ search: (before: PortfolioView) => ({ ...before, ...next }), replace: true, resetScroll: false })
  useKeys({ x: () => setView({ table: withTable(view.table, 'run-off', !isTable(view.table, 'run-off')) }) })
  useEffect(() => void (document.title = 'Register · Offtake'), [])
  return (
    <Answer what="The register" query={query} skeleton={<Skeleton />}>
      {(data) => (data.instruments.length === 0 ? <None /> : <Body data={data} view={view} setView={setView} />)}
    </Answer>
  )
}
