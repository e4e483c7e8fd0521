import type { Instant, Interval, Month } from '../../core/base/time.ts'
import type { Commissioning } from '../../core/capacity/commission.ts'
import type { State } from '../../core/settlement/line.ts'
import type { Standing } from '../../core/statements/standing.ts'
import type { Statement } from '../../core/statements/statement.ts'
import type { Agreement } from '../../core/terms/agreement.ts'
import type { Schedule } from '../../core/terms/schedule.ts'
import type { TermSentence } from '../../core/terms/sentences.ts'
import type { Notice, SettledLine } from '../app/read-agreement.ts'

/** A signed version: the document after validation, its text as signed, and when it was recorded. */
export type VersionRecord = Readonly<{ agreement: Agreement; hash: string; document: string; recordedAt: Instant }>

/** An agreement as the pages show it. */
export type AgreementRecord = Readonly<{
  schedule: Schedule
  /** First to last; never empty. */
  versions: readonly VersionRecord[]
  sentences: readonly TermSentence[]
  acceptances: readonly Readonly<{ block: string; commissioning: Commissioning }>[]
}>

/** A month that has a statement: the head of its latest version. */
export type StatementHead = Readonly<{
  month: Month
  version: number
  /** Where it stands now. */
  status: Standing['status']
  /** As stated, with what is in dispute now. */
  totals: Statement['totals']
  dueOn: string | null
  closing: State
}>

/** What final months have settled, by clause and payer: a decimal string in major units. */
export type Settled = Readonly<{ clause: string; payer: string; amount: string }>

/** A version of a month's statement; `versions` are all there are, the latest last. */
export type StatementRecord = Readonly<{
  id: string
  hash: string
  recordedAt: Instant
  versions: readonly number[]
  statement: Statement
  /** The same as it is stored: canonical JSON, the bytes of which `hash` is the SHA-256. */
  document: string
  /** Where it stands now, and the later statements with corrections of it; provisional: a draft, which nobody owes. */
  standing: Omit<Standing, 'status'> & Readonly<{ status: Standing['status'] | 'provisional'; correctedOn: readonly Month[] }>
}>

/** A month that is not final and was prepared: the head of its latest draft. */
export type DraftHead = Readonly<{ month: Month; version: number; totals: Statement['totals'] }>

/** A reading as it is told: when it has effect, when it was recorded, what became of it. */
export type ReadingRecord = Readonly<{
  source: string
  id: string
  kind: string
  subject: string
  from: Instant | undefined
  to: Instant | undefined
  recordedAt: Instant
  gpus: number | undefined
  order: string | undefined
  tenant: string | undefined
  unit: string | undefined
  /** What only this kind has. */
  body: unknown
  lateFor: Month | undefined
  replaces: string | undefined
  replacedBy: string | undefined
  digest: string
}>

/** Where a page of readings goes on: after this reading, in order of start, source and id. */
export type ReadingCursor = Readonly<{ at: number; source: string; id: string }>

export type ReadingQuestion = Readonly<{
  agreement: string
  /** Blocks and pools; undefined: all of the agreement. */
  subjects: readonly string[] | undefined
  kinds: readonly string[] | undefined
  window: Interval
  after: ReadingCursor | undefined
  limit: number
}>

/** What the door needs to know: reads only. Whoever implements it decides where from. */
export type ApiSource = Readonly<{
  /** The server's clock. */
  now: () => Instant
  listAgreements: () => Promise<readonly string[]>
  /** As known at an instant, where one is given: what was recorded later is as if it were not there. */
  findAgreement: (agreement: string, knownAt?: Instant) => Promise<AgreementRecord | undefined>
  /** The months with a statement, in order of time. */
  listStatements: (agreement: string, knownAt?: Instant) => Promise<readonly StatementHead[]>
  /** The months that are not final and were prepared, in order of time. */
  listDrafts: (agreement: string) => Promise<readonly DraftHead[]>
  listSettled: (agreement: string, knownAt?: Instant) => Promise<readonly Settled[]>
  listNotices: (agreement: string, knownAt?: Instant) => Promise<readonly Notice[]>
  listSettledLines: (agreement: string, clause: string, knownAt?: Instant) => Promise<readonly SettledLine[]>
  /** The latest version unless one is asked for. */
  findStatement: (agreement: string, month: Month, version: number | undefined) => Promise<StatementRecord | undefined>
  /** At most `limit` readings with effect in the window, in order of start, source and id; and where the next page goes on. */
  listReadings: (question: ReadingQuestion) => Promise<Readonly<{ readings: readonly ReadingRecord[]; next: ReadingCursor | undefined }>>
}>
