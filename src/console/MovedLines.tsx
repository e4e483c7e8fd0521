import { ActionIcon, Button } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import type { MovedLineWire } from '../wire/portfolio.ts'
import { shortMonth } from './dates.ts'
import { amountText } from './format.ts'
import { movedLines, type LinesName } from './portfolio-queries.ts'

const Line = ({ line, names }: Readonly<{ line: MovedLineWire; names: ReadonlyMap<string, string> }>) => (
  <tr>
    <td>{shortMonth(line.month)}</td>
    <th scope="row">
      <Link
        className="link"
        to="/agreements/$id/periods/$month"
        params={{ id: line.agreement, month: line.month }}
        search={{ v: line.version, line: line.number }}
      >
        {line.word}
      </Link>
      <span className="third moved-of">
        {names.get(line.agreement) ?? line.agreement}, {line.clause}, line {line.number}
        {line.corrects === null ? '' : `, corrects ${shortMonth(line.corrects)}`}
      </span>
    </th>
    <td className="number">{amountText(line.amount)}</td>
  </tr>
)

/** The lines of statements behind an amount, the latest month first. Each opens its own reasons. */
export const LinesTable = ({
  name,
  names,
  caption,
}: Readonly<{ name: LinesName; names: ReadonlyMap<string, string>; caption: string }>) => {
  const query = useInfiniteQuery(movedLines(name))
  const pages = query.data?.pages ?? []
  const lines = pages.flatMap((page) => page.lines)
  const first = pages[0]
  if (first === undefined)
    return <p className="inside">{query.error === null ? 'Reading the lines …' : `The lines could not be read. ${query.error.message}`}</p>
  if (first.count === 0) return <p className="inside">No statement line moved any money here.</p>
  return (
    <>
      <table className="table moved">
        <caption className="hidden">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">Month</th>
            <th scope="col">Line</th>
            <th scope="col" className="number">
              {first.currency ?? 'Amount'}
            </th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <Line key={`${line.agreement} ${line.month} ${line.number}`} line={line} names={names} />
          ))}
        </tbody>
        {first.sum === null ? null : (
          <tfoot>
            <tr>
              <th scope="row" colSpan={2}>
                {lines.length < first.count ? `All ${first.count} lines` : 'Sum of these lines'}
              </th>
              <td className="number">{amountText(first.sum)}</td>
            </tr>
          </tfoot>
        )}
      </table>
      {query.hasNextPage ? (
        <p className="inside">
          <Button size="xs" disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {query.isFetchingNextPage ? 'Reading …' : `More, ${first.count - lines.length} to come`}
          </Button>
        </p>
      ) : null}
    </>
  )
}

type PanelProps = Readonly<{
  title: string
  amount: string | undefined
  currency: string
  name: LinesName
  names: ReadonlyMap<string, string>
  onClose: () => void
}>

/** What an amount of the portfolio is made of, to the cent. */
export const MovedPanel = ({ title, amount, currency, name, names, onClose }: PanelProps) => {
  const panel = useRef<HTMLElement>(null)
  useEffect(() => panel.current?.focus(), [])
  return (
    <aside id="moved" ref={panel} className="explain" aria-label={`Why ${title}`} tabIndex={-1}>
      <header>
        <div className="explain-title">
          <span className="third">Why {title}</span>
          <ActionIcon aria-label="Close" onClick={onClose}>
            <span aria-hidden="true">✕</span>
          </ActionIcon>
        </div>
        {amount === undefined ? null : (
          <p className="explain-amount">
            {amountText(amount)} <span>{currency}</span>
          </p>
        )}
        <p className="second">The sum of these lines of final statements. Each opens its own reasons, down to the readings.</p>
      </header>
      <LinesTable name={name} names={names} caption={`Lines behind ${title}`} />
    </aside>
  )
}
