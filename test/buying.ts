import { settlementWindow } from '../src/core/settlement/period.ts'
import { settle } from '../src/core/settlement/settle.ts'
import { decimal, fromText, nought, plus, rational, type Rational } from '../src/core/base/rational.ts'
import { monthInterval, nextMonth, type Month } from '../src/core/base/time.ts'
import type { ClauseId } from '../src/core/base/id.ts'
import type { EventFact, FigureFact } from '../src/core/meter/facts.ts'
import type { Line, Position, Settlement, State } from '../src/core/settlement/line.ts'
import type { Schedule } from '../src/core/terms/schedule.ts'
import { scheduleOfText } from './settling.ts'
import { factsOf } from './world.ts'

/** A document with one clause of a buyer, as YAML lines or an object, and whatever else is said. */
export const buyingDocument = (clause: object, more: object = {}): string =>
  JSON.stringify({
    offtake: 1,
    agreement: 'buying',
    title: 'A buyer',
    parties: [
      { id: 'vendor', name: 'The vendor', role: 'guarantor' },
      { id: 'cloud', name: 'The cloud', role: 'operator' },
      { id: 'buyer', name: 'The buyer', role: 'tenant' },
    ],
    zone: 'UTC',
    currency: 'USD',
    term: { from: '2027-01-01', through: '2027-12-31' },
    clauses: [{ id: 'buys', payer: 'buyer', payee: 'cloud', ...clause }],
    settlement: { due: { days: 30 } },
    ...more,
  })

/** A block of 100 GPUs, for clauses that cover one. */
export const hundred = {
  blocks: [{ id: 'a', factory: 'north', region: 'North', sku: 'GB300', tranches: [{ id: 'all', gpus: 100, due: '2027-01-01' }] }],
}

export const buyingSchedule = (clause: object, more: object = {}): Schedule => scheduleOfText(buyingDocument(clause, more))

/** Whole values of a figure, month by month. */
export const monthly = (figure: string, values: readonly (number | string)[], from: Month = '2027-01', zone = 'UTC'): FigureFact[] =>
  values.map((value, i) => ({
    clause: 'buys' as ClauseId,
    figure,
    of: undefined,
    value: decimal(String(value)),
    ...monthInterval(nextMonth(from, i), zone),
  }))

type Told = Readonly<{ figures?: readonly FigureFact[]; events?: readonly EventFact[] }>

/** Settles consecutive months on what was told, each opened with what the month before left. */
export const settleTold = (
  schedule: Schedule,
  { figures = [], events = [] }: Told,
  { from = '2027-01', months = 12 }: Readonly<{ from?: Month; months?: number }> = {},
): Settlement[] => {
  const all: Settlement[] = []
  let opening: State = {}
  for (let i = 0; i < months; i++) {
    const month = nextMonth(from, i)
    const facts = factsOf(settlementWindow(schedule, month), {}, { figures, events })
    const settlement = settle({ schedule, facts, month, opening })
    all.push(settlement)
    opening = settlement.closing
  }
  return all
}

/** Sums of lines of some formulas: minor units, and exact quantities. */
export const minorOfAll = (all: readonly Settlement[], ...formulas: Line['formula'][]): bigint =>
  all.flatMap(({ lines }) => lines).reduce((sum, line) => (formulas.includes(line.formula) ? sum + line.minor : sum), 0n)
export const quantityOfAll = (all: readonly Settlement[], ...formulas: Line['formula'][]): Rational =>
  all
    .flatMap(({ lines }) => lines)
    .reduce((sum, line) => (formulas.includes(line.formula) ? plus(sum, fromText(line.quantity)) : sum), nought)
export const positionIn = ({ positions }: Settlement, measure: Position['measure']): Rational =>
  fromText(positions.find((position) => position.measure === measure)?.value ?? '0')
/** What a party has paid, less what it was paid back, in minor units. */
export const paidBy = (all: readonly Settlement[], party: string): bigint =>
  all.flatMap(({ lines }) => lines).reduce((sum, { payer, minor }) => sum + (payer === party ? minor : -minor), 0n)
export const hours = (gpuHours: number): Rational => rational(gpuHours * 3_600)
