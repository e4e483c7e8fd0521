import { canonical } from '../../core/base/canonical.ts'
import type { Problem } from '../../core/base/problem.ts'
import type { Instant } from '../../core/base/time.ts'
import { clauseKinds } from '../../core/settlement/kinds.ts'
import { parseAgreement, type ParsedAgreement } from '../../core/terms/parse.ts'
import { resolve } from '../../core/terms/resolve.ts'
import type { Agreement } from '../../core/terms/agreement.ts'
import type { Schedule } from '../../core/terms/schedule.ts'
import { appendVersion, findFactoryOwner, findVersions, loadRegistry, type SignedVersion } from '../store/agreements.ts'
import { appendDeed, type By } from '../store/audit.ts'
import type { Store } from '../store/database.ts'
import { tellEvent } from '../store/tell-event.ts'
import { inTransaction, lockName, type Work } from '../store/transaction.ts'

export type LoadAnswer =
  | Readonly<{ kind: 'loaded'; again: boolean; agreement: Agreement; hash: string }>
  | Readonly<{ kind: 'refused'; problems: readonly Problem[] }>

/**
 * Appends one version of an agreement, as signed. The same document again changes nothing. It may count from before months that are final:
 * these stay as they are, and the next close states what they lack.
 */
export const loadAgreement = async (store: Store, request: LoadRequest): Promise<LoadAnswer> => {
  const parsed = parseAgreement(request.document, clauseKinds)
  if ('problems' in parsed) return { kind: 'refused', problems: parsed.problems }
  return inTransaction<LoadAnswer>(store, (tx) => loadVersion(tx, parsed, request))
}

export type LoadRequest = Readonly<{ document: string; now: Instant; by: By }>

/** The same in a transaction of the caller's. */
export const loadVersion = async (tx: Work, parsed: ParsedAgreement, request: LoadRequest): Promise<LoadAnswer> => {
  const { agreement, hash } = parsed
  await lockTerms(tx, agreement.agreement)
  const versions = await findVersions(tx.queries, agreement.agreement)
  if (versions.some((version) => version.hash === hash)) return { kind: 'loaded', again: true, agreement, hash }
  const schedule = await nextSchedule(tx, versions, parsed)
  if ('problems' in schedule) return { kind: 'refused', problems: schedule.problems }
  const signed = { agreement, hash, document: request.document, canonical: canonical(agreement) }
  await appendVersion(tx.queries, { ...signed, schedule, now: request.now })
  await record(tx, { agreement, hash, before: versions.at(-1) }, request)
  return { kind: 'loaded', again: false, agreement, hash }
}

/** One at a time: names of blocks and pools are unique across agreements. */
export const lockTerms = async (tx: Work, agreement: string): Promise<void> => {
  await lockName(tx, 'agreements', 'exclusive')
  await lockName(tx, `agreement ${agreement}`, 'exclusive')
}

/** What the versions come to with one more, or everything that keeps it from being the next. */
export const nextSchedule = async (
  tx: Work,
  versions: readonly SignedVersion[],
  { agreement, hash }: ParsedAgreement,
): Promise<Schedule | Readonly<{ problems: readonly Problem[] }>> => {
  const schedule = resolve([...versions, { agreement, hash }], clauseKinds)
  if ('problems' in schedule) return schedule
  const problems = [
    ...misnumbered(agreement, versions),
    ...(await takenNames(tx, schedule)),
    ...(await takenFactories(tx, agreement, versions)),
  ]
  return problems.length > 0 ? { problems } : schedule
}

type Loaded = Readonly<{ agreement: Agreement; hash: string; before: SignedVersion | undefined }>

const record = async (tx: Work, { agreement, hash, before }: Loaded, { now, by }: Readonly<{ now: Instant; by: By }>): Promise<void> => {
  const { agreement: name, version, effective } = agreement
  await appendDeed(tx.queries, {
    at: now,
    by,
    action: 'load',
    subject: `${name} version ${version}`,
    agreement: name,
    detail: { hash },
    before: before === undefined ? null : { version: before.agreement.version, effective: before.agreement.effective, hash: before.hash },
    after: { version, effective, hash },
  })
  await tellEvent(tx, { type: 'agreement.loaded', agreement: name, at: now, data: { version, effective, sha256: hash } })
}

const misnumbered = (agreement: Agreement, versions: readonly SignedVersion[]): Problem[] => {
  const next = versions.length + 1
  const same = versions[agreement.version - 1]
  if (same !== undefined)
    return [
      {
        pointer: '/version',
        message: `version ${agreement.version} was signed before with other content (hash ${same.hash}); the next is ${next}`,
      },
    ]
  return agreement.version === next ? [] : [{ pointer: '/version', message: `is ${agreement.version}; the next version is ${next}` }]
}

/** Readings name pools and blocks, not agreements: so no two agreements may use one name. */
export const takenNames = async (tx: Work, schedule: Schedule): Promise<Problem[]> => {
  const { blocks, pools } = await loadRegistry(tx.queries)
  const problems: Problem[] = []
  for (const [word, ids, owners] of [
    ['block', schedule.blocks.map(({ id }) => id as string), blocks],
    ['pool', schedule.pools.map(({ id }) => id as string), pools],
  ] as const)
    for (const id of ids) {
      const owner = owners.get(id)
      if (owner !== undefined && owner !== schedule.agreement)
        problems.push({
          pointer: `/${word}s`,
          message: `${word} ${id} belongs to agreement ${owner}; readings tell blocks and pools by name, so choose another`,
        })
    }
  return problems
}

/** Telemetry names factories, not agreements: so no two operators may use one name. What a version has kept of those before is not asked again. */
const takenFactories = async (tx: Work, { blocks, parties }: Agreement, versions: readonly SignedVersion[]): Promise<Problem[]> => {
  const before = new Set(versions.flatMap(({ agreement }) => agreement.blocks.map(({ factory }) => factory)))
  const operator = parties.find(({ role }) => role === 'operator')?.id
  const seen = new Set<string>()
  const problems: Problem[] = []
  for (const [i, { factory }] of blocks.entries()) {
    if (before.has(factory) || seen.has(factory)) continue
    seen.add(factory)
    const owner = await findFactoryOwner(tx.queries, factory)
    if (owner !== undefined && owner.party !== operator)
      problems.push({
        pointer: `/blocks/${i}/factory`,
        message: `factory ${factory} belongs to agreement ${owner.agreement}; telemetry tells factories by name, and this one is another operator’s, so choose another`,
      })
  }
  return problems
}

/** The same to others than the owner of this database, who are not told whose a name is. */
export const withoutOwner = (problem: Problem): Problem => ({
  ...problem,
  message: problem.message.replace(/belongs to agreement [^;]+;/, 'is taken;'),
})
