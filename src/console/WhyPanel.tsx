import { useState, type ComponentProps } from 'react'
import type { LineWire } from '../wire/statement.ts'
import type { ClosingState } from './Closing.tsx'
import { DisputeDialogue } from './DisputeDialogue.tsx'
import { findInput } from './disputed-input.ts'
import { Explain } from './Explain.tsx'
import { useKeys } from './keys.ts'
import { useMay } from './session.ts'

type Props = Omit<ComponentProps<typeof Explain>, 'onDispute'> & Readonly<{ closing: ClosingState }>

/** How a line is contested: of a final statement by a dispute, of a draft by sending it back. Undefined where one may not. */
const useDispute = (closing: ClosingState, dispute: (line: LineWire) => void): ((line: LineWire) => void) | undefined => {
  const mayRaise = useMay('disputes:raise')
  const { progress, period, decide, may } = closing
  if (!mayRaise || progress === undefined || progress.side === null || period === undefined) return undefined
  if (period.statement.status === 'final') return dispute
  const { version } = period.statement
  return may('return') ? ({ number, text }) => decide({ kind: 'return', version, about: `Line ${number}, ${text}: ` }) : undefined
}

/** Why an amount is what it is, and the way to contest it. */
export const WhyPanel = ({ closing, ...shown }: Props) => {
  const { explained, period, view } = shown
  const [disputing, setDisputing] = useState<LineWire | undefined>(undefined)
  const dispute = useDispute(closing, setDisputing)
  const { line } = explained
  const onDispute = dispute === undefined || line === undefined ? undefined : () => dispute(line)
  useKeys({ d: () => onDispute?.() })
  return (
    <>
      <Explain {...shown} onDispute={onDispute} />
      {disputing === undefined ? null : (
        <DisputeDialogue
          name={closing.name}
          statement={period.statement}
          line={disputing}
          input={findInput(disputing, view.why)}
          onClose={() => setDisputing(undefined)}
        />
      )}
    </>
  )
}
