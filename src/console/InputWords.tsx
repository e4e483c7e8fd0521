import type { DisputedInput } from './disputed-input.ts'
import { valueText } from './tree-values.ts'

/** An input as the reasons of its line write it: `Unsold U, 8,640 GPU-h`. */
export const InputWords = ({ of: { input, whole }, currency }: Readonly<{ of: DisputedInput; currency: string }>) => (
  <>
    {input.word} {input.symbol === undefined ? null : <i>{input.symbol}</i>}, {valueText(input, { currency, whole, exact: false })}
  </>
)
