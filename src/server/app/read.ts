import { formatInstant, type Instant, type Interval, type Month } from '../../core/base/time.ts'
import type { TrancheId } from '../../core/base/id.ts'
import type { Commissioning } from '../../core/capacity/commission.ts'
import type { State } from '../../core/settlement/line.ts'
import type { Statement } from '../../core/statements/statement.ts'
import type { Agreement } from '../../core/terms/agreement.ts'
import { clauseKinds } from '../../core/settlement/kinds.ts'
import { resolve } from '../../core/terms/resolve.ts'
import type { Schedule } from '../../core/terms/schedule.ts'
import { sentences, type TermSentence } from '../../core/terms/sentences.ts'
import { listAgreements } from '../store/agreements.ts'
import type { Store } from '../store/database.ts'
import { listOpenDrafts } from '../store/drafts.ts'
import { findStatement } from '../store/statements.ts'
import { everything, inReach, type Reach } from '../store/reach.ts'
import type { Work } from '../store/transaction.ts'
import { readNotices, readSettledLines } from './read-agreement.ts'
import { findLifeOf, standingIn, type FoundStanding } from './standing-of.ts'

type SignedRow = { canonical: string; hash: string; document: string; recorded_at: Date }
type Signed = Readonly<{ agreement: Agreement; hash: string; document: string; recordedAt: Instant }>
type Resolved = Readonly<{ schedule: Schedule; versions: readonly Signed[]; sentences: readonly TermSentence[] }>

const secondsOf = (at: Date): Instant => Math.floor(at.getTime() / 1000)

const readVersions = async ({ client }: Work, agreement: string): Promise<Signed[]> => {
  const { rows } = await client.query<SignedRow>(
    'select canonical, hash, document, recorded_at from agreement_version where agreement = $1 order by version',
    [agreement],
  )
  return rows.map(({ canonical, hash, document, recorded_at }) => ({
    agreement: JSON.parse(canonical) as Agreement,
    hash,
    document,
    recordedAt: secondsOf(recorded_at),
  }))
}

const readHashes = async ({ client }: Work, agreement: string): Promise<string[]> => {
  const { rows } = await client.query<{ hash: string }>('select hash from agreement_version where agreement = $1 order by version', [
    agreement,
  ])
  return rows.map(({ hash }) => hash)
}

const resolved = (versions: readonly Signed[]): Resolved => {
  const schedule = resolve(versions, clauseKinds)
  if ('problems' in schedule) throw new Error(`a signed agreement no longer resolves: ${schedule.problems[0]?.message}`)
  return { schedule, versions, sentences: sentences(schedule, clauseKinds) }
}

const isMadeOf = ({ versions }: Resolved, hashes: readonly string[]): boolean =>
  versions.length === hashes.length && versions.every(({ hash }, i) => hash === hashes[i])

/** An agreement with the versions that were on record at an instant; undefined where none was. */
const asKnown = (found: Resolved | undefined, at: Instant | undefined): Resolved | undefined => {
  if (found === undefined || at === undefined) return found
  const versions = found.versions.filter(({ recordedAt }) => recordedAt <= at)
  if (versions.length === found.versions.length) return found
  return versions.length === 0 ? undefined : resolved(versions)
}

