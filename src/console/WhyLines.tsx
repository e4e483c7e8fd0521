import { Absent } from './Absent.tsx'
import { amountText } from './format.ts'
import { writeLines, type LinesView } from './portfolio-address.ts'

export type OpensLines = Readonly<{ opened: string | undefined; onOpen: (lines: LinesView) => void }>

export const isZero = (amount: string): boolean => !/[1-9]/.test(amount)

type WhyProps = OpensLines & Readonly<{ amount: string; lines: LinesView; name: string }>

/** An amount that opens the statement lines it is the sum of. */
export const WhyLines = ({ amount, lines, name, opened, onOpen }: WhyProps) =>
  isZero(amount) ? (
    <Absent kind="zero" />
  ) : (
    <button
      type="button"
      className="explainable"
      aria-expanded={opened === writeLines(lines)}
      aria-label={`${amountText(amount)}, ${name}: why`}
      onClick={() => onOpen(lines)}
    >
      {amountText(amount)}
    </button>
  )
