import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { InputWire } from '../wire/statement.ts'
import { parsePeriodView, parseSearch, withTable, writeSearch } from './address.ts'
import { chooseNumberStyle } from './number-style.ts'
import { shownValue, signOf } from './tree-values.ts'
import { check, everyNode, findNode, foldedAtFirst, roundingOf, treeOf, visibleNodes } from './tree.ts'

const input = (
  operator: InputWire['operator'],
  word: string,
  value: string,
  unit: InputWire['unit'],
  more: Partial<InputWire> = {},
): InputWire => ({
  operator,
  word,
  value,
  unit,
  source: { kind: 'sum' },
  ...more,
})

/** Ten GPUs accepted and four sold for an hour, at 2.345: 6 × 3,600 × 2.345 / 3,600 = 14.07. */
const line = {
  amount: '14.07',
  exact: '1407/100',
  equation: undefined,
  reasons: [
    input('+', 'Quantity paid', '21600', 'gpu-seconds', {
      symbol: 'Q',
      children: [
        input('+', 'Accepted', '36000', 'gpu-seconds', { symbol: '∫N', source: { kind: 'fact', subject: 'a', reading: ['acceptance'] } }),
        input('-', 'Sold', '14400', 'gpu-seconds', { symbol: '∫S' }),
      ],
    }),
    input('×', 'Price', '469/200', 'per-gpu-hour', { symbol: 'p' }),
    input('÷', 'Seconds in an hour', '3600', 'seconds'),
    input('note', 'Aggregate cap', 'not reached', 'text'),
  ],
}

test('CO2 a tree is worked out again from its leaves, and one wrong number is found where it stands', () => {
  assert.deepEqual(check(line, 'USD'), { adds: true })
  const [quantity, ...others] = line.reasons
  const wrong = { ...quantity!, children: [quantity!.children![0]!, { ...quantity!.children![1]!, value: '14401' }] }
  assert.deepEqual(check({ ...line, reasons: [wrong, ...others] }, 'USD'), { adds: false, path: 'Q', stated: '21600', workedOut: '21599' })
  assert.deepEqual(check({ ...line, exact: '1408/100' }, 'USD'), { adds: false, path: '', stated: '1408/100', workedOut: '1407/100' })
  assert.deepEqual(check({ ...line, amount: '14.10' }, 'USD'), { adds: false, path: '', stated: '14.10', workedOut: '1407/100' })
})

test('CO2 the one rounding is told: none, half-even, or together with the lines that one cap cuts', () => {
  assert.equal(roundingOf({ exact: '1407/100', amount: '14.07' }, 'USD'), 'exact')
  // 180 GPU-s at 2.50 are 0.125: half-even gives 0.12.
  assert.equal(roundingOf({ exact: '1/8', amount: '0.12' }, 'USD'), 'half-even')
  assert.equal(roundingOf({ exact: '1/8', amount: '0.13' }, 'USD'), 'together')
  assert.equal(roundingOf({ exact: '1/8', amount: '0.14' }, 'USD'), 'other')
})

test('CO6 every reason has an address of its own, and the way to the one asked for is open', () => {
  const root = treeOf(line)
  assert.equal(root.input.word, 'Amount = quantity paid × price')
  const paths = everyNode(root).map(({ path }) => path)
  assert.deepEqual(paths, ['', 'Q', 'Q.N', 'Q.S', 'p', '3', '4'])
  assert.equal(new Set(paths).size, paths.length)
  assert.equal(findNode(root, 'Q.S')?.input.word, 'Sold')
  assert.equal(findNode(root, 'Q.X'), undefined)
  assert.deepEqual(
    visibleNodes(root, new Set(['Q'])).map(({ path }) => path),
    ['', 'Q', 'p', '3', '4'],
  )
  // Five deep: folded, unless what is asked for lies inside.
  const deep = [1, 2, 3, 4, 5].reduce<InputWire>(
    (inner, n) => input('+', `${n}`, '1', 'major', { symbol: `S${n}`, children: [inner] }),
    input('+', 'leaf', '1', 'major'),
  )
  const tall = treeOf({ ...line, reasons: [deep] })
  assert.deepEqual([...foldedAtFirst(tall, '')], ['S5.S4.S3.S2', 'S5.S4.S3.S2.S1'])
  assert.deepEqual([...foldedAtFirst(tall, 'S5.S4.S3.S2.S1.1')], [])
})

test('CO6 an address comes back as it was written, and nonsense in it is dropped', () => {
  const view = { v: 3, line: 1, why: 'Q.U', table: 'waterfall.states', day: '2026-10-04' }
  assert.equal(writeSearch(view), '?v=3&line=1&why=Q.U&table=waterfall.states&day=2026-10-04')
  assert.deepEqual(parsePeriodView(parseSearch(writeSearch(view))), view)
  assert.deepEqual(parsePeriodView(parseSearch('?line=net')), { line: 'net' })
  assert.deepEqual(parsePeriodView(parseSearch('?line=-1&v=x&day=never&why=')), {})
  assert.equal(withTable(undefined, 'states', true), 'states')
  assert.equal(withTable('waterfall.states', 'waterfall', false), 'states')
  assert.equal(withTable('states', 'states', false), undefined)
})

test('CO74 a deduction is a sign and a size in either number style: never two signs, never a parenthesis for who prefers a minus', () => {
  const written = (value: string, exact = false) => {
    const deducted = input('-', 'Deducted', value, 'major')
    return `${signOf(deducted)} ${shownValue(deducted, { currency: 'USD', whole: true, exact })}`
  }
  const all = () => ['5760', '-5760', '0'].map((value) => [written(value), written(value, true)])
  assert.deepEqual(all(), [
    ['− (5,760.00)', '− (5760)'],
    ['+ 5,760.00', '+ 5760'],
    ['− 0.00', '− 0'],
  ])
  chooseNumberStyle('minus')
  const withMinus = all()
  const added = shownValue(input('+', 'Added', '-5760', 'major'), { currency: 'USD', whole: true, exact: false })
  chooseNumberStyle('parentheses')
  assert.deepEqual(withMinus, [
    ['− 5,760.00', '− 5760'],
    ['+ 5,760.00', '+ 5760'],
    ['− 0.00', '− 0'],
  ])
  assert.equal(added, '−5,760.00')
})
