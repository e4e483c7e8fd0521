/** How much may be inside at once, and how much may wait for its turn. */
export type GateLimits = Readonly<{ atOnceMax: number; waitingMax: number; bytesMax: number }>

/** A place inside: `turn` resolves when work may begin, and `leave`, which may be called twice, gives the place back. */
export type GatePlace = Readonly<{ turn: Promise<void>; leave: () => void }>

/** Lets so many in and so many wait. What is beyond is sent away at once: a queue without an end only hides that it grows. */
export type Gate = Readonly<{
  /** A place for a body of at most so many bytes; undefined where there is none. */
  enter: (bytes: number) => GatePlace | undefined
}>

export const makeGate = ({ atOnceMax, waitingMax, bytesMax }: GateLimits): Gate => {
  let [working, held] = [0, 0]
  const waiting: (() => void)[] = []
  const next = (): void => {
    working -= 1
    waiting.shift()?.()
  }
  const enter = (bytes: number): GatePlace | undefined => {
    // A body that is larger than all that may wait is let in where it is alone.
    const hasRoom = held === 0 || held + bytes <= bytesMax
    if (!hasRoom || (working >= atOnceMax && waiting.length >= waitingMax)) return undefined
    held += bytes
    let [began, left] = [false, false]
    const begun = Promise.withResolvers<void>()
    const begin = (): void => {
      began = true
      working += 1
      begun.resolve()
    }
    if (working < atOnceMax) begin()
    else waiting.push(begin)
    const leave = (): void => {
      if (left) return
      left = true
      held -= bytes
      if (began) next()
      else waiting.splice(waiting.indexOf(begin), 1)
    }
    return { turn: begun.promise, leave }
  }
  return { enter }
}
