import { Button } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { MembershipWire } from '../wire/access.ts'
import type { PersonWire } from '../wire/people.ts'
import { AddPerson } from './AddPerson.tsx'
import { Answer, TableSkeleton } from './Answer.tsx'
import { instantText } from './dates.ts'
import { GiveRole, TakeBack } from './MembershipDialogues.tsx'
import { ReaderSettings } from './ReaderSettings.tsx'
import { actingText } from './role-words.ts'
import { useSession } from './session.ts'
import { SettingsTable } from './SettingsTable.tsx'
import { people } from './settings-queries.ts'

const heads = ['Name', 'Known by', 'May act as', 'Last here', '']

const knownBy = ({ identity, email, madeUp }: PersonWire): string => {
  if (madeUp) return 'one click: made up'
  if (identity !== null) return `${identity.subject} at ${new URL(identity.issuer).host}`
  return `${email}, when they first sign in`
}

export type Asked =
  | Readonly<{ kind: 'give'; person: PersonWire }>
  | Readonly<{ kind: 'take'; person: PersonWire; membership: MembershipWire }>

type RowProps = Readonly<{ person: PersonWire; own: boolean; onAsk: (asked: Asked) => void }>

const Roles = ({ person, own, onAsk }: RowProps) =>
  person.memberships.length === 0 ? (
    <span className="second">nothing yet</span>
  ) : (
    <ul className="roles">
      {person.memberships.map((membership) => (
        <li key={`${membership.role} ${membership.party}`}>
          {actingText(membership)}
          {own ? null : (
            <button type="button" className="quiet" onClick={() => onAsk({ kind: 'take', person, membership })}>
              Take back<span className="hidden"> {`${actingText(membership)} from ${person.name}`}</span>
            </button>
          )}
        </li>
      ))}
    </ul>
  )

const Row = ({ person, own, onAsk }: RowProps) => (
  <tr>
    <th scope="row">
      {person.name}
      {own ? <span className="second"> (you)</span> : null}
    </th>
    <td className="second">{knownBy(person)}</td>
    <td>
      <Roles person={person} own={own} onAsk={onAsk} />
    </td>
    <td className="second whole">{person.seenAt === null ? 'not yet' : instantText(person.seenAt, 'UTC')}</td>
    <td className="row-acts">
      {own ? (
        <span className="third">another administrator can change this</span>
      ) : (
        <Button size="xs" onClick={() => onAsk({ kind: 'give', person })}>
          Give a role<span className="hidden"> to {person.name}</span>
        </Button>
      )}
    </td>
  </tr>
)

const skeleton = (
  <section className="panel">
    <TableSkeleton caption="People" heads={heads} rows={4} />
  </section>
)

/** Who may sign in, and as what they may act. */
export const PeopleSettings = () => {
  const query = useInfiniteQuery(people)
  const me = useSession()?.person?.id
  const [asked, setAsked] = useState<Asked>()
  const close = () => setAsked(undefined)
  return (
    <>
      <header className="page-head">
        <h1>People and roles</h1>
        <span className="second">Who may sign in, and as what they may act. Each change is in the audit log.</span>
        <span className="spring" />
        <AddPerson />
      </header>
      <Answer what="The list of people" query={query} skeleton={skeleton}>
        {({ pages }) => (
          <SettingsTable
            caption="People"
            heads={heads}
            empty="Nobody is on record yet. Add the first person, or use offtake people add on this machine."
            query={query}
          >
            {pages.flatMap((page) =>
              page.people.map((person) => <Row key={person.id} person={person} own={person.id === me} onAsk={setAsked} />),
            )}
          </SettingsTable>
        )}
      </Answer>
      <ReaderSettings />
      {asked?.kind === 'give' ? <GiveRole person={asked.person} onClose={close} /> : null}
      {asked?.kind === 'take' ? <TakeBack person={asked.person} membership={asked.membership} onClose={close} /> : null}
    </>
  )
}
