import { formatLocal, type Instant } from '../../core/base/time.ts'
import { dateForPeople, figure, instantOf, monthForPeople } from '../../core/statements/figures.ts'
import { hasClockChange, quantityOf, rateOf } from '../../core/statements/render.ts'
import type { NetTotal, Statement, StatementLine } from '../../core/statements/statement.ts'
import { isSpelled } from './letters.ts'
import { innerWidth, makePaper, second, type Cell, type Paper, type Written } from './paper.ts'
import { isHeld, nameOf, netText, owedSentences, pairsOf, type Pair } from './statement-words.ts'

/** Lines of a statement on paper. One with more is for a machine: its CSV and JSON have no such bound. */
export const pdfLinesMax = 2_000

/** A statement with the name and the time that the store gave it. */
export type StatedRecord = Readonly<{ id: string; hash: string; recordedAt: Instant; statement: Statement }>

const columns = { number: 18, text: 183, quantity: 88, rate: 56 } as const
const amountWidth = (innerWidth - columns.number - columns.text - columns.quantity - columns.rate) / 2
const gutter = 6
const small = { size: 8.5 } as const

/** Cells side by side, the last four to the right. */
const cellsOf = (texts: readonly [string, string, string, string, string, string], how: Written): Cell[] => {
  const widths = [columns.number, columns.text, columns.quantity, columns.rate, amountWidth, amountWidth]
  let x = 0
  return texts.map((text, i) => {
    const cell: Cell = { x, width: widths[i]! - (i === 5 ? 0 : gutter), text, ...small, ...how, ends: i < 2 ? 'left' : 'right' }
    x += widths[i]!
    return cell
  })
}

const headRow =
  (paper: Paper, { names }: Pair, currency: string) =>
  () =>
    paper.row(
      cellsOf(['#', 'Line', 'Quantity', 'Rate', `${names[0]} pays, ${currency}`, `${names[1]} pays, ${currency}`], {
        font: 'bold',
        colour: second,
        size: 8,
      }),
      {
        rule: 'below',
      },
    )

const lineCells = (line: StatementLine, { parties }: Pair, currency: string): Cell[] => {
  const [quantity, unit] = quantityOf(line, currency)
  const isFirst = line.payer === parties[0]
  const amount = figure(line.amount)
  return cellsOf(
    [String(line.number), line.text, `${quantity} ${unit}`.trim(), rateOf(line, currency), isFirst ? amount : '', isFirst ? '' : amount],
    {},
  )
}

/** A cell that spans all before the amounts, and the amounts. */
const sumCells = (text: string, amounts: readonly [string, string], how: Written = {}): Cell[] => {
  const width = innerWidth - 2 * amountWidth
  return [
    { x: columns.number, width: width - columns.number - gutter, text, ...small, ...how },
    { x: width, width: amountWidth - gutter, text: amounts[0], ...small, ...how, ends: 'right' },
    { x: width + amountWidth, width: amountWidth, text: amounts[1], ...small, ...how, ends: 'right' },
  ]
}

/** An amount in the column of who pays it; in both where nobody does. */
const inColumn = ({ parties }: Pair, { payer, amount }: NetTotal): readonly [string, string] => {
  const text = figure(amount)
  if (payer === null) return [text, text]
  return payer === parties[0] ? [text, ''] : ['', text]
}

const pairTable = (paper: Paper, statement: Statement, pair: Pair) => {
  const { currency, lines, totals, guarantor, operator } = statement
  const again = headRow(paper, pair, currency)
  const own = lines.filter(({ payer, payee }) => pair.parties.includes(payer) && pair.parties.includes(payee))
  paper.keep(60)
  again()
  for (const line of own) paper.row(lineCells(line, pair, currency), { again })
  paper.row(sumCells('Total', [figure(pair.pays[0]), figure(pair.pays[1])], { font: 'bold' }), { rule: 'above', again })
  const isMain = pair.parties[0] === guarantor.id && pair.parties[1] === operator.id
  const word = isMain && !totals.netting ? 'Difference, not netted' : 'Net'
  paper.row(sumCells(`${word}, ${netText(pair, pair.net)}`, inColumn(pair, pair.net), { font: 'bold' }), { again })
  if (!isHeld(pair)) return
  paper.row(sumCells('In dispute, not payable until it is ruled on', [figure(pair.held[0]), figure(pair.held[1])]), { again })
  paper.row(sumCells(`Payable, ${netText(pair, pair.payable)}`, inColumn(pair, pair.payable)), { again })
}

