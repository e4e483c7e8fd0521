import { ActionIcon, Tooltip, useMantineColorScheme } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, Outlet, useLocation, useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { ActingAs } from './ActingAs.tsx'
import { instantText, isMonth, monthText } from './dates.ts'
import { ClaimCrumbs, FactoryCrumbs, FactoryPicker, useFactoryRow } from './FactoryBar.tsx'
import { Help } from './Help.tsx'
import { useKeys } from './keys.ts'
import { Navigation } from './Navigation.tsx'
import { PeriodPicker } from './PeriodPicker.tsx'
import { isPromised, PromisedCrumbs } from './PromisedLinks.tsx'
import { agreement, health } from './queries.ts'
import { SettingsCrumbs } from './settings-sections.tsx'
import { announce } from './announce.ts'

const schemes = { auto: ['◐', 'as the system'], light: ['○', 'light'], dark: ['●', 'dark'] } as const
const after = { auto: 'light', light: 'dark', dark: 'auto' } as const

const SchemeButton = () => {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const [mark, name] = schemes[colorScheme]
  return (
    <Tooltip label={`Colours ${name}; press for ${schemes[after[colorScheme]][1]}`}>
      <ActionIcon aria-label={`Colours ${name}. Change`} onClick={() => setColorScheme(after[colorScheme])}>
        <span aria-hidden="true">{mark}</span>
      </ActionIcon>
    </Tooltip>
  )
}

type Here = Readonly<{ id?: string; month?: string }>
type Place = Here & Readonly<{ factory?: string; hall?: string; agreement?: string; claimed?: string }>

const Crumbs = ({ id, month, title }: Here & Readonly<{ title: string | undefined }>) => (
  <nav className="crumbs" aria-label="Path">
    {id === undefined ? (
      <b>Agreements</b>
    ) : (
      <>
        <Link to="/agreements" activeOptions={{ exact: true }}>
          Agreements
        </Link>
        <span aria-hidden="true">/</span>
        {month === undefined ? (
          <b>{title ?? id}</b>
        ) : (
          <>
            <Link to="/agreements/$id" params={{ id }} activeOptions={{ exact: true }}>
              {title ?? id}
            </Link>
            <span aria-hidden="true">/</span>
            <b>{isMonth(month) ? monthText(month) : month}</b>
          </>
        )}
      </>
    )}
  </nav>
)

const Clock = ({ zone }: Readonly<{ zone: string | undefined }>) => {
  const { data } = useQuery(health)
  return data === undefined ? null : (
    <span className="control" title="What the server takes the time to be. A demonstration stands still at a fixed instant.">
      <small>Clock</small> {instantText(data.now, zone ?? 'UTC')}
    </span>
  )
}

type PathProps = Readonly<{ path: string; place: Place; title: string | undefined }>

/** Where one is: each family of pages says it in its own words. */
const Path = ({ path, place, title }: PathProps) => {
  const { id, month, factory, hall, agreement: agreementName, claimed } = place
  if (path.startsWith('/claims')) return <ClaimCrumbs agreement={agreementName} month={claimed} />
  if (path.startsWith('/factories')) return <FactoryCrumbs factory={factory} hall={hall} />
  if (path.startsWith('/settings')) return <SettingsCrumbs />
  if (isPromised(path)) return <PromisedCrumbs path={path} />
  if (path.startsWith('/audit'))
    return (
      <nav className="crumbs" aria-label="Path">
        <b>Audit</b>
      </nav>
    )
  return <Crumbs {...(id === undefined ? {} : { id })} {...(month === undefined ? {} : { month })} title={title} />
}

/** What stands around every page: where one is, what time it is, and the way to everything else that exists. */
export const Frame = () => {
  const place: Place = useParams({ strict: false })
  const { id, month, factory } = place
  const path = useLocation({ select: ({ pathname }) => pathname })
  const row = useFactoryRow(factory)
  const named = id ?? place.agreement
  const { data } = useQuery({ ...agreement(named ?? ''), enabled: named !== undefined })
  const navigate = useNavigate()
  const [help, setHelp] = useState(false)
  const [menu, setMenu] = useState(false)
  useKeys({
    '?': () => setHelp(true),
    y: () => void navigator.clipboard.writeText(location.href).then(() => announce('Address copied')),
    'g p': () => void navigate({ to: '/portfolio' }),
    'g k': () => void navigate({ to: '/register' }),
    'g f': () => void navigate({ to: '/factories' }),
    'g a': () => void navigate({ to: '/agreements' }),
    'g u': () => void navigate({ to: '/audit' }),
  })
  return (
    <div className={`frame${menu ? ' menu-open' : ''}`}>
      <a className="skip" href="#page">
        To the page
      </a>
      <header className="top">
        <ActionIcon className="menu-button" aria-label="Menu" aria-expanded={menu} onClick={() => setMenu(!menu)}>
          <span aria-hidden="true">☰</span>
        </ActionIcon>
        <Link to="/" className="brand">
          <i aria-hidden="true" />
          Offtake
        </Link>
        <Path path={path} place={place} title={data?.title} />
        <span className="spring" />
        {id === undefined || month === undefined ? null : <PeriodPicker id={id} month={month} />}
        {row === undefined ? null : <FactoryPicker row={row} />}
        <Clock zone={data?.zone ?? row?.zone} />
        <ActingAs />
        <SchemeButton />
        <Tooltip label="Keys and marks">
          <ActionIcon aria-label="Keys and marks" onClick={() => setHelp(true)}>
            ?
          </ActionIcon>
        </Tooltip>
      </header>
      <Navigation id={id} month={month} onGo={() => setMenu(false)} />
      <main id="page" tabIndex={-1}>
        <Outlet />
      </main>
      <div id="announcer" className="hidden" role="status" aria-live="polite" />
      <Help opened={help} onClose={() => setHelp(false)} />
    </div>
  )
}
