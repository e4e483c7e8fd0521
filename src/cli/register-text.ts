import { amountInTables, countInTables, figure, isRational } from '../core/statements/figures.ts'
import { printable, textTable, type Column, type Row } from '../core/statements/text-table.ts'
import { fromText, times, rational, toFixed, type Rational } from '../core/base/rational.ts'
import type { Concentration } from '../core/credit/concentration.ts'
import type { CircularFlow } from '../core/credit/flows.ts'
import type { Pack, PackSource } from '../core/credit/pack.ts'
import { amounts, type Amount, type RegisterRow } from '../core/credit/register.ts'
import type { RegisterReport } from '../core/credit/report.ts'
import { shown } from '../core/credit/reporting.ts'

const left = (head: string): Column => ({ head, ends: 'left' })
const right = (head: string): Column => ({ head, ends: 'right' })
const lines = (title: string, columns: readonly Column[], rows: readonly (Row | 'rule')[]): string[] => [
  title,
  '',
  ...textTable(columns, rows).map((row) => row.trimEnd()),
  '',
]

const heads: Readonly<Record<Amount, string>> = {
  gross: 'Gross',
  amortised: 'Amortised',
  escrow: 'Escrow',
  collateral: 'Collateral',
  net: 'Net',
  called: 'Called',
  recovered: 'Recovered',
  'fee-accrued': 'Fee accrued',
  'cap-left': 'Cap left',
  intrinsic: 'Intrinsic',
  cost: 'Cost',
  mark: 'Mark',
  balance: 'Balance',
  prepaid: 'Prepaid',
  firm: 'Promised, firm',
  contingent: 'Promised, at most',
  paid: 'Paid',
  received: 'Received',
}

type Money = (minor: bigint | undefined) => string
const moneyIn =
  (currency: string): Money =>
  (minor) =>
    minor === undefined ? '' : figure(shown(minor, currency))

/** Amounts that some row states, and is not nothing in all of them. */
const stated = (rows: readonly RegisterRow[]): Amount[] =>
  amounts.filter((amount) => rows.some((row) => (row.amounts[amount] ?? 0n) !== 0n))

const instruments = (title: string, rows: readonly RegisterRow[], money: Money): string[] => {
  if (rows.length === 0) return []
  const shownAmounts = stated(rows)
  const columns = [
    left('Instrument'),
    left('Kind'),
    left('Counterparty'),
    left('For'),
    left('Status'),
    ...shownAmounts.map((amount) => right(heads[amount])),
  ]
  const total = (amount: Amount) => rows.reduce((sum, row) => sum + (row.amounts[amount] ?? 0n), 0n)
  return lines(title, columns, [
    ...rows.map((row) => [
      row.instrument,
      row.kind,
      row.counterparty,
      row.beneficiary,
      row.status,
      ...shownAmounts.map((amount) => money(row.amounts[amount])),
    ]),
    'rule',
    ['Total', '', '', '', '', ...shownAmounts.map((amount) => money(total(amount)))],
  ])
}

const breakdownTable = ({ breakdown: { by, groups, total } }: RegisterReport, money: Money): string[] => {
  const shownAmounts = amounts.filter((amount) => groups.some((group) => group.amounts[amount] !== 0n))
  const columns = [left(`By ${by}`), right('Instruments'), ...shownAmounts.map((amount) => right(heads[amount]))]
  const row = (group: (typeof groups)[number]): Row => [
    group.name,
    String(group.instruments),
    ...shownAmounts.map((amount) => money(group.amounts[amount])),
  ]
  return lines(`Given, by ${by}`, columns, [...groups.map(row), 'rule', row(total)])
}

const yearTable = ({ byYear: { years, total } }: RegisterReport, money: Money): string[] =>
  years.length === 0
    ? []
    : lines(
        'Promised, by fiscal year',
        [left('Year'), left('From'), left('Through'), right('Firm'), right('At most')],
        [
          ...years.map(({ year, from, through, firm, contingent }) => [`FY${year}`, from, through, money(firm), money(contingent)]),
          'rule',
          ['Total', '', '', money(total.firm), money(total.contingent)],
        ],
      )

const percent = (share: Rational): string => `${toFixed(times(share, rational(100)), 2)} %`

const concentrationTable = (title: string, { parts, herfindahl }: Concentration, money: Money): string[] =>
  parts.length === 0
    ? []
    : lines(
        title,
        [left('Counterparty'), right('Amount'), right('Share')],
        [
          ...parts.map(({ name, minor, share }) => [name, money(minor), percent(share)]),
          'rule',
          ['Herfindahl', '', toFixed(herfindahl, 4)],
        ],
      )

