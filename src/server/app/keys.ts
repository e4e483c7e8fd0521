import type { Instant } from '../../core/base/time.ts'
import { formatInstant } from '../../core/base/time.ts'
import { appendDeed, type By } from '../store/audit.ts'
import type { Store } from '../store/database.ts'
import { newId } from '../store/ids.ts'
import {
  appendKey,
  countLiveKeys,
  endKey,
  findKey,
  findListedKey,
  listKeys,
  noteKeyUse,
  type FoundKey,
  type KeyRecord,
  type KeysOf,
  type ListedKey,
} from '../store/keys.ts'
import { findMemberships, type Membership } from '../store/people.ts'
import { inTransaction, lockName } from '../store/transaction.ts'
import { isSecret, newSecret, secretHash } from './secret.ts'
import { isSame, noteUseEverySeconds, type Clocks } from './sessions.ts'
import type { LoginMode } from '../store/sessions.ts'

/** Keys of one person that are neither revoked nor expired. */
export const keysPerPersonMax = 50
const daySeconds = 86_400

/** `offtake_`, the name of the key without its prefix and dashes, `_`, the secret. */
const tokenForm = /^offtake_([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/
const tokenOf = (key: string, secret: string): string => `offtake_${key.slice('key_'.length).replaceAll('-', '')}_${secret}`
const readToken = (token: string): Readonly<{ key: string; secret: string }> | undefined => {
  const parts = tokenForm.exec(token)
  return parts === null ? undefined : { key: `key_${parts.slice(1, 6).join('-')}`, secret: parts[6]! }
}
/** What a secret is held against where there is no key: so that it takes as long. */
const noHash = secretHash('')

export type NewKey = Readonly<{ name: string; scopes: readonly string[]; days: number }>
export type Maker = Readonly<{ person: string; as: Membership }>
export type Made =
  | Readonly<{ kind: 'made'; key: ListedKey; token: string }>
  | Readonly<{ kind: 'refused'; reason: 'too many' | 'not a member' }>

/** Keys of programs: made, shown once, recognised, ended. */
export const makeKeys = (store: Store, login: LoginMode, { now, clock }: Clocks) => {
  /** The key that a program brings, where it is one that holds. */
  const recognise = async (token: string): Promise<KeyRecord | undefined> => {
    const read = readToken(token)
    const found = read === undefined ? undefined : await findKey(store, read.key)
    const at = clock()
    const matches = isSecret(read?.secret ?? '', found?.secretHash ?? noHash)
    if (found === undefined || read === undefined || !matches || !holds(found, login, at)) return undefined
    if (found.usedAt === null || at - found.usedAt >= noteUseEverySeconds) await noteKeyUse(store, found.key, at)
    return found
  }
  /** Makes a key that does what its maker may, at most. The scopes were held against the role before. */
  const make = (by: By, { person, as }: Maker, { name, scopes, days }: NewKey): Promise<Made> =>
    inTransaction(store, async (tx) => {
      await lockName(tx, `person ${person}`, 'exclusive')
      if (!(await findMemberships(tx, person)).some((each) => isSame(each, as))) return { kind: 'refused', reason: 'not a member' }
      if ((await countLiveKeys(tx, person, clock())) >= keysPerPersonMax) return { kind: 'refused', reason: 'too many' }
      const [key, secret] = [newId('key'), newSecret()]
      const record = { key, person, ...as, name, scopes, expiresAt: clock() + days * daySeconds }
      await appendKey(tx, record, { secretHash: secretHash(secret), now: clock() })
      const after = { name, ...as, scopes: [...scopes], expiresAt: formatInstant(record.expiresAt) }
      await appendDeed(tx.queries, { at: now(), by, action: 'make-key', subject: key, detail: { person }, before: null, after })
      return { kind: 'made', key: (await findListedKey(tx, key))!, token: tokenOf(key, secret) }
    })
  /** Ends a key of those that one may see. */
  const revoke = (by: By, of: KeysOf, key: string): Promise<ListedKey | undefined> =>
    inTransaction(store, async (tx) => {
      const found = await findListedKey(tx, key)
      if (found === undefined || (of.kind === 'party' && found.party !== of.party)) return undefined
      const ended = await endKey(tx, key, typeof by === 'string' ? by : by.id, clock())
      if (!ended) return found
      const [before, after] = [{ revoked: false }, { revoked: true }]
      await appendDeed(tx.queries, { at: now(), by, action: 'revoke-key', subject: key, detail: { name: found.name }, before, after })
      return findListedKey(tx, key)
    })
  const list = (of: KeysOf, page: Parameters<typeof listKeys>[2]): Promise<ListedKey[]> =>
    inTransaction(store, (tx) => listKeys(tx, of, page))
  return { recognise, make, revoke, list }
}
export type Keys = ReturnType<typeof makeKeys>

/** A key ends when it is revoked or expires, or when its maker may no longer act as it does. */
const holds = ({ revoked, held, madeUp, expiresAt }: FoundKey, login: LoginMode, at: Instant): boolean =>
  !revoked && held && expiresAt > at && (login === 'open' || !madeUp)
