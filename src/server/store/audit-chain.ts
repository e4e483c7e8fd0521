import { createHash } from 'node:crypto'
import { canonical } from '../../core/base/canonical.ts'
import type { Work } from './transaction.ts'

/** An entry as its hash is taken of. What is JSON in it is text here: canonical JSON of text is canonical however its numbers are written. */
export type SealedContent = Readonly<{
  entry: number
  at: string
  action: string
  actor: string
  actorName: string | null
  party: string | null
  role: string | null
  origin: string | null
  request: string | null
  agreement: string | null
  subject: string
  detail: string
  before: string | null
  after: string | null
}>

/** What binds an entry to the one before it in the order of commits. */
export type Link = Readonly<{
  position: number
  entry: number
  /** SHA-256 of the canonical JSON of the entry. */
  digest: string
  /** The hash of the link before; null for the first. */
  previous: string | null
  /** SHA-256 of the canonical JSON of all the others. */
  hash: string
  /** By the clock of the database; null for an entry from before there was a chain. */
  sealedAt: string | null
}>

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
export const digestOfContent = (content: SealedContent): string => sha256(canonical(content))
export const hashOfLink = ({ position, entry, digest, previous, sealedAt }: Omit<Link, 'hash'>): string =>
  sha256(canonical({ position, entry, digest, previous, sealedAt }))

/** What is wrong at one place of the chain. */
export type ChainFault = Readonly<{
  kind: 'altered' | 'removed' | 'moved' | 'added'
  entry: number | null
  position: number | null
  message: string
}>

export type ChainCheck = Readonly<{
  /** Links that were looked at. */
  checked: number
  /** The last link up to which everything is as it was written; undefined where not even the first is. */
  verified: Link | undefined
  /** The last link there is. */
  head: Link | undefined
  /** The first of what is wrong; empty where nothing is. */
  faults: readonly ChainFault[]
}>

/** Faults that are named. Whoever meets more has to begin with the first anyway. */
export const faultsNamedMax = 20
const pageLinks = 1_000

const instant = (column: string): string => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
/** Columns of a link and of its entry, for whoever works hashes out again. */
export const sealedColumns = `c.position, c.entry, c.digest, c.previous, c.hash, ${instant('c.sealed_at')} as sealed_at,
  l.entry as there, ${instant('l.recorded_at')} as at, l.action, l.actor, l.actor_name, l.party, l.role, l.origin, l.request, l.agreement, l.subject,
  l.detail::text as detail, l.before::text as before, l.after::text as after`

export type SealedRow = {
  position: bigint
  entry: bigint
  digest: string
  previous: string | null
  hash: string
  sealed_at: string | null
  /** The number of the entry; null where it is gone. */
  there: bigint | null
  at: string
  action: string
  actor: string
  actor_name: string | null
  party: string | null
  role: string | null
  origin: string | null
  request: string | null
  agreement: string | null
  subject: string
  detail: string
  before: string | null
  after: string | null
}

export const fromSealedRow = (row: SealedRow): Readonly<{ link: Link; content: SealedContent | undefined }> => {
  const { position, digest, previous, hash, sealed_at, there, actor_name, ...said } = row
  const { at, action, actor, party, role, origin, request, agreement, subject, detail, before, after } = said
  const link = { position: Number(position), entry: Number(row.entry), digest, previous, hash, sealedAt: sealed_at }
  if (there === null) return { link, content: undefined }
  const who = { actor, actorName: actor_name, party, role, origin, request }
  return { link, content: { entry: Number(there), at, action, ...who, agreement, subject, detail, before, after } }
}

/** What is wrong with a link that is to follow another, if anything is. */
const faultOf = (before: Link | undefined, { link, content }: ReturnType<typeof fromSealedRow>): ChainFault | undefined => {
  const at = { entry: link.entry, position: link.position }
  if (link.position !== (before?.position ?? 0) + 1)
    return { ...at, kind: 'removed', message: `the link before position ${link.position} is gone` }
  if (link.previous !== (before?.hash ?? null))
    return { ...at, kind: 'moved', message: `position ${link.position} does not follow the one before it` }
  if (link.hash !== hashOfLink(link))
    return { ...at, kind: 'altered', message: `the link at position ${link.position} is not as it was written` }
  if (content === undefined) return { ...at, kind: 'removed', message: `entry ${link.entry} is gone` }
  if (link.digest !== digestOfContent(content)) return { ...at, kind: 'altered', message: `entry ${link.entry} is not as it was written` }
  return undefined
}

async function* linksOf({ client }: Work): AsyncGenerator<ReturnType<typeof fromSealedRow>> {
  let after = 0n
  for (;;) {
    const { rows } = await client.query<SealedRow>(
      `select ${sealedColumns} from audit_chain c left join audit_log l on l.entry = c.entry where c.position > $1 order by c.position limit ${pageLinks}`,
      [after],
    )
    for (const row of rows) yield fromSealedRow(row)
    if (rows.length < pageLinks) return
    after = rows.at(-1)!.position
  }
}

/** Entries that no link is of: written past the trigger that seals them. */
const findUnsealed = async ({ client }: Work): Promise<ChainFault[]> => {
  const { rows } = await client.query<{ entry: bigint }>(
    'select l.entry from audit_log l where not exists (select from audit_chain c where c.entry = l.entry) order by l.entry limit $1',
    [faultsNamedMax],
  )
  return rows.map(({ entry }) => ({ kind: 'added', entry: Number(entry), position: null, message: `entry ${entry} was never sealed` }))
}

/**
 * Works every hash of the log out again, from the first entry to the last, a page at a time. It has to see all rows. What it cannot see is that the last
 * links were taken off together with their entries: for that a head is kept elsewhere, and looked for by `isLink`.
 */
export const checkChain = async (tx: Work): Promise<ChainCheck> => {
  const faults: ChainFault[] = []
  let [before, verified, checked]: [Link | undefined, Link | undefined, number] = [undefined, undefined, 0]
  for await (const each of linksOf(tx)) {
    const fault = faultOf(before, each)
    if (fault !== undefined && faults.length < faultsNamedMax) faults.push(fault)
    if (faults.length === 0) verified = each.link
    before = each.link
    checked += 1
  }
  const unsealed = (await findUnsealed(tx)).slice(0, faultsNamedMax - faults.length)
  return { checked, verified, head: before, faults: [...faults, ...unsealed] }
}

/** The last link; undefined where nothing was ever done. */
export const findHead = async ({ client }: Work): Promise<Link | undefined> => {
  const { rows } = await client.query<SealedRow>(
    `select ${sealedColumns} from audit_chain c left join audit_log l on l.entry = c.entry order by c.position desc limit 1`,
  )
  return rows[0] && fromSealedRow(rows[0]).link
}

/** Whether a hash that was kept elsewhere is still that of a link. */
export const isLink = async ({ client }: Work, hash: string): Promise<boolean> =>
  (await client.query('select from audit_chain where hash = $1', [hash])).rowCount === 1
