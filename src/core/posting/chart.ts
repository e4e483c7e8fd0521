import { account, type AccountName } from '../ledger/account.ts'
import type { Formula } from '../settlement/line.ts'

/** Where one kind of payment is shown, besides what is owed for it: in the book of who pays, and in the book of who is paid. */
export type Sides = Readonly<{ payer: AccountName; payee: AccountName }>

/** Formulas that never carry an amount post nothing. */
export type UnpaidFormula = 'over-cap' | 'ineligible'

/** Names accounts by formula. Each agreement gets an account of its own below them. */
export type Chart = Readonly<Record<Exclude<Formula, UnpaidFormula>, Sides>>

const plain = (name: string): Sides => ({ payer: account('expenses', name), payee: account('income', name) })

/**
 * Names that say what was paid for, and nothing about how an accounting standard would classify it: whether a backstop received is revenue
 * or other income, or a recoupment the repayment of an asset, is for each party's accountants. They pass a chart of their own.
 */
export const plainChart: Chart = {
  backstop: plain('capacity-backstop'),
  called: plain('called-capacity'),
  'called-over-cap': plain('called-capacity'),
  share: plain('revenue-share'),
  'share-base': plain('revenue-share'),
  recoupment: plain('recoupment'),
}

/** Where a formula posts; undefined for one that never carries an amount. */
export const sidesOf = (chart: Chart, formula: Formula): Sides | undefined =>
  formula === 'over-cap' || formula === 'ineligible' ? undefined : chart[formula]
