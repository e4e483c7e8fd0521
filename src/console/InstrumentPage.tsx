import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useEffect } from 'react'
import type { InstrumentPageWire, RegisterAmount } from '../wire/register.ts'
import { Answer, TableSkeleton } from './Answer.tsx'
import { dateText, monthText, prose } from './dates.ts'
import { amountText, decimalText, moneyInTables, priceText } from './format.ts'
import { kindWord } from './kind-words.ts'
import { KnownOn } from './KnownOn.tsx'
import { LinesTable } from './MovedLines.tsx'
import { instrument } from './portfolio-queries.ts'
import { Assumed } from './Assumed.tsx'
import { sumText } from './RegisterPage.tsx'
import { Scrolls } from './Scrolls.tsx'

const route = getRouteApi('/register/$holder/$clause')

const measures: Readonly<Partial<Record<RegisterAmount, string>>> = {
  gross: 'Gross',
  amortised: 'Amortised',
  escrow: 'Escrow',
  collateral: 'Collateral',
  net: 'Net',
  called: 'Called so far',
  recovered: 'Recovered so far',
  'fee-accrued': 'Fee accrued so far',
  'cap-left': 'Cap left',
  intrinsic: 'Intrinsic value',
  cost: 'Cost',
  mark: 'Mark',
  balance: 'Balance',
  prepaid: 'Prepaid',
  firm: 'Promised, certain',
  contingent: 'Promised, at most',
  paid: 'Paid by the guarantor so far',
  received: 'Received by the guarantor so far',
}

const Standing = ({ page: { row } }: Readonly<{ page: InstrumentPageWire }>) => (
  <section className="panel" aria-label="Where it stands">
    <table className="table">
      <caption>
        <h2>Where it stands</h2>{' '}
        <span className="third">
          {row.restsOn === null ? (
            'by its terms and its lines'
          ) : (
            <>
              by the{' '}
              <Link className="link" to="/agreements/$id/periods/$month" params={{ id: row.agreement, month: row.restsOn.month }}>
                statement of {monthText(row.restsOn.month)}
              </Link>
              , its terms and its lines
            </>
          )}
          , {row.currency}
        </span>
      </caption>
      <tbody>
        {Object.entries(measures).map(([name, word]) => {
          const amount = row.amounts[name as RegisterAmount]
          return amount === undefined ? null : (
            <tr key={name}>
              <th scope="row">{word}</th>
              <td className="number">{amountText(amount)}</td>
            </tr>
          )
        })}
      </tbody>
    </table>
  </section>
)

