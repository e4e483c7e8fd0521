import { Link, useParams } from '@tanstack/react-router'
import { lazy, type ComponentType, type LazyExoticComponent } from 'react'
import type { Permission, SessionWire } from '../wire/access.ts'
import { useSession } from './session.ts'

/** One kind of settings: shown to whoever may do what it is for, and to nobody else. */
export type SettingsSection = Readonly<{
  /** Its place in the address: `/settings/people`. */
  id: string
  name: string
  needs: Permission
  page: LazyExoticComponent<ComponentType>
}>

/** A line for each. */
export const settingsSections: readonly SettingsSection[] = [
  {
    id: 'people',
    name: 'People and roles',
    needs: 'people:manage',
    page: lazy(async () => ({ default: (await import('./PeopleSettings.tsx')).PeopleSettings })),
  },
  {
    id: 'keys',
    name: 'Keys',
    needs: 'keys:manage',
    page: lazy(async () => ({ default: (await import('./KeySettings.tsx')).KeySettings })),
  },
  {
    id: 'webhooks',
    name: 'Webhooks',
    needs: 'webhooks:manage',
    page: lazy(async () => ({ default: (await import('./WebhookSettings.tsx')).WebhookSettings })),
  },
  {
    id: 'feeds',
    name: 'Feeds',
    needs: 'feeds:read',
    page: lazy(async () => ({ default: (await import('./FeedSettings.tsx')).FeedSettings })),
  },
]

/** Those that whoever is signed in may open. */
export const sectionsOf = (who: SessionWire | undefined): SettingsSection[] =>
  settingsSections.filter(({ needs }) => who?.may.includes(needs) ?? false)

/** In the navigation, where there is anything to set. */
export const SettingsLink = () =>
  sectionsOf(useSession()).length === 0 ? null : (
    <Link to="/settings" className="navigation-head" activeOptions={{ exact: false, includeSearch: false, includeHash: false }}>
      Settings
    </Link>
  )

export const SettingsCrumbs = () => {
  const { section }: Readonly<{ section?: string }> = useParams({ strict: false })
  const name = settingsSections.find(({ id }) => id === section)?.name
  return (
    <nav className="crumbs" aria-label="Path">
      {name === undefined ? (
        <b>Settings</b>
      ) : (
        <>
          <Link to="/settings" activeOptions={{ exact: true }}>
            Settings
          </Link>
          <span aria-hidden="true">/</span>
          <b>{name}</b>
        </>
      )}
    </nav>
  )
}
