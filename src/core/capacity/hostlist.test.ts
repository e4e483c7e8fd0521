import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compressHosts, countHosts, expandHosts, hostsMax } from './hostlist.ts'

const host = fc
  .tuple(fc.constantFrom('fa', 'b1', 'syd-a', 'x9y', ''), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 30 }), fc.boolean())
  .map(
    ([site, rack, node, padded]) =>
      `${site}${site === '' ? 'r' : '-r'}${`${rack}`.padStart(3, '0')}-n${padded ? `${node}`.padStart(2, '0') : node}`,
  )

test('CAP8 a hostlist names the nodes that it was made of, each once and sorted by name', () => {
  fc.assert(
    fc.property(fc.array(host, { minLength: 1, maxLength: 60 }), (names) => {
      const list = compressHosts(names)
      assert.deepEqual(expandHosts(list).toSorted(), [...new Set(names)].toSorted())
      assert.equal(countHosts(list), new Set(names).size)
    }),
  )
})

test("CAP8 Slurm's forms are read: ranges, several brackets in a name, widths, names without numbers", () => {
  const cases: [string, string[]][] = [
    ['fa-r001-n[01-03,18]', ['fa-r001-n01', 'fa-r001-n02', 'fa-r001-n03', 'fa-r001-n18']],
    ['r[1-2]n[09-10]', ['r1n09', 'r1n10', 'r2n09', 'r2n10']],
    ['a,b-[2],c[8-10]x', ['a', 'b-2', 'c8x', 'c9x', 'c10x']],
    ['login', ['login']],
  ]
  for (const [list, names] of cases) {
    assert.deepEqual(expandHosts(list), names)
    assert.equal(countHosts(list), names.length)
  }
  assert.equal(compressHosts(['fa-r001-n02', 'login', 'fa-r001-n01', 'fa-r001-n04']), 'fa-r001-n[01-02,04],login')
  assert.equal(compressHosts([]), '')
})

test('CAP8 what is no hostlist, or names too many nodes, has no count and is not expanded', () => {
  for (const bad of ['', 'a,', ',a', 'a[', 'a[1', 'a[]', 'a[2-1]', 'a[10-9]', 'a[x]', 'a b', 'a]1[', 'é', 'a[1-2', 'n[1-999999999]']) {
    assert.equal(countHosts(bad), undefined, bad)
    assert.throws(() => expandHosts(bad), RangeError)
  }
  assert.equal(countHosts(`n[1-${hostsMax}]`), hostsMax)
  assert.equal(countHosts(`n[0-${hostsMax}]`), undefined)
  assert.equal(countHosts('n'.repeat(70_000)), undefined)
})
