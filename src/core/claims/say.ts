import { toDecimal } from '../base/rational.ts'
import { formatLocal } from '../base/time.ts'
import { drainXids } from './drain-xids.ts'
import type { Finding } from './finding.ts'
import { inForce } from '../terms/schedule.ts'
import type { Intake } from './intake.ts'

type Unsaid = Omit<Finding, 'id' | 'text'>

const hoursOf = (gpuSeconds: number): string => `${(gpuSeconds / 3600).toLocaleString('en', { maximumFractionDigits: 2 })} GPU-h`

const sayTelemetry = ({ evidence: { figures } }: Unsaid, idleWatts: number): string => {
  const busiest = figures.reduce((most, each) => (Math.max(each[2], each[3]) > Math.max(most[2], most[3]) ? each : most))
  return `in the busiest hour kernels ran for ${busiest[2]} GPU-seconds and ${busiest[3]} were above ${idleWatts} W, at most ${Math.round(busiest[5])} W on one GPU`
}

const because = (finding: Unsaid, { schedule }: Pick<Intake, 'schedule'>): string => {
  const { kind, verdict, unit, evidence } = finding
  const agreed = inForce(schedule.claims, finding.from).value
  switch (kind) {
    case 'implausible-clock':
      return verdict === 'beside'
        ? 'one buyer ran twice at once on the same GPUs'
        : 'claimed before it had passed, beyond what clocks may differ'
    case 'before-acceptance':
      return 'claimed before the tranche was accepted, or where no rack stood'
    case 'sold-twice':
      return verdict === 'beside'
        ? 'sold to several buyers at once, beyond the GPUs that there are'
        : 'claimed as unsold while sold or called'
    case 'unavailable': {
      const xid = evidence.figures.find((each) => each[6] !== 0)?.[6]
      return xid === undefined
        ? 'claimed as unsold while out of service'
        : `claimed as unsold while XID ${xid} (${drainXids.get(xid)}) asked to drain the node`
    }
    case 'drew-power':
      return `claimed as unsold while in use: ${evidence.figures.length === 0 ? 'no figures' : sayTelemetry(finding, agreed.idleWatts)}`
    case 'above-list-price':
      return `offered only above the list price of ${agreed.listPrice === undefined ? '?' : toDecimal(agreed.listPrice)} per GPU-hour`
    case 'no-evidence':
      return unit === undefined
        ? 'no telemetry, no rack that is free, or a gap of the block'
        : `telemetry of less than ${toDecimal(agreed.coverage)} of the hour, or a gap of health or sales`
    case 'not-offered':
      return 'no offer is on record'
    case 'affiliate-below-reference':
      return 'sold to an affiliate below the reference price'
  }
}

/** One sentence that says how much, where, when and why. */
export const sayFinding = (finding: Unsaid, intake: Pick<Intake, 'schedule'>): string => {
  const { zone } = intake.schedule
  const where = finding.unit === undefined ? finding.subject : `${finding.unit}${finding.rack === undefined ? '' : ` (${finding.rack})`}`
  const when = `${formatLocal(finding.from, zone)} to ${formatLocal(finding.to, zone)}`
  return `${hoursOf(finding.gpuSeconds)} of ${where}, ${when}: ${because(finding, intake)}`
}
