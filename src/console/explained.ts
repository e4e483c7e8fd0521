import { decimal, minus, toText } from '../core/base/rational.ts'
import type { InputWire, LineWire, StatementWire } from '../wire/statement.ts'

/** What can be explained: a line by its number, or the net of them all. */
export type LineOrNet = number | 'net'

/** An amount with everything that leads to it. */
export type Explained = Readonly<{
  name: LineOrNet
  /** To end a sentence: `Why line 1, Capacity backstop`. */
  text: string
  amount: string
  exact: string
  payer: string
  payee: string
  reasons: readonly InputWire[]
  /** What the amount is, in words, where its reasons do not say it by themselves. */
  equation: string | undefined
  /** Undefined for the net. */
  line: LineWire | undefined
}>

const ofLine = (line: LineWire): Explained => {
  const { number, text, amount, exact, payer, payee, reasons } = line
  return { name: number, text: `line ${number}, ${text}`, amount, exact, payer, payee, reasons, equation: undefined, line }
}

const sideOf = (operator: '+' | '-', name: string, amount: string, lines: readonly LineWire[]): InputWire => ({
  operator,
  word: `${name} pays`,
  value: toText(decimal(amount)),
  unit: 'major',
  source: { kind: 'sum' },
  children: lines.map(({ number, text, key, amount: of }) => ({
    operator: '+',
    word: `Line ${number}, ${text}`,
    value: toText(decimal(of)),
    unit: 'major',
    source: { kind: 'line', key },
  })),
})

/** What the one that pays owes, less what it is owed: each the sum of its rounded lines to the other. What others owe or are owed is in nets of their own. */
const ofNet = ({ lines, totals, guarantor, operator }: StatementWire): Explained => {
  const sides = [
    { party: guarantor, amount: totals.guarantorPays },
    { party: operator, amount: totals.operatorPays },
  ] as const
  const [payer, payee] = totals.net.payer === operator.id ? [sides[1], sides[0]] : sides
  const between = (from: string, to: string) => lines.filter((line) => line.payer === from && line.payee === to)
  const [owes, owed] = [between(payer.party.id, payee.party.id), between(payee.party.id, payer.party.id)]
  return {
    name: 'net',
    text: totals.netting ? 'the net of the month' : 'the difference of the month, which is not netted',
    equation: `${totals.netting ? 'Net' : 'Difference'} = ${payer.party.name} pays − ${payee.party.name} pays`,
    amount: totals.net.amount,
    exact: toText(minus(decimal(payer.amount), decimal(payee.amount))),
    payer: payer.party.id,
    payee: payee.party.id,
    reasons: [sideOf('+', payer.party.name, payer.amount, owes), sideOf('-', payee.party.name, payee.amount, owed)],
    line: undefined,
  }
}

/** What a name in the address explains; undefined where the statement has no such line. */
export const explainedOf = (statement: StatementWire, name: LineOrNet | undefined): Explained | undefined => {
  if (name === undefined) return undefined
  if (name === 'net') return ofNet(statement)
  const line = statement.lines.find(({ number }) => number === name)
  return line && ofLine(line)
}
