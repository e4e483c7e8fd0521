import assert from 'node:assert/strict'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { dateOf, formatInstant, monthOf, nextMonth, type Month } from '../../core/base/time.ts'
import { formatReading, parseReading } from '../../core/meter/parse.ts'
import type { Reading } from '../../core/meter/reading.ts'
import type { Schedule } from '../../core/terms/schedule.ts'
import { exampleOf, ofKind } from '../../../test/histories.ts'
import { readingsWith } from './month-facts.ts'
import { parseStory, storyProblems, type ParsedStory, type Story } from './story.ts'
import { storySchema } from './story-shape.ts'
import { seriesAt, tellStory } from './tell-story.ts'

const root = join(import.meta.dirname, '../../..')
const stories = ['sharon-ai.story.yaml', 'firmus-batam.story.yaml', 'coreweave-residual.story.yaml', 'lambda-leaseback.story.yaml']
const textOf = (name: string): string => fs.readFileSync(join(root, 'examples', name), 'utf8')
const parsed = (text: string): ParsedStory => {
  const story = parseStory(text)
  if ('problems' in story) assert.fail(JSON.stringify(story.problems))
  return story
}

/** The schedule of Sharon AI with figures, events and an index that its share would read. */
const asking: Schedule = (() => {
  const schedule = exampleOf('sharon-ai.yaml')
  const clauses = schedule.clauses.map((clause) =>
    clause.id === 'share' ? { ...clause, figures: ['forecast', 'escrow'], events: ['default'], indices: ['gb300'] } : clause,
  )
  return { ...schedule, clauses }
})()

const told = `
story: 1
agreement: sharon-ai
title: Everything that can be told.
figures:
  - { clause: share, figure: forecast, every: quarter, value: { from: '100.00', to: '200.00' } }
  - { clause: share, figure: escrow, every: month, stands: end, from: 2026-09-15, through: 2026-12-31, value: { list: ['4', '3'] } }
  - { clause: share, figure: escrow, at: 2026-01-05, of: early, value: '7' }
events:
  - { clause: share, event: default, at: 2027-04-04, amount: '12.50' }
indices:
  - { index: gb300, every: year, value: '2.4' }
conditions:
  - { clause: backstop, condition: sales-effort, from: 2026-08-10, through: 2026-09-09, holds: false }
payments:
  - { days: 10, part: '0.5', through: 2026-09 }
disputes:
  - { id: racks, at: 2026-10-06, month: 2026-08, line: key, amount: '20.00', reason: Racks drew power. }
rulings:
  - { dispute: racks, at: 2026-11-20, upheld: '5.00' }
`

const months = (schedule: Schedule): Month[] => {
  const [first, last] = [monthOf(schedule.from, schedule.zone), nextMonth(monthOf(schedule.to - 1, schedule.zone))]
  const all: Month[] = []
  for (let month = first; month <= last; month = nextMonth(month)) all.push(month)
  return all
}
const asked = [
  { month: '2026-08', dueOn: '2026-10-05', payer: 'nvidia', amount: '1000.01' },
  { month: '2026-09', dueOn: '2026-11-05', payer: null, amount: '0.00' },
  { month: '2026-10', dueOn: '2026-12-05', payer: 'nvidia', amount: '1.00' },
]

test('F19 stories of the examples are understood, fit their agreements, and conform to the published schema', () => {
  const published = JSON.parse(fs.readFileSync(join(root, 'docs/story.schema.json'), 'utf8')) as object
  assert.deepEqual(
    published,
    JSON.parse(JSON.stringify(storySchema)),
    'docs/story.schema.json is not up to date; write it with: npm run schema',
  )
  const validate = new Ajv2020({ strict: false, formats: { date: true } }).compile(published)
  for (const name of stories) {
    const story = parsed(textOf(name))
    assert.deepEqual(storyProblems(story, exampleOf(name.replace('.story', ''))), [])
    assert.ok(validate(story.story), JSON.stringify(validate.errors))
  }
})

test('F19 the stories of the guide are understood and fit, and it has a row for every key', () => {
  const guide = fs.readFileSync(join(root, 'docs/stories.md'), 'utf8')
  const shown = [...guide.matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, text]) => parsed(text!))
  assert.equal(shown.length, 3)
  for (const story of shown) assert.deepEqual(storyProblems(story, asking), [])
  const rows = [...guide.matchAll(/^\| (`[^|]+`) +\|/gm)].map(([, keys]) => keys!).join()
  for (const key of Object.keys(storySchema.properties))
    assert.ok(rows.includes(`\`${key}\``) || ['story', 'agreement', 'title'].includes(key), key)
})

