import { dateOf, type Interval } from '../base/time.ts'
import { formulas } from '../settlement/kinds.ts'
import type { Line } from '../settlement/line.ts'
import type { Schedule } from '../terms/schedule.ts'
import { monthForPeople } from './figures.ts'

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')

/** `1–30 Sep 2027`, `28 Aug – 3 Sep 2027`: the local days that an interval touches. */
export const spanInWords = ({ from, to }: Interval, zone: string): string => {
  const [first, last] = [dateOf(from, zone), dateOf(to - 1, zone)].map((date) => date.split('-').map(Number)) as [number[], number[]]
  const [year, month, day] = first as [number, number, number]
  const [lastYear, lastMonth, lastDay] = last as [number, number, number]
  const end = `${lastDay} ${months[lastMonth - 1]} ${lastYear}`
  if (year !== lastYear) return `${day} ${months[month - 1]} ${year} – ${end}`
  if (month !== lastMonth) return `${day} ${months[month - 1]} – ${end}`
  return day === lastDay ? end : `${day}–${end}`
}

/** What a line is called on a statement: the clause's effect, why, the block where there are several, and the days; of a correction, the month. */
export const lineInWords = (schedule: Schedule, line: Line): string => {
  const clause = schedule.clauses.find(({ id }) => id === line.clause)
  const condition = clause?.conditions.find(({ id }) => id === line.reason)
  const why = line.formula !== 'ineligible' ? '' : `, not met: ${(condition?.text ?? 'Sales have evidence').replace(/\.$/, '')}`
  const several = (clause?.covers.length ?? 0) > 1 && line.block !== undefined
  const effect = `${formulas.get(line.formula)?.word ?? line.formula}${why}${several ? `, ${line.block}` : ''}, ${spanInWords(line, schedule.zone)}`
  return line.corrects === undefined ? effect : `Correction of ${monthForPeople(line.corrects)}: ${effect}`
}
