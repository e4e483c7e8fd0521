import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useEffect, useMemo, type ReactNode } from 'react'
import type { AgreementWire, SentenceWire } from '../wire/agreement.ts'
import { isTable, withTable, type AgreementView } from './address.ts'
import { CapsTable, ClausesTable, PeriodsTable, VersionsTable } from './AgreementTables.tsx'
import { Answer, TableSkeleton } from './Answer.tsx'
import { DateField } from './DateField.tsx'
import { dateText } from './dates.ts'
import { countText } from './format.ts'
import { useKeys } from './keys.ts'
import { agreement, periods } from './queries.ts'
import { useMay } from './session.ts'
import { TermPicture } from './TermPicture.tsx'
import { TermsTable } from './TermsTable.tsx'
import { leavesOf, readChanges, writeChanges, type Leaf } from './what-if.ts'
import { WhatIfPanel } from './WhatIfPanel.tsx'

const route = getRouteApi('/agreements/$id')

type HeadProps = Readonly<{ agreement: AgreementWire; onKnown: (known: string | undefined) => void }>

const Head = ({ agreement: { id, title, operator, guarantor, term, zone, currency, blocks, knownOn }, onKnown }: HeadProps) => {
  const supported = blocks.filter((block) => block.supported)
  const gpus = supported.reduce((sum, block) => sum + block.gpus, 0)
  const may = useMay('agreements:amend')
  return (
    <header className="period-head">
      <div className="page-head">
        <h1>{title}</h1>
        <span className="second">
          {operator.name} ↔ {guarantor.name}
        </span>
        <span className="spring" />
        {may ? (
          <Button component={Link} to="/agreements/$id/amendments" params={{ id } as never}>
            Amend
          </Button>
        ) : null}
      </div>
      <p className="opening">
        {gpus === 0
          ? 'No capacity'
          : `${countText(gpus)} ${[...new Set(supported.map(({ sku }) => sku))].join(' and ')} in ${[...new Set(supported.map(({ region }) => region))].join(', ')}`}
        , from {dateText(term.from)} through {dateText(term.through)}.
      </p>
      <p className="third">
        Local dates of {zone}; amounts in {currency}.{' '}
        <label className="known">
          As known on{' '}
          <DateField
            label="As known on"
            value={knownOn ?? ''}
            onChange={(date) => date !== undefined && onKnown(date === '' ? undefined : date)}
          />
        </label>
        {knownOn === null ? null : (
          <>
            {' '}
            <span className="pill attention">Versions, acceptances and statements recorded by {dateText(knownOn)}</span>{' '}
            <button type="button" className="quiet" onClick={() => onKnown(undefined)}>
              All that is known
            </button>
          </>
        )}
      </p>
    </header>
  )
}

const Periods = ({ terms }: Readonly<{ terms: AgreementWire }>) => {
  const query = useQuery(periods(terms.id, terms.knownOn ?? undefined))
  return (
    <Answer
      what="The list of periods"
      query={query}
      skeleton={
        <section className="panel">
          <TableSkeleton caption="Periods" heads={['Month', 'State', 'Net']} rows={6} />
        </section>
      }
    >
      {(data) => <PeriodsTable agreement={terms} periods={data} />}
    </Answer>
  )
}

const Skeleton = () => (
  <div className="page">
    <header className="period-head">
      <div className="page-head">
        <h1>
          <span className="bar" style={{ width: 220 }} />
        </h1>
      </div>
      <p className="opening">
        <span className="bar" style={{ width: 420 }} />
      </p>
    </header>
    <section className="panel picture">
      <header>
        <h2>Through the term</h2>
      </header>
      <div className="blank" style={{ height: 300 }} />
    </section>
    <section className="panel">
      <TableSkeleton caption="Clauses" heads={['Clause', 'Kind', 'Payer', 'Payee', 'Covers', 'From', 'Through', 'Settled']} rows={2} />
    </section>
  </div>
)

/** The sentence whose values a question changes. */
const sentenceOf = ({ sentences, versions }: AgreementWire, asked: readonly Leaf[]): SentenceWire | undefined =>
  sentences.find(
    (sentence) =>
      sentence.version === versions.at(-1)?.version &&
      leavesOf(sentence).some(({ pointer }) => asked.some((each) => each.pointer === pointer)),
  )

type BodyProps = Readonly<{
  data: AgreementWire
  view: AgreementView
  set: (more: AgreementView) => void
  ask: (sentence: SentenceWire) => void
  children: ReactNode
}>

const Body = ({ data, view, set, ask, children }: BodyProps) => {
  const asked = useMemo(() => readChanges(view.if), [view.if])
  const sentence = sentenceOf(data, asked)
  const close = () => {
    set({ if: undefined })
    document.querySelector<HTMLElement>(`button[data-ask="${CSS.escape(sentence?.pointer ?? '')}"]`)?.focus()
  }
  useKeys({ Escape: () => sentence !== undefined && close() })
  return (
    <div className={sentence === undefined ? 'with-panel' : 'with-panel panel-open'}>
      <div className="page">
        <Head agreement={data} onKnown={(known) => set({ known })} />
        <div className="columns">
          <div className="column">
            {children}
            <CapsTable agreement={data} />
          </div>
          <div className="column side">
            <Periods terms={data} />
            <VersionsTable agreement={data} />
          </div>
        </div>
        <ClausesTable agreement={data} settled={view.settled} onSettled={(settled) => set({ settled })} />
        {data.blocks.length === 0 ? null : <TermsTable agreement={data} onAsk={ask} />}
      </div>
      {sentence === undefined ? null : (
        <WhatIfPanel
          agreement={data}
          sentence={sentence}
          asked={asked}
          onAsk={(leaves) => set({ if: writeChanges(leaves) })}
          onClose={close}
        />
      )}
    </div>
  )
}

/** What was promised. */
export const AgreementPage = () => {
  const { id } = route.useParams()
  const view = route.useSearch()
  const navigate = route.useNavigate()
  const query = useQuery({
    ...agreement(id, view.known),
    // As known on another date: the page stays while that is read. Another agreement is never shown in its place.
    placeholderData: (shownNow: AgreementWire | undefined) => (shownNow?.id === id ? shownNow : undefined),
  })
  const show = (shown: 'chart' | 'table') =>
    void navigate({
      search: (now) => ({ ...now, table: withTable(view.table, 'term', shown === 'table') }),
      replace: true,
      resetScroll: false,
      hash: true,
    })
  const shown = isTable(view.table, 'term') ? 'table' : 'chart'
  useKeys({ x: () => show(shown === 'chart' ? 'table' : 'chart') })
  const set = (more: AgreementView) =>
    void navigate({ search: (now) => ({ ...now, ...more }), replace: true, resetScroll: false, hash: true })
  const ask = ({ pointer, value }: SentenceWire) => set({ if: writeChanges(leavesOf({ pointer, value })) })
  const title = query.data?.title
  useEffect(() => {
    document.title = `${title ?? id} · Offtake`
  }, [title, id])
  return (
    <Answer what="The agreement" query={query} skeleton={<Skeleton />}>
      {(data) => (
        <Body data={data} view={view} set={set} ask={ask}>
          {data.blocks.length === 0 ? (
            <TermsTable agreement={data} onAsk={ask} />
          ) : (
            <TermPicture agreement={data} shown={shown} onShow={show} />
          )}
        </Body>
      )}
    </Answer>
  )
}
