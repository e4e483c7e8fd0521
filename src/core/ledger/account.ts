import { isId, type Id } from '../base/id.ts'

/** The five roots of every book, in the order in which a trial balance lists them. */
export const accountKinds = ['assets', 'liabilities', 'equity', 'income', 'expenses'] as const
export type AccountKind = (typeof accountKinds)[number]

/** A path in the tree of one book, its kind first: `assets:receivable:sharon-ai`. */
export type AccountName = Id<'account'>

const partsOf = (name: AccountName): string[] => name.split(':')

/** The account at a path of names below its kind. Throws `RangeError` where a name is no id, for it would be another path when read back. */
export const account = (kind: AccountKind, ...names: readonly string[]): AccountName => {
  const wrong = names.find((name) => !isId(name))
  if (wrong !== undefined) throw new RangeError(`${JSON.stringify(wrong)} is no part of an account's name`)
  return [kind, ...names].join(':') as AccountName
}

/** The account of that name; undefined when its root is no kind or a part is no id. */
export const parseAccount = (text: string): AccountName | undefined => {
  const [kind, ...names] = text.split(':')
  return accountKinds.some((each) => each === kind) && names.every(isId) ? (text as AccountName) : undefined
}

export const kindOf = (name: AccountName): AccountKind => partsOf(name)[0] as AccountKind

/** The account below `parent` of that name. */
export const below = (parent: AccountName, ...names: readonly string[]): AccountName => {
  const [kind, ...rest] = partsOf(parent)
  return account(kind as AccountKind, ...rest, ...names)
}

/** Whether an account is `ancestor` or lies below it. */
export const isWithin = (name: AccountName, ancestor: AccountName): boolean => name === ancestor || name.startsWith(`${ancestor}:`)

/** Tree order: kinds as a trial balance lists them, parents before children, siblings by code unit. */
export const compareAccounts = (a: AccountName, b: AccountName): number => {
  const kinds = accountKinds.indexOf(kindOf(a)) - accountKinds.indexOf(kindOf(b))
  if (kinds !== 0) return kinds
  const [left, right] = [partsOf(a), partsOf(b)]
  const at = left.findIndex((part, i) => part !== right[i])
  if (at < 0) return left.length - right.length
  return right[at] === undefined || left[at]! > right[at] ? 1 : -1
}
