import { Button } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useEffect, useMemo } from 'react'
import type { AgreementWire } from '../wire/agreement.ts'
import type { PeriodWire } from '../wire/statement.ts'
import { isTable, withTable, type PeriodView } from './address.ts'
import { announce } from './announce.ts'
import { Answer, Notice, TableSkeleton } from './Answer.tsx'
import { CloseActs, Closing, useClosing, type ClosingState } from './Closing.tsx'
import { Compared } from './Compared.tsx'
import { endText, instantText, isMonth, monthText } from './dates.ts'
import { Disputes } from './Disputes.tsx'
import { explainedOf, type LineOrNet } from './explained.ts'
import type { Failure } from './fetch.ts'
import { amountText } from './format.ts'
import { useKeys } from './keys.ts'
import { NoSales } from './NoSales.tsx'
import { NotClosed } from './NotClosed.tsx'
import { hoursText } from './PeriodPicker.tsx'
import { agreement, explanation, period } from './queries.ts'
import { openingOf } from './say.ts'
import { useActing } from './session.ts'
import { PositionsTable } from './PositionsTable.tsx'
import { useSince } from './since.ts'
import { StatementTable } from './StatementTable.tsx'
import { StatementFiles } from './StatementFiles.tsx'
import { StatesPicture } from './StatesPicture.tsx'
import { WaterfallPicture } from './WaterfallPicture.tsx'
import { WhyPanel } from './WhyPanel.tsx'
import './period-head.css'

const route = getRouteApi('/agreements/$id/periods/$month')

/** Sets parts of the address; what is not named stays. */
type SetView = (more: PeriodView) => void

const statusText = { provisional: 'Provisional', final: 'Final', corrected: 'Corrected', disputed: 'Disputed' } as const

const Status = ({ period: { statement, standing } }: Readonly<{ period: PeriodWire }>) => {
  const status = statement.status === 'provisional' ? 'provisional' : standing.status
  return (
    <span className={`pill ${status === 'final' ? 'done' : 'attention'}`}>
      {statusText[status]}, version {statement.version}
    </span>
  )
}

/** What became of a final statement: it never changes itself. */
const Since = ({ period: { standing } }: Readonly<{ period: PeriodWire }>) => (
  <>
    {standing.status === 'disputed' ? (
      <p className="second">
        Once it is ruled on all of it is payable again, and what the ruling takes off comes as a credit on the next month that closes.
      </p>
    ) : null}
    {standing.correctedOn.length === 0 ? null : (
      <p className="second">Corrected on the statement of {standing.correctedOn.map(monthText).join(', ')}.</p>
    )}
  </>
)

const Versions = ({ period: { versions, statement }, setView }: Readonly<{ period: PeriodWire; setView: SetView }>) =>
  versions.length < 2 ? null : (
    <select
      aria-label="Version"
      value={statement.version}
      onChange={(event) => setView({ v: Number(event.target.value) === versions.at(-1) ? undefined : Number(event.target.value) })}
    >
      {versions.map((version) => (
        <option key={version} value={version}>
          version {version}
        </option>
      ))}
    </select>
  )

const Head = ({ period: shown, setView, closing }: Readonly<{ period: PeriodWire; setView: SetView; closing: ClosingState }>) => {
  const { statement, recordedAt } = shown
  const acting = useActing()
  // What is in dispute is so now, whatever was so when it was stated.
  const { before, amount, after, held } = openingOf({ ...statement, totals: shown.standing.totals }, acting?.party)
  const copy = () => void navigator.clipboard.writeText(location.href).then(() => announce('Address copied'))
  return (
    <header className="period-head month-head">
      <div className="page-head">
        <h1>{monthText(statement.month)}</h1>
        <Status period={shown} />
        <Versions period={shown} setView={setView} />
        <span className="second between">
          {statement.operator.name} ↔ {statement.guarantor.name}
        </span>
        <span className="spring" />
        <Button onClick={() => setView({ against: 'usual' })}>Compare</Button>
        <Button className="copy-link" onClick={copy}>
          Copy link
        </Button>
        <StatementFiles statement={statement} />
        <CloseActs closing={closing} />
      </div>
      <p className="opening">
        {before}
        <b>{amount}</b>
        {after}
        {held === undefined ? null : (
          <>
            {held.before}
            <b>{held.amount}</b>
            {held.after}
          </>
        )}
      </p>
      <NoSales statement={statement} />
      <Since period={shown} />
      <p className="third">
        {hoursText(statement.hours)}, to {endText(statement.to, statement.zone)}, {statement.zone}. Recorded{' '}
        {instantText(recordedAt, statement.zone)}.
      </p>
    </header>
  )
}

const pictures = ['waterfall', 'states'] as const

type BodyProps = Readonly<{
  period: PeriodWire
  terms: AgreementWire | undefined
  view: PeriodView
  setView: SetView
  closing: ClosingState
}>

/** The line whose reasons are open; closed, the focus is where it came from. */
const useReasons = (statement: PeriodWire['statement'], line: PeriodView['line'], setView: SetView) => {
  const explained = useMemo(() => explainedOf(statement, line), [statement, line])
  const open = (name: LineOrNet) => setView({ line: name, why: undefined, day: undefined })
  const close = () => {
    setView({ line: undefined, why: undefined, day: undefined })
    document.querySelector<HTMLElement>(`button[data-line="${line}"]`)?.focus()
  }
  return { explained, open, close }
}

