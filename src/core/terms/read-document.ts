import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, type Node, type Pair } from 'yaml'
import type { Json } from '../base/canonical.ts'
import type { Problem } from '../base/problem.ts'
import { below } from './conform.ts'
import { limits } from './limits.ts'

/** A text read as data, knowing where each value stands. */
export type ReadDocument = Readonly<{
  value: Json
  /** Keys given twice, and what YAML can say but JSON cannot. */
  problems: readonly Problem[]
  /** From 1; of the nearest value that is written where a pointer leads to none. */
  lineOf: (pointer: string) => number
}>

type Reader = {
  problems: Problem[]
  /** By name, the last one written so far: an alias means that one. */
  anchors: Map<string, Node>
  /** What each alias stands for. */
  aliases: Map<Node, Node>
  open: Set<Node>
  values: number
}

const keyOf = (pair: Pair): string | undefined => {
  const { key } = pair
  if (!isScalar(key)) return undefined
  return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value))
}

const scalar = (value: unknown): Json =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null

const toJson = (reader: Reader, node: unknown, pointer: string, depth: number): Json => {
  reader.values++
  if (!isNode(node) || reader.values > limits.values) return null
  const report = (message: string): null => {
    reader.problems.push({ pointer, message })
    return null
  }
  if (depth > limits.depth) return report(`is nested more than ${limits.depth} deep: write it flatter`)
  if (isAlias(node)) {
    const target = reader.anchors.get(node.source)
    if (target === undefined) return report(`\`*${node.source}\` names no anchor before it`)
    if (reader.open.has(target)) return report(`\`*${node.source}\` stands for itself: write it out`)
    reader.aliases.set(node, target)
    return toJson(reader, target, pointer, depth)
  }
  if (node.anchor !== undefined) reader.anchors.set(node.anchor, node)
  if (isScalar(node)) return scalar(node.value)
  reader.open.add(node)
  const value = isSeq(node)
    ? node.items.map((item, index) => toJson(reader, item, below(pointer, index), depth + 1))
    : isMap(node)
      ? mapToJson(reader, node.items, pointer, depth)
      : null
  reader.open.delete(node)
  return value
}

const mapToJson = (reader: Reader, pairs: readonly Pair[], pointer: string, depth: number): Json => {
  const members = new Map<string, Json>()
  for (const pair of pairs) {
    const key = keyOf(pair)
    if (key === undefined) {
      reader.problems.push({ pointer, message: 'has a key that is a list or a map: write a word' })
      continue
    }
    const at = below(pointer, key)
    if (members.has(key)) reader.problems.push({ pointer: at, message: `key \`${key}\` is given twice: keep one` })
    else members.set(key, toJson(reader, pair.value, at, depth + 1))
  }
  // Not assignment: a key may be called `__proto__`.
  return Object.fromEntries(members)
}

const offsetOf = (root: unknown, aliases: ReadonlyMap<Node, Node>, pointer: string): number => {
  let [node, offset] = [root, 0]
  const tokens = pointer.split('/').slice(1)
  for (const token of tokens.map((each) => each.replaceAll('~1', '/').replaceAll('~0', '~'))) {
    const target = isNode(node) ? (aliases.get(node) ?? node) : node
    if (isMap(target)) {
      // The last of a key given twice: that is the one to complain of.
      const pair = target.items.findLast((each) => keyOf(each) === token)
      if (pair === undefined) return offset
      offset = (isNode(pair.key) ? pair.key.range?.[0] : undefined) ?? offset
      node = pair.value
    } else if (isSeq(target)) {
      node = target.items[Number(token)]
      offset = (isNode(node) ? node.range?.[0] : undefined) ?? offset
    } else return offset
  }
  return offset
}

/** Reads YAML 1.2 (core schema) or JSON. The text, the nesting and what aliases write out are bounded. */
export const readDocument = (text: string): ReadDocument | Readonly<{ problems: readonly Problem[] }> => {
  if (text.length > limits.characters)
    return { problems: [{ pointer: '', message: `has ${text.length} characters: at most ${limits.characters} are read` }] }
  const lines = new LineCounter()
  // Keys given twice are found below, in linear time.
  const document = parseDocument(text, { version: '1.2', schema: 'core', lineCounter: lines, prettyErrors: false, uniqueKeys: false })
  const lineAt = (offset: number) => Math.max(1, lines.linePos(offset).line)
  const complaints = [...document.errors, ...document.warnings].map(({ message, pos }) => ({
    pointer: '',
    line: lineAt(pos[0]),
    message: message.includes('call stack') ? 'is nested too deep: write it flatter' : message,
  }))
  if (complaints.length > 0) return { problems: complaints.slice(0, limits.problems) }
  if (document.directives.yaml.version !== '1.2')
    return { problems: [{ pointer: '', line: 1, message: 'is not YAML 1.2: leave out the %YAML line' }] }
  const reader: Reader = { problems: [], anchors: new Map(), aliases: new Map(), open: new Set(), values: 0 }
  const value = toJson(reader, document.contents, '', 0)
  if (reader.values > limits.values)
    return { problems: [{ pointer: '', message: `has more than ${limits.values} values, aliases written out: make it smaller` }] }
  return { value, problems: reader.problems, lineOf: (pointer) => lineAt(offsetOf(document.contents, reader.aliases, pointer)) }
}
