import type { Permission } from '../wire/access.ts'

/** A page that one can go to from anywhere: by `g` and its key, by name, and in the list of keys. */
export type Destination = Readonly<{ key: string; to: string; name: string; needs: Permission | undefined }>

/** A line for each page that exists. `needs`: undefined for what everybody has. */
export const destinations: readonly Destination[] = [
  { key: 't', to: '/', name: 'Today', needs: undefined },
  { key: 'p', to: '/portfolio', name: 'Portfolio', needs: 'portfolio:read' },
  { key: 'a', to: '/agreements', name: 'Agreements', needs: 'agreements:read' },
  { key: 'f', to: '/factories', name: 'Factories', needs: 'factories:read' },
  { key: 'o', to: '/orders', name: 'Orders', needs: 'orders:read' },
  { key: 'k', to: '/register', name: 'Register', needs: 'register:read' },
  { key: 'u', to: '/audit', name: 'Audit', needs: 'audit:read' },
  { key: 's', to: '/settings', name: 'Settings', needs: undefined },
]

export const destinationsOf = (may: readonly Permission[]): Destination[] =>
  destinations.filter(({ needs }) => needs === undefined || may.includes(needs))
