import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'
import type { HallWire } from '../wire/factory.ts'
import { secondsOf } from './dates.ts'
import { countText } from './format.ts'
import { CellTip } from './CellTip.tsx'
import type { FactoryName } from './factory-queries.ts'
import { MapOverlay, type MapRing } from './MapOverlay.tsx'
import { ticksOf } from './map-axis.ts'
import { cellVariable } from './palette.ts'
import { usePalette } from './Picture.tsx'
import { paintRows, shortNames, stackOf, stepPath, type MapRow } from './rack-map.ts'

/** A row and a bucket of the map. */
export type Cell = Readonly<{ row: number; bucket: number }>

type Props = Readonly<{
  name: FactoryName
  hall: HallWire
  rows: readonly MapRow[]
  rings: readonly MapRing[]
  pinned: Cell | undefined
  /** The conclusion, for who cannot see it. */
  says: string
  stackHeight?: number
  /** What a drag over these buckets and this row opens, in words; undefined: nothing nearer. */
  opens: (cell: Cell) => string | undefined
  onPin: (cell: Cell) => void
  onOpen: (cell: Cell) => void
}>

/** Pixels of a row: all fit where they can, and each is seen. */
const rowPixels = (rows: number): number => Math.max(3, Math.min(18, Math.floor(520 / Math.max(1, rows))))
/** Pixels from which a press is a drag. */
const dragPixels = 8

const Canvas = ({ hall, rows, says }: Readonly<{ hall: HallWire; rows: readonly MapRow[]; says: string }>) => {
  const palette = usePalette()
  const canvas = useRef<HTMLCanvasElement>(null)
  const buckets = hall.edges.length - 1
  useEffect(() => {
    const context = canvas.current!.getContext('2d')!
    const image = context.createImageData(buckets, Math.max(1, rows.length))
    const pixels = paintRows(rows, hall.mixes, buckets, palette)
    new Uint32Array(image.data.buffer).set(pixels)
    context.putImageData(image, 0, 0)
  }, [rows, hall.mixes, buckets, palette])
  return <canvas ref={canvas} className="map-canvas" role="img" aria-label={says} width={buckets} height={Math.max(1, rows.length)} />
}

/** GPUs by state over the same hours: areas in their order, the accepted line over them. */
export const Stack = ({ hall, height }: Readonly<{ hall: HallWire; height: number }>) => {
  const { layers, accepted, most } = useMemo(() => stackOf(hall, secondsOf(hall.until)), [hall])
  const buckets = hall.edges.length - 1
  return (
    <div className="map-band">
      <div className="map-labels" style={{ height }}>
        <span style={{ top: 8 }}>{countText(most)}</span>
        <span style={{ top: height / 2 }}>{countText(most / 2)}</span>
        <span style={{ top: height - 8 }}>0</span>
      </div>
      <svg
        className="map-stack"
        style={{ height }}
        viewBox={`0 0 ${buckets} ${most}`}
        preserveAspectRatio="none"
        shapeRendering="crispEdges"
        aria-hidden="true"
      >
        {layers.toReversed().map(({ state, tops }) => (
          <path key={state} d={stepPath(tops, most, true)} fill={cellVariable(state)} className={`layer-${state}`} />
        ))}
        <path
          d={stepPath(accepted, most, false)}
          fill="none"
          stroke="var(--accepted)"
          strokeWidth={1.5}
          vectorEffect="non-scaling-stroke"
        />
      </svg>
    </div>
  )
}

const keysOf = (rows: number, buckets: number): Readonly<Record<string, (cell: Cell) => Cell>> => {
  const move = (down: number, right: number) => (cell: Cell) => ({
    row: Math.min(rows - 1, Math.max(0, cell.row + down)),
    bucket: Math.min(buckets - 1, Math.max(0, cell.bucket + right)),
  })
  return {
    ArrowUp: move(-1, 0),
    ArrowDown: move(1, 0),
    ArrowLeft: move(0, -1),
    ArrowRight: move(0, 1),
    PageUp: move(-10, 0),
    PageDown: move(10, 0),
    Home: move(0, -buckets),
    End: move(0, buckets),
  }
}

