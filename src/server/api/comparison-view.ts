import { formatInstant, type Instant } from '../../core/base/time.ts'
import type { LineChange } from '../../core/statements/compare.ts'
import type { CauseWire, ComparisonWire, LineChangeWire, RecomputationWire } from '../../wire/comparison.ts'
import type { ComparedMonth, ToldCause } from '../app/compare-month.ts'
import type { Recomputed } from '../app/recompute.ts'

const toldLine = (line: LineChange['before']): LineChangeWire['before'] => {
  if (line === null) return null
  const { number, payer, amount, version, quantity, quantityUnit, rate, rateUnit } = line
  return { number, payer, amount, version, quantity, quantityUnit, rate, rateUnit }
}

/** A line on both sides, without its reasons. */
export const toChange = ({ kind, key, clause, formula, text, corrects, payer, payee, before, after, difference }: LineChange) => ({
  kind,
  key,
  clause,
  formula,
  text,
  corrects,
  payer,
  payee,
  before: toldLine(before),
  after: toldLine(after),
  difference,
})

const toCause = (cause: ToldCause): CauseWire => {
  if (cause.kind !== 'facts') return cause
  const { since, subject, reading, readings, decision } = cause
  const { first, last, named } = since
  const came = since.readings === 0 ? null : { readings: since.readings, first: formatInstant(first), last: formatInstant(last), named }
  return { kind: 'facts', subject, reading, readings, decision, came }
}

type Around = Readonly<{ sides: ComparisonWire['sides']; all: boolean }>

export const toComparison = ({ statement, before, after, lines, nets }: ComparedMonth, { sides, all }: Around): ComparisonWire => ({
  agreement: statement.agreement,
  month: statement.month,
  currency: statement.currency,
  before,
  after,
  sides,
  lines: lines
    .filter(({ kind }) => all || kind !== 'same')
    .map((line) => ({ ...toChange(line), reasons: line.reasons, causes: line.causes.map(toCause) })),
  same: lines.filter(({ kind }) => kind === 'same').length,
  nets,
})

export const toRecomputation = (id: string, recomputed: Recomputed, settledAt: Instant): RecomputationWire => {
  const { kind, statement, hash, recordedAt, readings } = recomputed
  const common = {
    result: kind,
    statement: id,
    version: statement.version,
    hash,
    settledHash: kind === 'equal' ? hash : null,
    settledAt: formatInstant(settledAt),
    knownAt: formatInstant(recordedAt),
    terms: statement.terms,
    readings,
    settledAgain: statement.settledAgain.map(({ month }) => month),
    messages: [],
    lines: [],
    net: null,
  }
  if (kind === 'equal') return common
  if (kind === 'impossible') return { ...common, messages: recomputed.messages }
  return {
    ...common,
    settledHash: recomputed.settledHash,
    messages: [`differs in ${recomputed.members.join(', ')}`],
    lines: recomputed.comparison.lines.filter((line) => line.kind !== 'same').map((line) => ({ ...toChange(line), reasons: line.reasons })),
    net: { stated: statement.totals.net, settled: recomputed.settled.totals.net },
  }
}
