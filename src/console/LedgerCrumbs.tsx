import { Link, useParams, useSearch } from '@tanstack/react-router'
import { parseLedgerView } from './ledger-queries.ts'

/** The way back from an account or a journal; dates and book stay. */
export const LedgerCrumbs = () => {
  const { account, journal }: Readonly<{ account?: string; journal?: string }> = useParams({ strict: false })
  const view = parseLedgerView(useSearch({ strict: false }))
  const last = account ?? journal
  return (
    <nav className="crumbs" aria-label="Path">
      {last === undefined ? (
        <b>Ledger</b>
      ) : (
        <>
          <Link to="/ledger" search={view} activeOptions={{ exact: true }}>
            Ledger
          </Link>
          <span aria-hidden="true">/</span>
          <b>{last}</b>
        </>
      )}
    </nav>
  )
}
