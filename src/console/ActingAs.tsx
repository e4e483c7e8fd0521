import { Popover } from '@mantine/core'
import { useLocation, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { MembershipWire, SessionWire } from '../wire/access.ts'
import { announce } from './announce.ts'
import { actingText, roleNames, sameMembership } from './role-words.ts'
import { useIdentity, useSession } from './session.ts'
import './acting.css'

type ChoiceProps = Readonly<{ membership: MembershipWire; current: boolean; busy: boolean; onChoose: () => void }>

const Choice = ({ membership, current, busy, onChoose }: ChoiceProps) => (
  <li>
    <button type="button" className="acting-choice" aria-current={current ? 'true' : undefined} disabled={busy} onClick={onChoose}>
      <span>{membership.party === null ? 'This installation' : (membership.partyName ?? membership.party)}</span>
      <span className="third">{roleNames[membership.role].toLowerCase()}</span>
    </button>
  </li>
)

const nothingYet = 'Nobody has given you a role. An administrator of this installation can.'

type MenuProps = Readonly<{ who: SessionWire; onDone: () => void }>

/** As what one may act, and the way out. */
const Menu = ({ who, onDone }: MenuProps) => {
  const { actAs, signOut } = useIdentity()
  const [state, setState] = useState<Readonly<{ busy: boolean; problem?: string }>>({ busy: false })
  const navigate = useNavigate()
  const { href } = useLocation()
  const run = (act: Promise<unknown>, after: () => void): void => {
    setState({ busy: true })
    act.then(after, (error: Error) => setState({ busy: false, problem: error.message }))
  }
  const choose = (membership: MembershipWire): void =>
    run(actAs(membership), () => {
      announce(`You act as ${actingText(membership)}`)
      onDone()
    })
  const leave = (): void => run(signOut(), () => void navigate({ to: '/sign-in', search: { next: href } }))
  return (
    <section aria-label="Who you are">
      <p className="acting-name">
        <b>{who.person?.name}</b>
        <span className="third">{who.memberships.length === 0 ? nothingYet : 'Act as'}</span>
      </p>
      <ul>
        {who.memberships.map((each) => (
          <Choice
            key={`${each.role} ${each.party}`}
            membership={each}
            current={sameMembership(each, who.acting)}
            busy={state.busy}
            onChoose={() => (sameMembership(each, who.acting) ? onDone() : choose(each))}
          />
        ))}
      </ul>
      {state.problem === undefined ? null : (
        <p className="acting-problem" role="alert">
          {state.problem}
        </p>
      )}
      <button type="button" className="acting-choice acting-out" disabled={state.busy} onClick={leave}>
        {who.login === 'open' ? 'Sign out, be somebody else' : 'Sign out'}
      </button>
    </section>
  )
}

/** As what whoever is signed in acts: what they choose here changes what they see and may do, never a number. */
export const ActingAs = () => {
  const who = useSession()
  const [opened, setOpened] = useState(false)
  if (who === undefined || who.person === null) return null
  const text = who.acting === null ? 'nothing' : (who.acting.partyName ?? roleNames[who.acting.role])
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" trapFocus returnFocus width={260} withRoles={false}>
      <Popover.Target>
        <button
          type="button"
          className="control acting"
          aria-haspopup="dialog"
          aria-expanded={opened}
          aria-label={`${who.person.name}, acting as ${who.acting === null ? 'nothing' : actingText(who.acting)}. Change`}
          onClick={() => setOpened(!opened)}
        >
          <small>as</small> <span className="acting-text">{text}</span> <span aria-hidden="true">▾</span>
        </button>
      </Popover.Target>
      <Popover.Dropdown className="acting-menu">
        <Menu who={who} onDone={() => setOpened(false)} />
      </Popover.Dropdown>
    </Popover>
  )
}
