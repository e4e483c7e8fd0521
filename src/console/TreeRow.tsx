import { Tooltip } from '@mantine/core'
import type { CSSProperties } from 'react'
import type { InputWire } from '../wire/statement.ts'
import { isNumber, shownValue, signOf, valueOf, type Units } from './tree-values.ts'
import type { TreeNode } from './tree.ts'

export const indent = (depth: number) => ({ '--depth': depth }) as CSSProperties

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
