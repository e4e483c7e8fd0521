import type { ReactNode } from 'react'
import { amountText } from './format.ts'

type Row = Readonly<{ id: string; name: ReactNode; amounts: readonly string[] }>

type Props = Readonly<{
  /** For who does not see it. */
  caption: string
  /** Of the names. */
  head: string
  heads: readonly string[]
  rows: readonly Row[]
  /** Of each column, at the minor unit. */
  total: readonly string[]
}>

const Cells = ({ amounts }: Readonly<{ amounts: readonly string[] }>) =>
  amounts.map((amount, i) => (
    <td key={i} className="number">
      {amountText(amount)}
    </td>
  ))

/** Names with their amounts, and what these come to. */
export const AmountTable = ({ caption, head, heads, rows, total }: Props) => (
  <table className="table">
    <caption className="hidden">{caption}</caption>
    <thead>
      <tr>
        <th scope="col">{head}</th>
        {heads.map((each) => (
          <th key={each} scope="col" className="number">
            {each}
          </th>
        ))}
      </tr>
    </thead>
    <tbody>
      {rows.map(({ id, name, amounts }) => (
        <tr key={id}>
          <th scope="row">{name}</th>
          <Cells amounts={amounts} />
        </tr>
      ))}
    </tbody>
    <tfoot>
      <tr>
        <th scope="row">Total</th>
        <Cells amounts={total} />
      </tr>
    </tfoot>
  </table>
)