const Parts = ({ page: { positions, row } }: Readonly<{ page: InstrumentPageWire }>) => {
  const parts = positions.filter(({ of, unit }) => of !== null || unit !== 'major')
  return parts.length === 0 ? null : (
    <section className="panel" aria-label="Of its parts">
      <table className="table">
        <caption>
          <h2>Of its parts</h2> <span className="third">as the statement says</span>
        </caption>
        <tbody>
          {parts.map(({ measure, of, value, unit }) => (
            <tr key={`${measure} ${of ?? ''}`}>
              <th scope="row">{[measure, of].filter((word) => word !== null).join(', ')}</th>
              <td className="number">
                {unit === 'major' ? moneyInTables(value, row.currency) : priceText(value, row.currency)}{' '}
                <span className="unit">{unit === 'major' ? row.currency : unit}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

const Promised = ({ page: { promised, row } }: Readonly<{ page: InstrumentPageWire }>) =>
  promised.length === 0 ? null : (
    <section className="panel periods" aria-label="Still promised">
      <table className="table">
        <caption>
          <h2>Still promised</h2> <span className="third">from the day after the month on, {row.currency}</span>
        </caption>
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col">Through</th>
            <th scope="col">Nature</th>
            <th scope="col" className="number">
              Amount
            </th>
          </tr>
        </thead>
        <tbody>
          {promised.map(({ from, through, nature, amount }, i) => (
            <tr key={`${from} ${i}`}>
              <th scope="row">{dateText(from)}</th>
              <td>{dateText(through)}</td>
              <td>{nature === 'firm' ? 'certain' : 'at most'}</td>
              <td className="number">{amountText(amount)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row" colSpan={3}>
              Total
            </th>
            <td className="number">
              {sumText(
                promised.map(({ amount }) => amount),
                row.currency,
              )}
            </td>
          </tr>
        </tfoot>
      </table>
    </section>
  )

const Terms = ({ page: { sentences, row, knownOn } }: Readonly<{ page: InstrumentPageWire }>) => (
  <section className="panel" aria-label="Terms">
    <table className="table">
      <caption>
        <h2>Terms</h2>{' '}
        <Link className="link third" to="/agreements/$id" params={{ id: row.agreement }} search={{ known: knownOn?.slice(0, 10) }}>
          {row.title}
        </Link>
      </caption>
      <tbody>
        {sentences.map(({ version, pointer, text, assumed, note }) => (
          <tr key={`${version} ${pointer} ${text}`}>
            <th scope="row" className="term-sentence">
              {prose(text)}
              {assumed ? <Assumed note={note} /> : null}
            </th>
          </tr>
        ))}
      </tbody>
    </table>
  </section>
)

const Pack = ({ pack, currency }: Readonly<{ pack: InstrumentPageWire['packs'][number]; currency: string }>) => (
  <section className="panel" aria-label={pack.title}>
    <Scrolls name={`${pack.title}, table`}>
      <table className="table">
        <caption>
          <h2>{pack.title}</h2> <span className="third">{pack.treatment.word}</span>
        </caption>
        <thead>
          <tr>
            <th scope="col">Period</th>
            <th scope="col">Item</th>
            <th scope="col" className="number">
              {currency}
            </th>
            <th scope="col">Where it comes from</th>
          </tr>
        </thead>
        <tbody>
          {pack.rows.map(({ period, item, amount, value, source }, i) => (
            <tr key={`${period} ${item} ${i}`}>
              <td>{period}</td>
              <th scope="row">{item}</th>
              <td className="number">
                {amount === null ? (/^-?\d+(\.\d+)?$/.test(value) ? decimalText(value) : value) : amountText(amount)}
              </td>
              <td className="third">{source}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolls>
    <p className="inside">
      {pack.statement}
      {pack.alternatives.length === 0 ? '' : ` Also possible: ${pack.alternatives.map(({ word }) => word).join('; ')}.`}
      {pack.missing.map((text) => ` Missing: ${text}.`).join('')}
    </p>
  </section>
)

type BodyProps = Readonly<{ page: InstrumentPageWire; on: string | undefined; known: string | undefined; isDimmed: boolean }>

const Body = ({ page, on, known, isDimmed }: BodyProps) => {
  const { row } = page
  return (
    <div className={isDimmed ? 'page dimmed' : 'page'}>
      <header className="period-head">
        <div className="page-head">
          <h1>{kindWord(row.kind)}</h1>
          <Assumed note={row.assumed} />
          <span className="second">
            {row.title}, {row.clause}
          </span>
        </div>
        <p className="opening">
          {row.side === 'given' ? 'Given' : 'Held'}; {row.beneficiary.name} would be paid, on the credit of {row.counterparty.name}. From{' '}
          {dateText(row.from)} through {dateText(row.through)}
          {row.status === 'live' ? '' : `, ${row.status === 'ahead' ? 'not begun yet' : 'ended'}`}. At the end of {monthText(page.asOf)}.
        </p>
        <KnownOn date={page.knownOn?.slice(0, 10)} />
      </header>
      <div className="pair">
        <div className="stack">
          <Standing page={page} />
          <Parts page={page} />
          <Promised page={page} />
        </div>
        <div className="stack">
          <Terms page={page} />
          <section className="panel periods" aria-label="What moved">
            <h2 className="inside">What moved, line by line</h2>
            <LinesTable
              name={{ of: 'clause', agreement: row.agreement, clause: row.clause, on, known }}
              names={new Map([[row.agreement, row.title]])}
              caption="Statement lines of this instrument"
            />
          </section>
        </div>
      </div>
      {page.packs.map((pack) => (
        <Pack key={pack.pack} pack={pack} currency={row.currency} />
      ))}
    </div>
  )
}

const Skeleton = () => (
  <div className="page">
    <section className="panel">
      <TableSkeleton caption="Instrument" heads={['Measure', 'Amount']} rows={6} />
    </section>
  </div>
)

/** One guarantee, right or stake: where it stands, what it says, what moved, and the evidence for accounts. */
export const InstrumentPage = () => {
  const { holder, clause } = route.useParams()
  const { on, known } = route.useSearch()
  const query = useQuery(instrument(holder, clause, { on, known }))
  const kind = query.data?.row.kind
  useEffect(() => {
    document.title = `${kind === undefined ? clause : kindWord(kind)}, ${holder} · Offtake`
  }, [kind, clause, holder])
  return (
    <Answer what="The instrument" query={query} skeleton={<Skeleton />}>
      {(page) => <Body page={page} on={on ?? page.asOf} known={known} isDimmed={query.isPlaceholderData} />}
    </Answer>
  )
}
