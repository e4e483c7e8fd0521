import type { Store } from './database.ts'
import { inTransaction } from './transaction.ts'

/** The key with which tenants are named to those who may not know them: made with the database, and the same for its life. */
export const findPseudonymKey = (store: Store): Promise<string> =>
  inTransaction(store, async ({ client }) => (await client.query<{ key: string }>('select key from pseudonym_key')).rows[0]!.key)
