import type { BlockId, PartyId } from '../base/id.ts'
import type { Instant, LocalDate, Month } from '../base/time.ts'

/** A line of a final statement, as far as later months need it. `key` names the charge, whatever statement it stands on. */
export type StatedLine = Readonly<{
  key: string
  clause: string
  formula: string
  payer: PartyId
  payee: PartyId
  minor: bigint
  /** The month whose line it corrects; absent where it is of the statement's own month. */
  corrects?: Month
}>

/** What the final statement of an earlier month said: as it was stated then, whatever was corrected since. */
export type Stated = Readonly<{ month: Month; finalOn: LocalDate; dueOn: LocalDate; lines: readonly StatedLine[] }>

/** A stated line with all that a correction of it needs, should there be no such line any more. */
export type StatedCharge = StatedLine &
  Readonly<{
    block: BlockId | undefined
    from: Instant
    to: Instant
    version: number
    contractYear: number
    reason: string | undefined
  }>

/** A final statement with all that a correction run compares. */
export type StatedMonth = Omit<Stated, 'lines'> & Readonly<{ lines: readonly StatedCharge[] }>

/** The month that a stated line is a charge of. */
export const monthOfCharge = ({ month }: Pick<Stated, 'month'>, { corrects }: StatedLine): Month => corrects ?? month