test('F19 every problem of a story is told by line and pointer, and says what would be right', () => {
  const shape = parseStory(
    `story: 1\nagreement: sharon-ai\ntitle: Bad.\nfigurs: []\nsold:\n  - { from: 2026-08-01, value: 0.5 }\noutages:\n  - { block: syd-a, from: 2027-01-01, through: 2027-01-02, reason: none }\n`,
  )
  assert.ok('problems' in shape)
  assert.deepEqual(
    shape.problems.map(({ line, pointer, message }) => `${line} ${pointer} ${message}`),
    [
      '4 /figurs unknown key `figurs`: did you mean `figures`?',
      '6 /sold/0/value is the number 0.5: write it in quotes, "0.5", so that it stays exact',
      '8 /outages/0 has none of `share` and `gpus`: should have exactly one',
    ],
  )
  const fits = parsed(`story: 1
agreement: sharon
title: Does not fit.
sold:
  - { from: 2027-01-01, value: '0.5' }
  - { from: 2026-01-01, value: '0.5' }
orders:
  - { order: lab, tenant: lab, gpus: [] }
outages:
  - { block: syd-b, from: 2027-01-03, through: 2027-01-02, share: '1', reason: none }
acceptances:
  - { block: syd-a, tranche: syd-a-3, on: 2027-01-03 }
late:
  - { month: 2027-03, arrives: 2027-03, kinds: [charge] }
figures:
  - { clause: backstop, figure: forecast, at: 2027-01-01, value: '1' }
events:
  - { clause: backstp, event: default }
conditions:
  - { clause: backstop, condition: sales-efort, from: 2027-01-01, through: 2027-01-02, holds: true }
rulings:
  - { dispute: racks, at: 2027-01-01, upheld: '0' }
amendments:
  - { at: 2027-01-01, document: a.yaml }
  - { at: 2027-01-01, document: b.yaml }
  - { at: 2027-02-01, effective: 2027-03-01, document: c.yaml }
`)
  assert.deepEqual(
    storyProblems(fits, exampleOf('sharon-ai.yaml')).map(({ line, pointer, message }) => `${line} ${pointer} ${message}`),
    [
      '2 /agreement is sharon: should be sharon-ai, whose story this is to be',
      '6 /sold/1/from is 2026-01-01: should be later than 2027-01-01, the one before',
      '8 /orders/0 `pool` is missing: should be one of sharon-syd-gb300, sharon-mel-gb300',
      '10 /outages/0/block is syd-b, which is no block of the agreement: did you mean syd-a?',
      '10 /outages/0/through is 2027-01-02: should not be before 2027-01-03, the first date',
      '12 /acceptances/0/tranche is syd-a-3, which is no tranche of block syd-a of the agreement: did you mean syd-a-1?',
      '14 /late/0/arrives is 2027-03: should be later than 2027-03, whose readings they are',
      '16 /figures/0/figure is forecast, which is no figure of clause backstop of the agreement: there is none',
      '18 /events/0/clause is backstp, which is no clause of the agreement: did you mean backstop?',
      '18 /events/0 says not when: should have `at`, or `from` and `through`, or `every`',
      '20 /conditions/0/condition is sales-efort, which is no condition of clause backstop of the agreement: did you mean sales-effort?',
      '22 /rulings/0/dispute is racks, which is no dispute of the agreement: there is none',
      '25 /amendments/1/at is 2027-01-01: should be later than 2027-01-01, the one before',
      '26 /amendments/2/effective goes with `changes`: a document says itself from when it counts',
    ],
  )
})

test('F18 a tranche that a story accepts on another day is accepted on that day, with the month that has it', () => {
  const schedule = exampleOf('sharon-ai.yaml')
  const base: Story = { story: 1, agreement: 'sharon-ai', title: 'Late.' }
  const on = (date: string): Story => ({ ...base, acceptances: [{ block: 'mel-a', tranche: 'mel-a-2', on: date }] })
  const acceptancesIn = (story: Story, month: Month) =>
    ofKind(readingsWith({ schedule, month, seed: 7, detail: 'coarse', story, asked: [] }), 'acceptance')
      .filter(({ tranche }) => tranche === 'mel-a-2')
      .map(({ at }) => dateOf(at, schedule.zone))
  assert.deepEqual(acceptancesIn(base, '2026-12'), ['2026-12-01'])
  assert.deepEqual(acceptancesIn(on('2027-02-11'), '2026-12'), [])
  assert.deepEqual(acceptancesIn(on('2027-02-11'), '2027-02'), ['2027-02-11'])
  // Before the term it comes with the first month.
  assert.deepEqual(acceptancesIn(on('2026-07-20'), '2026-08'), ['2026-07-20'])
})

