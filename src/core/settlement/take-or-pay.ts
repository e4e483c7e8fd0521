import { clauseShape } from '../terms/clause-shape.ts'
import { clauseKind } from './clause-kind.ts'
import { purchaseCommitments, purchaseFormulas, settlePurchase } from './purchase.ts'
import { checkPurchase, purchaseProperties, resolvePurchase, sayPurchase, type Purchase, type ResolvedPurchase } from './purchase-terms.ts'

const names = { short: 'take-or-pay', makeUp: 'make-up', refund: 'make-up-refund', expired: 'make-up-expired' } as const

/** `take-or-pay`: a buyer takes a minimum quantity in each period, or pays for what it does not take. */
export const takeOrPay = clauseKind<Purchase, ResolvedPurchase<'take-or-pay'>>({
  kind: 'take-or-pay',
  shape: clauseShape({
    kind: 'take-or-pay',
    description: 'A buyer takes a minimum quantity in each period, or pays for what it does not take.',
    properties: purchaseProperties,
    required: ['minimum', 'price'],
    covers: 'allowed',
  }),
  shapes: {},
  payer: ['tenant', 'guarantor'],
  payee: ['operator'],
  check: checkPurchase,
  isAdjustable: true,
  resolve: (clause, slice) => ({ ...resolvePurchase(clause, slice), resale: undefined }),
  say: sayPurchase,
  formulas: purchaseFormulas(names, 'Take-or-pay'),
  stages: { contract: settlePurchase(names) },
  commitments: purchaseCommitments,
})
