import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { MembershipWire } from '../wire/access.ts'
import type { NeedWire } from '../wire/today.ts'
import { Absent } from './Absent.tsx'
import { announce } from './announce.ts'
import { DateField } from './DateField.tsx'
import { dateText } from './dates.ts'
import { postJson } from './fetch.ts'
import { amountText } from './format.ts'
import { daysText, needInWords } from './need-words.ts'
import { useSession } from './session.ts'
import { today as query } from './today-queries.ts'

const inWeek = (today: string): string => new Date(Date.parse(`${today}T00:00:00Z`) + 7 * 86_400_000).toISOString().slice(0, 10)

/** Puts one need off to a date, for whoever is here alone. */
const PutOff = ({ need, what, today, onClose }: Readonly<{ need: NeedWire; what: string; today: string; onClose: () => void }>) => {
  const client = useQueryClient()
  const [until, setUntil] = useState(() => inWeek(today))
  const [problem, setProblem] = useState('')
  const act = async () => {
    try {
      await postJson('/api/today/snoozes', { need: need.id, until }, crypto.randomUUID())
      await client.invalidateQueries({ queryKey: query.queryKey })
      announce(`${what}: put off to ${dateText(until)}`)
      onClose()
    } catch (error) {
      setProblem((error as Error).message)
    }
  }
  return (
    // Escape leaves the form, from whichever part of it.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <form
      className="put-off"
      onSubmit={(event) => {
        event.preventDefault()
        void act()
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        event.stopPropagation()
        onClose()
      }}
    >
      <DateField label={`Put ${what} off to`} value={until} min={today} isFirst onChange={(date) => setUntil(date ?? '')} />
      <Button size="xs" type="submit" disabled={until === ''}>
        Put off
      </Button>
      {problem === '' ? null : (
        <span className="second" role="alert">
          {problem}
        </span>
      )}
    </form>
  )
}

type Props = Readonly<{ need: NeedWire; acting: MembershipWire | null; today: string; mayPutOff: boolean }>

/** `do · object · amount · due in`, and one act. */
export const NeedRow = ({ need, acting, today, mayPutOff }: Props) => {
  const person = useSession()?.person?.id
  const { verb, what, note, place } = needInWords(need, acting, person)
  const [later, setLater] = useState(false)
  return (
    <tr>
      <td className="verb">{verb}</td>
      <th scope="row">
        {what} <span className="third">{note}</span>
      </th>
      <td className="number">
        {need.amount === null ? (
          <Absent kind={need.kind === 'month' ? 'not-yet' : 'not-applicable'} />
        ) : (
          <>
            {amountText(need.amount)} <span className="unit">{need.currency}</span>
          </>
        )}
      </td>
      <td>{need.dueOn === null ? null : `due ${dateText(need.dueOn)}`}</td>
      <td className={`number${(need.daysLeft ?? 1) <= 0 ? ' over' : ''}`}>{need.dueOn === null ? null : daysText(need.daysLeft)}</td>
      <td className="acts">
        {later ? (
          <PutOff need={need} what={what} today={today} onClose={() => setLater(false)} />
        ) : (
          <>
            {mayPutOff ? (
              <button type="button" className="quiet" aria-label={`Later: ${what}`} onClick={() => setLater(true)}>
                Later
              </button>
            ) : null}
            {place === undefined ? null : (
              <Button size="xs" component={Link} to={place.to} className="act" aria-label={`${place.act}: ${what}`}>
                {place.act}
              </Button>
            )}
          </>
        )}
      </td>
    </tr>
  )
}
