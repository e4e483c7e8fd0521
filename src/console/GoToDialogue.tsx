import { Modal } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { Command } from 'cmdk'
import { useDeferredValue, useEffect, useState } from 'react'
import type { AgreementsWire } from '../wire/agreement.ts'
import type { FactoriesWire } from '../wire/factory.ts'
import type { HitWire } from '../wire/search.ts'
import { monthInWords } from '../core/base/month-words.ts'
import { monthText } from './dates.ts'
import { destinationsOf } from './destinations.ts'
import { factories } from './factory-queries.ts'
import { amountText, shortHash } from './format.ts'
import { useOfferedVerbs } from './page-verbs.ts'
import { agreements } from './queries.ts'
import { useSession } from './session.ts'
import { sectionsOf } from './settings-sections.tsx'
import { hits } from './today-queries.ts'
import './go-to.css'

/** What can be chosen: where it leads, or what it does. */
type Choice = Readonly<{ id: string; name: string; note: string; to?: string; act?: () => void; key?: string | undefined }>

const kindWords: Readonly<Record<HitWire['kind'], string>> = {
  agreement: 'Agreements',
  month: 'Periods',
  amount: 'Amounts',
  clause: 'Clauses',
  factory: 'Factories',
  hall: 'Halls',
  order: 'Orders',
  statement: 'Statements by hash',
  version: 'Documents by hash',
  journal: 'Journals',
}

const period = ({ agreement, month, version, line, place }: HitWire): string => {
  const view = [
    version === null || version === 0 ? '' : `v=${version}`,
    line === null ? (place === 'net' ? 'line=net' : '') : `line=${line}`,
  ]
  const search = view.filter((each) => each !== '').join('&')
  return `/agreements/${agreement}/periods/${month}${search === '' ? '' : `?${search}`}`
}

const hitChoice = (hit: HitWire): Choice => {
  const { kind, id, agreement, title, month, place, amount, currency, line } = hit
  const of = (name: string, note: string, to: string): Choice => ({
    id: `${kind} ${agreement} ${month} ${line} ${place} ${id}`,
    name,
    note,
    to,
  })
  switch (kind) {
    case 'agreement':
      return of(title ?? id, id, `/agreements/${id}`)
    case 'month':
      return of(`${title}, ${monthText(id)}`, hit.version === 0 ? 'not closed' : '', `/agreements/${agreement}/periods/${id}`)
    case 'amount':
      return of(
        `${amountText(amount ?? id)} ${currency}`,
        `${title}, ${monthText(month!)}, ${line === null ? place : `line ${line}`}`,
        period(hit),
      )
    case 'clause':
      return of(id, title ?? '', `/agreements/${agreement}`)
    case 'factory':
      return of(id, title ?? '', `/factories/${id}`)
    case 'hall':
      return of(`${place}, ${id}`, title ?? '', `/factories/${place}/${id}`)
    case 'order':
      return of(id, '', `/orders/${id}`)
    case 'statement':
    case 'journal':
      return of(
        `${title}, ${monthText(month!)}, version ${hit.version}`,
        kind === 'journal' ? `book of ${place}` : shortHash(id),
        period({ ...hit, place: null }),
      )
    case 'version':
      return of(`${title}, version ${hit.version}`, shortHash(id), `/agreements/${agreement}`)
  }
}

/** What this browser knows already, so that it is there before the server has answered. */
const useKnown = (question: string): Choice[] => {
  const client = useQueryClient()
  const rows = client.getQueryData<AgreementsWire>(agreements.queryKey)?.agreements ?? []
  const places = client.getQueryData<FactoriesWire>(factories.queryKey)?.factories ?? []
  const words = question.toLowerCase().split(/\s+/)
  const is = (text: string) => words.every((word) => text.toLowerCase().includes(word))
  const month = monthInWords(question)
  return [
    ...rows
      .filter(({ id, title }) => is(`${id} ${title}`))
      .map(({ id, title }): Choice => ({ id: `agreement ${id}`, name: title, note: id, to: `/agreements/${id}` })),
    ...rows.flatMap(({ id, title }): Choice[] =>
      month === undefined
        ? []
        : [{ id: `month ${id}`, name: `${title}, ${monthText(month)}`, note: '', to: `/agreements/${id}/periods/${month}` }],
    ),
    ...places
      .filter(({ id, region }) => is(`${id} ${region}`))
      .map(({ id, title }): Choice => ({ id: `factory ${id}`, name: id, note: title, to: `/factories/${id}` })),
  ]
}

