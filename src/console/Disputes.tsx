import { Button } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useId, useState, type FormEvent } from 'react'
import type { DisputesWire, DisputeWire } from '../wire/dispute.ts'
import type { StatementWire } from '../wire/statement.ts'
import { announce } from './announce.ts'
import { disputes as disputesQuery, rule, say, useMonthChanged, type MonthName, type Ruling } from './close-queries.ts'
import { disputeStatus, reasonWords, whenText } from './close-words.ts'
import { dayText, secondsOf } from './dates.ts'
import { findInput } from './disputed-input.ts'
import { ageText, amountText, decimalText } from './format.ts'
import { InputWords } from './InputWords.tsx'
import { useOnce } from './once.ts'
import { useActing, useMay } from './session.ts'
import { quantityText } from './StatementTable.tsx'
import { amountHint, typedAmount } from './typed-amount.ts'

const isSome = (amount: string): boolean => /[1-9]/.test(amount)
const nameOf = ({ parties }: StatementWire, id: string): string => parties.find((party) => party.id === id)?.name ?? id

type Of = Readonly<{ dispute: DisputeWire; statement: StatementWire; zone: string }>

const Message = ({
  message,
  statement,
  zone,
}: Readonly<{ message: DisputeWire['messages'][number]; statement: StatementWire; zone: string }>) => (
  <li className={message.internal ? 'message internal' : 'message'}>
    <p className="third">
      {message.by.name}, {nameOf(statement, message.party)}, {whenText(message.at, zone)}
      {message.internal ? ' · note for your own party' : ''}
    </p>
    <p>{message.text}</p>
  </li>
)

const Thread = ({ dispute, statement, zone }: Of) => (
  <ul className="thread">
    <Message
      message={{
        number: 0,
        internal: false,
        by: dispute.by,
        party: dispute.party,
        at: dispute.at,
        text: dispute.text === '' ? 'What the two parties say about it is read by them alone.' : dispute.text,
      }}
      statement={statement}
      zone={zone}
    />
    {dispute.messages.map((message) => (
      <Message key={message.number} message={message} statement={statement} zone={zone} />
    ))}
    {dispute.ruling === null ? null : (
      <li className="message">
        <p className="third">
          {dispute.ruling.by.name}, {nameOf(statement, dispute.ruling.party)}, {whenText(dispute.ruling.at, zone)}
        </p>
        <p>
          <b>
            {disputeStatus[dispute.ruling.verdict]}: {amountText(dispute.ruling.upheld)} of {amountText(dispute.amount)}{' '}
            {statement.currency} upheld.
          </b>{' '}
          {dispute.ruling.text}
        </p>
        <p className="third">
          {isSome(dispute.ruling.upheld)
            ? `The line stays payable as stated; ${amountText(dispute.ruling.upheld)} ${statement.currency} come as a credit on the next month that closes.`
            : 'The line stays payable as stated.'}
        </p>
      </li>
    )}
  </ul>
)

/** Which input of the line it is about and how much of its quantity, as whoever contests it said; nothing where they said neither. */
const About = ({ dispute: { input, quantity, version, lineKey }, statement }: Omit<Of, 'zone'>) => {
  if (input === null && quantity === null) return null
  const line = statement.lines.find(({ key }) => key === lineKey)
  // Values are those of the version that was read.
  const found = line === undefined || statement.version !== version ? undefined : findInput(line, input ?? undefined)
  return (
    <p className="second">
      {input === null ? null : (
        <>
          About its input{' '}
          {found === undefined ? (
            <>
              <code>{input}</code>, of version {version}
            </>
          ) : (
            <InputWords of={found} currency={statement.currency} />
          )}
          .
        </>
      )}
      {quantity === null
        ? null
        : ` Of its quantity ${decimalText(quantity)} ${line === undefined ? '' : quantityText(line, statement.currency)[1]}.`}
    </p>
  )
}

type AnswerProps = Readonly<{ name: MonthName; dispute: DisputeWire; statement: StatementWire }>

/** What is written under a dispute, and what is done with it. */
const useAnswer = ({ name, dispute }: AnswerProps) => {
  const [text, setText] = useState('')
  const [internal, setInternal] = useState(false)
  const once = useOnce()
  const changed = useMonthChanged(name)
  const done = async (words: string): Promise<void> => {
    announce(words)
    setText('')
    await changed()
  }
  const saying = useMutation({
    mutationFn: () => once((key) => say(name, dispute.id, { text, internal }, key)),
    onSuccess: () => done(internal ? 'Noted' : 'Answered'),
  })
  const ruling = useMutation({
    mutationFn: (said: Omit<Ruling, 'text'>) => once((key) => rule(name, dispute.id, { ...said, text }, key)),
    onSuccess: ({ status }) => done(`Dispute ${disputeStatus[status].toLowerCase()}`),
  })
  const isReady = text.trim() !== '' && !saying.isPending && !ruling.isPending
  return { text, setText, internal, setInternal, saying, ruling, isReady, error: saying.error ?? ruling.error }
}