const headOf = (paper: Paper, statement: Statement) => {
  const { month, title, version, status, finalOn, dueOn, from, to, zone, hours, guarantor, operator, parties } = statement
  paper.say(`Statement, ${monthForPeople(month)}`, { font: 'bold', size: 18 })
  paper.say(title, { size: 12 })
  paper.gap(8)
  const life = status === 'provisional' ? `Provisional, version ${version}: it may still change` : `Final, version ${version}`
  const dates = [
    ...(finalOn === null ? [] : [`final on ${dateForPeople(finalOn)}`]),
    ...(dueOn === null ? [] : [`due on ${dateForPeople(dueOn)}`]),
  ]
  const others = parties.filter(({ id }) => id !== guarantor.id && id !== operator.id)
  const facts: readonly (readonly [string, string])[] = [
    ['Status', [life, ...dates].join(', ')],
    ['Period', `${formatLocal(instantOf(from), zone)} to ${formatLocal(instantOf(to), zone)}, not included`],
    ['', `${hours} h${hasClockChange(statement) ? ', for a clock was changed' : ''}; all dates and times are those of ${zone}`],
    ['Guarantor', `${guarantor.name} (${guarantor.id})`],
    ['Operator', `${operator.name} (${operator.id})`],
    ...others.map(({ id, name, role }) => [role.charAt(0).toUpperCase() + role.slice(1), `${name} (${id})`] as const),
  ]
  for (const [name, text] of facts)
    paper.row([
      { x: 0, width: 70, text: name, colour: second },
      { x: 76, width: innerWidth - 76, text },
    ])
  paper.gap(8)
  for (const sentence of owedSentences(statement)) paper.say(sentence, { size: 11, font: 'bold' })
  paper.gap(12)
}

const evidenceOf = (paper: Paper, { id, hash, recordedAt, statement }: StatedRecord) => {
  const { terms, evidence, factsHash, agreement, month, zone } = statement
  const readings = evidence.reduce((sum, each) => sum + each.readings, 0)
  paper.gap(16)
  paper.keep(90)
  paper.say('What this rests on', { font: 'bold', size: 10 })
  paper.gap(2)
  const rows: readonly (readonly [string, string])[] = [
    ['Statement', `${id}, recorded ${formatLocal(recordedAt, zone)}`],
    ['SHA-256', hash],
    ...terms.map((each) => [`Terms, version ${each.version}`, each.hash] as const),
    [`Facts, ${figure(String(readings))} readings`, factsHash],
  ]
  for (const [name, text] of rows)
    paper.row([
      { x: 0, width: 116, text: name, colour: second, size: 8 },
      { x: 120, width: innerWidth - 120, text, size: 8, ...(/^[0-9a-f]{64}$/.test(text) ? { font: 'code' as const } : {}) },
    ])
  paper.gap(4)
  paper.say(
    `The statement itself is its canonical JSON, which has this hash; this paper shows it. Every line with its reasons: offtake explain ${agreement} ${month} LINE`,
    { size: 8, colour: second },
  )
}

/**
 * A statement as PDF: as it was stated, whatever happened since. The same statement is the same bytes. Throws `RangeError` beyond `pdfLinesMax` lines.
 */
export const statementPdf = async (record: StatedRecord): Promise<Buffer> => {
  const { statement, hash, recordedAt } = record
  if (statement.lines.length > pdfLinesMax)
    throw new RangeError(`a statement on paper has at most ${pdfLinesMax} lines, not ${statement.lines.length}`)
  const title = `${statement.title}, statement of ${monthForPeople(statement.month)}`
  const paper = makePaper({
    title,
    subject: `${statement.agreement} ${statement.month} version ${statement.version}, sha256 ${hash}`,
    at: recordedAt,
  })
  headOf(paper, statement)
  for (const [i, pair] of pairsOf(statement).entries()) {
    if (i > 0) paper.gap(14)
    pairTable(paper, statement, pair)
  }
  evidenceOf(paper, record)
  const names = [statement.title, ...statement.parties.map(({ id }) => nameOf(statement, id)), ...statement.lines.map(({ text }) => text)]
  if (!names.every(isSpelled))
    paper.say('Letters that these fonts lack are shown by the nearest ones, or as ?. The JSON has them all.', { size: 8, colour: second })
  return paper.end(`${statement.agreement}, ${statement.month}, version ${statement.version} · sha256 ${hash.slice(0, 16)}…`)
}
