import assert from 'node:assert/strict'
import { addDays, nextMonth, type Month } from '../src/core/base/time.ts'
import type { Facts } from '../src/core/meter/facts.ts'
import { closedForGood, settleAgain, settleOpen, type Chain } from '../src/core/settlement/correct.ts'
import type { Line, State } from '../src/core/settlement/line.ts'
import { monthOfCharge, type StatedMonth } from '../src/core/settlement/stated.ts'
import { checkReasons } from '../src/core/statements/explain.ts'
import type { Schedule } from '../src/core/terms/schedule.ts'

/** Final months as a desk would keep them, with no database: what was stated, and what each month left when it was last settled. */
export type Shelf = Readonly<{ stated: readonly StatedMonth[]; closings: ReadonlyMap<Month, State> }>
export const emptyShelf: Shelf = { stated: [], closings: new Map() }

type Closing = Readonly<{
  schedule: Schedule
  month: Month
  /** What is known now of each month. */
  factsOf: (month: Month) => Facts
  /** Whether something new bears on final months. */
  isNew?: boolean
  finalOn?: string
  dueOn?: string
}>

/** Closes one month: its own lines, and the corrections of those before. The reasons of every line are worked out again. */
export const closeMonth = (shelf: Shelf, { schedule, month, factsOf, isNew = false, finalOn, dueOn }: Closing) => {
  const { stated } = shelf
  const kept = isNew ? closedForGood(schedule, stated, month) : stated.length
  let chain: Chain = {
    schedule,
    stated,
    settled: [],
    closing: (kept === 0 ? undefined : shelf.closings.get(stated[kept - 1]!.month)) ?? {},
    refusals: [],
  }
  for (const each of stated.slice(kept)) chain = settleAgain(chain, each.month, factsOf(each.month))
  const facts = factsOf(month)
  const { settlement: own, corrections, refusals } = settleOpen(chain, month, facts)
  assert.deepEqual(refusals, [])
  const lines = [...own.lines, ...corrections]
  for (const line of lines) assert.equal(checkReasons(line), undefined, line.key)
  const final = finalOn ?? `${nextMonth(month)}-01`
  const closings = new Map([
    ...shelf.closings,
    ...chain.settled.map((each) => [each.month, each.closing] as const),
    [month, own.closing] as const,
  ])
  const closed: Shelf = { stated: [...stated, { month, finalOn: final, dueOn: dueOn ?? addDays(final, 30), lines }], closings }
  return { shelf: closed, lines, corrections }
}

/** What all statements say together of each key of each month; what comes to nothing is left out. */
export const totalsByKey = ({ stated }: Shelf): ReadonlyMap<string, bigint> => {
  const totals = new Map<string, bigint>()
  for (const statement of stated)
    for (const line of statement.lines) {
      const name = `${monthOfCharge(statement, line)} ${line.key}`
      totals.set(name, (totals.get(name) ?? 0n) + line.minor)
    }
  return new Map([...totals].filter(([, minor]) => minor !== 0n).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** Amounts of corrections by the month they correct, in minor units. */
export const byMonth = (corrections: readonly Line[]): Record<Month, bigint> => {
  const sums: Record<Month, bigint> = {}
  for (const { corrects, minor } of corrections) sums[corrects!] = (sums[corrects!] ?? 0n) + minor
  return sums
}
