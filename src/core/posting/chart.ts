import { parseAccount, type AccountName } from '../ledger/account.ts'
import { formulas } from '../settlement/kinds.ts'
import type { Formula } from '../settlement/line.ts'

/** Where one kind of payment is shown, besides what is owed for it: in the book of who pays, and in the book of who is paid. */
export type Sides = Readonly<{ payer: AccountName; payee: AccountName }>

/** Names accounts by formula; a formula that never carries an amount is absent. Each agreement gets an account of its own below them. */
export type Chart = ReadonlyMap<Formula, Sides>

const named = (formula: Formula, path: string): AccountName => {
  const name = parseAccount(path)
  if (name === undefined) throw new RangeError(`${path}, where ${formula} posts, is no account`)
  return name
}

/**
 * Names that say what was paid for, and nothing about how an accounting standard would classify it: whether a backstop received is revenue
 * or other income, or a recoupment the repayment of an asset, is for each party's accountants. They pass a chart of their own.
 */
export const plainChart: Chart = new Map(
  [...formulas].flatMap(([formula, { posts }]): [Formula, Sides][] =>
    posts === undefined ? [] : [[formula, { payer: named(formula, posts.payer), payee: named(formula, posts.payee) }]],
  ),
)
