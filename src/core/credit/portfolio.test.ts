import assert from 'node:assert/strict'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { Shape } from '../terms/json-schema.ts'
import { readDocument } from '../terms/read-document.ts'
import { hardwareThrough, parsePortfolio, reportingOf } from './portfolio.ts'
import { portfolioSchema } from './portfolio-shape.ts'

const root = join(import.meta.dirname, '../../..')
const example = fs.readFileSync(join(root, 'examples/portfolio.yaml'), 'utf8')
const problemsOf = (text: string): string[] => {
  const parsed = parsePortfolio(text)
  return 'problems' in parsed ? parsed.problems.map(({ line, pointer, message }) => `${line}: ${pointer}: ${message}`) : []
}

test('CR17 the example is a portfolio, and says of every number where it comes from', () => {
  assert.deepEqual(problemsOf(example), [])
  const parsed = parsePortfolio(example)
  assert.ok('portfolio' in parsed)
  const { portfolio } = parsed
  assert.deepEqual(portfolio.fiscalYear, { yearEndsOnLast: 'sunday', of: 'january' })
  assert.deepEqual(reportingOf(portfolio), { currency: 'USD', rates: new Map() })
  const soldThrough = (date: string) => hardwareThrough(portfolio, date).map(({ counterparty, minor }) => [counterparty, minor])
  assert.deepEqual(soldThrough('2025-09-14'), [])
  // 3,000 and 250 racks at 3,000,000.00 in September 2025, 1,000 in January and 555 and 2,361 in July 2026.
  const [first, second] = [
    [
      ['coreweave', 9_000_000_000_00n],
      ['lambda', 750_000_000_00n],
    ],
    [
      ['sharon-ai', 1_665_000_000_00n],
      ['firmus', 7_083_000_000_00n],
    ],
  ]
  assert.deepEqual(soldThrough('2026-01-14'), first)
  assert.deepEqual(soldThrough('2026-07-15'), [...second, first[0], ['lease-cloud', 3_000_000_000_00n], first[1]])
  assert.ok(portfolio.sources.some(({ at, status }) => at === '' && status === 'assumption'))
})

test('CR17 the published schema is the one that portfolios are checked with', () => {
  assert.deepEqual(JSON.parse(fs.readFileSync(join(root, 'docs/portfolio.schema.json'), 'utf8')), portfolioSchema)
  const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(portfolioSchema)
  const read = readDocument(example)
  assert.ok('value' in read && validate(read.value))
})

test('CR17 everything that is wrong arrives at once, with its line, pointer and what would be right', () => {
  const bad = `offtake: 1
portfolio: p
title: P
guarantor: nvidia
fiscalYear: { yearEndsOn: '02-30' }
currency: USX
rates:
  - { currency: AUD, rate: '0', on: 2026-01-01 }
  - { currency: AUD, rate: '0.65', on: 2026-01-01 }
agreements: [one]
counterparties:
  - { id: a, name: A, cumulativeDefault: [{ years: 3, probability: '0.2' }, { years: 2, probability: '0.2' }, { years: 4, probability: '0.1' }] }
  - { id: a, name: B }
hardware:
  - { counterparty: a, on: 2026-02-30, amount: '1.00' }
valuations:
  - { agreement: two, clause: c, fairValues: [{ on: 2026-02-01, amount: '1' }, { on: 2026-01-01, amount: '1' }] }
colour: red
sources: [{ at: /nowhere, status: public, note: x }]
`
  const problems = problemsOf(bad)
  for (const expected of [
    /^5: \/fiscalYear\/yearEndsOn: is 02-30: that month has 29 days/,
    /^6: \/currency: is "USX", which ISO 4217 does not list/,
    /^8: \/rates\/0\/rate: is "0": should be above zero/,
    /^9: \/rates\/1\/currency: `AUD` is already the currency at \/rates\/0\/currency/,
    /^12: \/counterparties\/0: `lossGivenDefault` is missing/,
    /^12: \/counterparties\/0\/cumulativeDefault\/1\/years: 2 is not after 3/,
    /^12: \/counterparties\/0\/cumulativeDefault\/2\/probability: "0.1" is below "0.2"/,
    /^13: \/counterparties\/1\/id: `a` is already the counterparty/,
    /^15: \/hardware\/0\/on: is "2026-02-30": should be a date/,
    /^17: \/valuations\/0\/agreement: `two` is not among `agreements`/,
    /^17: \/valuations\/0\/fairValues\/1\/on: 2026-01-01 is not after 2026-02-01/,
    /^18: \/colour: unknown key `colour`/,
    /^19: \/sources\/0\/at: "\/nowhere" leads nowhere/,
  ])
    assert.ok(
      problems.some((problem) => expected.test(problem)),
      `${String(expected)} in\n${problems.join('\n')}`,
    )
  assert.equal(problems.length, 13, problems.join('\n'))
  const usd = example.replace("fairValueAtInception: '110000000.00'", "fairValueAtInception: '1.001'")
  assert.match(problemsOf(usd).join(), /\/valuations\/0\/fairValueAtInception: "1.001" has more digits than USD/)
  assert.match(
    problemsOf(example.replace('agreements: [', 'rates: [{ currency: USD, rate: "1", on: 2026-01-01 }]\nagreements: [')).join(),
    /is USD, the reporting currency/,
  )
})

test('CR17 the guide names every key of a portfolio', () => {
  const guide = fs.readFileSync(join(root, 'docs/register.md'), 'utf8')
  const keysOf = (shape: Shape): string[] => {
    if ('$ref' in shape) return []
    if (!('type' in shape)) return shape.oneOf.flatMap(keysOf)
    if (shape.type === 'array') return keysOf(shape.items)
    if (shape.type !== 'object') return []
    return Object.entries(shape.properties).flatMap(([key, inner]) => [key, ...keysOf(inner)])
  }
  for (const [key, inner] of Object.entries(portfolioSchema.properties)) {
    const row = guide.split('\n').find((line) => line.startsWith(`| \`${key}\``))
    assert.ok(row !== undefined, key)
    if (key !== 'sources' && key !== 'fiscalYear')
      for (const each of keysOf(inner)) assert.ok(row.includes(`\`${each}\``), `${each} in ${row}`)
  }
})
