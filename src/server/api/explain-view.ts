import type { Evidence } from '../../core/meter/facts.ts'
import type { Input } from '../../core/settlement/line.ts'
import { sayRecouped } from '../../core/settlement/say-recoupment.ts'
import { nextMonth } from '../../core/base/time.ts'
import type { Statement, StatementLine } from '../../core/statements/statement.ts'
import type { ResolvedClause } from '../../core/terms/schedule.ts'
import type { ExplanationWire } from '../../wire/statement.ts'
import type { AgreementRecord, StatementRecord } from './source.ts'

const everyInput = (inputs: readonly Input[]): Input[] => inputs.flatMap((input) => [input, ...everyInput(input.children ?? [])])

/** Readings of sales and charges name pools, and facts name blocks: so a fact rests on the readings of its blocks and of their pools. */
const evidenceOf = ({ schedule }: AgreementRecord, inputs: readonly Input[], evidence: readonly Evidence[]): Evidence[] => {
  const wanted = new Set<string>()
  for (const { source } of inputs) {
    if (source.kind !== 'fact') continue
    const blocks = source.subject.split(' ')
    const pools = schedule.blocks.filter(({ id }) => blocks.includes(id)).map(({ pool }) => String(pool))
    for (const subject of [...blocks, ...pools, '']) for (const kind of source.reading) wanted.add(`${subject} ${kind}`)
  }
  return evidence.filter(({ subject, kind }) => wanted.has(`${subject} ${kind}`))
}

const inWords = ({ schedule: { currency, parties } }: AgreementRecord, line: StatementLine) => {
  const nameOf = (id: string): string => parties.find((party) => party.id === id)?.name ?? id
  return { currency, payer: nameOf(line.payer), payee: nameOf(line.payee) }
}

/** The sentence is of the terms; what a recoupment takes back, and why so much, is of its own line. */
const clauseOf = (record: AgreementRecord, line: StatementLine): ExplanationWire['clause'] => {
  const { schedule, versions, sentences } = record
  const slices = schedule.clauses.filter(({ id }) => id === line.clause)
  const clause: ResolvedClause | undefined = slices.find(({ origin }) => origin.version === line.version) ?? slices.at(-1)
  return {
    kind: clause?.kind ?? 'unknown',
    sentence: sayRecouped(line, inWords(record, line)) ?? sentences.find((each) => each.clause === line.clause)?.text ?? '',
    pointer: clause?.origin.pointer ?? '',
    version: line.version,
    hash: versions.find(({ agreement }) => agreement.version === line.version)?.hash ?? versions.at(-1)!.hash,
  }
}

/** The terms in a tree that rest on an assumption: of the sources at or above a term, the nearest speaks. */
const assumedOf = ({ schedule }: AgreementRecord, inputs: readonly Input[]): ExplanationWire['assumed'] => {
  const terms = new Map(inputs.flatMap(({ source }) => (source.kind === 'terms' ? [[source.pointer, source.version]] : [])))
  return [...terms].flatMap(([pointer, version]) => {
    const nearest = schedule.sources
      .filter((source) => source.version === version && (pointer === source.at || pointer.startsWith(`${source.at}/`)))
      .toSorted((a, b) => b.at.length - a.at.length)[0]
    return nearest?.status === 'assumption' ? [{ pointer, note: nearest.note }] : []
  })
}

/**
 * How to unfold the line where this is stored, and how to settle it again elsewhere from files alone. Corrections, and a month that opened with
 * what they left, come from settling all months again, which files of one month cannot.
 */
const commandsFor = ({ agreement, month, terms, opening, settledAgain }: Statement, { number }: StatementLine): string[] => {
  if (settledAgain.length > 0) return [`offtake explain ${agreement} ${month} ${number}`]
  const signed = terms.map(({ version }) => `--agreement ${agreement}.v${version}.yaml`).join(' ')
  const before = Object.keys(opening).length === 0 ? '' : ` --opening ${agreement}-${nextMonth(month, -1)}.json`
  return [
    `offtake explain ${agreement} ${month} ${number}`,
    `offtake settle ${signed} --readings READINGS${before} --month ${month} --explain ${number}`,
  ]
}

/** What a line rests on, put beside it: the clause in words, the assumptions among its terms, the evidence of its facts. */
export const toExplanation = (record: AgreementRecord, { hash, statement }: StatementRecord, line: StatementLine): ExplanationWire => {
  const inputs = everyInput(line.reasons)
  const { agreement, month, version } = statement
  return {
    agreement,
    month,
    version,
    hash,
    line,
    clause: clauseOf(record, line),
    assumed: assumedOf(record, inputs),
    // A correction rests on the facts of its own month, which its statement has by their hash alone.
    evidence: line.corrects === undefined ? evidenceOf(record, inputs, statement.evidence) : [],
    check: commandsFor(statement, line),
  }
}
