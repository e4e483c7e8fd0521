import { toRational } from '../base/money.ts'
import { fromText, minus, toText, type Rational } from '../base/rational.ts'
import { addDays, addMonths, nextMonth, type Month } from '../base/time.ts'
import type { Evidence, Facts } from '../meter/facts.ts'
import type { Schedule } from '../terms/schedule.ts'
import { isRuled, readDisputes, rulingLines } from './disputes.ts'
import type { Input, Line, Settlement, State } from './line.ts'
import { state, sum } from './reasons.ts'
import { settle } from './settle.ts'
import { monthOfCharge, type StatedCharge, type StatedMonth } from './stated.ts'

/** A final month, settled again on what is known now. */
export type SettledAgain = Readonly<{ month: Month; lines: readonly Line[]; evidence: readonly Evidence[]; opening: State; closing: State }>

/** A correction run on its way: final months settled again, first to last, each opened with what the one before left. */
export type Chain = Readonly<{
  schedule: Schedule
  /** All final statements, in order. */
  stated: readonly StatedMonth[]
  settled: readonly SettledAgain[]
  /** What the last month left: the run begins with it, and so does the open month after the run. */
  closing: State
  /** Why a month of the run cannot be settled on what is known now, in sentences. */
  refusals: readonly string[]
}>

/**
 * Settles the next final month of a run. It sees the statements before it as they were stated, and not as they would be now: what is owed on
 * their payment is owed on what was asked for.
 */
export const settleAgain = (chain: Chain, month: Month, facts: Facts): Chain => {
  const { schedule, stated, closing: opening } = chain
  const settlement = settle({ schedule, facts, month, opening, stated: stated.filter((each) => each.month < month) })
  const { lines, closing } = settlement
  const refusals = [...chain.refusals, ...settlement.refusals.map((sentence) => `${month}, settled again: ${sentence}`)]
  return { ...chain, closing, refusals, settled: [...chain.settled, { month, lines, evidence: facts.evidence, opening, closing }] }
}

type Charge = { month: Month; lines: Line[]; stated: { on: Month; line: StatedCharge }[] }

/** Of one key, month and two parties: whoever of them pays. */
const nameOf = (month: Month, { key, payer, payee }: StatedCharge | Line): string => [month, key, ...[payer, payee].toSorted()].join('\n')

const gather = (due: readonly Readonly<{ month: Month; lines: readonly Line[] }>[], stated: readonly StatedMonth[]): Charge[] => {
  const charges = new Map<string, Charge>()
  const at = (month: Month, line: StatedCharge | Line): Charge => {
    const name = nameOf(month, line)
    const known = charges.get(name) ?? { month, lines: [], stated: [] }
    charges.set(name, known)
    return known
  }
  for (const { month, lines } of due) for (const line of lines) at(month, line).lines.push(line)
  for (const statement of stated)
    for (const line of statement.lines) at(monthOfCharge(statement, line), line).stated.push({ on: statement.month, line })
  return [...charges.values()].toSorted((a, b) => (a.month < b.month ? -1 : a.month > b.month ? 1 : 0))
}

/** What a line comes to, worked out again: its own reasons, and what rounding made of them. */
const settledReasons = (operator: '+' | '-', line: Line, currency: string): Input[] => {
  const exact = fromText(line.exact)
  const rounding = minus(toRational({ minor: line.minor, currency }), exact)
  return [
    sum(operator, 'Before it is rounded', exact, 'major', line.reasons),
    ...(rounding.n === 0n ? [] : [sum(operator, 'Rounding', rounding, 'major', [])]),
  ]
}

