import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { HallWire, RackReadingsWire } from '../wire/factory.ts'
import { isoOf, secondsOf } from './dates.ts'
import { rackReadings, type FactoryName } from './factory-queries.ts'
import { gpusText } from './format.ts'
import { bucketText } from './map-axis.ts'
import { cellNames, cellVariable, type CellRole } from './palette.ts'
import { mixAt, stackOrder, type MapRow } from './rack-map.ts'
import type { Cell } from './RackMap.tsx'

/** How long the pointer rests before its cell is asked about. */
const restMs = 160

/** The cell once the pointer has rested on it. */
const useRested = (cell: Cell | undefined): Cell | undefined => {
  const [rested, setRested] = useState<Cell>()
  useEffect(() => {
    const timer = setTimeout(() => setRested(cell), restMs)
    return () => clearTimeout(timer)
  }, [cell])
  return rested !== undefined && cell !== undefined && rested.row === cell.row && rested.bucket === cell.bucket ? cell : undefined
}

/** GPUs of a row by state in a bucket, from the bottom of the stack; nothing where none is accepted. */
export const stateLines = (row: MapRow, hall: HallWire, bucket: number): { role: CellRole; gpus: string }[] => {
  const { role, gpuSeconds } = mixAt(row, hall.mixes, bucket)
  // Of a bucket that is under way, what has passed.
  const seconds = Math.max(1, Math.min(secondsOf(hall.until), hall.edges[bucket + 1]!) - hall.edges[bucket]!)
  const inOrder = ['soldUsed', 'soldIdle', 'called', 'unsold', 'unavailable', 'planned', 'noEvidence'] as const
  const lines = stackOrder.flatMap((state): { role: CellRole; gpus: string }[] => {
    const amount = gpuSeconds[inOrder.indexOf(state)]!
    return amount === 0 ? [] : [{ role: state, gpus: gpusText(amount, seconds) }]
  })
  return lines.length > 0 ? lines : [{ role, gpus: '' }]
}

/** Whether a row has something that no reading of it says: the block as a whole was told it, and it is drawn here. */
export const isDrawn = (roles: readonly CellRole[], { readings }: RackReadingsWire): boolean =>
  roles.some((role) => !['unsold', 'notAccepted', 'notYet'].includes(role)) && readings.length === 0

const some = (all: readonly string[]): string => `${all.slice(0, 3).join(', ')}${all.length > 3 ? ` and ${all.length - 3} more` : ''}`

/** Who held it and who says so: orders, tenants and sources of the readings, each once. */
export const whoText = (roles: readonly CellRole[], data: RackReadingsWire): string => {
  if (isDrawn(roles, data)) return 'settled without a place, drawn here'
  if (data.readings.length === 0) return 'no order, no reading'
  const sales = data.readings.filter(({ kind }) => kind === 'allocation' || kind === 'reservation')
  const buyers = [...new Set(sales.map(({ order, tenant }) => order ?? tenant ?? 'no order'))]
  return `${buyers.length === 0 ? 'no order' : some(buyers)} · ${some([...new Set(data.readings.map(({ source }) => source))])}`
}

type Props = Readonly<{ name: FactoryName; hall: HallWire; rows: readonly MapRow[]; cell: Cell }>

/** What the crosshair is on: rack, hour, state, order, source. */
export const CellTip = ({ name, hall, rows, cell }: Props) => {
  const row = rows[cell.row]
  const rested = useRested(cell)
  const [from, to] = [hall.edges[cell.bucket]!, hall.edges[cell.bucket + 1]!]
  const asked = { ...name, unit: row?.name ?? '', from: isoOf(from), to: isoOf(to) }
  const { data } = useQuery({ ...rackReadings(asked), enabled: rested !== undefined && row !== undefined })
  if (row === undefined) return null
  const lines = stateLines(row, hall, cell.bucket)
  const roles = lines.map(({ role }) => role)
  const columns = hall.edges.length - 1
  const isRight = cell.bucket > columns / 2
  const isLow = cell.row > rows.length / 2
  const x = (cell.bucket + 0.5) / columns
  const y = (cell.row + 0.5) / rows.length
  return (
    <div
      className="map-tip"
      style={{
        ...(isRight ? { right: `calc(${(1 - x) * 100}% + 12px)` } : { left: `calc(${x * 100}% + 12px)` }),
        ...(isLow ? { bottom: `calc(${(1 - y) * 100}% + 10px)` } : { top: `calc(${y * 100}% + 10px)` }),
      }}
    >
      <b>{row.name}</b>
      <span className="third">{bucketText(from, to, hall.zone)}</span>
      <ul>
        {lines.map(({ role, gpus }) => (
          <li key={role}>
            <i className="swatch" style={{ background: cellVariable(role) }} />
            {cellNames[role]}
            <span className="number">{gpus === '' ? '' : `${gpus} GPUs`}</span>
          </li>
        ))}
      </ul>
      <span className="third">{data === undefined ? '…' : whoText(roles, data)}</span>
    </div>
  )
}
