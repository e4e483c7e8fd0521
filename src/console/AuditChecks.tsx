import { Button } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { ChainWire, PickWire } from '../wire/audit.ts'
import { announce } from './announce.ts'
import { Answer } from './Answer.tsx'
import { chain, pick, picked } from './audit-queries.ts'
import { instantText, monthText } from './dates.ts'
import { Failure } from './fetch.ts'
import { amountText, countText } from './format.ts'
import { useMay } from './session.ts'

const copyHead = (hash: string): void => void navigator.clipboard.writeText(hash).then(() => announce('Head copied'))

const Verified = ({ found: { verified, checked } }: Readonly<{ found: ChainWire }>) =>
  verified === null ? (
    <p>{checked === 0 ? 'Nothing was done here yet.' : 'Not even the first entry is as it was written.'}</p>
  ) : (
    <p>
      Last verified: entry {countText(verified.entry)}
      {verified.sealedAt === null ? '' : `, sealed ${instantText(verified.sealedAt, 'UTC')}`}, sha256{' '}
      <code title={verified.hash}>{verified.hash.slice(0, 16)}…</code>
    </p>
  )

const ChainAnswer = ({ found, onAgain, isChecking }: Readonly<{ found: ChainWire; onAgain: () => void; isChecking: boolean }>) => (
  <>
    <p className={found.whole ? undefined : 'broken'}>
      <b>{found.whole ? `All ${countText(found.checked)} entries are as they were written` : 'The log is not as it was written'}</b>
    </p>
    <Verified found={found} />
    {found.faults.length === 0 ? null : (
      <ul className="faults">
        {found.faults.map(({ message }) => (
          <li key={message}>{message}</li>
        ))}
      </ul>
    )}
    <p className="acts">
      <Button size="xs" onClick={onAgain} disabled={isChecking}>
        {isChecking ? 'Checking …' : 'Check again'}
      </Button>
      {found.head === null ? null : (
        <Button size="xs" onClick={() => copyHead(found.head!.hash)} title="To keep elsewhere: by it a log that was cut short is found">
          Copy head
        </Button>
      )}
    </p>
  </>
)

const ChainCheck = () => {
  const query = useQuery(chain)
  return (
    <section className="panel check" aria-label="Chain check">
      <h2>Chain check</h2>
      <Answer what="The chain" query={query} skeleton={<p className="second">Working every hash out again …</p>}>
        {(found) => <ChainAnswer found={found} onAgain={() => void query.refetch()} isChecking={query.isFetching} />}
      </Answer>
    </section>
  )
}

const Picked = ({ of }: Readonly<{ of: PickWire }>) => (
  <p>
    Cent {countText(Number(of.cent))} of line {of.line} of{' '}
    <Link
      className="link"
      to="/agreements/$id/periods/$month"
      params={{ id: of.agreement, month: of.month }}
      search={{ v: of.version, line: of.line }}
    >
      {of.agreement}, {monthText(of.month)}
    </Link>
    , which is {amountText(of.amount)} <span className="unit">{of.currency}</span>. Seed <code>{of.seed}</code>: it picks the same again.
  </p>
)

/** A cent of all that is stated, for whoever checks: its line opens with its reasons. */
const PickCent = ({ seed, onSeed }: Readonly<{ seed: string | undefined; onSeed: (seed: string) => void }>) => {
  const client = useQueryClient()
  const { data, error } = useQuery({ ...picked(seed ?? ''), enabled: seed !== undefined })
  const [why, setWhy] = useState<string>()
  const draw = async () => {
    try {
      const found = await pick(undefined, new AbortController().signal)
      client.setQueryData(picked(found.seed).queryKey, found)
      setWhy(undefined)
      onSeed(found.seed)
    } catch (refusal) {
      setWhy(refusal instanceof Failure ? refusal.message : String(refusal))
    }
  }
  const problem = why ?? error?.message
  return (
    <section className="panel check" aria-label="Pick a cent">
      <h2>Pick a cent</h2>
      {problem !== undefined ? (
        <p role="alert">{problem}</p>
      ) : data === undefined ? (
        <p className="second">
          One cent of all that final statements state, each as likely as any other, and the line it is of with its reasons.
        </p>
      ) : (
        <Picked of={data} />
      )}
      <p className="acts">
        <Button size="xs" onClick={() => void draw()}>
          {data === undefined ? 'Pick a cent' : 'Pick another'}
        </Button>
      </p>
    </section>
  )
}

/** Whether the log is unaltered, and whether a number bears looking into. */
export const AuditChecks = ({ seed, onSeed }: Readonly<{ seed: string | undefined; onSeed: (seed: string) => void }>) => {
  const maySeeStatements = useMay('statements:read')
  return (
    <div className="checks">
      <ChainCheck />
      {maySeeStatements ? <PickCent seed={seed} onSeed={onSeed} /> : null}
    </div>
  )
}
