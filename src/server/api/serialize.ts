import { ResponseSerializationError } from 'fastify-type-provider-zod'
import { z } from 'zod'

/** A response is given as its shape, or as a description with the shape of one content type in it. */
type Given = z.ZodType | Readonly<{ properties: z.ZodType }>
type Route = Readonly<{ schema: Given; method: string; url: string }>

const shapeOf = (given: Given): z.ZodType => (given instanceof z.ZodType ? given : given.properties)

const changing: ReadonlySet<string> = new Set(['pipe', 'transform', 'default', 'prefault', 'catch'])

/** The shapes that a part of a shape's definition holds: itself, in a list, by name, or read when it is first asked for. */
const shapesIn = (part: unknown): readonly z.ZodType[] => {
  if (part instanceof z.ZodType) return [part]
  if (typeof part !== 'object' || part === null) return []
  return Object.values(part).filter((each) => each instanceof z.ZodType)
}

/** A kind of shape somewhere in this one that would make of an answer something else than was given; undefined where there is none. */
const changingIn = (shape: z.ZodType, seen = new Set<z.ZodType>()): string | undefined => {
  if (seen.has(shape)) return undefined
  seen.add(shape)
  const { def } = shape
  if (changing.has(def.type)) return def.type
  const parts = def.type === 'lazy' ? [(shape as z.ZodLazy<z.ZodType>).unwrap()] : Object.values(def).flatMap(shapesIn)
  for (const part of parts) {
    const found = changingIn(part, seen)
    if (found !== undefined) return found
  }
  return undefined
}

/**
 * Answers go out as their shape says: what it does not name is left out, and what does not fit it is a failure of this server, never an answer. Shapes of
 * answers change nothing on the way, or the server does not start; so they are read forwards, once, by a compiled reader. To encode (`z.encode`) takes two
 * readings, and none of them is compiled.
 */
export const serializerCompiler = ({ schema, method, url }: Route): ((answer: unknown) => string) => {
  const shape = shapeOf(schema)
  const kind = changingIn(shape)
  if (kind !== undefined) throw new Error(`${method} ${url}: the shape of an answer holds a ${kind}; answers go out as they are given`)
  return (answer) => {
    const { data, error } = shape.safeParse(answer)
    if (error !== undefined) throw new ResponseSerializationError(method, url, { cause: error })
    return JSON.stringify(data)
  }
}
