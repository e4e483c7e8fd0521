import type { PeriodWire } from '../wire/statement.ts'
import { withoutSales } from './say.ts'

/** That no sale was read of the month that is shown, where none was. */
export const NoSales = ({ statement }: Readonly<{ statement: PeriodWire['statement'] }>) => {
  const warning = withoutSales(statement)
  return warning === undefined ? null : <p className="close-note">{warning}</p>
}
