import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, test } from 'node:test'
import { parse as parseYaml } from 'yaml'
import { sampleDocument, type Loose } from '../../../test/agreements.ts'
import { describeProblem } from '../base/problem.ts'
import { gpusMax, spanSecondsMax, valueAt, since } from '../base/steps.ts'
import { contractYearStart, monthInterval, startOfDate } from '../base/time.ts'
import { deref, type ObjectShape, type Shape } from './json-schema.ts'
import { limits } from './limits.ts'
import { clauseKinds } from '../settlement/kinds.ts'
import { parseAgreement, type ParsedAgreement } from './parse.ts'
import { resolve } from './resolve.ts'
import type { Schedule } from './schedule.ts'
import { sentences } from './sentences.ts'
import { agreementSchemaOf } from './shape.ts'

const agreementSchema = agreementSchemaOf(clauseKinds)

const root = join(import.meta.dirname, '../../..')
const guide = readFileSync(join(root, 'docs/agreements.md'), 'utf8')
// The keys of a kind of clause are on the page of the kind.
const pages = readdirSync(join(root, 'docs/clauses'))
  .filter((name) => name.endsWith('.md'))
  .map((name) => readFileSync(join(root, 'docs/clauses', name), 'utf8'))
const blocksOf = (language: string): string[] =>
  [...guide.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].filter(([, name]) => name === language).map(([, , body]) => body!)

const accepted = (text: string): ParsedAgreement => {
  const parsed = parseAgreement(text, clauseKinds)
  if ('problems' in parsed) assert.fail(parsed.problems.map((problem) => describeProblem('document', problem)).join('\n'))
  return parsed
}
const scheduleOf = (...versions: readonly ParsedAgreement[]): Schedule => {
  const schedule = resolve(versions, clauseKinds)
  if ('problems' in schedule) assert.fail(JSON.stringify(schedule.problems, undefined, 1))
  return schedule
}

describe('T12 the guide', () => {
  const snippets = blocksOf('yaml')
  const whole = snippets.filter((text) => text.includes('offtake: 1') && !text.startsWith('# wrong'))
  const wrong = snippets.filter((text) => text.startsWith('# wrong'))
  const amendment = snippets.filter((text) => text.startsWith('version: 2'))
  const terms = snippets.filter((text) => !text.includes('offtake: 1') && !text.startsWith('version: 2'))

  test('T12 its agreement is one, and reads well in words', () => {
    assert.equal(whole.length, 1)
    const said = sentences(scheduleOf(accepted(whole[0]!)), clauseKinds)
    assert.ok(said.every(({ assumed, note }) => assumed && note === 'An invented agreement.'))
    assert.ok(said.some(({ text }) => text === 'The share is 17.5 % in year 1, then 16.0 %.'))
  })

  test('T12 every snippet of a term is one', () => {
    assert.ok(terms.length >= 5)
    for (const text of terms) {
      const document = sampleDocument()
      const snippet: Loose = parseYaml(text)
      for (const key of Object.keys(snippet)) {
        if (text.startsWith('# of an agreement')) document[key] = snippet[key]
        if (key in document) continue
        const clause = document.clauses[key === 'rate' ? 0 : 1]
        assert.ok(key in clause, key)
        clause[key] = snippet[key]
      }
      accepted(JSON.stringify(document))
    }
  })

  test('T12 its amendment follows its agreement', () => {
    assert.equal(amendment.length, 1)
    const first = accepted(whole[0]!)
    assert.equal(parseYaml(amendment[0]!).previous, first.hash)
    const text = whole[0]!
      .replace('agreement: north-star', `agreement: north-star\n${amendment[0]!}`)
      .replace(/price: .2\.00./, "price: '1.90'")
    const schedule = scheduleOf(first, accepted(text))
    assert.deepEqual(
      schedule.clauses.map(({ id, origin }) => [id, origin.version]),
      [
        ['share', 1],
        ['backstop', 1],
        ['backstop', 2],
      ],
    )
  })

  test('T12 what it shows of a wrong one is what is printed', () => {
    const parsed = parseAgreement(wrong[0]!, clauseKinds)
    assert.ok('problems' in parsed)
    assert.equal(`${parsed.problems.map((problem) => describeProblem('north-star.yaml', problem)).join('\n')}\n`, blocksOf('text')[0])
  })

  test('T12 it names every key, with the words that editors show', () => {
    const rows = [guide, ...pages]
      .join('\n')
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .map((line) => line.replaceAll('\\', '').replaceAll(/\s+/g, ' '))
    const missing: string[] = []
    const visit = (written: Shape): void => {
      const shape = deref(agreementSchema, written)
      if ('oneOf' in shape && !('type' in shape)) shape.oneOf.forEach(visit)
      else if (shape.type === 'array') visit(shape.items)
      else if (shape.type === 'object') visitObject(shape)
    }
    const visitObject = ({ properties, required }: ObjectShape): void => {
      for (const [key, inner] of Object.entries(properties)) {
        const { description } = deref(agreementSchema, inner)
        const isValue = ['tiers', 'steps', 'contractYears', 'above', 'value'].includes(key) || (key === 'from' && 'value' in properties)
        const found = rows.some(
          (row) =>
            row.startsWith(`| \`${key}\` |`) && row.includes(description ?? '') && row.includes('; required |') === required.includes(key),
        )
        if (!isValue && !found) missing.push(`${key}: ${description}`)
        if (isValue && ![guide, ...pages].some((page) => page.includes(`${key}:`))) missing.push(key)
        visit(inner)
      }
    }
    visitObject(agreementSchema)
    assert.deepEqual(missing, [])
  })

  test('T12 it names every limit', () => {
    const table = guide.slice(guide.indexOf('## Limits'))
    const { problems: _problems, ...bounds } = limits
    for (const bound of [...Object.values(bounds), gpusMax, spanSecondsMax])
      assert.ok(table.includes(bound.toLocaleString('en')), String(bound))
  })
})

