import { Kysely, PostgresDialect, sql, type ColumnType, type Generated, type Transaction } from 'kysely'
import pg from 'pg'
import type { DisputeTables } from './dispute-rows.ts'
import type { DraftTables } from './drafts.ts'
import type { WebhookTables } from './webhook-tables.ts'

const { INT8, DATE } = pg.types.builtins as Readonly<Record<string, number>>
const parserOf = pg.types.getTypeParser as (oid: number, format?: string) => unknown
/** bigint columns arrive as bigint, never as a rounded number; numeric and date stay text. Only here: libraries expect the driver's own. */
const types = {
  getTypeParser: (oid: number, format?: string): unknown => {
    if (oid === INT8) return BigInt
    return oid === DATE ? (text: string) => text : parserOf(oid, format)
  },
} as pg.CustomTypesConfig

/** When a row was written: given as RFC 3339, read as `Date` by the driver, formatted by `toInstantText`. */
export type RecordedAt = ColumnType<Date, string, never>

type CoreTables = {
  agreement_version: {
    agreement: string
    version: number
    effective: string
    title: string
    zone: string
    currency: string
    document: string
    canonical: string
    hash: string
    previous: string | null
    recorded_at: RecordedAt
  }
  agreement_party: { agreement: string; party: string; role: string; recorded_at: RecordedAt }
  pool: { pool: string; agreement: string; recorded_at: RecordedAt }
  block: { block: string; agreement: string; pool: string; recorded_at: RecordedAt }
  clause: { agreement: string; clause: string; recorded_at: RecordedAt }
  audit_log: {
    entry: Generated<bigint>
    recorded_at: RecordedAt
    actor: string
    actor_name: ColumnType<string | null, string | null | undefined, never>
    party: ColumnType<string | null, string | null | undefined, never>
    role: ColumnType<string | null, string | null | undefined, never>
    origin: ColumnType<string | null, string | null | undefined, never>
    request: ColumnType<string | null, string | null | undefined, never>
    agreement: ColumnType<string | null, string | null | undefined, never>
    action: string
    subject: string
    detail: unknown
    before: ColumnType<unknown, string | null | undefined, never>
    after: ColumnType<unknown, string | null | undefined, never>
  }
  audit_chain: {
    position: bigint
    entry: bigint
    digest: string
    previous: string | null
    hash: string
    sealed_at: ColumnType<Date | null, string | null, never>
  }
  agreement_reader: {
    entry: Generated<bigint>
    agreement: string
    party: string
    role: 'lender' | 'auditor'
    given: boolean
    actor: string
    recorded_at: RecordedAt
  }
  import_batch: {
    batch: bigint
    key: string
    mode: 'all-or-nothing' | 'keep-the-good'
    file: string
    content_hash: string
    accepted: bigint
    repeats: bigint
    refused: bigint
    late: bigint
    refusals: unknown
    recorded_at: RecordedAt
    party: ColumnType<string | null, string | null | undefined, never>
  }
  reading: {
    batch: bigint
    recorded_at: bigint
    starts_at: bigint
    ends_at: bigint
    gpus: number | null
    revision: number
    kind: string
    source: string
    id: string
    pool: string | null
    block: string | null
    agreement: string | null
    order_id: string | null
    tenant: string | null
    unit: string | null
    product: string | null
    nodes: string | null
    replaces: string | null
    late_month: string | null
    body: unknown
    digest: Buffer
  }
  statement: {
    id: string
    agreement: string
    month: string
    version: number
    status: 'final' | 'corrected'
    starts_at: bigint
    ends_at: bigint
    document: string
    hash: string
    facts_hash: string
    closing: unknown
    late_known: ColumnType<bigint, bigint | undefined, never>
    corrects: ColumnType<string[], string[] | undefined, never>
    recorded_at: RecordedAt
  }
  journal: {
    id: string
    book: string
    statement: string
    agreement: string
    month: string
    statement_version: number
    step: string
    posted_on: string
    narration: string
    entries: number
    recorded_at: RecordedAt
  }
  entry: { journal: string; position: number; account: string; amount: string; currency: string; line: string | null; text: string }
  sandbox_clock: {
    entry: Generated<bigint>
    agreement: string | null
    month: string | null
    now_at: bigint | null
    seed: bigint | null
    detail: 'coarse' | 'jobs' | null
    story: string | null
    recorded_at: Generated<Date>
  }
  claim_run: {
    run: string
    agreement: string
    month: string
    starts_at: bigint
    ends_at: bigint
    summary: unknown
    findings: number
    actor: string
    entry: Generated<bigint>
    recorded_at: RecordedAt
  }
  claim_finding: {
    run: string
    position: number
    finding: string
    kind: string
    verdict: 'rejected' | 'unproven' | 'beside'
    subject: string
    unit: string | null
    rack: string | null
    starts_at: bigint
    ends_at: bigint
    gpu_seconds: bigint
    minor: string | null
    currency: string
    text: string
    evidence: unknown
    pieces: unknown
  }
  claim_rack: { run: string; rack: string; block: string; gpus: number; hours: unknown }
  claim_decision: {
    agreement: string
    month: string
    finding: string
    number: number
    run: string
    decision: 'confirm' | 'restore' | 'ask'
    reason: string
    actor: string
    readings: unknown
    gpu_seconds: bigint
    recorded_at: RecordedAt
  }
  progress: { work: string; done: bigint; message: string; changed_at: Generated<Date> }
}
/** The tables, as the migrations make them. Those that are no state, as `progress` and `session` are, are append-only. */
export type Schema = CoreTables & WebhookTables & DisputeTables & DraftTables
export type Database = Kysely<Schema>
/** Reads and writes inside somebody's transaction, or outside of any. */
export type Queries = Kysely<Schema> | Transaction<Schema>

/** The open database: typed queries, and the pool below them for what has no typed form (COPY, locks). */
export type Store = Readonly<{ database: Database; pool: pg.Pool }>

const openPool = (config: pg.PoolConfig): pg.Pool => {
  const pool = new pg.Pool(config)
  // A lost idle connection is replaced on next use; without a listener it would end the process.
  for (const event of ['error', 'connect'] as const)
    pool.on(event, (subject: Error | pg.PoolClient) => void (event === 'connect' && (subject as pg.PoolClient).on('error', () => {})))
  return pool
}

export const openDatabase = (url: string, poolMax = 10): Store => {
  const pool = openPool({ connectionString: url, max: poolMax, types })
  return { pool, database: new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) }) }
}

/** A pool of its own over the same database, with types as the driver has them, for a library that brings its own queries. */
export const openPlainPool = ({ pool }: Store, poolMax: number): pg.Pool =>
  openPool({ connectionString: pool.options.connectionString, max: poolMax })

/** Ends every connection. Kysely ends the pool only where it has used it. */
export const closeDatabase = async ({ database, pool }: Store): Promise<void> => {
  await database.destroy()
  if (!pool.ending) await pool.end()
}

/** One transaction in which only this party's rows exist, and none can be written. */
export const asParty = <T>(database: Database, party: string, work: (tx: Transaction<Schema>) => Promise<T>): Promise<T> =>
  database.transaction().execute(async (tx) => {
    await sql`select set_config('offtake.party', ${party}, true)`.execute(tx)
    await sql`set local role offtake_app`.execute(tx)
    return work(tx)
  })

/** One transaction of the settling side itself: sees every party's rows, and may append. */
export const asSystem = <T>(database: Database, work: (tx: Transaction<Schema>) => Promise<T>): Promise<T> =>
  database.transaction().execute(async (tx) => {
    await sql`set local role offtake_system`.execute(tx)
    return work(tx)
  })
