import assert from 'node:assert/strict'
import { hashOf } from '../src/core/base/hash.ts'
import { describeProblem } from '../src/core/base/problem.ts'
import { dateOf, monthInterval, nextMonth, type Month } from '../src/core/base/time.ts'
import { collate } from '../src/core/meter/collate.ts'
import { makeMeter } from '../src/core/meter/meter.ts'
import { parseReading, placementOf, readingText } from '../src/core/meter/parse.ts'
import type { Reading } from '../src/core/meter/reading.ts'
import { post } from '../src/core/posting/post.ts'
import { clauseKinds } from '../src/core/settlement/kinds.ts'
import type { State } from '../src/core/settlement/line.ts'
import type { StatedMonth } from '../src/core/settlement/stated.ts'
import { settlementWindow } from '../src/core/settlement/period.ts'
import { settle } from '../src/core/settlement/settle.ts'
import { drawUp } from '../src/core/statements/draw-up.ts'
import { checkReasons } from '../src/core/statements/explain.ts'
import { toStated } from '../src/core/statements/standing.ts'
import type { Statement } from '../src/core/statements/statement.ts'
import { parseAgreement } from '../src/core/terms/parse.ts'
import { resolve } from '../src/core/terms/resolve.ts'
import type { Schedule } from '../src/core/terms/schedule.ts'

/** The schedule that documents make, in order of version; fails the test with every problem where they make none. */
export const scheduleOfText = (...documents: readonly string[]): Schedule => {
  const signed = documents.map((text) => {
    const parsed = parseAgreement(text, clauseKinds)
    if ('problems' in parsed) assert.fail(parsed.problems.map((problem) => describeProblem('document', problem)).join('\n'))
    return parsed
  })
  const schedule = resolve(signed, clauseKinds)
  if ('problems' in schedule) assert.fail(schedule.problems.map((problem) => describeProblem('document', problem)).join('\n'))
  return schedule
}

/** The problems of a document that is refused, each as `pointer: message`. */
export const problemsOfText = (text: string): string[] => {
  const parsed = parseAgreement(text, clauseKinds)
  return 'problems' in parsed ? parsed.problems.map(({ pointer, message }) => `${pointer}: ${message}`) : []
}

/** Readings as a file has them: NDJSON, or objects that would be its lines. */
export const readingsOf = (schedule: Schedule, lines: string | readonly object[]): Reading[] => {
  const objects =
    typeof lines === 'string'
      ? lines
          .split('\n')
          .filter((line) => line.trim() !== '')
          .map((line) => JSON.parse(line))
      : lines
  return objects.map((each) => {
    const parsed = parseReading(each, schedule.zone, placementOf(schedule))
    if ('problems' in parsed) assert.fail(`${JSON.stringify(each)}: ${JSON.stringify(parsed.problems)}`)
    return parsed.reading
  })
}

/** A final statement as later months read it. */
export const statedMonthOf = ({ month, finalOn, dueOn, lines, currency }: Statement): StatedMonth => ({
  month,
  finalOn: finalOn!,
  dueOn: dueOn!,
  lines: lines.map((line) => toStated(line, currency)),
})

type Months = Readonly<{ from: Month; through: Month }>

const acceptedOf = (schedule: Schedule, lines: string | readonly object[]) => {
  const { accepted, refused } = collate(readingsOf(schedule, lines).map((reading) => ({ reading, digest: hashOf(readingText(reading)) })))
  assert.deepEqual(refused, [])
  return accepted
}

const settleOne = (
  schedule: Schedule,
  accepted: ReturnType<typeof acceptedOf>,
  month: Month,
  opening: State,
  stated: readonly StatedMonth[] = [],
) => {
  const meter = makeMeter(schedule, settlementWindow(schedule, month), Infinity)
  for (const { reading, digest } of accepted) meter.add(reading, digest)
  const facts = meter.facts()
  if ('refusals' in facts) assert.fail(facts.refusals.map(({ message }) => message).join('\n'))
  return { facts, settlement: settle({ schedule, facts, month, opening, stated }) }
}

/** Why the last of consecutive months is refused, or of the first that is; empty where all are settled. */
export const refusalsOfMonths = (schedule: Schedule, lines: string | readonly object[], { from, through }: Months): readonly string[] => {
  const accepted = acceptedOf(schedule, lines)
  let opening: State = {}
  for (let month = from; month <= through; month = nextMonth(month)) {
    const { settlement } = settleOne(schedule, accepted, month, opening)
    if (settlement.refusals.length > 0) return settlement.refusals
    opening = settlement.closing
  }
  return []
}

/** Final statements of consecutive months, each opened with what the month before left. Every line's reasons are worked out again, and the books balance. */
export const settleMonths = (schedule: Schedule, lines: string | readonly object[], { from, through }: Months): Statement[] => {
  const accepted = acceptedOf(schedule, lines)
  const statements: Statement[] = []
  let opening: State = {}
  for (let month = from; month <= through; month = nextMonth(month)) {
    const { facts, settlement } = settleOne(schedule, accepted, month, opening, statements.map(statedMonthOf))
    assert.deepEqual(settlement.refusals, [], month)
    const finalOn = dateOf(monthInterval(month, schedule.zone).to, schedule.zone)
    const statement = drawUp({ schedule, facts, month, opening, settlement, version: 1, finalOn })
    for (const line of statement.lines) assert.equal(checkReasons(line), undefined, `${month} ${line.key}`)
    post(statement)
    statements.push(statement)
    opening = settlement.closing
  }
  return statements
}
