import { fromSealedRow, sealedColumns, type Link, type SealedContent, type SealedRow } from './audit-chain.ts'
import type { Work } from './transaction.ts'

/** An entry of the log with its link in the chain; `link` undefined where it was never sealed. */
export type AuditEntry = Readonly<{ content: SealedContent; link: Link | undefined }>

/** What is asked of the log. Instants are RFC 3339; `from` is included and `to` is not. */
export type AuditQuestion = Readonly<{
  /** What it was done to; what is called so, and what begins with it and a space: `sharon-ai` finds `sharon-ai 2026-10`. */
  subject?: string | undefined
  agreement?: string | undefined
  /** The id of whoever did it, or the name. */
  actor?: string | undefined
  action?: string | undefined
  /** Only what is of this installation and of no agreement. */
  ofNone?: boolean | undefined
  from?: string | undefined
  to?: string | undefined
  /** Entries before this one: they come newest first. */
  before?: number | undefined
  limit: number
}>

type Row = Omit<SealedRow, 'position'> & { position: bigint | null }

const toEntry = (row: Row): AuditEntry => {
  const { link, content } = fromSealedRow({ ...row, position: row.position ?? 0n })
  return { content: content!, link: row.position === null ? undefined : link }
}

/** Entries that these queries may see, newest first. */
export const listEntries = async ({ client }: Work, question: AuditQuestion): Promise<AuditEntry[]> => {
  const { subject, agreement, actor, action, ofNone = false, from, to, before, limit } = question
  const { rows } = await client.query<Row>(
    `select ${sealedColumns} from audit_log l left join audit_chain c on c.entry = l.entry
      where ($1::text is null or l.subject = $1 or starts_with(l.subject, $1 || ' ')) and ($2::text is null or l.agreement = $2)
        and ($3::text is null or l.actor = $3 or l.actor_name = $3) and ($4::text is null or l.action = $4)
        and ($5::timestamptz is null or l.recorded_at >= $5) and ($6::timestamptz is null or l.recorded_at < $6)
        and ($7::bigint is null or l.entry < $7) and (not $9::boolean or l.agreement is null)
      order by l.entry desc limit $8`,
    [subject, agreement, actor, action, from, to, before, limit, ofNone].map((each) => each ?? null),
  )
  return rows.map(toEntry)
}

export const findEntry = async ({ client }: Work, entry: number): Promise<AuditEntry | undefined> => {
  const { rows } = await client.query<Row>(
    `select ${sealedColumns} from audit_log l left join audit_chain c on c.entry = l.entry where l.entry = $1`,
    [entry],
  )
  return rows[0] && toEntry(rows[0])
}

/** The words by which entries can be asked for: what was done, among those that may be seen. */
export const listActions = async ({ client }: Work, ofNone: boolean): Promise<string[]> => {
  const { rows } = await client.query<{ action: string }>(
    'select distinct action from audit_log where not $1::boolean or agreement is null order by action',
    [ofNone],
  )
  return rows.map(({ action }) => action)
}
