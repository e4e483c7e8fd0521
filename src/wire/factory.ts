import { z } from 'zod'
import { AgreementName, GpuSeconds, Instant, list, LocalDate, Month } from './scalars.ts'
import { ReadingShape } from './reading.ts'

/** Factories of one list, rows of one picture, and what one question about a rack lists, at most. */
export const factoriesMax = 200
export const rackReadingsPageMax = 200
export const reconciliationPageMax = 500
export const reconciliationPageDefault = 50

export const factoryStates = ['soldUsed', 'soldIdle', 'called', 'unsold', 'unavailable', 'planned', 'noEvidence'] as const
export const factoryRoles = [...factoryStates, 'notAccepted', 'notYet'] as const
export const tieStates = ['accepted', 'sold', 'called', 'unsold', 'unavailable', 'planned', 'noEvidence'] as const

export const FactoryName = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'should be the name of a factory, such as sharon-syd')

export const FactoryRowShape = z
  .object({
    id: z.string(),
    agreement: z.string(),
    title: z.string(),
    region: z.string(),
    zone: z.string(),
    halls: z.int(),
    racks: z.int(),
    gpus: z.int(),
    month: Month.meta({ description: 'the latest month that is over' }),
    months: z.object({ first: Month, last: Month }).meta({ description: 'of the term; the last that has begun' }),
  })
  .meta({ id: 'FactoryRow' })

export const FactoriesShape = z.object({ now: Instant, factories: list(FactoryRowShape) }).meta({ id: 'Factories' })

const States = z
  .object(
    Object.fromEntries(factoryStates.map((state) => [state, GpuSeconds])) as Record<(typeof factoryStates)[number], typeof GpuSeconds>,
  )
  .meta({ id: 'FactoryStates', description: 'GPU-seconds by what accepted GPUs were doing; together they are what was accepted' })
const Roles = z
  .object(Object.fromEntries(factoryRoles.map((role) => [role, z.int()])) as Record<(typeof factoryRoles)[number], z.ZodInt>)
  .meta({ id: 'FactoryRoles', description: 'seconds by what most of a row was doing' })

const HallRowShape = z
  .object({
    hall: z.string().meta({ description: '`-` for racks whose names have no hall' }),
    racks: z.int(),
    gpus: z.int(),
    gpuSeconds: States,
    days: list(z.object({ accepted: GpuSeconds, unsold: GpuSeconds })).meta({ description: 'as many as the month has local days' }),
  })
  .meta({ id: 'FactoryHallRow' })

const SpanOf = { from: Instant, to: Instant, hours: z.string(), until: Instant.meta({ description: 'nothing has happened after it yet' }) }
const Of = { id: z.string(), agreement: z.string(), title: z.string(), region: z.string(), zone: z.string(), month: Month, now: Instant }

/** A factory through a month: its halls, and how racks tie to what is settled. */
export const FactoryMonthShape = z
  .object({
    ...Of,
    ...SpanOf,
    days: list(LocalDate),
    halls: list(HallRowShape),
    ties: list(z.object({ state: z.enum(tieStates), settled: GpuSeconds, drawn: GpuSeconds })).meta({
      description: 'the blocks of this factory as settled, and the sums over its racks; empty where the readings cannot be settled',
    }),
    placelessGpuSeconds: GpuSeconds.meta({
      description: 'told of blocks without a place: drawn on the last racks that had something else',
    }),
    refusals: list(z.string()).meta({ description: 'why the readings cannot all be so' }),
    problems: list(z.string()).meta({ description: 'what could not be placed' }),
  })
  .meta({ id: 'FactoryMonth' })

const RowShape = z.object({
  name: z.string(),
  gpus: z.int(),
  seconds: Roles,
  gpuSeconds: States,
  runs: list(z.tuple([z.int(), z.int()]).readonly()).meta({
    description: 'buckets in a row that are alike: how many, and the number of their mix',
  }),
})

