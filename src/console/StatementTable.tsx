import { Fragment, useRef, type KeyboardEvent } from 'react'
import type { LineWire, PartyWire, StatementWire } from '../wire/statement.ts'
import { Absent } from './Absent.tsx'
import { decimalText, amountText, gpuHours, moneyInTables, priceText, shareText } from './format.ts'
import type { LineOrNet } from './explained.ts'
import { useKeys } from './keys.ts'

const heads = (statement: StatementWire) => [
  '#',
  'Line',
  'Quantity',
  'Rate',
  `${statement.guarantor.name} pays`,
  `${statement.operator.name} pays`,
]

const quantityText = ({ quantity, quantityUnit }: LineWire, currency: string): readonly [text: string, unit: string] => {
  switch (quantityUnit) {
    case 'gpu-seconds':
      return [gpuHours(quantity), 'GPU-h']
    case 'major':
      return [moneyInTables(quantity, currency), currency]
    case 'share':
      return [shareText(quantity), '']
    case 'days':
    case 'units':
    case 'shares':
      return [decimalText(quantity), quantityUnit]
  }
}

const Quantity = ({ line, currency }: Readonly<{ line: LineWire; currency: string }>) => {
  const [text, unit] = quantityText(line, currency)
  return (
    <>
      {text} <span className="unit">{unit}</span>
    </>
  )
}

const Rate = ({ line, currency }: Readonly<{ line: LineWire; currency: string }>) => {
  switch (line.rateUnit) {
    case 'per-gpu-hour':
    case 'per-day':
    case 'per-unit':
    case 'per-share':
      return priceText(line.rate, currency)
    case 'per-year':
    case 'share':
      return shareText(line.rate)
    case 'none':
      return <Absent kind="not-applicable" />
  }
}

type Opening = Readonly<{
  opened: LineOrNet | undefined
  onOpen: (line: LineOrNet) => void
  onMove: (line: LineOrNet) => void
  onHover: (line: LineOrNet) => void
}>

const Amount = ({ name, amount, opened, onOpen, onHover }: Opening & Readonly<{ name: LineOrNet; amount: string }>) => (
  <button
    type="button"
    className="explainable"
    data-line={name}
    aria-expanded={opened === name}
    aria-controls={opened === undefined ? undefined : 'explain'}
    onClick={() => onOpen(name)}
    onMouseEnter={() => onHover(name)}
    onFocus={() => onHover(name)}
  >
    {amountText(amount)}
  </button>
)

const Row = ({ line, statement, ...opening }: Opening & Readonly<{ line: LineWire; statement: StatementWire }>) => {
  const byGuarantor = line.payer === statement.guarantor.id
  const amount = <Amount name={line.number} amount={line.amount} {...opening} />
  return (
    <tr className={opening.opened === line.number ? 'selected' : undefined}>
      <td className="third">{line.number}</td>
      <th scope="row">{line.text}</th>
      <td className="number">
        <Quantity line={line} currency={statement.currency} />
      </td>
      <td className="number">
        <Rate line={line} currency={statement.currency} />
      </td>
      <td className="number">{byGuarantor ? amount : null}</td>
      <td className="number">{byGuarantor ? null : amount}</td>
    </tr>
  )
}

const partyName = ({ guarantor, operator }: StatementWire, id: string | null): string =>
  [guarantor, operator].find((party) => party.id === id)?.name ?? ''

/** What was in dispute when the statement was drawn up, and what is payable without it; nothing where nothing was. */
const Held = ({ statement }: Readonly<{ statement: StatementWire }>) => {
  const { guarantorHeld, operatorHeld, payable } = statement.totals
  if (![guarantorHeld, operatorHeld].some((held) => /[1-9]/.test(held))) return null
  const byGuarantor = payable.payer === null || payable.payer === statement.guarantor.id
  return (
    <>
      <tr>
        <th scope="row" colSpan={4}>
          In dispute, not payable until it is ruled on
        </th>
        <td className="number">{amountText(guarantorHeld)}</td>
        <td className="number">{amountText(operatorHeld)}</td>
      </tr>
      <tr>
        <th scope="row" colSpan={4}>
          Payable,{' '}
          {payable.payer === null
            ? 'nobody owes anything'
            : `${partyName(statement, payable.payer)} pays ${partyName(statement, payable.payee)}`}
        </th>
        <td className="number">{byGuarantor ? amountText(payable.amount) : null}</td>
        <td className="number">{byGuarantor ? null : amountText(payable.amount)}</td>
      </tr>
    </>
  )
}

