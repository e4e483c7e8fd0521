import { toText, type Rational } from '../base/rational.ts'
import type { Origin } from '../terms/schedule.ts'
import type { Input, InputSource } from './line.ts'

const leaf =
  (source: InputSource, unit: Input['unit']) =>
  (operator: Input['operator'], word: string, value: Rational | string, symbol?: string): Input => ({
    operator,
    word,
    ...(symbol === undefined ? {} : { symbol }),
    value: typeof value === 'string' ? value : toText(value),
    unit,
    source,
  })

/** A metered fact of a block or pool, resting on readings of these kinds. */
export const fact = (subject: string, reading: readonly string[], unit: Input['unit'] = 'gpu-seconds') =>
  leaf({ kind: 'fact', subject, reading }, unit)

/** A step of the terms. */
export const term = ({ version }: Origin, pointer: string, unit: Input['unit']) => leaf({ kind: 'terms', version, pointer }, unit)

/** What an earlier statement left behind. */
export const state = (name: string, unit: Input['unit']) => leaf({ kind: 'state', name }, unit)

/** Another line of this statement. */
export const line = (key: string, unit: Input['unit']) => leaf({ kind: 'line', key }, unit)

/** A value worked out from its children, or from rules that the word names. */
export const sum = (
  operator: Input['operator'],
  word: string,
  value: Rational,
  unit: Input['unit'],
  children: readonly Input[],
  symbol?: string,
): Input => ({ ...leaf({ kind: 'sum' }, unit)(operator, word, value, symbol), ...(children.length === 0 ? {} : { children }) })

/** A rule that was checked and takes no part in the arithmetic. */
export const note = (word: string, value: string, source: InputSource = { kind: 'sum' }): Input => ({
  operator: 'note',
  word,
  value,
  unit: 'text',
  source,
})

/** GPU-seconds to GPU-hours. */
export const secondsInAnHour: Input = { operator: '÷', word: 'Seconds in an hour', value: '3600', unit: 'seconds', source: { kind: 'sum' } }

/** Leaves out what is zero, unless it is the only thing there. */
export const quiet = (inputs: readonly Input[]): Input[] => {
  const loud = inputs.filter(({ value, operator }) => value !== '0' || operator === 'note')
  return loud.length === 0 ? inputs.slice(0, 1) : loud
}
