import assert from 'node:assert/strict'
import type { NodeTelemetry } from '../src/core/claims/telemetry.ts'
import type { Instant } from '../src/core/base/time.ts'
import { expandHosts } from '../src/core/capacity/hostlist.ts'
import type { Reading } from '../src/core/meter/reading.ts'
import { verifyClaim } from '../src/server/app/verify-claim.ts'
import type { Store } from '../src/server/store/database.ts'
import { campusAgreement, campusMonth, campusNow, campusReadings, hour, local, nodeName, nodesPerRack, racks } from './small-campus.ts'

/** What GPUs of a node draw when idle, and in use; in watts. */
const [idleWatts, busyWatts] = [140, 990]

/** When each node had jobs, as the readings tell it. */
const busyOf = (readings: readonly Reading[]): Map<string, [from: Instant, to: Instant][]> => {
  const busy = new Map<string, [Instant, Instant][]>()
  for (const reading of readings)
    if (reading.kind === 'allocation' && reading.nodes !== undefined)
      for (const node of expandHosts(reading.nodes)) busy.set(node, [...(busy.get(node) ?? []), [reading.from, reading.to]])
  return busy
}

/** A rack that ran for eighteen hours without an order, and racks whose telemetry fell silent for three. */
export const secretUse = { rack: 35, from: local('10-16T00:00'), to: local('10-16T18:00') }
export const silence = { racks: [28, 29, 30], from: local('10-11T02:00'), to: local('10-11T05:00') }

/** Telemetry of the month: what the jobs did, and what nobody told. Hourly rows of every node, made as they are asked for. */
export const campusTelemetry = (readings: readonly Reading[]) => {
  const busy = busyOf(readings)
  const secondsIn = (spans: readonly (readonly [Instant, Instant])[], from: Instant): number =>
    Math.min(
      hour,
      spans.reduce((sum, [start, stop]) => sum + Math.max(0, Math.min(stop, from + hour) - Math.max(start, from)), 0),
    )
  const nodeOf = (rack: number, name: string, from: Instant, to: Instant): NodeTelemetry => {
    const hours = (to - from) / hour
    const spans = [...(busy.get(name) ?? []), ...(rack === secretUse.rack ? [[secretUse.from, secretUse.to] as const] : [])]
    const isSilent = (now: Instant) => silence.racks.includes(rack) && now >= silence.from && now < silence.to
    const each = (of: (now: Instant) => number) => Array.from({ length: hours }, (_, i) => of(from + i * hour))
    const active = each((now) => (isSilent(now) ? 0 : 4 * secondsIn(spans, now)))
    return {
      node: name,
      from,
      gpus: 4,
      covered: Uint32Array.from(each((now) => (isSilent(now) ? 0 : 4 * hour))),
      active: Uint32Array.from(active),
      powered: Uint32Array.from(active),
      wattsMax: Float32Array.from(
        each((now) => (isSilent(now) ? 0 : secondsIn(spans, now) > 0 ? busyWatts + ((now / hour) % 7) * 4 : idleWatts)),
      ),
      xids: undefined,
    }
  }
  return {
    async *nodeMonths(_factory: string, from: Instant, to: Instant): AsyncGenerator<NodeTelemetry> {
      for (const rack of racks) for (let node = 1; node <= nodesPerRack; node++) yield nodeOf(rack, nodeName(rack, node), from, to)
    },
  }
}

/** Holds the month's claim against the readings and this telemetry. */
export const verifyCampus = async (store: Store, readings: readonly Reading[] = campusReadings()): Promise<void> => {
  const answer = await verifyClaim(store, campusTelemetry(readings), {
    agreement: campusAgreement,
    month: campusMonth,
    now: campusNow,
    by: 'test',
  })
  assert.equal(answer.kind, 'verified', answer.kind === 'refused' ? answer.messages.join() : '')
}