const Body = ({ period: shown, terms, view, setView, closing }: BodyProps) => {
  const { statement, standing } = shown
  // Amounts are as stated; what of them is in dispute is so now.
  const now = useMemo(() => ({ ...statement, totals: standing.totals }), [statement, standing.totals])
  const onLatest = () => {
    setView({ v: undefined, line: undefined, why: undefined, day: undefined })
    void closing.changed()
  }
  const client = useQueryClient()
  const { explained, open, close } = useReasons(statement, view.line, setView)
  const since = useSince(shown)
  const nameOf = (line: number) => ({ id: statement.agreement, month: statement.month, version: view.v, line })
  const leave = () => view.against !== undefined && setView({ against: undefined, all: undefined })
  const show = (picture: string) => (kind: 'chart' | 'table') => setView({ table: withTable(view.table, picture, kind === 'table') })
  // An agreement on guarantees and loans alone has no capacity to picture.
  const isOfCapacity = statement.series.blocks.length > 0
  const kindOf = (picture: string) => (isTable(view.table, picture) ? 'table' : 'chart')
  useKeys({
    x: () => setView({ table: pictures.every((picture) => isTable(view.table, picture)) ? undefined : pictures.join('.') }),
    v: () => (view.against === undefined ? setView({ against: 'usual' }) : leave()),
    Escape: () => (explained === undefined ? leave() : close()),
  })
  return (
    <div className={explained === undefined ? 'with-panel' : 'with-panel panel-open'}>
      <div className="page">
        <Head period={shown} setView={setView} closing={closing} />
        <Closing closing={closing} step={view.step} onStep={(step) => setView({ step })} onLatest={onLatest} />
        {view.against === undefined ? null : <Compared period={shown} view={view} setView={setView} onClose={leave} />}
        {isOfCapacity ? (
          <WaterfallPicture statement={statement} shown={kindOf('waterfall')} onShow={show('waterfall')} onOpen={open} />
        ) : null}
        <StatementTable
          statement={now}
          held={standing.held}
          since={since}
          opened={explained?.name}
          onOpen={(name) => (name === explained?.name ? document.getElementById('explain')?.focus() : open(name))}
          onMove={(name) => explained !== undefined && open(name)}
          onHover={(name) => name !== 'net' && void client.prefetchQuery(explanation(nameOf(name)))}
        />
        <Disputes name={closing.name} statement={statement} />
        <PositionsTable statement={statement} />
        {isOfCapacity ? (
          <StatesPicture statement={statement} lanes={terms?.lanes ?? noLanes} shown={kindOf('states')} onShow={show('states')} />
        ) : null}
      </div>
      {explained === undefined ? null : (
        <WhyPanel
          key={explained.name}
          closing={closing}
          explained={explained}
          period={shown}
          terms={terms}
          view={view}
          setView={setView}
          onClose={close}
        />
      )}
    </div>
  )
}

const noLanes: AgreementWire['lanes'] = []

const Skeleton = ({ month, terms }: Readonly<{ month: string; terms: AgreementWire | undefined }>) => (
  <div className="page">
    <header className="period-head">
      <div className="page-head">
        <h1>{isMonth(month) ? monthText(month) : month}</h1>
      </div>
      <p className="opening">
        <span className="bar" style={{ width: 420 }} />
      </p>
    </header>
    <section className="panel picture" aria-label="From accepted capacity to money, loading">
      <header>
        <h2>From accepted capacity to money</h2>
      </header>
      <div className="blank" style={{ height: 206 }} />
    </section>
    <section className="panel">
      <TableSkeleton
        caption="Statement"
        heads={[
          '#',
          'Line',
          'Quantity',
          'Rate',
          `${terms?.guarantor.name ?? 'Guarantor'} pays`,
          `${terms?.operator.name ?? 'Operator'} pays`,
        ]}
        rows={6}
        kind="statement"
      />
    </section>
  </div>
)

/** Who owes whom for a month, is it right, and why. Nothing that was refused or being decided of one month stands on the page of another. */
export const PeriodPage = () => {
  const { id, month } = route.useParams()
  return <MonthPage key={`${id} ${month}`} id={id} month={month} />
}

const MonthPage = ({ id, month }: Readonly<{ id: string; month: string }>) => {
  const view = route.useSearch()
  const navigate = route.useNavigate()
  const terms = useQuery(agreement(id))
  const query = useQuery(period(id, month, view.v))
  const setView: SetView = (more) => void navigate({ search: (now) => ({ ...now, ...more }), replace: true, resetScroll: false })
  const closing = useClosing({ id, month }, query.data)
  useKeys({ a: () => closing.next?.() })
  const net = query.data?.statement.totals.net.amount
  useEffect(() => {
    document.title = `${terms.data?.title ?? id}, ${month} · Offtake`
  }, [terms.data?.title, id, month])
  useEffect(() => {
    if (net !== undefined) announce(`Statement of ${month}, net ${amountText(net)}`)
  }, [net, month])
  const explainFailure = (failure: Failure) => {
    const kind = failure.problem.type.replace('urn:offtake:problem:', '')
    if (['not-over', 'not-closed', 'not-begun', 'outside-term'].includes(kind))
      return (
        <div className="page">
          {kind === 'outside-term' ? null : (
            <header className="period-head">
              <div className="page-head">
                <h1>{monthText(month)}</h1>
                <span className="spring" />
                <CloseActs closing={closing} />
              </div>
            </header>
          )}
          {kind === 'outside-term' ? null : (
            <Closing closing={closing} step={view.step} onStep={(step) => setView({ step })} onLatest={() => void closing.changed()} />
          )}
          <NotClosed kind={kind} id={id} month={month} terms={terms.data} />
        </div>
      )
    if (kind === 'invalid-request') return <Notice title={`${month} is no month`}>A month is written as 2027-09.</Notice>
    return undefined
  }
  return (
    <Answer what="The statement" query={query} skeleton={<Skeleton month={month} terms={terms.data} />} explain={explainFailure}>
      {(data) => <Body period={data} terms={terms.data} view={view} setView={setView} closing={closing} />}
    </Answer>
  )
}
