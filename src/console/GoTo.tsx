import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import './frame-controls.css'

/** Read when it is first asked for, or when nothing else is to be done: its library is no part of a page's first paint. */
const load = () => import('./GoToDialogue.tsx')
const Dialogue = lazy(async () => ({ default: (await load()).GoToDialogue }))

/** Milliseconds after which the dialogue is fetched, so that the first ⌘K does not wait for it. */
const idleMs = 1_500

const isOpener = ({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent): boolean =>
  key.toLowerCase() === 'k' && (ctrlKey || metaKey) && !altKey && !shiftKey

/** *Go to or do*: anywhere, by what it is called. */
export const GoTo = () => {
  const [opened, setOpened] = useState(false)
  const from = useRef<Element | null>(null)
  const went = useRef(false)
  const open = () => {
    from.current = document.activeElement
    setOpened(true)
  }
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!isOpener(event)) return
      event.preventDefault()
      if (document.querySelector('[role=dialog][aria-modal=true]') !== null) return
      from.current = document.activeElement
      setOpened(true)
    }
    document.addEventListener('keydown', onKey)
    const idle = setTimeout(() => void load(), idleMs)
    return () => {
      document.removeEventListener('keydown', onKey)
      clearTimeout(idle)
    }
  }, [])
  // After the dialogue is gone: as long as it is there it keeps the focus. Where one came from has it again, unless one has gone elsewhere.
  useEffect(() => {
    if (opened || from.current === null) return
    const back = went.current ? document.getElementById('page') : from.current
    from.current = null
    if (back instanceof HTMLElement) back.focus()
  }, [opened])
  const close = (elsewhere: boolean) => {
    went.current = elsewhere
    setOpened(false)
  }
  return (
    <>
      <button type="button" className="control go-to" onClick={open} aria-keyshortcuts="Control+K Meta+K">
        Go to or do <kbd>{/Mac/.test(navigator.platform) ? '⌘K' : 'Ctrl K'}</kbd>
      </button>
      {opened ? (
        <Suspense fallback={null}>
          <Dialogue onClose={close} />
        </Suspense>
      ) : null}
    </>
  )
}
