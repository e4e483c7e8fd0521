import type { Problem } from '../../core/base/problem.ts'
import { findParties } from '../store/agreements.ts'
import { appendDeed, type By } from '../store/audit.ts'
import type { Store } from '../store/database.ts'
import { appendReader, findReader, listReaders, type ListedReader, type Reader } from '../store/readers.ts'
import { inTransaction, lockName } from '../store/transaction.ts'
import type { Clocks } from './sessions.ts'

export type ReaderChanged = Readonly<{ kind: 'refused'; problems: readonly Problem[] }> | Readonly<{ kind: 'changed'; again: boolean }>
export type ReaderChange = Reader & Readonly<{ given: boolean }>

const rowOf = (reader: Reader | undefined) => (reader === undefined ? null : { party: reader.party, role: reader.role })

/** Which lender or auditor reads which agreement: given and taken back, each a deed that the agreement's parties read of. */
export const makeReaderList = (store: Store, { now }: Clocks) => {
  const change = (by: By, { given, ...reader }: ReaderChange): Promise<ReaderChanged> =>
    inTransaction(store, async (tx) => {
      const { agreement, party, role } = reader
      await lockName(tx, `reader ${agreement}`, 'exclusive')
      const parties = await findParties(tx.queries, agreement)
      const refuse = (pointer: string, message: string) => ({ kind: 'refused' as const, problems: [{ pointer, message }] })
      if (parties.length === 0) return refuse('/agreement', `there is no agreement ${agreement} here`)
      const part = parties.find((each) => each.party === party)?.role
      if (given && part !== undefined && part !== 'tenant')
        return refuse('/party', `${party} is the ${part} of ${agreement}, and reads it as such`)
      const before = await findReader(tx, agreement, party)
      if (given ? before?.role === role : before === undefined) return { kind: 'changed', again: true }
      await appendReader(tx, { ...reader, given, actor: typeof by === 'string' ? by : by.id }, now())
      const what = { action: given ? 'let-read' : 'stop-reading', subject: party, agreement, detail: { agreement, party, role } }
      await appendDeed(tx.queries, { at: now(), by, ...what, before: rowOf(before), after: given ? rowOf(reader) : null })
      return { kind: 'changed', again: false }
    })
  const list = (page: Parameters<typeof listReaders>[1]): Promise<ListedReader[]> => inTransaction(store, (tx) => listReaders(tx, page))
  return { change, list }
}
export type ReaderList = ReturnType<typeof makeReaderList>