/** The acceptances that stand: none that another reading took the place of, and of one tranche the first. */
const readAcceptances = async (
  { client }: Work,
  { blocks }: Schedule,
  known: Instant | undefined,
): Promise<{ block: string; commissioning: Commissioning }[]> => {
  const { rows } = await client.query<{ block: string; starts_at: bigint; tranche: string; design: number; tested: number }>(
    `select r.block, r.starts_at, r.body ->> 'tranche' as tranche, (r.body ->> 'design')::float8 as design, (r.body ->> 'tested')::float8 as tested
       from reading r where r.kind = 'acceptance' and r.block = any ($1)
        and ($2::bigint is null or r.recorded_at <= $2)
        and not exists (select from reading n where n.source = r.source and n.replaces = r.id and ($2::bigint is null or n.recorded_at <= $2))
      order by r.starts_at, r.source, r.id`,
    [blocks.map(({ id }) => id), known ?? null],
  )
  const first = new Map(rows.toReversed().map((row) => [`${row.block} ${row.tranche}`, row]))
  return [...first.values()]
    .filter(({ block, tranche }) => blocks.some((each) => each.id === block && each.tranches.some(({ id }) => id === tranche)))
    .map(({ block, starts_at, tranche, design, tested }) => ({
      block,
      commissioning: { tranche: tranche as TrancheId, at: Number(starts_at), design, tested },
    }))
}

type HeadRow = { month: Month; version: number; totals: Statement['totals']; due_on: string | null; closing: State }

const readHeads = async (tx: Work, schedule: Schedule, at: Instant, known: Instant | undefined) => {
  const { rows } = await tx.client.query<HeadRow>(
    `select distinct on (month) month, version, closing, head -> 'totals' as totals, head ->> 'dueOn' as due_on
       from statement where agreement = $1 and ($2::timestamptz is null or recorded_at <= $2) order by month, version desc`,
    [schedule.agreement, known === undefined ? null : formatInstant(known)],
  )
  const life = await findLifeOf(tx, schedule, at)
  const disputed = new Set(life.told.disputes.map(({ month }) => month))
  // A statement that was not known yet corrects nothing.
  const isCorrected = (month: Month): boolean => (life.corrections.get(month) ?? []).some((on) => rows.some((row) => row.month === on))
  const heads = []
  for (const { due_on, ...row } of rows) {
    const head = { ...row, dueOn: due_on, status: isCorrected(row.month) ? ('corrected' as const) : ('final' as const) }
    const found = disputed.has(row.month) ? await findStatement(tx.queries, schedule.agreement, row.month) : undefined
    heads.push(found === undefined ? head : { ...head, ...headOf(standingIn(found.statement, life)) })
  }
  return heads
}

const headOf = ({ status, totals }: FoundStanding) => ({ status, totals })

const readSettled = async ({ client }: Work, agreement: string, known: Instant | undefined) => {
  const { rows } = await client.query<{ clause: string; payer: string; amount: string }>(
    `with latest as (select distinct on (month) told from statement
                      where agreement = $1 and ($2::timestamptz is null or recorded_at <= $2) order by month, version desc)
     select line ->> 'clause' as clause, line ->> 'payer' as payer, sum((line ->> 'amount')::numeric)::text as amount
       from latest, jsonb_path_query(latest.told, '$.lines[*] ? (@ != null)') as line group by 1, 2 order by 1, 2`,
    [agreement, known === undefined ? null : formatInstant(known)],
  )
  return rows
}

type Which = Readonly<{ month: Month; version: number | undefined; at: Instant }>

// Drafts and final statements are numbered together: a number means one document for ever.
const versionsQuery = `
  with every as (
    select version, id, hash, document, recorded_at from statement where agreement = $1 and month = $2
    union all select version, id, hash, document, recorded_at from statement_draft where agreement = $1 and month = $2
  )
  select id, hash, document, recorded_at, (select array_agg(version order by version) from every) as versions
    from every where $3::integer is null or version = $3 order by version desc limit 1`

const readStatement = async (tx: Work, schedule: Schedule, { month, version, at }: Which) => {
  const { rows } = await tx.client.query<{ id: string; hash: string; document: string; recorded_at: Date; versions: number[] }>(
    versionsQuery,
    [schedule.agreement, month, version ?? null],
  )
  const [row] = rows
  if (row === undefined) return undefined
  const { id, hash, document, versions } = row
  const statement = JSON.parse(document) as Statement
  const standing =
    statement.status === 'provisional'
      ? { status: 'provisional' as const, totals: statement.totals, held: [], correctedOn: [] }
      : standingIn(statement, await findLifeOf(tx, schedule, at))
  return { id, hash, recordedAt: secondsOf(row.recorded_at), versions, statement, document, standing }
}

