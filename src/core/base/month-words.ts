import { isMonth, type Month } from './time.ts'

const names = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] as const
const whole = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
] as const

/** The number of a month, 1 to 12, by its name or a beginning of it of three letters and more; undefined for any other word. */
export const monthNumber = (word: string): number | undefined => {
  const at = whole.findIndex((name, i) => word.length >= 3 && name.startsWith(word) && word.startsWith(names[i]!))
  return at < 0 ? undefined : at + 1
}

const yearOf = (digits: string): string => (digits.length === 2 ? `20${digits}` : digits)
const written = (year: string, month: number): Month | undefined => {
  const text = `${year}-${String(month).padStart(2, '0')}`
  return isMonth(text) ? text : undefined
}

/** The month that people mean by `sep 27`, `September 2027`, `2027-09`, `9/2027`; two digits are a year of this century. Undefined for anything else. */
export const monthInWords = (text: string): Month | undefined => {
  const plain = text.trim().toLowerCase().replaceAll(/[,’']/g, ' ').replaceAll(/\s+/g, ' ')
  const numbers = /^(\d{4})[-/ ](\d{1,2})$/.exec(plain)
  if (numbers !== null) return written(numbers[1]!, Number(numbers[2]))
  const turned = /^(\d{1,2})[-/ ](\d{4})$/.exec(plain)
  if (turned !== null) return written(turned[2]!, Number(turned[1]))
  const worded = /^([a-z]{3,9})\.? ?(\d{4}|\d{2})$/.exec(plain)
  const month = worded === null ? undefined : monthNumber(worded[1]!)
  return month === undefined ? undefined : written(yearOf(worded![2]!), month)
}
