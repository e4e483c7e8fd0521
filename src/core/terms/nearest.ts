/** How many letters are put in, left out, changed, or swapped with their neighbour (Damerau and Levenshtein, restricted). */
const distance = (a: string, b: string): number => {
  let [before, last] = [[] as number[], Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      row[j] = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j]!, before[j - 2]! + 1)
    }
    ;[before, last] = [last, row]
  }
  return last[b.length]!
}

const letters = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]/g, '')

/** The candidate a person most likely meant by a misspelt word; undefined where none is near. Case and hyphens do not count. */
export const nearest = (word: string, candidates: readonly string[]): string | undefined => {
  if (word.length > 40) return undefined
  const ranked = candidates
    .map((candidate) => ({ candidate, away: distance(letters(word), letters(candidate)) }))
    .toSorted((a, b) => a.away - b.away)
  const [first] = ranked
  return first !== undefined && first.away <= Math.max(1, Math.floor(word.length / 3)) ? first.candidate : undefined
}
