import type { Instant } from '../../core/base/time.ts'
import { findFactoryOwner } from '../store/agreements.ts'
import { asSystem, type Store } from '../store/database.ts'

/** Factories whose operator is remembered, and for how many seconds: a Prometheus asks several times a second about the same one. */
export const ownFactoriesKept = { max: 1_000, seconds: 300 } as const

/**
 * Whether a party operates a factory: the one whose agreement was the first to have a block there does, and nobody else. That it does is remembered, since
 * an agreement stays; that it does not is asked again, since its agreement may be loaded any moment.
 */
export const makeOwnFactories = (store: Store, now: () => Instant) => {
  const known = new Map<string, Instant>()
  return async (party: string, factory: string): Promise<boolean> => {
    const name = `${party} ${factory}`
    const at = known.get(name)
    if (at !== undefined && Math.abs(now() - at) < ownFactoriesKept.seconds) return true
    const owner = await asSystem(store.database, (tx) => findFactoryOwner(tx, factory))
    if (owner?.party !== party) return false
    known.delete(name)
    known.set(name, now())
    if (known.size > ownFactoriesKept.max) known.delete(known.keys().next().value!)
    return true
  }
}