test('F20 each of a story’s times is told with one month, under a name of its own, in the same words every time', () => {
  const { story } = parsed(told)
  assert.deepEqual(storyProblems(parsed(told), asking), [])
  const all = months(asking).flatMap((month) => tellStory(story, asking, month, asked).map((reading) => ({ month, reading })))
  assert.equal(new Set(all.map(({ reading: { source, id } }) => `${source} ${id}`)).size, all.length)
  for (const { reading } of all) {
    assert.match(reading.id, /^story-sharon-ai-/)
    assert.deepEqual(parseReading(formatReading(reading), 'UTC'), { reading })
  }
  assert.deepEqual(
    all,
    months(asking).flatMap((month) => tellStory(story, asking, month, asked).map((reading) => ({ month, reading }))),
  )
  const of = (kind: Reading['kind']) => all.filter(({ reading }) => reading.kind === kind)
  // Six years from August: 25 quarters, of which the first and the last are short; 7 calendar years.
  const forecasts = of('figure').filter(({ reading }) => 'figure' in reading && reading.figure === 'forecast')
  assert.equal(forecasts.length, 25)
  assert.deepEqual(formatReading(forecasts[0]!.reading), {
    kind: 'figure',
    source: 'story',
    id: 'story-sharon-ai-figures-1-2026-08-01',
    clause: 'share',
    figure: 'forecast',
    from: '2026-07-31T14:00:00Z',
    to: '2026-09-30T14:00:00Z',
    value: '100.00',
  })
  // 100 + 100·12/24, and the last.
  assert.deepEqual(
    [12, 24].map((i) => (forecasts[i]!.reading as { value: string }).value),
    ['150.00', '200.00'],
  )
  assert.deepEqual(
    of('figure').flatMap(({ month, reading }) =>
      'figure' in reading && reading.figure === 'escrow' ? [[month, formatInstant(reading.at!), reading.value]] : [],
    ),
    [
      ['2026-08', '2026-01-04T13:00:00Z', '7'],
      ['2026-09', '2026-09-29T14:00:00Z', '4'],
      ['2026-10', '2026-10-30T13:00:00Z', '3'],
      ['2026-11', '2026-11-29T13:00:00Z', '3'],
      ['2026-12', '2026-12-30T13:00:00Z', '3'],
    ],
  )
  assert.deepEqual(
    of('index').map(({ month }) => month),
    ['2026-08', ...[2027, 2028, 2029, 2030, 2031, 2032].map((year) => `${year}-01`)],
  )
  // The clock goes back in Sydney on 4 April 2027: the day begins at +11:00.
  assert.deepEqual(
    of('event').map(({ month, reading }) => [month, formatInstant((reading as { at: number }).at)]),
    [['2027-04', '2027-04-03T13:00:00Z']],
  )
  assert.deepEqual(
    of('condition').map(({ month }) => month),
    ['2026-08', '2026-09'],
  )
  // Half of 1,000.01 is 500.005, half-even 500.00; nothing is owed for September, and October is not paid so.
  assert.deepEqual(
    of('payment').map(({ month, reading }) => [month, (reading as { amount: string }).amount, (reading as { date: string }).date]),
    [['2026-10', '500.00', '2026-10-15']],
  )
  assert.deepEqual(
    [...of('dispute'), ...of('ruling')].map(({ month, reading }) => [month, reading.id]),
    [
      ['2026-10', 'story-sharon-ai-disputes-racks'],
      ['2026-11', 'story-sharon-ai-disputes-racks-ruling'],
    ],
  )
})

test('F20 a number for each time: the same, one after the other, along a line', () => {
  assert.equal(seriesAt('5', 3, 9), '5')
  assert.deepEqual(
    [0, 1, 2].map((i) => seriesAt({ list: ['1', '2'] }, i, 3)),
    ['1', '2', '2'],
  )
  assert.deepEqual(
    [0, 1, 2, 3].map((i) => seriesAt({ from: '10.0', to: '9' }, i, 4)),
    ['10.0', '9.7', '9.3', '9.0'],
  )
  assert.equal(seriesAt({ from: '10', to: '9' }, 0, 1), '10')
})

test('F21 what comes late is missing from its month and comes with the later one; all together are the same', () => {
  const schedule = exampleOf('sharon-ai.yaml')
  const base: Story = { story: 1, agreement: 'sharon-ai', title: 'Late.' }
  const late: Story = { ...base, late: [{ month: '2027-06', arrives: '2027-08', kinds: ['charge', 'outage'] }] }
  const all = (story: Story) =>
    months(schedule)
      .slice(0, 14)
      .map((month) => readingsWith({ schedule, month, seed: 7, detail: 'coarse', story, asked: [] }))
  const [onTime, inTurn] = [all(base), all(late)]
  const [june, august] = [inTurn[10]!, inTurn[12]!]
  for (const kind of ['charge', 'credit', 'outage'] as const) {
    assert.deepEqual(ofKind(june, kind), [])
    assert.ok(ofKind(onTime[10]!, kind).length > 0)
  }
  assert.equal(august.length - onTime[12]!.length, onTime[10]!.length - june.length)
  const sorted = (readings: Reading[][]) =>
    readings
      .flat()
      .map((reading) => JSON.stringify(reading))
      .toSorted()
  assert.deepEqual(sorted(inTurn), sorted(onTime))
})

test('F21 what a story says of a condition is all that is said of it', () => {
  const schedule = exampleOf('sharon-ai.yaml')
  const { story } = parsed(textOf('sharon-ai.story.yaml'))
  const readings = readingsWith({ schedule, month: '2028-08', seed: 7, detail: 'coarse', story, asked: [] })
  const efforts = ofKind(readings, 'condition').filter(({ condition }) => condition === 'sales-effort')
  assert.deepEqual(
    efforts.map(({ source, holds }) => [source, holds]),
    [['story', false]],
  )
})
