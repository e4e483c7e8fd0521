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
import { hasQuantity, type DisputedInput } from './disputed-input.ts'
import { amountText } from './format.ts'
import { InputWords } from './InputWords.tsx'
import { useOnce } from './once.ts'
import { quantityText } from './StatementTable.tsx'
import { amountHint, typedAmount } from './typed-amount.ts'

const reasons = Object.keys(reasonWords) as RaiseWire['reason'][]
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

type Props = Readonly<{
  name: MonthName
  statement: StatementWire
  line: LineWire
  /** The input that was chosen in its reasons; undefined where it is about the line itself. */ input: DisputedInput | undefined
  onClose: () => void
}>

/** Of a quantity, what the API takes at most. */
const quantityLike = '0.000000000'

/** What is filled in of a dispute, what it would do, and the act itself. */
const useContest = ({ name, statement, line, input, onClose }: Props) => {
  const once = useOnce()
  const [reason, setReason] = useState<RaiseWire['reason']>('evidence')
  const [amount, setAmount] = useState('')
  const [quantity, setQuantity] = useState('')
  const [isAboutInput, setIsAboutInput] = useState(input !== undefined)
  const [proposed, setProposed] = useState('')
  const [text, setText] = useState('')
  const changed = useMonthChanged(name)
  const read = (typed: string) => (typed.trim() === '' ? undefined : typedAmount(typed, line.amount))
  const counted = quantity.trim() === '' ? undefined : typedAmount(quantity, quantityLike)
  const isUnread =
    [amount, proposed].some((typed) => typed.trim() !== '' && read(typed) === undefined) ||
    (quantity.trim() !== '' && counted === undefined)
  const of = { version: statement.version, line: line.number, reason, amount: read(amount), quantity: counted }
  const more = { input: isAboutInput ? input?.path : undefined, proposed: read(proposed) }
  const preview = useQuery({
    queryKey: ['contest', name.id, name.month, statement.version, line.number, read(amount), counted],
    enabled: !isUnread,
    queryFn: () => raise(name, { ...of, text: '–', dryRun: true }, crypto.randomUUID()),
    retry: false,
  })
  const act = useMutation({
    mutationFn: () => once((key) => raise(name, { ...of, ...more, text }, key)),
    onSuccess: async ({ contested }) => {
      announce(`Line ${line.number} disputed: ${amountText(contested.amount)} ${statement.currency} leaves the net`)
      onClose()
      await changed()
    },
  })
  const contested = preview.error === null && !isUnread ? preview.data?.contested : undefined
  const isReady = text.trim() !== '' && contested !== undefined && !act.isPending
  // How much of it is contested is said one way: by what it comes to, or by what it counts.
  const size = {
    amount,
    setAmount: (typed: string) => (setAmount(typed), setQuantity('')),
    quantity,
    setQuantity: (typed: string) => (setQuantity(typed), setAmount('')),
  }
  const fields = { reason, setReason, ...size, proposed, setProposed, text, setText, isAboutInput, setIsAboutInput }
  return { fields, isUnread, contested, act, isReady, error: act.error ?? preview.error }
}

type FieldsProps = Pick<Props, 'line' | 'input'> &
  Readonly<{ fields: ReturnType<typeof useContest>['fields']; currency: string; contested: ContestedWire | undefined }>

const AmountField = ({
  label,
  hint,
  value,
  onChange,
}: Readonly<{ label: string; hint: string; value: string; onChange: (text: string) => void }>) => {
  const id = useId()
  return (
    <div>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className="field number"
        inputMode="decimal"
        autoComplete="off"
        placeholder={hint}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  )
}

/** How much of the line: as an amount or, where a price is put on what it counts, as a quantity of that; and what it should be. */
const SizeFields = ({ fields, line, currency, contested }: Omit<FieldsProps, 'input'>) => {
  const [quantity, unit] = quantityText(line, currency)
  const isCounted = fields.quantity.trim() !== ''
  return (
    <div className="fields">
      <AmountField
        label={`Disputed, ${currency}`}
        hint={isCounted ? (contested === undefined ? '' : amountText(contested.amount)) : `all of it, ${amountText(line.amount)}`}
        value={fields.amount}
        onChange={fields.setAmount}
      />
      {hasQuantity(line) ? (
        <AmountField label={`Or of its quantity, ${unit}`} hint={`of ${quantity}`} value={fields.quantity} onChange={fields.setQuantity} />
      ) : null}
      <AmountField label={`It should be, ${currency}`} hint="if you know" value={fields.proposed} onChange={fields.setProposed} />
    </div>
  )
}

const Fields = ({ fields, line, input, currency, contested }: FieldsProps) => {
  const ids = useId()
  return (
    <>
      {input === undefined ? null : (
        <label className="check">
          <input type="checkbox" checked={fields.isAboutInput} onChange={({ target }) => fields.setIsAboutInput(target.checked)} />
          <span>
            About its input <InputWords of={input} currency={currency} />
          </span>
        </label>
      )}
      <label htmlFor={`${ids}-reason`}>Why</label>
      <select
        id={`${ids}-reason`}
        className="field"
        value={fields.reason}
        onChange={(event) => fields.setReason(event.target.value as RaiseWire['reason'])}
        data-autofocus
      >
        {reasons.map((each) => (
          <option key={each} value={each}>
            {reasonWords[each]}
          </option>
        ))}
      </select>
      <SizeFields {...{ fields, line, currency, contested }} />
      <label htmlFor={`${ids}-text`}>What is contested, and what shows it</label>
      <textarea
        id={`${ids}-text`}
        className="field"
        rows={3}
        maxLength={4000}
        value={fields.text}
        onChange={(event) => fields.setText(event.target.value)}
      />
    </>
  )
}

/** A line of a final statement is contested: filled in is what the line says, asked is why, how much, and what it should be. */
export const DisputeDialogue = (props: Props) => {
  const { statement, line, input, onClose } = props
  const { currency } = statement
  const { fields, isUnread, contested, act, isReady, error } = useContest(props)
  return (
    <Dialogue
      title={`Dispute line ${line.number}, ${line.text}`}
      opened
      onClose={onClose}
      onSubmit={() => isReady && act.mutate()}
      error={error}
      acts={
        <>
          <Button onClick={onClose}>Not now</Button>
          <Button type="submit" className="primary" disabled={!isReady}>
            {act.isPending ? 'Disputing …' : contested === undefined ? 'Dispute' : `Dispute ${amountText(contested.amount)} ${currency}`}
          </Button>
        </>
      }
    >
      <p className="second">
        {monthText(statement.month)}, version {statement.version}: {amountText(line.amount)} {currency}, {nameOf(statement, line.payer)} to{' '}
        {nameOf(statement, line.payee)}.
      </p>
      <Fields {...{ fields, line, input, currency, contested }} />
      {isUnread ? <p className="second">{amountHint}</p> : null}
      {contested === undefined ? null : <Preview contested={contested} statement={statement} />}
    </Dialogue>
  )
}
