import type { Reading } from './reading.ts'
import { nameOf } from './refusal.ts'

/** A reading and the SHA-256 of its content, in hex. */
export type Digested = Readonly<{ reading: Reading; digest: string }>

/** Readings that cannot all be believed: none of them is. */
export type CollateRefusal = Readonly<{
  kind: 'other-content' | 'same-revision' | 'circle'
  source: string
  /** The ids concerned, sorted. */
  ids: readonly string[]
  message: string
}>

export type Collated = Readonly<{
  /** What counts: nothing twice, nothing replaced, nothing withdrawn. A set, in no order that means anything. */
  accepted: readonly Digested[]
  /** How many readings said again what was said before. */
  repeats: number
  /** By source and id. */
  refused: readonly CollateRefusal[]
}>

type Conflict = Readonly<{ digests: ReadonlySet<string>; replaces: boolean }>
/** The readings of one source: by id; ids with several contents; and what replaces an id, the highest revision first. */
type Source = { byId: Map<string, Digested>; conflicts: Map<string, Conflict>; replacements: Map<string, Digested[]> }

const gather = (readings: Iterable<Digested>): { sources: Map<string, Source>; repeats: number } => {
  const sources = new Map<string, Source>()
  let repeats = 0
  for (const each of readings) {
    const { source: name, id, replaces } = each.reading
    let source = sources.get(name)
    if (source === undefined) sources.set(name, (source = { byId: new Map(), conflicts: new Map(), replacements: new Map() }))
    const before = source.byId.get(id)
    if (before === undefined) {
      source.byId.set(id, each)
      continue
    }
    const conflict = source.conflicts.get(id)
    if (before.digest === each.digest || conflict?.digests.has(each.digest) === true) repeats += 1
    else
      source.conflicts.set(id, {
        digests: new Set([...(conflict?.digests ?? [before.digest]), each.digest]),
        replaces: conflict?.replaces === true || (before.reading.replaces ?? replaces) !== undefined,
      })
  }
  return { sources, repeats }
}

const revisionOf = ({ reading }: Digested): number => reading.revision ?? 0

/** An id and, one after the other, all that replaces it, what replaces that, and so on. */
const withReplacements = (id: string, { replacements }: Source): string[] => {
  const ids = new Set([id])
  for (const each of ids) for (const { reading } of replacements.get(each) ?? []) ids.add(reading.id)
  return [...ids]
}

/**
 * Refuses what one id said in different words: nobody can tell which of them is meant. What replaces it takes its place all the same, unless
 * it was to take a place itself: then nobody can tell whose.
 */
const refuseConflicts = (name: string, source: Source): CollateRefusal[] =>
  [...source.conflicts].map(([id, { digests, replaces }]) => {
    const ids = replaces ? withReplacements(id, source) : [id]
    for (const each of ids) source.byId.delete(each)
    const contents = [...digests].toSorted().join(', ')
    const message = `${nameOf(name, id)} is given with ${digests.size} contents: ${contents}. An id names one reading for ever; a correction has an id of its own and names this one in replaces.`
    return { kind: 'other-content', source: name, ids: ids.toSorted(), message }
  })

/** Refuses what takes the place of one reading under one revision, with all that takes the place of these. */
const refuseTies = (name: string, source: Source): CollateRefusal[] =>
  [...source.replacements].flatMap(([replaced, all]) =>
    [...Map.groupBy(all, revisionOf)]
      .filter(([, same]) => same.length > 1)
      .map(([revision, same]): CollateRefusal => {
        const tied = same.map(({ reading }) => nameOf(name, reading.id)).toSorted()
        const ids = same.flatMap(({ reading }) => withReplacements(reading.id, source)).toSorted()
        for (const id of ids) source.byId.delete(id)
        const message = `${tied.join(' and ')} both replace ${nameOf(name, replaced)} as revision ${revision}. Give the later one a higher revision.`
        return { kind: 'same-revision', source: name, ids, message }
      }),
  )

