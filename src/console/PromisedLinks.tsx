import { useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import type { PortfolioView } from './portfolio-address.ts'
import { facilities } from './portfolio-queries.ts'
import { useMay } from './session.ts'

const whole = { exact: false, includeSearch: false, includeHash: false } as const

/** The way to the portfolio, for whom it is open. */
export const PortfolioLink = () =>
  useMay('portfolio:read') ? (
    <Link to="/portfolio" activeOptions={whole}>
      Portfolio
    </Link>
  ) : null

const LenderLink = () => {
  const { data } = useQuery(facilities)
  return (data?.facilities.length ?? 0) === 0 ? null : (
    <Link to="/lender" activeOptions={whole}>
      Lender
    </Link>
  )
}

/** The ways to the register, and to debt facilities where there are any. */
export const PromisedLinks = () =>
  useMay('register:read') ? (
    <>
      <Link to="/register" className="navigation-head" activeOptions={whole}>
        Register
      </Link>
      <LenderLink />
    </>
  ) : null

const names = { portfolio: 'Portfolio', register: 'Register', lender: 'Lender' } as const
const partsOf = (path: string): string[] => path.split('/').filter((part) => part !== '')

export const isPromised = (path: string): boolean => (partsOf(path)[0] ?? '') in names

/** Where one is among them. */
export const PromisedCrumbs = ({ path }: Readonly<{ path: string }>) => {
  const [first, ...rest] = partsOf(path)
  const name = names[first as keyof typeof names]
  const { on, known }: PortfolioView = useSearch({ strict: false })
  return (
    <nav className="crumbs" aria-label="Path">
      {rest.length === 0 ? (
        <b>{name}</b>
      ) : (
        <>
          <Link to={first === 'lender' ? '/lender' : '/register'} search={{ on, known }} activeOptions={{ exact: true }}>
            {name}
          </Link>
          <span aria-hidden="true">/</span>
          <b>{rest.map(decodeURIComponent).join(', ')}</b>
        </>
      )}
    </nav>
  )
}
