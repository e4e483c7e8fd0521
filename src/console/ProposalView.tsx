import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ProposalWire } from '../wire/amendment.ts'
import { announce } from './announce.ts'
import { Answer, TableSkeleton } from './Answer.tsx'
import { endProposal, proposal } from './compare-queries.ts'
import { dateText, instantText } from './dates.ts'
import { DraftTable } from './DraftTable.tsx'
import { shortHash } from './format.ts'
import { useOnce } from './once.ts'
import { useActing, useMay } from './session.ts'

type Act = 'sign' | 'decline' | 'withdraw'
const words: Readonly<Record<Act, string>> = { sign: 'Sign version', decline: 'Decline', withdraw: 'Withdraw' }

const nameOf = ({ draft: { parties } }: ProposalWire, id: string | null): string =>
  parties.find((party) => party.id === id)?.name ?? 'whoever owns this installation'

/** What whoever acts can do about it: the other party signs or declines, its own withdraws. */
const actsFor = ({ state, party, guarantor, operator }: ProposalWire, acting: string | null | undefined): readonly Act[] => {
  if (state !== 'open' || acting === null || acting === undefined) return []
  if (acting === party) return ['withdraw']
  return [guarantor, operator].includes(acting) ? ['sign', 'decline'] : []
}

const Acts = ({ found }: Readonly<{ found: ProposalWire }>) => {
  const [acting, may] = [useActing(), useMay('agreements:amend')]
  const [reason, setReason] = useState('')
  const client = useQueryClient()
  const once = useOnce()
  const end = useMutation({
    mutationFn: (act: Act) => once((key) => endProposal(found.id, { act, hash: found.hash, reason }, key)),
    onSuccess: async (row) => {
      await Promise.all(['proposal', 'proposals', 'agreement', 'agreements'].map((key) => client.invalidateQueries({ queryKey: [key] })))
      announce(`Version ${row.version}: ${row.state}`)
    },
  })
  const acts = may ? actsFor(found, acting?.party) : []
  if (found.state !== 'open') return null
  if (acts.length === 0)
    return <p className="inside second">{nameOf(found, found.awaits)} has to sign it: another person than who proposed it.</p>
  return (
    <div className="acts inside">
      <label className="reason">
        <span className="third">Reason, or a word to the other party</span>
        <input value={reason} onChange={(event) => setReason(event.target.value)} maxLength={1000} />
      </label>
      {acts.map((act) => (
        <Button key={act} variant={act === 'sign' ? 'filled' : 'default'} disabled={end.isPending} onClick={() => end.mutate(act)}>
          {words[act]}
          {act === 'sign' ? ` ${found.version} for ${nameOf(found, acting?.party ?? null)}` : ''}
        </Button>
      ))}
      {end.error === null ? null : (
        <p className="breach-box" role="alert">
          {end.error.message}
        </p>
      )}
    </div>
  )
}

const Body = ({ found, zone }: Readonly<{ found: ProposalWire; zone: string }>) => (
  <>
    <section className="panel" aria-label="Proposal">
      <header className="what-if-head">
        <h2>
          Version {found.version}, in force from {dateText(found.draft.effective)}
        </h2>
        <span className={`pill ${found.state === 'in force' ? 'done' : found.state === 'open' ? 'attention' : ''}`}>{found.state}</span>
      </header>
      <p className="inside">
        Proposed by {found.proposedBy} for {nameOf(found, found.party)}, {instantText(found.proposedAt, zone)}.
        {found.endedAt === null
          ? ''
          : ` ${found.state === 'in force' ? 'Signed' : 'Ended'} by ${found.endedBy} for ${nameOf(found, found.endedFor)}, ${instantText(found.endedAt, zone)}.`}{' '}
        {found.note === '' ? null : <q>{found.note}</q>} {found.reason === null || found.reason === '' ? null : <q>{found.reason}</q>}{' '}
        <span className="third">
          Hash <code title={found.hash}>{shortHash(found.hash)}</code>
        </span>
      </p>
      <Acts found={found} />
    </section>
    <DraftTable draft={found.draft} />
    <details className="panel">
      <summary className="inside">The document as it was proposed</summary>
      <pre className="document">{found.document}</pre>
    </details>
  </>
)

/** What was proposed, read back term by term, and what can be done about it. */
export const ProposalView = ({ id, zone }: Readonly<{ id: string; zone: string }>) => {
  const query = useQuery(proposal(id))
  return (
    <Answer
      what="The proposal"
      query={query}
      skeleton={
        <section className="panel">
          <TableSkeleton caption="Terms" heads={['Change', 'What is agreed', 'Data']} rows={4} />
        </section>
      }
    >
      {(found) => <Body key={found.id} found={found} zone={zone} />}
    </Answer>
  )
}
