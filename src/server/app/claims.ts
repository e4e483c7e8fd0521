import type { Instant, Interval, Month } from '../../core/base/time.ts'
import { countHosts } from '../../core/capacity/hostlist.ts'
import type { Reading } from '../../core/meter/reading.ts'
import { inForce, type Schedule, type Tolerances } from '../../core/terms/schedule.ts'
import { findDecisions, findFindings, findRun, type ClaimRun, type Decision, type StoredFinding } from '../store/claims.ts'
import type { Store } from '../store/database.ts'
import { findNamed, findOffers, findRacks } from '../store/rack-rows.ts'
import { inReach, type Reach } from '../store/reach.ts'
import type { Work } from '../store/transaction.ts'
import { decideFinding, type DecideAnswer, type DecideRequest } from './decide-finding.ts'
import { findSchedule } from './find-schedule.ts'

/** The claim of a month as it was last verified, with the latest decision about each finding. */
export type ClaimRecord = Readonly<{ schedule: Schedule; run: ClaimRun; decisions: readonly Decision[] }>
export type FindingRecord = ClaimRecord &
  Readonly<{
    finding: StoredFinding
    readings: readonly Readonly<{ reading: Reading; digest: string }>[]
    tolerances: Tolerances
    /** GPUs of its node, by the rack that stands there. */
    nodeGpus: number | undefined
  }>

export type ClaimName = Readonly<{ agreement: string; month: Month }>
export type FindingsAsked = Readonly<{ kind?: string | undefined; verdict?: string | undefined; offset: number; limit: number }>

/** Months whose claims were verified, that one list holds. */
export const claimsMax = 500

const listRuns = async ({ client }: Work): Promise<{ agreement: string; month: Month; findings: number }[]> => {
  const { rows } = await client.query<{ agreement: string; month: Month; findings: number }>(
    `select distinct on (month, agreement) agreement, month, findings from claim_run order by month desc, agreement, entry desc limit ${claimsMax}`,
  )
  return rows
}

const findClaim = async (tx: Work, { agreement, month }: ClaimName): Promise<ClaimRecord | 'no agreement' | 'not verified'> => {
  const schedule = await findSchedule(tx.queries, agreement)
  if (schedule === undefined) return 'no agreement'
  const run = await findRun(tx.queries, agreement, month)
  return run === undefined ? 'not verified' : { schedule, run, decisions: await findDecisions(tx.queries, agreement, month) }
}

const nodeGpusOf = async (tx: Work, { rack, subject }: StoredFinding, window: Interval): Promise<number | undefined> => {
  const found = rack === undefined ? undefined : (await findRacks(tx, [subject], window)).find(({ unit }) => unit === rack)
  const hosts = found === undefined ? undefined : countHosts(found.nodes)
  return found === undefined || hosts === undefined ? undefined : found.gpus / hosts
}

/** What was on offer in the time of a finding about it. */
const offersOf = async (tx: Work, { blocks }: Schedule, { kind, subject: block, from, to }: StoredFinding) => {
  const pool = blocks.find(({ id }) => id === block)?.pool
  return pool === undefined || kind !== 'above-list-price' ? [] : findOffers(tx, { pool, block, window: { from, to } })
}

/** A finding of the latest run, or of the run in which it was last decided about: what was confirmed is not found again. */
const findFinding = async (tx: Work, name: ClaimName, id: string): Promise<FindingRecord | undefined> => {
  const claim = await findClaim(tx, name)
  if (typeof claim === 'string') return undefined
  const { run, decisions, schedule } = claim
  const runs = [run.run, ...decisions.filter(({ finding }) => finding === id).map((each) => each.run)]
  let finding: StoredFinding | undefined
  for (const each of runs) finding ??= (await findFindings(tx.queries, each, { finding: id, limit: 1 }))[0]
  if (finding === undefined) return undefined
  const readings = [...(await findNamed(tx, finding.readings)), ...(await offersOf(tx, schedule, finding))]
  const tolerances = inForce(schedule.claims, finding.from).value
  return { ...claim, finding, readings, tolerances, nodeGpus: await nodeGpusOf(tx, finding, run.window) }
}

/** Findings of the latest run; and before the first of them, those confirmed on an earlier run: what settles by now is not found again. */
export type FindingsPage = Readonly<{ kept: readonly StoredFinding[]; found: readonly StoredFinding[] }>

/** Confirmed findings of earlier runs that a page begins with, at most. */
const keptMax = 200

const listFindings = async (
  tx: Work,
  { run, decisions }: ClaimRecord,
  { kind, verdict, offset, limit }: FindingsAsked,
): Promise<FindingsPage> => {
  const found = await findFindings(tx.queries, run.run, { kind, verdict, offset, limit })
  if (offset > 0) return { kept: [], found }
  const latest = new Map(decisions.filter(({ decision }) => decision !== 'ask').map((each) => [each.finding, each]))
  const settled = [...latest.values()].filter((each) => each.decision === 'confirm' && each.run !== run.run)
  const kept: StoredFinding[] = []
  for (const { finding, run: of } of settled.slice(0, keptMax)) {
    const again = await findFindings(tx.queries, run.run, { finding, limit: 1 })
    if (again.length === 0) kept.push(...(await findFindings(tx.queries, of, { kind, verdict, finding, limit: 1 })))
  }
  return { kept, found }
}

/** What people read of claims within a reach, and the one thing that they write: decisions. Whether somebody may decide is asked before. */
export const makeClaims = (store: Store, now: () => Instant) => (reach: Reach) => {
  const read = <T>(work: (tx: Work) => Promise<T>): Promise<T> => inReach<T>(store, reach, work)
  return {
    now,
    listClaims: () =>
      read(async (tx) => {
        const runs = await listRuns(tx)
        const titles = new Map<string, string>()
        for (const { agreement } of runs)
          if (!titles.has(agreement)) titles.set(agreement, (await findSchedule(tx.queries, agreement))?.title ?? agreement)
        return runs.map((run) => ({ ...run, title: titles.get(run.agreement)! }))
      }),
    findClaim: (name: ClaimName) => read((tx) => findClaim(tx, name)),
    findFinding: (name: ClaimName, id: string) => read((tx) => findFinding(tx, name, id)),
    listFindings: (claim: ClaimRecord, asked: FindingsAsked) => read((tx) => listFindings(tx, claim, asked)),
    decide: (request: Omit<DecideRequest, 'now'>): Promise<DecideAnswer> => decideFinding(store, { ...request, now: now() }),
  }
}
