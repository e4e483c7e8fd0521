import { describeCalibration } from '../history/calibration.ts'
import type { Campus } from './campus.ts'
import { sizeOf } from './simulate.ts'

/** Said wherever a simulated campus is shown: how large it is, and what it rests on. */
export const describeCampus = (campus: Campus): string => {
  const { racks, nodes, gpus } = sizeOf(campus)
  const [r, n, g] = [racks, nodes, gpus].map((each) => each.toLocaleString('en'))
  const { agreement } = campus.world.schedule
  return `${agreement}: ${g} GPUs in ${r} racks of ${n} nodes, all accepted as the month begins; ${describeCalibration()}; who keeps how much, where jobs run and which XID a failure shows are illustrative too`
}
