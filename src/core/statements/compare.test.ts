import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Input } from '../settlement/line.ts'
import { causesOf, partings, type Basis } from './cause.ts'
import { compareLines, reasonsOf, type ComparedLine, type ReasonChange } from './compare.ts'

const currency = 'USD'
const cents = (minor: bigint): string => {
  const size = (minor < 0n ? -minor : minor).toString().padStart(3, '0')
  return `${minor < 0n ? '-' : ''}${size.slice(0, -2)}.${size.slice(-2)}`
}
const inCents = (amount: string): bigint => BigInt(amount.replace('.', ''))

const inputOf = (depth: number): fc.Arbitrary<Input> =>
  fc.record({
    operator: fc.constantFrom('+', '-', '×', 'note'),
    word: fc.constantFrom('Available', 'Sold', 'Price', 'Settled again'),
    value: fc.integer({ min: -5, max: 5 }).map(String),
    unit: fc.constantFrom('gpu-seconds', 'major'),
    source: fc.constantFrom<Input['source']>(
      { kind: 'sum' },
      { kind: 'fact', subject: 'a', reading: ['outage'] },
      { kind: 'terms', version: 1, pointer: '/clauses/0/price' },
      { kind: 'state', name: 'drawn' },
    ),
    children: depth === 0 ? fc.constant([]) : fc.array(inputOf(depth - 1), { maxLength: 3 }),
  })
const anyInput = inputOf(3)
const anyLine: fc.Arbitrary<ComparedLine> = fc
  .record({
    name: fc.constantFrom('share', 'backstop', 'recoupment'),
    block: fc.constantFrom('a', 'b'),
    corrects: fc.constantFrom(undefined, '2026-08'),
    sides: fc.constantFrom(['op', 'gu'], ['gu', 'op'], ['op', 'ten']),
    minor: fc.bigInt({ min: -1_000_000_000_000_000n, max: 1_000_000_000_000_000n }),
    reasons: fc.array(anyInput, { maxLength: 3 }),
  })
  .map(({ name, block, corrects, sides, minor, reasons }) => ({
    number: 1,
    key: `${name}/${block}`,
    clause: name as ComparedLine['clause'],
    formula: name,
    text: name,
    payer: sides[0] as ComparedLine['payer'],
    payee: sides[1] as ComparedLine['payee'],
    amount: cents(minor),
    version: 1,
    quantity: '1',
    quantityUnit: 'major',
    rate: '1',
    rateUnit: 'none',
    reasons,
    ...(corrects === undefined ? {} : { corrects }),
  }))
const anySide = fc.array(anyLine, { maxLength: 12 })
const owed = (one: string, other: string, lines: readonly ComparedLine[]): bigint =>
  lines.reduce((sum, { payer, payee, amount }) => {
    if (payer === one && payee === other) return sum + inCents(amount)
    return payer === other && payee === one ? sum - inCents(amount) : sum
  }, 0n)

test('S21 for every two parties the differences of the lines sum to the difference of their nets, to the cent', () => {
  fc.assert(
    fc.property(anySide, anySide, (before, after) => {
      const { lines, nets } = compareLines({ before, after, currency })
      for (const {
        parties: [one, other],
        difference,
        before: was,
        after: is,
      } of nets) {
        const sum = lines.reduce((all, line) => {
          if (line.payer === one && line.payee === other) return all + inCents(line.difference)
          return line.payer === other && line.payee === one ? all - inCents(line.difference) : all
        }, 0n)
        assert.equal(sum, inCents(difference))
        assert.equal(inCents(difference), owed(one, other, after) - owed(one, other, before))
        const signed = ({ payer, amount }: typeof was) => (payer === one ? inCents(amount) : -inCents(amount))
        assert.equal(signed(is) - signed(was), inCents(difference))
      }
      // Nobody owes anybody outside of these pairs.
      const told = nets.map(({ parties }) => parties.toSorted().join())
      for (const { payer, payee } of [...before, ...after]) assert.ok(told.includes([payer, payee].toSorted().join()))
    }),
  )
})

test('S21 every line of both sides is told once, as it is there', () => {
  fc.assert(
    fc.property(anySide, anySide, (before, after) => {
      const { lines } = compareLines({ before, after, currency })
      assert.deepEqual(new Set(lines.flatMap((line) => line.before ?? [])), new Set(before))
      assert.deepEqual(
        lines.flatMap((line) => line.after ?? []),
        after,
      )
      assert.equal(lines.filter((line) => line.before !== null).length, before.length)
    }),
  )
})

