import { useQuery } from '@tanstack/react-query'
import { Navigate, Outlet, useLocation } from '@tanstack/react-router'
import { Frame } from './Frame.tsx'
import { session } from './session.ts'

/** Shows a page to whoever is signed in, and where to sign in to everybody else; then they come back to where they wanted to be. */
export const Door = () => {
  const { data, isPending } = useQuery(session)
  const { pathname, href } = useLocation()
  if (pathname.startsWith('/sign-in')) return <Outlet />
  // Nothing is asked of the server before it is known as whom.
  if (isPending) return null
  // Where no login is configured, whoever is at this machine owns what is on it: an empty installation has nobody yet to sign in as.
  if (data?.person === null && data.login === 'open' && pathname === '/new-agreement') return <Frame />
  if (data !== undefined && data.person === null) return <Navigate to="/sign-in" search={{ next: href }} replace />
  return <Frame />
}