/** Where the pointer is, and from where it was dragged. */
const usePointer = ({ rows, hall, onPin, onOpen, onLook }: Props & Readonly<{ onLook: (cell: Cell | undefined) => void }>) => {
  const [drag, setDrag] = useState<Readonly<{ from: Cell; to: Cell }>>()
  const start = useRef<Readonly<{ cell: Cell; x: number }>>(undefined)
  const cellAt = (event: PointerEvent<HTMLElement>): Cell => {
    const { left, top, width, height } = event.currentTarget.getBoundingClientRect()
    const part = (at: number, size: number, count: number) => Math.min(count - 1, Math.max(0, Math.floor((at / size) * count)))
    return { row: part(event.clientY - top, height, rows.length), bucket: part(event.clientX - left, width, hall.edges.length - 1) }
  }
  return {
    drag,
    handlers: {
      onPointerDown: (event: PointerEvent<HTMLElement>) => {
        if (event.button !== 0 || rows.length === 0) return
        event.currentTarget.setPointerCapture(event.pointerId)
        start.current = { cell: cellAt(event), x: event.clientX }
      },
      onPointerMove: (event: PointerEvent<HTMLElement>) => {
        if (rows.length === 0) return
        const cell = cellAt(event)
        onLook(cell)
        const began = start.current
        if (began !== undefined && Math.abs(event.clientX - began.x) >= dragPixels) setDrag({ from: began.cell, to: cell })
      },
      onPointerUp: (event: PointerEvent<HTMLElement>) => {
        const began = start.current
        start.current = undefined
        if (began === undefined) return
        if (drag === undefined) onPin(cellAt(event))
        else onOpen({ row: drag.from.row, bucket: Math.floor((drag.from.bucket + drag.to.bucket) / 2) })
        setDrag(undefined)
      },
      onPointerLeave: () => onLook(undefined),
    },
  }
}

/** Racks (or nodes) in rows, time in columns, one colour a cell: painted as one bitmap; its cells are reached through the table, and by arrow keys. */
export const RackMap = (props: Props) => {
  const { hall, rows, rings, pinned, says, opens, onPin, onOpen } = props
  const [looked, setLooked] = useState<Cell>()
  const { drag, handlers } = usePointer({ ...props, onLook: setLooked })
  const buckets = hall.edges.length - 1
  const height = Math.max(24, rows.length * rowPixels(rows.length))
  const every = Math.ceil(rows.length / Math.max(1, Math.floor(height / 16)))
  const shown = looked ?? pinned
  const labels = useMemo(() => shortNames(rows.map(({ name }) => name)), [rows])
  const onKeyDown = (event: KeyboardEvent): void => {
    const moved = keysOf(rows.length, buckets)[event.key]?.(pinned ?? { row: 0, bucket: -1 })
    if (rows.length === 0 || event.ctrlKey || event.metaKey || event.altKey) return
    if (moved !== undefined) onPin({ ...moved, bucket: Math.max(0, moved.bucket) })
    else if (event.key === 'Enter' && pinned !== undefined) onOpen(pinned)
    else return
    event.preventDefault()
  }
  return (
    <>
      <Stack hall={hall} height={props.stackHeight ?? 104} />
      <div className="map-band map-rows">
        <div className="map-labels" style={{ height }} aria-hidden="true">
          {rows.map(({ name }, i) =>
            i % every === 0 ? (
              <span key={name} style={{ top: ((i + 0.5) / rows.length) * height }}>
                {labels[i]}
              </span>
            ) : null,
          )}
        </div>
        <div
          className="map-surface"
          style={{ height }}
          {...handlers}
          {...{ tabIndex: 0, role: 'group', 'aria-label': 'Map. Arrow keys move from cell to cell, Enter comes nearer.', onKeyDown }}
        >
          <Canvas hall={hall} rows={rows} says={says} />
          <MapOverlay hall={hall} rows={rows} rings={rings} cell={shown} drag={drag} opens={opens} />
          {shown === undefined || drag !== undefined ? null : <CellTip name={props.name} hall={hall} rows={rows} cell={shown} />}
        </div>
      </div>
      <div className="map-band map-axis" aria-hidden="true">
        <div />
        <div>
          {ticksOf(hall.edges, hall.zone, hall.day).map(({ bucket, text }) => (
            <span key={bucket} style={{ left: `${(bucket / buckets) * 100}%` }}>
              {text}
            </span>
          ))}
        </div>
      </div>
    </>
  )
}
