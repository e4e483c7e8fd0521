import { hashOfJson } from '../base/hash.ts'
import { formatMoney, money } from '../base/money.ts'
import { fromText, nought, plus, rational, toDecimal, toText, type Rational } from '../base/rational.ts'
import { add, integrate, integrateBuckets, subtract, zero, type Steps } from '../base/steps.ts'
import { formatInstant, hourEdges, monthInterval, type Interval, type LocalDate, type Month } from '../base/time.ts'
import type { BlockFacts, Facts } from '../meter/facts.ts'
import type { Formula, Line, Settlement, State } from '../settlement/line.ts'
import type { Schedule } from '../terms/schedule.ts'
import { dueOn } from './due.ts'
import type { MonthSeries, PairTotal, Statement, StatementLine, Waterfall } from './statement.ts'
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
}>

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
  lines.filter(({ formula }) => formulas.includes(formula)).reduce((sum, { quantity }) => plus(sum, fromText(quantity)), nought)

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

/** What two parties pay each other. */
const pairOf = (one: string, other: string, lines: readonly Line[], currency: string): PairTotal => {
  const paid = (payer: string, payee: string) =>
    lines.filter((line) => line.payer === payer && line.payee === payee).reduce((sum, { minor }) => sum + minor, 0n)
  const text = (minor: bigint) => formatMoney(money(minor, currency))
  const [first, second] = [paid(one, other), paid(other, one)]
  const net = first - second
  const [payer, payee] = net > 0n ? [one, other] : net < 0n ? [other, one] : [null, null]
  return { parties: [one, other], pays: [text(first), text(second)], net: { payer, payee, amount: text(net < 0n ? -net : net) } }
}

const totalsOf = ({ guarantor, operator, parties, netting, currency }: Schedule, lines: readonly Line[]): Statement['totals'] => {
  const { pays, net } = pairOf(guarantor.id, operator.id, lines, currency)
  const pairs = parties.flatMap((one, i) => parties.slice(i + 1).map((other) => [one.id, other.id] as const))
  const others = pairs
    .filter(([one, other]) => ![guarantor.id, operator.id].every((id) => id === one || id === other))
    .filter((pair) => lines.some(({ payer, payee }) => pair.includes(payer) && pair.includes(payee)))
    .map(([one, other]) => pairOf(one, other, lines, currency))
  return { guarantorPays: pays[0], operatorPays: pays[1], net, netting, others }
}

const numbered = (schedule: Schedule, lines: readonly Line[]): StatementLine[] => {
  const ids = [...new Set([schedule.guarantor.id, schedule.operator.id, ...schedule.parties.map(({ id }) => id)])]
  const byPayer = ids.flatMap((party) => lines.filter(({ payer }) => payer === party))
  return byPayer.map((line, i): StatementLine => {
    const { minor, block, reason, from, to, ...rest } = line
    return {
      ...rest,
      number: i + 1,
      text: lineInWords(schedule, line),
      block: block ?? null,
      reason: reason ?? null,
      from: formatInstant(from),
      to: formatInstant(to),
      amount: formatMoney(money(minor, schedule.currency)),
    }
  })
}

/** Draws up the statement of a month: complete in itself, the same bytes from the same input on any machine. */
export const drawUp = ({ schedule, facts, month, opening, settlement, version, finalOn }: DrawUpInput): Statement => {
  const interval = monthInterval(month, schedule.zone)
  const terms = schedule.versions
    .filter(({ effective }) => effective < interval.to)
    .map((each) => ({ version: each.version, hash: each.hash }))
  const supported = facts.blocks.filter(({ block }) => schedule.blocks.some((each) => each.id === block && each.supported))
  const party = ({ id, name }: Schedule['guarantor']) => ({ id, name })
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
    lines: numbered(schedule, settlement.lines),
    totals: totalsOf(schedule, settlement.lines),
    positions: settlement.positions.map((position) => ({ ...position, of: position.of ?? null })),
    waterfall: waterfallOf(supported, interval, settlement.lines),
    series: seriesOf(supported, interval, schedule.zone),
    terms,
    evidence: facts.evidence,
    factsHash: hashOfJson({ terms, evidence: facts.evidence, opening }),
    opening,
    closing: settlement.closing,
  }
}
