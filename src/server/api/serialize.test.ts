import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { z } from 'zod'
import { serializerCompiler } from './serialize.ts'

const compile = (schema: z.ZodType) => serializerCompiler({ schema, method: 'GET', url: '/api/things' })

type Tree = Readonly<{ name: string; parts: readonly Tree[]; amount?: string | undefined }>
const TreeShape: z.ZodType<Tree> = z.object({
  name: z.string(),
  parts: z.lazy(() => z.array(TreeShape)),
  amount: z.string().optional(),
})
const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.record(
    { name: fc.string(), parts: fc.oneof({ maxDepth: 4 }, fc.constant([]), fc.array(tie('tree'), { maxLength: 3 })), amount: fc.string() },
    { requiredKeys: ['name', 'parts'] },
  ),
}))

test('API122 an answer goes out as encoding would write it, and what its shape does not name is left out', () => {
  const write = compile(TreeShape)
  fc.assert(
    fc.property(tree, (answer) => {
      assert.equal(write(answer), JSON.stringify(z.encode(TreeShape, answer)))
      assert.equal(write({ ...answer, secret: 'x' }), write(answer))
    }),
  )
})

test('API122 what does not fit its shape is no answer, and a shape that would change an answer lets no server start', () => {
  assert.throws(() => compile(TreeShape)({ name: 'a', parts: [{ name: 1, parts: [] }] }), /serializ/i)
  for (const shape of [
    z.string().transform((text) => text.length),
    z.string().default(''),
    z.string().catch(''),
    z.string().pipe(z.string()),
  ])
    for (const around of [shape, z.object({ of: z.array(shape.optional()) }), z.union([z.int(), z.record(z.string(), shape)])])
      assert.throws(() => compile(around), /GET \/api\/things: the shape of an answer holds a/)
})
