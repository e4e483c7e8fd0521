import { Fragment, useState } from 'react'
import { decimal, minus, nought, type Rational } from '../core/base/rational.ts'
import type { AgreementWire } from '../wire/agreement.ts'
import type { WhatIfMonthWire, WhatIfWire } from '../wire/what-if.ts'
import { monthText, shortMonth } from './dates.ts'
import { amountText, approximate } from './format.ts'

type Net = WhatIfMonthWire['nets'][number]

const nameOf = ({ parties, guarantor, operator }: AgreementWire, id: string): string =>
  [guarantor, operator, ...parties].find((party) => party.id === id)?.name ?? id

/** The net of guarantor and operator in a month, as the guarantor pays it. */
const mainNet = ({ nets }: WhatIfMonthWire, { guarantor, operator }: AgreementWire): Net | undefined =>
  nets.find(({ parties }) => parties.includes(guarantor.id) && parties.includes(operator.id))

const turned = (amount: string): string => (amount.startsWith('-') ? amount.slice(1) : /[1-9]/.test(amount) ? `-${amount}` : amount)
const asPaidBy = (payer: string, { parties, difference }: Pick<Net, 'parties' | 'difference'>): string =>
  parties[0] === payer ? difference : turned(difference)
const netPaidBy = (payer: string, { payer: who, amount }: Net['before']): string =>
  who === null || who === payer ? amount : turned(amount)

/** Wide where there are many months: it scrolls with the keyboard too. */
const scrolled = { tabIndex: 0, role: 'group', 'aria-label': 'Differences by month, chart' } as const
const barWidth = 26
const chartHeight = 96

/** What each month would differ by, as bars from zero: up, the guarantor pays more. The table below has the numbers. */
const Bars = ({ months, agreement }: Readonly<{ months: readonly WhatIfMonthWire[]; agreement: AgreementWire }>) => {
  const values = months.map((month): Rational => {
    const net = mainNet(month, agreement)
    return net === undefined ? nought : decimal(asPaidBy(agreement.guarantor.id, net))
  })
  const sizes = values.map(approximate)
  const [high, low] = [Math.max(0, ...sizes), Math.min(0, ...sizes)]
  const scale = chartHeight / Math.max(1e-9, high - low)
  const zero = high * scale
  const width = Math.max(352, months.length * barWidth)
  const step = width / Math.max(1, months.length)
  const [first, last] = [months[0]?.month, months.at(-1)?.month]
  const says = `What ${nameOf(agreement, agreement.guarantor.id)} would pay more or less each month, ${first === undefined ? '' : monthText(first)} to ${last === undefined ? '' : monthText(last)}`
  return (
    <div className="scroll-x what-if-bars" {...scrolled}>
      <svg width={width} height={chartHeight + 22} role="img" aria-label={says}>
        {sizes.map((size, i) => (
          <rect
            key={months[i]!.month}
            x={i * step + (step - Math.min(20, step * 0.6)) / 2}
            width={Math.min(20, step * 0.6)}
            y={size >= 0 ? zero - size * scale : zero}
            height={Math.max(size === 0 ? 0 : 1, Math.abs(size) * scale)}
            fill="var(--unsold)"
          />
        ))}
        <line x1="0" x2={width} y1={zero} y2={zero} stroke="var(--strong)" />
        {months.map(({ month }, i) =>
          step >= 44 || i % Math.ceil(44 / step) === 0 ? (
            <text key={month} x={i * step + step / 2} y={chartHeight + 16} textAnchor="middle" fontSize="11" fill="var(--third)">
              {shortMonth(month).replace(/ 20/, ' ')}
            </text>
          ) : null,
        )}
      </svg>
    </div>
  )
}

const Lines = ({ month, agreement }: Readonly<{ month: WhatIfMonthWire; agreement: AgreementWire }>) =>
  month.lines.map(({ key, corrects, text, payer, before, after, difference }) => (
    <tr key={`${key} ${corrects}`} className="what-if-line">
      <th scope="row">
        {text} <span className="third">{nameOf(agreement, payer)} pays</span>
      </th>
      <td className="number">{before === null ? '–' : amountText(before.amount)}</td>
      <td className="number">{after === null ? '–' : amountText(after.amount)}</td>
      <td className="number">{amountText(difference)}</td>
    </tr>
  ))

const Row = ({ month, agreement }: Readonly<{ month: WhatIfMonthWire; agreement: AgreementWire }>) => {
  const [open, setOpen] = useState(false)
  const net = mainNet(month, agreement)
  const payer = agreement.guarantor.id
  if (net === undefined) return null
  const isSame = month.lines.length === 0
  return (
    <>
      <tr>
        <th scope="row" className="whole">
          {shortMonth(month.month)}
        </th>
        <td className="number">{amountText(netPaidBy(payer, net.before))}</td>
        <td className="number">{amountText(netPaidBy(payer, net.after))}</td>
        <td className="number">
          {isSame ? (
            <span className="third">the same</span>
          ) : (
            <button type="button" className="explainable" aria-expanded={open} onClick={() => setOpen(!open)}>
              {amountText(asPaidBy(payer, net))}
            </button>
          )}
        </td>
      </tr>
      {open ? <Lines month={month} agreement={agreement} /> : null}
    </>
  )
}

type Props = Readonly<{ months: readonly WhatIfMonthWire[]; totals: WhatIfWire['totals'] | undefined; agreement: AgreementWire }>

const Total = ({ totals, agreement }: Omit<Props, 'months'>) => {
  const { guarantor, operator, currency } = agreement
  const total = totals?.find(({ parties }) => parties.includes(guarantor.id) && parties.includes(operator.id))
  if (total === undefined) return null
  const as = (amount: string) => (total.parties[0] === guarantor.id ? amount : turned(amount))
  const difference = as(total.difference)
  const less = minus(decimal(difference), nought).n < 0n
  return (
    <tfoot>
      <tr>
        <th scope="row">Total</th>
        <td className="number">{amountText(as(total.before))}</td>
        <td className="number">{amountText(as(total.after))}</td>
        <td className="number">{amountText(difference)}</td>
      </tr>
      <tr>
        <th scope="row" colSpan={4} className="conclusion">
          {/[1-9]/.test(difference)
            ? `${guarantor.name} would have paid ${operator.name} ${amountText(difference.replace('-', ''))} ${currency} ${less ? 'less' : 'more'}, net.`
            : 'The months would have come to the same.'}
        </th>
      </tr>
    </tfoot>
  )
}

/** Month by month: what was owed net, what would have been, and the difference, which opens its lines. */
export const WhatIfTable = ({ months, totals, agreement }: Props) => (
  <>
    <Bars months={months} agreement={agreement} />
    <table className="table what-if-table">
      <caption className="third">
        What {agreement.guarantor.name} pays net, {agreement.currency}; in parentheses: is paid
      </caption>
      <thead>
        <tr>
          <th scope="col">Month</th>
          <th scope="col" className="number">
            As signed
          </th>
          <th scope="col" className="number">
            What if
          </th>
          <th scope="col" className="number">
            Difference
          </th>
        </tr>
      </thead>
      <tbody>
        {months.map((month) => (
          <Fragment key={month.month}>
            <Row month={month} agreement={agreement} />
          </Fragment>
        ))}
      </tbody>
      <Total totals={totals} agreement={agreement} />
    </table>
  </>
)
