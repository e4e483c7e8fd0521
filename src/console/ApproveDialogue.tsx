import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useId, useState } from 'react'
import type { PeriodWire, StatementWire } from '../wire/statement.ts'
import type { ProgressWire } from '../wire/close.ts'
import { announce } from './announce.ts'
import { approve, useMonthChanged, type MonthName } from './close-queries.ts'
import { sinceText, whenText } from './close-words.ts'
import { monthText } from './dates.ts'
import { Dialogue } from './Dialogue.tsx'
import { amountText, shortHash } from './format.ts'
import { NoSales } from './NoSales.tsx'
import { useOnce } from './once.ts'
import { amountHint, typedAmount } from './typed-amount.ts'

/** What came since it was prepared, and that whoever approves knows of it. */
const Overtaken = ({ since, knows, onKnow }: Readonly<{ since: string; knows: boolean; onKnow: (knows: boolean) => void }>) => (
  <div className="close-note">
    <p>{since}. It becomes final only if that changes nothing: prepare it again to see what it comes to.</p>
    <label className="check">
      <input type="checkbox" checked={knows} onChange={(event) => onKnow(event.target.checked)} />I know, and approve it all the same
    </label>
  </div>
)

const WhatBecomesFinal = ({ draft, zone, hash }: Pick<ProgressWire, 'draft' | 'zone'> & Readonly<{ hash: string }>) => (
  <p className="second">
    {draft === null ? null : `Prepared by ${draft.preparedBy.name}, ${whenText(draft.at, zone)}. `}
    {draft?.approvals.map((each) => `Approved by ${each.by.name} for the ${each.side}, ${whenText(each.at, zone)}. `)}
    What becomes final is this document, <code>{shortHash(hash)}</code>, line by line, or nothing.
  </p>
)

/** What was typed and is not the net. */
const OtherNet = ({ net, amount }: Readonly<{ net: string; amount: string }>) => {
  const typed = typedAmount(net, amount)
  // Not before as much is typed as it takes.
  if (typed === amount || net.trim().length < amount.length) return null
  return <p className="second">{typed === undefined ? amountHint : `The net is ${amountText(amount)}, not ${amountText(typed)}.`}</p>
}

const isSome = (amount: string): boolean => /[1-9]/.test(amount)

/** Why what is typed is another amount than the one that is payable: what is in dispute, what is not netted, what others owe. Nothing where it is not. */
const NetInWords = ({ statement: { totals, currency, guarantor, operator } }: Readonly<{ statement: StatementWire }>) => {
  const money = (amount: string) => `${amountText(amount)} ${currency}`
  const held = [totals.guarantorHeld, totals.operatorHeld].filter(isSome)
  const said = [
    ...(held.length === 0
      ? []
      : [
          `The net of all lines is ${money(totals.net.amount)}. Of them ${held.map(money).join(' and ')} are in dispute, so ${money(totals.payable.amount)} are payable until that is ruled on.`,
        ]),
    ...(totals.netting
      ? []
      : [
          `The two are not netted: ${guarantor.name} pays ${money(totals.guarantorPays)}, ${operator.name} ${money(totals.operatorPays)}. What is typed is their difference.`,
        ]),
    ...(totals.others.some(({ net }) => net.payer !== null)
      ? [`It is the net of ${guarantor.name} and ${operator.name}; what others owe is approved with it.`]
      : []),
  ]
  return said.length === 0 ? null : <p>{said.join(' ')}</p>
}

type Props = Readonly<{ name: MonthName; period: PeriodWire; progress: ProgressWire; onClose: () => void }>

/** One side approves what it reads, by typing its net: nobody approves by a slip of a key. */
export const ApproveDialogue = ({ name, period: { statement, hash }, progress, onClose }: Props) => {
  const field = useId()
  const [net, setNet] = useState('')
  const once = useOnce()
  const changed = useMonthChanged(name)
  const { amount } = statement.totals.net
  const { side, zone } = progress
  // The version that is approved is the one that was read, and what is told here is of that one alone.
  const draft = progress.draft?.version === statement.version ? progress.draft : null
  const since = sinceText(draft)
  const [knows, setKnows] = useState(false)
  const act = useMutation({
    mutationFn: () => once((key) => approve(name, statement.version, { net, hash, despiteNews: since !== undefined && knows }, key)),
    // What is refused because something came meanwhile is said by what is read anew.
    onError: changed,
    onSuccess: async ({ approved }) => {
      announce(
        approved
          ? `Version ${statement.version} has both approvals and is being closed`
          : `Version ${statement.version} approved for the ${side}, net ${amountText(amount)}`,
      )
      onClose()
      await changed()
    },
  })
  const typed = typedAmount(net, amount)
  const ready = typed === amount && (since === undefined || knows)
  return (
    <Dialogue
      title={`Approve version ${statement.version} of ${monthText(statement.month)} for the ${side ?? ''}`}
      opened
      onClose={onClose}
      onSubmit={() => ready && !act.isPending && act.mutate()}
      error={act.error}
      acts={
        <>
          <Button onClick={onClose}>Not now</Button>
          <Button type="submit" className="primary" disabled={!ready || act.isPending}>
            {act.isPending ? 'Approving …' : `Approve ${amountText(amount)} ${statement.currency}`}
          </Button>
        </>
      }
    >
      <WhatBecomesFinal draft={draft} zone={zone} hash={hash} />
      <NoSales statement={statement} />
      {since === undefined ? null : <Overtaken since={since} knows={knows} onKnow={setKnows} />}
      <NetInWords statement={statement} />
      <label htmlFor={field}>Type the net, in {statement.currency}, to approve it</label>
      <input
        id={field}
        className="field number"
        value={net}
        onChange={(event) => setNet(event.target.value)}
        placeholder={amountText(amount)}
        autoComplete="off"
        inputMode="decimal"
        data-autofocus
      />
      <OtherNet net={net} amount={amount} />
    </Dialogue>
  )
}