test('S22 a statement against itself is the same to the last reason, and both ways round the differences are opposite', () => {
  fc.assert(
    fc.property(anySide, anySide, (before, after) => {
      const own = compareLines({ before, after: structuredClone(before), currency })
      assert.ok(own.lines.every(({ kind, difference, reasons }) => kind === 'same' && inCents(difference) === 0n && reasons.length === 0))
      const [there, back] = [compareLines({ before, after, currency }), compareLines({ before: after, after: before, currency })]
      const sum = ({ nets }: typeof there) =>
        new Map(nets.map(({ parties, difference }) => [parties.toSorted().join(), { parties, difference }]))
      const returned = sum(back)
      for (const [name, { parties, difference }] of sum(there)) {
        const other = returned.get(name)!
        const turned = other.parties[0] === parties[0] ? 1n : -1n
        assert.equal(inCents(other.difference) * turned, -inCents(difference))
      }
    }),
  )
})

const every = (reasons: readonly ReasonChange[]): ReasonChange[] => reasons.flatMap((reason) => [reason, ...every(reason.children)])

test('S23 equal branches of reasons are folded into one, and what parts leads down to where it parts', () => {
  fc.assert(
    fc.property(fc.array(anyInput, { maxLength: 4 }), fc.array(anyInput, { maxLength: 4 }), (before, after) => {
      const told = reasonsOf(before, after)
      for (const { same, children, before: was, after: is } of every(told)) {
        if (same) assert.deepEqual([children.length, was], [0, is])
        assert.ok(was !== null || is !== null)
      }
      for (const parting of partings(told)) assert.ok(!parting.same && parting.children.every(({ same }) => same))
      assert.equal(
        partings(told).length === 0,
        told.every(({ same }) => same),
      )
      assert.ok(reasonsOf(before, structuredClone(before)).every(({ same, children }) => same && children.length === 0))
    }),
  )
})

const leaf = (value: string, source: Input['source'], word = 'x'): Input => ({ operator: '+', word, value, unit: 'gpu-seconds', source })
const line = (reasons: readonly Input[], amount: string): ComparedLine => ({
  number: 1,
  key: 'backstop/a',
  clause: 'backstop' as ComparedLine['clause'],
  formula: 'backstop',
  text: 'Backstop',
  payer: 'gu' as ComparedLine['payer'],
  payee: 'op' as ComparedLine['payee'],
  amount,
  version: 1,
  quantity: '1',
  quantityUnit: 'gpu-seconds',
  rate: '1',
  rateUnit: 'per-gpu-hour',
  reasons,
})
const basis = (more: Partial<Basis> = {}): Basis => ({
  terms: [{ version: 1, hash: 'one' }],
  evidence: [{ subject: 'a', kind: 'outage', readings: 4, sha256: 'x' }],
  opening: {},
  ...more,
})

test('S24 a difference has the cause that its sides differ in, at the reason where it parts; without one it is the program', () => {
  const fact = { kind: 'fact', subject: 'a', reading: ['outage'] } as const
  const price = { kind: 'terms', version: 2, pointer: '/clauses/0/price' } as const
  const changed = (source: Input['source']) =>
    compareLines({ before: [line([leaf('1', source)], '1.00')], after: [line([leaf('2', source)], '2.00')], currency }).lines[0]!
  const later = basis({ evidence: [{ subject: 'a', kind: 'outage', readings: 7, sha256: 'y' }] })
  assert.deepEqual(causesOf(changed(fact), { before: basis(), after: later }), [
    { kind: 'facts', subject: 'a', reading: 'outage', readings: 3 },
  ])
  const amended = basis({ terms: [...basis().terms, { version: 2, hash: 'two' }] })
  assert.deepEqual(causesOf(changed(price), { before: basis(), after: amended }), [{ kind: 'terms', version: 2, pointer: price.pointer }])
  const opened = basis({ opening: { backstop: { drawn: '1' } } })
  assert.deepEqual(causesOf(changed({ kind: 'state', name: 'drawn' }), { before: basis(), after: opened }), [{ kind: 'opening' }])
  for (const source of [fact, price, { kind: 'sum' }] as const)
    assert.deepEqual(causesOf(changed(source), { before: basis(), after: basis() }), [{ kind: 'code' }])
  const same = compareLines({ before: [line([], '1.00')], after: [line([], '1.00')], currency }).lines[0]!
  assert.deepEqual(causesOf(same, { before: basis(), after: later }), [])
})
