import { fromText, isZero, minus, nought, over, plus, times, toText, type Rational } from '../base/rational.ts'
import type { Problem } from '../base/problem.ts'
import { formatLocal } from '../base/time.ts'
import type { Evidence } from '../meter/facts.ts'
import type { ReadingKind } from '../meter/reading.ts'
import type { Input, Line } from '../settlement/line.ts'
import type { TermSource } from '../terms/agreement.ts'
import {
  amountExplained,
  assumptionMark,
  figure,
  gpuHoursExplained,
  instantOf,
  isRational,
  percent,
  priceOf,
  sourceOf,
  decimals,
  gpuHourDigits,
} from './figures.ts'
import type { Statement, StatementLine } from './statement.ts'
import { printable, textTable, type Row } from './text-table.ts'

type Outcome = Readonly<{ value: Rational }> | Problem

/** Joins the values of siblings from left to right, beginning at zero. */
const joined = (inputs: readonly Input[], pointer: string): Outcome => {
  let value = nought
  for (const [i, input] of inputs.entries()) {
    const at = `${pointer}/${i}`
    if (input.operator === 'note') continue
    if (!isRational(input.value)) return { pointer: `${at}/value`, message: `${input.word} is ${input.value}, which is no number` }
    const operand = fromText(input.value)
    switch (input.operator) {
      case '+':
        value = plus(value, operand)
        break
      case '-':
        value = minus(value, operand)
        break
      case '×':
        value = times(value, operand)
        break
      case '÷':
        if (isZero(operand)) return { pointer: `${at}/value`, message: `${input.word} divides by zero` }
        value = over(value, operand)
        break
    }
  }
  return { value }
}

const disagreement = (inputs: readonly Input[], stated: string, pointer: string, word: string): Problem | undefined => {
  const outcome = joined(inputs, pointer)
  if ('message' in outcome) return outcome
  if (isRational(stated) && toText(outcome.value) === toText(fromText(stated))) return undefined
  return { pointer, message: `${word} is ${stated}, but its reasons make ${toText(outcome.value)}` }
}

/** The first node whose children take part in arithmetic and do not make its value. A note without such children stands by itself. */
const firstWrong = (inputs: readonly Input[], pointer: string): Problem | undefined => {
  for (const [i, { children = [], value, word }] of inputs.entries()) {
    const at = `${pointer}/${i}/children`
    const own = children.some(({ operator }) => operator !== 'note') ? disagreement(children, value, at, word) : undefined
    const problem = own ?? firstWrong(children, at)
    if (problem !== undefined) return problem
  }
  return undefined
}

/**
 * Does the arithmetic of a line again: at every level the values of the children, joined by their operators from left to right beginning at
 * zero, must make the node's own exact value, and at the root the line's. Undefined when they do; else the first place where they do not,
 * as a JSON pointer into the line.
 */
export const checkReasons = ({ exact, reasons }: Pick<Line, 'exact' | 'reasons'>): Problem | undefined =>
  disagreement(reasons, exact, '/reasons', 'the exact amount') ?? firstWrong(reasons, '/reasons')

/** What a node adds to its siblings: a deduction is below zero. */
const shown = ({ operator, value }: Input): Rational => (operator === '-' ? minus(nought, fromText(value)) : fromText(value))

const valueOf = (input: Input, currency: string): [text: string, unit: string] => {
  if (input.unit === 'text' || !isRational(input.value)) return [input.value, '']
  const value = shown(input)
  switch (input.unit) {
    case 'gpu-seconds':
      return [figure(gpuHoursExplained(value)), 'GPU-h']
    case 'gpu-hours':
      return [figure(decimals(value, gpuHourDigits, gpuHourDigits)), 'GPU-h']
    case 'major':
      return [figure(amountExplained(value, currency)), currency]
    case 'per-gpu-hour':
      return [figure(priceOf(value, currency)), `${currency}/GPU-h`]
    case 'per-unit':
    case 'per-day':
    case 'per-share':
      return [figure(priceOf(value, currency)), `${currency}/${input.unit.slice(4)}`]
    case 'rate': {
      const { text, unit } = percent(value)
      return [figure(text), unit]
    }
    case 'seconds':
      return [figure(toText(value)), 's']
    case 'days':
    case 'units':
    case 'shares':
      return [figure(toText(value)), input.unit]
  }
}

const signs = { '+': '+', '-': '−', '×': '×', '÷': '÷', note: '·' } as const

type Setting = Readonly<{ statement: Statement; sources: readonly TermSource[] }>

const whence = ({ source }: Input, { statement, sources }: Setting): string => {
  switch (source.kind) {
    case 'fact':
      return `${source.subject}: ${source.reading.join(', ')}`
    case 'terms': {
      const mark = sourceOf(sources, source.pointer)?.status === 'assumption' ? ` ${assumptionMark}` : ''
      return `terms v${source.version} ${source.pointer}${mark}`
    }
    case 'line': {
      const number = statement.lines.find(({ key }) => key === source.key)?.number
      return number === undefined ? `line ${source.key}` : `line ${number}`
    }
    case 'state':
      return `carried in: ${source.name}`
    case 'sum':
      return ''
  }
}

