import { useEffect, useSyncExternalStore } from 'react'

/** Something that the page one is on can do, by name; `key` is the key that does the same. */
export type PageVerb = Readonly<{ name: string; key?: string; act: () => void }>

let verbs: readonly PageVerb[] = []
const listeners = new Set<() => void>()
const set = (next: readonly PageVerb[]): void => {
  verbs = next
  for (const each of listeners) each()
}

/** Offers the verbs of a page for as long as it is there, in *Go to or do*. Give the same list until something of it changes. */
export const usePageVerbs = (own: readonly PageVerb[]): void => {
  useEffect(() => {
    set([...verbs, ...own])
    return () => set(verbs.filter((each) => !own.includes(each)))
  }, [own])
}

export const useOfferedVerbs = (): readonly PageVerb[] =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => verbs,
  )
