import { decimal, minus, toText } from '../core/base/rational.ts'
import type { PortfolioBookWire, PortfolioWire } from '../wire/portfolio.ts'
import { monthText } from './dates.ts'
import { amountText, moneyInTables } from './format.ts'
import { Scrolls } from './Scrolls.tsx'

const compared = ['gross', 'net', 'paid', 'share'] as const
type Compared = (typeof compared)[number]
const words: Readonly<Record<Compared, string>> = { gross: 'Gross', net: 'Net', paid: 'Paid to date', share: 'Share to date' }

/** Now less then, exactly, at the minor unit. */
const changeText = (now: string, then: string, currency: string): string =>
  moneyInTables(toText(minus(decimal(now), decimal(then))), currency)

const zeroOf = (amount: string): string => amount.replaceAll(/[1-9]/g, '0').replace(/^0+(?=\d)/, '')

type Sums = Readonly<Record<Compared, string>>
type Line = Readonly<{ id: string; title: string; now: Sums; was: Sums }>

const linesOf = (now: PortfolioBookWire, then: PortfolioBookWire | undefined): Line[] => {
  const before = then?.rows ?? []
  const none = (row: Sums): Sums => Object.fromEntries(compared.map((name) => [name, zeroOf(row[name])])) as Sums
  const gone = before.filter((row) => now.rows.every(({ agreement }) => agreement !== row.agreement))
  return [
    ...now.rows.map((row) => {
      const was = before.find(({ agreement }) => agreement === row.agreement)
      return { id: row.agreement, title: row.title, now: row, was: was ?? none(row) }
    }),
    ...gone.map((row) => ({ id: row.agreement, title: row.title, now: none(row), was: row })),
  ]
}

const Cells = ({ now, was, currency }: Readonly<{ now: Sums; was: Sums; currency: string }>) =>
  compared.map((name) => [
    <td key={`${name} then`} className="number">
      {amountText(was[name])}
    </td>,
    <td key={`${name} change`} className="number">
      {changeText(now[name], was[name], currency)}
    </td>,
  ])

/** Two dates side by side: what was so then, and what has changed since. Both columns add up. */
export const ComparedTable = ({ now, then }: Readonly<{ now: PortfolioWire; then: PortfolioWire }>) =>
  now.books.map((book) => {
    const before = then.books.find(({ currency }) => currency === book.currency)
    const zero = Object.fromEntries(compared.map((name) => [name, zeroOf(book.total[name])])) as Sums
    return (
      <section key={book.currency} className="panel picture" aria-label={`Compared with ${monthText(then.asOf ?? '')}`}>
        <header>
          <h2>Since {monthText(then.asOf ?? '')}</h2>
          <span className="third">
            {book.currency}; what was so then, and the change through {monthText(now.asOf ?? '')}
          </span>
        </header>
        <Scrolls name="Compared, table">
          <table className="table">
            <caption className="hidden">Compared with {monthText(then.asOf ?? '')}</caption>
            <thead>
              <tr>
                <th scope="col">Agreement</th>
                {compared.map((name) => [
                  <th key={name} scope="col" className="number">
                    {words[name]} then
                  </th>,
                  <th key={`${name} change`} scope="col" className="number">
                    Change
                  </th>,
                ])}
              </tr>
            </thead>
            <tbody>
              {linesOf(book, before).map((line) => (
                <tr key={line.id}>
                  <th scope="row">{line.title}</th>
                  <Cells now={line.now} was={line.was} currency={book.currency} />
                </tr>
              ))}
            </tbody>
            <tfoot>
              <tr>
                <th scope="row">Total</th>
                <Cells now={book.total} was={before?.total ?? zero} currency={book.currency} />
              </tr>
            </tfoot>
          </table>
        </Scrolls>
      </section>
    )
  })
