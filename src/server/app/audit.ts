import { createHash } from 'node:crypto'
import { checkChain, isLink, type ChainCheck } from '../store/audit-chain.ts'
import { findEntry, listActions, listEntries, type AuditQuestion } from '../store/audit-entries.ts'
import type { Store } from '../store/database.ts'
import { countCents, findCent, type PickedCent } from '../store/pick-cent.ts'
import { everything, inReach, nothing, type Reach } from '../store/reach.ts'
import { inTransaction, type Work } from '../store/transaction.ts'

/** A whole number below `below`, each as likely as any other, that follows from the seed alone. */
export const drawBelow = (seed: string, below: bigint): bigint => {
  const size = 1n << 256n
  // What lies beyond the last whole multiple would favour small numbers, so it is drawn again: at worst every other time.
  const fair = size - (size % below)
  for (let turn = 0; ; turn++) {
    const drawn = BigInt(`0x${createHash('sha256').update(`offtake cent ${turn} ${seed}`).digest('hex')}`)
    if (drawn < fair) return drawn % below
  }
}

/** Picks one cent of all that the latest statements within reach state, each as likely as any other: so a line is picked in proportion to its amount. */
export const pickCent = async (tx: Work, seed: string): Promise<PickedCent | undefined> => {
  const cents = await countCents(tx)
  return cents === 0n ? undefined : findCent(tx, drawBelow(seed, cents))
}

/** Whose entries are seen: as elsewhere, or those of this installation, which are of no agreement: people, keys, webhooks. */
export type AuditReach = Reach | Readonly<{ kind: 'installation' }>

/** What people read of the audit log, within a reach. Nothing is written. */
export const makeAudit = (store: Store) => {
  // Whoever asks while the chain is being worked out waits for the same answer: it takes as long as the log is long.
  let checking: Promise<ChainCheck> | undefined
  const check = (): Promise<ChainCheck> => {
    checking ??= inTransaction(store, (tx) => checkChain(tx)).finally(() => (checking = undefined))
    return checking
  }
  return (whose: AuditReach) => {
    const ofNone = whose.kind === 'installation'
    const reach = ofNone ? everything : whose
    return {
      listEntries: (question: AuditQuestion) => inReach(store, reach, (tx) => listEntries(tx, { ...question, ofNone })),
      findEntry: (entry: number) =>
        inReach(store, reach, async (tx) => {
          const found = await findEntry(tx, entry)
          return ofNone && found?.content.agreement !== null ? undefined : found
        }),
      listActions: () => inReach(store, reach, (tx) => listActions(tx, ofNone)),
      pickCent: (seed: string) => inReach(store, ofNone ? nothing : reach, (tx) => pickCent(tx, seed)),
      // The chain runs through everybody's entries, so it is checked as who sees them all; told are numbers and hashes alone.
      checkChain: check,
      isLink: (hash: string) => inTransaction(store, (tx) => isLink(tx, hash)),
    }
  }
}
