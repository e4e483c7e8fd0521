import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { gpusPerNode, nodesPerRack, type Rack } from './layout.ts'
import { makePlacement, type Place } from './placement.ts'

const racksOf = (count: number) => ({ racks: Array.from({ length: count }, (_, index) => ({ index }) as Rack) })
const nodesOf = (place: Place): readonly number[] => (typeof place === 'number' ? [place] : place)
const rackOf = (node: number): number => Math.floor(node / nodesPerRack)

test('CA6 a job goes to the fullest rack that fits it and the fullest node there, as a plain search finds it', () => {
  const steps = fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.record({ take: fc.constantFrom(1, 1, 1, 2, 3, 4, 8, 16, 72, 128) }) },
      { weight: 2, arbitrary: fc.record({ release: fc.nat(30) }) },
      fc.record({ turn: fc.nat(3 * nodesPerRack - 1) }),
    ),
    { minLength: 20, maxLength: 120 },
  )
  fc.assert(
    fc.property(steps, (all) => {
      const placement = makePlacement(racksOf(3), [0, 0, 0])
      /** GPUs free by node; 0 where it is down. */
      const free = Array.from({ length: 3 * nodesPerRack }, () => gpusPerNode)
      const down = new Set<number>()
      const running = new Map<number, Place>()
      const eachOf = (place: Place, gpus: number) => (typeof place === 'number' ? gpus : gpusPerNode)
      const sizes = new Map<number, number>()
      for (const [job, step] of all.entries()) {
        if ('turn' in step) {
          const node = step.turn
          if (down.delete(node)) placement.start(node)
          else if (free[node] === gpusPerNode) {
            down.add(node)
            placement.stop(node)
          }
          continue
        }
        if ('release' in step) {
          const [released, place] = [...running][step.release] ?? []
          if (released === undefined) continue
          placement.release(released, place!)
          running.delete(released)
          for (const node of nodesOf(place!)) free[node]! += eachOf(place!, sizes.get(released)!)
          continue
        }
        const gpus = step.take
        const there = (node: number) => (down.has(node) ? 0 : free[node]!)
        const rackFree = (rack: number) => free.reduce((sum, _, node) => sum + (rackOf(node) === rack ? there(node) : 0), 0)
        const whole = Math.ceil(gpus / gpusPerNode)
        const fits = (rack: number) => {
          const nodes = [...free.keys()].filter((node) => rackOf(node) === rack)
          if (gpus < gpusPerNode) return nodes.some((node) => there(node) >= gpus)
          return nodes.filter((node) => there(node) === gpusPerNode).length >= Math.min(whole, nodesPerRack)
        }
        const fitting = [0, 1, 2].filter(fits)
        const racksWanted = Math.ceil(whole / nodesPerRack)
        const place = placement.take(0, gpus, job)
        assert.equal(place !== undefined, fitting.length >= racksWanted)
        if (place === undefined) continue
        const nodes = nodesOf(place)
        const used = [...new Set(nodes.map(rackOf))]
        assert.equal(used.length, racksWanted)
        // The fullest of those that fit: none has fewer GPUs free.
        if (racksWanted === 1) assert.equal(rackFree(used[0]!), Math.min(...fitting.map(rackFree)))
        if (gpus < gpusPerNode) {
          const candidates = [...free.keys()].filter((node) => rackOf(node) === used[0] && there(node) >= gpus)
          assert.equal(there(nodes[0]!), Math.min(...candidates.map(there)))
        } else assert.equal(nodes.length, whole)
        for (const node of nodes) {
          assert.ok(!down.has(node))
          free[node]! -= eachOf(place, gpus)
          assert.ok(free[node]! >= 0)
          assert.equal([...placement.jobsOn(node)].filter((each) => each === job).length, eachOf(place, gpus))
        }
        running.set(job, place)
        sizes.set(job, gpus)
      }
    }),
    { numRuns: 200 },
  )
})

test('CA6 areas do not lend each other racks', () => {
  const placement = makePlacement(racksOf(2), [0, 1])
  assert.equal(rackOf(nodesOf(placement.take(1, 72, 0)!)[0]!), 1)
  assert.equal(placement.take(1, 1, 1), undefined)
  assert.equal(placement.take(0, 128, 2), undefined)
})
