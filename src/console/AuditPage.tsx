import { Button } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect } from 'react'
import { Answer, Notice, TableSkeleton } from './Answer.tsx'
import { auditFilters, auditLog, parseAuditView, type AuditView } from './audit-queries.ts'
import { AuditChecks } from './AuditChecks.tsx'
import { AuditFilters } from './AuditFilters.tsx'
import { auditHeads, AuditRow } from './AuditRow.tsx'
import type { AuditEntryWire } from '../wire/audit.ts'
import type { Failure } from './fetch.ts'
import { countText } from './format.ts'
import './settings.css'
import './audit.css'

const None = ({ isFiltered, onClear }: Readonly<{ isFiltered: boolean; onClear: () => void }>) =>
  isFiltered ? (
    <p className="empty">
      No entry is like that.{' '}
      <button type="button" className="link" onClick={onClear}>
        Show all
      </button>
    </p>
  ) : (
    <p className="empty">
      Nothing was done yet that you may read of. What is loaded, imported, closed, decided or given appears here at once.
    </p>
  )

/** What the log cannot be asked is said as it was refused. */
const explain = ({ problem }: Failure) =>
  problem.status === 400 ? <Notice title="The log cannot be asked that">{problem.detail}</Notice> : undefined

type EntriesProps = Readonly<{
  view: AuditView
  go: (more: AuditView) => void
  clear: () => void
  shown: readonly AuditEntryWire[]
  /** Reads older ones; undefined where there are none. */
  more: (() => void) | undefined
  busy: boolean
}>

const Entries = ({ view, go, clear, shown, more, busy }: EntriesProps) => (
  <section className="panel scroll-x">
    {shown.length === 0 ? (
      <None isFiltered={auditFilters.some((name) => view[name] !== undefined)} onClear={clear} />
    ) : (
      <table className="table settings-table audit-table">
        <caption className="hidden">Audit log, the newest first; times in UTC</caption>
        <thead>
          <tr>
            {auditHeads.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((entry) => (
            <AuditRow
              key={entry.entry}
              entry={entry}
              isOpen={view.entry === String(entry.entry)}
              onOpen={(open) => go({ entry: open ? String(entry.entry) : undefined })}
            />
          ))}
        </tbody>
      </table>
    )}
    {more !== undefined ? (
      <p className="more">
        {countText(shown.length)} shown.{' '}
        <Button size="xs" onClick={more} disabled={busy}>
          Show older
        </Button>
      </p>
    ) : null}
  </section>
)

/** Who did what, and is it unaltered? */
export const AuditPage = () => {
  const view = parseAuditView(useSearch({ strict: false }))
  const navigate = useNavigate()
  const query = useInfiniteQuery(auditLog(view))
  useEffect(() => void (document.title = 'Audit · Offtake'), [])
  const go = (more: AuditView) => void navigate({ to: '.', search: { ...view, ...more } as never, replace: true })
  const clear = () => go(Object.fromEntries(auditFilters.map((name) => [name, undefined])))
  const shown = query.data?.pages.flatMap(({ entries }) => entries) ?? []
  return (
    <div className="page audit">
      <header className="page-head">
        <h1>Audit</h1>
        <span className="second">Who did what, and whether it is as it was written</span>
      </header>
      <AuditChecks seed={view.seed} onSeed={(seed) => go({ seed })} />
      <AuditFilters view={view} actions={query.data?.pages[0]?.actions ?? []} onChange={go} onClear={clear} />
      <Answer
        what="The audit log"
        query={query}
        explain={explain}
        skeleton={
          <section className="panel">
            <TableSkeleton caption="Audit log" heads={auditHeads} rows={8} />
          </section>
        }
      >
        {() => (
          <Entries
            {...{ view, go, clear, shown }}
            more={query.hasNextPage ? () => void query.fetchNextPage() : undefined}
            busy={query.isFetchingNextPage}
          />
        )}
      </Answer>
    </div>
  )
}
