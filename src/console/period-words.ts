import { monthInWords, monthNumber } from '../core/base/month-words.ts'
import { monthPlus } from './dates.ts'

/** What a period is found by beside its name: the month that is shown, and when the contract years begin. */
export type Around = Readonly<{ shown: string; latest: string; commencement: string | undefined }>

const quarterStart = (month: string): string => monthPlus(month, -((Number(month.slice(5)) - 1) % 3))

/**
 * The month that somebody means by what they type: `sep 27`, `2027-09`, `sep` (of the year shown), `last month`, `last quarter` (its first month), `q3`,
 * `q3 27`, `cy2` (the first month of contract year 2), `latest`. Undefined for anything else.
 */
export const periodInWords = (text: string, { shown, latest, commencement }: Around): string | undefined => {
  const plain = text.trim().toLowerCase().replaceAll(/\s+/g, ' ')
  const named = monthInWords(plain)
  if (named !== undefined) return named
  const alone = monthNumber(plain)
  if (alone !== undefined) return `${shown.slice(0, 4)}-${String(alone).padStart(2, '0')}`
  if (plain === 'latest' || plain === 'now') return latest
  if (plain === 'last month') return monthPlus(latest, -1)
  if (plain === 'last quarter') return monthPlus(quarterStart(latest), -3)
  const quarter = /^q([1-4])(?: ?(?:20)?(\d{2}))?$/.exec(plain)
  if (quarter !== null) {
    const year = quarter[2] === undefined ? shown.slice(0, 4) : `20${quarter[2]}`
    return `${year}-${String(Number(quarter[1]) * 3 - 2).padStart(2, '0')}`
  }
  const contractYear = /^(?:cy|contract year) ?(\d{1,2})$/.exec(plain)
  if (contractYear === null || commencement === undefined || Number(contractYear[1]) < 1) return undefined
  return monthPlus(commencement.slice(0, 7), (Number(contractYear[1]) - 1) * 12)
}
