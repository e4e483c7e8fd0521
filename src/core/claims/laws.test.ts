import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { agreed, anyWorld, racks, tick, type World } from '../../../test/claims-world.ts'
import { isPlaced, makeView, nodes, walk } from '../../../test/claims-walk.ts'
import { digestOf } from '../../../test/readings.ts'
import type { Reading } from '../meter/reading.ts'
import { makeVerifier } from './verify.ts'

const verifierOf = ({ schedule, window, tolerances, readings }: World) => {
  const verifier = makeVerifier({ ...schedule, claims: [{ from: 0, value: tolerances, pointer: '' }] }, window)
  for (const reading of readings) verifier.add(reading, digestOf(reading))
  return verifier
}
const verify = (world: World) => {
  const verifier = verifierOf(world)
  for (const each of world.telemetry) verifier.judge(each)
  return verifier.result(world.facts)
}
const totalOf = (world: World, key: 'claimed' | 'eligible' | 'rejected' | 'unproven') => verify(world).blocks.map((block) => block[key])

test('CL1 CL6 what is claimed, stands, is rejected and is unproven is what a plain walk through every minute gives, and adds up', () => {
  fc.assert(
    fc.property(anyWorld, (world) => {
      const found = verify(world)
      for (const { claimed, eligible, rejected, unproven, reasons } of found.blocks) {
        assert.equal(claimed, eligible + rejected + unproven)
        assert.equal(
          rejected + unproven,
          reasons.reduce((sum, { gpuSeconds }) => sum + gpuSeconds, 0),
        )
        for (const { gpuSeconds, alone, reason } of reasons) assert.ok(alone >= 0 && gpuSeconds >= 0, reason)
      }
      const plain = found.blocks.map(({ block, claimed, eligible, reasons }) => ({
        block,
        claimed,
        eligible,
        ...Object.fromEntries(reasons.map(({ reason, gpuSeconds }) => [reason, gpuSeconds])),
      }))
      assert.deepEqual(plain, walk(world))
    }),
    { numRuns: 400 },
  )
})

test('CL2 the order of readings and of nodes changes nothing', () => {
  const told = (world: World) => {
    const { heatOf, ...rest } = verify(world)
    return { ...rest, heat: rest.racks.map((_, i) => heatOf(i)) }
  }
  const shuffled = anyWorld.chain((world) =>
    fc
      .tuple(
        fc.shuffledSubarray([...world.readings], { minLength: world.readings.length }),
        fc.shuffledSubarray([...world.telemetry], { minLength: world.telemetry.length }),
      )
      .map(([readings, telemetry]) => [world, { ...world, readings, telemetry }] as const),
  )
  fc.assert(
    fc.property(shuffled, ([world, other]) => assert.deepEqual(told(other), told(world))),
    { numRuns: 150 },
  )
})

test('CL4 more activity never makes more eligible; more evidence never leaves more unproven', () => {
  const touched = fc.tuple(anyWorld, fc.nat(), fc.nat(), fc.nat(15_000))
  fc.assert(
    fc.property(touched, ([world, which, hour, more]) => {
      fc.pre(world.telemetry.length > 0)
      const change = (key: 'active' | 'covered'): World => {
        const at = which % world.telemetry.length
        const telemetry = world.telemetry.map((each, i) => {
          if (i !== at) return each
          const column = each[key].slice()
          column[hour % column.length]! += more
          return { ...each, [key]: column }
        })
        return { ...world, telemetry }
      }
      const before = totalOf(world, 'eligible')
      for (const [i, after] of totalOf(change('active'), 'eligible').entries()) assert.ok(after <= before[i]!, 'activity')
      for (const [i, after] of totalOf(change('covered'), 'eligible').entries()) assert.ok(after >= before[i]!, 'evidence')
      const unproven = totalOf(world, 'unproven')
      for (const [i, after] of totalOf(change('covered'), 'unproven').entries()) assert.ok(after <= unproven[i]!, 'evidence')
    }),
    { numRuns: 200 },
  )
})

/** GPU-seconds of a rack in an hour that are accepted, and that are claimed and not accepted. */
const standing = (world: World, unit: string, hour: number): number => {
  const rack = racks.find((each) => each.unit === unit)!
  const view = makeView(world)
  let total = 0
  for (let at = Math.max(hour, world.window.from); at < Math.min(hour + 3600, world.window.to); at += tick)
    for (const node of nodes.filter((each) => each.unit === unit)) {
      const { accepted, plausible } = view.state(node, at)
      total += (accepted ? rack.gpus : plausible) * tick
    }
  return total
}

