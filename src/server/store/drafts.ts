import { formatInstant, type Instant, type Month } from '../../core/base/time.ts'
import type { DraftState, Side } from '../../core/statements/closing.ts'
import type { Statement } from '../../core/statements/statement.ts'
import type { RecordedAt, Queries } from './database.ts'

/** Who did something, and for whom. */
export type Doer = Readonly<{ id: string; name: string }>
export type DoerFor = Doer & Readonly<{ party: string; side: Side }>

/** What was known of a month beside its lines when a draft of it was prepared. */
export type DraftChecks = Readonly<{
  /** Differences between sources that no word counts for, and their GPU-seconds; null where they could not be worked out. */
  differences: Readonly<{ count: number; gpuSeconds: number }> | null
}>

type Of = { agreement: string; month: string; version: number; recorded_at: RecordedAt }
type By = { actor: string; actor_name: string }

export type DraftTables = {
  statement_draft: Of &
    By & { id: string; document: string; hash: string; facts_hash: string; totals: unknown; net: string; checks: unknown }
  statement_approval: Of & By & { side: Side; party: string; net: string; hash: string }
  statement_return: Of & By & { side: Side; party: string; reason: string }
  statement_overtaken: Of & { readings: number; reasons: unknown }
}

export type DraftName = Readonly<{ agreement: string; month: Month; version: number }>

/** A draft without its document, and what became of it. */
export type DraftRecord = Readonly<{
  id: string
  version: number
  hash: string
  totals: Statement['totals']
  net: string
  checks: DraftChecks
  preparedBy: Doer
  at: Instant
  approvals: readonly (DoerFor & Readonly<{ at: Instant }>)[]
  returned: (DoerFor & Readonly<{ reason: string; at: Instant }>) | undefined
  overtaken: Readonly<{ readings: number; reasons: readonly string[]; at: Instant }> | undefined
}>

const secondsOf = (at: Date): Instant => Math.floor(at.getTime() / 1000)
const doerOf = ({ actor, actor_name }: By): Doer => ({ id: actor, name: actor_name })

/** As core judges it. */
export const toDraftState = ({ version, hash, net, preparedBy, approvals, returned, overtaken }: DraftRecord): DraftState => ({
  version,
  hash,
  net,
  preparedBy: preparedBy.id,
  approvals: approvals.map(({ side, id }) => ({ side, by: id })),
  isReturned: returned !== undefined,
  isOvertaken: overtaken !== undefined,
})

/** What became of a draft. */
const findFate = async (queries: Queries, { agreement, month, version }: DraftName) => {
  const of = { agreement, month, version }
  const approvals = await queries
    .selectFrom('statement_approval')
    .select(['side', 'party', 'actor', 'actor_name', 'recorded_at'])
    .where((row) => row.and(of))
    .orderBy('side', 'desc')
    .execute()
  const returned = await queries
    .selectFrom('statement_return')
    .selectAll()
    .where((row) => row.and(of))
    .executeTakeFirst()
  const overtaken = await queries
    .selectFrom('statement_overtaken')
    .selectAll()
    .where((row) => row.and(of))
    .executeTakeFirst()
  const whoOf = (row: By & { side: Side; party: string; recorded_at: Date }) => ({
    ...doerOf(row),
    side: row.side,
    party: row.party,
    at: secondsOf(row.recorded_at),
  })
  return {
    approvals: approvals.map(whoOf),
    returned: returned && { ...whoOf(returned), reason: returned.reason },
    overtaken: overtaken && {
      readings: overtaken.readings,
      reasons: overtaken.reasons as string[],
      at: secondsOf(overtaken.recorded_at),
    },
  }
}

/** The latest draft of a month, if these queries may see one. */
export const findLatestDraft = async (queries: Queries, agreement: string, month: Month): Promise<DraftRecord | undefined> => {
  const row = await queries
    .selectFrom('statement_draft')
    .select(['id', 'version', 'hash', 'totals', 'net', 'checks', 'actor', 'actor_name', 'recorded_at'])
    .where('agreement', '=', agreement)
    .where('month', '=', month)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (row === undefined) return undefined
  const { id, version, hash, totals, net, checks } = row
  const own = { id, version, hash, net, totals: totals as Statement['totals'], checks: checks as DraftChecks }
  const fate = await findFate(queries, { agreement, month, version })
  return { ...own, preparedBy: doerOf(row), at: secondsOf(row.recorded_at), ...fate }
}