/** A hall or a rack through time: rows as runs of buckets. */
export const HallShape = z
  .object({
    ...Of,
    ...SpanOf,
    hall: z.string(),
    day: LocalDate.nullable(),
    rack: z.string().nullable(),
    edges: list(z.int()).meta({ description: 'starts of the buckets and the end, in seconds since the epoch' }),
    mixes: list(z.object({ role: z.enum(factoryRoles), gpuSeconds: list(GpuSeconds) })).meta({
      description:
        'a colour and GPU-seconds of one bucket by state, in the order soldUsed, soldIdle, called, unsold, unavailable, planned, noEvidence',
    }),
    rows: list(RowShape),
    series: z
      .object(
        Object.fromEntries(factoryStates.map((state) => [state, list(GpuSeconds)])) as Record<
          (typeof factoryStates)[number],
          z.ZodReadonly<z.ZodArray<typeof GpuSeconds>>
        >,
      )
      .meta({ id: 'HallSeries', description: 'GPU-seconds of all rows by bucket: together what was accepted' }),
  })
  .meta({ id: 'Hall' })

export const RackReadingsShape = z
  .object({ unit: z.string(), from: Instant, to: Instant, readings: list(ReadingShape), more: z.boolean() })
  .meta({ id: 'RackReadings', description: 'what readings say of one rack or node in a stretch of time' })

export const SourceShape = z
  .object({
    source: z.string(),
    kinds: list(z.string()),
    readings: z.int().meta({ description: 'with effect in the month' }),
    lastRecorded: Instant,
    lastEffect: Instant.nullable(),
    ageSeconds: z.int().meta({ description: 'since the last of them was recorded' }),
    lagSeconds: z.int().nullable().meta({ description: 'from the end of what it speaks of to now; null where it has not spoken' }),
  })
  .meta({ id: 'FactorySource' })
export const SourcesShape = z
  .object({
    now: Instant,
    sources: list(SourceShape),
    more: z.boolean(),
    telemetry: z
      .object({ newest: Instant, ageSeconds: z.int() })
      .nullable()
      .meta({ description: 'the newest sample; null where no telemetry of this factory is kept here' }),
  })
  .meta({ id: 'FactorySources' })

export const ReconciliationRowShape = z
  .object({
    subject: z.string().meta({ description: 'allocations, reservations or health; `sold-but-down` for what is sold and out of service' }),
    where: z.string(),
    source: z.string().nullable(),
    counted: list(z.string()),
    date: LocalDate.nullable().meta({ description: 'null: over the whole month' }),
    more: GpuSeconds,
    less: GpuSeconds,
  })
  .meta({ id: 'ReconciliationRow' })
export const ReconciliationShape = z
  .object({
    agreement: z.string(),
    month: Month,
    zone: z.string(),
    total: z.int(),
    rows: list(ReconciliationRowShape),
    next: z.string().nullable(),
  })
  .meta({ id: 'Reconciliation', description: 'what sources say differently of the same GPUs, sized in GPU-seconds' })

export const FactoryQueryShape = z.object({
  agreement: AgreementName.optional().meta({ description: 'where several agreements have racks there; the first by name by default' }),
})

export type FactoriesWire = z.infer<typeof FactoriesShape>
export type FactoryRowWire = z.infer<typeof FactoryRowShape>
export type FactoryMonthWire = z.infer<typeof FactoryMonthShape>
export type HallWire = z.infer<typeof HallShape>
export type HallRowWire = z.infer<typeof HallRowShape>
export type FactoryRowOfHallWire = z.infer<typeof RowShape>
export type RackReadingsWire = z.infer<typeof RackReadingsShape>
export type SourcesWire = z.infer<typeof SourcesShape>
export type ReconciliationWire = z.infer<typeof ReconciliationShape>
export type FactoryState = (typeof factoryStates)[number]
export type FactoryRole = (typeof factoryRoles)[number]
