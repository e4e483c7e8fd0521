import { Button } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Fragment, useState } from 'react'
import type { ComparisonWire, LineChangeWire, NetChangeWire } from '../wire/comparison.ts'
import type { PeriodWire } from '../wire/statement.ts'
import type { PeriodView } from './address.ts'
import { Absent } from './Absent.tsx'
import { Answer, TableSkeleton } from './Answer.tsx'
import { causeText, changeText, sideText } from './causes.ts'
import { ChangeTree } from './ChangeTree.tsx'
import { comparison } from './compare-queries.ts'
import { amountText } from './format.ts'

type Names = (id: string | null) => string
const namesOf =
  ({ statement: { parties, guarantor, operator } }: PeriodWire): Names =>
  (id) =>
    [guarantor, operator, ...parties].find((party) => party.id === id)?.name ?? ''

const zero = (amount: string): boolean => !/[1-9]/.test(amount)

type RowProps = Readonly<{ change: LineChangeWire; names: Names; zone: string; currency: string }>

/** A line on both sides; opened, where its reasons part. */
const ChangeRow = ({ change, names, zone, currency }: RowProps) => {
  const [open, setOpen] = useState(false)
  const { text, payer, before, after, difference, causes, reasons, kind } = change
  const turned = before !== null && after !== null && before.payer !== after.payer
  return (
    <>
      <tr className={open ? 'selected' : undefined}>
        <th scope="row">
          {text}
          {changeText[kind] === '' ? null : <span className="third"> {changeText[kind]}</span>}
        </th>
        <td>{names(payer)}</td>
        <td className="number">
          {before === null ? <Absent kind="not-applicable" /> : amountText(before.amount)}
          {turned ? <span className="third"> by {names(before.payer)}</span> : null}
        </td>
        <td className="number">{after === null ? <Absent kind="not-applicable" /> : amountText(after.amount)}</td>
        <td className="number">
          {reasons.length === 0 ? (
            zero(difference) ? (
              <Absent kind="not-applicable" />
            ) : (
              amountText(difference)
            )
          ) : (
            <button type="button" className="explainable" aria-expanded={open} onClick={() => setOpen(!open)}>
              {amountText(difference)}
            </button>
          )}
        </td>
        <td className="second">
          {causes.map((cause) => (
            <div key={JSON.stringify(cause)}>{causeText(cause, zone)}</div>
          ))}
        </td>
      </tr>
      {open ? (
        <tr className="unfolded">
          <td colSpan={6}>
            <ChangeTree reasons={reasons} currency={currency} />
          </td>
        </tr>
      ) : null}
    </>
  )
}

const NetRow = ({ net, names }: Readonly<{ net: NetChangeWire; names: Names }>) => {
  const { parties, before, after, difference } = net
  const said = ({ payer, amount }: NetChangeWire['before']) => (
    <>
      {payer === null ? null : <span className="third">{names(payer)} pays </span>}
      {amountText(amount)}
    </>
  )
  const less = difference.startsWith('-')
  return (
    <tr>
      <th scope="row" colSpan={2}>
        Net of {names(parties[0])} and {names(parties[1])}
      </th>
      <td className="number">{said(before)}</td>
      <td className="number">{said(after)}</td>
      <td className="number">{amountText(difference)}</td>
      <td className="second">
        {zero(difference)
          ? 'the net is the same'
          : `${names(parties[0])} pays ${names(parties[1])} ${amountText(difference.replace('-', ''))} ${less ? 'less' : 'more'}`}
      </td>
    </tr>
  )
}

type Shown = Readonly<{ found: ComparisonWire; period: PeriodWire }>

const ChangesTable = ({ found, period }: Shown) => {
  const names = namesOf(period)
  const { currency, before, after, lines, nets } = found
  return (
    <table className="table changes">
      <caption className="hidden">
        {sideText(before)} against {sideText(after)}, amounts in {currency}
      </caption>
      <thead>
        <tr>
          <th scope="col">Line</th>
          <th scope="col">Payer</th>
          <th scope="col" className="number">
            {sideText(before)}
          </th>
          <th scope="col" className="number">
            {sideText(after)}
          </th>
          <th scope="col" className="number">
            Difference, {currency}
          </th>
          <th scope="col">Why</th>
        </tr>
      </thead>
      <tbody>
        {lines.map((change, i) => (
          <Fragment key={`${change.key} ${change.corrects} ${i}`}>
            <ChangeRow change={change} names={names} zone={period.statement.zone} currency={currency} />
          </Fragment>
        ))}
      </tbody>
      <tfoot>
        {nets.map((net) => (
          <NetRow key={net.parties.join(' ')} net={net} names={names} />
        ))}
      </tfoot>
    </table>
  )
}

type Props = Readonly<{ period: PeriodWire; view: PeriodView; setView: (more: PeriodView) => void; onClose: () => void }>

/** A month against what it was or became: changed lines with both values, the difference and why. */
export const ComparePanel = ({ period, view, setView, onClose }: Props) => {
  const { statement } = period
  const all = view.all === 'true'
  const against = view.against === 'usual' ? undefined : view.against
  const query = useQuery({
    ...comparison({ id: statement.agreement, month: statement.month, version: statement.version }, against, all),
    placeholderData: keepPreviousData,
  })
  const other = query.data?.sides.find((side) => String(side) === view.against) ?? otherSide(query.data, statement.version)
  return (
    <section className="panel compare" aria-label="Comparison" id="comparison">
      <header>
        <h2>What changed</h2>
        {query.data === undefined ? null : (
          <label className="second">
            {sideText(statement.version)}, and{' '}
            <select value={String(other)} onChange={(event) => setView({ against: event.target.value })}>
              {query.data.sides.map((side) => (
                <option key={side} value={String(side)}>
                  {sideText(side)}
                </option>
              ))}
            </select>
          </label>
        )}
        <span className="spring" />
        <button type="button" className="quiet" aria-pressed={all} onClick={() => setView({ all: all ? undefined : 'true' })}>
          All lines
        </button>
        <Button size="xs" onClick={onClose}>
          Close
        </Button>
      </header>
      <div className="scroll-x">
        <Answer
          what="The comparison"
          query={query}
          skeleton={<TableSkeleton caption="Comparison" heads={['Line', 'Payer', 'Before', 'After', 'Difference', 'Why']} rows={2} />}
        >
          {(found) => (
            <>
              {found.lines.every(({ kind }) => kind === 'same') ? (
                <p className="inside">
                  Nothing changed: {found.same} {found.same === 1 ? 'line is' : 'lines are'} the same, to the last reason.
                </p>
              ) : null}
              <ChangesTable found={found} period={period} />
              {all || found.same === 0 ? null : (
                <p className="inside third">
                  {found.same} more {found.same === 1 ? 'line is' : 'lines are'} the same, to the last reason.
                </p>
              )}
            </>
          )}
        </Answer>
      </div>
    </section>
  )
}

const otherSide = (found: ComparisonWire | undefined, version: number): ComparisonWire['before'] | undefined =>
  found === undefined ? undefined : found.before === version ? found.after : found.before
