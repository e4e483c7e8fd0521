import type { Json } from '../../core/base/canonical.ts'
import type { Problem } from '../../core/base/problem.ts'

/** An event of CloudEvents 1.0, as far as it is used; further attributes are passed over, as the specification asks. */
export type CloudEvent = Readonly<{
  id: string
  source: string
  type: string
  /** RFC 3339, as it was written. */
  time: string | undefined
  /** An extension that DSX Flex uses. */
  correlationId: string | undefined
  data: Json | undefined
}>

export type ReadEvent = Readonly<{ event: CloudEvent }> | Readonly<{ problems: readonly Problem[] }>

/** Attributes of the context, by their names in small letters, however they came. */
type Attributes = Readonly<Record<string, Json | undefined>>

/** DSX Flex asks for the patch level in a place where CloudEvents itself says 1.0. */
const versionForm = /^1\.0(\.\d+)?$/
const timeForm = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/
const attributeMax = 1024
const jsonForm = /^(application|text)\/(json|[\w.+-]+\+json)\s*(;|$)/i

const shown = (value: Json | undefined): string => (value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 80))

const readContext = (attributes: Attributes, problems: Problem[]): Omit<CloudEvent, 'data'> => {
  const say = (name: string, message: string): void => void problems.push({ pointer: `/${name}`, message })
  const text = (name: string, needed: boolean): string | undefined => {
    const value = attributes[name]
    if (typeof value === 'string' && value !== '' && value.length <= attributeMax) return value
    if (value === undefined || value === null) {
      if (needed) say(name, 'is missing: every event of CloudEvents 1.0 has specversion, id, source and type')
    } else say(name, `must be a text of 1 to ${attributeMax} characters, not ${shown(value)}`)
    return undefined
  }
  const version = text('specversion', true)
  if (version !== undefined && !versionForm.test(version)) say('specversion', `must be "1.0", not ${shown(version)}`)
  const contentType = text('datacontenttype', false)
  if (contentType !== undefined && !jsonForm.test(contentType))
    say('datacontenttype', `must be "application/json", for a reading is a JSON object, not ${shown(contentType)}`)
  const time = text('time', false)
  if (time !== undefined && !timeForm.test(time)) say('time', `must be a time such as "2027-09-14T08:00:00Z", not ${shown(time)}`)
  return {
    id: text('id', true) ?? '',
    source: text('source', true) ?? '',
    type: text('type', true) ?? '',
    time,
    correlationId: text('correlationid', false),
  }
}

const readData = ({ data, data_base64 }: Attributes, problems: Problem[]): Json | undefined => {
  if (data_base64 === undefined) return data
  if (data !== undefined) problems.push({ pointer: '/data_base64', message: 'must be left out where data is' })
  if (typeof data_base64 !== 'string') {
    problems.push({ pointer: '/data_base64', message: 'must be a text in base64' })
    return undefined
  }
  try {
    return JSON.parse(Buffer.from(data_base64, 'base64').toString()) as Json
  } catch {
    problems.push({ pointer: '/data_base64', message: 'is no JSON once base64 is taken off' })
    return undefined
  }
}

/** An event in the JSON form: structured mode, or one of a batch. */
export const readStructuredEvent = (value: Json): ReadEvent => {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    return { problems: [{ pointer: '', message: 'must be a JSON object: an event of CloudEvents 1.0' }] }
  const problems: Problem[] = []
  const attributes = value as Attributes
  const event = { ...readContext(attributes, problems), data: readData(attributes, problems) }
  return problems.length > 0 ? { problems } : { event }
}

/** Attributes come percent-encoded in headers; what is no such code stands for itself. */
const decoded = (value: string): string => {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

export type BinaryEvent = Readonly<{
  /** Of the request, by names in small letters. */
  headers: Readonly<Record<string, string | readonly string[] | undefined>>
  body: Uint8Array
}>

/** An event whose attributes are `ce-` headers and whose data is the body: binary mode. */
export const readBinaryEvent = ({ headers, body }: BinaryEvent): ReadEvent => {
  const problems: Problem[] = []
  const attributes: Record<string, Json> = {}
  for (const [name, value] of Object.entries(headers))
    if (name.startsWith('ce-') && typeof value === 'string') attributes[name.slice(3)] = decoded(value)
  if (typeof headers['content-type'] === 'string') attributes['datacontenttype'] = headers['content-type']
  const context = readContext(attributes, problems)
  let data: Json | undefined
  try {
    data = body.length === 0 ? undefined : (JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as Json)
  } catch (error) {
    problems.push({ pointer: '/data', message: `is no JSON: ${(error as Error).message.slice(0, 200)}` })
  }
  return problems.length > 0 ? { problems } : { event: { ...context, data } }
}
