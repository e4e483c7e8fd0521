import { Tooltip } from '@mantine/core'
import type { CSSProperties } from 'react'
import { compare, fromText, nought } from '../core/base/rational.ts'
import type { InputWire } from '../wire/statement.ts'
import { decimalText, explainedHours, moneyText, priceText, shareText } from './format.ts'
import type { TreeNode } from './tree.ts'

/** How values are written: as people read them, or exactly as they are stored. */
export type Units = Readonly<{ currency: string; whole: boolean; exact: boolean }>

const valueOf = (
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

export const indent = (depth: number) => ({ '--depth': depth }) as CSSProperties

const isNumber = ({ unit }: InputWire): boolean => unit !== 'text'
const isNegative = (input: InputWire): boolean => isNumber(input) && compare(fromText(input.value), nought) < 0

/** A deduction stands in parentheses; a deduction of something negative adds. */
const shownValue = (input: InputWire, units: Units): string => {
  const [value] = valueOf(input, units)
  if (input.operator !== '-' || !isNumber(input)) return value
  if (isNegative(input)) return units.exact ? value.replace('-', '') : value.replace(/^\((.*)\)$/, '$1')
  return compare(fromText(input.value), nought) === 0 ? value : `(${value})`
}

const signOf = (input: InputWire): string => {
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

const Assumed = ({ note }: Readonly<{ note: string }>) => (
  <Tooltip label={`Assumed: ${note}`} w={300}>
    <button type="button" className="assumed" aria-label={`Assumed: ${note}`}>
      a
    </button>
  </Tooltip>
)

type RowProps = Readonly<{
  node: TreeNode
  units: Units
  chosen: boolean
  folded: boolean
  /** Its place among its siblings, from 1, and how many they are. */
  at: number
  of: number
  /** The assumption it rests on, if one. */
  note: string | undefined
  /** The input it belongs to. */
  above: InputWire | undefined
  onPress: (fold: boolean) => void
}>

/** One reason: operator, word, symbol, value. A unit is written once, where it begins. */
export const TreeRow = ({ node, units, chosen, folded, at, of, note, above, onPress }: RowProps) => {
  const { input, depth, children } = node
  const [, unit] = valueOf(input, units)
  const repeated = above !== undefined && valueOf(above, units)[1] === unit
  const kind = [depth === 0 ? ' node-root' : '', children.length > 0 ? ' node-sum' : '', chosen ? ' node-chosen' : ''].join('')
  return (
    // Keys are the tree's: one handler moves between its items.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
    <div
      role="treeitem"
      className={`node${kind}`}
      style={indent(depth)}
      aria-level={depth + 1}
      aria-posinset={at}
      aria-setsize={of}
      aria-selected={chosen}
      {...(children.length > 0 ? { 'aria-expanded': !folded } : {})}
      tabIndex={chosen ? 0 : -1}
      data-path={node.path}
      onClick={(event) => onPress((event.target as HTMLElement).classList.contains('twist'))}
    >
      <span className="node-word">
        <span className="twist" aria-hidden="true">
          {children.length === 0 || depth === 0 ? '' : folded ? '▸' : '▾'}
        </span>
        <span className="sign">{signOf(input)}</span>
        {input.word} {input.symbol === undefined ? null : <i>{input.symbol}</i>}
        {note === undefined ? null : <Assumed note={note} />}
      </span>
      <span className={isNumber(input) ? 'node-value' : 'node-note'}>
        {shownValue(input, units)}
        {repeated || unit === '' ? null : <span className="unit"> {unit}</span>}
      </span>
    </div>
  )
}
