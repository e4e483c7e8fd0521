import type { FastifyInstance } from 'fastify'
import { keyRoutes } from './key-routes.ts'
import type { LoginDesk } from './login-desk.ts'
import { loginRoutes } from './login-routes.ts'
import { openLoginRoutes } from './open-login-routes.ts'
import { peopleRoutes } from './people-routes.ts'
import { readerRoutes } from './reader-routes.ts'
import type { SessionOptions } from './session-routes.ts'

/** The routes of login, people, readers and keys: those of its mode, and no others. */
export const identityRoutes = async (
  api: FastifyInstance,
  options: SessionOptions,
  desk: LoginDesk,
  report: (text: string) => void,
): Promise<void> => {
  const { provider, madeUp } = desk
  if (provider !== undefined) await api.register((routes) => loginRoutes(routes, { ...desk, provider }, report))
  if (madeUp !== undefined) await api.register((routes) => openLoginRoutes(routes, options, { ...desk, madeUp }))
  await api.register((routes) => peopleRoutes(routes, desk))
  await api.register((routes) => readerRoutes(routes, desk))
  await api.register((routes) => keyRoutes(routes, desk))
}