type Cursor = Readonly<{ at: number; source: string; id: string }>
type Question = Readonly<{
  agreement: string
  subjects: readonly string[] | undefined
  kinds: readonly string[] | undefined
  window: Interval
  after: Cursor | undefined
  limit: number
}>

type ReadingRow = {
  source: string
  id: string
  kind: string
  subject: string
  starts_at: bigint | null
  ends_at: bigint | null
  recorded_at: bigint
  gpus: number | null
  order_id: string | null
  tenant: string | null
  unit: string | null
  body: unknown
  late_month: string | null
  replaces: string | null
  replaced_by: string | null
  digest: string
}

const told = (kinds: string) => `r.source, r.id, r.kind, ${kinds} as subject, r.recorded_at, r.gpus, r.order_id, r.tenant, r.unit, r.body,
  r.late_month, r.replaces, encode(r.digest, 'hex') as digest,
  (select n.id from reading n where n.source = r.source and n.replaces = r.id order by n.revision desc, n.id limit 1) as replaced_by`

const mine = (row: string) => `(${row}.pool = any ($1) or ${row}.block = any ($2) or ${row}.agreement = $3)`
const ofKind = `($4::text[] is null or r.kind = any ($4))`
const inOrder = 'order by starts_at, source, id limit $10'
const beyond = (start: string) => `($7::bigint is null or (${start}, r.source, r.id) > ($7, $8, $9))`

// Three questions, so that each finds its rows by an index: what has a time of its own; what lasts from an instant on; and what has the time of
// the reading it speaks of. Those that speak are few and come first, each with a look by its key: no plan may begin with all that could be spoken of,
// which is what one without statistics, right after an import, would do.
const readingsQuery = `
  with speakers as materialized (
    select r.* from reading r where r.kind in ('credit', 'refund', 'withdrawal') and ${ofKind}
  ), own as (
    select ${told(`coalesce(r.block, r.pool, '')`)}, r.starts_at, r.ends_at from reading r
     where r.kind <> 'acceptance' and (${mine('r')} or (r.kind = 'fx' and 'fx' = any ($4))) and ${ofKind}
       and r.starts_at < $6 and r.ends_at >= $5 and (r.ends_at > $5 or r.starts_at = r.ends_at) and ${beyond('r.starts_at')} ${inOrder}
  ), lasting as (
    select ${told('r.block')}, r.starts_at, r.ends_at from reading r
     where r.kind = 'acceptance' and ${mine('r')} and ${ofKind} and r.starts_at < $6 and ${beyond('r.starts_at')} ${inOrder}
  ), speaking as (
    select ${told(`coalesce(c.block, c.pool, '')`)}, c.starts_at, c.ends_at
      from speakers r cross join lateral (
        select * from reading spoken where spoken.source = r.source and spoken.id = coalesce(r.body ->> 'reduces', r.replaces) limit 1) c
     where ${mine('c')}
       and c.starts_at < $6 and c.ends_at >= $5 and (c.ends_at > $5 or c.starts_at = c.ends_at) and ${beyond('c.starts_at')} ${inOrder}
  )
  select * from own union all select * from lasting union all select * from speaking ${inOrder}`

const toReading = (row: ReadingRow) => ({
  source: row.source,
  id: row.id,
  kind: row.kind,
  subject: row.subject,
  from: row.starts_at === null ? undefined : Number(row.starts_at),
  to: row.ends_at === null ? undefined : Number(row.ends_at),
  recordedAt: Number(row.recorded_at),
  gpus: row.gpus ?? undefined,
  order: row.order_id ?? undefined,
  tenant: row.tenant ?? undefined,
  unit: row.unit ?? undefined,
  body: row.body,
  lateFor: row.late_month ?? undefined,
  replaces: row.replaces ?? undefined,
  replacedBy: row.replaced_by ?? undefined,
  digest: row.digest,
})

