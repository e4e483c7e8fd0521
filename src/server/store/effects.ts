import type { Instant } from '../../core/base/time.ts'
import type { Work } from './transaction.ts'

/** A reading that another speaks of: by source and id. */
export type Reference = Readonly<{ source: string; id: string }>
export const referenceKey = ({ source, id }: Reference): string => `${source}\0${id}`

/** When, and of what, a stored reading speaks. */
export type StoredEffect = Readonly<{
  from: Instant | undefined
  to: Instant | undefined
  kind: string
  pool: string | undefined
  block: string | undefined
  agreement: string | undefined
}>

/** The stored readings among these references, by `referenceKey`. */
export const findEffects = async ({ client }: Work, references: readonly Reference[]): Promise<Map<string, StoredEffect>> => {
  const { rows } = await client.query<{
    source: string
    id: string
    kind: string
    starts_at: bigint | null
    ends_at: bigint | null
    pool: string | null
    block: string | null
    agreement: string | null
  }>(
    `select r.source, r.id, r.kind, r.starts_at, r.ends_at, r.pool, r.block, r.agreement
       from unnest($1::text[], $2::text[]) as wanted(source, id) join reading r on r.source = wanted.source and r.id = wanted.id`,
    [references.map(({ source }) => source), references.map(({ id }) => id)],
  )
  return new Map(
    rows.map((row) => [
      referenceKey(row),
      {
        from: row.starts_at === null ? undefined : Number(row.starts_at),
        to: row.ends_at === null ? undefined : Number(row.ends_at),
        kind: row.kind,
        pool: row.pool ?? undefined,
        block: row.block ?? undefined,
        agreement: row.agreement ?? undefined,
      },
    ]),
  )
}
