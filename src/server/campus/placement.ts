import { gpusPerNode, gpusPerRack, nodesPerRack, type Layout } from './layout.ts'

/** Where a job runs: some GPUs of one node, or so many whole nodes. */
export type Place = number | readonly number[]

/**
 * Which GPUs are free, node by node. Racks belong to areas: what one buyer reserved, or what is sold on demand. A job goes to the fullest rack
 * of its area that still fits it, and there to the fullest node; one of several nodes stays within a rack, one that is larger than a rack goes to racks
 * that are wholly free. So whole racks stay free for those who need them.
 */
export type Placement = Readonly<{
  /** GPUs taken in an area, or undefined where it has no room. `job` is a number from 0 that names the job. */
  take: (area: number, gpus: number, job: number) => Place | undefined
  release: (job: number, place: Place) => void
  /** Takes a node out of service; its jobs have to be released before. */
  stop: (node: number) => void
  start: (node: number) => void
  /** The job on each GPU of a node, −1 where there is none. */
  jobsOn: (node: number) => Int32Array
}>

/** Racks by area and free GPUs, as chains: a rack is moved in constant time. */
const makeChains = (areaOf: ArrayLike<number>, areas: number, free: Int16Array) => {
  const width = gpusPerRack + 1
  const heads = new Int32Array(areas * width).fill(-1)
  const [next, before] = [new Int32Array(areaOf.length), new Int32Array(areaOf.length)]
  const link = (rack: number): void => {
    const chain = areaOf[rack]! * width + free[rack]!
    const head = heads[chain]!
    next[rack] = head
    before[rack] = -1
    if (head >= 0) before[head] = rack
    heads[chain] = rack
  }
  const unlink = (rack: number): void => {
    const [after, prior] = [next[rack]!, before[rack]!]
    if (after >= 0) before[after] = prior
    if (prior >= 0) next[prior] = after
    else heads[areaOf[rack]! * width + free[rack]!] = after
  }
  return { link, unlink, first: (area: number, gpus: number) => heads[area * width + gpus]!, next }
}

/** What is where. `free` counts the GPUs of a node that no job holds, whether or not it is in service. */
type State = Readonly<{
  jobs: Int32Array
  free: Uint8Array
  isDown: Uint8Array
  /** GPUs of a rack that are free and in service, and its nodes that are so as a whole. */
  rackFree: Int16Array
  rackWhole: Uint8Array
  chains: ReturnType<typeof makeChains>
}>

const move = ({ chains, rackFree, rackWhole }: State, rack: number, gpus: number, whole: number): void => {
  chains.unlink(rack)
  rackFree[rack]! += gpus
  rackWhole[rack]! += whole
  chains.link(rack)
}

const fill = (state: State, node: number, gpus: number, job: number): void => {
  const { jobs, free } = state
  let left = gpus
  for (let gpu = node * gpusPerNode; left > 0; gpu++)
    if (jobs[gpu] === -1) {
      jobs[gpu] = job
      left -= 1
    }
  const wasWhole = free[node] === gpusPerNode
  free[node]! -= gpus
  move(state, Math.floor(node / nodesPerRack), -gpus, wasWhole ? -1 : 0)
}

const empty = (state: State, node: number, job: number): void => {
  const { jobs, free } = state
  let gpus = 0
  for (let gpu = node * gpusPerNode; gpu < (node + 1) * gpusPerNode; gpu++)
    if (jobs[gpu] === job) {
      jobs[gpu] = -1
      gpus += 1
    }
  free[node]! += gpus
  move(state, Math.floor(node / nodesPerRack), gpus, free[node] === gpusPerNode ? 1 : 0)
}

/** The fullest node of a rack that has so many GPUs free; −1 where there is none. */
const nodeIn = ({ isDown, free }: State, rack: number, gpus: number): number => {
  let [best, least] = [-1, gpusPerNode + 1]
  for (let node = rack * nodesPerRack; node < (rack + 1) * nodesPerRack; node++)
    if (isDown[node] === 0 && free[node]! >= gpus && free[node]! < least) [best, least] = [node, free[node]!]
  return best
}

