import type { Json } from '../../core/base/canonical.ts'
import { formatInstant, type Instant } from '../../core/base/time.ts'
import type { Queries } from './database.ts'

/** Somebody at the door: who, acting as what for which party, from where, in which request. */
export type Actor = Readonly<{
  /** `usr_…`, `key_…`, or the name of what acts by itself. */
  id: string
  name: string
  party: string | null
  role: string | null
  /** The address that the request came from. */
  origin: string | null
  request: string | null
}>
/** An actor, or the name of a command or a job of this installation. */
export type By = Actor | string

/** What people read of who did something. */
export const nameOf = (by: By): string => (typeof by === 'string' ? by : by.name)

/** Who did what to what: written in the transaction of the deed, so that neither stands without the other. */
export type Deed = Readonly<{
  at: Instant
  by: By
  /** A verb: load, import, close, verify, decide, sign-in, give, approve. */
  action: string
  subject: string
  /** Whose parties may read of it. */
  agreement?: string | undefined
  detail: Json
  before?: Json | undefined
  after?: Json | undefined
}>

const textOf = (value: Json | undefined): string | null => (value === undefined ? null : JSON.stringify(value))

export const appendDeed = async (queries: Queries, { at, by, action, subject, agreement, detail, before, after }: Deed): Promise<void> => {
  const who = typeof by === 'string' ? { actor: by } : rowOf(by)
  const what = { action, subject, agreement: agreement ?? null, detail: JSON.stringify(detail) }
  const row = { recorded_at: formatInstant(at), ...who, ...what, before: textOf(before), after: textOf(after) }
  await queries.insertInto('audit_log').values(row).execute()
}

const rowOf = ({ id, name, party, role, origin, request }: Actor) => ({ actor: id, actor_name: name, party, role, origin, request })
