/** The part of JSON Schema that zod writes. */
type Schema = Readonly<{
  $ref?: string
  type?: string
  enum?: readonly unknown[]
  const?: unknown
  anyOf?: readonly Schema[]
  oneOf?: readonly Schema[]
  allOf?: readonly Schema[]
  properties?: Readonly<Record<string, Schema>>
  required?: readonly string[]
  additionalProperties?: boolean | Schema
  items?: Schema
  prefixItems?: readonly Schema[]
  description?: string
}>
type Content = Readonly<Record<string, Readonly<{ schema?: Schema; 'x-item-schema'?: Schema }>>>
type Parameter = Readonly<{ name: string; in: 'path' | 'query' | 'header'; required?: boolean; schema: Schema }>
export type Operation = Readonly<{
  operationId?: string
  summary?: string
  parameters?: readonly Parameter[]
  requestBody?: Readonly<{ content: Content }>
  responses: Readonly<Record<string, Readonly<{ content?: Content; description?: string }>>>
  'x-needs'?: string
}>
/** OpenAPI 3.1, as the server answers it. */
export type ApiDocument = Readonly<{
  info: Readonly<{ version: string }>
  paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  components: Readonly<{ schemas: Readonly<Record<string, Schema>> }>
}>

const quoted = (value: unknown): string => JSON.stringify(value)
const nameOf = (ref: string): string => ref.split('/').at(-1)!

const objectType = ({ properties = {}, required = [], additionalProperties }: Schema): string => {
  const members = Object.entries(properties).map(([name, member]) => {
    const note = member.description === undefined ? '' : `/** ${member.description.replaceAll('*/', '* /')} */ `
    return `${note}readonly ${quoted(name)}${required.includes(name) ? '' : '?'}: ${typeOf(member)}`
  })
  if (members.length > 0) return `{ ${members.join('; ')} }`
  return typeof additionalProperties === 'object'
    ? `Readonly<Record<string, ${typeOf(additionalProperties)}>>`
    : 'Readonly<Record<string, unknown>>'
}

const typeOf = (schema: Schema): string => {
  if (schema.$ref !== undefined) return nameOf(schema.$ref)
  if (schema.const !== undefined) return quoted(schema.const)
  if (schema.enum !== undefined) return schema.enum.map(quoted).join(' | ')
  const either = schema.anyOf ?? schema.oneOf
  if (either !== undefined) return either.map((each) => `(${typeOf(each)})`).join(' | ')
  if (schema.allOf !== undefined) return schema.allOf.map((each) => `(${typeOf(each)})`).join(' & ')
  if (schema.type === undefined) return 'unknown'
  switch (schema.type) {
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type
    case 'integer':
    case 'number':
      return 'number'
    case 'array':
      return schema.prefixItems === undefined
        ? `readonly (${typeOf(schema.items ?? {})})[]`
        : `readonly [${schema.prefixItems.map(typeOf).join(', ')}]`
    case 'object':
      return objectType(schema)
    default:
      return 'unknown'
  }
}

const jsonType = 'application/json'
type Told = Readonly<{ method: string; path: string; operation: Operation }>

const inputOf = ({ operation: { operationId, parameters = [], requestBody } }: Told): string => {
  const named = parameters.filter((each) => each.in !== 'header')
  const names = named.map(({ name }) => name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) throw new Error(`${operationId} has two parameters ${twice}: the client takes them by name`)
  const members = named.map(
    ({ name, required, schema }) => `readonly ${quoted(name)}${required === true ? '' : '?'}: ${typeOf(schema)} | undefined`,
  )
  // A required parameter is never undefined.
  const exact = members.map((member) => (member.includes('?:') ? member : member.replace(/ \| undefined$/, '')))
  if (requestBody !== undefined) {
    const json = requestBody.content[jsonType]?.schema
    exact.push(`readonly body: ${json === undefined || typeOf(json) === 'unknown' ? 'Sent' : typeOf(json)}`)
  }
  return exact.length === 0 ? 'Readonly<Record<string, never>>' : `{ ${exact.join('; ')} }`
}

const okOf = ({ responses }: Operation): Content => Object.entries(responses).find(([status]) => status.startsWith('2'))?.[1].content ?? {}

/** The types of one operation: what it takes, what it answers, and what of it comes one after the other. */
const typesOf = (told: Told): string => {
  const content = okOf(told.operation)
  const json = content[jsonType]?.schema
  const rows = content['application/x-ndjson']?.['x-item-schema']
  const events = content['text/event-stream']?.['x-item-schema']
  const answer = json !== undefined ? typeOf(json) : Object.keys(content).length > 0 ? 'string' : 'undefined'
  const note = told.operation.summary === undefined ? '' : `/** ${told.operation.summary} */ `
  return `${note}readonly ${told.operation.operationId}: { readonly input: ${inputOf(told)}; readonly answer: ${answer}; readonly row: ${
    rows === undefined ? 'never' : typeOf(rows)
  }; readonly event: ${events === undefined ? 'never' : typeOf(events)} }`
}

const entryOf = ({ method, path, operation }: Told): string => {
  const { parameters = [], requestBody } = operation
  const query = parameters.filter((each) => each.in === 'query').map(({ name }) => name)
  const sends = requestBody === undefined ? null : (Object.keys(requestBody.content)[0] ?? null)
  const gives = okOf(operation)[jsonType] === undefined ? 'text' : 'json'
  return `${operation.operationId}: ${quoted({ method: method.toUpperCase(), path, query, sends, gives })}`
}

/** The client's table of operations and its types, as a module of TypeScript. */
export const clientText = ({ info, paths, components }: ApiDocument): string => {
  const told = Object.entries(paths)
    .flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ method, path, operation })))
    .filter(({ operation }) => operation.operationId !== undefined)
    .toSorted((a, b) => (a.operation.operationId! < b.operation.operationId! ? -1 : 1))
  const shapes = Object.entries(components.schemas)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, schema]) => `export type ${name} = ${typeOf(schema)}`)
  return [
    `// Written by scripts/write-client.ts from the document of version ${info.version}: npm run schema. Change the schemas, not this.`,
    '/** What is sent as it is. */\nexport type Sent = string | Uint8Array<ArrayBuffer> | Blob | ReadableStream<Uint8Array>',
    ...shapes,
    `/** What every operation takes and answers. */\nexport type Operations = { ${told.map(typesOf).join('\n')} }`,
    'export type OperationName = keyof Operations',
    `/** How every operation is asked for. */\nexport const operations: Readonly<Record<OperationName, Readonly<{ method: string; path: string; query: readonly string[]; sends: string | null; gives: 'json' | 'text' }>>> = { ${told.map(entryOf).join(', ')} }`,
    `export const documentVersion = ${quoted(info.version)}`,
    '',
  ].join('\n\n')
}