const correctionOf = ({ month, lines, stated }: Charge, currency: string): Line | undefined => {
  const like = lines.at(-1) ?? stated.at(-1)!.line
  // Who pays may have changed with the amount's direction.
  const turns = ({ payer }: StatedCharge | Line) => payer !== like.payer
  const signed = (line: StatedCharge | Line) => (turns(line) ? -line.minor : line.minor)
  const is = lines.reduce((all, line) => all + signed(line), 0n)
  const was = stated.reduce((all, { line }) => all + signed(line), 0n)
  if (is === was) return undefined
  const major = (minor: bigint): Rational => toRational({ minor, currency })
  const word = lines.length === 0 ? 'Settled again, there is no such line any more' : 'Settled again'
  const exact = toText(major(is - was))
  return {
    key: like.key,
    clause: like.clause as Line['clause'],
    formula: like.formula,
    block: like.block,
    from: like.from,
    to: like.to,
    version: like.version,
    contractYear: like.contractYear,
    payer: like.payer,
    payee: like.payee,
    reason: like.reason,
    corrects: month,
    quantity: exact,
    quantityUnit: 'major',
    rate: '1',
    rateUnit: 'none',
    exact,
    minor: is - was,
    reasons: [
      sum(
        '+',
        word,
        major(is),
        'major',
        lines.flatMap((line) => settledReasons(turns(line) ? '-' : '+', line, currency)),
      ),
      ...stated.map(({ on, line }) => state(`statement of ${on}`, 'major')('-', `Stated in ${on}`, major(signed(line)))),
    ],
  }
}

/**
 * What final statements lack: for each line key of each month the amount that is due less all that was stated of it, on whatever statement.
 * A line that is due no more is corrected to zero. Lines of one key compare as their sum; what agrees is not stated.
 */
export const correctionsOf = (
  due: readonly Readonly<{ month: Month; lines: readonly Line[] }>[],
  stated: readonly StatedMonth[],
  currency: string,
): Line[] => gather(due, stated).flatMap((charge) => correctionOf(charge, currency) ?? [])

/** The statements with only those lines that pass. */
const only = (stated: readonly StatedMonth[], passes: (month: Month, line: StatedCharge) => boolean): StatedMonth[] =>
  stated.map((statement) => ({ ...statement, lines: statement.lines.filter((line) => passes(monthOfCharge(statement, line), line)) }))

/** What the months of a run lack. What rulings took off is theirs, and is no part of it. */
const correctionsOfRun = ({ settled, stated, schedule }: Chain): Line[] => {
  const months = new Set(settled.map(({ month }) => month))
  return correctionsOf(
    settled,
    only(stated, (month, line) => months.has(month) && !isRuled(line)),
    schedule.currency,
  )
}

/** The open month: its own lines, the corrections of final months, and why either cannot be settled, in sentences. */
export type OpenMonth = Readonly<{ settlement: Settlement; corrections: readonly Line[]; refusals: readonly string[] }>

/**
 * Settles the open month after a run, or with nothing to settle again: it opens with what the months before leave now. What rulings take off
 * its own lines is a line of its own; what they take off final months is a correction, whether there was a run or not.
 */
export const settleOpen = (chain: Chain, month: Month, facts: Facts): OpenMonth => {
  const { schedule, stated, closing: opening } = chain
  const settlement = settle({ schedule, facts, month, opening, stated })
  const { standing, refusals } = readDisputes(facts, [...stated, { month, lines: settlement.lines }], schedule.currency)
  const ruled = rulingLines(standing, schedule.currency)
  const own = ruled.filter((each) => each.month === month).flatMap(({ lines }) => lines)
  const rulings = correctionsOf(
    ruled.filter((each) => each.month !== month),
    only(stated, (_, line) => isRuled(line)),
    schedule.currency,
  )
  return {
    settlement: { ...settlement, lines: [...settlement.lines, ...own] },
    corrections: [...correctionsOfRun(chain), ...rulings],
    refusals: [...chain.refusals, ...settlement.refusals, ...refusals.map(({ message }) => message)],
  }
}

/**
 * How many of these statements, from the first, are closed for good when `open` is the open month: those that have been final for longer than
 * the agreement corrects, counted to the last day of the open month. A run leaves them as they are and begins with what the last of them left.
 */
export const closedForGood = (schedule: Schedule, stated: readonly StatedMonth[], open: Month): number => {
  const { correctionsMonths } = schedule
  if (correctionsMonths === undefined) return 0
  const end = addDays(`${nextMonth(open)}-01`, -1)
  // In order of time, and so are the dates on which they became final.
  return stated.findLastIndex(({ finalOn }) => addMonths(finalOn, correctionsMonths) < end) + 1
}
