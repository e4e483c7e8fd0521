import type { TermSentence } from './sentences.ts'

/** A term in words before and after: null where there is none like it. */
export type Reworded = Readonly<{
  kind: 'same' | 'changed' | 'added' | 'removed'
  clause: string | null
  before: TermSentence | null
  after: TermSentence | null
}>

type Pair = readonly [TermSentence | undefined, TermSentence | undefined]

const clauseName = ({ clause }: TermSentence): string => clause ?? ''

/** Places of lists move when something is put in before them: what a pointer says below its place tells terms apart. */
const placeless = ({ pointer }: TermSentence): string => pointer.replaceAll(/\/\d+/g, '/#')

const pairBy = (before: readonly TermSentence[], after: readonly TermSentence[], name: (each: TermSentence) => string): Pair[] => {
  const waiting = Map.groupBy(before, name)
  const pairs = after.map((each): Pair => [waiting.get(name(each))?.shift(), each])
  const paired = new Set(pairs.map(([one]) => one))
  return [...pairs, ...before.filter((each) => !paired.has(each)).map((each): Pair => [each, undefined])]
}

const kindOf = ([before, after]: Pair): Reworded['kind'] => {
  if (before === undefined) return 'added'
  if (after === undefined) return 'removed'
  return before.text === after.text ? 'same' : 'changed'
}

/**
 * Two wordings of terms, sentence by sentence: in the order of the later one, what only the earlier says after its clause. What reads the same is the
 * same, wherever it stands; of the rest, sentences of one clause about one place of the document are one that changed.
 */
export const reword = (before: readonly TermSentence[], after: readonly TermSentence[]): Reworded[] => {
  const whole = ([one, other]: Pair): boolean => one !== undefined && other !== undefined
  let pairs: Pair[] = pairBy(before, after, (each) => `${clauseName(each)}\n${each.text}`)
  for (const name of [
    (each: TermSentence) => `${clauseName(each)}\n${each.pointer}`,
    (each: TermSentence) => `${clauseName(each)}\n${placeless(each)}`,
  ]) {
    const open = pairs.filter((pair) => !whole(pair))
    const again = pairBy(
      open.flatMap(([one]) => one ?? []),
      open.flatMap(([, other]) => other ?? []),
      name,
    )
    pairs = [...pairs.filter(whole), ...again]
  }
  const place = new Map(after.map((each, i) => [each, i]))
  const lastOf = (clause: string): number => after.findLastIndex((each) => clauseName(each) === clause)
  const at = ([one, other]: Pair): number => (other === undefined ? lastOf(clauseName(one!)) + 0.5 : place.get(other)!)
  return pairs
    .toSorted((a, b) => at(a) - at(b))
    .map((pair) => ({
      kind: kindOf(pair),
      clause: (pair[1] ?? pair[0])!.clause ?? null,
      before: pair[0] ?? null,
      after: pair[1] ?? null,
    }))
}
