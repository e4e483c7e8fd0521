import type { Instant } from '../../core/base/time.ts'
import type { Store } from '../store/database.ts'
import { findPseudonymKey } from '../store/pseudonym-key.ts'
import { makeFeeds } from './feeds.ts'
import { makeOrders } from './orders.ts'
import { makeSandbox } from './sandbox.ts'
import { makeSearch } from './search.ts'
import { makeToday } from './today.ts'

/** What the pages of every morning read, from PostgreSQL. */
export const makeDesk = (store: Store, now: () => Instant) => ({
  today: makeToday(store, now),
  feeds: makeFeeds(store, now),
  orders: makeOrders(store, now),
  search: makeSearch(store),
  sandbox: makeSandbox(store),
  tenantKey: () => findPseudonymKey(store),
})
