import { formatInstant, type Instant, type Interval, type Month } from '../../core/base/time.ts'
import type { Finding } from '../../core/claims/finding.ts'
import type { HeatRun } from '../../core/claims/heat.ts'
import type { FindingKind } from '../../core/claims/reason.ts'
import type { BesideTotals, BlockTotals, Unlocated } from '../../core/claims/verification.ts'
import { copyOut } from './copy.ts'
import type { Queries } from './database.ts'
import type { Work } from './transaction.ts'

/** What a run came to, without its findings. */
export type ClaimSummary = Readonly<{
  blocks: readonly BlockTotals[]
  beside: readonly BesideTotals[]
  unlocated: Unlocated
  currency: string
}>
export type ClaimRun = Readonly<{
  run: string
  agreement: string
  month: Month
  window: Interval
  summary: ClaimSummary
  findings: number
  by: string
}>

/** A finding on record; its readings by name where they were found. */
export type ReadingName = Readonly<{ source: string; id: string; digest: string }>
export type StoredFinding = Finding & Readonly<{ readings: readonly ReadingName[] }>

/** Hours are counted from the UTC hour in which the run's window begins: `Math.floor(window.from / 3600) * 3600`. */
export type RackRow = Readonly<{ rack: string; block: string; gpus: number; hours: readonly HeatRun[] }>
export type DecisionKind = 'confirm' | 'restore' | 'ask'
export type Decision = Readonly<{
  agreement: string
  month: Month
  finding: string
  number: number
  run: string
  decision: DecisionKind
  reason: string
  by: string
  /** Ids of readings that it made or took back. */
  readings: readonly string[]
  gpuSeconds: number
  at: Instant
}>

/** JSON has no whole numbers beyond doubles: money goes as text, and comes back. */
const toJson = (value: unknown): string => JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? `${each}` : each))
const withMoney = <T extends { minor: unknown }>(each: T): T & { minor: bigint } => ({ ...each, minor: BigInt(each.minor as string) })
const fromSummary = (stored: unknown): ClaimSummary => {
  const summary = stored as ClaimSummary
  return {
    ...summary,
    blocks: summary.blocks.map((block) => ({ ...block, reasons: block.reasons.map(withMoney) })),
    beside: summary.beside.map(withMoney),
  }
}

/** A statement may take one parameter for each of 65,535 cells at most. */
const rowsAtOnce = 2000

export const appendRun = async (
  queries: Queries,
  { run, agreement, month, window, summary, by }: Omit<ClaimRun, 'findings'>,
  findings: readonly StoredFinding[],
  now: Instant,
): Promise<void> => {
  const head = {
    run,
    agreement,
    month,
    starts_at: BigInt(window.from),
    ends_at: BigInt(window.to),
    actor: by,
    recorded_at: formatInstant(now),
  }
  await queries
    .insertInto('claim_run')
    .values({ ...head, summary: toJson(summary), findings: findings.length })
    .execute()
  for (let first = 0; first < findings.length; first += rowsAtOnce) {
    const rows = findings.slice(first, first + rowsAtOnce).map((each, i) => ({
      run,
      position: first + i + 1,
      finding: each.id,
      kind: each.kind,
      verdict: each.verdict,
      subject: each.subject,
      unit: each.unit ?? null,
      rack: each.rack ?? null,
      starts_at: BigInt(each.from),
      ends_at: BigInt(each.to),
      gpu_seconds: BigInt(each.gpuSeconds),
      minor: each.minor === undefined ? null : `${each.minor}`,
      currency: each.currency,
      text: each.text,
      evidence: toJson({ ...each.evidence, names: each.readings }),
      pieces: toJson(each.pieces),
    }))
    await queries.insertInto('claim_finding').values(rows).execute()
  }
}

export const appendRacks = async (queries: Queries, run: string, racks: Iterable<RackRow>): Promise<void> => {
  let rows: { run: string; rack: string; block: string; gpus: number; hours: string }[] = []
  const send = async (): Promise<void> => {
    if (rows.length > 0) await queries.insertInto('claim_rack').values(rows).execute()
    rows = []
  }
  for (const { rack, block, gpus, hours } of racks) {
    rows.push({ run, rack, block, gpus, hours: toJson(hours) })
    if (rows.length === racksAtOnce) await send()
  }
  await send()
}
/** The hours of a rack are some ten thousand characters. */
const racksAtOnce = 100

/** The latest run over a month; undefined where its claims were never verified. */
export const findRun = async (queries: Queries, agreement: string, month: Month): Promise<ClaimRun | undefined> => {
  const row = await queries
    .selectFrom('claim_run')
    .selectAll()
    .where('agreement', '=', agreement)
    .where('month', '=', month)
    .orderBy('entry', 'desc')
    .limit(1)
    .executeTakeFirst()
  return (
    row && {
      run: row.run,
      agreement,
      month,
      window: { from: Number(row.starts_at), to: Number(row.ends_at) },
      summary: fromSummary(row.summary),
      findings: row.findings,
      by: row.actor,
    }
  )
}

