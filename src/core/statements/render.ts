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
import type { NetTotal, PairTotal, Statement, StatementLine } from './statement.ts'
import { positionTable } from './positions.ts'
import { printable, textTable, type Column, type Row } from './text-table.ts'

/** Whether the period is longer or shorter than its days say, because a clock was changed in it. */
export const hasClockChange = ({ from, to, zone }: Statement): boolean => {
  const [start, end] = [instantOf(from), instantOf(to)]
  const [first, last] = [dateOf(start, zone), dateOf(end, zone)]
  const wholeDays = startOfDate(first, zone) === start && startOfDate(last, zone) === end
  return wholeDays && end - start !== daysBetween(first, last) * 86_400
}

/** How much of what a line is for, and its unit apart. */
export const quantityOf = ({ quantity, quantityUnit }: StatementLine, currency: string): [text: string, unit: string] => {
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
export const rateOf = ({ rate, rateUnit }: StatementLine, currency: string): string => {
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

/** Two parties as a table shows them: how each is called, and what they pay each other. */
type Pair = Pick<PairTotal, 'pays' | 'held' | 'net' | 'payable'> &
  Readonly<{ ids: readonly [string, string]; names: readonly [string, string] }>

const columnsOf = (currency: string, { names }: Pair): readonly Column[] => [
  { head: '#', ends: 'right' },
  { head: 'Line', ends: 'left' },
  { head: 'Quantity', ends: 'right' },
  { head: '', ends: 'left' },
  { head: 'Rate', ends: 'right' },
  { head: '', ends: 'left' },
  ...names.map((name): Column => ({ head: `${name} pays, ${currency}`, ends: 'right' })),
]

/** Guarantor and operator are called by their roles, everybody else by name. */
const pairsOf = ({ guarantor, operator, parties, totals }: Statement): Pair[] => {
  const nameOf = (id: string) =>
    id === guarantor.id ? 'Guarantor' : id === operator.id ? 'Operator' : (parties.find((party) => party.id === id)?.name ?? id)
  const { guarantorPays, operatorPays, guarantorHeld, operatorHeld, net, payable, others } = totals
  const main: PairTotal = {
    parties: [guarantor.id, operator.id],
    pays: [guarantorPays, operatorPays],
    held: [guarantorHeld, operatorHeld],
    net,
    payable,
  }
  return [main, ...others].map(({ parties: ids, ...pair }) => ({ ...pair, ids, names: [nameOf(ids[0]), nameOf(ids[1])] }))
}

/** An amount in the column of who pays; the other column stays blank. */
const inColumn = (isFirst: boolean, amount: string): [first: string, second: string] => {
  const text = figure(amount)
  return isFirst ? [text, ''] : ['', text]
}

const rowOf = (line: StatementLine, isFirst: boolean, currency: string, sources: readonly TermSource[]): Row => [
  String(line.number),
  line.text,
  ...quantityOf(line, currency),
  rateOf(line, currency),
  assumed(line.reasons, sources).length > 0 ? assumptionMark : '',
  ...inColumn(isFirst, line.amount),
]

/** A role in the middle of a sentence. */
const inSentence = (name: string): string => (name === 'Guarantor' || name === 'Operator' ? name.toLowerCase() : name)

const blank = ['', '', '', '']

const netRow = ({ ids, names }: Pair, word: string, net: NetTotal): Row => {
  if (net.payer === null) return ['', `${word}, nothing is owed`, ...blank, figure(net.amount), figure(net.amount)]
  const isFirst = net.payer === ids[0]
  const [payer, payee] = isFirst ? names : [names[1], names[0]]
  return ['', `${word}, ${inSentence(payer)} pays ${inSentence(payee)}`, ...blank, ...inColumn(isFirst, net.amount)]
}

/** The net of all, and where some is in dispute, that of the rest. */
const netRows = (pair: Pair, { totals: { netting }, currency }: Statement): Row[] => {
  const { pays, held, net, payable } = pair
  const isHeld = held.some((amount) => !isZero(decimal(amount)))
  const less = (i: 0 | 1) => figure(toFixed(minus(decimal(pays[i]), decimal(held[i])), minorDigits(currency)!))
  const heldRow: Row = ['', 'In dispute, not payable until it is ruled on', ...blank, figure(held[0]), figure(held[1])]
  if (!netting) {
    const owed: Row = ['', 'Payable', ...blank, less(0), less(1)]
    return [...(isHeld ? [heldRow, owed] : []), ['', 'Not netted: each side pays its own', ...blank, '', '']]
  }
  return [netRow(pair, 'Net', net), ...(isHeld ? [heldRow, netRow(pair, 'Payable', payable)] : [])]
}

const pairTable = (statement: Statement, pair: Pair, sources: readonly TermSource[]): string[] => {
  const { currency, lines } = statement
  const { ids, names, pays } = pair
  const groups = [true, false].flatMap((isFirst): Row[] => {
    const [payer, payee] = isFirst ? ids : [ids[1], ids[0]]
    const own = lines.filter((line) => line.payer === payer && line.payee === payee)
    const rows = own.map((line) => rowOf(line, isFirst, currency, sources))
    const heading = isFirst ? `${names[0]} pays ${inSentence(names[1])}` : `${names[1]} pays ${inSentence(names[0])}`
    return rows.length === 0 ? [] : [['', heading, '', '', '', '', '', ''], ...rows]
  })
  const totalRow = ['', `Totals, ${currency}`, '', '', '', '', figure(pays[0]), figure(pays[1])]
  return textTable(columnsOf(currency, pair), [...groups, 'rule', totalRow, ...netRows(pair, statement)])
}

/**
 * The lines as tables, one for every two parties that owe each other something, guarantor and operator first. Each is as wide as its widest
 * row: by who pays; lines of zero amount stay, for they carry reasons. Amounts at the currency's minor unit, credits in parentheses,
 * GPU-hours whole. A rate that rests on an assumed term, or whose quantity does, carries a raised a.
 */
export const statementTable = (statement: Statement, sources: readonly TermSource[] = []): string[] =>
  pairsOf(statement)
    .filter(
      ({ ids }, i, all) =>
        i > 0 || all.length === 1 || statement.lines.some(({ payer, payee }) => ids.includes(payer) && ids.includes(payee)),
    )
    .flatMap((pair, i) => [...(i === 0 ? [] : ['']), ...pairTable(statement, pair, sources)])

const othersOf = ({ guarantor, operator, parties }: Statement): string =>
  parties
    .filter(({ id }) => id !== guarantor.id && id !== operator.id)
    .map(({ id, name, role }) => `, ${role} ${name} (${id})`)
    .join('')

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
    `Guarantor ${guarantor.name} (${guarantor.id}), operator ${operator.name} (${operator.id})${othersOf(statement)}`,
    life,
  ]
}

