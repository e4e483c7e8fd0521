import { isDeepStrictEqual } from 'node:util'
import type { ApiDocument, Operation } from './client-text.ts'

type Json = Record<string, unknown>
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Words of a schema that say nothing about which values it has. */
const words = new Set(['description', 'title', 'examples', 'default'])

type Side = 'sent' | 'answered'

/** Members that a schema wants; a body says by `required: true` that it has to be there, and names none. */
const neededOf = ({ required }: Json): readonly string[] => (Array.isArray(required) ? (required as string[]) : [])

const memberChanges = (before: Json, after: Json, at: string, side: Side): string[] => {
  const [was, is] = [(before['properties'] ?? {}) as Json, (after['properties'] ?? {}) as Json]
  const [mustWas, mustIs] = [neededOf(before), neededOf(after)]
  const gone = Object.keys(was)
    .filter((name) => !(name in is))
    .map((name) => `${at}.${name} is gone`)
  const inner = Object.keys(was)
    .filter((name) => name in is)
    .flatMap((name) => schemaChanges(was[name], is[name], `${at}.${name}`, side))
  // Whoever sends must not have to send more; whoever reads must not find less.
  const must =
    side === 'sent'
      ? mustIs.filter((name) => !mustWas.includes(name)).map((name) => `${at}.${name} must be sent now`)
      : mustWas.filter((name) => !mustIs.includes(name) && name in is).map((name) => `${at}.${name} may be absent now`)
  return [...gone, ...inner, ...must]
}

/** What is answered may come to be more: whoever reads takes a name they do not know for another one. */
const choices = (before: readonly unknown[], after: readonly unknown[], at: string, side: Side): string[] =>
  side === 'answered'
    ? []
    : before.filter((value) => !after.includes(value)).map((value) => `${at} no longer takes ${JSON.stringify(value)}`)

/** What of a schema is not as it was, other than what may be added to it. Members of what is answered may be added; of what is sent, optional ones. */
const schemaChanges = (before: unknown, after: unknown, at: string, side: Side): string[] => {
  if (isDeepStrictEqual(before, after)) return []
  if (!isObject(before) || !isObject(after)) return [`${at} was ${JSON.stringify(before)} and is ${JSON.stringify(after)}`]
  const changes = memberChanges(before, after, at, side)
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (words.has(key) || key === 'properties' || key === 'required') continue
    const [was, is] = [before[key], after[key]]
    if (isDeepStrictEqual(was, is)) continue
    if (key === 'enum' && Array.isArray(was) && Array.isArray(is)) changes.push(...choices(was, is, at, side))
    else if (isObject(was) && isObject(is)) changes.push(...schemaChanges(was, is, `${at}/${key}`, side))
    else if (Array.isArray(was) && Array.isArray(is) && was.length === is.length)
      changes.push(...was.flatMap((each, i) => schemaChanges(each, is[i], `${at}/${key}/${i}`, side)))
    else changes.push(`${at}: ${key} was ${JSON.stringify(was)} and is ${JSON.stringify(is)}`)
  }
  return changes
}

const operationChanges = (before: Operation, after: Operation, at: string): string[] => {
  const changes: string[] = []
  if (before.operationId !== after.operationId) changes.push(`${at}: its name was ${before.operationId} and is ${after.operationId}`)
  if (before['x-needs'] !== after['x-needs']) changes.push(`${at}: it needed ${before['x-needs']} and needs ${after['x-needs']}`)
  for (const parameter of before.parameters ?? []) {
    const same = after.parameters?.find(({ name, in: place }) => name === parameter.name && place === parameter.in)
    if (same === undefined) changes.push(`${at}: parameter ${parameter.name} is gone`)
    else {
      if (same.required === true && parameter.required !== true) changes.push(`${at}: parameter ${parameter.name} must be sent now`)
      changes.push(...schemaChanges(parameter.schema, same.schema, `${at} ${parameter.name}`, 'sent'))
    }
  }
  for (const { name, in: place, required } of after.parameters ?? [])
    if (required === true && before.parameters?.every((each) => each.name !== name || each.in !== place) !== false)
      changes.push(`${at}: parameter ${name} must be sent now`)
  changes.push(...schemaChanges(before.requestBody ?? {}, after.requestBody ?? {}, `${at} body`, 'sent'))
  for (const [status, { content = {} }] of Object.entries(before.responses)) {
    const now = after.responses[status]
    if (now === undefined) changes.push(`${at}: status ${status} is gone`)
    for (const [type, was] of Object.entries(content)) {
      const is = now?.content?.[type]
      if (now !== undefined && is === undefined) changes.push(`${at}: ${status} is no longer answered as ${type}`)
      if (is !== undefined) changes.push(...schemaChanges(was, is, `${at} ${status}`, 'answered'))
    }
  }
  return changes
}

/** Shapes that come in are named so by their generator. */
const sideOf = (name: string): Side => (name.endsWith('Input') ? 'sent' : 'answered')

/** Why the later of two documents is no addition to the earlier: in sentences, none where a program written for the one works with the other. */
export const breakingChanges = (before: ApiDocument, after: ApiDocument): string[] => {
  const changes: string[] = []
  for (const [path, methods] of Object.entries(before.paths))
    for (const [method, operation] of Object.entries(methods)) {
      const now = after.paths[path]?.[method]
      const at = `${method.toUpperCase()} ${path}`
      if (now === undefined) changes.push(`${at} is gone`)
      else changes.push(...operationChanges(operation, now, at))
    }
  for (const [name, schema] of Object.entries(before.components.schemas)) {
    const now = after.components.schemas[name]
    if (now === undefined) changes.push(`the shape ${name} is gone`)
    else changes.push(...schemaChanges(schema, now, name, sideOf(name)))
  }
  return changes
}
