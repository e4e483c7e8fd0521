import { canonical, type Json } from '../base/canonical.ts'
import type { OrderId, PoolId } from '../base/id.ts'
import type { Problem } from '../base/problem.ts'
import { countHosts } from '../capacity/hostlist.ts'
import type { Schedule } from '../terms/schedule.ts'
import { affiliateFields, fieldsOf, readingKinds, readObject, suggest, type Field, type Reader } from './fields.ts'
import { writeInstant, type Zoned } from './instants.ts'
import type { Reading, ReadingKind } from './reading.ts'

/** Where sales and charges belong that name no pool: the pool of their order, else the only pool there is. */
export type Placement = Readonly<{ pool?: PoolId; byOrder: ReadonlyMap<string, PoolId> }>

/** The placement that an agreement gives: the pool that all blocks of an order lie in, and its pool if it has but one. */
export const placementOf = ({ pools, orders }: Pick<Schedule, 'pools' | 'orders'>): Placement => {
  const byOrder = [...orders].flatMap(([order, blocks]): [OrderId, PoolId][] => {
    const holding = pools.filter((pool) => blocks.some((block) => pool.blocks.includes(block)))
    return holding.length === 1 ? [[order, holding[0]!.id]] : []
  })
  return { ...(pools.length === 1 ? { pool: pools[0]!.id } : {}), byOrder: new Map(byOrder) }
}

/** By what a reading says which agreement it is of: those of its names that it gives. */
export type Named = Readonly<{ kind: ReadingKind }> & Readonly<Partial<Record<'pool' | 'block' | 'clause' | 'agreement', string>>>

/** In which zone the local times of a reading are, by what it names. */
export type ZoneOf = (named: Named) => Zoned

/** A reading, or everything that is wrong with it, with what it names where that could be read: so that a name that no agreement has can be told beside. */
export type ParsedReading = Readonly<{ reading: Reading }> | Readonly<{ problems: Problem[]; named?: Named }>

type Members = Readonly<Record<string, Json | undefined>>

const namesOf = (kind: ReadingKind, given: Members): Named => {
  const named: Record<string, string> = {}
  for (const { key } of fieldsOf.get(kind)!) {
    const name = given[key]
    if ((key === 'pool' || key === 'block' || key === 'clause' || key === 'agreement') && typeof name === 'string') named[key] = name
  }
  return { kind, ...named }
}

/** The same reading with the pool that follows from the placement, if it names none. */
const placed = (members: Members, placement: Placement | undefined): Members => {
  if (placement === undefined || members['pool'] !== undefined) return members
  const { order } = members
  const pool = (typeof order === 'string' ? placement.byOrder.get(order) : undefined) ?? placement.pool
  return pool === undefined ? members : { ...members, pool }
}

const hasPool = (kind: ReadingKind): boolean => kind === 'allocation' || kind === 'reservation' || kind === 'charge'

/** A reading as far as it could be read: what is missing or wrong was said. */
type Draft = { kind: ReadingKind } & Record<string, unknown>

/** What several keys say together. Only keys that could be read are held against each other. */
const checkTogether = (draft: Draft, given: Members, { problems }: Reader): void => {
  const say = (key: string, message: string) => problems.push({ pointer: `/${key}`, message })
  const { from, to } = draft
  if (typeof from === 'number' && typeof to === 'number' && from >= to)
    say('to', `must be later than from, whole seconds apart: ${writeInstant(to)} is not after ${writeInstant(from)}`)
  if (draft.kind === 'charge' || draft.kind === 'figure') {
    const missing = given['from'] === undefined ? 'from' : given['to'] === undefined ? 'to' : undefined
    if (given['at'] === undefined && missing !== undefined) say(missing, `is missing: a ${draft.kind} has from and to, or at`)
    if (given['at'] !== undefined && (given['from'] !== undefined || given['to'] !== undefined))
      say('at', 'must be left out where from and to are given')
  }
  if (draft.kind === 'gap') {
    if (draft['of'] === 'sales' && (draft['gpus'] !== undefined || draft['unit'] !== undefined))
      say('of', 'must be "health" where gpus or unit are given: a gap of sales speaks of the whole block')
    else if (draft['unit'] !== undefined && given['gpus'] === undefined) say('gpus', 'is missing: how many GPUs the unit has')
  }
  if (typeof draft['nodes'] === 'string' && typeof draft['gpus'] === 'number') {
    const nodes = countHosts(draft['nodes'])!
    if (draft['gpus'] % nodes !== 0)
      say(
        'gpus',
        `must be a whole multiple of the ${nodes} nodes, the same number on each; tell nodes with other numbers in a reading of their own`,
      )
  }
  if (given['replaces'] === undefined) {
    if (typeof draft['revision'] === 'number' && draft['revision'] > 0) say('revision', 'must be left out, or 0, where replaces is')
    delete draft['revision']
  } else if (given['revision'] === undefined || draft['revision'] === 0) say('revision', 'must be 1 or more where replaces is given')
  if (draft['replaces'] !== undefined && draft['replaces'] === draft['id']) say('replaces', 'must be the id of another reading')
}

/**
 * Reads the wire form of one reading (docs/readings.md): every problem of it at once, by JSON pointer. Local times are of `zone`, or of the zone that
 * it answers. Without a placement every sale and charge has to name its pool.
 */
