import { sql } from 'kysely'
import type { AgreementId } from '../../core/base/id.ts'
import { formatInstant, type Instant } from '../../core/base/time.ts'
import type { Agreement } from '../../core/terms/agreement.ts'
import type { Schedule } from '../../core/terms/schedule.ts'
import type { Queries } from './database.ts'

/** One version as it was signed and validated. */
export type SignedVersion = Readonly<{ agreement: Agreement; hash: string; document: string }>

/** Every version of an agreement, first to last; empty when there is none. */
export const findVersions = async (queries: Queries, agreement: string): Promise<SignedVersion[]> => {
  const rows = await queries
    .selectFrom('agreement_version')
    .select(['canonical', 'hash', 'document'])
    .where('agreement', '=', agreement)
    .orderBy('version')
    .execute()
  return rows.map(({ canonical, hash, document }) => ({ agreement: JSON.parse(canonical) as Agreement, hash, document }))
}

/** Their hashes alone. */
export const findVersionHashes = async (queries: Queries, agreement: string): Promise<string[]> => {
  const rows = await queries.selectFrom('agreement_version').select('hash').where('agreement', '=', agreement).orderBy('version').execute()
  return rows.map(({ hash }) => hash)
}

export type AgreementRow = Readonly<{ agreement: string; title: string; zone: string; currency: string; versions: number }>

/** All agreements that these queries may see, with the words of their latest version. */
export const listAgreements = async (queries: Queries): Promise<AgreementRow[]> => {
  const rows = await queries
    .selectFrom('agreement_version')
    .select(['agreement', 'title', 'zone', 'currency', 'version'])
    .distinctOn('agreement')
    .orderBy('agreement')
    .orderBy('version', 'desc')
    .execute()
  return rows.map(({ version, ...row }) => ({ ...row, versions: version }))
}

/** Which agreement a pool, a block and a clause belong to, and the zone of each agreement. */
export type Registry = Readonly<{
  pools: ReadonlyMap<string, AgreementId>
  blocks: ReadonlyMap<string, AgreementId>
  clauses: ReadonlyMap<string, readonly AgreementId[]>
  zones: ReadonlyMap<AgreementId, string>
}>

export const loadRegistry = async (queries: Queries): Promise<Registry> => {
  const pools = await queries.selectFrom('pool').select(['pool', 'agreement']).execute()
  const blocks = await queries.selectFrom('block').select(['block', 'agreement']).execute()
  const clauses = new Map<string, AgreementId[]>()
  for (const { clause, agreement } of await queries.selectFrom('clause').select(['clause', 'agreement']).orderBy('agreement').execute())
    clauses.set(clause, [...(clauses.get(clause) ?? []), agreement as AgreementId])
  const agreements = await listAgreements(queries)
  return {
    pools: new Map(pools.map(({ pool, agreement }) => [pool, agreement as AgreementId])),
    blocks: new Map(blocks.map(({ block, agreement }) => [block, agreement as AgreementId])),
    clauses,
    zones: new Map(agreements.map(({ agreement, zone }) => [agreement as AgreementId, zone])),
  }
}

/** What of a registry is of these agreements: the rest is as if it were on record nowhere. */
export const narrow = (registry: Registry, agreements: ReadonlySet<AgreementId>): Registry => {
  const own = (of: ReadonlyMap<string, AgreementId>) => new Map([...of].filter(([, agreement]) => agreements.has(agreement)))
  const clauses = [...registry.clauses].map(([clause, all]) => [clause, all.filter((each) => agreements.has(each))] as const)
  return {
    pools: own(registry.pools),
    blocks: own(registry.blocks),
    clauses: new Map(clauses.filter(([, all]) => all.length > 0)),
    zones: new Map([...registry.zones].filter(([agreement]) => agreements.has(agreement))),
  }
}

/** The pools and blocks that are this agreement's, by what is on record. */
export const findOwnNames = async (
  queries: Queries,
  agreement: string,
): Promise<Readonly<{ pools: ReadonlySet<string>; blocks: ReadonlySet<string> }>> => {
  const pools = await queries.selectFrom('pool').select('pool').where('agreement', '=', agreement).execute()
  const blocks = await queries.selectFrom('block').select('block').where('agreement', '=', agreement).execute()
  return { pools: new Set(pools.map(({ pool }) => pool)), blocks: new Set(blocks.map(({ block }) => block)) }
}

/**
 * Whose a factory is: of the operator of the agreement that was the first to have a block there, and which that is; undefined where none has. Telemetry
 * knows factories by name alone.
 */
export const findFactoryOwner = async (
  queries: Queries,
  factory: string,
): Promise<Readonly<{ party: string; agreement: string }> | undefined> =>
  queries
    .selectFrom('agreement_version as v')
    .innerJoin('agreement_party as p', (on) => on.onRef('p.agreement', '=', 'v.agreement').on('p.role', '=', 'operator'))
    .select(['p.party', 'v.agreement'])
    .where(sql<boolean>`v.canonical::jsonb -> 'blocks' @> ${JSON.stringify([{ factory }])}::jsonb`)
    .orderBy('v.recorded_at')
    .orderBy('v.agreement')
    .limit(1)
    .executeTakeFirst()

/** Appends a version, and whatever it names for the first time. */
export const appendVersion = async (
  queries: Queries,
  {
    agreement,
    hash,
    document,
    canonical,
    schedule,
    now,
  }: SignedVersion & Readonly<{ canonical: string; schedule: Schedule; now: Instant }>,
): Promise<void> => {
  const recorded_at = formatInstant(now)
  const row = {
    agreement: agreement.agreement,
    version: agreement.version,
    effective: agreement.effective,
    title: agreement.title,
    zone: agreement.zone,
    currency: agreement.currency,
    document,
    canonical,
    hash,
    previous: agreement.previous ?? null,
    recorded_at,
  }
  await queries.insertInto('agreement_version').values(row).execute()
  const named = { agreement: agreement.agreement, recorded_at }
  const parties = agreement.parties.map(({ id, role }) => ({ ...named, party: id, role }))
  await queries
    .insertInto('agreement_party')
    .values(parties)
    .onConflict((on) => on.doNothing())
    .execute()
  const pools = schedule.pools.map(({ id }) => ({ ...named, pool: id }))
  if (pools.length > 0)
    await queries
      .insertInto('pool')
      .values(pools)
      .onConflict((on) => on.doNothing())
      .execute()
  const blocks = schedule.blocks.map(({ id, pool }) => ({ ...named, block: id, pool }))
  if (blocks.length > 0)
    await queries
      .insertInto('block')
      .values(blocks)
      .onConflict((on) => on.doNothing())
      .execute()
  const clauses = [...new Set(schedule.clauses.map(({ id }) => id))].map((clause) => ({ ...named, clause }))
  if (clauses.length > 0)
    await queries
      .insertInto('clause')
      .values(clauses)
      .onConflict((on) => on.doNothing())
      .execute()
}

/** The parties of an agreement. */
export const findParties = (queries: Queries, agreement: string): Promise<{ party: string; role: string }[]> =>
  queries.selectFrom('agreement_party').select(['party', 'role']).where('agreement', '=', agreement).orderBy('party').execute()

/** The agreements that a party is the operator of. */
export const findOperated = async (queries: Queries, party: string): Promise<ReadonlySet<AgreementId>> => {
  const rows = await queries
    .selectFrom('agreement_party')
    .select('agreement')
    .where('party', '=', party)
    .where('role', '=', 'operator')
    .execute()
  return new Set(rows.map(({ agreement }) => agreement as AgreementId))
}
