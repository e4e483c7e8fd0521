import type { ClauseWork } from './clause-kind.ts'

/** Whether a clause, through all its versions, ends with this part: what it carries then has to go somewhere. */
export const isLastPart = ({ schedule, clause, part }: Pick<ClauseWork, 'schedule' | 'clause' | 'part'>): boolean =>
  schedule.clauses.every(({ id, to }) => id !== clause.id || to <= part.to)
