import { useMemo } from 'react'
import type { HallWire } from '../wire/factory.ts'
import { boxesOf, type Box, type MapRow } from './rack-map.ts'
import type { Cell } from './RackMap.tsx'

/** A finding on the map: rows and instants that it is about. */
export type MapRing = Readonly<{ id: string; rows: readonly string[]; from: number; to: number; text: string; open: boolean }>

type RingBox = Box & Readonly<{ id: string; open: boolean }>

/** Where the rings lie among the rows that are shown: neighbours of one finding are one ring. */
export const ringBoxes = (rings: readonly MapRing[], rows: readonly MapRow[], edges: readonly number[]): RingBox[] => {
  const places = new Map(rows.map(({ name }, i) => [name, i]))
  const [start, end] = [edges[0]!, edges.at(-1)!]
  const bucketAt = (at: number): number => {
    const found = edges.findIndex((edge) => edge >= at)
    return found < 0 ? edges.length - 1 : found
  }
  return rings.flatMap(({ id, rows: names, from, to, open }) => {
    if (to <= start || from >= end) return []
    const first = Math.max(0, edges[bucketAt(from)] === from ? bucketAt(from) : bucketAt(from) - 1)
    const width = Math.max(1, bucketAt(to) - first)
    const found = names.flatMap((name) => places.get(name) ?? []).toSorted((a, b) => a - b)
    const boxes: { x: number; y: number; width: number; height: number; id: string; open: boolean }[] = []
    for (const y of found) {
      const last = boxes.at(-1)
      if (last !== undefined && last.y + last.height === y) last.height += 1
      else boxes.push({ x: first, y, width, height: 1, id, open })
    }
    return boxes
  })
}

type Props = Readonly<{
  hall: HallWire
  rows: readonly MapRow[]
  rings: readonly MapRing[]
  cell: Cell | undefined
  drag: Readonly<{ from: Cell; to: Cell }> | undefined
  opens: (cell: Cell) => string | undefined
}>

const per = (part: number, whole: number): string => `${(part / whole) * 100}%`

/** What lies over the bitmap: borders of what has no evidence, rings with a halo, the crosshair and what a drag would open. */
export const MapOverlay = ({ hall, rows, rings, cell, drag, opens }: Props) => {
  const columns = hall.edges.length - 1
  const dark = useMemo(() => boxesOf(rows, hall.mixes, 'noEvidence'), [rows, hall.mixes])
  const boxes = useMemo(() => ringBoxes(rings, rows, hall.edges), [rings, rows, hall.edges])
  const place = ({ x, y, width, height }: Box) => ({
    x: per(x, columns),
    y: per(y, rows.length),
    width: per(width, columns),
    height: per(height, rows.length),
  })
  const dragged = drag && { x: Math.min(drag.from.bucket, drag.to.bucket), width: Math.abs(drag.from.bucket - drag.to.bucket) + 1 }
  const words = drag && opens({ row: drag.from.row, bucket: Math.floor((drag.from.bucket + drag.to.bucket) / 2) })
  return (
    <>
      <svg className="map-overlay" aria-hidden="true">
        {dark.map((box) => (
          <rect key={`${box.x} ${box.y}`} className="map-dark" {...place(box)} />
        ))}
        {boxes.map((box) => (
          <g key={`${box.id} ${box.x} ${box.y}`}>
            <rect className="map-halo" {...place(box)} />
            <rect className={box.open ? 'map-ring map-ring-open' : 'map-ring'} {...place(box)} />
          </g>
        ))}
        {cell === undefined || rows.length === 0 ? null : (
          <g className="map-cross">
            <line x1="0" x2={per(cell.bucket + 0.5, columns)} y1={per(cell.row + 0.5, rows.length)} y2={per(cell.row + 0.5, rows.length)} />
            <line
              x1={per(cell.bucket + 0.5, columns)}
              x2={per(cell.bucket + 0.5, columns)}
              y1={per(cell.row + 0.5, rows.length)}
              y2="100%"
            />
            <rect {...place({ x: cell.bucket, y: cell.row, width: 1, height: 1 })} />
          </g>
        )}
        {dragged === undefined ? null : (
          <rect className="map-drag" x={per(dragged.x, columns)} y="0" width={per(dragged.width, columns)} height="100%" />
        )}
      </svg>
      {words === undefined || dragged === undefined ? null : (
        <span className="map-words" style={{ left: per(dragged.x, columns) }}>
          {words}
        </span>
      )}
    </>
  )
}
