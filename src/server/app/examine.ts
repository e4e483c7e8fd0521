import type { AgreementId } from '../../core/base/id.ts'
import type { Problem } from '../../core/base/problem.ts'
import type { Interval, Month } from '../../core/base/time.ts'
import type { Named } from '../../core/meter/parse.ts'
import type { Reading } from '../../core/meter/reading.ts'
import { narrow, type Registry } from '../store/agreements.ts'
import type { ImportRefusal } from '../store/batches.ts'
import { takeSource } from '../store/reading-sources.ts'
import { findEffects, referenceKey, type Reference, type StoredEffect } from '../store/effects.ts'
import { effectOf, type IncomingReading } from '../store/reading-rows.ts'
import { findFinalMonths } from '../store/statements.ts'
import { lockName, type Work } from '../store/transaction.ts'
import { earliest, firstLate, isSettled, lastingEffect, type Closed } from './late.ts'
import { makePlacer, type Place } from './place.ts'

/** For whom readings are brought, and the agreements that it may bring them for. */
export type Within = Readonly<{ party: string; agreements: ReadonlySet<AgreementId> }>

type Row = Readonly<{ line: number; reading: Reading; digest: string }>
/** What could not be read, and what it names. */
type Unread = ImportRefusal & Readonly<{ named?: Named | undefined }>

/** What a reading speaks of: the one it replaces, the charge it reduces. */
const referencesOf = (reading: Reading): Reference[] => [
  ...(reading.replaces === undefined ? [] : [{ source: reading.source, id: reading.replaces }]),
  ...(reading.kind === 'credit' || reading.kind === 'refund' ? [{ source: reading.source, id: reading.reduces }] : []),
]

type Examining = Readonly<{
  registry: Registry
  meant: AgreementId | undefined
  settled: () => Promise<void>
  within: Within | undefined
  /** Takes the agreements that readings name. */
  met: Set<AgreementId>
}>

/**
 * Finds for each reading the agreement it belongs to and the first final month it comes too late for, and for what could not be read whether its names
 * belong anywhere. Holds off the close of every agreement
 * it meets until the import is over, so that no reading slips unmarked into a month that is being closed. `settled` is awaited before the
 * database is asked, because a COPY may be under way on the same connection.
 */
export const makeExaminer = (tx: Work, { registry, meant, settled, within, met }: Examining) => {
  // Only names are looked up there: what a reading speaks of has to be found wherever it is, so that it can be refused.
  const own = within === undefined ? registry : narrow(registry, within.agreements)
  const placeOf = makePlacer(own, meant, within?.party)
  const owns = within === undefined ? undefined : makeSourceCheck(tx, { within, registry, settled })
  const closed = new Map<AgreementId, Closed>()
  let anyClosed = false
  const meet = async (places: ReadonlySet<Place>): Promise<void> => {
    for (const place of places) if (typeof place === 'object') met.add(place.agreement)
    const agreements = [...places].some((place) => typeof place === 'string')
      ? [...registry.zones.keys()]
      : [...places].map((place) => (place as { agreement: AgreementId }).agreement)
    const fresh = agreements.filter((agreement) => !closed.has(agreement)).toSorted()
    if (fresh.length === 0) return
    await settled()
    for (const agreement of fresh) {
      await lockName(tx, `agreement ${agreement}`, 'shared')
      const months = await findFinalMonths(tx.queries, agreement)
      closed.set(agreement, months)
      anyClosed ||= months.length > 0
    }
  }
  return async ({
    rows,
    refusals: unread,
  }: Readonly<{ rows: readonly Row[]; refusals: readonly Unread[] }>): Promise<{
    good: readonly IncomingReading[]
    refusals: ImportRefusal[]
  }> => {
    const refusals = unread.map((refusal) => withItsPlace(refusal, placeOf))
    // Side by side rather than as pairs: there are millions of them.
    const [kept, places]: [Row[], Place[]] = [[], []]
    for (const row of rows) {
      const found = placeOf(row.reading)
      if ('problem' in found) {
        refusals.push({ line: row.line, problems: [found.problem] })
        continue
      }
      kept.push(row)
      places.push(found.place)
    }
    await meet(new Set(places))
    const foreign = await owns?.(kept)
    const effects = anyClosed || within !== undefined ? await findReferenced(tx, kept, settled) : new Map<string, StoredEffect>()
    const known = { closed, effects, registry }
    const good = kept.flatMap((row, i): IncomingReading[] => {
      const { reading } = row
      const place = places[i]!
      const problem = within === undefined ? undefined : (foreign?.get(reading.source) ?? outside(reading, place, known, within))
      if (problem !== undefined) {
        refusals.push({ line: row.line, problems: [problem] })
        return []
      }
      const lateMonth = anyClosed ? lateMonthOf(reading, place, known) : undefined
      const agreement = typeof place === 'object' && namesNoPlace(reading) ? place.agreement : undefined
      return [lateMonth === undefined && agreement === undefined ? row : { ...row, lateMonth, agreement }]
    })
    return { good, refusals: refusals.toSorted((a, b) => a.line - b.line) }
  }
}

/** A line that is no reading, with what is wrong with the names that it gives, where that was not told yet. */
const withItsPlace = ({ line, problems, named }: Unread, placeOf: ReturnType<typeof makePlacer>): ImportRefusal => {
  const found = named && placeOf(named)
  if (found === undefined || !('problem' in found)) return { line, problems }
  const { problem } = found
  // An event points at what it holds: /data/pool.
  if (problems.some(({ pointer }) => pointer.endsWith(problem.pointer))) return { line, problems }
  return { line, problems: [...problems, problem] }
}

