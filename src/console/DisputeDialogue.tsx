import { Button } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useId, useState } from 'react'
import type { ContestedWire, RaiseWire } from '../wire/dispute.ts'
import type { LineWire, StatementWire } from '../wire/statement.ts'
import { announce } from './announce.ts'
import { raise, useMonthChanged, type MonthName } from './close-queries.ts'
import { reasonWords } from './close-words.ts'
import { monthText } from './dates.ts'
import { Dialogue } from './Dialogue.tsx'
import { amountText } from './format.ts'

const reasons = Object.keys(reasonWords) as RaiseWire['reason'][]
const plain = (text: string): string => text.trim().replaceAll(',', '')
const nameOf = ({ parties }: StatementWire, id: string | null): string => parties.find((party) => party.id === id)?.name ?? ''

/** What would leave the net, and what stays payable. */
const Preview = ({ contested, statement }: Readonly<{ contested: ContestedWire; statement: StatementWire }>) => {
  const { amount, after, currency } = contested
  const stays =
    after.payer === null
      ? 'nothing stays payable'
      : `${amountText(after.amount)} stays payable, ${nameOf(statement, after.payer)} to ${nameOf(statement, after.payee)}`
  return (
    <p className="preview" role="status">
      <b>
        {amountText(amount)} {currency}
      </b>{' '}
      leaves the net; {stays}.
    </p>
  )
}

type Props = Readonly<{ name: MonthName; statement: StatementWire; line: LineWire; input: string | undefined; onClose: () => void }>

/** A line of a final statement is contested: filled in is what the line says, asked is why, how much, and what it should be. */
export const DisputeDialogue = ({ name, statement, line, input, onClose }: Props) => {
  const [ids, key] = [useId(), useState(() => crypto.randomUUID())[0]]
  const [reason, setReason] = useState<RaiseWire['reason']>('evidence')
  const [amount, setAmount] = useState('')
  const [proposed, setProposed] = useState('')
  const [text, setText] = useState('')
  const changed = useMonthChanged(name)
  const body = (more: Partial<RaiseWire>): RaiseWire => ({
    version: statement.version,
    line: line.number,
    reason,
    text,
    ...(input === undefined ? {} : { input }),
    ...(plain(amount) === '' ? {} : { amount: plain(amount) }),
    ...(plain(proposed) === '' ? {} : { proposed: plain(proposed) }),
    ...more,
  })
  const preview = useQuery({
    queryKey: ['contest', name.id, name.month, statement.version, line.number, plain(amount)],
    queryFn: () => raise(name, body({ dryRun: true, text: text.trim() === '' ? '–' : text }), crypto.randomUUID()),
    retry: false,
  })
  const act = useMutation({
    mutationFn: () => raise(name, body({}), key),
    onSuccess: async ({ contested }) => {
      announce(`Line ${line.number} disputed: ${amountText(contested.amount)} ${statement.currency} leaves the net`)
      onClose()
      await changed()
    },
  })
  const ready = text.trim() !== '' && preview.data !== undefined && preview.error === null && !act.isPending
  return (
    <Dialogue
      title={`Dispute line ${line.number}, ${line.text}`}
      opened
      onClose={onClose}
      onSubmit={() => ready && act.mutate()}
      error={act.error ?? preview.error}
      acts={
        <>
          <Button onClick={onClose}>Not now</Button>
          <Button type="submit" className="primary" disabled={!ready}>
            {act.isPending
              ? 'Disputing …'
              : preview.data === undefined
                ? 'Dispute'
                : `Dispute ${amountText(preview.data.contested.amount)} ${statement.currency}`}
          </Button>
        </>
      }
    >
      <p className="second">
        {monthText(statement.month)}, version {statement.version}: {amountText(line.amount)} {statement.currency},{' '}
        {nameOf(statement, line.payer)} to {nameOf(statement, line.payee)}.
      </p>
      <label htmlFor={`${ids}-reason`}>Why</label>
      <select
        id={`${ids}-reason`}
        className="field"
        value={reason}
        onChange={(event) => setReason(event.target.value as RaiseWire['reason'])}
        data-autofocus
      >
        {reasons.map((each) => (
          <option key={each} value={each}>
            {reasonWords[each]}
          </option>
        ))}
      </select>
      <div className="fields">
        <div>
          <label htmlFor={`${ids}-amount`}>Disputed, {statement.currency}</label>
          <input
            id={`${ids}-amount`}
            className="field number"
            inputMode="decimal"
            autoComplete="off"
            placeholder={`all of it, ${amountText(line.amount)}`}
            value={amount}
            onChange={(event) => setAmount(event.target.value)}
          />
        </div>
        <div>
          <label htmlFor={`${ids}-proposed`}>It should be, {statement.currency}</label>
          <input
            id={`${ids}-proposed`}
            className="field number"
            inputMode="decimal"
            autoComplete="off"
            placeholder="if you know"
            value={proposed}
            onChange={(event) => setProposed(event.target.value)}
          />
        </div>
      </div>
      <label htmlFor={`${ids}-text`}>What is contested, and what shows it</label>
      <textarea
        id={`${ids}-text`}
        className="field"
        rows={3}
        maxLength={4000}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {preview.data === undefined ? null : <Preview contested={preview.data.contested} statement={statement} />}
    </Dialogue>
  )
}
