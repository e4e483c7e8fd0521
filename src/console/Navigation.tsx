import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { AgreementRowWire } from '../wire/agreement.ts'
import { claims } from './claim-queries.ts'
import { isMonth, monthText, shortMonth } from './dates.ts'
import { factories } from './factory-queries.ts'
import { PortfolioLink, PromisedLinks } from './PromisedLinks.tsx'
import { agreements } from './queries.ts'
import { useMay } from './session.ts'
import { SettingsLink } from './settings-sections.tsx'

/** Agreements that the navigation names; the page of agreements has them all. */
const namedMax = 8

type Here = Readonly<{ id: string | undefined; month: string | undefined }>

/** Only the page itself is where one is, not those above it; what is shown of it makes no difference. */
const whole = { exact: true, includeSearch: false, includeHash: false } as const

/** The latest month with a statement, and the one that is open. */
const monthsOf = (row: AgreementRowWire, id: string | undefined, month: string | undefined): string[] => {
  const open = row.id === id && month !== undefined && isMonth(month) ? [month] : []
  return [...new Set([...(row.lastMonth === null ? [] : [row.lastMonth]), ...open])]
}

const Entry = ({ row, id, month }: Here & Readonly<{ row: AgreementRowWire }>) => (
  <li>
    <h2>{row.title}</h2>
    <Link to="/agreements/$id" params={{ id: row.id }} activeOptions={whole}>
      Terms
    </Link>
    {monthsOf(row, id, month).map((each) => (
      <Link key={each} to="/agreements/$id/periods/$month" params={{ id: row.id, month: each }} activeOptions={whole}>
        {monthText(each)}
      </Link>
    ))}
  </li>
)

/** Factories with racks on record; nothing where there is none. */
const Factories = () => {
  const { data } = useQuery({ ...factories, enabled: useMay('factories:read') })
  const rows = data?.factories ?? []
  return rows.length === 0 ? null : (
    <>
      <Link to="/factories" className="navigation-head" activeOptions={whole}>
        Factories
      </Link>
      <ul>
        {rows.slice(0, namedMax).map((row) => (
          <li key={`${row.id} ${row.agreement}`}>
            <Link
              to="/factories/$factory"
              params={{ factory: row.id }}
              search={{ of: rows.some((each) => each.id === row.id && each !== row) ? row.agreement : undefined }}
              activeOptions={{ exact: false, includeSearch: false, includeHash: false }}
            >
              {row.id}
            </Link>
          </li>
        ))}
      </ul>
    </>
  )
}

/** Claims that were verified, the latest of each agreement. */
const Claims = () => {
  const { data } = useQuery({ ...claims, enabled: useMay('claims:read') })
  const latest = (data?.claims ?? []).filter((each, i, all) => all.findIndex(({ agreement }) => agreement === each.agreement) === i)
  return latest.length === 0 ? null : (
    <>
      <h2>Claims</h2>
      <ul>
        {latest.slice(0, namedMax).map(({ agreement, month }) => (
          <li key={agreement}>
            <Link to="/claims/$agreement/$claimed" params={{ agreement, claimed: month }} activeOptions={whole}>
              {agreement}, {shortMonth(month)}
            </Link>
          </li>
        ))}
      </ul>
    </>
  )
}

/** The way to everything that exists, and to nothing else. */
export const Navigation = ({ id, month, onGo }: Here & Readonly<{ onGo: () => void }>) => {
  const [mayAgreements, mayOrders] = [useMay('agreements:read'), useMay('orders:read')]
  const { data } = useQuery({ ...agreements, enabled: mayAgreements })
  const mayAudit = useMay('audit:read')
  const rows = data?.agreements ?? []
  const named = rows.length <= namedMax ? rows : rows.filter((row) => row.id === id)
  return (
    // A press on a link closes the menu that it was in; the link itself is what is pressed.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions
    <nav className="navigation" aria-label="Pages" onClick={onGo}>
      <Link to="/" activeOptions={whole}>
        Today
      </Link>
      <PortfolioLink />
      {mayOrders ? (
        <Link to="/orders" activeOptions={{ exact: false, includeSearch: false, includeHash: false }}>
          Orders
        </Link>
      ) : null}
      {mayAgreements ? (
        <Link to="/agreements" activeOptions={whole}>
          Agreements
        </Link>
      ) : null}
      <ul>
        {named.map((row) => (
          <Entry key={row.id} row={row} id={id} month={month} />
        ))}
      </ul>
      <Factories />
      <Claims />
      <PromisedLinks />
      {mayAudit ? (
        <Link to="/audit" className="navigation-head" activeOptions={whole}>
          Audit
        </Link>
      ) : null}
      <SettingsLink />
      <p>
        <sup className="assumed">a</sup> rests on an assumption: the term was not disclosed
      </p>
    </nav>
  )
}
