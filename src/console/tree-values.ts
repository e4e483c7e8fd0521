import { compare, fromText, nought } from '../core/base/rational.ts'
import type { InputWire } from '../wire/statement.ts'
import { decimalText, explainedHours, moneyText, priceText, shareText } from './format.ts'
import { numberStyle } from './number-style.ts'

/** How values are written: as people read them, or exactly as they are stored. */
export type Units = Readonly<{ currency: string; whole: boolean; exact: boolean }>

/** A value and its unit. */
export const valueOf = (
  { unit, value }: Pick<InputWire, 'unit' | 'value'>,
  { currency, whole, exact }: Units,
): readonly [value: string, unit: string] => {
  switch (unit) {
    case 'text':
      return [value, '']
    case 'gpu-seconds':
      return exact ? [value, 'GPU-s'] : [explainedHours(value, whole), 'GPU-h']
    case 'gpu-hours':
      return [exact ? value : decimalText(value), 'GPU-h']
    case 'major':
      return [exact ? value : moneyText(value, currency), currency]
    case 'per-gpu-hour':
      return [exact ? value : priceText(value, currency), `${currency}/GPU-h`]
    case 'per-unit':
    case 'per-day':
    case 'per-share':
      return [exact ? value : priceText(value, currency), `${currency}/${unit.slice(4)}`]
    case 'rate':
      return [exact ? value : shareText(value), '']
    case 'seconds':
      return [exact ? value : decimalText(value), 's']
    case 'days':
    case 'units':
    case 'shares':
      return [exact ? value : decimalText(value), unit]
  }
}

/** A value with its unit, as the tree writes it. */
export const valueText = (input: Pick<InputWire, 'unit' | 'value'>, units: Units): string =>
  valueOf(input, units)
    .filter((part) => part !== '')
    .join(' ')

export const isNumber = ({ unit }: InputWire): boolean => unit !== 'text'
const isNegative = (input: InputWire): boolean => isNumber(input) && compare(fromText(input.value), nought) < 0

/**
 * A deduction as its size, whose sign says the rest: what is deducted stands in parentheses too, for who does not prefer a minus, and a deduction of
 * something negative adds.
 */
export const shownValue = (input: InputWire, units: Units): string => {
  if (input.operator !== '-' || !isNumber(input)) return valueOf(input, units)[0]
  const [size] = valueOf({ unit: input.unit, value: input.value.replace('-', '') }, units)
  return numberStyle() === 'minus' || compare(fromText(input.value), nought) <= 0 ? size : `(${size})`
}

/** What stands before a value: how it goes into the sum above it. */
export const signOf = (input: InputWire): string => {
  switch (input.operator) {
    case '+':
      return ''
    case '-':
      return isNegative(input) ? '+' : '−'
    case 'note':
      return input.unit === 'text' ? '✓' : ''
    case '×':
    case '÷':
      return input.operator
  }
}
