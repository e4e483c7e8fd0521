import { Fragment, useRef, type KeyboardEvent } from 'react'
import type { LineWire, PartyWire, PeriodWire, StatementWire } from '../wire/statement.ts'
import { Absent } from './Absent.tsx'
import { decimalText, amountText, gpuHours, moneyInTables, priceText, shareText } from './format.ts'
import type { LineOrNet } from './explained.ts'
import { useKeys } from './keys.ts'
import type { Since } from './since.ts'

/** Two parties of a statement, and what they pay each other. */
type PairWire = StatementWire['totals']['others'][number]
type Pair = Omit<PairWire, 'parties'> & Readonly<{ parties: readonly [PartyWire, PartyWire] }>

const partyOf = ({ guarantor, operator, parties }: StatementWire, id: string | null): PartyWire =>
  [guarantor, operator, ...parties].find((party) => party.id === id) ?? { id: id ?? '', name: id ?? '' }

/** Guarantor and operator first; of the others, those that owe each other something. */
const pairsOf = (statement: StatementWire): readonly Pair[] => {
  const { guarantor, operator, totals, lines } = statement
  const { guarantorPays, operatorPays, guarantorHeld, operatorHeld, net, payable } = totals
  const main: Pair = {
    parties: [guarantor, operator],
    pays: [guarantorPays, operatorPays],
    held: [guarantorHeld, operatorHeld],
    net,
    payable,
  }
  const others = totals.others.map(({ parties: [one, other], ...pair }): Pair => ({
    ...pair,
    parties: [partyOf(statement, one), partyOf(statement, other)],
  }))
  const isOwed = lines.some(
    ({ payer, payee }) => [guarantor.id, operator.id].includes(payer) && [guarantor.id, operator.id].includes(payee),
  )
  return isOwed || others.length === 0 ? [main, ...others] : others
}

const heads = ({ parties: [one, other] }: Pair) => ['#', 'Line', 'Quantity', 'Rate', `${one.name} pays`, `${other.name} pays`]

/** What a line counts, as people read it, and its unit. */
export const quantityText = ({ quantity, quantityUnit }: LineWire, currency: string): readonly [text: string, unit: string] => {
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
  since: Since | undefined
  opened: LineOrNet | undefined
  onOpen: (line: LineOrNet) => void
  onMove: (line: LineOrNet) => void
  onHover: (line: LineOrNet) => void
}>