export const parseReading = (value: Json, zone: string | ZoneOf, placement?: Placement): ParsedReading => {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    return { problems: [{ pointer: '', message: 'must be a JSON object' }] }
  const members = value as Members
  const kind = members['kind']
  const fields = fieldsOf.get(kind as ReadingKind)
  if (fields === undefined) {
    const message =
      typeof kind === 'string' ? `is no kind of reading${suggest(kind, readingKinds)}` : `is missing; one of ${readingKinds.join(', ')}`
    return { problems: [{ pointer: '/kind', message }] }
  }
  const given = hasPool(kind as ReadingKind) ? placed(members, placement) : members
  const reader: Reader = { zone: typeof zone === 'string' ? zone : () => zone(namesOf(kind as ReadingKind, given)), problems: [] }
  const draft = readObject(given, '', fields, reader) as Draft
  checkTogether(draft, given, reader)
  if (reader.problems.length === 0) return { reading: draft as unknown as Reading }
  return { problems: reader.problems, named: namesOf(kind as ReadingKind, given) }
}

/** Columns of a CSV of readings: the keys of all kinds, nested ones with a dot, each with how its cells are written. */
const columnTypes: ReadonlyMap<string, Field['type']> = new Map(
  [...fieldsOf.values()]
    .flat()
    .flatMap(({ key, type }): [string, Field['type']][] =>
      key === 'affiliate' ? affiliateFields.map((field) => [`affiliate.${field.key}`, field.type]) : [[key, type]],
    ),
)
export const readingColumns: readonly string[] = [...columnTypes.keys()]

/** What is wrong with the header of a CSV: an unknown column, one given twice, one that every reading needs and that is not there. */
export const columnProblems = (columns: readonly string[]): Problem[] => {
  const unknown = columns
    .filter((column) => !columnTypes.has(column))
    .map((column) => ({ pointer: '', message: `column ${JSON.stringify(column)} is unknown${suggest(column, readingColumns)}` }))
  const twice = [...new Set(columns.filter((column, i) => columns.indexOf(column) < i))]
  const missing = ['kind', 'source', 'id'].filter((column) => !columns.includes(column))
  return [
    ...unknown,
    ...twice.map((column) => ({ pointer: '', message: `column ${JSON.stringify(column)} is there twice` })),
    ...missing.map((column) => ({ pointer: '', message: `column ${JSON.stringify(column)} is missing` })),
  ]
}

const integerForm = /^-?(0|[1-9][0-9]{0,15})$/
const cellValue = (cell: string, type: Field['type'] | undefined): Json => {
  if (type === 'count' && integerForm.test(cell)) return Number(cell)
  if (type === 'flag' && (cell === 'true' || cell === 'false')) return cell === 'true'
  return cell
}

/**
 * Reads one row of a CSV whose header `columnProblems` has nothing against. An empty cell is an absent key. Problems have the pointers of
 * the JSON form.
 */
export const parseReadingRow = (
  columns: readonly string[],
  cells: readonly string[],
  zone: string | ZoneOf,
  placement?: Placement,
): ParsedReading => {
  if (cells.length !== columns.length)
    return { problems: [{ pointer: '', message: `has ${cells.length} cells where the header has ${columns.length} columns` }] }
  const members: Record<string, Json> = {}
  for (let i = 0; i < columns.length; i++) {
    const column = columns[i]!
    const cell = cells[i]!
    if (cell === '') continue
    const value = cellValue(cell, columnTypes.get(column))
    if (!column.startsWith('affiliate.')) members[column] = value
    else members['affiliate'] = { ...(members['affiliate'] as Record<string, Json> | undefined), [column.slice(10)]: value }
  }
  return parseReading(members, zone, placement)
}

/** The wire form again: instants in UTC, keys in the order of the guide. */
export const formatReading = (reading: Reading): Json => {
  const members = reading as unknown as Members
  const written: Record<string, Json> = {}
  for (const { key, type } of fieldsOf.get(reading.kind)!) {
    const value = members[key]
    if (value !== undefined) written[key] = type === 'instant' ? writeInstant(value as number) : value
  }
  return written
}

/** What a reading says, without when we learned of it: this is hashed, and two readings of one source and id must agree in it. */
export const readingContent = (reading: Reading): Json => {
  const { recordedAt: _, ...content } = formatReading(reading) as Members
  return content
}

/** A field with its key as it stands in the text: first of all, or after another. */
type Spelled = Readonly<{ key: string; type: Field['type']; first: string; next: string }>
const sortedFields: ReadonlyMap<ReadingKind, readonly Spelled[]> = new Map(
  [...fieldsOf].map(([kind, fields]) => [
    kind,
    fields
      .filter(({ key }) => key !== 'recordedAt')
      .toSorted((a, b) => (a.key < b.key ? -1 : 1))
      .map(({ key, type }) => ({ key, type, first: `{"${key}":`, next: `,"${key}":` })),
  ]),
)

/** Text that JSON writes between quotes as it is: printable ASCII without a quote or a backslash. */
const verbatim = /^[ !#-[\]-~]*$/

const said = (value: Json, type: Field['type']): string => {
  if (type === 'instant') return `"${writeInstant(value as number)}"`
  if (type === 'count') return `${value as number}`
  return type === 'text' && verbatim.test(value as string) ? `"${value as string}"` : canonical(value)
}

/** `canonical(readingContent(reading))`, without the objects between: the bytes to hash, for imports of millions. */
export const readingText = (reading: Reading): string => {
  const members = reading as unknown as Members
  let text = ''
  for (const { key, type, first, next } of sortedFields.get(reading.kind)!) {
    const value = members[key]
    if (value !== undefined) text += (text === '' ? first : next) + said(value, type)
  }
  return `${text}}`
}
