import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useId, useState } from 'react'
import type { PeriodWire } from '../wire/statement.ts'
import type { ProgressWire } from '../wire/close.ts'
import { announce } from './announce.ts'
import { approve, useMonthChanged, type MonthName } from './close-queries.ts'
import { whenText } from './close-words.ts'
import { monthText } from './dates.ts'
import { Dialogue } from './Dialogue.tsx'
import { amountText, shortHash } from './format.ts'

const plain = (text: string): string => text.trim().replaceAll(',', '')

type Props = Readonly<{ name: MonthName; period: PeriodWire; progress: ProgressWire; onClose: () => void }>

/** One side approves what it reads, by typing its net: nobody approves by a slip of a key. */
export const ApproveDialogue = ({ name, period: { statement, hash }, progress, onClose }: Props) => {
  const field = useId()
  const [net, setNet] = useState('')
  const [key] = useState(() => crypto.randomUUID())
  const changed = useMonthChanged(name)
  const { amount } = statement.totals.net
  const { draft, side, zone } = progress
  const act = useMutation({
    mutationFn: () => approve(name, statement.version, { net, hash }, key),
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
  const matches = plain(net) === amount
  return (
    <Dialogue
      title={`Approve version ${statement.version} of ${monthText(statement.month)} for the ${side ?? ''}`}
      opened
      onClose={onClose}
      onSubmit={() => matches && !act.isPending && act.mutate()}
      error={act.error}
      acts={
        <>
          <Button onClick={onClose}>Not now</Button>
          <Button type="submit" className="primary" disabled={!matches || act.isPending}>
            {act.isPending ? 'Approving …' : `Approve ${amountText(amount)} ${statement.currency}`}
          </Button>
        </>
      }
    >
      <p className="second">
        {draft === null ? null : `Prepared by ${draft.preparedBy.name}, ${whenText(draft.at, zone)}. `}
        {draft?.approvals.map((each) => `Approved by ${each.by.name} for the ${each.side}, ${whenText(each.at, zone)}. `)}
        What becomes final is this document, <code>{shortHash(hash)}</code>, line by line, or nothing.
      </p>
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
    </Dialogue>
  )
}