const Amount = ({ name, amount, opened, onOpen, onHover }: Omit<Opening, 'since'> & Readonly<{ name: LineOrNet; amount: string }>) => (
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

type RowProps = Opening & Readonly<{ line: LineWire; first: boolean; currency: string; held: string | undefined }>

const Row = ({ line, first, currency, held, ...opening }: RowProps) => {
  const amount = <Amount name={line.number} amount={line.amount} {...opening} />
  return (
    <tr className={opening.opened === line.number ? 'selected' : undefined}>
      <td className="third">{line.number}</td>
      <th scope="row">
        {line.text}
        {held === undefined ? null : (
          <>
            {' '}
            <span
              className="pill breach"
              title={`${amountText(held)} ${currency} of it is in dispute, and not payable until it is ruled on`}
            >
              Disputed
            </span>
          </>
        )}
      </th>
      <td className="number">
        <Quantity line={line} currency={currency} />
      </td>
      <td className="number">
        <Rate line={line} currency={currency} />
      </td>
      <td className="number">{first ? amount : null}</td>
      <td className="number">{first ? null : amount}</td>
      {opening.since === undefined ? null : <Moved amount={opening.since.of(line.number)} />}
    </tr>
  )
}

/** What is paid more than before; nothing where it is the same. */
const Moved = ({ amount }: Readonly<{ amount: string | undefined }>) => (
  <td className="number second">{amount === undefined ? <Absent kind="not-applicable" /> : amountText(amount)}</td>
)

/** What of each line is in dispute now, by its number. */
type HeldLines = PeriodWire['standing']['held']

type Paired = Opening & Readonly<{ pair: Pair; statement: StatementWire; held: HeldLines }>

/** What is in dispute, and what is payable without it; nothing where nothing is. */
const Held = ({ pair, statement, since }: Pick<Opening, 'since'> & Readonly<{ pair: Pair; statement: StatementWire }>) => {
  const { parties, held, payable } = pair
  if (!held.some((amount) => /[1-9]/.test(amount))) return null
  const first = payable.payer === null || payable.payer === parties[0].id
  return (
    <>
      <tr>
        <th scope="row" colSpan={4}>
          In dispute, not payable until it is ruled on
        </th>
        <td className="number">{amountText(held[0])}</td>
        <td className="number">{amountText(held[1])}</td>
        {since === undefined ? null : <Moved amount={undefined} />}
      </tr>
      <tr>
        <th scope="row" colSpan={4}>
          Payable,{' '}
          {payable.payer === null
            ? 'nobody owes anything'
            : `${partyOf(statement, payable.payer).name} pays ${partyOf(statement, payable.payee).name}`}
        </th>
        <td className="number">{first ? amountText(payable.amount) : null}</td>
        <td className="number">{first ? null : amountText(payable.amount)}</td>
        {since === undefined ? null : <Moved amount={undefined} />}
      </tr>
    </>
  )
}

const Totals = ({ pair, statement, ...opening }: Omit<Paired, 'held'>) => {
  const { totals, currency, guarantor, operator } = statement
  const { parties, pays, net } = pair
  const said =
    net.payer === null
      ? 'Net, nobody owes anything'
      : `${totals.netting ? 'Net' : 'Difference, not netted'}, ${partyOf(statement, net.payer).name} pays ${partyOf(statement, net.payee).name}`
  const first = net.payer === null || net.payer === parties[0].id
  const isMain = parties[0].id === guarantor.id && parties[1].id === operator.id
  const amount = isMain ? <Amount name="net" amount={net.amount} {...opening} /> : amountText(net.amount)
  return (
    <tfoot>
      <tr>
        <th scope="row" colSpan={4}>
          Totals, {currency}
        </th>
        <td className="number">{amountText(pays[0])}</td>
        <td className="number">{amountText(pays[1])}</td>
        {opening.since === undefined ? null : <Moved amount={undefined} />}
      </tr>
      <tr className={isMain && opening.opened === 'net' ? 'selected' : undefined}>
        <th scope="row" colSpan={4}>
          {said}
        </th>
        <td className="number">{first ? amount : null}</td>
        <td className="number">{first ? null : amount}</td>
        {opening.since === undefined ? null : <Moved amount={opening.since.net(net.payer ?? parties[0].id, net.payee ?? parties[1].id)} />}
      </tr>
      <Held pair={pair} statement={statement} since={opening.since} />
    </tfoot>
  )
}

const Group = ({ first, pair, statement, held, ...opening }: Paired & Readonly<{ first: boolean }>) => {
  const [payer, payee] = first ? pair.parties : [pair.parties[1], pair.parties[0]]
  const lines = statement.lines.filter((line) => line.payer === payer.id && line.payee === payee.id)
  return lines.length === 0 ? null : (
    <tbody>
      <tr className="group">
        <th scope="rowgroup" colSpan={opening.since === undefined ? 6 : 7}>
          {payer.name} pays {payee.name}
        </th>
      </tr>
      {lines.map((line) => (
        <Fragment key={line.key + line.version}>
          <Row
            line={line}
            first={first}
            currency={statement.currency}
            held={held.find((each) => each.line === line.number)?.amount}
            {...opening}
          />
        </Fragment>
      ))}
    </tbody>
  )
}

const PairTable = ({ pair, statement, held, onKeyDown, ...opening }: Paired & Readonly<{ onKeyDown: (event: KeyboardEvent) => void }>) => (
  // Keys of the rows bubble here from their buttons.
  // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
  <table className="table statement" onKeyDown={onKeyDown}>
    <caption className="hidden">
      Statement of {statement.month}, {pair.parties.map(({ name }) => name).join(' and ')}, amounts in {statement.currency}
    </caption>
    <thead>
      <tr>
        {[...heads(pair), ...(opening.since === undefined ? [] : [opening.since.head])].map((head, i) => (
          <th key={head} scope="col" className={i < 2 ? undefined : 'number'}>
            {head}
          </th>
        ))}
      </tr>
    </thead>
    <Group first pair={pair} statement={statement} held={held} {...opening} />
    <Group first={false} pair={pair} statement={statement} held={held} {...opening} />
    <Totals pair={pair} statement={statement} {...opening} />
  </table>
)

const nameOf = ({ dataset }: HTMLElement): LineOrNet => (dataset['line'] === 'net' ? 'net' : Number(dataset['line']))

/** The statement: a table for every two parties that owe each other something, every line under who pays it, columns that add up, each amount a way to its reasons. */
export const StatementTable = ({ statement, ...opening }: Opening & Readonly<{ statement: StatementWire; held: HeldLines }>) => {
  const section = useRef<HTMLElement>(null)
  const amounts = () => [...(section.current?.querySelectorAll<HTMLButtonElement>('button[data-line]') ?? [])]
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
  return (
    <section className="panel scroll-x" ref={section} id="statement">
      {pairsOf(statement).map((pair) => (
        <PairTable key={pair.parties.map(({ id }) => id).join(' ')} pair={pair} statement={statement} onKeyDown={onKeyDown} {...opening} />
      ))}
    </section>
  )
}
