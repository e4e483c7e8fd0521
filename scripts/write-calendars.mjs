// Writes src/core/terms/holidays.ts from the package date-holidays, which is not among our dependencies (45 MB for three lists):
//   npm install --no-save --prefix /tmp/holidays date-holidays@3.37.0
//   NODE_PATH=/tmp/holidays/node_modules node scripts/write-calendars.mjs > src/core/terms/holidays.ts
import { createRequire } from 'node:module'
import { join } from 'node:path'

const require = createRequire(join(process.env.NODE_PATH ?? '.', 'x.js'))
const Holidays = require('date-holidays')
const { version } = require('date-holidays/package.json')

const [firstYear, lastYear] = [2024, 2062]
/** Country and state by the zone that names the calendar; observed public holidays, and those of banks. */
const places = { 'Asia/Jakarta': ['ID'], 'Australia/Sydney': ['AU', 'NSW'], 'America/New_York': ['US'] }

const isWeekend = (date) => [0, 6].includes(new Date(`${date}T00:00:00Z`).getUTCDay())
const datesOf = (place, year) => {
  const found = new Holidays(...place)
    .getHolidays(year)
    .filter(({ type }) => type === 'public' || type === 'bank')
    .map(({ date }) => date.slice(0, 10))
    .filter((date) => date.startsWith(`${year}`) && !isWeekend(date))
  return [...new Set(found)].toSorted((a, b) => a.localeCompare(b)).map((date) => date.slice(5).replace('-', ''))
}
const calendars = Object.entries(places).map(([zone, place]) => {
  const years = Array.from({ length: lastYear - firstYear + 1 }, (_, i) => firstYear + i)
  return `  '${zone}': \`\n${years.map((year) => `    ${year} ${datesOf(place, year).join(' ')}`).join('\n')}\`,`
})
process.stdout
  .write(`// Made by scripts/write-calendars.mjs from date-holidays ${version} (data CC-BY-3.0, https://github.com/commenthol/date-holidays). Not edited by hand.

/** First and last year that the lists cover. */
export const [holidaysFirstYear, holidaysLastYear] = [${firstYear}, ${lastYear}]

/** By calendar, a year a line: month and day of every public and bank holiday that is no Saturday or Sunday, on the day it is observed. */
export const holidayLists: Readonly<Record<string, string>> = {
${calendars.join('\n')}
}
`)
