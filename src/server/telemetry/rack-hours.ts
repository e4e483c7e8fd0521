import type { NodeTelemetry } from '../../core/claims/telemetry.ts'

/** What telemetry says of one rack over the hours of its nodes; index = hour. GPU-seconds summed over its GPUs. */
export type RackHours = { unit: string; gpus: number; covered: Float64Array; active: Float64Array; powered: Float64Array }

/** Adds nodes up to racks, for a heat map. `rackOf` says in which rack a node stands; nodes that stand in none are left out. */
export const rackHours = async (
  nodes: AsyncIterable<NodeTelemetry> | Iterable<NodeTelemetry>,
  rackOf: (node: string) => string | undefined,
): Promise<RackHours[]> => {
  const racks = new Map<string, RackHours>()
  for await (const node of nodes) {
    const unit = rackOf(node.node)
    if (unit === undefined) continue
    const rack = racks.get(unit) ?? emptyRack(unit, node.covered.length)
    racks.set(unit, rack)
    rack.gpus += node.gpus
    for (let i = 0; i < node.covered.length; i++) {
      rack.covered[i]! += node.covered[i]!
      rack.active[i]! += node.active[i]!
      rack.powered[i]! += node.powered[i]!
    }
  }
  return [...racks.values()].toSorted((a, b) => (a.unit < b.unit ? -1 : 1))
}

const emptyRack = (unit: string, hours: number): RackHours => ({
  unit,
  gpus: 0,
  covered: new Float64Array(hours),
  active: new Float64Array(hours),
  powered: new Float64Array(hours),
})
