import * as fs from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'

const instant = z.number().int()
const shape = z.object({
  version: z.literal(1),
  source: z.string(),
  told: instant,
  waiting: z.array(z.object({ key: z.string(), start: instant, after: instant, gaps: z.array(z.string()) })),
  racks: z.string(),
})

/**
 * How far an agent has come: everything that was over at `told` was handed on, but for runs that are `waiting`, because their end is not known.
 * Only to save work: whoever loses it reads everything again, and tells the same.
 */
export type Watermark = Readonly<z.infer<typeof shape>>

/** What is kept of this source; undefined where nothing is, or nothing that can be read. */
export const readWatermark = (path: string, source: string): Watermark | undefined => {
  try {
    const read = shape.safeParse(JSON.parse(fs.readFileSync(path, 'utf8')))
    return read.success && read.data.source === source ? read.data : undefined
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Keeps it: whole or not at all, whenever the process or the machine stops. */
export const writeWatermark = (path: string, watermark: Watermark): void => {
  fs.mkdirSync(dirname(path), { recursive: true })
  // A name of its own: two agents may write one file, and the last one then stands.
  const own = `${path}.${process.pid}`
  const file = fs.openSync(own, 'w', 0o600)
  try {
    fs.writeSync(file, `${JSON.stringify(watermark)}\n`)
    fs.fsyncSync(file)
  } finally {
    fs.closeSync(file)
  }
  fs.renameSync(own, path)
}
