import type { HourlyRow } from '../../core/claims/telemetry.ts'
import { database } from './schema.ts'
import { gpuMax, isName, nameBytesMax } from './sample.ts'

const hourSeconds = 3600
const xidsMax = 1000
const whole = (low: number, high: number) => ({
  what: `a whole number from ${low} to ${high}`,
  fits: (value: unknown) => Number.isInteger(value) && (value as number) >= low && (value as number) <= high,
})
const number = (high: number) => ({
  what: `a number from 0 to ${high}`,
  fits: (value: unknown) => typeof value === 'number' && value >= 0 && value <= high,
})
const name = {
  what: `a name of 1 to ${nameBytesMax} bytes without control characters`,
  fits: (value: unknown) => typeof value === 'string' && isName(value),
}
const seconds = whole(0, hourSeconds)

const fields: Readonly<Record<keyof HourlyRow, Readonly<{ what: string; fits: (value: unknown) => boolean }>>> = {
  factory: name,
  node: name,
  gpu: whole(0, gpuMax),
  hour: {
    what: 'the first second of an hour of UTC, in seconds since 1970',
    fits: (value) => whole(0, 2 ** 32 - 1).fits(value) && (value as number) % hourSeconds === 0,
  },
  samples: whole(0, 2 ** 32 - 1),
  covered_seconds: seconds,
  active_seconds: seconds,
  powered_seconds: seconds,
  power_max_w: number(20_000),
  power_mean_w: number(20_000),
  energy_mj: whole(0, Number.MAX_SAFE_INTEGER),
  util_mean: number(100),
  sm_mean: number(1.05),
  xids: {
    what: `at most ${xidsMax} codes from 0 to 65535`,
    fits: (value) => Array.isArray(value) && value.length <= xidsMax && value.every((code) => whole(0, 65_535).fits(code)),
  },
}
const keys = Object.keys(fields) as (keyof HourlyRow)[]

/** The row that a JSON value says, or everything that is wrong with it. */
export const readHourlyRow = (value: unknown): HourlyRow | Readonly<{ problems: readonly string[] }> => {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return { problems: ['must be a JSON object'] }
  const members = value as Readonly<Record<string, unknown>>
  const wrong = keys
    .filter((key) => !fields[key].fits(members[key]))
    .map((key) => `${key} ${members[key] === undefined ? 'is missing: it is' : 'must be'} ${fields[key].what}`)
  const unknown = Object.keys(members)
    .filter((key) => !Object.hasOwn(fields, key))
    .map((key) => `${key} is no key of an hourly row`)
  const problems = [...wrong, ...unknown]
  return problems.length > 0 ? { problems } : (members as HourlyRow)
}

const columnOf = (key: keyof HourlyRow): string => {
  if (key === 'factory' || key === 'node') return `JSONExtractString(line, '${key}')`
  if (key === 'hour') return `toDateTime(JSONExtractUInt(line, 'hour'), 'UTC')`
  if (key === 'xids') return `JSONExtract(line, 'xids', 'Array(UInt16)')`
  return /_w$|_mean$/.test(key) ? `JSONExtractFloat(line, '${key}')` : `JSONExtractUInt(line, '${key}')`
}

/** Each row as one text in RowBinary: its length, seven bits a byte, and its JSON. */
const encode = (rows: readonly HourlyRow[]): Buffer =>
  Buffer.concat(
    rows.flatMap((row) => {
      const text = Buffer.from(JSON.stringify(row))
      const length: number[] = []
      for (let left = text.length; ; left >>>= 7) {
        length.push(left < 128 ? left : (left & 127) | 128)
        if (left < 128) break
      }
      return [Buffer.from(length), text]
    }),
  )

/** What `Engine.insert` needs to add hourly rows as one version: of two of one GPU and hour the higher version counts. */
export const hourlyInto = (rows: readonly HourlyRow[], version: number) => ({
  table: `${database}.telemetry_hourly`,
  structure: 'line String',
  select: [...keys.map(columnOf), `toUInt64(${version})`].join(', '),
  rows: encode(rows),
})
