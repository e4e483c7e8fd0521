import { z } from 'zod'
import { isDate } from '../core/base/time.ts'

/** An amount in major units, written out at its currency's minor unit: JSON numbers lose cents above 2^53. */
export const Amount = z
  .string()
  .regex(/^-?\d+(\.\d+)?$/)
  .meta({ id: 'Amount', description: 'decimal string at the minor unit of the currency' })
/** An exact rational. */
export const Exact = z
  .string()
  .regex(/^-?\d+(\/\d+)?$/)
  .meta({ id: 'Exact', description: 'n/d in lowest terms, or n when whole' })
export const GpuSeconds = z.int()
export const Hash = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .meta({ id: 'Hash', description: 'SHA-256 in hex' })
export const Instant = z.string().meta({ id: 'Instant', description: 'RFC 3339 with Z, whole seconds', format: 'date-time' })
export const LocalDate = z.string().meta({ id: 'LocalDate', description: 'in the zone of the agreement', format: 'date' })
/** A local date that somebody asks with: one that is in the calendar. */
export const AskedDate = LocalDate.regex(/^[12]\d{3}-\d{2}-\d{2}$/, { error: 'should be a date, such as 2027-10-05', abort: true }).refine(
  isDate,
  'should be a date that there is, such as 2027-10-05',
)
export const Month = z
  .string()
  .regex(/^[12]\d{3}-(0[1-9]|1[0-2])$/, 'should be a month, such as 2027-09')
  .meta({ id: 'Month', description: 'YYYY-MM' })
export const AgreementName = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'should be the name of an agreement, such as sharon-ai')

/** A list that nobody edits. */
export const list = <T extends z.ZodType>(shape: T) => z.array(shape).readonly()