/**
 * What stands in the place of an id: the highest revision of those that replace it and were not taken back; where there is none, the reading
 * of that id. Undefined where a withdrawal stands, or nothing. It walks with a list of its own, for thousands of corrections of corrections
 * would exhaust the stack.
 */
const standingFor = (id: string, { byId, replacements }: Source): Digested | undefined => {
  const inTurn = (of: string) => ({
    id: of,
    candidates: (replacements.get(of) ?? []).filter(({ reading }) => byId.has(reading.id)),
    next: 0,
  })
  const steps = [inTurn(id)]
  let standing: Digested | undefined
  let found = false
  for (let step = steps.at(-1); step !== undefined; step = steps.at(-1)) {
    if (found) {
      // What stands for a candidate stands for what it replaces; a withdrawal takes that away.
      steps.pop()
      if (standing?.reading.kind === 'withdrawal') standing = undefined
    } else {
      const candidate = step.candidates[step.next++]
      if (candidate !== undefined) {
        steps.push(inTurn(candidate.reading.id))
        continue
      }
      steps.pop()
      standing = byId.get(step.id)
    }
    found = standing !== undefined
  }
  return standing
}

/** What counts of one source, and the circles of readings that replace each other. */
const standingOf = (name: string, source: Source): { accepted: Digested[]; refused: CollateRefusal[] } => {
  const { byId, replacements } = source
  const accepted: Digested[] = []
  // Whatever is replaced, directly or not, starts from a reading that replaces none or from an id that was never said. The rest is circles.
  const reached = new Set<string>()
  const accept = (id: string): void => {
    for (const each of withReplacements(id, source)) reached.add(each)
    const standing = standingFor(id, source)
    if (standing !== undefined) accepted.push(standing)
  }
  for (const [id, each] of byId) {
    if (each.reading.replaces !== undefined) continue
    if (replacements.has(id)) accept(id)
    else accepted.push(each)
  }
  for (const id of replacements.keys()) if (!byId.has(id)) accept(id)
  const lost = [...replacements.values()].flat().filter(({ reading }) => byId.has(reading.id) && !reached.has(reading.id))
  if (lost.length === 0) return { accepted, refused: [] }
  const ids = lost.map(({ reading }) => reading.id).toSorted()
  const message = `Readings of ${name} replace each other in a circle: ${ids.slice(0, 10).join(', ')}${ids.length > 10 ? ' and more' : ''}. A replacement names an earlier reading.`
  return { accepted, refused: [{ kind: 'circle', source: name, ids, message }] }
}

/**
 * Sorts out what counts among readings of any sources: a repeat is absorbed; one id with several contents is refused; of those that replace
 * a reading the highest revision takes its place, and a withdrawal takes it away. The answer is the same in whatever order they come.
 */
export const collate = (readings: Iterable<Digested>): Collated => {
  const { sources, repeats } = gather(readings)
  const accepted: Digested[] = []
  const refused: CollateRefusal[] = []
  for (const [name, source] of [...sources].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    for (const each of source.byId.values()) {
      const { id, replaces } = each.reading
      if (replaces === undefined || source.conflicts.has(id)) continue
      const candidates = source.replacements.get(replaces)
      if (candidates === undefined) source.replacements.set(replaces, [each])
      else candidates.push(each)
    }
    for (const [id, candidates] of source.replacements)
      source.replacements.set(
        id,
        candidates.toSorted((a, b) => revisionOf(b) - revisionOf(a)),
      )
    const ofSource = [...refuseConflicts(name, source), ...refuseTies(name, source)]
    const standing = standingOf(name, source)
    for (const each of standing.accepted) accepted.push(each)
    refused.push(...[...ofSource, ...standing.refused].toSorted((a, b) => (a.message < b.message ? -1 : 1)))
  }
  return { accepted, repeats, refused }
}