const takePart = (state: State, area: number, gpus: number, job: number): Place | undefined => {
  const { chains } = state
  for (let room = gpus; room <= gpusPerRack; room++)
    for (let rack = chains.first(area, room); rack >= 0; rack = chains.next[rack]!) {
      const node = nodeIn(state, rack, gpus)
      if (node < 0) continue
      fill(state, node, gpus, job)
      return node
    }
  return undefined
}

const takeWhole = (state: State, rack: number, count: number, job: number): number[] => {
  const taken: number[] = []
  for (let node = rack * nodesPerRack; taken.length < count; node++)
    if (state.isDown[node] === 0 && state.free[node] === gpusPerNode) {
      fill(state, node, gpusPerNode, job)
      taken.push(node)
    }
  return taken
}

const takeNodes = (state: State, area: number, count: number, job: number): Place | undefined => {
  const { chains, rackWhole } = state
  for (let room = count * gpusPerNode; room <= gpusPerRack; room++)
    for (let rack = chains.first(area, room); rack >= 0; rack = chains.next[rack]!)
      if (rackWhole[rack]! >= count) return takeWhole(state, rack, count, job)
  return undefined
}

/** Nodes of several racks that are wholly free, as evenly as may be. */
const takeRacks = (state: State, area: number, count: number, job: number): Place | undefined => {
  const { chains } = state
  const wanted = Math.ceil(count / nodesPerRack)
  const chosen: number[] = []
  for (let rack = chains.first(area, gpusPerRack); rack >= 0 && chosen.length < wanted; rack = chains.next[rack]!) chosen.push(rack)
  if (chosen.length < wanted) return undefined
  let left = count
  return chosen.flatMap((rack, i) => {
    const here = Math.ceil(left / (wanted - i))
    left -= here
    return takeWhole(state, rack, here, job)
  })
}

/** Empty nodes in every rack; `areaOf` says which area each rack belongs to, from 0. */
export const makePlacement = ({ racks }: Pick<Layout, 'racks'>, areaOf: ArrayLike<number>): Placement => {
  const nodes = racks.length * nodesPerRack
  const rackFree = new Int16Array(racks.length).fill(gpusPerRack)
  const areas = Array.from(areaOf).reduce((most, area) => Math.max(most, area + 1), 0)
  const state: State = {
    jobs: new Int32Array(nodes * gpusPerNode).fill(-1),
    free: new Uint8Array(nodes).fill(gpusPerNode),
    isDown: new Uint8Array(nodes),
    rackFree,
    rackWhole: new Uint8Array(racks.length).fill(nodesPerRack),
    chains: makeChains(areaOf, areas, rackFree),
  }
  // Backwards, so that the first rack is the first to be filled.
  for (let rack = racks.length - 1; rack >= 0; rack--) state.chains.link(rack)
  const turn = (node: number, isDown: boolean): void => {
    state.isDown[node] = isDown ? 1 : 0
    move(state, Math.floor(node / nodesPerRack), isDown ? -gpusPerNode : gpusPerNode, isDown ? -1 : 1)
  }
  return {
    take: (area, gpus, job) => {
      if (gpus < gpusPerNode) return takePart(state, area, gpus, job)
      const count = Math.ceil(gpus / gpusPerNode)
      return count <= nodesPerRack ? takeNodes(state, area, count, job) : takeRacks(state, area, count, job)
    },
    release: (job, place) => {
      for (const node of typeof place === 'number' ? [place] : place) empty(state, node, job)
    },
    stop: (node) => turn(node, true),
    start: (node) => turn(node, false),
    jobsOn: (node) => state.jobs.subarray(node * gpusPerNode, (node + 1) * gpusPerNode),
  }
}
