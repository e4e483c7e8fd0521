import { roundTogether } from '../core/base/money.ts'
import { rational, roundHalfEven, total, type Rational } from '../core/base/rational.ts'
import type { HallWire } from '../wire/factory.ts'
import { Absent } from './Absent.tsx'
import { decimalText, hoursOfSeconds } from './format.ts'
import { cellNames, cellRoles, type CellRole } from './palette.ts'
import { shortNames, type MapRow } from './rack-map.ts'

const hoursOf = (gpuSeconds: number): Rational => rational(gpuSeconds, 3600)

/** Roles that some row has, in their order: a column of nothing but zeros says nothing. */
const rolesIn = (rows: readonly MapRow[]): CellRole[] => cellRoles.filter((role) => rows.some(({ seconds }) => seconds[role] > 0))

/** Unsold GPU-hours of each row and of all, rounded so that they add up. */
const unsoldOf = (rows: readonly MapRow[]): Readonly<{ all: bigint; shown: bigint[] }> => {
  const unsold = rows.map(({ gpuSeconds }) => hoursOf(gpuSeconds.unsold))
  const all = roundHalfEven(total(unsold))
  return { all, shown: roundTogether(all, unsold) }
}

type TotalsProps = Readonly<{
  rows: readonly MapRow[]
  roles: readonly CellRole[]
  flags: ReadonlyMap<string, number> | undefined
  seconds: number
  unsold: bigint
}>

const Totals = ({ rows, roles, flags, seconds, unsold }: TotalsProps) => {
  const sum = (of: (row: MapRow) => number) => rows.reduce((all, row) => all + of(row), 0)
  return (
    <tfoot>
      <tr>
        <th scope="row">All {rows.length}</th>
        <td className="number">{decimalText(String(sum(({ gpus }) => gpus)))}</td>
        {roles.map((role) => (
          <td key={role} className="number" data-total={role}>
            {hoursOfSeconds(sum((row) => row.seconds[role]))}
          </td>
        ))}
        <td className="number">{hoursOfSeconds(seconds * rows.length)}</td>
        <td className="number">{decimalText(String(unsold))}</td>
        <td className="number">{flags === undefined ? <Absent kind="not-yet" /> : sum(({ name }) => flags.get(name) ?? 0)}</td>
      </tr>
    </tfoot>
  )
}

type Props = Readonly<{
  hall: HallWire
  rows: readonly MapRow[]
  flags: ReadonlyMap<string, number> | undefined
  what: string
  onOpen?: ((name: string) => void) | undefined
}>

/** The map as numbers: a row for each rack, its hours by what most of it was doing, and what of it was unsold. Every column adds up. */
export const RackTable = ({ hall, rows, flags, what, onOpen }: Props) => {
  const roles = rolesIn(rows)
  const { all, shown } = unsoldOf(rows)
  const names = shortNames(rows.map(({ name }) => name))
  const seconds = hall.edges.at(-1)! - hall.edges[0]!
  return (
    <table className="table rack-table" aria-rowcount={rows.length + 2}>
      <caption className="hidden">
        {what} of {hall.hall}: hours by what most of each was doing, {hall.zone}
      </caption>
      <thead>
        <tr>
          <th scope="col">{what}</th>
          <th scope="col" className="number">
            GPUs
          </th>
          {roles.map((role) => (
            <th key={role} scope="col" className="number">
              {cellNames[role]}
            </th>
          ))}
          <th scope="col" className="number">
            All, h
          </th>
          <th scope="col" className="number">
            GPU-h unsold
          </th>
          <th scope="col" className="number">
            Findings
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row, i) => (
          <tr key={row.name}>
            <th scope="row">
              {onOpen === undefined ? (
                names[i]
              ) : (
                <button type="button" className="link" onClick={() => onOpen(row.name)}>
                  {names[i]}
                </button>
              )}
            </th>
            <td className="number">{row.gpus}</td>
            {roles.map((role) => (
              <td key={role} className="number" data-role={role}>
                {hoursOfSeconds(row.seconds[role])}
              </td>
            ))}
            <td className="number">{hoursOfSeconds(seconds)}</td>
            <td className="number">{decimalText(String(shown[i]!))}</td>
            <td className="number">{flags === undefined ? <Absent kind="not-yet" /> : (flags.get(row.name) ?? 0)}</td>
          </tr>
        ))}
      </tbody>
      <Totals {...{ rows, roles, flags, seconds }} unsold={all} />
    </table>
  )
}
