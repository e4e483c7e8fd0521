import type { Problem } from '../../core/base/problem.ts'
import type { Instant } from '../../core/base/time.ts'
import { clauseKinds } from '../../core/settlement/kinds.ts'
import { parseAgreement, type ParsedAgreement } from '../../core/terms/parse.ts'
import { findVersions } from '../store/agreements.ts'
import { appendDeed, nameOf, type Actor } from '../store/audit.ts'
import type { Store } from '../store/database.ts'
import { newId } from '../store/ids.ts'
import { findPersonBehind } from '../store/keys.ts'
import { appendEnd, appendProposal, findProposal, listProposals, type Proposal, type ProposalEnd } from '../store/proposals.ts'
import { inTransaction, RolledBack, type Work } from '../store/transaction.ts'
import { loadVersion, lockTerms, nextSchedule, withoutOwner } from './load-agreement.ts'

/** Open proposals of one agreement at most: who has more to say withdraws one. */
export const openProposalsMax = 10

export type ProposeRequest = Readonly<{
  document: string
  /** The agreement it is to amend; undefined: it is a new one. */
  amends: string | undefined
  /** For whom it is proposed; null: whoever owns this database, who loads it at once. */
  party: string | null
  note: string
  now: Instant
  by: Actor
}>

export type ProposeAnswer =
  | Readonly<{ kind: 'proposed'; proposal: Proposal }>
  | Readonly<{ kind: 'invalid'; problems: readonly Problem[] }>
  | Readonly<{ kind: 'refused'; message: string }>

const partyIn = ({ agreement: { parties } }: ParsedAgreement, role: 'guarantor' | 'operator'): string =>
  parties.find((each) => each.role === role)!.id

const misplaced = ({ agreement: { agreement, version } }: ParsedAgreement, amends: string | undefined): Problem[] => {
  if (amends !== undefined && agreement !== amends) return [{ pointer: '/agreement', message: `is ${agreement}: this amends ${amends}` }]
  return amends === undefined && version !== 1
    ? [{ pointer: '/version', message: `is ${version}: a new agreement begins with version 1` }]
    : []
}

/** To others than the owner of this database it is not told whose a name is. */
const discreet = (problems: readonly Problem[], { party }: ProposeRequest): Problem[] =>
  problems.map((problem) => (party === null ? problem : withoutOwner(problem)))

const endOf = (by: Actor, now: Instant, act: ProposalEnd['act'], reason: string): ProposalEnd => ({
  act,
  party: by.party,
  reason,
  actor: by.id,
  actorName: nameOf(by),
  at: now,
})

/**
 * Proposes the next version of an agreement, or a new agreement, for one of its two parties, who thereby signs it. What could not be loaded is refused with
 * everything that is wrong. Whoever owns this database proposes for nobody, and it is loaded at once.
 */
export const propose = async (store: Store, request: ProposeRequest): Promise<ProposeAnswer> => {
  const parsed = parseAgreement(request.document, clauseKinds)
  if ('problems' in parsed) return { kind: 'invalid', problems: parsed.problems }
  const wrong = misplaced(parsed, request.amends)
  if (wrong.length > 0) return { kind: 'invalid', problems: wrong }
  const { agreement } = parsed.agreement
  return inTransaction<ProposeAnswer>(store, async (tx) => {
    await lockTerms(tx, agreement)
    const versions = await findVersions(tx.queries, agreement)
    if (request.amends === undefined && versions.length > 0)
      return { kind: 'invalid', problems: [{ pointer: '/agreement', message: `the name ${agreement} is taken: choose another` }] }
    const schedule = await nextSchedule(tx, versions, parsed)
    if ('problems' in schedule) return { kind: 'invalid', problems: discreet(schedule.problems, request) }
    const parties = [partyIn(parsed, 'guarantor'), partyIn(parsed, 'operator')]
    const acting = [`guarantor ${parties[0]}`, `operator ${parties[1]}`]
    if (request.party !== null && !acting.includes(`${request.by.role} ${request.party}`))
      return {
        kind: 'refused',
        message: `guarantor of ${agreement} is ${parties[0]}, operator ${parties[1]}: only who acts as one of these proposes it`,
      }
    const open = (await listProposals(tx, agreement)).filter(({ end }) => end === undefined)
    const same = open.find((each) => each.hash === parsed.hash && each.party === request.party)
    if (same !== undefined) return { kind: 'proposed', proposal: same }
    if (open.length >= openProposalsMax)
      return {
        kind: 'refused',
        message: `${open.length} proposals for ${agreement} are open, and ${openProposalsMax} are the most: withdraw one`,
      }
    return { kind: 'proposed', proposal: await record(tx, parsed, request) }
  })
}