describe('T12 the examples', () => {
  const folder = join(root, 'examples')
  // The portfolio is no agreement, but made of them; stories have a second dot.
  const examples = readdirSync(folder).filter((file) => /^[a-z0-9-]+\.yaml$/.test(file) && file !== 'portfolio.yaml')
  const parsed = new Map(examples.map((file) => [basename(file, '.yaml'), accepted(readFileSync(join(folder, file), 'utf8'))]))
  const schedules = [...parsed.values()].map((each) => scheduleOf(each))

  test('T12 the deals, the template and the two trace blocks are agreements, named as their files', () => {
    const deals = ['coreweave-residual', 'firmus-batam', 'lambda-leaseback', 'lease-guarantees', 'ohio-campus', 'sharon-ai']
    assert.deepEqual([...parsed.keys()].toSorted(), [...deals, 'backstop-and-share', 'helios-block', 'philly-block'].toSorted())
    for (const [name, { agreement }] of parsed) assert.equal(agreement.agreement, name)
  })

  test('T12 the simplest template is a backstop and a revenue share, between two parties and on one block', () => {
    const { agreement } = parsed.get('backstop-and-share')!
    assert.deepEqual(agreement.clauses.map(({ kind }) => kind).toSorted(), ['capacity-backstop', 'revenue-share'])
    assert.deepEqual([agreement.parties.length, agreement.blocks.length], [2, 1])
    assert.ok(guide.includes('examples/backstop-and-share.yaml'))
  })

  test('T12 no two examples use one name for a block or a pool', () => {
    const names = schedules.flatMap(({ blocks, pools }) => [
      ...blocks.map(({ id }) => id as string),
      ...pools.map(({ id }) => id as string),
    ])
    assert.equal(new Set(names).size, names.length)
  })

  test('T12 every term says where it comes from, and what is not public is marked', () => {
    for (const schedule of schedules)
      for (const { note, pointer } of sentences(schedule, clauseKinds)) assert.notEqual(note, undefined, pointer)
    const assumed = (name: string, pointer: string) =>
      sentences(scheduleOf(parsed.get(name)!), clauseKinds).find((sentence) => sentence.pointer === pointer)?.assumed
    const undisclosed = ['/clauses/0/rate', '/clauses/1/retention', '/clauses/1/measure', '/blocks/0', '/settlement']
    for (const pointer of undisclosed) for (const name of ['sharon-ai', 'firmus-batam']) assert.equal(assumed(name, pointer), true, pointer)
    assert.equal(assumed('firmus-batam', '/clauses/1/price'), true)
    assert.equal(assumed('sharon-ai', '/clauses/1/caps/0'), false)
    assert.deepEqual(
      ['/clauses/4/price', '/clauses/4', '/clauses/2'].map((pointer) => assumed('sharon-ai', pointer)),
      [false, true, true],
    )
    const [coreweave, lambda] = ['coreweave-residual', 'lambda-leaseback'] as const
    assert.equal(assumed(coreweave, '/clauses/0/caps/0'), false)
    for (const pointer of ['/clauses/0/price', '/clauses/0/limit', '/clauses/0/conditions/0', '/clauses/1', '/clauses/3', '/blocks/0'])
      assert.equal(assumed(coreweave, pointer), true, pointer)
    for (const pointer of ['/clauses/0', '/clauses/0/price', '/clauses/1', '/clauses/2', '/clauses/3', '/blocks/0'])
      assert.equal(assumed(lambda, pointer), true, pointer)
    // Of the lease guarantees the cap at the start is public, with what else is known in a note; of the campus, which is in talks, nothing is settled.
    for (const name of ['lease-guarantees', 'ohio-campus'])
      assert.ok(sentences(scheduleOf(parsed.get(name)!), clauseKinds).every(({ assumed: mark }) => mark))
    const { sources } = scheduleOf(parsed.get('lease-guarantees')!)
    const known = sources.filter(({ status }) => status === 'public').map(({ at }) => at)
    assert.deepEqual(known, ['/parties/0', '/clauses/0/cap/contractYears/0'])
  })

  test('T12 the public figures: GPUs up to what was said, and 2.32 is the arithmetic it claims to be', () => {
    const gpus = (name: string) =>
      scheduleOf(parsed.get(name)!)
        .blocks.flatMap(({ tranches }) => tranches)
        .reduce((all, tranche) => all + tranche.gpus, 0)
    // The most whole racks of 72 GPUs within 40,000 and 170,000.
    assert.equal(gpus('sharon-ai'), Math.floor(40_000 / 72) * 72)
    assert.equal(gpus('firmus-batam'), Math.floor(170_000 / 72) * 72)
    const cents = Math.round((4_880_000_000 / (40_000 * 6 * 8_760)) * 100)
    const backstop = parsed.get('sharon-ai')!.agreement.clauses.find(({ kind }) => kind === 'capacity-backstop') as Loose
    assert.equal(backstop.price, `2.${cents - 200}`)
    // Residual capacity of CoreWeave up to 6.3 billion, to 13 April 2032.
    const { clauses, term } = parsed.get('coreweave-residual')!.agreement
    assert.equal((clauses[0] as Loose).caps[0].amount, '6300000000.00')
    assert.equal(term.through, '2032-04-13')
    assert.equal(gpus('lambda-leaseback'), 10_000 + 8_000)
  })

  test('T12 the three months of the demo lie in the terms, with capacity due before them', () => {
    for (const name of ['sharon-ai', 'firmus-batam']) {
      const schedule = scheduleOf(parsed.get(name)!)
      const [first, last] = [monthInterval('2026-08', schedule.zone), monthInterval('2026-10', schedule.zone)]
      // Its share and its backstop; the other clauses begin later, so that the table of the demo has what its columns say.
      assert.ok(schedule.clauses.every(({ from, to }) => to >= last.to && (from <= first.from || from >= last.to)))
      assert.equal(schedule.clauses.filter(({ from }) => from <= first.from).length, 2)
      for (const supported of [true, false].slice(0, name === 'firmus-batam' ? 2 : 1)) {
        const ready = schedule.blocks.filter((block) => block.supported === supported).flatMap(({ tranches }) => tranches)
        assert.ok(ready.some(({ due }) => startOfDate(due, schedule.zone) < first.from))
        assert.ok(
          !supported || ready.some(({ due }) => startOfDate(due, schedule.zone) > first.from && startOfDate(due, schedule.zone) < last.to),
        )
      }
    }
    // The clocks of Sydney go forward on 4 October 2026.
    const { from, to } = monthInterval('2026-10', 'Australia/Sydney')
    assert.equal((to - from) / 3_600, 743)
  })

  test('T12 the trace blocks hold what the traces hold', () => {
    const [philly, helios] = [scheduleOf(parsed.get('philly-block')!), scheduleOf(parsed.get('helios-block')!)]
    assert.equal(philly.blocks[0]!.tranches[0]!.gpus, 1_300)
    for (const month of ['2017-10', '2017-11'])
      assert.ok(philly.from <= monthInterval(month, 'UTC').from && philly.to >= monthInterval(month, 'UTC').to)
    assert.ok(valueAt(since(helios.from, helios.blocks[0]!.tranches[0]!.gpus), monthInterval('2020-05', 'UTC').from) >= 856)
    assert.equal(contractYearStart(helios.commencement, 1, helios.zone), monthInterval('2020-05', 'UTC').from)
  })
})
