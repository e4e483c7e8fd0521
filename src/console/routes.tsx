import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import {
  parseAgreementView,
  parseClaimView,
  parseFactoryView,
  parsePeriodView,
  parseProposalsView,
  parseSearch,
  writeSearch,
} from './address.ts'
import { parseAuditView } from './audit-queries.ts'
import { Door } from './Door.tsx'
import { parsePortfolioView } from './portfolio-address.ts'
import { NoPage } from './Answer.tsx'
import { parseOrdersView, parseOrderView, parseTodayView } from './today-view.ts'
import { parseSignInView } from './sign-in-view.ts'
import { parseLedgerView } from './ledger-queries.ts'

const root = createRootRoute({ component: Door, notFoundComponent: NoPage })

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  validateSearch: parseTodayView,
  component: lazyRouteComponent(() => import('./TodayPage.tsx'), 'TodayPage'),
})

const agreements = createRoute({
  getParentRoute: () => root,
  path: '/agreements',
  component: lazyRouteComponent(() => import('./AgreementsPage.tsx'), 'AgreementsPage'),
})

export const agreementRoute = createRoute({
  getParentRoute: () => root,
  path: '/agreements/$id',
  validateSearch: parseAgreementView,
  component: lazyRouteComponent(() => import('./AgreementPage.tsx'), 'AgreementPage'),
})

export const periodRoute = createRoute({
  getParentRoute: () => root,
  path: '/agreements/$id/periods/$month',
  validateSearch: parsePeriodView,
  component: lazyRouteComponent(() => import('./PeriodPage.tsx'), 'PeriodPage'),
})

const amendmentsRoute = createRoute({
  getParentRoute: () => root,
  path: '/agreements/$id/amendments',
  validateSearch: parseProposalsView,
  component: lazyRouteComponent(() => import('./AmendmentsPage.tsx'), 'AmendmentsPage'),
})

const newAgreementRoute = createRoute({
  getParentRoute: () => root,
  path: '/new-agreement',
  validateSearch: parseProposalsView,
  component: lazyRouteComponent(() => import('./NewAgreementPage.tsx'), 'NewAgreementPage'),
})

const factories = createRoute({
  getParentRoute: () => root,
  path: '/factories',
  component: lazyRouteComponent(() => import('./FactoriesPage.tsx'), 'FactoriesPage'),
})

const factoryRoute = createRoute({
  getParentRoute: () => root,
  path: '/factories/$factory',
  validateSearch: parseFactoryView,
  component: lazyRouteComponent(() => import('./FactoryPage.tsx'), 'FactoryPage'),
})

const hallRoute = createRoute({
  getParentRoute: () => root,
  path: '/factories/$factory/$hall',
  validateSearch: parseFactoryView,
  component: lazyRouteComponent(() => import('./HallPage.tsx'), 'HallPage'),
})

const claimRoute = createRoute({
  getParentRoute: () => root,
  path: '/claims/$agreement/$claimed',
  validateSearch: parseClaimView,
  component: lazyRouteComponent(() => import('./ClaimPage.tsx'), 'ClaimPage'),
})

export const signInRoute = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: parseSignInView,
  component: lazyRouteComponent(() => import('./SignInPage.tsx'), 'SignInPage'),
})

const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  component: lazyRouteComponent(() => import('./SettingsPage.tsx'), 'SettingsPage'),
})

const settingsSection = createRoute({
  getParentRoute: () => root,
  path: '/settings/$section',
  component: lazyRouteComponent(() => import('./SettingsPage.tsx'), 'SettingsPage'),
})

const portfolioRoute = createRoute({
  getParentRoute: () => root,
  path: '/portfolio',
  validateSearch: parsePortfolioView,
  component: lazyRouteComponent(() => import('./PortfolioPage.tsx'), 'PortfolioPage'),
})

const registerRoute = createRoute({
  getParentRoute: () => root,
  path: '/register',
  validateSearch: parsePortfolioView,
  component: lazyRouteComponent(() => import('./RegisterPage.tsx'), 'RegisterPage'),
})

const instrumentRoute = createRoute({
  getParentRoute: () => root,
  path: '/register/$holder/$clause',
  validateSearch: parsePortfolioView,
  component: lazyRouteComponent(() => import('./InstrumentPage.tsx'), 'InstrumentPage'),
})

const lenderRoute = createRoute({
  getParentRoute: () => root,
  path: '/lender',
  validateSearch: parsePortfolioView,
  component: lazyRouteComponent(() => import('./LenderPage.tsx'), 'LenderPage'),
})

const facilityRoute = createRoute({
  getParentRoute: () => root,
  path: '/lender/$holder/$clause',
  validateSearch: parsePortfolioView,
  component: lazyRouteComponent(() => import('./FacilityPage.tsx'), 'FacilityPage'),
})

/** What is promised and stands behind others. */
const promised = [portfolioRoute, registerRoute, instrumentRoute, lenderRoute, facilityRoute] as const

const audit = createRoute({
  getParentRoute: () => root,
  path: '/audit',
  validateSearch: parseAuditView,
  component: lazyRouteComponent(() => import('./AuditPage.tsx'), 'AuditPage'),
})

const orders = createRoute({
  getParentRoute: () => root,
  path: '/orders',
  validateSearch: parseOrdersView,
  component: lazyRouteComponent(() => import('./OrdersPage.tsx'), 'OrdersPage'),
})

const orderRoute = createRoute({
  getParentRoute: () => root,
  path: '/orders/$order',
  validateSearch: parseOrderView,
  component: lazyRouteComponent(() => import('./OrderPage.tsx'), 'OrderPage'),
})

const ledger = createRoute({
  getParentRoute: () => root,
  path: '/ledger',
  validateSearch: parseLedgerView,
  component: lazyRouteComponent(() => import('./LedgerPage.tsx'), 'LedgerPage'),
})

const accountRoute = createRoute({
  getParentRoute: () => root,
  path: '/ledger/$account',
  validateSearch: parseLedgerView,
  component: lazyRouteComponent(() => import('./AccountPage.tsx'), 'AccountPage'),
})

const journalRoute = createRoute({
  getParentRoute: () => root,
  path: '/journal/$journal',
  component: lazyRouteComponent(() => import('./JournalPage.tsx'), 'JournalPage'),
})

/** What is in a book. */
const posted = [ledger, accountRoute, journalRoute] as const

export const makeRouter = () =>
  createRouter({
    routeTree: root.addChildren([
      home,
      agreements,
      agreementRoute,
      amendmentsRoute,
      newAgreementRoute,
      periodRoute,
      factories,
      factoryRoute,
      hallRoute,
      claimRoute,
      signInRoute,
      settings,
      settingsSection,
      audit,
      orders,
      orderRoute,
      ...promised,
      ...posted,
    ]),
    parseSearch,
    stringifySearch: writeSearch,
    scrollRestoration: true,
    defaultPendingMs: 150,
  })

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>
  }
}