export const findRacks = async (queries: Queries, run: string): Promise<RackRow[]> => {
  const rows = await queries.selectFrom('claim_rack').selectAll().where('run', '=', run).orderBy('rack').execute()
  return rows.map(({ rack, block, gpus, hours }) => ({ rack, block, gpus, hours: hours as HeatRun[] }))
}

export type FindingFilter = Readonly<{
  kind?: string | undefined
  verdict?: string | undefined
  finding?: string | undefined
  offset?: number
  limit: number
}>

/** Findings of a run, the most money first. */
export const findFindings = async (
  queries: Queries,
  run: string,
  { kind, verdict, finding, offset = 0, limit }: FindingFilter,
): Promise<StoredFinding[]> => {
  let asked = queries.selectFrom('claim_finding').selectAll().where('run', '=', run).orderBy('position').offset(offset).limit(limit)
  if (kind !== undefined) asked = asked.where('kind', '=', kind)
  if (verdict !== undefined) asked = asked.where('verdict', '=', verdict as StoredFinding['verdict'])
  if (finding !== undefined) asked = asked.where('finding', '=', finding)
  return (await asked.execute()).map((row): StoredFinding => {
    const { names, ...evidence } = row.evidence as StoredFinding['evidence'] & { names: ReadingName[] }
    return {
      id: row.finding,
      kind: row.kind as FindingKind,
      verdict: row.verdict,
      subject: row.subject,
      unit: row.unit ?? undefined,
      rack: row.rack ?? undefined,
      from: Number(row.starts_at),
      to: Number(row.ends_at),
      gpuSeconds: Number(row.gpu_seconds),
      minor: row.minor === null ? undefined : BigInt(row.minor),
      currency: row.currency,
      text: row.text,
      evidence,
      pieces: row.pieces as StoredFinding['pieces'],
      readings: names,
    }
  })
}

/** Findings of a run that nobody has confirmed or restored. */
export const countUndecided = async (
  queries: Queries,
  { run, agreement, month }: Pick<ClaimRun, 'run' | 'agreement' | 'month'>,
): Promise<number> => {
  const row = await queries
    .selectFrom('claim_finding as f')
    .select((q) => q.fn.countAll().as('count'))
    .where('f.run', '=', run)
    .where((q) =>
      q.not(
        q.exists(
          q
            .selectFrom('claim_decision as d')
            .select('d.number')
            .whereRef('d.finding', '=', 'f.finding')
            .where('d.agreement', '=', agreement)
            .where('d.month', '=', month)
            .where('d.decision', '<>', 'ask'),
        ),
      ),
    )
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

/** Decisions about a month, or about one finding of it, in the order in which they were made. */
export const findDecisions = async (queries: Queries, agreement: string, month: Month, finding?: string): Promise<Decision[]> => {
  let asked = queries.selectFrom('claim_decision').selectAll().where('agreement', '=', agreement).where('month', '=', month)
  if (finding !== undefined) asked = asked.where('finding', '=', finding)
  return (await asked.orderBy('recorded_at').orderBy('finding').orderBy('number').execute()).map((row) => ({
    agreement,
    month,
    finding: row.finding,
    number: row.number,
    run: row.run,
    decision: row.decision,
    reason: row.reason,
    by: row.actor,
    readings: row.readings as string[],
    gpuSeconds: Number(row.gpu_seconds),
    at: Math.floor(row.recorded_at.getTime() / 1000),
  }))
}

export const appendDecision = async (queries: Queries, decision: Decision): Promise<void> => {
  const { by, readings, gpuSeconds, at, ...rest } = decision
  const row = { ...rest, actor: by, readings: toJson(readings), gpu_seconds: BigInt(gpuSeconds), recorded_at: formatInstant(at) }
  await queries.insertInto('claim_decision').values(row).execute()
}

/** The names of readings whose digests begin with these 32 hexadecimal digits: one pass over the readings. */
export const findNames = async ({ client }: Work, prefixes: readonly string[]): Promise<Map<string, ReadingName>> => {
  const names = new Map<string, ReadingName>()
  if (prefixes.length === 0) return names
  const wanted = prefixes.map((each) => client.escapeLiteral(`\\x${each}`)).join(', ')
  const query = `select encode(r.digest, 'hex'), json_build_array(r.source, r.id) from reading r
    where substring(r.digest for 16) = any (array[${wanted}]::bytea[])`
  for await (const rows of copyOut(client, query))
    for (const row of rows) {
      const [digest, named] = row.split('\t') as [string, string]
      const [source, id] = JSON.parse(named.replaceAll('\\\\', '\\')) as [string, string]
      names.set(digest.slice(0, 32), { source, id, digest })
    }
  return names
}
