import { createPublicKey, type KeyObject } from 'node:crypto'
import { z } from 'zod'
import { isId, type BlockId } from '../../core/base/id.ts'
import type { Problem } from '../../core/base/problem.ts'
import { isZone } from '../../core/base/time.ts'
import { readDocument } from '../../core/terms/read-document.ts'

/** What a feed of power stands for, which no event of DSX Flex says. */
export type FlexFeed = Readonly<{
  block: BlockId
  /** GPUs that the feed powers. */
  gpus: number
  /** Watts at the feed for one of them at full load, with its share of everything else there. */
  wattsPerGpu: number
}>

/** How events of DSX Flex become curtailments. */
export type FlexMapping = Readonly<{
  /** The source of the readings. */
  source: string
  /** In which an open curtailment is cut into days. */
  zone: string
  feeds: ReadonlyMap<string, FlexFeed>
  /** By `kid`. Where there is any, every event has to be signed by one of them. */
  keys: ReadonlyMap<string, KeyObject>
}>

const feedsMax = 1_000

const shape = z.strictObject({
  flex: z.literal(1),
  source: z.string().refine(isId, 'must be a name of small letters, digits, "-", "_" and ".", such as flex-batam'),
  zone: z.string().refine(isZone, 'must be an IANA time zone such as Asia/Singapore'),
  feeds: z
    .record(
      z.string().min(1).max(64),
      z.strictObject({
        block: z.string().refine(isId, 'must be the id of a block'),
        gpus: z.int().min(1).max(1_000_000),
        wattsPerGpu: z.int().min(1).max(100_000),
      }),
    )
    .refine((feeds) => Object.keys(feeds).length > 0 && Object.keys(feeds).length <= feedsMax, `must have 1 to ${feedsMax} feeds`),
  keys: z.record(z.string().min(1).max(200), z.string()).default({}),
})

const readKeys = (keys: Readonly<Record<string, string>>, problems: Problem[]): Map<string, KeyObject> => {
  const read = new Map<string, KeyObject>()
  for (const [kid, pem] of Object.entries(keys))
    try {
      read.set(kid, createPublicKey(pem))
    } catch {
      problems.push({ pointer: `/keys/${kid}`, message: 'must be a public key in PEM form (-----BEGIN PUBLIC KEY-----)' })
    }
  return read
}

const pointerOf = (path: readonly PropertyKey[]): string => path.map((key) => `/${String(key)}`).join('')

/** Reads the document that says what feeds of power stand for (docs/ingest.md), or everything that is wrong with it. */
export const parseFlexMapping = (text: string): Readonly<{ mapping: FlexMapping }> | Readonly<{ problems: readonly Problem[] }> => {
  const document = readDocument(text)
  if (!('value' in document)) return document
  if (document.problems.length > 0) return { problems: document.problems }
  const withLines = (problems: readonly Problem[]) => ({
    problems: problems.map((each) => ({ ...each, line: document.lineOf(each.pointer) })),
  })
  const read = shape.safeParse(document.value)
  if (!read.success) return withLines(read.error.issues.map(({ path, message }) => ({ pointer: pointerOf(path), message })))
  const { source, zone, feeds, keys } = read.data
  const problems: Problem[] = []
  const known = readKeys(keys, problems)
  if (problems.length > 0) return withLines(problems)
  return { mapping: { source, zone, feeds: new Map(Object.entries(feeds) as [string, FlexFeed][]), keys: known } }
}
