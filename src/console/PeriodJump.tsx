import { useEffect, useState } from 'react'
import { monthText } from './dates.ts'
import { periodInWords, type Around } from './period-words.ts'

type Props = Readonly<{
  around: Around
  /** The months there are; undefined as long as they, or the terms, are not read. */
  months: readonly string[] | undefined
  onGo: (month: string) => void
  onClose: () => void
}>

/** Goes to a period by what one calls it. What is not there says so, and stays to be corrected; asked for before the months are read, it waits for them. */
export const PeriodJump = ({ around, months, onGo, onClose }: Props) => {
  const [text, setText] = useState('')
  const [isEntered, setEntered] = useState(false)
  const month = periodInWords(text, around)
  const there = month !== undefined && months?.includes(month) === true
  useEffect(() => {
    if (!isEntered || !there) return
    onGo(month)
    onClose()
  }, [isEntered, there, month, onGo, onClose])
  const says =
    text.trim() === ''
      ? 'sep 27, last quarter, cy2'
      : months === undefined
        ? 'Looking …'
        : month === undefined
          ? 'no such period'
          : `${monthText(month)}${there ? '' : ': not begun, or outside the term'}`
  return (
    <form
      className="period-jump"
      onSubmit={(event) => {
        event.preventDefault()
        setEntered(there || months === undefined)
      }}
    >
      <input
        aria-label="Go to period"
        aria-describedby="period-jump-says"
        value={text}
        maxLength={40}
        // The field was asked for by a key or a press: whoever asked writes in it.
        // oxlint-disable-next-line jsx-a11y/no-autofocus
        autoFocus
        onChange={({ target }) => {
          setText(target.value)
          setEntered(false)
        }}
        onBlur={onClose}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return
          event.stopPropagation()
          onClose()
        }}
      />
      <small id="period-jump-says" role="status">
        {says}
      </small>
    </form>
  )
}
