import { useMemo } from 'react'
import type { PortfolioBookWire, PortfolioPartWire } from '../wire/portfolio.ts'
import { Absent } from './Absent.tsx'
import { AmountTable } from './AmountTable.tsx'
import { cashChart, pickedCash, type CashMonth } from './cash-chart.ts'
import { monthText } from './dates.ts'
import { exposureChart, exposureHeight, type ExposureBar } from './exposure-chart.ts'
import { amountText, largeAmount } from './format.ts'
import { kindWord, regionWord } from './kind-words.ts'
import { Legend, Picture } from './Picture.tsx'
import { Scrolls } from './Scrolls.tsx'
import { exposureBy, type ExposureBy, type LinesView } from './portfolio-address.ts'
import { WhyLines } from './WhyLines.tsx'

type Shown = Readonly<{ shown: 'chart' | 'table'; onShow: (shown: 'chart' | 'table') => void }>

const byWords: Readonly<Record<ExposureBy, string>> = {
  agreement: 'Agreement',
  counterparty: 'Counterparty',
  kind: 'Kind',
  region: 'Region',
  year: 'Year',
}

const partBar = (by: ExposureBy, { name, ...part }: PortfolioPartWire): ExposureBar => ({
  ...part,
  id: name,
  name: by === 'kind' ? kindWord(name) : by === 'region' ? regionWord(name) : name,
})

const barsOf = (book: PortfolioBookWire, by: ExposureBy): ExposureBar[] =>
  by === 'agreement'
    ? book.rows.map(({ agreement, title, paid, gross, covered, net }) => ({ id: agreement, name: title, paid, gross, covered, net }))
    : book.by[by].map((part) => partBar(by, part))

type Exposed = Readonly<{ paid: string; gross: string; covered: string; net: string }>
const exposedOf = ({ paid, gross, covered, net }: Exposed): string[] => [paid, gross, covered, net]

type ExposureProps = Shown &
  Readonly<{
    book: PortfolioBookWire
    inTalks: readonly Readonly<{ title: string }>[]
    by: ExposureBy
    onAgreement: (agreement: string) => void
  }>

/** What was promised, and to whom: what was paid of it, what is covered, what may still be called. */
export const ExposurePicture = ({ book, inTalks, by, onAgreement, shown, onShow }: ExposureProps) => {
  const bars = useMemo(() => barsOf(book, by), [book, by])
  const notes = useMemo(
    () => (by === 'agreement' ? inTalks.map(({ title }) => ({ name: title, note: 'in talks: not counted' })) : []),
    [by, inTalks],
  )
  const draw = useMemo(() => exposureChart({ bars, notes, currency: book.currency }), [bars, notes, book.currency])
  const [first] = bars
  const says = `${largeAmount(book.total.gross, book.currency)} ${book.currency} gross may still be asked for, ${largeAmount(book.total.net, book.currency)} of it net. ${first === undefined ? '' : `Of ${first.name}, the first by ${by}, ${largeAmount(first.gross, book.currency)} gross.`}`
  return (
    <Picture
      title={`Commitment by ${by}`}
      subtitle={`${book.currency} bn, undiscounted`}
      says={says}
      height={exposureHeight(bars.length + notes.length)}
      shown={shown}
      onShow={onShow}
      draw={draw}
      onPick={(name) => (by === 'agreement' && book.rows.some(({ agreement }) => agreement === name) ? onAgreement(name) : undefined)}
      table={
        <Scrolls name={`Commitment by ${by}, table`}>
          <AmountTable
            caption={`Commitment by ${by}, ${book.currency}`}
            head={byWords[by]}
            heads={['Paid to date', 'Gross', 'Covered', 'Net']}
            rows={bars.map((bar) => ({ id: bar.id, name: bar.name, amounts: exposedOf(bar) }))}
            total={exposedOf(book.total)}
          />
        </Scrolls>
      }
    />
  )
}

/** By what commitments are told apart, whether as bars or as rows. */
export const ByChoice = ({ by, onBy }: Readonly<{ by: ExposureBy; onBy: (by: ExposureBy) => void }>) => (
  <span className="choice" role="group" aria-label="Commitment by">
    {exposureBy.map((each) => (
      <button key={each} type="button" aria-pressed={by === each} onClick={() => onBy(each)}>
        {byWords[each]}
      </button>
    ))}
  </span>
)

export const ExposureLegend = () => (
  <Legend
    items={[
      { name: 'Paid to date', colour: 'called' },
      { name: 'Covered by escrow', colour: 'planned' },
      { name: 'Net, may still be called', colour: 'total' },
    ]}
  />
)

/** Months behind that are shown unless all are asked for. */
const monthsShown = 24

