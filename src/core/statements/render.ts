import { minorDigits } from '../base/currency.ts'
import { decimal, fromText, isZero, minus, one, toFixed, type Rational } from '../base/rational.ts'
import { dateOf, daysBetween, startOfDate } from '../base/time.ts'
import type { Input } from '../settlement/line.ts'
import type { TermSource } from '../terms/agreement.ts'
import {
  amountInTables,
  countInTables,
  assumptionMark,
  dateForPeople,
  figure,
  gpuHoursInTables,
  instantOf,
  monthForPeople,
  percent,
  priceOf,
  sourceOf,
} from './figures.ts'
import type { NetTotal, Statement, StatementLine } from './statement.ts'
import { printable, textTable, type Column, type Row } from './text-table.ts'

/** Whether the period is longer or shorter than its days say, because a clock was changed in it. */
const hasClockChange = ({ from, to, zone }: Statement): boolean => {
  const [start, end] = [instantOf(from), instantOf(to)]
  const [first, last] = [dateOf(start, zone), dateOf(end, zone)]
  const wholeDays = startOfDate(first, zone) === start && startOfDate(last, zone) === end
  return wholeDays && end - start !== daysBetween(first, last) * 86_400
}

const quantityOf = ({ quantity, quantityUnit }: StatementLine, currency: string): [text: string, unit: string] => {
  const value = fromText(quantity)
  switch (quantityUnit) {
    case 'gpu-seconds':
      return [figure(gpuHoursInTables(value)), 'GPU-h']
    case 'major':
      return [figure(amountInTables(value, currency)), currency]
    case 'share': {
      const { text, unit } = percent(value)
      return [figure(text), unit]
    }
    case 'days':
    case 'units':
    case 'shares':
      return [figure(countInTables(value)), quantityUnit]
  }
}

/** `–` where no rate applies. What has none may still be a part of a period. */
const rateOf = ({ rate, rateUnit }: StatementLine, currency: string): string => {
  const value: Rational = fromText(rate)
  switch (rateUnit) {
    case 'per-gpu-hour':
    case 'per-day':
    case 'per-unit':
    case 'per-share':
      return figure(priceOf(value, currency))
    case 'per-year':
    case 'share': {
      const { text, unit } = percent(value)
      return unit === '' ? text : `${figure(text)} ${unit}`
    }
    case 'none':
      return isZero(value) || (value.n === one.n && value.d === one.d) ? '–' : rate
  }
}

/** The assumed terms that a tree of reasons rests on. A rule that was checked and took no part is none. */
const assumed = (reasons: readonly Input[], sources: readonly TermSource[]): TermSource[] =>
  reasons.flatMap(({ operator, source, children = [] }) => {
    if (operator === 'note') return []
    const found = source.kind === 'terms' ? sourceOf(sources, source.pointer) : undefined
    return [...(found?.status === 'assumption' ? [found] : []), ...assumed(children, sources)]
  })

const columnsOf = (currency: string): readonly Column[] => [
  { head: '#', ends: 'right' },
  { head: 'Line', ends: 'left' },
  { head: 'Quantity', ends: 'right' },
  { head: '', ends: 'left' },
  { head: 'Rate', ends: 'right' },
  { head: '', ends: 'left' },
  { head: `Guarantor pays, ${currency}`, ends: 'right' },
  { head: `Operator pays, ${currency}`, ends: 'right' },
]

const roles = ['guarantor', 'operator'] as const
type Role = (typeof roles)[number]
const other = { guarantor: 'operator', operator: 'guarantor' } as const
const headings = { guarantor: 'Guarantor pays operator', operator: 'Operator pays guarantor' } as const

/** An amount in the column of who pays; the other column stays blank. */
const inColumn = (role: Role, amount: string): [guarantor: string, operator: string] => {
  const text = figure(amount)
  return role === 'guarantor' ? [text, ''] : ['', text]
}

const rowOf = (line: StatementLine, role: Role, currency: string, sources: readonly TermSource[]): Row => [
  String(line.number),
  line.text,
  ...quantityOf(line, currency),
  rateOf(line, currency),
  assumed(line.reasons, sources).length > 0 ? assumptionMark : '',
  ...inColumn(role, line.amount),
]

const blank = ['', '', '', '']

