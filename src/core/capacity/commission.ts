import type { TrancheId } from '../base/id.ts'
import { add, since, zero, type Steps } from '../base/steps.ts'
import type { Instant } from '../base/time.ts'
import type { Tranche } from '../terms/agreement.ts'

/** A tranche passed its capacity test at `at`. `design` (above zero) and `tested` are in one unit, whichever. */
export type Commissioning = Readonly<{ tranche: TrancheId; at: Instant; design: number; tested: number }>

/** Tested at this many per cent of design or better keeps the contract capacity. */
const passPercent = 98n

/** GPUs accepted of a tranche of `contract` GPUs: all of them at 98 % of design or better, else ⌊contract · tested / design⌋. */
export const acceptedGpus = (contract: number, { design, tested }: Pick<Commissioning, 'design' | 'tested'>): number => {
  if (!(design > 0 && tested >= 0)) throw new RangeError(`a capacity test of ${tested} of ${design} is none`)
  // Performance can be a large number of any unit, so the products are made in bigint.
  const [whole, seen] = [BigInt(design), BigInt(tested)]
  return 100n * seen >= passPercent * whole ? contract : Number((BigInt(contract) * seen) / whole)
}

/**
 * N(t), the accepted GPUs of a block: each tranche counts from its acceptance, for ever. Every acceptance is of one of the tranches, and a
 * tranche is accepted once; the caller has refused anything else.
 */
export const commission = (tranches: readonly Tranche[], acceptances: readonly Commissioning[]): Steps =>
  acceptances.map((each) => since(each.at, acceptedGpus(tranches.find(({ id }) => id === each.tranche)!.gpus, each))).reduce(add, zero)
