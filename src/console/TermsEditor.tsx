import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import type { ProposalRowWire } from '../wire/amendment.ts'
import { announce } from './announce.ts'
import { previewDraft, proposeTerms } from './compare-queries.ts'
import { DraftTable } from './DraftTable.tsx'
import { Failure } from './fetch.ts'
import { useOnce } from './once.ts'
import { useActing, useSession } from './session.ts'

/** The line a problem names: `line 12: …`. */
const lineOf = (detail: string): number | undefined => {
  const found = /^line (\d+): /.exec(detail)?.[1]
  return found === undefined ? undefined : Number(found)
}

type ProblemsProps = Readonly<{ error: Error; onLine: (line: number) => void }>

const Problems = ({ error, onLine }: ProblemsProps) => {
  if (!(error instanceof Failure)) return null
  const errors = error.problem.errors ?? [{ pointer: '', detail: error.problem.detail }]
  return (
    <div className="breach-box" role="alert">
      <p>{error.problem.title}</p>
      <ul>
        {errors.map(({ pointer, detail }) => {
          const line = lineOf(detail)
          return (
            <li key={pointer + detail}>
              {line === undefined ? null : (
                <button type="button" className="quiet" onClick={() => onLine(line)}>
                  line {line}
                </button>
              )}{' '}
              {pointer === '' ? null : <code>{pointer}</code>} {detail.replace(/^line \d+: /, '')}
            </li>
          )
        })}
      </ul>
    </div>
  )
}

type Props = Readonly<{
  /** The agreement that it amends; undefined: it is a new one. */
  amends: string | undefined
  initial: string
  onProposed: (proposal: ProposalRowWire) => void
}>

/** What the button does, for whoever acts: proposing signs for one's own party; whoever owns this installation loads. */
const useEffectOf = (): string => {
  const [acting, session] = [useActing(), useSession()]
  if (acting?.partyName !== null && acting?.partyName !== undefined) return `Propose and sign for ${acting.partyName}`
  return session?.login === 'open' ? 'Put in force' : 'Propose'
}

/** A document that is written, read back as sentences against what is signed, and only then proposed. */
export const TermsEditor = ({ amends, initial, onProposed }: Props) => {
  const [text, setText] = useState(initial)
  const [note, setNote] = useState('')
  const area = useRef<HTMLTextAreaElement>(null)
  const client = useQueryClient()
  const preview = useMutation({ mutationFn: previewDraft })
  const effect = useEffectOf()
  const once = useOnce()
  const propose = useMutation({
    mutationFn: () => once((key) => proposeTerms(amends, { document: text, note }, key)),
    onSuccess: async (proposal) => {
      await Promise.all(['proposals', 'agreement', 'agreements'].map((key) => client.invalidateQueries({ queryKey: [key] })))
      announce(`Version ${proposal.version} of ${proposal.agreement}: ${proposal.state}`)
      onProposed(proposal)
    },
  })
  const toLine = (line: number) => {
    const lines = text.split('\n')
    const from = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0)
    area.current?.focus()
    area.current?.setSelectionRange(from, from + (lines[line - 1]?.length ?? 0))
  }
  const edit = (value: string) => {
    setText(value)
    preview.reset()
    propose.reset()
  }
  const error = propose.error ?? preview.error
  return (
    <>
      <section className="panel editor" aria-label="The document">
        <label>
          <span>Document, YAML</span>
          <textarea ref={area} value={text} onChange={(event) => edit(event.target.value)} rows={24} spellCheck={false} />
        </label>
        <label>
          <span>Note to the other party</span>
          <input value={note} onChange={(event) => setNote(event.target.value)} maxLength={1000} />
        </label>
        <p className="acts">
          <Button onClick={() => preview.mutate(text)} disabled={preview.isPending}>
            {preview.isPending ? 'Reading …' : 'Read it back'}
          </Button>
          <Button variant="filled" onClick={() => propose.mutate()} disabled={preview.data === undefined || propose.isPending}>
            {propose.isPending ? 'Sending …' : effect}
          </Button>
          {preview.data === undefined ? <span className="third">First read it back: what you sign are these sentences.</span> : null}
        </p>
        {error === null ? null : <Problems error={error} onLine={toLine} />}
      </section>
      {preview.data === undefined ? null : <DraftTable key={preview.data.hash} draft={preview.data} />}
    </>
  )
}
