import type { InputWire, LineWire } from '../wire/statement.ts'
import { isWholeHours } from './format.ts'
import { everyNode, findNode, treeOf } from './tree.ts'

/** An input of a line, and whether all GPU-hours around it are whole: then it is written so. */
export type DisputedInput = Readonly<{ path: string; input: InputWire; whole: boolean }>

/** What a path of the address names in the reasons of a line, such as `Q.U`; undefined where it names nothing there, or the line itself. */
export const findInput = (line: Pick<LineWire, 'reasons' | 'exact'>, path: string | undefined): DisputedInput | undefined => {
  if (path === undefined || path === '') return undefined
  const root = treeOf({ ...line, equation: undefined })
  const found = findNode(root, path)
  if (found === undefined) return undefined
  const whole = everyNode(root).every(({ input }) => input.unit !== 'gpu-seconds' || isWholeHours(input.value))
  return { path, input: found.input, whole }
}

/** Whether a part of a line can be told by its quantity: it counts something that its rate gives a price. */
export const hasQuantity = ({ quantity, quantityUnit, rateUnit }: Pick<LineWire, 'quantity' | 'quantityUnit' | 'rateUnit'>): boolean =>
  /[1-9]/.test(quantity) && quantityUnit !== 'share' && rateUnit !== 'none' && rateUnit !== 'per-year'
