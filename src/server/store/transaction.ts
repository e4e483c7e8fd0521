import { Kysely, PostgresDialect } from 'kysely'
import type pg from 'pg'
import type { Schema, Store } from './database.ts'

/** One transaction on one connection: typed queries, and the connection itself for COPY, savepoints and locks. */
export type Work = Readonly<{ client: pg.PoolClient; queries: Kysely<Schema> }>

/** Kysely over one connection that stays ours: taking it from the `pool` and giving it back are no work. */
const onClient = (client: pg.PoolClient): Kysely<Schema> => {
  const borrowed = { query: client.query.bind(client) as never, release: () => {} }
  const pool = { connect: () => Promise.resolve(borrowed), end: () => Promise.resolve(), options: {} }
  return new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) })
}

/** A refusal that takes back everything the transaction did, and is then the answer. */
export class RolledBack<T> {
  readonly answer: T
  constructor(answer: T) {
    this.answer = answer
  }
}

/** The statement with which a transaction takes on the role it works as: whole, so that it goes with `begin` in one round trip. */
export type TakesOn = string

/**
 * Runs `work` in one transaction, in the role that `takesOn` says. It is committed when `work` returns, and taken back when it throws or returns
 * `RolledBack`, whose answer is then returned.
 */
export const runTransaction = async <T>(store: Store, takesOn: TakesOn, work: (tx: Work) => Promise<T | RolledBack<T>>): Promise<T> => {
  const client = await store.pool.connect()
  let broken: Error | undefined
  try {
    await client.query(`begin; ${takesOn}`)
    const answer = await work({ client, queries: onClient(client) })
    await client.query(answer instanceof RolledBack ? 'rollback' : 'commit')
    return answer instanceof RolledBack ? answer.answer : answer
  } catch (error) {
    // A connection that cannot roll back is lost; the server then rolls back by itself.
    await client.query('rollback').catch((lost: Error) => (broken = lost))
    throw error
  } finally {
    client.release(broken)
  }
}

const asSystem: TakesOn = 'set local role offtake_system'

/** The same as `offtake_system`, which settles: it sees every party's rows, and may append. */
export const inTransaction = <T>(store: Store, work: (tx: Work) => Promise<T | RolledBack<T>>): Promise<T> =>
  runTransaction(store, asSystem, work)

/** Waits for the lock of a name, held to the end of the transaction. Names are hashed to 64 bits: a clash only makes two wait for each other. */
export const lockName = async ({ client }: Work, name: string, mode: 'shared' | 'exclusive'): Promise<void> => {
  const lock = mode === 'shared' ? 'pg_advisory_xact_lock_shared' : 'pg_advisory_xact_lock'
  await client.query(`select ${lock}(hashtextextended($1, 0))`, [`offtake ${name}`])
}
