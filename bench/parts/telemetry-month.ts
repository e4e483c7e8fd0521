import type { Telemetry } from '../../src/server/telemetry/telemetry.ts'

/** A month of hourly rows of a campus of NVL72 racks, made in ClickHouse. */
export type TelemetryMonth = Readonly<{
  factory: string
  /** Its first whole hour, in seconds since 1970. */
  from: number
  hours: number
  nodes: number
  /** SQL of the seconds in which a GPU ran kernels, by `unit` (its node), `at` (the hour, from 0) and `chance` (a number that nothing follows from). */
  active: string
}>

export const gpusOfNode = 4
const nodesOfRack = 18
/** Hours that are written at a time: parts that overlap, as folds make them. */
const weekHours = 168

/** `b1-r0001-n01`: the name of a node by its number, from 0. */
export const nodeName = (node: number): string =>
  `b1-r${`${Math.floor(node / nodesOfRack) + 1}`.padStart(4, '0')}-n${`${(node % nodesOfRack) + 1}`.padStart(2, '0')}`

/** Fills the store, a week at a time. */
export const fillMonth = async ({ engine }: Telemetry, { factory, from, hours: all, nodes, active }: TelemetryMonth): Promise<void> => {
  for (let first = 0; first < all; first += weekHours) {
    const hours = Math.min(weekHours, all - first)
    await engine.command(`
INSERT INTO offtake.telemetry_hourly
SELECT '${factory}', concat('b1-r', leftPad(toString(intDiv(unit, ${nodesOfRack}) + 1), 4, '0'), '-n', leftPad(toString(unit % ${nodesOfRack} + 1), 2, '0')), gpu,
  toDateTime(${from} + 3600 * at, 'UTC'), 240, if(chance % 1000 < 3, 3600 - chance % 600, 3600), active,
  if(active = 0, 0, least(3600, active + chance % 20)), if(active = 0, 190 + chance % 20, 900 + chance % 400) AS most,
  if(active = 0, 185, most - 150 - chance % 7) AS mean, toUInt64(mean) * 3600000, round(active / 36, 1), round(active / 3600 * 0.7, 3),
  if(chance % 1000000 = 0, [toUInt16(79)], []), 1
FROM (
  SELECT intDiv(number, ${hours}) AS card, intDiv(card, ${gpusOfNode}) AS unit, toUInt8(card % ${gpusOfNode}) AS gpu, number % ${hours} + ${first} AS at,
    cityHash64(card, at) AS chance, ${active} AS active
  FROM numbers_mt(${nodes * gpusOfNode * hours})
)`)
  }
}