const readReadings = async ({ client }: Work, { pools, blocks }: Schedule, question: Question) => {
  const { agreement, subjects, kinds, window, after, limit } = question
  const asked = (id: string) => subjects === undefined || subjects.includes(id)
  // Readings of sales and charges name pools: what is asked of a block is asked of its pool too.
  const askedPools = pools.filter(({ id, blocks: inside }) => asked(id) || inside.some(asked)).map(({ id }) => id)
  const { rows } = await client.query<ReadingRow>(readingsQuery, [
    askedPools,
    blocks.map(({ id }) => id).filter(asked),
    // What names no block, a condition of the whole agreement, holds for all of them.
    agreement,
    kinds ?? null,
    window.from,
    window.to,
    after?.at ?? null,
    after?.source ?? null,
    after?.id ?? null,
    limit + 1,
  ])
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  const next = rows.length > limit && last !== undefined ? { at: Number(last.starts_at), source: last.source, id: last.id } : undefined
  return { readings: page.map(toReading), next }
}

/** What people read within a reach: agreements, statements, readings. Nothing is written, and every answer is one transaction's view. */
export const makeReaders = (store: Store, now: () => Instant) => {
  // What was resolved from the very versions that this reach sees is not resolved again, nor are they read again.
  const known = new Map<string, Resolved>()
  const findResolved = async (tx: Work, agreement: string): Promise<Resolved | undefined> => {
    const hashes = await readHashes(tx, agreement)
    if (hashes.length === 0) return undefined
    const before = known.get(agreement)
    if (before !== undefined && isMadeOf(before, hashes)) return before
    const fresh = resolved(await readVersions(tx, agreement))
    known.set(agreement, fresh)
    return fresh
  }
  return (reach: Reach) => {
    const read = <T>(work: (tx: Work) => Promise<T>): Promise<T> => inReach<T>(store, reach, work)
    return {
      now,
      listAgreements: () => read(async ({ queries }) => (await listAgreements(queries)).map(({ agreement }) => agreement)),
      findAgreement: (agreement: string, knownAt?: Instant) =>
        read(async (tx) => {
          const found = asKnown(await findResolved(tx, agreement), knownAt)
          return found && { ...found, acceptances: await readAcceptances(tx, found.schedule, knownAt) }
        }),
      listStatements: (agreement: string, knownAt?: Instant) =>
        read(async (tx) => {
          const found = await findResolved(tx, agreement)
          return found === undefined ? [] : readHeads(tx, found.schedule, Math.min(now(), knownAt ?? Infinity), knownAt)
        }),
      listDrafts: (agreement: string) => read(({ queries }) => listOpenDrafts(queries, agreement)),
      listSettled: (agreement: string, knownAt?: Instant) => read((tx) => readSettled(tx, agreement, knownAt)),
      listNotices: (agreement: string, knownAt?: Instant) => read((tx) => readNotices(tx, agreement, knownAt)),
      listSettledLines: (agreement: string, clause: string, knownAt?: Instant) =>
        read((tx) => readSettledLines(tx, agreement, clause, knownAt)),
      findStatement: (agreement: string, month: Month, version: number | undefined) =>
        read(async (tx) => {
          const found = await findResolved(tx, agreement)
          return found && readStatement(tx, found.schedule, { month, version, at: now() })
        }),
      listReadings: (question: Question) =>
        read(async (tx) => {
          const found = await findResolved(tx, question.agreement)
          return found === undefined ? { readings: [], next: undefined } : readReadings(tx, found.schedule, question)
        }),
    }
  }
}

/** The same for who owns this database. */
export const makeReader = (store: Store, now: () => Instant) => makeReaders(store, now)(everything)