/** Turns GPU-seconds into GPU-hours, which is how they are printed already: left out, or the printed arithmetic would be wrong. */
const isConversion = ({ operator, unit, value }: Input, siblings: readonly Input[]): boolean =>
  operator === '÷' && unit === 'seconds' && value === '3600' && siblings.some((sibling) => sibling.unit === 'gpu-seconds')

const rowsOf = (inputs: readonly Input[], depth: number, setting: Setting): Row[] =>
  inputs
    .filter((input) => !isConversion(input, inputs))
    .flatMap((input) => [
      [
        `${'  '.repeat(depth)}${signs[input.operator]} ${input.word}${input.symbol === undefined ? '' : `  ${input.symbol}`}`,
        ...valueOf(input, setting.statement.currency),
        whence(input, setting),
      ],
      ...rowsOf(input.children ?? [], depth + 1, setting),
    ])

const factsOf = (inputs: readonly Input[]): { subject: string; reading: readonly string[] }[] =>
  inputs.flatMap(({ source, children = [] }) => [...(source.kind === 'fact' ? [source] : []), ...factsOf(children)])

/** Kinds of readings whose evidence is kept by pool: a sale or a charge says its block only where the terms attribute by order. */
const pooledKinds: ReadonlySet<string> = new Set<ReadingKind>(['allocation', 'reservation', 'charge', 'credit', 'refund', 'fx'])

/** The evidence of the kinds that a line's facts name: of their blocks, and for sales and charges of every pool. */
const evidenceOf = ({ evidence }: Statement, { reasons, corrects }: StatementLine): Evidence[] => {
  // A correction rests on the facts of its own month, by their hash.
  if (corrects !== undefined) return []
  const facts = factsOf(reasons)
  return evidence.filter(({ subject, kind }) =>
    facts.some((fact) => fact.reading.includes(kind) && (pooledKinds.has(kind) || fact.subject.split(' ').includes(subject))),
  )
}

const payment = ({ amount, payer }: StatementLine, { currency, guarantor, operator }: Statement): string => {
  const [from, to] = payer === guarantor.id ? [guarantor, operator] : [operator, guarantor]
  return amount.startsWith('-')
    ? `${figure(amount)} ${currency}, a credit from ${to.name} to ${from.name}`
    : `${figure(amount)} ${currency}, ${from.name} pays ${to.name}`
}

/**
 * A line unfolded down to facts and terms: operator, word, symbol, value with unit, and where the value comes from. GPU-seconds are printed
 * as GPU-hours with six decimals; deductions stand in parentheses, so that siblings add up
 * as printed, but for the last digit. Ends with the evidence and with the
 * result of `checkReasons`.
 */
export const explainLine = (statement: Statement, line: StatementLine, sources: readonly TermSource[] = []): string => {
  const setting = { statement, sources }
  const { currency, terms, settledAgain, zone } = statement
  const factsHash = settledAgain.find(({ month }) => month === line.corrects)?.factsHash ?? statement.factsHash
  const local = (text: string) => formatLocal(instantOf(text), zone)
  const problem = checkReasons(line)
  const exact = isRational(line.exact) ? figure(amountExplained(fromText(line.exact), currency)) : line.exact
  const columns = (['left', 'right', 'left', 'left'] as const).map((ends) => ({ head: '', ends }))
  const rows: Row[] = [['Amount, before it is rounded', exact, currency, `exactly ${line.exact}`], ...rowsOf(line.reasons, 1, setting)]
  const evidence = evidenceOf(statement, line).map(({ subject, kind, readings, sha256 }): Row => [
    subject === '' ? kind : `${subject}: ${kind}`,
    figure(String(readings)),
    'readings',
    `sha256 ${sha256}`,
  ])
  const hash = terms.find(({ version }) => version === line.version)?.hash
  return [
    printable(`Line ${line.number}: ${line.text}`),
    printable(payment(line, statement)),
    `${local(line.from)} to ${local(line.to)} (${zone}), contract year ${line.contractYear}`,
    printable(`Key ${line.key}`),
    '',
    ...textTable(columns, rows).map((row) => row.trimEnd()),
    '',
    ...(evidence.length === 0 ? [] : ['Evidence', ...textTable(columns, evidence).map((row) => row.trimEnd()), '']),
    `Terms version ${line.version}${hash === undefined ? '' : `, sha256 ${hash}`}`,
    `Facts sha256 ${factsHash}`,
    printable(
      problem === undefined ? 'Reasons recomputed: equal' : `Reasons recomputed: NOT EQUAL at ${problem.pointer}: ${problem.message}`,
    ),
    '',
  ].join('\n')
}
