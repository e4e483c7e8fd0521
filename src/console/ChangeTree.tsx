import { Fragment } from 'react'
import type { ReasonChangeWire } from '../wire/comparison.ts'
import { isWholeHours } from './format.ts'
import { valueText, type Units } from './tree-values.ts'
import { indent } from './TreeRow.tsx'

const textOf = (reason: ReasonChangeWire, value: string | null, units: Units): string =>
  value === null ? '–' : valueText({ unit: reason.unit, value }, units)

/** How many equal reasons stand one after the other: told as one row. */
type Run = Readonly<{ reasons: readonly ReasonChangeWire[]; same: boolean }>
const runsOf = (reasons: readonly ReasonChangeWire[]): Run[] => {
  const runs: { reasons: ReasonChangeWire[]; same: boolean }[] = []
  for (const reason of reasons) {
    const last = runs.at(-1)
    if (last !== undefined && last.same && reason.same) last.reasons.push(reason)
    else runs.push({ reasons: [reason], same: reason.same })
  }
  return runs
}

const Rows = ({ reasons, units, depth }: Readonly<{ reasons: readonly ReasonChangeWire[]; units: Units; depth: number }>) =>
  runsOf(reasons).map((run, i) =>
    run.same ? (
      <tr key={i} className="third">
        <td style={indent(depth)} className="stepped" colSpan={4}>
          ▸ {run.reasons.map(({ word }) => word).join(', ')}: the same
        </td>
      </tr>
    ) : (
      <Fragment key={i}>
        {run.reasons.map((reason) => (
          <Fragment key={`${reason.word} ${reason.before} ${reason.after}`}>
            <tr className={reason.children.some(({ same }) => !same) ? undefined : 'parting'}>
              <th scope="row" style={indent(depth)} className="stepped">
                {reason.operator === '+' || reason.operator === 'note' ? '' : `${reason.operator === '-' ? '−' : reason.operator} `}
                {reason.word} {reason.symbol === undefined ? null : <i>{reason.symbol}</i>}
              </th>
              <td className="number">{textOf(reason, reason.before, units)}</td>
              <td className="number">{textOf(reason, reason.after, units)}</td>
              <td className="number">{reason.difference === null ? '' : textOf(reason, reason.difference, units)}</td>
            </tr>
            <Rows reasons={reason.children} units={units} depth={depth + 1} />
          </Fragment>
        ))}
      </Fragment>
    ),
  )

/** Every value in GPU-seconds that is shown: where all of them are whole hours, no digits are written. */
const hoursIn = (reasons: readonly ReasonChangeWire[]): string[] =>
  reasons.flatMap(({ unit, same, before, after, difference, children }) => [
    ...(unit === 'gpu-seconds' && !same ? [before, after, difference].flatMap((value) => value ?? []) : []),
    ...hoursIn(children),
  ])

/** The reasons of a line on both sides: equal branches folded, and what parts down to where it parts. */
export const ChangeTree = ({ reasons, currency }: Readonly<{ reasons: readonly ReasonChangeWire[]; currency: string }>) => {
  const whole = hoursIn(reasons).every(isWholeHours)
  return (
    <table className="table change-tree">
      <caption className="hidden">Reasons of both sides, and where they part</caption>
      <thead>
        <tr>
          <th scope="col">Reason</th>
          <th scope="col" className="number">
            Before
          </th>
          <th scope="col" className="number">
            After
          </th>
          <th scope="col" className="number">
            Difference
          </th>
        </tr>
      </thead>
      <tbody>
        <Rows reasons={reasons} units={{ currency, whole, exact: false }} depth={0} />
      </tbody>
    </table>
  )
}
