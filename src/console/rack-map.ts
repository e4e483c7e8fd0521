import type { FactoryRole, HallWire } from '../wire/factory.ts'
import { cellColour, cellRoles, type CellRole, type Palette } from './palette.ts'

/** A row of the map as it is drawn. */
export type MapRow = HallWire['rows'][number]

/** `#RRGGBB` as a pixel of a canvas: bytes in the order red, green, blue, opaque. */
const pixelOf = (colour: string): number => {
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16)) as [number, number, number]
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0
}

export const pixelsOf = (palette: Palette): Readonly<Record<CellRole, number>> =>
  Object.fromEntries(cellRoles.map((role) => [role, pixelOf(palette[cellColour[role]])])) as Record<CellRole, number>

/** Rows as pixels, one for each cell: filled run by run. */
export const paintRows = (rows: readonly MapRow[], mixes: HallWire['mixes'], buckets: number, palette: Palette): Uint32Array => {
  const pixels = new Uint32Array(rows.length * buckets)
  const colours = pixelsOf(palette)
  const ofMix = mixes.map(({ role }) => colours[role])
  for (const [y, { runs }] of rows.entries()) {
    let at = y * buckets
    for (const [length, mix] of runs) {
      const colour = ofMix[mix]!
      // A plain loop: most runs are short, and a call for each would cost more than it.
      for (const end = at + length; at < end;) pixels[at++] = colour
    }
  }
  return pixels
}

/** The mix of a row in a bucket. */
export const mixAt = ({ runs }: MapRow, mixes: HallWire['mixes'], bucket: number): HallWire['mixes'][number] => {
  let at = 0
  for (const [length, mix] of runs) if (bucket < (at += length)) return mixes[mix]!
  return mixes[runs.at(-1)![1]]!
}

/** Stretches of a row that have one role: first bucket and how many. */
export const stretchesOf = ({ runs }: MapRow, mixes: HallWire['mixes'], role: FactoryRole): [first: number, length: number][] => {
  const found: [number, number][] = []
  let at = 0
  for (const [length, mix] of runs) {
    const last = found.at(-1)
    if (mixes[mix]!.role === role)
      if (last !== undefined && last[0] + last[1] === at) last[1] += length
      else found.push([at, length])
    at += length
  }
  return found
}

/** Boxes around what has no evidence: neighbours one under the other with the same stretch are one box. */
export type Box = Readonly<{ x: number; y: number; width: number; height: number }>

export const boxesOf = (rows: readonly MapRow[], mixes: HallWire['mixes'], role: FactoryRole): Box[] => {
  const boxes: { x: number; y: number; width: number; height: number }[] = []
  for (const [y, row] of rows.entries())
    for (const [x, width] of stretchesOf(row, mixes, role)) {
      const above = boxes.find((box) => box.x === x && box.width === width && box.y + box.height === y)
      if (above === undefined) boxes.push({ x, y, width, height: 1 })
      else above.height += 1
    }
  return boxes
}

/** What tells rows apart: names without what all of them begin with, up to a separator. `hall-1/r003` is `r003`, `syd-r003-n07` is `n07`. */
export const shortNames = (names: readonly string[]): string[] => {
  const first = names[0] ?? ''
  let same = first.length
  for (const name of names) while (!name.startsWith(first.slice(0, same))) same--
  const cut = Math.max(first.lastIndexOf('/', same - 1), first.lastIndexOf('-', same - 1)) + 1
  return names.length < 2 ? names.map((name) => name.slice(name.lastIndexOf('/') + 1)) : names.map((name) => name.slice(cut))
}

const natural = new Intl.Collator('en', { numeric: true }).compare
const isDown = ({ seconds }: MapRow): boolean => seconds.unavailable + seconds.noEvidence > 0

type Choice = Readonly<{
  order: 'position' | 'unsold' | 'flags'
  show: 'all' | 'unsold' | 'down' | 'flagged'
  flags: ReadonlyMap<string, number>
}>

/** The rows that are shown, in their order: ties keep their position. */
export const chooseRows = (rows: readonly MapRow[], { order, show, flags }: Choice): MapRow[] => {
  const flagsOf = ({ name }: MapRow) => flags.get(name) ?? 0
  const shown = rows.filter(
    (row) => show === 'all' || (show === 'unsold' ? row.gpuSeconds.unsold > 0 : show === 'down' ? isDown(row) : flagsOf(row) > 0),
  )
  const byPosition = shown.toSorted((a, b) => natural(a.name, b.name))
  if (order === 'position') return byPosition
  if (order === 'unsold') return byPosition.toSorted((a, b) => b.gpuSeconds.unsold - a.gpuSeconds.unsold)
  return byPosition.toSorted((a, b) => flagsOf(b) - flagsOf(a))
}

/** The order of the stack from the bottom. What has no evidence is a part of unavailable, and lies on it. */
export const stackOrder = ['soldUsed', 'soldIdle', 'called', 'unsold', 'unavailable', 'noEvidence', 'planned'] as const

/** The top of each layer in GPUs, bucket by bucket; and what is accepted, which is the top of all. What has not happened has no top. */
export const stackOf = ({ edges, series }: Pick<HallWire, 'edges' | 'series'>, until: number) => {
  const buckets = Math.min(edges.length - 1, edges.filter((edge) => edge < until).length)
  const running = new Float64Array(buckets)
  const layers = stackOrder.map((state) => {
    const gpuSeconds = series[state]
    for (let i = 0; i < buckets; i++) running[i]! += gpuSeconds[i]!
    return { state, tops: Array.from(running, (top, i) => top / (Math.min(until, edges[i + 1]!) - edges[i]!)) }
  })
  return { layers, accepted: layers.at(-1)!.tops, most: Math.max(1, ...layers.at(-1)!.tops) }
}

/** A step area from zero as an SVG path, in buckets and GPUs downwards from `most`. Equal neighbours are one step. */
export const stepPath = (tops: readonly number[], most: number, closed: boolean): string => {
  const y = (top: number): string => String(Math.round((most - top) * 1000) / 1000)
  const parts = [closed ? `M0 ${y(0)}V${y(tops[0] ?? 0)}` : `M0 ${y(tops[0] ?? 0)}`]
  for (let i = 1; i < tops.length; i++) if (tops[i] !== tops[i - 1]) parts.push(`H${i}V${y(tops[i]!)}`)
  parts.push(`H${tops.length}`)
  return parts.join('') + (closed ? `V${y(0)}Z` : '')
}
