import { ActionIcon, Tooltip, useMantineColorScheme } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, Outlet, useLocation, useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { ActingAs } from './ActingAs.tsx'
import { instantText, isMonth, monthText } from './dates.ts'
import { ClaimCrumbs, FactoryCrumbs, FactoryPicker, useFactoryRow } from './FactoryBar.tsx'
import { Help } from './Help.tsx'
import { LedgerCrumbs } from './LedgerCrumbs.tsx'
import { useKeys } from './keys.ts'
import { Navigation } from './Navigation.tsx'
import { PeriodPicker } from './PeriodPicker.tsx'
import { isPromised, PromisedCrumbs } from './PromisedLinks.tsx'
import { agreement, health } from './queries.ts'
import { destinationsOf } from './destinations.ts'
import { FeedsAge } from './FeedsAge.tsx'
import { GoTo } from './GoTo.tsx'
import { OrderCrumbs } from './OrderCrumbs.tsx'
import { SandboxClock } from './SandboxClock.tsx'
import { useSession } from './session.ts'
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

/** The path to where one is, as the family of the page writes it. */
const Where = ({ place, path, title }: Readonly<{ place: Place; path: string; title: string | undefined }>) => {
  const { id, month, factory, hall, agreement: named, claimed } = place
  return path.startsWith('/claims') ? (
    <ClaimCrumbs agreement={named} month={claimed} />
  ) : path.startsWith('/factories') ? (
    <FactoryCrumbs factory={factory} hall={hall} />
  ) : /^\/(ledger|journal)/.test(path) ? (
    <LedgerCrumbs />
  ) : path.startsWith('/settings') ? (
    <SettingsCrumbs />
  ) : isPromised(path) ? (
    <PromisedCrumbs path={path} />
  ) : path === '/' ? (
    <nav className="crumbs" aria-label="Path">
      <b>Today</b>
    </nav>
  ) : path.startsWith('/audit') ? (
    <nav className="crumbs" aria-label="Path">
      <b>Audit</b>
    </nav>
  ) : path.startsWith('/orders') ? (
    <OrderCrumbs />
  ) : (
    <Crumbs {...(id === undefined ? {} : { id })} {...(month === undefined ? {} : { month })} title={title} />
  )
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
  const who = useSession()
  const [help, setHelp] = useState(false)
  const [menu, setMenu] = useState(false)
  useKeys({
    '?': () => setHelp(true),
    y: () => void navigator.clipboard.writeText(location.href).then(() => announce('Address copied')),
    ...Object.fromEntries(destinationsOf(who?.may ?? []).map(({ key, to }) => [`g ${key}`, () => void navigate({ to })])),
  })
  return (
    <div className={`frame${menu ? ' menu-open' : ''}${who?.sandbox === true ? ' in-sandbox' : ''}`}>
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
        <Where place={place} path={path} title={data?.title} />
        <span className="spring" />
        <GoTo />
        {id === undefined || month === undefined ? null : <PeriodPicker id={id} month={month} />}
        {row === undefined ? null : <FactoryPicker row={row} />}
        {who?.sandbox === true ? <SandboxClock /> : <Clock zone={data?.zone ?? row?.zone} />}
        <FeedsAge />
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
