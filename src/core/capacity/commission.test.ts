import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { TrancheId } from '../base/id.ts'
import { integrate, valueAt } from '../base/steps.ts'
import { monthInterval, startOfDate } from '../base/time.ts'
import type { Tranche } from '../terms/agreement.ts'
import { acceptedGpus, commission } from './commission.ts'

const trancheOf = (id: string, gpus: number): Tranche => ({ id: id as TrancheId, gpus, due: '2027-03-01' })

test('CAP1 tested at 98 % of design keeps the contract capacity; below, it is cut in proportion and floored', () => {
  assert.equal(acceptedGpus(2500, { design: 1000, tested: 1000 }), 2500)
  assert.equal(acceptedGpus(2500, { design: 1000, tested: 980 }), 2500)
  // 2,500 · 979 / 1,000 = 2,447.5
  assert.equal(acceptedGpus(2500, { design: 1000, tested: 979 }), 2447)
  assert.equal(acceptedGpus(2500, { design: 1000, tested: 0 }), 0)
  // Better than designed is no more than was contracted.
  assert.equal(acceptedGpus(2500, { design: 1000, tested: 1200 }), 2500)
  // 49 / 50 is 98 % exactly, where 0.98 as binary floating point is not.
  assert.equal(acceptedGpus(50, { design: 50, tested: 49 }), 50)
  // Units that are large: 8,000,000 · (10^15 · 0.97) is far beyond 2^53.
  assert.equal(acceptedGpus(8_000_000, { design: 1_000_000_000_000_000, tested: 970_000_000_000_000 }), 7_760_000)
  assert.throws(() => acceptedGpus(1, { design: 0, tested: 0 }), RangeError)
})

test('CAP1 the accepted part is never above contract or below what was tested, whatever the unit', () => {
  const tests = fc.record({
    contract: fc.nat(100_000),
    design: fc.integer({ min: 1, max: 100_000 }),
    tested: fc.nat(120_000),
    unit: fc.constantFrom(1, 7, 1000),
  })
  fc.assert(
    fc.property(tests, ({ contract, design, tested, unit }) => {
      const gpus = acceptedGpus(contract, { design, tested })
      assert.ok(gpus <= contract && gpus >= Math.floor((contract * Math.min(tested, design)) / design))
      assert.equal(gpus, acceptedGpus(contract, { design: design * unit, tested: tested * unit }))
      if (gpus < contract) assert.ok(100 * tested < 98 * design)
    }),
  )
})

test('CAP1 2,500 GPUs accepted on 5 March are 2,177.4193548387096774 of the month on average (worked value 11)', () => {
  const march = monthInterval('2027-03', 'UTC')
  const accepted = commission(
    [trancheOf('first', 2500)],
    [{ tranche: 'first' as TrancheId, at: startOfDate('2027-03-05', 'UTC'), design: 1, tested: 1 }],
  )
  const gpuSeconds = BigInt(integrate(accepted, march.from, march.to))
  // 27 of 31 days: 67,500 / 31, worked out to 16 decimals in whole numbers.
  assert.equal(gpuSeconds, 2500n * 27n * 86_400n)
  const scaled = (gpuSeconds * 10n ** 17n) / (31n * 86_400n)
  assert.equal((scaled + 5n) / 10n, 21_774_193_548_387_096_774n)
})

test('CAP1 tranches add up from their acceptances on, over a clock change', () => {
  const zone = 'Australia/Sydney'
  const october = monthInterval('2017-10', zone)
  const [first, second] = [startOfDate('2017-09-20', zone), startOfDate('2017-10-02', zone)]
  const accepted = commission(
    [trancheOf('one', 100), trancheOf('two', 40)],
    [
      { tranche: 'two' as TrancheId, at: second, design: 40, tested: 20 },
      { tranche: 'one' as TrancheId, at: first, design: 100, tested: 100 },
    ],
  )
  assert.deepEqual(
    [first - 1, first, second - 1, second].map((at) => valueAt(accepted, at)),
    [0, 100, 100, 120],
  )
  // 743 hours of 100 GPUs; 1 October has 23 hours, so 20 more GPUs count for 720.
  assert.equal(integrate(accepted, october.from, october.to), (743 * 100 + 720 * 20) * 3600)
})
