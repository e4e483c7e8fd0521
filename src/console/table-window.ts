import { useEffect, useState } from 'react'
import { flushSync } from 'react-dom'

/** Pixels of a row, in `data-table.css` too: all are as high, so that where a row is follows from its number. */
export const rowHeight = 30
/** Rows that are drawn above and below what is seen: what a turn of the wheel shows next. */
const beside = 8
/** Rows come and go in bundles, so that not every pixel is a new picture. */
const bundle = 4

/** Rows from `first` up to `last`, without it. */
export type Seen = Readonly<{ first: number; last: number }>

/** The rows to draw for what is seen of so many. */
export const seenOf = ({ scrollTop, clientHeight }: Readonly<{ scrollTop: number; clientHeight: number }>, count: number): Seen => {
  const first = Math.floor((scrollTop / rowHeight - beside) / bundle) * bundle
  const last = Math.ceil(((scrollTop + clientHeight) / rowHeight + beside) / bundle) * bundle
  // What is scrolled beyond the end, when rows have become fewer, shows the last ones until the scroller has noticed.
  const end = Math.min(count, Math.max(last, 0))
  return { first: Math.max(0, Math.min(first, count - 1)), last: end }
}

const sameSeen = (a: Seen, b: Seen): boolean => a.first === b.first && a.last === b.last

/** What is drawn before the scroller has told its height. */
const atFirst: Readonly<{ scrollTop: number; clientHeight: number }> = { scrollTop: 0, clientHeight: 900 }

/** Follows what is seen of a window over so many rows. */
export const useSeen = (scroller: HTMLElement | null, count: number): Seen => {
  const [place, setPlace] = useState(atFirst)
  useEffect(() => {
    if (scroller === null) return
    const look = () => {
      const next = { scrollTop: scroller.scrollTop, clientHeight: scroller.clientHeight }
      setPlace((now) => (sameSeen(seenOf(now, count), seenOf(next, count)) ? now : next))
    }
    // In the same frame as the scrolling: later, there would be nothing where rows belong.
    const onScroll = () => flushSync(look)
    scroller.addEventListener('scroll', onScroll, { passive: true })
    const observer = new ResizeObserver(look)
    observer.observe(scroller)
    return () => {
      scroller.removeEventListener('scroll', onScroll)
      observer.disconnect()
    }
  }, [scroller, count])
  return seenOf(place, count)
}

/** Scrolls no further than it takes for a row to be seen between the head and the totals, which stay in place. */
export const showRow = (scroller: HTMLElement, index: number): void => {
  const head = scroller.querySelector('thead')?.clientHeight ?? 0
  const foot = scroller.querySelector('tfoot')?.clientHeight ?? 0
  const most = index * rowHeight
  const least = head + most + rowHeight + foot - scroller.clientHeight
  if (scroller.scrollTop > most) scroller.scrollTop = most
  else if (scroller.scrollTop < least) scroller.scrollTop = least
}
