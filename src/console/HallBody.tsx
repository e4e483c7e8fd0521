import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useMemo } from 'react'
import type { FactoryMonthWire, FactoryRowWire, HallWire } from '../wire/factory.ts'
import { isTable, withTable, type FactoryView } from './address.ts'
import { CellReadings } from './CellReadings.tsx'
import { claims, rings as ringsQuery } from './claim-queries.ts'
import { kindNames } from './claim-words.ts'
import { ClaimReview, NoReview } from './ClaimReview.tsx'
import { isoOf, localTime, secondsOf, shortDay } from './dates.ts'
import type { FactoryName } from './factory-queries.ts'
import { HallHead, HallThumbs } from './HallHead.tsx'
import type { SetFactoryView } from './HallPage.tsx'
import { TiesTable } from './HoursTable.tsx'
import { useKeys } from './keys.ts'
import { MapPanel } from './MapPanel.tsx'
import type { MapRing } from './MapOverlay.tsx'
import { chooseRows } from './rack-map.ts'
import type { Cell } from './RackMap.tsx'
import { Reconciliation } from './Reconciliation.tsx'
import { Sources } from './Sources.tsx'

type Props = Readonly<{
  name: FactoryName
  hall: HallWire
  summary: UseQueryResult<FactoryMonthWire>
  row: FactoryRowWire | undefined
  view: FactoryView
  setView: SetFactoryView
}>

/** Findings of the hall as rings: on its racks, or on the nodes of the rack that is near. Undefined while nobody has said whether there are any. */
const useRings = ({ hall, view }: Props, isVerified: boolean): readonly MapRing[] | undefined => {
  const { data } = useQuery({ ...ringsQuery({ agreement: hall.agreement, month: hall.month }, hall.hall), enabled: isVerified })
  return useMemo(() => {
    if (data === undefined) return undefined
    // Racks one under the other with one stretch of one kind are one ring.
    const alike = Map.groupBy(data.rings, ({ kind, verdict, from, to }) => [kind, verdict, from, to].join(' '))
    return [...alike.values()].map((same): MapRing => {
      const { kind, from, to, finding } = same[0]!
      return {
        id: finding,
        rows: same.flatMap(({ rack, nodes }) => (hall.rack === null ? [rack] : rack === hall.rack ? nodes : [])),
        from: secondsOf(from),
        to: secondsOf(to),
        text: kindNames[kind],
        open: view.finding !== undefined && same.some(({ ids }) => ids.includes(view.finding!)),
      }
    })
  }, [data, hall.rack, view.finding])
}

const noRings: readonly MapRing[] = []
const noFlags: ReadonlyMap<string, number> = new Map()

/** How many findings each row has. */
export const flagsOf = (rings: readonly MapRing[]): ReadonlyMap<string, number> => {
  const flags = new Map<string, number>()
  for (const { rows } of rings) for (const name of rows) flags.set(name, (flags.get(name) ?? 0) + 1)
  return flags
}

/** `hall-1/r003@2026-10-16T03:00:00Z`: a cell in the address, and where it is among the rows. */
const cellName = (name: string, at: number): string => `${name}@${isoOf(at)}`
const cellIn = (text: string | undefined, rows: readonly { name: string }[], edges: readonly number[]): Cell | undefined => {
  const split = text?.lastIndexOf('@') ?? -1
  if (text === undefined || split < 0) return undefined
  const at = secondsOf(text.slice(split + 1))
  const row = rows.findIndex(({ name }) => name === text.slice(0, split))
  const bucket = edges.findIndex((edge, i) => edge <= at && at < (edges[i + 1] ?? -Infinity))
  return row < 0 || bucket < 0 ? undefined : { row, bucket }
}

/** Moves nearer and back: month, day, rack. */
const useLevels = ({ hall, view, setView }: Props, rows: readonly { name: string }[]) => {
  const dateAt = (bucket: number) => localTime(hall.edges[bucket]!, hall.zone).date
  const opens = ({ row, bucket }: Cell): string | undefined => {
    if (view.day === undefined) return `Open ${shortDay(dateAt(bucket))}`
    return view.rack === undefined && rows[row] !== undefined ? `Open ${rows[row].name}` : undefined
  }
  const open = ({ row, bucket }: Cell): void => {
    if (view.day === undefined) setView({ day: dateAt(bucket) })
    else if (view.rack === undefined && rows[row] !== undefined) setView({ rack: rows[row].name, cell: undefined })
  }
  const back = (): void => {
    if (view.cell !== undefined) setView({ cell: undefined })
    else if (view.rack !== undefined) setView({ rack: undefined })
    else if (view.day !== undefined) setView({ day: undefined })
  }
  return { opens, open, back }
}

/** A hall: its map, and beside it what was found, who tells of it and where they differ. */
export const HallBody = (props: Props) => {
  const { name, hall, summary, row, view, setView } = props
  const navigate = useNavigate()
  const known = useQuery(claims)
  const isVerified = known.data?.claims.some(({ agreement, month }) => agreement === hall.agreement && month === hall.month) === true
  const found = useRings(props, isVerified)
  const rings = found ?? noRings
  const claimName = { agreement: hall.agreement, month: hall.month }
  const flags = found === undefined ? undefined : flagsOf(found)
  const rows = chooseRows(hall.rows, { order: view.order ?? 'position', show: view.show ?? 'all', flags: flags ?? noFlags })
  const { opens, open, back } = useLevels(props, rows)
  const pinned = cellIn(view.cell, rows, hall.edges)
  const shown = isTable(view.table, 'map') ? 'table' : 'chart'
  const show = (kind: 'chart' | 'table') => setView({ table: withTable(view.table, 'map', kind === 'table') })
  const step = (by: number) => {
    const halls = summary.data?.halls ?? []
    const next = halls[halls.findIndex((each) => each.hall === hall.hall) + by]
    if (next !== undefined)
      void navigate({
        to: '/factories/$factory/$hall',
        params: { factory: name.factory, hall: next.hall },
        search: { ...view, rack: undefined, cell: undefined },
      })
  }
  useKeys({ x: () => show(shown === 'chart' ? 'table' : 'chart'), Escape: back, j: () => step(1), k: () => step(-1) })
  return (
    <div className="factory">
      <div className="page">
        <HallHead hall={hall} summary={summary.data} row={row} view={view} setView={setView} />
        {summary.data === undefined ? null : <HallThumbs name={name} summary={summary.data} current={hall.hall} view={view} />}
        <MapPanel
          {...{ name, hall, rows, rings, flags, pinned, view, setView, shown, opens }}
          onShow={show}
          onOpen={open}
          onPin={(cell) => rows[cell.row] !== undefined && setView({ cell: cellName(rows[cell.row]!.name, hall.edges[cell.bucket]!) })}
        />
        {summary.data === undefined ? null : <TiesTable month={summary.data} />}
      </div>
      <aside className="factory-side" aria-label="Evidence">
        {pinned === undefined ? null : (
          <CellReadings
            name={name}
            hall={hall}
            row={rows[pinned.row]!}
            bucket={pinned.bucket}
            onClose={() => setView({ cell: undefined })}
          />
        )}
        {isVerified ? (
          <ClaimReview name={claimName} view={view} setView={setView} />
        ) : known.data === undefined ? null : (
          <NoReview name={claimName} />
        )}
        <Sources name={name} zone={hall.zone} />
        <Reconciliation name={name} zone={hall.zone} />
      </aside>
    </div>
  )
}
