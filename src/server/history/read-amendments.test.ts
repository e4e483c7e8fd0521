import assert from 'node:assert/strict'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Loose } from '../../../test/agreements.ts'
import { clauseKinds } from '../../core/settlement/kinds.ts'
import { parseAgreement, type ParsedAgreement } from '../../core/terms/parse.ts'
import { resolve } from '../../core/terms/resolve.ts'
import { readAmendments } from './read-amendments.ts'
import { parseStory, type ParsedStory } from './story.ts'

const textOf = (name: string): string => fs.readFileSync(join(import.meta.dirname, '../../../examples', name), 'utf8')
const parsed = (text: string): ParsedStory => {
  const story = parseStory(text)
  if ('problems' in story) assert.fail(JSON.stringify(story.problems))
  return story
}
const amending = (amendments: string): ParsedStory => parsed(`story: 1\nagreement: sharon-ai\ntitle: Amended.\namendments:\n${amendments}`)
const signed = (text: string): ParsedAgreement => {
  const agreement = parseAgreement(text, clauseKinds)
  if ('problems' in agreement) assert.fail(JSON.stringify(agreement.problems))
  return agreement
}

test('F22 changes make the version that was in force before into the next one: its values, its number, its date, its hash; nothing else', () => {
  const first = signed(textOf('sharon-ai.yaml'))
  const story = amending(`
  - { at: 2027-05-01, changes: [{ pointer: /clauses/1/price, value: '2.10' }, { pointer: /clauses/1/limit, value: 9000 }] }
  - { at: 2028-05-01, effective: 2028-06-01, changes: [{ pointer: /clauses/1/caps/1/amount, value: '700000000.00' }] }
`)
  const amendments = readAmendments(story, [first], () => undefined)
  assert.ok(!('problems' in amendments))
  const [second, third] = amendments.map((each) => each.parsed) as [ParsedAgreement, ParsedAgreement]
  const expected = structuredClone(first.agreement) as Loose
  Object.assign(expected, { version: 2, effective: '2027-05-01', previous: first.hash })
  Object.assign(expected['clauses'][1], { price: '2.10', limit: 9000 })
  assert.deepEqual(second.agreement, expected)
  Object.assign(expected, { version: 3, effective: '2028-06-01', previous: second.hash })
  expected['clauses'][1].caps[1].amount = '700000000.00'
  assert.deepEqual(third.agreement, expected)
  assert.ok(!('problems' in resolve([first, second, third], clauseKinds)))
  // With the second on record already, both are the same again.
  assert.deepEqual(
    readAmendments(story, [first, second], () => undefined),
    amendments,
  )
  // A file is as it is written.
  const file = amending('  - { at: 2027-05-01, document: v2.yaml }\n')
  const text = JSON.stringify(second.agreement)
  assert.deepEqual(
    readAmendments(file, [first], (name) => (name === 'v2.yaml' ? text : undefined)),
    [{ at: '2027-05-01', file: 'v2.yaml', document: text, parsed: second }],
  )
})

test('F22 a change that leads nowhere, or makes no agreement, is told by the line of the story', () => {
  const first = signed(textOf('sharon-ai.yaml'))
  const problemsOf = (amendments: string): string[] => {
    const read = readAmendments(amending(amendments), [first], () => undefined)
    return 'problems' in read ? read.problems.map(({ line, pointer, message }) => `${line} ${pointer} ${message}`) : []
  }
  const changed = (pointer: string, value: string) =>
    problemsOf(`  - at: 2027-05-01\n    changes:\n      - { pointer: ${pointer}, value: ${value} }\n`)
  for (const pointer of ['/clauses/9/price', '/clauses/9', '/terms/from', '/clauses/1/price/steps'])
    assert.deepEqual(changed(pointer, "'1'"), [
      `7 /amendments/0/changes/0/pointer is ${pointer}, which leads nowhere in version 1 of the agreement`,
    ])
  assert.match(
    changed('/clauses/1/prise', "'1'")[0]!,
    /^5 \/amendments\/0 the amendment of 2027-05-01: \/clauses\/1\/prise: unknown key `prise`: known here are .*`price`/,
  )
  assert.match(changed('/clauses/1/price', "'-1'")[0]!, /^5 \/amendments\/0 the amendment of 2027-05-01: \/clauses\/1\/price: is "-1"/)
  assert.deepEqual(problemsOf('  - { at: 2027-05-01, document: none.yaml }\n'), [
    '5 /amendments/0/document is none.yaml: there is no such file',
  ])
  assert.deepEqual(problemsOf("  - { at: 2026-08-01, changes: [{ pointer: /title, value: 'Other' }] }\n"), [
    '5 /amendments/0 counts from 2026-08-01, before the agreement itself',
  ])
})
