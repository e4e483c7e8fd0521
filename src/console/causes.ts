import type { CauseWire, ComparisonWire, LineChangeWire } from '../wire/comparison.ts'
import { dateText, localTime, monthText } from './dates.ts'
import { countText } from './format.ts'

/** A side of a comparison, to name a column. */
export const sideText = (side: ComparisonWire['before']): string => {
  if (side === 'corrected') return 'with corrections'
  return side === 'now' ? 'settled now' : `version ${side}`
}

const readingsText = (count: number, kind: string): string => `${countText(count)} ${count === 1 ? 'reading' : 'readings'} of ${kind}`

/** Why a line changed: what, and when it was recorded. */
export const causeText = (cause: CauseWire, zone: string): string => {
  switch (cause.kind) {
    case 'terms':
      return `Amendment: version ${cause.version}${cause.pointer === null ? '' : `, ${cause.pointer}`}`
    case 'opening':
      return 'What the months before left'
    case 'correction':
      return `Corrected on the statement of ${monthText(cause.on)}`
    case 'line':
      return 'Follows from another line'
    case 'code':
      return 'Another version of the program: terms, readings and opening state are the same'
    case 'facts': {
      const { came, reading, decision } = cause
      if (came === null) return `Other readings of ${reading}`
      const [first, last] = [came.first, came.last].map((at) => dateText(localTime(at, zone).date)) as [string, string]
      const when = first === last ? first : `${first} to ${last}`
      return `${decision ? 'A decision about the claim: ' : ''}${readingsText(came.readings, reading)} recorded ${when}`
    }
  }
}

export const changeText: Readonly<Record<LineChangeWire['kind'], string>> = {
  same: 'the same',
  amount: '',
  reasons: 'the amount is the same, and comes about otherwise',
  added: 'new',
  removed: 'gone',
}