const Group = ({
  heading,
  choices,
  onChoose,
}: Readonly<{ heading: string; choices: readonly Choice[]; onChoose: (choice: Choice) => void }>) =>
  choices.length === 0 ? null : (
    <Command.Group heading={heading}>
      {choices.map((choice) => (
        <Command.Item key={choice.id} value={choice.id} onSelect={() => onChoose(choice)}>
          <span>{choice.name}</span>
          <span className="third">{choice.note}</span>
          {choice.key === undefined ? null : <kbd>{choice.key}</kbd>}
        </Command.Item>
      ))}
    </Command.Group>
  )

/** Milliseconds that typing rests before the server is asked. */
const restMs = 120
const useRested = (text: string): string => {
  const [rested, setRested] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setRested(text), restMs)
    return () => clearTimeout(timer)
  }, [text])
  return rested
}

type Found = Readonly<{ groups: readonly Readonly<{ heading: string; choices: readonly Choice[] }>[]; nothing: string }>

/** What a question finds, in the order in which it is shown: what this page does, pages, and objects. */
const useFound = (question: string): Found => {
  const who = useSession()
  const known = useKnown(question)
  const asked = useRested(question.trim())
  const { data, error, isFetching } = useQuery(hits(asked))
  const words = question.toLowerCase()
  const is = (text: string) => words.split(/\s+/).every((word) => text.toLowerCase().includes(word))
  const pages = [
    ...destinationsOf(who?.may ?? []).map(({ key, to, name }): Choice => ({ id: `page ${to}`, name, note: '', to, key: `g ${key}` })),
    ...sectionsOf(who).map(({ id, name }): Choice => ({ id: `section ${id}`, name: `Settings: ${name}`, note: '', to: `/settings/${id}` })),
  ].filter(({ name }) => is(name))
  const verbs = useOfferedVerbs()
    .filter(({ name }) => is(name))
    .map(({ name, key, act }): Choice => ({ id: `verb ${name}`, name, note: '', act, key }))
  const found = data?.question === question.trim() ? data.hits : []
  const isAnswered = found.length > 0 || question.trim() === ''
  const here = isAnswered && question.trim() !== '' ? [] : question === '' ? known.slice(0, 8) : known
  const groups = [
    { heading: 'This page', choices: verbs },
    { heading: 'Pages', choices: pages },
    { heading: 'Here already', choices: here },
    ...[...Map.groupBy(found, ({ kind }) => kind)].map(([kind, own]) => ({ heading: kindWords[kind], choices: own.map(hitChoice) })),
  ]
  const nothing =
    isFetching || asked !== question.trim() ? 'Looking …' : (error?.message ?? 'Nothing here has that name, id, month or amount.')
  return { groups, nothing }
}

/** Objects by name, id, month, hash or amount; pages; and what this page can do. */
export const GoToDialogue = ({ onClose }: Readonly<{ onClose: (went: boolean) => void }>) => {
  const [question, setQuestion] = useState('')
  const deferred = useDeferredValue(question)
  const { groups, nothing } = useFound(deferred)
  // The first of what is found, however late it comes, unless one has moved to another since the question was last changed.
  const [moved, setMoved] = useState({ question: '', id: '' })
  const ids = groups.flatMap(({ choices }) => choices.map(({ id }) => id))
  const selected = moved.question === deferred && ids.includes(moved.id) ? moved.id : (ids[0] ?? '')
  const { history } = useRouter()
  const choose = ({ to, act }: Choice): void => {
    onClose(to !== undefined)
    if (to !== undefined) history.push(to)
    act?.()
  }
  return (
    <Modal.Root opened onClose={() => onClose(false)} size={620} yOffset="12vh" returnFocus={false} transitionProps={{ duration: 0 }}>
      <Modal.Overlay />
      <Modal.Content aria-label="Go to or do">
        <Command
          label="Go to or do"
          shouldFilter={false}
          loop
          value={selected}
          onValueChange={(id) => setMoved({ question: deferred, id })}
          className="go-to-command"
        >
          <Command.Input
            value={question}
            onValueChange={setQuestion}
            placeholder="A name, month, hash, or: explain 16,096,464.00"
            // Whoever asked for the dialogue writes in it: what is typed at once is not lost to the page behind.
            // oxlint-disable-next-line jsx-a11y/no-autofocus
            autoFocus
            data-autofocus
            maxLength={200}
          />
          <Command.List label="What there is">
            <Command.Empty>{nothing}</Command.Empty>
            {groups.map(({ heading, choices }) => (
              <Group key={heading} heading={heading} choices={choices} onChoose={choose} />
            ))}
          </Command.List>
        </Command>
      </Modal.Content>
    </Modal.Root>
  )
}
