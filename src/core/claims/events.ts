/** What an interval on a node says: sales by buyer, GPUs out of service or without evidence, and claims, of which some were made too early. */
export const whats = { reserved: 0, allocated: 1, planned: 2, unavailable: 3, gap: 4, claim: 5, earlyClaim: 6 } as const
export type What = keyof typeof whats

/** Ten million intervals are eight arrays; no object is kept of any. Times are seconds from the start of the window. */
export type EventLog = {
  nodes: Int32Array
  froms: Uint32Array
  tos: Uint32Array
  counts: Uint16Array
  whats: Uint8Array
  buyers: Int32Array
  readings: Int32Array
  /** Whose word it is, where that matters: see `sourceNumber`. */
  sources: Uint16Array
  length: number
}

export const emptyEvents = (): EventLog => ({
  nodes: new Int32Array(64),
  froms: new Uint32Array(64),
  tos: new Uint32Array(64),
  counts: new Uint16Array(64),
  whats: new Uint8Array(64),
  buyers: new Int32Array(64),
  readings: new Int32Array(64),
  sources: new Uint16Array(64),
  length: 0,
})

const grown = <T extends Int32Array | Uint32Array | Uint16Array | Uint8Array>(column: T): T => {
  const larger = new (column.constructor as new (length: number) => T)(column.length * 2)
  larger.set(column)
  return larger
}

const grow = (log: EventLog): void => {
  log.nodes = grown(log.nodes)
  log.froms = grown(log.froms)
  log.tos = grown(log.tos)
  log.counts = grown(log.counts)
  log.whats = grown(log.whats)
  log.buyers = grown(log.buyers)
  log.readings = grown(log.readings)
  log.sources = grown(log.sources)
}

/** GPUs of one node, at most. */
export const nodeGpusMax = 65_535

export type NodeEvent = Readonly<{
  node: number
  from: number
  to: number
  gpus: number
  what: What
  buyer?: number
  reading: number
  source?: number
}>

/** Takes in one interval of one node; an empty one says nothing. Throws `RangeError` for more GPUs than a node can have. */
export const pushEvent = (log: EventLog, { node, from, to, gpus, what, buyer = 0, reading, source = 0 }: NodeEvent): void => {
  if (from >= to || gpus === 0) return
  if (gpus > nodeGpusMax) throw new RangeError(`${gpus} GPUs on one node are above ${nodeGpusMax}`)
  if (log.length === log.nodes.length) grow(log)
  const at = log.length++
  log.nodes[at] = node
  log.froms[at] = from
  log.tos[at] = to
  log.counts[at] = gpus
  log.whats[at] = whats[what]
  log.buyers[at] = buyer
  log.readings[at] = reading
  log.sources[at] = source
}

/** The intervals of each node, one node after the other: those of node `n` are `order[starts[n]]` up to `order[starts[n + 1]]`. */
export type ByNode = Readonly<{ starts: Uint32Array; order: Uint32Array }>

/** One counting pass, whatever the order in which they came. */
export const byNode = (log: EventLog, nodes: number): ByNode => {
  const starts = new Uint32Array(nodes + 1)
  // What was cut down to nothing says nothing: its end would come before its start, and nobody would take back what the start puts.
  const says = (i: number): boolean => log.froms[i]! < log.tos[i]!
  for (let i = 0; i < log.length; i++) if (says(i)) starts[log.nodes[i]! + 1]! += 1
  for (let node = 0; node < nodes; node++) starts[node + 1]! += starts[node]!
  const next = starts.slice()
  const order = new Uint32Array(starts[nodes]!)
  for (let i = 0; i < log.length; i++) if (says(i)) order[next[log.nodes[i]!]!++] = i
  return { starts, order }
}
