import { useCallback, useEffect, useRef, useState } from 'react'
import './frame-controls.css'

type Dialogue = (typeof import('./GoToDialogue.tsx'))['GoToDialogue']

/** Read when it is first asked for, or when nothing else is to be done: its library is no part of a page's first paint. */
let read: Dialogue | undefined
/** The dialogue, or null where the server does not answer: asked again, it is read again. */
const readDialogue = async (): Promise<Dialogue | null> => {
  try {
    return (read ??= (await import('./GoToDialogue.tsx')).GoToDialogue)
  } catch {
    return null
  }
}

/** Milliseconds after which the dialogue is fetched, so that the first ⌘K does not wait for it. */
const idleMs = 1_500

const isOpener = ({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent): boolean =>
  key.toLowerCase() === 'k' && (ctrlKey || metaKey) && !altKey && !shiftKey

/** *Go to or do*: anywhere, by what it is called. */
export const GoTo = () => {
  const [opened, setOpened] = useState<'no' | 'yes' | 'unread'>('no')
  const from = useRef<Element | null>(null)
  const went = useRef(false)
  const open = useCallback(async () => {
    from.current = document.activeElement
    // Read already, it opens with the key itself: what is typed right after is written in it.
    setOpened(read !== undefined || (await readDialogue()) !== null ? 'yes' : 'unread')
  }, [])
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!isOpener(event)) return
      event.preventDefault()
      if (document.querySelector('[role=dialog][aria-modal=true]') !== null) return
      void open()
    }
    document.addEventListener('keydown', onKey)
    const idle = setTimeout(() => void readDialogue(), idleMs)
    return () => {
      document.removeEventListener('keydown', onKey)
      clearTimeout(idle)
    }
  }, [open])
  // After the dialogue is gone: as long as it is there it keeps the focus. Where one came from has it again, unless one has gone elsewhere.
  useEffect(() => {
    if (opened !== 'no' || from.current === null) return
    const back = went.current ? document.getElementById('page') : from.current
    from.current = null
    if (back instanceof HTMLElement) back.focus()
  }, [opened])
  const close = (elsewhere: boolean) => {
    went.current = elsewhere
    setOpened('no')
  }
  const Dialogue = opened === 'yes' ? read : undefined
  return (
    <>
      <button type="button" className="control go-to" onClick={() => void open()} aria-keyshortcuts="Control+K Meta+K">
        Go to or do <kbd>{/Mac/.test(navigator.platform) ? '⌘K' : 'Ctrl K'}</kbd>
      </button>
      {opened === 'unread' ? (
        <small role="status" className="go-to-unread">
          The server does not answer.
        </small>
      ) : null}
      {Dialogue === undefined ? null : <Dialogue onClose={close} />}
    </>
  )
}
