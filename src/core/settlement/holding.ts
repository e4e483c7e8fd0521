import { toText, type Rational } from '../base/rational.ts'
import { formatLocal, type Instant } from '../base/time.ts'
import type { EventFact, Facts } from '../meter/facts.ts'
import type { ResolvedCommon, Schedule } from '../terms/schedule.ts'
import type { ClauseWork } from './clause-kind.ts'
import type { Input, InputUnit, Measured, Position } from './line.ts'

/** The last value told before an instant, of a clause's figure. */
export const latestFigure = (
  { figures }: Facts,
  { id }: Pick<ResolvedCommon, 'id'>,
  figure: string,
  before: Instant,
): Rational | undefined => figures.findLast((each) => each.clause === id && each.figure === figure && each.from < before)?.value

/** A clause's events of the part in order of time; with the first part of all, those before it, which belong to no other. */
export const eventsIn = <Resolved extends ResolvedCommon>(
  { clause, part, facts, opening }: ClauseWork<Resolved>,
  name: string,
): EventFact[] => {
  const isFirst = Object.keys(opening).length === 0
  return facts.events.filter(
    ({ clause: id, event, at }) => id === clause.id && event === name && at < part.to && (isFirst || at >= part.from),
  )
}

/** How an event is named in a refusal. */
export const toldOf = ({ clause, event, at }: EventFact, { zone }: Schedule): string =>
  `Clause ${clause}: ${event}, told of ${formatLocal(at, zone)},`

/** Makes positions of one clause. */
export const holding =
  ({ id }: Pick<ResolvedCommon, 'id'>, parties: Pick<Position, 'by' | 'to'>) =>
  (measure: Measured, value: Rational, unit: InputUnit, reasons: readonly Input[]): Position => ({
    clause: id,
    ...parties,
    measure,
    of: undefined,
    value: toText(value),
    unit,
    reasons,
  })
