/** Characters of a hostlist, and nodes that it may name. */
export const hostlistMax = 65_536
export const hostsMax = 131_072

/** A piece of a name: text as it is, or numbers of one width. */
type Piece = string | readonly Readonly<{ low: number; high: number; width: number }>[]

const nameForm = /^[A-Za-z0-9._-]*$/
const rangeForm = /^(\d{1,9})(?:-(\d{1,9}))?$/

const rangesOf = (text: string): Exclude<Piece, string> | undefined => {
  const ranges = text.split(',').map((each) => {
    const [, low, high = low] = rangeForm.exec(each) ?? []
    return low === undefined || Number(low) > Number(high) || high!.length < low.length
      ? undefined
      : { low: Number(low), high: Number(high), width: low.length }
  })
  return ranges.includes(undefined) ? undefined : (ranges as Exclude<Piece, string>)
}

/** The pieces of each name; undefined where it is no hostlist. */
const parse = (text: string): Piece[][] | undefined => {
  if (text.length === 0 || text.length > hostlistMax) return undefined
  const names: Piece[][] = [[]]
  for (let at = 0; at < text.length;) {
    if (text[at] === ',') {
      names.push([])
      at += 1
    } else if (text[at] === '[') {
      const end = text.indexOf(']', at)
      const ranges = end < 0 ? undefined : rangesOf(text.slice(at + 1, end))
      if (ranges === undefined) return undefined
      names.at(-1)!.push(ranges)
      at = end + 1
    } else {
      const rest = text.slice(at)
      const plain = rest.slice(0, /[,[]/.exec(rest)?.index ?? rest.length)
      if (!nameForm.test(plain)) return undefined
      names.at(-1)!.push(plain)
      at += plain.length
    }
  }
  return names.some((pieces) => pieces.length === 0) ? undefined : names
}

const countOf = (piece: Piece): number => (typeof piece === 'string' ? 1 : piece.reduce((sum, { low, high }) => sum + high - low + 1, 0))

/** Most lists name one node, by itself. */
const single = /^[A-Za-z0-9._-]+$/

/**
 * How many nodes a hostlist names, such as 36 by `fa-r[001-002]-n[01-18]`: Slurm's form, names with ranges of numbers in brackets, several in a name
 * if need be, and commas between names. A node named twice counts twice. Undefined where it is no hostlist, or names more than `hostsMax`.
 */
export const countHosts = (text: string): number | undefined => {
  if (single.test(text)) return text.length > hostlistMax ? undefined : 1
  const names = parse(text)
  if (names === undefined) return undefined
  const count = names.reduce((sum, pieces) => sum + pieces.reduce((product, piece) => product * countOf(piece), 1), 0)
  return count > hostsMax ? undefined : count
}

const textsOf = (piece: Piece): string[] =>
  typeof piece === 'string'
    ? [piece]
    : piece.flatMap(({ low, high, width }) => Array.from({ length: high - low + 1 }, (_, i) => `${low + i}`.padStart(width, '0')))

/** The nodes that a hostlist names, in its order. Throws `RangeError` where `countHosts` has no answer. */
export const expandHosts = (text: string): string[] => {
  if (countHosts(text) === undefined) throw new RangeError(`no hostlist: ${text.slice(0, 80)}`)
  if (single.test(text)) return [text]
  return parse(text)!.flatMap((pieces) =>
    pieces.reduce<string[]>(
      (names, piece) => {
        const ends = textsOf(piece)
        return names.flatMap((name) => ends.map((end) => name + end))
      },
      [''],
    ),
  )
}

const lastNumber = /^(.*\D|)(\d{1,9})(\D*)$/

/** The shortest hostlist with ranges in the last number of names, sorted and without repeats; `''` of no name. */
export const compressHosts = (names: Iterable<string>): string => {
  const sorted = [...new Set(names)].toSorted()
  const groups = new Map<string, { before: string; after: string; numbers: string[] }>()
  for (const name of sorted) {
    const [, before = name, digits, after = ''] = lastNumber.exec(name) ?? []
    const key = digits === undefined ? name : `${before}\0${digits.length}\0${after}`
    const group = groups.get(key) ?? { before, after, numbers: [] }
    if (digits !== undefined) group.numbers.push(digits)
    groups.set(key, group)
  }
  return [...groups.values()].map(({ before, after, numbers }) => before + bracket(numbers) + after).join(',')
}

/** Numbers of one width, sorted, as ranges; one number needs no brackets. */
const bracket = (numbers: readonly string[]): string => {
  if (numbers.length < 2) return numbers[0] ?? ''
  const ranges: [string, string][] = []
  for (const each of numbers) {
    const last = ranges.at(-1)
    if (last !== undefined && Number(each) === Number(last[1]) + 1) last[1] = each
    else ranges.push([each, each])
  }
  return `[${ranges.map(([low, high]) => (low === high ? low : `${low}-${high}`)).join(',')}]`
}
