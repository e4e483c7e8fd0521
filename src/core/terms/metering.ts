import { decimal, toDecimal } from '../base/rational.ts'
import type { ClaimsTerm, MeteringTerm } from './agreement.ts'
import type { Said } from './kind.ts'
import { listed } from './phrase.ts'
import type { ResolvedMetering, Schedule, Tolerances } from './schedule.ts'

/** What is metered, each by the word of its own sources. */
export const meteredSubjects = ['allocations', 'reservations', 'health'] as const
export type MeteredSubject = (typeof meteredSubjects)[number]

export const resolveMetering = (metering: MeteringTerm | undefined): ResolvedMetering => ({
  allocations: metering?.allocations,
  reservations: metering?.reservations,
  health: metering?.health,
})

/** What an agreement without `claims` says of them: the defaults of its shape. */
export const claimsUsual = { idleWatts: 250, activity: '0.02', toleranceSeconds: 300, coverage: '0.9', clockSkewSeconds: 120 } as const

export const resolveClaims = (claims: ClaimsTerm | undefined): Tolerances => {
  const { activity, coverage, listPrice, listCondition, ...whole } = {
    listPrice: undefined,
    listCondition: undefined,
    ...claimsUsual,
    ...claims,
  }
  return {
    ...whole,
    activity: decimal(activity),
    coverage: decimal(coverage),
    listPrice: listPrice === undefined ? undefined : decimal(listPrice),
    listCondition,
  }
}

const spoken = { allocations: 'allocated', reservations: 'reserved', health: 'out of service' } as const

/** The latest version's, in words: nothing of what is not written. */
export const sayMetering = ({ metering, claims, currency }: Schedule): Said => {
  const latest = metering.at(-1)!.value
  const { listPrice, listCondition, idleWatts, toleranceSeconds } = claims.at(-1)!.value
  return [
    ...meteredSubjects.flatMap((subject): Said => {
      const sources = latest[subject]
      if (sources === undefined) return []
      const [first, ...others] = sources
      const then = others.length === 0 ? '' : `; where it has no evidence, ${listed(others)}, in this order`
      return [[`/metering/${subject}`, `What is ${spoken[subject]} is what ${first} says${then}.`]]
    }),
    ...(listPrice === undefined
      ? []
      : [
          [
            '/claims',
            `Claimed GPUs are idle below ${idleWatts} W, give or take ${toleranceSeconds} GPU-seconds of a node and hour, and on offer at ${toDecimal(listPrice)} ${currency} per GPU-hour at most${listCondition === undefined ? '' : `, else condition ${listCondition} fails`}.`,
          ] as const,
        ]),
  ]
}
