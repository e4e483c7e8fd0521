import type { Problem } from '../base/problem.ts'
import { clauseShape } from '../terms/clause-shape.ts'
import { below } from '../terms/conform.ts'
import type { Said } from '../terms/kind.ts'
import { itemsOf, type Sound, type SoundAgreement } from '../terms/sound.ts'
import { word } from '../terms/value-shapes.ts'
import { clauseKind } from './clause-kind.ts'
import { purchaseCommitments, purchaseFormulas, settlePurchase } from './purchase.ts'
import { checkPurchase, purchaseProperties, resolvePurchase, sayPurchase, type Purchase, type ResolvedPurchase } from './purchase-terms.ts'

type Leaseback = Purchase & Readonly<{ resale: 'counts' | 'credits' }>
type ResolvedLeaseback = ResolvedPurchase<'capacity-leaseback'>

const names = {
  short: 'capacity-leaseback',
  makeUp: 'leaseback-make-up',
  refund: 'leaseback-refund',
  expired: 'leaseback-expired',
} as const

/**
 * Capacity that is leased back is sold: it must not be claimed as unsold again. What is sold comes from readings, so the lease has to have an
 * order whose reservations say so.
 */
const checkSold = ({ covers, orders }: Sound<Leaseback>, pointer: string): Problem[] =>
  itemsOf(covers).length === 0 || itemsOf(orders).length > 0
    ? []
    : [
        {
          pointer: below(pointer, 'covers'),
          message: 'blocks are leased back, but no order reserves them: name the order of the lease in `orders`, or they count as unsold',
        },
      ]

const check = (clause: Sound<Leaseback>, pointer: string, document: SoundAgreement): Problem[] => [
  ...checkSold(clause, pointer),
  ...checkPurchase(clause, pointer, document),
]

const sayResale = ({ origin, resale }: ResolvedLeaseback): Said => [
  [
    `${origin.pointer}/resale`,
    resale === 'counts'
      ? 'What is sold on to others counts as taken.'
      : 'What selling on to others brings is taken off the payment, down to nothing.',
  ],
]

/** `capacity-leaseback`: a take-or-pay whose buyer is the guarantor, who may sell on. */
export const capacityLeaseback = clauseKind<Leaseback, ResolvedLeaseback>({
  kind: 'capacity-leaseback',
  shape: clauseShape({
    kind: 'capacity-leaseback',
    description: 'The guarantor leases capacity back: it takes a minimum quantity in each period, or pays for what it does not take.',
    properties: {
      ...purchaseProperties,
      resale: word(['counts', 'credits'], {
        default: 'counts',
        description: 'Whether units sold on to others count as taken, or their proceeds are taken off the payment.',
      }),
    },
    required: ['minimum', 'price'],
    covers: 'allowed',
  }),
  shapes: {},
  payer: ['guarantor'],
  payee: ['operator'],
  check,
  isAdjustable: true,
  resolve: (clause, slice) => {
    const { figures, ...resolved } = resolvePurchase(clause, slice)
    return { ...resolved, resale: clause.resale, figures: [...figures, clause.resale === 'counts' ? 'resold' : 'resold-proceeds'] }
  },
  say: (clause, schedule) => [...sayPurchase(clause, schedule), ...sayResale(clause)],
  formulas: purchaseFormulas(names, 'Capacity leaseback'),
  stages: { contract: settlePurchase(names) },
  commitments: purchaseCommitments,
})