const flowColumns: readonly [head: string, key: Exclude<keyof CircularFlow, 'counterparty' | 'netRoundTrip' | 'promisedRoundTrip'>][] = [
  ['Hardware sold', 'hardwareSold'],
  ['Equity in', 'equityIn'],
  ['Capacity bought', 'capacityBought'],
  ['promised, firm', 'capacityFirm'],
  ['promised, at most', 'capacityContingent'],
  ['Share received', 'shareReceived'],
  ['Other paid', 'otherPaid'],
  ['Other received', 'otherReceived'],
  ['Guarantees', 'guarantees'],
  ['Stock rights', 'stockRights'],
]

const flowTable = ({ flows: { flows, total } }: RegisterReport, money: Money): string[] => {
  const used = flowColumns.filter(([, key]) => total[key] !== 0n || flows.some((flow) => flow[key] !== 0n))
  const ratio = (value: Rational | undefined) => (value === undefined ? '' : toFixed(value, 4))
  const row = (flow: CircularFlow): Row => [
    flow.counterparty,
    ...used.map(([, key]) => money(flow[key])),
    ratio(flow.netRoundTrip),
    ratio(flow.promisedRoundTrip),
  ]
  return lines(
    'Circular flows: (equity in + capacity bought − share received) ÷ hardware sold, and the same with all that is promised',
    [left('Counterparty'), ...used.map(([head]) => right(head)), right('Round trip'), right('With promises')],
    [...flows.map(row), 'rule', row(total)],
  )
}

/** The register as tables: what is given and held, one breakdown, commitments by fiscal year, concentration and circular flows. */
export const registerText = (report: RegisterReport): string => {
  const { register, portfolio, concentration } = report
  const money = moneyIn(register.reporting.currency)
  return [
    `${printable(portfolio.title)}: register of ${portfolio.guarantor} at the end of ${register.asOf}, in ${register.reporting.currency}`,
    '',
    ...instruments(
      'Given',
      register.rows.filter(({ side }) => side === 'given'),
      money,
    ),
    ...instruments(
      'Held',
      register.rows.filter(({ side }) => side === 'held'),
      money,
    ),
    ...breakdownTable(report, money),
    ...yearTable(report, money),
    ...concentrationTable('Concentration of gross exposure', concentration.gross, money),
    ...concentrationTable('Concentration of share income', concentration.shareIncome, money),
    ...flowTable(report, money),
  ].join('\n')
}

/** Where an amount comes from, in words. */
export const sourceText = (source: PackSource): string => {
  switch (source.kind) {
    case 'position':
      return `${source.measure} in statement ${source.statement} (${source.month})`
    case 'lines':
      return `lines of ${source.clause}, ${source.from === undefined ? '' : `${source.from} `}through ${source.through}`
    case 'promise':
      return `promised from ${source.from} on, by its terms`
    case 'terms':
      return `terms: ${source.what}`
    case 'portfolio':
      return `portfolio ${source.pointer}`
    case 'worked':
      return source.how
  }
}

/** A value that is no amount: a number as decimals, whatever stands behind it; other words as they are. */
const valueText = (value: string): string => {
  const [first = '', ...rest] = value.split(' ')
  if (!isRational(first)) return value
  const number = fromText(first)
  // A price or a count by itself; with a currency an amount of it.
  return rest.length === 0 ? figure(countInTables(number)) : [figure(amountInTables(number, rest.join(' '))), ...rest].join(' ')
}

/** A pack as text: what was selected, the rows with their sources, what is missing, and that it is no conclusion. */
export const packText = (pack: Pack): string => {
  const money = moneyIn(pack.currency)
  const rows = pack.rows.map(({ instrument, counterparty, period, item, minor, value, source }): Row => [
    instrument === '' ? counterparty : instrument,
    period,
    item,
    minor === undefined ? valueText(value) : money(minor),
    sourceText(source),
  ])
  const columns = [left('Instrument'), left('Period'), left('Item'), right(pack.currency), left('From')]
  return [
    `${pack.title}, at the end of ${pack.asOf}`,
    `Treatment selected: ${pack.treatment.word} (${pack.treatment.id})`,
    ...pack.alternatives.map(({ id, word }) => `Or: ${word} (${id})`),
    '',
    ...(rows.length === 0 ? ['Nothing to show.'] : textTable(columns, rows).map((row) => row.trimEnd())),
    '',
    ...(pack.missing.length === 0 ? [] : ['Missing:', ...pack.missing.map((each) => `  ${printable(each)}`), '']),
    pack.statement,
    '',
  ].join('\n')
}
