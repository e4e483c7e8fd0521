import { useNavigate } from '@tanstack/react-router'
import { useState, type KeyboardEvent } from 'react'
import type { ExplanationWire, StatementWire } from '../wire/statement.ts'
import type { PeriodView } from './address.ts'
import { announce } from './announce.ts'
import { monthPlus } from './dates.ts'
import type { Explained } from './explained.ts'
import { amountText, isWholeHours } from './format.ts'
import { everyNode, foldedAtFirst, isHoursOnly, roundingOf, visibleNodes, type TreeNode } from './tree.ts'
import type { Units } from './tree-values.ts'
import { indent, TreeRow } from './TreeRow.tsx'
import { lineOf, TreeSource } from './TreeSource.tsx'

type TreeProps = Readonly<{
  root: TreeNode
  chosen: string
  explained: Explained
  statement: StatementWire
  assumed: ExplanationWire['assumed']
  onChoose: (path: string) => void
  setView: (view: PeriodView) => void
}>

/** Goes to where an input comes from: its readings, its terms, its line, the statement before. */
const useSource = ({ statement, setView }: TreeProps) => {
  const navigate = useNavigate()
  const id = statement.agreement
  return ({ input }: TreeNode): void => {
    const { source } = input
    const line = lineOf(input, statement)
    if (source.kind === 'fact') document.getElementById('readings')?.focus()
    if (source.kind === 'terms') void navigate({ to: '/agreements/$id', params: { id }, hash: source.pointer })
    if (source.kind === 'state')
      void navigate({ to: '/agreements/$id/periods/$month', params: { id, month: monthPlus(statement.month, -1) } })
    if (line !== undefined) setView({ line: line.number, why: undefined, day: undefined })
  }
}

type Walk = Readonly<{
  nodes: readonly TreeNode[]
  visible: readonly TreeNode[]
  current: TreeNode
  folded: ReadonlySet<string>
  fold: (path: string, yes: boolean) => void
  go: (node: TreeNode | undefined) => void
  open: (node: TreeNode) => void
  turnExact: () => void
}>

const parentOf = (nodes: readonly TreeNode[], { path }: TreeNode): TreeNode | undefined =>
  nodes.find(({ children }) => children.some((child) => child.path === path))

/** What each key does, as trees have it everywhere. */
const keysOf = ({ nodes, visible, current, folded, fold, go, open, turnExact }: Walk): Readonly<Record<string, () => void>> => {
  const at = visible.indexOf(current)
  const isSum = current.children.length > 0
  const isFolded = folded.has(current.path)
  return {
    ArrowDown: () => go(visible[at + 1]),
    ArrowUp: () => go(visible[at - 1]),
    Home: () => go(visible[0]),
    End: () => go(visible.at(-1)),
    ArrowRight: () => (isSum && isFolded ? fold(current.path, false) : go(current.children.find((child) => visible.includes(child)))),
    ArrowLeft: () => (isSum && !isFolded && current.depth > 0 ? fold(current.path, true) : go(parentOf(nodes, current))),
    Enter: () => (current.input.source.kind === 'sum' && isSum ? fold(current.path, !isFolded) : open(current)),
    '.': turnExact,
    c: () => void navigator.clipboard.writeText(location.href).then(() => announce('Address copied')),
  }
}

const roundingText = (explained: Explained, currency: string): string => {
  switch (roundingOf(explained, currency)) {
    case 'exact':
      return 'was exact'
    case 'half-even':
      return `to ${amountText(explained.amount)}`
    case 'together':
      return `to ${amountText(explained.amount)}, with the lines that one cap cuts`
    case 'other':
      return `${amountText(explained.amount)} does not follow`
  }
}

const Rounding = ({ explained, currency }: Readonly<{ explained: Explained; currency: string }>) => (
  <p className="node rounding third" style={indent(1)}>
    <span className="node-word">
      <span className="twist" />
      <span className="sign">✓</span>Rounded once, half-even
    </span>
    <span>{roundingText(explained, currency)}</span>
  </p>
)

type RowsProps = Readonly<{ walk: Walk; units: Units; assumed: ExplanationWire['assumed'] }>

const Rows = ({ walk: { nodes, visible, current, folded, fold, go }, units, assumed }: RowsProps) =>
  visible.map((node) => {
    const { source } = node.input
    const parent = parentOf(nodes, node)
    const siblings = parent?.children ?? visible.slice(0, 1)
    return (
      <TreeRow
        key={node.path}
        node={node}
        units={units}
        chosen={node === current}
        folded={folded.has(node.path)}
        at={siblings.indexOf(node) + 1}
        of={siblings.length}
        note={source.kind === 'terms' ? assumed.find(({ pointer }) => pointer === source.pointer)?.note : undefined}
        above={parent?.input}
        onPress={(onTwist) => (onTwist ? fold(node.path, !folded.has(node.path)) : go(node))}
      />
    )
  })

/** The reasons of an amount, as a tree one walks with the arrow keys. */
export const Tree = (props: TreeProps) => {
  const { root, chosen, explained, statement, assumed, onChoose, setView } = props
  const [folded, setFolded] = useState<ReadonlySet<string>>(() => foldedAtFirst(root, chosen))
  const [exact, setExact] = useState(false)
  const open = useSource(props)
  const nodes = everyNode(root)
  const visible = visibleNodes(root, folded).filter(({ input }) => exact || !isHoursOnly(input))
  const whole = nodes.every(({ input }) => input.unit !== 'gpu-seconds' || isWholeHours(input.value))
  const walk: Walk = {
    nodes,
    visible,
    current: visible.find(({ path }) => path === chosen) ?? root,
    folded,
    fold: (path, yes) => setFolded(new Set([...folded].filter((each) => each !== path).concat(yes ? [path] : []))),
    go: (node) => {
      if (node === undefined) return
      document.querySelector<HTMLElement>(`#explain [data-path="${CSS.escape(node.path)}"]`)?.focus()
      onChoose(node.path)
    },
    open,
    turnExact: () => setExact(!exact),
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const onItem = (event.target as HTMLElement).getAttribute('role') === 'treeitem'
    const act = keysOf(walk)[event.key]
    if (!onItem || act === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    act()
  }
  return (
    <div className="tree-box">
      <div role="tree" aria-label="Reasons" className={exact ? 'tree exact' : 'tree'} onKeyDown={onKeyDown} tabIndex={-1}>
        <Rows walk={walk} units={{ currency: statement.currency, whole, exact }} assumed={assumed} />
      </div>
      {explained.line === undefined ? null : <Rounding explained={explained} currency={statement.currency} />}
      <div className="tree-foot">
        <span className="third">
          <TreeSource
            input={walk.current.input}
            statement={statement}
            onLine={(line) => setView({ line, why: undefined, day: undefined })}
          />
        </span>
        <button type="button" className="quiet" aria-pressed={exact} onClick={walk.turnExact}>
          Exact
        </button>
      </div>
    </div>
  )
}
