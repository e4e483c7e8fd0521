import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useEffect, useMemo } from 'react'
import { decimal, total, toText } from '../core/base/rational.ts'
import { sumDecimals } from '../core/sheets/sum.ts'
import type { InstrumentWire, RegisterAmount, RegisterWire } from '../wire/register.ts'
import { isTable, withTable } from './address.ts'
import { AmountTable } from './AmountTable.tsx'
import { Answer, Notice, TableSkeleton } from './Answer.tsx'
import { AsOfControls } from './AsOfControls.tsx'
import { monthText } from './dates.ts'
import { pathWith } from './fetch.ts'
import { moneyInTables } from './format.ts'
import { useKeys } from './keys.ts'
import { kindWord } from './kind-words.ts'
import { KnownOn } from './KnownOn.tsx'
import type { PortfolioView } from './portfolio-address.ts'
import { DataTable } from './DataTable.tsx'
import { register } from './portfolio-queries.ts'
import type { Column } from './table-column.ts'
import { Assumed } from './Assumed.tsx'
import { RunOffPicture } from './RunOffPicture.tsx'
import { Scrolls } from './Scrolls.tsx'

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

export const sumText = (amounts: readonly (string | undefined)[], currency: string): string =>
  moneyInTables(toText(total(amounts.flatMap((amount) => (amount === undefined ? [] : [decimal(amount)])))), currency)

const Name = ({ row, view }: Readonly<{ row: InstrumentWire; view: PortfolioView }>) => (
  <>
    <Link
      className="strong-link"
      to="/register/$holder/$clause"
      params={{ holder: row.agreement, clause: row.clause }}
      search={{ on: view.on, known: view.known }}
    >
      {kindWord(row.kind)}
    </Link>
    <Assumed note={row.assumed} />
    <span className="third moved-of" title={`${row.title}, ${row.clause}`}>
      {row.title}, {row.clause}
    </span>
  </>
)

/** Columns of amounts are shown where some row states one that is not nothing; the others can be chosen. */
const columnsOf = (rows: readonly InstrumentWire[], view: PortfolioView): Column<InstrumentWire>[] => [
  { id: 'instrument', head: 'Instrument', kind: 'text', of: ({ kind }) => kindWord(kind), show: (row) => <Name row={row} view={view} /> },
  { id: 'agreement', head: 'Agreement', kind: 'text', of: ({ title }) => title, spare: true },
  { id: 'clause', head: 'Clause', kind: 'text', of: ({ clause }) => clause, spare: true },
  { id: 'counterparty', head: 'Counterparty', kind: 'text', of: ({ counterparty }) => counterparty.name, spare: true },
  {
    id: 'beneficiary',
    head: 'Beneficiary',
    kind: 'text',
    of: ({ beneficiary }) => beneficiary.name,
    show: ({ beneficiary }) => (
      <span className="party" title={beneficiary.name}>
        {beneficiary.name}
      </span>
    ),
  },
  { id: 'lender', head: 'Lender', kind: 'text', of: ({ lender }) => lender?.name ?? null, spare: true },
  { id: 'status', head: 'Status', kind: 'text', of: ({ status }) => status, spare: true },
  { id: 'until', head: 'Until', kind: 'date', of: ({ through }) => through },
  ...amountHeads.map(([id, head]): Column<InstrumentWire> => ({
    id,
    head,
    unit: rows[0]!.currency,
    kind: 'amount',
    of: ({ amounts }) => amounts[id] ?? null,
    total: 'sum',
    spare: rows.every(({ amounts }) => amounts[id] === undefined || !/[1-9]/.test(amounts[id])),
    why: ({ agreement, clause }) => pathWith(`/register/${agreement}/${clause}`, { on: view.on, known: view.known }),
  })),
]

type TableProps = Readonly<{ side: 'given' | 'held'; rows: readonly InstrumentWire[]; view: PortfolioView; several: boolean }>

/** Instruments of one side in one currency. */
const Table = ({ side, rows, view, several }: TableProps) => {
  const { currency } = rows[0]!
  const { on, known } = view
  const columns = useMemo(() => columnsOf(rows, { on, known }), [rows, on, known])
  const caption = side === 'given' ? 'Given: the guarantor stands for it' : 'Held: owed to the guarantor'
  return (
    <div className="portfolio">
      <DataTable
        caption={several ? `${caption}, ${currency}` : caption}
        rows={rows}
        columns={columns}
        keyOf={({ instrument }) => instrument}
        name={`register-${side}-${currency.toLowerCase()}`}
        at={several ? `${side}${currency}.` : `${side}.`}
      />
    </div>
  )
}

type Rolled = Readonly<{ opening: string; paid: string; other: string; closing: string }>
const rolledOf = ({ opening, paid, other, closing }: Rolled): string[] => [opening, paid, other, closing]

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
      <Scrolls name="Roll-forward of gross, table">
        <AmountTable
          caption={`Roll-forward of gross in ${currency}`}
          head="Instrument"
          heads={['Opening', 'Paid', 'Other changes', 'Closing']}
          rows={rows.map((row) => ({ id: row.instrument, name: names.get(row.instrument) ?? row.instrument, amounts: rolledOf(row) }))}
          total={rows.map(rolledOf).reduce((sums, amounts) => sums.map((sum, i) => sumDecimals([sum, amounts[i]!])))}
        />
      </Scrolls>
    </section>
  ))
}

type BodyProps = Readonly<{ data: RegisterWire; view: PortfolioView; setView: (view: PortfolioView) => void }>

const Body = ({ data, view, setView }: BodyProps) => {
  const sides = useMemo(
    () =>
      (['given', 'held'] as const).flatMap((side) =>
        [...Map.groupBy(data.instruments, ({ currency }) => currency)].map(([currency, of]) => ({
          side,
          currency,
          rows: of.filter((row) => row.side === side),
        })),
      ),
    [data],
  )
  const currencies = new Set(sides.map(({ currency }) => currency)).size
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
      <KnownOn date={data.knownOn?.slice(0, 10)} />
      {data.runOff.map((each) => (
        <RunOffPicture
          key={each.currency}
          data={each}
          shown={isTable(view.table, 'run-off') ? 'table' : 'chart'}
          onShow={(shown) => setView({ table: withTable(view.table, 'run-off', shown === 'table') })}
        />
      ))}
      {sides.map(({ side, currency, rows }) =>
        rows.length === 0 ? null : <Table key={side + currency} side={side} rows={rows} view={view} several={currencies > 1} />,
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