const Totals = ({ statement, ...opening }: Opening & Readonly<{ statement: StatementWire }>) => {
  const { totals, currency, guarantor } = statement
  const { net, netting } = totals
  const said =
    net.payer === null
      ? 'Net, nobody owes anything'
      : `${netting ? 'Net' : 'Difference, not netted'}, ${partyName(statement, net.payer)} pays ${partyName(statement, net.payee)}`
  const byGuarantor = net.payer === null || net.payer === guarantor.id
  const amount = <Amount name="net" amount={net.amount} {...opening} />
  return (
    <tfoot>
      <tr>
        <th scope="row" colSpan={4}>
          Totals, {currency}
        </th>
        <td className="number">{amountText(totals.guarantorPays)}</td>
        <td className="number">{amountText(totals.operatorPays)}</td>
      </tr>
      <tr className={opening.opened === 'net' ? 'selected' : undefined}>
        <th scope="row" colSpan={4}>
          {said}
        </th>
        <td className="number">{byGuarantor ? amount : null}</td>
        <td className="number">{byGuarantor ? null : amount}</td>
      </tr>
      <Held statement={statement} />
    </tfoot>
  )
}

const Group = ({
  payer,
  payee,
  statement,
  ...opening
}: Opening & Readonly<{ payer: PartyWire; payee: PartyWire; statement: StatementWire }>) => {
  const lines = statement.lines.filter((line) => line.payer === payer.id)
  return lines.length === 0 ? null : (
    <tbody>
      <tr className="group">
        <th scope="rowgroup" colSpan={6}>
          {payer.name} pays {payee.name}
        </th>
      </tr>
      {lines.map((line) => (
        <Fragment key={line.key + line.version}>
          <Row line={line} statement={statement} {...opening} />
        </Fragment>
      ))}
    </tbody>
  )
}

const nameOf = ({ dataset }: HTMLElement): LineOrNet => (dataset['line'] === 'net' ? 'net' : Number(dataset['line']))

/** The statement: every line under who pays it, columns that add up, each amount a way to its reasons. */
export const StatementTable = ({ statement, ...opening }: Opening & Readonly<{ statement: StatementWire }>) => {
  const table = useRef<HTMLTableElement>(null)
  const amounts = () => [...(table.current?.querySelectorAll<HTMLButtonElement>('button[data-line]') ?? [])]
  const current = () =>
    amounts().find((button) => button === document.activeElement) ?? amounts().find((button) => nameOf(button) === opening.opened)
  const move = (by: 1 | -1) => {
    const all = amounts()
    const at = all.findIndex((button) => button === current())
    const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + by))]
    next?.focus()
    if (next !== undefined) opening.onMove(nameOf(next))
  }
  useKeys({ j: () => move(1), k: () => move(-1), e: () => (current() ?? amounts()[0])?.click() })
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
    event.preventDefault()
    move(event.key === 'ArrowDown' ? 1 : -1)
  }
  const { guarantor, operator } = statement
  return (
    <section className="panel scroll-x">
      {/* Keys of the rows bubble here from their buttons. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <table className="table statement" ref={table} onKeyDown={onKeyDown} id="statement">
        <caption className="hidden">
          Statement of {statement.month}, amounts in {statement.currency}
        </caption>
        <thead>
          <tr>
            {heads(statement).map((head, i) => (
              <th key={head} scope="col" className={i < 2 ? undefined : 'number'}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <Group payer={guarantor} payee={operator} statement={statement} {...opening} />
        <Group payer={operator} payee={guarantor} statement={statement} {...opening} />
        <Totals statement={statement} {...opening} />
      </table>
    </section>
  )
}
