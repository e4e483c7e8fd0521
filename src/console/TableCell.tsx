import type { ReactNode } from 'react'
import { Absent } from './Absent.tsx'
import { isNumberColumn, rawOf, unitOf, valueText, type Column } from './table-column.ts'
import { To } from './To.tsx'

type Props<Row> = Readonly<{ column: Column<Row>; row: Row; withUnit: boolean; onOpen: (() => void) | undefined }>

const Reasoned = ({ why, children }: Readonly<{ why: string | (() => void); children: ReactNode }>) =>
  typeof why === 'string' ? (
    <To address={why} className="explainable">
      {children}
    </To>
  ) : (
    <button type="button" className="explainable" onClick={why}>
      {children}
    </button>
  )

/** What is drawn of a value, with what it opens. */
const valueOf = <Row,>({ column, row, withUnit, onOpen }: Props<Row>): ReactNode => {
  if (column.show !== undefined) return column.show(row)
  const raw = rawOf(column, row)
  if (raw === null) return <Absent kind={column.absent?.(row) ?? 'not-applicable'} />
  const unit = unitOf(column, row)
  const text = valueText(column.kind, raw, unit)
  const why = column.why?.(row)
  const to = column.to?.(row)
  const written = withUnit ? (
    <>
      {text} <span className="unit">{unit}</span>
    </>
  ) : (
    text
  )
  if (why !== undefined) return <Reasoned why={why}>{written}</Reasoned>
  if (to !== undefined) return <To address={to}>{written}</To>
  if (onOpen === undefined) return written
  return (
    <button type="button" className="link" onClick={onOpen}>
      {written}
    </button>
  )
}

/** A cell; the first of a row names it. */
export const TableCell = <Row,>({ isFirst, ...props }: Props<Row> & Readonly<{ isFirst: boolean }>) => {
  const className = isNumberColumn(props.column) ? 'number' : undefined
  const value = valueOf({ ...props, onOpen: isFirst ? props.onOpen : undefined })
  return isFirst ? (
    <th scope="row" className={className}>
      {value}
    </th>
  ) : (
    <td className={className}>{value}</td>
  )
}
