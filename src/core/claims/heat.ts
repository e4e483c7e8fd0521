/** What became of the GPU-seconds of a rack in an hour; what is none of these was not accepted. */
export const heatStates = ['soldUsed', 'soldIdle', 'unsold', 'unavailable', 'planned', 'noEvidence', 'flagged'] as const
export type HeatState = (typeof heatStates)[number]

/** GPU-seconds by rack, hour and state: 170,000 GPUs in a month are 50 MB. */
export type Heat = Readonly<{ racks: number; hours: number; cells: Uint32Array }>

export const emptyHeat = (racks: number, hours: number): Heat => ({
  racks,
  hours,
  cells: new Uint32Array(racks * hours * heatStates.length),
})

export const addHeat = ({ hours, cells }: Heat, rack: number, hour: number, state: number, gpuSeconds: number): void => {
  cells[(rack * hours + hour) * heatStates.length + state]! += gpuSeconds
}

/** Consecutive hours of a rack that are alike: from which hour, how many, and the GPU-seconds of one of them by state, in the order of `heatStates`. */
export type HeatRun = readonly [hour: number, hours: number, ...gpuSeconds: number[]]

/** The hours of one rack as runs. */
export const heatRuns = ({ hours, cells }: Heat, rack: number): HeatRun[] => {
  const runs: [number, number, ...number[]][] = []
  const width = heatStates.length
  for (let hour = 0; hour < hours; hour++) {
    const cell = cells.subarray((rack * hours + hour) * width, (rack * hours + hour + 1) * width)
    const last = runs.at(-1)
    if (last !== undefined && cell.every((value, i) => value === last[i + 2])) last[1] += 1
    else runs.push([hour, 1, ...cell])
  }
  return runs
}
