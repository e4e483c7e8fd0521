import * as fs from 'node:fs'
import { join } from 'node:path'
import type { AgreementId } from '../src/core/base/id.ts'
import { dateOf, monthInterval, monthOf, nextMonth, startOfDate, type Month } from '../src/core/base/time.ts'
import type { Facts } from '../src/core/meter/facts.ts'
import { makeMeter } from '../src/core/meter/meter.ts'
import type { Reading } from '../src/core/meter/reading.ts'
import { settleAgain, settleOpen, type Chain } from '../src/core/settlement/correct.ts'
import { clauseKinds } from '../src/core/settlement/kinds.ts'
import type { State } from '../src/core/settlement/line.ts'
import { settlementWindow } from '../src/core/settlement/period.ts'
import { drawUp } from '../src/core/statements/draw-up.ts'
import type { Statement } from '../src/core/statements/statement.ts'
import { parseAgreement, type ParsedAgreement } from '../src/core/terms/parse.ts'
import { resolve } from '../src/core/terms/resolve.ts'
import type { Schedule } from '../src/core/terms/schedule.ts'
import type { AdvanceSource } from '../src/server/app/advance.ts'
import { closedAt } from '../src/server/app/closed-at.ts'
import { firstLate, lastingEffect } from '../src/server/app/late.ts'
import { digestOf } from '../src/server/fleet/digest.ts'
import { readingsWith } from '../src/server/history/month-facts.ts'
import { readAmendments } from '../src/server/history/read-amendments.ts'
import { parseStory, storyProblems } from '../src/server/history/story.ts'
import type { Asked } from '../src/server/history/tell-story.ts'
import { effectOf } from '../src/server/store/reading-rows.ts'
import { statedMonthOf } from './settling.ts'

const examples = join(import.meta.dirname, '../examples')
const read = (file: string): string => fs.readFileSync(join(examples, file), 'utf8')

/** An example that has a story: what `offtake advance` would be given. */
export type Part = Readonly<{ document: string; source: AdvanceSource }>

/** The examples that have stories. */
export const storied = (): string[] =>
  fs
    .readdirSync(examples)
    .filter((file) => file.endsWith('.story.yaml'))
    .map((file) => file.slice(0, -'.story.yaml'.length))

const sound = <T extends object>(value: T): Exclude<T, Readonly<{ problems: unknown }>> => {
  if ('problems' in value) throw new Error(JSON.stringify(value.problems))
  return value as Exclude<T, Readonly<{ problems: unknown }>>
}
const parsed = (document: string): ParsedAgreement => sound(parseAgreement(document, clauseKinds))

export const partOf = (agreement: string): Part => {
  const [document, story] = [read(`${agreement}.yaml`), sound(parseStory(read(`${agreement}.story.yaml`)))]
  const first = parsed(document)
  const amendments = sound(readAmendments(story, [first], read))
  const problems = storyProblems(story, sound(resolve([first, ...amendments.map((each) => each.parsed)], clauseKinds)))
  if (problems.length > 0) throw new Error(JSON.stringify(problems))
  return { document, source: { agreement: agreement as AgreementId, seed: 7, detail: 'coarse', story, amendments } }
}

const scheduleAt = ({ document, source }: Part, month: Month): Schedule => {
  const later = source.amendments.filter(({ at }) => at.slice(0, 7) <= month).map((each) => each.document)
  return sound(resolve([document, ...later].map(parsed), clauseKinds))
}

type Known = Readonly<{ reading: Reading; digest: string }>

/** Readings that a later month may look back to, however long ago they were. */
const lasting = new Set<Reading['kind']>(['acceptance', 'figure', 'event', 'index', 'payment', 'dispute', 'ruling', 'fx'])
/** Months of other readings that are kept: maintenance counts from the start of its contract year. */
const monthsKept = 14

/** What bears on a month that is not long past. */
const recent = (all: readonly (readonly Known[])[]): Known[] => [
  ...all.slice(0, -monthsKept - 1).flatMap((month) => month.filter(({ reading }) => lasting.has(reading.kind))),
  ...all.slice(-monthsKept - 1).flat(),
]

const factsFor = (schedule: Schedule, month: Month, on: Month, known: readonly Known[]): Facts => {
  const meter = makeMeter(schedule, settlementWindow(schedule, month), closedAt(on) + 1)
  for (const { reading, digest } of known) meter.add(reading, digest)
  const facts = meter.facts()
  if ('refusals' in facts) throw new Error(facts.refusals.map(({ message }) => message).join('\n'))
  return facts
}

/** Whether any of these readings bears on a final month. */
const bears = (readings: readonly Known[], { zone }: Schedule, final: readonly Statement[]): boolean => {
  const closed = final.map(({ month }) => ({ month, interval: monthInterval(month, zone) }))
  return readings.some(({ reading }) => {
    const effect = effectOf(reading)
    return reading.kind === 'ruling' || (effect !== undefined && firstLate(closed, lastingEffect(reading.kind, effect)) !== undefined)
  })
}

/** Whether a version counts from before the month that the last final month did not know. */
const isAmended = ({ versions, zone }: Schedule, month: Month, last: Statement): boolean =>
  versions.some(
    ({ version, effective }) => effective < monthInterval(month, zone).from && !last.terms.some((each) => each.version === version),
  )

export type MonthInMemory = Readonly<{ month: Month; schedule: Schedule; readings: number; statement: Statement }>

/**
 * The months of a story without a database, the first so many of them: readings are made up, metered and settled, by core alone. What comes
 * late settles the final months again.
 */
export function* inMemory(part: Part, months = Infinity): Generator<MonthInMemory> {
  const { seed, detail, story } = part.source
  const asked: Asked[] = []
  let schedule = scheduleAt(part, '0000-00')
  const changes = new Set(part.source.amendments.map(({ at }) => at.slice(0, 7)))
  const [known, final]: [(readonly Known[])[], Statement[]] = [[], []]
  let closing: State = {}
  let month = monthOf(schedule.from, schedule.zone)
  for (let i = 0; i < months && startOfDate(`${month}-01`, schedule.zone) < schedule.to; i++, month = nextMonth(month)) {
    if (changes.has(month)) schedule = scheduleAt(part, month)
    const fresh = readingsWith({ schedule, month, seed, detail, story: story?.story, asked }).map((reading) => ({
      reading,
      digest: digestOf(reading),
    }))
    known.push(fresh)
    const stated = final.map(statedMonthOf)
    const last = final.at(-1)
    let chain: Chain = { schedule, stated, settled: [], closing, refusals: [] }
    if (last !== undefined && (bears(fresh, schedule, final) || isAmended(schedule, month, last))) {
      chain = { ...chain, closing: {} }
      for (const each of final) chain = settleAgain(chain, each.month, factsFor(schedule, each.month, month, known.flat()))
    }
    const facts = factsFor(schedule, month, month, recent(known))
    const { settlement, corrections, refusals } = settleOpen(chain, month, facts)
    if (refusals.length > 0) throw new Error(`${month}: ${refusals.join('\n')}`)
    const finalOn = dateOf(closedAt(month), schedule.zone)
    const run = { settled: chain.settled, corrections }
    const statement = drawUp({ schedule, facts, month, opening: chain.closing, settlement, version: 1, finalOn, run })
    yield { month, schedule, readings: fresh.length, statement }
    asked.push({ month, dueOn: statement.dueOn!, payer: statement.totals.net.payer, amount: statement.totals.net.amount })
    final.push(statement)
    closing = statement.closing
  }
}
