import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { announce } from './announce.ts'
import { sendBack, useMonthChanged, type MonthName } from './close-queries.ts'
import { monthText } from './dates.ts'
import { Dialogue } from './Dialogue.tsx'
import { useOnce } from './once.ts'

type Props = Readonly<{
  name: MonthName
  version: number
  /** What the reason begins with: the line that is contested. */ about: string
  onClose: () => void
}>

/** A version goes back to who prepares it, with a reason. */
export const ReturnDialogue = ({ name, version, about, onClose }: Props) => {
  const field = useId()
  const [reason, setReason] = useState(about)
  const once = useOnce()
  const changed = useMonthChanged(name)
  const act = useMutation({
    mutationFn: () => once((key) => sendBack(name, version, reason, key)),
    onSuccess: async () => {
      announce(`Version ${version} sent back`)
      onClose()
      await changed()
    },
  })
  const ready = reason.trim() !== '' && !act.isPending
  return (
    <Dialogue
      title={`Send version ${version} of ${monthText(name.month)} back`}
      opened
      onClose={onClose}
      onSubmit={() => ready && act.mutate()}
      error={act.error}
      acts={
        <>
          <Button onClick={onClose}>Not now</Button>
          <Button type="submit" className="primary" disabled={!ready}>
            {act.isPending ? 'Sending …' : `Send version ${version} back`}
          </Button>
        </>
      }
    >
      <p className="second">
        {about === ''
          ? 'Nobody can approve it then, and the operator prepares it anew.'
          : 'It is not final, so nothing of it is held yet: what you contest goes back with the reason, and the operator prepares it anew.'}
      </p>
      <label htmlFor={field}>Why</label>
      <textarea
        id={field}
        className="field"
        rows={4}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
        maxLength={2000}
        data-autofocus
      />
    </Dialogue>
  )
}
