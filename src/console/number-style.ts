import { useSyncExternalStore } from 'react'

/** How a negative number is written: `(1,234.00)`, as accounts do, or `−1,234.00`. */
export const numberStyles = ['parentheses', 'minus'] as const
export type NumberStyle = (typeof numberStyles)[number]

const key = 'offtake.number-style'
const listeners = new Set<() => void>()

// Where nothing can be kept, the preference lasts as long as the page.
const kept = (): string | null => {
  if (typeof document === 'undefined') return null
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

let current: NumberStyle = kept() === 'minus' ? 'minus' : 'parentheses'

/** The reader's preference, kept in this browser alone; parentheses until it is chosen. */
export const numberStyle = (): NumberStyle => current

export const chooseNumberStyle = (style: NumberStyle): void => {
  current = style
  try {
    if (typeof document !== 'undefined') localStorage.setItem(key, style)
  } catch {
    // Not kept, and still chosen for this page.
  }
  for (const each of listeners) each()
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** The preference, for what is to be drawn again when it changes. */
export const useNumberStyle = (): NumberStyle => useSyncExternalStore(subscribe, numberStyle)
