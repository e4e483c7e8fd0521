import { money, formatMoney, toMoney } from '../core/base/money.ts'
import { compare, decimal, fromText, minus, nought, over, plus, times, toText, type Rational } from '../core/base/rational.ts'
import type { InputWire } from '../wire/statement.ts'
import type { Explained } from './explained.ts'

/** A reason with its place in the tree. The root is the amount itself, at the empty path. */
export type TreeNode = Readonly<{ path: string; depth: number; input: InputWire; children: readonly TreeNode[] }>

const plain = (symbol: string | undefined): string => (symbol ?? '').replaceAll(/[^\p{L}\p{N}]/gu, '')

/** A short name of one input among its siblings: its symbol where only it has that, else its place from 1. */
const nameOf = (siblings: readonly InputWire[], index: number): string => {
  const symbol = plain(siblings[index]!.symbol)
  const alone = siblings.filter((each) => plain(each.symbol) === symbol).length === 1
  return symbol !== '' && alone ? symbol : String(index + 1)
}

const grow = (inputs: readonly InputWire[], above: string, depth: number): TreeNode[] =>
  inputs.map((input, i) => {
    const path = above === '' ? nameOf(inputs, i) : `${above}.${nameOf(inputs, i)}`
    return { path, depth, input, children: grow(input.children ?? [], path, depth + 1) }
  })

/** Whether an input only turns GPU-seconds into GPU-hours: where hours are shown, that has been done. */
export const isHoursOnly = ({ operator, unit, value }: InputWire): boolean => operator === '÷' && unit === 'seconds' && value === '3600'

const lowered = (word: string): string => (/^\p{Lu}\p{Ll}/u.test(word) ? word[0]!.toLowerCase() + word.slice(1) : word)

/** `Amount = quantity paid × price`. */
const inWords = (inputs: readonly InputWire[]): string => {
  const taking = inputs.filter((input) => input.operator !== 'note' && !isHoursOnly(input))
  if (taking.length === 0) return 'Amount'
  const [first, ...rest] = taking
  return `Amount = ${lowered(first!.word)}${rest.map(({ operator, word }) => ` ${operator === '-' ? '−' : operator} ${lowered(word)}`).join('')}`
}

/** The tree of an amount. */
export const treeOf = ({ reasons, exact, equation }: Pick<Explained, 'reasons' | 'exact' | 'equation'>): TreeNode => ({
  path: '',
  depth: 0,
  input: { operator: '+', word: equation ?? inWords(reasons), value: exact, unit: 'major', source: { kind: 'sum' } },
  children: grow(reasons, '', 1),
})

export const everyNode = (node: TreeNode): TreeNode[] => [node, ...node.children.flatMap(everyNode)]
export const findNode = (root: TreeNode, path: string): TreeNode | undefined => everyNode(root).find((node) => node.path === path)

/** The nodes that show while some are folded, from the top. */
export const visibleNodes = (root: TreeNode, folded: ReadonlySet<string>): TreeNode[] => [
  root,
  ...(folded.has(root.path) ? [] : root.children.flatMap((child) => visibleNodes(child, folded))),
]

/** Deep branches begin folded; the way to a node that is asked for is open. */
export const foldedAtFirst = (root: TreeNode, asked: string): Set<string> =>
  new Set(
    everyNode(root)
      .filter(({ path, depth, children }) => children.length > 0 && depth >= 4 && path !== asked && !asked.startsWith(`${path}.`))
      .map(({ path }) => path),
  )

const apply = (sum: Rational, { operator, value }: InputWire): Rational => {
  switch (operator) {
    case '+':
      return plus(sum, fromText(value))
    case '-':
      return minus(sum, fromText(value))
    case '×':
      return times(sum, fromText(value))
    case '÷':
      return over(sum, fromText(value))
    case 'note':
      return sum
  }
}

/** What the children of a node make, left to right from zero. */
export const workedOut = (inputs: readonly InputWire[]): Rational => inputs.reduce(apply, nought)

export type Verdict = Readonly<{ adds: true } | { adds: false; path: string; stated: string; workedOut: string }>

/** Works the whole tree out again, exactly, here: every node from its children, then the amount from the exact value, within its one rounding. */
export const check = (line: Pick<Explained, 'reasons' | 'exact' | 'amount' | 'equation'>, currency: string): Verdict => {
  const root = treeOf(line)
  for (const { path, input, children } of everyNode(root)) {
    const taking = children.map((child) => child.input).filter(({ operator }) => operator !== 'note')
    if (taking.length === 0 || input.unit === 'text') continue
    const value = workedOut(taking)
    if (compare(value, fromText(input.value)) !== 0) return { adds: false, path, stated: input.value, workedOut: toText(value) }
  }
  const rounding = roundingOf(line, currency)
  return rounding === 'other' ? { adds: false, path: '', stated: line.amount, workedOut: line.exact } : { adds: true }
}

/** How an amount came from its exact value: it is that, it is that rounded, it was rounded with others that one cap cuts, or none of these. */
export const roundingOf = (
  { exact, amount }: Pick<Explained, 'exact' | 'amount'>,
  currency: string,
): 'exact' | 'half-even' | 'together' | 'other' => {
  const value = fromText(exact)
  const rounded = toMoney(value, currency)
  if (formatMoney(rounded) === amount) return compare(value, decimal(amount)) === 0 ? 'exact' : 'half-even'
  const near = [rounded.minor - 1n, rounded.minor + 1n].some((minor) => formatMoney(money(minor, currency)) === amount)
  return near ? 'together' : 'other'
}
