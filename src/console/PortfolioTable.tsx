import { Tooltip } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { fromText } from '../core/base/rational.ts'
import type { PortfolioBookWire, PortfolioRowWire } from '../wire/portfolio.ts'
import { Absent } from './Absent.tsx'
import { dateText, shortMonth } from './dates.ts'
import { amountText, partText } from './format.ts'
import { kindWord, regionWord } from './kind-words.ts'
import { writeLines, type LinesView } from './portfolio-address.ts'

export const Assumed = ({ note }: Readonly<{ note: string | null }>) =>
  note === null ? null : (
    <Tooltip label={note}>
      <button type="button" className="assumed" aria-label={`Assumption: ${note}`}>
        a
      </button>
    </Tooltip>
  )

type Opens = Readonly<{ opened: string | undefined; onOpen: (lines: LinesView) => void }>

const isZero = (amount: string): boolean => !/[1-9]/.test(amount)

type WhyProps = Opens & Readonly<{ amount: string; lines: LinesView; name: string }>

/** An amount that opens the statement lines it is the sum of. */
export const WhyLines = ({ amount, lines, name, opened, onOpen }: WhyProps) =>
  isZero(amount) ? (
    <Absent kind="zero" />
  ) : (
    <button
      type="button"
      className="explainable"
      aria-expanded={opened === writeLines(lines)}
      aria-label={`${amountText(amount)}, ${name}: why`}
      onClick={() => onOpen(lines)}
    >
      {amountText(amount)}
    </button>
  )

const ToRegister = ({ amount, agreement, name, on }: Readonly<{ amount: string; agreement: string; name: string; on: string }>) =>
  isZero(amount) ? (
    <Absent kind="zero" />
  ) : (
    <Link className="explainable" to="/register" search={{ agreement, on }} aria-label={`${amountText(amount)}, ${name}: instruments`}>
      {amountText(amount)}
    </Link>
  )

const Sold = ({ sold }: Readonly<{ sold: PortfolioRowWire['sold'] }>) => {
  const part = sold === null ? undefined : partText(fromText(sold.sold), fromText(sold.accepted))
  return part === undefined ? <Absent kind="not-applicable" /> : part
}

const LastClose = ({ row }: Readonly<{ row: PortfolioRowWire }>) =>
  row.lastMonth === null ? (
    <Absent kind="not-yet" />
  ) : (
    <Link className="link" to="/agreements/$id/periods/$month" params={{ id: row.agreement, month: row.lastMonth }}>
      {shortMonth(row.lastMonth)}
    </Link>
  )

const Row = ({ row, on, ...opens }: Opens & Readonly<{ row: PortfolioRowWire; on: string }>) => {
  const lines = (of: 'paid' | 'share', month?: '12m'): LinesView => ({ of, agreement: row.agreement, month })
  const { agreement, title } = row
  return (
    <tr>
      <th scope="row">
        <Link className="strong-link" to="/agreements/$id" params={{ id: agreement }}>
          {title}
        </Link>
        <Assumed note={row.assumed} />
        <span className="third moved-of" title={row.kinds.map(kindWord).join(' + ')}>
          {[
            row.kinds.map(kindWord).join(' + ') || 'nothing given',
            row.regions.length < 2 ? row.regions.map(regionWord).join() : `${row.regions.length} regions`,
          ]
            .filter((word) => word !== '')
            .join(' · ')}
        </span>
      </th>
      <td className="whole">{row.status === 'ended' ? <span className="third">ended {dateText(row.until)}</span> : dateText(row.until)}</td>
      <td className="number">
        <WhyLines amount={row.paid} lines={lines('paid')} name={`paid to date, ${title}`} {...opens} />
      </td>
      <td className="number">
        <ToRegister amount={row.gross} agreement={agreement} name={`gross, ${title}`} on={on} />
      </td>
      <td className="number">
        <ToRegister amount={row.covered} agreement={agreement} name={`covered, ${title}`} on={on} />
      </td>
      <td className="number">
        <ToRegister amount={row.net} agreement={agreement} name={`net, ${title}`} on={on} />
      </td>
      <td className="number">
        <WhyLines amount={row.paidBehind} lines={lines('paid', '12m')} name={`calls of the last twelve months, ${title}`} {...opens} />
      </td>
      <td className="number">
        <WhyLines amount={row.shareBehind} lines={lines('share', '12m')} name={`share of the last twelve months, ${title}`} {...opens} />
      </td>
      <td className="number">
        <Sold sold={row.sold} />
      </td>
      <td className="whole">
        <LastClose row={row} />
      </td>
    </tr>
  )
}

export const portfolioHeads = [
  'Agreement',
  'Until',
  'Paid to date',
  'Gross',
  'Covered',
  'Net',
  'Calls, last 12 m',
  'Share, last 12 m',
  'Sold',
  'Last close',
] as const
const numbers = new Set(['Paid to date', 'Gross', 'Covered', 'Net', 'Calls, last 12 m', 'Share, last 12 m', 'Sold'])
const meanings: Readonly<Partial<Record<(typeof portfolioHeads)[number], string>>> = {
  Gross: 'The most that can still be asked for, undiscounted',
  Covered: 'Of gross, what escrow and collateral cover',
  Sold: 'Of accepted GPU-hours of the last twelve months',
}

const Total = ({ children }: Readonly<{ children: ReactNode }>) => <td className="number">{children}</td>

type Props = Opens &
  Readonly<{ book: PortfolioBookWire; inTalks: readonly Readonly<{ agreement: string; title: string; note: string | null }>[]; on: string }>

/** Agreements in rows, to the cent; what is in talks is listed below them and counted nowhere. */
export const PortfolioTable = ({ book, inTalks, on, ...opens }: Props) => {
  const { total } = book
  const all = (of: 'paid' | 'share', month?: '12m'): LinesView => ({ of, agreement: undefined, month })
  return (
    <section className="panel scroll-x" aria-label="Agreements">
      <table className="table portfolio">
        <caption className="hidden">Agreements in {book.currency}, to the cent</caption>
        <thead>
          <tr>
            {portfolioHeads.map((head) => (
              <th key={head} scope="col" className={numbers.has(head) ? 'number' : undefined} title={meanings[head]}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {book.rows.map((row) => (
            <Row key={row.agreement} row={row} on={on} {...opens} />
          ))}
          {inTalks.map(({ agreement, title, note }) => (
            <tr key={agreement}>
              <th scope="row">
                <Link className="strong-link" to="/agreements/$id" params={{ id: agreement }}>
                  {title}
                </Link>
                <Assumed note={note} />
              </th>
              <td colSpan={portfolioHeads.length - 1} className="third">
                in talks: listed, and counted nowhere on this page
              </td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row" colSpan={2}>
              Total, {book.currency}
            </th>
            <Total>
              <WhyLines amount={total.paid} lines={all('paid')} name="paid to date, all" {...opens} />
            </Total>
            <Total>{amountText(total.gross)}</Total>
            <Total>{amountText(total.covered)}</Total>
            <Total>{amountText(total.net)}</Total>
            <Total>
              <WhyLines amount={total.paidBehind} lines={all('paid', '12m')} name="calls of the last twelve months, all" {...opens} />
            </Total>
            <Total>
              <WhyLines amount={total.shareBehind} lines={all('share', '12m')} name="share of the last twelve months, all" {...opens} />
            </Total>
            <Total>
              <Absent kind="not-applicable" />
            </Total>
            <td>
              <Absent kind="not-applicable" />
            </td>
          </tr>
        </tfoot>
      </table>
    </section>
  )
}
