/** Columns of what does not stand, one row for each node, hour, reason and book, hours that say the same joined. */
export type Flags = {
  stays: Int32Array
  hours: Uint16Array
  /** Hours that say the same, from `hours` on. */
  lengths: Uint16Array
  reasons: Uint8Array
  books: Uint8Array
  /** GPU-seconds of each of the hours. */
  amounts: Uint32Array
  active: Uint32Array
  powered: Uint32Array
  covered: Uint32Array
  watts: Float32Array
  xids: Uint16Array
  length: number
}

/** Whose GPU-seconds a row takes: those claimed by name; what a node has free, of which a block claims some; or nothing that is claimed. */
export const books = { named: 0, free: 1, beside: 2 } as const

const empty = (size: number): Flags => ({
  stays: new Int32Array(size),
  hours: new Uint16Array(size),
  lengths: new Uint16Array(size),
  reasons: new Uint8Array(size),
  books: new Uint8Array(size),
  amounts: new Uint32Array(size),
  active: new Uint32Array(size),
  powered: new Uint32Array(size),
  covered: new Uint32Array(size),
  watts: new Float32Array(size),
  xids: new Uint16Array(size),
  length: 0,
})
export const emptyFlags = (): Flags => empty(256)

const grow = (flags: Flags): void => {
  const larger = empty(flags.stays.length * 2)
  for (const key of Object.keys(larger) as (keyof Flags)[]) {
    const column = larger[key]
    if (typeof column !== 'number') column.set(flags[key] as never)
  }
  Object.assign(flags, { ...larger, length: flags.length })
}

/** What telemetry said of a node in an hour; all of it nothing where it said nothing. */
export type Figures = Readonly<{ active: number; powered: number; covered: number; watts: number; xid: number }>
export const noFigures: Figures = { active: 0, powered: 0, covered: 0, watts: 0, xid: 0 }

type Flag = Readonly<{ stay: number; hour: number; reason: number; book: number; amount: number }>

/** The rows of one node come hour by hour, so an hour joins the latest row of its reason and book where nothing changed. */
export const makeFlagger = (flags: Flags) => {
  const latest = new Int32Array(64).fill(-1)
  return ({ stay, hour, reason, book, amount }: Flag, figures: Figures): void => {
    if (amount === 0) return
    const slot = reason * 3 + book
    const last = latest[slot]!
    const joins =
      last >= 0 &&
      flags.stays[last] === stay &&
      flags.lengths[last] === hour - flags.hours[last]! &&
      flags.amounts[last] === amount &&
      flags.active[last] === figures.active &&
      flags.powered[last] === figures.powered &&
      flags.covered[last] === figures.covered &&
      flags.watts[last] === Math.fround(figures.watts) &&
      flags.xids[last] === figures.xid
    if (joins) {
      flags.lengths[last]! += 1
      return
    }
    if (flags.length === flags.stays.length) grow(flags)
    const at = flags.length++
    latest[slot] = at
    flags.stays[at] = stay
    flags.hours[at] = hour
    flags.lengths[at] = 1
    flags.reasons[at] = reason
    flags.books[at] = book
    flags.amounts[at] = amount
    flags.active[at] = figures.active
    flags.powered[at] = figures.powered
    flags.covered[at] = figures.covered
    flags.watts[at] = figures.watts
    flags.xids[at] = figures.xid
  }
}