export const findDraftStatement = async (queries: Queries, { agreement, month, version }: DraftName): Promise<Statement | undefined> => {
  const row = await queries
    .selectFrom('statement_draft')
    .select('document')
    .where('agreement', '=', agreement)
    .where('month', '=', month)
    .where('version', '=', version)
    .executeTakeFirst()
  return row && (JSON.parse(row.document) as Statement)
}

/** How many drafts a month has had: a final statement takes the next number. */
export const countDrafts = async (queries: Queries, agreement: string, month: Month): Promise<number> => {
  const row = await queries
    .selectFrom('statement_draft')
    .select((q) => q.fn.max('version').as('latest'))
    .where('agreement', '=', agreement)
    .where('month', '=', month)
    .executeTakeFirst()
  return row?.latest ?? 0
}

/** The latest draft of each month that has one and is not final, in order of time. */
export const listOpenDrafts = async (
  queries: Queries,
  agreement: string,
): Promise<{ month: Month; version: number; totals: Statement['totals'] }[]> => {
  const rows = await queries
    .selectFrom('statement_draft as d')
    .distinctOn('d.month')
    .select(['d.month', 'd.version', 'd.totals'])
    .where('d.agreement', '=', agreement)
    .where((row) =>
      row.not(
        row.exists(
          row.selectFrom('statement as s').select('s.id').whereRef('s.agreement', '=', 'd.agreement').whereRef('s.month', '=', 'd.month'),
        ),
      ),
    )
    .orderBy('d.month')
    .orderBy('d.version', 'desc')
    .execute()
  return rows.map(({ month, version, totals }) => ({ month, version, totals: totals as Statement['totals'] }))
}

export type NewDraft = Readonly<{
  id: string
  statement: Statement
  document: string
  hash: string
  checks: DraftChecks
  by: Doer
  at: Instant
}>

export const appendDraft = async (queries: Queries, { id, statement, document, hash, checks, by, at }: NewDraft): Promise<void> => {
  const row = {
    id,
    agreement: statement.agreement,
    month: statement.month,
    version: statement.version,
    document,
    hash,
    facts_hash: statement.factsHash,
    totals: JSON.stringify(statement.totals),
    net: statement.totals.net.amount,
    checks: JSON.stringify(checks),
    actor: by.id,
    actor_name: by.name,
    recorded_at: formatInstant(at),
  }
  await queries.insertInto('statement_draft').values(row).execute()
}

const rowOf = ({ agreement, month, version }: DraftName, { id, name, party, side }: DoerFor, at: Instant) => ({
  agreement,
  month,
  version,
  side,
  party,
  actor: id,
  actor_name: name,
  recorded_at: formatInstant(at),
})

export const appendApproval = async (
  queries: Queries,
  name: DraftName,
  { by, net, hash, at }: Readonly<{ by: DoerFor; net: string; hash: string; at: Instant }>,
): Promise<void> => {
  await queries
    .insertInto('statement_approval')
    .values({ ...rowOf(name, by, at), net, hash })
    .execute()
}

export const appendReturn = async (
  queries: Queries,
  name: DraftName,
  { by, reason, at }: Readonly<{ by: DoerFor; reason: string; at: Instant }>,
): Promise<void> => {
  await queries
    .insertInto('statement_return')
    .values({ ...rowOf(name, by, at), reason })
    .execute()
}

export const appendOvertaken = async (
  queries: Queries,
  { agreement, month, version }: DraftName,
  { readings, reasons, at }: Readonly<{ readings: number; reasons: readonly string[]; at: Instant }>,
): Promise<void> => {
  const row = { agreement, month, version, readings, reasons: JSON.stringify(reasons), recorded_at: formatInstant(at) }
  await queries.insertInto('statement_overtaken').values(row).execute()
}
