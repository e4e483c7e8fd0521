import { toRational } from '../../core/base/money.ts'
import { fromText, nought, over, toText, type Rational } from '../../core/base/rational.ts'
import { formatInstant, monthInterval, type Instant, type Month } from '../../core/base/time.ts'
import { runningState, type State } from '../../core/settlement/line.ts'
import { scopeOf } from '../../core/settlement/caps.ts'
import { yearAt } from '../../core/settlement/period.ts'
import { inForce, isBackstop, type Cap, type Schedule } from '../../core/terms/schedule.ts'
import type { CapUseWire, CapWire } from '../../wire/agreement.ts'

const inMajor = (value: Rational, { unit }: Cap, currency: string): Rational =>
  unit === 'minor' ? toRational({ minor: value.n, currency }) : value

const scopeInWords: Readonly<Record<Cap['per'], (year: number) => string>> = {
  period: () => 'each period',
  'contract-year': (year) => `contract year ${year}`,
  aggregate: () => 'the whole clause',
}

/** The slice of each clause that holds at an instant; before its start the first, after its end the last. */
export const slicesAt = (schedule: Schedule, at: Instant): Schedule['clauses'] =>
  [...Map.groupBy(schedule.clauses, ({ id }) => id).values()].map((slices) => slices.findLast(({ from }) => from <= at) ?? slices[0]!)

/**
 * The caps in force at an instant, and what is drawn on each by the final months whose closing state this is. A cap of a period starts anew
 * with each, so nothing is carried: its draw is null.
 */
export const capsOf = (schedule: Schedule, closing: State, at: Instant): CapWire[] =>
  slicesAt(schedule, at)
    .filter(isBackstop)
    .flatMap((clause) => {
      const year = Math.max(1, yearAt(clause.covers[0]!.years, at))
      return clause.caps.map((cap): CapWire => {
        const { value, pointer } = inForce(cap.value, at)
        const drawn = fromText(runningState(closing[clause.id] ?? {}).drawn[scopeOf(cap, year, '')] ?? '0')
        return {
          clause: clause.id,
          id: cap.id,
          per: cap.per,
          unit: cap.unit === 'minor' ? 'major' : 'gpu-seconds',
          scope: scopeInWords[cap.per](year),
          limit: toText(inMajor(value, cap, schedule.currency)),
          drawn: cap.per === 'period' ? null : toText(inMajor(drawn, cap, schedule.currency)),
          pointer,
        }
      })
    })

/** How much of each cap that lasts longer than a period was used after each final month: a contract year's begins anew with the year. */
export const capUseOf = (schedule: Schedule, closings: readonly Readonly<{ month: Month; closing: State }>[]): CapUseWire[] => {
  const uses = new Map<string, { use: Omit<CapUseWire, 'steps'>; steps: CapUseWire['steps'][number][] }>()
  for (const { month, closing } of closings) {
    const { to } = monthInterval(month, schedule.zone)
    for (const { clause, id, per, drawn, limit } of capsOf(schedule, closing, to - 1)) {
      if (per === 'period' || drawn === null) continue
      const name = `${clause} ${id}`
      const known = uses.get(name) ?? { use: { clause, id, per }, steps: [] }
      const whole = fromText(limit)
      known.steps.push({ month, at: formatInstant(to), part: toText(whole.n === 0n ? nought : over(fromText(drawn), whole)), drawn, limit })
      uses.set(name, known)
    }
  }
  return [...uses.values()].map(({ use, steps }) => ({ ...use, steps }))
}

/** Contract GPUs once every tranche of the supported blocks is commissioned. */
export const contractGpus = (schedule: Schedule): number =>
  schedule.blocks
    .filter(({ supported }) => supported)
    .flatMap(({ tranches }) => tranches)
    .reduce((sum, { gpus }) => sum + gpus, 0)
