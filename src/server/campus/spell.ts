import { writeInstant } from '../../core/meter/instants.ts'
import { formatReading } from '../../core/meter/parse.ts'
import type { Allocation, Reading } from '../../core/meter/reading.ts'

/** Names of a campus hold nothing that JSON would escape, so an allocation is written by putting its texts between quotes. */
const spellAllocation = ({ source, id, from, to, pool, gpus, nodes, order, tenant, product }: Allocation): string =>
  `{"kind":"allocation","source":"${source}","id":"${id}","from":"${writeInstant(from)}","to":"${writeInstant(to)}","pool":"${pool}","gpus":${gpus},"nodes":"${nodes}"` +
  `${order === undefined ? '' : `,"order":"${order}"`},"tenant":"${tenant}","product":"${product}"}\n`

/** The line of a reading of a campus, as `formatReading` has it. */
export const spell = (reading: Reading): string =>
  reading.kind === 'allocation' ? spellAllocation(reading) : `${JSON.stringify(formatReading(reading))}\n`