/**
 * Whose a source is: of whoever brought its first reading. Readings speak of others by source and id, so a party that could use the source of another
 * could take back or keep out what that one brings.
 */
const makeSourceCheck = (
  tx: Work,
  { within, registry, settled }: Readonly<{ within: Within; registry: Registry; settled: () => Promise<void> }>,
) => {
  const problems = new Map<string, Problem | undefined>()
  const own = (of: ReadonlyMap<string, AgreementId>) =>
    [...of].flatMap(([name, agreement]) => (within.agreements.has(agreement) ? [name] : []))
  return async (rows: readonly Row[]): Promise<ReadonlyMap<string, Problem | undefined>> => {
    for (const { reading } of rows) {
      const { source } = reading
      if (problems.has(source)) continue
      await settled()
      const owned = await takeSource(tx, {
        source,
        party: within.party,
        pools: own(registry.pools),
        blocks: own(registry.blocks),
        agreements: [...within.agreements],
      })
      const message = `${source} is the source of another: give what you bring a source of its own, such as ${within.party}-${source}`
      problems.set(source, owned ? undefined : { pointer: '/source', message })
    }
    return problems
  }
}

/**
 * Why a party may not bring this reading: it bears on an agreement for which it brings none, by where it happened or by what it speaks of. What bears on
 * all agreements is for who owns this database.
 */
const outside = (reading: Reading, place: Place, known: Known, { party, agreements }: Within): Problem | undefined => {
  if (place === 'everywhere')
    return { pointer: '/kind', message: `${reading.kind} bears on every agreement: who runs this installation brings it, not ${party}` }
  // A party that could bring them would rule on what the other contests.
  if (reading.kind === 'dispute' || reading.kind === 'ruling')
    return {
      pointer: '/kind',
      message: `${reading.kind} is raised and answered on the statement, by whoever acts for a party: docs/closing.md`,
    }
  const bears = [
    ...placesOf(place, known).map((agreement) => ({ pointer: '', agreement })),
    ...referencesOf(reading).flatMap((reference) => {
      const stored = known.effects.get(referenceKey(reference))
      const pointer = reference.id === reading.replaces ? '/replaces' : '/reduces'
      return stored === undefined ? [] : placesOfStored(stored, known).map((agreement) => ({ pointer, agreement }))
    }),
  ]
  const foreign = bears.find(({ agreement }) => !agreements.has(agreement))
  return (
    foreign && {
      pointer: foreign.pointer,
      message: `is for an agreement of which ${party} is not the operator: it may bring no readings for it`,
    }
  )
}

const told = new Set<Reading['kind']>(['figure', 'event', 'payment', 'dispute', 'ruling'])

/** Whether a reading names neither pool nor block, so that its agreement has to be kept beside it. */
const namesNoPlace = (reading: Reading): boolean => told.has(reading.kind) || (reading.kind === 'condition' && reading.block === undefined)

const findReferenced = async (tx: Work, rows: readonly Row[], settled: () => Promise<void>): Promise<Map<string, StoredEffect>> => {
  const references = rows.flatMap(({ reading }) => referencesOf(reading))
  if (references.length === 0) return new Map()
  await settled()
  const effects = await findEffects(tx, references)
  const wanted = new Set(references.map(referenceKey))
  // Those in the same stretch of the file are not in the table yet.
  for (const { reading } of rows) {
    const key = referenceKey(reading)
    if (!wanted.has(key) || effects.has(key)) continue
    const effect = effectOf(reading)
    const { pool, block } = reading as { pool?: string; block?: string }
    effects.set(key, { from: effect?.from, to: effect?.to, kind: reading.kind, pool, block, agreement: undefined })
  }
  return effects
}

type Known = Readonly<{ closed: ReadonlyMap<AgreementId, Closed>; effects: ReadonlyMap<string, StoredEffect>; registry: Registry }>

const lateMonthOf = (reading: Reading, place: Place, known: Known): Month | undefined => {
  const effect = effectOf(reading)
  const own = effect && lateIn(placesOf(place, known), reading.kind, effect, known)
  const spokenOf = referencesOf(reading).map((reference) => {
    const stored = known.effects.get(referenceKey(reference))
    if (stored?.from === undefined || stored.to === undefined) return undefined
    return lateIn(placesOfStored(stored, known), stored.kind, { from: stored.from, to: stored.to }, known)
  })
  return earliest([own, ...spokenOf])
}

const placesOf = (place: Place, { registry }: Known): AgreementId[] =>
  typeof place === 'object' ? [place.agreement] : place === 'everywhere' ? [...registry.zones.keys()] : []

const placesOfStored = ({ pool, block, agreement, kind }: StoredEffect, { registry }: Known): AgreementId[] => {
  if (kind === 'fx' || kind === 'index') return [...registry.zones.keys()]
  const found = registry.blocks.get(block ?? '') ?? registry.pools.get(pool ?? '') ?? agreement
  return found === undefined ? [] : [found as AgreementId]
}

const lateIn = (agreements: readonly AgreementId[], kind: string, effect: Interval, { closed }: Known): Month | undefined =>
  isSettled(kind) ? earliest(agreements.map((agreement) => firstLate(closed.get(agreement) ?? [], lastingEffect(kind, effect)))) : undefined