const netRow = ({ guarantor }: Statement, word: string, net: NetTotal): Row => {
  if (net.payer === null) return ['', `${word}, nothing is owed`, ...blank, figure(net.amount), figure(net.amount)]
  const role: Role = net.payer === guarantor.id ? 'guarantor' : 'operator'
  return ['', `${word}, ${role} pays ${other[role]}`, ...blank, ...inColumn(role, net.amount)]
}

/** The net of all, and where some is in dispute, that of the rest. */
const netRows = (statement: Statement): Row[] => {
  const { net, payable, netting, guarantorHeld, operatorHeld, guarantorPays, operatorPays } = statement.totals
  const isHeld = [guarantorHeld, operatorHeld].some((held) => !isZero(decimal(held)))
  const less = (pays: string, held: string) => figure(toFixed(minus(decimal(pays), decimal(held)), minorDigits(statement.currency)!))
  const heldRow: Row = ['', 'In dispute, not payable until it is ruled on', ...blank, figure(guarantorHeld), figure(operatorHeld)]
  if (!netting) {
    const owed: Row = ['', 'Payable', ...blank, less(guarantorPays, guarantorHeld), less(operatorPays, operatorHeld)]
    return [...(isHeld ? [heldRow, owed] : []), ['', 'Not netted: each side pays its own', ...blank, '', '']]
  }
  return [netRow(statement, 'Net', net), ...(isHeld ? [heldRow, netRow(statement, 'Payable', payable)] : [])]
}

/**
 * The lines as a table, each as wide as the widest: by who pays, the guarantor first; lines of zero amount stay, for they carry reasons.
 * Amounts at the currency's minor unit, credits in parentheses, GPU-hours whole. A rate that rests on an assumed term, or whose quantity
 * does, carries a raised a.
 */
export const statementTable = (statement: Statement, sources: readonly TermSource[] = []): string[] => {
  const { currency, lines, totals } = statement
  const groups = roles.flatMap((role): Row[] => {
    const own = lines.filter(({ payer }) => payer === statement[role].id)
    const rows = own.map((line) => rowOf(line, role, currency, sources))
    return rows.length === 0 ? [] : [['', headings[role], '', '', '', '', '', ''], ...rows]
  })
  const totalRow = ['', `Totals, ${currency}`, '', '', '', '', figure(totals.guarantorPays), figure(totals.operatorPays)]
  return textTable(columnsOf(currency), [...groups, 'rule', totalRow, ...netRows(statement)])
}

const headOf = (statement: Statement): string[] => {
  const { month, title, hours, zone, guarantor, operator, status, version, finalOn, dueOn } = statement
  const life =
    status === 'provisional'
      ? `Provisional, version ${version}: it may still change`
      : [
          `Final, version ${version}`,
          ...(finalOn === null ? [] : [`final on ${dateForPeople(finalOn)}`]),
          ...(dueOn === null ? [] : [`due on ${dateForPeople(dueOn)}`]),
        ].join(', ')
  return [
    `${monthForPeople(month)}, ${title}`,
    `${hours} h${hasClockChange(statement) ? ' (clock change)' : ''}, ${zone}`,
    `Guarantor ${guarantor.name} (${guarantor.id}), operator ${operator.name} (${operator.id})`,
    life,
  ]
}

const footOf = ({ currency, lines, evidence, terms, factsHash }: Statement, sources: readonly TermSource[]): string[] => {
  const notes = [...new Set(lines.flatMap(({ reasons }) => assumed(reasons, sources)))]
  const readings = evidence.reduce((sum, each) => sum + each.readings, 0)
  return [
    `Rates are ${currency} per GPU-hour, or a share of revenue.`,
    ...notes.map(
      ({ at, note }) => `${assumptionMark}  rests on an assumption, not on a public term: ${at === '' ? 'the agreement' : at}: ${note}`,
    ),
    '',
    ...terms.map(({ version, hash }) => `Terms version ${version}, sha256 ${hash}`),
    `Facts sha256 ${factsHash}, from ${figure(String(readings))} readings`,
  ]
}

/** A statement for a terminal or a mail: head, table, notes, and what it rests on. `sources` are those of the agreement's version. */
export const renderStatement = (statement: Statement, sources: readonly TermSource[] = []): string =>
  [
    ...headOf(statement).map(printable),
    '',
    ...statementTable(statement, sources),
    '',
    ...footOf(statement, sources).map(printable),
    '',
  ].join('\n')
