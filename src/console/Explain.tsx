import { ActionIcon, Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useMemo, useRef } from 'react'
import type { AgreementWire } from '../wire/agreement.ts'
import type { ExplanationWire, PeriodWire } from '../wire/statement.ts'
import type { PeriodView } from './address.ts'
import { announce } from './announce.ts'
import { EvidenceList } from './EvidenceList.tsx'
import { prose } from './dates.ts'
import { amountText } from './format.ts'
import type { Explained } from './explained.ts'
import { InputPicture } from './InputPicture.tsx'
import { explanation } from './queries.ts'
import { ReadingsList } from './ReadingsList.tsx'
import { subjectsOf } from './subjects.ts'
import { everyNode, findNode, treeOf, type TreeNode } from './tree.ts'
import { Tree } from './Tree.tsx'

type ExplainProps = Readonly<{
  explained: Explained
  period: PeriodWire
  terms: AgreementWire | undefined
  view: PeriodView
  setView: (more: PeriodView) => void
  onClose: () => void
  /** Contests the line that is explained; undefined where whoever reads it may not. */
  onDispute?: (() => void) | undefined
}>

const partyName = ({ statement: { parties } }: PeriodWire, id: string): string => parties.find((party) => party.id === id)?.name ?? id

const meteredWord = (root: TreeNode): string => everyNode(root).find(({ input }) => input.source.kind === 'fact')?.input.word ?? ''

const Sentence = ({ explained, explanation: found }: Readonly<{ explained: Explained; explanation: ExplanationWire | undefined }>) => {
  if (explained.line === undefined) return <p className="second">What one side owes for the month, less what it is owed.</p>
  if (found === undefined)
    return (
      <p className="second">
        <span className="bar" style={{ width: '80%' }} />
      </p>
    )
  const { clause, formula } = explained.line
  return (
    <p className="second">
      {prose(found.clause.sentence)}
      {formula === 'recoupment' ? (
        <>
          {' '}
          <Link className="link" to="/agreements/$id" params={{ id: found.agreement }} search={{ settled: clause }}>
            Lines of {clause}
          </Link>
        </>
      ) : null}
    </p>
  )
}

type HeadProps = Readonly<{ explained: Explained; explanation: ExplanationWire | undefined; period: PeriodWire; onClose: () => void }>

const Head = ({ explained, explanation: found, period, onClose }: HeadProps) => {
  const { statement } = period
  return (
    <header>
      <div className="explain-title">
        <span className="third">Why {explained.text}</span>
        <ActionIcon aria-label="Close" onClick={onClose}>
          <span aria-hidden="true">✕</span>
        </ActionIcon>
      </div>
      <p className="explain-amount">
        {amountText(explained.amount)}{' '}
        <span>
          {statement.currency}, {partyName(period, explained.payer)} → {partyName(period, explained.payee)}
        </span>
      </p>
      <Sentence explained={explained} explanation={found} />
    </header>
  )
}

/** Why a line is what it is: amount, clause, tree, the chosen input through the month, evidence, and the readings below it. */
export const Explain = ({ explained, period, terms, view, setView, onClose, onDispute }: ExplainProps) => {
  const { statement } = period
  const { line } = explained
  const name = { id: statement.agreement, month: statement.month, version: view.v, line: line?.number ?? 0 }
  const { data } = useQuery({ ...explanation(name), enabled: line !== undefined })
  const root = useMemo(() => treeOf(explained), [explained])
  const chosen = findNode(root, view.why ?? '') ?? root
  const panel = useRef<HTMLElement>(null)
  useEffect(() => {
    panel.current?.querySelector<HTMLElement>('[role=treeitem][tabindex="0"]')?.focus({ preventScroll: true })
  }, [])
  const choose = (path: string) => setView({ why: path === '' ? undefined : path, day: undefined })
  const copy = () => void navigator.clipboard.writeText(location.href).then(() => announce('Address copied'))
  // An amount without metered facts below it has no readings to choose.
  const metered = everyNode(root).some(({ input }) => input.source.kind === 'fact')
  const fact = chosen.input.source.kind === 'fact' ? chosen.input.source : undefined
  return (
    // The panel itself takes the focus when the amount it belongs to is pressed again.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <aside id="explain" ref={panel} className="explain" aria-label={`Why ${explained.text}`} tabIndex={-1}>
      <Head explained={explained} explanation={data} period={period} onClose={onClose} />
      <Tree
        root={root}
        chosen={chosen.path}
        explained={explained}
        statement={statement}
        assumed={data?.assumed ?? []}
        onChoose={choose}
        setView={setView}
      />
      <InputPicture node={chosen} block={line?.block ?? undefined} series={statement.series} zone={statement.zone} />
      <EvidenceList explained={explained} period={period} explanation={data} chosen={chosen} terms={terms} />
      {fact === undefined ? (
        metered && <p className="explain-hint third">Choose a metered reason, such as {meteredWord(root)}, to see its readings.</p>
      ) : (
        <ReadingsList
          agreement={statement.agreement}
          subjects={subjectsOf(fact.subject, terms)}
          kinds={fact.reading}
          series={statement.series}
          zone={statement.zone}
          month={statement.month}
          day={view.day}
          onDay={(day) => setView({ day })}
        />
      )}
      <footer>
        {line === undefined || onDispute === undefined ? null : <Button onClick={onDispute}>Dispute this line</Button>}
        <Button onClick={copy}>Copy link</Button>
      </footer>
    </aside>
  )
}
