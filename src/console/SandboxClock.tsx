import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import type { AdvanceWire, SandboxWire, Stride } from '../wire/sandbox.ts'
import { announce } from './announce.ts'
import { dateText, monthText } from './dates.ts'
import { postJson } from './fetch.ts'
import { countText } from './format.ts'
import { useKeys } from './keys.ts'
import { useMay, useSession } from './session.ts'
import { sandbox as query } from './today-queries.ts'
import './frame-controls.css'

const strideWords: Readonly<Record<Stride, string>> = { month: 'a month', quarter: 'a quarter', year: 'a year', end: 'to the end' }

const closedText = (closed: number): string => `${countText(closed)} ${closed === 1 ? 'statement' : 'statements'}`

const endText = ({ outcome, message, through }: AdvanceWire): string => {
  if (outcome === 'refused') return `The clock stands still: ${message}`
  return outcome === 'stopped' ? `Stopped: ${message}` : `The clock has passed ${monthText(through)}: ${message}`
}

/** Reads the pages again as months pass, and says one sentence when the clock stands. */
const useFollowing = (data: SandboxWire | undefined): void => {
  const client = useQueryClient()
  const seen = useRef<Readonly<{ run: string; closed: number; ended: boolean }>>(undefined)
  useEffect(() => {
    if (data === undefined) return
    // None yet is something seen, too: the first run may have ended before it is looked at.
    if (data.run === null) seen.current = { run: '', closed: 0, ended: true }
    if (data.run === null) return
    const { run } = data
    const now = { run: run.run, closed: data.step?.closed ?? 0, ended: run.outcome !== null }
    const before = seen.current
    seen.current = now
    if (before === undefined) return
    const isSame = before.run === now.run
    const moved = isSame && (now.closed > before.closed || (now.ended && !before.ended))
    if (moved || (!isSame && now.ended))
      void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'sandbox' && queryKey[0] !== 'session' })
    if (now.ended && !(isSame && before.ended)) announce(endText(run))
  }, [data, client])
}

const Moving = ({ data, run, onStop }: Readonly<{ data: SandboxWire; run: AdvanceWire; onStop: () => void }>) => (
  <>
    <span className="step-text">
      {run.stopping ? 'stopping after this month' : (data.step?.text ?? 'starting')}
      {data.step === null ? '' : ` · ${closedText(data.step.closed)}`}
    </span>
    {run.stopping ? null : (
      <button type="button" onClick={onStop} title="Esc">
        Stop
      </button>
    )}
  </>
)

const useClock = () => {
  const client = useQueryClient()
  const act = async (path: string, body: object): Promise<void> => {
    try {
      await postJson(path, body, crypto.randomUUID())
    } catch (error) {
      announce((error as Error).message)
    }
    await client.invalidateQueries({ queryKey: query.queryKey })
  }
  return {
    start: (by: Stride) => void act('/api/sandbox/advances', { by }),
    stop: (run: string) => void act(`/api/sandbox/advances/${run}/stop`, {}),
  }
}

/** The clock of a sandbox: forward only, and visible on every page that its time is not the world's. Nothing elsewhere. */
export const SandboxClock = () => {
  const isSandbox = useSession()?.sandbox === true
  const may = useMay('sandbox:advance')
  const { data } = useQuery({ ...query, enabled: isSandbox })
  const { start, stop } = useClock()
  useFollowing(data)
  const run = data?.run ?? null
  const moving = run !== null && run.outcome === null ? run : null
  useKeys(moving === null || !may || moving.stopping ? {} : { Escape: () => stop(moving.run) })
  if (!isSandbox || data === undefined) return null
  return (
    <div className="control sandbox-clock" role="group" aria-label="Sandbox clock">
      <small>Sandbox</small>
      {data.now === null ? 'at its start' : dateText(data.now.slice(0, 10))}
      {moving !== null ? (
        <Moving data={data} run={moving} onStop={() => stop(moving.run)} />
      ) : may ? (
        <>
          <button type="button" onClick={() => start('month')}>
            Advance a month
          </button>
          <select
            aria-label="Advance further"
            value=""
            title={run === null ? 'Advance further' : endText(run)}
            onChange={({ target }) => target.value !== '' && start(target.value as Stride)}
          >
            <option value="">▾</option>
            {(['quarter', 'year', 'end'] as const).map((each) => (
              <option key={each} value={each}>
                Advance {strideWords[each]}
              </option>
            ))}
          </select>
        </>
      ) : null}
    </div>
  )
}
