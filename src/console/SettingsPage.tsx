import { Link, Navigate, useParams } from '@tanstack/react-router'
import { Suspense, useEffect } from 'react'
import { permissions } from '../wire/access.ts'
import { Notice, NoPage } from './Answer.tsx'
import { actingText } from './role-words.ts'
import { useSession } from './session.ts'
import { sectionsOf, settingsSections, type SettingsSection } from './settings-sections.tsx'
import './settings.css'

const NotYours = ({ section }: Readonly<{ section: SettingsSection }>) => {
  const acting = useSession()?.acting ?? null
  return (
    <Notice title={`${section.name} is not open to you`}>
      You act as {acting === null ? 'nothing' : actingText(acting)}. This is for: {permissions[section.needs].join(', ')}. An administrator
      of this installation gives roles.
    </Notice>
  )
}

/** What can be set here, a section each. */
export const SettingsPage = () => {
  const { section: id }: Readonly<{ section?: string }> = useParams({ strict: false })
  const open = sectionsOf(useSession())
  const section = settingsSections.find((each) => each.id === id)
  useEffect(() => void (document.title = `${section?.name ?? 'Settings'} · Offtake`), [section])
  const first = open[0]
  if (id === undefined)
    return first === undefined ? (
      <Notice title="There is nothing to set for you">
        What there is to set is for other roles. An administrator of this installation gives roles.
      </Notice>
    ) : (
      <Navigate to="/settings/$section" params={{ section: first.id }} replace />
    )
  if (section === undefined) return <NoPage />
  if (!open.includes(section)) return <NotYours section={section} />
  return (
    <div className="page settings">
      {open.length < 2 ? null : (
        <nav className="settings-tabs" aria-label="Settings">
          {open.map((each) => (
            <Link key={each.id} to="/settings/$section" params={{ section: each.id }}>
              {each.name}
            </Link>
          ))}
        </nav>
      )}
      <Suspense fallback={null}>
        <section.page />
      </Suspense>
    </div>
  )
}
