import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import { parseAgreementView, parseClaimView, parseFactoryView, parsePeriodView, parseSearch, writeSearch } from './address.ts'
import { Frame } from './Frame.tsx'
import { NoPage } from './Answer.tsx'

const root = createRootRoute({ component: Frame, notFoundComponent: NoPage })

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: lazyRouteComponent(() => import('./AgreementsPage.tsx'), 'AgreementsPage'),
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

export const makeRouter = () =>
  createRouter({
    routeTree: root.addChildren([home, agreements, agreementRoute, periodRoute, factories, factoryRoute, hallRoute, claimRoute]),
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
