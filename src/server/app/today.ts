import { monthOf, nextMonth, type Instant, type LocalDate } from '../../core/base/time.ts'
import type { Store } from '../store/database.ts'
import { findLatestDrafts } from '../store/latest-drafts.ts'
import { listFailedJobs, listOpenFindings, listPaid, listTotals } from '../store/needs.ts'
import { everything, inReach, type Reach } from '../store/reach.ts'
import { findStoodStatements } from '../store/stood-statements.ts'
import { appendSnooze, findSnoozes, findVisit, listNews, noteVisit } from '../store/visits.ts'

/** Months of the small pictures. */
export const trendMonths = 12

/** What the page of today reads beside statements and terms, and what a person leaves there. */
export const makeToday = (store: Store, now: () => Instant) => ({
  now,
  within: (reach: Reach) => ({
    /** Each from one transaction's view: they are shown beside each other, and not added. */
    /** `agreements`: whose drafts are looked for. */
    facts: (agreements: readonly string[]) =>
      inReach(store, reach, async (tx) => ({
        findings: await listOpenFindings(tx),
        paid: await listPaid(tx),
        drafts: await findLatestDrafts(tx, agreements),
        // Months of all zones: those of the latest are one ahead at most.
        totals: await listTotals(tx, nextMonth(monthOf(now(), 'UTC'), -trendMonths - 1)),
      })),
    /** Statements of these agreements as far as a lender reads them, in order of time. */
    stood: (agreements: readonly string[]) =>
      inReach(store, reach, (tx) => findStoodStatements(tx, { agreements, through: undefined, known: undefined })),
    news: (since: Parameters<typeof listNews>[1]) => inReach(store, reach, (tx) => listNews(tx, since)),
  }),
  /** Of one person, by their own name: whoever asks is asked for it before. */
  findVisit: (person: string) => inReach(store, everything, (tx) => findVisit(tx, person)),
  findSnoozes: (person: string) => inReach(store, everything, (tx) => findSnoozes(tx, person)),
  noteVisit: (person: string) => noteVisit(store, person),
  snooze: (of: Readonly<{ person: string; need: string; until: LocalDate }>) => appendSnooze(store, of),
  failedJobs: () => inReach(store, everything, listFailedJobs),
})
export type TodaySource = ReturnType<typeof makeToday>
