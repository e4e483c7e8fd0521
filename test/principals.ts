import { permissionsOf, type Role } from '../src/wire/access.ts'
import type { Identify, Principal } from '../src/server/api/principal.ts'
import { nothing } from '../src/server/store/reach.ts'

/** A person who acts as this role for this party; `id` tells two persons of one party apart. */
export const personOf = (role: Role, party: string | null, id = `usr_${role}-${party ?? 'here'}`): Principal => ({
  kind: 'person',
  id,
  name: id.slice('usr_'.length),
  role,
  party,
  may: permissionsOf(role),
  reach: party === null ? nothing : { kind: 'party', party, role },
})

/** Takes people at their word: the header `x-test-person` says `role party id`. Without it nobody is known. For tests of what people may do once known. */
export const byHeader: Identify = async ({ headers }) => {
  const said = headers['x-test-person']
  if (typeof said !== 'string') return undefined
  const [role, party, id] = said.split(' ') as [Role, string, string | undefined]
  return personOf(role, party === '-' ? null : party, id)
}
export const headersOf = (role: Role, party: string | null, id?: string): Readonly<Record<string, string>> => ({
  'x-test-person': [role, party ?? '-', ...(id === undefined ? [] : [id])].join(' '),
})
