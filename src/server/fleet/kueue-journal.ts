import * as fs from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import type { Instant } from '../../core/base/time.ts'
import { Unreachable } from './scheduler.ts'

const instant = z.number().int()
const run = z.object({
  job: z.string(),
  start: instant,
  isStartKnown: z.boolean(),
  end: instant.nullable(),
  nodes: z.string(),
  gpus: z.number().int(),
  account: z.string(),
  product: z.string(),
  comment: z.string(),
  pool: z.string().nullable(),
})
const outage = z.object({ node: z.string(), from: instant, to: instant.nullable(), state: z.string() })
const quota = z.object({
  number: z.string(),
  name: z.string(),
  pool: z.string(),
  gpus: z.number().int(),
  from: instant,
  to: instant.nullable(),
})
const shape = z.object({ version: z.literal(1), runs: z.array(run), outages: z.array(outage), quotas: z.array(quota) })

/**
 * What was seen of a Kubernetes cluster: its objects say only what is now, and when it last changed. Unlike a watermark it cannot be had again:
 * what nobody saw before it changed is lost.
 */
export type Journal = z.infer<typeof shape>
export type SeenRun = Journal['runs'][number]

/** What is over is kept this long, for an agent that has to tell again. */
const keptSeconds = 100 * 86_400

export const readJournal = (path: string): Journal => {
  try {
    return shape.parse(JSON.parse(fs.readFileSync(path, 'utf8')))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { version: 1, runs: [], outages: [], quotas: [] }
    throw new Unreachable(`${path} is no journal of an agent, and cannot be made up again: ${(error as Error).message.slice(0, 200)}`)
  }
}

/** Writes it whole or not at all, without what was over long ago. */
export const writeJournal = (path: string, journal: Journal, now: Instant): void => {
  const recent = (end: Instant | null) => end === null || end > now - keptSeconds
  const kept: Journal = {
    version: 1,
    runs: journal.runs.filter((each) => recent(each.end)),
    outages: journal.outages.filter((each) => recent(each.to)),
    quotas: journal.quotas.filter((each) => recent(each.to)),
  }
  fs.mkdirSync(dirname(path), { recursive: true })
  const own = `${path}.${process.pid}`
  const file = fs.openSync(own, 'w', 0o600)
  try {
    fs.writeSync(file, `${JSON.stringify(kept)}\n`)
    fs.fsyncSync(file)
  } finally {
    fs.closeSync(file)
  }
  fs.renameSync(own, path)
}
