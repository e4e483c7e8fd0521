import { formatInstant } from '../../core/base/time.ts'
import type { Json } from '../../core/base/canonical.ts'
import type { Reworded } from '../../core/terms/reworded.ts'
import type { TermSentence } from '../../core/terms/sentences.ts'
import type { DraftWire, ProposalRowWire, TemplatesWire } from '../../wire/amendment.ts'
import type { RewordedWire } from '../../wire/what-if.ts'
import type { Draft, Template } from '../app/proposals.ts'
import type { Proposal } from '../store/proposals.ts'
import { valueAt } from './agreement-view.ts'

const stateOf = ({ end }: Proposal): ProposalRowWire['state'] => {
  switch (end?.act) {
    case undefined:
      return 'open'
    case 'sign':
    case 'load':
      return 'in force'
    case 'decline':
      return 'declined'
    case 'withdraw':
      return 'withdrawn'
  }
}

export const toProposalRow = (proposal: Proposal): ProposalRowWire => {
  const { id, agreement, version, hash, note, actorName, party, at, end, guarantor, operator } = proposal
  return {
    id,
    agreement,
    version,
    state: stateOf(proposal),
    hash,
    note,
    proposedBy: actorName,
    party,
    proposedAt: formatInstant(at),
    endedBy: end?.actorName ?? null,
    endedFor: end?.party ?? null,
    endedAt: end === undefined ? null : formatInstant(end.at),
    reason: end?.reason ?? null,
    guarantor,
    operator,
    awaits: end === undefined ? (party === guarantor ? operator : guarantor) : null,
  }
}

const dataOf = (said: TermSentence | null, { documents }: Draft): string | null => {
  if (said === null) return null
  const value = valueAt(documents.get(said.version) as unknown as Json, said.pointer)
  return value === undefined ? null : JSON.stringify(value)
}

const toReworded = (each: Reworded, draft: Draft): RewordedWire => {
  const { kind, clause, before, after } = each
  const like = (after ?? before)!
  return {
    kind,
    clause,
    pointer: like.pointer,
    before: before?.text ?? null,
    after: after?.text ?? null,
    beforeValue: dataOf(before, draft),
    afterValue: dataOf(after, draft),
    assumed: like.assumed,
  }
}

export const toDraft = (draft: Draft): DraftWire => {
  const { agreement, title, version, effective, parties } = draft.agreement
  return {
    agreement,
    title,
    version,
    effective,
    hash: draft.hash,
    parties: parties.map(({ id, name, role }) => ({ id, name, role })),
    against: draft.against ?? null,
    sentences: draft.reworded.map((each) => toReworded(each, draft)),
  }
}

export const toTemplates = (templates: readonly Template[]): TemplatesWire => ({
  templates: templates.map(({ name, agreement: { title, parties, clauses, blocks } }) => ({
    name,
    title,
    guarantor: parties.find(({ role }) => role === 'guarantor')?.name ?? '',
    operator: parties.find(({ role }) => role === 'operator')?.name ?? '',
    clauses: [...new Set(clauses.map(({ kind }) => kind))],
    gpus: blocks.flatMap(({ tranches }) => tranches).reduce((sum, { gpus }) => sum + gpus, 0),
  })),
})
