import type { MembershipWire, Role } from '../wire/access.ts'

/** What each role is called, and what whoever acts as it sees first. */
export const roleNames: Readonly<Record<Role, string>> = {
  guarantor: 'Guarantor',
  operator: 'Operator',
  tenant: 'Tenant',
  lender: 'Lender',
  auditor: 'Auditor',
  administrator: 'Administrator',
}

export const seesFirst: Readonly<Record<Role, string>> = {
  guarantor: 'claims to look at, what each month comes to, what it stands behind',
  operator: 'months to close, findings to answer, feeds',
  tenant: 'its own orders and use, and nothing of the backstop',
  lender: 'agreements that it was given to read, and their ratios',
  auditor: 'every statement and deed of its agreements, and changes nothing',
  administrator: 'people, keys and feeds; no amounts',
}

/** Where whoever signs in without a page in mind begins, by what they act as. */
export const opensOn: Readonly<Record<Role, string>> = {
  guarantor: '/',
  operator: '/',
  tenant: '/orders',
  lender: '/lender',
  auditor: '/audit',
  administrator: '/settings',
}

/** As what somebody acts, in words: `NVIDIA, guarantor`. */
export const actingText = ({ party, partyName, role }: MembershipWire): string =>
  party === null ? roleNames[role] : `${partyName ?? party}, ${role}`

export const sameMembership = (a: MembershipWire | null, b: MembershipWire | null): boolean => a?.party === b?.party && a?.role === b?.role