const cashMonths = (book: PortfolioBookWire, all: boolean): CashMonth[] => {
  const behind = all ? book.months : book.months.slice(-monthsShown)
  return [
    ...behind.map(({ month, paid, share }): CashMonth => ({ kind: 'behind', month, paid, share })),
    ...book.ahead.map(({ month, firm, contingent }): CashMonth => ({ kind: 'ahead', month, firm, contingent })),
  ]
}

type CashProps = Shown &
  Readonly<{
    book: PortfolioBookWire
    all: boolean
    onAll: (all: boolean) => void
    opened: string | undefined
    onOpen: (lines: LinesView) => void
  }>

/** Nothing of this kind: a month is behind or ahead. */
const Nothing = () => (
  <td className="number">
    <Absent kind="not-applicable" />
  </td>
)

const CashTable = ({
  book,
  months,
  opened,
  onOpen,
}: Pick<CashProps, 'book' | 'opened' | 'onOpen'> & Readonly<{ months: readonly CashMonth[] }>) => (
  <div className="cash-table">
    <table className="table">
      <caption className="hidden">Cash calls and revenue share by month, {book.currency}</caption>
      <thead>
        <tr>
          <th scope="col">Month</th>
          {['Share received', 'Calls paid', 'Certain', 'At most besides'].map((head) => (
            <th key={head} scope="col" className="number">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {months.toReversed().map((each) => (
          <tr key={each.month}>
            <th scope="row">{monthText(each.month)}</th>
            {each.kind === 'behind' ? (
              <>
                {(['share', 'paid'] as const).map((of) => (
                  <td key={of} className="number">
                    <WhyLines
                      amount={each[of]}
                      lines={{ of, agreement: undefined, month: each.month, currency: book.currency }}
                      name={`${of === 'share' ? 'share received' : 'calls paid'}, ${monthText(each.month)}`}
                      opened={opened}
                      onOpen={onOpen}
                    />
                  </td>
                ))}
                <Nothing />
                <Nothing />
              </>
            ) : (
              <>
                <Nothing />
                <Nothing />
                <td className="number">{amountText(each.firm)}</td>
                <td className="number">{amountText(each.contingent)}</td>
              </>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)

/** What moved month by month, and what is promised for the twelve to come: certain, and at most. */
export const CashPicture = ({ book, all, onAll, opened, onOpen, shown, onShow }: CashProps) => {
  const months = useMemo(() => cashMonths(book, all), [book, all])
  const draw = useMemo(() => cashChart(months, book.currency), [months, book.currency])
  const { currency, total, aheadTotal } = book
  const says = `In the last twelve months ${largeAmount(total.paidBehind, currency)} ${currency} of calls were paid and ${largeAmount(total.shareBehind, currency)} of share received; in the next twelve ${largeAmount(aheadTotal.firm, currency)} are certain and at most ${largeAmount(aheadTotal.contingent, currency)} more can be called.`
  return (
    <Picture
      title="Cash calls and revenue share"
      subtitle={`${currency} m a month; ahead: what is certain, and at most`}
      says={says}
      height={exposureHeight(7)}
      shown={shown}
      onShow={onShow}
      draw={draw}
      onPick={(name) => {
        const picked = pickedCash(name)
        if (picked !== undefined) onOpen({ ...picked, agreement: undefined, currency })
      }}
      table={<CashTable book={book} months={months} opened={opened} onOpen={onOpen} />}
      legend={
        book.months.length <= monthsShown ? undefined : (
          <button type="button" className="quiet" aria-pressed={all} onClick={() => onAll(!all)}>
            all {book.months.length} months
          </button>
        )
      }
    />
  )
}

export const CashLegend = () => (
  <ul className="legend" aria-label="Legend">
    <li>
      <i className="swatch" style={{ background: 'var(--sold)' }} />
      Share received
    </li>
    <li>
      <i className="swatch" style={{ background: 'var(--called)' }} />
      Calls paid
    </li>
    <li>
      <i className="swatch" style={{ background: 'var(--called)', opacity: 0.45 }} />
      Certain
    </li>
    <li>
      <i className="swatch" style={{ background: 'var(--called)', opacity: 0.14 }} />
      At most besides
    </li>
    <li>
      <i className="swatch line" style={{ borderColor: 'var(--ink)' }} />
      Net
    </li>
  </ul>
)

export const linesTitle = ({ of, agreement, month }: LinesView, names: ReadonlyMap<string, string>): string =>
  [
    of === 'paid' ? 'calls paid' : 'share received',
    agreement === undefined ? 'all agreements' : (names.get(agreement) ?? agreement),
    month === undefined ? 'to date' : month === '12m' ? 'last twelve months' : monthText(month),
  ].join(', ')
