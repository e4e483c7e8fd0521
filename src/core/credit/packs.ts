import type { Month } from '../base/time.ts'
import { asc326 } from './asc326.ts'
import { asc460 } from './asc460.ts'
import { customerPayments } from './customer-payments.ts'
import { ifrs9 } from './ifrs9.ts'
import { maximum } from './maximum.ts'
import type { Pack, PackInput, PackKind } from './pack.ts'
import { reportingOf } from './portfolio.ts'
import { makeRegister, type Register } from './register.ts'
import { stockRights } from './stock-rights.ts'

/** Every pack there is. */
export const packKinds: readonly PackKind[] = [asc460, asc326, customerPayments, ifrs9, maximum, stockRights]

/** What every pack says of itself. */
const evidenceOnly = 'This is evidence under the treatment selected, not a conclusion on how to account'

/** Makes the pack of that name under a treatment, the first by default. Undefined where there is no such pack or treatment. */
export const makePack = (input: PackInput, name: string, treatment?: string): Pack | undefined => {
  const kind = packKinds.find(({ pack }) => pack === name)
  const chosen = kind?.treatments.find(({ id }) => treatment === undefined || id === treatment)
  if (kind === undefined || chosen === undefined) return undefined
  const { records, asOf, portfolio } = input
  const made = new Map<Month, Register>()
  const registerAt = (month: Month): Register => {
    const before = made.get(month)
    if (before !== undefined) return before
    const register = makeRegister({ records, asOf: month, reporting: reportingOf(portfolio), guarantor: portfolio.guarantor })
    made.set(month, register)
    return register
  }
  const { rows, missing } = kind.make({ ...input, register: registerAt(asOf), registerAt, treatment: chosen.id })
  return {
    pack: kind.pack,
    title: kind.title,
    asOf,
    currency: portfolio.currency,
    treatment: chosen,
    alternatives: kind.treatments.filter(({ id }) => id !== chosen.id),
    statement: `${evidenceOnly}. ${kind.undecided}.`,
    rows,
    missing,
  }
}
