import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { monthPlus, shortMonth } from './dates.ts'
import { useKeys } from './keys.ts'
import { PeriodJump } from './PeriodJump.tsx'
import { agreement, periods } from './queries.ts'

const hasClockChange = (hours: string): boolean => !/^\d+$/.test(hours) || Number(hours) % 24 !== 0

/** `743 h, clock change`. */
export const hoursText = (hours: string): string => `${hours} h${hasClockChange(hours) ? ', clock change' : ''}`

type JumpProps = Readonly<{ id: string; month: string; months: readonly string[] | undefined; onGo: (month: string) => void }>

/** A field to type a period into, opened by `p` or a press. */
const Jump = ({ id, month, months, onGo }: JumpProps) => {
  const { data: terms } = useQuery(agreement(id))
  const [jumping, setJumping] = useState(false)
  const opener = useRef<HTMLButtonElement>(null)
  useKeys({ p: () => setJumping(true) })
  const close = () => {
    setJumping(false)
    setTimeout(() => opener.current?.focus(), 0)
  }
  const around = { shown: month, latest: months?.toSorted().at(-1) ?? month, commencement: terms?.commencement }
  return jumping ? (
    <PeriodJump around={around} months={terms === undefined ? undefined : months} onGo={onGo} onClose={close} />
  ) : (
    <button
      ref={opener}
      type="button"
      className="step"
      aria-label="Type a period"
      title="Type a period (p)"
      onClick={() => setJumping(true)}
    >
      ⌕
    </button>
  )
}

/** The month, its hours and its zone: always the agreement's. */
export const PeriodPicker = ({ id, month }: Readonly<{ id: string; month: string }>) => {
  const { data } = useQuery(periods(id))
  const navigate = useNavigate()
  const go = (to: string) => void navigate({ to: '/agreements/$id/periods/$month', params: { id, month: to } })
  const read = data?.periods.map((each) => each.month)
  const months = read ?? [month]
  const [before, next] = [monthPlus(month, -1), monthPlus(month, 1)].map((each) => (months.includes(each) ? each : undefined))
  useKeys({ '[': () => before !== undefined && go(before), ']': () => next !== undefined && go(next) })
  const row = data?.periods.find((each) => each.month === month)
  const step = (to: string | undefined, mark: string, name: string) =>
    to === undefined ? (
      <span className="step" aria-hidden="true">
        {mark}
      </span>
    ) : (
      <Link className="step" to="/agreements/$id/periods/$month" params={{ id, month: to }} aria-label={`${name}, ${shortMonth(to)}`}>
        {mark}
      </Link>
    )
  return (
    <div className="control period-picker" role="group" aria-label="Period">
      {step(before, '‹', 'Period before')}
      <Jump id={id} month={month} months={read} onGo={go} />
      <select aria-label="Month" value={month} onChange={(event) => go(event.target.value)}>
        {(months.includes(month) ? months : [month, ...months]).map((each) => (
          <option key={each} value={each}>
            {/^\d{4}-\d{2}$/.test(each) ? shortMonth(each) : each}
          </option>
        ))}
      </select>
      {row === undefined ? null : (
        <small>
          {hoursText(row.hours)}, {data?.zone}
        </small>
      )}
      {step(next, '›', 'Period after')}
    </div>
  )
}
