import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import { parseAgreementView, parsePeriodView, parseSearch, writeSearch } from './address.ts'
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

export const makeRouter = () =>
  createRouter({
    routeTree: root.addChildren([home, agreements, agreementRoute, periodRoute]),
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
