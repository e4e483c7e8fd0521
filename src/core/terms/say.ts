import { addDays, dateOf } from '../base/time.ts'
import type { Said } from './kind.ts'
import { blocksIn } from './phrase.ts'
import type { ContractYears, ResolvedCommon, Schedule } from './schedule.ts'

/** How often a clause settles, in words. */
export const every = { month: 'each month', quarter: 'each quarter', year: 'each year' } as const

type Covered = Readonly<{ block: string; years: ContractYears }>

/** One sentence, or one for each group of blocks whose contract years make it differ. Blocks that share their years share their words. */
export const perBlock = <T extends Covered>(
  covers: readonly T[],
  pointer: string,
  begin: (which: string) => string,
  say: (cover: T) => string,
): Said => {
  const byYears = [...Map.groupBy(covers, ({ years }) => years).values()]
  const groups = [...Map.groupBy(byYears, ([first]) => say(first!))].map(([text, members]) => ({ text, members: members.flat() }))
  return groups.map(({ text, members }) => {
    const which = groups.length === 1 ? '' : ` for ${blocksIn(members.map(({ block }) => block))}`
    return [pointer, `${begin(which)} ${text}.`]
  })
}

/** A party's name for people. */
export const party = ({ parties }: Schedule, id: string): string => parties.find((each) => each.id === id)?.name ?? id

/** `from 2026-08-01 through 2033-07-31` */
export const datesOf = ({ from, to }: ResolvedCommon, { zone }: Schedule): string =>
  `from ${dateOf(from, zone)} through ${addDays(dateOf(to, zone), -1)}`
