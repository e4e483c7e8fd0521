import { makeServed } from '../src/server/serve.ts'
import { closeDatabase, openDatabase } from '../src/server/store/database.ts'
import type { ApiDocument } from './client-text.ts'

/** The document of all that `offtake serve` answers. No database is asked: what there is does not depend on what is in it. */
export const apiDocument = async (): Promise<ApiDocument> => {
  const store = openDatabase('postgres://127.0.0.1:1/nothing')
  const api = await makeServed(store, { now: () => 0 })
  await api.ready()
  const document = JSON.parse(JSON.stringify(api.swagger())) as ApiDocument
  await api.close()
  await closeDatabase(store)
  return document
}
