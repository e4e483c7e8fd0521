import { useId, useState } from 'react'
import { dateInWords } from './date-words.ts'
import './date-field.css'

type Props = Readonly<{
  /** What it is called: the words beside it. */
  label: string
  id?: string
  /** `2026-11-05`; empty: none. */
  value: string
  /** The earliest that there is to choose. */
  min?: string
  /** Whether the focus is in it to begin with: it was asked for by a press. */
  isFirst?: boolean
  /** The date that is written, or empty for none; undefined while what is written is no date. */
  onChange: (date: string | undefined) => void
}>

const problemOf = (text: string, min: string | undefined): string | undefined => {
  if (text.trim() === '') return undefined
  const date = dateInWords(text)
  if (date === undefined) return 'Write a date as 2026-11-05'
  return min !== undefined && date < min ? `Not before ${min}` : undefined
}

/** The date of a text; empty where it is none. */
const meaningOf = (text: string, min: string | undefined): string => (problemOf(text, min) === undefined ? (dateInWords(text) ?? '') : '')

/** A date, written the same in every browser: a native field shows the order of day and month that its language has. */
export const DateField = ({ label, id, value, min, isFirst, onChange }: Props) => {
  // What is being written, and the value that it was written over.
  const [draft, setDraft] = useState<Readonly<{ text: string; over: string }>>()
  const [isLeft, setLeft] = useState(false)
  const message = useId()
  // A value from elsewhere takes the place of what is being written; the one that was written here does not.
  const isOwn = draft !== undefined && [draft.over, meaningOf(draft.text, min)].includes(value)
  const text = isOwn ? draft.text : value
  const problem = problemOf(text, min)
  const write = (now: string): void => {
    setDraft({ text: now, over: value })
    setLeft(false)
    onChange(problemOf(now, min) === undefined ? meaningOf(now, min) : undefined)
  }
  const leave = (): void => {
    setLeft(true)
    if (problem === undefined) setDraft(undefined)
  }
  const isShown = isLeft && problem !== undefined
  return (
    <span className="date-field">
      <input
        id={id}
        aria-label={label}
        value={text}
        placeholder="yyyy-mm-dd"
        autoComplete="off"
        spellCheck={false}
        // Only where it was asked for by a press: whoever pressed writes in it.
        // oxlint-disable-next-line jsx-a11y/no-autofocus
        autoFocus={isFirst}
        aria-invalid={isShown || undefined}
        aria-describedby={isShown ? message : undefined}
        onChange={({ target }) => write(target.value)}
        onBlur={leave}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || problem === undefined) return
          event.preventDefault()
          leave()
        }}
      />
      {isShown ? (
        <span id={message} className="date-problem" role="alert">
          {problem}
        </span>
      ) : null}
    </span>
  )
}
