import pg from 'pg'
import type { Store } from './database.ts'
import { runTransaction, type RolledBack, type Work } from './transaction.ts'

/**
 * Whose rows are seen: those that one party may see, or, for who owns this database, all. In a role a party sees the agreements in which it has that role;
 * without one, those in which it has any.
 */
export type Reach = Readonly<{ kind: 'party'; party: string; role?: string | undefined }> | Readonly<{ kind: 'all' }>

export const everything: Reach = { kind: 'all' }
/** Of nobody: no row is seen. */
export const nothing: Reach = { kind: 'party', party: '' }

/**
 * Reads within a reach, in one transaction. For a party it runs as `offtake_app`, for which other parties' rows do not exist; whatever the question
 * forgets, the database does not. Writes are refused.
 */
export const inReach = <T>(store: Store, reach: Reach, work: (tx: Work) => Promise<T | RolledBack<T>>): Promise<T> =>
  runTransaction(
    store,
    reach.kind === 'all'
      ? 'set local role offtake_system'
      : `select set_config('offtake.party', ${pg.escapeLiteral(reach.party)}, true), set_config('offtake.role', ${pg.escapeLiteral(reach.role ?? '')}, true), set_config('role', 'offtake_app', true)`,
    work,
  )