const record = async (tx: Work, parsed: ParsedAgreement, request: ProposeRequest): Promise<Proposal> => {
  const { document, party, note, now, by } = request
  const { agreement, version } = parsed.agreement
  const proposal = {
    id: newId('prp'),
    agreement,
    version,
    guarantor: partyIn(parsed, 'guarantor'),
    operator: partyIn(parsed, 'operator'),
    party,
    document,
    hash: parsed.hash,
    note,
    // What is proposed with a key its maker proposed: else one person could propose with a key and sign by hand.
    actor: await findPersonBehind(tx, by.id),
    actorName: nameOf(by),
    at: now,
  }
  await appendProposal(tx, proposal)
  const detail = { proposal: proposal.id, hash: parsed.hash }
  await appendDeed(tx.queries, { at: now, by, action: 'propose', subject: `${agreement} version ${version}`, agreement, detail })
  if (party !== null) return { ...proposal, end: undefined }
  const loaded = await loadVersion(tx, parsed, request)
  if (loaded.kind === 'refused') throw new Error(`${proposal.id} was found in order and cannot be loaded: ${loaded.problems[0]?.message}`)
  const end = endOf({ ...by, party: null }, now, 'load', '')
  await appendEnd(tx, proposal.id, end)
  return { ...proposal, end }
}

export type EndRequest = Readonly<{
  proposal: string
  act: 'sign' | 'decline' | 'withdraw'
  /** Of what was read: another content is not signed by mistake. */
  hash: string
  reason: string
  now: Instant
  /** Somebody who acts for a party. */
  by: Actor
}>

/** Whether one person proposed it and would end it. Proposals of before name the key that they were made with, so that both are looked up. */
const isOnePerson = async (tx: Work, { actor }: Proposal, { by }: EndRequest): Promise<boolean> =>
  (await findPersonBehind(tx, actor)) === (await findPersonBehind(tx, by.id))

const forbidden = (
  { party, guarantor, operator, actorName, end, hash, version }: Proposal,
  { act, by, hash: read }: EndRequest,
  isOwn: boolean,
): string | undefined => {
  if (end !== undefined) return `this proposal has ended: ${end.actorName} did ${end.act} it before`
  if (read !== hash) return 'what you read is not what was proposed: read it again'
  if (by.party === null || ![`guarantor ${guarantor}`, `operator ${operator}`].includes(`${by.role} ${by.party}`))
    return 'only who acts as the guarantor or as the operator of an agreement signs it'
  if (act === 'withdraw') return by.party === party ? undefined : 'only the party that proposed it withdraws it; you can decline it'
  if (by.party === party)
    return act === 'sign' ? 'your party signed it by proposing it: now the other one signs' : 'your party proposed it: it can be withdrawn'
  return act === 'sign' && isOwn ? `signing needs a second person: ${actorName} proposed version ${version}` : undefined
}

/**
 * Ends a proposal: signed by the other party it is loaded, in the same transaction, so that what is signed is in force or nothing was signed. A person signs
 * for one party alone.
 */
export const endProposal = (store: Store, request: EndRequest): Promise<ProposeAnswer> =>
  inTransaction<ProposeAnswer>(store, async (tx) => {
    const first = await findProposal(tx, request.proposal)
    if (first === undefined) return { kind: 'refused', message: `there is no proposal ${request.proposal}` }
    await lockTerms(tx, first.agreement)
    const proposal = (await findProposal(tx, request.proposal))!
    const no = forbidden(proposal, request, await isOnePerson(tx, proposal, request))
    if (no !== undefined) return { kind: 'refused', message: no }
    const { act, reason, now, by } = request
    const { agreement, version, document, hash, id } = proposal
    // What was signed is read by all who read the agreement: who signed it for both parties, and nothing of what was said about it.
    const signed = { proposal: id, hash, proposedFor: proposal.party, proposedBy: proposal.actorName }
    const detail = act === 'sign' ? signed : { proposal: id, hash, reason }
    await appendDeed(tx.queries, { at: now, by, action: act, subject: `${agreement} version ${version}`, agreement, detail })
    if (act === 'sign') {
      const parsed = parseAgreement(document, clauseKinds)
      if ('problems' in parsed) return new RolledBack<ProposeAnswer>({ kind: 'invalid', problems: parsed.problems })
      const loaded = await loadVersion(tx, parsed, { document, now, by })
      if (loaded.kind === 'refused') return new RolledBack<ProposeAnswer>({ kind: 'invalid', problems: loaded.problems })
    }
    const end = endOf(by, now, act, reason)
    await appendEnd(tx, id, end)
    return { kind: 'proposed', proposal: { ...proposal, end } }
  })
