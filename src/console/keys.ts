import { useEffect, useRef } from 'react'

/** What a key does: `[`, `e`, `g a` (one after the other), `Escape`. */
export type Keys = Readonly<Record<string, () => void>>

/** How long the second key of a pair may take. */
const pairMs = 1_000

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

/** Keys of a page, while nobody types and no dialogue is open. A handler further in that called `preventDefault` has the first word. */
export const useKeys = (keys: Keys): void => {
  const current = useRef(keys)
  useEffect(() => {
    current.current = keys
  })
  useEffect(() => {
    let first: Readonly<{ key: string; at: number }> | undefined
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
      if (document.querySelector('[role=dialog][aria-modal=true]') !== null) return
      const pair = first !== undefined && event.timeStamp - first.at < pairMs ? `${first.key} ${event.key}` : undefined
      // The second key of a pair is nobody's else: `g` and `a` go to agreements, and approve nothing.
      const act = pair !== undefined && first?.key === 'g' ? current.current[pair] : current.current[event.key]
      first = { key: event.key, at: event.timeStamp }
      if (act === undefined) return
      event.preventDefault()
      act()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
}
