import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, useRouter, Link } from '@tanstack/react-router'
import { useEffect, useState, type ReactNode } from 'react'
import type { MembershipWire, SessionWire } from '../wire/access.ts'
import type { MadeUpPeopleWire, RefusedBecause } from '../wire/login.ts'
import { Answer, Notice, TableSkeleton } from './Answer.tsx'
import { opensOn, roleNames, seesFirst } from './role-words.ts'
import { madeUpPeople, session, useIdentity } from './session.ts'
import './sign-in.css'

const route = getRouteApi('/sign-in')

type MadeUpPerson = MadeUpPeopleWire['people'][number]

const refusals: Readonly<Record<RefusedBecause, string>> = {
  unknown:
    'You signed in, but nobody has given you a role here. An administrator of this installation can: they add you by your e-mail address, or by what the identity provider calls you, which the audit log has.',
  denied: 'The identity provider did not let you sign in, or you told it not to.',
  failed: 'What came back from the identity provider is not what was begun here, so nobody was signed in. Begin again.',
  expired: 'This was begun too long ago, or in another browser, so nobody was signed in. Begin again.',
  unreachable: 'The identity provider did not answer, so nobody could be signed in. What is stored is unchanged.',
}

const Refused = ({ why, request }: Readonly<{ why: RefusedBecause; request: string | undefined }>) => (
  <p className="sign-in-refused" role="alert">
    {refusals[why]}
    {request === undefined ? null : (
      <>
        {' '}
        Quote <code>{request}</code>.
      </>
    )}
  </p>
)

/** Whom one can be at one party, in the order in which roles are listed. */
type Group = Readonly<{ key: string; name: string; people: readonly MadeUpPerson[] }>

const order = Object.keys(roleNames)
const rankOf = ({ memberships: [first] }: MadeUpPerson): number => order.indexOf(first?.role ?? '')

const groupsOf = (people: readonly MadeUpPerson[]): Group[] => {
  const groups = new Map<string, Group>()
  for (const person of people.toSorted((a, b) => rankOf(a) - rankOf(b))) {
    const first = person.memberships[0]
    const key = first?.party ?? ''
    const group = groups.get(key)
    groups.set(key, { key, name: first?.partyName ?? 'This installation', people: [...(group?.people ?? []), person] })
  }
  return [...groups.values()]
}

const rolesText = (memberships: readonly MembershipWire[]): string =>
  memberships.map(({ role }, i) => (i === 0 ? roleNames[role] : roleNames[role].toLowerCase())).join(', also ')

const PersonButton = ({ person, busy, onPick }: Readonly<{ person: MadeUpPerson; busy: boolean; onPick: () => void }>) => (
  <button type="button" className="sign-in-person" disabled={busy} onClick={onPick}>
    <b>{person.name}</b>
    <span className="second">{rolesText(person.memberships)}</span>
  </button>
)

const GroupPanel = ({ group, busy, onPick }: Readonly<{ group: Group; busy: boolean; onPick: (person: string) => void }>) => {
  const role = group.people[0]?.memberships[0]?.role
  return (
    <section className="panel sign-in-group" aria-label={group.name}>
      <h2>{group.name}</h2>
      {role === undefined ? null : <p className="third">Sees first: {seesFirst[role]}</p>}
      <ul>
        {group.people.map((person) => (
          <li key={person.person}>
            <PersonButton person={person} busy={busy} onPick={() => onPick(person.person)} />
          </li>
        ))}
      </ul>
    </section>
  )
}

const OneClick = () => {
  const query = useQuery(madeUpPeople)
  const { signInAs } = useIdentity()
  const [state, setState] = useState<Readonly<{ busy: boolean; problem?: string }>>({ busy: false })
  const pick = (person: string): void => {
    setState({ busy: true })
    signInAs(person).catch((error: Error) => setState({ busy: false, problem: error.message }))
  }
  return (
    <>
      {state.problem === undefined ? null : (
        <p className="sign-in-refused" role="alert">
          Nobody was signed in. {state.problem}
        </p>
      )}
      <Answer
        what="The list of people"
        query={query}
        skeleton={<TableSkeleton caption="People" heads={['Name', 'Role', 'Sees first']} rows={6} />}
      >
        {({ people }) => (
          <div className="sign-in-groups">
            {groupsOf(people).map((group) => (
              <GroupPanel key={group.key} group={group} busy={state.busy} onPick={pick} />
            ))}
          </div>
        )}
      </Answer>
    </>
  )
}

const OpenWords = ({ demo }: Readonly<{ demo: boolean }>) => (
  <p className="opening">
    {demo ? 'This is a demonstration: these people, and what their firms do here, are made up. ' : 'These people are made up. '}
    <b>No login is configured, so anyone at this machine can act as anyone.</b> What is done is recorded under the name that you choose. Two
    people of one party can try that nobody approves what they prepared themselves.{' '}
    <Link className="link" to="/new-agreement">
      Begin a new agreement
    </Link>
    : its parties can then be signed in as.
  </p>
)

const Provider = ({ host, next }: Readonly<{ host: string; next: string }>) => (
  <>
    <p className="opening">Who you are is known by {host}; what you may do here is given by an administrator of this installation.</p>
    <p className="acts">
      <Button component="a" href={`/api/login?next=${encodeURIComponent(next)}`} variant="filled" className="sign-in-main">
        Sign in with {host}
      </Button>
    </p>
  </>
)

const Ways = ({ who, next }: Readonly<{ who: SessionWire; next: string }>): ReactNode =>
  who.provider === null ? (
    <>
      <OpenWords demo={who.demo} />
      <OneClick />
    </>
  ) : (
    <Provider host={who.provider} next={next} />
  )

/** Who is it? Where login is configured, its provider says; else it is whomever one chooses. */
export const SignInPage = () => {
  const { next = '/', refused, request } = route.useSearch()
  const router = useRouter()
  const query = useQuery(session)
  useEffect(() => void (document.title = 'Sign in · Offtake'), [])
  const open = query.data?.provider === null
  const known = query.data !== undefined && query.data.person !== null
  const acting = query.data?.acting
  // Whoever asked for no page in particular begins where their role does.
  const first = next === '/' && acting != null ? opensOn[acting.role] : next
  useEffect(() => {
    if (known) router.history.replace(first)
  }, [known, first, router])
  if (known) return null
  return (
    <main id="page" className={open ? 'sign-in' : 'sign-in sign-in-narrow'} tabIndex={-1}>
      <p className="sign-in-brand">
        <i aria-hidden="true" />
        Offtake
      </p>
      <h1>{open ? 'Who are you?' : 'Sign in'}</h1>
      {refused === undefined ? null : <Refused why={refused} request={request} />}
      {query.data === undefined ? (
        query.isPending ? null : (
          <Notice kind="failed" title="The server did not answer" act={<Button onClick={() => void query.refetch()}>Try again</Button>}>
            Nobody can sign in until it does. What is stored is unchanged.
          </Notice>
        )
      ) : (
        <Ways who={query.data} next={next} />
      )}
    </main>
  )
}
