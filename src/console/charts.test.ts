import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { cashChart, pickedCash, type CashMonth } from './cash-chart.ts'
import { daysOf } from './days.ts'
import { roundStep } from './axes.ts'
import { gpusOf, monthChart } from './month-chart.ts'
import { palettes, states } from './palette.ts'
import { valueStart } from './term-series.ts'
import { waterfallOf } from './waterfall.ts'
import type { StatementWire } from '../wire/statement.ts'

type Shown = { id: string; data: [number, number][]; z: number }

/** Two hours and a half of two blocks, in any counts: GPU-seconds by hour, the last bucket half as long. */
const anySeries = fc
  .array(fc.array(fc.tuple(...states.map(() => fc.integer({ min: 0, max: 40_000 }))), { minLength: 3, maxLength: 3 }), {
    minLength: 1,
    maxLength: 2,
  })
  .map((blocks) => {
    const edges = [0, 3600, 7200, 9000]
    const seconds = [3600, 3600, 1800]
    return {
      edges,
      blocks: blocks.map((hours, b) => {
        const of = (i: number) => hours.map((counts, hour) => counts[i]! * seconds[hour]!)
        const [sold, called, unsold, unavailable, planned] = states.map((_, i) => of(i)) as [
          number[],
          number[],
          number[],
          number[],
          number[],
        ]
        const accepted = seconds.map((_, hour) =>
          [sold, called, unsold, unavailable, planned].reduce((sum, state) => sum + state[hour]!, 0),
        )
        return { block: `b${b}`, accepted, sold, called, unsold, unavailable, planned }
      }),
    }
  })

test('CO10 the stack is drawn from zero in one order, and its top is the accepted line', () => {
  fc.assert(
    fc.property(anySeries, (series) => {
      const option = monthChart({ series, zone: 'UTC', rules: [] })(palettes.light) as unknown as { series: Shown[] }
      const shown = new Map(option.series.map((each) => [each.id, each]))
      const inOrder = states.map((state) => shown.get(state)!)
      const counts = states.map((state) => gpusOf(series, state))
      for (let hour = 0; hour < 3; hour++) {
        let top = 0
        for (const [i, area] of inOrder.entries()) {
          top += counts[i]![hour]!
          assert.deepEqual(area.data[hour], [series.edges[hour], top])
          // What is lower in the stack is painted later, over what is higher.
          if (i > 0) assert.ok(area.z < inOrder[i - 1]!.z)
        }
        assert.equal(shown.get('accepted')!.data[hour]![1], top)
      }
      // The last value holds to the end of the month.
      assert.deepEqual(shown.get('accepted')!.data[3], [9000, shown.get('accepted')!.data[2]![1]])
    }),
  )
})

test('CO1 every row of the table of days adds up to its accepted GPUs, in tenths', () => {
  fc.assert(
    fc.property(anySeries, (series) => {
      const days = daysOf(series, 'UTC')
      assert.equal(days.length, 1)
      for (const { tenths, acceptedTenths } of days)
        assert.equal(
          tenths.reduce((a, b) => a + b, 0n),
          acceptedTenths,
        )
    }),
  )
})

test('CO10 ticks are round numbers, at most five of them', () => {
  for (const most of [1, 3, 7, 12, 99, 100, 856, 1300, 40_032, 161_280]) {
    const step = roundStep(most)
    assert.ok(most / step <= 5 && most / step > 1.5, `${most}: ${step}`)
    assert.match(String(step).replace('.', ''), /^(1|2|25|5)0*$|^0*(1|2|25|5)$/)
  }
})

test('CO10 the price between the panels is that of the month: a correction of another month has none', () => {
  const line = { formula: 'backstop', payer: 'g', payee: 'o', text: 'Backstop', number: 1 }
  const own = { ...line, quantity: '3600', rate: '37/20', amount: '1.85' }
  const corrected = { ...line, quantity: '4440', rate: '1', amount: '4440.00', corrects: { month: '2026-10', line: 'k' } }
  const hours = { accepted: '3600', planned: '0', unavailable: '0', sold: '0', called: '0', unsold: '3600', claimed: '3600' }
  const of = (lines: readonly object[]) =>
    waterfallOf({
      lines,
      guarantor: { id: 'g', name: 'G' },
      operator: { id: 'o', name: 'O' },
      totals: { net: { payer: 'g', payee: 'o', amount: '1.85' } },
      waterfall: { ...hours, ineligible: '0', overCap: '0', paid: '3600' },
    } as unknown as StatementWire).prices
  assert.deepEqual(of([own, corrected]), ['37/20'])
  assert.deepEqual(of([corrected]), [])
})

test('CO70 a pressed bar names the lines of its own side and month; what is only promised names none', () => {
  const months: CashMonth[] = [
    { kind: 'behind', month: '2026-09', paid: '3.00', share: '2.00' },
    { kind: 'behind', month: '2026-10', paid: '5.00', share: '4.00' },
    { kind: 'ahead', month: '2026-11', firm: '1.00', contingent: '7.00' },
  ]
  type Bars = Readonly<{ id: string; type: string; data: readonly Readonly<{ value: number | null; name: string }>[] }>
  const { series } = cashChart(months, 'USD')(palettes.light) as unknown as { series: readonly Bars[] }
  const picked = series
    .filter(({ type }) => type === 'bar')
    .flatMap(({ id, data }) => data.flatMap(({ value, name }) => (value === null ? [] : [[id, pickedCash(name)] as const])))
  assert.deepEqual(picked, [
    ['share', { of: 'share', month: '2026-09' }],
    ['share', { of: 'share', month: '2026-10' }],
    ['paid', { of: 'paid', month: '2026-09' }],
    ['paid', { of: 'paid', month: '2026-10' }],
    ['firm', undefined],
    ['contingent', undefined],
  ])
})

test('CO75 the value of a lane is not struck through by the rule of today where there is room beside it, and never goes beyond what it holds for', () => {
  const pixels = fc.integer({ min: 0, max: 2000 })
  fc.assert(
    fc.property(pixels, pixels, pixels, fc.integer({ min: 10, max: 80 }), (from, length, rule, width) => {
      const to = from + length
      const start = valueStart({ from, to, rule, width })
      const isStruck = rule > start && rule < start + width
      assert.ok(start > from)
      assert.ok(!isStruck || rule + 4 + width > to)
      if (start !== valueStart({ from, to, rule: -100, width })) assert.ok(start + width <= to && start > rule)
    }),
  )
  assert.equal(valueStart({ from: 100, to: 500, rule: 120, width: 40 }) > 120, true)
})
