import { measured } from './measured.ts'
import type { Quantiles } from './rng.ts'

/** What one Helios tenant bought, and how it used it. */
export type Quota = Readonly<{
  gpus: number
  /** Used part of the quota over six hours, in thousandths. */
  use: Quantiles
}>

/** What `scripts/calibrate.ts` measures in the traces. */
export type Measured = Readonly<{
  /** Philly. */
  jobs: Readonly<{
    count: number
    /** GPUs of a job and how many jobs asked for as many. */
    sizes: readonly (readonly [gpus: number, jobs: number])[]
    /** Seconds, of jobs of 1 GPU, of 2 to 7, of 8 and more. */
    durations: Readonly<Record<'small' | 'medium' | 'large', Quantiles>>
    /** Jobs that arrived in each hour of the day, and on each day of the week from Monday. */
    hourOfDay: readonly number[]
    dayOfWeek: readonly number[]
    /** Jobs that arrived in an hour, in thousandths of what its hour of day and day of week led one to expect. */
    burst: Quantiles
    /** Jobs of each tenant, most first. */
    tenants: readonly number[]
  }>
  /** Helios Earth: the tenants, largest first. */
  quotas: readonly Quota[]
}>

/** Unplanned interruptions of the Llama 3 405B training run: 419 in 54 days on 16,384 GPUs (Meta, "The Llama 3 Herd of Models", 2024). */
export const interruptions = { count: 419, days: 54, gpus: 16_384 } as const

/** What no source says and the generator has to assume. Every number is illustrative. */
export const assumed = {
  /** Parts of what is accepted that orders reserve, and that on-demand jobs would hold if none were turned away. */
  reservedPart: 0.52,
  onDemandPart: 0.24,
  /** Part of a block that its only orders reserve where they are placed on blocks. */
  placedPart: 0.7,
  /** Prices as hundredths of the backstop price: the operator sells above it or would rather not sell. */
  reservedPricePercent: 110,
  onDemandPricePercent: 125,
  /** Per GPU-hour, where the agreement has no backstop. */
  fallbackPrice: '2.00',
  /** Seconds until a failed tray or rack is back. */
  repairSeconds: [
    600, 900, 1800, 3600, 5400, 7200, 10_800, 14_400, 21_600, 36_000, 86_400, 172_800, 259_200, 345_600, 432_000, 604_800, 1_209_600,
  ],
  /** One failure in so many takes the rack and not only a tray. */
  rackFailureOneIn: 20,
  gpusPerTray: 4,
  gpusPerRack: 72,
  /** Every rack is serviced once a year, for so long. */
  serviceSeconds: 8 * 3600,
  /** One notice in so many comes too late. */
  lateNoticeOneIn: 20,
  /** Jobs never hold GPUs longer: who needs them for weeks reserves them. */
  jobSecondsMax: 14 * 86_400,
  /** In one month of so many a condition fails, for three days. */
  conditionFailsOneIn: 8,
  failureDays: 3,
  /** Where there is a call right: in one month of so many, for five days, hundredths of what is accepted. */
  callOneIn: 2,
  callDays: 5,
  callPercent: 2,
  /** One daily charge of a reservation in so many is reduced by so many hundredths. */
  creditOneIn: 100,
  creditPercent: 5,
} as const

/** Said wherever generated readings are shown. */
export const describeCalibration = (): string => {
  const { count, tenants } = measured.jobs
  return (
    `synthetic, calibrated on ${count.toLocaleString('en')} jobs of ${tenants.length} tenants of the Philly trace (Microsoft, CC-BY-4.0, by way of ` +
    `ElasticFlow, Apache-2.0), the quotas and use of ${measured.quotas.length} tenants of Helios Earth (SenseTime, CC-BY-4.0 and MIT), and ` +
    `${interruptions.count} interruptions in ${interruptions.days} days on ${interruptions.gpus.toLocaleString('en')} GPUs (Meta, Llama 3); ` +
    'levels, prices, repairs, notices, calls and conditions are illustrative'
  )
}