test('CL9 the states of a rack in an hour are its accepted GPU-time, and what is claimed where nothing is accepted', () => {
  fc.assert(
    fc.property(anyWorld, (world) => {
      const found = verify(world)
      for (const [i, { rack }] of found.racks.entries()) {
        const hours = found.heatOf(i).flatMap(([, length, ...states]) => Array.from({ length }, () => states))
        assert.equal(hours.length, Math.ceil((world.window.to - found.firstHour) / 3600))
        for (const [hour, states] of hours.entries()) {
          assert.ok(
            states.every((each) => each >= 0),
            states.join(),
          )
          assert.equal(
            states.reduce((sum, each) => sum + each, 0),
            standing(world, rack, found.firstHour + hour * 3600),
          )
        }
      }
    }),
    { numRuns: 80 },
  )
})

test('CL3 what differs by no more than was agreed is not flagged', () => {
  const calm = fc.tuple(
    anyWorld,
    fc.array(fc.nat(300), { minLength: 40, maxLength: 40 }),
    fc.array(fc.nat(1000), { minLength: 40, maxLength: 40 }),
  )
  fc.assert(
    fc.property(calm, ([world, busy, missing]) => {
      const { window } = world
      const from = Math.floor(window.from / 3600) * 3600
      const hours = Math.ceil((window.to - from) / 3600)
      const column = (each: (hour: number) => number) => Uint32Array.from({ length: hours }, (_, hour) => each(hour))
      const telemetry = nodes.map(({ name, gpus }, i) => ({
        node: name,
        gpus,
        from,
        active: column((hour) => busy[(i * 5 + hour) % 40]!),
        powered: column(() => 0),
        covered: column((hour) => gpus * 3600 - Math.floor((gpus * 360 * missing[(i * 3 + hour) % 40]!) / 1000)),
        wattsMax: new Float32Array(hours),
        xids: undefined,
      }))
      const readings = world.readings.filter(({ kind }) => ['rack', 'acceptance', 'allocation', 'reservation', 'outage'].includes(kind))
      const offers = ['first', 'second'].map(
        (pool, i) => ({ kind: 'offer', source: 'desk', id: `o${i}`, ...window, pool, price: '3.10', currency: 'USD' }) as Reading,
      )
      const found = verify({ ...world, tolerances: agreed, telemetry, readings: [...readings, ...offers] })
      for (const { rejected, reasons } of found.blocks) {
        assert.equal(rejected, 0)
        assert.deepEqual(
          reasons.filter(({ reason, alone }) => alone > 0 && reason !== 'no-evidence'),
          [],
        )
      }
      assert.deepEqual(
        found.findings.filter(({ verdict, unit }) => verdict !== 'beside' && unit !== undefined),
        [],
      )
    }),
    { numRuns: 150 },
  )
})

test('CL7 without what a finding rests on, exactly its GPU-time stands again', () => {
  const some = anyWorld.map((world) => ({
    ...world,
    tolerances: { ...agreed, listPrice: undefined },
    readings: world.readings.filter(({ kind }) => kind !== 'gap'),
    telemetry: world.telemetry.map((each) => ({ ...each, xids: undefined, covered: each.covered.map(() => each.gpus * 3600) })),
  }))
  let restored = 0
  fc.assert(
    fc.property(some, (world) => {
      const before = verify(world)
      const found = before.findings.find(({ kind, verdict, unit }) => kind === 'drew-power' && verdict === 'rejected' && unit !== undefined)
      fc.pre(found !== undefined)
      const block = before.blocks.find((each) => each.block === found.subject)!
      // What a block claims without a place may be any of its free GPUs, so there another finding takes the place of one that falls.
      fc.pre(
        block.basis === 'claims' &&
          !world.readings.some((each) => each.kind === 'claim' && each.block === found.subject && !isPlaced(each)),
      )
      const calm = world.telemetry.map((each) => {
        const idle = (column: Uint32Array) =>
          column.map((seconds, hour) =>
            each.node === found.unit && found.from < each.from + (hour + 1) * 3600 && each.from + hour * 3600 < found.to ? 0 : seconds,
          )
        return { ...each, active: idle(each.active), powered: idle(each.powered) }
      })
      const after = verify({ ...world, telemetry: calm }).blocks.find((each) => each.block === found.subject)!
      assert.equal(after.eligible - block.eligible, found.gpuSeconds)
      assert.equal(block.rejected - after.rejected, found.gpuSeconds)
      restored += 1
    }),
    { numRuns: 60 },
  )
  assert.ok(restored > 30)
})
