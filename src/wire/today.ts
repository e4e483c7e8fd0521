import { z } from 'zod'
import { PersonShape, stages } from './close.ts'
import { Amount, AskedDate, Exact, Instant, list, LocalDate, Month } from './scalars.ts'

/** Needs of one answer, at most; what is beyond is counted. */
export const needsMax = 200
/** Days that something may be put off, at most. */
export const snoozeDaysMax = 366

export const needKinds = ['payment', 'dispute', 'answer', 'findings', 'month', 'cap', 'covenant', 'feed', 'order', 'job'] as const
export const newsKinds = ['final', 'corrected', 'amended', 'disputed'] as const

const NeedId = z
  .string()
  .max(200)
  .regex(/^[a-z]+:[^\s]+$/, 'should be the `id` of something that needs you')

export const NeedShape = z
  .object({
    id: z.string().meta({ description: 'the same for everybody, and for as long as the same is to be done about it' }),
    kind: z.enum(needKinds),
    agreement: z.string().nullable(),
    title: z.string().meta({ description: 'of the agreement; of a feed, an order or a job its name' }),
    guarantor: z.string().nullable(),
    operator: z.string().nullable(),
    month: Month.nullable(),
    amount: Amount.nullable().meta({ description: 'what is at stake, in major units; null where nobody can say yet' }),
    currency: z.string().nullable(),
    dueOn: LocalDate.nullable().meta({ description: 'in the zone of the agreement' }),
    daysLeft: z.int().nullable().meta({ description: 'whole local days; negative: overdue by so many' }),
    payer: z.string().nullable(),
    count: z.int().nullable().meta({
      description: 'of findings; of questions asked; of months where they are overdue in one sum, of which `month` is the oldest',
    }),
    name: z.string().nullable().meta({
      description: 'of a cap whether it is of a period, a year or all; of a covenant its ratio and level; of a job what went wrong',
    }),
    stage: z.enum(stages).nullable().meta({ description: 'of a month that is over and not final: how far it is' }),
    by: PersonShape.nullable().meta({ description: 'who brought a month to its stage; null where nobody has begun' }),
    clause: z.string().nullable().meta({ description: 'of a cap or a covenant' }),
    share: Exact.nullable().meta({ description: 'of a cap: drawn over limit' }),
    actual: Exact.nullable().meta({ description: 'of a covenant: the ratio at its last test, in `month`' }),
    required: Exact.nullable().meta({ description: 'of a covenant: the level it must not fall below' }),
    ageSeconds: z.int().nullable(),
    limitSeconds: z.int().nullable(),
  })
  .meta({ id: 'Need' })

export const NewsShape = z
  .object({
    kind: z.enum(newsKinds),
    agreement: z.string(),
    title: z.string(),
    month: Month.nullable(),
    version: z.int().nullable(),
    amount: Amount.nullable(),
    currency: z.string(),
  })
  .meta({ id: 'News' })

export const TrendShape = z
  .object({
    id: z.enum(['guarantor-pays', 'operator-pays', 'net']),
    currency: z.string(),
    months: list(z.object({ month: Month, amount: Amount, agreements: z.int() })),
  })
  .meta({ id: 'Trend', description: 'months with a statement, summed over the agreements of one currency; net is guarantor less operator' })

export const TodayShape = z
  .object({
    now: Instant,
    needs: list(NeedShape).meta({
      description: 'in one order for everybody: what is overdue, the oldest first; then money over days left, the most pressing first',
    }),
    more: z.int().meta({ description: 'needs beyond these' }),
    snoozed: list(z.object({ need: NeedShape, until: LocalDate })),
    since: z
      .object({ secondsAgo: z.int(), news: list(NewsShape), more: z.boolean() })
      .nullable()
      .meta({ description: 'since the visit before this one; null for who comes for the first time, and for nobody in particular' }),
    trends: list(TrendShape),
    next: z
      .object({ title: z.string(), month: Month, days: z.int() })
      .nullable()
      .meta({ description: 'the running month that ends first' }),
  })
  .meta({ id: 'Today' })

export const SnoozeShape = z.object({ need: NeedId, until: AskedDate })
export const SnoozedShape = z.object({ need: z.string(), until: LocalDate }).meta({ id: 'Snoozed' })
export const VisitedShape = z.object({ noted: z.boolean().meta({ description: 'false: within an hour of the visit before' }) })

export type NeedWire = z.infer<typeof NeedShape>
export type NewsWire = z.infer<typeof NewsShape>
export type TrendWire = z.infer<typeof TrendShape>
export type TodayWire = z.infer<typeof TodayShape>
