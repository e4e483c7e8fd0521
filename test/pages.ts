import type { Role } from '../src/wire/access.ts'
import type { Side } from './access-matrix.ts'
import { campusAgreement, campusFactory, campusMonth } from './small-campus.ts'

/** A page as somebody sees it. */
export type Sight = Readonly<{
  name: string
  path: string
  side: Side
  role: Role
  /** Something that is there once the page is. */
  ready: string
}>

/** Every page of the console, by who opens it. A page that is not here is not looked at: `test/pages.test.ts` holds the list to the routes. */
export const sightsOf = ({ month, journal }: Readonly<{ month: string; journal: string }>): readonly Sight[] => [
  { name: 'portfolio', path: '/portfolio', side: 'sharon', role: 'guarantor', ready: '.data-table tbody tr' },
  { name: 'portfolio-forbidden', path: '/portfolio', side: 'sharon', role: 'operator', ready: 'main h1' },
  { name: 'register', path: '/register', side: 'sharon', role: 'guarantor', ready: '.data-table tbody tr' },
  { name: 'instrument', path: '/register/sharon-ai/backstop', side: 'sharon', role: 'auditor', ready: 'main table' },
  { name: 'lender', path: '/lender', side: 'sharon', role: 'lender', ready: 'main h1' },
  { name: 'facility-not-there', path: '/lender/sharon-ai/backstop', side: 'sharon', role: 'lender', ready: 'main h1' },
  { name: 'audit', path: '/audit', side: 'sharon', role: 'auditor', ready: '.audit-table tbody tr' },
  { name: 'settings-people', path: '/settings/people', side: 'sharon', role: 'administrator', ready: 'main h1' },
  { name: 'settings-keys', path: '/settings/keys', side: 'sharon', role: 'operator', ready: 'main h1' },
  { name: 'settings-webhooks', path: '/settings/webhooks', side: 'sharon', role: 'operator', ready: 'main h1' },
  { name: 'settings', path: '/settings', side: 'sharon', role: 'operator', ready: 'main h1' },
  { name: 'sign-in', path: '/sign-in', side: 'sharon', role: 'operator', ready: 'h1' },
  { name: 'amendments', path: '/agreements/sharon-ai/amendments', side: 'sharon', role: 'operator', ready: 'main h1' },
  { name: 'new-agreement', path: '/new-agreement', side: 'sharon', role: 'operator', ready: 'main h1' },
  { name: 'draft', path: '/agreements/firmus-batam/periods/2026-08', side: 'sharon', role: 'guarantor', ready: 'table.statement' },
  { name: 'journal', path: `/journal/${journal}`, side: 'sharon', role: 'guarantor', ready: 'main tbody tr' },
  { name: 'today-auditor', path: '/', side: 'sharon', role: 'auditor', ready: 'main h1' },
  { name: 'today-administrator', path: '/', side: 'sharon', role: 'administrator', ready: 'main h1' },
  { name: 'agreements', path: '/agreements', side: 'sharon', role: 'guarantor', ready: 'main table' },
  { name: 'agreement', path: '/agreements/sharon-ai', side: 'sharon', role: 'guarantor', ready: 'main table' },
  { name: 'period', path: `/agreements/sharon-ai/periods/${month}`, side: 'sharon', role: 'guarantor', ready: 'table.statement' },
  { name: 'period-line', path: `/agreements/sharon-ai/periods/${month}?line=1`, side: 'sharon', role: 'operator', ready: '[role=tree]' },
  { name: 'period-not-closed', path: '/agreements/firmus-batam/periods/2026-09', side: 'sharon', role: 'guarantor', ready: 'main h1' },
  { name: 'factories', path: '/factories', side: 'harbour', role: 'operator', ready: 'main table' },
  { name: 'factory', path: `/factories/${campusFactory}?month=${campusMonth}`, side: 'harbour', role: 'operator', ready: 'main table' },
  {
    name: 'hall',
    path: `/factories/${campusFactory}/hall-2?month=${campusMonth}`,
    side: 'harbour',
    role: 'operator',
    ready: 'main canvas',
  },
  { name: 'claim', path: `/claims/${campusAgreement}/${campusMonth}`, side: 'harbour', role: 'guarantor', ready: 'main h1' },
  { name: 'today-guarantor', path: '/', side: 'sharon', role: 'guarantor', ready: '.needs' },
  { name: 'today-operator', path: '/', side: 'harbour', role: 'operator', ready: '.needs' },
  { name: 'today-tenant', path: '/', side: 'sharon', role: 'tenant', ready: '.nothing' },
  { name: 'orders', path: `/orders?month=${month}`, side: 'sharon', role: 'operator', ready: 'main tbody a' },
  { name: 'order', path: `/orders/order-1-1-2-1?month=${month}`, side: 'sharon', role: 'operator', ready: '.order-picture svg' },
  { name: 'settings-feeds', path: '/settings/feeds', side: 'harbour', role: 'operator', ready: 'main tbody' },
  { name: 'ledger', path: '/ledger', side: 'sharon', role: 'guarantor', ready: '.data-table tbody tr' },
  {
    name: 'account',
    path: '/ledger/liabilities:payable:sharon-ai:sharon-ai',
    side: 'sharon',
    role: 'guarantor',
    ready: '.data-table tbody tr',
  },
  { name: 'not-found', path: '/agreements/no-such-name', side: 'sharon', role: 'operator', ready: 'main h1' },
  { name: 'not-own', path: `/agreements/${campusAgreement}`, side: 'sharon', role: 'operator', ready: 'main h1' },
]