const rateUnits: readonly (readonly [unit: string, text: (currency: string) => string])[] = [
  ['per-gpu-hour', (currency) => `${currency} per GPU-hour`],
  ['per-day', (currency) => `${currency} per day`],
  ['per-unit', (currency) => `${currency} per unit`],
  ['per-share', (currency) => `${currency} per share`],
  ['per-year', () => 'a rate per year'],
  ['share', () => 'a share of the quantity'],
]

/** What the rates of these lines are counted in, if any has one. */
const ratesSaid = (lines: readonly StatementLine[], currency: string): string[] => {
  const said = rateUnits.flatMap(([unit, text]) => (lines.some(({ rateUnit }) => rateUnit === unit) ? [text(currency)] : []))
  return said.length === 0 ? [] : [`Rates are ${[said.slice(0, -1).join(', '), said.at(-1)!].filter((part) => part !== '').join(', or ')}.`]
}

const footOf = ({ currency, lines, evidence, terms, factsHash }: Statement, sources: readonly TermSource[]): string[] => {
  const notes = [...new Set(lines.flatMap(({ reasons }) => assumed(reasons, sources)))]
  const readings = evidence.reduce((sum, each) => sum + each.readings, 0)
  return [
    ...ratesSaid(lines, currency),
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
    ...(statement.positions.length === 0 ? [] : [...positionTable(statement), '']),
    ...footOf(statement, sources).map(printable),
    '',
  ].join('\n')
