import { quote } from './ddl.ts'
import type { Engine } from './engine.ts'
import { foldText, windowText, type Measure } from './fold-sql.ts'
import { database } from './schema.ts'

/** Nodes that are folded by one statement: it holds their samples of an hour in memory. */
export const foldNodesMax = 500

/**
 * `until` (seconds since the epoch): only hours that begin before it. `wholeFrom`: hours before it have lost some of their raw samples, and
 * keep the rows that they have. `version` is larger than that of any fold before.
 */
export type Fold = Readonly<{ until: number; wholeFrom: number; measure: Measure; version: number }>

/** Hours of factories that were folded, and those whose samples came so late that the raw ones beside them were gone. */
export type Folded = Readonly<{ hours: number; expired: number }>

type Touched = Readonly<{ factory: string; hour: number; count: string }>

/** The first and the last of each run of names that are folded together. */
const slicesOf = (names: readonly string[]): Readonly<{ first: string; last: string }>[] =>
  Array.from({ length: Math.ceil(names.length / foldNodesMax) }, (_, i) => {
    const run = names.slice(i * foldNodesMax, (i + 1) * foldNodesMax)
    return { first: run[0]!, last: run.at(-1)! }
  })

const foldHour = async (engine: Engine, { factory, hour }: Touched, { measure, version }: Fold): Promise<void> => {
  const nodes = await engine.rows<{ node: string }>(
    `SELECT DISTINCT node FROM ${database}.telemetry_samples WHERE ${windowText({ factory, hour }, measure)} ORDER BY toString(node)`,
  )
  for (const { first, last } of slicesOf(nodes.map(({ node }) => node)))
    await engine.command(foldText({ factory, hour, first, last }, measure, version))
}

/**
 * Folds every hour that has been touched since it was last folded. What is written depends on the samples alone, so a fold may be broken off and
 * done again. `marksRead` is called between the reading of the marks and that of the samples.
 */
export const fold = async (engine: Engine, wanted: Fold, marksRead: () => void): Promise<Folded> => {
  const touched = await engine.rows<Touched>(
    `SELECT factory, toUInt32(hour) AS hour, sum(times) AS count FROM ${database}.telemetry_touched
     WHERE hour < toDateTime(${wanted.until}, 'UTC') GROUP BY factory, hour HAVING count != 0 ORDER BY hour, factory`,
  )
  marksRead()
  let expired = 0
  for (const each of touched) {
    if (each.hour < wanted.wholeFrom) expired += 1
    else await foldHour(engine, each, wanted)
    // What was seen is taken off, and not more: who touched the hour meanwhile has it folded again.
    await engine.command(
      `INSERT INTO ${database}.telemetry_touched (factory, hour, times) VALUES (${quote(each.factory)}, ${each.hour}, ${-Number(each.count)})`,
    )
  }
  return { hours: touched.length - expired, expired }
}
