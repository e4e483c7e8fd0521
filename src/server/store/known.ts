import type { KnownBatches } from './readings-out.ts'
import type { Work } from './transaction.ts'

/** What was on record when something was done: the order of the audit log says it, whatever clocks showed. */
export type Known = Readonly<{
  /** Hashes of the versions of the terms. */
  versions: readonly string[]
  batches: KnownBatches
  /** Readings that had come late for final months, and rulings; undefined where it was not kept, and is to be counted. */
  late: number | undefined
}>

/** Imports that may be under way at once: a number that is taken first may be recorded last, by as many as there are at most. */
const importsAtOnceMax = 1_000

/**
 * What was known of an agreement when one of its statements was closed, or a draft of one prepared. Either waits for the imports of its agreement that are under way, and holds
 * back those that come: so what the audit log has before it was known, and what it has after it was not. Undefined where nobody recorded it.
 */
export const findKnown = async ({ client }: Work, statement: string): Promise<Known | undefined> => {
  const { rows } = await client.query<{ entry: bigint; agreement: string; late: bigint | null }>(
    `select a.entry, s.agreement, s.late
       from (select id, agreement, month, late_known as late from statement where id = $1
             union all select id, agreement, month, null from statement_draft where id = $1) as s
       join audit_log a on a.subject = s.agreement || ' ' || s.month and s.id in (a.detail ->> 'statement', a.detail ->> 'draft')
      where s.id = $1 order by a.entry limit 1`,
    [statement],
  )
  const [closed] = rows
  return closed && knownBefore({ client }, closed, closed.late === null ? undefined : Number(closed.late))
}

/**
 * What was known of an agreement when a draft of one of its statements was last prepared: also where that came to the same, and the draft was answered
 * again. Undefined where nobody recorded it.
 */
export const findKnownByDraft = async ({ client }: Work, draft: string): Promise<Known | undefined> => {
  const { rows } = await client.query<{ entry: bigint; agreement: string }>(
    `select a.entry, d.agreement from statement_draft d join audit_log a on a.subject = d.agreement || ' ' || d.month
      where d.id = $1 and a.action = 'prepare' and a.detail ->> 'draft' = d.id order by a.entry desc limit 1`,
    [draft],
  )
  return rows[0] && knownBefore({ client }, rows[0], undefined)
}

const knownBefore = async (
  { client }: Pick<Work, 'client'>,
  { entry, agreement }: Readonly<{ entry: bigint; agreement: string }>,
  late: number | undefined,
): Promise<Known> => {
  const { rows: versions } = await client.query<{ hash: string }>(
    `select v.hash from agreement_version v where v.agreement = $1 and exists (
       select from audit_log a where a.subject = v.agreement || ' version ' || v.version and a.action = 'load'
         and a.detail ->> 'hash' = v.hash and a.entry < $2) order by v.version`,
    [agreement, entry],
  )
  return { versions: versions.map(({ hash }) => hash), batches: await findBatchesBefore({ client }, entry), late }
}

const importsBy = (where: string, order: 'asc' | 'desc'): string =>
  `select (detail ->> 'batch')::bigint as batch from audit_log where action = 'import' and entry ${where} order by entry ${order} limit ${importsAtOnceMax}`

const findBatchesBefore = async ({ client }: Pick<Work, 'client'>, entry: bigint): Promise<KnownBatches> => {
  const { rows: before } = await client.query<{ through: bigint | null }>(
    `select max(batch) as through from (${importsBy('< $1', 'desc')}) as imports`,
    [entry],
  )
  const through = before[0]?.through ?? 0n
  const { rows } = await client.query<{ batch: bigint }>(
    `select batch from (${importsBy('> $1', 'asc')}) as imports where batch <= $2 order by batch`,
    [entry, through],
  )
  return { through, without: rows.map(({ batch }) => batch) }
}
