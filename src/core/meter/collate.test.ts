import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { acceptAll, meteredFacts, scheduleOf } from '../../../test/schedule.ts'
import { hashOf } from '../base/hash.ts'
import { monthInterval } from '../base/time.ts'
import { collate, type Digested } from './collate.ts'
import { readingText } from './parse.ts'
import type { Reading } from './reading.ts'

/** A month of 743 hours. */
const window = monthInterval('2017-10', 'Australia/Sydney')
const digested = (reading: Reading): Digested => ({ reading, digest: hashOf(readingText(reading)) })
const say = (id: string, more: Readonly<Record<string, unknown>> = {}): Digested =>
  digested({ kind: 'allocation', source: 'slurm', id, pool: 'pool', gpus: 1, ...window, ...more } as unknown as Reading)
const replace = (id: string, replaces: string, revision: number, more: Readonly<Record<string, unknown>> = {}): Digested =>
  say(id, { replaces, revision, ...more })
const withdraw = (id: string, replaces: string, revision: number): Digested =>
  digested({ kind: 'withdrawal', source: 'slurm', id, replaces, revision })

const idsOf = (all: readonly Digested[]): string[] =>
  all.map(({ reading }) => `${reading.source}/${reading.id}`).toSorted((a, b) => (a < b ? -1 : 1))
const standing = (...all: Digested[]): string[] => idsOf(collate(all).accepted)

test('M5 a repeat is absorbed', () => {
  const collated = collate([say('1'), say('2'), say('1'), say('1', { recordedAt: 5 })])
  assert.deepEqual([idsOf(collated.accepted), collated.repeats, collated.refused], [['slurm/1', 'slurm/2'], 2, []])
  // The same id of another source is another reading.
  assert.deepEqual(standing(say('1'), say('1', { source: 'desk' })), ['desk/1', 'slurm/1'])
})

test('M5 one id with two contents is refused, and both are named', () => {
  const [one, two] = [say('1'), say('1', { gpus: 2 })]
  const collated = collate([one, say('2'), two, one])
  assert.deepEqual(idsOf(collated.accepted), ['slurm/2'])
  assert.equal(collated.repeats, 1)
  const [refusal, ...others] = collated.refused
  assert.deepEqual(others, [])
  assert.deepEqual([refusal!.kind, refusal!.source, refusal!.ids], ['other-content', 'slurm', ['1']])
  assert.ok(refusal!.message.includes(one.digest) && refusal!.message.includes(two.digest))
  // What replaces it settles the matter.
  assert.deepEqual(standing(one, two, replace('3', '1', 1)), ['slurm/3'])
  // But where it was to replace something itself, nobody can tell what.
  const unsure = [replace('r', 'x', 1), replace('r', 'y', 1), say('x'), say('y'), replace('s', 'r', 1)]
  assert.deepEqual(standing(...unsure), ['slurm/x', 'slurm/y'])
  assert.deepEqual(collate(unsure).refused[0]!.ids, ['r', 's'])
})

test('M5 the highest revision takes the place of what it replaces; a withdrawal takes it away', () => {
  assert.deepEqual(standing(say('x'), replace('r1', 'x', 1), replace('r2', 'x', 2)), ['slurm/r2'])
  assert.deepEqual(standing(replace('r1', 'x', 1)), ['slurm/r1'])
  assert.deepEqual(standing(say('x'), replace('r1', 'x', 1), replace('r2', 'r1', 1)), ['slurm/r2'])
  assert.deepEqual(standing(say('x'), withdraw('w', 'x', 1)), [])
  assert.deepEqual(standing(say('x'), withdraw('w', 'x', 1), replace('r', 'x', 2)), ['slurm/r'])
  assert.deepEqual(standing(say('x'), replace('r', 'x', 2), withdraw('w', 'x', 3)), [])
  // Taking back a correction leaves the one before it, or the reading itself.
  assert.deepEqual(standing(say('x'), replace('r1', 'x', 1), replace('r2', 'x', 2), withdraw('w', 'r2', 1)), ['slurm/r1'])
  assert.deepEqual(standing(say('x'), replace('r1', 'x', 1), withdraw('w', 'r1', 1)), ['slurm/x'])
  assert.deepEqual(standing(say('x'), withdraw('w', 'x', 1), withdraw('v', 'w', 1)), ['slurm/x'])
  // A replacement of one source says nothing of another's reading.
  assert.deepEqual(standing(say('x'), replace('r', 'x', 1, { source: 'desk' })), ['desk/r', 'slurm/x'])
})

test('M5 two replacements under one revision are refused with all that replaces them', () => {
  const tied = collate([say('x'), replace('r1', 'x', 1), replace('r2', 'x', 1), replace('s', 'r1', 1)])
  assert.deepEqual(idsOf(tied.accepted), ['slurm/x'])
  assert.deepEqual([tied.refused[0]!.kind, tied.refused[0]!.ids], ['same-revision', ['r1', 'r2', 's']])
  assert.match(tied.refused[0]!.message, /slurm\/r1 and slurm\/r2 both replace slurm\/x as revision 1/)
})

