import type { Facts } from '../meter/facts.ts'
import type { MeterRefusal } from '../meter/refusal.ts'
import type { Schedule } from '../terms/schedule.ts'
import { kindNamed } from './kinds.ts'

/** Facts that a clause cannot settle on, of all clauses: asked before `settle`, which takes them as checked. */
export const checkFacts = (schedule: Schedule, facts: Facts): MeterRefusal[] =>
  schedule.clauses.flatMap((clause) => kindNamed(clause.kind).checkFacts?.(clause, facts, schedule) ?? [])
