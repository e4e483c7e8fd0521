import type { PortfolioBookWire, PortfolioWire } from '../wire/portfolio.ts'
import { isTable, withTable } from './address.ts'
import { CircularFlows } from './CircularFlows.tsx'
import { Concentration } from './Concentration.tsx'
import { amountText, largeAmount } from './format.ts'
import type { LinesView, PortfolioView } from './portfolio-address.ts'
import { ByChoice, CashLegend, CashPicture, ExposureLegend, ExposurePicture } from './PortfolioPictures.tsx'
import { PortfolioTable } from './PortfolioTable.tsx'

const Figure = ({ name, amount, currency, more }: Readonly<{ name: string; amount: string; currency: string; more?: string }>) => (
  <div className="figure">
    <dt>{name}</dt>
    <dd title={`${amountText(amount)} ${currency}`}>
      {largeAmount(amount, currency)} {more === undefined ? null : <small>{more}</small>}
    </dd>
  </div>
)

const Figures = ({ book }: Readonly<{ book: PortfolioBookWire }>) => {
  const { total, aheadTotal, currency } = book
  return (
    <dl className="figures">
      <Figure name="Gross commitment" amount={total.gross} currency={currency} />
      <Figure name="Escrow and collateral" amount={total.covered} currency={currency} />
      <Figure name="Net" amount={total.net} currency={currency} />
      <Figure name="Paid to date" amount={total.paid} currency={currency} />
      <Figure
        name="Calls, next 12 months, certain"
        amount={aheadTotal.firm}
        currency={currency}
        more={`at most ${largeAmount(aheadTotal.contingent, currency)} besides`}
      />
      <Figure name="Share income, last 12 months" amount={total.shareBehind} currency={currency} />
    </dl>
  )
}

type BookProps = Readonly<{
  book: PortfolioBookWire
  data: PortfolioWire
  view: PortfolioView
  /** The lines that are open, as addresses name them. */
  opened: string | undefined
  setView: (view: PortfolioView) => void
  onOpen: (lines: LinesView) => void
  onAgreement: (agreement: string) => void
}>

/** The agreements of one currency: what they come to, who owes what, when, and line by line. */
export const PortfolioBook = ({ book, data, view, opened, setView, onOpen, onAgreement }: BookProps) => {
  const picture = (name: string) => ({
    shown: isTable(view.table, name) ? ('table' as const) : ('chart' as const),
    onShow: (shown: 'chart' | 'table') => setView({ table: withTable(view.table, name, shown === 'table') }),
  })
  return (
    <>
      {data.books.length < 2 ? null : <h2 className="book-head">{book.currency}</h2>}
      <Figures book={book} />
      <div className="pair">
        <div className="column">
          <ExposurePicture
            book={book}
            inTalks={data.inTalks}
            by={view.by ?? 'agreement'}
            onAgreement={onAgreement}
            {...picture('exposure')}
          />
          <div className="below">
            <ByChoice by={view.by ?? 'agreement'} onBy={(by) => setView({ by: by === 'agreement' ? undefined : by })} />
            <ExposureLegend />
          </div>
        </div>
        <div className="column">
          <CashPicture
            book={book}
            all={view.months === 'all'}
            onAll={(all) => setView({ months: all ? 'all' : undefined })}
            opened={opened}
            onOpen={onOpen}
            {...picture('cash')}
          />
          <div className="below">
            <CashLegend />
          </div>
        </div>
      </div>
      <PortfolioTable
        book={book}
        inTalks={book === data.books[0] ? data.inTalks : []}
        on={data.asOf!}
        known={view.known}
        several={data.books.length > 1}
        opened={opened}
        onOpen={onOpen}
      />
      <div className="pair flows-pair">
        <Concentration book={book} />
        <CircularFlows book={book} hasDocument={data.document !== null} />
      </div>
    </>
  )
}
