import { monthInWords } from '../core/base/month-words.ts'

const isDay = (date: string): boolean => {
  const at = Date.parse(`${date}T00:00:00Z`)
  return !Number.isNaN(at) && new Date(at).toISOString().slice(0, 10) === date
}

/** The date that somebody means by `2026-11-05`, or as dates are shown here, `5 Nov 2026`; undefined where it is none, such as 31 April. */
export const dateInWords = (text: string): string | undefined => {
  const plain = text.trim().replaceAll(/\s+/g, ' ')
  const shown = /^(\d{1,2}) (\p{L}+ \d{4})$/u.exec(plain)
  const month = shown === null ? undefined : monthInWords(shown[2]!.toLowerCase())
  const date = month === undefined ? plain : `${month}-${shown![1]!.padStart(2, '0')}`
  return /^[12]\d{3}-\d{2}-\d{2}$/.test(date) && isDay(date) ? date : undefined
}