test('M5 readings that replace each other in a circle are refused', () => {
  const circle = collate([say('x'), replace('a', 'b', 1), replace('b', 'a', 1), replace('c', 'a', 2)])
  assert.deepEqual(idsOf(circle.accepted), ['slurm/x'])
  assert.deepEqual([circle.refused[0]!.kind, circle.refused[0]!.ids], ['circle', ['a', 'b', 'c']])
})

test('M5 ten thousand corrections of corrections are followed to the last', () => {
  const chain = Array.from({ length: 10_000 }, (_, i) => (i === 0 ? say('r0') : replace(`r${i}`, `r${i - 1}`, 1)))
  assert.deepEqual(standing(...chain), ['slurm/r9999'])
  assert.deepEqual(standing(...chain, withdraw('w', 'r9999', 1)), ['slurm/r9998'])
})

/** Any tangle: few ids, so that conflicts, ties, chains, withdrawals and circles are common. */
const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')
const reading = fc
  .record({
    id: name,
    replaces: fc.option(name, { nil: undefined }),
    revision: fc.integer({ min: 1, max: 3 }),
    gpus: fc.constantFrom(1, 1, 2),
    kind: fc.constantFrom('say', 'say', 'say', 'withdraw'),
  })
  .filter(({ id, replaces }) => id !== replaces)
  .map(({ id, replaces, revision, gpus, kind }) => {
    if (replaces === undefined) return say(id, { gpus })
    return kind === 'withdraw' ? withdraw(id, replaces, revision) : replace(id, replaces, revision, { gpus })
  })
const tangle = fc.array(reading, { maxLength: 9 })

test('M5 the order of arrival does not matter, and a repeat changes nothing', () => {
  const shuffled = tangle.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })))
  fc.assert(
    fc.property(shuffled, ([all, others]) => {
      const [one, two] = [collate(all), collate(others)]
      assert.deepEqual(idsOf(two.accepted), idsOf(one.accepted))
      assert.deepEqual(two.refused, one.refused)
      assert.equal(two.repeats, one.repeats)
      const again = collate([...all, ...others])
      assert.deepEqual([idsOf(again.accepted), again.refused, again.repeats], [idsOf(one.accepted), one.refused, one.repeats + all.length])
    }),
    { numRuns: 3000 },
  )
})

test('M5 every reading is accepted, replaced by an accepted or withdrawn one, or refused; none is both', () => {
  fc.assert(
    fc.property(tangle, (all) => {
      const { accepted, refused } = collate(all)
      const ids = new Set(accepted.map((each) => each.reading.id))
      assert.equal(ids.size, accepted.length)
      const refusedIds = new Set(refused.flatMap((each) => each.ids))
      const replacedIds = new Set(all.map((each) => each.reading.replaces))
      for (const { reading: each } of accepted)
        assert.ok(all.some((other) => other.reading.id === each.id) && each.kind !== 'withdrawal' && !refusedIds.has(each.id))
      for (const { reading: each } of all)
        assert.ok(
          ids.has(each.id) ||
            refusedIds.has(each.id) ||
            replacedIds.has(each.id) ||
            each.kind === 'withdrawal' ||
            each.replaces !== undefined,
          `${each.id} is lost`,
        )
    }),
    { numRuns: 2000 },
  )
})

test('M5 M7 facts of a month with a clock change are the same whatever was repeated and corrected on the way', () => {
  const schedule = scheduleOf({ zone: 'Australia/Sydney', blocks: [{ id: 'a', gpus: 1000 }] })
  const accept = acceptAll(schedule).map(digested)
  const count = fc.array(fc.record({ gpus: fc.nat(20), wrong: fc.nat(20), corrected: fc.boolean(), repeated: fc.boolean() }), {
    maxLength: 8,
  })
  fc.assert(
    fc.property(count, (jobs) => {
      // What is true is said at once, or wrongly first and then corrected, once or twice over.
      const told = jobs.flatMap(({ gpus, wrong, corrected, repeated }, i) => {
        const first = corrected
          ? [say(`job-${i}`, { gpus: wrong }), replace(`fix-${i}`, `job-${i}`, 1, { gpus })]
          : [say(`job-${i}`, { gpus })]
        return repeated ? [...first, ...first] : first
      })
      const { accepted } = collate([...accept, ...told])
      const factsOf = (all: readonly Digested[]) =>
        meteredFacts(
          schedule,
          window,
          all.map((each) => each.reading),
        ).blocks
      assert.deepEqual(factsOf(accepted), factsOf([...accept, ...jobs.map(({ gpus }, i) => say(`job-${i}`, { gpus }))]))
    }),
  )
})
