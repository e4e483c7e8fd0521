/** One thing that an act changed: its name, and what it was and is; undefined where it was not there. */
export type Change = Readonly<{ name: string; before: string | undefined; after: string | undefined }>

const leaves = (value: unknown, name: string, into: Map<string, string>): void => {
  if (value !== null && typeof value === 'object' && !Array.isArray(value))
    for (const [key, inner] of Object.entries(value)) leaves(inner, name === '' ? key : `${name}.${key}`, into)
  else if (name !== '') into.set(name, typeof value === 'string' ? value : JSON.stringify(value))
}

const leavesOf = (text: string | null): Map<string, string> => {
  const into = new Map<string, string>()
  if (text !== null) leaves(JSON.parse(text), '', into)
  return into
}

/** What was before comes first, then amounts: it is what people look for. */
const rank = ({ name, before }: Change): number => (before === undefined ? (name.endsWith('amount') ? 1 : 2) : 0)

/** What differs between two JSON texts, by name: `net.amount`. What is alike is left out. */
export const changesOf = (before: string | null, after: string | null): Change[] => {
  const [was, is] = [leavesOf(before), leavesOf(after)]
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter((name) => was.get(name) !== is.get(name))
    .map((name) => ({ name, before: was.get(name), after: is.get(name) }))
    .toSorted((a, b) => rank(a) - rank(b))
}
