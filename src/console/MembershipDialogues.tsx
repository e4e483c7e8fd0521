import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { permissionsOf, roles, type MembershipWire, type Role } from '../wire/access.ts'
import type { MembershipChangedWire, PersonWire } from '../wire/people.ts'
import { announce } from './announce.ts'
import { Confirm } from './Confirm.tsx'
import { postJson } from './fetch.ts'
import { useOnce } from './once.ts'
import { actingText, roleNames, sameMembership } from './role-words.ts'
import { parties } from './settings-queries.ts'

const useChange = (person: PersonWire) => {
  const client = useQueryClient()
  const once = useOnce()
  return async (change: 'give' | 'take-back', { role, party }: Pick<MembershipWire, 'role' | 'party'>): Promise<void> => {
    await once((key) =>
      postJson<MembershipChangedWire>(
        `/api/people/${encodeURIComponent(person.id)}/memberships`,
        { change, role, party },
        // Another choice in one dialogue is another act.
        `${key} ${role} ${party}`,
      ),
    )
    await client.invalidateQueries({ queryKey: ['people'] })
  }
}

const listed = (memberships: readonly MembershipWire[]): string =>
  memberships.length === 0 ? 'nothing' : memberships.map(actingText).join('; ')

const Effect = ({ before, after }: Readonly<{ before: readonly MembershipWire[]; after: readonly MembershipWire[] }>) => (
  <dl className="effect">
    <dt>Acts now as</dt>
    <dd>{listed(before)}</dd>
    <dt>Then as</dt>
    <dd>{listed(after)}</dd>
  </dl>
)

type TakeBackProps = Readonly<{ person: PersonWire; membership: MembershipWire; onClose: () => void }>

/** Takes a role back, having said what ends with it. */
export const TakeBack = ({ person, membership, onClose }: TakeBackProps) => {
  const change = useChange(person)
  const act = async () => {
    await change('take-back', membership)
    announce(`${person.name} no longer acts as ${actingText(membership)}`)
  }
  return (
    <Confirm title={`Take a role back from ${person.name}`} verb={`Take back ${actingText(membership)}`} act={act} onClose={onClose}>
      <p>
        {person.name} will no longer act as {actingText(membership)}. Sessions in which they do end at once, and so do keys that they made
        as this.
      </p>
      <Effect before={person.memberships} after={person.memberships.filter((each) => !sameMembership(each, membership))} />
    </Confirm>
  )
}

const needsKnown = (role: Role): boolean => role === 'operator' || role === 'guarantor'

/** The parties that somebody can be this for; others can be written where nothing has to be on record of them. */
const PartyField = ({ role, party, setParty }: Readonly<{ role: Role; party: string; setParty: (party: string) => void }>) => {
  const { data } = useQuery(parties)
  const field = useId()
  const known = (data?.parties ?? []).filter((each) => !needsKnown(role) || each.roles.includes(role))
  return (
    <p className="field">
      <label htmlFor={field}>Party</label>
      {needsKnown(role) ? (
        <select id={field} value={party} onChange={({ target }) => setParty(target.value)}>
          <option value="">Choose …</option>
          {known.map((each) => (
            <option key={each.party} value={each.party}>
              {each.name}, of {each.agreements.join(', ')}
            </option>
          ))}
        </select>
      ) : (
        <>
          <input
            id={field}
            list={`${field}-known`}
            value={party}
            maxLength={100}
            placeholder="such as audit-firm"
            onChange={({ target }) => setParty(target.value)}
          />
          <datalist id={`${field}-known`}>
            {known.map((each) => (
              <option key={each.party} value={each.party}>
                {each.name}
              </option>
            ))}
          </datalist>
        </>
      )}
    </p>
  )
}

/** Gives a role, having said what can be done by it. */
export const GiveRole = ({ person, onClose }: Readonly<{ person: PersonWire; onClose: () => void }>) => {
  const change = useChange(person)
  const field = useId()
  const [role, setRole] = useState<Role>('guarantor')
  const [party, setParty] = useState('')
  const { data } = useQuery(parties)
  const of = role === 'administrator' ? null : party.trim()
  const name = data?.parties.find((each) => each.party === of)?.name ?? of
  const membership = { role, party: of, partyName: name }
  const isReady = of !== ''
  const act = async () => {
    if (!isReady) throw new Error('Say for which party.')
    await change('give', membership)
    announce(`${person.name} acts as ${actingText(membership)}`)
  }
  return (
    <Confirm
      title={`Give ${person.name} a role`}
      verb={isReady ? `Give ${actingText(membership)}` : `Give ${roleNames[role].toLowerCase()}`}
      act={act}
      onClose={onClose}
    >
      <p className="field">
        <label htmlFor={field}>Role</label>
        <select id={field} value={role} onChange={({ target }) => (setRole(target.value as Role), setParty(''))}>
          {roles.map((each) => (
            <option key={each} value={each}>
              {roleNames[each]}
            </option>
          ))}
        </select>
      </p>
      {role === 'administrator' ? null : <PartyField role={role} party={party} setParty={setParty} />}
      <Effect
        before={person.memberships}
        after={
          !isReady || person.memberships.some((each) => sameMembership(each, membership))
            ? person.memberships
            : [...person.memberships, membership]
        }
      />
      <p className="third">May then: {permissionsOf(role).join(', ')}.</p>
    </Confirm>
  )
}