type RulingProps = AnswerProps & Readonly<{ isReady: boolean; onRule: (said: Omit<Ruling, 'text'>) => void }>

/** The end of a dispute, for whom it is put to: with the words of the answer. */
const RulingActs = ({ dispute, statement, isReady, onRule }: RulingProps) => {
  const field = useId()
  const [upheld, setUpheld] = useState('')
  const part = typedAmount(upheld, dispute.amount)
  const isUnread = upheld.trim() !== '' && part === undefined
  return (
    <p className="decision-acts">
      {isUnread ? <span className="second">{amountHint}</span> : null}
      <Button disabled={!isReady} onClick={() => onRule({ verdict: 'accepted' })}>
        Accept {amountText(dispute.amount)} {statement.currency}
      </Button>
      <label htmlFor={field} className="hidden">
        Part that is accepted, {statement.currency}
      </label>
      <input
        id={field}
        className="field number part"
        inputMode="decimal"
        autoComplete="off"
        placeholder="a part"
        value={upheld}
        onChange={(event) => setUpheld(event.target.value)}
      />
      <Button disabled={!isReady || part === undefined} onClick={() => part !== undefined && onRule({ verdict: 'partly', upheld: part })}>
        {part === undefined ? 'Accept a part' : `Accept ${amountText(part)} of it`}
      </Button>
      <Button disabled={!isReady} onClick={() => onRule({ verdict: 'rejected' })}>
        Reject
      </Button>
    </p>
  )
}

/** An answer to the other party, a note for one's own, or, for whom it is put to, the end of it. */
const Answering = (props: AnswerProps) => {
  const field = useId()
  const { text, setText, internal, setInternal, saying, ruling, isReady, error } = useAnswer(props)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (isReady) saying.mutate()
  }
  return (
    <form className="decision answering" onSubmit={submit}>
      <label htmlFor={field}>Answer</label>
      <textarea id={field} className="field" rows={2} maxLength={4000} value={text} onChange={(event) => setText(event.target.value)} />
      {error === null ? null : (
        <p className="refusal" role="alert">
          {error.message}
        </p>
      )}
      <p className="decision-acts">
        <label className="check">
          <input type="checkbox" checked={internal} onChange={(event) => setInternal(event.target.checked)} /> Note for your own party alone
        </label>
        <span className="spring" />
        <Button type="submit" disabled={!isReady}>
          {internal ? 'Note' : 'Send'}
        </Button>
      </p>
      {props.dispute.mayRule ? <RulingActs {...props} isReady={isReady} onRule={(said) => ruling.mutate(said)} /> : null}
    </form>
  )
}

/** What is contested; once that is ruled on, how much of it was upheld. */
const sizeText = ({ amount, ruling }: DisputeWire): string =>
  ruling === null ? amountText(amount) : `${amountText(ruling.upheld)} of ${amountText(amount)}`

const One = ({
  name,
  dispute,
  statement,
  told,
}: Readonly<{ name: MonthName; dispute: DisputeWire; statement: StatementWire; told: DisputesWire }>) => {
  const acting = useActing()
  const isParty = useMay('disputes:raise') && [statement.guarantor.id, statement.operator.id].includes(acting?.party ?? '')
  const open = dispute.status === 'open'
  const age = open ? `open for ${ageText(Math.max(0, secondsOf(told.now) - secondsOf(dispute.at)))}` : ''
  return (
    <details className="dispute" open={open}>
      <summary>
        <span className={open ? 'pill breach' : 'pill'}>{disputeStatus[dispute.status]}</span>{' '}
        <b>
          Line {dispute.line}, {sizeText(dispute)} {statement.currency}
          {dispute.ruling === null ? '' : ' upheld'}
        </b>{' '}
        <span className="second">
          {reasonWords[dispute.reason]}
          {dispute.proposed === null ? '' : `: it should be ${amountText(dispute.proposed)}`}
        </span>{' '}
        <span className="third">{age}</span>
      </summary>
      <About dispute={dispute} statement={statement} />
      <Thread dispute={dispute} statement={statement} zone={told.zone} />
      {open && isParty ? <Answering name={name} dispute={dispute} statement={statement} /> : null}
    </details>
  )
}

/** The disputes of a month with their threads, on the clock of the agreement; nothing where there is none. */
export const Disputes = ({ name, statement }: Readonly<{ name: MonthName; statement: StatementWire }>) => {
  const { data } = useQuery(disputesQuery(name))
  if (data === undefined || data.disputes.length === 0) return null
  return (
    <section className="panel disputes" aria-label="Disputes" id="disputes">
      <header>
        <h2>Disputes</h2>
        <span className="third">
          {data.zone}
          {data.dueOn === null ? '' : `; the statement is due ${dayText(data.dueOn)}`}. A ruling is stated by the next close, as a
          correction.
        </span>
      </header>
      {data.disputes.map((dispute) => (
        <One key={dispute.id} name={name} dispute={dispute} statement={statement} told={data} />
      ))}
    </section>
  )
}
