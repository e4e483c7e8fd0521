import { hashOfJson } from '../base/hash.ts'
import { formatMoney, money } from '../base/money.ts'
import { fromText, nought, plus, rational, toDecimal, toText, type Rational } from '../base/rational.ts'
import { add, integrate, integrateBuckets, subtract, zero, type Steps } from '../base/steps.ts'
import { formatInstant, hourEdges, monthInterval, type Instant, type Interval, type LocalDate, type Month } from '../base/time.ts'
import type { BlockFacts, Evidence, Facts } from '../meter/facts.ts'
import { heldAt, holdLines, readDisputes } from '../settlement/disputes.ts'
import type { Formula, Line, Settlement, State } from '../settlement/line.ts'
import type { Schedule } from '../terms/schedule.ts'
import { dueOn } from './due.ts'
import type { MonthSeries, SettledAgain, Statement, StatementLine, Waterfall } from './statement.ts'
import { totalsOf } from './totals.ts'
import { lineInWords } from './words.ts'

export type DrawUpInput = Readonly<{
  schedule: Schedule
  facts: Facts
  month: Month
  opening: State
  settlement: Settlement
  version: number
  /** The local date on which it became final; undefined while provisional. */
  finalOn: LocalDate | undefined
  /** The final months that were settled again, and what they lack: stated on this statement as corrections. */
  run?: Readonly<{ settled: readonly Settled[]; corrections: readonly Line[] }> | undefined
}>

type Settled = Readonly<{ month: Month; evidence: readonly Evidence[]; opening: State; closing: State }>

/** The versions that count from before an instant. */
const termsBefore = ({ versions }: Schedule, at: Instant) =>
  versions.filter(({ effective }) => effective < at).map(({ version, hash }) => ({ version, hash }))

const againOf = (schedule: Schedule, { month, evidence, opening, closing }: Settled): SettledAgain => {
  const terms = termsBefore(schedule, monthInterval(month, schedule.zone).to)
  return { month, factsHash: hashOfJson({ terms, evidence, opening }), closing }
}

const unsoldOf = ({ proven: { available, called, sold } }: BlockFacts): Steps => subtract(subtract(available, sold), called)

const seriesOf = (blocks: readonly BlockFacts[], month: Interval, zone: string): MonthSeries => {
  const edges = hourEdges(month, zone)
  const hourly = (steps: Steps) => [...integrateBuckets(steps, edges)]
  return {
    edges: [...edges],
    blocks: blocks.map((block) => ({
      block: block.block,
      accepted: hourly(block.accepted),
      sold: hourly(block.proven.sold),
      called: hourly(block.proven.called),
      unsold: hourly(unsoldOf(block)),
      unavailable: hourly(block.unavailable),
      planned: hourly(block.planned),
    })),
  }
}

const quantityOf = (lines: readonly Line[], ...formulas: Formula[]): Rational =>
  lines
    .filter(({ formula, corrects }) => corrects === undefined && formulas.includes(formula))
    .reduce((sum, { quantity }) => plus(sum, fromText(quantity)), nought)

const waterfallOf = (blocks: readonly BlockFacts[], { from, to }: Interval, lines: readonly Line[]): Waterfall => {
  const over = (pick: (block: BlockFacts) => Steps) => toText(rational(integrate(blocks.map(pick).reduce(add, zero), from, to)))
  return {
    accepted: over(({ accepted }) => accepted),
    planned: over(({ planned }) => planned),
    unavailable: over(({ unavailable }) => unavailable),
    sold: over(({ proven }) => proven.sold),
    called: over(({ proven }) => proven.called),
    unsold: over(unsoldOf),
    claimed: toText(quantityOf(lines, 'backstop', 'called', 'called-over-cap', 'over-cap', 'ineligible')),
    ineligible: toText(quantityOf(lines, 'ineligible')),
    overCap: toText(quantityOf(lines, 'over-cap')),
    paid: toText(quantityOf(lines, 'backstop', 'called', 'called-over-cap')),
  }
}

/** A line, and how much of it is in dispute. */
type HeldLine = Line & Readonly<{ held: bigint }>

const holdOf = ({ currency }: Schedule, month: Month, facts: Facts, lines: readonly Line[]): HeldLine[] => {
  const { standing } = readDisputes(facts, [{ month, lines }], currency)
  const held = holdLines(lines, heldAt(standing, month, Infinity))
  return lines.map((line, i) => ({ ...line, held: held[i]! }))
}

const numbered = (schedule: Schedule, lines: readonly HeldLine[]): StatementLine[] => {
  const ids = [...new Set([schedule.guarantor.id, schedule.operator.id, ...schedule.parties.map(({ id }) => id)])]
  const byPayer = ids.flatMap((party) => lines.filter(({ payer }) => payer === party))
  return byPayer.map((line, i): StatementLine => {
    const { minor, held, block, reason, from, to, ...rest } = line
    const text = (amount: bigint) => formatMoney(money(amount, schedule.currency))
    return {
      ...rest,
      number: i + 1,
      text: lineInWords(schedule, line),
      block: block ?? null,
      reason: reason ?? null,
      from: formatInstant(from),
      to: formatInstant(to),
      amount: text(minor),
      ...(held === 0n ? {} : { held: text(held) }),
    }
  })
}

/** Draws up the statement of a month: complete in itself, the same bytes from the same input on any machine. */
export const drawUp = ({ schedule, facts, month, opening, settlement, version, finalOn, run }: DrawUpInput): Statement => {
  const interval = monthInterval(month, schedule.zone)
  const terms = termsBefore(schedule, interval.to)
  const supported = facts.blocks.filter(({ block }) => schedule.blocks.some((each) => each.id === block && each.supported))
  const party = ({ id, name }: Schedule['guarantor']) => ({ id, name })
  const lines = holdOf(schedule, month, facts, [...settlement.lines, ...(run?.corrections ?? [])])
  const settledAgain = (run?.settled ?? []).map((settled) => againOf(schedule, settled))
  const again = settledAgain.map((each) => ({ month: each.month, factsHash: each.factsHash }))
  return {
    offtake: 1,
    agreement: schedule.agreement,
    title: schedule.title,
    month,
    from: formatInstant(interval.from),
    to: formatInstant(interval.to),
    hours: toDecimal(rational(interval.to - interval.from, 3600)),
    zone: schedule.zone,
    currency: schedule.currency,
    guarantor: party(schedule.guarantor),
    operator: party(schedule.operator),
    parties: schedule.parties,
    version,
    status: finalOn === undefined ? 'provisional' : 'final',
    finalOn: finalOn ?? null,
    dueOn: finalOn === undefined ? null : dueOn(schedule.due, finalOn),
    lines: numbered(schedule, lines),
    totals: totalsOf(schedule, lines),
    positions: settlement.positions.map((position) => ({ ...position, of: position.of ?? null })),
    waterfall: waterfallOf(supported, interval, lines),
    series: seriesOf(supported, interval, schedule.zone),
    terms,
    evidence: facts.evidence,
    factsHash: hashOfJson({ terms, evidence: facts.evidence, opening, ...(again.length === 0 ? {} : { settledAgain: again }) }),
    settledAgain,
    opening,
    closing: settlement.closing,
  }
}
