import type { PartyId } from '../base/id.ts'
import type { LocalDate, Month } from '../base/time.ts'

/** A line of a final statement, as far as later months need it. `key` names the charge, whatever statement it stands on. */
export type StatedLine = Readonly<{ key: string; clause: string; formula: string; payer: PartyId; payee: PartyId; minor: bigint }>

/** What the final statement of an earlier month said. */
export type Stated = Readonly<{ month: Month; finalOn: LocalDate; dueOn: LocalDate; lines: readonly StatedLine[] }>
